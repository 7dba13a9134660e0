"""Simple forecasts that the panel model has to beat, and how simple forecasts are weighed together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.forecasts.backtest import Forecaster

Array = NDArray[np.float64]


def pooled_forecaster(years: int = 5) -> Forecaster:
    """The floor to beat: empirical h-year log changes of all municipalities over the last years."""

    def forecast(
        known: pd.DataFrame, sizes: Mapping[str, float], codes: Sequence[str], horizon: int
    ) -> Array:
        values = known.drop(index="0000", errors="ignore").to_numpy(dtype=float)
        log = np.log(np.where(values > 0, values, np.nan))
        last = np.log(known.loc[list(codes)].iloc[:, -1].to_numpy(dtype=float))
        draws = []
        for h in range(1, horizon + 1):
            ends = range(max(h, log.shape[1] - years), log.shape[1])
            change = np.concatenate([log[:, end] - log[:, end - h] for end in ends])
            grid = np.quantile(change[np.isfinite(change)], np.linspace(0.0005, 0.9995, 1000))
            draws.append(np.exp(last[:, None] + grid))
        return np.stack(draws, axis=2)

    return forecast


def past_score_weights(scores: Mapping[str, float], power: float = 2.0) -> dict[str, float]:
    """Weights proportional to ``score ** -power``, summing to one."""
    raw = {model: score**-power for model, score in scores.items()}
    total = sum(raw.values())
    return {model: value / total for model, value in raw.items()}
