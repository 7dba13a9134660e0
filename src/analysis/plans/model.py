"""One model for every municipality's plan: documents, measures, statuses, lineage, targets.

Every object is frozen. Every number and status carries the id of the document that states it and where in
it; the date of that document is the date from which it is known.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field

from analysis.plans.indicator_model import Indicator
from analysis.plans.tables_model import BudgetTable, CalendarEntry, CostRow
from analysis.plans.types import Frozen, Number, PeriodText, Source, Text
from analysis.plans.vocabulary import (
    Assignment,
    Change,
    Contradiction,
    CountBasis,
    Level,
    Mechanism,
    Operator,
    Rollout,
    Status,
)


class Passport(Frozen):
    """Who transcribed the plan, how, and how to cite it."""

    licence: Text
    cite: Text
    transcribed_by: Text
    transcribed_on: date
    method: Text
    limitations: tuple[Text, ...] = ()


class Document(Frozen):
    """One source document; `date` is the day from which its contents are known."""

    id: Text
    producer: Text
    title: Text
    short: Text | None = None
    date: date
    record_number: Text | None = None
    describes: PeriodText | None = None
    note: Text | None = None

    @property
    def name(self) -> str:
        """The short name for tables, or the title."""
        return self.short or self.title


class FocusArea(Frozen):
    """A heading under which the plan orders its measures."""

    id: Text
    title: Text
    source: Source


class Commission(Frozen):
    """An assignment (uppdrag) or board goal (nämndmål) that measures answer to."""

    id: Text
    title: Text
    focus: Text
    kind: Text = "uppdrag"
    source: Source


class PlanTarget(Frozen):
    """A goal with a number: what, how much, when, of whom.

    `followed` says how runs follow it (`analysis.runs.targets` reads it; keys as in `analysis.runs.model.Target`).
    """

    id: Text
    text: Text
    operator: Operator
    value: float | None = None
    unit: Text
    by: PeriodText
    population: Text | None = None
    indicator: Text | None = None
    source: Source
    followed: dict[str, Text] | None = None
    note: Text | None = None


class StatusEntry(Frozen):
    """What one follow-up says of one measure, and other words that the same document uses of it."""

    document: Text
    status: Status
    stated_as: Text
    at: Text
    expected: Text | None = None
    also_stated: Text | None = None
    note: Text | None = None


class Years(Frozen):
    """First and last year in which a measure or a plan is to be carried out."""

    first: int = Field(ge=1990, le=2100)
    last: int = Field(ge=1990, le=2100)


class Evidence(Frozen):
    """What the documents tell of how a measure works and reaches people: input of the ledger.

    `dose_observed` means that a document reports how many the measure reached. `source` is where dose and start
    stand (default: the measure's own source). `programmes` are the names that the measure has in the statutory file or
    in the local list of programmes.
    """

    mechanism: tuple[Mechanism, ...]
    target_group: Text
    level: Level
    dose: Text | None = None
    dose_observed: bool = False
    rollout: Rollout = Rollout.UNKNOWN
    assignment: Assignment = Assignment.UNKNOWN
    start: PeriodText | None = None
    source: Source | None = None
    note: Text | None = None
    programmes: tuple[Text, ...] = ()


class Measure(Frozen):
    """One measure (åtgärd, aktivitet) of a plan.

    `group` holds rows together that the documents count as one (26-punktsplanen's 1a and 1b).
    """

    number: Number
    text: Text
    focus: Text
    group: Number | None = None
    commission: Text | None = None
    effects: tuple[Text, ...] = ()
    years: Years | None = None
    plans: tuple[Text, ...] = ()
    indicators: tuple[Text, ...] = ()
    source: Source
    statuses: tuple[StatusEntry, ...] = ()
    evidence: Evidence

    @property
    def counted_as(self) -> str:
        """The number under which the documents count the measure."""
        return self.group or self.number


class Link(Frozen):
    """One step of a measure's history between two versions of a plan.

    References are written ``plan-id/number``. An empty `origin` is a new measure, an empty `becomes` one
    that was not carried over.
    """

    origin: tuple[Text, ...] = ()
    becomes: tuple[Text, ...] = ()
    change: Change
    source: Source
    judged_by: Text = "dokumentet"
    note: Text | None = None


class StatedCount(Frozen):
    """A total that a document states of itself; checked against the transcription.

    `counts` maps the document's word to its number; `includes` maps the same word to the register's words
    that it covers (default: the word itself). `explained_by` names the contradiction that accounts for a
    count that is known to disagree.
    """

    id: Text
    what: Text
    basis: CountBasis
    source: Source
    counts: dict[str, int]
    includes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    explained_by: Text | None = None


class ContradictionEntry(Frozen):
    """A place where documents disagree, and how the register handles it."""

    id: Text
    kind: Contradiction
    what: Text
    where: tuple[Source, ...] = Field(min_length=1)
    handled: Text
    measures: tuple[Number, ...] = ()


class Plan(Frozen):
    """A plan as decided, with everything known about it."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: Text
    short_title: Text
    municipality: Annotated[str, BeforeValidator(str), Field(pattern=r"^\d{4}$")]
    decided: date
    decided_note: Text | None = None
    years: Years
    passport: Passport
    documents: tuple[Document, ...] = Field(min_length=1)
    focus_areas: tuple[FocusArea, ...] = Field(min_length=1)
    commissions: tuple[Commission, ...] = ()
    targets: tuple[PlanTarget, ...] = ()
    #: How many more residents the plan itself wants to leave aid, where it says so.
    ambition_persons: int | None = Field(default=None, gt=0)
    measures: tuple[Measure, ...] = Field(min_length=1)
    indicators: tuple[Indicator, ...] = ()
    lineage: tuple[Link, ...] = ()
    stated_counts: tuple[StatedCount, ...] = ()
    contradictions: tuple[ContradictionEntry, ...] = ()
    budgets: tuple[BudgetTable, ...] = ()
    costs: tuple[CostRow, ...] = ()
    calendar: tuple[CalendarEntry, ...] = ()

    def document(self, document_id: str) -> Document:
        """Return the document with this id (validated on load, so it exists)."""
        return next(document for document in self.documents if document.id == document_id)

    def measure(self, number: str) -> Measure:
        """Return the measure with this number (KeyError if there is none)."""
        for measure in self.measures:
            if measure.number == number:
                return measure
        raise KeyError(number)

    def indicator(self, indicator_id: str) -> Indicator:
        """Return the indicator with this id (KeyError if there is none)."""
        for indicator in self.indicators:
            if indicator.id == indicator_id:
                return indicator
        raise KeyError(indicator_id)

    def known_from(self, source: Source | StatusEntry) -> date:
        """The day from which a statement is known: the date of the document that makes it."""
        document = source.doc if isinstance(source, Source) else source.document
        return self.document(document).date

    def focus_title(self, focus_id: str) -> str:
        """The title of a focus area."""
        return next(area.title for area in self.focus_areas if area.id == focus_id)
