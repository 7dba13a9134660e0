"""Privacy at the door, second line: a file in which personal data can be seen is stopped before anything is stored.

The first line is that nothing but the recognised table is ever stored. Here every cell of every sheet, hidden ones too,
the file's name, and everything else that a workbook carries (comments, properties, headers, names, formulas, links,
caches) is searched with :func:`analysis.sources.personal.find_personal`. Ordinary numbers must pass: ten bare digits
count only where most long numbers of the same column are valid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from analysis.sources.first_names import FIRST_NAMES
from analysis.sources.ingest.dialect import Cell, Grid
from analysis.sources.ingest.package import Package, strings_of
from analysis.sources.ingest.periods import normalise
from analysis.sources.personal import (
    find_numbers,
    find_personal,
    is_birth_date,
    is_personal_number,
    luhn_ok,
    plain,
)
from foundation.errors import BistandError
from foundation.swedish import numbered

_HEADING: Final = re.compile(
    r"(?:person|samordnings|lma-?|dossier|reserv|akt|klient|ärende)(?:nr|nummer|-?id)|pnr|persnr|person-?id|klient|sökande|"
    r"brukare|födelse(?:datum|dag)|(?:för|efter|klient|person|brukar|sökandes? )namn|namn på (?:person|klient|sökande)|"
    r"(?:gatu|post|bostads|folkbokförings|hem|utdelnings)adress|adress|telefon(?:nummer|nr)?|mobil(?:nummer|nr)?|e-?post(?:adress)?"
)
#: Day and time of an export, as systems write them in names of files.
_EXPORTED: Final = re.compile(r"(?<!\d)20[12]\d[01]\d[0-3]\d[_-]?[0-2]\d[0-5]\d(?:[0-5]\d)?(?!\d)")
_BESIDE: Final = "utanför cellerna (egenskaper, kommentarer, sidhuvud, namn, formler eller länkar)"


@dataclass(frozen=True)
class Finding:
    """Personal data and where it stood; `shown` is masked so that the message itself reveals nobody."""

    kind: str
    shown: str
    sheet: str | None
    row: int | None
    column: int | None


def scan(grids: tuple[Grid, ...], path: Path) -> tuple[Finding, ...]:
    """Return all personal data found in a file's name, its cells and everything beside them, in reading order."""
    found = [
        Finding(kind, shown, None, None, None) for kind, shown in find_personal(_EXPORTED.sub(" ", path.stem))
    ]
    for number, grid in enumerate(grids, start=1):
        found += _in_grid(grid, f"blad {number}")
    found += [Finding(kind, shown, _BESIDE, None, None) for kind, shown in _beside(grids, path)]
    return tuple(found)


def stop_if_personal(grids: tuple[Grid, ...], path: Path) -> None:
    """Stop the import if the file holds personal data.

    Raises
    ------
    BistandError
        Naming the first place, how many there are, and never the data themselves.
    """
    found = scan(grids, path)
    if not found:
        return
    first = found[0]
    in_name = first.row is None and first.sheet is None
    more = f", och {numbered(len(found) - 1, 'ställe', 'ställen')} till" if len(found) > 1 else ""
    where = f" i {first.sheet}" if first.sheet and len(grids) > 1 and first.row else ""
    where = f" {first.sheet}" if first.sheet and not first.row else where
    raise BistandError(
        f"filen innehåller personuppgifter{where}: {first.kind} ({first.shown}){more}",
        file="filnamnet" if in_name else path,
        row=first.row,
        column=letter(first.column) if first.column is not None else None,
        fix="Ingenting har sparats. Exportera summerade antal utan personnummer, namn, adresser eller andra uppgifter "
        "om enskilda, och lägg in den filen i stället.",
    )


def demand_nothing_personal(texts: Mapping[str, str | None]) -> None:
    """Stop texts that the user wrote (option -> text) and that would be stored or published."""
    for name, text in texts.items():
        for kind, shown in find_personal(text or ""):
            raise BistandError(
                f"{name} innehåller {kind} ({shown})", fix="Skriv om texten utan uppgifter om enskilda."
            )


def letter(column: int) -> str:
    """Return the letters of a column (zero-based)."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def _in_grid(grid: Grid, sheet: str) -> Iterator[Finding]:
    for row, cells in enumerate(grid.rows, start=1):
        for column, cell in enumerate(cells):
            if isinstance(cell, str) and cell:
                for kind, shown in find_personal(cell):
                    yield Finding(kind, shown, sheet, row, column)
                if (
                    len(cell) < 40
                    and _HEADING.fullmatch(normalise(cell))
                    and _filled_below(grid, row, column)
                ):
                    yield Finding("en kolumn för personuppgifter", cell, sheet, row, column)
            elif isinstance(cell, float) and 1.8e11 < cell < 2.1e11 and _is_number(_digits(cell)):
                yield Finding("personnummer", f"{str(cell)[:2]}…", sheet, row, column)
    for column in range(grid.width):
        yield from _bare_numbers(grid, column, sheet)
        yield from _first_names(grid, column, sheet)
        yield from _split_numbers(grid, column, sheet)


def _is_number(digits: str) -> bool:
    return len(digits) == 12 and is_birth_date(digits[:8])


def _first_names(grid: Grid, column: int, sheet: str) -> Iterator[Finding]:
    """Find a column of lone first names, whatever its heading."""
    texts = [
        (row, cell)
        for row in range(len(grid.rows))
        if isinstance(cell := grid.cell(row, column), str) and any(mark.isalpha() for mark in cell)
    ]
    names = [row for row, cell in texts if cell.strip().capitalize() in FIRST_NAMES]
    if len(names) >= 3 and len(names) >= 0.5 * len(texts):
        yield Finding("namn", f"{len(names)} förnamn", sheet, names[0] + 1, column)


def _filled_below(grid: Grid, row: int, column: int) -> bool:
    return any(grid.cell(later, column) != "" for later in range(row, len(grid.rows)))


def _bare_numbers(grid: Grid, column: int, sheet: str) -> Iterator[Finding]:
    """Find ten or twelve bare digits; Excel may have stored them as numbers and lost a leading zero."""
    long: list[tuple[int, str]] = []
    for row in range(len(grid.rows)):
        digits = _digits(grid.cell(row, column))
        if 9 <= len(digits) <= 12:
            long.append((row + 1, digits.zfill(10) if len(digits) < 11 else digits))
    valid = [(row, digits) for row, digits in long if is_personal_number(digits)]
    if valid and len(valid) >= 0.5 * len(long):
        for row, digits in valid:
            yield Finding("personnummer", f"{digits[:2]}••••-••••", sheet, row, column)


def _split_numbers(grid: Grid, column: int, sheet: str) -> Iterator[Finding]:
    """Find a date of birth in one column and the last four digits in the next."""
    pairs = [
        (row, left + right.zfill(4))
        for row in range(len(grid.rows))
        if len(left := _digits(grid.cell(row, column))) in (6, 8)
        and len(right := _digits(grid.cell(row, column + 1))) in (3, 4)
    ]
    valid = [row for row, digits in pairs if is_birth_date(digits[:-4]) and luhn_ok(digits[-10:])]
    if len(valid) >= 2 and len(valid) >= 0.8 * len(pairs):
        yield Finding("personnummer", "delat på två kolumner", sheet, valid[0] + 1, column)


def _digits(cell: Cell) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and 0 < cell < 1e13 else ""
    text = plain(cell).strip() if isinstance(cell, str) else ""
    return text if text.isdecimal() else ""


def _beside(grids: tuple[Grid, ...], path: Path) -> Iterator[tuple[str, str]]:
    """Look through everything that a workbook carries beside its cells."""
    for grid in grids:
        yield from find_personal(grid.sheet or "")
    with path.open("rb") as stream:
        data = stream.read()
    if data[:4] == b"PK\x03\x04":
        for _, text, names in Package(data, path).texts():
            yield from find_personal(text) if names else find_numbers(plain(text))
    elif data[:4] == b"\xd0\xcf\x11\xe0":
        for text in strings_of(data):
            yield from find_numbers(plain(text))
