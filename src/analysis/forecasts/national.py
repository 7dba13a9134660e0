"""The common part: yearly changes that all municipalities share, and their uncertain future.

A dozen years hold a dozen national shocks, so nothing about them is well known. The common growth (log change
per year) follows an AR(1) with t-distributed shocks; persistence, long-run mean and shock size are integrated
out over a grid, so that the forecast widens by itself when there is little to learn from.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]


@dataclass(frozen=True)
class NationalPrior:
    """What is believed before the series is seen.

    Attributes
    ----------
    persistence
        Beta parameters for the AR coefficient: changes in welfare receipt follow the business cycle, and a
        year's change tells of the next (prior mean .85).
    mean_sd
        Standard deviation of the long-run yearly log change, centred on zero.
    shock_median, shock_spread
        Log-normal prior for the scale of a year's shock. The median, .05, is not learnt from the years before
        2020, which were calm: it says that a turn of ten per cent in one year is unusual but must not be ruled
        out because the panel starts in 2012.
    df
        Degrees of freedom of the shocks.
    """

    persistence: tuple[float, float] = (8.5, 1.5)
    mean_sd: float = 0.04
    shock_median: float = 0.05
    shock_spread: float = 0.3
    df: float = 5.0


@dataclass(frozen=True)
class NationalPosterior:
    """Grid posterior of the common growth.

    Attributes
    ----------
    growth
        Estimated common log changes, one a year (NaN where no municipality has a change), shape (years,).
    persistence, shock, mean, weight
        Grid points and their posterior weights, all of shape (points,).
    df
        Degrees of freedom of the shocks.
    """

    growth: Array
    persistence: Array
    shock: Array
    mean: Array
    weight: Array
    df: float

    def simulate(self, steps: int, draws: int, rng: np.random.Generator) -> Array:
        """Future common log changes per step, draws x steps, parameter uncertainty included.

        Draws come in antithetic pairs (same parameters, opposite shocks), so the median is steady with few draws.
        """
        half = -(-draws // 2)
        pick = np.tile(rng.choice(self.weight.size, size=half, p=self.weight), 2)[:draws]
        rho, scale, mean = self.persistence[pick], self.shock[pick], self.mean[pick]
        noise = rng.standard_t(self.df, size=(half, steps))
        shocks = scale[:, None] * np.vstack([noise, -noise])[:draws]
        growth = np.empty((draws, steps))
        current = np.full(draws, last_finite(self.growth))
        for step in range(steps):
            current = mean + rho * (current - mean) + shocks[:, step]
            growth[:, step] = current
        return growth

    def summary(self) -> dict[str, float]:
        """Posterior means of persistence, shock size and long-run change."""
        return {
            "persistence": float(self.weight @ self.persistence),
            "shock": float(self.weight @ self.shock),
            "mean": float(self.weight @ self.mean),
        }


def last_finite(values: Array) -> float:
    """Last value that is not missing; zero when there is none."""
    known = values[np.isfinite(values)]
    return float(known[-1]) if known.size else 0.0


def common_changes(changes: Array, scale: Array, rounds: int = 3) -> Array:
    """Robust precision-weighted common change per year.

    Parameters
    ----------
    changes
        Municipalities x years of log changes, NaN where either year is missing.
    scale
        Noise scale of each municipality, shape (municipalities,).

    Returns
    -------
    ndarray
        Shape (years,), NaN for a year without any change. Municipalities far from the rest weigh less
        (Student-t weights, 4 degrees of freedom), so an error in the source does not become a national shock.
    """
    common = np.array([np.median(c[np.isfinite(c)]) if np.isfinite(c).any() else np.nan for c in changes.T])
    for _ in range(rounds):
        z = (changes - common) / scale[:, None]
        weight = np.where(np.isfinite(z), 1.0 / (scale[:, None] ** 2 * (1.0 + z**2 / 4.0)), 0.0)
        total = weight.sum(axis=0)
        common = np.divide(
            np.nansum(weight * changes, axis=0), total, out=np.full(total.shape, np.nan), where=total > 0
        )
    return common


def fit_national(growth: Array, prior: NationalPrior) -> NationalPosterior:
    """Posterior over (persistence, shock scale, mean) given the yearly common changes, shape (years,)."""
    rho, scale, mean = (
        axis.ravel()
        for axis in np.meshgrid(
            np.linspace(0.0, 1.0, 21),
            np.exp(np.linspace(np.log(0.01), np.log(0.2), 17)),
            np.linspace(-2.0, 2.0, 5) * prior.mean_sd,
            indexing="ij",
        )
    )
    log_weight = (
        stats.beta.logpdf(np.clip(rho, 0.01, 0.99), *prior.persistence)
        + stats.norm.logpdf(np.log(scale / prior.shock_median) / prior.shock_spread)
        + stats.norm.logpdf(mean / prior.mean_sd)
    )
    for before, after in itertools.pairwise(growth):
        if np.isfinite(before) and np.isfinite(after):
            error = after - mean - rho * (before - mean)
            log_weight = log_weight + stats.t.logpdf(error / scale, prior.df) - np.log(scale)
    weight = np.exp(log_weight - log_weight.max())
    return NationalPosterior(growth, rho, scale, mean, weight / weight.sum(), prior.df)
