"""What is known of a monthly measure, as linear readings of consecutive months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.calendar import centre, following, is_month, steps_between, weekdays
from analysis.forecasts.bridge import BridgePrior, Point
from analysis.forecasts.month_parts import Readings
from analysis.forecasts.monthly import stray_months
from analysis.forecasts.series import zero_floor

Array = NDArray[np.float64]

#: The level of the ratio is not known beforehand; months tell it at once.
LEVEL_SD: Final = 1.0
#: Weekdays in a month on average.
WEEKDAYS: Final = 365.2425 * 5.0 / 7.0 / 12.0


@dataclass(frozen=True)
class MonthFrame:
    """Every month that is read, forecast or part of a year that is; consecutive.

    Attributes
    ----------
    months
        As text, ascending.
    first_year, last_year
        Years to forecast, ends included.
    """

    months: tuple[str, ...]
    first_year: int
    last_year: int

    @classmethod
    def over(cls, values: Mapping[str, float], points: Sequence[Point], periods: Sequence[str]) -> MonthFrame:
        """Months from the first that is read, or January of the first year forecast, to the last year's December."""
        last = max(values)
        first_year = int(following(last, 1)[0][:4])
        last_year = max(int(period[:4]) for period in periods)
        starts = [min(values), f"{first_year}-01"]
        starts += [point.period if is_month(point.period) else f"{point.period}-01" for point in points]
        start = min(starts)
        count = steps_between(start, f"{last_year}-12")
        return cls((start, *following(start, count)), first_year, last_year)

    def index(self, period: str) -> list[int]:
        """Positions of the months that a period holds."""
        if is_month(period):
            return [self.months.index(period)]
        start = self.months.index(f"{period}-01")
        return list(range(start, start + 12))


def read_months(
    frame: MonthFrame,
    values: Mapping[str, float],
    points: Sequence[Point],
    spread: Mapping[str, float],
    rounding: float,
    prior: BridgePrior | None,
) -> tuple[Readings, tuple[str, ...]]:
    """Months and points as linear readings, stray months left out."""
    series = pd.Series(values).reindex(frame.months).to_numpy(dtype=float)
    floor = max(zero_floor(series), rounding)
    log = np.log(np.maximum(series, floor))
    stray = stray_months(log)
    rows, seen, variance = [], [], []
    for index in np.flatnonzero(np.isfinite(log) & ~stray):
        month = frame.months[index]
        rows.append(_row(len(frame.months), [int(index)]))
        seen.append(float(log[index]))
        variance.append(spread.get(month, 0.0) ** 2 + (rounding / max(series[index], floor)) ** 2 / 3.0)
    belief = prior or BridgePrior()
    for point in points:
        if point.value <= 0:
            raise ValueError("points must be positive")
        if point.period in values:
            continue
        rows.append(_row(len(frame.months), frame.index(point.period)))
        seen.append(float(np.log(point.value)))
        extra = 0.0 if is_month(point.period) else belief.year_sd**2
        variance.append(extra + (point.rounding / point.value) ** 2 / 3.0)
    readings = Readings(
        times=np.array([centre(month) for month in frame.months]),
        weekdays=np.array([weekdays(month) for month in frame.months]) - WEEKDAYS,
        operator=np.array(rows),
        values=np.array(seen),
        variance=np.array(variance),
        level=float(np.log(belief.ratio)),
        level_sd=belief.ratio_sd if prior else LEVEL_SD + abs(float(np.mean(seen))),
        drift_sd=belief.drift_sd,
    )
    return readings, tuple(frame.months[index] for index in np.flatnonzero(stray))


def _row(width: int, places: Sequence[int]) -> Array:
    row = np.zeros(width)
    row[list(places)] = 1.0 / len(places)
    return row
