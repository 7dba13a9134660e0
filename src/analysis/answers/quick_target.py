"""Could any municipality reach a level by a year? No plan and no run is needed.

Asked in a terminal, so it imports nothing that takes time: everything is read off `Extract`, made once from the national
results (`analysis.answers.country`).
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from foundation.errors import BistandError


@dataclass(frozen=True)
class Pace:
    """A fall over three years: whose, between which years, and the change a year in per cent (negative)."""

    code: str
    start_year: int
    end_year: int
    percent: float


@dataclass(frozen=True)
class Extract:
    """What a question about one municipality's target is answered from.

    Attributes
    ----------
    level, year
        Latest known value (per cent of the residents) and its year.
    panel_year
        Last year of the panel; the forecast's first year is the next.
    shares
        Shares of the paths, 0-1, increasing.
    quantiles
        One row a forecast year: the level that each of `shares` lies at or below.
    own, near
        The fastest fall here and among the comparable; None if none fell.
    """

    code: str
    level: float
    year: int
    panel_year: int
    shares: tuple[float, ...]
    quantiles: tuple[tuple[float, ...], ...]
    own: Pace | None
    near: Pace | None


@dataclass(frozen=True)
class QuickTarget:
    """What it takes to come down to a level.

    Attributes
    ----------
    probability
        That the forecast's paths lie at or below `level` in `year`, 0-1.
    median
        The forecast's median that year, per cent.
    required
        Change a year in per cent that leads there from the latest known level (negative); None if it is there.
    fastest
        The fastest fall here or among the comparable; None if none fell.
    """

    known: Extract
    level: float
    year: int
    probability: float
    median: float
    required: float | None
    fastest: Pace | None

    @property
    def unseen(self) -> bool:
        """Whether the required pace is faster than any seen here or among the comparable."""
        return self.required is not None and (self.fastest is None or self.required < self.fastest.percent)


def quick_target(known: Extract, level: float, year: int) -> QuickTarget:
    """Answer for one municipality.

    Raises
    ------
    BistandError
        If the level is no share, or the year is out of the forecast's reach.
    """
    first, last = known.panel_year + 1, known.panel_year + len(known.quantiles)
    if not first <= year <= last:
        raise BistandError(f"år {year} går inte att bedöma", fix=f"Välj ett år från {first} till {last}.")
    if not 0 < level < 100:
        raise BistandError("nivån är ingen andel", fix="Skriv procent av invånarna, till exempel 2,5.")
    row = known.quantiles[year - first]
    required = 100 * ((level / known.level) ** (1 / (year - known.year)) - 1) if level < known.level else None
    falls = [fall for fall in (known.own, known.near) if fall is not None]
    return QuickTarget(
        known,
        level,
        year,
        _share_below(level, row, known.shares),
        row[len(row) // 2],
        required,
        min(falls, key=lambda fall: fall.percent, default=None),
    )


def _share_below(level: float, row: tuple[float, ...], shares: tuple[float, ...]) -> float:
    """Return the share of paths at or below a level, straight lines between the kept quantiles."""
    place = bisect_left(row, level)
    if place == 0:
        return shares[0] if row[0] == level else 0.0
    if place == len(row):
        return 1.0
    low, high = row[place - 1], row[place]
    part = (level - low) / (high - low)
    return shares[place - 1] + part * (shares[place] - shares[place - 1])
