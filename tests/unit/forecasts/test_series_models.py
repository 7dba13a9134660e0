"""Awkward series are handled with a stated reason; the models give sane paths."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.calendar import centre, following, horizon_of, last_day, steps_between
from analysis.forecasts.models import MODELS, changes_sd, forecast_series
from analysis.forecasts.monthly import prepare_months
from analysis.forecasts.series import check_series, outliers


def annual(values: list[float], first: int = 2010) -> pd.Series:
    return pd.Series(values, index=[str(first + step) for step in range(len(values))], dtype=float)


def monthly(count: int, seed: int = 0) -> pd.Series:
    rng = np.random.default_rng(seed)
    months = np.arange(count)
    values = 3.0 * np.exp(0.15 * np.sin(2 * np.pi * months / 12) + 0.01 * rng.standard_normal(count).cumsum())
    return pd.Series(values, index=following("2018-12", count))


AWKWARD = {
    "one point": ([2.0], "ett enda värde"),
    "few points": ([2.0, 2.2, 2.1], "bara 3 värden"),
    "a gap": ([2.0, 2.1, np.nan, 2.3, 2.2, 2.4, 2.3], "inne i serien saknas"),
    "constant": ([2.0] * 8, "konstant"),
    "all zero": ([0.0] * 8, "Alla värden är noll"),
    "a zero": ([1.0, 0.8, 0.0, 0.9, 1.0, 1.1, 0.9], "nollvärden"),
    "an outlier": ([3.0, 3.1, 3.0, 0.5, 3.0, 3.1, 2.9, 3.0], "liknar ett fel"),
    "missing at the end": ([3.0, 3.1, 3.0, 2.9, 3.0, 3.1, np.nan], "slutet av serien saknas"),
}


@pytest.mark.parametrize("name", AWKWARD)
@pytest.mark.parametrize("model", ["naive", "drift", "structural"])
def test_awkward_series_get_a_forecast_and_a_reason(name: str, model: str) -> None:
    values, reason = AWKWARD[name]
    forecast = forecast_series(annual(values), 3, model, draws=300)

    assert any(reason in text for text in forecast.reasons)
    assert forecast.paths is not None
    assert forecast.paths.draws.shape == (300, 3)
    assert (forecast.paths.draws > 0).all()
    assert np.ptp(forecast.paths.draws[:, 2]) > 0


def test_a_series_without_values_gets_no_forecast_but_a_reason() -> None:
    forecast = forecast_series(annual([np.nan, np.nan]), 2, "naive")

    assert forecast.paths is None
    assert "inga värden" in forecast.reasons[0]


def test_shorter_than_two_seasons_leaves_the_season_out_and_says_so() -> None:
    forecast = forecast_series(monthly(15), 6, "structural", draws=200)

    assert any("säsonger" in reason for reason in forecast.reasons)


def test_an_outlier_does_not_move_the_forecast() -> None:
    clean = [3.0, 3.1, 3.0, 3.05, 3.0, 3.1, 2.9, 3.0, 3.1, 3.0, 3.05, 3.0]
    spoiled = [*clean[:5], 0.4, *clean[6:]]

    before = forecast_series(annual(clean), 2, "structural").paths
    after = forecast_series(annual(spoiled), 2, "structural").paths

    assert before is not None
    assert after is not None
    np.testing.assert_allclose(after.quantiles().to_numpy(), before.quantiles().to_numpy(), rtol=0.08)


def test_an_outlier_is_a_jump_and_back_not_a_step() -> None:
    assert not outliers(np.array([3.0, 3.1, 3.0, 1.0, 1.1, 1.0, 1.05])).any()
    assert outliers(np.array([3.0, 3.1, 3.0, 1.0, 3.1, 3.0, 3.05])).tolist().index(True) == 3


def test_a_missing_period_is_not_taken_for_zero() -> None:
    assert not outliers(np.array([3.0, 3.1, np.nan, 3.0, 3.1, 3.0, 3.05])).any()


def test_negative_values_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        check_series(np.array([1.0, -0.1]))


def test_unknown_models_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown model"):
        forecast_series(annual([1.0, 2.0]), 1, "magi")


def test_the_input_is_not_changed_and_the_seed_decides() -> None:
    series = annual([2.0, 0.0, np.nan, 2.1, 2.2, 2.0, 2.1])
    before = series.copy()

    first, second = (forecast_series(series, 2, "drift", seed=4).paths for _ in range(2))

    pd.testing.assert_series_equal(series, before)
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first.draws, second.draws)


@pytest.mark.slow
@pytest.mark.parametrize("model", sorted(MODELS))
def test_monthly_models_follow_the_season(model: str) -> None:
    series = monthly(72)
    paths = forecast_series(series, 12, model, draws=500).paths

    assert paths is not None
    months = np.arange(72, 84)
    season = np.exp(0.15 * np.sin(2 * np.pi * months / 12))
    assert np.corrcoef(np.median(paths.draws, axis=0), season)[0, 1] > 0.9


def test_naive_width_grows_with_the_root_of_time() -> None:
    rng = np.random.default_rng(8)
    series = annual(list(3.0 * np.exp(0.05 * rng.standard_normal(40).cumsum())), first=1980)
    paths = forecast_series(series, 4, "naive", draws=20_000).paths

    assert paths is not None
    spread = np.log(paths.draws).std(axis=0)
    assert spread[3] / spread[0] == pytest.approx(2.0, abs=0.1)


def test_missing_periods_at_the_end_widen_the_first_forecast() -> None:
    values = [3.0, 3.1, 2.9, 3.0, 3.2, 3.0, 3.1, 3.0]
    whole = forecast_series(annual(values), 1, "naive", draws=20_000).paths
    late = forecast_series(annual([*values, np.nan]), 1, "naive", draws=20_000).paths

    assert whole is not None
    assert late is not None
    assert late.periods == ("2019",)
    assert np.log(late.draws).std() / np.log(whole.draws).std() == pytest.approx(np.sqrt(2), abs=0.08)


def test_preliminary_months_are_cut_or_raised() -> None:
    series = monthly(30)

    cut = prepare_months(series, preliminary=2)
    raised = prepare_months(series, preliminary=2, completeness=(0.8, 0.95))

    assert cut.series.isna().sum() == 2
    assert cut.series.index[-1] == series.index[-1]
    assert raised.series.iloc[-1] == pytest.approx(series.iloc[-1] / 0.8)
    assert raised.series.iloc[-2] == pytest.approx(series.iloc[-2] / 0.95)
    assert "preliminära" in cut.reasons[0]


def test_absent_months_become_missing_not_zero() -> None:
    series = monthly(10).drop("2019-04")

    prepared = prepare_months(series, preliminary=0)

    assert np.isnan(prepared.series["2019-04"])
    assert len(prepared.series) == 10


def test_completeness_must_make_sense() -> None:
    with pytest.raises(ValueError, match="completeness"):
        prepare_months(monthly(10), preliminary=2, completeness=(0.9,))


def test_periods() -> None:
    assert following("2025-11", 3) == ("2025-12", "2026-01", "2026-02")
    assert following("2025", 2) == ("2026", "2027")
    assert centre("2025") == 2025.5
    assert last_day("2024-02") == "2024-02-29"
    assert last_day("2026") == "2026-12-31"
    assert steps_between("2024-10", "2026-12") == 26
    assert horizon_of("2024-10", "2026") == 2
    with pytest.raises(ValueError, match="year and a month"):
        steps_between("2024", "2024-10")


@pytest.mark.reference
def test_structural_model_finds_the_published_variances_of_the_nile() -> None:
    """Durbin & Koopman: local level on the Nile, 15 099 and 1 469; the library that `structural` wraps."""
    from statsmodels.datasets import nile
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    result = UnobservedComponents(nile.load_pandas().data["volume"], "local level").fit(disp=False)

    np.testing.assert_allclose(result.params, [15_099, 1_469], rtol=0.01)


def test_a_series_that_has_not_moved_may_still_move() -> None:
    """Sixty equal months are no promise of the sixty-first: a cocksure forecast would be laughed at in the first year."""
    assert changes_sd(np.zeros(600), 12) >= 0.01
    flat = pd.Series(4.0, index=[str(year) for year in range(1960, 2024)])
    found = forecast_series(flat, 1, "naive")
    assert found.paths is not None
    assert np.log(found.paths.draws).std() > 0.01
