"""The status board: what was known about every measure at a date, and what changed between follow-ups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from analysis.calendar import parse_period
from analysis.plans.lineage import steps_from
from analysis.plans.load import Register
from analysis.plans.model import Document, Measure, Plan, StatusEntry
from analysis.plans.vocabulary import NO_FOLLOW_UP, Status

_WEAKEST_FIRST = (
    Status.DEVIATING,
    Status.ONGOING,
    Status.CONTINUOUS,
    Status.CONTINUED,
    Status.MERGED,
    Status.ACTIVITY,
    Status.ORDINARY,
    Status.STOPPED,
    Status.DONE,
)
"""Rows that a document counts as one get the first of these statuses that any of them has."""


@dataclass(frozen=True)
class BoardRow:
    """One measure on the board.

    `inherited_from` is ``plan-id/number`` of the later version whose status is shown, when the plan itself
    was never followed up.
    """

    measure: Measure
    entry: StatusEntry | None
    document: Document | None
    inherited_from: str | None = None

    @property
    def status(self) -> Status | None:
        """The status, or None when no follow-up is known."""
        return self.entry.status if self.entry else None

    @property
    def label(self) -> str:
        """The status as the board prints it."""
        return str(self.entry.status) if self.entry else NO_FOLLOW_UP


@dataclass(frozen=True)
class Board:
    """All measures with the last status known on a day.

    `document` is the latest follow-up that any row builds on (None: nothing had been followed up).
    """

    plan: Plan
    as_of: date
    document: Document | None
    rows: tuple[BoardRow, ...]

    def row(self, number: str) -> BoardRow:
        """Return the row of one measure (KeyError if there is none)."""
        for row in self.rows:
            if row.measure.number == number:
                return row
        raise KeyError(number)

    def counts(self) -> dict[str, int]:
        """Number of rows by label, most common first."""
        return dict(Counter(row.label for row in self.rows).most_common())

    def grouped_counts(self) -> dict[str, int]:
        """Number of measures as the documents count them: grouped rows are one, with the weakest status."""
        return count_grouped((row.measure, row.status) for row in self.rows)


@dataclass(frozen=True)
class StatusChange:
    """A measure whose status differs between two boards."""

    measure: Measure
    before: str
    after: str
    note: str | None


def follow_ups(plan: Plan, as_of: date) -> tuple[Document, ...]:
    """Return the documents that give statuses and were known on the day, in order of what they describe."""
    used = {entry.document for measure in plan.measures for entry in measure.statuses}
    known = [item for item in plan.documents if item.id in used and item.date <= as_of]
    return tuple(sorted(known, key=_order))


def board(plan: Plan, as_of: date, register: Register | None = None) -> Board:
    """Return what was known about every measure on a day.

    Parameters
    ----------
    plan
        The plan.
    as_of
        The day; documents dated later are not seen. Before the plan was decided the board is empty.
    register
        When given, a measure that its own plan never followed up takes the status of its successor.
    """
    if as_of < plan.decided:
        return Board(plan, as_of, None, ())
    rows = tuple(_row(plan, measure, as_of, register) for measure in plan.measures)
    documents = [row.document for row in rows if row.document is not None]
    return Board(plan, as_of, max(documents, key=_order) if documents else None, rows)


def previous_board(current: Board, register: Register | None = None) -> Board | None:
    """Return the board as it was at the follow-up before the latest one (None if there was only one)."""
    documents = follow_ups(current.plan, current.as_of)
    if len(documents) < 2:
        return None
    return board(current.plan, documents[-2].date, register)


def changes(before: Board, after: Board) -> tuple[StatusChange, ...]:
    """Return the measures whose status differs, in the order of the plan."""
    earlier = {row.measure.number: row for row in before.rows}
    found = []
    for row in after.rows:
        old = earlier.get(row.measure.number)
        label = old.label if old else NO_FOLLOW_UP
        if label != row.label:
            found.append(StatusChange(row.measure, label, row.label, row.entry.note if row.entry else None))
    return tuple(found)


def count_grouped(statuses: Iterable[tuple[Measure, Status | None]]) -> dict[str, int]:
    """Count statuses with grouped rows as one; rows without status are counted as without follow-up."""
    groups: dict[str, list[Status | None]] = {}
    for measure, status in statuses:
        groups.setdefault(measure.counted_as, []).append(status)
    counter: Counter[str] = Counter()
    for members in groups.values():
        weakest = next((status for status in _WEAKEST_FIRST if status in members), None)
        counter[str(weakest) if weakest else NO_FOLLOW_UP] += 1
    return dict(counter)


def _order(document: Document) -> tuple[date, date]:
    described = parse_period(document.describes).end if document.describes else document.date
    return described, document.date


def _row(plan: Plan, measure: Measure, as_of: date, register: Register | None) -> BoardRow:
    entries = [(plan.document(entry.document), entry) for entry in measure.statuses]
    known = [(document, entry) for document, entry in entries if document.date <= as_of]
    if known:
        document, entry = max(known, key=lambda pair: _order(pair[0]))
        return BoardRow(measure, entry, document)
    return _inherited(plan, measure, as_of, register) or BoardRow(measure, None, None)


def _inherited(plan: Plan, measure: Measure, as_of: date, register: Register | None) -> BoardRow | None:
    if register is None:
        return None
    for step in steps_from(register, f"{plan.id}/{measure.number}", as_of):
        for reference in step.link.becomes:
            other_id, _, number = reference.partition("/")
            other = register.plan(other_id)
            row = _row(other, other.measure(number), as_of, register)
            if row.entry is not None:
                return BoardRow(measure, row.entry, row.document, row.inherited_from or reference)
    return None
