"""Carry out what was declared: the same tests, on the outcomes that have come, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from analysis.declarations.design import (
    FIRST_ORIGIN,
    SEED,
    DoseTest,
    Futures,
    MunicipalTests,
    NationTest,
    PlaceboTable,
    dose_slope,
    dose_test,
    municipal_tests,
    nation_test,
)
from analysis.declarations.model import Declaration, Outcome, Rule
from analysis.effects.estimate import CLEAR, NOT_ASSESSABLE, NOT_DISTINGUISHABLE, WEAK, Verdict
from analysis.effects.multiplicity import holm
from analysis.forecasts.panel_model import PanelSettings

Array = NDArray[np.float64]
#: A year counts as known when at least this share of the municipalities have a value.
KNOWN_SHARE: Final = 0.8
#: Fewer placebo years than this and the dose test has nothing to be judged against.
LEAST_YEARS: Final = 5


def settings() -> dict[str, object]:
    """Every choice in the code that a judgement depends on; a lock covers them."""
    return {
        "modell": asdict(PanelSettings()),
        "frö": SEED,
        "första ursprung": FIRST_ORIGIN,
        "känd andel": KNOWN_SHARE,
        "minsta placeboår": LEAST_YEARS,
    }


@dataclass(frozen=True)
class Judgement:
    """One declared outcome, judged.

    Attributes
    ----------
    outcome
        What was declared.
    nation, dose, municipal
        The three tests; `dose` is None with too few placebo years, `nation` without a value for riket.
    adjusted
        Holm-adjusted p-values of the first two, in that order; NaN for one that could not be made.
    own
        A plan's declaration: its municipality's deviation from what the others deviated, as a p-value; else None.
    verdict
        By the declared rule: of `own` for a plan, else of the two national tests.
    """

    outcome: Outcome
    nation: NationTest | None
    dose: DoseTest | None
    municipal: MunicipalTests
    adjusted: tuple[float, float]
    own: float | None
    verdict: Verdict


def judge(
    declaration: Declaration,
    expected: Futures,
    levels: pd.DataFrame,
    dose: pd.Series[float],
    placebo: PlaceboTable,
) -> tuple[tuple[Judgement, ...], tuple[Outcome, ...]]:
    """Judge the declared outcomes that are known; returns the judgements and the outcomes still waited for."""
    judged, waiting = [], []
    for outcome in declaration.utfall:
        if not is_known(levels, outcome.ar):
            waiting.append(outcome)
            continue
        judged.append(_judge_year(declaration, outcome, expected, levels[outcome.ar], dose, placebo))
    return tuple(judged), tuple(waiting)


def is_known(levels: pd.DataFrame, year: int) -> bool:
    """Whether a year has come: most municipalities have a value."""
    return year in levels.columns and float(levels[year].notna().mean()) >= KNOWN_SHARE


def verdict_of(adjusted: Array, rule: Rule) -> Verdict:
    """The declared rule: the smallest adjusted p-value decides; without any test nothing can be assessed."""
    if not np.isfinite(adjusted).any():
        return NOT_ASSESSABLE
    smallest = float(np.nanmin(adjusted))
    if smallest <= rule.niva:
        return CLEAR
    return WEAK if smallest <= rule.svag_niva else NOT_DISTINGUISHABLE


def _judge_year(
    declaration: Declaration,
    outcome: Outcome,
    expected: Futures,
    values: pd.Series[float],
    dose: pd.Series[float],
    placebo: PlaceboTable,
) -> Judgement:
    rule = declaration.regel
    reference = reference_slopes(placebo, outcome.ar - expected.origin)
    nation = nation_test(expected, values, outcome.ar, rule.niva)
    slope = dose_slope(expected, values, dose, outcome.ar)
    tested = dose_test(slope, reference, outcome.ar) if reference.size >= LEAST_YEARS else None
    adjusted = holm(np.array([nation.p_value if nation else np.nan, tested.p_value if tested else np.nan]))
    municipal = municipal_tests(expected, values, outcome.ar, level=rule.niva, false_share=rule.falsk_andel)
    own = None
    if declaration.kommun is not None:
        own = float(municipal.table["own_p_value"].get(declaration.kommun, np.nan))
    decisive = adjusted if own is None else np.array([own])
    return Judgement(
        outcome,
        nation,
        tested,
        municipal,
        (float(adjusted[0]), float(adjusted[1])),
        own,
        verdict_of(decisive, rule),
    )


def reference_slopes(placebo: PlaceboTable, horizon: int) -> Array:
    """Slopes of the placebo years at one horizon, shape (n,)."""
    table = placebo.table
    return np.asarray(table.loc[table["horizon"] == horizon, "slope"].dropna().to_numpy(dtype=float))


def simulated_rejections(
    reference: Array, *, level: float, effects: tuple[float, ...], worlds: int = 20_000
) -> Mapping[float, float]:
    """How often the dose test rejects in simulated worlds, by the effect put into them.

    A world is as many years without a reform as there are placebo years, and one with it; slopes vary between years as
    those of the placebo years do, which is more than the forecast's own draws would say.

    Parameters
    ----------
    reference
        Slopes of the placebo years, shape (n,).
    effects
        Log change per standard deviation of the log dose in the reform's year; 0 gives the size of the test.

    Returns
    -------
    Mapping
        Share of the worlds by effect; NaN with fewer than `LEAST_YEARS` placebo years.
    """
    if reference.size < LEAST_YEARS:
        return dict.fromkeys(effects, float("nan"))
    rng = np.random.default_rng(SEED)
    slopes = rng.normal(reference.mean(), reference.std(ddof=1), size=(worlds, reference.size + 1))
    before, after = slopes[:, :-1], slopes[:, -1]
    spread = before.std(axis=1, ddof=1) * np.sqrt(1.0 + 1.0 / reference.size)
    limit = stats.t.isf(level / 2, reference.size - 1)
    return {
        effect: float((np.abs(after + effect - before.mean(axis=1)) / spread > limit).mean())
        for effect in effects
    }
