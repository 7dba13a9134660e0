"""Placebo inference: how large deviations does the design find where there was no plan?

Every donor in turn is treated as if it had had the plan, with the same design and years and without the
studied municipality among its donors. Deviations are compared after division by an expected size, because
a small municipality strays further than a large one, and a high share further than a low one. Under a
constant additive effect the interval that inverts this test is ``estimate +- quantile * scale``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.effects.pools import Pool
from analysis.effects.problem import Counterfactual, Estimator, fit_all
from analysis.effects.window import Mask, Window

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

#: Deviations below this (percentage points) count as this in the logarithm of the scale model.
FLOOR: Final = 1e-3
#: Population at which deviations of single persons and deviations of the whole place weigh the same. Chosen among
#: 25 000 to infinity by leave-one-out error of the scale model on the tournament's selection windows.
MIXING_POPULATION: Final = 200_000.0


@dataclass(frozen=True)
class Fit:
    """One design applied to one row: shares in per cent.

    Attributes
    ----------
    expected
        Counterfactual path, shape (T,).
    gap
        Actual less expected, shape (T,), percentage points.
    donors
        Codes of the donors; ``weights`` (D,) belongs to them, or None.
    """

    expected: Array
    gap: Array
    donors: tuple[str, ...]
    weights: Array | None


def donors_of(window: Window, pool: Pool, row: int, without: tuple[int, ...]) -> Mask:
    """Donors (N,) of one row, chosen once for all designs."""
    key = (pool, row, without)
    if key not in window.masks:
        window.masks[key] = pool.select(window, row, without)
    return window.masks[key]


def fit_row(window: Window, estimator: Estimator, pool: Pool, row: int, without: tuple[int, ...] = ()) -> Fit:
    """Apply a design to one row."""
    mask = donors_of(window, pool, row, without)
    result: Counterfactual = estimator.fit(window.problem(row, mask))
    expected = window.to_share(result.path)
    names = tuple(code for code, chosen in zip(window.codes, mask, strict=True) if chosen)
    return Fit(expected=expected, gap=window.outcome[row] - expected, donors=names, weights=result.weights)


def placebo_gaps(window: Window, estimator: Estimator, pool: Pool, row: int) -> tuple[Rows, Array]:
    """Deviations of every donor when the studied row takes no part.

    Returns
    -------
    tuple
        Rows of the placebos (M,) and their post-period deviations (M, n_post), percentage points.
    """
    rows = np.flatnonzero(window.donor & (np.arange(len(window.codes)) != row))
    return rows, post_gaps(window, estimator, pool, rows, (row,))


def post_gaps(
    window: Window, estimator: Estimator, pool: Pool, rows: Rows, without: tuple[int, ...] = ()
) -> Array:
    """Deviations (M, n_post) of each of the rows as if treated, percentage points."""
    problems = [window.problem(int(row), donors_of(window, pool, int(row), without)) for row in rows]
    gaps = np.empty((rows.size, window.n_post))
    for position, found in enumerate(fit_all(estimator, problems)):
        expected = window.to_share(found.path[window.n_pre :])
        gaps[position] = window.outcome[rows[position], window.n_pre :] - expected
    return gaps


def size_feature(population: Array, mixing: float = MIXING_POPULATION) -> Array:
    """Log of 1/population + 1/mixing: deviations shrink with size, but not for ever.

    What hits a whole city does not average out among its residents, so a plain log population would promise
    too narrow intervals for the largest ones.
    """
    feature: Array = np.log(1.0 / population + 1.0 / mixing)
    return feature


def scale_features(window: Window) -> Array:
    """What the size of a deviation depends on, shape (N, p): constant, log level, size feature.

    Without population its place is taken by the log of the series' own restlessness before the start
    (root mean square of its yearly changes beside the median's).
    """
    pre = window.outcome[:, : window.n_pre]
    level = np.log(np.maximum(pre[:, -1], 0.05))
    if window.size is not None:
        noise = size_feature(window.size)
    else:
        change = np.diff(pre, axis=1)
        change = change - np.median(change, axis=0)
        noise = np.log(np.sqrt((change**2).mean(axis=1)) + FLOOR)
    return np.column_stack([np.ones(level.size), level, noise])


@dataclass(frozen=True)
class PlaceboDistribution:
    """Studentised placebo deviations of one quantity (a year's effect or a mean over years).

    Attributes
    ----------
    gaps
        Placebo deviations, shape (M,), percentage points.
    scales
        Expected size of each placebo's deviation, shape (M,).
    own_scale
        Expected size of the studied municipality's deviation without a plan.
    """

    gaps: Array
    scales: Array
    own_scale: float

    @property
    def studentised(self) -> Array:
        """Placebo deviations in units of their expected size, shape (M,)."""
        return self.gaps / self.scales

    def p_value(self, estimate: float) -> float:
        """Share of municipalities, itself counted, that stray at least as far as this one."""
        further = np.abs(self.studentised) >= abs(estimate) / self.own_scale
        return float((1 + further.sum()) / (1 + self.gaps.size))

    def half_width(self, level: float = 0.95) -> float:
        """Half the interval that inverts the placebo test, percentage points."""
        return placebo_quantile(self.studentised, level) * self.own_scale

    def power(self, effect: float, level: float = 0.95) -> float:
        """Probability that an effect of this size is told from zero."""
        critical = placebo_quantile(self.studentised, level)
        return float((np.abs(self.studentised + effect / self.own_scale) >= critical).mean())

    def minimal_detectable(self, power: float = 0.8, level: float = 0.95) -> float:
        """Smallest decrease (as a positive number) found with at least this probability."""
        critical = placebo_quantile(self.studentised, level)
        needed = np.sort(critical + self.studentised)[int(np.ceil(power * self.gaps.size)) - 1]
        return float(max(needed, 0.0) * self.own_scale)


def placebo_quantile(studentised: Array, level: float) -> float:
    """Smallest value that the placebo test at 1 - ``level`` rejects beyond; infinite with too few placebos."""
    ordered = np.sort(np.abs(studentised))
    allowed = int(np.floor((1.0 - level) * (ordered.size + 1) + 1e-9)) - 1
    return float(ordered[ordered.size - 1 - allowed]) if allowed >= 0 else float("inf")


def studentise(features: Array, own: Array, gaps: Array) -> PlaceboDistribution:
    """Fit the scale model on the placebos and evaluate it for the studied municipality.

    Parameters
    ----------
    features
        Placebos' features, shape (M, p).
    own
        The studied municipality's features, shape (p,).
    gaps
        Placebos' deviations, shape (M,).
    """
    log_size = np.log(np.abs(gaps) + FLOOR)
    coefficients = np.linalg.lstsq(features, log_size, rcond=None)[0]
    return PlaceboDistribution(gaps, np.exp(features @ coefficients), float(np.exp(own @ coefficients)))
