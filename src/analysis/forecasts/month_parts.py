"""The parts of a monthly series as covariances between months: level, walk, trend, season, calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


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
class Parts:
    """Covariances of each part over all months, in the order fixed, walk, trend, season."""

    fixed: Array
    walk: Array
    trend: Array
    season: Array

    def total(self, sizes: Sequence[float]) -> Array:
        """Sum of the parts for sizes (walk, trend, season, reading); the reading error is not among them."""
        walk, trend, season, _ = sizes
        return np.asarray(self.fixed + walk**2 * self.walk + trend**2 * self.trend + season**2 * self.season)

    def read(self, operator: Array) -> Parts:
        """The same parts between readings instead of months."""
        both = (operator @ part @ operator.T for part in (self.fixed, self.walk, self.trend, self.season))
        return Parts(*both)


def parts_of(readings: Readings, settings: MonthSettings) -> Parts:
    """Covariances over all months of the readings; the ratio's drift is counted from the middle of what was read."""
    times = readings.times - readings.times[0]
    anchor = times - float(np.mean(readings.operator @ times))
    fixed = readings.level_sd**2 + readings.drift_sd**2 * np.outer(anchor, anchor)
    fixed = fixed + settings.weekday**2 * np.outer(readings.weekdays, readings.weekdays)
    return Parts(
        fixed=fixed,
        walk=np.minimum(times[:, None], times[None, :]),
        trend=trend_covariance(times, times, settings.damping),
        season=season_covariance(times, times, settings),
    )
