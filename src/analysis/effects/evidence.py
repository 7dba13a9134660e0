"""One design applied to one municipality, with its placebo distributions: what all checks start from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.effects.entry import Entry
from analysis.effects.placebo import (
    Fit,
    PlaceboDistribution,
    fit_row,
    placebo_gaps,
    scale_features,
    studentise,
)
from analysis.effects.window import Window, build_window, population_before, why_not

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """The tables an evaluation reads; all have index municipality code and columns int years.

    Attributes
    ----------
    shares
        Share of residents, per cent; "0000" is the nation.
    population
        Residents, or None.
    unemployment
        Unemployment, per cent, or None. Only the last year before a start is read, so breaks between
        years do not matter.
    """

    shares: pd.DataFrame
    population: pd.DataFrame | None = None
    unemployment: pd.DataFrame | None = None

    def window(
        self, start_year: int, last_year: int, *, log: bool = False, covariate: bool = False
    ) -> Window:
        """The window around a start year; population and covariate as known before it."""
        population = None if self.population is None else population_before(self.population, start_year)
        control = None
        if covariate and self.unemployment is not None:
            control = last_before(self.unemployment, start_year)
        return build_window(
            self.shares, start_year, last_year, population=population, covariate=control, log=log
        )


def last_before(table: pd.DataFrame, start_year: int) -> pd.Series | None:
    """The last year before the start that at least half of the municipalities have, or None."""
    years = [year for year in table.columns if year < start_year and table[year].notna().mean() >= 0.5]
    return table[max(years)] if years else None


@dataclass(frozen=True)
class Evidence:
    """A fit and its placebos.

    Attributes
    ----------
    window, row, entry
        Where, who, and with which design.
    columns
        Positions of the evaluated years among the post-years.
    fit
        The studied municipality.
    placebo_rows
        Rows of the placebos, shape (M,).
    placebo_gaps
        Their deviations in all post-years, shape (M, n_post).
    yearly, mean
        Placebo distributions of each evaluated year's effect and of their mean.
    """

    window: Window
    row: int
    entry: Entry
    columns: tuple[int, ...]
    fit: Fit
    placebo_rows: NDArray[np.intp]
    placebo_gaps: Array
    yearly: tuple[PlaceboDistribution, ...]
    mean: PlaceboDistribution

    @property
    def gaps(self) -> Array:
        """The studied municipality's deviations in the evaluated years."""
        return self.fit.gap[self.window.n_pre :][list(self.columns)]

    @property
    def estimate(self) -> float:
        """Mean deviation over the evaluated years, percentage points."""
        return float(self.gaps.mean())

    def placebos(self) -> pd.DataFrame:
        """Every placebo's mean deviation in the evaluated years, procentenheter, largest decrease first."""
        return pd.DataFrame(
            {
                "kommun_kod": [self.window.codes[row] for row in self.placebo_rows],
                "avvikelse": self.placebo_gaps[:, list(self.columns)].mean(axis=1),
            }
        ).sort_values("avvikelse", ignore_index=True)

    @property
    def p_value(self) -> float:
        """Of the placebo test in space."""
        return self.mean.p_value(self.estimate)


def gather(
    panel: Panel, municipality: str, start_year: int, eval_years: tuple[int, ...], entry: Entry
) -> Evidence | str:
    """Apply a design and its placebos.

    Parameters
    ----------
    eval_years
        Years over which the effect is averaged, all known and from the start on.

    Returns
    -------
    Evidence or str
        The evidence, or the Swedish reason why there is none.
    """
    window = panel.window(start_year, max(eval_years), log=entry.log)
    reason = why_not(window, panel.shares, municipality)
    if reason is not None:
        return reason
    row = window.row(municipality)
    columns = tuple(year - start_year for year in eval_years)
    rows, gaps = placebo_gaps(window, entry.estimator, entry.pool, row)
    features = scale_features(window)

    def spread(quantity: Array) -> PlaceboDistribution:
        return studentise(features[rows], features[row], quantity)

    return Evidence(
        window=window,
        row=row,
        entry=entry,
        columns=columns,
        fit=fit_row(window, entry.estimator, entry.pool, row),
        placebo_rows=rows,
        placebo_gaps=gaps,
        yearly=tuple(spread(gaps[:, column]) for column in columns),
        mean=spread(gaps[:, list(columns)].mean(axis=1)),
    )
