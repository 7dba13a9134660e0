"""What the shape of a plan file cannot say: references, dates and numbers that must agree inside one plan.

Every check yields `Fault`s: where in the file (a path of keys and indices) and what is wrong, in Swedish.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analysis.calendar import parse_period
from analysis.plans.model import Measure, Plan
from analysis.plans.types import Source
from foundation.errors import allowed_values


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a plan file; `place` uses the file's own keys."""

    place: tuple[str | int, ...]
    problem: str
    fix: str | None = None


def faults(plan: Plan) -> Iterator[Fault]:
    """Yield everything that is wrong inside one plan."""
    yield from _duplicates(plan)
    yield from _sources(plan)
    yield from _document_dates(plan)
    for index, measure in enumerate(plan.measures):
        yield from _measure_references(plan, measure, ("atgarder", index))
        yield from _measure_dates(plan, measure, ("atgarder", index))
        yield from _statuses(plan, measure, ("atgarder", index))
    yield from _indicator_references(plan)
    yield from _other_references(plan)


def _duplicates(plan: Plan) -> Iterator[Fault]:
    lists: list[tuple[str, str, list[str]]] = [
        ("atgarder", "nummer", [measure.number for measure in plan.measures]),
        ("indikatorer", "id", [indicator.id for indicator in plan.indicators]),
        ("dokument", "id", [document.id for document in plan.documents]),
        ("omraden", "id", [area.id for area in plan.focus_areas]),
        ("uppdrag", "id", [commission.id for commission in plan.commissions]),
        ("mal", "id", [target.id for target in plan.targets]),
        ("uppgivna_antal", "id", [count.id for count in plan.stated_counts]),
        ("motsagelser", "id", [entry.id for entry in plan.contradictions]),
    ]
    for key, field, names in lists:
        for index, name in enumerate(names):
            if name in names[:index]:
                first = names.index(name) + 1
                yield Fault((key, index, field), f"”{name}” används redan av post {first} i listan.")


def _sources(plan: Plan) -> Iterator[Fault]:
    known = {document.id for document in plan.documents}
    for place, source in _all_sources(plan):
        if source.doc not in known:
            yield _unknown((*place, "dok"), "dokumentet", source.doc, known)


def _all_sources(plan: Plan) -> Iterator[tuple[tuple[str | int, ...], Source]]:
    lists: dict[str, Iterable[Source]] = {
        "omraden": [area.source for area in plan.focus_areas],
        "uppdrag": [commission.source for commission in plan.commissions],
        "mal": [target.source for target in plan.targets],
        "atgarder": [measure.source for measure in plan.measures],
        "indikatorer": [indicator.source for indicator in plan.indicators],
        "harkomst": [link.source for link in plan.lineage],
        "uppgivna_antal": [count.source for count in plan.stated_counts],
        "budgetar": [budget.source for budget in plan.budgets],
        "kostnader": [cost.source for cost in plan.costs],
        "arshjul": [entry.source for entry in plan.calendar],
    }
    for key, sources in lists.items():
        for index, source in enumerate(sources):
            yield (key, index, "kalla"), source
    for index, measure in enumerate(plan.measures):
        if measure.evidence.source is not None:
            yield ("atgarder", index, "underlag", "kalla"), measure.evidence.source
    for index, entry in enumerate(plan.contradictions):
        for position, source in enumerate(entry.where):
            yield ("motsagelser", index, "var", position), source
    for index, indicator in enumerate(plan.indicators):
        for position, row in enumerate(indicator.values):
            if row.source is not None:
                yield ("indikatorer", index, "varden", position, "kalla"), row.source
        for position, movement in enumerate(indicator.stated_movements):
            yield ("indikatorer", index, "rorelser", position, "kalla"), movement.source


def _unknown(place: tuple[str | int, ...], what: str, name: str, known: Iterable[str]) -> Fault:
    listed = allowed_values(known) or "inga alls"
    return Fault(place, f"{what} ”{name}” finns inte i planen.", f"Använd något av: {listed}.")


def _document_dates(plan: Plan) -> Iterator[Fault]:
    if plan.years.last < plan.years.first:
        yield Fault(("ar", "till"), "Planens sista år ligger före det första.")
    for index, document in enumerate(plan.documents):
        if document.describes is None:
            continue
        if parse_period(document.describes).start > document.date:
            yield Fault(
                ("dokument", index, "avser"),
                f"dokumentet är daterat {document.date} men avser en senare period ({document.describes}).",
            )


def _measure_references(plan: Plan, measure: Measure, place: tuple[str | int, ...]) -> Iterator[Fault]:
    areas = {area.id for area in plan.focus_areas}
    if measure.focus not in areas:
        yield _unknown((*place, "omrade"), "området", measure.focus, areas)
    commissions = {commission.id for commission in plan.commissions}
    if measure.commission is not None and measure.commission not in commissions:
        yield _unknown((*place, "uppdrag"), "uppdraget", measure.commission, commissions)
    indicators = {indicator.id for indicator in plan.indicators}
    for position, name in enumerate(measure.indicators):
        if name not in indicators:
            yield _unknown((*place, "indikatorer", position), "indikatorn", name, indicators)


def _measure_dates(plan: Plan, measure: Measure, place: tuple[str | int, ...]) -> Iterator[Fault]:
    years = measure.years
    if years is not None and years.last < years.first:
        yield Fault((*place, "ar", "till"), "åtgärdens sista år ligger före det första.")
    if years is not None and years.first < plan.decided.year:
        yield Fault(
            (*place, "ar", "fran"),
            f"åtgärden börjar {years.first}, före planens beslut {plan.decided}.",
        )
    start = measure.evidence.start
    if start is not None and parse_period(start).end < plan.decided:
        yield Fault(
            (*place, "underlag", "start"), f"åtgärden börjar {start}, före planens beslut {plan.decided}."
        )


def _statuses(plan: Plan, measure: Measure, place: tuple[str | int, ...]) -> Iterator[Fault]:
    known = {document.id: document for document in plan.documents}
    seen: set[str] = set()
    for position, entry in enumerate(measure.statuses):
        here = (*place, "statusar", position, "dok")
        document = known.get(entry.document)
        if document is None:
            yield _unknown(here, "dokumentet", entry.document, known)
            continue
        if entry.document in seen:
            yield Fault(here, f"åtgärden har redan en status från ”{entry.document}”.")
        seen.add(entry.document)
        if document.describes is None:
            yield Fault(here, f"dokumentet ”{document.id}” säger inte vilken period det avser (”avser”).")
        described = document.date if document.describes is None else parse_period(document.describes).end
        if min(document.date, described) < plan.decided:
            yield Fault(
                here, f"statusen är från {min(document.date, described)}, före planens beslut {plan.decided}."
            )


def _indicator_references(plan: Plan) -> Iterator[Fault]:
    areas = {area.id for area in plan.focus_areas}
    numbers = {measure.number for measure in plan.measures}
    for index, indicator in enumerate(plan.indicators):
        place = ("indikatorer", index)
        if indicator.focus is not None and indicator.focus not in areas:
            yield _unknown((*place, "omrade"), "området", indicator.focus, areas)
        for position, number in enumerate(indicator.measures):
            if number not in numbers:
                yield _unknown((*place, "atgarder", position), "åtgärden", number, numbers)
        periods = [row.period for row in indicator.values]
        for position, row in enumerate(indicator.values):
            if row.period in periods[:position]:
                yield Fault(
                    (*place, "varden", position, "period"), f"perioden {row.period} står redan i listan."
                )
            document = row.source.doc if row.source else indicator.source.doc
            dated = next((item.date for item in plan.documents if item.id == document), None)
            if dated is not None and parse_period(row.period).start > dated:
                yield Fault(
                    (*place, "varden", position, "period"),
                    f"värdet avser {row.period} men dokumentet är daterat {dated}.",
                )


def _other_references(plan: Plan) -> Iterator[Fault]:
    indicators = {indicator.id for indicator in plan.indicators}
    numbers = {measure.number for measure in plan.measures}
    areas = {area.id for area in plan.focus_areas}
    for index, target in enumerate(plan.targets):
        if target.indicator is not None and target.indicator not in indicators:
            yield _unknown(("mal", index, "indikator"), "indikatorn", target.indicator, indicators)
    for index, entry in enumerate(plan.contradictions):
        for position, number in enumerate(entry.measures):
            if number not in numbers:
                yield _unknown(("motsagelser", index, "atgarder", position), "åtgärden", number, numbers)
    contradictions = {entry.id for entry in plan.contradictions}
    for index, count in enumerate(plan.stated_counts):
        if count.explained_by is not None and count.explained_by not in contradictions:
            place = ("uppgivna_antal", index, "forklaras_av")
            yield _unknown(place, "motsägelsen", count.explained_by, contradictions)
    for index, commission in enumerate(plan.commissions):
        if commission.focus not in areas:
            yield _unknown(("uppdrag", index, "omrade"), "området", commission.focus, areas)
