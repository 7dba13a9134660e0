"""Synthetic difference-in-differences (Arkhangelsky, Athey, Hirshberg, Imbens and Wager 2021)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.effects.problem import Counterfactual, Problem
from analysis.effects.solvers import ridge_simplex_least_squares, simplex_least_squares, simplex_weights
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
        parts = [_unit_problem(problem) for problem in problems]
        found = []
        for problem, weights in zip(problems, simplex_weights(*zip(*parts, strict=True)), strict=True):
            control = weights @ problem.donors
            shift = float(time_weights(problem) @ (problem.target_pre - control[: problem.n_pre]))
            found.append(Counterfactual(path=control + shift, weights=weights))
        return found


def unit_weights(problem: Problem, treated_units: int = 1) -> Array:
    """Donor weights, shape (D,): equation 4, zeta = (treated cells)^(1/4) times the yearly sd.

    Parameters
    ----------
    treated_units
        How many units the target is the mean of.
    """
    return ridge_simplex_least_squares(*_unit_problem(problem, treated_units))


def _unit_problem(problem: Problem, treated_units: int = 1) -> tuple[Array, Array, float]:
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


def placebo_standard_error(problem: Problem) -> float:
    """Standard deviation of the estimates with each donor in turn as the treated unit (algorithm 4).

    Valid with one treated unit if donors and treated are equally noisy; municipalities are not, which is
    why the evaluation uses studentised placebos instead.
    """
    n_donors = problem.donors.shape[0]
    effects = []
    for index in range(n_donors):
        rest = np.delete(problem.donors, index, axis=0)
        placebo = Problem(target=problem.donors[index], donors=rest, n_pre=problem.n_pre)
        gap = placebo.target - SyntheticDiD().fit(placebo).path
        effects.append(gap[problem.n_pre :].mean())
    return float(np.std(effects))


def jackknife_standard_error(treated: Array, donors: Array, n_pre: int) -> float | None:
    """Fixed-weights jackknife over units (algorithm 3).

    Parameters
    ----------
    treated, donors
        Outcomes, shapes (K, T) and (D, T).
    n_pre
        Pre-years.

    Returns
    -------
    float or None
        None with a single treated unit, where the jackknife does not exist.
    """
    if treated.shape[0] < 2:
        return None
    problem = Problem(target=treated.mean(axis=0), donors=donors, n_pre=n_pre)
    weights, time = unit_weights(problem, treated.shape[0]), time_weights(problem)
    change_treated = treated[:, n_pre:].mean(axis=1) - treated[:, :n_pre] @ time
    change_donors = donors[:, n_pre:].mean(axis=1) - donors[:, :n_pre] @ time
    total = weights @ change_donors
    without_treated = (change_treated.sum() - change_treated) / (change_treated.size - 1) - total
    remaining = np.maximum(1 - weights, 1e-12)
    without_donor = change_treated.mean() - (total - weights * change_donors) / remaining
    left_out = np.concatenate([without_treated, without_donor])
    count = left_out.size
    return float(np.sqrt((count - 1) / count * ((left_out - left_out.mean()) ** 2).sum()))
