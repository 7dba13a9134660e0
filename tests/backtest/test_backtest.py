"""The backtest scores what it says, leaks nothing, and the real panel keeps its measured quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
from floors import pooled_forecaster
from tests.scores import crps_sample

from analysis.forecasts.backtest import (
    complete_municipalities,
    crps_rows,
    naive_forecaster,
    panel_forecaster,
    population_as_known,
    run_backtest,
    size_class,
    summarise,
)
from analysis.panel import build_panel, read_panel, wide
from analysis.paths import Project


def small_panel(seed: int = 1) -> tuple[pd.DataFrame, dict[str, float]]:
    rng = np.random.default_rng(seed)
    codes = [str(1001 + place) for place in range(40)]
    common = rng.normal(-0.03, 0.03, 9)
    log = 1.2 + np.hstack([np.zeros((40, 1)), np.cumsum(common + rng.normal(0, 0.08, (40, 9)), axis=1)])
    return pd.DataFrame(np.exp(log), index=codes, columns=range(2012, 2022)), dict.fromkeys(codes, 20_000.0)


def test_later_values_cannot_reach_an_origin() -> None:
    levels, sizes = small_panel()
    changed = levels.copy()
    changed.loc[:, 2019:] *= 2.0
    seen: list[pd.DataFrame] = []

    def spy(known: pd.DataFrame, sizes: object, codes: object, horizon: int) -> np.ndarray:
        seen.append(known)
        return np.ones((40, 10, horizon))

    run_backtest(changed, sizes, {"spy": spy}, origins=[2016, 2018])

    assert [int(frame.columns[-1]) for frame in seen] == [2016, 2018]
    pd.testing.assert_frame_equal(seen[1], levels.loc[:, :2018])


def test_only_known_outcomes_are_scored() -> None:
    levels, sizes = small_panel()
    result = run_backtest(levels, sizes, {"naiv": naive_forecaster(draws=50)}, origins=[2019, 2020, 2021])

    pairs = set(map(tuple, result.scores[["origin", "horizon"]].drop_duplicates().to_numpy()))
    assert pairs == {(2019, 1), (2019, 2), (2020, 1)}


def test_missing_outcomes_are_left_out() -> None:
    levels, sizes = small_panel()
    levels.loc["1002", 2020] = np.nan

    assert "1002" not in complete_municipalities(levels)
    result = run_backtest(
        levels, sizes, {"naiv": naive_forecaster(draws=50)}, origins=[2019], codes=["1001", "1002"]
    )
    assert len(result.scores) == 3


def test_row_wise_crps_is_the_sample_crps() -> None:
    rng = np.random.default_rng(2)
    draws, outcome = rng.lognormal(1, 0.3, (5, 200)), rng.lognormal(1, 0.3, 5)

    expected = [crps_sample(y, row) for y, row in zip(outcome, draws, strict=True)]
    np.testing.assert_allclose(crps_rows(outcome, draws), expected)


def test_crossings_state_a_probability_and_what_happened() -> None:
    levels, sizes = small_panel()
    certain = run_backtest(
        levels, sizes, {"sure": lambda known, s, codes, h: np.full((40, 10, h), 0.001)}, origins=[2018]
    ).crossings

    assert (certain["probability"] == 1.0).all()
    assert certain.groupby("factor")["happened"].mean().is_monotonic_increasing


def test_size_classes() -> None:
    assert [size_class(n) for n in (14_999, 15_000, 50_000)] == [
        "under 15 000",
        "15 000–50 000",
        "över 50 000",
    ]
    assert size_class(float("nan")) == "15 000–50 000"


@pytest.mark.slow
def test_the_real_panel_keeps_its_measured_quality(checkout: Project) -> None:
    """The benchmark's main line, on a third of the draws: score, coverage and the lead over the floor."""
    if not checkout.observations.exists():
        build_panel(checkout)
    observations = read_panel(checkout)
    levels = wide(observations, "N31807")
    sizes = wide(observations, "SCB_FOLKMANGD").bfill(axis=1).iloc[:, 0].to_dict()
    result = run_backtest(
        levels,
        sizes,
        {"panel": panel_forecaster(draws=1500), "pool": pooled_forecaster(), "naiv": naive_forecaster()},
        origins=range(2018, 2025),
    )
    overall = summarise(result.scores, ["model"]).set_index("model")
    panel = summarise(result.scores[result.scores["model"] == "panel"], ["horizon"])

    assert result.scores["kommun_kod"].nunique() == 253
    assert overall.loc["pool", "score"] == pytest.approx(0.272, abs=0.003)
    assert overall.loc["panel", "score"] < 0.225
    np.testing.assert_allclose(panel["hit80"], 0.80, atol=0.035)
    np.testing.assert_allclose(panel["hit95"], 0.95, atol=0.02)


def test_population_enters_each_origin_as_it_was_known() -> None:
    levels, sizes = small_panel()
    population = pd.DataFrame(
        {year: {code: size * year for code, size in sizes.items()} for year in (2016, 2017, 2018, 2019)}
    )
    population.loc["1003", 2018] = np.nan
    seen = {}

    def spy(
        known: pd.DataFrame, people: Mapping[str, float], codes: Sequence[str], horizon: int
    ) -> np.ndarray:
        seen[int(known.columns[-1])] = dict(people)
        return np.ones((len(codes), 5, horizon))

    run_backtest(levels, population_as_known(population), {"spy": spy}, origins=[2015, 2019])

    assert seen[2019]["1001"] == sizes["1001"] * 2018
    assert seen[2019]["1003"] == sizes["1003"] * 2017
    assert seen[2015]["1001"] == sizes["1001"] * 2016
