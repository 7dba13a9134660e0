"""What happened to a measure: its way through the versions of a plan, one stated step at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from analysis.plans.load import Register
from analysis.plans.model import Link, Measure
from analysis.plans.vocabulary import Change


@dataclass(frozen=True)
class Step:
    """One link, the plan file that states it and the day from which it is known."""

    link: Link
    stated_by: str
    known_from: date


@dataclass(frozen=True)
class Fate:
    """A measure's whole way: the steps in order, where it ends and what that amounts to.

    `ends` lists ``plan-id/number`` of the measures it lives on in (empty: it ended).
    """

    reference: str
    measure: Measure
    steps: tuple[Step, ...]
    ends: tuple[str, ...]

    @property
    def outcome(self) -> Change | None:
        """The last step's change, None when nothing is known.

        A measure that was reworded on the way and then left unchanged counts as reworded.
        """
        if not self.steps:
            return None
        last = self.steps[-1].link.change
        reworded = any(step.link.change is Change.REWORDED for step in self.steps)
        return Change.REWORDED if last is Change.UNCHANGED and reworded else last


def steps_from(register: Register, reference: str, as_of: date) -> tuple[Step, ...]:
    """Return the links known on the day that start at ``plan-id/number``."""
    return tuple(step for step in _known_steps(register, as_of) if reference in step.link.origin)


def steps_to(register: Register, reference: str, as_of: date) -> tuple[Step, ...]:
    """Return the links known on the day that end at ``plan-id/number``."""
    return tuple(step for step in _known_steps(register, as_of) if reference in step.link.becomes)


def fate(register: Register, plan_id: str, number: str, as_of: date) -> Fate:
    """Follow one measure forward through every version known on the day."""
    reference = f"{plan_id}/{number}"
    measure = register.plan(plan_id).measure(number)
    steps: list[Step] = []
    front, seen, ends = [reference], {reference}, []
    while front:
        current = front.pop(0)
        onward = steps_from(register, current, as_of)
        steps.extend(onward)
        following = [ref for step in onward for ref in step.link.becomes if ref not in seen]
        seen.update(following)
        front.extend(following)
        if not onward and current != reference:
            ends.append(current)
    return Fate(reference, measure, tuple(steps), tuple(ends))


def fates(register: Register, plan_id: str, as_of: date) -> tuple[Fate, ...]:
    """Follow every measure of a plan, in the order of the plan."""
    numbers = [measure.number for measure in register.plan(plan_id).measures]
    return tuple(fate(register, plan_id, number, as_of) for number in numbers)


def fate_counts(found: Iterable[Fate]) -> dict[str, int]:
    """Number of measures by outcome; measures of which nothing is known are counted as ``inte känt``."""
    return dict(Counter(str(item.outcome) if item.outcome else "inte känt" for item in found))


def origins(register: Register, plan_id: str, number: str, as_of: date) -> tuple[str, ...]:
    """Return the earliest known forebears of a measure as ``plan-id/number`` (empty: it has none)."""
    front, found = [f"{plan_id}/{number}"], []
    seen = set(front)
    while front:
        current = front.pop(0)
        parents = [ref for step in steps_to(register, current, as_of) for ref in step.link.origin]
        if not parents and current != f"{plan_id}/{number}":
            found.append(current)
        front.extend(ref for ref in parents if ref not in seen)
        seen.update(parents)
    return tuple(found)


@lru_cache(maxsize=64)
def _known_steps(register: Register, as_of: date) -> tuple[Step, ...]:
    steps = [
        Step(link, plan.id, plan.known_from(link.source))
        for plan in register.plans.values()
        for link in plan.lineage
    ]
    return tuple(step for step in steps if step.known_from <= as_of)
