"""The bridge between measures is honest with zero, one, two and three known points."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.forecasts.bridge import Bridge, BridgePrior, Point, bridge
from analysis.forecasts.distribution import SamplePaths

KNOWN = {2022: 3.7, 2023: 3.1, 2024: 2.9}


def future(spread: float = 0.05, draws: int = 4000, seed: int = 1) -> SamplePaths:
    rng = np.random.default_rng(seed)
    values = 2.9 * np.exp(np.cumsum(rng.normal(-0.03, spread, (draws, 3)), axis=1))
    return SamplePaths(values, ("2025", "2026", "2027"), "procent", "2024", "panel", seed)


def width(result: Bridge, period: str) -> float:
    low, high = np.quantile(np.log(result.paths.at(period)), [0.05, 0.95])
    return float(high - low)


POINTS = [Point("2022", 1.554), Point("2023", 1.302), Point("2024", 1.218)]  # ratio 0.42 exactly


def test_a_constant_ratio_is_continued() -> None:
    result = bridge(KNOWN, future(), POINTS, ["2026"])

    assert np.median(result.paths.at("2026")) / np.median(future().at("2026")) == pytest.approx(
        0.42, rel=0.02
    )
    assert result.observed_ratios["2023"] == pytest.approx(0.42)


def test_more_points_narrow_the_forecast_but_never_below_the_base() -> None:
    one, two, three = (width(bridge(KNOWN, future(), POINTS[-n:], ["2026"]), "2026") for n in (1, 2, 3))
    base_low, base_high = np.quantile(np.log(future().at("2026")), [0.05, 0.95])

    assert one >= two * 0.98
    assert two >= three * 0.98
    assert three > base_high - base_low


def test_without_points_the_prior_must_be_stated() -> None:
    with pytest.raises(ValueError, match="prior"):
        bridge(KNOWN, future(), [], ["2026"])

    stated = bridge(KNOWN, future(), [], ["2026"], prior=BridgePrior(ratio=0.5, ratio_sd=0.2))

    assert width(stated, "2026") > width(bridge(KNOWN, future(), POINTS[:1], ["2026"]), "2026")


def test_a_single_month_is_less_certain_than_a_mean_of_the_year() -> None:
    result = bridge(KNOWN, future(), POINTS, ["2026", "2026-12"])

    assert width(result, "2026-12") > width(result, "2026")


def test_a_late_month_lies_lower_when_the_share_falls() -> None:
    falling = SamplePaths(
        np.tile([2.6, 2.3, 2.0], (2000, 1)), ("2025", "2026", "2027"), "procent", "2024", "panel", 1
    )
    result = bridge(KNOWN, falling, POINTS, ["2026", "2026-12"])

    assert np.median(result.paths.at("2026-12")) < np.median(result.paths.at("2026"))


def test_a_point_after_the_last_known_year_speaks_of_the_paths() -> None:
    """A low value of the other measure in 2025 makes the low futures of the base more probable."""
    low = bridge(KNOWN, future(0.1), [*POINTS, Point("2025", 1.0)], ["2026"]).paths
    high = bridge(KNOWN, future(0.1), [*POINTS, Point("2025", 1.4)], ["2026"]).paths

    assert np.median(low.at("2026")) < 0.85 * np.median(high.at("2026"))
    assert low.origin == "2025"


def test_a_late_point_is_shared_between_the_base_and_the_ratio() -> None:
    """An uncertain base and a steady ratio: most of the surprise belongs to the base."""
    result = bridge(KNOWN, future(0.1), [*POINTS, Point("2025", 1.0)], ["2026"])

    assert 0.385 < result.ratio[1] < 0.42


def test_points_must_be_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        bridge(KNOWN, future(), [Point("2023", 0.0)], ["2026"])


def test_same_seed_same_draws() -> None:
    first, second = (bridge(KNOWN, future(), POINTS, ["2026-12"], seed=9).paths.draws for _ in range(2))

    np.testing.assert_array_equal(first, second)


@pytest.mark.slow
@pytest.mark.parametrize("points", [1, 2, 3])
def test_coverage_when_the_ratio_drifts(points: int) -> None:
    """A thousand made-up ratios drawn from the stated prior: 80 % intervals hold 80 %."""
    rng = np.random.default_rng(points)
    prior = BridgePrior()
    hits = 0
    for _ in range(1000):
        step = prior.step * np.exp(prior.step_spread * rng.standard_normal())
        drift = prior.drift_sd * rng.standard_normal()
        ratio = np.log(0.42) + np.concatenate([[0], np.cumsum(drift + step * rng.standard_normal(4))])
        path = future(draws=800)
        base = np.log([3.7, 3.1, 2.9, *path.draws[rng.integers(800), :2]])
        seen = np.exp(base + ratio + prior.year_sd * rng.standard_normal(5))
        known = [Point(str(2022 + t), float(seen[t]), 1e-6) for t in range(3 - points, 3)]
        result = bridge(KNOWN, path, known, ["2026"], seed=int(rng.integers(1 << 30)))
        low, high = np.quantile(result.paths.at("2026"), [0.1, 0.9])
        hits += int(low <= seen[4] <= high)

    assert hits / 1000 == pytest.approx(0.8, abs=0.04)


def exact_future() -> SamplePaths:
    """An annual share that is known for certain, so that only the bridge is uncertain; yearly to 2035."""
    years = tuple(str(year) for year in range(2025, 2036))
    return SamplePaths(np.full((8000, len(years)), 2.9), years, "procent", "2024", "panel", 1)


def test_a_month_lies_as_far_from_the_curve_as_the_page_says() -> None:
    """The page says about four per cent: the spread of a month beside that of the year it lies in."""
    flat = dict.fromkeys((2022, 2023, 2024), 2.9)
    result = bridge(flat, exact_future(), [Point("2024", 1.218)], ["2026", "2026-07"])
    month, year = (float(np.log(result.paths.at(period)).var()) for period in ("2026-07", "2026"))
    prior = BridgePrior()
    assert month - year == pytest.approx(prior.month_sd**2 - prior.year_sd**2, rel=0.25)
    assert prior.month_sd == pytest.approx(0.04), "the sentence on the page says four per cent"


def test_a_steady_drift_widens_a_distant_forecast() -> None:
    """With one known point nobody knows whether the ratio drifts: ten years on that is most of the width."""
    flat = dict.fromkeys((2022, 2023, 2024), 2.9)
    far = bridge(flat, exact_future(), [Point("2024", 1.218)], ["2034"])
    spread = float(np.log(far.paths.at("2034")).std())
    steps = BridgePrior().step * np.sqrt(10)
    assert spread > 1.5 * steps
