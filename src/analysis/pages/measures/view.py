"""Everything page 02 shows of a plan, worked out once from the register and a day."""

from __future__ import annotations

import html
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from analysis.answers.own_effects import told_by_spells
from analysis.calendar import parse_period, period_name
from analysis.plans.identification import LedgerEntry, ledger
from analysis.plans.indicators import FollowUp, follow_ups
from analysis.plans.lineage import Fate, fates
from analysis.plans.load import Register, load_register
from analysis.plans.model import Document, Plan
from analysis.plans.status import Board, board, previous_board
from analysis.plans.types import Source
from analysis.runs import RunContext
from foundation.swedish import MONTHS, NO_BREAK_SPACE


@dataclass(frozen=True)
class PlanView:
    """One plan as known on a day.

    `successors` are later versions known on the day, in order; `previous` is the board at the follow-up before
    the latest one.
    """

    register: Register
    plan: Plan
    as_of: date
    board: Board
    previous: Board | None
    fates: tuple[Fate, ...]
    indicators: tuple[FollowUp, ...]
    ledger: tuple[LedgerEntry, ...]
    successors: tuple[Plan, ...]

    @property
    def followed_up(self) -> bool:
        """Whether any measure has a known status."""
        return self.board.document is not None

    def __str__(self) -> str:
        told = [
            f"{self.plan.short_title}, {len(self.board.rows)} åtgärdsrader, känd {self.as_of.isoformat()}"
        ]
        told += [f"  {number:4d} {label}" for label, number in self.board.grouped_counts().items()]
        return "\n".join(
            [*told, f"  {len(self.indicators):4d} indikatorer, {len(self.fates)} åtgärders öden"]
        )


def view_of(
    register: Register, plan_id: str, as_of: date, answers: Mapping[str, Collection[str]] | None = None
) -> PlanView:
    """Work out a plan's view.

    `answers` are the measures, by plan, whose effect the municipality's own spells have told.

    Raises
    ------
    BistandError
        If the register has no such plan.
    """
    plan = register.plan(plan_id)
    now = board(plan, as_of, register)
    found = fates(register, plan_id, as_of)
    return PlanView(
        register=register,
        plan=plan,
        as_of=as_of,
        board=now,
        previous=previous_board(now, register),
        fates=found,
        indicators=follow_ups(plan, as_of),
        ledger=ledger(plan, as_of, register=register, answered=(answers or {}).get(plan_id, ())),
        successors=_successors(register, plan, found, as_of),
    )


def open_view(context: RunContext) -> PlanView:
    """Return the view of a run's plan on the run's day."""
    register = load_register(context.project.plans)
    plan, day = context.run.plan or "", context.run.kant_senast
    answers = {plan: told_by_spells(context, register.plan(plan))}
    return view_of(register, plan, day, answers)


def latest_version(view: PlanView) -> PlanView | None:
    """Return the view of the last known version of the plan, None when that is the plan itself."""
    return view_of(view.register, view.successors[-1].id, view.as_of) if view.successors else None


def when(period: str) -> str:
    """Write a period of the register in words: ``juni–augusti 2020``, ``2020–2021``."""
    first, _, last = period.partition("/")
    if not last:
        return period_name(first)
    start, end = parse_period(first).start, parse_period(last).end
    if len(first) == 4:
        return f"{first}–{last}"
    beginning = period_name(first) if start.year != end.year else period_name(first).split()[0]
    return f"{beginning}–{period_name(last)}"


def described(document: Document) -> str:
    """Return what a follow-up describes, in words."""
    return when(document.describes) if document.describes else document.date.isoformat()


def source_text(plan: Plan, source: Source) -> str:
    """Write where something stands: the document's short name and the place in it."""
    return f"{plan.document(source.doc).name}, {source.at}"


def reference_text(register: Register, reference: str) -> str:
    """Write ``plan-id/number`` for a reader: the plan's short name, number and text."""
    plan_id, _, number = reference.partition("/")
    plan = register.plan(plan_id)
    return f"{plan.short_title} nr {number}: {plan.measure(number).text}"


def short_when(period: str) -> str:
    """Write a period for a table: ``okt 2024`` for ``2024-10``, otherwise as `when`."""
    if len(period) != len("2024-10") or "/" in period:
        return when(period)
    return f"{MONTHS[int(period[5:]) - 1][:3]} {period[:4]}"


def lines(texts: Sequence[str]) -> str:
    """Return markup of a cell with one text a line; a text is only broken before a bracket."""
    whole = [html.escape(text).replace(" ", NO_BREAK_SPACE) for text in texts]
    return "<br>".join(text.replace(f"{NO_BREAK_SPACE}(", " (") for text in whole)


def _successors(register: Register, plan: Plan, found: tuple[Fate, ...], as_of: date) -> tuple[Plan, ...]:
    reached = {
        reference.partition("/")[0]
        for item in found
        for step in item.steps
        for reference in step.link.becomes
    }
    later = [register.plan(plan_id) for plan_id in reached - {plan.id}]
    return tuple(sorted((item for item in later if item.decided <= as_of), key=lambda item: item.decided))
