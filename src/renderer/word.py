"""Word documents of a run, from the same notebooks as the site, and structural checks of them."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree

from foundation import files
from foundation.errors import BistandError
from renderer.cells import PageDefaults
from renderer.finding import Finding
from renderer.notebook import notebook_markdown
from renderer.pandoc import run_lua
from renderer.source import read_source
from renderer.word_reference import pack, reference_document

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HEADING = re.compile(r"[Hh]eading ?(\d)")
NO_DATE = date(2000, 1, 1)


@dataclass(frozen=True)
class Chapter:
    """An executed notebook as a chapter: by its own title unless another is given, whole or only cells with a tag."""

    notebook: Path
    title: str = ""
    tag: str = ""


def render_word(
    chapters: Sequence[Chapter],
    out: Path,
    *,
    breaks: bool = False,
    title: str,
    facts: Mapping[str, str],
    subtitle: str | None = None,
    day: date = NO_DATE,
) -> Path:
    """Write the notebooks of a run as one Word document.

    Code is left out, figures are PNG with their alternative texts, tables have repeated header rows, numbering goes on
    from notebook to notebook, and links into the site become plain text.

    Parameters
    ----------
    chapters
        Executed notebooks, in order.
    out
        File to write.
    breaks
        Begin every chapter but the first on a new page.
    title, subtitle
        On the first page.
    facts
        The run's facts: name and value, shown as a table under the title.
    day
        Date written into the document's properties; fixed, so that two builds are alike.

    Raises
    ------
    BistandError
        If a figure has no PNG beside its SVG, or a notebook cannot be read.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = [_part(chapter, f"del{number}", folder) for number, chapter in enumerate(chapters, 1)]
        (folder / "referens.docx").write_bytes(reference_document(title))
        request = {
            "title": title,
            "facts": [list(item) for item in facts.items()],
            "reference": "referens.docx",
            "out": "ut.docx",
            "breaks": breaks,
            "parts": parts,
        }
        if subtitle:
            request["subtitle"] = subtitle
        answer = run_lua("word.lua", request, cwd=folder)
        if "missing" in answer:
            raise _svg_only(answer["missing"])
        files.write_bytes(out, _finish(folder / "ut.docx", day))
    return out


def _part(chapter: Chapter, own: str, folder: Path) -> dict[str, str]:
    path = chapter.notebook
    source = read_source(path.parent, path.name)
    cells = [cell for cell in source.cells if chapter.tag in ("", *cell.get("metadata", {}).get("tags", ()))]
    made = notebook_markdown(cells, own, PageDefaults(echo=False), prefer_png=True)
    for picture, data in made.files.items():
        if picture.endswith(".svg"):
            raise _svg_only(path)
        files.write_bytes(folder / picture, data)
    place = str(path.parent.resolve())
    return {
        "title": chapter.title or source.meta.title,
        "markdown": made.markdown,
        "folder": place,
        "own": f"{own}_files",
    }


def _svg_only(path: Path | str) -> BistandError:
    return BistandError(
        "en figur finns bara som SVG, som blir tom i Word.",
        file=path,
        fix="Spara figuren som PNG också, med samma namn (figurformaten png och svg).",
    )


def _finish(path: Path, day: date) -> bytes:
    """Take the time and place of making out of a document, and keep every table row on one page.

    Pandoc writes each picture's path on the maker's machine into the drawing; the file's name is enough.
    """
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    stamp = datetime(day.year, day.month, day.day, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    core = parts["docProps/core.xml"].decode()
    core = re.sub(r"(<dcterms:(created|modified)[^>]*>)[^<]*", rf"\g<1>{stamp}", core)
    parts["docProps/core.xml"] = core.encode()
    body = parts["word/document.xml"].decode().replace("<w:trPr>", "<w:trPr><w:cantSplit/>")
    body = re.sub(r"<w:tr>(?!\s*<w:trPr>)", "<w:tr><w:trPr><w:cantSplit/></w:trPr>", body)
    body = re.sub(r'(<pic:cNvPr descr=")[^"]*[/\\]', r"\g<1>", body)
    parts["word/document.xml"] = body.encode()
    return pack(parts)


def check_word(path: Path) -> tuple[Finding, ...]:
    """Check the structure of a Word document: title, language, heading order, alternative texts, table headers."""
    with zipfile.ZipFile(path) as packed:
        body = ElementTree.fromstring(packed.read("word/document.xml"))
        styles = ElementTree.fromstring(packed.read("word/styles.xml"))
        core = ElementTree.fromstring(packed.read("docProps/core.xml"))
    names = {str(s.get(f"{W}styleId")): _value(s.find(f"{W}name")) for s in styles.iter(f"{W}style")}
    messages = [*_properties(core, styles), *_headings(body, names), *_pictures(body), *_tables(body)]
    return tuple(Finding(path.name, 0, message) for message in messages)


def _value(element: ElementTree.Element | None) -> str:
    return str(element.get(f"{W}val")) if element is not None else ""


def _properties(core: ElementTree.Element, styles: ElementTree.Element) -> Iterator[str]:
    if not any(element.tag.endswith("}title") and (element.text or "").strip() for element in core.iter()):
        yield "dokumentet saknar titel i egenskaperna."
    languages = [_value(element) for element in styles.iter(f"{W}lang")]
    if not languages or not all(language.startswith("sv") for language in languages):
        yield "dokumentets språk är inte svenska."


def _headings(body: ElementTree.Element, names: Mapping[str, str]) -> Iterator[str]:
    level = 0
    for paragraph in body.iter(f"{W}p"):
        style = names.get(_value(paragraph.find(f"{W}pPr/{W}pStyle")), "")
        match = HEADING.fullmatch(style)
        if not match:
            continue
        text = "".join(part.text or "" for part in paragraph.iter(f"{W}t")).strip()
        if not text:
            yield "en rubrik är tom."
        if int(match[1]) > level + 1:
            yield f"rubriken ”{text}” hoppar över en nivå."
        level = int(match[1])
    if level == 0:
        yield "dokumentet saknar rubriker."


def _pictures(body: ElementTree.Element) -> Iterator[str]:
    for element in body.iter():
        if element.tag.endswith("}docPr") and not (element.get("descr") or "").strip():
            yield f"bilden ”{element.get('name')}” saknar alternativtext."


def _tables(body: ElementTree.Element) -> Iterator[str]:
    for number, table in enumerate(body.iter(f"{W}tbl"), 1):
        first = table.find(f"{W}tr")
        if first is None or first.find(f"{W}trPr/{W}tblHeader") is None:
            yield f"tabell {number} saknar rubrikrad."
