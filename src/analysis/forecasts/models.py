"""Models for one series at a time: the naive baselines and statsmodels' ETS, Theta and structural models.

All work on the log scale, so that a share stays positive and a change means a relative change, and all return
sample paths. statsmodels is imported inside the functions: it is slow to import and the baselines do without it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.calendar import following, is_month
from analysis.forecasts.distribution import SamplePaths
from analysis.forecasts.series import SeriesCheck, check_series, outliers

Array = NDArray[np.float64]

#: Log change per period assumed where a series is too short or too flat to tell: yearly and monthly.
ASSUMED_SD: Final = {1: 0.12, 12: 0.05}
#: Smallest log change per period that a forecast may assume, so that no series is cocksure.
MINIMUM_SD: Final = 0.01


@dataclass(frozen=True)
class SeriesForecast:
    """A forecast of one series, or the reason why there is none.

    Attributes
    ----------
    paths
        None when the series has no values.
    check
        How the series was found to be, with reasons in Swedish.
    model
        The model that was used; ``"naive"`` when the series was too short for the one asked for.
    reasons
        `check.reasons` plus any substitution of model, in Swedish.
    """

    paths: SamplePaths | None
    check: SeriesCheck
    model: str
    reasons: tuple[str, ...]


def forecast_series(
    series: pd.Series,
    horizon: int,
    model: str = "structural",
    *,
    season: int | None = None,
    draws: int = 2000,
    seed: int = 20261121,
    unit: str = "procent",
) -> SeriesForecast:
    """Forecast one series.

    Parameters
    ----------
    series
        Values indexed by consecutive periods (``"2024"`` or ``"2024-10"``); NaN = missing.
    horizon
        Periods after the last index entry.
    model
        ``naive``, ``drift``, ``ets``, ``theta`` or ``structural``.
    season
        Default: 12 for monthly periods, 1 for annual.

    Raises
    ------
    ValueError
        Unknown model, negative values or an empty index.
    """
    if model not in MODELS:
        raise ValueError(f"unknown model {model!r}; one of {sorted(MODELS)}")
    origin = str(series.index[-1])
    period = season if season is not None else (12 if is_month(origin) else 1)
    check = check_series(series.to_numpy(dtype=float), period)
    if not check.usable:
        return SeriesForecast(None, check, model, check.reasons)
    log = np.where(outliers(check.values), np.nan, np.log(check.values))
    known = int(np.isfinite(log).sum())
    usable_season = period if known >= 2 * period else 1
    chosen, reasons = _model_for(model, known, log, check.reasons)
    steps = check.trailing_missing + horizon
    rng = np.random.default_rng(seed)
    future = MODELS[chosen](log, steps, draws, usable_season, rng)[:, check.trailing_missing :]
    paths = SamplePaths(
        draws=np.exp(np.clip(future, -30.0, 30.0)),
        periods=following(origin, horizon),
        unit=unit,
        origin=origin,
        model=chosen,
        seed=seed,
        note=" ".join(reasons),
    )
    return SeriesForecast(paths, check, chosen, reasons)


def _model_for(asked: str, known: int, log: Array, reasons: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The model that the series can carry: fewer than six values or no variation leave the naive one."""
    flat = known > 0 and float(np.ptp(log[np.isfinite(log)])) == 0.0
    if asked in ("naive", "drift") and known >= 2:
        return asked, reasons
    if asked == "naive" or (known >= 6 and not flat):
        return asked, reasons
    why = "Serien varierar inte" if flat else "Serien är för kort för modellen"
    return "naive", (*reasons, f"{why}; den naiva modellen används i stället.")


def changes_sd(log: Array, season: int) -> float:
    """Standard deviation of one-period log changes around zero, shrunk to the assumed one when data are few."""
    change = np.diff(log)
    change = change[np.isfinite(change)]
    assumed = ASSUMED_SD[12 if season > 1 else 1]
    weight = 2.0
    variance = (weight * assumed**2 + float((change**2).sum())) / (weight + change.size)
    return max(float(np.sqrt(variance)), MINIMUM_SD)


def fill_gaps(log: Array) -> Array:
    """Linear interpolation on the log scale; for models that cannot skip missing periods."""
    index = np.arange(log.size)
    known = np.isfinite(log)
    return np.interp(index, index[known], log[known])


def _naive(log: Array, steps: int, draws: int, season: int, rng: np.random.Generator) -> Array:
    """Last value (or the same month a year ago) plus a random walk with t(5) steps."""
    noise = changes_sd(log, season) * rng.standard_t(5, size=(draws, steps)) * np.sqrt(3.0 / 5.0)
    if season > 1:
        filled = fill_gaps(log)[-season:]
        base = filled[np.arange(steps) % season]
        yearly = fill_gaps(log)[season:] - fill_gaps(log)[:-season]
        spread = max(float(np.sqrt(np.mean(yearly**2))), MINIMUM_SD)
        return base + spread * np.sqrt(np.arange(steps) // season + 1.0) * rng.standard_normal((draws, steps))
    return np.asarray(log[np.isfinite(log)][-1] + np.cumsum(noise, axis=1))


def _drift(log: Array, steps: int, draws: int, season: int, rng: np.random.Generator) -> Array:
    """Random walk with the series' own mean change, whose estimation error is included."""
    known = np.flatnonzero(np.isfinite(log))
    periods = known[-1] - known[0]
    mean = (log[known[-1]] - log[known[0]]) / periods
    sd = changes_sd(log - mean * np.arange(log.size), 1)
    drift = mean + sd / np.sqrt(periods) * rng.standard_t(max(int(periods) - 1, 3), size=(draws, 1))
    noise = sd * rng.standard_t(5, size=(draws, steps)) * np.sqrt(3.0 / 5.0)
    base = log[known[-1]] + np.cumsum(drift + noise, axis=1)
    return np.asarray(base + (_seasonal_offset(log, steps, season) if season > 1 else 0.0))


def _seasonal_offset(log: Array, steps: int, season: int) -> Array:
    """Mean seasonal deviation of each coming period from that of the last one, shape (steps,)."""
    filled = fill_gaps(log)
    trend = pd.Series(filled).rolling(season, center=True, min_periods=season // 2).mean().to_numpy()
    position = np.arange(filled.size) % season
    deviation = np.array([np.nanmean((filled - trend)[position == p]) for p in range(season)])
    ahead = (filled.size + np.arange(steps)) % season
    return np.asarray(deviation[ahead] - deviation[position[-1]])


def _ets(log: Array, steps: int, draws: int, season: int, rng: np.random.Generator) -> Array:
    """Additive ETS with damped trend (statsmodels), simulated from its end."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    seasonal = {"seasonal": "add", "seasonal_periods": season} if season > 1 else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = ETSModel(fill_gaps(log), error="add", trend="add", damped_trend=True, **seasonal)
        result = model.fit(disp=False)
        paths = result.simulate(steps, anchor="end", repetitions=draws, rng=rng)
    return np.asarray(paths, dtype=float).reshape(steps, draws).T


def _theta(log: Array, steps: int, draws: int, season: int, rng: np.random.Generator) -> Array:
    """Theta model (Assimakopoulos & Nikolopoulos 2000); normal paths with the model's forecast variance."""
    from statsmodels.tsa.forecasting.theta import ThetaModel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = ThetaModel(fill_gaps(log), period=max(season, 1), deseasonalize=season > 1, method="additive")
        result = model.fit()
        mean = np.asarray(result.forecast(steps), dtype=float)
        sigma2, alpha = float(result.sigma2), float(result.params["alpha"])
    variance = sigma2 * (1.0 + np.arange(steps) * alpha**2)
    increments = np.sqrt(np.diff(variance, prepend=0.0))
    return np.asarray(mean + np.cumsum(increments * rng.standard_normal((draws, steps)), axis=1))


def _structural(log: Array, steps: int, draws: int, season: int, rng: np.random.Generator) -> Array:
    """Local linear trend (plus season) by Kalman filter; missing periods are skipped, not filled."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trend = "local linear trend" if np.isfinite(log).sum() >= 10 else "local level"
        model = UnobservedComponents(log, trend, seasonal=season if season > 1 else None)
        result = model.fit(disp=False)
        future = result.simulate(steps, anchor="end", repetitions=draws, rng=rng)
    return np.asarray(future, dtype=float).reshape(steps, draws).T


Model = Callable[[Array, int, int, int, np.random.Generator], Array]
MODELS: Final[Mapping[str, Model]] = {
    "naive": _naive,
    "drift": _drift,
    "ets": _ets,
    "theta": _theta,
    "structural": _structural,
}
