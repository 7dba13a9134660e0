"""Difference-in-differences and the event study with one treated unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.effects.problem import Counterfactual, Problem

Array = NDArray[np.float64]


@dataclass(frozen=True)
class DifferenceInDifferences:
    """The donors' plain mean, moved to the treated unit's own pre-level (parallel trends).

    Parameters
    ----------
    last_years
        How many of the last pre-years form the baseline; None takes all of them, which equals the
        two-way fixed effects estimate with one treated unit.
    """

    last_years: int | None = None

    @property
    def name(self) -> str:
        """Identifier."""
        return "did" if self.last_years is None else f"did_last{self.last_years}"

    @property
    def label(self) -> str:
        """Swedish name."""
        if self.last_years is None:
            return "skillnad i skillnader, alla år före"
        return f"skillnad i skillnader, {self.last_years} år före"

    def fit(self, problem: Problem) -> Counterfactual:
        """Parallel trends against the mean of all donors."""
        count = problem.donors.shape[0]
        return _shifted(problem, problem.donors.mean(axis=0), np.full(count, 1.0 / count), self.last_years)


@dataclass(frozen=True)
class DifferenceAgainstNation:
    """Difference-in-differences with the national series as the only control."""

    last_years: int | None = None

    @property
    def name(self) -> str:
        """Identifier."""
        return "did_nation" if self.last_years is None else f"did_nation_last{self.last_years}"

    @property
    def label(self) -> str:
        """Swedish name."""
        return (
            "skillnad i skillnader"
            if self.last_years is None
            else f"skillnad i skillnader, {self.last_years} år före"
        )

    def fit(self, problem: Problem) -> Counterfactual:
        """Parallel trends against the nation; ValueError without a national series."""
        if problem.reference is None:
            raise ValueError("DifferenceAgainstNation needs Problem.reference")
        return _shifted(problem, problem.reference, None, self.last_years)


def _shifted(
    problem: Problem, control: Array, weights: Array | None, last_years: int | None
) -> Counterfactual:
    """Move ``control`` (T,) so that it meets the target in the baseline years."""
    first = 0 if last_years is None else max(0, problem.n_pre - last_years)
    baseline = slice(first, problem.n_pre)
    shift = float(problem.target[baseline].mean() - control[baseline].mean())
    return Counterfactual(path=control + shift, weights=weights)
