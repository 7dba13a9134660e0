"""What is true of a plan on a day: its board, fates, indicators and what can be known, worked out once from the register."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from analysis.answers.own_effects import told_by_spells
from analysis.plans.identification import LedgerEntry, ledger
from analysis.plans.indicators import FollowUp, follow_ups
from analysis.plans.lineage import Fate, fates
from analysis.plans.load import Register, load_register
from analysis.plans.model import Plan
from analysis.plans.status import Board, board, previous_board
from analysis.runs import RunContext


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


def _successors(register: Register, plan: Plan, found: tuple[Fate, ...], as_of: date) -> tuple[Plan, ...]:
    reached = {
        reference.partition("/")[0]
        for item in found
        for step in item.steps
        for reference in step.link.becomes
    }
    later = [register.plan(plan_id) for plan_id in reached - {plan.id}]
    return tuple(sorted((item for item in later if item.decided <= as_of), key=lambda item: item.decided))
