"""Spells and measures as person x month arrays: the one form that every estimator reads.

Months are window months 0 .. T-1. Within a month the order is: measures start, then the person may
leave. An exit in month t therefore means that t is the last month with bistånd.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.micro.vocabulary import BACKGROUND, EARLIER_BOUNDS, MONTHS_OUT

LEADS: Final = 12  # months before the spell that the negative control looks at

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Window:
    """The months that the extract covers, as month indices (year * 12 + month - 1), both included."""

    first: int
    last: int

    @property
    def months(self) -> int:
        """Number of months in the window."""
        return self.last - self.first + 1


@dataclass(frozen=True)
class History:
    """Everything known about n persons in T window months and J measures.

    Attributes
    ----------
    window
        The months covered.
    measures
        Names of the J measures.
    on : (n, T)
        Person has bistånd in the month.
    spell : (n, T)
        Row of the spell table, -1 where the person has no bistånd.
    duration : (n, T)
        Whole months since the spell began (0 in its first month); 0 where off.
    exit : (n, T)
        0 none, 1 work, 2 studies, 3 other; the month is then the last of the spell.
    last : (n, T)
        Last window month of the spell running in the month; -1 where off.
    background : column -> (n_spells,)
        Codes into `vocabulary.BACKGROUND`, plus ``earlier`` (classes of earlier months).
    before : (n_spells, 12)
        Person had bistånd l + 1 months before the spell began.
    start, started, running : (J, n, T)
        The measure starts this month; has started earlier in the same spell; was running already when
        the month began.
    planned : (J, n, T)
        Planned months of a measure in its start month, 0 elsewhere or where unknown.
    obstacle, steady : (n, T)
        The month's obstacle (code of ``orsak``) and whole months since it changed; None where only the obstacle at the
        spell's start is known.
    """

    window: Window
    measures: tuple[str, ...]
    on: Bools
    spell: Ints
    duration: Ints
    exit: Ints
    last: Ints
    background: dict[str, Ints]
    before: Bools
    start: Bools
    started: Bools
    running: Bools
    planned: Ints
    obstacle: Ints | None = None
    steady: Ints | None = None

    @property
    def persons(self) -> int:
        """Number of persons with at least one month in the window."""
        return int(self.on.shape[0])

    def select(self, keep: Bools) -> History:
        """Return the history of the persons where `keep` (n,) is true; the spell table is shared."""
        return History(
            self.window, self.measures, self.on[keep], self.spell[keep], self.duration[keep], self.exit[keep],
            self.last[keep], self.background, self.before, self.start[:, keep], self.started[:, keep],
            self.running[:, keep], self.planned[:, keep],
            None if self.obstacle is None else self.obstacle[keep],
            None if self.steady is None else self.steady[keep],
        )  # fmt: skip


def join_spells(spells: pd.DataFrame, months_out: int = MONTHS_OUT) -> pd.DataFrame:
    """Join spells of a person that are separated by fewer than `months_out` months without bistånd.

    Parameters
    ----------
    spells
        Columns ``person`` (int), ``start``, ``end`` (month indices; end is the last month with bistånd),
        ``cause`` (0-3). Spells of a person do not overlap.

    Returns
    -------
    The joined spells, sorted by person and start; the first spell's start and the last one's end and cause.
    """
    ordered = spells.sort_values(["person", "start"], kind="stable").reset_index(drop=True)
    person, start, end = (ordered[name].to_numpy() for name in ("person", "start", "end"))
    new = np.ones(len(ordered), bool)
    new[1:] = (person[1:] != person[:-1]) | (start[1:] - end[:-1] > months_out)
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(ordered)) - 1
    joined = ordered.iloc[first].reset_index(drop=True)
    joined["end"] = end[last]
    joined["cause"] = ordered["cause"].to_numpy()[last]
    return joined


def build_history(
    spells: pd.DataFrame,
    measures: pd.DataFrame,
    background: pd.DataFrame,
    window: Window,
    obstacles: pd.DataFrame | None = None,
    months_out: int = MONTHS_OUT,
) -> History:
    """Lay out spells, measures and background as arrays.

    Parameters
    ----------
    spells
        ``person, start, end, cause``: month indices; ongoing spells end at or after ``window.last`` with
        cause 0.
    measures
        ``person, measure, start, end, planned``: month indices, end included, planned months or 0.
    background
        ``person, start`` (of the spell) and one code column per key of `BACKGROUND`, ``earlier_months``.
    window
        The months covered by the extract.
    obstacles
        ``person, month, obstacle``: the obstacle of each month with bistånd, if it is known.
    months_out
        Months without bistånd that make an exit.
    """
    joined = join_spells(spells, months_out)
    described = joined.merge(background, on=["person", "start"], how="left", validate="one_to_one")
    inside = ((described["end"] >= window.first) & (described["start"] <= window.last)).to_numpy()
    codes, ids = pd.factorize(described.loc[inside, "person"], sort=True)
    table = described[inside].reset_index(drop=True).assign(row=codes)
    n, months = len(ids), window.months

    begin = table["start"].to_numpy() - window.first
    end = np.minimum(table["end"].to_numpy() - window.first, months - 1)
    person_cell, month_cell, spell_cell = _expand(table["row"].to_numpy(), np.maximum(begin, 0), end)
    spell = np.full((n, months), -1, np.int64)
    spell[person_cell, month_cell] = spell_cell
    on = spell >= 0
    duration = np.where(on, np.arange(months) - begin[spell], 0)
    last = np.where(on, end[spell], -1)
    left = (table["cause"].to_numpy() > 0) & (table["end"].to_numpy() <= window.last)
    exits = np.zeros((n, months), np.int64)
    exits[table["row"].to_numpy()[left], end[left]] = table["cause"].to_numpy()[left]

    names = tuple(sorted(measures["measure"].unique()))
    start, started, running, planned = _measure_arrays(measures, names, ids, spell, begin, window)
    earlier = np.searchsorted(np.asarray(EARLIER_BOUNDS), table["earlier_months"].to_numpy(), "right") - 1
    codes_of = {name: table[name].to_numpy(np.int64) for name in BACKGROUND}
    return History(
        window, names, on, spell, duration, exits, last, codes_of | {"earlier": earlier},
        _months_before(joined, table), start, started, running, planned,
        *_obstacle_arrays(obstacles, ids, spell, codes_of["orsak"], window),
    )  # fmt: skip


def _obstacle_arrays(
    obstacles: pd.DataFrame | None, ids: object, spell: Ints, at_start: Ints, window: Window
) -> tuple[Ints | None, Ints | None]:
    """(n, T) obstacle and months since it changed; a month without one keeps the month's before, else the spell's first."""
    if obstacles is None:
        return None, None
    n, months = spell.shape
    row_of = pd.Series(np.arange(n), index=ids)
    inside = obstacles[
        obstacles["person"].isin(row_of.index) & obstacles["month"].between(window.first, window.last)
    ]
    grid = np.full((n, months), -1, np.int64)
    grid[row_of.reindex(inside["person"]).to_numpy(), inside["month"].to_numpy() - window.first] = inside[
        "obstacle"
    ]
    first = np.where(spell >= 0, at_start[spell], -1)
    steady = np.zeros((n, months), np.int64)
    for month in range(months):
        same = month > 0
        before = grid[:, month - 1] if same else np.full(n, -1)
        grid[:, month] = np.where(
            grid[:, month] >= 0, grid[:, month], np.where(before >= 0, before, first[:, month])
        )
        if same:
            steady[:, month] = np.where(grid[:, month] == before, steady[:, month - 1] + 1, 0)
    return np.maximum(grid, 0), steady


def _expand(row: Ints, first: Ints, last: Ints) -> tuple[Ints, Ints, Ints]:
    """One entry per covered month: the person row, the month and the interval's number."""
    length = np.maximum(last - first + 1, 0)
    number = np.repeat(np.arange(len(row)), length)
    offset = np.arange(len(number)) - np.repeat(np.cumsum(length) - length, length)
    return row[number], first[number] + offset, number


def _months_before(joined: pd.DataFrame, table: pd.DataFrame) -> Bools:
    """(n_spells, LEADS): did the person have bistånd 1, 2, ... months before the spell began?"""
    before = np.zeros((len(table), LEADS), bool)
    pairs = table[["person", "start"]].reset_index().merge(joined[["person", "start", "end"]], on="person")
    pairs = pairs[pairs["end"] < pairs["start_x"]]
    for lead in range(LEADS):
        month = pairs["start_x"] - 1 - lead
        hit = (pairs["start_y"] <= month) & (pairs["end"] >= month)
        before[pairs.loc[hit, "index"].to_numpy(), lead] = True
    return before


def _measure_arrays(
    measures: pd.DataFrame, names: tuple[str, ...], ids: object, spell: Ints, begin: Ints, window: Window
) -> tuple[Bools, Bools, Bools, Ints]:
    """(J, n, T) arrays start, started earlier in the spell, running when the month began, planned months."""
    n, months = spell.shape
    shape = (len(names), n, months)
    start, started, running = (np.zeros(shape, bool) for _ in range(3))
    planned = np.zeros(shape, np.int64)
    row_of = pd.Series(np.arange(n), index=ids)
    known = measures[measures["person"].isin(row_of.index)]
    row = row_of.reindex(known["person"]).to_numpy()
    number = np.searchsorted(np.asarray(names), known["measure"].to_numpy(str)) if names else row
    first = known["start"].to_numpy() - window.first
    last = np.minimum(known["end"].to_numpy() - window.first, months - 1)
    length = known["planned"].to_numpy()
    inside = (first >= 0) & (first < months)
    start[number[inside], row[inside], first[inside]] = True
    planned[number[inside], row[inside], first[inside]] = length[inside]
    start &= spell >= 0
    cell_row, cell_month, cell_item = _expand(row, np.maximum(first + 1, 0), last)
    running[number[cell_item], cell_row, cell_month] = True
    # Started earlier in the spell: every later month of the spell that the start month belongs to.
    all_row, all_month, all_item = _expand(row, np.maximum(first + 1, 0), np.full(len(row), months - 1))
    current = spell[all_row, all_month]
    same = (current >= 0) & (first[all_item] >= begin[current])
    started[number[all_item[same]], all_row[same], all_month[same]] = True
    return start, started, running & (spell >= 0), planned
