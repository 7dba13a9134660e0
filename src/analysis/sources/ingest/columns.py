"""What each column is: an identifier, numbers of some measure, or left out (and why)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from analysis.sources.ingest.dialect import Cell, Grid
from analysis.sources.ingest.headings import VALUE_WORDS, Facets, Headings, role_of
from analysis.sources.ingest.layout import Frame, is_empty, looks_numeric
from analysis.sources.ingest.mapping import ColumnRule, Mapping, Role
from analysis.sources.ingest.periods import normalise, parse_gender, parse_period
from analysis.sources.ingest.places import Places

_ONCE: Final = ("period", "år", "månad", "kön", "mått", "status")


@dataclass(frozen=True)
class Column:
    """One column of the table and what it is taken for.

    `role` "ej med" means left out, with the reason in `why`; `unknown` marks numbers under an unknown heading.
    """

    index: int
    label: str
    role: Role
    facets: Facets = field(default_factory=Facets)
    scale: float = 1.0
    why: str = ""
    unknown: bool = False


def plan_columns(
    grid: Grid, frame: Frame, mapping: Mapping, headings: Headings, places: Places
) -> tuple[Column, ...]:
    """Decide what each column is: by the saved mapping first, then by heading, then by content."""
    columns = []
    for index in range(grid.width):
        cells = [cell for row in frame.body if not is_empty(cell := grid.cell(row, index))]
        label = frame.label(index)
        if not cells and not label:
            continue
        rule = _rule(mapping, label)
        if rule is not None:
            columns.append(_by_rule(index, label, rule, mapping))
        else:
            columns.append(_guess(index, frame, cells, mapping, headings, places))
    return _settle(columns)


def _rule(mapping: Mapping, label: str) -> ColumnRule | None:
    wanted = normalise(label)
    return next((rule for name, rule in mapping.kolumner.items() if normalise(name) == wanted), None)


def _by_rule(index: int, label: str, rule: ColumnRule, mapping: Mapping) -> Column:
    period = parse_period(rule.period) if rule.period else None
    facets = Facets(measure=rule.matt, gender=rule.kon, group=rule.grupp, period=period)
    why = "utelämnad i mappningen" if rule.roll == "ej med" else ""
    return Column(index, label, rule.roll, facets, rule.skala or mapping.skala or 1.0, why)


def _guess(
    index: int, frame: Frame, cells: list[Cell], mapping: Mapping, headings: Headings, places: Places
) -> Column:
    label, levels = frame.label(index), [text for text in frame.headings[index] if text]
    role = role_of(levels[-1]) if levels else None
    if role == "grupp" and cells and all(looks_numeric(cell) for cell in cells):
        role = None
    if role is not None:
        why = "kommentarskolumn" if role == "ej med" else ""
        return Column(index, label, role, why=why)
    facets, scale = headings.together(levels)
    value = Column(index, label, "värde", facets, mapping.skala or scale)
    numeric = sum(looks_numeric(cell) for cell in cells)
    if facets.measure or (facets.any and (not cells or numeric > 0)):
        return value
    if numeric and any(normalise(text) in VALUE_WORDS for text in levels):
        return value
    return _by_content(index, label, cells, headings, places, numeric)


def _by_content(
    index: int, label: str, cells: list[Cell], headings: Headings, places: Places, numeric: int
) -> Column:
    tests: tuple[tuple[Role, Callable[[Cell], bool]], ...] = (
        ("kön", lambda cell: parse_gender(cell) is not None),
        ("månad", lambda cell: (part := parse_period(cell)) is not None and part.year is None),
        ("period", lambda cell: parse_period(cell) is not None),
        ("kommun", lambda cell: not isinstance(cell, float) and places.find(cell) is not None),
        ("mått", lambda cell: headings.measure(cell) is not None),
    )
    for role, test in tests:
        if cells and sum(map(test, cells)) >= 0.6 * len(cells) and (role != "period" or _only_time(cells)):
            return Column(index, label, role)
    if numeric > 0.5 * len(cells):
        options = headings.ambiguous(label)
        why = f"rubriken kan betyda {' eller '.join(options)}" if options else "okänd rubrik över siffror"
        return Column(index, label, "ej med", why=why, unknown=True)
    return Column(index, label, "ej med", why="textkolumn" if cells else "tom kolumn")


def _only_time(cells: list[Cell]) -> bool:
    """Whether cells can be nothing but periods: bare years must follow each other as years do."""
    years = [part.year for cell in cells if (part := parse_period(cell)) is not None and part.month is None]
    if len(years) < 0.5 * len(cells):
        return True
    steps = [(later or 0) - (earlier or 0) for earlier, later in pairwise(years)]
    return all(step in (0, 1) for step in steps) or all(step in (0, -1) for step in steps)


def _settle(columns: list[Column]) -> tuple[Column, ...]:
    """Let no guess stand beside a stated period, and no role stand twice."""
    stated = {column.role for column in columns if role_of(column.label.rpartition(" / ")[2]) == column.role}
    if stated & {"period", "år"}:
        columns = [
            replace(column, role="ej med", why="ser ut som tid, men perioden står i en annan kolumn")
            if column.role in ("period", "år") and column.role not in stated
            else column
            for column in columns
        ]
    taken: set[Role] = set()
    dated = any(column.role == "värde" and column.facets.period for column in columns)
    result = []
    for column in columns:
        if column.role in _ONCE and column.role in taken:
            column = replace(column, role="ej med", why=f"ännu en kolumn med {column.role}")
        elif column.role == "värde" and dated and column.facets.period is None:
            column = replace(
                column, role="ej med", why="saknar period bland kolumner som har en (troligen summa)"
            )
        taken.add(column.role)
        result.append(column)
    return tuple(result)
