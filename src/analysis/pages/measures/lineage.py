"""Notebook 02: what happened to every measure through the versions of the plan."""

from __future__ import annotations

import pandas as pd

from analysis.answers.plan_view import PlanView
from analysis.pages.measures.view import reference_text, source_text
from analysis.pages.parts.markdown import LONGEST_LIST, Markdown, capitalise, paragraphs, sentence_list
from analysis.pages.parts.table import Column, table, with_small
from analysis.plans.lineage import Fate, Step, fate_counts
from analysis.plans.vocabulary import Change
from foundation.swedish import day_name, numbered

_SENTENCES: dict[str, tuple[str, str]] = {
    Change.UNCHANGED: ("är oförändrad", "är oförändrade"),
    Change.REWORDED: ("lever vidare med nya ord", "lever vidare med nya ord"),
    Change.MERGED: ("slogs ihop med en annan", "slogs ihop"),
    Change.DONE: ("blev klar", "blev klara"),
    Change.ACTIVITY: ("blev en aktivitet", "blev aktiviteter"),
    Change.ORDINARY: ("blev ordinarie arbete", "blev ordinarie arbete"),
    Change.NO_CONTROL: (
        "togs bort för att nämnden inte råder över den",
        "togs bort för att nämnden inte råder över dem",
    ),
    Change.UNEXPLAINED: ("försvann utan förklaring", "försvann utan förklaring"),
    Change.NEW: ("är ny", "är nya"),
}
"""How a number of measures with an outcome is said, for one and for several."""


def lineage_table(view: PlanView) -> Markdown:
    """Return the fate of each measure with the words of every step, or say that no later version is known."""
    if not any(item.steps for item in view.fates):
        return _unknown(view)
    frame = pd.DataFrame([_row(view, item) for item in view.fates])
    columns = [
        Column("measure", "Åtgärd"),
        Column("outcome", "Vad hände", filter=True),
        Column("now", "Lever vidare som"),
        Column("steps", "Stegen och källan", "html"),
    ]
    known = max(step.known_from for item in view.fates for step in item.steps)
    return table(
        frame,
        columns,
        caption=f"Vad hände med {_all(view)}?",
        sortable=True,
        note=f"Känt från {day_name(known)}. Omformulerad betyder att "
        "orden är ändrade, inte att åtgärden är en annan.",
    )


def lineage_sentence(view: PlanView) -> Markdown:
    """Return the counts of what happened in a sentence."""
    if not any(item.steps for item in view.fates):
        return _unknown(view)
    counts = sorted(fate_counts(view.fates).items(), key=lambda item: (-item[1], item[0]))
    parts = [numbered(number, *_SENTENCES.get(label, (label, label))) for label, number in counts]
    if len(parts) > LONGEST_LIST:
        rest = sum(number for _, number in counts[LONGEST_LIST - 1 :])
        parts = [*parts[: LONGEST_LIST - 1], f"{rest} slutade på annat sätt"]
    return paragraphs(f"Så gick det för {_all(view)}: {sentence_list(parts)}.")


def _unknown(view: PlanView) -> Markdown:
    return paragraphs(
        f"Ingen senare version av {view.plan.short_title} var känd den dag som körningen gäller, "
        "så åtgärderna går inte att följa vidare."
    )


def _all(view: PlanView) -> str:
    """The plan's measures in the definite form."""
    return "den enda åtgärden" if len(view.fates) == 1 else f"de {len(view.fates)} åtgärderna"


def _row(view: PlanView, item: Fate) -> dict[str, str]:
    return {
        "measure": f"{item.measure.number}. {item.measure.text}",
        "outcome": capitalise(str(item.outcome)) if item.outcome else "Inte känt",
        "now": "; ".join(reference_text(view.register, end) for end in item.ends) or "Inget",
        "steps": with_small(
            " ".join(_step_text(view, step) for step in item.steps),
            "; ".join(_source(view, step) for step in item.steps[-1:]),
        ),
    }


def _source(view: PlanView, step: Step) -> str:
    return source_text(view.register.plan(step.stated_by), step.link.source)


def _step_text(view: PlanView, step: Step) -> str:
    version = view.register.plan(step.stated_by)
    note = f" {step.link.note}" if step.link.note else ""
    own = " enligt egen jämförelse" if step.link.judged_by != "dokumentet" else ""
    return f"{version.years.first}: {step.link.change}{own}.{note}"
