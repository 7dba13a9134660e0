"""What papers and their packages report beside the estimate, so that ours can be laid against theirs.

The evaluation uses none of it: its uncertainty comes from studentised placebos.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.effects.problem import Problem
from analysis.effects.solvers import ridge_simplex_least_squares
from analysis.effects.synthetic_did import SyntheticDiD, time_weights, unit_problem

Array = NDArray[np.float64]


def event_study(problem: Problem, base: int | None = None) -> Array:
    """Difference to the donors' mean in every year relative to the base year, shape (T,).

    With one treated unit and a complete panel this is the two-way fixed effects event study: each
    coefficient is (target - mean of donors) in the year less the same in the base year.

    Parameters
    ----------
    problem
        The comparison.
    base
        Column of the base year; default the last pre-year. Its coefficient is zero.
    """
    reference = problem.n_pre - 1 if base is None else base
    gap = problem.target - problem.donors.mean(axis=0)
    difference: Array = gap - gap[reference]
    return difference


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


def unit_weights(problem: Problem, treated_units: int = 1) -> Array:
    """Donor weights, shape (D,): equation 4, zeta = (treated cells)^(1/4) times the yearly sd.

    Parameters
    ----------
    treated_units
        How many units the target is the mean of.
    """
    return ridge_simplex_least_squares(*unit_problem(problem, treated_units))
