"""The years in which a plan can have had effect, from the day it was decided."""

from __future__ import annotations

from datetime import date

import pytest
from tests.conftest import ROOT

from analysis.answers.effect import question_of
from analysis.plans.load import load_plan


@pytest.mark.parametrize(
    ("decided", "first"),
    [
        (date(2024, 1, 15), 2024),
        (date(2024, 3, 31), 2024),
        (date(2024, 4, 1), 2025),
        (date(2024, 6, 17), 2025),
        (date(2024, 12, 31), 2025),
    ],
)
def test_a_plan_decided_after_march_has_its_first_year_the_year_after(decided: date, first: int) -> None:
    plan = load_plan(ROOT / "data" / "raw" / "planer" / "uppsala-1000.yml")
    asked = question_of(plan.model_copy(update={"decided": decided}), "0380", ("1880",))
    assert asked.adopted_year == 2024
    assert asked.start_year == first
    assert asked.eval_years[0] == first
    assert asked.eval_years[-1] == max(plan.years.last, first)
