"""Conditional trends: what usually happens next to a municipality with this level and this history.

For every year after the start, the donors' change since the last pre-year is regressed on their history;
the treated unit is expected to change as its own history predicts. A high or suddenly risen level is thus
expected to fall back as far as it usually does: regression to the mean is part of the expectation, not of
the effect. (Unconfoundedness given lagged outcomes; "horizontal" regression in Athey et al. 2021.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.effects.problem import Counterfactual, Problem

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ConditionalTrend:
    """Ridge regression of the donors' later change on level, recent changes, long-run level and size.

    Parameters
    ----------
    ridge
        Penalty per donor on standardised predictors (the intercept is free).
    size_power
        Donors are weighted by population to this power where population is known: small ones are noisy.
    """

    ridge: float = 0.1
    size_power: float = 0.5

    @property
    def name(self) -> str:
        """Identifier."""
        return f"lag_w{self.size_power:g}"

    @property
    def label(self) -> str:
        """Swedish name."""
        return "betingad trend (jämförbar historia)"

    def fit(self, problem: Problem) -> Counterfactual:
        """Predict the target's path; pre-years are conditioned on, hence reproduced."""
        own, others = _history(problem)
        size = problem.donor_size
        weight = np.ones(others.shape[0]) if size is None else size**self.size_power
        weight = weight / weight.sum()
        centre = weight @ others
        spread = np.sqrt(weight @ (others - centre) ** 2)
        keep = spread > 1e-12
        design = (others[:, keep] - centre[keep]) / spread[keep]
        point = (own[keep] - centre[keep]) / spread[keep]
        change = problem.donors_post - problem.donors_pre[:, -1:]
        mean_change = weight @ change
        normal = (design * weight[:, None]).T @ design + self.ridge * np.eye(design.shape[1])
        slopes = np.linalg.solve(normal, (design * weight[:, None]).T @ (change - mean_change))
        post = problem.target_pre[-1] + mean_change + point @ slopes
        return Counterfactual(path=np.concatenate([problem.target_pre, post]))


def _history(problem: Problem) -> tuple[Array, Array]:
    """Predictors of target (p,) and donors (D, p)."""
    pre = np.vstack([problem.target_pre, problem.donors_pre])
    changes = np.diff(pre, axis=1)[:, -3:]
    table = np.column_stack([pre[:, -1], changes, pre[:, -1] - pre.mean(axis=1)])
    if problem.donor_covariates is not None and problem.target_covariate is not None:
        covariate = np.append(problem.target_covariate, problem.donor_covariates)
        table = np.column_stack([table, covariate])
    if problem.donor_size is not None and problem.target_size is not None:
        table = np.column_stack([table, np.log(np.append(problem.target_size, problem.donor_size))])
    return table[0], table[1:]
