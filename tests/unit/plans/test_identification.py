"""The ledger's rules: which one fires, that more data never lowers a grade, and what would raise it."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.plans.evidence import NEEDS, DataAtHand, Facts, obtainable, with_facts
from analysis.plans.identification import (
    RULES,
    STRENGTH,
    Grade,
    grade,
    grade_counts,
    ledger,
    what_would_raise,
)
from analysis.plans.load import Register

TODAY = date(2026, 11, 21)
NOTHING = Facts(**{item.name: False for item in fields(Facts)})
ACTED = replace(NOTHING, claimed=True, own_decision=True, carried_out=True)


def _consistent(facts: Facts) -> Facts:
    """Values before and after the start need a start, and are values."""
    return with_facts(replace(facts, before_after=facts.before_after and facts.dated), ())


anything = st.builds(Facts, **{item.name: st.booleans() for item in fields(Facts)}).map(_consistent)


@pytest.mark.parametrize(
    ("facts", "rule", "expected"),
    [
        (replace(ACTED, own_decision=False, microdata=True), "annan aktör bestämmer", Grade.NOT_ASSESSABLE),
        (replace(ACTED, carried_out=False, dose=True), "inte genomförd", Grade.NOT_ASSESSABLE),
        (replace(ACTED, claimed=False, dose=True), "ingen mekanism, men följd", Grade.DESCRIPTIVE),
        (replace(ACTED, claimed=False), "ingen mekanism", Grade.NOT_ASSESSABLE),
        (replace(ACTED, random=True, microdata=True), "lottad med utfall", Grade.RANDOMISED),
        (
            replace(ACTED, random=True, own_outcome=True, before_after=True),
            "lottad med utfall",
            Grade.RANDOMISED,
        ),
        (
            replace(ACTED, staged=True, dated=True, area_series=True),
            "stegvis införd med serier",
            Grade.STAGED,
        ),
        (replace(ACTED, individual=True, microdata=True), "personer börjar vid olika tid", Grade.STAGED),
        (
            replace(ACTED, separable=True, dated=True, annual_panel=True),
            "ensam åtgärd i panelen",
            Grade.COMPARISON,
        ),
        (
            replace(ACTED, dated=True, own_outcome=True, monthly_series=True),
            "egen månadsserie",
            Grade.INTERRUPTED,
        ),
        (
            replace(ACTED, individual=True, everyone=True, dated=True, microdata=True),
            "alla får den, mikrodata finns",
            Grade.INTERRUPTED,
        ),
        (replace(ACTED, dated=True, before_after=True), "värden före och efter", Grade.BEFORE_AFTER),
        (replace(ACTED, values=True), "dos eller utfall räknat", Grade.DESCRIPTIVE),
        (ACTED, "inget räknat", Grade.NOT_ASSESSABLE),
    ],
)
def test_each_rule(facts: Facts, rule: str, expected: Grade) -> None:
    assert (grade(facts).name, grade(facts).grade) == (rule, expected)


def test_every_rule_has_a_name_and_a_sentence() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.why.endswith(".") for rule in RULES)


@given(facts=anything, data=st.data())
def test_more_data_never_lowers_a_grade(facts: Facts, data: st.DataObject) -> None:
    missing = obtainable(facts)
    more = tuple(data.draw(st.sets(st.sampled_from(missing)))) if missing else ()
    assert STRENGTH[grade(with_facts(facts, more)).grade] >= STRENGTH[grade(facts).grade]


@given(facts=anything)
def test_what_raises_does_raise_and_nothing_smaller_does_as_well(facts: Facts) -> None:
    now = STRENGTH[grade(facts).grade]
    for item in what_would_raise(facts):
        lifted = grade(with_facts(facts, item.needs)).grade
        assert lifted is item.grade
        assert STRENGTH[lifted] > now
        for left_out in item.needs:
            fewer = tuple(need for need in item.needs if need != left_out)
            assert STRENGTH[grade(with_facts(facts, fewer)).grade] < STRENGTH[lifted]


@given(facts=anything)
def test_what_no_data_can_help_is_not_promised(facts: Facts) -> None:
    if not (facts.own_decision and facts.carried_out):
        assert what_would_raise(facts) == ()
        assert grade(facts).grade is Grade.NOT_ASSESSABLE


def test_needs_are_facts_and_read_as_a_sentence() -> None:
    assert set(NEEDS) <= {item.name for item in fields(Facts)}
    texts = {item.text for item in what_would_raise(replace(ACTED, individual=True))}
    assert "åtgärden som insats i månadsfilen till Socialstyrelsen eller i en egen lista per person" in texts


@pytest.mark.parametrize(
    ("plan_id", "expected"),
    [
        ("uppsala-26p", {"före–efter": 2, "endast beskrivande": 11, "inte bedömbar": 14}),
        ("uppsala-1000", {"inte bedömbar": 24}),
        ("uppsala-vp2025", {"endast beskrivande": 10, "inte bedömbar": 32}),
        ("lund-2021", {"endast beskrivande": 1, "inte bedömbar": 11}),
    ],
)
def test_grades_of_the_real_plans(register: Register, plan_id: str, expected: dict[str, int]) -> None:
    assert grade_counts(ledger(register.plan(plan_id), TODAY, register=register)) == expected


def test_the_stated_numbers_decide_the_grades_of_single_measures(register: Register) -> None:
    entries = {e.measure.number: e for e in ledger(register.plan("uppsala-26p"), TODAY)}
    assert (entries["15"].grade, entries["15"].rule) == (Grade.BEFORE_AFTER, "värden före och efter")
    assert entries["19"].rule == "inte genomförd"
    assert entries["26"].rule == "annan aktör bestämmer"
    assert entries["3"].raises[0].grade is Grade.STAGED
    assert entries["2"].concurrent
    assert "2" not in entries["2"].concurrent
    assert "1b" not in entries["1a"].concurrent


def test_microdata_raise_single_measures_that_reach_persons(register: Register) -> None:
    plan = register.plan("uppsala-26p")
    public = ledger(plan, TODAY)
    local = ledger(plan, TODAY, DataAtHand(microdata=True))
    raised = {b.measure.number for a, b in zip(public, local, strict=True) if a.grade is not b.grade}
    assert raised == {"1b", "2", "3", "4", "6", "10", "12", "14", "15", "20"}
    promised = {
        entry.measure.number for entry in public if any(item.needs == ("microdata",) for item in entry.raises)
    }
    assert promised == raised


def test_grades_rest_only_on_what_was_known(register: Register) -> None:
    plan = register.plan("uppsala-26p")
    at_start = {e.measure.number: e for e in ledger(plan, date(2020, 1, 1))}
    assert grade_counts(at_start.values()) == {"inte bedömbar": 27}
    early = at_start["15"].facts
    assert [early.values, early.dose, early.dated] == [False, False, False]
    assert at_start["19"].rule == "inget räknat"
    in_2021 = {e.measure.number: e for e in ledger(plan, date(2021, 1, 28))}
    assert in_2021["15"].grade is Grade.BEFORE_AFTER
