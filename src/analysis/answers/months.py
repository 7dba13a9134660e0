"""Monthly series as they may be shown: what is known month by month, and what is preliminary or protected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.calendar import following, steps_between
from analysis.runs import RunContext
from analysis.sources.catalogue import Measure

ADULT_SHARE: Final = "AMN_VUXNA"
ADULTS: Final = "MANAD_VUXNA"
HOUSEHOLDS: Final = "MANAD_HUSHALL"
#: Fewer months than this are no series.
FEWEST: Final = 6
HOW_TO: Final = (
    "Kommunens månadssiffror är inte inlagda. När de är det visas de här; "
    "[så läggs de in](../../ny-period.qmd)."
)


@dataclass(frozen=True)
class MonthSeries:
    """One measure and gender by month, without gaps in the index.

    Attributes
    ----------
    value
        Shown values indexed by ``"2024-10"``; NaN where there is none.
    status
        Status of each month; ``missing`` where the month has no row.
    """

    measure_id: str
    measure: Measure
    gender: str
    value: pd.Series[float]
    status: pd.Series[str]

    @property
    def preliminary(self) -> tuple[str, ...]:
        """The preliminary months at the end of the series, oldest first."""
        known = self.value.dropna().index
        open_months: list[str] = []
        for month in reversed(known):
            if self.status[month] != "preliminary":
                break
            open_months.insert(0, str(month))
        return tuple(open_months)

    @property
    def final(self) -> pd.Series[float]:
        """Known values without the preliminary months at the end."""
        return self.value.drop(list(self.preliminary)).dropna()

    @property
    def hidden(self) -> tuple[str, ...]:
        """The months whose value is protected."""
        return tuple(str(month) for month in self.status.index[self.status == "suppressed"])

    @property
    def absent(self) -> tuple[str, ...]:
        """The months between the first and the last that have no row."""
        return tuple(str(month) for month in self.status.index[self.status == "missing"])

    def year_change(self, month: str) -> float | None:
        """Return the change against the same month a year earlier, or None if either is not shown."""
        before = f"{int(month[:4]) - 1}{month[4:]}"
        if before not in self.value.index or month not in self.value.index:
            return None
        change = float(self.value[month] - self.value[before])
        return change if np.isfinite(change) else None


def month_series(
    context: RunContext,
    measure_id: str,
    gender: str = "T",
    *,
    rows: pd.DataFrame | None = None,
    fewest: int = FEWEST,
) -> MonthSeries | None:
    """Return the municipality's months of a measure, or None with fewer than `fewest` months that are not missing.

    Parameters
    ----------
    rows
        The context's observations, if the caller has picked some of them already.
    """
    shown = context.observations if rows is None else rows
    mine = shown[
        (shown["kommun_kod"] == context.run.kommun)
        & (shown["measure_id"] == measure_id)
        & (shown["gender"] == gender)
        & (shown["group"] == "alla")
        & shown["period"].str.fullmatch(r"\d{4}-\d{2}")
        & (shown["status"] != "missing")
    ]
    mine = _one_series(context, mine).set_index("period")
    if len(mine) < fewest:
        return None
    first, last = str(mine.index.min()), str(mine.index.max())
    index = pd.Index([first, *following(first, steps_between(first, last))], name="period")
    return MonthSeries(
        measure_id=measure_id,
        measure=context.catalogue.measure(measure_id),
        gender=gender,
        value=mine["value"].astype(float).reindex(index),
        status=mine["status"].astype(str).reindex(index, fill_value="missing"),
    )


def _one_series(context: RunContext, rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the series with most months: a single month from a document may be counted in another way."""
    series = rows["source_id"].map({item.passport.id: item.passport.series for item in context.passports})
    return rows[series == series.mode().iloc[0]] if len(rows) else rows


def bridge_periods(context: RunContext, measure_id: str) -> frozenset[str] | None:
    """Return the months of a monthly series that stand for it beside annual figures.

    Decembers, when a target falls due, so that the season is not taken for a change; the newest final month while no
    December is known. None when the measure has no monthly series: then every known point counts.
    """
    months = month_series(context, measure_id)
    if months is None:
        return None
    final = months.final
    decembers = [str(month) for month in final.index if str(month).endswith("-12")]
    return frozenset(decembers or [str(month) for month in final.index[-1:]])
