"""Is the target reached? Forecast, assessment and track record of one run, computed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from analysis.answers.own_measure import OwnMeasure, annual_alone, own_forecast, own_measure
from analysis.forecasts.backtest import Backtest, naive_forecaster, panel_forecaster, run_backtest
from analysis.forecasts.distribution import SamplePaths
from analysis.forecasts.joint import JointForecast
from analysis.forecasts.models import forecast_series
from analysis.forecasts.panel_model import PanelFit, fit_panel
from analysis.forecasts.panel_paths import panel_paths
from analysis.forecasts.target import TargetAssessment, Threshold, assess_target
from analysis.panel import series, wide
from analysis.runs import RunContext
from analysis.sources.observation import POPULATION
from foundation.errors import BistandError
from foundation.memory import remember

STATED_MEASURE = "DOK_INVANARE"
#: A level of zero has no pace: a share is read as at least this, in per cent.
_FLOOR = 0.0005
DRAWS = 8000
BACKTEST_DRAWS = 600
#: Years ahead that are forecast at least; also when there is no target to reach for.
AHEAD = 3
#: Uncertainty of a document's "cirka 4,3": rounding and the word itself, as a log standard deviation.
STATED_SD = 0.015


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
    known
        What is known of the target's own measure; None without a target, and when it is the annual measure.
    bridged
        The target's own measure when it is not the annual one; else None. Made from the municipality's own months
        when there are any.
    cross_check
        What the annual path alone says of the same measure, when `bridged` is made from months; else None.
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
    known: OwnMeasure | None
    bridged: JointForecast | None
    cross_check: JointForecast | None
    assessment: TargetAssessment | None
    outcome: float | None
    backtest: Backtest
    population: float | None
    population_year: int | None

    @property
    def last_month(self) -> str | None:
        """Last own month that the target's forecast rests on; None when it rests on annual figures alone."""
        return self.bridged.last_month if self.bridged else None

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

    Raises
    ------
    BistandError
        If the target's year is past and the source has no value of the municipality for it.
    """
    levels, sizes = known_levels(context)
    own = levels.loc[context.run.kommun].dropna()
    _demand_open_or_known(context, levels, own)
    forecasts = annual_forecasts(context, levels, sizes, draws, ahead)
    target = context.target
    known_own = own_measure(context, target.matt) if target and target.matt != context.run.matt else None
    bridged = own_forecast(context, known_own, own, forecasts) if known_own else None
    by_months = bridged is not None and bridged.last_month is not None
    outcome = _outcome(context, own, known_own)
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
        known=known_own,
        bridged=bridged,
        cross_check=annual_alone(context, own, forecasts) if by_months else None,
        assessment=_assess(context, own, forecasts, bridged, known_own, levels),
        outcome=outcome,
        backtest=_backtest(levels, sizes),
        population=float(known.iloc[-1]) if len(known) else None,
        population_year=int(known.index[-1]) if len(known) else None,
    )


def _demand_open_or_known(context: RunContext, levels: pd.DataFrame, own: pd.Series[float]) -> None:
    """Refuse a target of a published year that lacks this municipality: there is nothing to judge."""
    target = context.target
    if target is None or target.matt != context.run.matt:
        return
    year = target.deadline_year
    if year <= levels.columns[-1] and year not in own.index:
        raise BistandError(
            f"målet gällde {year}, men källan har ingen uppgift om {context.municipality.name} för {year}",
            file=context.project.runs_file,
            fix=f"Ta bort mal ur körningen ”{context.run.id}” tills uppgiften finns, eller ange ett senare år i planen.",
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


def _assess(
    context: RunContext,
    own: pd.Series[float],
    forecasts: Forecasts,
    bridged: JointForecast | None,
    known_own: OwnMeasure | None,
    levels: pd.DataFrame,
) -> TargetAssessment | None:
    target = context.target
    if target is None or target.villkor != "högst":
        return None
    wanted = Threshold(target.niva, target.senast, context.catalogue.measure(target.matt).kort)
    if known_own is not None:
        if bridged is None or target.senast not in bridged.paths.periods:
            return None
        history = {period: max(value, _FLOOR) for period, value in known_own.history.items()}
        nowcast = str(int(own.index[-1]))
        start = None
        if bridged.last_month is None and nowcast in bridged.paths.periods:
            start = (nowcast, float(np.median(bridged.paths.at(nowcast))))
        return assess_target(wanted, bridged.paths, history, levels, start=start)
    if int(target.senast[:4]) <= int(own.index[-1]):
        return None
    known = {str(year): float(value) for year, value in own.items()} | dict(forecasts.stated)
    return assess_target(wanted, forecasts.annual, known, levels)


def _outcome(context: RunContext, own: pd.Series[float], known: OwnMeasure | None) -> float | None:
    """Known value in the target's own period and measure."""
    target = context.target
    if target is None:
        return None
    if known is None:
        year = int(target.senast[:4])
        return float(own.loc[year]) if len(target.senast) == 4 and year in own.index else None
    return known.value(target.senast)


def _backtest(levels: pd.DataFrame, sizes: Mapping[str, float]) -> Backtest:
    """Every origin with four years behind it and an outcome ahead, on what was known on the run's day."""
    first, last = int(levels.columns[0]), int(levels.columns[-1])
    models = {"panel": panel_forecaster(draws=BACKTEST_DRAWS), "naiv": naive_forecaster(draws=BACKTEST_DRAWS)}
    return remember(
        "backtest",
        (levels, dict(sizes), BACKTEST_DRAWS),
        ("analysis.calendar", "analysis.forecasts", "analysis.answers.target"),
        lambda: run_backtest(levels, sizes, models, origins=range(first + 3, last)),
    )


def target_facts(context: RunContext, state: TargetState) -> dict[str, object]:
    """What the start page, the terminal and later runs need: plain numbers, JSON-ready."""
    found, known, check = state.assessment, state.known, state.cross_check
    facts: dict[str, object] = {
        "origin": state.forecasts.annual.origin,
        "annual_forecast": {
            str(period): _spread(row) for period, row in state.forecasts.annual.fan().iterrows()
        },
        "outcome": state.outcome,
        "probability": None,
        "words": None,
        "known": dict(known.history) if known else {},
        "last_month": state.last_month,
    }
    if found is not None:
        last = _spread(found.fan.loc[found.target.period])
        facts |= {f"target_{name}": value for name, value in last.items()} | {
            "probability": found.probability,
            "words": found.words,
            "gap": found.latest[1] - found.target.level if found.latest else None,
            "latest": list(found.latest) if found.latest else None,
            "required": asdict(found.required) if found.required else None,
        }
        if check is not None:
            facts["annual_path"] = _spread(check.paths.fan().loc[found.target.period]) | {
                "probability": check.paths.probability_at_most(found.target.level, found.target.period)
            }
    return facts


def _spread(row: pd.Series) -> dict[str, float]:
    return {name: float(row[name]) for name in ("median", "low80", "high80")}
