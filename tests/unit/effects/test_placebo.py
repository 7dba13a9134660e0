from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from calibration import carried_forward, clustered_rate, judge_all, scale_misfit, split_halves
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.effects.calibration import judge
from analysis.effects.placebo import FLOOR, PlaceboDistribution, placebo_quantile, size_feature, studentise


def distribution(seed: int = 0, count: int = 199, own_scale: float = 0.5) -> PlaceboDistribution:
    rng = np.random.default_rng(seed)
    scales = rng.uniform(0.2, 1.0, count)
    return PlaceboDistribution(scales * rng.normal(0, 1, count), scales, own_scale)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 1000), st.integers(5, 300), st.floats(-4, 4))
def test_the_interval_inverts_the_test(seed: int, count: int, estimate: float) -> None:
    placebos = distribution(seed, count)
    outside_zero = abs(estimate) > placebos.half_width(0.95)
    assert outside_zero == (placebos.p_value(estimate) <= 0.05 + 1e-12)


def test_p_value_counts_the_municipality_itself() -> None:
    placebos = distribution(count=99)
    assert placebos.p_value(1e9) == pytest.approx(0.01)
    assert placebos.p_value(0.0) == 1.0


def test_too_few_placebos_give_an_infinite_interval() -> None:
    assert distribution(count=18).half_width(0.95) == np.inf
    assert distribution(count=19).half_width(0.95) < np.inf


def test_minimal_detectable_effect_is_where_power_reaches_eighty_per_cent() -> None:
    placebos = distribution(count=2000)
    least = placebos.minimal_detectable()
    assert placebos.power(-least - 1e-9) >= 0.8
    assert placebos.power(-0.95 * least) < 0.8
    # normal errors: (1.96 + 0.84) standard deviations
    assert least == pytest.approx(2.8 * 0.5, rel=0.1)


def test_power_without_effect_is_the_size() -> None:
    assert distribution(count=1999).power(0.0) == pytest.approx(0.05, abs=0.002)


def test_a_noisier_municipality_gets_a_wider_interval() -> None:
    rng = np.random.default_rng(5)
    log_size = rng.uniform(9, 13, 400)
    features = np.column_stack([np.ones(400), log_size])
    gaps = rng.normal(0, 1, 400) * np.exp(-0.5 * (log_size - 9))
    small, large = (studentise(features, np.array([1.0, size]), gaps) for size in (9.0, 13.0))
    assert small.half_width() / large.half_width() == pytest.approx(np.exp(2), rel=0.35)


def test_quantile_is_the_smallest_value_that_is_rejected_beyond() -> None:
    assert placebo_quantile(np.arange(1.0, 20.0), 0.95) == 19
    assert placebo_quantile(np.arange(1.0, 40.0), 0.95) == 38


def test_judge_equals_refitting_without_each_municipality() -> None:
    rng = np.random.default_rng(6)
    features = np.column_stack([np.ones(40), rng.normal(0, 1, 40)])
    errors = rng.normal(0, 1, 40)
    judged = judge(errors, features)
    for index in range(40):
        others = np.delete(np.arange(40), index)
        coefficients = np.linalg.lstsq(features[others], np.log(np.abs(errors[others]) + FLOOR), rcond=None)[
            0
        ]
        assert judged.scale[index] == pytest.approx(np.exp(features[index] @ coefficients))
    assert (judged.p > 0).all()
    assert (judged.p <= 1).all()


def simulated_errors(seed: int = 7) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    parts = []
    population = np.exp(rng.uniform(8, 13, 200))
    for start in (2017, 2018, 2020, 2021):
        for years in (1, 2):
            error = rng.normal(0, 1, 200) * 30 / np.sqrt(population)
            parts.append(
                pd.DataFrame(
                    {
                        "entry": "x",
                        "start": start,
                        "years": years,
                        "code": [str(index) for index in range(200)],
                        "error": error,
                        "population": population,
                        "level": 4.0,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def test_calibration_of_well_behaved_errors_is_five_per_cent() -> None:
    errors = simulated_errors()
    judged = judge_all(errors)
    assert judged["rejected"].mean() == pytest.approx(0.05, abs=0.01)
    assert judged["covered"].mean() == pytest.approx(0.95, abs=0.01)
    small = judged["population"] < 20_000
    assert judged.loc[small, "rejected"].mean() == pytest.approx(0.05, abs=0.03)
    assert judged["power_1"].mean() > judged["power_0.25"].mean() > 0.05


def test_calibration_on_others_is_also_five_per_cent() -> None:
    errors = simulated_errors()
    halves, error = clustered_rate(split_halves(errors, 1), "rejected")
    assert halves == pytest.approx(0.05, abs=0.02)
    assert 0 < error < 0.02
    carried, _ = clustered_rate(carried_forward(errors, 2019, 2020), "rejected")
    assert carried == pytest.approx(0.05, abs=0.02)


def test_deviations_do_not_shrink_with_population_for_ever() -> None:
    feature = size_feature(np.array([1e4, 2e4, 1e6, 2e6]))
    assert feature[0] - feature[1] > 5 * (feature[2] - feature[3]) > 0


def test_misfit_prefers_the_true_size_rule() -> None:
    errors = simulated_errors()  # made with a scale that falls with the square root for ever
    assert scale_misfit(errors, 1e12) < scale_misfit(errors, 5e3)


def test_split_halves_follow_the_seed_not_the_order() -> None:
    errors = simulated_errors()
    mixed = errors.sample(frac=1, random_state=2)
    assert split_halves(errors, 3)["rejected"].mean() == split_halves(mixed, 3)["rejected"].mean()


def test_a_city_is_promised_no_tighter_interval_than_cities_have_kept() -> None:
    """Whole-place shocks do not average out: from 200 000 residents on, size hardly helps; below, it does."""
    village, town, city, metropolis = np.exp(size_feature(np.array([1e4, 1e5, 2e5, 1e6])))
    assert village / town > 5
    assert city / metropolis < 2
    assert 10 < village / metropolis < 30
