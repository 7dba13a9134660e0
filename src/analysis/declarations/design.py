"""The declared tests: the country against its forecast, the dose across municipalities, and each municipality.

All three compare outcomes of year ``t`` with the panel forecast made from what was known ``horizon`` years before. A
reform that hits every municipality at once has no untreated municipality to compare with. What is left is (a) how unusual
the country's own deviation is among the forecast's futures, (b) whether municipalities with more of what the reform
touches deviate more than in years without one, and (c) which municipalities deviate from all the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from analysis.forecasts.panel_model import fit_panel
from analysis.forecasts.panel_paths import draw_common, panel_paths
from analysis.sources.observation import RIKET

Array = NDArray[np.float64]
SEED: Final = 20261126
#: Years of history that the panel model needs before an origin can be a placebo.
FIRST_ORIGIN: Final = 3


@dataclass(frozen=True)
class Futures:
    """What was to be expected of every municipality, from one origin.

    Attributes
    ----------
    origin
        Last year that the forecast knew.
    years
        The forecast years, origin + 1 and on.
    codes
        Municipality codes and riket.
    draws
        Possible levels, per cent: codes x draws x years. Draw ``i`` is the same national future in every municipality.
    """

    origin: int
    years: tuple[int, ...]
    codes: tuple[str, ...]
    draws: Array

    def of(self, code: str, year: int) -> Array:
        """Draws of one municipality and year, shape (draws,)."""
        return np.asarray(self.draws[self.codes.index(code), :, self.years.index(year)])

    @cached_property
    def medians(self) -> Array:
        """Middle of each municipality's draws, shape (years, codes)."""
        return np.stack([np.median(self.draws[:, :, place], axis=1) for place in range(len(self.years))])

    @cached_property
    def log_spreads(self) -> Array:
        """Standard deviation of each municipality's log draws, shape (years, codes)."""
        places = range(len(self.years))
        return np.stack([np.log(np.maximum(self.draws[:, :, place], 1e-6)).std(axis=1) for place in places])


@dataclass(frozen=True)
class NationTest:
    """The country against its forecast.

    Attributes
    ----------
    observed, expected
        Per cent; the forecast's median.
    low, high
        The interval at the declared level.
    p_value
        Two-sided: how often the forecast's futures lie at least as far out.
    """

    year: int
    observed: float
    expected: float
    low: float
    high: float
    p_value: float

    @property
    def gap(self) -> float:
        """Observed less expected, percentage points."""
        return self.observed - self.expected


@dataclass(frozen=True)
class DoseTest:
    """Whether municipalities with a higher dose deviate more.

    Attributes
    ----------
    slope
        Log deviation for one standard deviation more of the log dose; -0.05 = five per cent lower.
    reference
        Slopes of placebo years, shape (n,).
    p_value
        Two-sided, of the slope as one more draw from the placebo years' distribution (t, n - 1 degrees of freedom).
    """

    year: int
    slope: float
    reference: Array
    p_value: float


@dataclass(frozen=True)
class MunicipalTests:
    """Each municipality beside the others.

    Attributes
    ----------
    table
        Index code; ``observed, expected, p_value, own_p_value, named``. `own_p_value` is of the deviation less the
        median municipality's; `named` holds the false discovery rate.
    outside
        Share of municipalities outside their own interval at the declared level.
    """

    year: int
    table: pd.DataFrame
    outside: float


def futures(
    levels: pd.DataFrame, sizes: Mapping[str, float], horizon: int, *, draws: int, seed: int = SEED
) -> Futures:
    """Forecast every municipality with a known value from the last column of `levels`."""
    fit = fit_panel(levels, sizes)
    common = draw_common(fit, horizon, draws=draws, seed=seed)
    paths = [panel_paths(fit, code, horizon, common=common).draws for code in fit.kommuner]
    years = tuple(range(fit.last_year + 1, fit.last_year + 1 + horizon))
    return Futures(fit.last_year, years, fit.kommuner, np.stack(paths))


def tail(draws: Array, observed: float) -> float:
    """Two-sided p-value of a value among equally probable futures; never nil."""
    below, above = int((draws <= observed).sum()), int((draws >= observed).sum())
    return float(min(1.0, 2.0 * (min(below, above) + 1) / (draws.size + 1)))


def nation_test(expected: Futures, outcome: pd.Series[float], year: int, level: float) -> NationTest | None:
    """The country against its forecast; None where riket has no value."""
    observed = float(outcome.get(RIKET, np.nan))
    if not np.isfinite(observed) or RIKET not in expected.codes:
        return None
    draws = expected.of(RIKET, year)
    low, high = np.quantile(draws, [level / 2, 1 - level / 2])
    return NationTest(year, observed, float(np.median(draws)), float(low), float(high), tail(draws, observed))


def dose_slope(expected: Futures, outcome: pd.Series[float], dose: pd.Series[float], year: int) -> float:
    """Weighted least squares of the log deviation on the standardised log dose; NaN with fewer than fifty values."""
    place = expected.years.index(year)
    observed = outcome.reindex(list(expected.codes)).to_numpy(dtype=float)
    given = dose.reindex(list(expected.codes)).to_numpy(dtype=float)
    middle, spread = expected.medians[place], expected.log_spreads[place]
    kept = (observed > 0) & (given > 0) & ~np.isnan(middle) & ~np.isnan(spread)
    kept &= np.array(expected.codes) != RIKET
    if kept.sum() < 50:
        return float("nan")
    x = np.log(given[kept])
    x = (x - x.mean()) / x.std()
    y = np.log(observed[kept] / middle[kept])
    y = np.clip(y, np.quantile(y, 0.01), np.quantile(y, 0.99))
    weight = 1.0 / spread[kept] ** 2
    centred = x - np.average(x, weights=weight)
    return float((weight * centred * y).sum() / (weight * centred**2).sum())


def dose_test(slope: float, reference: Array, year: int) -> DoseTest:
    """Judge a slope against those of placebo years: as one more draw from their distribution."""
    known = reference[np.isfinite(reference)]
    spread = known.std(ddof=1) * np.sqrt(1.0 + 1.0 / known.size)
    p_value = 2.0 * stats.t.sf(abs(slope - known.mean()) / spread, known.size - 1)
    return DoseTest(year, slope, known, float(p_value))


def municipal_tests(
    expected: Futures, outcome: pd.Series[float], year: int, *, level: float, false_share: float
) -> MunicipalTests:
    """Each municipality against its own forecast, and against what the others deviated."""
    codes = [code for code in expected.codes if code != RIKET and np.isfinite(outcome.get(code, np.nan))]
    rows = [expected.codes.index(code) for code in codes]
    draws = expected.draws[rows][:, :, expected.years.index(year)]
    observed = outcome.loc[codes].to_numpy(dtype=float)
    log = np.log(np.maximum(draws, 1e-6))
    deviation = np.log(np.maximum(observed, 1e-6)) - np.median(log, axis=1)
    shared = log - np.median(
        log, axis=0
    )  # what is left of each future when the median municipality's is taken away
    own = deviation - np.median(deviation)
    centre = np.median(shared, axis=1, keepdims=True)
    own_p = np.array([tail(row, value) for row, value in zip(shared - centre, own, strict=True)])
    p_value = np.array([tail(row, value) for row, value in zip(draws, observed, strict=True)])
    table = pd.DataFrame(
        {
            "observed": observed,
            "expected": np.median(draws, axis=1),
            "p_value": p_value,
            "own_p_value": own_p,
            "named": stats.false_discovery_control(own_p) <= false_share,
        },
        index=pd.Index(codes, name="kommun_kod"),
    )
    return MunicipalTests(year, table, float((p_value <= level).mean()))


@dataclass(frozen=True)
class PlaceboTable:
    """What the declared tests say of years without the reform.

    Attributes
    ----------
    table
        One row a placebo year and horizon: ``year, horizon, nation_gap, nation_p, slope, slope_p, outside``.
    false_alarms
        Share of municipality-years outside their own interval at the declared level, by horizon.
    level
        The declared level.
    """

    table: pd.DataFrame
    false_alarms: pd.Series[float]
    level: float


def placebo_table(
    levels: pd.DataFrame,
    sizes: Mapping[str, float],
    *,
    first: int,
    last: int,
    horizons: tuple[int, ...],
    level: float,
    false_share: float,
    draws: int,
) -> PlaceboTable:
    """Treat every year from `first` to `last` as if a reform had come then; each slope is judged by the other years'."""
    start = max(first, int(levels.columns[0]) + FIRST_ORIGIN + 1)
    rows = []
    for origin in range(start - 1, last):
        reach = [horizon for horizon in horizons if start <= origin + horizon <= last]
        if not reach:
            continue
        expected = futures(levels.loc[:, :origin], sizes, max(reach), draws=draws)
        for horizon in reach:
            year = origin + horizon
            outcome = levels[year]
            nation = nation_test(expected, outcome, year, level)
            tests = municipal_tests(expected, outcome, year, level=level, false_share=false_share)
            rows.append(
                {
                    "year": year,
                    "horizon": horizon,
                    "nation_gap": nation.gap if nation else np.nan,
                    "nation_p": nation.p_value if nation else np.nan,
                    "slope": dose_slope(expected, outcome, levels[origin], year),
                    "outside": tests.outside,
                    "named": int(tests.table["named"].sum()),
                    "municipalities": len(tests.table),
                }
            )
    table = pd.DataFrame(rows).sort_values(["horizon", "year"], ignore_index=True)
    table["slope_p"] = [
        dose_test(
            row.slope,
            table.loc[(table["horizon"] == row.horizon) & (table["year"] != row.year), "slope"].to_numpy(),
            row.year,
        ).p_value
        for row in table.itertuples()
    ]
    weighted = table.assign(number=table["outside"] * table["municipalities"]).groupby("horizon")
    share = weighted["number"].sum() / weighted["municipalities"].sum()
    return PlaceboTable(table, share, level)


def detectable(draws: Array, level: float, power: float = 0.8) -> float:
    """Smallest decrease, in per cent of the expected level, that the interval sees with probability `power`."""
    low = float(np.quantile(draws, level / 2))
    return float(100.0 * (1.0 - low / np.quantile(draws, power)))


def detectable_slope(reference: Array, level: float, power: float = 0.8) -> float:
    """Smallest slope (absolute, log units) that the dose test sees with probability `power`."""
    known = reference[np.isfinite(reference)]
    spread = known.std(ddof=1) * np.sqrt(1.0 + 1.0 / known.size)
    freedom = known.size - 1
    return float(spread * (stats.t.isf(level / 2, freedom) + stats.t.isf(1.0 - power, freedom)))
