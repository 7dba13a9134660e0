"""Is a stated 5 per cent really 5 per cent? Size, power and coverage, counted on errors that are known.

`judge_all` gives every municipality its placebo test against all the others, as the evaluation does; that the
overall rate is then near 5 per cent is by construction, that it is so in every size class is not.
`split_halves` and `carried_forward` calibrate on some municipalities or years and count on others.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.effects.calibration import judge
from analysis.effects.placebo import FLOOR, MIXING_POPULATION, placebo_quantile, size_feature

Array = NDArray[np.float64]


def features_of(table: pd.DataFrame, mixing: float = MIXING_POPULATION) -> Array:
    """Scale features of tournament rows, as `scale_features`.

    Parameters
    ----------
    mixing
        See `size_feature`; other values only to compare them.
    """
    level = np.log(np.maximum(table["level"].to_numpy(), 0.05))
    size = size_feature(table["population"].to_numpy(), mixing)
    return np.column_stack([np.ones(level.size), level, size])


def judge_all(errors: pd.DataFrame, power_at: tuple[float, ...] = (-0.25, -0.5, -0.75, -1.0)) -> pd.DataFrame:
    """Add p, scale, half_width, rejected, covered and power columns to the table of `run`."""
    judged = []
    for _, part in errors.groupby(["entry", "start", "years"], sort=True):
        result = judge(part["error"].to_numpy(), features_of(part))
        extra = {
            "p": result.p,
            "scale": result.scale,
            "half_width": result.half_width,
            "rejected": (result.p <= 0.05).astype(float),
            "covered": (np.abs(part["error"].to_numpy()) <= result.half_width).astype(float),
        }
        power = {f"power_{-effect:g}": result.power(effect) for effect in power_at}
        judged.append(part.assign(**extra, **power))
    return pd.concat(judged, ignore_index=True)


def scale_misfit(errors: pd.DataFrame, mixing: float) -> float:
    """Leave-one-out mean squared error of the log scale over all windows: the lower, the better the scale model."""
    squares = []
    for _, part in errors.groupby(["entry", "start", "years"], sort=True):
        size = np.log(part["error"].abs().to_numpy() + FLOOR)
        judged = judge(part["error"].to_numpy(), features_of(part, mixing))
        squares.append((size - np.log(judged.scale)) ** 2)
    return float(np.concatenate(squares).mean())


def split_halves(errors: pd.DataFrame, seed: int, repeats: int = 20) -> pd.DataFrame:
    """Calibrate scale and critical value on half of the municipalities, count on the other half.

    Returns
    -------
    pandas.DataFrame
        One row a municipality, window and repeat: columns of ``errors`` and ``rejected``.
    """
    rng = np.random.default_rng(seed)
    counted = []
    for _, part in errors.sort_values("code").groupby(["entry", "start", "years"], sort=True):
        features, sizes = features_of(part), part["error"].abs().to_numpy()
        for _ in range(repeats):
            known = rng.permutation(sizes.size) < sizes.size // 2
            critical, coefficients = _calibrate(features[known], sizes[known])
            rejected = sizes[~known] / np.exp(features[~known] @ coefficients) > critical
            counted.append(part[~known].assign(rejected=rejected.astype(float)))
    return pd.concat(counted, ignore_index=True)


def carried_forward(errors: pd.DataFrame, known_until: int, test_from: int) -> pd.DataFrame:
    """Calibrate on windows that end by one year, count on windows that start later.

    Returns
    -------
    pandas.DataFrame
        Test rows with ``rejected``.
    """
    counted = []
    for _, part in errors.groupby(["entry", "years"], sort=True):
        known = part[part["start"] + part["years"] - 1 <= known_until]
        test = part[part["start"] >= test_from]
        if known.empty or test.empty:
            continue
        critical, coefficients = _calibrate(features_of(known), known["error"].abs().to_numpy())
        rejected = test["error"].abs().to_numpy() / np.exp(features_of(test) @ coefficients) > critical
        counted.append(test.assign(rejected=rejected.astype(float)))
    return pd.concat(counted, ignore_index=True)


def _calibrate(features: Array, sizes: Array) -> tuple[float, Array]:
    """Critical value at 5 % and coefficients of the scale model."""
    response = np.log(sizes + FLOOR)
    coefficients = np.linalg.lstsq(features, response, rcond=None)[0].astype(np.float64)
    return placebo_quantile(sizes / np.exp(features @ coefficients), 0.95), coefficients


def clustered_rate(table: pd.DataFrame, column: str) -> tuple[float, float]:
    """Mean of a 0/1 column and its standard error clustered by municipality."""
    sums = table.groupby("code")[column].agg(["sum", "count"])
    rate = float(sums["sum"].sum() / sums["count"].sum())
    spread = sums["sum"] - rate * sums["count"]
    error = float(np.sqrt((spread**2).sum()) / sums["count"].sum())
    return rate, error
