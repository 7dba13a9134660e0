"""What is true of one municipality without any plan: read off the national results (`analysis.answers.country`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.answers.country import SPAN, Country
from analysis.sources.observation import RIKET
from foundation.errors import BistandError

Against = Literal["under", "inom", "över", "okänd"]


@dataclass(frozen=True)
class Fall:
    """The fastest fall over `SPAN` years: change a year in per cent (negative), and between which years."""

    code: str
    start_year: int
    end_year: int
    percent: float


@dataclass(frozen=True)
class Record:
    """How earlier forecasts of the same kind went.

    Attributes
    ----------
    forecasts, inside
        Number with an outcome, and of those within the 80 % interval.
    error
        Mean distance between median and outcome, in percentage points.
    first, last
        Years that the first and the last were made from.
    """

    forecasts: int
    inside: int
    error: float
    first: int
    last: int


@dataclass(frozen=True)
class Place:
    """One municipality among all.

    Attributes
    ----------
    own
        Its known values by year, per cent.
    year, level, before
        Latest known year, its value and the year before's (None if not known).
    riket, near_median
        The country and the median of the comparable, the same year.
    rank, ranked
        Place among those with a value that year; 1 is the lowest.
    near
        Codes of the comparable, nearest first.
    expected
        (low, middle, high) of what is normal in `panel_year` for its size, unemployment and history; None if unknown.
    against_expected
        Where the level of `panel_year` lies against that.
    foreseen
        (low, middle, high) that the model would have said `SPAN` years earlier about `panel_year`; None if unknown.
    against_foreseen
        Where the outcome lies against that.
    fan
        The forecast: ``year, median, low50 ... high95``.
    missing
        Years of the panel without a value, in order.
    fastest
        Its own fastest fall; None if it never fell, or if the series holds what looks like an error.
    fastest_near
        The fastest fall among the comparable; None if none fell.
    suspect
        Whether the series holds a jump that looks like an error in the source.
    """

    code: str
    own: pd.Series[float]
    panel_year: int
    year: int
    level: float
    before: float | None
    riket: float
    near_median: float
    rank: int
    ranked: int
    near: tuple[str, ...]
    population: float
    unemployment: float
    expected: tuple[float, float, float] | None
    against_expected: Against
    foreseen: tuple[float, float, float] | None
    against_foreseen: Against
    foreseen_from: int
    fan: pd.DataFrame
    missing: tuple[int, ...]
    record: Record
    record_all: Record
    fastest: Fall | None
    fastest_near: Fall | None
    suspect: bool


def place(found: Country, code: str) -> Place:
    """Return what is true of one municipality.

    Raises
    ------
    BistandError
        If the panel holds no value for it.
    """
    if code not in found.table.index:
        raise BistandError(
            f"kommunen ”{code}” har inga värden i panelen",
            fix="Använd SCB:s fyrsiffriga kod inom citattecken.",
        )
    row = found.table.loc[code]
    series = found.levels.loc[code]
    now = float(series[found.year])
    year = int(row["year"])
    near = found.near[code]
    return Place(
        code=code,
        own=series.dropna(),
        panel_year=found.year,
        year=year,
        level=float(row["level"]),
        before=_known(row["before"]),
        riket=float(found.levels.loc[RIKET, year]),
        near_median=float(row["near_median"]),
        rank=int(row["rank"]),
        ranked=int(row["ranked"]),
        near=near,
        population=float(found.population.get(code, np.nan)),
        unemployment=float(found.unemployment.get(code, np.nan)),
        expected=_three(row, "expected"),
        against_expected=_against(now, _three(row, "expected")),
        foreseen=_three(row, "foreseen"),
        against_foreseen=_against(now, _three(row, "foreseen")),
        foreseen_from=found.year - SPAN,
        fan=found.fan[found.fan["code"] == code].drop(columns="code").reset_index(drop=True),
        missing=tuple(int(step) for step in series.index[series.isna()]),
        record=record(found.record[found.record["kommun_kod"] == code]),
        record_all=record(found.record),
        fastest=_fastest(found, (code,)),
        fastest_near=_fastest(found, near),
        suspect=code in found.suspects,
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _three(row: pd.Series, name: str) -> tuple[float, float, float] | None:
    values = (float(row[f"{name}_low"]), float(row[name]), float(row[f"{name}_high"]))
    return values if all(np.isfinite(values)) else None


def _against(value: float, interval: tuple[float, float, float] | None) -> Against:
    if interval is None or not np.isfinite(value):
        return "okänd"
    return "under" if value < interval[0] else "över" if value > interval[2] else "inom"


def record(scores: pd.DataFrame) -> Record:
    """Return the record of the scored forecasts in `scores`."""
    return Record(
        forecasts=len(scores),
        inside=int(scores["hit80"].sum()),
        error=float(scores["bias"].abs().mean()) if len(scores) else float("nan"),
        first=int(scores["origin"].min()) if len(scores) else 0,
        last=int(scores["origin"].max()) if len(scores) else 0,
    )


def _fastest(found: Country, codes: tuple[str, ...]) -> Fall | None:
    rows = found.fastest[found.fastest["kommun_kod"].isin(codes)].sort_values("percent", kind="stable")
    rows = rows[rows["percent"] < 0]
    if rows.empty:
        return None
    first = rows.iloc[0]
    return Fall(
        str(first["kommun_kod"]), int(first["start_year"]), int(first["end_year"]), float(first["percent"])
    )
