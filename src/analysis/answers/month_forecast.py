"""The municipality's months ahead, beside the same month last year: the target's own forecast where it has months."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.answers.months import ADULT_SHARE, ADULTS, HOUSEHOLDS, MonthSeries, month_series
from analysis.answers.target import TargetState
from analysis.calendar import following, steps_between
from analysis.forecasts.distribution import SamplePaths
from analysis.forecasts.joint import joint_forecast
from analysis.forecasts.models import forecast_series
from analysis.forecasts.monthly import prepare_months
from analysis.runs import RunContext

#: Two of every month: fewer cannot tell season from development.
ENOUGH: Final = 24
#: Months ahead at least, and at most.
AHEAD: Final = 6
FARTHEST: Final = 24
DRAWS: Final = 4000
#: How many of the newest months the past forecasts start from, and how far ahead they look.
ORIGINS: Final = 6
LOOK: Final = 3


@dataclass(frozen=True)
class MonthForecast:
    """What the section on months knows.

    Attributes
    ----------
    months
        The series forecast, as shown.
    paths
        Paths of the months.
    reasons
        What was done to the series, in Swedish.
    misses
        Mean absolute error of the two on the series' own newest months, in the measure's unit; None if too short.
    of_target
        Whether this is the target's own measure: the paths are then those that the page's answer is read off.
    """

    months: MonthSeries
    paths: SamplePaths
    reasons: tuple[str, ...]
    misses: tuple[float, float] | None
    of_target: bool

    @property
    def same_month(self) -> pd.Series[float]:
        """The naive forecast: the newest final value of the same calendar month, NaN where there is none."""
        newest = {str(month)[5:]: float(value) for month, value in self.months.final.items()}
        return pd.Series({period: newest.get(period[5:], np.nan) for period in self.paths.periods})


@dataclass(frozen=True)
class MonthState:
    """The series that was found, and the forecast if it is long enough for one."""

    months: MonthSeries | None
    forecast: MonthForecast | None


def open_months(context: RunContext, state: TargetState) -> MonthState:
    """Find the monthly series (the target's own, then the adult share, adults, households) and forecast it if it can be."""
    own = (context.target.matt,) if context.target is not None else ()
    for measure_id in dict.fromkeys((*own, ADULT_SHARE, ADULTS, HOUSEHOLDS)):
        months = month_series(context, measure_id)
        if months is not None:
            return MonthState(months, _forecast(context, state, months))
    return MonthState(None, None)


def _forecast(context: RunContext, state: TargetState, months: MonthSeries) -> MonthForecast | None:
    target, joint, known = context.target, state.bridged, state.known
    of_target = target is not None and target.matt == months.measure_id
    if of_target and joint is not None and joint.months is not None and known is not None:
        series, paths, reasons = pd.Series(known.months), joint.months, known.reasons
        paths = paths.only(paths.periods[:FARTHEST])
    elif of_target or len(months.final) < ENOUGH:
        return None
    else:
        prepared = prepare_months(months.value, preliminary=len(months.preliminary))
        series, reasons = prepared.series.dropna(), prepared.reasons
        paths = _alone(months, series, max(AHEAD, len(months.preliminary) + LOOK), DRAWS)
    return MonthForecast(months, paths, reasons, _misses(months, _every_month(series)), of_target)


def _alone(months: MonthSeries, series: pd.Series[float], horizon: int, draws: int) -> SamplePaths:
    """Forecast months without annual statistics."""
    return joint_forecast(
        {str(month): float(value) for month, value in series.items()},
        following(str(series.index[-1]), horizon),
        rounding=0.5 * 10.0**-months.measure.decimaler,
        unit=months.measure.enhet,
        draws=draws,
    ).paths


def _every_month(series: pd.Series[float]) -> pd.Series[float]:
    first, last = str(series.index[0]), str(series.index[-1])
    return series.reindex([first, *following(first, steps_between(first, last))])


def _misses(months: MonthSeries, series: pd.Series[float]) -> tuple[float, float] | None:
    """Forecast the newest months from those before them, alone; mean absolute error of the medians, and of the naive."""
    starts = [cut for cut in range(len(series) - ORIGINS, len(series)) if series.iloc[:cut].count() >= ENOUGH]
    errors: list[tuple[float, float]] = []
    for cut in starts:
        known = series.iloc[:cut].loc[: series.iloc[:cut].last_valid_index()]
        own = _alone(months, known.dropna(), LOOK, 400)
        naive = forecast_series(known, LOOK, "naive", draws=400).paths
        if naive is None:
            continue
        for period in own.periods:
            outcome = float(series.get(period, np.nan))
            pair = tuple(abs(float(np.median(paths.at(period))) - outcome) for paths in (own, naive))
            errors.append((pair[0], pair[1]))
    known_errors = np.array([pair for pair in errors if np.isfinite(pair).all()])
    return (float(known_errors[:, 0].mean()), float(known_errors[:, 1].mean())) if len(known_errors) else None


def month_facts(state: MonthState) -> dict[str, object]:
    """Return what later pages need, JSON-ready: the measure and its newest final month."""
    found = state.forecast
    if found is None:
        return {"measure": None}
    last = str(found.months.final.index[-1])
    return {"measure": found.months.measure_id, "last": last, "value": float(found.months.value[last])}
