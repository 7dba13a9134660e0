"""Notebook 02: the ledger of what can be known about each measure, and why."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.answers.plan_view import PlanView
from analysis.pages.measures.view import when
from analysis.pages.parts.markdown import Markdown, callout, capitalise, paragraphs, sentence_list
from analysis.pages.parts.table import Column, table, with_small
from analysis.plans.identification import RULES, Grade, LedgerEntry, grade_counts
from analysis.plans.vocabulary import Rollout
from foundation.swedish import numbered

COMPARED = (Grade.RANDOMISED, Grade.STAGED, Grade.COMPARISON, Grade.INTERRUPTED)
"""Grades whose design says what would have happened otherwise."""

_MEANING = {
    Grade.RANDOMISED: "Lotten avgör vem som får åtgärden.",
    Grade.STAGED: "Åtgärden kommer vid olika tid till olika områden, grupper eller personer.",
    Grade.COMPARISON: "Andra kommuner visar vad som annars hade hänt.",
    Grade.INTERRUPTED: "Ett brott i en tät serie vid en känd start.",
    Grade.BEFORE_AFTER: "Ett värde före och ett efter; annat kan ha hänt samtidigt.",
    Grade.DESCRIPTIVE: "Något är räknat, men inget säger vad åtgärden har ändrat.",
    Grade.NOT_ASSESSABLE: "Varken dos eller utfall är känt, eller så avgör någon annan.",
}


def assessable(entries: Sequence[LedgerEntry]) -> int:
    """Number of measures about which anything at all can be said."""
    return sum(entry.grade is not Grade.NOT_ASSESSABLE for entry in entries)


def reach_sentence(entries: Sequence[LedgerEntry]) -> str:
    """Say in a short sentence whether any measure's data say what would have happened otherwise."""
    compared = sum(entry.grade in COMPARED for entry in entries)
    if not compared:
        return "För ingen enskild åtgärd visar uppgifterna vad som annars hade hänt."
    return f"För {numbered(compared, 'åtgärd', 'åtgärder')} finns ett underlag att jämföra mot."


def ledger_sentence(entries: Sequence[LedgerEntry]) -> str:
    """Say in a sentence how far the data reach."""
    compared = sum(entry.grade in COMPARED for entry in entries)
    weak = sum(entry.grade is Grade.BEFORE_AFTER for entry in entries)
    described = sum(entry.grade is Grade.DESCRIPTIVE for entry in entries)
    never = len(entries) - compared - weak - described
    rows = numbered(len(entries), "åtgärdsrad", "åtgärdsrader")
    counted = ((weak, "följas före och efter"), (described, "bara beskrivas"), (never, "inte bedömas alls"))
    parts = [f"{number} {words}" for number, words in counted if number]
    if never == len(entries):
        which = "går den enda åtgärdsraden inte att bedöma"
        if never > 1:
            which = f"går ingen av de {never} åtgärdsraderna att bedöma var för sig"
        return (
            f"Med de uppgifter som finns {which}: varken hur många "
            "som nåtts eller något eget utfall är känt, eller så avgör någon annan."
        )
    if compared:
        rest = f"; {sentence_list(parts).replace(' ', ' kan ', 1)}" if parts else ""
        return f"För {compared} av {rows} finns ett underlag att jämföra mot{rest}."
    return (
        "För ingen enskild åtgärd finns uppgifter som visar vad som annars hade hänt: "
        f"av {rows} kan {sentence_list(parts)}."
    )


def grades_table(view: PlanView) -> Markdown:
    """Return how many measures each design is possible for, with what the design means."""
    counts = grade_counts(view.ledger)
    frame = pd.DataFrame(
        [
            {"grade": capitalise(str(item)), "number": counts.get(str(item), 0), "meaning": _MEANING[item]}
            for item in Grade
        ]
    )
    columns = [
        Column("grade", "Design, starkast först"),
        Column("number", "Antal åtgärdsrader", "number", 0),
        Column("meaning", "Vad den bygger på"),
    ]
    return paragraphs(ledger_sentence(view.ledger)) + table(
        frame, columns, caption="Den bästa design som uppgifterna tillåter"
    )


def ledger_table(view: PlanView) -> Markdown:
    """Return the ledger: mechanism, dose, roll-out, grade, why, and what would raise it."""
    frame = pd.DataFrame([_ledger_row(view, entry) for entry in view.ledger])
    columns = [
        Column("measure", "Åtgärd och målgrupp", "html"),
        Column("mechanism", "Tänkt att ändra", filter=True),
        Column("grade", "Bästa design", filter=True),
        Column("reason", "Därför", "html"),
        Column("raises", "Det här höjer bedömningen"),
    ]
    return table(
        frame,
        columns,
        caption="Vad som går att veta om varje åtgärd",
        sortable=True,
        note="Ett steg upp i tabellen är ett löfte om en bättre jämförelse, inte om en effekt.",
    )


def _ledger_row(view: PlanView, entry: LedgerEntry) -> dict[str, str]:
    measure, evidence = entry.measure, entry.measure.evidence
    mechanism = sentence_list([str(item) for item in evidence.mechanism])
    dose = evidence.dose if evidence.dose and entry.facts.dose else "Antal som nåtts är inte känt"
    names = [view.plan.indicator(name).name for name in measure.indicators]
    outcome = f"Eget utfall: {'; '.join(names)}." if names else "Inget eget utfall."
    return {
        "measure": with_small(f"{measure.number}. {measure.text}", f"Målgrupp: {evidence.target_group}."),
        "mechanism": capitalise(mechanism),
        "grade": capitalise(str(entry.grade)),
        "reason": with_small(
            f"{entry.reason} {_beside(entry)}".strip(), f"{capitalise(dose)}. {_rollout(entry)} {outcome}"
        ),
        "raises": raises_text(entry),
    }


def _rollout(entry: LedgerEntry) -> str:
    evidence = entry.measure.evidence
    known = evidence.rollout is not Rollout.UNKNOWN
    how = f"Infördes: {evidence.rollout}" if known else "Hur den infördes är inte känt"
    since = f"från {when(evidence.start)}" if evidence.start and entry.facts.dated else "start inte känd"
    return f"{how}, {since}."


def _beside(entry: LedgerEntry) -> str:
    number = len(entry.concurrent)
    if not number or not entry.facts.own_decision or not entry.facts.carried_out:
        return ""
    return f"{numbered(number, 'annan åtgärd', 'andra åtgärder')} drar åt samma håll samtidigt."


def raises_text(entry: LedgerEntry, limit: int = 2) -> str:
    """Return the first sets of data that raise a grade, or say that none can."""
    if not entry.raises:
        return "Inga data kan höja den." if entry.grade is Grade.NOT_ASSESSABLE else "Kan inte höjas mer."
    return " ".join(f"{capitalise(str(item.grade))} kräver {item.text}." for item in entry.raises[:limit])


def rules_list(view: PlanView) -> Markdown:
    """Return the rules in the order they are tried, with how many measures each one decided."""
    fired: dict[str, int] = {}
    for entry in view.ledger:
        fired[entry.rule] = fired.get(entry.rule, 0) + 1
    lines = []
    for rule in RULES:
        decided = numbered(fired.get(rule.name, 0), "åtgärdsrad", "åtgärdsrader")
        lines.append(f"1. **{capitalise(rule.name)}** – {rule.grade}. {rule.why} ({decided})")
    text = (
        "Reglerna prövas uppifrån och den första som stämmer avgör. De läser bara registret och vilka data som "
        "finns till hands; här finns årsvärden för alla kommuner, "
        "men ingen månadsserie över en åtgärds eget utfall och inga mikrodata.\n\n" + "\n".join(lines)
    )
    return callout("note", "Reglerna bakom bedömningen", text)
