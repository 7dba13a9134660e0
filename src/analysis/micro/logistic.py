"""Weighted binary regression by Newton steps: fast, dense, and deterministic.

Checked in the tests against statsmodels (logit, cloglog) and lifelines (Cox on the Rossi data).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from analysis.micro.history import Floats

#: Penalty on the squared coefficients (never the intercept, column 0): keeps rare levels finite.
RIDGE: Final = 1e-3
_TOLERANCE: Final = 1e-8
_MOST_STEPS: Final = 50
#: Rows that are weighed at a time: they stay in the processor's cache, three times as fast and without a copy of all rows.
_ROWS: Final = 4096

Link = Literal["logit", "cloglog"]


@dataclass(frozen=True)
class BinaryFit:
    """A fitted binary regression.

    Attributes
    ----------
    beta : (P,)
        Coefficients on the scale of the link.
    covariance : (P, P)
        Inverse of the (penalised) expected information.
    converged
        Whether the last step was small.
    """

    beta: Floats
    covariance: Floats
    converged: bool

    @property
    def standard_errors(self) -> Floats:
        """(P,) model-based standard errors."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))


def logistic(x: Floats) -> Floats:
    """Return 1 / (1 + exp(-x)) without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * x)))


def gram(x: Floats, weights: Floats) -> Floats:
    """Return (P, P) ``x' diag(weights) x`` of a design (N, P), some thousand rows at a time."""
    total = np.zeros((x.shape[1], x.shape[1]))
    for first in range(0, len(x), _ROWS):
        rows = x[first : first + _ROWS]
        total += (rows * weights[first : first + _ROWS, None]).T @ rows
    return total


def fit_binary(
    x: Floats,
    y: Floats,
    weights: Floats | None = None,
    *,
    link: Link = "logit",
    ridge: float = RIDGE,
    start: Floats | None = None,
    steps: int = _MOST_STEPS,
) -> BinaryFit:
    """Fit P(y = 1) by Fisher scoring; if that does not settle, anew with steps that never make the fit worse.

    Parameters
    ----------
    x : (N, P)
        Design; column 0 is the intercept.
    y : (N,)
        0 or 1.
    weights : (N,)
        Non-negative case weights, default 1.
    link
        ``"logit"``, or ``"cloglog"`` for grouped proportional hazards.
    ridge
        Penalty; 0 gives maximum likelihood.
    start, steps
        First guess (default: intercept only) and the largest number of steps; a bootstrap draw starts at
        the full sample's answer and needs two.
    """
    w = np.ones(len(y)) if weights is None else weights
    penalty = np.full(x.shape[1], ridge)
    penalty[0] = 0.0
    first = _first_guess(x, y, w, link) if start is None else start.copy()
    beta, converged = _climb(x, y, w, first, penalty, link, steps)
    if not converged:
        beta, converged = _climb(x, y, w, first, penalty, link, steps, damped=True)
    _, _, information = _score(x, y, w, beta, link)
    information[np.diag_indices_from(information)] += penalty
    return BinaryFit(beta, np.asarray(np.linalg.inv(information), np.float64), converged)


def _climb(
    x: Floats,
    y: Floats,
    w: Floats,
    beta: Floats,
    penalty: Floats,
    link: Link,
    steps: int,
    *,
    damped: bool = False,
) -> tuple[Floats, bool]:
    """Newton steps, and whether they settled; damped ones keep their direction and are halved until the fit is better."""
    reached, last = -np.inf, beta
    for _ in range(steps):
        likelihood, gradient, information = _score(x, y, w, beta, link)
        likelihood -= 0.5 * float(penalty @ beta**2)
        if damped and likelihood < reached - _TOLERANCE * abs(reached):
            beta = (beta + last) / 2
            continue
        reached, last = likelihood, beta
        information[np.diag_indices_from(information)] += penalty
        step = np.linalg.solve(information, gradient - penalty * beta)
        longest = np.abs(step).max()
        beta = beta + (step / max(1.0, longest / 5.0) if damped else np.clip(step, -5.0, 5.0))
        if longest < _TOLERANCE:
            return beta, True
    return beta, False


def _first_guess(x: Floats, y: Floats, w: Floats, link: Link) -> Floats:
    share = float(np.clip((w * y).sum() / w.sum(), 1e-6, 1 - 1e-6))
    beta = np.zeros(x.shape[1])
    beta[0] = np.log(-np.log1p(-share)) if link == "cloglog" else np.log(share / (1 - share))
    return beta


def _score(x: Floats, y: Floats, w: Floats, beta: Floats, link: Link) -> tuple[float, Floats, Floats]:
    """Weighted log likelihood, its gradient and its expected information."""
    eta = x @ beta
    if link == "logit":
        p = logistic(eta)
        likelihood = float(w @ (y * eta - np.logaddexp(0, eta)))
        return likelihood, x.T @ (w * (y - p)), gram(x, w * p * (1 - p))
    rate = np.exp(np.clip(eta, -30, 4))
    p = -np.expm1(-rate)
    slope = rate * np.exp(-rate)
    variance = np.maximum(p * (1 - p), 1e-300)
    likelihood = float(w @ np.where(y > 0, np.log(np.maximum(p, 1e-300)), -rate))
    return likelihood, x.T @ (w * slope * (y - p) / variance), gram(x, w * slope**2 / variance)
