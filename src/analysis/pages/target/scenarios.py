"""Notebook 04: what if the labour market, or the plan, were different?"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.answers.target import TargetState
from analysis.forecasts.distribution import SamplePaths
from analysis.forecasts.scenarios import LabourRelation, fit_labour_relation, labour_scenario, without_plan
from analysis.pages.parts import theme
from analysis.pages.parts.figure import publish_figure
from analysis.pages.parts.markdown import Markdown, capitalise, paragraphs
from analysis.pages.target.text import level_text
from analysis.panel import wide
from analysis.runs import RunContext, period_name
from analysis.swedish import decimal, percent, probability

OLD_RATE, NEW_RATE, BREAK = "SCB_ARBETSLOSHET", "N02280", 2022
#: Percentage points of unemployment in the labour-market scenarios.
CHANGE = 1.0


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
    """

    period: str
    paths: dict[str, SamplePaths]
    relation: LabourRelation | None
    effect: PlanEffect | None


def rate_changes(context: RunContext) -> pd.DataFrame:
    """Yearly changes of unemployment, each within one source: SCB to 2021, Kolada's BAS after the break."""
    old, new = wide(context.observations, OLD_RATE), wide(context.observations, NEW_RATE)
    parts = []
    if old.shape[1] > 1:
        parts.append(old.diff(axis=1).loc[:, [year for year in old.columns[1:] if year < BREAK]])
    if new.shape[1] > 1:
        parts.append(new.diff(axis=1).loc[:, [year for year in new.columns[1:] if year >= BREAK]])
    return pd.concat(parts, axis=1) if parts else pd.DataFrame()


def scenarios(context: RunContext, state: TargetState) -> Scenarios:
    """Compute the scenarios for the target's period, or the last forecast year."""
    found = state.assessment
    base = found.paths if found is not None else state.forecasts.annual
    period = found.target.period if found is not None else base.periods[-1]
    paths = {"prognosen": base}
    relation = _relation(context, state)
    if relation is not None:
        first = state.last_year + 1
        for name, points in (
            ("arbetslösheten 1 procentenhet högre", CHANGE),
            ("arbetslösheten 1 procentenhet lägre", -CHANGE),
        ):
            paths[name] = labour_scenario(base, relation, points, first_year=first, name=name)
    effect = plan_effect(context)
    if effect is not None and state.bridged is None:
        name = "utan planens skattade effekt"
        paths[name] = without_plan(base, effect.estimate, effect.low, effect.high, level=effect.level)
    return Scenarios(period, paths, relation, effect)


def _relation(context: RunContext, state: TargetState) -> LabourRelation | None:
    changes = rate_changes(context)
    if changes.empty:
        return None
    usable = [
        year for year in changes.columns if year - 1 in changes.columns and year in state.levels.columns
    ]
    if not usable:
        return None
    return fit_labour_relation(state.levels, changes)


def plan_effect(context: RunContext) -> PlanEffect | None:
    """The plan's effect as notebook 03 of the same run published it; None when there is no number."""
    file = context.output / "results" / "effekt.json"
    if not file.exists():
        return None
    facts = json.loads(file.read_text(encoding="utf-8"))
    values = [facts.get(key) for key in ("effekt", "lag", "hog")]
    if any(value is None for value in values):
        return None
    return PlanEffect(
        float(values[0]),
        float(values[1]),
        float(values[2]),
        level=0.95,
        verdict=str(facts.get("bedomning", "")),
    )


def scenario_text(context: RunContext, state: TargetState, made: Scenarios) -> Markdown:
    """What the scenarios rest on, with the strength of the relation."""
    lines = []
    if made.relation is None:
        lines.append(
            "Sambandet med arbetslösheten går inte att skatta på det som var känt: det krävs tre år ur samma källa."
        )
    else:
        relation = made.relation
        lines.append(
            f"Kommuner där arbetslösheten steg en procentenhet mer än i andra har efter två år haft en andel som är "
            f"{decimal(100 * relation.total, 1)} procent högre (standardfel {decimal(100 * relation.total_se, 1)}; "
            f"{relation.municipalities} kommuner, {relation.years[0]}–{relation.years[1]}). Det är ett samband mellan "
            "kommuner, inte en uppmätt effekt, och troligen en underskattning av vad en nationell vändning gör. "
            f"Scenarierna låter arbetslösheten avvika från {state.last_year + 1} och framåt."
        )
    if made.effect is None:
        lines.append("Någon skattad effekt av planen finns inte att räkna med på den här sidan.")
    elif state.bridged is not None:
        lines.append(
            "Planens skattade effekt gäller andelen invånare under ett år och läggs inte på målets eget mått."
        )
    else:
        lines.append(
            f"Planens skattade effekt är {decimal(made.effect.estimate, 2)} procentenheter "
            f"({decimal(made.effect.low, 2)} till {decimal(made.effect.high, 2)}); hela osäkerheten följer med."
            + (f" Bedömningen av effekten är: {made.effect.verdict}." if made.effect.verdict else "")
        )
    return paragraphs(*lines)


def scenario_figure(context: RunContext, state: TargetState, made: Scenarios) -> Markdown:
    """Medians and 80 % intervals of the scenarios in one period, with the target."""
    target, names = context.target, list(made.paths)
    figure, axes = theme.new_figure(height=0.75 * len(names) + 1.5)
    rows = []
    for place, (name, paths) in enumerate(made.paths.items()):
        low, middle, high = np.quantile(paths.at(made.period), [0.1, 0.5, 0.9])
        chance = (
            paths.probability_at_most(target.niva, made.period)
            if target is not None and state.assessment
            else np.nan
        )
        rows.append({"scenario": name, "median": middle, "low80": low, "high80": high, "sannolikhet": chance})
        own = place == 0
        axes.plot(
            [low, high],
            [place, place],
            color=theme.FORECAST if own else theme.COMPARABLE,
            linewidth=5 if own else 3.5,
        )
        axes.plot(
            [middle], [place], marker="o", markersize=9, color=theme.FORECAST if own else theme.COMPARABLE
        )
        text = percent(middle, 2) + ("" if np.isnan(chance) else f" · {probability(chance)} att nå målet")
        axes.annotate(
            text,
            (middle, place),
            xytext=(0, 13),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=9.5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )
    if target is not None and state.assessment is not None:
        axes.axvline(target.niva, color=theme.TARGET, linestyle=(0, (6, 3)), linewidth=1.6)
        axes.annotate(
            f"målet: {level_text(target)}",
            (target.niva, len(names) - 0.45),
            xytext=(5, 0),
            textcoords="offset points",
            color=theme.TARGET,
            fontsize=9.5,
            fontweight="bold",
            va="center",
        )
    axes.set_yticks(range(len(names)), [capitalise(name) for name in names])
    axes.set_ylim(len(names) - 0.25, -0.6)
    axes.grid(visible=False)
    theme.swedish_axis(axes, digits=1, unit="%", which="x")
    axes.set_title(f"Andelen {period_name(made.period)} i olika scenarier")
    alt = "Diagram över scenarier. " + " ".join(
        f"{capitalise(str(row['scenario']))}: {percent(float(row['median']), 2)} "
        f"({decimal(float(row['low80']), 2)}–{decimal(float(row['high80']), 2)})."
        for row in rows
    )
    return publish_figure(
        figure,
        name="scenarier",
        caption=f"Prognos {period_name(made.period)} i olika scenarier: median och 80 procents intervall",
        alt=alt,
        data=pd.DataFrame(rows).round(4),
        output=context.output,
    )
