"""Do the documents' own totals agree with what was transcribed? Every comparison is returned, not just faults."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.plans.model import Plan, StatedCount
from analysis.plans.status import count_grouped
from analysis.plans.types import Source
from analysis.plans.vocabulary import CountBasis


@dataclass(frozen=True)
class CountCheck:
    """One total: what the document states and what the register holds.

    `explanation` is how the register handles a disagreement that it knows of.
    """

    what: str
    label: str
    stated: float
    computed: float
    source: Source
    explanation: str | None = None

    @property
    def agrees(self) -> bool:
        """Whether the two numbers are the same."""
        return self.stated == self.computed


def check_counts(plan: Plan) -> tuple[CountCheck, ...]:
    """Compare every count that the plan's documents state with the transcription."""
    return tuple(
        CountCheck(count.what, label, stated, computed, count.source, _explanation(plan, count))
        for count in plan.stated_counts
        for label, stated, computed in _compared(plan, count)
    )


def check_sums(plan: Plan) -> tuple[CountCheck, ...]:
    """Compare every total of the budget tables with the sum of its lines; an empty cell adds nothing."""
    checks = []
    for table in plan.budgets:
        for total in table.sums:
            for column, stated in zip(table.columns, total.values, strict=True):
                parts = [table.amount(label, column) for label in total.sum_of]
                computed = sum(part for part in parts if part is not None)
                if stated is not None:
                    checks.append(
                        CountCheck(f"{table.title}, {column}", total.label, stated, computed, table.source)
                    )
    return tuple(checks)


def _explanation(plan: Plan, count: StatedCount) -> str | None:
    return next((entry.handled for entry in plan.contradictions if entry.id == count.explained_by), None)


def _compared(plan: Plan, count: StatedCount) -> list[tuple[str, int, int]]:
    held = _held(plan, count)
    if count.basis in (CountBasis.STATUS, CountBasis.LINEAGE):
        return [
            (label, stated, sum(held.get(word, 0) for word in count.includes.get(label, (label,))))
            for label, stated in count.counts.items()
        ]
    return [(label, stated, held["alla"]) for label, stated in count.counts.items()]


def _held(plan: Plan, count: StatedCount) -> dict[str, int]:
    """Count what the register holds on the same basis as the document."""
    document = count.source.doc
    if count.basis is CountBasis.STATUS:
        entries = [
            (measure, entry.status)
            for measure in plan.measures
            for entry in measure.statuses
            if entry.document == document
        ]
        return count_grouped(entries)
    if count.basis is CountBasis.LINEAGE:
        held: dict[str, int] = {}
        for link in plan.lineage:
            if link.source.doc == document:
                held[link.change] = held.get(link.change, 0) + max(len(link.origin), 1)
        return held
    if count.basis is CountBasis.MEASURES:
        return {"alla": len({measure.counted_as for measure in plan.measures})}
    if count.basis is CountBasis.FOCUS_AREAS:
        return {"alla": len(plan.focus_areas)}
    return {"alla": sum(item.kind == "uppdrag" for item in plan.commissions)}
