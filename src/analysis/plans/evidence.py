"""The facts that decide what can be known about a measure: from the register, and from the data at hand."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date

from analysis.calendar import Period, parse_period
from analysis.plans.load import Register
from analysis.plans.model import Measure, Plan
from analysis.plans.status import board
from analysis.plans.vocabulary import Assignment, Level, Mechanism, Rollout, Status


@dataclass(frozen=True)
class DataAtHand:
    """What the investigator has, beside the public documents.

    Parameters
    ----------
    annual_panel
        Yearly share of recipients for other municipalities (the embedded panel).
    monthly_series
        Monthly series of the measures' own outcomes, with at least a year before the start.
    area_series
        The same outcomes by city district or by the groups that got the measure at different times.
    microdata
        Spells of bistånd and starts of insatser per person, through the module for microdata.
    """

    annual_panel: bool = True
    monthly_series: bool = False
    area_series: bool = False
    microdata: bool = False


@dataclass(frozen=True)
class Facts:
    """Yes or no to every question that the rules of the ledger ask of one measure."""

    claimed: bool
    own_decision: bool
    carried_out: bool
    individual: bool
    organisation: bool
    random: bool
    everyone: bool
    staged: bool
    separable: bool
    dated: bool
    dose: bool
    own_outcome: bool
    values: bool
    before_after: bool
    annual_panel: bool
    monthly_series: bool
    area_series: bool
    microdata: bool


NEEDS: dict[str, str] = {
    "claimed": "en uttalad tanke om hur åtgärden ska ändra inflöde, utflöde, tid eller kostnad",
    "dated": "datum då åtgärden började",
    "dose": "antal som fått åtgärden per månad",
    "own_outcome": "ett utfall som åtgärden ensam ska ändra",
    "before_after": "minst ett värde före och ett efter starten",
    "monthly_series": "månadsserie för utfallet med minst ett år före starten",
    "area_series": "utfallet per stadsdel eller grupp varje månad",
    "microdata": "åtgärden som insats i månadsfilen till Socialstyrelsen eller i en egen lista per person",
}
"""What can be obtained, and the words for it; the other facts are what they are."""


def facts_of(
    plan: Plan, measure: Measure, data: DataAtHand, as_of: date, register: Register | None = None
) -> Facts:
    """Collect the facts of one measure as known on a day."""
    evidence = measure.evidence
    told = plan.known_from(evidence.source or measure.source) <= as_of
    return Facts(
        claimed=_claims(measure),
        own_decision=evidence.level is not Level.OTHER_ACTOR,
        carried_out=measure.number not in _stopped(plan, as_of, register),
        individual=evidence.level is Level.INDIVIDUAL,
        organisation=evidence.level is Level.ORGANISATION,
        random=evidence.assignment is Assignment.RANDOM,
        everyone=evidence.assignment is Assignment.EVERYONE,
        staged=evidence.rollout in (Rollout.BY_AREA, Rollout.BY_GROUP, Rollout.PILOT),
        separable=_separable(plan, measure, as_of, register),
        dated=told and evidence.start is not None,
        dose=told and evidence.dose_observed,
        own_outcome=bool(measure.indicators),
        values=bool(_periods(plan, measure, as_of)),
        before_after=_before_and_after(plan, measure, as_of),
        annual_panel=data.annual_panel,
        monthly_series=data.monthly_series,
        area_series=data.area_series,
        microdata=data.microdata,
    )


def concurrent(
    plan: Plan, measure: Measure, as_of: date, register: Register | None = None
) -> tuple[str, ...]:
    """Return the numbers of the plan's other measures that pull on the same mechanism at the same time.

    Stopped measures, measures that another actor decides and rows of the same group are left out.
    """
    own = set(measure.evidence.mechanism) - {Mechanism.NONE}
    others = _acting_beside(plan, measure, as_of, register)
    return tuple(other.number for other in others if own & set(other.evidence.mechanism))


def obtainable(facts: Facts) -> tuple[str, ...]:
    """Return the names of the facts that are missing but could be obtained."""
    return tuple(item.name for item in fields(Facts) if item.name in NEEDS and not getattr(facts, item.name))


def with_facts(facts: Facts, names: tuple[str, ...]) -> Facts:
    """Return the facts as they would be if the named ones were obtained.

    Values before and after count as values only when it is known when the measure began.
    """
    changed = replace(facts, **dict.fromkeys(names, True))
    return replace(changed, values=changed.values or (changed.before_after and changed.dated))


def _separable(plan: Plan, measure: Measure, as_of: date, register: Register | None) -> bool:
    """Whether nothing else in the plan can have moved an outcome that other municipalities publish too.

    Either the measure's own indicator is in the panel and no other measure shares its mechanism, or no other
    measure of the plan claims to change the number of recipients or the cost at all.
    """
    if not _claims(measure):
        return False
    own_in_panel = any(plan.indicator(name).panel_measure for name in measure.indicators)
    if own_in_panel and not concurrent(plan, measure, as_of, register):
        return True
    return not any(_claims(other) for other in _acting_beside(plan, measure, as_of, register))


def _acting_beside(plan: Plan, measure: Measure, as_of: date, register: Register | None) -> list[Measure]:
    stopped = _stopped(plan, as_of, register)
    return [
        other
        for other in plan.measures
        if other.counted_as != measure.counted_as
        and other.number not in stopped
        and other.evidence.level is not Level.OTHER_ACTOR
        and _overlap(measure, other)
    ]


def _claims(measure: Measure) -> bool:
    return any(item is not Mechanism.NONE for item in measure.evidence.mechanism)


def _stopped(plan: Plan, as_of: date, register: Register | None) -> frozenset[str]:
    rows = board(plan, as_of, register).rows
    return frozenset(row.measure.number for row in rows if row.status is Status.STOPPED)


def _overlap(one: Measure, other: Measure) -> bool:
    if one.years is None or other.years is None:
        return True
    return one.years.first <= other.years.last and other.years.first <= one.years.last


def _periods(plan: Plan, measure: Measure, as_of: date) -> list[list[Period]]:
    """Return the periods of the values known on the day, one list an indicator that has any."""
    found = []
    for name in measure.indicators:
        stated = plan.indicator(name).stated_values()
        known = {value.period for value in stated if plan.known_from(value.source) <= as_of}
        if known:
            found.append([parse_period(text) for text in sorted(known)])
    return found


def _before_and_after(plan: Plan, measure: Measure, as_of: date) -> bool:
    if measure.evidence.start is None:
        return False
    start = parse_period(measure.evidence.start).start
    return any(
        any(period.end < start for period in periods) and any(period.start >= start for period in periods)
        for periods in _periods(plan, measure, as_of)
    )
