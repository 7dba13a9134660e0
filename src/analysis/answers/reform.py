"""What a national reform that the forecast has never seen may mean for a target, and what cannot be known yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np

from analysis.answers.target import TargetState
from analysis.calendar import period_end
from analysis.declarations.model import load_declarations
from analysis.runs import RunContext
from analysis.sources.events import Event

#: Sizes of a reform's effect that are shown, as a share of the forecast's level.
SIZES = (0.0, -0.05, -0.10, -0.20)
#: Probabilities that the needed size is given for.
GOALS = (0.5, 0.8)


@dataclass(frozen=True)
class ReformCase:
    """One assumed size of the reforms' effect (relative, e.g. -0.1) and the target's probability under it.

    `goal` is the probability that the size was sought for; None for a size that was chosen beforehand.
    """

    size: float
    points: float
    probability: float
    goal: float | None = None


@dataclass(frozen=True)
class ReformOutlook:
    """What is known on the run's day.

    Attributes
    ----------
    reforms
        Reforms that come into force after the last known year of the annual measure and by the target's date.
    period, expected
        The target's period and the forecast's median, per cent.
    cases
        The sizes of `SIZES`, then those at which the probability reaches `GOALS` when it lies below them.
    judged
        When the declared main outcome comes, in words; empty without a declaration of these reforms.
    """

    reforms: tuple[Event, ...]
    period: str
    expected: float
    cases: tuple[ReformCase, ...]
    judged: str

    @property
    def even(self) -> ReformCase | None:
        """The size that gives an even chance; None when the chance is at least even without it."""
        return next((case for case in self.cases if case.goal == GOALS[0]), None)

    def facts(self) -> dict[str, object]:
        """Plain values for other pages, JSON-ready."""
        even = self.even
        return {
            "reforms": [item.kort for item in self.reforms],
            "first": self.reforms[0].datum.isoformat(),
            "period": self.period,
            "even": None if even is None else asdict(even),
            "judged": self.judged,
        }


def reforms_ahead(context: RunContext, first: date, last: date) -> tuple[Event, ...]:
    """Reforms that come into force between two days, as known on the run's day."""
    return tuple(item for item in context.events if item.slag == "reform" and first <= item.datum <= last)


def events_within(context: RunContext, years: Sequence[int]) -> tuple[Event, ...]:
    """All events that touch the years from the first to the last of `years`, as known on the run's day."""
    first, last = date(min(years), 1, 1), date(max(years), 12, 31)
    return tuple(item for item in context.events if item.touches(first, last))


def reform_outlook(context: RunContext, state: TargetState) -> ReformOutlook | None:
    """Return the outlook; None without an open target, or when no known reform lies before its date."""
    found = state.assessment
    if found is None:
        return None
    period = found.target.period
    reforms = reforms_ahead(context, date(state.last_year + 1, 1, 1), period_end(period))
    if not reforms:
        return None
    draws = found.paths.at(period)
    middle, level = float(np.median(draws)), found.target.level
    sizes = [(size, None) for size in SIZES] + [
        (min(0.0, level / float(np.quantile(draws, goal)) - 1.0), goal)
        for goal in GOALS
        if found.probability < goal
    ]
    cases = tuple(
        ReformCase(size, size * middle, float(np.mean(draws * (1.0 + size) <= level)), goal)
        for size, goal in sizes
    )
    return ReformOutlook(reforms, period, middle, cases, _judged(context, reforms))


def published(outlook: ReformOutlook | None) -> dict[str, object]:
    """The outlook for other pages; nothing when there is none."""
    return outlook.facts() if outlook else {}


def _judged(context: RunContext, reforms: Sequence[Event]) -> str:
    names = {item.id for item in reforms}
    for declaration in load_declarations(context.project.reports):
        if declaration.handelse in names and declaration.kant_senast <= context.run.kant_senast:
            return next(item.kommer for item in declaration.utfall if item.roll == "huvudutfall")
    return ""
