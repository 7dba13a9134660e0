"""Where a municipality stands: level, change, place among all and against those it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from analysis.panel import wide
from analysis.runs import RunContext
from analysis.sources.observation import POPULATION, RIKET

STATED_MEASURE: Final = "DOK_INVANARE"
#: The table of the comparison group tells the change over this many years.
YEARS_BACK: Final = 5


@dataclass(frozen=True)
class Position:
    """A municipality's place in one year.

    Attributes
    ----------
    value, previous
        Level in the latest year and the year before, in per cent.
    rank, ranked
        Place among the `ranked` municipalities with a value that year; 1 is the lowest share.
    riket, comparable_median
        National level and the median of the comparison group, in per cent.
    persons
        Share times population in `population_year`, or None when the population is not known.
    absent
        Later years that the country has a level for and the municipality has not.
    """

    year: int
    value: float
    previous: float | None
    peak_year: int
    peak: float
    rank: int
    ranked: int
    riket: float
    comparable_median: float
    comparable_count: int
    persons: float | None
    population_year: int | None
    absent: tuple[int, ...] = ()

    def __str__(self) -> str:
        before = "–" if self.previous is None else f"{self.previous:.2f}"
        return "\n".join(
            (
                f"Läget {self.year}, andel invånare med ekonomiskt bistånd (procent)",
                f"  kommunen          {self.value:6.2f}   året före {before}, högst {self.peak:.2f} ({self.peak_year})",
                f"  riket             {self.riket:6.2f}",
                f"  jämförelsegruppen {self.comparable_median:6.2f}   median av {self.comparable_count} kommuner",
                f"  plats             {self.rank:3d} av {self.ranked}, 1 är lägst andel",
            )
        )


def panel_of(context: RunContext) -> pd.DataFrame:
    """The panel of the page: municipalities by year, per cent of the inhabitants."""
    return wide(context.observations, context.run.matt)


def latest_year(shares: pd.DataFrame, municipality: str) -> int:
    """The latest year of which the municipality's level is known."""
    return int(shares.loc[municipality].last_valid_index())


def left_out(shares: pd.DataFrame, year: int) -> list[str]:
    """Codes of the municipalities without a value that year: they have no place and are never filled in."""
    return [str(code) for code in shares.index[shares[year].isna()]]


def position(context: RunContext, shares: pd.DataFrame | None = None, *, year: int | None = None) -> Position:
    """Read the municipality's position off the panel.

    Parameters
    ----------
    shares
        The panel as `panel_of` gives it.
    year
        The year of the position; the latest known one if not given. Later years are left out.
    """
    shares = panel_of(context) if shares is None else shares
    year = latest_year(shares, context.run.kommun) if year is None else year
    own = shares.loc[context.run.kommun, :year].dropna()
    municipalities = shares.drop(index=RIKET)[year].dropna()
    group = shares.loc[[item.code for item in context.comparable], year].dropna()
    population = wide(context.observations, POPULATION)
    persons, population_year = None, None
    if context.run.kommun in population.index:
        known = population.loc[context.run.kommun].dropna()
        population_year = int(known.index[-1])
        persons = float(own[year]) / 100 * float(known.iloc[-1])
    return Position(
        year=year,
        value=float(own[year]),
        previous=float(own[year - 1]) if year - 1 in own.index else None,
        peak_year=int(own.idxmax()),
        peak=float(own.max()),
        rank=int((municipalities < own[year]).sum()) + 1,
        ranked=len(municipalities),
        riket=float(shares.loc[RIKET, year]),
        comparable_median=float(group.median()),
        comparable_count=len(group),
        persons=persons,
        population_year=population_year,
        absent=tuple(
            int(later)
            for later in shares.columns
            if later > year
            and pd.notna(shares.loc[RIKET, later])
            and pd.isna(shares.loc[context.run.kommun, later])
        ),
    )


def compared(
    context: RunContext, shares: pd.DataFrame, now: Position, back: int = YEARS_BACK
) -> pd.DataFrame:
    """The municipality, its comparison group and the country: level, change and place among all.

    Returns
    -------
    DataFrame
        ``name, level, change, place, code`` sorted by level; ``attrs["since"]`` is the year that the change counts from:
        `back` years before, or the panel's first.
    """
    places = shares.drop(index=RIKET)[now.year].rank(method="min")
    first = max(now.year - back, int(shares.columns[0]))
    rows = [
        {
            "name": item.name,
            "level": shares.loc[item.code, now.year],
            "change": shares.loc[item.code, now.year] - shares.loc[item.code, first],
            "place": places.get(item.code, float("nan")),
            "code": item.code,
        }
        for item in (context.municipality, *context.comparable, context.catalogue.municipality(RIKET))
    ]
    frame = pd.DataFrame(rows).sort_values("level", kind="stable", na_position="last")
    frame.attrs["since"] = first
    return frame


def position_facts(context: RunContext, shares: pd.DataFrame, now: Position) -> dict[str, object]:
    """Return what the start page and later periods need."""
    known = shares.loc[context.run.kommun, : now.year].dropna()
    return {
        "year": now.year,
        "value": now.value,
        "riket": now.riket,
        "rank": now.rank,
        "ranked": now.ranked,
        "comparable_median": now.comparable_median,
        "series": {str(year): float(value) for year, value in known.items()},
    }
