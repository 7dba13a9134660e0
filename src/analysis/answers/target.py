"""Is the target reached? Forecast, assessment and track record of one run, computed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.answers.months import bridge_periods
from analysis.forecasts.backtest import Backtest, naive_forecaster, panel_forecaster, run_backtest
from analysis.forecasts.bridge import Bridge, BridgePrior, Point, bridge
from analysis.forecasts.distribution import SamplePaths
from analysis.forecasts.models import forecast_series
from analysis.forecasts.panel_model import PanelFit, fit_panel
from analysis.forecasts.panel_paths import panel_paths
from analysis.forecasts.periods import centre
from analysis.forecasts.target import Target, TargetAssessment, assess_target
from analysis.memory import remember
from analysis.panel import series, wide
from analysis.runs import RunContext

POPULATION = "SCB_FOLKMANGD"
STATED_MEASURE = "DOK_INVANARE"
DRAWS = 8000
BACKTEST_DRAWS = 600
#: Years ahead that are forecast at least; also when there is no target to reach for.
AHEAD = 3
#: Uncertainty of a document's "cirka 4,3": rounding and the word itself, as a log standard deviation.
STATED_SD = 0.015
#: Used while no value of the target's own measure is known: recipients are supported for about four to seven
#: months a year, so a month's figure lies at roughly a third to three fifths of the year's.
UNKNOWN_RATIO = BridgePrior(ratio=0.46, ratio_sd=0.17)


@dataclass(frozen=True)
class Forecasts:
    """The run's forecasts of its annual measure.

    Attributes
    ----------
    fit
        The panel model fitted on what was known.
    published
        Paths from published statistics alone.
    annual
        The paths the page uses: `published`, or those that agree with a document's later approximate value.
    stated
        That later value by year; empty when there is none.
    naive
        The naive baseline on the same series.
    """

    fit: PanelFit
    published: SamplePaths
    annual: SamplePaths
    stated: Mapping[str, float]
    naive: SamplePaths


@dataclass(frozen=True)
class TargetState:
    """What notebook 04 knows.

    Attributes
    ----------
    levels, sizes
        The annual panel as known, and population per code.
    own
        The municipality's known annual values by year.
    forecasts
        See `Forecasts`.
    bridged
        The target's own measure when it is not the annual one; else None.
    assessment
        Of the target; None without a target or when its date has an outcome.
    outcome
        The known outcome in the target's period, or None.
    backtest
        Track record that could be known on the run's day.
    population, population_year
        Latest known population, None if unknown.
    """

    levels: pd.DataFrame
    sizes: Mapping[str, float]
    own: pd.Series[float]
    forecasts: Forecasts
    bridged: Bridge | None
    assessment: TargetAssessment | None
    outcome: float | None
    backtest: Backtest
    population: float | None
    population_year: int | None

    @property
    def last_year(self) -> int:
        """Last known year of the municipality's annual measure."""
        return int(self.own.index[-1])


def open_target(context: RunContext, *, draws: int = DRAWS, ahead: int = AHEAD) -> TargetState:
    """Fit, forecast, assess and backtest: two to four seconds, deterministic.

    Parameters
    ----------
    draws
        Sample paths of every forecast.
    ahead
        Years ahead; more when the target lies further away.
    """
    levels, sizes = known_levels(context)
    own = levels.loc[context.run.kommun].dropna()
    forecasts = annual_forecasts(context, levels, sizes, draws, ahead)
    bridged = bridge_target(context, own, forecasts)
    population = wide(context.observations, POPULATION)
    known = (
        population.loc[context.run.kommun].dropna()
        if context.run.kommun in population.index
        else pd.Series(dtype=float)
    )
    return TargetState(
        levels=levels,
        sizes=sizes,
        own=own,
        forecasts=forecasts,
        bridged=bridged,
        assessment=_assess(context, own, forecasts, bridged, levels),
        outcome=_outcome(context, own),
        backtest=_backtest(levels, sizes),
        population=float(known.iloc[-1]) if len(known) else None,
        population_year=int(known.index[-1]) if len(known) else None,
    )


def known_levels(context: RunContext) -> tuple[pd.DataFrame, dict[str, float]]:
    """The annual panel up to its last published year, and population: the latest known, else none."""
    levels = wide(context.observations, context.run.matt)
    population = wide(context.observations, POPULATION)
    latest = population.ffill(axis=1).iloc[:, -1] if population.shape[1] else pd.Series(dtype=float)
    return levels, {str(code): float(value) for code, value in latest.dropna().items()}


def annual_forecasts(
    context: RunContext,
    levels: pd.DataFrame,
    sizes: Mapping[str, float],
    draws: int = DRAWS,
    ahead: int = AHEAD,
) -> Forecasts:
    """Panel and naive forecasts of the run's annual measure, to the year after the target's at least."""
    fit = fit_panel(levels, sizes)
    last = int(levels.columns[-1])
    target = context.target
    horizon = max(ahead, target.deadline_year + 1 - last if target else 0)
    published = panel_paths(fit, context.run.kommun, horizon, draws=draws)
    values = series(context.observations, STATED_MEASURE, context.run.kommun)
    stated = {
        str(period): float(value)
        for period, value in values.items()
        if len(str(period)) == 4 and last < int(str(period)) <= last + horizon
    }
    annual = published
    for year, value in stated.items():
        annual = annual.conditioned(year, value, STATED_SD)
    own = levels.loc[context.run.kommun]
    naive = forecast_series(own.set_axis(own.index.astype(str)), horizon, "naive", draws=draws).paths
    if naive is None:
        raise ValueError(f"no known value for {context.run.kommun}")
    return Forecasts(fit, published, annual, stated, naive)


def bridge_target(context: RunContext, own: pd.Series[float], forecasts: Forecasts) -> Bridge | None:
    """The target's own measure, when it differs from the annual one."""
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
    return bridge(
        {int(step): float(value) for step, value in own.items()},
        forecasts.annual,
        points,
        sorted(periods, key=centre),
        prior=None if points else UNKNOWN_RATIO,
    )


def measure_points(context: RunContext, measure: str) -> list[Point]:
    """Known values of a measure for the run's municipality, both sexes; of a monthly series only a few months."""
    digits = context.catalogue.measure(measure).decimaler
    values = series(context.observations, measure, context.run.kommun)
    chosen = bridge_periods(context, measure)
    return [
        Point(str(period), float(value), 0.5 * 10.0**-digits)
        for period, value in values.items()
        if chosen is None or len(str(period)) == 4 or period in chosen
    ]


def _assess(
    context: RunContext,
    own: pd.Series[float],
    forecasts: Forecasts,
    bridged: Bridge | None,
    levels: pd.DataFrame,
) -> TargetAssessment | None:
    target = context.target
    if target is None or target.villkor != "högst":
        return None
    wanted = Target(target.niva, target.senast, context.catalogue.measure(target.matt).kort)
    if bridged is not None:
        history = {point.period: point.value for point in measure_points(context, target.matt)}
        nowcast = str(int(own.index[-1]))
        start = None
        if nowcast in bridged.paths.periods:
            start = (nowcast, float(np.median(bridged.paths.at(nowcast))))
        return assess_target(wanted, bridged.paths, history, levels, start=start)
    if int(target.senast[:4]) <= int(own.index[-1]):
        return None
    known = {str(year): float(value) for year, value in own.items()} | dict(forecasts.stated)
    return assess_target(wanted, forecasts.annual, known, levels)


def _outcome(context: RunContext, own: pd.Series[float]) -> float | None:
    """Known value in the target's own period and measure."""
    target = context.target
    if target is None:
        return None
    if target.matt == context.run.matt:
        year = int(target.senast[:4])
        return float(own.loc[year]) if len(target.senast) == 4 and year in own.index else None
    values = series(context.observations, target.matt, context.run.kommun)
    return float(values[target.senast]) if target.senast in values.index else None


def _backtest(levels: pd.DataFrame, sizes: Mapping[str, float]) -> Backtest:
    """Every origin with four years behind it and an outcome ahead, on what was known on the run's day."""
    first, last = int(levels.columns[0]), int(levels.columns[-1])
    models = {"panel": panel_forecaster(draws=BACKTEST_DRAWS), "naiv": naive_forecaster(draws=BACKTEST_DRAWS)}
    return remember(
        "backtest",
        (levels, dict(sizes), BACKTEST_DRAWS),
        ("forecasts", "answers.target"),
        lambda: run_backtest(levels, sizes, models, origins=range(first + 3, last)),
    )


def earlier_forecasts(state: TargetState, kommun: str) -> pd.DataFrame:
    """What the model would have said about this municipality from each earlier year.

    Returns
    -------
    DataFrame
        ``origin, year, median, low80, high80, observed``; years without a known outcome are left out.
    """
    rows = []
    first = int(state.levels.columns[0])
    for origin in range(first + 3, state.last_year):
        known = state.levels.loc[:, :origin]
        if not np.isfinite(known.loc[kommun].iloc[-1]):
            continue
        horizon = min(3, state.last_year - origin)
        fan = panel_paths(fit_panel(known, state.sizes), kommun, horizon, draws=2000).fan()
        for period, line in fan.iterrows():
            observed = state.own.get(int(str(period)))
            if observed is not None:
                rows.append(
                    {
                        "origin": origin,
                        "year": int(str(period)),
                        "median": line["median"],
                        "low80": line["low80"],
                        "high80": line["high80"],
                        "observed": float(observed),
                    }
                )
    return pd.DataFrame(rows)


def target_facts(context: RunContext, state: TargetState) -> dict[str, object]:
    """What the start page and later runs need: plain numbers, JSON-ready."""
    fan = state.forecasts.annual.fan()
    facts: dict[str, object] = {
        "origin": state.forecasts.annual.origin,
        "annual_forecast": {
            str(period): {
                "median": float(row["median"]),
                "low80": float(row["low80"]),
                "high80": float(row["high80"]),
            }
            for period, row in fan.iterrows()
        },
        "outcome": state.outcome,
        "probability": None,
        "words": None,
    }
    if state.assessment is not None:
        last = state.assessment.fan.loc[state.assessment.target.period]
        facts |= {
            "probability": state.assessment.probability,
            "words": state.assessment.words,
            "target_median": float(last["median"]),
            "target_low80": float(last["low80"]),
            "target_high80": float(last["high80"]),
        }
    return facts
