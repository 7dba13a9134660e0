"""Does the effect differ between women and men and between groups, and does more of the measure give more?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import chi2, norm

from analysis.effects.multiplicity import holm
from analysis.micro.estimates import Contrast, estimate
from analysis.micro.history import Floats, History
from analysis.micro.incidence import (
    arm_table,
    equal_weights,
    incidence_influence,
    lay_out,
    person_table,
    share_influence,
    start_influence,
    trial_weights,
)
from analysis.micro.logistic import fit_binary, logistic
from analysis.micro.outcomes import first_exit
from analysis.micro.trial import StartModel, Trials, emulate, fit_start
from analysis.micro.vocabulary import BACKGROUND

GROUPS: Final = ("kon", "landgrupp", "aldersgrupp")
#: Fewest participants for an estimate of a group of its own.
FEWEST: Final = 50


@dataclass(frozen=True)
class GroupEffects:
    """Effects by group.

    Attributes
    ----------
    table
        ``grupp, niva, deltagare, effekt, lag, hog, p, p_holm``; groups with too few participants have missing
        numbers (participants included).
    differs
        Group -> p value of equal effects in all its levels (Cochran's Q).
    tests
        Number of group effects looked at, which Holm's adjustment counts.
    """

    table: pd.DataFrame
    differs: dict[str, float]
    tests: int


def group_effects(
    history: History, measure: int, key: str = "egen_12", groups: tuple[str, ...] = GROUPS
) -> GroupEffects:
    """Emulate the trial anew within every level of every group."""
    rows, differs = [], {}
    for group in groups:
        found = []
        for code, label in enumerate(BACKGROUND[group]):
            member = np.where(history.spell >= 0, history.background[group][history.spell] == code, False)
            contrast, size = _within(history, measure, member, key)
            found.append(contrast)
            rows.append((group, label, size, contrast))
        differs[group] = equal_effects([c for c in found if c is not None])
    table = pd.DataFrame(
        [
            (g, label, float("nan"), *[float("nan")] * 4)
            if c is None
            else (g, label, float(size), c.effect, c.low, c.high, c.p_value)
            for g, label, size, c in rows
        ],
        columns=["grupp", "niva", "deltagare", "effekt", "lag", "hog", "p"],
    )
    adjusted = holm(table["p"].to_numpy())
    return GroupEffects(table.assign(p_holm=adjusted), differs, int(np.isfinite(adjusted).sum()))


def _within(history: History, measure: int, member: np.ndarray, key: str) -> tuple[Contrast | None, int]:
    trials = emulate(history, measure, member)
    if trials.participants < FEWEST:
        return None, trials.participants
    model = fit_start(trials)
    contrast = estimate(trials, model, lasting=False).get(key)
    return (contrast if model.fit.converged and contrast.error > 0 else None), trials.participants


def equal_effects(contrasts: list[Contrast]) -> float:
    """P value of Cochran's Q: that all effects are the same; NaN with fewer than two."""
    if len(contrasts) < 2:
        return float("nan")
    effects = np.array([c.effect for c in contrasts])
    weights = 1 / np.array([c.error for c in contrasts]) ** 2
    mean = (weights * effects).sum() / weights.sum()
    return float(chi2.sf((weights * (effects - mean) ** 2).sum(), len(effects) - 1))


@dataclass(frozen=True)
class Dose:
    """Effect of short and long planned measures; ``difference`` long minus short with its standard error."""

    border: int
    participants: tuple[int, int]
    short: tuple[float, float]
    long: tuple[float, float]
    difference: float
    error: float

    @property
    def p_value(self) -> float:
        """Two-sided p value of no difference."""
        return float(2 * norm.sf(abs(self.difference) / self.error)) if self.error > 0 else 1.0


def dose(trials: Trials, model: StartModel, horizon: int = 12) -> Dose | None:
    """Compare participants with short and long planned measures, each with controls of their own kind.

    Controls are weighted to each kind's composition by a logistic model of the planned length among the
    starters; that model's own uncertainty is not counted. None if the planned length is unknown, does not
    vary, or leaves too few on a side.
    """
    planned = trials.history.planned[trials.measure][trials.person, trials.month]
    own = planned[trials.treated]
    if (own <= 0).any() or len(np.unique(own)) < 2:
        return None
    border = int(np.ceil(np.median(own)))
    border = border if (own < border).any() else border + 1
    is_long = planned >= border
    sizes = (int((own < border).sum()), int((own >= border).sum()))
    if min(sizes) < FEWEST:
        return None
    x = trials.design.x
    fit = fit_binary(x[trials.treated], (own >= border).astype(float), ridge=1.0)
    to_long = logistic(x @ fit.beta)
    effects, influences = [], []
    for kind, share in ((~is_long, 1 - to_long), (is_long, to_long)):
        effect, influence = _dose_effect(trials, model, kind, share, horizon)
        effects.append(effect)
        influences.append(influence)
    errors = [float(np.sqrt((i**2).sum())) for i in influences]
    error = float(np.sqrt(((influences[1] - influences[0]) ** 2).sum()))
    return Dose(
        border, sizes, (effects[0], errors[0]), (effects[1], errors[1]), effects[1] - effects[0], error
    )


def _dose_effect(
    trials: Trials, model: StartModel, kind: np.ndarray, share: Floats, horizon: int
) -> tuple[float, Floats]:
    outcome, coefficients = first_exit(trials), start_influence(trials, model)
    values, influences = [], []
    for treated in (True, False):
        cells = np.flatnonzero(trials.treated & kind if treated else ~trials.treated)
        layout = lay_out(trials, outcome, cells, horizon)
        weights = trial_weights(trials, model)
        weights = equal_weights(trials) if treated else replace(weights, cell=weights.cell * share)
        table = arm_table(layout, weights)
        persons = person_table(trials, layout, weights, None if treated else model)
        hazard = share_influence(table, persons, coefficients)
        values.append(float(table.incidence[-1, :2].sum() * 100))
        influences.append(incidence_influence(table, hazard)[:, -1, :2].sum(axis=1) * 100)
    return values[0] - values[1], np.asarray(influences[0] - influences[1])
