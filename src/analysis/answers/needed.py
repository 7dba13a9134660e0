"""What a target would take in persons a month, against what has happened: counted on the same simulated futures."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from analysis.answers.months import ADULT_SHARE
from analysis.answers.readings import ADULTS_OF_RESIDENTS
from analysis.answers.target import TargetState
from analysis.calendar import centre, last_month, month_index
from analysis.runs import RunContext

#: Rows of the table, besides that of nothing more.
STEPS = 8
_NICE = (1, 2, 5)


@dataclass(frozen=True)
class Step:
    """So many more persons net leave aid each month than the forecast counts on, and what follows.

    Attributes
    ----------
    per_month, persons
        More each month, and in all at the target's date.
    level
        Median of the measure then, in per cent.
    probability
        Of the target.
    """

    per_month: int
    persons: int
    level: float
    probability: float


@dataclass(frozen=True)
class Needed:
    """What it would take.

    Attributes
    ----------
    base
        Persons that the measure is a share of.
    months
        Whole months left from the run's day to the target's date, at least one.
    left
        Persons from the last known value down to the target, and a month until its date; None when nothing is known.
    happened
        Persons fewer a month over the last known years; None when that is not known.
    steps
        From nothing more to beyond a probability of 80 per cent.
    """

    base: float
    months: int
    left: tuple[float, float] | None
    happened: float | None
    steps: tuple[Step, ...]


def persons_of(context: RunContext, state: TargetState) -> float | None:
    """Persons that the target's measure is a share of: residents, or the adults among them; None when not known."""
    if state.population is None or context.target is None:
        return None
    if state.bridged is None:
        return state.population
    return ADULTS_OF_RESIDENTS * state.population if context.target.matt == ADULT_SHARE else None


def needed(context: RunContext, state: TargetState) -> Needed | None:
    """Count what the run's open target would take; None without one, and where shares are not persons."""
    found, base = state.assessment, persons_of(context, state)
    if found is None or base is None:
        return None
    day = context.run.kant_senast
    months = max(last_month(found.target.period) - month_index(day.year, day.month), 1)
    left = None
    if found.latest is not None:
        persons = base * (found.latest[1] - found.target.level) / 100
        span = max(12 * (centre(found.target.period) - centre(found.latest[0])), 1.0)
        left = (persons, persons / span)
    happened = None if found.so_far is None else -base * found.so_far.points / 1200
    outcomes = found.paths.at(found.target.period)
    most = max(-found.gap80, 0.0) * base / 100 / months
    size = _nice(1.15 * most / STEPS)
    steps = []
    for number in range(STEPS + 1 if most else 1):
        each = number * size
        moved = outcomes - 100 * each * months / base
        chance = float(np.mean(moved <= found.target.level))
        steps.append(Step(each, each * months, float(np.median(moved)), chance))
    return Needed(base, months, left, happened, tuple(steps))


def _nice(size: float) -> int:
    """Return the nearest of 1, 2, 5, 10, 20, 50 ... at or above a size."""
    if size <= 1:
        return 1
    power = 10 ** math.floor(math.log10(size))
    return int(next((factor * power for factor in _NICE if factor * power >= size), 10 * power))
