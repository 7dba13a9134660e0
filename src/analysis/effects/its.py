"""Interrupted time series with a control series: one municipality against the mean of its donors."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.effects.problem import Counterfactual, Problem

Array = NDArray[np.float64]


def control_series(problem: Problem) -> Array:
    """The national series if there is one, else the donors' mean, shape (T,)."""
    return problem.donors.mean(axis=0) if problem.reference is None else problem.reference


@dataclass(frozen=True)
class SegmentedRegression:
    """Straight line through the gap to the control before the start, prolonged after it."""

    @property
    def name(self) -> str:
        """Identifier."""
        return "its_segmented"

    @property
    def label(self) -> str:
        """Swedish name."""
        return "avbruten tidsserie, förlängd trend"

    def fit(self, problem: Problem) -> Counterfactual:
        """Level and slope from the pre-years; needs three of them."""
        control = control_series(problem)
        time = np.arange(problem.target.size, dtype=np.float64)
        gap = problem.target_pre - control[: problem.n_pre]
        slope, level = np.polyfit(time[: problem.n_pre], gap, 1)
        return Counterfactual(path=control + level + slope * time)


@dataclass(frozen=True)
class StructuralModel:
    """Local level for the gap to the control series, estimated on the pre-years (statsmodels).

    A local level counterfactual can swallow a slowly growing effect when it is allowed to see the
    post-years; here it never is.
    """

    @property
    def name(self) -> str:
        """Identifier."""
        return "its_structural"

    @property
    def label(self) -> str:
        """Swedish name."""
        return "avbruten tidsserie, strukturell modell"

    def fit(self, problem: Problem) -> Counterfactual:
        """Filtered level of the gap carried forward."""
        from statsmodels.tsa.statespace.structural import UnobservedComponents

        control = control_series(problem)
        gap = problem.target_pre - control[: problem.n_pre]
        spread = float(gap.std())
        if spread < 1e-12:
            return Counterfactual(path=control + float(gap.mean()))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # eight points: the optimiser's own complaints say nothing new
            result = UnobservedComponents(gap / spread, level="local level").fit(disp=0, method="powell")
        before = np.concatenate([[gap[0]], result.fittedvalues[1:] * spread])
        ahead = np.full(problem.target.size - problem.n_pre, float(result.level.filtered[-1]) * spread)
        return Counterfactual(path=control + np.concatenate([before, ahead]))
