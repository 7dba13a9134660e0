"""The specification curve: every reasonable way of counting at once, and the same curve for everyone else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.effects.designs import ALL, LARGE_POOL, NEAREST
from analysis.effects.did import DifferenceInDifferences
from analysis.effects.evidence import Panel
from analysis.effects.factor_model import InteractiveFixedEffects
from analysis.effects.lag_regression import ConditionalTrend
from analysis.effects.placebo import post_gaps, scale_features, studentise
from analysis.effects.pools import LARGE, Pool
from analysis.effects.problem import Estimator
from analysis.effects.synthetic_control import SyntheticControl
from analysis.effects.synthetic_did import SyntheticDiD
from analysis.effects.window import Window, why_not
from foundation.swedish import decimal, points

ESTIMATORS: Final[tuple[Estimator, ...]] = (
    DifferenceInDifferences(),
    DifferenceInDifferences(1),
    SyntheticControl(),
    SyntheticControl(intercept=True, ridge=1.0),
    SyntheticDiD(),
    InteractiveFixedEffects(2),
    ConditionalTrend(),
)


#: A pool with fewer donors than this is no comparison.
MIN_POOL: Final = 10


@dataclass(frozen=True)
class SpecificationCurve:
    """Estimates under every specification.

    Attributes
    ----------
    table
        One row a specification, sorted by estimate: estimator, pool, start, scale, unemployment, estimate,
        p_value, significant.
    median
        Median estimate, percentage points; None where there is no specification.
    median_p
        Share of municipalities, the studied one counted, whose own median strays at least as far for
        its size and level.
    sentence
        The curve in one Swedish sentence, from all specifications.
    """

    table: pd.DataFrame
    median: float | None
    median_p: float | None
    sentence: str

    def share_same_sign(self, estimate: float) -> float | None:
        """Share of specifications on the same side of zero as ``estimate``."""
        if self.table.empty:
            return None
        return float((np.sign(self.table["estimate"]) == np.sign(estimate)).mean())


def specification_curve(
    panel: Panel, municipality: str, start_years: tuple[int, ...], eval_years: tuple[int, ...]
) -> SpecificationCurve:
    """Estimate the mean effect over ``eval_years`` in every specification, with placebos in each.

    Parameters
    ----------
    start_years
        Start years to try, all at or before the first evaluated year.
    eval_years
        Years averaged, the same in every specification.
    """
    rows, placebos = [], []
    for start in start_years:
        for log in (False, True):
            for covariate in (False, True) if panel.unemployment is not None else (False,):
                window = panel.window(start, max(eval_years), log=log, covariate=covariate)
                if why_not(window, panel.shares, municipality) is not None:
                    continue
                if covariate and window.covariate is None:
                    continue
                found = _window_rows(window, municipality, eval_years, covariate)
                for row, gaps in found:
                    rows.append({**row, "start": start, "scale": "log" if log else "nivå"})
                    placebos.append(gaps)
    if not rows:
        text = "Specifikationskurvan gick inte att räkna fram: ingen specifikation har tillräckligt underlag."
        return SpecificationCurve(pd.DataFrame(columns=["estimate"]), None, None, text)
    table = pd.DataFrame(rows).sort_values(["estimate", "estimator", "pool", "start", "scale"], kind="stable")
    median = float(table["estimate"].median())
    median_p = _median_test(panel, municipality, start_years, eval_years, placebos, median)
    return SpecificationCurve(
        table.reset_index(drop=True), median, median_p, _sentence(table, median, median_p)
    )


def _window_rows(
    window: Window, municipality: str, eval_years: tuple[int, ...], covariate: bool
) -> list[tuple[dict[str, object], pd.Series]]:
    """All estimators and pools in one window; with the covariate only designs that can use it."""
    own = window.row(municipality)
    post = [window.years.index(year) - window.n_pre for year in eval_years]
    pools: list[Pool] = [ALL, NEAREST]
    if window.size is not None and window.size[own] >= LARGE:
        pools.insert(1, LARGE_POOL)
    estimators = (ConditionalTrend(),) if covariate else ESTIMATORS
    features = scale_features(window)
    found: list[tuple[dict[str, object], pd.Series]] = []
    for estimator in estimators:
        for pool in pools:
            if pool.select(window, own).sum() < MIN_POOL:
                continue
            rows = _placebo_rows(window, own, pool)
            everyone = np.append(rows, own)
            means = post_gaps(window, estimator, pool, everyone, (own,))[:, post].mean(axis=1)
            gaps, estimate = means[:-1], float(means[-1])
            spread = studentise(features[rows], features[own], gaps)
            p_value = spread.p_value(estimate)
            found.append(
                (
                    {
                        "estimator": estimator.label,
                        "pool": pool.label,
                        "unemployment": "med" if covariate else "utan",
                        "estimate": estimate,
                        "p_value": p_value,
                        "significant": p_value <= 0.05,
                    },
                    pd.Series(gaps, index=[window.codes[row] for row in rows]),
                )
            )
    return found


def _placebo_rows(window: Window, own: int, pool: Pool) -> np.ndarray:
    """Who serves as placebo: every donor, or every large one where only large ones are compared."""
    eligible = window.donor & (np.arange(len(window.codes)) != own)
    if pool is LARGE_POOL and window.size is not None:
        eligible &= window.size >= LARGE
    return np.flatnonzero(eligible)


def _median_test(
    panel: Panel,
    municipality: str,
    start_years: tuple[int, ...],
    eval_years: tuple[int, ...],
    placebos: list[pd.Series],
    median: float,
) -> float:
    """Placebo test of the curve's median: everyone else has a curve too."""
    medians = pd.concat(placebos, axis=1).median(axis=1).sort_index()
    window = panel.window(max(start_years), max(eval_years))
    kept = [code for code in medians.index if code in window.codes]
    features = scale_features(window)
    rows = [window.row(code) for code in kept]
    spread = studentise(features[rows], features[window.row(municipality)], medians[kept].to_numpy())
    return spread.p_value(median)


def _sentence(table: pd.DataFrame, median: float, median_p: float) -> str:
    lower = int((table["estimate"] < 0).sum())
    significant = int(table["significant"].sum())
    return (
        f"Av {len(table)} rimliga sätt att räkna ger {lower} en lägre andel än väntat och {len(table) - lower} en högre "
        f"(från {decimal(float(table['estimate'].min()), 2, sign=True)} till {points(float(table['estimate'].max()))}, "
        f"median {points(median)}); {significant} av dem skiljer sig från noll på femprocentsnivån. "
        f"Samma kurva för andra kommuner har en minst lika avvikande median i {100 * median_p:.0f} procent av fallen."
    )
