"""Rolling-origin backtest: what would the models have said, and what happened?

At origin ``t`` every model sees the columns up to ``t`` and nothing else. The values are today's revised ones
(pseudo-vintage): Kolada keeps no earlier vintages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.forecasts.distribution import INTERVALS, QUANTILE_LEVELS
from analysis.forecasts.panel_model import PanelSettings, fit_panel
from analysis.forecasts.panel_paths import draw_common, panel_paths
from analysis.forecasts.scoring import interval_hits, wis

Array = NDArray[np.float64]
#: (levels up to the origin, population per code, codes to forecast, horizon) -> draws, codes x draws x horizon
Forecaster = Callable[[pd.DataFrame, Mapping[str, float], Sequence[str], int], Array]
#: Population per code, or a function of the origin that gives it as it was known then.
Sizes = Mapping[str, float] | Callable[[int], Mapping[str, float]]

#: Upper bounds of the size classes, in residents, and their Swedish names.
SIZE_CLASSES: Final = ((15_000, "under 15 000"), (50_000, "15 000–50 000"), (np.inf, "över 50 000"))
#: Relative falls whose probability is checked against what happened.
CROSSINGS: Final = (0.95, 0.9, 0.85, 0.8, 0.7)


@dataclass(frozen=True)
class Backtest:
    """Scores of every forecast and, for the panel model, stated crossing probabilities.

    Attributes
    ----------
    scores
        One row a forecast: ``model, origin, horizon, kommun_kod, size, observed, score, crps, bias`` (median minus
        outcome) and ``hit50 ... hit95``.
    crossings
        One row a forecast and level: ``model, origin, horizon, kommun_kod, factor, probability, happened``:
        probability that the value at the horizon is at most `factor` times the last known value.
    """

    scores: pd.DataFrame
    crossings: pd.DataFrame


def size_class(population: float) -> str:
    """Name of the size class; unknown populations count as the middle one."""
    if not np.isfinite(population):
        return SIZE_CLASSES[1][1]
    return next(name for bound, name in SIZE_CLASSES if population < bound)


def complete_municipalities(levels: pd.DataFrame) -> list[str]:
    """Municipalities (not riket) without a missing year."""
    return [str(code) for code in levels.index[levels.notna().all(axis=1)] if code != "0000"]


def panel_forecaster(settings: PanelSettings | None = None, draws: int = 1000) -> Forecaster:
    """The panel model as a forecaster; fitted on all municipalities in the frame."""

    def forecast(
        known: pd.DataFrame, sizes: Mapping[str, float], codes: Sequence[str], horizon: int
    ) -> Array:
        fit = fit_panel(known, sizes, settings)
        common = draw_common(fit, horizon, draws=draws)
        return np.stack([panel_paths(fit, code, horizon, common=common).draws for code in codes])

    return forecast


def naive_forecaster(drift: bool = False, draws: int = 1000, seed: int = 7) -> Forecaster:
    """Random walk on the log scale, each municipality on its own, with or without its own mean change."""

    def forecast(
        known: pd.DataFrame, sizes: Mapping[str, float], codes: Sequence[str], horizon: int
    ) -> Array:
        log = np.log(known.loc[list(codes)].to_numpy(dtype=float))
        change = np.diff(log, axis=1)
        mean = np.nanmean(change, axis=1, keepdims=True) if drift else np.zeros((len(log), 1))
        spread = np.sqrt(np.nanmean((change - mean) ** 2, axis=1))
        rng = np.random.default_rng(seed)
        noise = rng.standard_normal((len(log), draws, horizon))
        steps = mean[:, :, None] + spread[:, None, None] * noise
        return np.asarray(np.exp(log[:, -1][:, None, None] + np.cumsum(steps, axis=2)))

    return forecast


def population_as_known(population: pd.DataFrame, lag: int = 1) -> Callable[[int], dict[str, float]]:
    """Population per code as it was known at each origin.

    Parameters
    ----------
    population
        Index = codes, columns = years.
    lag
        Years between the origin and the last population known when that year's shares were published. An origin
        before the first known year uses the first: sizes then come from later than the origin.
    """

    def at(origin: int) -> dict[str, float]:
        known = [year for year in population.columns if int(year) <= origin - lag] or [population.columns[0]]
        latest = population[known].ffill(axis=1).iloc[:, -1].dropna()
        return {str(code): float(value) for code, value in latest.items()}

    return at


def run_backtest(
    levels: pd.DataFrame,
    sizes: Sizes,
    models: Mapping[str, Forecaster],
    *,
    origins: Sequence[int],
    horizons: int = 3,
    codes: Sequence[str] | None = None,
) -> Backtest:
    """Forecast from every origin and score whatever has an outcome in `levels`.

    Parameters
    ----------
    levels
        Shares in per cent, index = codes, columns = years; cut it at what a run may know.
    sizes
        Population per code (used for size classes and by the panel model), the same for every origin or as known at it.
    codes
        Municipalities to score; default: those without a missing year.
    """
    chosen = list(codes) if codes is not None else complete_municipalities(levels)
    scores, crossings = [], []
    for origin in origins:
        known = levels.loc[:, :origin]
        people = sizes(origin) if callable(sizes) else sizes
        ahead = [h for h in range(1, horizons + 1) if origin + h in levels.columns]
        for name, model in models.items():
            if not ahead:
                continue
            draws = model(known, people, chosen, max(ahead))
            start = known.loc[chosen].iloc[:, -1].to_numpy(dtype=float)
            for h in ahead:
                outcome = levels.loc[chosen, origin + h].to_numpy(dtype=float)
                label = {"model": name, "origin": origin, "horizon": h}
                scores.append(score_draws(chosen, outcome, draws[:, :, h - 1], people).assign(**label))
                crossings.append(_crossings(chosen, start, outcome, draws[:, :, h - 1]).assign(**label))
    return Backtest(_stack(scores), _stack(crossings))


def _stack(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def score_draws(
    codes: Sequence[str], outcome: Array, draws: Array, sizes: Mapping[str, float]
) -> pd.DataFrame:
    """Score one horizon: `draws` is codes x draws; rows without an outcome are left out."""
    quantiles = np.quantile(draws, QUANTILE_LEVELS, axis=1).T
    hits = {f"hit{nominal * 100:.0f}": hit for nominal, hit in interval_hits(outcome, quantiles).items()}
    table = pd.DataFrame(
        {
            "kommun_kod": list(codes),
            "size": [size_class(sizes.get(code, np.nan)) for code in codes],
            "observed": outcome,
            "score": wis(outcome, quantiles),
            "crps": crps_rows(outcome, draws),
            "bias": quantiles[:, QUANTILE_LEVELS.index(0.5)] - outcome,
            **hits,
        }
    )
    return table.loc[np.isfinite(outcome)]


def crps_rows(outcome: Array, draws: Array) -> Array:
    """CRPS of each row's empirical distribution; `draws` is n x draws."""
    ordered = np.sort(draws, axis=1)
    n = ordered.shape[1]
    spread = ordered @ (2.0 * np.arange(1, n + 1) - n - 1.0) / n**2
    return np.asarray(np.abs(ordered - outcome[:, None]).mean(axis=1) - spread)


def _crossings(codes: Sequence[str], start: Array, outcome: Array, draws: Array) -> pd.DataFrame:
    """Stated probability and outcome of falling to each factor times the start, n x factors rows."""
    known = np.isfinite(outcome) & np.isfinite(start)
    parts = []
    for factor in CROSSINGS:
        level = factor * start
        parts.append(
            pd.DataFrame(
                {
                    "kommun_kod": list(codes),
                    "factor": factor,
                    "probability": (draws <= level[:, None]).mean(axis=1),
                    "happened": outcome <= level,
                }
            ).loc[known]
        )
    return pd.concat(parts, ignore_index=True)


def summarise(scores: pd.DataFrame, by: Sequence[str] = ("model", "horizon")) -> pd.DataFrame:
    """Mean score, CRPS, bias and coverages; origins weigh equally within a group, as do horizons.

    The overall score of a model is the mean over (origin, horizon) cells, so an origin with three outcomes counts
    three times: the convention of the benchmark table.
    """
    columns = ["score", "crps", "bias", *[f"hit{nominal * 100:.0f}" for nominal in INTERVALS]]
    cells = scores.groupby([*dict.fromkeys([*by, "model", "origin", "horizon"])])[columns].mean()
    table = cells.groupby(list(by)).mean()
    table["n"] = scores.groupby(list(by)).size()
    return table.reset_index()
