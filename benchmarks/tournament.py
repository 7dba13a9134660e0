"""The tournament: every municipality in turn as if it had had a plan, so that the designs can be measured.

No municipality's error is hidden behind its fit: the pseudo-start is moved through the years, the design
sees only what came before, and what it expected is compared with what happened. The true effect is zero
(or a known one, added afterwards), so errors, false alarms, power and coverage can be counted.

One shortcut: when municipality i is judged, the placebo errors of the others have i among their donors
(one in nearly three hundred), where the real evaluation leaves it out.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.effects.entry import Entry
from analysis.effects.placebo import post_gaps
from analysis.effects.window import MIN_PRE_YEARS, Window, build_window, population_before

Array = NDArray[np.float64]

#: Size classes by population: the name is the class's lower bound in thousands.
SIZE_BOUNDS: Final = (0.0, 10_000.0, 20_000.0, 50_000.0, 100_000.0, np.inf)
SIZE_LABELS: Final = ("under 10", "10-20", "20-50", "50-100", "100 and more")


def run(
    wide: pd.DataFrame,
    population: pd.DataFrame,
    entries: tuple[Entry, ...],
    starts: tuple[int, ...],
    *,
    horizon: int = 3,
    processes: int = 1,
) -> pd.DataFrame:
    """Errors of every entry for every municipality at every pseudo-start.

    Parameters
    ----------
    wide
        The panel, see `build_window`.
    population
        Index code, columns years.
    entries, starts
        Competitors and pseudo-starts.
    horizon
        Years from the start to follow, as far as the panel goes.
    processes
        Parallel processes; the result does not depend on it.

    Returns
    -------
    pandas.DataFrame
        Columns entry, start, years (1 = first year, 2 = mean of two, ...), code, error (percentage points),
        population, level (last year before, per cent).
    """
    jobs = [(wide, population, entry, start, horizon) for entry in entries for start in starts]
    if processes == 1:
        tables = [_errors(*job) for job in jobs]
    else:
        with ProcessPoolExecutor(processes) as workers:
            tables = list(workers.map(_errors, *zip(*jobs, strict=True)))
    return pd.concat(tables, ignore_index=True)


def _errors(
    wide: pd.DataFrame, population: pd.DataFrame, entry: Entry, start: int, horizon: int
) -> pd.DataFrame:
    """Errors of one entry at one pseudo-start."""
    window = tournament_window(wide, population, start, horizon, log=entry.log)
    rows = np.flatnonzero(window.donor)
    gaps = post_gaps(window, entry.estimator, entry.pool, rows)
    means = np.cumsum(gaps, axis=1) / np.arange(1, gaps.shape[1] + 1)
    assert window.size is not None
    parts = [
        pd.DataFrame(
            {
                "entry": entry.name,
                "start": start,
                "years": column + 1,
                "code": [window.codes[row] for row in rows],
                "error": means[:, column],
                "population": window.size[rows],
                "level": window.outcome[rows, window.n_pre - 1],
            }
        )
        for column in range(means.shape[1])
    ]
    return pd.concat(parts, ignore_index=True)


def tournament_window(
    wide: pd.DataFrame, population: pd.DataFrame, start: int, horizon: int, *, log: bool = False
) -> Window:
    """The window of one pseudo-start, with the population known before it."""
    last = min(start + horizon - 1, int(max(wide.columns)))
    if start - int(min(wide.columns)) < MIN_PRE_YEARS:
        raise ValueError(f"a pseudo-start needs {MIN_PRE_YEARS} years before it")
    return build_window(wide, start, last, population=population_before(population, start), log=log)


def size_class(population: pd.Series) -> pd.Series:
    """Size class of each population."""
    return pd.cut(population, list(SIZE_BOUNDS), right=False, labels=list(SIZE_LABELS))


def criterion(errors: pd.DataFrame, benchmark: str) -> pd.Series:
    """The rule that picks the default: mean over size classes and horizons of log RMSE against a benchmark.

    Each size class counts the same, so that the many small and noisy municipalities do not decide alone.

    Returns
    -------
    pandas.Series
        By entry, sorted: geometric mean of RMSE relative to ``benchmark`` (1 = as good, lower is better).
    """
    table = errors.assign(cls=size_class(errors["population"]), square=errors["error"] ** 2)
    mean = table.groupby(["entry", "cls", "years"], observed=True)["square"].mean()
    by_entry = mean.reset_index().pivot_table("square", ["cls", "years"], "entry", observed=True)
    log_rmse = 0.5 * np.log(by_entry)
    relative = np.exp(log_rmse.sub(log_rmse[benchmark], axis=0).mean())
    return relative.sort_values(kind="stable")
