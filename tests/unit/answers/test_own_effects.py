"""A measure moves up in the ledger when the municipality's own spells have told its effect, and only then."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from tests.conftest import ROOT

from analysis.answers.own_effects import RELEASED, told_by_spells
from analysis.plans.identification import STRENGTH, ledger
from analysis.plans.load import load_plan
from analysis.plans.model import Measure, Plan
from analysis.plans.vocabulary import Level


@pytest.fixture(scope="module")
def plan() -> Plan:
    found = load_plan(ROOT / "data" / "raw" / "planer" / "uppsala-1000.yml")
    first = next(item for item in found.measures if item.evidence.level is Level.INDIVIDUAL)
    named = first.evidence.model_copy(update={"programmes": ("Jobbspår",)})
    measures = tuple(
        item.model_copy(update={"evidence": named}) if item is first else item for item in found.measures
    )
    return found.model_copy(update={"measures": measures})


def measure_of(plan: Plan) -> Measure:
    return next(item for item in plan.measures if item.evidence.programmes)


def context(folder: Path, day: date = date(2026, 11, 21)) -> Any:
    return SimpleNamespace(
        project=SimpleNamespace(reports=folder),
        run=SimpleNamespace(kant_senast=day),
        municipality=SimpleNamespace(name="Uppsala"),
    )


def released(folder: Path, **changes: str) -> None:
    row = {
        "atgard": "jobbspår",
        "status": "observed",
        "utslag": "tydlig",
        "kommun": "Uppsala",
        "till": "2025-12",
    }
    (folder / RELEASED).parent.mkdir(exist_ok=True)
    pd.DataFrame([row | changes]).to_csv(folder / RELEASED, index=False)


def test_an_answered_measure_is_told_and_moves_up(plan: Plan, tmp_path: Path) -> None:
    released(tmp_path)
    told = told_by_spells(context(tmp_path), plan)
    assert told == {measure_of(plan).number}
    day = date(2026, 11, 21)
    before = {entry.measure.number: entry for entry in ledger(plan, day)}
    after = {entry.measure.number: entry for entry in ledger(plan, day, answered=told)}
    number = measure_of(plan).number
    assert STRENGTH[after[number].grade] > STRENGTH[before[number].grade]
    assert all(after[other] == before[other] for other in before if other != number)
    assert any("månadsfilen till Socialstyrelsen" in item.text for item in before[number].raises)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "synthetic"},
        {"kommun": "Lund"},
        {"utslag": "inte bedömbar"},
        {"atgard": "något annat"},
        {"till": "2026-12"},
    ],
)
def test_nothing_else_counts_as_an_answer(plan: Plan, tmp_path: Path, changes: dict[str, str]) -> None:
    released(tmp_path, **changes)
    assert told_by_spells(context(tmp_path), plan) == frozenset()


def test_without_released_tables_there_is_none(plan: Plan, tmp_path: Path) -> None:
    assert told_by_spells(context(tmp_path), plan) == frozenset()
