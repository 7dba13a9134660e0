"""A workbook as the zip package it is: bounded before anything reads it, and every text in it beside the cells."""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from foundation.errors import BistandError

MAX_UNPACKED: Final = 150_000_000
MAX_PART: Final = 60_000_000
#: A part that holds no cells: comments, drawings, caches.
MAX_OTHER: Final = 5_000_000
MAX_PARTS: Final = 2_000
MAX_CELLS: Final = 1_500_000
MAX_COLUMNS: Final = 2_000

_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml$", re.IGNORECASE)
#: What the cell reader needs; comments, drawings, caches and the rest are never handed to it.
_NEEDED: Final = re.compile(
    r"(?:\[content_types\]\.xml|_rels/\.rels|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels|xl/sharedstrings\.xml|"
    r"xl/styles\.xml|xl/worksheets/[^/]+\.xml|xl/(?:chart|dialog|macro)sheets/[^/]+\.xml)$",
    re.IGNORECASE,
)
_HOLDS_CELLS: Final = re.compile(r"(?:xl/worksheets/|xl/sharedstrings|content\.xml|xl/media/)", re.IGNORECASE)
_CELL: Final = re.compile(rb"<(?:\w+:)?c\b[^<>]{0,300}?\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f\b[^<>]{0,2000}>([^<]{0,9000})<")
_UNSAVED: Final = re.compile(
    rb"<c\b[^<>]{0,300}?\br=[\"']([A-Z]{1,3}\d{1,7})[\"'][^<>]{0,2000}>\s*<f\b[^<>]{0,300}?(?:/>|>[^<]{0,9000}</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"
)
_BREAKS: Final = re.compile(r"<(?:\w+:)?(?:br|line-break|tab|s)\b[^<>]{0,2000}/?>")
_RUNS: Final = re.compile(
    r"</?(?:\w+:)?(?:r|t|rPr|rFont|sz|b|i|u|color|family|charset|scheme|vertAlign|span|strike|phoneticPr|latin|solidFill)\b[^<>]{0,2000}>"
)
_ATTRIBUTE: Final = re.compile(r"=\s*\"([^\"]{4,2000})\"|=\s*'([^']{4,2000})'")
_AUTHORS: Final = re.compile(
    r"<(dc:creator|cp:lastModifiedBy|Manager|Company|author|meta:initial-creator)\b[^<>]{0,200}>[^<]{0,2000}</\1>",
    re.IGNORECASE,
)
#: Parts whose texts are fonts, colours and the like: searched for numbers of persons only.
_FORM: Final = re.compile(
    r"(?:xl/theme/|xl/persons/|settings\.xml|_rels/\.rels|content_types|printersettings)", re.IGNORECASE
)


class Package:
    """The parts of a workbook, each unpacked once and within bounds.

    Raises
    ------
    BistandError
        If the file is damaged, or would grow beyond what a table can be.
    """

    def __init__(self, data: bytes, path: Path) -> None:
        self.path = path
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as book:
                infos = [info for info in book.infolist() if not info.is_dir()]
                if any(info.flag_bits & 1 for info in infos):
                    raise BistandError(
                        "arbetsboken är lösenordsskyddad", file=path, fix="Spara en kopia utan lösenord."
                    )
                self._bound(infos)
                self.parts = {info.filename: book.read(info) for info in infos}
        except (
            zipfile.BadZipFile,
            zlib.error,
            NotImplementedError,
            RuntimeError,
            OSError,
            ValueError,
            EOFError,
        ) as error:
            raise damaged(path) from error

    def _bound(self, infos: list[zipfile.ZipInfo]) -> None:
        largest = max(infos, key=lambda info: info.file_size, default=None)
        total = sum(info.file_size for info in infos)
        if largest is None:
            raise damaged(self.path)
        other = max((info.file_size for info in infos if not _HOLDS_CELLS.match(info.filename)), default=0)
        if (
            other > MAX_OTHER
            or total > MAX_UNPACKED
            or largest.file_size > MAX_PART
            or len(infos) > MAX_PARTS
        ):
            raise BistandError(
                f"arbetsboken växer till {total / 1e6:.0f} MB när den packas upp; en tabell är långt mindre",
                file=self.path,
                fix="Kopiera tabellen till en ny arbetsbok utan kommentarer, bilder och diagram, och spara den.",
            )

    @property
    def is_excel(self) -> bool:
        """Whether the parts are those of an xlsx or xlsm workbook."""
        return "xl/workbook.xml" in self.parts

    def demand_reasonable_sheets(self) -> None:
        """Ask every sheet how far it reaches, before a reader makes room for it."""
        for name, data in self.parts.items():
            if not _SHEET.match(name):
                continue
            width = height = count = 0
            far = ""
            for match in _CELL.finditer(data):
                count += 1
                column, row = _number(match.group(1)), int(match.group(2))
                if column > MAX_COLUMNS or (row > height and row > MAX_CELLS):
                    far = (match.group(1) + match.group(2)).decode()
                width, height = max(width, column), max(height, row)
            if far or count > MAX_CELLS or width * height > MAX_CELLS:
                where = f": den längst bort är {far}" if far else ""
                raise BistandError(
                    f"ett blad är orimligt stort, {width} kolumner och {height} rader{where}",
                    file=self.path,
                    fix="Ta bort innehåll långt ned och till höger (ofta en ensam cell), eller kopiera tabellen till "
                    "en ny arbetsbok.",
                )

    def unsaved_formulas(self) -> tuple[tuple[str, str], ...]:
        """Return (part, cell) of formulas whose value was never saved."""
        return tuple(
            (name, match.group(1).decode())
            for name, data in self.parts.items()
            if _SHEET.match(name)
            for match in _UNSAVED.finditer(data)
        )

    def for_reader(self) -> bytes:
        """Return the package again with only the parts that the cell reader needs."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as target:
            for name, data in self.parts.items():
                if not self.is_excel or _NEEDED.match(name):
                    target.writestr(name, data)
        return buffer.getvalue()

    def texts(self) -> Iterator[tuple[str, str, bool]]:
        """Yield (part, text, names too) of everything that is written in the package beside the cells.

        Runs of rich text are put together, formulas and attributes are included. The author in the document's
        properties is no client: there, numbers are looked for but not names.
        """
        for name, data in self.parts.items():
            yield "ett dels namn", name.rpartition("/")[2], False
            if not name.lower().endswith((".xml", ".rels", ".vml")):
                yield from ((name, text, False) for text in strings_of(data))
                continue
            if _SHEET.match(name):
                formulas = {match.group(1) for match in _FORMULA.finditer(data)}
                yield from ((name, html.unescape(_decode(text)), True) for text in formulas)
                data = _without_cells(data)
            text, names = _decode(data), not _FORM.search(name)
            authors = " ".join(match.group(0) for match in _AUTHORS.finditer(text))
            if authors:
                yield from ((name, item, False) for item in _written(authors))
                text = _AUTHORS.sub(" ", text)
            yield from ((name, item, names) for item in _written(text))
            for match in _ATTRIBUTE.finditer(text):
                value = html.unescape(match.group(1) or match.group(2))
                if not value.startswith(("http://schemas", "http://purl", "urn:")):
                    yield name, value, names and " " in value


def damaged(path: Path) -> BistandError:
    """Return the error for a workbook that cannot be opened."""
    return BistandError(
        "filen går inte att öppna som en Excelfil",
        file=path,
        fix="Öppna den i Excel, spara om den som .xlsx eller .csv och försök igen.",
    )


def strings_of(data: bytes) -> Iterator[str]:
    """Yield the printable strings of a binary file, in eight and sixteen bits."""
    for match in re.finditer(rb"[\x20-\x7e\xa0-\xff]{8,4000}", data):
        yield match.group(0).decode("latin-1")
    for match in re.finditer(rb"(?:[\x20-\x7e\xa0-\xff]\x00){8,4000}", data):
        yield match.group(0).decode("utf-16-le")


def _written(text: str) -> Iterator[str]:
    joined = _RUNS.sub("", _BREAKS.sub(" ", text.replace("<![CDATA[", "").replace("]]>", "")))
    for item in re.split(r"<[^<>]{0,4000}>", joined):
        for start in range(0, len(item), 4000):
            if piece := item[start : start + 4100].strip():
                yield html.unescape(piece)


def _without_cells(data: bytes) -> bytes:
    start, end = data.find(b"sheetData"), data.rfind(b"sheetData")
    return data[:start] + data[end:] if 0 <= start < end else data


def _decode(data: bytes) -> str:
    return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", errors="replace")


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
