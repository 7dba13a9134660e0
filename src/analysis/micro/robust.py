"""A doubly robust estimate of the effect on leaving: right if the start or the exit is modelled right.

Augmented inverse probability weighting for the effect on those who start (Robins, Rotnitzky & Zhao 1994, J Am Stat Assoc
89:846; for the treated: Moodie et al. 2018, J Stat Softw). A model fitted on the controls says what leaving is to be
expected of everyone without the start. Where the weighted controls are expected to leave more or less often than the
starters, the weights have not made them alike, and the difference is taken away from the weighted estimate. Controls who
start later are censored and carried, in both, by the others' inverse probability of not having started.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from analysis.micro.estimates import Contrast
from analysis.micro.history import Floats
from analysis.micro.incidence import baseline_weights, start_influence, trial_weights
from analysis.micro.logistic import fit_binary, logistic
from analysis.micro.outcomes import first_exit
from analysis.micro.trial import StartModel, Trials, months_ahead


@dataclass(frozen=True)
class Robust:
    """Effect in percentage points within `months`, its standard error, and how many starters it rests on."""

    months: int
    effect: float
    error: float
    starters: int

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval (normal approximation)."""
        margin = float(norm.ppf(0.975)) * self.error
        return self.effect - margin, self.effect + margin


def doubly_robust(
    trials: Trials, model: StartModel, weighted: Contrast, influence: Floats, kinds: tuple[int, ...] = (1, 2)
) -> Robust | None:
    """Correct the weighted estimate; None where too few can be followed for as long.

    Parameters
    ----------
    weighted, influence : (n,)
        The effect on leaving by one of `kinds` (codes: 1 work, 2 studies, 3 other), and every person's influence on it.
    """
    months = weighted.months
    outcome = first_exit(trials)
    followed = trials.month + months <= trials.history.window.months
    done = (outcome.event >= 0) & (outcome.event < months)
    observed = ~trials.treated & followed & (done | (outcome.length >= months))
    happened = done & np.isin(outcome.kind, kinds)
    number = int((trials.treated & followed).sum())
    if number < 20 or observed.sum() < 20 or happened[observed].sum() < 5:
        return None
    x, odds = trials.design.x, np.where(trials.treated, 0.0, baseline_weights(trials, model).cell)
    stayed = (
        _weights_at_end(trials, model, np.where(done, outcome.event, months - 1))[observed] / odds[observed]
    )
    fit = fit_binary(x[observed], happened[observed].astype(float), stayed / stayed.mean())
    expected = logistic(x @ fit.beta)
    starters, controls = expected[trials.treated].mean(), odds @ expected / odds.sum()
    own = np.where(
        trials.treated,
        (expected - starters) / trials.participants,
        -odds * (expected - controls) / odds.sum(),
    )
    slope = (odds * (expected - controls)) @ x / odds.sum()
    gap = np.bincount(trials.person, own, trials.history.persons) - start_influence(trials, model) @ slope
    error = float(np.sqrt(((influence - 100 * gap) ** 2).sum()))
    return Robust(months, weighted.effect - 100 * float(starters - controls), error, number)


def _weights_at_end(trials: Trials, model: StartModel, ends: Floats) -> Floats:
    """(N,) weight of each cell when it is last looked at: odds of starting, over the chance of not having started since."""
    weights = trial_weights(trials, model)
    assert weights.stay is not None
    latest = trials.history.window.months - 1
    there = months_ahead(trials)[trials.person, np.minimum(trials.month + ends.astype(int), latest)]
    return np.asarray(weights.cell * weights.stay[there])
