from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from analysis.forecasts.joint import joint_forecast
from analysis.forecasts.national import NationalPrior, common_changes, fit_national
from analysis.forecasts.panel_model import PanelSettings, fit_panel
from analysis.forecasts.panel_paths import draw_common, panel_paths

Panel = tuple[pd.DataFrame, dict[str, float]]


def test_common_changes_are_the_shared_ones() -> None:
    rng = np.random.default_rng(2)
    truth = np.array([-0.02, 0.05, -0.12])
    changes = truth + 0.05 * rng.standard_normal((200, 3))
    changes[:5, 1] = -1.0
    changes[6:20, 2] = np.nan

    np.testing.assert_allclose(common_changes(changes, np.full(200, 0.05)), truth, atol=0.012)


def test_a_year_without_any_change_is_missing() -> None:
    changes = np.column_stack([np.full(30, 0.1), np.full(30, np.nan)])

    assert np.isnan(common_changes(changes, np.full(30, 0.1))[1])


def test_little_history_gives_a_wide_common_forecast() -> None:
    rng = np.random.default_rng(2)
    calm = rng.normal(0, 0.005, 40)
    short = fit_national(calm[:3], NationalPrior()).simulate(1, 8000, np.random.default_rng(3))
    long = fit_national(calm, NationalPrior()).simulate(1, 8000, np.random.default_rng(3))

    assert short.std() > 1.5 * long.std()


def test_common_momentum_carries_over_but_fades() -> None:
    growth = np.array([0.0, 0.01, -0.01, 0.0, -0.1, -0.12])
    future = fit_national(growth, NationalPrior()).simulate(5, 20_000, np.random.default_rng(4))
    median = np.median(future, axis=0)

    assert median[0] < -0.06
    assert median[4] > median[0]


def test_small_places_get_wider_forecasts(panel: Panel) -> None:
    levels, sizes = panel
    fit = fit_panel(levels, sizes)
    width = {}
    for code in levels.index:
        fan = panel_paths(fit, code, 1, draws=1500).fan().iloc[0]
        width[code] = np.log(fan["high80"] / fan["low80"])

    assert np.corrcoef(np.log([sizes[code] for code in width]), list(width.values()))[0, 1] < -0.5


def test_draws_share_the_common_future(panel: Panel) -> None:
    levels, sizes = panel
    fit = fit_panel(levels, sizes)
    largest = sorted(levels.index, key=lambda code: -sizes[code])[:2]
    first, second = (np.log(panel_paths(fit, code, 3, draws=2000).draws[:, 2]) for code in largest)

    assert np.corrcoef(first, second)[0, 1] > 0.2


def test_the_fit_sees_nothing_after_its_last_column(panel: Panel) -> None:
    levels, sizes = panel
    changed = levels.copy()
    changed.loc[:, 2020:] *= 3.0

    before = panel_paths(fit_panel(levels.loc[:, :2019], sizes), "1005", 3)
    after = panel_paths(fit_panel(changed.loc[:, :2019], sizes), "1005", 3)

    np.testing.assert_array_equal(before.draws, after.draws)


def test_same_seed_same_paths_and_input_untouched(panel: Panel) -> None:
    levels, sizes = panel
    before = levels.copy()
    fit = fit_panel(levels, sizes)

    np.testing.assert_array_equal(
        panel_paths(fit, "1010", 2, seed=5).draws, panel_paths(fit, "1010", 2, seed=5).draws
    )
    assert not np.array_equal(
        panel_paths(fit, "1010", 2, seed=5).draws, panel_paths(fit, "1010", 2, seed=6).draws
    )
    pd.testing.assert_frame_equal(levels, before)


def test_missing_years_are_respected(panel: Panel) -> None:
    levels, sizes = panel
    holed = levels.copy()
    holed.loc["1003", [2015, 2016]] = np.nan
    holed.loc["1004", 2023] = np.nan
    fit = fit_panel(holed, sizes)

    inside, late = panel_paths(fit, "1003", 2), panel_paths(fit, "1004", 2)
    full = panel_paths(fit_panel(levels, sizes), "1004", 2)

    assert inside.note == ""
    assert "2022" in late.note
    assert late.periods == ("2024", "2025")
    late_width = np.log(late.fan()["high80"] / late.fan()["low80"]).iloc[0]
    assert late_width > np.log(full.fan()["high80"] / full.fan()["low80"]).iloc[0]


def test_a_missing_last_year_follows_the_known_common_change() -> None:
    from .conftest import made_up_panel

    shocks = np.array([0.0, 0.01, -0.01, 0.0, 0.01, 0.0, -0.01, -0.5])
    levels, sizes = made_up_panel(60, 9, 3, shocks)
    levels.loc["1004", 2020] = np.nan
    fit = fit_panel(levels, sizes)

    moved = np.median(np.log(panel_paths(fit, "1004", 1).draws)) - np.log(levels.loc["1004", 2019])
    others = np.median(np.log(panel_paths(fit, "1005", 1).draws)) - np.log(levels.loc["1005", 2020])
    assert moved - others == pytest.approx(-0.5, abs=0.12)


def test_a_zero_is_lifted_not_dropped(panel: Panel) -> None:
    levels, sizes = panel
    zero = levels.copy()
    zero.loc["1002", 2023] = 0.0

    paths = panel_paths(fit_panel(zero, sizes), "1002", 1)

    assert (paths.draws > 0).all()
    assert np.median(paths.draws) < levels.min().min()


def test_sizes_may_be_unknown(panel: Panel) -> None:
    levels, _ = panel

    assert panel_paths(fit_panel(levels), "1001", 2).draws.shape == (4000, 2)


def test_horizons_longer_than_a_block(panel: Panel) -> None:
    levels, sizes = panel
    paths = panel_paths(fit_panel(levels, sizes), "1001", 8, draws=500)

    assert paths.periods[-1] == "2031"
    assert np.isfinite(paths.draws).all()


def test_riket_lends_nothing(panel: Panel) -> None:
    levels, sizes = panel
    nation = pd.DataFrame([levels.mean().to_numpy() * 50], index=["0000"], columns=levels.columns)
    with_nation = fit_panel(pd.concat([nation, levels]), {**sizes, "0000": 1e7})

    np.testing.assert_allclose(with_nation.national.growth, fit_panel(levels, sizes).national.growth)
    assert 0 not in with_nation.donor_rows


def test_too_small_a_panel_is_refused(panel: Panel) -> None:
    levels, sizes = panel

    with pytest.raises(ValueError, match="four years"):
        fit_panel(levels.loc[:, :2014], sizes)
    with pytest.raises(ValueError, match="twenty"):
        fit_panel(levels.iloc[:10], sizes)


def test_unknown_municipality_is_named(panel: Panel) -> None:
    levels, sizes = panel

    with pytest.raises(KeyError, match="9999"):
        panel_paths(fit_panel(levels, sizes), "9999", 1)


def test_fit_and_290_forecasts_are_quick() -> None:
    from .conftest import made_up_panel

    levels, sizes = made_up_panel(290, 14)
    started = time.perf_counter()
    fit = fit_panel(levels, sizes)
    fitted = time.perf_counter()
    panel_paths(fit, "1001", 5)
    one = time.perf_counter() - fitted
    for code in levels.index:
        panel_paths(fit, code, 3)

    assert one < 1.0
    assert time.perf_counter() - started < 60.0


@pytest.mark.slow
def test_coverage_is_nominal_when_the_truth_is_of_the_models_kind() -> None:
    """Forty made-up countries with AR(1) common growth: coverage of h = 1-3 over all places."""
    from .conftest import made_up_panel

    hits = []
    for seed in range(40):
        rng = np.random.default_rng(1000 + seed)
        growth = np.zeros(16)
        for t in range(1, 16):
            growth[t] = 0.8 * growth[t - 1] + 0.05 * rng.standard_t(5)
        levels, sizes = made_up_panel(60, 16, seed, growth[1:])
        fit = fit_panel(levels.loc[:, :2024], sizes, PanelSettings())
        for code in levels.index[::3]:
            low, high = np.quantile(panel_paths(fit, code, 3, draws=1000).draws, [0.1, 0.9], axis=0)
            outcome = levels.loc[code, [2025, 2026, 2027]].to_numpy()
            hits.append((outcome >= low) & (outcome <= high))

    np.testing.assert_allclose(np.mean(hits, axis=0), 0.8, atol=0.08)


def with_jump(panel: Panel, factor: float, place: int = 0) -> pd.DataFrame:
    """The panel with one municipality's last known level multiplied."""
    levels = panel[0].copy()
    levels.iloc[place, -1] *= factor
    return levels


def test_a_jump_that_looks_like_an_error_is_not_carried_on(panel: Panel) -> None:
    """The forecast after a jump of nine is as steep as after a jump of three: both count as two deviations."""
    fixed = PanelSettings(coefficients=(0.3, 0.0, 0.0), strength=(1e12, 1e12, 1e12))
    growth = []
    for factor in (3.0, 9.0):
        fit = fit_panel(with_jump(panel, factor), panel[1], fixed)
        code = fit.kommuner[0]
        path = panel_paths(fit, code, 1, draws=4000)
        step = np.median(np.log(path.draws[:, 0])) - fit.log_level[0]
        growth.append(float(step) / float(fit.scale[0]))
    assert growth[0] == pytest.approx(growth[1], abs=0.15)


def test_one_wild_year_does_not_make_a_place_wild_for_ever(panel: Panel) -> None:
    """A single year counts as at most three standard deviations in a municipality's own scale."""
    levels, sizes = panel
    calm = fit_panel(levels, sizes)
    wild = fit_panel(with_jump(panel, 8.0), sizes)
    assert wild.scale[0] / wild.size_scale[0] < 1.35 * calm.scale[0] / calm.size_scale[0]


def test_a_remainder_is_measured_by_a_scale_that_has_not_seen_it(panel: Panel) -> None:
    """Else the largest shocks, which widen their own yardstick, would be lent out too small."""
    levels, sizes = panel
    fit = fit_panel(levels, sizes)
    plain = fit.deviation[fit.donor_rows][:, -fit.remainder.shape[1] :]
    largest = np.unravel_index(np.argsort(-np.abs(plain), axis=None)[:20], plain.shape)
    assert (np.abs(fit.remainder[largest]) > np.abs(plain[largest])).mean() > 0.8


def test_what_is_seen_in_one_place_speaks_of_the_nation(panel: Panel) -> None:
    """Months of a large place that have fallen since the last known year lower everybody's common growth."""
    levels, sizes = panel
    fit = fit_panel(levels, sizes)
    common = draw_common(fit, 2, draws=4000)
    place = max(sizes, key=lambda code: sizes[code])
    future = panel_paths(fit, place, 2, common=common)
    known = {int(year): float(value) for year, value in levels.loc[place].items()}
    last, level = max(known), known[max(known)]
    months = {f"{last}-{month:02d}": 0.45 * level for month in range(1, 13)}
    steep = months | {f"{last + 1}-{month:02d}": 0.45 * level * 0.85 for month in range(1, 10)}
    told = common.given(joint_forecast(steep, [f"{last + 2}-12"], known=known, future=future).keep)

    assert told.growth.shape == common.growth.shape
    assert told.growth[:, 0].mean() < common.growth[:, 0].mean() - 0.02
    rows = {tuple(row) for row in common.growth.round(12)}
    assert all(tuple(row) in rows for row in told.growth.round(12))
