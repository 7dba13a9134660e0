"""How pages write the periods, documents and places of the register."""

from __future__ import annotations

import html
from collections.abc import Sequence

from analysis.calendar import parse_period, period_name
from analysis.plans.load import Register
from analysis.plans.model import Document, Plan
from analysis.plans.types import Source
from foundation.swedish import MONTHS, NO_BREAK_SPACE


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
