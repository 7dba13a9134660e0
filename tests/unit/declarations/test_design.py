"""The declared tests find what is there and little else, on made-up panels whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.declarations.design import (
    detectable,
    dose_slope,
    dose_test,
    futures,
    municipal_tests,
    nation_test,
    placebo_table,
    tail,
)
from analysis.declarations.judge import verdict_of
from analysis.declarations.model import Rule
from analysis.effects.estimate import CLEAR, NOT_ASSESSABLE, NOT_DISTINGUISHABLE, WEAK
from analysis.effects.multiplicity import holm

RULE = Rule(
    niva=0.05, svag_niva=0.1, flera="holm", kommuner="benjamini-hochberg", falsk_andel=0.1,
    tydlig="t", svag="s", inget="i", ej_bedombar="e",
)  # fmt: skip


def made_up(places: int = 120, years: int = 14, seed: int = 3) -> tuple[pd.DataFrame, dict[str, float]]:
    """A panel of the model's own kind with riket as the mean; years 2012 and on."""
    rng = np.random.default_rng(seed)
    codes = [f"{1001 + place}" for place in range(places)]
    sizes = dict(zip(codes, np.exp(rng.uniform(9, 12.5, places)), strict=True))
    common = rng.normal(-0.02, 0.06, years - 1)
    start = rng.normal(np.log(3.5), 0.4, places)
    scale = np.sqrt(0.001 + 3.0 / (np.exp(start) / 100 * np.array(list(sizes.values()))))
    steps = common + scale[:, None] * rng.standard_normal((places, years - 1))
    log = np.hstack([start[:, None], start[:, None] + np.cumsum(steps, axis=1)])
    frame = pd.DataFrame(np.exp(log), index=codes, columns=range(2012, 2012 + years))
    frame.loc["0000"] = frame.mean()
    return frame.sort_index(), sizes


@pytest.fixture(scope="module")
def world() -> tuple[pd.DataFrame, dict[str, float]]:
    return made_up()


def test_a_tail_is_two_sided_and_never_nil() -> None:
    draws = np.arange(1.0, 200.0)
    assert tail(draws, 100.0) == pytest.approx(1.0, abs=0.02)
    assert tail(draws, 0.0) == tail(draws, 500.0) == pytest.approx(2 / 200)


def test_a_fall_of_the_whole_country_is_seen_and_none_is_not(world) -> None:
    levels, sizes = world
    expected = futures(levels.loc[:, :2024], sizes, 1, draws=1500)
    calm = nation_test(expected, levels[2025], 2025, 0.05)
    hit = nation_test(expected, levels[2025] * 0.6, 2025, 0.05)
    assert calm is not None
    assert hit is not None
    assert calm.p_value > 0.05
    assert hit.p_value < 0.05
    assert hit.gap == pytest.approx(0.6 * calm.observed - hit.expected)


def test_riket_without_a_value_cannot_be_tested(world) -> None:
    levels, sizes = world
    expected = futures(levels.loc[:, :2024], sizes, 1, draws=500)
    assert nation_test(expected, levels[2025].drop("0000"), 2025, 0.05) is None


def test_the_slope_is_the_effect_that_was_put_in(world) -> None:
    """Ten per cent less for each standard deviation of the dose, whatever happens to the whole country."""
    levels, sizes = world
    expected = futures(levels.loc[:, :2024], sizes, 1, draws=800)
    dose = levels[2024]
    log = np.log(dose.drop("0000"))
    effect = -0.10 * (np.log(dose) - log.mean()) / log.std(ddof=0)
    plain = dose_slope(expected, levels[2025], dose, 2025)
    treated = dose_slope(expected, levels[2025] * np.exp(effect) * 0.8, dose, 2025)
    assert treated - plain == pytest.approx(-0.10, abs=0.015)


def test_few_values_give_no_slope(world) -> None:
    levels, sizes = world
    expected = futures(levels.loc[:, :2024], sizes, 1, draws=500)
    assert np.isnan(dose_slope(expected, levels[2025].iloc[:40], levels[2024], 2025))


def test_the_dose_test_has_its_size_and_power() -> None:
    rng = np.random.default_rng(4)
    p_values = [
        dose_test(float(sample[0]), sample[1:], 2027).p_value for sample in rng.normal(0.01, 0.02, (4000, 9))
    ]
    assert np.mean(np.array(p_values) <= 0.05) == pytest.approx(0.05, abs=0.012)
    assert dose_test(-0.3, rng.normal(0.01, 0.02, 8), 2027).p_value < 0.001


def test_one_municipality_is_named_and_the_rest_is_not(world) -> None:
    levels, sizes = world
    expected = futures(levels.loc[:, :2024], sizes, 1, draws=4000)
    outcome = levels[2025] * 0.9  # a shock that all share names nobody
    largest = max(sizes, key=lambda code: sizes[code])
    outcome[largest] *= 0.4
    tests = municipal_tests(expected, outcome, 2025, level=0.05, false_share=0.1)
    assert tests.table.loc[largest, "named"]
    assert tests.table["named"].sum() <= 4


def test_placebo_years_give_no_more_false_alarms_than_declared(world) -> None:
    levels, sizes = world
    table = placebo_table(
        levels, sizes, first=2016, last=2024, horizons=(1, 2), level=0.05, false_share=0.1, draws=600
    )
    assert set(table.table["horizon"]) == {1, 2}
    assert table.table["year"].between(2016, 2024).all()
    assert table.false_alarms.le(0.09).all(), "more false alarms than the declared level"
    assert table.false_alarms.loc[1] > 0.005, "an interval that nobody ever leaves shows nothing"
    assert (table.table["slope_p"] <= 0.05).sum() <= 3


def test_the_smallest_visible_decrease_is_where_power_is_eighty_per_cent() -> None:
    draws = np.exp(np.random.default_rng(5).normal(0, 0.1, 200_000)) * 3
    percent = detectable(draws, 0.05)
    seen = (draws * (1 - percent / 100) < np.quantile(draws, 0.025)).mean()
    assert seen == pytest.approx(0.8, abs=0.005)
    assert percent == pytest.approx(100 * (1 - np.exp(-2.8 * 0.1)), abs=0.5)


def test_holm_charges_for_two_tests_and_not_for_a_missing_one() -> None:
    assert holm(np.array([0.03, 0.5])) == pytest.approx([0.06, 0.5])
    assert holm(np.array([0.03, 0.04])) == pytest.approx([0.06, 0.06])
    assert holm(np.array([0.03, np.nan]))[0] == pytest.approx(0.03)


@pytest.mark.parametrize(
    ("adjusted", "verdict"),
    [
        ([0.01, 0.9], CLEAR),
        ([0.08, 0.9], WEAK),
        ([0.2, 0.9], NOT_DISTINGUISHABLE),
        ([np.nan, np.nan], NOT_ASSESSABLE),
    ],
)
def test_the_verdict_is_the_declared_rule(adjusted: list[float], verdict: str) -> None:
    assert verdict_of(np.array(adjusted), RULE) == verdict
