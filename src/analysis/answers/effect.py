"""Notebook 03: from a run and its plan to the question that is asked of the panel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pandas as pd

from analysis.answers.labour import unemployment
from analysis.effects.evaluate import PlanEvaluation, Question, evaluate_plan, known_years
from analysis.effects.evidence import Panel
from analysis.panel import wide
from analysis.plans.load import load_plan
from analysis.plans.model import Plan
from analysis.runs import RunContext
from analysis.sources.observation import POPULATION
from analysis.sources.yaml_in import read_yaml

#: A decision taken by the end of this month counts from the same year, a later one from the next.
LAST_MONTH_OF_SAME_YEAR: Final = 3


@dataclass(frozen=True)
class EffectCase:
    """A plan and its evaluation as known on the run's day."""

    plan: Plan
    result: PlanEvaluation


@dataclass(frozen=True)
class Statement:
    """What the administration itself has written about a plan's effect; short quotations with source."""

    plan: str
    about: str
    municipality: str
    day: date
    quotation: str
    source: str


def question_of(plan: Plan, municipality: str, comparable: tuple[str, ...]) -> Question:
    """Return the plan's years as a question.

    The plan can have effect from the year of the decision if that was taken by the end of March, else from the
    year after; it is evaluated to its last year.
    """
    late = plan.decided.month > LAST_MONTH_OF_SAME_YEAR
    start = plan.decided.year + (1 if late else 0)
    last = max(plan.years.last, start)
    return Question(
        municipality=municipality,
        adopted_year=plan.decided.year,
        start_year=start,
        eval_years=tuple(range(start, last + 1)),
        comparable=comparable,
    )


def evaluate_run(context: RunContext) -> EffectCase:
    """Evaluate the run's plan on what was known on its day."""
    plan = plan_of(context)
    result = evaluate_plan(panel_of(context), question_of(plan, context.run.kommun, comparison_of(context)))
    return EffectCase(plan, result)


def plan_of(context: RunContext) -> Plan:
    """The run's plan."""
    return load_plan(context.project.plans / f"{context.run.plan}.yml")


def comparison_of(context: RunContext) -> tuple[str, ...]:
    """Codes of the comparison group, for the ranking and the decomposition."""
    return tuple(item.code for item in context.comparable)


def left_out(panel: Panel, question: Question) -> pd.DataFrame:
    """Municipalities that cannot be compared with, and the years that they have no value for.

    Returns
    -------
    DataFrame
        ``kommun_kod, saknar`` over the panel's years to the last evaluated one that is known.
    """
    known = known_years(panel.shares, question.eval_years)
    last = known[-1] if known else int(panel.shares.columns[-1])
    gaps = panel.shares.loc[:, :last].isna()
    found = gaps.index[gaps.any(axis=1)]
    missing = [", ".join(str(year) for year in gaps.columns[gaps.loc[code]]) for code in found]
    return pd.DataFrame({"kommun_kod": list(found), "saknar": missing})


def placebos(case: EffectCase) -> pd.DataFrame:
    """Deviations of the municipalities without the plan; empty where nothing can be assessed."""
    evidence = case.result.evidence
    return pd.DataFrame(columns=["kommun_kod", "avvikelse"]) if evidence is None else evidence.placebos()


def panel_of(context: RunContext) -> Panel:
    """Return the tables that the evaluation reads; unemployment falls back on Kolada's where SCB's ends."""
    shares = wide(context.observations, context.run.matt)
    population = wide(context.observations, POPULATION)
    rates = unemployment(context)
    return Panel(
        shares,
        None if population.empty else population,
        None if rates.empty else rates,
    )


def statements_known(case: EffectCase, day: date, raw: Path) -> tuple[Statement, ...]:
    """Return what the administration had written by a day, about the plan or the municipality's plan before it.

    The quotations are kept in ``bedomningar.yml`` of the folder ``raw``, under ``citat``.
    """
    content = read_yaml(raw / "bedomningar.yml")
    rows = content.get("citat", []) if isinstance(content, dict) else []
    written = [
        Statement(row["plan"], row["om"], row["kommun"], row["kant_senast"], row["citat"], row["kalla"])
        for row in rows
        if row["kommun"] == case.plan.municipality and row["kant_senast"] <= day
    ]
    own = [item for item in written if item.plan == case.plan.id]
    return tuple(own or written)
