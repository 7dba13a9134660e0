"""All municipalities beside each other: level, place, what was expected, forecast and its record. Computed once for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.answers.labour import UNEMPLOYMENT
from analysis.forecasts.backtest import (
    complete_municipalities,
    panel_forecaster,
    population_as_known,
    run_backtest,
)
from analysis.forecasts.pace import has_suspect_jump, pace_record
from analysis.forecasts.panel_model import PanelFit, fit_panel
from analysis.forecasts.panel_paths import draw_common, panel_paths
from analysis.panel import wide
from analysis.runs.national import NationalContext
from analysis.sources.observation import POPULATION, RIKET
from foundation.memory import remember

Array = NDArray[np.float64]
#: Population per code as it was known at an origin.
SizesAt = Callable[[int], Mapping[str, float]]

#: Sample paths of each forecast, those in the record too: as many as in the benchmark, so that scores agree.
DRAWS: Final = 4000
#: Years ahead that are shown, and that are kept for questions about a target.
AHEAD: Final = 3
REACH: Final = 6
#: First year that the record forecasts from: six years of history, as in the benchmark.
FIRST_ORIGIN: Final = 2018
#: Years over which a pace is measured: long enough not to be one odd year, short enough to have happened often.
SPAN: Final = 3
#: Municipalities called comparable, and those whose misses give the width of the expected level.
NEAR: Final = 15
LENDERS: Final = 100
#: History of the expected level: the mean of the years this many to this many before.
HISTORY: Final = (8, 5)
#: Quantiles kept of each forecast: fine enough to read a probability in whole per cent off them.
GRID: Final = tuple(np.round(np.linspace(0.005, 0.995, 199), 4))


@dataclass(frozen=True)
class Country:
    """What is true of all municipalities on one day.

    Attributes
    ----------
    levels
        The measure in per cent, codes (riket is 0000) x years, NaN = not known.
    year
        Latest year with values.
    population, unemployment
        Latest known value per code, and the year it is from.
    table
        One row a municipality (index: code), see `_table`.
    near
        Code to its most similar municipalities, nearest first.
    fan
        ``code, year, median, low50, high50, low80, high80, low95, high95`` of the forecast.
    grid
        Quantiles of the forecast at `GRID`, codes (in order of `table`) x `REACH` years x quantiles.
    record
        Scores of earlier forecasts of the same kind, one row a forecast (`analysis.forecasts.backtest`).
    fastest
        Each municipality's fastest fall over `SPAN` years (``kommun_kod, start_year, end_year, percent``); those
        with a jump that looks like an error in the source are left out.
    suspects
        Codes of those left out.
    """

    levels: pd.DataFrame
    year: int
    population: pd.Series[float]
    population_year: int
    unemployment: pd.Series[float]
    unemployment_year: int
    table: pd.DataFrame
    near: dict[str, tuple[str, ...]]
    fan: pd.DataFrame
    grid: Array
    record: pd.DataFrame
    fastest: pd.DataFrame
    suspects: tuple[str, ...]

    @property
    def complete(self) -> list[str]:
        """Municipalities without a missing year: those that the benchmark scores."""
        return complete_municipalities(self.levels)


def country(context: NationalContext) -> Country:
    """Return the national results: some fifteen seconds, computed once for all pages; deterministic."""
    levels = wide(context.observations, context.measure)
    people = wide(context.observations, POPULATION)
    out_of_work = wide(context.observations, UNEMPLOYMENT[0])
    return remember(
        "sverige",
        (levels, people, out_of_work),
        ("analysis.calendar", "analysis.forecasts", "analysis.answers.country"),
        lambda: compute_country(levels, people, out_of_work),
    )


def latest_known(values: pd.DataFrame) -> tuple[pd.Series[float], int]:
    """Return the last year's values, a gap filled with the year before, and that year."""
    return values.ffill(axis=1).iloc[:, -1].rename("value"), int(values.columns[-1])


def compute_country(levels: pd.DataFrame, people: pd.DataFrame, out_of_work: pd.DataFrame) -> Country:
    """Compute everything in `Country` from the panel's tables of codes x years: levels and unemployment in per cent."""
    population, population_year = latest_known(people)
    unemployment, unemployment_year = latest_known(out_of_work)
    sizes_at = population_as_known(people)
    year = int(levels.columns[-1])
    codes = [str(code) for code in levels.index if code != RIKET]
    sizes = {str(code): float(value) for code, value in population.dropna().items()}
    pace = pace_record(levels, 0.0, SPAN, top=len(codes))
    fit = fit_panel(levels, sizes)
    fan, grid = _forecasts(fit, codes)
    suspects = tuple(code for code in codes if has_suspect_jump(levels.loc[code].to_numpy(dtype=float)))
    return Country(
        levels=levels,
        year=year,
        population=population,
        population_year=population_year,
        unemployment=unemployment,
        unemployment_year=unemployment_year,
        table=_table(levels, codes, sizes_at, population, unemployment),
        near=nearest(population, unemployment, codes),
        fan=fan,
        grid=grid,
        record=_record(levels, sizes_at, codes),
        fastest=pace.fastest[~pace.fastest["kommun_kod"].isin(suspects)].reset_index(drop=True),
        suspects=suspects,
    )


def _record(levels: pd.DataFrame, sizes: SizesAt, codes: list[str]) -> pd.DataFrame:
    """Scores of every earlier forecast of the same kind that has an outcome, made as the benchmark makes them."""
    last = int(levels.columns[-1])
    return run_backtest(
        levels,
        sizes,
        {"panel": panel_forecaster(draws=DRAWS)},
        origins=range(FIRST_ORIGIN, last),
        horizons=AHEAD,
        codes=codes,
    ).scores


def _forecasts(fit: PanelFit, codes: list[str]) -> tuple[pd.DataFrame, Array]:
    common = draw_common(fit, REACH, draws=DRAWS)
    fans, grids = [], []
    for code in codes:
        paths = panel_paths(fit, code, REACH, common=common)
        fans.append(paths.fan().iloc[:AHEAD].assign(code=code).reset_index(names="year"))
        grids.append(np.quantile(paths.draws, GRID, axis=0).T)
    fan = pd.concat(fans, ignore_index=True)
    return fan.assign(year=fan["year"].astype(int)), np.stack(grids)


def _table(
    levels: pd.DataFrame,
    codes: list[str],
    sizes_at: SizesAt,
    population: pd.Series[float],
    unemployment: pd.Series[float],
) -> pd.DataFrame:
    """One row a municipality.

    Returns
    -------
    DataFrame
        ``year, level, before`` (latest known and the year before it, per cent), ``rank, ranked`` (among those with a
        value that year, 1 = lowest), ``near_median``; ``expected, expected_low, expected_high`` (80 %) of the last
        panel year; ``start_year, start, yearly`` (change a year in per cent since then), ``foreseen,
        foreseen_low, foreseen_high, position`` (what the model would have said then, and the share of its paths
        that lay at or below the outcome, 0-1).
    """
    last = int(levels.columns[-1])
    places = levels.loc[codes]
    ranks = places.rank(method="min")
    near = nearest(population, unemployment, codes)
    rows = []
    for code in codes:
        own = places.loc[code].dropna()
        year = int(own.index[-1])
        rows.append(
            {
                "year": year,
                "level": float(own.iloc[-1]),
                "before": float(places.loc[code].get(year - 1, np.nan)),
                "rank": int(ranks.loc[code, year]),
                "ranked": int(places[year].notna().sum()),
                "near_median": float(places.loc[list(near[code]), year].median()),
            }
        )
    table = pd.DataFrame(rows, index=pd.Index(codes, name="code"))
    expected = expected_levels(places, population.reindex(codes), unemployment.reindex(codes))
    return table.join(expected).join(_foreseen(levels, sizes_at(last - SPAN), codes, last - SPAN, last))


def nearest(
    population: pd.Series[float], unemployment: pd.Series[float], codes: list[str], count: int = NEAR
) -> dict[str, tuple[str, ...]]:
    """Return each municipality's nearest by size (logarithm) and unemployment, both in standard deviations."""
    features = np.stack([np.log(population.reindex(codes)), unemployment.reindex(codes)], axis=1)
    features = (features - np.nanmean(features, axis=0)) / np.nanstd(features, axis=0)
    features = np.nan_to_num(features)
    distance = np.linalg.norm(features[:, None, :] - features[None, :, :], axis=2)
    np.fill_diagonal(distance, np.inf)
    order = np.argsort(distance, axis=1, kind="stable")[:, :count]
    return {code: tuple(codes[place] for place in order[row]) for row, code in enumerate(codes)}


def expected_levels(
    places: pd.DataFrame, population: pd.Series[float], unemployment: pd.Series[float]
) -> pd.DataFrame:
    """What is normal for a municipality of that size, unemployment and history, in the panel's last year.

    A regression of the log level on log population, unemployment and the log of the mean level some years back. Each
    municipality's expectation comes from all others (leave one out), and the width of its interval is what 80 % of
    the nearest in size missed by.

    Parameters
    ----------
    places
        Municipalities x years, per cent.

    Returns
    -------
    DataFrame
        ``expected, expected_low, expected_high`` in per cent; NaN where history, size or unemployment is not known.
    """
    last = int(places.columns[-1])
    past = places.loc[:, last - HISTORY[0] : last - HISTORY[1]]
    history = np.log(past.mean(axis=1))
    x = np.column_stack(
        [np.ones(len(places)), np.log(population), unemployment.to_numpy(dtype=float), history]
    )
    y = np.log(places[last].where(places[last] > 0)).to_numpy(dtype=float)
    usable = np.isfinite(x).all(axis=1)
    known = usable & np.isfinite(y)
    gram = np.linalg.inv(x[known].T @ x[known])
    beta = gram @ x[known].T @ y[known]
    leverage = np.einsum("ij,jk,ik->i", x[known], gram, x[known])
    missed = (y[known] - x[known] @ beta) / (1 - leverage)
    centre = np.full(len(places), np.nan)
    centre[usable] = x[usable] @ beta
    centre[known] = y[known] - missed
    width = np.full(len(places), np.nan)
    size = x[known, 1]
    for row in np.flatnonzero(usable):
        gap = np.abs(size - x[row, 1])
        gap[np.flatnonzero(known) == row] = np.inf
        lenders = np.argsort(gap, kind="stable")[:LENDERS]
        width[row] = np.quantile(np.abs(missed[lenders]), 0.8)
    return pd.DataFrame(
        {
            "expected": np.exp(centre),
            "expected_low": np.exp(centre - width),
            "expected_high": np.exp(centre + width),
        },
        index=places.index,
    )


def _foreseen(
    levels: pd.DataFrame, sizes: Mapping[str, float], codes: list[str], origin: int, year: int
) -> pd.DataFrame:
    """What the model would have said of `year` in `origin`, beside what happened; NaN where either is not known."""
    fit = fit_panel(levels.loc[:, :origin], sizes)
    common = draw_common(fit, year - origin, draws=DRAWS)
    rows = []
    for code in codes:
        start, outcome = float(levels.loc[code, origin]), float(levels.loc[code, year])
        row = dict.fromkeys(("yearly", "foreseen", "foreseen_low", "foreseen_high", "position"), np.nan)
        if np.isfinite(start) and np.isfinite(outcome) and start > 0:
            draws = panel_paths(fit, code, year - origin, common=common).draws[:, -1]
            row["yearly"] = 100 * ((outcome / start) ** (1 / (year - origin)) - 1)
            row["foreseen_low"], row["foreseen"], row["foreseen_high"] = np.quantile(draws, [0.1, 0.5, 0.9])
            row["position"] = float(np.mean(draws <= outcome))
        rows.append({"start_year": origin, "start": start, **row})
    return pd.DataFrame(rows, index=pd.Index(codes, name="code"))
