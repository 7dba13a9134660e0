"""What is followed after the start: the first exit by kind, lasting exits, and months with bistånd.

An outcome answers, for month k since the start, which of the given cells are under observation and what
happened to them (0 nothing, else a code from 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from analysis.micro.history import Bools, History, Ints
from analysis.micro.trial import Trials

_NEVER = 10_000


class Outcome(Protocol):
    """Follow-up of the cells of a set of trials."""

    @property
    def codes(self) -> int:
        """Number of different events."""

    def at(self, k: int, cells: Ints) -> tuple[Bools, Ints]:
        """Under observation in month k (true or false), and what happened in it, for `cells`."""


@dataclass(frozen=True)
class FirstExit:
    """Time to the first exit; arrays of length N, months counted from the start month (0).

    Attributes
    ----------
    length
        Months under risk.
    event
        Month of the exit, -1 if it is not seen.
    kind
        Code of the exit, 0 if it is not seen.
    codes
        Number of kinds.
    """

    length: Ints
    event: Ints
    kind: Ints
    codes: int

    def at(self, k: int, cells: Ints) -> tuple[Bools, Ints]:
        """See `Outcome.at`."""
        return self.length[cells] > k, np.where(self.event[cells] == k, self.kind[cells], 0)


@dataclass(frozen=True)
class Presence:
    """Has bistånd in the month, returns included; (N,) rows and columns of the grid, months in the trial."""

    on: Bools
    person: Ints
    month: Ints
    length: Ints
    codes: int = 1

    def at(self, k: int, cells: Ints) -> tuple[Bools, Ints]:
        """See `Outcome.at`."""
        column = np.minimum(self.month[cells] + k, self.on.shape[1] - 1)
        return self.length[cells] > k, self.on[self.person[cells], column].astype(np.int64)


@dataclass(frozen=True)
class Before:
    """The negative control: had bistånd k + 1 months before the spell began. Nothing can affect it."""

    before: Bools
    spell: Ints
    codes: int = 1

    def at(self, k: int, cells: Ints) -> tuple[Bools, Ints]:
        """See `Outcome.at`."""
        return np.ones(len(cells), bool), self.before[self.spell[cells], k].astype(np.int64)


def months_until_start(trials: Trials) -> Ints:
    """(N,) months until a control would start and so leave the trial; starters never leave."""
    starts = trials.history.start[trials.measure]
    months = np.where(starts, np.arange(starts.shape[1]), starts.shape[1] + _NEVER)
    upcoming = np.minimum.accumulate(months[:, ::-1], axis=1)[:, ::-1]
    until = upcoming[trials.person, trials.month] - trials.month
    return np.where(trials.treated, _NEVER, until)


def first_exit(
    trials: Trials, codes: Ints | None = None, kinds: int = 3, end: int | None = None
) -> FirstExit:
    """Follow the cells to their first exit.

    Parameters
    ----------
    trials
        The eligible cells.
    codes : (n, T)
        Codes of the exits (default: work, studies, other).
    kinds
        Number of codes.
    end
        Window months that count as observed (default: all).
    """
    history = trials.history
    months = history.window.months if end is None else end
    exits = history.exit if codes is None else codes
    until = months_until_start(trials)
    last = history.last[trials.person, trials.month]
    length = np.minimum(np.minimum(last - trials.month + 1, np.maximum(months - trials.month, 0)), until)
    kind = exits[trials.person, last]
    seen = (kind > 0) & (last < months) & (last - trials.month < until)
    return FirstExit(length, np.where(seen, last - trials.month, -1), np.where(seen, kind, 0), kinds)


def presence(trials: Trials) -> Presence:
    """Follow the cells month by month on and off bistånd."""
    remaining = trials.history.window.months - trials.month
    length = np.minimum(remaining, months_until_start(trials))
    return Presence(trials.history.on, trials.person, trials.month, length)


def before_spell(trials: Trials) -> Before:
    """Follow the cells backwards from the beginning of the spell."""
    return Before(trials.history.before, trials.history.spell[trials.person, trials.month])


def lasting_codes(history: History, months: int = 12) -> Ints:
    """(n, T) exits coded 1 lasting (no bistånd in the following `months`), 2 returned within them.

    Exits in the last `months` of the window cannot be told apart and must be cut off with ``end``.
    """
    total = np.cumsum(np.pad(history.on, ((0, 0), (1, 0))), axis=1)
    width = history.window.months
    upper = np.minimum(np.arange(width) + 1 + months, width)
    back = (total[:, upper] - total[:, np.arange(width) + 1]) > 0
    return np.where(history.exit > 0, np.where(back, 2, 1), 0)
