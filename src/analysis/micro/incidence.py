"""Weighted life tables of both arms, and the influence of every person on what is read off them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.micro.history import Floats, Ints
from analysis.micro.outcomes import Outcome
from analysis.micro.trial import StartModel, Trials, log_stay, months_ahead


@dataclass(frozen=True)
class ArmTable:
    """One arm's weighted sums by month since start: at_risk (K,) persons observed, events (K, C) by code."""

    at_risk: Floats
    events: Floats

    @property
    def hazards(self) -> Floats:
        """(K, C) weighted shares: the fitted values of the saturated pooled logistic model."""
        return np.asarray(self.events / np.maximum(self.at_risk, 1e-300)[:, None])

    @property
    def incidence(self) -> Floats:
        """(K, C) cumulative incidence of competing first events."""
        return cumulate(self.hazards)


@dataclass(frozen=True)
class PersonTable:
    """The same sums person by person, and how they move with the start model.

    Attributes
    ----------
    at_risk, events : (n, K), (n, K, C)
        Weighted sums of each person's cells.
    slope_at_risk, slope_events : (K, P), (K, C, P)
        Derivatives of the totals in the start model's coefficients.
    """

    at_risk: Floats
    events: Floats
    slope_at_risk: Floats
    slope_events: Floats


def cumulate(hazards: Floats) -> Floats:
    """Cumulative incidence (K, C) of competing events from their hazards (K, C)."""
    stay = np.cumprod(1 - hazards.sum(axis=1))
    return np.asarray(np.cumsum(hazards * np.concatenate([[1.0], stay[:-1]])[:, None], axis=0))


@dataclass(frozen=True)
class Layout:
    """Who is observed in each month since the start, and what happens to them: found once, weighed often.

    Lists have one entry a month: ``cells`` observed, ``there`` their position in the running deviation
    weights, ``hit`` (index into cells) and ``code`` of what happened.
    """

    cells: list[Ints]
    there: list[Ints]
    hit: list[Ints]
    code: list[Ints]
    codes: int


@dataclass(frozen=True)
class Weights:
    """Weight of a cell in a month: ``cell`` (N,) times ``stay`` (N + 1,) at the month's position, if given."""

    cell: Floats
    stay: Floats | None = None

    def of(self, layout: Layout, k: int) -> Floats:
        """Weights of the cells observed in month k."""
        own = self.cell[layout.cells[k]]
        return own if self.stay is None else own * self.stay[layout.there[k]]


def lay_out(trials: Trials, outcome: Outcome, cells: Ints, months: int) -> Layout:
    """Find the layout of an outcome for the given cells."""
    ahead, latest = months_ahead(trials), trials.history.window.months - 1
    layout = Layout([], [], [], [], outcome.codes)
    for k in range(months):
        exposed, code = outcome.at(k, cells)
        here, happened = cells[exposed], code[exposed]
        hit = np.flatnonzero(happened)
        layout.cells.append(here)
        layout.there.append(ahead[trials.person[here], np.minimum(trials.month[here] + k, latest)])
        layout.hit.append(hit)
        layout.code.append(happened[hit])
    return layout


def equal_weights(trials: Trials, persons: Floats | None = None) -> Weights:
    """Every cell counts as its person does (bootstrap counts `persons` (n,), default one)."""
    return Weights(np.ones(len(trials.person)) if persons is None else persons[trials.person])


def trial_weights(trials: Trials, model: StartModel, persons: Floats | None = None) -> Weights:
    """Controls stand for the starters at baseline and for the controls who have since left the trial.

    Odds of starting at baseline times the inverse probability of not having started since.
    """
    stay = np.exp(log_stay(trials, model.p))
    base = baseline_weights(trials, model, persons).cell
    return Weights(base / stay[1:], stay)


def baseline_weights(trials: Trials, model: StartModel, persons: Floats | None = None) -> Weights:
    """Controls stand for the starters at baseline; nobody leaves (for what happened before)."""
    return Weights(equal_weights(trials, persons).cell * model.p / (1 - model.p))


def arm_table(layout: Layout, weights: Weights) -> ArmTable:
    """Weighted sums by month since the start."""
    months = len(layout.cells)
    at_risk, events = np.zeros(months), np.zeros((months, layout.codes))
    for k in range(months):
        w = weights.of(layout, k)
        at_risk[k] = w.sum()
        events[k] = np.bincount(layout.code[k], weights=w[layout.hit[k]], minlength=layout.codes + 1)[1:]
    return ArmTable(at_risk, events)


def person_table(trials: Trials, layout: Layout, weights: Weights, model: StartModel | None) -> PersonTable:
    """Sums by person; `model` gives the slopes (None: the weights do not depend on it)."""
    n, months = trials.history.persons, len(layout.cells)
    at_risk, events = np.zeros((n, months)), np.zeros((n, months, layout.codes))
    for k in range(months):
        cells, hit = layout.cells[k], layout.hit[k]
        w = weights.of(layout, k)
        at_risk[:, k] = np.bincount(trials.person[cells], weights=w, minlength=n)
        place = trials.person[cells[hit]] * layout.codes + layout.code[k] - 1
        count = np.bincount(place, weights=w[hit], minlength=n * layout.codes)
        events[:, k] = count.reshape(n, layout.codes)
    return PersonTable(at_risk, events, *_slopes(trials, layout, weights, model))


def _slopes(
    trials: Trials, layout: Layout, weights: Weights, model: StartModel | None
) -> tuple[Floats, Floats]:
    """Derivatives of the sums in the start model: d log weight = x at baseline + sum of p x over later cells.

    Returns (K, P) for the persons at risk and (K, C, P) for the events.
    """
    x, months, codes = trials.design.x, len(layout.cells), layout.codes
    table = np.zeros((months, codes + 1, x.shape[1]))
    if model is None:
        return table[:, 0], table[:, 1:]
    size = len(x)
    for k in range(months):
        w, hit = weights.of(layout, k), layout.hit[k]
        factor = np.empty((codes + 1, size))  # what each cell's covariates count for, code by code
        for code in range(codes + 1):
            chosen = slice(None) if code == 0 else hit[layout.code[k] == code]
            cells, there = layout.cells[k][chosen], layout.there[k][chosen]
            direct = np.bincount(cells, weights=w[chosen], minlength=size)
            factor[code] = direct
            if weights.stay is not None:
                # Position i + 1 is cell i, so the months after baseline are (cell + 1, there]; a cell's p x counts once
                # for every weight that is read at its position or later in the running sum.
                later = np.bincount(there, weights=w[chosen], minlength=size + 1)
                later[1:] -= direct
                factor[code] += model.p * np.cumsum(later[:0:-1])[::-1]
        table[k] = factor @ x
    return table[:, 0], table[:, 1:]


def start_influence(trials: Trials, model: StartModel) -> Floats:
    """(n, P) influence of every person on the coefficients of the start model."""
    residual = trials.treated - model.p
    score = np.zeros((trials.history.persons, trials.design.x.shape[1]))
    boundaries = np.flatnonzero(np.diff(trials.person, prepend=-1))
    score[trials.person[boundaries]] = np.add.reduceat(
        trials.design.x * residual[:, None], boundaries, axis=0
    )
    return np.asarray(score @ model.fit.covariance)


def share_influence(table: ArmTable, persons: PersonTable, coefficients: Floats) -> Floats:
    """(n, K, C) influence of every person on the weighted shares events / at_risk.

    A share is a ratio of sums: a person moves it by (events - share x at risk) / total, and through the
    start model by the sums' slopes times the person's influence on the coefficients.
    """
    shares, total = table.hazards, np.maximum(table.at_risk, 1e-300)
    own = (persons.events - persons.at_risk[:, :, None] * shares) / total[:, None]
    slope = persons.slope_events - persons.slope_at_risk[:, None, :] * shares[:, :, None]
    return np.asarray(own + np.tensordot(coefficients, slope / total[:, None, None], axes=([1], [2])))


def incidence_influence(table: ArmTable, hazard_influence: Floats) -> Floats:
    """(n, K, C) influence on the cumulative incidence, from that on the hazards.

    With S the share still at risk: dF_c(h)/dh_kc' = S(k-1) [c = c'] - (F_c(h) - F_c(k)) / (1 - h_k), k <= h.
    """
    hazards, months = table.hazards, len(table.at_risk)
    stay = np.cumprod(1 - hazards.sum(axis=1))
    before = np.concatenate([[1.0], stay[:-1]])
    incidence = cumulate(hazards)
    direct = np.cumsum(hazard_influence * before[:, None], axis=1)
    shift = hazard_influence.sum(axis=2) / np.maximum(1 - hazards.sum(axis=1), 1e-12)
    gap = (incidence[:, None, :] - incidence[None, :, :]) * np.tril(np.ones((months, months)))[:, :, None]
    return np.asarray(direct - np.einsum("ik,hkc->ihc", shift, gap, optimize=True))
