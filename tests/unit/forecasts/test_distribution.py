from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.forecasts.distribution import SamplePaths, required_level_shift, systematic_resample


def paths(draws: np.ndarray) -> SamplePaths:
    periods = tuple(str(2026 + step) for step in range(draws.shape[1]))
    return SamplePaths(draws, periods, "procent", "2025", "prov", 1)


def test_every_number_is_read_off_the_same_paths() -> None:
    drawn = paths(np.array([[2.0, 1.0, 0.9], [2.0, 1.5, 1.2], [0.8, 1.2, 0.7], [2.0, 2.0, 2.0]]))

    passage = drawn.first_passage(1.0)

    assert drawn.probability_at_most(1.0, "2028") == 0.5
    assert passage.table["probability"].tolist() == [0.25, 0.25, 0.0]
    assert passage.table["cumulative"].tolist() == [0.25, 0.5, 0.5]
    assert passage.never == 0.5
    assert drawn.fan().loc["2027", "median"] == pytest.approx(1.35)


@given(st.integers(2, 40), st.integers(1, 5), st.floats(0.1, 5.0), st.integers(0, 999))
def test_first_passage_probabilities_sum_to_one(draws: int, steps: int, target: float, seed: int) -> None:
    values = np.random.default_rng(seed).uniform(0.0, 6.0, (draws, steps))

    passage = paths(values).first_passage(target)

    assert passage.table["probability"].sum() + passage.never == pytest.approx(1.0)
    assert passage.table["cumulative"].is_monotonic_increasing


def test_having_passed_by_the_date_is_at_least_as_probable_as_being_there_on_it() -> None:
    drawn = paths(np.random.default_rng(3).lognormal(0.5, 0.4, (500, 4)))

    for period, cumulative in drawn.first_passage(1.2).table.set_index("period")["cumulative"].items():
        assert cumulative >= drawn.probability_at_most(1.2, str(period))


def test_shift_makes_the_probability_what_was_asked() -> None:
    drawn = paths(np.random.default_rng(5).normal(3.0, 0.3, (4000, 2)))

    shift = required_level_shift(drawn, 2.0, "2027", 0.8)
    moved = drawn.shifted(np.array(shift), "flyttad")

    assert moved.probability_at_most(2.0, "2027") == pytest.approx(0.8, abs=0.001)


def test_contrast_pairs_the_draws() -> None:
    drawn = paths(np.random.default_rng(6).lognormal(1.0, 0.5, (300, 2)))

    contrast = drawn.shifted(np.array(0.2), "högre").contrast(drawn, "2027")

    np.testing.assert_allclose(contrast, 0.2)


def test_condition_on_an_approximate_value_moves_the_paths_towards_it() -> None:
    rng = np.random.default_rng(7)
    first = 4.7 * np.exp(rng.normal(0, 0.08, 20_000))
    drawn = paths(np.column_stack([first, first * np.exp(rng.normal(0, 0.05, 20_000))]))

    known = drawn.conditioned("2026", 4.3, 0.01)

    assert np.median(known.at("2026")) == pytest.approx(4.3, abs=0.03)
    assert np.median(known.at("2027")) == pytest.approx(4.3, abs=0.05)
    assert known.draws.shape == drawn.draws.shape


def test_a_value_that_no_path_agrees_with_is_refused() -> None:
    drawn = paths(np.full((500, 1), 3.0) * np.exp(np.random.default_rng(1).normal(0, 0.01, (500, 1))))

    with pytest.raises(ValueError, match="too few paths"):
        drawn.conditioned("2026", 5.0, 0.005)


def test_resampling_keeps_proportions() -> None:
    keep = systematic_resample(np.array([0.5, 0.25, 0.25, 0.0]), np.random.default_rng(0))

    assert np.bincount(keep, minlength=4).tolist() == [2, 1, 1, 0]


def test_paths_must_be_complete_and_named() -> None:
    with pytest.raises(ValueError, match="missing"):
        paths(np.array([[1.0, np.nan]]))
    with pytest.raises(ValueError, match="len"):
        SamplePaths(np.ones((3, 2)), ("2026",), "procent", "2025", "prov", 1)


def test_cutting_paths_keeps_the_earlier_periods() -> None:
    drawn = paths(np.arange(12.0).reshape(4, 3))

    assert drawn.until("2027").periods == ("2026", "2027")
    np.testing.assert_array_equal(drawn.until("2027").draws, drawn.draws[:, :2])


def test_every_interval_holds_the_share_of_futures_that_its_name_says() -> None:
    """A reader of an 80 per cent interval counts on eight futures of ten inside it."""
    paths = SamplePaths(np.arange(1000.0)[:, None], ("2025",), "procent", "2024", "prov", 1)
    fan = paths.fan().loc["2025"]
    for nominal in (50, 80, 90, 95):
        inside = (paths.at("2025") >= fan[f"low{nominal}"]) & (paths.at("2025") <= fan[f"high{nominal}"])
        assert inside.mean() == pytest.approx(nominal / 100, abs=0.002)


def test_a_share_is_never_forecast_below_nil() -> None:
    paths = SamplePaths(np.array([[0.5], [3.0]]), ("2025",), "procent", "2024", "prov", 1)
    assert paths.shifted(np.array([[-1.0]]), "med åtgärd").draws.ravel().tolist() == [0.0, 2.0]
