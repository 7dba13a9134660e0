"""The target's own measure: what is known of it, and its forecast from the months, the panel and the documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from analysis.answers.months import bridge_periods, month_series
from analysis.calendar import centre, following, is_month, last_day, steps_between
from analysis.disclosure.own_counts import added_sources
from analysis.forecasts.bridge import BridgePrior, Point
from analysis.forecasts.joint import JointForecast, joint_forecast
from analysis.forecasts.monthly import measure_revisions, prepare_months
from analysis.panel import select, series
from analysis.runs import RunContext

if TYPE_CHECKING:
    from analysis.answers.target import Forecasts

#: Used while no value of the target's own measure is known: recipients are supported for about four to seven
#: months a year, so a month's figure lies at roughly a third to three fifths of the year's.
UNKNOWN_RATIO: Final = BridgePrior(ratio=0.46, ratio_sd=0.17)
UNFINISHED: Final = "En månad som inte var slut på körningens dag används inte."


@dataclass(frozen=True)
class OwnMeasure:
    """What a run knows of one measure of its municipality, both sexes.

    Attributes
    ----------
    history
        Every known value by period, oldest first; preliminary months only if they are used as they stand.
    months
        The municipality's own months as the forecast reads them, nowcast ones raised; empty without own months.
    spread
        Log standard deviation of the nowcast months.
    points
        Values from documents: years and months.
    reasons
        What was done to the newest months, in Swedish.
    """

    history: Mapping[str, float]
    months: Mapping[str, float]
    spread: Mapping[str, float]
    points: tuple[Point, ...]
    reasons: tuple[str, ...]

    @property
    def last_month(self) -> str | None:
        """The last month that the forecast reads; None without own months."""
        return max(self.months, default=None)

    def value(self, period: str) -> float | None:
        """The known value of a month or a year; a year that is known month by month is their mean."""
        months = [self.history.get(f"{period}-{month:02d}") for month in range(1, 13)]
        known = [value for value in months if value is not None]
        whole = sum(known) / 12 if not is_month(period) and len(known) == 12 else None
        return self.history.get(period, whole)


def own_measure(context: RunContext, measure_id: str) -> OwnMeasure:
    """Read what is known of a measure: own months prepared by their revisions, and the documents' values."""
    rows, added = context.observations, added_sources(context.passports)
    half = _half_digit(context, measure_id)
    told = series(rows[~_own_months(rows, added)], measure_id, context.run.kommun)
    points = tuple(Point(str(period), max(float(value), half), half) for period, value in told.items())
    history = {str(period): float(value) for period, value in told.items()}
    mine = rows[_own_months(rows, added)]
    found = month_series(context, measure_id, rows=mine, fewest=1)
    if found is None or not found.value.notna().any():
        return OwnMeasure(_in_time(history), {}, {}, points, ())
    ended = [last_day(month) <= context.run.kant_senast.isoformat() for month in found.value.index]
    late = bool(found.value[[not done for done in ended]].notna().any())
    values = found.value[ended]
    preliminary = [month for month in found.preliminary if month in values.index]
    if not values.notna().any():
        return OwnMeasure(_in_time(history), {}, {}, points, (UNFINISHED,))
    vintages = _vintages(context, measure_id)
    prepared = prepare_months(
        values,
        preliminary=len(preliminary),
        revisions=measure_revisions(vintages) if vintages.shape[1] > 1 else None,
    )
    months = {str(month): float(value) for month, value in prepared.series.dropna().items()}
    as_read = {month: value for month, value in months.items() if month not in prepared.spread}
    return OwnMeasure(
        _in_time(history | as_read),
        months,
        prepared.spread,
        points,
        (*prepared.reasons, *((UNFINISHED,) if late else ())),
    )


@dataclass(frozen=True)
class TwoSources:
    """A period that an own file and a document say differently of: the value that counts, and the other."""

    period: str
    used: float
    other: float
    document: str


def two_sources(context: RunContext, measure_id: str) -> tuple[TwoSources, ...]:
    """Periods of a measure, both sexes, whose document value gave way to an own month (`Measure.foretrade`)."""
    if context.overruled.empty:
        return ()
    told = series(context.overruled, measure_id, context.run.kommun)
    used = series(context.observations, measure_id, context.run.kommun)
    names = {item.passport.id: item.passport.titel for item in context.passports}
    rows = select(context.overruled, measure_id, municipality=context.run.kommun).set_index("period")
    return tuple(
        TwoSources(str(period), float(used[period]), float(value), names[str(rows.loc[period, "source_id"])])
        for period, value in told.items()
        if period in used.index and float(used[period]) != float(value)
    )


def _own_months(rows: pd.DataFrame, added: frozenset[str]) -> pd.Series[bool]:
    return rows["source_id"].isin(added) & rows["period"].str.fullmatch(r"\d{4}-\d{2}")


def _in_time(values: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(values.items(), key=lambda item: (centre(item[0]), len(item[0]))))


def _half_digit(context: RunContext, measure_id: str) -> float:
    return float(0.5 * 10.0 ** -context.catalogue.measure(measure_id).decimaler)


def _vintages(context: RunContext, measure_id: str) -> pd.DataFrame:
    """Months as they could be shown after each of the municipality's own files; index months, columns days."""
    added = added_sources(context.passports)
    days = sorted(
        {
            item.passport.hamtad
            for item in context.passports
            if item.passport.id in added and item.passport.hamtad <= context.run.kant_senast
        }
    )
    found = {}
    for day in days if len(days) > 1 else ():
        rows = context.on(day).observations
        months = series(rows[_own_months(rows, added)], measure_id, context.run.kommun)
        if len(months):
            found[day.isoformat()] = months
    return pd.DataFrame(found)


def measure_points(context: RunContext, measure: str) -> list[Point]:
    """Known values of a measure that the annual path is tied to; of a monthly series only a few months."""
    half = _half_digit(context, measure)
    values = series(context.observations, measure, context.run.kommun)
    chosen = bridge_periods(context, measure)
    return [
        Point(str(period), max(float(value), half), half)
        for period, value in values.items()
        if chosen is None or len(str(period)) == 4 or period in chosen
    ]


def own_forecast(
    context: RunContext, known: OwnMeasure, own: pd.Series[float], forecasts: Forecasts
) -> JointForecast | None:
    """The target's own measure, when it differs from the annual one; None when its date has passed."""
    target = context.target
    if target is None or target.matt == context.run.matt:
        return None
    if not known.months:
        return annual_alone(context, own, forecasts)
    measure = context.catalogue.measure(target.matt)
    periods = _ahead(str(known.last_month), target.senast)
    if target.senast not in periods:
        return None
    return joint_forecast(
        known.months,
        periods,
        known={int(step): float(value) for step, value in own.items()},
        future=forecasts.annual,
        points=known.points,
        spread=known.spread,
        aggregate="sum" if measure.skydd.aret == "summa" else "mean",
        rounding=_half_digit(context, target.matt),
        unit=measure.enhet,
    )


def _ahead(last: str, due: str) -> list[str]:
    """Months and years after the last known month, up to the period that a target is due in."""
    end = due if is_month(due) else f"{due}-12"
    months = list(following(last, max(steps_between(last, end), 0)))
    first = int(following(last, 1)[0][:4])
    return sorted([*months, *(str(year) for year in range(first, int(due[:4]) + 1))], key=centre)


def annual_alone(context: RunContext, own: pd.Series[float], forecasts: Forecasts) -> JointForecast | None:
    """What the annual statistics say of the target's own measure, tied to it by the documents and, of months, Decembers."""
    target = context.target
    if target is None or target.matt == context.run.matt:
        return None
    points = measure_points(context, target.matt)
    start = int(points[-1].period[:4]) + 1 if points else int(own.index[-1])
    start = min(start, target.deadline_year)
    periods = [str(step) for step in range(start, target.deadline_year + 1)]
    if len(target.senast) == 7:
        month = target.senast[4:]
        periods += [f"{step}{month}" for step in range(start, target.deadline_year + 1)]
    return joint_forecast(
        {},
        sorted(periods, key=centre),
        known={int(step): float(value) for step, value in own.items()},
        future=forecasts.annual,
        points=points,
        prior=None if points else UNKNOWN_RATIO,
    )
