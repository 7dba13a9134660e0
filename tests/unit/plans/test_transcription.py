"""The register against the documents: counts, the documents' own totals, and single numbers."""

from __future__ import annotations

import pytest

from analysis.plans.counts import check_counts, check_sums
from analysis.plans.load import Register
from analysis.plans.vocabulary import Goal

SHAPE = {
    # plan: (measures, as the documents count them, statuses, indicators, values, contradictions)
    "lund-2021": (12, 12, 0, 11, 2, 7),
    "uppsala-1000": (24, 24, 0, 12, 0, 7),
    "uppsala-1000-2024": (23, 23, 23, 0, 0, 6),
    "uppsala-26p": (27, 26, 54, 23, 34, 15),
    "uppsala-vp2025": (42, 42, 0, 47, 85, 18),
}


@pytest.mark.parametrize("plan_id", SHAPE)
def test_every_listed_row_of_the_documents_is_there(register: Register, plan_id: str) -> None:
    plan = register.plan(plan_id)
    assert (
        len(plan.measures),
        len({measure.counted_as for measure in plan.measures}),
        sum(len(measure.statuses) for measure in plan.measures),
        len(plan.indicators),
        sum(len(indicator.stated_values()) for indicator in plan.indicators),
        len(plan.contradictions),
    ) == SHAPE[plan_id]


def test_numbers_run_without_gaps(register: Register) -> None:
    for plan_id, last in (("uppsala-1000", 24), ("uppsala-1000-2024", 23), ("uppsala-vp2025", 42)):
        numbers = [measure.number for measure in register.plan(plan_id).measures]
        assert numbers == [str(number) for number in range(1, last + 1)]
    numbers = [measure.number for measure in register.plan("uppsala-26p").measures]
    assert numbers == ["1a", "1b", *(str(number) for number in range(2, 27))]


def test_the_documents_own_totals_agree_or_the_disagreement_is_explained(register: Register) -> None:
    checks = [check for plan in register.plans.values() for check in check_counts(plan)]
    assert len(checks) == 29
    apart = [check for check in checks if not check.agrees]
    assert [(check.label, check.stated, check.computed) for check in apart] == [("tillagda", 4, 3)]
    assert all(check.explanation for check in apart)


@pytest.mark.parametrize(
    ("plan_id", "count_id", "stated"),
    [
        ("uppsala-26p", "status-2020", [13, 11, 1, 1]),
        ("uppsala-26p", "status-2022", [18, 2, 1, 4, 1]),
        ("uppsala-1000-2024", "revidering", [8, 4, 2, 4, 2, 3]),
        ("uppsala-vp2025", "revidering", [8, 4, 2, 4, 2, 3]),
    ],
)
def test_status_totals_are_those_of_the_document(
    register: Register, plan_id: str, count_id: str, stated: list[int]
) -> None:
    plan = register.plan(plan_id)
    what = next(count.what for count in plan.stated_counts if count.id == count_id)
    checks = [check for check in check_counts(plan) if check.what == what]
    assert [check.stated for check in checks] == stated
    assert [check.computed for check in checks] == stated


def test_the_budget_adds_up(register: Register) -> None:
    checks = check_sums(register.plan("uppsala-vp2025"))
    assert len(checks) == 18
    assert all(check.agrees for check in checks)
    budget = register.plan("uppsala-vp2025").budgets[0]
    assert budget.amount("Ekonomiskt bistånd", "Budget 2025") == -325
    assert budget.amount("Ekonomiskt bistånd", "Prognos 2024") == -309
    assert budget.amount("Arbetsmarknadsanställningar", "Budget 2025") == -163
    assert budget.amount("Resultat", "Prognos 2024") == 45
    with pytest.raises(KeyError):
        budget.amount("Ekonomiskt bistånd", "Budget 2030")
    with pytest.raises(KeyError):
        budget.amount("Okänd rad", "Budget 2025")


@pytest.mark.parametrize(
    ("plan_id", "indicator", "period", "gender", "value"),
    [
        ("uppsala-26p", "sfi-kompletterande", "2020", "T", 208),
        ("uppsala-26p", "anvisade-heltidsplan", "2021", "T", 400),
        ("uppsala-26p", "utskrivna-sfi-bistand", "2020/2021", "T", 25),
        ("uppsala-26p", "utrikesfodda-kvinnor", "2020-03", "K", 37),
        ("uppsala-26p", "utrikesfodda-kvinnor", "2020-09", "K", 52),
        ("uppsala-26p", "utrikesfodda-kvinnor", "2022-03", "K", 69),
        ("uppsala-26p", "externa-utforare", "2019", "T", 0),
        ("uppsala-26p", "externa-utforare", "2020", "T", 180),
        ("uppsala-26p", "externa-utforare", "2020", "K", 115),
        ("uppsala-26p", "externa-medel-sokta", "2020", "T", 43),
        ("uppsala-26p", "externa-medel-beviljade", "2020", "T", 18),
        ("uppsala-26p", "af-atgard", "2020-07", "T", 32),
        ("uppsala-26p", "af-atgard", "2020-12", "T", 37),
        ("uppsala-26p", "af-atgard", "2022-03", "T", 38),
        ("uppsala-26p", "planering-ujc", "2022-03", "T", 62),
        ("uppsala-26p", "hushall-tre-barn", "2020-06/2020-08", "T", 469),
        ("uppsala-26p", "hushall-tre-barn", "2022-03", "T", 380),
        ("uppsala-vp2025", "andel-vuxna", "2022", "T", 1.53),
        ("uppsala-vp2025", "andel-vuxna", "2024-10", "K", 1.28),
        ("uppsala-vp2025", "resultat-avslut", "2023", "M", 26),
        ("uppsala-vp2025", "antagna-prioriterade", "2024-09", "T", 506),
        ("uppsala-vp2025", "samtal-andel", "2024", "M", 12.4),
        ("uppsala-vp2025", "sfi-ramtid", "2024-08", "M", 71),
    ],
)
def test_single_numbers(
    register: Register, plan_id: str, indicator: str, period: str, gender: str, value: float
) -> None:
    stated = register.plan(plan_id).indicator(indicator).stated_values()
    assert [v.value for v in stated if (v.period, v.gender) == (period, gender)] == [value]


def test_values_keep_the_words_of_the_document(register: Register) -> None:
    stated = register.plan("uppsala-vp2025").indicator("andel-vuxna").stated_values()
    assert [v.stated_as for v in stated if v.period == "2024-10"] == [
        "1,25 (okt)",
        "1,28 (okt)",
        "1,23 (okt)",
    ]
    organic = register.plan("uppsala-vp2025").indicator("ekologiskt").stated_values()
    assert [v.stated_as for v in organic] == ["33%"]


def test_interpreted_values_say_how(register: Register) -> None:
    stated = register.plan("uppsala-vp2025").indicator("sfi-ramtid").stated_values()
    assert all(value.interpreted and value.note for value in stated)


def test_parts_that_the_documents_state_sum_to_their_totals(register: Register) -> None:
    """Counts stated for women and men add up to the stated total: a check of the transcription."""
    plan = register.plan("uppsala-vp2025")
    complete = 0
    for indicator in plan.indicators:
        if indicator.unit in ("procent", "elever per 100 000"):
            continue
        for row in indicator.values:
            if None not in (row.total, row.women, row.men):
                assert row.women + row.men == row.total, indicator.id  # type: ignore[operator]
                complete += 1
    assert complete == 4


def test_totals_of_shares_lie_between_women_and_men(register: Register) -> None:
    checked = 0
    for indicator in register.plan("uppsala-vp2025").indicators:
        for row in indicator.values:
            if indicator.unit == "procent" and row.women is not None and row.men is not None:
                assert row.total is not None
                low, high = sorted((row.women, row.men))
                assert low <= row.total <= high, indicator.id
                checked += 1
    assert checked == 19


def test_empty_cells_are_absent(register: Register) -> None:
    plan = register.plan("uppsala-vp2025")
    assert sum(not indicator.values for indicator in plan.indicators) == 24
    values = [value.value for indicator in plan.indicators for value in indicator.stated_values()]
    assert 0 not in values


def test_lund_targets_and_prices(register: Register) -> None:
    plan = register.plan("lund-2021")
    targets = {target.id: (target.operator.value, target.value) for target in plan.targets}
    assert targets == {
        "anstallningar-200": ("minst", 200),
        "praktik-200": ("minst", 200),
        "utbildning-100": ("öka med procent", 100),
        "asf-1": ("minst", 1),
    }
    prices = {row.label: (row.places, row.cost, row.saved) for row in plan.costs}
    assert prices == {
        "Extratjänst": (100, 0, 12_000_000),
        "Introduktionsjobb": (100, 9_600_000, 12_000_000),
    }
    assert sum(indicator.monthly for indicator in plan.indicators) == 9


def test_the_yearly_cycle_has_every_month_but_january(register: Register) -> None:
    assert [entry.month for entry in register.plan("uppsala-vp2025").calendar] == list(range(2, 13))


def test_goals_of_the_indicator_tables(register: Register) -> None:
    goals = [indicator.goal for indicator in register.plan("uppsala-vp2025").indicators]
    assert [goals.count(goal) for goal in (Goal.INCREASE, Goal.DECREASE, Goal.KEEP)] == [24, 11, 12]


def test_texts_are_short_and_own(register: Register) -> None:
    for plan in register.plans.values():
        for measure in plan.measures:
            assert len(measure.text.split()) <= 12, (plan.id, measure.number)
            assert not measure.text.endswith("."), (plan.id, measure.number)
