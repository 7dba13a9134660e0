"""Scenarios on common draws: another labour market, or without the plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.forecasts.distribution import SamplePaths

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LabourRelation:
    """How the share moves with unemployment, read off differences between municipalities within years.

    Attributes
    ----------
    effect
        Log change of the share per percentage point of unemployment, same year and the year after; shape (2,).
    covariance
        2 x 2, from a bootstrap over municipalities.
    observations, municipalities
        Size of the sample.
    years
        First and last year of the outcome.
    """

    effect: Array
    covariance: Array
    observations: int
    municipalities: int
    years: tuple[int, int]

    @property
    def total(self) -> float:
        """Log change of the share after two years per percentage point of unemployment."""
        return float(self.effect.sum())

    @property
    def total_se(self) -> float:
        """Standard error of `total`."""
        return float(np.sqrt(self.covariance.sum()))


def fit_labour_relation(
    levels: pd.DataFrame, rate_change: pd.DataFrame, *, draws: int = 300, seed: int = 20261121
) -> LabourRelation:
    """Regress yearly log changes of the share on changes of unemployment, this year's and last year's.

    National changes are taken out year by year, so only differences between municipalities speak: this is an
    association, not an effect, and it is likely to be too small, because municipal unemployment is measured with
    noise and a national turn works through more than local unemployment.

    Parameters
    ----------
    levels
        Index = codes, columns = years, per cent, NaN = missing.
    rate_change
        Change of unemployment since the year before, percentage points, same shape of table. Changes may come
        from different sources as long as each one lies within a source: a change over a break is not a change.

    Raises
    ------
    ValueError
        With fewer than 100 usable municipality-years.
    """
    codes = levels.index.intersection(rate_change.index).drop("0000", errors="ignore")
    log = np.log(levels.loc[codes].where(levels.loc[codes] > 0))
    change, rate = log.diff(axis=1), rate_change.loc[codes]
    parts = []
    for year in change.columns:
        if year not in rate.columns or year - 1 not in rate.columns:
            continue
        part = pd.DataFrame({"y": change[year], "now": rate[year], "before": rate[year - 1]}).dropna()
        if len(part) < 50:
            continue
        parts.append((part - part.median()).clip(-1.5, 1.5).assign(year=year))
    sample = pd.concat(parts) if parts else pd.DataFrame(columns=["y", "now", "before", "year"])
    if len(sample) < 100:
        raise ValueError("too few municipality-years to relate the share to unemployment")
    x, y = sample[["now", "before"]].to_numpy(dtype=float), sample["y"].to_numpy(dtype=float)
    place = pd.Categorical(sample.index).codes
    count = int(place.max()) + 1
    rng = np.random.default_rng(seed)
    replicas = np.stack(
        [_huber(x, y, rng.multinomial(count, np.full(count, 1.0 / count))[place]) for _ in range(draws)]
    )
    return LabourRelation(
        effect=_huber(x, y, np.ones(len(y))),
        covariance=np.cov(replicas.T),
        observations=len(y),
        municipalities=count,
        years=(int(sample["year"].min()), int(sample["year"].max())),
    )


def _huber(x: Array, y: Array, weight: Array) -> Array:
    """Robust regression without intercept; Student-t(4) weights on residuals of scale .1."""
    beta: Array = np.zeros(x.shape[1], dtype=np.float64)
    for _ in range(6):
        w = weight / (1.0 + ((y - x @ beta) / 0.1) ** 2 / 4.0)
        weighted = x * w[:, None]
        beta[:] = np.linalg.solve(weighted.T @ x + 1e-9 * np.eye(x.shape[1]), weighted.T @ y)
    return beta


def labour_scenario(
    paths: SamplePaths, relation: LabourRelation, points: float, *, first_year: int, name: str, seed: int = 1
) -> SamplePaths:
    """The same futures with unemployment `points` percentage points higher from `first_year` on.

    Periods in `first_year` get the same-year effect, later ones the sum of both effects. The relation's own
    uncertainty is drawn once a path.
    """
    rng = np.random.default_rng([seed, paths.seed])
    effect = rng.multivariate_normal(relation.effect, relation.covariance, size=len(paths.draws))
    years = np.array([int(period[:4]) for period in paths.periods]) - first_year
    log_change = np.where(years < 0, 0.0, effect[:, :1] + np.where(years > 0, effect[:, 1:], 0.0))
    return paths.scaled(np.exp(points * log_change), name)


def without_plan(
    paths: SamplePaths, estimate: float, low: float, high: float, *, level: float = 0.9, seed: int = 2
) -> SamplePaths:
    """The same futures had the plan's estimated effect not been there.

    Parameters
    ----------
    estimate, low, high
        The plan's effect on the level, in percentage points (negative = lower), and its interval of coverage
        `level`, handed in from the effects analysis. The effect is taken as constant over the forecast.
    """
    from scipy.stats import norm

    se = (high - low) / (2.0 * float(norm.ppf(0.5 + level / 2.0)))
    rng = np.random.default_rng([seed, paths.seed])
    effect = estimate + se * rng.standard_normal((len(paths.draws), 1))
    return paths.shifted(-effect, "utan planen")
