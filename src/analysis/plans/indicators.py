"""How the indicators moved against the plan's own goals, with the gender gap and a sign for too few points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from analysis.calendar import parse_period
from analysis.plans.indicator_model import Indicator, StatedValue
from analysis.plans.model import Plan
from analysis.plans.vocabulary import Gender, Goal, Timing

MIN_POINTS = 3
"""Fewest comparable values for a verdict: with two, one unusual year decides everything."""

KEEP_TOLERANCE = 0.05
"""A value within this share of the first one counts as kept (goal ``behåll``)."""


class Verdict(StrEnum):
    """What can be said of an indicator against its goal."""

    TOWARDS = "åt målets håll"
    AWAY = "bort från målet"
    STILL = "oförändrad"
    KEPT = "har behållits"
    NOT_KEPT = "har inte behållits"
    NO_GOAL = "planen anger inget mål"
    TOO_FEW = "för få punkter för att säga"
    NO_VALUES = "inga värden"


@dataclass(frozen=True)
class Movement:
    """The first and last of the values that can be compared, for one gender.

    `points` is how many comparable values there are; `change` is last minus first in the indicator's unit
    (None with fewer than two points).
    """

    gender: Gender
    points: int
    first: StatedValue | None
    last: StatedValue | None
    verdict: Verdict

    @property
    def change(self) -> float | None:
        """Last minus first, rounded to nine decimals to lose the noise of floating point."""
        if self.first is None or self.last is None or self.points < 2:
            return None
        return round(self.last.value - self.first.value, 9)


@dataclass(frozen=True)
class GenderGap:
    """Women minus men in one period, in the indicator's unit."""

    period: str
    women: float
    men: float

    @property
    def gap(self) -> float:
        """Women minus men."""
        return round(self.women - self.men, 9)


@dataclass(frozen=True)
class FollowUp:
    """One indicator as known on a day.

    `stated` are all values known; `set_aside` those that cannot be compared with the others, such as a part of a year.
    """

    indicator: Indicator
    stated: tuple[StatedValue, ...]
    movements: tuple[Movement, ...]
    gaps: tuple[GenderGap, ...]
    set_aside: tuple[StatedValue, ...]

    @property
    def main(self) -> Movement:
        """The movement of the total, or of the only gender stated."""
        return self.movements[0]


def follow_up(plan: Plan, indicator: Indicator, as_of: date) -> FollowUp:
    """Return how one indicator stood and moved, seen with what was known on the day."""
    values = tuple(value for value in indicator.stated_values() if plan.known_from(value.source) <= as_of)
    present = [gender for gender in Gender if any(value.gender is gender for value in values)]
    compared = {gender: _comparable(indicator, _of(values, gender)) for gender in present}
    movements = tuple(_movement(indicator, gender, compared[gender]) for gender in present)
    kept = {id(value) for series in compared.values() for value in series}
    return FollowUp(
        indicator,
        values,
        movements or (Movement(Gender.TOTAL, 0, None, None, Verdict.NO_VALUES),),
        _gaps(values),
        tuple(value for value in values if id(value) not in kept),
    )


def follow_ups(plan: Plan, as_of: date) -> tuple[FollowUp, ...]:
    """Return every indicator of a plan as known on the day, in the order of the plan."""
    return tuple(follow_up(plan, indicator, as_of) for indicator in plan.indicators)


def _of(values: Sequence[StatedValue], gender: Gender) -> list[StatedValue]:
    return sorted((v for v in values if v.gender is gender), key=lambda v: parse_period(v.period))


def _comparable(indicator: Indicator, values: Sequence[StatedValue]) -> list[StatedValue]:
    """Keep the largest set of values that cover the same part of a year (ties: the latest)."""
    classes: dict[str, list[StatedValue]] = {}
    for value in values:
        classes.setdefault(_part_of_year(indicator, value.period), []).append(value)
    if not classes:
        return []
    return max(classes.values(), key=lambda series: (len(series), parse_period(series[-1].period)))


def _part_of_year(indicator: Indicator, text: str) -> str:
    """Name what can be compared: whole years; any months of a level; else the same months of the year."""
    period = parse_period(text)
    if period.is_year:
        return "år"
    if indicator.timing is Timing.LEVEL:
        return "läge"
    years = period.end.year - period.start.year
    return f"{period.start.month}-{period.end.month}+{years}"


def _movement(indicator: Indicator, gender: Gender, series: Sequence[StatedValue]) -> Movement:
    if not series:
        return Movement(gender, 0, None, None, Verdict.NO_VALUES)
    first, last = series[0], series[-1]
    return Movement(gender, len(series), first, last, _verdict(indicator.goal, first, last, len(series)))


def _verdict(goal: Goal, first: StatedValue, last: StatedValue, points: int) -> Verdict:
    if goal is Goal.NONE:
        return Verdict.NO_GOAL
    if points < MIN_POINTS:
        return Verdict.TOO_FEW
    change = last.value - first.value
    if goal is Goal.KEEP:
        return Verdict.KEPT if abs(change) <= KEEP_TOLERANCE * abs(first.value) else Verdict.NOT_KEPT
    if change == 0:
        return Verdict.STILL
    return Verdict.TOWARDS if (change > 0) is (goal is Goal.INCREASE) else Verdict.AWAY


def _gaps(values: Sequence[StatedValue]) -> tuple[GenderGap, ...]:
    women = {value.period: value.value for value in values if value.gender is Gender.WOMEN}
    men = {value.period: value.value for value in values if value.gender is Gender.MEN}
    both = sorted(women.keys() & men.keys(), key=parse_period)
    return tuple(GenderGap(period, women[period], men[period]) for period in both)
