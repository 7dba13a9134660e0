"""The board at a date: what was known, not what became known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.plans.load import Register
from analysis.plans.model import Plan
from analysis.plans.status import board, changes, follow_ups, previous_board

TODAY = date(2026, 11, 21)


def test_the_board_of_december_2020(register: Register) -> None:
    found = board(register.plan("uppsala-26p"), date(2021, 1, 28))
    assert found.document is not None
    assert found.document.id == "uppf-2020"
    counts = found.grouped_counts()
    assert counts == {
        "färdig": 13,
        "pågår": 7,
        "ständigt pågående": 4,
        "avviker från plan": 1,
        "stoppad": 1,
    }
    assert counts["pågår"] + counts["ständigt pågående"] == 11
    assert found.row("8").label == "avviker från plan"
    assert found.row("19").label == "stoppad"
    assert found.row("2").entry is not None
    assert found.row("2").entry.expected == "2021"


def test_the_board_of_march_2022(register: Register) -> None:
    found = board(register.plan("uppsala-26p"), date(2022, 4, 20))
    assert found.grouped_counts() == {
        "avviker från plan": 1,
        "färdig": 18,
        "pågår": 2,
        "ständigt pågående": 4,
        "stoppad": 1,
    }
    assert sum(found.counts().values()) == 27


def test_nothing_is_known_before_it_is_published(register: Register) -> None:
    plan = register.plan("uppsala-26p")
    assert board(plan, date(2019, 9, 26)).rows == ()
    assert board(plan, date(2021, 1, 27)).counts() == {"okänd": 27}
    assert board(plan, date(2022, 4, 19)).document is not None
    assert board(plan, date(2022, 4, 19)).counts()["färdig"] == 13
    assert [item.id for item in follow_ups(plan, date(2022, 4, 19))] == ["uppf-2020"]


@given(days=st.integers(min_value=0, max_value=3000))
def test_a_status_never_comes_from_the_future(register: Register, days: int) -> None:
    as_of = date(2019, 1, 1) + timedelta(days=days)
    for plan in register.plans.values():
        for row in board(plan, as_of, register).rows:
            assert row.document is None or row.document.date <= as_of


def test_what_changed_between_the_follow_ups(register: Register) -> None:
    after = board(register.plan("uppsala-26p"), date(2022, 4, 20))
    before = previous_board(after)
    assert before is not None
    moved = {item.measure.number: (item.before, item.after) for item in changes(before, after)}
    assert moved == {
        "1a": ("pågår", "avviker från plan"),
        "2": ("pågår", "färdig"),
        "4": ("pågår", "färdig"),
        "6": ("pågår", "färdig"),
        "8": ("avviker från plan", "pågår"),
        "9": ("pågår", "färdig"),
        "18": ("pågår", "färdig"),
    }
    assert previous_board(before) is None
    assert changes(after, after) == ()


def test_a_plan_without_follow_up_takes_status_from_its_revision(register: Register) -> None:
    plan = register.plan("uppsala-1000")
    assert board(plan, TODAY).counts() == {"okänd": 24}
    assert board(plan, date(2024, 12, 4), register).counts() == {"okänd": 24}
    found = board(plan, TODAY, register)
    assert found.counts() == {
        "fortsätter i nästa plan": 8,
        "ordinarie arbete": 4,
        "färdig": 4,
        "stoppad": 3,
        "sammanslagen": 2,
        "fortsätter som aktivitet": 2,
        "okänd": 1,
    }
    assert found.row("13").entry is None
    assert found.row("14").inherited_from == "uppsala-1000-2024/13"
    with pytest.raises(KeyError):
        found.row("99")


def test_grouped_rows_count_as_one_with_the_weakest_status(
    made_up: dict[str, Any], load: Callable[[dict[str, Any]], Plan]
) -> None:
    measures = made_up["atgarder"]
    for measure in measures:
        measure["grupp"] = 1
        measure["statusar"] = [dict(made_up["atgarder"][0]["statusar"][0])]
    measures[0]["statusar"][0]["status"] = "färdig"
    assert board(load(made_up), date(2031, 3, 1)).grouped_counts() == {"pågår": 1}
