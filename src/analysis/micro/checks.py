"""Checks that stand beside every effect: overlap, balance, a period that nothing can affect, hidden causes.

Texts are Swedish: they are printed as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.micro.estimates import Contrast
from analysis.micro.history import LEADS, Floats
from analysis.micro.incidence import (
    arm_table,
    baseline_weights,
    equal_weights,
    lay_out,
    person_table,
    share_influence,
    start_influence,
)
from analysis.micro.outcomes import before_spell
from analysis.micro.trial import StartModel, Trials

#: Standardised mean difference that counts as balanced after weighting.
BALANCED: Final = 0.1
#: Smallest effective number of control person-months per starter.
FEWEST_CONTROLS: Final = 1.0
#: Largest share of the controls' total weight that one per cent of the control months may carry.
HEAVIEST_SHARE: Final = 0.5


@dataclass(frozen=True)
class Check:
    """One check's outcome.

    Attributes
    ----------
    key, title
        Machine name and Swedish title.
    passed
        True, False, or None when the check says nothing for or against.
    text
        One or two Swedish sentences with the numbers.
    table
        Aggregates behind it, or None; never anything about single persons.
    """

    key: str
    title: str
    passed: bool | None
    text: str
    table: pd.DataFrame | None = None


@dataclass(frozen=True)
class NegativeControl:
    """Difference between starters and weighted controls in the twelve months before the spell began.

    ``leads``, ``errors`` (12,): share with bistånd 1, 2, ... months before, difference in percentage points;
    ``effect``, ``error``: difference in months with bistånd over all twelve.
    """

    leads: Floats
    errors: Floats
    effect: float
    error: float

    @property
    def p_value(self) -> float:
        """Two-sided p value of no difference."""
        return float(2 * norm.sf(abs(self.effect) / self.error)) if self.error > 0 else 1.0


def negative_control(trials: Trials, model: StartModel) -> NegativeControl:
    """Estimate the "effect" of the start on the year before the spell, which must be nil."""
    outcome = before_spell(trials)
    coefficients = start_influence(trials, model)
    total, moved = [], []
    for treated in (True, False):
        layout = lay_out(trials, outcome, np.flatnonzero(trials.treated == treated), LEADS)
        weights = equal_weights(trials) if treated else baseline_weights(trials, model)
        table = arm_table(layout, weights)
        persons = person_table(trials, layout, weights, None if treated else model)
        total.append(table.hazards[:, 0])
        moved.append(share_influence(table, persons, coefficients)[:, :, 0])
    influence = moved[0] - moved[1]
    leads = total[0] - total[1]
    errors = np.sqrt((influence**2).sum(axis=0))
    error = float(np.sqrt((influence.sum(axis=1) ** 2).sum()))
    return NegativeControl(leads * 100, errors * 100, float(leads.sum()), error)


def balance(trials: Trials, model: StartModel) -> pd.DataFrame:
    """Standardised mean differences of every level before and after weighting.

    Returns
    -------
    Columns ``grupp, niva, startar, andra, andra_viktade`` (shares, per cent), ``fore, efter`` (standardised
    differences; the denominator is the starters' standard deviation).
    """
    treated = trials.treated
    odds = np.where(treated, 0.0, model.p / (1 - model.p))
    rows = []
    for group, (codes, labels) in trials.design.levels.items():
        size = len(labels)
        first = np.bincount(codes[treated], minlength=size) / treated.sum()
        other = np.bincount(codes[~treated], minlength=size) / (~treated).sum()
        weighted = np.bincount(codes, weights=odds, minlength=size) / odds.sum()
        spread = np.sqrt(np.maximum(first * (1 - first), 1e-4))
        for i, label in enumerate(labels):
            rows.append(
                (group, label, first[i] * 100, other[i] * 100, weighted[i] * 100,
                 (first[i] - other[i]) / spread[i], (first[i] - weighted[i]) / spread[i])
            )  # fmt: skip
    return pd.DataFrame(rows, columns=["grupp", "niva", "startar", "andra", "andra_viktade", "fore", "efter"])


@dataclass(frozen=True)
class Overlap:
    """How well the controls can stand for the starters.

    ``effective`` effective number of control person-months (Kish), ``heaviest`` share of the weight carried by
    the heaviest one per cent, ``extreme`` share of starters whose probability of starting exceeds every
    control's.
    """

    effective: float
    heaviest: float
    extreme: float


def overlap(trials: Trials, model: StartModel) -> Overlap:
    """Measure the overlap of starters and controls."""
    treated, p = trials.treated, model.p
    odds = (p / (1 - p))[~treated]
    size = max(int(np.ceil(len(odds) * 0.01)), 1)
    return Overlap(
        float(odds.sum() ** 2 / (odds**2).sum()),
        float(np.partition(odds, -size)[-size:].sum() / odds.sum()),
        float((p[treated] > p[~treated].max()).mean()),
    )


def e_value(start: float, without: float) -> float:
    """E-value of a risk ratio (VanderWeele & Ding 2017, Ann Intern Med 167:268).

    The strength, as a risk ratio with both the start and the outcome, that a hidden common cause would need
    to explain the whole difference away.
    """
    if start <= 0 or without <= 0:
        return float("nan")
    ratio = max(start / without, without / start)
    return float(ratio + np.sqrt(ratio * (ratio - 1)))


def e_value_of_limit(contrast: Contrast) -> float:
    """E-value of the interval's limit nearest to no effect; 1 when the interval covers it."""
    if contrast.low <= 0 <= contrast.high:
        return 1.0
    limit = contrast.low if contrast.effect > 0 else contrast.high
    return e_value(max(contrast.without + limit, 1e-9), contrast.without)


def bias_curve(contrast: Contrast, gaps: tuple[float, ...] = (0.05, 0.1, 0.2, 0.3)) -> pd.DataFrame:
    """Effect that would remain if a hidden trait were more common among the starters.

    The trait is `gap` (share) more common among the starters than among comparable others, and those who
    have it leave bistånd 5, 10, 20 or 30 percentage points more often in any case; the bias is the product.
    """
    rows = [
        (gap * 100, lift, contrast.effect - gap * lift, contrast.low - gap * lift, contrast.high - gap * lift)
        for gap in gaps
        for lift in (5.0, 10.0, 20.0, 30.0)
    ]
    return pd.DataFrame(rows, columns=["skillnad_i_andel", "lamnar_oftare", "effekt", "lag", "hog"])


def minimal_detectable_effect(
    participants: int,
    share_without: float,
    controls: float = float("inf"),
    *,
    design: float = 1.0,
    power: float = 0.8,
    level: float = 0.05,
) -> float:
    """Smallest true effect (percentage points) that `participants` starters let anyone see.

    Parameters
    ----------
    participants
        Number of starters.
    share_without
        Share (0-1) expected to leave without the measure.
    controls
        Effective number of controls.
    design
        Variance relative to simple random samples.
    power, level
        Probability of seeing the effect, and two-sided level of the test.
    """
    factor = float(norm.ppf(1 - level / 2) + norm.ppf(power))
    variance = share_without * (1 - share_without) * (1 / participants + 1 / controls) * design
    return factor * float(np.sqrt(variance)) * 100
