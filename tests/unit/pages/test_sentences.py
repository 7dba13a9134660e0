"""Every sentence about a target over generated answers: whole, right number, short lists, the answer's own numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import ROOT

from analysis.answers.month_forecast import MonthForecast, MonthState
from analysis.answers.months import MonthSeries
from analysis.answers.own_measure import OwnMeasure
from analysis.answers.published import Published
from analysis.answers.target import TargetState, target_facts
from analysis.forecasts.backtest import Backtest
from analysis.forecasts.distribution import SamplePaths
from analysis.forecasts.joint import JointForecast
from analysis.forecasts.periods import centre, following
from analysis.forecasts.target import Target as Question
from analysis.forecasts.target import assess_target
from analysis.pages.changes import page as changes
from analysis.pages.start import page as start
from analysis.pages.target import months as month_page
from analysis.pages.target import tables, text
from analysis.pipeline import since
from analysis.runs.model import Target
from analysis.sources.catalogue import Catalogue, load_catalogue
from analysis.swedish import percent, probability

BROKEN = re.compile(
    r"[;:,.]\s*[;:,.]|\s[;:,.](?!\d)|\( |\(\)|\bnan\b|\bNone\b|\bkan kan\b"
    r"|\b1 (?:månader|åtgärder|kommuner|år[a-zö]*er|uppgifter|perioder)\b|\b(?:De|de) 1 |\ben månader\b"
)
LEVELS = pd.DataFrame(
    np.linspace(6.0, 2.0, 14)[None, :] * np.linspace(0.4, 1.6, 12)[:, None],
    index=[f"{code:04d}" for code in range(12)],
    columns=range(2012, 2026),
)


@lru_cache
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "data" / "raw")


@dataclass(frozen=True)
class Case:
    """What varies: the target, the months and the document known, the outcome, the size."""

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
)


def answer(case: Case) -> tuple[Target, TargetState]:
    """A target with a measure of its own, and all that its pages know."""
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


def context(target: Target) -> Any:
    run = SimpleNamespace(
        id="prov",
        kommun="1880",
        matt="N31807",
        mal="prov",
        kant_senast=date(2026, 11, 27),
        rubrik="Prov",
        period="2026-11",
    )
    return SimpleNamespace(
        target=target, catalogue=catalogue(), run=run, municipality=catalogue().municipality("1880"),
        overruled=pd.DataFrame(), previous=None,
        observations=pd.DataFrame(columns=["measure_id", "group", "kommun_kod", "gender", "period", "value", "status"]),
    )  # fmt: skip


def plain(said: str) -> str:
    """Text without markup; one line a sentence's home."""
    lines = [line for line in said.splitlines() if not line.startswith((":::", "```"))]
    return re.sub(r"<[^>]+>", "\n", re.sub(r"\]\([^)]*\)", "]", "\n".join(lines))).replace("**", "")


def whole(said: str) -> None:
    """The sentences are whole, and none lists more than five values."""
    shown = plain(said)
    for line in shown.splitlines():
        assert not BROKEN.search(line), line
    for sentence in re.split(r"(?<=[.;])\s", shown):
        assert len(re.findall(r"\d,\d\d\u00a0% \(", sentence)) <= 5, sentence


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=CASES)
def test_every_sentence_about_a_target_is_whole_and_says_the_answers_numbers(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, state = answer(case)
    run = context(target)
    monkeypatch.setattr(
        text, "readings", lambda context, state: ()
    )  # they read a whole run; they have a test of their own
    built = [
        text.target_conclusion, text.target_cards, text.probability_text, text.pace_text, text.method_text,
        tables.requirement_table, tables.people_table, tables.forecast_table,
    ]  # fmt: skip
    said = {build.__name__: build(run, state).text for build in built}
    for part in said.values():
        whole(part)
    found = state.assessment
    if found is None:
        assert percent(state.outcome, 2) in said["target_conclusion"]
        return
    median = percent(found.fan.loc[target.senast, "median"], 2)
    for name in ("target_conclusion", "target_cards"):
        assert probability(found.probability) in said[name]
        assert median in said[name]
    if state.last_month is not None:
        assert "Kontroll" in said["probability_text"]


@settings(max_examples=60, deadline=None)
@given(CASES, st.booleans(), st.sampled_from([None, Published(0.0995, 1.0, 1.17, 1.4, "panel+bro")]))
def test_start_page_and_terminal_say_the_same_whole_sentences(
    case: Case, first: bool, before: Published | None
) -> None:
    target, state = answer(case)
    run = context(target)
    facts = target_facts(run, state)
    overview: Any = SimpleNamespace(
        catalogue=catalogue(),
        facts=lambda run, part: facts if part == "mal" else {},
        runs=SimpleNamespace(runs=[]),
    )
    told = start.target_answer(overview, target, run.run)
    lines = [
        since._measure(facts, target, "Örebro"),
        since._chance(facts, target),
        since._moved_sentence({"mal": facts}, None if first else run.run, target, before),
        since._effect({}, "Örebro"),
        since._position({}, "Örebro"),
    ]
    for said in (told, *lines):
        whole(said)
        assert said.rstrip("*").endswith(".")
    if state.assessment is not None and state.last_month is not None:
        assert probability(state.assessment.probability) in lines[1]
        assert "Örebro" in told


@given(st.integers(1, 60), st.booleans(), st.booleans(), st.integers(0, 2))
def test_sentences_about_months_are_whole_for_any_length(
    number: int, of_target: bool, known: bool, missing: int
) -> None:
    index = pd.Index(["2022-01", *following("2022-01", number - 1)])
    measure = catalogue().measure("AMN_VUXNA")
    months = MonthSeries(
        "AMN_VUXNA", measure, "T", pd.Series(1.0, index=index), pd.Series("observed", index=index)
    )
    paths = SamplePaths(
        np.ones((5, 1)), (following(str(index[-1]), 1)[0],), "procent", str(index[-1]), "x", 1
    )
    forecast = MonthForecast(months, paths, paths, (), (0.01, 0.02) if missing else None, of_target)
    target = Target(
        namn="m", matt="AMN_VUXNA", niva=1.0, senast="2027-12", text="t", kalla="k", tolkning="T."
    )
    for one in (MonthState(None, None), MonthState(months, forecast if known else None)):
        whole(month_page.forecast_text(context(target), one).text)


@given(st.integers(0, 4))
def test_revisions_are_counted_in_the_right_number(revised: int) -> None:
    whole(f"{changes._revised_words(revised)} reviderats.")
    assert ("Ett" in changes._revised_words(revised)) == (revised == 1)
