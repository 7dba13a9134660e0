"""The project's own model: one municipality's future, learnt from all of them.

``log y[i, t+1] = log y[i, t] + common growth[t+1] + scale[i] * z[i, t+1]``

The common growth (`analysis.forecasts.national`) is the same draw for every municipality. The municipality's own
deviation has a small momentum, a slow pull of its level towards the typical one, both shrunk, and a remainder
that is resampled in blocks of years from municipalities of similar size. `scale` falls with the number of
recipients and is shrunk towards that curve, so small places get wide intervals with heavy tails.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize

from analysis.forecasts.national import NationalPosterior, NationalPrior, common_changes, fit_national
from analysis.forecasts.series import zero_floor
from foundation.memory import remember

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PanelSettings:
    """Choices of the panel model; see benchmarks/results for what each one is worth.

    Attributes
    ----------
    national
        Prior for the common growth.
    coefficients, strength
        Prior for (momentum, momentum a year earlier, level) and its weight in pseudo-observations per 253
        municipalities: ridge towards the prior.
    clip
        Standardised deviations are clipped here before they carry momentum: a jump that looks like an error in
        the source is not extrapolated.
    own_years
        Weight, in years, of the size curve against a municipality's own volatility.
    window
        Years back that remainders are resampled from.
    block
        Consecutive years resampled together.
    neighbours
        Number of municipalities of similar size that lend remainders.
    """

    national: NationalPrior = field(default_factory=NationalPrior)
    coefficients: tuple[float, float, float] = (0.1, 0.0, -0.05)
    strength: tuple[float, float, float] = (1200.0, 1200.0, 12000.0)
    clip: float = 2.0
    own_years: float = 8.0
    window: int = 7
    block: int = 3
    neighbours: int = 120


@dataclass(frozen=True)
class PanelFit:
    """Everything needed to draw any municipality's future.

    Attributes
    ----------
    kommuner
        Municipality codes, in the order of the rows below.
    last_year
        The origin: last year that the fit knew.
    log_level, last_seen
        Last known log level of each municipality and the column (year index) it was seen in; shape (n,).
    deviation
        Standardised deviations from the common growth, n x years, NaN = missing.
    relative
        Log level minus the median log level, last known, shape (n,).
    scale, size_scale
        Own noise scale after shrinkage, and the size curve alone; shape (n,).
    coefficients
        (momentum, earlier momentum, level), shape (3,).
    remainder, donor_rows
        Remainders of complete donors (donors x years in the window), and each donor's row.
    donors_near
        For each municipality, indices into `remainder` of its donors; n x k.
    national
        Posterior of the common growth.
    settings
        The settings used.
    """

    kommuner: tuple[str, ...]
    last_year: int
    log_level: Array
    last_seen: NDArray[np.int64]
    deviation: Array
    relative: Array
    scale: Array
    size_scale: Array
    coefficients: Array
    remainder: Array
    donor_rows: NDArray[np.int64]
    donors_near: NDArray[np.int64]
    national: NationalPosterior
    settings: PanelSettings

    def row(self, kommun: str) -> int:
        """Row of a municipality code; KeyError when the municipality has no values at all."""
        try:
            return self.kommuner.index(kommun)
        except ValueError:
            raise KeyError(f"no values for municipality {kommun}") from None


def fit_panel(
    levels: pd.DataFrame, sizes: Mapping[str, float] | None = None, settings: PanelSettings | None = None
) -> PanelFit:
    """Fit the panel model on everything in `levels`; cut the columns first to forecast from an earlier origin.

    Parameters
    ----------
    levels
        Shares in per cent: index = municipality codes, columns = consecutive years, NaN = missing. Riket (0000)
        may be a row; it is forecast like a very large municipality but lends nothing.
    sizes
        Population per municipality code. Missing ones are taken as the median.
    settings
        Model choices; defaults are the benchmarked ones.

    Raises
    ------
    ValueError
        With fewer than four years or twenty municipalities with changes.
    """
    chosen = settings or PanelSettings()
    made_from = (levels, dict(sizes) if sizes is not None else None, chosen)
    return remember(
        "panelmodell",
        made_from,
        (
            "analysis.calendar",
            "analysis.forecasts",
        ),
        lambda: _fit(levels, sizes, chosen),
    )


def _fit(levels: pd.DataFrame, sizes: Mapping[str, float] | None, chosen: PanelSettings) -> PanelFit:
    kept = levels.loc[levels.notna().any(axis=1)].sort_index(axis=1)
    values = kept.to_numpy(dtype=float)
    if values.shape[1] < 4 or np.isfinite(np.diff(values, axis=1)).any(axis=1).sum() < 20:
        raise ValueError("the panel model needs at least four years and twenty municipalities")
    log = np.log(np.where(values == 0, zero_floor(values), values))
    recipients = _recipients(kept, values, sizes)
    lends = np.array([code != "0000" for code in kept.index])

    change = np.diff(log, axis=1)
    centre = np.array(
        [np.nanmedian(column) if np.isfinite(column).any() else np.nan for column in change[lends].T]
    )
    curve = _size_curve((change - centre)[lends], recipients[lends])
    size_scale = np.sqrt(curve[0] + curve[1] / recipients)
    growth = common_changes(change[lends], size_scale[lends])
    deviation = change - growth
    scale, held_out = _own_scale(deviation, size_scale, lends, chosen.own_years)

    standard = deviation / scale[:, None]
    relative = log - np.nanmedian(log[lends], axis=0)
    coefficients = _momentum(standard[lends], (relative[:, 1:] / scale[:, None])[lends], chosen)
    remainder = _remainders(standard, relative[:, 1:] / scale[:, None], coefficients, chosen)
    remainder = remainder * (scale[:, None] / held_out)
    donor_rows, window = _donors(remainder, lends, chosen)
    seen = np.array([np.flatnonzero(np.isfinite(row))[-1] for row in log])
    index = np.arange(len(log))
    return PanelFit(
        kommuner=tuple(str(code) for code in kept.index),
        last_year=int(kept.columns[-1]),
        log_level=log[index, seen],
        last_seen=seen,
        deviation=standard,
        relative=relative[index, seen],
        scale=scale,
        size_scale=size_scale,
        coefficients=coefficients,
        remainder=window,
        donor_rows=donor_rows,
        donors_near=_nearest(recipients, recipients[donor_rows], chosen.neighbours),
        national=fit_national(growth, chosen.national),
        settings=chosen,
    )


def _recipients(kept: pd.DataFrame, values: Array, sizes: Mapping[str, float] | None) -> Array:
    """Approximate number of recipients behind each share, at least 5; shape (n,)."""
    population = np.array([float((sizes or {}).get(str(code), np.nan)) for code in kept.index])
    typical = np.nanmedian(population) if np.isfinite(population).any() else 16_000.0
    population = np.where(np.isfinite(population), population, typical)
    recent = np.array([np.mean(row[np.isfinite(row)][-5:]) for row in values])
    return np.maximum(recent / 100.0 * population, 5.0)


def _size_curve(deviation: Array, recipients: Array) -> tuple[float, float]:
    """(a, b) of ``scale**2 = a + b / recipients`` by a Student-t(4) pseudo-likelihood, missing values skipped."""
    present = np.isfinite(deviation)
    squares = np.where(present, deviation, 0.0) ** 2

    def loss(theta: Array) -> float:
        variance = (np.exp(theta[0]) + np.exp(theta[1]) / recipients)[:, None]
        fit = 2.5 * np.log1p(squares / variance / 4.0) + 0.5 * np.log(variance)
        return float(np.sum(fit * present))

    result = minimize(
        loss, np.log([0.002, 3.0]), method="Nelder-Mead", options={"xatol": 0.01, "fatol": 0.01}
    )
    a, b = np.exp(result.x)
    return float(a), float(b)


def _own_scale(
    deviation: Array, size_scale: Array, lends: NDArray[np.bool_], years: float
) -> tuple[Array, Array]:
    """Own volatility shrunk towards the size curve, and the same with each year held out (n x years)."""
    squares = np.minimum((deviation / size_scale[:, None]) ** 2, 9.0)
    present = np.isfinite(squares)
    base = float(squares[lends][present[lends]].mean())
    total = np.where(present, squares, 0.0)
    count = present.sum(axis=1)
    scale = size_scale * np.sqrt((years + total.sum(axis=1) / base) / (years + count))
    without = (years + (total.sum(axis=1, keepdims=True) - total) / base) / (
        years + np.maximum(count[:, None] - 1, 0)
    )
    return scale, size_scale[:, None] * np.sqrt(without)


def _features(standard: Array, level: Array, year: int, clip: float) -> Array:
    """(n, 3): last deviation, the one before (both clipped, missing = 0) and standardised relative level."""
    last = np.clip(np.nan_to_num(standard[:, year]), -clip, clip)
    before = np.clip(np.nan_to_num(standard[:, year - 1]), -clip, clip) if year > 0 else np.zeros_like(last)
    return np.stack([last, before, np.nan_to_num(level[:, year])], axis=1)


def _momentum(standard: Array, level: Array, settings: PanelSettings) -> Array:
    """Pooled robust ridge regression of next year's deviation on `_features`, shape (3,)."""
    years = range(1, standard.shape[1] - 1)
    x = np.concatenate([_features(standard, level, year, settings.clip) for year in years])
    y = np.concatenate([standard[:, year + 1] for year in years])
    x, y = x[np.isfinite(y)], y[np.isfinite(y)]
    prior = np.array(settings.coefficients)
    penalty = np.array(settings.strength) * len(standard) / 253.0
    beta = prior
    for _ in range(5):
        weight = 1.0 / (1.0 + (y - x @ beta) ** 2 / 4.0)
        weighted = x * weight[:, None]
        beta = np.linalg.solve(weighted.T @ x + np.diag(penalty), weighted.T @ y + penalty * prior)
    return np.asarray(beta)


def _remainders(standard: Array, level: Array, beta: Array, settings: PanelSettings) -> Array:
    """Standardised deviations less their predictable part; the first year keeps all of it."""
    remainder = standard.copy()
    for year in range(standard.shape[1] - 1):
        remainder[:, year + 1] -= _features(standard, level, year, settings.clip) @ beta
    return remainder


def _donors(
    remainder: Array, lends: NDArray[np.bool_], settings: PanelSettings
) -> tuple[NDArray[np.int64], Array]:
    """Rows with a complete window of remainders, and those remainders."""
    window = remainder[:, -settings.window :]
    rows = np.flatnonzero(np.isfinite(window).all(axis=1) & lends)
    if rows.size < 20:
        raise ValueError("fewer than twenty municipalities have complete recent years")
    return rows, window[rows]


def _nearest(recipients: Array, donors: Array, count: int) -> NDArray[np.int64]:
    """Indices of the `count` donors closest in log number of recipients; n x count."""
    distance = np.abs(np.log(recipients)[:, None] - np.log(donors)[None, :])
    return np.argsort(distance, axis=1, kind="stable")[:, : min(count, donors.size)]
