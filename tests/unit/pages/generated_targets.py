"""Made-up answers about a target: its measure, the months and documents known, the outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from analysis.answers.own_measure import OwnMeasure
from analysis.answers.target import TargetState
from analysis.calendar import centre, following
from analysis.forecasts.backtest import Backtest
from analysis.forecasts.distribution import SamplePaths
from analysis.forecasts.joint import JointForecast
from analysis.forecasts.target import Threshold as Question
from analysis.forecasts.target import assess_target
from analysis.runs.model import Target

LEVELS = pd.DataFrame(
    np.linspace(6.0, 2.0, 14)[None, :] * np.linspace(0.4, 1.6, 12)[:, None],
    index=[f"{code:04d}" for code in range(12)],
    columns=range(2012, 2026),
)


@dataclass(frozen=True)
class Case:
    """What varies: the kind of target, the months and the document known, the outcome, the size."""

    level: float
    count: int
    seed: int
    near: float
    gap: bool
    told: bool
    due: str
    outcome: float | None
    stated: bool
    people: float | None
    kind: str


CASES = st.builds(
    Case,
    level=st.sampled_from([0.0, 0.5, 1.0, 1.25, 4.0]),
    count=st.sampled_from([0, 1, 2, 7, 30]),
    seed=st.integers(0, 99),
    near=st.sampled_from([0.0, 0.9, 1.0, 1.3]),
    gap=st.booleans(),
    told=st.booleans(),
    due=st.sampled_from(["2027", "2027-12", "2026-11"]),
    outcome=st.sampled_from([None, None, 0.0, 0.2]),
    stated=st.booleans(),
    people=st.sampled_from([None, 2400.0, 250000.0]),
    kind=st.sampled_from(["egen", "egen", "egen", "arets", "minst", "inget"]),
)


def answer(case: Case) -> tuple[Target | None, TargetState]:
    """A target of a measure of its own, of the annual one or none, and all that its pages know."""
    target, state = _of_own_measure(case)
    if case.kind == "egen":
        return target, state
    bare = replace(state, known=None, bridged=None, cross_check=None)
    if case.kind == "inget":
        return None, replace(bare, assessment=None, outcome=None)
    target = target.model_copy(
        update={"matt": "N31807", "senast": "2027", "villkor": "minst" if case.kind == "minst" else "högst"}
    )
    if bare.outcome is not None or case.kind == "minst":
        return target, replace(bare, assessment=None)
    known = {"2024": 2.9, "2025": max(2.8 * case.near, 0.0005)}
    found = assess_target(Question(case.level, "2027", "andel"), bare.forecasts.annual, known, LEVELS)
    return target, replace(bare, assessment=found)


def _of_own_measure(case: Case) -> tuple[Target, TargetState]:
    level, count = case.level, case.count
    rng = np.random.default_rng(case.seed)
    months = {}
    for month in ("2024-03", *following("2024-03", 40))[:count]:
        months[month] = round(max(level * case.near + rng.normal(0, 0.1), 0.0), 2)
    if count > 6 and case.gap:
        del months["2024-06"]
    told = {"2023": 1.37} if case.told else {}
    known = OwnMeasure(told | months, months, {}, (), ())
    due = case.due
    due = max(due, following(max(months), 1)[0]) if months and len(due) == 7 else due
    ahead = [due, "2027"] if due != "2027" else ["2027"]
    paths = SamplePaths(
        np.abs(rng.normal(max(level, 0.3), 0.3, (200, len(ahead)))),
        tuple(sorted(ahead, key=centre)),
        "procent",
        "2025",
        "x",
        1,
    )
    single = pd.Series(dtype=float)
    last = max(months, default=None)
    ratio = np.array([0.38, 0.41, 0.44])
    bridged = JointForecast(
        paths,
        paths,
        paths.only(["2027"]),
        ratio,
        {},
        np.empty(0, int),
        1.0,
        last,
        single,
        (),
        ("Ett antagande.",),
    )
    annual = SamplePaths(
        np.abs(rng.normal(2.6, 0.2, (200, 3))), ("2026", "2027", "2028"), "procent", "2025", "panel", 1
    )
    target = Target(
        namn="provmålet",
        matt="AMN_VUXNA",
        niva=level,
        senast=due,
        text="ett mål för prov",
        kalla="prov",
        tolkning="Ingen.",
    )
    outcome = None if case.outcome is None else level + case.outcome
    history = {period: max(value, 0.0005) for period, value in known.history.items()}
    found = assess_target(Question(level, due, "andel"), paths, history, LEVELS)
    stated = {"2026": 2.4} if case.stated else {}
    summary = SimpleNamespace(summary=lambda: {"persistence": 0.6, "shock": 0.04})
    forecasts = SimpleNamespace(
        annual=annual, published=annual, naive=annual, stated=stated, fit=SimpleNamespace(national=summary)
    )
    state = TargetState(
        levels=LEVELS, sizes={}, own=pd.Series({2024: 2.9, 2025: 2.8}), forecasts=forecasts, known=known, bridged=bridged,
        cross_check=bridged if months else None, assessment=None if outcome is not None else found, outcome=outcome,
        backtest=Backtest(pd.DataFrame(), pd.DataFrame()), population=case.people, population_year=2025,
    )  # fmt: skip
    return target, state
