"""Synthetic difference-in-differences (Arkhangelsky, Athey, Hirshberg, Imbens and Wager 2021)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.effects.problem import Counterfactual, Problem
from analysis.effects.solvers import simplex_least_squares, simplex_weights
from analysis.effects.synthetic_control import yearly_variance

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SyntheticDiD:
    """Unit weights (ridge, intercept) and time weights (intercept), then a weighted double difference."""

    @property
    def name(self) -> str:
        """Identifier."""
        return "sdid"

    @property
    def label(self) -> str:
        """Swedish name."""
        return "syntetisk skillnad i skillnader"

    def fit(self, problem: Problem) -> Counterfactual:
        """The weighted donors, moved to the target's level in the time-weighted pre-years."""
        return self.fit_many([problem])[0]

    def fit_many(self, problems: Sequence[Problem]) -> list[Counterfactual]:
        """As ``fit``, for many problems."""
        parts = [unit_problem(problem) for problem in problems]
        found = []
        for problem, weights in zip(problems, simplex_weights(*zip(*parts, strict=True)), strict=True):
            control = weights @ problem.donors
            shift = float(time_weights(problem) @ (problem.target_pre - control[: problem.n_pre]))
            found.append(Counterfactual(path=control + shift, weights=weights))
        return found


def unit_problem(problem: Problem, treated_units: int = 1) -> tuple[Array, Array, float]:
    """Features, target and ridge of the donor weights."""
    n_post = problem.donors.shape[1] - problem.n_pre
    variance = yearly_variance(problem.donors_pre)
    ridge = np.sqrt(n_post * treated_units) * variance * problem.n_pre
    features = (problem.donors_pre - problem.donors_pre.mean(axis=1, keepdims=True)).T
    target = problem.target_pre - problem.target_pre.mean()
    return features, target, max(float(ridge), 1e-10)


def time_weights(problem: Problem) -> Array:
    """Pre-year weights, shape (n_pre,): equation 6, donors' pre-years predict their post-mean.

    The paper's ridge here is 1e-6 standard deviations, there only to break ties; the exact solver needs
    none. The rows are reduced by a QR factorisation, which changes no inner product: the problem has
    the size of the number of years, however many the donors.
    """
    pre = problem.donors_pre - problem.donors_pre.mean(axis=0)
    post = problem.donors_post.mean(axis=1)
    triangle: Array = np.asarray(np.linalg.qr(np.column_stack([pre, post - post.mean()]), mode="r"))
    return simplex_least_squares(triangle[:, :-1], triangle[:, -1])
