"""Monthly rates of a municipality's flows, counted from its own spells: leaving, returning, arriving, starting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.micro.bootstrap import refitted
from analysis.micro.history import Floats, History
from analysis.micro.incidence import arm_table, equal_weights, lay_out, trial_weights
from analysis.micro.outcomes import first_exit
from analysis.micro.trial import StartModel, Trials

DURATIONS = 37  # months in the spell 0 .. 35, and 36 or more
OUT_MONTHS = 24  # months since leaving 0 .. 23; who comes back later counts as a new arrival

#: Months since a measure's start, in blocks with one hazard ratio each.
BLOCKS = ((0, 3), (3, 6), (6, 12), (12, 24))


@dataclass(frozen=True)
class Rates:
    """Flows per month.

    Attributes
    ----------
    leave : (37,)
        Probability of leaving by months in the spell; the last class is 36 months or more.
    leave_count : (37,)
        Exits behind each, for its uncertainty.
    back : (24,)
        Probability of returning by months since leaving.
    arrive : (12,)
        Arrivals by calendar month relative to their mean: new persons, not returns.
    arrivals
        Mean number of new persons a month.
    """

    leave: Floats
    leave_count: Floats
    back: Floats
    arrive: Floats
    arrivals: float


@dataclass(frozen=True)
class Profile:
    """What starting a measure does to leaving, month by month, and who starts.

    Attributes
    ----------
    measure
        Name.
    log_ratio : (B, 4)
        Log ratio of the hazard of leaving, start against not, in `BLOCKS`; B bootstrap draws.
    by_duration : (37,)
        Share of the starters in each month of the spell.
    starts
        Starts per month in the data.
    """

    measure: str
    log_ratio: Floats
    by_duration: Floats
    starts: float

    def monthly(self) -> Floats:
        """(B, 24) hazard ratios by month since the start."""
        ratio = np.ones((len(self.log_ratio), BLOCKS[-1][1]))
        for block, (first, last) in enumerate(BLOCKS):
            ratio[:, first:last] = np.exp(self.log_ratio[:, [block]])
        return ratio


def count_rates(history: History) -> Rates:
    """Count the flows of the window."""
    duration = np.minimum(history.duration, DURATIONS - 1)
    at_risk = np.bincount(duration[history.on], minlength=DURATIONS)
    left = np.bincount(duration[history.exit > 0], minlength=DURATIONS)
    first = history.on & (history.duration == 0)
    out = _months_out(history)
    waiting = (out > 0) & (out <= OUT_MONTHS) & ~history.on
    since = out[:, :-1] - 1
    returned = np.bincount(since[waiting[:, :-1] & first[:, 1:]], minlength=OUT_MONTHS)
    exposed = np.bincount(since[waiting[:, :-1]], minlength=OUT_MONTHS)
    fresh = first & ~np.pad(waiting, ((0, 0), (1, 0)))[:, :-1]
    by_month = fresh.sum(axis=0)[1:].astype(float)
    calendar = (history.window.first + 1 + np.arange(len(by_month))) % 12
    mean = by_month.mean()
    season = np.array(
        [by_month[calendar == m].mean() / mean if (calendar == m).any() else 1.0 for m in range(12)]
    )
    return Rates(
        left / np.maximum(at_risk, 1), left.astype(float), returned / np.maximum(exposed, 1), season / season.mean(),
        float(mean),
    )  # fmt: skip


def _months_out(history: History) -> np.ndarray:
    """(n, T) months since the last month with bistånd seen in the window; 0 before any."""
    months = np.arange(history.window.months)
    latest = np.maximum.accumulate(np.where(history.on, months, -1), axis=1)
    return np.where(latest >= 0, months - latest, 0)


def profile(trials: Trials, model: StartModel, draws: int, seed: int) -> Profile:
    """Hazard ratios of leaving in blocks of months, by person bootstrap."""
    months = min(BLOCKS[-1][1], trials.history.window.months - 1)
    outcome = first_exit(trials)
    treated = lay_out(trials, outcome, np.flatnonzero(trials.treated), months)
    controls = lay_out(trials, outcome, np.flatnonzero(~trials.treated), months)
    rows = []
    for counts, drawn in refitted(trials, model, draws, seed):
        one = arm_table(treated, equal_weights(trials, counts))
        other = arm_table(controls, trial_weights(trials, drawn, counts))
        rows.append([_log_ratio(one.hazards, other.hazards, one.at_risk, block) for block in BLOCKS])
    at_start = trials.history.duration[trials.person[trials.treated], trials.month[trials.treated]]
    share = np.bincount(np.minimum(at_start, DURATIONS - 1), minlength=DURATIONS) / trials.participants
    return Profile(
        trials.history.measures[trials.measure],
        np.asarray(rows),
        share,
        trials.participants / trials.history.window.months,
    )


def _log_ratio(one: Floats, other: Floats, weight: Floats, block: tuple[int, int]) -> float:
    """Log ratio of mean hazards in a block, both weighted by the starters at risk; half an exit is added to each."""
    part = slice(block[0], min(block[1], len(weight)))
    w = weight[part]
    if w.sum() <= 0:
        return 0.0
    return float(
        np.log(((one[part].sum(axis=1) * w).sum() + 0.5) / ((other[part].sum(axis=1) * w).sum() + 0.5))
    )
