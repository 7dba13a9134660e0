"""Discrete-time hazard of leaving bistånd to work, studies or otherwise: competing events by month.

The model is a multinomial logit per person-month with duration classes, season, calendar time and
background (Allison 1982, Sociol Methodol 13:61; Tutz & Schmid 2016). For a single event the complementary
log-log link of `logistic.fit_binary` gives grouped proportional hazards (Prentice & Gloeckler 1978).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.micro.covariates import Design, build_design, same_design
from analysis.micro.history import Bools, Floats, History, Ints
from analysis.micro.incidence import cumulate
from analysis.micro.logistic import RIDGE, gram
from analysis.micro.vocabulary import EXITS

_MOST_STEPS = 40


@dataclass(frozen=True)
class CompetingFit:
    """A fitted multinomial logit; the reference is "no exit this month".

    Attributes
    ----------
    beta : (C, P)
        Log odds against staying.
    covariance : (C * P, C * P)
        Inverse of the penalised information.
    converged
        Whether the last step was small.
    """

    beta: Floats
    covariance: Floats
    converged: bool

    def probabilities(self, x: Floats) -> Floats:
        """(N, C) monthly probabilities of each exit."""
        return _probabilities(x, self.beta)

    @property
    def standard_errors(self) -> Floats:
        """(C, P) model-based standard errors."""
        return np.asarray(np.sqrt(np.diag(self.covariance)).reshape(self.beta.shape))


def _probabilities(x: Floats, beta: Floats) -> Floats:
    odds = np.exp(np.minimum(x @ beta.T, 30.0))
    return np.asarray(odds / (1 + odds.sum(axis=1, keepdims=True)))


def fit_competing(x: Floats, y: Ints, causes: int = 3, ridge: float = RIDGE) -> CompetingFit:
    """Fit P(y = c) for c = 1 .. C by Newton steps.

    Parameters
    ----------
    x : (N, P)
        Design with the intercept in column 0.
    y : (N,)
        0 no event, else the code of the event.
    causes
        C. A cause that never happens is kept with a very low constant hazard.
    ridge
        Penalty on everything but the intercepts.
    """
    width = x.shape[1]
    penalty = np.tile(np.where(np.arange(width) == 0, 1e-9, ridge), causes)
    hit = (y[:, None] == np.arange(1, causes + 1)).astype(float)
    beta = np.zeros((causes, width))
    beta[:, 0] = np.log(np.maximum(hit.mean(axis=0), 1e-7) / max(float((y == 0).mean()), 1e-7))
    converged = False
    for _ in range(_MOST_STEPS):
        information, gradient = _information(x, hit, beta)
        information[np.diag_indices_from(information)] += penalty
        step = np.linalg.solve(information, gradient - penalty * beta.ravel())
        beta = beta + np.clip(step, -4, 4).reshape(beta.shape)
        if np.abs(step).max() < 1e-8:
            converged = True
            break
    information, _ = _information(x, hit, beta)
    information[np.diag_indices_from(information)] += penalty
    return CompetingFit(beta, np.asarray(np.linalg.inv(information), np.float64), converged)


def _information(x: Floats, hit: Floats, beta: Floats) -> tuple[Floats, Floats]:
    p = _probabilities(x, beta)
    causes, width = beta.shape
    information = np.empty((causes * width, causes * width))
    for a in range(causes):
        for b in range(a, causes):
            block = gram(x, p[:, a] * ((a == b) - p[:, b]))
            information[a * width : (a + 1) * width, b * width : (b + 1) * width] = block
            information[b * width : (b + 1) * width, a * width : (a + 1) * width] = block
    return information, np.asarray(((hit - p).T @ x).ravel())


@dataclass(frozen=True)
class HazardModel:
    """The competing hazards of a municipality, and the person-months that they were fitted on."""

    fit: CompetingFit
    design: Design
    months: int
    exits: tuple[int, ...]


def fit_hazard(history: History, keep: Bools | None = None) -> HazardModel:
    """Fit the hazards on all months with bistånd, or on the grid months `keep` (n, T)."""
    person, month = np.nonzero(history.on if keep is None else history.on & keep)
    design = build_design(history, person, month, None)
    y = history.exit[person, month]
    counts = np.bincount(y, minlength=len(EXITS) + 1)[1:]
    return HazardModel(fit_competing(design.x, y), design, len(y), tuple(int(c) for c in counts))


def hazard_table(model: HazardModel) -> pd.DataFrame:
    """Odds ratios of leaving, with 95 % intervals: columns ``avslut, egenskap, oddskvot, lag, hog``."""
    z = float(norm.ppf(0.975))
    rows = [
        (cause, name, *np.exp([b, b - z * e, b + z * e]))
        for cause, beta, error in zip(EXITS, model.fit.beta, model.fit.standard_errors, strict=True)
        for name, b, e in zip(model.design.names, beta, error, strict=True)
        if name != "konstant" and not name.startswith(("säsong", "kalendertid"))
    ]
    return pd.DataFrame(rows, columns=["avslut", "egenskap", "oddskvot", "lag", "hog"])


def predicted_incidence(
    model: HazardModel, history: History, person: Ints, month: Ints, months: int
) -> Floats:
    """(K, 3) mean cumulative incidence if the person-months (`person`, `month`) lived by the model from then on."""
    stay = np.ones(len(person))
    left = np.zeros((months, len(EXITS)))
    for k in range(months):
        x = same_design(history, model.design, person, month, k).x
        p = model.fit.probabilities(x)
        left[k] = (stay[:, None] * p).mean(axis=0)
        stay = stay * (1 - p.sum(axis=1))
    return np.asarray(np.cumsum(left, axis=0))


def life_table(history: History) -> pd.DataFrame:
    """Crude monthly hazards by months in the spell: ``manad, personmanader, arbete, studier, annat, kvar``."""
    longest = int(history.duration.max()) + 1
    at_risk = np.bincount(history.duration[history.on], minlength=longest)
    events = np.stack(
        [np.bincount(history.duration[history.exit == c + 1], minlength=longest) for c in range(len(EXITS))],
        1,
    )
    hazards = events / np.maximum(at_risk, 1)[:, None]
    table = pd.DataFrame({"manad": np.arange(longest), "personmanader": at_risk})
    for c, name in enumerate(EXITS):
        table[name] = hazards[:, c]
    return table.assign(kvar=1 - cumulate(hazards).sum(axis=1))
