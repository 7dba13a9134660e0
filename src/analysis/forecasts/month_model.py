"""Months on the log scale as a sum of Gaussian parts: level, trend, season, reading error.

``log y(m) = curve(m) + ratio level + ratio drift + random walk + damped trend + season(m) + reading(m)``

`curve` is the annual share in continuous time, one a sample path (zero when there is no annual measure); the rest is
what the municipality's own months say. Every part is a covariance between months, so gaps, months that come late and
figures for whole years (means of twelve months) are all linear readings of one Gaussian vector, and no filter is
needed. Sizes of the parts are unknown: a grid with priors is integrated out, so that one month leaves the width to
the prior and fifteen years replace it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky

from analysis.forecasts.distribution import systematic_resample
from analysis.forecasts.month_parts import MonthSettings, Parts, Readings, parts_of, season_covariance

Array = NDArray[np.float64]
Index = NDArray[np.int64]

#: Grid points with less than this share of the largest posterior weight are left out, and at most so many are kept.
NEGLIGIBLE: Final = 1e-3
KEPT: Final = 60


@dataclass(frozen=True)
class MonthDraws:
    """Draws of the wanted months.

    Attributes
    ----------
    log_values
        Log of the months as they would be published, draws x wanted.
    keep
        Row of the curve that each draw belongs to, shape (draws,).
    effective
        Effective number of the curve's paths after the months have spoken.
    season
        Posterior mean of the season by calendar month, log scale, shape (12,).
    """

    log_values: Array
    keep: Index
    effective: float
    season: Array


def _grid(settings: MonthSettings) -> tuple[list[tuple[float, ...]], Array]:
    """Every combination of sizes, and its log prior weight."""
    axes = (
        (settings.walk, settings.walk_prior),
        (settings.trend, settings.trend_prior),
        (settings.season, settings.season_prior),
        (settings.reading, settings.reading_prior),
    )
    prior = [_log_prior(np.array(sizes), *belief) for sizes, belief in axes]
    points = list(product(*(sizes for sizes, _ in axes)))
    weight = np.array([sum(cell) for cell in product(*prior)])
    return points, weight


def _log_prior(sizes: Array, median: float, spread: float) -> Array:
    """Log-normal weight on the grid; a size of zero counts as the smallest positive one halved."""
    smallest = sizes[sizes > 0].min() if (sizes > 0).any() else median
    filled = np.where(sizes > 0, sizes, smallest / 2.0)
    return np.asarray(-0.5 * (np.log(filled / median) / spread) ** 2)


def _reading_variance(readings: Readings, size: float) -> Array:
    """Variance of each reading: its own, and the months' error averaged over the months it holds."""
    return np.asarray(readings.variance + size**2 * (readings.operator**2).sum(axis=1))


def draw_months(
    readings: Readings,
    curve: Array,
    wanted: Index,
    rng: np.random.Generator,
    settings: MonthSettings | None = None,
) -> MonthDraws:
    """Draw the wanted months given the readings.

    Parameters
    ----------
    curve
        Log annual share at every month, paths x months; one draw a path.
    wanted
        Indices into ``readings.times``.
    """
    chosen = settings or MonthSettings()
    parts = parts_of(readings, chosen)
    seen = parts.read(readings.operator)
    points, log_prior = _grid(chosen)
    middle = readings.values - readings.level - readings.operator @ np.median(curve, axis=0)
    likelihood = np.array([_log_likelihood(seen, readings, point, middle) for point in points])
    posterior = likelihood + log_prior
    best = np.argsort(posterior)[::-1][:KEPT]
    best = best[posterior[best] > posterior[best[0]] + np.log(NEGLIGIBLE)]
    share = np.exp(posterior[best] - posterior[best[0]])
    share /= share.sum()

    member = systematic_resample(share, rng, len(curve))
    rng.shuffle(member)
    log_weight, mean = np.zeros(len(curve)), np.empty((len(curve), wanted.size))
    roots: dict[int, Array] = {}
    season = np.zeros(12)
    for position, index in enumerate(best):
        rows = np.flatnonzero(member == position)
        if rows.size == 0:
            continue
        errors = readings.values - readings.level - curve[rows] @ readings.operator.T
        found = _condition(parts, readings, points[index], errors, wanted, chosen)
        mean[rows] = curve[rows][:, wanted] + readings.level + found.mean
        log_weight[rows] = found.log_likelihood - likelihood[index]
        roots[position] = found.root
        season += rows.size / len(curve) * found.season
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    keep = systematic_resample(weight, rng)
    values = mean[keep]
    for position, root in roots.items():
        rows = np.flatnonzero(member[keep] == position)
        values[rows] += rng.standard_normal((rows.size, wanted.size)) @ root.T
        values[rows] += points[best[position]][3] * rng.standard_normal((rows.size, wanted.size))
    return MonthDraws(values, keep, float(1.0 / np.sum(weight**2)), season)


def _log_likelihood(seen: Parts, readings: Readings, point: Sequence[float], error: Array) -> float:
    covariance = seen.total(point)
    covariance[np.diag_indices_from(covariance)] += _reading_variance(readings, point[3])
    lower = cholesky(covariance, lower=True, check_finite=False)
    return float(_log_density(lower, error[None, :])[0])


def _log_density(lower: Array, errors: Array) -> Array:
    """Gaussian log density of each row of `errors` without the constant."""
    solved = cho_solve((lower, True), errors.T, check_finite=False)
    return np.asarray(-0.5 * np.sum(errors.T * solved, axis=0) - np.log(np.diag(lower)).sum())


@dataclass(frozen=True)
class _Conditioned:
    """The wanted months given the readings, for one size of the parts and several rows of errors.

    `root` maps standard normal noise to the months without reading error; `season` is the pattern of the mean error.
    """

    mean: Array
    root: Array
    log_likelihood: Array
    season: Array


def _condition(
    parts: Parts,
    readings: Readings,
    point: Sequence[float],
    errors: Array,
    wanted: Index,
    settings: MonthSettings,
) -> _Conditioned:
    total, operator = parts.total(point), readings.operator
    covariance = operator @ total @ operator.T
    covariance[np.diag_indices_from(covariance)] += _reading_variance(readings, point[3])
    lower = cholesky(covariance, lower=True, check_finite=False)
    cross = total[wanted] @ operator.T
    solved = cho_solve((lower, True), cross.T, check_finite=False)
    calendar = (np.arange(12) + 0.5) / 12.0 + np.floor(readings.times[-1])
    pattern = point[2] ** 2 * season_covariance(calendar, readings.times, settings) @ operator.T
    weights = cho_solve((lower, True), errors.mean(axis=0), check_finite=False)
    return _Conditioned(
        mean=errors @ solved,
        root=_root(total[np.ix_(wanted, wanted)] - cross @ solved),
        log_likelihood=_log_density(lower, errors),
        season=pattern @ weights,
    )


def _root(covariance: Array) -> Array:
    """Square root of a covariance that may be singular (a part of size zero)."""
    size = np.trace(covariance) / len(covariance)
    jitter = 1e-9 * max(float(size), 1e-9) * np.eye(len(covariance))
    return np.asarray(cholesky(covariance + jitter, lower=True, check_finite=False))
