"""The identification ledger: what design could show a measure's effect, by written rules, never an effect.

The rules stand in order; the first whose condition holds gives the grade. What would raise a grade is found
by asking the same rules again with data added, so the advice cannot disagree with the grading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import combinations

from analysis.plans.evidence import (
    NEEDS,
    DataAtHand,
    Facts,
    concurrent,
    facts_of,
    obtainable,
    with_facts,
)
from analysis.plans.load import Register
from analysis.plans.model import Measure, Plan

MAX_NEEDS = 3
"""How many pieces of data at once are tried when asking what would raise a grade."""


class Grade(StrEnum):
    """The best design the data allow, strongest first."""

    RANDOMISED = "randomiserad"
    STAGED = "stegvis utrullning"
    COMPARISON = "jämförelsekommuner"
    INTERRUPTED = "avbruten tidsserie"
    BEFORE_AFTER = "före–efter"
    DESCRIPTIVE = "endast beskrivande"
    NOT_ASSESSABLE = "inte bedömbar"


STRENGTH = {grade: rank for rank, grade in enumerate(reversed(Grade))}
"""Rank of each grade; higher is stronger."""


@dataclass(frozen=True)
class Rule:
    """One rule: its name, the grade it gives, when it holds and the sentence that says why."""

    name: str
    grade: Grade
    holds: Callable[[Facts], bool]
    why: str


RULES: tuple[Rule, ...] = (
    Rule(
        "annan aktör bestämmer",
        Grade.NOT_ASSESSABLE,
        lambda f: not f.own_decision,
        "En annan aktör avgör utfallet, så kommunens åtgärd går inte att skilja ut.",
    ),
    Rule(
        "inte genomförd",
        Grade.NOT_ASSESSABLE,
        lambda f: not f.carried_out,
        "Åtgärden är stoppad, så det finns ingen verkan att söka.",
    ),
    Rule(
        "ingen mekanism, men följd",
        Grade.DESCRIPTIVE,
        lambda f: not f.claimed and (f.dose or f.values),
        "Planen säger inte hur åtgärden ska påverka biståndet; det som gjorts går att räkna men inte mer.",
    ),
    Rule(
        "ingen mekanism",
        Grade.NOT_ASSESSABLE,
        lambda f: not f.claimed,
        "Planen säger inte hur åtgärden ska påverka biståndet och inget är räknat.",
    ),
    Rule(
        "lottad med utfall",
        Grade.RANDOMISED,
        lambda f: f.random and (f.microdata or (f.own_outcome and f.before_after)),
        "Lotten avgör vem som får åtgärden och utfallet är mätt för båda grupperna.",
    ),
    Rule(
        "stegvis införd med serier",
        Grade.STAGED,
        lambda f: f.staged and f.dated and f.area_series,
        "Åtgärden kom vid olika tid till olika områden eller grupper, och utfallet är mätt för var och en.",
    ),
    Rule(
        "personer börjar vid olika tid",
        Grade.STAGED,
        lambda f: f.individual and f.microdata and not f.everyone,
        "Personer börjar vid olika tid, så de som börjat kan jämföras med liknande som väntar "
        "(efterliknat försök).",
    ),
    Rule(
        "ensam åtgärd i panelen",
        Grade.COMPARISON,
        lambda f: f.separable and f.dated and f.annual_panel and not f.organisation,
        "Ingen annan åtgärd i planen kan ha ändrat samma publicerade utfall, så andra kommuner kan visa "
        "vad som annars hade hänt.",
    ),
    Rule(
        "egen månadsserie",
        Grade.INTERRUPTED,
        lambda f: f.dated and f.own_outcome and f.monthly_series,
        "Åtgärdens eget utfall följs månad för månad och starten är daterad.",
    ),
    Rule(
        "alla får den, mikrodata finns",
        Grade.INTERRUPTED,
        lambda f: f.individual and f.dated and f.microdata,
        "Alla får åtgärden på en gång; månadsserier ur mikrodata visar brottet vid starten.",
    ),
    Rule(
        "värden före och efter",
        Grade.BEFORE_AFTER,
        lambda f: f.dated and f.before_after,
        "Det finns värden före och efter starten, men inget som skiljer åtgärden från annat "
        "som hände samtidigt.",
    ),
    Rule(
        "dos eller utfall räknat",
        Grade.DESCRIPTIVE,
        lambda f: f.dose or f.values,
        "Något är räknat, men inte så att före kan skiljas från efter.",
    ),
    Rule(
        "inget räknat",
        Grade.NOT_ASSESSABLE,
        lambda f: True,
        "Varken hur många som fått åtgärden eller något eget utfall är känt.",
    ),
)


@dataclass(frozen=True)
class Raise:
    """A smallest set of data that lifts the grade, and the grade it gives."""

    needs: tuple[str, ...]
    grade: Grade

    @property
    def text(self) -> str:
        """The data in Swedish, joined for a sentence."""
        words = [NEEDS[need] for need in self.needs]
        return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " och " + words[-1]


@dataclass(frozen=True)
class LedgerEntry:
    """What can be known of one measure: the grade, the rule that gave it, and what would raise it.

    `concurrent` lists the other measures that pull the same way at the same time. `raises` is empty when no
    data can help.
    """

    measure: Measure
    facts: Facts
    grade: Grade
    rule: str
    reason: str
    concurrent: tuple[str, ...]
    raises: tuple[Raise, ...]


def grade(facts: Facts) -> Rule:
    """Return the first rule that holds."""
    return next(rule for rule in RULES if rule.holds(facts))


def what_would_raise(facts: Facts) -> tuple[Raise, ...]:
    """Return every smallest set of obtainable data that lifts the grade, fewest pieces first.

    A set is left out when a smaller part of it gives the same grade or a better one.
    """
    now = STRENGTH[grade(facts).grade]
    missing = obtainable(facts)
    found: list[Raise] = []
    for size in range(1, MAX_NEEDS + 1):
        for names in combinations(missing, size):
            lifted = grade(with_facts(facts, names)).grade
            better = STRENGTH[lifted] > now
            if better and not any(_covers(old, names, lifted) for old in found):
                found.append(Raise(names, lifted))
    return tuple(sorted(found, key=lambda item: (len(item.needs), -STRENGTH[item.grade])))


def ledger(
    plan: Plan,
    as_of: date,
    data: DataAtHand | None = None,
    register: Register | None = None,
    *,
    answered: Collection[str] = (),
) -> tuple[LedgerEntry, ...]:
    """Return the ledger of a plan as known on a day, one entry a measure in the order of the plan.

    Parameters
    ----------
    plan
        The plan.
    as_of
        The day; later statuses and values are not seen.
    data
        What the investigator has (default: the embedded yearly panel only).
    register
        Lets statuses be taken from later versions of the plan.
    answered
        Numbers of the measures whose effect the municipality's own spells have given an answer about.
    """
    held = data or DataAtHand()
    with_spells = replace(held, microdata=True)
    return tuple(
        _entry(plan, measure, with_spells if measure.number in answered else held, as_of, register)
        for measure in plan.measures
    )


def grade_counts(entries: Iterable[LedgerEntry]) -> dict[str, int]:
    """Number of measures by grade, strongest grade first, grades without measures left out."""
    counter = Counter(entry.grade for entry in entries)
    return {str(item): counter[item] for item in Grade if counter[item]}


def _covers(old: Raise, names: tuple[str, ...], lifted: Grade) -> bool:
    return set(old.needs) <= set(names) and STRENGTH[old.grade] >= STRENGTH[lifted]


def _entry(
    plan: Plan, measure: Measure, data: DataAtHand, as_of: date, register: Register | None
) -> LedgerEntry:
    facts = facts_of(plan, measure, data, as_of, register)
    rule = grade(facts)
    return LedgerEntry(
        measure,
        facts,
        rule.grade,
        rule.name,
        rule.why,
        concurrent(plan, measure, as_of, register),
        what_would_raise(facts),
    )
