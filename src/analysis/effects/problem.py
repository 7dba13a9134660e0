"""The shape of a question: one treated series, its donors, and how many years came before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """A complete comparison on the modelling scale (level or log).

    Attributes
    ----------
    target
        The treated unit's outcome, shape (T,), T = pre-years + post-years.
    donors
        Donors' outcomes, shape (D, T), in the order of their codes.
    n_pre
        Number of pre-years; the treatment starts in column ``n_pre``.
    reference
        The national series, shape (T,), if there is one.
    target_covariate, donor_covariates
        One covariate known at the start, e.g. unemployment: a number and shape (D,), or both None.
    target_size, donor_size
        Population, a number and shape (D,), or both None; small places are noisier and differ in other ways.
    """

    target: Array
    donors: Array
    n_pre: int
    reference: Array | None = None
    target_covariate: float | None = None
    donor_covariates: Array | None = None
    target_size: float | None = None
    donor_size: Array | None = None

    @property
    def target_pre(self) -> Array:
        """The treated unit before the start, shape (n_pre,)."""
        return self.target[: self.n_pre]

    @property
    def donors_pre(self) -> Array:
        """Donors before the start, shape (D, n_pre)."""
        return self.donors[:, : self.n_pre]

    @property
    def donors_post(self) -> Array:
        """Donors from the start, shape (D, T - n_pre)."""
        return self.donors[:, self.n_pre :]


@dataclass(frozen=True)
class Counterfactual:
    """What an estimator says would have happened, on the modelling scale.

    Attributes
    ----------
    path
        Expected outcome without treatment, shape (T,); the pre-years show the fit.
    weights
        Donor weights, shape (D,), summing to one; None for estimators that are not weighted averages.
    """

    path: Array
    weights: Array | None = None


@runtime_checkable
class Estimator(Protocol):
    """The one interface of every design: a problem in, a counterfactual out. Deterministic."""

    @property
    def name(self) -> str:
        """Identifier, e.g. ``sdid``."""
        ...

    @property
    def label(self) -> str:
        """Swedish name for readers."""
        ...

    def fit(self, problem: Problem) -> Counterfactual:
        """Estimate the counterfactual path of ``problem.target``."""
        ...


@runtime_checkable
class ManyAtOnce(Protocol):
    """An estimator that solves many problems faster side by side than one by one; the answers are the same."""

    def fit_many(self, problems: Sequence[Problem]) -> list[Counterfactual]:
        """Estimate every counterfactual path, in order."""
        ...


def fit_all(estimator: Estimator, problems: Sequence[Problem]) -> list[Counterfactual]:
    """Apply a design to many problems."""
    if isinstance(estimator, ManyAtOnce):
        return estimator.fit_many(problems)
    return [estimator.fit(problem) for problem in problems]
