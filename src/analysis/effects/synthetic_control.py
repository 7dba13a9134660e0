"""Synthetic control: a weighted average of donors that follows the treated unit before the start.

Abadie, Diamond and Hainmueller (2010); with intercept as in Doudchenko and Imbens (2016) and Ferman and
Pinto (2021); ridge-regularised because hundreds of donors fit a handful of years perfectly by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from analysis.effects.problem import Counterfactual, Problem
from analysis.effects.solvers import simplex_least_squares, simplex_weights

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SyntheticControl:
    """Synthetic control on the outcome's pre-years.

    Parameters
    ----------
    intercept
        Match the shape only: demean every series over the pre-years, then move the result back.
    ridge
        Penalty on the weights in units of the donors' yearly variance times pre-years (as in synthetic
        difference-in-differences); 0 is the original estimator.
    """

    intercept: bool = False
    ridge: float = 0.0

    @property
    def name(self) -> str:
        """Identifier."""
        return (
            "sc" + ("_demeaned" if self.intercept else "") + (f"_ridge{self.ridge:g}" if self.ridge else "")
        )

    @property
    def label(self) -> str:
        """Swedish name."""
        kind = "syntetisk kontroll" + (" med egen nivå" if self.intercept else "")
        return kind + (" (regulariserad)" if self.ridge else "")

    def fit(self, problem: Problem) -> Counterfactual:
        """Simplex weights from the pre-years."""
        return self.fit_many([problem])[0]

    def fit_many(self, problems: Sequence[Problem]) -> list[Counterfactual]:
        """Simplex weights from the pre-years, for many problems."""
        shifts = [
            item.donors_pre.mean(axis=1) if self.intercept else np.zeros(item.donors.shape[0])
            for item in problems
        ]
        owns = [float(item.target_pre.mean()) if self.intercept else 0.0 for item in problems]
        features = [
            (item.donors_pre - shift[:, None]).T for item, shift in zip(problems, shifts, strict=True)
        ]
        targets = [item.target_pre - own for item, own in zip(problems, owns, strict=True)]
        penalties = [
            self.ridge * item.n_pre * yearly_variance(item.donors_pre) if self.ridge else 0.0
            for item in problems
        ]
        return [
            Counterfactual(path=own + weights @ (item.donors - shift[:, None]), weights=weights)
            for item, shift, own, weights in zip(
                problems, shifts, owns, simplex_weights(features, targets, penalties), strict=True
            )
        ]


def yearly_variance(donors_pre: Array) -> float:
    """Variance of the donors' year-to-year changes over the pre-years (N - 1 in the denominator)."""
    changes = np.diff(donors_pre, axis=1)
    return float(changes.var(ddof=1)) if changes.size > 1 else 0.0


@dataclass(frozen=True)
class NestedSyntheticControl:
    """Synthetic control on predictors, whose importance is chosen to fit the pre-years (nested problem).

    The outer problem is not convex, so it is solved from several starts and the best one is kept.
    Importance is chosen on the whole pre-period, as in the original paper.

    Parameters
    ----------
    starts
        Number of starts: equal importance first, then random ones from ``seed``.
    evaluations
        Function evaluations allowed for each start.
    seed
        Seed of the random starts.
    """

    starts: int = 4
    evaluations: int = 60
    seed: int = field(default=20190901)

    @property
    def name(self) -> str:
        """Identifier."""
        return "sc_nested"

    @property
    def label(self) -> str:
        """Swedish name."""
        return "syntetisk kontroll på förklaringsfaktorer"

    def fit(self, problem: Problem) -> Counterfactual:
        """Best of several starts over predictor importance."""
        own, others = _standardised_predictors(problem)

        def weights_at(log_importance: Array) -> Array:
            importance = np.exp(log_importance - log_importance.max())
            root = np.sqrt(importance / importance.sum())
            return simplex_least_squares((others * root).T, own * root)

        def misfit(log_importance: Array) -> float:
            gap = problem.target_pre - weights_at(log_importance) @ problem.donors_pre
            return float(gap @ gap)

        rng = np.random.default_rng(self.seed)
        begin = [np.zeros(own.size)] + [rng.normal(0, 2, own.size) for _ in range(self.starts - 1)]
        found = [
            minimize(
                misfit,
                x0,
                method="Nelder-Mead",
                options={"maxfev": self.evaluations, "xatol": 1e-2, "fatol": 1e-10},
            )
            for x0 in begin
        ]
        best = min(found, key=lambda result: float(result.fun))
        weights = weights_at(best.x)
        return Counterfactual(path=weights @ problem.donors, weights=weights)


def _standardised_predictors(problem: Problem) -> tuple[Array, Array]:
    """Predictors of target (p,) and donors (D, p), each divided by its spread among the donors."""
    everyone = np.vstack([problem.target_pre, problem.donors_pre])
    table = pre_summaries(everyone)
    if problem.donor_covariates is not None and problem.target_covariate is not None:
        covariate = np.append(problem.target_covariate, problem.donor_covariates)
        table = np.column_stack([table, covariate])
    spread = table[1:].std(axis=0)
    table = table / np.where(spread > 0, spread, 1.0)
    return table[0], table[1:]


def pre_summaries(pre: Array) -> Array:
    """Summaries of pre-years, shape (N, 4): mean, last year, mean change of the last three years, first year."""
    last = pre[:, -1]
    back = min(3, pre.shape[1] - 1)
    trend = (last - pre[:, -1 - back]) / max(back, 1)
    return np.column_stack([pre.mean(axis=1), last, trend, pre[:, 0]])
