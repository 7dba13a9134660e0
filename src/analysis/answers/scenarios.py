"""What if the labour market, or the plan, were different?"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.answers.effect import evaluate_run
from analysis.answers.labour import unemployment_changes
from analysis.answers.target import TargetState
from analysis.forecasts.distribution import SamplePaths
from analysis.forecasts.scenarios import LabourRelation, fit_labour_relation, labour_scenario, without_plan
from analysis.runs import RunContext

#: Percentage points of unemployment in the labour-market scenarios.
CHANGE = 1.0
#: Coverage of the effect's interval.
EFFECT_LEVEL = 0.95
EFFECT_PAGE = "03_effekt"


@dataclass(frozen=True)
class PlanEffect:
    """The plan's estimated effect, in percentage points, with its interval and the verdict on it."""

    estimate: float
    low: float
    high: float
    level: float
    verdict: str


@dataclass(frozen=True)
class Scenarios:
    """Futures on common draws.

    Attributes
    ----------
    period
        The period they are compared in.
    paths
        By Swedish name; the forecast itself first.
    relation
        How the share moves with unemployment; None if the data were too few on the run's day.
    effect
        The plan's effect, if the run has an estimate.
    first_year
        The year from which unemployment differs in the scenarios: the first of which nothing is known.
    """

    period: str
    paths: dict[str, SamplePaths]
    relation: LabourRelation | None
    effect: PlanEffect | None
    first_year: int


def scenarios(context: RunContext, state: TargetState) -> Scenarios:
    """Compute the scenarios for the target's period, or the last forecast year."""
    found = state.assessment
    base = found.paths if found is not None else state.forecasts.annual
    period = found.target.period if found is not None else base.periods[-1]
    paths = {"prognosen": base}
    relation = _relation(context, state)
    first = state.last_year + 1
    if state.last_month is not None:
        first = max(first, int(state.last_month[:4]) + 1)
    if relation is not None:
        for name, points in (
            ("arbetslösheten 1 procentenhet högre", CHANGE),
            ("arbetslösheten 1 procentenhet lägre", -CHANGE),
        ):
            paths[name] = labour_scenario(base, relation, points, first_year=first, name=name)
    effect = plan_effect(context)
    if effect is not None and state.bridged is None:
        name = "utan planens skattade effekt"
        paths[name] = without_plan(base, effect.estimate, effect.low, effect.high, level=effect.level)
    return Scenarios(period, paths, relation, effect, first)


def _relation(context: RunContext, state: TargetState) -> LabourRelation | None:
    changes = unemployment_changes(context)
    if changes.empty:
        return None
    usable = [
        year for year in changes.columns if year - 1 in changes.columns and year in state.levels.columns
    ]
    if not usable:
        return None
    return fit_labour_relation(state.levels, changes)


def plan_effect(context: RunContext) -> PlanEffect | None:
    """The plan's effect as `answers.effect` finds it on the run's own data.

    None when there is no number, and for a run without an effect page: what no page accounts for is not used.
    """
    if EFFECT_PAGE not in context.run.anteckningsbocker:
        return None
    effect = evaluate_run(context).result.effect
    if effect.estimate is None or effect.low is None or effect.high is None:
        return None
    return PlanEffect(effect.estimate, effect.low, effect.high, EFFECT_LEVEL, effect.verdict)
