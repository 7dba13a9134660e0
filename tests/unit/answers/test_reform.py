"""What reforms may mean for a target: known on the run's day only, sizes that do what they say, sentences that hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.conftest import ROOT

from analysis.answers.reform import SIZES, events_within, reform_outlook
from analysis.forecasts.distribution import SamplePaths
from analysis.forecasts.target import Threshold, assess_target
from analysis.pages.target.reform import reform_sentence, reform_table
from analysis.paths import Project
from analysis.sources.events import known_events, load_events


def context(day: date) -> Any:
    known = known_events(load_events(Project(ROOT).raw), day)
    return SimpleNamespace(project=Project(ROOT), run=SimpleNamespace(kant_senast=day), events=known)


def state(level: float, centre: float) -> Any:
    rng = np.random.default_rng(5)
    draws = centre * np.exp(rng.normal(0, 0.1, size=(4000, 2)))
    paths = SamplePaths(draws, ("2026", "2026-12"), "procent", "2025", "prov", 5)
    levels = pd.DataFrame({2024: [2.0], 2025: [1.9]}, index=["0380"])
    found = assess_target(Threshold(level, "2026-12", "vuxna"), paths, {"2025-12": 1.2}, levels)
    return SimpleNamespace(assessment=found, last_year=2025)


@pytest.mark.parametrize("day", [date(2025, 12, 1), date(2024, 6, 1)])
def test_a_run_does_not_know_of_a_reform_before_it_was_known(day: date) -> None:
    assert reform_outlook(context(day), state(1.0, 1.2)) is None


def test_a_reform_after_the_targets_date_says_nothing_of_it() -> None:
    outlook = reform_outlook(context(date(2026, 11, 21)), state(1.0, 1.2))
    assert outlook is not None
    assert {item.id for item in outlook.reforms} >= {"aktivitetskrav"}
    assert all(item.datum <= date(2026, 12, 31) for item in outlook.reforms)
    assert "bidragstak" not in {item.id for item in outlook.reforms}


def test_the_size_for_an_even_chance_gives_an_even_chance() -> None:
    outlook = reform_outlook(context(date(2026, 11, 21)), state(1.0, 1.2))
    assert outlook is not None
    assert outlook.even is not None
    for case in outlook.cases[len(SIZES) :]:
        assert case.probability == pytest.approx(case.goal, abs=0.002)
        assert case.points == pytest.approx(case.size * outlook.expected)
    assert [case.probability for case in outlook.cases[: len(SIZES)]] == sorted(
        case.probability for case in outlook.cases[: len(SIZES)]
    )
    told = reform_sentence(outlook.facts()).replace("\N{NO-BREAK SPACE}", " ")
    assert "0,20 procentenheter för jämn chans" in told
    assert "först i juni 2028" in told
    assert all(len(part.split()) <= 27 for part in told.split(". "))


def test_a_target_that_is_likely_anyway_needs_no_reform() -> None:
    outlook = reform_outlook(context(date(2026, 11, 21)), state(1.5, 1.2))
    assert outlook is not None
    assert outlook.even is None
    assert "behövs inte för jämn chans" in reform_sentence(outlook.facts())
    assert "krävs för 50" not in str(reform_table(outlook))


def test_one_reform_is_one_and_nothing_is_nothing() -> None:
    outlook = reform_outlook(context(date(2026, 11, 21)), state(1.0, 1.2))
    assert outlook is not None
    alone = replace(outlook, reforms=outlook.reforms[:1], judged="")
    assert reform_sentence(alone.facts()).startswith("Reformen från 1 juli 2026 (aktivitetskrav) måste")
    assert "vad de ger är inte känt" in reform_sentence(alone.facts())
    assert reform_sentence({}) == ""


def test_a_window_of_years_names_its_events_as_known_then() -> None:
    names = {item.id for item in events_within(context(date(2024, 12, 31)), (2019, 2022))}
    assert {"pandemin", "massflyktsdirektivet"} <= names
    assert "pandemin" not in {item.id for item in events_within(context(date(2019, 12, 31)), (2019, 2022))}
