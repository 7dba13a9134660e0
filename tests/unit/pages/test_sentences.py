"""Every sentence about a target over generated answers: whole, right number, short lists, the answer's own numbers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.pages.generated import FOUND, catalogue, context, figures
from tests.unit.pages.generated_targets import CASES, Case, answer
from tests.unit.pages.wholeness import short, whole

from analysis.answers.month_forecast import MonthForecast, MonthState
from analysis.answers.months import MonthSeries
from analysis.answers.published import Published
from analysis.answers.readings import disagreement, readings
from analysis.answers.target import target_facts
from analysis.calendar import following
from analysis.forecasts.distribution import SamplePaths
from analysis.pages.target import months as month_page
from analysis.pages.target import readings as reading_page
from analysis.pages.target import tables, takes, text
from analysis.pipeline import since
from analysis.runs.model import Target
from foundation.swedish import percent, probability


@FOUND
@given(CASES, figures())
def test_every_sentence_about_a_target_is_whole_and_says_the_answers_numbers(
    case: Case, known: pd.DataFrame
) -> None:
    target, state = answer(case)
    run = context(known, target)
    built = [
        text.target_conclusion, text.target_cards, text.probability_text, text.pace_text, text.method_text,
        tables.requirement_table, tables.people_table, tables.forecast_table, tables.accuracy_text,
        reading_page.readings_table, takes.takes_text, takes.takes_table,
    ]  # fmt: skip
    said = {build.__name__: build(run, state).text for build in built}
    for part in said.values():
        whole(part)
    short(said["target_conclusion"])
    found = state.assessment
    if found is None:
        assert (
            state.outcome is None or target is None or percent(state.outcome, 2) in said["target_conclusion"]
        )
        return
    median = percent(found.fan.loc[found.target.period, "median"], 2)
    assert median in said["target_cards"]
    assert disagreement(readings(run, state)) or median in said["target_conclusion"]
    for name in ("target_conclusion", "target_cards", "readings_table"):
        assert probability(found.probability) in said[name]
    if state.last_month is not None:
        assert "Kontroll" in said["probability_text"]


@FOUND
@given(CASES, st.booleans(), st.sampled_from([None, Published(0.0995, 1.0, 1.17, 1.4, "panel+bro")]))
def test_the_ending_of_a_new_period_is_five_whole_sentences_with_the_answers_numbers(
    case: Case, first: bool, before: Published | None
) -> None:
    target, state = answer(case)
    facts: dict[str, Any] = target_facts(context(pd.DataFrame(), target), state)
    run = context(pd.DataFrame()).run
    lines = (
        since._position({}, "Örebro"),
        since._measure(facts, target, "Örebro"),
        since._chance(facts, target),
        since._moved_sentence({"mal": facts}, run, None if first else run, target, before),
        since._effect({}, "Örebro"),
    )
    for said in lines:
        whole(said)
        assert said.endswith(".")
    rows = since._changes({"mal": facts}, {"mal": facts}, target, before)
    for said in since.Summary("Till bokslutet", lines, rows, None if first else run, ()).lines():
        whole(said.strip())
    if state.assessment is not None:
        assert probability(state.assessment.probability) in lines[2]


@FOUND
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
    forecast = MonthForecast(months, paths, (), (0.01, 0.02) if missing else None, of_target)
    target = Target(
        namn="m", matt="AMN_VUXNA", niva=1.0, senast="2027-12", text="t", kalla="k", tolkning="T."
    )
    run: Any = SimpleNamespace(target=target)
    for one in (MonthState(None, None), MonthState(months, forecast if known else None)):
        whole(month_page.forecast_text(run, one).text)
