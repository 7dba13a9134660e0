"""What a reader gets from a page, independent of the renderer's markup, and how two renderers' sites differ.

The model of a page is a list of items in reading order, each ``(kind, text)``: title, headings with level and id,
paragraphs with links and formulas, cells of tables, captions, alternative texts, callouts, code, printed output and lists.
Classes, widths, scope and file names of generated pictures are left out on purpose. The test-suite also carries
the extractor that made the golden models; this one is for builds, where both renderers exist.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PreformattedString

from renderer.links import local_target

Item = tuple[str, str]

BLOCKS = (
    "p",
    "div",
    "section",
    "article",
    "figure",
    "ul",
    "ol",
    "dl",
    "li",
    "dt",
    "dd",
    "blockquote",
    "details",
)
LEFT_OUT = (
    "script, style, template, nav, button, #title-block-header, .callout-icon-container, .anchorjs-link, "
    ".footnote-back, [role=doc-backlink], .visually-hidden, .screen-reader-only, a.skip, output, .footnotes > h2"
)
CALLOUT = re.compile(r"^callout-(note|tip|warning|important)$")
NUMBER_IN_TEX = re.compile(r"\s*\\qquad\s*\((\d+)\)\s*$")


@dataclass(frozen=True)
class Difference:
    """Items of one page that only one of the two sites has."""

    page: str
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """How two sites compare.

    Parameters
    ----------
    pages
        Pages compared.
    items
        Items in the first site.
    identical
        How many of them the second site has at the same place in the order.
    differences
        Page by page; empty when the sites say the same.
    """

    pages: int
    items: int
    identical: int
    differences: tuple[Difference, ...]

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def compare(first: Path, second: Path) -> Comparison:
    """Compare two built sites page by page."""
    left, right = site_model(first), site_model(second)
    items = identical = 0
    differences = []
    for page in sorted(left.keys() | right.keys()):
        a = [f"{kind}: {text}" for kind, text in left.get(page, [])]
        b = [f"{kind}: {text}" for kind, text in right.get(page, [])]
        matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
        items += len(a)
        identical += sum(block.size for block in matcher.get_matching_blocks())
        if a != b:
            changed = [code for code in matcher.get_opcodes() if code[0] != "equal"]
            only_a = tuple(text for _, i, j, _, _ in changed for text in a[i:j])
            only_b = tuple(text for _, _, _, i, j in changed for text in b[i:j])
            differences.append(Difference(page, only_a, only_b))
    return Comparison(len(left.keys() | right.keys()), items, identical, tuple(differences))


def site_model(site: Path) -> dict[str, list[Item]]:
    """Model of every page by path from the root."""
    pages = sorted(path for path in site.rglob("*.html") if "site_libs" not in path.parts)
    names = [path.relative_to(site).as_posix() for path in pages]
    return {
        name: page_model(path.read_text(encoding="utf-8"), name)
        for name, path in zip(names, pages, strict=True)
    }


def page_model(html: str, page: str) -> list[Item]:
    """Model of one page; `page` is its path from the root, for links."""
    soup = BeautifulSoup(html, "html.parser")
    main = soup.find("main")
    if not isinstance(main, Tag):
        return []
    root = soup.find("html")
    items: list[Item] = [("lang", str(root.get("lang")) if isinstance(root, Tag) else "")]
    items.append(("titel", _plain(soup.title)))
    items += [("rubrik 1", _plain(heading)) for heading in main.find_all("h1")[:1]]
    for kind, selector in (("underrubrik", ".subtitle"), ("datum", ".date, [data-cm=date]")):
        items += [(kind, _plain(tag)) for tag in main.select(selector)[:1]]
    for element in (*main.find_all("h1")[:1], *main.select(LEFT_OUT)):
        element.extract()
    items += [item for item in _walk(main, page) if item[1]]
    return items


def _walk(node: Tag, page: str) -> Iterator[Item]:
    """Items of a node's children: blocks one by one, loose inline content as paragraphs."""
    run: list[str] = []
    for child in node.children:
        if isinstance(child, Tag) and (child.name in _HANDLED or child.find(list(_HANDLED)) is not None):
            yield "stycke", _squeeze("".join(run))
            run = []
            yield from _block(child, page)
        elif isinstance(child, Tag | NavigableString):
            run.append(_inline(child, page))
    yield "stycke", _squeeze("".join(run))


def _block(tag: Tag, page: str) -> Iterator[Item]:
    name = str(tag.name)
    if name in ("h1", "h2", "h3", "h4", "h5", "h6"):
        inner = tag.parent.get("id") if tag.parent is not None and tag.parent.name == "section" else ""
        yield f"rubrik {name[1]}", f"{_content(tag, page)} #{tag.get('id') or inner}"
    elif name == "table":
        yield from _table(tag, page)
    elif name == "pre":
        yield _kind_of_code(tag), tag.get_text().strip("\n").rstrip()
    elif name == "hr":
        yield "linje", "-"
    elif name in ("figcaption", "caption"):
        yield "bildtext", _content(tag, page)
    elif name == "summary":
        yield "fällbar", _content(tag, page)
    else:
        yield from _container(tag, page)


def _container(tag: Tag, page: str) -> Iterator[Item]:
    callout = next((m for c in tag.get_attribute_list("class") if c and (m := CALLOUT.match(str(c)))), None)
    if callout:
        yield "ruta", callout[1]
    identifier = str(tag.get("id") or "")
    if re.match(r"(fig|tbl)-[^.]+$", identifier) and not identifier.endswith(("-text", "-caption")):
        yield "id", identifier
    if tag.name == "li" and tag.parent is not None:
        yield "punkt", "numrerad" if tag.parent.name == "ol" else "punkt"
    if tag.name == "details":
        yield "öppen" if tag.has_attr("open") else "stängd", "ja"
    captions = [child for child in tag.children if isinstance(child, Tag) and child.name == "figcaption"]
    for caption in captions:
        # before or after the picture is a matter of taste
        yield "bildtext", _content(caption.extract(), page)
    yield from _walk(tag, page)


def _table(table: Tag, page: str) -> Iterator[Item]:
    caption = table.find("caption")
    if isinstance(caption, Tag):
        yield "bildtext", _content(caption, page)
    for row in table.find_all("tr"):
        cells = row.find_all(["td", "th"], recursive=False)
        texts = []
        for cell in cells:
            text = _content(cell, page)
            span = "".join(f"/{cell[key]}" for key in ("colspan", "rowspan") if cell.get(key, "1") != "1")
            texts.append(("#" if cell.name == "th" and text else "") + text + span)
        if any(texts):
            yield "rad", " | ".join(texts)


def _kind_of_code(pre: Tag) -> str:
    classes = {str(c) for tag in (pre, *pre.parents) for c in tag.get_attribute_list("class") if c}
    for stream in ("stdout", "stderr"):
        if f"cell-output-{stream}" in classes:
            return stream
    if "cell-code" in classes:
        return "cellkod"
    return "resultat" if "cell-output" in classes and "cell-output-markdown" not in classes else "kod"


def _content(tag: Tag, page: str) -> str:
    return _squeeze("".join(_inline(child, page) for child in tag.children))


def _inline(node: object, page: str) -> str:
    if isinstance(node, NavigableString):
        return "" if isinstance(node, PreformattedString) else str(node)
    if not isinstance(node, Tag):
        return ""
    name = str(node.name)
    if name == "math":
        return _formula(node)
    if name == "img":
        return f"![{node.get('alt', '')}]({_source(str(node.get('src', '')), page)})"
    if name == "br":
        return " / "
    inner = "".join(_inline(child, page) for child in node.children)
    if "ekvation-nummer" in node.get_attribute_list("class"):
        return f" {inner}"  # Quarto writes the number into the formula
    if name == "a" and node.has_attr("href"):
        return f"[{_squeeze(inner)}]({_target(str(node['href']), page)})"
    marks = {"em": "*", "strong": "**", "code": "`", "del": "~~", "sub": "~", "sup": "^"}
    if name in marks:
        return f"{marks[name]}{inner}{marks[name]}"
    return f" {inner} " if name in BLOCKS else inner


def _formula(math: Tag) -> str:
    annotation = math.find("annotation")
    tex = _squeeze(annotation.get_text() if isinstance(annotation, Tag) else math.get_text())
    number = NUMBER_IN_TEX.search(tex)
    if number:
        tex = f"{tex[: number.start()]}$ ({number[1]})"
        return f"${tex}"
    return f"${tex}$"


def _target(href: str, page: str) -> str:
    found = local_target(href, page)
    if found is None:
        return href
    return f"/{found[0]}" + (f"#{found[1]}" if found[1] else "")


def _source(src: str, page: str) -> str:
    target = _target(src, page)
    return f"<utdata>.{target.rsplit('.', 1)[-1]}" if "_files/" in target else target


def _plain(tag: Tag | None) -> str:
    return _squeeze(tag.get_text()) if tag is not None else ""


def _squeeze(text: str) -> str:
    return re.sub(r"[\s\u00a0\u202f\u200b]+", " ", text).strip()


_HANDLED = frozenset(
    (*BLOCKS, "table", "pre", "hr", "figcaption", "caption", "summary", "h1", "h2", "h3", "h4", "h5", "h6")
)
