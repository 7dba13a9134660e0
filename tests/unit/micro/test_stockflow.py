from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.micro.cost import Price, break_even_months, cost_per_avoided_month, example_price
from analysis.micro.estimates import Contrast
from analysis.micro.history import History
from analysis.micro.rates import DURATIONS, OUT_MONTHS, Profile, Rates, count_rates, profile
from analysis.micro.stockflow import Level, Plan, Uncertainty, fit_level, project
from analysis.micro.trial import emulate, fit_start
from analysis.micro.volumes import MonthlyTarget, needed, probability

STILL = Uncertainty(0.0, 0.0)
LATEST = 2024 * 12 + 11


def rates() -> Rates:
    leave = 0.12 / (1 + 0.06 * np.arange(DURATIONS))
    back = np.where(np.arange(OUT_MONTHS) < 1, 0.0, 0.015)
    return Rates(leave, np.full(DURATIONS, 1e9), back, np.ones(12), 60.0)


def steady() -> Level:
    return Level(200_000, 1.2, 1.2, 12, LATEST)


def profiles(log_ratio: float) -> dict[str, Profile]:
    share = np.zeros(DURATIONS)
    share[:10] = 0.1
    return {"m": Profile("m", np.full((5, 4), log_ratio), share, 10.0)}


def test_a_balance_stays_where_it_is() -> None:
    fitted = fit_level(rates(), steady())
    assert fitted.stock.sum() == pytest.approx(2400, rel=1e-6)
    projection = project(fitted, Plan({}), {}, 36, draws=3, uncertainty=STILL)
    np.testing.assert_allclose(projection.share, 1.2, rtol=1e-4)


def test_the_fitted_level_is_the_given_one() -> None:
    falling = Level(200_000, 1.32, 1.25, 16, LATEST)
    fitted = fit_level(rates(), falling)
    assert fitted.stock.sum() / 2000 == pytest.approx(1.25, rel=1e-6)
    projection = project(fitted, Plan({}), {}, 12, draws=2, uncertainty=STILL)
    assert projection.share[0, -1] < 1.25


def test_arrivals_leavers_and_stock_add_up() -> None:
    """With exits only into a place without return, what comes in less what is there has left."""
    closed = replace(rates(), back=np.zeros(OUT_MONTHS))
    fitted = fit_level(closed, steady())
    inflow = fitted.rates.arrivals
    assert inflow == pytest.approx((fitted.stock * closed.leave).sum(), rel=1e-3)


def test_a_measure_without_effect_changes_nothing() -> None:
    fitted = fit_level(rates(), steady())
    without = project(fitted, Plan({}), {}, 24, draws=20, seed=4)
    nil = project(fitted, Plan({"m": 40.0}), profiles(0.0), 24, draws=20, seed=4)
    np.testing.assert_allclose(nil.share, without.share, rtol=1e-9)
    assert nil.participants["m"] == pytest.approx(40.0 * 24)
    assert nil.annual.keys() == without.annual.keys() == {2025, 2026}


def test_more_of_a_good_measure_lowers_the_share() -> None:
    fitted = fit_level(rates(), steady())
    last = [
        project(fitted, Plan({"m": starts}), profiles(0.5), 24, draws=2, uncertainty=STILL).share[0, -1]
        for starts in (0.0, 20.0, 40.0)
    ]
    assert last[0] > last[1] > last[2]
    worse = project(fitted, Plan({"m": 40.0}), profiles(-0.5), 24, draws=2, uncertainty=STILL)
    assert worse.share[0, -1] > last[0]


def test_more_persons_in_a_year_than_in_a_month() -> None:
    fitted = fit_level(rates(), steady())
    projection = project(fitted, Plan({}), {}, 24, draws=4, uncertainty=STILL)
    yearly = projection.annual[2025][0]
    arrivals = fitted.rates.arrivals * 12 / 2000
    assert 1.2 < yearly <= 1.2 + arrivals + (rates().back.max() * fitted.out.sum() * 12) / 2000
    assert yearly > 1.2 + 0.9 * arrivals * 11 / 12


def test_the_default_spread_is_the_one_stated() -> None:
    fitted = fit_level(rates(), steady())
    projection = project(fitted, Plan({}), {}, 12, draws=600, seed=2)
    assert np.log(projection.share[:, 11]).std() == pytest.approx(0.065, abs=0.015)


def test_the_same_seed_is_the_same_world() -> None:
    fitted = fit_level(rates(), steady())
    one, two = (project(fitted, Plan({}), {}, 6, draws=5, seed=3).share for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_volume_needed_and_not_enough() -> None:
    fitted = fit_level(rates(), steady())
    target = MonthlyTarget(LATEST + 24, 1.1)
    good, nil = profiles(0.6), profiles(0.0)
    need = needed(fitted, "m", good, target, 0.5, draws=100)
    assert need.starts is not None
    assert need.starts > 0
    reached = probability(fitted, Plan({"m": need.starts}), good, target, draws=100)
    assert reached == need.reached >= 0.5
    less = probability(fitted, Plan({"m": 0.9 * need.starts}), good, target, draws=100)
    assert less <= 0.5
    assert needed(fitted, "m", nil, target, 0.8, draws=100).starts is None
    assert needed(fitted, "m", nil, MonthlyTarget(LATEST + 24, 2.0), 0.8, draws=100).starts == 0.0


def test_rates_are_counted_from_the_spells(history: History) -> None:
    counted = count_rates(history)
    assert counted.leave_count.sum() == (history.exit > 0).sum()
    assert counted.back[0] == 0.0  # two months off before a new spell
    assert counted.arrive.mean() == pytest.approx(1.0)
    assert 0.02 < counted.leave[6] < 0.15


def test_profile_shows_lock_in(history: History) -> None:
    number = history.measures.index("sprakpraktik")
    trials = emulate(history, number)
    found = profile(trials, fit_start(trials), 20, 1)
    assert found.log_ratio.shape == (20, 4)
    assert found.by_duration.sum() == pytest.approx(1.0)
    early, late = found.log_ratio[:, 0].mean(), found.log_ratio[:, 2].mean()
    assert early < 0 < late


def stay(effect: float, error: float) -> Contrast:
    low, high = effect - 1.96 * error, effect + 1.96 * error
    return Contrast("månader_24", "", "månader", 24, 10.0, 10.0 - effect, effect, low, high, error)


def test_cost_per_avoided_month() -> None:
    price = example_price("Introduktionsjobb", "skrivelsen", 100, 12, 9_600_000, 12_000_000)
    assert (price.per_month, price.benefit) == (8000.0, 10_000.0)
    assert break_even_months(price, 12) == pytest.approx(9.6)
    result = cost_per_avoided_month(price, 12, stay(-4.0, 0.5))
    assert result.value == pytest.approx(24_000)
    assert result.low is not None
    assert result.high is not None
    assert result.low < 24_000 < result.high
    assert result.net[1] == pytest.approx(4 * 10_000 - 96_000)


def test_no_price_where_no_month_is_surely_avoided() -> None:
    price = Price("x", "y", 1000.0, 10_000.0)
    result = cost_per_avoided_month(price, 3, stay(-0.5, 0.5))
    assert result.value is None
    assert "går inte att ange" in result.reason
    with pytest.raises(ValueError, match="months"):
        cost_per_avoided_month(price, 3, replace(stay(-1, 0.1), unit="procentenheter"))
