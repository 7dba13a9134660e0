"""Target-trial emulation of one measure by sequential trials.

Every month is the baseline of a trial among persons with bistånd who have not started the measure in the
spell and are in no other measure: those who start it now against those who do not start it now. Both are
followed from that month, so no time before the start counts for anyone (no immortal time), and the history
up to the month is a covariate (dynamic assignment). Controls who start later leave the trial when they do.

Weights: a control stands for the starters by the odds of starting at baseline, and for the controls who
have left the trial by the inverse probability of not having started since. One pooled logistic model over
all person-months gives both. The outcome model is a pooled logistic regression saturated in arm x month
since start with those weights; its fitted hazards are weighted shares, so it is solved in closed form, and
cumulating them gives incidences standardised to the starters' own composition (the effect on those who
start). See Hernán & Robins (2016, Am J Epidemiol 183:758), Danaei et al. (2013, Stat Methods Med Res 22:70),
Gran et al. (2010, Stat Med 29:2757).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.micro.covariates import Design, build_design, month_levels, reachable
from analysis.micro.history import Bools, Floats, History, Ints
from analysis.micro.logistic import RIDGE, BinaryFit, fit_binary, logistic


@dataclass(frozen=True)
class Trials:
    """The eligible person-months of one measure; N cells sorted by person and month.

    Attributes
    ----------
    measure
        Number of the measure in the history.
    person, month : (N,)
        The cell's person row and window month.
    treated : (N,)
        The measure starts in the cell.
    design
        Covariates of the cells.
    empty_groups
        Background levels left out because nobody there starts.
    """

    history: History
    measure: int
    person: Ints
    month: Ints
    treated: Bools
    design: Design
    empty_groups: tuple[str, ...]

    @property
    def participants(self) -> int:
        """Number of starters."""
        return int(self.treated.sum())


@dataclass(frozen=True)
class StartModel:
    """The fitted probability of starting in each cell.

    Attributes
    ----------
    fit
        The pooled logistic model.
    p : (N,)
        Fitted probabilities.
    """

    fit: BinaryFit
    p: Floats


def emulate(history: History, measure: int, subset: Bools | None = None) -> Trials:
    """Find the eligible person-months of a measure.

    Parameters
    ----------
    history
        The arrays of `history.build_history`.
    measure
        Number of the measure.
    subset : (n, T)
        Restricts the baselines (not the follow-up), for example to women.
    """
    others = [j for j in range(len(history.measures)) if j != measure]
    busy = history.running[others].any(axis=0) if others else np.zeros_like(history.on)
    eligible = history.on & ~history.started[measure] & ~history.running[measure] & ~busy
    if subset is not None:
        eligible = eligible & subset
    person, month = np.nonzero(eligible)
    treated = history.start[measure][person, month]
    keep, empty = reachable(month_levels(history, person, month, measure), treated)
    person, month, treated = person[keep], month[keep], treated[keep]
    design = build_design(history, person, month, measure, treated)
    return Trials(history, measure, person, month, treated, design, empty)


def fit_start(trials: Trials) -> StartModel:
    """Fit the pooled logistic model of starting."""
    fit = fit_binary(trials.design.x, trials.treated.astype(float))
    return StartModel(fit, logistic(trials.design.x @ fit.beta))


def refit_start(trials: Trials, model: StartModel, persons: Floats, steps: int = 4) -> StartModel:
    """Fit anew with every person counted `persons` (n,) times, from the full sample's answer.

    The full sample's information is kept (chord Newton): each step is two matrix-vector products, and the
    remaining distance shrinks by the order of 1 / sqrt(starters) a step.
    """
    x, weights = trials.design.x, persons[trials.person]
    penalty = np.full(x.shape[1], RIDGE)
    penalty[0] = 0.0
    beta, p = model.fit.beta, model.p
    for _ in range(steps):
        gradient = (weights * (trials.treated - p)) @ x - penalty * beta
        beta = beta + np.clip(model.fit.covariance @ gradient, -5.0, 5.0)
        p = logistic(x @ beta)
    return StartModel(BinaryFit(beta, model.fit.covariance, model.fit.converged), p)


def months_ahead(trials: Trials) -> Ints:
    """(n, T) number of eligible cells, in cell order, up to and including each grid month."""
    grid = np.zeros(trials.history.on.shape, np.int64)
    grid[trials.person, trials.month] = 1
    return np.cumsum(grid.ravel()).reshape(grid.shape)


def log_stay(trials: Trials, p: Floats) -> Floats:
    """(N + 1,) running sum of log 1/(1-p) within each person; entry i belongs to cell i - 1."""
    each = -np.log1p(-np.minimum(p, 1 - 1e-9))
    total = np.cumsum(each)
    first = np.flatnonzero(np.diff(trials.person, prepend=-1))
    before = np.repeat(total[first] - each[first], np.diff(np.append(first, len(p))))
    return np.concatenate([[0.0], total - before])
