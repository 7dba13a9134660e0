"""Comparisons that a follow-up report is tempted to make; computed only to show how far off they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.micro.trial import Trials


@dataclass(frozen=True)
class Naive:
    """Differences in percentage points between participants and others.

    Attributes
    ----------
    from_start
        Participants counted from the measure's start against never-participants from the first month of their
        spell.
    whole_spell
        Spells with the measure against spells without it, both from the spell's first month: the participants
        must have stayed long enough to start (immortal time).
    """

    from_start: float
    whole_spell: float


def naive(trials: Trials, horizon: int) -> Naive:
    """Crude shares leaving to work or studies within `horizon` months, among those that can be followed."""
    history = trials.history
    months = history.window.months
    starts = history.start[trials.measure]
    begins = history.on & (history.duration == 0)
    person, month = np.nonzero(begins & (np.arange(months) + horizon <= months))
    last = history.last[person, month]
    total = np.cumsum(np.pad(starts, ((0, 0), (1, 0))), axis=1)
    took_part = total[person, last + 1] - total[person, month] > 0
    left = _left(trials, person, last) & (last - month < horizon)
    who, when = np.nonzero(starts & (np.arange(months) + horizon <= months))
    end = history.last[who, when]
    after = _left(trials, who, end) & (end - when < horizon)
    never = left[~took_part].mean()
    return Naive(float(after.mean() - never) * 100, float(left[took_part].mean() - never) * 100)


def _left(trials: Trials, person: np.ndarray, last: np.ndarray) -> np.ndarray:
    return np.isin(trials.history.exit[person, last], (1, 2))
