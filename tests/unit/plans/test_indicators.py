"""Movement against the plan's own goal, and what may be compared with what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.plans.indicators import Verdict, follow_up, follow_ups
from analysis.plans.load import Register
from analysis.plans.model import Plan

TODAY = date(2026, 11, 21)
LATER = date(2040, 1, 1)
Loader = Callable[[dict[str, Any]], Plan]


def _with_values(made_up: dict[str, Any], load: Loader, rows: list[dict[str, Any]], **fields: str) -> Plan:
    made_up["dokument"][1]["datum"] = date(2039, 1, 1)
    made_up["indikatorer"][0].update({"varden": rows, **fields})
    return load(made_up)


@pytest.mark.parametrize(
    ("goal", "values", "verdict"),
    [
        ("öka", [1, 2, 3], Verdict.TOWARDS),
        ("öka", [3, 5, 2], Verdict.AWAY),
        ("minska", [3, 2, 1], Verdict.TOWARDS),
        ("minska", [1, 1, 2], Verdict.AWAY),
        ("minska", [2, 1, 2], Verdict.STILL),
        ("behåll", [100, 90, 105], Verdict.KEPT),
        ("behåll", [100, 90, 106], Verdict.NOT_KEPT),
        ("inget mål", [1, 2, 3], Verdict.NO_GOAL),
        ("öka", [1, 2], Verdict.TOO_FEW),
        ("öka", [1], Verdict.TOO_FEW),
    ],
)
def test_verdicts(
    made_up: dict[str, Any], load: Loader, goal: str, values: list[float], verdict: Verdict
) -> None:
    rows = [{"period": 2030 + year, "T": value} for year, value in enumerate(values)]
    plan = _with_values(made_up, load, rows, mal=goal)
    main = follow_up(plan, plan.indicators[0], LATER).main
    assert main.verdict is verdict
    assert main.points == len(values)
    assert main.change == (values[-1] - values[0] if len(values) > 1 else None)


def test_no_values_known_yet(made_up: dict[str, Any], load: Loader) -> None:
    plan = load(made_up)
    found = follow_up(plan, plan.indicators[0], date(2030, 12, 31))
    assert found.main.verdict is Verdict.NO_VALUES
    assert found.main.change is None
    assert found.stated == ()


def test_part_of_a_year_is_not_compared_with_whole_years(register: Register) -> None:
    plan = register.plan("uppsala-vp2025")
    found = follow_up(plan, plan.indicator("andel-vuxna"), TODAY)
    assert [(m.gender.value, m.points, m.change) for m in found.movements] == [
        ("T", 2, -0.21),
        ("K", 2, -0.2),
        ("M", 2, -0.22),
    ]
    assert found.main.verdict is Verdict.TOO_FEW
    assert [(value.period, value.value) for value in found.set_aside] == [
        ("2024-10", 1.25),
        ("2024-10", 1.28),
        ("2024-10", 1.23),
    ]
    assert [(gap.period, gap.gap) for gap in found.gaps] == [
        ("2022", 0.04),
        ("2023", 0.06),
        ("2024-10", 0.05),
    ]


def test_months_of_a_level_are_compared(register: Register) -> None:
    plan = register.plan("uppsala-26p")
    found = follow_up(plan, plan.indicator("utrikesfodda-kvinnor"), TODAY)
    assert (found.main.points, found.main.change, found.main.verdict) == (3, 32, Verdict.TOWARDS)
    earlier = follow_up(plan, plan.indicator("utrikesfodda-kvinnor"), date(2021, 6, 1))
    assert (earlier.main.points, earlier.main.change, earlier.main.verdict) == (2, 15, Verdict.TOO_FEW)


@pytest.mark.parametrize(("timing", "points"), [("läge", 2), ("ackumulerat", 1), ("okänt", 1)])
def test_only_a_level_compares_different_months(
    made_up: dict[str, Any], load: Loader, timing: str, points: int
) -> None:
    rows = [{"period": "2030-03", "T": 1}, {"period": "2030-09", "T": 2}]
    plan = _with_values(made_up, load, rows, tid=timing)
    assert follow_up(plan, plan.indicators[0], LATER).main.points == points


def test_the_same_months_of_different_years_are_compared(made_up: dict[str, Any], load: Loader) -> None:
    rows = [{"period": f"{year}-10", "T": year} for year in (2030, 2031, 2032)]
    plan = _with_values(made_up, load, [*rows, {"period": 2032, "T": 9}], tid="ackumulerat")
    found = follow_up(plan, plan.indicators[0], LATER)
    assert (found.main.points, found.main.verdict) == (3, Verdict.TOWARDS)
    assert [value.period for value in found.set_aside] == ["2032"]


def test_most_of_the_plan_of_2025_has_too_few_points(register: Register) -> None:
    verdicts = [item.main.verdict for item in follow_ups(register.plan("uppsala-vp2025"), TODAY)]
    assert verdicts.count(Verdict.TOO_FEW) == 23
    assert verdicts.count(Verdict.NO_VALUES) == 24
    assert len(verdicts) == 47


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.floats(0, 1e6, allow_nan=False), min_size=3, max_size=6))
def test_turning_the_series_turns_the_verdict(
    made_up: dict[str, Any], load: Loader, values: list[float]
) -> None:
    opposite = {Verdict.TOWARDS: Verdict.AWAY, Verdict.AWAY: Verdict.TOWARDS, Verdict.STILL: Verdict.STILL}
    verdicts = []
    for series in (values, values[::-1]):
        rows = [{"period": 2030 + year, "T": value} for year, value in enumerate(series)]
        plan = _with_values(made_up, load, rows, mal="öka")
        verdicts.append(follow_up(plan, plan.indicators[0], LATER).main.verdict)
    assert verdicts[1] is opposite[verdicts[0]]
