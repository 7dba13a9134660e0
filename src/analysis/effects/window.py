"""From the wide panel to one complete comparison: which municipalities, which years, and who is left out.

The written rules:

* **Gaps.** A year that is missing is missing. A municipality without all the years of the window takes no
  part as a donor, and the number left out is reported. A studied municipality without them cannot be
  assessed. Nothing is interpolated and nothing becomes zero.
* **Jumps.** Where a share before the start has moved by more than a factor of 1.65 (e^0.5) from one year to
  the next, beside what the median municipality did, the series stays in the panel but not among the donors:
  its history says more about its bookkeeping than about its people. Later jumps are kept: such things happen,
  and the placebo distribution must know it. A studied municipality with such a jump is assessed and flagged.
* **Order.** Municipalities are sorted by code, so that no result depends on the order of the input.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.effects.problem import Problem

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

NATION: Final = "0000"
MIN_PRE_YEARS: Final = 5
MIN_DONORS: Final = 20
JUMP_LIMIT: Final = 0.5


@dataclass(frozen=True)
class Window:
    """A complete block of the panel around a start year.

    Attributes
    ----------
    codes
        Municipality codes, sorted, length N.
    years
        Calendar years, length T.
    outcome
        Share in per cent, shape (N, T), no gaps.
    n_pre
        Years before the start.
    donor
        Which rows may serve as donors and placebos, shape (N,).
    reference
        The nation, shape (T,), or None where it is not complete.
    size
        Population, shape (N,), or None.
    covariate
        A covariate known at the start, shape (N,), or None.
    incomplete, jumped
        Codes left out by the rule on gaps and by the rule on jumps.
    log
        Whether estimators work on logarithms. Effects are always in percentage points.
    """

    codes: tuple[str, ...]
    years: tuple[int, ...]
    outcome: Array
    n_pre: int
    donor: Mask
    reference: Array | None
    size: Array | None
    covariate: Array | None
    incomplete: tuple[str, ...]
    jumped: tuple[str, ...]
    log: bool = False

    @property
    def n_post(self) -> int:
        """Years from the start."""
        return len(self.years) - self.n_pre

    def row(self, code: str) -> int:
        """Row of a municipality; ValueError if it is not in the window."""
        return self.codes.index(code)

    @cached_property
    def modelled(self) -> Array:
        """Outcome on the modelling scale, shape (N, T)."""
        return np.log(self.outcome) if self.log else self.outcome

    @cached_property
    def masks(self) -> dict[object, Mask]:
        """Donors already chosen, by pool, row and rows left out: the same for every design."""
        return {}

    def problem(self, row: int, donors: Mask) -> Problem:
        """The comparison of one row with the donors in the mask, on the modelling scale."""
        scale = self.modelled
        reference = self.reference
        if reference is not None and self.log:
            reference = np.log(reference)
        return Problem(
            target=scale[row],
            donors=scale[donors],
            n_pre=self.n_pre,
            reference=reference,
            target_covariate=None if self.covariate is None else float(self.covariate[row]),
            donor_covariates=None if self.covariate is None else self.covariate[donors],
            target_size=None if self.size is None else float(self.size[row]),
            donor_size=None if self.size is None else self.size[donors],
        )

    def to_share(self, path: Array) -> Array:
        """From the modelling scale back to per cent."""
        return np.exp(path) if self.log else path


def build_window(
    wide: pd.DataFrame,
    start_year: int,
    last_year: int,
    *,
    first_year: int | None = None,
    population: pd.Series | None = None,
    covariate: pd.Series | None = None,
    log: bool = False,
) -> Window:
    """Cut a complete window out of the wide panel.

    Parameters
    ----------
    wide
        Index municipality code ("0000" = the nation), columns int years, per cent, NaN = missing.
    start_year, last_year
        First year that the plan can have affected, and last year looked at.
    first_year
        First pre-year; default the panel's first.
    population, covariate
        Per municipality code; a municipality without them is incomplete. A covariate or population
        must be known at the start (never a later year: it could itself be an effect of the plan).
    log
        Let estimators work on logarithms; municipalities with a zero share are then incomplete.

    Returns
    -------
    Window
        Possibly empty; `why_not` says whether it can carry an assessment.
    """
    first = int(min(wide.columns)) if first_year is None else first_year
    years = tuple(year for year in range(first, last_year + 1))
    block = wide.reindex(columns=list(years)).astype(float).sort_index()
    nation = block.loc[NATION].to_numpy() if NATION in block.index else np.full(len(years), np.nan)
    places = block.drop(index=NATION, errors="ignore")
    extra = pd.DataFrame(
        {"population": population, "covariate": covariate}
        if population is not None
        else {"covariate": covariate},
        index=places.index,
    ).dropna(axis=1, how="all")
    usable = places.notna().all(axis=1) & extra.reindex(places.index).notna().all(axis=1)
    if log:
        usable &= (places > 0).all(axis=1)
    complete, n_pre = places[usable], start_year - first
    outcome = complete.to_numpy(dtype=np.float64)
    jumped = _jumps(outcome[:, : max(n_pre, 0)])
    return Window(
        codes=tuple(str(code) for code in complete.index),
        years=years,
        outcome=outcome,
        n_pre=n_pre,
        donor=~jumped,
        reference=nation if np.isfinite(nation).all() else None,
        size=_column(extra, "population", usable),
        covariate=_column(extra, "covariate", usable),
        incomplete=tuple(str(code) for code in places.index[~usable]),
        jumped=tuple(str(code) for code in complete.index[jumped]),
        log=log,
    )


def population_before(population: pd.DataFrame, start_year: int) -> pd.Series:
    """Each municipality's latest population before the start (its earliest one where there is none), by code."""
    years = sorted(population.columns)
    before = population[[year for year in years if year < start_year]]
    latest = (
        before.ffill(axis=1).iloc[:, -1] if before.shape[1] else pd.Series(np.nan, index=population.index)
    )
    return latest.fillna(population[years].bfill(axis=1).iloc[:, 0])


def _column(extra: pd.DataFrame, name: str, usable: pd.Series) -> Array | None:
    return extra.loc[usable, name].to_numpy(dtype=np.float64) if name in extra else None


def _jumps(pre: Array) -> Mask:
    """Rows whose log change departs from the median's by more than the limit in some pre-year."""
    if pre.shape[0] == 0 or pre.shape[1] < 2:
        return np.zeros(pre.shape[0], dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.diff(np.log(pre), axis=1)
    typical = np.nanmedian(np.where(np.isfinite(change), change, np.nan), axis=0)
    jumped: Mask = ~(np.abs(change - typical) <= JUMP_LIMIT).all(axis=1)
    return jumped


def why_not(window: Window, wide: pd.DataFrame, code: str) -> str | None:
    """Why the municipality cannot be assessed in this window, one Swedish sentence, or None."""
    if code not in wide.index:
        return f"Kommunen med kod {code} finns inte i underlaget."
    if window.n_pre < MIN_PRE_YEARS:
        return (
            f"Det finns bara {max(window.n_pre, 0)} år före starten; minst {MIN_PRE_YEARS} behövs för att veta "
            "hur kommunen brukar följa andra."
        )
    if window.n_post < 1:
        return "Inget år efter starten är känt ännu."
    own = wide.reindex(columns=list(window.years)).loc[code].astype(float)
    gaps = [str(year) for year in window.years if not np.isfinite(own[year])]
    if gaps:
        return f"Kommunens andel saknas för {', '.join(gaps)}; saknade år fylls aldrig i."
    if code not in window.codes:
        return "Kommunen saknar folkmängd, jämförelsevariabel eller en andel över noll, som modellen behöver."
    row = window.row(code)
    if np.ptp(window.outcome[row, : window.n_pre]) == 0:
        return "Kommunens andel är exakt densamma alla år före starten; serien säger inget om hur den brukar röra sig."
    donors = window.donor.copy()
    donors[row] = False
    if donors.sum() < MIN_DONORS:
        return (
            f"Det finns bara {int(donors.sum())} kommuner att jämföra med; minst {MIN_DONORS} behövs för att se "
            "hur stora avvikelser som är vanliga utan plan."
        )
    if np.ptp(window.outcome[donors], axis=1).max() == 0:
        return "Jämförelsekommunernas andelar ändras aldrig; det går inte att se hur stora avvikelser som är vanliga."
    return None
