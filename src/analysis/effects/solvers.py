"""Least squares over the simplex: the optimisation problem behind every synthetic control."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

Array = NDArray[np.float64]

MAX_NEWTON: Final = 60
TOLERANCE: Final = 1e-11


def project_to_simplex(point: Array) -> Array:
    """Euclidean projection of ``point`` (..., D) on {w >= 0, sum w = 1}, row by row (Duchi et al. 2008)."""
    descending = -np.sort(-point, axis=-1)
    excess = np.cumsum(descending, axis=-1) - 1.0
    above = descending - excess / np.arange(1, point.shape[-1] + 1) > 0
    support = point.shape[-1] - 1 - np.argmax(above[..., ::-1], axis=-1)[..., None]
    level = np.take_along_axis(excess, support, axis=-1) / (support + 1)
    projected: Array = np.maximum(point - level, 0.0)
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


def ridge_simplex_least_squares(features: Array, target: Array, ridge: Array | float) -> Array:
    """Minimise ``||target - features @ w||^2 + ridge * ||w||^2`` over the simplex; unique for ridge > 0.

    Semismooth Newton on the dual. With residual r = target - features @ w the optimal weights are the
    projection of ``features.T @ r / ridge`` on the simplex, so only the few rows of r are unknown,
    however many the donors. Because the weights sum to one, the donors' mean can be taken off both sides.
    Where the ridge is so small that Newton stalls, the penalty becomes extra rows of the exact solver.
    Many problems of the same shape are solved side by side; each as if it were alone.

    Parameters
    ----------
    features
        Donors' predictors, shape (rows, D), or (problems, rows, D).
    target
        The treated unit's predictors, shape (rows,), or (problems, rows).
    ridge
        Penalty, > 0; a number, or shape (problems,).

    Returns
    -------
    Array
        Weights, shape (D,), or (problems, D): non-negative, sum 1.
    """
    if features.ndim == 2:
        return ridge_simplex_least_squares(features[None], target[None], np.array([ridge]))[0]
    centre = features.mean(axis=2)
    scaled = features - centre[:, :, None]
    spread = np.maximum(np.abs(scaled).max(axis=(1, 2), initial=0.0), 1e-12)
    scaled = scaled / spread[:, None, None]
    goal = (target - centre) / spread[:, None]
    weights, stalled = _dual_newton(scaled, goal, ridge / spread**2)
    for place in stalled:
        count = features.shape[2]
        penalty = np.sqrt(np.asarray(ridge)[place]) / spread[place] * np.eye(count)
        rows = np.vstack([scaled[place], penalty])
        weights[place] = simplex_least_squares(rows, np.append(goal[place], np.zeros(count)))
    return weights


def simplex_weights(
    features: Sequence[Array], targets: Sequence[Array], ridges: Sequence[float]
) -> list[Array]:
    """Return the weights of many problems: exact where the ridge is 0, those of one shape side by side."""
    found: dict[int, Array] = {}
    alike: dict[tuple[int, ...], list[int]] = {}
    for place, ridge in enumerate(ridges):
        if ridge > 0:
            alike.setdefault(features[place].shape, []).append(place)
        else:
            found[place] = simplex_least_squares(features[place], targets[place])
    for places in alike.values():
        solved = ridge_simplex_least_squares(
            np.stack([features[place] for place in places]),
            np.stack([targets[place] for place in places]),
            np.array([ridges[place] for place in places]),
        )
        found |= dict(zip(places, solved, strict=True))
    return [found[place] for place in range(len(ridges))]


def _dual_newton(features: Array, target: Array, ridge: Array) -> tuple[Array, NDArray[np.intp]]:
    """Semismooth Newton on every problem; weights, and the places of those that have not converged (tiny ridges)."""
    answer = np.zeros((features.shape[0], features.shape[2]))
    place = np.arange(features.shape[0])
    goal = TOLERANCE * np.maximum(1.0, np.abs(target).max(axis=1, initial=0.0))
    problem = (features, target, ridge)
    residual = target - features.mean(axis=2)
    weights, slope = _primal(problem, residual)
    for _ in range(MAX_NEWTON):
        size = np.abs(slope).max(axis=1)
        left = size >= goal[place]
        answer[place[~left]] = weights[~left]
        if not left.any():
            return answer, place[:0]
        place, residual, weights, slope, size = (
            part[left] for part in (place, residual, weights, slope, size)
        )
        problem = (features[place], target[place], ridge[place])
        step = _newton_step(problem, weights, slope)
        weights, tried = _primal(problem, residual + step)
        far = np.abs(tried).max(axis=1) > 0.5 * size
        residual, slope = residual + step, np.where(far[:, None], slope, tried)
        if far.any():
            some = (problem[0][far], problem[1][far], problem[2][far])
            residual[far] = _line_search(some, residual[far] - step[far], step[far], slope[far])
            weights[far], slope[far] = _primal(some, residual[far])
    return answer, place


_Problems = tuple[Array, Array, Array]


def _newton_step(problem: _Problems, weights: Array, slope: Array) -> Array:
    """Solve the dual's second-order model, shape (problems, rows): only donors with a weight count."""
    features, _, ridge = problem
    active = (weights > 0)[:, None, :]
    mean = (features * active).sum(axis=2, keepdims=True) / active.sum(axis=2, keepdims=True)
    centred = (features - mean) * active
    hessian = np.eye(features.shape[1]) + centred @ centred.transpose(0, 2, 1) / ridge[:, None, None]
    step: Array = np.linalg.solve(hessian, slope[:, :, None])[:, :, 0]
    return step


def _primal(problem: _Problems, residual: Array) -> tuple[Array, Array]:
    """Weights that belong to the residuals, and the dual's gradients there."""
    features, target, ridge = problem
    score = (residual[:, None, :] @ features)[:, 0]
    weights = project_to_simplex(score / ridge[:, None])
    return weights, target - residual - (features @ weights[:, :, None])[:, :, 0]


def _dual(problem: _Problems, residual: Array) -> Array:
    """Dual objectives to maximise (up to a constant), with the simplex multiplier profiled out."""
    features, target, ridge = problem
    score = (residual[:, None, :] @ features)[:, 0]
    weights = project_to_simplex(score / ridge[:, None])
    inner = (score * weights).sum(axis=1) - 0.5 * ridge * (weights**2).sum(axis=1)
    value: Array = (residual * target).sum(axis=1) - 0.5 * (residual**2).sum(axis=1) - inner
    return value


def _line_search(problem: _Problems, residual: Array, step: Array, slope: Array) -> Array:
    """Backtrack until each dual rises enough (Armijo)."""
    start = _dual(problem, residual)
    gain = (slope * step).sum(axis=1)
    length = np.ones(residual.shape[0])
    seeking = np.ones(residual.shape[0], dtype=bool)
    while seeking.any():
        some = (problem[0][seeking], problem[1][seeking], problem[2][seeking])
        value = _dual(some, residual[seeking] + length[seeking, None] * step[seeking])
        least = start + 1e-4 * length * gain - 1e-13 * (1 + np.abs(start))
        short = value < least[seeking]
        places = np.flatnonzero(seeking)
        length[places[short]] /= 2
        seeking[places[~short]] = False
        seeking &= length > 1e-8
    return residual + length[:, None] * step
