from __future__ import annotations

import numpy as np
import pytest
from competitors import COMPETITORS, Ensemble
from published import event_study, jackknife_standard_error, placebo_standard_error

from analysis.effects.did import DifferenceAgainstNation, DifferenceInDifferences
from analysis.effects.factor_model import InteractiveFixedEffects
from analysis.effects.its import SegmentedRegression, StructuralModel
from analysis.effects.lag_regression import ConditionalTrend
from analysis.effects.problem import Estimator, Problem
from analysis.effects.spec_curve import ESTIMATORS as CURVE
from analysis.effects.synthetic_control import NestedSyntheticControl, SyntheticControl
from analysis.effects.synthetic_did import SyntheticDiD

#: Every design on offer, in the tournament or in the specification curve.
ESTIMATORS = list(
    {item.name: item for item in (*(entry.estimator for entry in COMPETITORS), *CURVE)}.values()
)
N_PRE, YEARS, DONORS = 8, 11, 25


def problem(seed: int = 0, **changes: object) -> Problem:
    rng = np.random.default_rng(seed)
    common = np.cumsum(rng.normal(0, 0.3, YEARS))
    panel = (
        rng.uniform(2, 7, (DONORS + 1, 1))
        + common
        + np.cumsum(rng.normal(0, 0.2, (DONORS + 1, YEARS)), axis=1)
    )
    size = rng.uniform(5e3, 2e5, DONORS + 1)
    fields = {
        "target": panel[0],
        "donors": panel[1:],
        "n_pre": N_PRE,
        "reference": panel.mean(axis=0),
        "target_size": float(size[0]),
        "donor_size": size[1:],
    }
    return Problem(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda item: item.name)
def test_post_years_of_the_treated_unit_do_not_touch_its_counterfactual(estimator: Estimator) -> None:
    plain = problem()
    struck = problem(target=plain.target + np.where(np.arange(YEARS) >= N_PRE, -3.0, 0.0))
    np.testing.assert_allclose(estimator.fit(struck).path, estimator.fit(plain).path, atol=1e-9)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda item: item.name)
def test_weights_if_any_are_an_average(estimator: Estimator) -> None:
    result = estimator.fit(problem())
    assert result.path.shape == (YEARS,)
    assert np.isfinite(result.path).all()
    if result.weights is not None:
        assert result.weights.shape == (DONORS,)
        assert result.weights.min() >= -1e-12
        assert result.weights.sum() == pytest.approx(1)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda item: item.name)
def test_fitting_leaves_the_input_alone_and_repeats_itself(estimator: Estimator) -> None:
    asked = problem()
    before = asked.donors.copy(), asked.target.copy()
    first, second = estimator.fit(asked).path, estimator.fit(asked).path
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(asked.donors, before[0])
    np.testing.assert_array_equal(asked.target, before[1])


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda item: item.name)
def test_a_constant_added_to_everything_is_added_to_the_counterfactual(estimator: Estimator) -> None:
    plain = problem()
    raised = problem(target=plain.target + 2, donors=plain.donors + 2, reference=plain.reference + 2)
    np.testing.assert_allclose(estimator.fit(raised).path, estimator.fit(plain).path + 2, atol=2e-3)


def test_difference_in_differences_by_hand() -> None:
    asked = Problem(
        np.array([5.0, 6, 4]), np.array([[1.0, 2, 3], [3, 4, 7]]), n_pre=2, reference=np.array([0.0, 2, 2])
    )
    np.testing.assert_allclose(DifferenceInDifferences().fit(asked).path, [5, 6, 8])
    np.testing.assert_allclose(DifferenceInDifferences(1).fit(asked).path, [5, 6, 8])
    np.testing.assert_allclose(DifferenceAgainstNation().fit(asked).path, [4.5, 6.5, 6.5])
    np.testing.assert_allclose(event_study(asked), [0, 0, -4])


def test_difference_against_nation_needs_the_nation() -> None:
    with pytest.raises(ValueError, match="reference"):
        DifferenceAgainstNation().fit(problem(reference=None))


@pytest.mark.parametrize(
    "estimator", [SyntheticControl(), NestedSyntheticControl()], ids=lambda item: item.name
)
def test_synthetic_control_finds_a_donor_that_is_the_same(estimator: Estimator) -> None:
    plain = problem()
    np.testing.assert_allclose(
        estimator.fit(problem(target=plain.donors[3])).path, plain.donors[3], atol=0.05
    )


def test_synthetic_control_recovers_a_mixture() -> None:
    plain = problem()
    mixture = 0.6 * plain.donors[2] + 0.4 * plain.donors[9]
    few = problem(target=mixture, donors=plain.donors[[2, 9, 11, 14]])
    np.testing.assert_allclose(SyntheticControl().fit(few).weights, [0.6, 0.4, 0, 0], atol=1e-6)


@pytest.mark.parametrize(
    "estimator", [SyntheticControl(intercept=True), SyntheticDiD()], ids=lambda item: item.name
)
def test_designs_with_intercept_forgive_a_constant_distance(estimator: Estimator) -> None:
    plain = problem()
    np.testing.assert_allclose(
        estimator.fit(problem(target=plain.target + 9)).path, estimator.fit(plain).path + 9, atol=1e-6
    )


def test_factor_model_follows_a_factor_that_a_double_difference_misses() -> None:
    rng = np.random.default_rng(2)
    factor = np.cumsum(rng.normal(0, 1, YEARS))
    loadings = rng.uniform(0, 2, DONORS)
    donors = 5 + loadings[:, None] * factor + rng.normal(0, 0.01, (DONORS, YEARS))
    target = 4 + 1.9 * factor
    asked = Problem(target, donors, N_PRE)
    missed = np.abs(target - DifferenceInDifferences().fit(asked).path)[N_PRE:].max()
    found = np.abs(target - InteractiveFixedEffects(1).fit(asked).path)[N_PRE:].max()
    assert found < 0.1 < missed


def test_conditional_trend_expects_a_high_value_to_fall_back() -> None:
    rng = np.random.default_rng(3)
    donors = 5 + rng.normal(0, 1, (400, YEARS))
    target = np.full(YEARS, 5.0)
    target[N_PRE - 1] = 8
    expected = ConditionalTrend().fit(Problem(target, donors, N_PRE)).path[N_PRE:]
    naive = DifferenceInDifferences(1).fit(Problem(target, donors, N_PRE)).path[N_PRE:]
    assert np.abs(expected - 5).max() < 0.6
    assert np.abs(naive - 8).max() < 0.3


def test_conditional_trend_uses_a_covariate_that_matters() -> None:
    rng = np.random.default_rng(4)
    covariate = rng.normal(0, 1, 100)
    donors = 5 + rng.normal(0, 0.05, (100, YEARS))
    donors[:, N_PRE:] += covariate[:, None]
    asked = Problem(np.full(YEARS, 5.0), donors, N_PRE, target_covariate=2.0, donor_covariates=covariate)
    np.testing.assert_allclose(ConditionalTrend().fit(asked).path[N_PRE:], 7, atol=0.4)


def test_segmented_regression_prolongs_the_gap_to_the_control() -> None:
    control = np.array([1.0, 3, 2, 5, 4, 6])
    asked = Problem(control + 0.5 * np.arange(6) + 1, control[None, :], 4, reference=control)
    np.testing.assert_allclose(SegmentedRegression().fit(asked).path, asked.target, atol=1e-9)


def test_structural_model_carries_the_last_level_forward_without_seeing_later_years() -> None:
    path = StructuralModel().fit(problem()).path - problem().reference
    assert np.ptp(path[N_PRE:]) < 1e-9


def test_structural_model_of_a_constant_gap() -> None:
    plain = problem()
    asked = problem(target=plain.reference + 1)
    np.testing.assert_allclose(StructuralModel().fit(asked).path, plain.reference + 1)


def test_ensemble_is_the_mean_of_its_members() -> None:
    members = (DifferenceInDifferences(), SyntheticDiD())
    mean = np.mean([member.fit(problem()).path for member in members], axis=0)
    np.testing.assert_allclose(Ensemble(members).fit(problem()).path, mean)


def test_jackknife_does_not_exist_for_one_treated_unit() -> None:
    asked = problem()
    assert jackknife_standard_error(asked.target[None, :], asked.donors, N_PRE) is None
    several = jackknife_standard_error(asked.donors[:3], asked.donors[3:], N_PRE)
    assert several is not None
    assert 0 < several < 5
    assert 0 < placebo_standard_error(asked) < 5


def test_the_event_study_is_counted_from_the_last_year_before_the_start() -> None:
    """A reader sees the deviation in each year beside the year before the plan, where it is nil by definition."""
    target = np.array([5.0, 5.5, 5.0, 4.0, 3.0])
    donors = np.array([[6.0, 6.0, 6.0, 6.0, 6.0], [4.0, 4.0, 4.0, 4.2, 4.0]])
    problem = Problem(target=target, donors=donors, n_pre=3)
    assert event_study(problem) == pytest.approx([0.0, 0.5, 0.0, -1.1, -2.0])
    assert event_study(problem, base=1)[1] == 0.0
