from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.effects.solvers import project_to_simplex, ridge_simplex_least_squares, simplex_least_squares


def draw(seed: int, rows: int, donors: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(3, 1, (rows, donors)), rng.normal(3, 1, rows)


def worst_violation(features: np.ndarray, target: np.ndarray, weights: np.ndarray, ridge: float) -> float:
    """How far the optimality conditions are from holding: the gradient is equal and smallest on the support."""
    gradient = features.T @ (features @ weights - target) + ridge * weights
    return float(((gradient - gradient.min()) * weights).sum())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 9), st.integers(1, 40))
def test_simplex_least_squares_is_optimal(seed: int, rows: int, donors: int) -> None:
    features, target = draw(seed, rows, donors)
    weights = simplex_least_squares(features, target)
    assert weights.min() >= 0
    assert abs(weights.sum() - 1) < 1e-12
    assert worst_violation(features, target, weights, 0.0) < 1e-4


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 9), st.integers(1, 60), st.floats(1e-6, 100))
def test_ridge_simplex_least_squares_is_optimal(seed: int, rows: int, donors: int, ridge: float) -> None:
    features, target = draw(seed, rows, donors)
    weights = ridge_simplex_least_squares(features, target, ridge)
    assert weights.min() >= 0
    assert abs(weights.sum() - 1) < 1e-9
    assert worst_violation(features, target, weights, ridge) < 1e-5


def test_ridge_solution_does_not_depend_on_the_order_of_donors() -> None:
    features, target = draw(3, 6, 50)
    order = np.random.default_rng(4).permutation(50)
    weights = ridge_simplex_least_squares(features, target, 0.5)
    np.testing.assert_allclose(
        ridge_simplex_least_squares(features[:, order], target, 0.5), weights[order], atol=1e-9
    )


def test_strong_ridge_gives_equal_weights() -> None:
    features, target = draw(5, 4, 10)
    np.testing.assert_allclose(ridge_simplex_least_squares(features, target, 1e9), 0.1, atol=1e-6)


def test_projection_keeps_a_point_of_the_simplex_and_moves_others_onto_it() -> None:
    inside = np.array([0.2, 0.5, 0.3])
    np.testing.assert_allclose(project_to_simplex(inside), inside)
    np.testing.assert_allclose(project_to_simplex(np.array([5.0, 0.0, 0.0])), [1, 0, 0])


def test_one_donor_gets_all_the_weight() -> None:
    assert simplex_least_squares(np.array([[1.0], [2.0]]), np.array([9.0, 9.0])) == [1.0]
    assert ridge_simplex_least_squares(np.array([[1.0], [2.0]]), np.array([9.0, 9.0]), 1.0) == [1.0]
