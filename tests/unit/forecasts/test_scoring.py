from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tests.scores import crps_sample

from analysis.forecasts.distribution import QUANTILE_LEVELS
from analysis.forecasts.scoring import (
    interval_hits,
    quantile_scores,
    reliability,
    skill_by_origin,
    wis,
)


@pytest.mark.parametrize("observed", [-1.0, 0.0, 0.7, 3.0])
def test_crps_of_a_normal_matches_its_closed_form(observed: float) -> None:
    draws = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    closed = (
        observed * (2 * stats.norm.cdf(observed) - 1) + 2 * stats.norm.pdf(observed) - 1 / math.sqrt(math.pi)
    )

    assert crps_sample(observed, draws) == pytest.approx(closed, abs=2e-4)


def test_crps_of_a_certain_forecast_is_the_absolute_error() -> None:
    assert crps_sample(3.5, np.full(50, 2.0)) == pytest.approx(1.5)


def test_wis_equals_the_weighted_interval_scores() -> None:
    rng = np.random.default_rng(1)
    quantiles = np.sort(rng.normal(3, 1, (20, 9)), axis=1)
    observed = rng.normal(3, 1.5, 20)

    total = 0.5 * np.abs(observed - quantiles[:, 4])
    for k in range(4):
        low, high, alpha = quantiles[:, k], quantiles[:, 8 - k], 2 * QUANTILE_LEVELS[k]
        score = (
            (high - low)
            + 2 / alpha * np.maximum(low - observed, 0)
            + 2 / alpha * np.maximum(observed - high, 0)
        )
        total += alpha / 2 * score

    np.testing.assert_allclose(wis(observed, quantiles), total / 4.5)


def test_the_score_at_the_median_is_the_absolute_error() -> None:
    scores = quantile_scores(np.array([2.0]), np.full((1, 9), 3.2))

    assert scores[0, QUANTILE_LEVELS.index(0.5)] == pytest.approx(1.2)


def test_true_quantiles_cover_at_the_nominal_rate_and_beat_wrong_ones() -> None:
    observed = np.random.default_rng(2).standard_normal(20_000)
    true = np.tile(stats.norm.ppf(QUANTILE_LEVELS), (observed.size, 1))

    for nominal, hit in interval_hits(observed, true).items():
        assert hit.mean() == pytest.approx(nominal, abs=0.01)
    assert wis(observed, true).mean() < wis(observed, true * 0.5).mean()
    assert wis(observed, true).mean() < wis(observed, true * 2.0).mean()
    assert wis(observed, true).mean() < wis(observed, true + 0.5).mean()


def test_skill_is_one_less_the_ratio_and_its_interval_holds_it() -> None:
    rng = np.random.default_rng(3)
    rows = [
        {"origin": origin, "model": model, "score": scale * (1 + 0.3 * rng.random())}
        for origin in range(2015, 2025)
        for model, scale in (("panel", 0.2), ("naiv", 0.3))
    ]
    skill = skill_by_origin(pd.DataFrame(rows), "panel", "naiv")

    assert skill.low < skill.skill < skill.high
    assert skill.skill == pytest.approx(1 / 3, abs=0.08)
    assert skill.origins == 10


def test_reliability_counts_what_happened_in_each_class() -> None:
    table = reliability(np.array([0.0, 0.1, 0.1, 0.9, 1.0]), np.array([False, False, True, True, True]))

    assert table["n"].sum() == 5
    assert table.loc[table["low"] == 0.05, "happened"].item() == 0.5
    assert table.iloc[-1]["high"] == 1.0


def test_the_interval_of_a_skill_is_the_middle_ninety_per_cent() -> None:
    """Three origins drawn with replacement: sums 0-6 have 1, 3, 6, 7, 6, 3, 1 chances in 27."""
    rows = [
        {"origin": origin, "model": model, "score": score}
        for origin, own in ((2020, 0.0), (2021, 1.0), (2022, 2.0))
        for model, score in (("panel", own), ("naiv", 2.0))
    ]
    skill = skill_by_origin(pd.DataFrame(rows), "panel", "naiv", block=1, draws=20_000)
    assert (skill.low, skill.high) == (pytest.approx(1 - 5 / 6), pytest.approx(1 - 1 / 6))
