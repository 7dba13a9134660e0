"""Where in a grid the table is: title, header rows, body, and what follows it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from analysis.sources.ingest.cells import EXCEL_ERRORS, clean, token_status
from analysis.sources.ingest.dialect import Cell, Grid
from analysis.sources.ingest.headings import VALUE_WORDS, role_of
from analysis.sources.ingest.mapping import Role
from analysis.sources.ingest.periods import month_number, normalise, parse_gender, parse_period

MAX_TITLE_ROWS: Final = 40
MAX_HEADER_ROWS: Final = 4
_NUMERIC: Final = re.compile(
    r"(?:ca\.?|cirka|~)? ?[-+]?[\d][\d .,']*(?:%| ?%| ?p| ?\(p\)| ?prel\.?| ?r|\*|[¹²³]| \d\))?"
)


@dataclass(frozen=True)
class Frame:
    """The parts of a grid by row index (zero-based).

    `titles` are texts above the header; `headings` holds, for each column, the header texts from top to bottom.
    """

    titles: tuple[str, ...]
    headings: tuple[tuple[str, ...], ...]
    body: tuple[int, ...]

    def label(self, column: int) -> str:
        """Return a column's heading on one line, as mappings name it."""
        parts = [part for part in self.headings[column] if part]
        return " / ".join(dict.fromkeys(parts))


def as_text(cell: Cell) -> str:
    """Return a cell as the text a user would see."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell).replace(".", ",")
    if isinstance(cell, date):
        return cell.isoformat()
    return clean(cell)


def is_empty(cell: Cell) -> bool:
    """Whether nothing stands in the cell."""
    return isinstance(cell, str) and clean(cell) == ""


def looks_numeric(cell: Cell) -> bool:
    """Whether the cell is a number or stands in the place of one."""
    if isinstance(cell, float):
        return True
    if isinstance(cell, date):
        return False
    text = clean(cell).lower()
    if text == "" or parse_gender(text) is not None:
        return False
    return bool(_NUMERIC.fullmatch(text)) or token_status(text) is not None or text in EXCEL_ERRORS


def _time_like(cell: Cell) -> bool:
    return not is_empty(cell) and parse_period(cell if not isinstance(cell, str) else clean(cell)) is not None


def _fits(role: Role | None, cell: Cell) -> bool:
    if role in ("period", "år"):
        return _time_like(cell)
    return role == "månad" and (month_number(cell) is not None or _time_like(cell))


def find_frame(grid: Grid) -> Frame | None:
    """Find header and body; None if the grid holds no table of numbers."""
    first = _first_data_row(grid)
    if first is None:
        return None
    header: list[int] = []
    row = first - 1
    while row >= 0 and len(header) < MAX_HEADER_ROWS:
        cells = [column for column in range(grid.width) if not is_empty(grid.cell(row, column))]
        if not cells:
            if header:
                break
            row -= 1
            continue
        if header and _is_title(grid, row, cells):
            break
        header.insert(0, row)
        row -= 1
    if not header:
        return None
    titles = tuple(
        as_text(cell) for index in range(header[0]) for cell in grid.rows[index] if not is_empty(cell)
    )
    body = tuple(range(first, len(grid.rows)))
    return Frame(titles, _headings(grid, header), body)


def _is_title(grid: Grid, row: int, filled: list[int]) -> bool:
    texts = {as_text(grid.cell(row, column)) for column in filled}
    if len(filled) == 1:
        return filled[0] == 0 or len(next(iter(texts))) > 60
    covered = [area for area in grid.merged if area[0] <= row <= area[2] and area[1] == 0]
    return len(texts) == 1 and bool(covered) and covered[0][3] >= grid.width - 1


def _first_data_row(grid: Grid) -> int | None:
    roles: dict[int, Role] = {}
    above: set[int] = set()
    for row in range(min(len(grid.rows), MAX_TITLE_ROWS + MAX_HEADER_ROWS)):
        cells = grid.rows[row]
        filled = [column for column, cell in enumerate(cells) if not is_empty(cell)]
        if len(filled) >= 2 and above and _is_data(cells, filled, roles):
            values = [column for column in filled if looks_numeric(cells[column])]
            if any(column in above for column in values) or not values:
                return row
        if len(filled) == 1 and above and _lone_period(cells, filled[0], roles):
            return row
        for column in filled:
            role = role_of(cells[column])
            if role is not None:
                roles[column] = role
        if len(filled) >= 2:
            above |= set(filled)
    return None


def _lone_period(cells: tuple[Cell, ...], column: int, roles: dict[int, Role]) -> bool:
    """Whether a row has only its period filled in: its numbers are missing, but it is a row of the table."""
    return _time_like(cells[column]) and (column == 0 or roles.get(column) in ("period", "år", "månad"))


def _is_data(cells: tuple[Cell, ...], filled: list[int], roles: dict[int, Role]) -> bool:
    if any(_fits(roles.get(column), cells[column]) for column in filled):
        return True
    if any(role_of(cells[column]) or normalise(cells[column]) in VALUE_WORDS for column in filled):
        return False
    numeric = [column for column in filled if looks_numeric(cells[column])]
    plain = [column for column in numeric if not _time_like(cells[column])]
    if plain:
        return True
    return len(numeric) == len(filled) and filled[0] == 0 and bool(roles)


def _headings(grid: Grid, header: list[int]) -> tuple[tuple[str, ...], ...]:
    levels = []
    for position, row in enumerate(header):
        texts = [as_text(grid.cell(row, column)) for column in range(grid.width)]
        last = position == len(header) - 1
        levels.append(texts if last else _spread(texts, row, grid))
    width = range(grid.width)
    return tuple(tuple(level[column] for level in levels) for column in width)


def _spread(texts: list[str], row: int, grid: Grid) -> list[str]:
    """Carry an upper heading to the right over its empty neighbours, or over its merged area if there is one."""
    areas = [area for area in grid.merged if area[0] <= row <= area[2]]
    result = list(texts)
    if areas:
        for top, left, _, right in areas:
            for column in range(left, min(right, len(result) - 1) + 1):
                result[column] = as_text(grid.cell(top, left))
        return result
    current = ""
    for column, text in enumerate(texts):
        if text:
            current = "" if role_of(text) else text
        else:
            result[column] = current
    return result
