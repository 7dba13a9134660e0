"""Finished runs whose answer is another now: figures came in later that count as known on their day."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.answers.hindcast import hindcast
from analysis.answers.published import Published, published_of
from analysis.disclosure.own_counts import added_sources
from analysis.runs import Run, RunContext

#: Smaller differences are not said: probabilities are printed in whole per cent.
SMALLEST = 0.005


@dataclass(frozen=True)
class Moved:
    """A finished run: the probability as it was published, what it is now, and what came in between.

    Attributes
    ----------
    late
        Number of own figures that were added after the run's day and count as known on it.
    added
        Day on which the last of them was added, ISO date.
    """

    run: Run
    then: float
    now: float
    late: int
    added: str


def said_before(context: RunContext) -> Published | None:
    """The run before's forecast of the same target as it was published; None without one."""
    before = context.previous
    same = before is not None and before.run.mal == context.run.mal
    return published_of(before) if before is not None and same else None


def moved_runs(context: RunContext, said: Published | None) -> tuple[Moved, ...]:
    """The run itself and the earlier ones of its plan and target whose probability has moved, oldest first.

    `said` is what the run itself says of its target now.
    """
    found: list[Moved] = []
    view: RunContext | None = context
    while view is not None and view.run.mal == context.run.mal and view.target is not None:
        late, added = _late(view)
        first = published_of(view) if late else None
        if first is not None:
            now = said if view is context else None
            chance = now.probability if now else _probability(view)
            if chance is not None and abs(chance - first.probability) >= SMALLEST:
                found.append(Moved(view.run, first.probability, chance, late, added))
        view = view.previous
    return tuple(reversed(found))


def _late(view: RunContext) -> tuple[int, str]:
    """How many own figures a run sees that were added after its day, and when the last of them was."""
    added = added_sources(view.passports)
    days = {
        item.passport.id: item.passport.hamtad
        for item in view.passports
        if item.passport.id in added and item.passport.hamtad > view.run.kant_senast
    }
    rows = view.observations
    mine = rows[rows["source_id"].isin(days) & rows["value"].notna()]
    return len(mine), max((days[source].isoformat() for source in set(mine["source_id"])), default="")


def _probability(view: RunContext) -> float | None:
    target, made = view.target, hindcast(view)
    if target is None or target.senast not in made.paths.periods:
        return None
    return made.paths.probability_at_most(target.niva, target.senast)
