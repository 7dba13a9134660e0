"""Least squares over the simplex: the optimisation problem behind every synthetic control."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

Array = NDArray[np.float64]

MAX_NEWTON: Final = 60
TOLERANCE: Final = 1e-11


def project_to_simplex(point: Array) -> Array:
    """Euclidean projection of ``point`` (D,) on {w >= 0, sum w = 1} (Duchi et al. 2008)."""
    descending = np.sort(point)[::-1]
    excess = np.cumsum(descending) - 1.0
    support = np.nonzero(descending - excess / np.arange(1, point.size + 1) > 0)[0][-1]
    projected: Array = np.maximum(point - excess[support] / (support + 1), 0.0)
    return projected


def simplex_least_squares(features: Array, target: Array) -> Array:
    """Minimise ``||target - features @ w||`` over the simplex.

    Non-negative least squares with the sum constraint as a heavy extra row; the answer is then
    normalised. With more donors than rows the minimiser is not unique: the one returned has few
    non-zero weights and depends on the donors' order, so callers sort donors by code.

    Parameters
    ----------
    features
        Donors' predictors, shape (rows, D), D >= 1.
    target
        The treated unit's predictors, shape (rows,).

    Returns
    -------
    Array
        Weights, shape (D,), non-negative, sum 1.
    """
    heavy = 1e3 * max(1.0, float(np.abs(features).max(initial=0.0)), float(np.abs(target).max(initial=0.0)))
    stacked = np.vstack([features, np.full(features.shape[1], heavy)])
    weights, _ = nnls(stacked, np.append(target, heavy))
    total = weights.sum()
    return weights / total


def ridge_simplex_least_squares(features: Array, target: Array, ridge: float) -> Array:
    """Minimise ``||target - features @ w||^2 + ridge * ||w||^2`` over the simplex; unique for ridge > 0.

    Semismooth Newton on the dual. With residual r = target - features @ w the optimal weights are the
    projection of ``features.T @ r / ridge`` on the simplex, so only the few rows of r are unknown,
    however many the donors. Because the weights sum to one, the donors' mean can be taken off both sides.
    Where the ridge is so small that Newton stalls, the penalty becomes extra rows of the exact solver.

    Parameters
    ----------
    features
        Donors' predictors, shape (rows, D).
    target
        The treated unit's predictors, shape (rows,).
    ridge
        Penalty, > 0.

    Returns
    -------
    Array
        Weights, shape (D,), non-negative, sum 1.

    """
    centre = features.mean(axis=1)
    spread = max(float(np.abs(features - centre[:, None]).max(initial=0.0)), 1e-12)
    scaled, goal = (features - centre[:, None]) / spread, (target - centre) / spread
    weights = _dual_newton(scaled, goal, ridge / spread**2)
    if weights is not None:
        return weights
    identity = np.sqrt(ridge) / spread * np.eye(features.shape[1])
    return simplex_least_squares(np.vstack([scaled, identity]), np.append(goal, np.zeros(features.shape[1])))


def _dual_newton(features: Array, target: Array, ridge: float) -> Array | None:
    """Semismooth Newton; None if it has not converged (a ridge so small that it hardly counts)."""
    goal = TOLERANCE * max(1.0, float(np.abs(target).max(initial=0.0)))
    residual = target - features.mean(axis=1)
    weights, slope = _primal(features, target, ridge, residual)
    for _ in range(MAX_NEWTON):
        size = float(np.abs(slope).max())
        if size < goal:
            return weights
        active = features[:, weights > 0]
        centred = active - active.mean(axis=1, keepdims=True)
        hessian = np.eye(target.size) + centred @ centred.T / ridge
        step = np.linalg.solve(hessian, slope)
        tried = _primal(features, target, ridge, residual + step)
        if float(np.abs(tried[1]).max()) <= 0.5 * size:
            residual = residual + step
        else:
            residual = _line_search(features, target, ridge, residual, step, slope)
            tried = _primal(features, target, ridge, residual)
        weights, slope = tried
    return None


def _primal(features: Array, target: Array, ridge: float, residual: Array) -> tuple[Array, Array]:
    """Weights that belong to a residual, and the dual's gradient there."""
    weights = project_to_simplex(features.T @ residual / ridge)
    return weights, target - residual - features @ weights


def _dual(features: Array, target: Array, ridge: float, residual: Array) -> float:
    """Dual objective to maximise (up to a constant), with the simplex multiplier profiled out."""
    score = features.T @ residual
    weights = project_to_simplex(score / ridge)
    inner = float(score @ weights - 0.5 * ridge * weights @ weights)
    return float(residual @ target - 0.5 * residual @ residual) - inner


def _line_search(
    features: Array, target: Array, ridge: float, residual: Array, step: Array, slope: Array
) -> Array:
    """Backtrack until the dual rises enough (Armijo)."""
    start = _dual(features, target, ridge, residual)
    gain = float(slope @ step)
    length = 1.0
    while length > 1e-8:
        candidate = residual + length * step
        if _dual(features, target, ridge, candidate) >= start + 1e-4 * length * gain - 1e-13 * (
            1 + abs(start)
        ):
            return candidate
        length /= 2
    return residual + length * step
