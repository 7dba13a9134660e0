"""From bytes to grids: encodings, delimiters, quoting, and the sheets of a workbook."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Final

import python_calamine as calamine

from analysis.sources.ingest.apart import sheets_apart, sheets_of
from analysis.sources.ingest.package import MAX_CELLS, MAX_COLUMNS, Package, damaged
from foundation.errors import BistandError

Cell = str | float | date
DELIMITERS: Final = (";", "\t", ",", "|")
EXCEL: Final = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
MAX_BYTES: Final = 20_000_000
MAX_ROWS: Final = 200_000
MAX_LETTERS: Final = 8_000


@dataclass(frozen=True)
class Grid:
    """One table of cells as the file holds it; row 0 is the file's row 1.

    `merged` lists merged areas as (first row, first column, last row, last column), zero-based, inclusive;
    `epoch_1904` tells whether bare day numbers count from 1904.
    """

    rows: tuple[tuple[Cell, ...], ...]
    origin: str
    sheet: str | None = None
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden: bool = False
    epoch_1904: bool = False

    @cached_property
    def width(self) -> int:
        """The number of columns of the widest row."""
        return max((len(row) for row in self.rows), default=0)

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell; beyond the end of a row cells are empty."""
        return self.rows[row][column] if column < len(self.rows[row]) else ""


def read_grids(path: Path) -> tuple[Grid, ...]:
    """Read every sheet of a workbook, or the one table of a text file.

    Raises
    ------
    BistandError
        If the file is missing, empty, too large, protected or not a table at all.
    """
    if not path.is_file():
        raise BistandError("filen finns inte", file=path, fix="Kontrollera sökvägen.")
    size = path.stat().st_size
    if size == 0:
        raise BistandError("filen är tom", file=path, fix="Exportera den igen.")
    if size > MAX_BYTES:
        raise BistandError(
            f"filen är {size / 1e6:.0f} MB; en tabell med månadssiffror är långt mindre",
            file=path,
            fix="Exportera summerade tal, inte enskilda ärenden.",
        )
    data = path.read_bytes()
    if path.suffix.lower() in EXCEL or data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        return _demand_short_cells(_workbook(data, path), path)
    return _demand_short_cells((_text(data, path),), path)


def _demand_short_cells(grids: tuple[Grid, ...], path: Path) -> tuple[Grid, ...]:
    for grid in grids:
        for number, row in enumerate(grid.rows, start=1):
            longest = max((len(cell) for cell in row if isinstance(cell, str)), default=0)
            if longest > MAX_LETTERS:
                raise BistandError(
                    f"en cell har {longest} tecken",
                    file=path,
                    row=number,
                    fix="En tabell har korta celler. Ta bort texten eller exportera bara tabellen.",
                )
    return grids


def _workbook(data: bytes, path: Path) -> tuple[Grid, ...]:
    try:
        grids = _sheets(data, path)
    except calamine.PasswordError as error:
        raise BistandError(
            "arbetsboken är lösenordsskyddad", file=path, fix="Spara en kopia utan lösenord."
        ) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise damaged(path) from error
    except BaseException as error:
        # A panic in the Rust reader on a damaged file is no subclass of Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(path) from error
    if not any(any(cell != "" for cell in row) for grid in grids for row in grid.rows):
        raise BistandError("arbetsboken är tom", file=path, fix="Exportera den igen.")
    return tuple(grids)


def _sheets(data: bytes, path: Path) -> list[Grid]:
    """Read the sheets: what is known to be bounded here, other packages (xlsb, ods) in a process of their own."""
    epoch = False
    if data[:2] == b"PK":
        package = Package(data, path)
        package.demand_reasonable_sheets()
        epoch = bool(re.search(rb"date1904=[\"'](?:1|true)", package.parts.get("xl/workbook.xml", b"")))
        if unsaved := package.unsaved_formulas():
            raise BistandError(
                f"cellen {unsaved[0][1]} har en formel vars värde inte är sparat",
                file=path,
                fix="Öppna filen i Excel, spara den och försök igen.",
            )
        sheets = sheets_of(package.for_reader()) if package.is_excel else sheets_apart(path)
    else:
        sheets = sheets_of(data)
    grids = []
    for name, hidden, areas, values in sheets:
        if values is None:
            raise BistandError(
                f"bladet ”{name[:40]}” är orimligt stort",
                file=path,
                fix="Ta bort tomma rader och kolumner längst ned och till höger.",
            )
        rows = tuple(tuple(_cell(value) for value in row) for row in values)
        merged = tuple((a[0], a[1], b[0], b[1]) for a, b in areas)
        grids.append(Grid(rows, f"Excelblad ”{name}”", name, merged, hidden, epoch))
    return grids


def _cell(value: object) -> Cell:
    if isinstance(value, bool):
        return "SANT" if value else "FALSKT"
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, time):
        return value.isoformat()
    return "" if value is None else str(value).strip()


def decode(data: bytes, path: Path) -> tuple[str, str]:
    """Return the text and the name of its encoding.

    UTF-16 is known by its byte order mark; UTF-8 by being valid; everything else is Windows Swedish.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError as error:
            raise BistandError(
                "filen är avhuggen eller skadad", file=path, fix="Exportera den igen, helst som UTF-8."
            ) from error
    if b"\x00" in data:
        raise BistandError(
            "filen är varken text eller Excel", file=path, fix="Spara tabellen som .xlsx eller .csv."
        )
    for encoding, name in (("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252")):
        try:
            return data.decode(encoding), name
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "Latin-1"


def _text(data: bytes, path: Path) -> Grid:
    text, encoding = decode(data, path)
    start = text.lstrip("\ufeff \r\n\t")[:200].lower()
    if start.startswith(("<!doctype", "<html", "<?xml", "<table", "{", "%pdf")):
        raise BistandError(
            "filen är inte en tabell utan en webbsida, PDF eller liknande",
            file=path,
            fix="Exportera som Excel eller CSV, inte som utskrift eller webbsida.",
        )
    lines = text.splitlines()
    long = next((number for number, line in enumerate(lines, start=1) if len(line) > 400_000), None)
    if long is not None:
        raise BistandError(
            f"raden har {len(lines[long - 1])} tecken", file=path, row=long, fix="Exportera bara tabellen."
        )
    told = None
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5:
        told = lines[0][4]
        text = "\n".join(["", *lines[1:]])
    delimiter = told or guess_delimiter(text)
    names = {";": "semikolon", "\t": "tabb", ",": "komma", "|": "lodstreck"}
    _demand_closed_quotes(text, delimiter, path)
    rows = _parse(text, delimiter)
    widest = max(map(len, rows), default=0)
    if widest > MAX_COLUMNS or widest * len(rows) > MAX_CELLS or len(rows) > MAX_ROWS:
        raise BistandError(
            f"tabellen är orimligt stor: {widest} kolumner och {len(rows)} rader",
            file=path,
            fix="Exportera bara de kolumner och perioder som behövs.",
        )
    if not any(any(cell for cell in row) for row in rows):
        raise BistandError("filen är tom", file=path, fix="Exportera den igen.")
    return Grid(rows, f"text, {encoding}, skild av {names.get(delimiter, delimiter)}")


def _demand_closed_quotes(text: str, delimiter: str, path: Path) -> None:
    """Refuse a quotation mark that is never closed, or closed only some rows later: it swallows numbers in silence."""
    if '"' not in text:
        return
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True
    )
    last = 0
    try:
        for row in reader:
            if any(re.search(r"[\r\n]", cell) and delimiter in cell for cell in row):
                raise csv.Error
            last = reader.line_num
    except csv.Error as error:
        raise BistandError(
            "ett citattecken är inte avslutat",
            file=path,
            row=last + 1,
            fix="Ta bort citattecknet eller exportera filen igen.",
        ) from error


def _parse(text: str, delimiter: str) -> tuple[tuple[Cell, ...], ...]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    rows: list[tuple[Cell, ...]] = []
    try:
        for row in reader:
            rows.append(tuple(cell.strip("\ufeff \t\r\n") for cell in row))
    except csv.Error:
        return tuple(tuple(part.strip() for part in line.split(delimiter)) for line in text.splitlines())
    return tuple(rows)


def guess_delimiter(text: str) -> str:
    """Return the delimiter that gives most rows the same number (over one) of fields.

    Ties go to the earlier of semicolon, tab, comma: a decimal comma makes commas look regular too.
    """
    sample = "\n".join(text.splitlines()[:200])
    best, best_score = ";", 0.0
    for rank, delimiter in enumerate(DELIMITERS):
        widths = Counter(len(row) for row in _parse(sample, delimiter) if any(row))
        useful = {width: count for width, count in widths.items() if width > 1}
        if not useful:
            continue
        share = max(useful.values()) / sum(widths.values())
        width = max(useful, key=lambda key: (useful[key], key))
        score = share + min(width, 20) * 0.002 - rank * 0.05
        if score > best_score:
            best, best_score = delimiter, score
    return best
