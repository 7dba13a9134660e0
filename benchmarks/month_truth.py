"""Made-up municipalities with known months and years, for `forecast_months.py`.

A world has one national path (a slope that persists and turns), sixty municipalities with their own random walks,
a season that is partly shared, counting noise that falls with size, and an annual share that is the mean of the months
divided by a turnover ratio which drifts. None of the sizes is read by the model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

FIRST_YEAR = 2012
YEARS = 14


@dataclass(frozen=True)
class World:
    """One national future and its municipalities.

    Attributes
    ----------
    months
        Index = months from 2012-01, columns = codes; per cent.
    years
        Annual share: index = codes, columns = years; per cent.
    sizes
        Population per code.
    """

    months: pd.DataFrame
    years: pd.DataFrame
    sizes: dict[str, float]


def make_world(seed: int, places: int = 60) -> World:
    """Draw one world."""
    rng = np.random.default_rng([20261126, seed])
    count = 12 * YEARS
    time = np.arange(count) / 12.0
    slope = np.empty(count)
    slope[0] = rng.normal(-0.02, 0.05)
    for step in range(1, count):
        slope[step] = -0.02 + 0.94 * (slope[step - 1] + 0.02) + 0.022 * rng.standard_t(5)
    national = np.cumsum(slope) / 12.0
    codes = [str(1001 + place) for place in range(places)]
    population = np.exp(rng.uniform(np.log(7_000), np.log(220_000), places))
    level = rng.normal(np.log(1.6), 0.4, places)
    walk = np.cumsum(rng.gamma(4.0, 0.004, places) * rng.standard_normal((count, places)), axis=0)
    shared = _season(rng, 0.03)
    season = np.stack([np.tile(shared + _season(rng, 0.02), YEARS) for _ in codes], axis=1)
    smooth = np.exp(level + national[:, None] + walk + season)
    people = smooth / 100.0 * population
    months = np.maximum(people + 0.7 * np.sqrt(people) * rng.standard_normal(people.shape), 1.0)
    months = np.round(100.0 * months / population, 2)
    ratio = np.exp(
        np.log(0.45)
        + 0.12 * rng.standard_normal(places)
        + np.cumsum(0.02 * rng.standard_normal((YEARS, places)), axis=0)
        + 0.01 * rng.standard_normal((YEARS, places))
    )
    annual = np.round(months.reshape(YEARS, 12, places).mean(axis=1) / ratio, 2)
    index = [f"{FIRST_YEAR + int(t)}-{round((t % 1) * 12) + 1:02d}" for t in time]
    return World(
        months=pd.DataFrame(months, index=index, columns=codes),
        years=pd.DataFrame(annual.T, index=codes, columns=range(FIRST_YEAR, FIRST_YEAR + YEARS)),
        sizes=dict(zip(codes, population, strict=True)),
    )


def _season(rng: np.random.Generator, size: float) -> np.ndarray:
    """Two harmonics and a little of each month, shape (12,), mean zero."""
    angle = 2 * np.pi * np.arange(12) / 12
    wave = sum(
        rng.normal(0, size / k) * np.cos(k * angle) + rng.normal(0, size / k) * np.sin(k * angle)
        for k in (1, 2)
    )
    season = wave + 0.2 * size * rng.standard_normal(12)
    return np.asarray(season - season.mean())
