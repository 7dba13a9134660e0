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
from dataclasses import dataclass, field
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky

Array = NDArray[np.float64]
Index = NDArray[np.int64]

#: Grid points with less than this share of the largest posterior weight are left out, and at most so many are kept.
NEGLIGIBLE: Final = 1e-3
KEPT: Final = 60


@dataclass(frozen=True)
class MonthSettings:
    """Priors of the parts, on the log scale; benchmarks/results/forecast_months.md says what each is worth.

    Attributes
    ----------
    walk, trend, season, reading
        Grid of sizes: random walk per square root of a year; yearly slope of the damped trend; season; error of a
        single month.
    walk_prior, trend_prior, season_prior, reading_prior
        (median, log spread) of each size.
    weekday
        Prior standard deviation of what one weekday more in the month does.
    damping
        Years over which a slope dies out.
    season_memory
        Years over which the seasonal pattern is forgotten.
    smoothness
        Harmonic k of the year has variance proportional to ``k ** -smoothness``.
    """

    walk: tuple[float, ...] = (0.01, 0.03, 0.06, 0.12, 0.24)
    trend: tuple[float, ...] = (0.0, 0.04, 0.12)
    season: tuple[float, ...] = (0.01, 0.03, 0.09)
    reading: tuple[float, ...] = (0.005, 0.01, 0.02, 0.04, 0.08, 0.16)
    walk_prior: tuple[float, float] = (0.05, 0.7)
    trend_prior: tuple[float, float] = (0.04, 1.0)
    season_prior: tuple[float, float] = (0.03, 0.7)
    reading_prior: tuple[float, float] = (0.02, 0.8)
    weekday: float = 0.003
    damping: float = 1.0
    season_memory: float = 15.0
    smoothness: float = 2.0


@dataclass(frozen=True)
class Readings:
    """What is known, as linear readings of the months.

    Attributes
    ----------
    times
        Middle of every month that is read or wanted, in years, ascending; shape (months,).
    weekdays
        Weekdays in each month, less the usual number, shape (months,).
    operator
        Readings x months: a row of an identity for a month, twelfths for a year.
    values
        Log values, shape (readings,).
    variance
        Reading variance beside the months' own (rounding, nowcasts, unclear reference), shape (readings,).
    level_sd, drift_sd
        Prior width of the log ratio's level, and of its steady drift per year.
    level
        Prior median of the log ratio.
    """

    times: Array
    weekdays: Array
    operator: Array
    values: Array
    variance: Array
    level: float
    level_sd: float
    drift_sd: float


@dataclass(frozen=True)
class MonthDraws:
    """Draws of the wanted months.

    Attributes
    ----------
    log_values
        Log of the months as they would be published, draws x wanted.
    log_smooth
        The same without season and reading error, draws x wanted.
    keep
        Row of the curve that each draw belongs to, shape (draws,).
    effective
        Effective number of the curve's paths after the months have spoken.
    sizes
        Posterior means of the sizes by name.
    season
        Posterior mean of the season by calendar month, log scale, shape (12,).
    """

    log_values: Array
    log_smooth: Array
    keep: Index
    effective: float
    sizes: dict[str, float] = field(default_factory=dict)
    season: Array = field(default_factory=lambda: np.zeros(12))


def season_covariance(first: Array, second: Array, settings: MonthSettings) -> Array:
    """Covariance of the unit-variance season between two sets of times."""
    gap = first[:, None] - second[None, :]
    order = np.arange(1, 7)
    share = order ** -float(settings.smoothness) * np.where(order == 6, 0.5, 1.0)
    share /= share.sum()
    pattern = np.tensordot(share, np.cos(2.0 * np.pi * order[:, None, None] * gap), axes=1)
    return np.asarray(pattern * np.exp(-np.abs(gap) / settings.season_memory))


def trend_covariance(first: Array, second: Array, damping: float) -> Array:
    """Covariance of the integral of a slope that dies out over `damping` years, unit variance of the slope.

    Times are counted from a start before the first reading.
    """
    low = np.minimum(first[:, None], second[None, :])
    decay = np.exp(-first / damping)[:, None] + np.exp(-second / damping)[None, :]
    gap = np.abs(first[:, None] - second[None, :])
    return np.asarray(2.0 * damping * low + damping**2 * (decay - 1.0 - np.exp(-gap / damping)))


@dataclass(frozen=True)
class _Parts:
    """Covariances of each part over all months, in the order fixed, walk, trend, season."""

    fixed: Array
    walk: Array
    trend: Array
    season: Array

    def total(self, sizes: Sequence[float]) -> Array:
        walk, trend, season, _ = sizes
        return np.asarray(self.fixed + walk**2 * self.walk + trend**2 * self.trend + season**2 * self.season)

    def read(self, operator: Array) -> _Parts:
        both = (operator @ part @ operator.T for part in (self.fixed, self.walk, self.trend, self.season))
        return _Parts(*both)


def _parts(readings: Readings, settings: MonthSettings) -> _Parts:
    times = readings.times - readings.times[0]
    anchor = times - float(np.mean(readings.operator @ times))
    fixed = readings.level_sd**2 + readings.drift_sd**2 * np.outer(anchor, anchor)
    fixed = fixed + settings.weekday**2 * np.outer(readings.weekdays, readings.weekdays)
    return _Parts(
        fixed=fixed,
        walk=np.minimum(times[:, None], times[None, :]),
        trend=trend_covariance(times, times, settings.damping),
        season=season_covariance(times, times, settings),
    )


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
    parts = _parts(readings, chosen)
    seen = parts.read(readings.operator)
    points, log_prior = _grid(chosen)
    middle = readings.values - readings.level - readings.operator @ np.median(curve, axis=0)
    likelihood = np.array([_log_likelihood(seen, readings, point, middle) for point in points])
    posterior = likelihood + log_prior
    best = np.argsort(posterior)[::-1][:KEPT]
    best = best[posterior[best] > posterior[best[0]] + np.log(NEGLIGIBLE)]
    share = np.exp(posterior[best] - posterior[best[0]])
    share /= share.sum()

    member = _systematic(share, len(curve), rng)
    rng.shuffle(member)
    log_weight, mean, smooth = np.zeros(len(curve)), np.empty((len(curve), wanted.size)), None
    smooth = np.empty_like(mean)
    roots: dict[int, tuple[Array, Array]] = {}
    season = np.zeros(12)
    for position, index in enumerate(best):
        rows = np.flatnonzero(member == position)
        if rows.size == 0:
            continue
        point = points[index]
        errors = readings.values - readings.level - curve[rows] @ readings.operator.T
        found = _condition(parts, readings, point, errors, wanted, chosen)
        base = curve[rows][:, wanted] + readings.level
        mean[rows], smooth[rows] = base + found.mean, base + found.smooth
        log_weight[rows] = found.log_likelihood - likelihood[index]
        roots[position] = (found.root, found.smooth_root)
        season += rows.size / len(curve) * found.season
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    keep = _systematic(weight, len(curve), rng)
    values, level = mean[keep], smooth[keep]
    for position, (root, smooth_root) in roots.items():
        rows = np.flatnonzero(member[keep] == position)
        noise = rng.standard_normal((rows.size, root.shape[1]))
        values[rows] += noise @ root.T
        level[rows] += noise @ smooth_root.T
        error = points[best[position]][3] * rng.standard_normal((rows.size, wanted.size))
        values[rows] += error
    names = ("walk", "trend", "season", "reading")
    kept_share = np.bincount(member[keep], minlength=best.size) / keep.size
    sizes = {
        name: float(sum(s * points[i][k] for s, i in zip(kept_share, best, strict=True)))
        for k, name in enumerate(names)
    }
    return MonthDraws(values, level, keep, float(1.0 / np.sum(weight**2)), sizes, season)


def _log_likelihood(seen: _Parts, readings: Readings, point: Sequence[float], error: Array) -> float:
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
    """The wanted months given the readings, for one size of the parts.

    `root` maps standard normal noise to the months with season, `smooth_root` the same noise to those without.
    """

    mean: Array
    smooth: Array
    root: Array
    smooth_root: Array
    log_likelihood: Array
    season: Array


def _condition(
    parts: _Parts,
    readings: Readings,
    point: Sequence[float],
    errors: Array,
    wanted: Index,
    settings: MonthSettings,
) -> _Conditioned:
    level = parts.total((point[0], point[1], 0.0, point[3]))
    season = point[2] ** 2 * parts.season
    operator = readings.operator
    covariance = operator @ (level + season) @ operator.T
    covariance[np.diag_indices_from(covariance)] += _reading_variance(readings, point[3])
    lower = cholesky(covariance, lower=True, check_finite=False)
    # Level and season of the wanted months are drawn together, so that both kinds of path share their future.
    count = wanted.size
    cross = np.vstack([level[wanted] @ operator.T, season[wanted] @ operator.T])
    prior = np.zeros((2 * count, 2 * count))
    prior[:count, :count] = level[np.ix_(wanted, wanted)]
    prior[count:, count:] = season[np.ix_(wanted, wanted)]
    solved = cho_solve((lower, True), cross.T, check_finite=False)
    rest = prior - cross @ solved
    root = _root(rest)
    mean = errors @ solved
    calendar = (np.arange(12) + 0.5) / 12.0 + np.floor(readings.times[-1])
    pattern = point[2] ** 2 * season_covariance(calendar, readings.times, settings) @ operator.T
    weights = cho_solve((lower, True), errors.mean(axis=0), check_finite=False)
    return _Conditioned(
        mean=mean[:, :count] + mean[:, count:],
        smooth=mean[:, :count],
        root=root[:count] + root[count:],
        smooth_root=root[:count],
        log_likelihood=_log_density(lower, errors),
        season=pattern @ weights,
    )


def _root(covariance: Array) -> Array:
    """Square root of a covariance that may be singular (a part of size zero)."""
    size = np.trace(covariance) / len(covariance)
    jitter = 1e-9 * max(float(size), 1e-9) * np.eye(len(covariance))
    return np.asarray(cholesky(covariance + jitter, lower=True, check_finite=False))


def _systematic(weight: Array, count: int, rng: np.random.Generator) -> Index:
    """`count` indices in proportion to `weight` (which sums to one), ascending."""
    position = (rng.random() + np.arange(count)) / count
    return np.minimum(np.searchsorted(np.cumsum(weight), position), weight.size - 1)
