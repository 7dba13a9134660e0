"""Conditional trends: what usually happens next to a municipality with this level and this history.

For every year after the start, the donors' change since the last pre-year is regressed on their history;
the treated unit is expected to change as its own history predicts. A high or suddenly risen level is thus
expected to fall back as far as it usually does: regression to the mean is part of the expectation, not of
the effect. (Unconfoundedness given lagged outcomes; "horizontal" regression in Athey et al. 2021.)
"""

from __future__ import annotations

from collections.abc import Sequence
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
        weighing = {0.0: ", alla lika tunga", 0.5: "", 1.0: ", vägd efter folkmängd"}
        return f"betingad trend (jämförbar historia{weighing.get(self.size_power, f', vikt {self.size_power:g}')})"

    def fit(self, problem: Problem) -> Counterfactual:
        """Predict the target's path; pre-years are conditioned on, hence reproduced."""
        return self.fit_many([problem])[0]

    def fit_many(self, problems: Sequence[Problem]) -> list[Counterfactual]:
        """As ``fit``, for many problems: those with as many donors side by side."""
        found: dict[int, Array] = {}
        alike: dict[int, list[int]] = {}
        for place, problem in enumerate(problems):
            alike.setdefault(problem.donors.shape[0], []).append(place)
        for places in alike.values():
            found |= dict(zip(places, self._posts([problems[place] for place in places]), strict=True))
        return [
            Counterfactual(path=np.concatenate([problem.target_pre, found[place]]))
            for place, problem in enumerate(problems)
        ]

    def _posts(self, problems: list[Problem]) -> Array:
        """Expected post-years (problems, n_post) of problems of one shape.

        A predictor without spread among the donors takes no part: it is nil for donors and target.
        """
        history = np.stack([_history(problem) for problem in problems])
        own, others = history[:, 0], history[:, 1:]
        weight = np.stack([self._weights(problem) for problem in problems])
        centre = (weight[:, None, :] @ others)[:, 0]
        spread = np.sqrt((weight[:, None, :] @ (others - centre[:, None]) ** 2)[:, 0])
        scale = np.where(spread > 1e-12, spread, np.inf)
        design = (others - centre[:, None]) / scale[:, None]
        point = (own - centre) / scale
        donors = np.stack([problem.donors for problem in problems])
        n_pre = problems[0].n_pre
        change = donors[:, :, n_pre:] - donors[:, :, n_pre - 1 : n_pre]
        mean_change = weight[:, None, :] @ change
        weighted = (design * weight[:, :, None]).transpose(0, 2, 1)
        normal = weighted @ design + self.ridge * np.eye(design.shape[2])
        slopes = np.linalg.solve(normal, weighted @ (change - mean_change))
        last = np.array([problem.target_pre[-1] for problem in problems])
        post: Array = last[:, None] + mean_change[:, 0] + (point[:, None, :] @ slopes)[:, 0]
        return post

    def _weights(self, problem: Problem) -> Array:
        """What each donor counts, shape (D,), sum 1."""
        size = problem.donor_size
        weight = np.ones(problem.donors.shape[0]) if size is None else size**self.size_power
        return np.asarray(weight / weight.sum())


def _history(problem: Problem) -> Array:
    """Predictors of target and donors, shape (1 + D, p)."""
    pre = np.vstack([problem.target_pre, problem.donors_pre])
    changes = np.diff(pre, axis=1)[:, -3:]
    columns = [pre[:, -1:], changes, pre[:, -1:] - pre.mean(axis=1, keepdims=True)]
    if problem.donor_covariates is not None and problem.target_covariate is not None:
        columns.append(np.append(problem.target_covariate, problem.donor_covariates)[:, None])
    if problem.donor_size is not None and problem.target_size is not None:
        columns.append(np.log(np.append(problem.target_size, problem.donor_size))[:, None])
    return np.hstack(columns)
