"""A doubly robust estimate of the effect on leaving within a year: right if either of its two models is.

Augmented inverse probability weighting for the effect on those who start (Robins, Rotnitzky & Zhao 1994, J Am Stat Assoc
89:846; for the treated: Moodie et al. 2018, J Stat Softw). Starters' outcomes less what a model fitted on the controls
says they would have been; what that model misses among the controls, weighted to the starters, is taken away. Controls
who start later are censored and carried by the others' inverse probability of not having started.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from analysis.micro.history import Floats
from analysis.micro.incidence import trial_weights
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
    trials: Trials, model: StartModel, months: int = 12, kinds: tuple[int, ...] = (1, 2)
) -> Robust | None:
    """Estimate from the cells that can be followed for `months`; None where too few can.

    Parameters
    ----------
    kinds
        Codes of the exits that count: 1 work, 2 studies, 3 other.
    """
    outcome = first_exit(trials)
    window = trials.history.window.months
    followed = trials.month + months <= window
    done = (outcome.event >= 0) & (outcome.event < months)
    stayed = outcome.length >= months
    # A spell that ended some other way than by a seen exit, or a control who started, is not observed to the end.
    observed = followed & (done | stayed)
    happened = done & np.isin(outcome.kind, kinds)
    treated = trials.treated & observed
    control = ~trials.treated & observed
    if treated.sum() < 20 or control.sum() < 20 or happened[control].sum() < 5:
        return None
    weight = _weights_at_end(trials, model, np.where(done, outcome.event, months - 1))
    x = trials.design.x
    fit = fit_binary(x[control], happened[control].astype(float), weight[control] / weight[control].mean())
    residual = happened - logistic(x @ fit.beta)
    first = float(residual[treated].mean())
    total = float(weight[control].sum())
    second = float((weight[control] * residual[control]).sum() / total)
    influence = np.zeros(trials.history.persons)
    number = int(treated.sum())
    np.add.at(influence, trials.person[treated], (residual[treated] - first) / number)
    np.add.at(influence, trials.person[control], -weight[control] * (residual[control] - second) / total)
    return Robust(months, 100 * (first - second), 100 * float(np.sqrt((influence**2).sum())), number)


def _weights_at_end(trials: Trials, model: StartModel, ends: Floats) -> Floats:
    """(N,) weight of each cell when it is last looked at: odds of starting, over the chance of not having started since."""
    weights = trial_weights(trials, model)
    assert weights.stay is not None
    latest = trials.history.window.months - 1
    there = months_ahead(trials)[trials.person, np.minimum(trials.month + ends.astype(int), latest)]
    return np.asarray(weights.cell * weights.stay[there])
