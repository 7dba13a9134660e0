"""From bytes to grids: encodings, delimiters, quoting, and the sheets of a workbook."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

import python_calamine as calamine

from analysis.errors import BistandError

Cell = str | float | date
DELIMITERS: Final = (";", "\t", ",", "|")
EXCEL: Final = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
MAX_BYTES: Final = 60_000_000
MAX_CELLS: Final = 4_000_000


@dataclass(frozen=True)
class Grid:
    """One table of cells as the file holds it; row 0 is the file's row 1.

    `merged` lists merged areas as (first row, first column, last row, last column), zero-based, inclusive.
    """

    rows: tuple[tuple[Cell, ...], ...]
    origin: str
    sheet: str | None = None
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden: bool = False

    @property
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
        return _workbook(data, path)
    return (_text(data, path),)


def _workbook(data: bytes, path: Path) -> tuple[Grid, ...]:
    try:
        grids = _sheets(data, path)
    except calamine.PasswordError as error:
        raise BistandError(
            "arbetsboken är lösenordsskyddad", file=path, fix="Spara en kopia utan lösenord."
        ) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise _unreadable(path) from error
    except BaseException as error:
        # A panic in the Rust reader on a damaged file is no subclass of Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise _unreadable(path) from error
    if not any(any(cell != "" for cell in row) for grid in grids for row in grid.rows):
        raise BistandError("arbetsboken är tom", file=path, fix="Exportera den igen.")
    return tuple(grids)


def _unreadable(path: Path) -> BistandError:
    return BistandError(
        "filen går inte att öppna som en Excelfil",
        file=path,
        fix="Öppna den i Excel, spara om den som .xlsx eller .csv och försök igen.",
    )


def _sheets(data: bytes, path: Path) -> list[Grid]:
    book = calamine.CalamineWorkbook.from_object(io.BytesIO(data))
    grids = []
    for meta in book.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(meta.name)
        if sheet.total_height * sheet.total_width > MAX_CELLS:
            raise BistandError(
                f"bladet ”{meta.name}” är orimligt stort",
                file=path,
                fix="Ta bort tomma rader och kolumner längst ned och till höger.",
            )
        rows = tuple(tuple(_cell(value) for value in row) for row in sheet.to_python(skip_empty_area=False))
        merged = tuple((a[0], a[1], b[0], b[1]) for a, b in sheet.merged_cell_ranges or [])
        hidden = meta.visible != calamine.SheetVisibleEnum.Visible
        grids.append(Grid(rows, f"Excelblad ”{meta.name}”", meta.name, merged, hidden))
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
    told = None
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5:
        told = lines[0][4]
        text = "\n".join(["", *lines[1:]])
    delimiter = told or guess_delimiter(text)
    names = {";": "semikolon", "\t": "tabb", ",": "komma", "|": "lodstreck"}
    rows = _parse(text, delimiter)
    if not any(any(cell for cell in row) for row in rows):
        raise BistandError("filen är tom", file=path, fix="Exportera den igen.")
    return Grid(rows, f"text, {encoding}, skild av {names.get(delimiter, delimiter)}")


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
