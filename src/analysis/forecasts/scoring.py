"""Scores for forecasts: all negatively oriented (lower is better) and in the unit of the series.

Sources: Gneiting & Raftery (2007) for the CRPS and the interval score; Bracher et al. (2021) for the weighted
interval score (WIS) and its equality with the mean quantile score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.forecasts.distribution import INTERVALS, QUANTILE_LEVELS

Array = NDArray[np.float64]


def quantile_scores(observed: Array, quantiles: Array, levels: Sequence[float] = QUANTILE_LEVELS) -> Array:
    """Twice the pinball loss per level: shape (n, levels) for `observed` (n,) and `quantiles` (n, levels).

    At the median the score is the absolute error.
    """
    level = np.asarray(levels)
    error = observed[:, None] - quantiles
    return 2.0 * np.maximum(level * error, (level - 1.0) * error)


def wis(observed: Array, quantiles: Array, levels: Sequence[float] = QUANTILE_LEVELS) -> Array:
    """Weighted interval score with the canonical weights = mean quantile score over `levels`; shape (n,).

    For levels symmetric about the median this equals Bracher et al.'s
    ``(w0 |y - m| + sum_k w_k IS_k) / (K + 1/2)`` with ``w0 = 1/2`` and ``w_k = alpha_k / 2``.
    """
    return np.asarray(quantile_scores(observed, quantiles, levels).mean(axis=1))


def interval_hits(observed: Array, quantiles: Array) -> dict[float, NDArray[np.bool_]]:
    """For each nominal coverage (50, 80, 90, 95 %): was the outcome inside the central interval?"""
    where = {level: index for index, level in enumerate(QUANTILE_LEVELS)}
    return {
        nominal: (observed >= quantiles[:, where[low]]) & (observed <= quantiles[:, where[high]])
        for nominal, (low, high) in INTERVALS.items()
    }


@dataclass(frozen=True)
class Skill:
    """Relative improvement over a baseline, ``1 - score / baseline``, with a bootstrap interval over origins."""

    model: str
    baseline: str
    skill: float
    low: float
    high: float
    origins: int


def skill_by_origin(
    scores: pd.DataFrame,
    model: str,
    baseline: str,
    *,
    draws: int = 2000,
    block: int = 2,
    seed: int = 20261121,
) -> Skill:
    """Skill with a 90 % interval from a moving-block bootstrap over origins.

    Parameters
    ----------
    scores
        Long table with ``model, origin, score`` (and more); every row of one origin moves together, because all
        municipalities share the same national shock, and neighbouring origins share outcome years (`block`).
    """
    mean = scores.pivot_table(values="score", index="origin", columns="model", aggfunc="mean")
    pair = mean[[model, baseline]].dropna().to_numpy()
    n = len(pair)
    length = min(block, n)
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, n - length + 1, size=(draws, -(-n // length)))
    rows = (starts[:, :, None] + np.arange(length)).reshape(draws, -1)[:, :n]
    resampled = pair[rows].mean(axis=1)
    ratio = 1.0 - resampled[:, 0] / resampled[:, 1]
    low, high = np.quantile(ratio, [0.05, 0.95])
    point = pair.mean(axis=0)
    return Skill(model, baseline, float(1.0 - point[0] / point[1]), float(low), float(high), n)


def reliability(
    probability: Array,
    happened: NDArray[np.bool_],
    edges: Sequence[float] = (0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1),
) -> pd.DataFrame:
    """How often it happened when the model said so: one row a class of stated probability.

    Returns
    -------
    DataFrame
        ``low, high, stated`` (mean stated probability), ``happened`` (share), ``n`` (forecasts); empty classes
        are left out.
    """
    bounds = np.asarray(edges, dtype=float)
    group = np.clip(np.searchsorted(bounds, probability, side="right") - 1, 0, len(bounds) - 2)
    table = (
        pd.DataFrame({"group": group, "stated": probability, "happened": happened.astype(float)})
        .groupby("group")
        .agg(stated=("stated", "mean"), happened=("happened", "mean"), n=("stated", "size"))
    )
    table.insert(0, "low", bounds[table.index.to_numpy()])
    table.insert(1, "high", bounds[table.index.to_numpy() + 1])
    return table.reset_index(drop=True)
