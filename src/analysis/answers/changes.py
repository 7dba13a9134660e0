"""What a run says that the one before it did not: new and corrected numbers, statuses, the probability of its target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from analysis.answers.forecast_rows import run_rows
from analysis.answers.moved import Moved, moved_runs, said_before
from analysis.answers.published import Published, published
from analysis.answers.target import open_target
from analysis.forecasts.log import COLUMNS
from analysis.plans.load import load_register
from analysis.plans.status import StatusChange, board, changes
from analysis.runs import RunContext
from analysis.sources.observation import KEY

TARGET_PAGE: Final = "04_mal"
_KEY: Final = list(KEY)


@dataclass(frozen=True)
class Changes:
    """A run beside the one before it.

    Attributes
    ----------
    before
        The run before; None for a plan's first.
    matched
        What the two may show, `_KEY` and ``value_fore, value_nu, unit_*, status_*``; ``_merge`` says which of them knew a
        row. Empty without a run before.
    statuses
        The plan's measures whose status differs.
    own
        The run's own forecasts as rows of the log; empty for a run without the page on its target.
    then, now
        The target's probability as published with the run before, and as the run gives it.
    moved
        Finished runs whose own answer is another now.
    """

    before: RunContext | None
    matched: pd.DataFrame
    statuses: tuple[StatusChange, ...]
    own: pd.DataFrame
    then: Published | None
    now: Published | None
    moved: tuple[Moved, ...]

    @property
    def new(self) -> pd.DataFrame:
        """The numbers that only the run knew."""
        return self.matched[self.matched["_merge"] == "right_only"]

    @property
    def revised(self) -> pd.DataFrame:
        """The numbers that both knew, with another value now."""
        known = self.matched[self.matched["_merge"] == "both"]
        same = (known["value_fore"] == known["value_nu"]) | (
            known["value_fore"].isna() & known["value_nu"].isna()
        )
        return known[~same]

    def __str__(self) -> str:
        if self.before is None:
            return "Planens första körning: ingen tidigare att jämföra med."
        return "\n".join(
            (
                f"Jämfört med {self.before.run.id}, känd {self.before.run.kant_senast.isoformat()}",
                f"  nya tal         {len(self.new):6d}",
                f"  rättade tal     {len(self.revised):6d}",
                f"  ändrad status   {len(self.statuses):6d}",
                f"  sannolikhet     {_share(self.then)} då, {_share(self.now)} nu",
            )
        )


def _share(said: Published | None) -> str:
    return "–" if said is None else f"{said.probability:.3f}"


def compare(context: RunContext, before: RunContext | None, own: pd.DataFrame) -> Changes:
    """Put a run beside the one before it; `own` are its forecasts, as `own_rows` gives them."""
    target = context.target
    now = published(own, context.run, target) if target is not None else None
    return Changes(
        before=before,
        matched=both(context, before) if before is not None else _nothing(context),
        statuses=_statuses(context, before),
        own=own,
        then=said_before(context),
        now=now,
        moved=moved_runs(context, now),
    )


def own_rows(context: RunContext) -> pd.DataFrame:
    """The run's own forecasts, worked out as its page on the target does; empty for a run without that page."""
    if TARGET_PAGE not in context.run.anteckningsbocker:
        return pd.DataFrame(columns=list(COLUMNS))
    return run_rows(context, open_target(context))


def both(context: RunContext, before: RunContext) -> pd.DataFrame:
    """Match what the two runs may show.

    A row without a number (an empty cell of a file) is not known: filled in later it is new, not revised.
    """
    columns = [*_KEY, "value", "unit", "status"]
    earlier = before.observations[columns]
    matched = earlier[earlier["status"] != "missing"].merge(
        context.observations[columns], on=_KEY, how="outer", suffixes=("_fore", "_nu"), indicator=True
    )
    return matched[(matched["_merge"] != "right_only") | (matched["status_nu"] != "missing")]


def _nothing(context: RunContext) -> pd.DataFrame:
    return both(context, context).iloc[:0]


def _statuses(context: RunContext, before: RunContext | None) -> tuple[StatusChange, ...]:
    if before is None or before.run.plan is None or context.run.plan is None:
        return ()
    register = load_register(context.project.plans)
    then, now = (
        board(register.plan(str(item.run.plan)), item.run.kant_senast, register) for item in (before, context)
    )
    return tuple(changes(then, now))
