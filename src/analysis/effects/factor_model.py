"""Interactive fixed effects: common shocks that bite differently in different municipalities.

Two-way effects plus r common factors, estimated from the donors over all years and projected on the
treated unit's pre-years (Bai 2009; Xu 2017). The treated unit's loadings are shrunk towards the donors'
mean by the donors' own spread, because a handful of pre-years cannot carry free loadings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.effects.problem import Counterfactual, Problem

Array = NDArray[np.float64]


@dataclass(frozen=True)
class InteractiveFixedEffects:
    """Generalised synthetic control with ``factors`` common factors.

    Parameters
    ----------
    factors
        Number of factors beside the two-way effects.
    """

    factors: int = 2

    @property
    def name(self) -> str:
        """Identifier."""
        return f"ife{self.factors}"

    @property
    def label(self) -> str:
        """Swedish name."""
        return f"faktormodell med {self.factors} gemensamma faktorer"

    def fit(self, problem: Problem) -> Counterfactual:
        """Year effects and factors from the donors; level and loadings from the target's pre-years."""
        year_effect = problem.donors.mean(axis=0)
        centred = problem.donors - year_effect
        centred = centred - centred.mean(axis=1, keepdims=True)
        count = min(self.factors, problem.n_pre - 1, centred.shape[0] - 1)
        factors, prior, noise = common_factors(centred, max(count, 0))
        gap = problem.target_pre - year_effect[: problem.n_pre]
        level, loadings = _shrunken_loadings(gap, factors[: problem.n_pre], prior, noise)
        return Counterfactual(path=year_effect + level + factors @ loadings)


def common_factors(centred: Array, count: int) -> tuple[Array, Array, float]:
    """Leading factors of a two-way centred panel (D, T).

    Returns
    -------
    tuple
        Factors (T, count) with orthonormal columns, the donors' loading variances (count,), and the
        residual variance per cell.
    """
    donors, years = centred.shape
    _, singular, right = np.linalg.svd(centred, full_matrices=False)
    factors: Array = right[:count].T
    left_over = float((singular[count:] ** 2).sum())
    freedom = max((donors - 1 - count) * (years - 1 - count), 1)
    return factors, singular[:count] ** 2 / donors, left_over / freedom


def _shrunken_loadings(gap: Array, factors_pre: Array, prior: Array, noise: float) -> tuple[float, Array]:
    """Level (free) and loadings (normal prior with variance ``prior``) from the pre-years."""
    centre = factors_pre.mean(axis=0)
    design = factors_pre - centre
    penalty = np.diag(noise / np.maximum(prior, 1e-12))
    moment = design.T @ (gap - gap.mean())
    loadings: Array = np.linalg.lstsq(design.T @ design + penalty, moment, rcond=None)[0]
    return float(gap.mean() - centre @ loadings), loadings
