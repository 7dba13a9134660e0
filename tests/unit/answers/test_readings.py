"""When readings of a target disagree, and what would settle it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from analysis.answers.readings import ADULTS_OR_ALL, MONTH_OR_YEAR, WIDE, Reading, disagreement


def reading(chance: float, *settles: str) -> Reading:
    return Reading("läsning", "underlag", 1.0, 0.9, 1.1, chance, settles)


def test_readings_that_say_about_the_same_do_not_disagree() -> None:
    assert disagreement((reading(0.30), reading(0.39, MONTH_OR_YEAR))) is None
    assert disagreement(()) is None


def test_the_question_that_moves_the_answer_most_stands_first() -> None:
    found = disagreement((reading(0.10), reading(0.04, MONTH_OR_YEAR), reading(0.74, ADULTS_OR_ALL)))

    assert found is not None
    assert (found.low, found.high, found.chosen.probability) == (0.04, 0.74, 0.10)
    assert found.questions == (ADULTS_OR_ALL, MONTH_OR_YEAR)
    assert (
        found.question
        == "Räknas andelen av de vuxna eller av alla invånare, och avser målet en månad eller ett helt år?"
    )


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.floats(0, 1))
def test_wide_readings_always_name_a_question(others: list[float], own: float) -> None:
    found = disagreement((reading(own), *(reading(chance, MONTH_OR_YEAR) for chance in others)))
    wide = max(own, *others) - min(own, *others) > WIDE

    assert (found is not None) == wide
    assert found is None or found.questions


def test_what_is_decided_is_not_asked_about_again() -> None:
    apart = (reading(0.10), reading(0.74, ADULTS_OR_ALL))
    assert disagreement(apart) is not None
    assert disagreement(apart, "Nämnden, beslut 2026-11-03, § 112") is None
