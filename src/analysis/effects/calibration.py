"""Every municipality's placebo test against all the others at once, as the evaluation makes one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.effects.placebo import FLOOR, placebo_quantile

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Judgement:
    """Leave-one-out placebo inference for every municipality of one window, all shapes (N,).

    Attributes
    ----------
    p
        p-values under no effect.
    scale
        Expected size of each municipality's error, from the others.
    critical
        Critical value of the studentised error, from the others.
    studentised
        Errors in units of the scale.
    """

    p: Array
    scale: Array
    critical: Array
    studentised: Array

    @property
    def half_width(self) -> Array:
        """Half the 95 % interval, percentage points."""
        return self.critical * self.scale

    def power(self, effect: float) -> Array:
        """Whether an added effect (percentage points) is told from zero, as 0 or 1."""
        return (np.abs(self.studentised + effect / self.scale) > self.critical).astype(np.float64)


def judge(errors: Array, features: Array, level: float = 0.95) -> Judgement:
    """Judge every error against all the others, the scale model fitted without it.

    Parameters
    ----------
    errors
        Shape (N,), percentage points.
    features
        Scale features, shape (N, p), as `scale_features`.
    """
    response = np.log(np.abs(errors) + FLOOR)
    hat = features @ np.linalg.pinv(features)
    leverage = np.diag(hat)
    left_out = response - (response - hat @ response) / (1 - leverage)
    scale, others = np.exp(left_out), np.exp(hat @ response)
    mine, theirs = np.abs(errors) / scale, np.abs(errors) / others
    count = errors.size
    ordered = np.sort(theirs)
    further = count - np.searchsorted(ordered, mine, side="left") - (theirs >= mine)
    critical = np.array([placebo_quantile(np.delete(theirs, index), level) for index in range(count)])
    return Judgement((1 + further) / count, scale, critical, errors / scale)
