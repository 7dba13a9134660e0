"""Notebook 04: what the target would take, in persons a month, as sentences and a table that a slider reads."""

from __future__ import annotations

import pandas as pd

from analysis.answers.needed import Needed, needed
from analysis.answers.readings import ADULTS_OF_RESIDENTS
from analysis.answers.target import TargetState
from analysis.calendar import is_month, period_name
from analysis.pages.parts.markdown import Markdown, paragraphs
from analysis.pages.parts.table import Column, table
from analysis.runs import RunContext
from foundation.swedish import about, count, decimal, numbered, percent, probability


def takes_text(context: RunContext, state: TargetState) -> Markdown:
    """Say what is left in persons, what that is a month, and what has happened so far."""
    found, target = needed(context, state), context.target
    assessment = state.assessment
    if found is None or target is None or assessment is None:
        return paragraphs("")
    lines = []
    if found.left is not None and assessment.latest is not None:
        persons, each = found.left
        since = period_name(assessment.latest[0])
        if persons <= 0:
            lines.append(f"Det senast kända värdet ({since}) är redan på eller under målets nivå.")
        else:
            monthly = count(round(each)) if round(each) else "färre än en"
            lines.append(
                f"Från det senast kända värdet ({since}) till målet är det {about(persons)} {_whom(state)}, eller "
                f"{monthly} i månaden räknat därifrån."
            )
    if found.happened is not None:
        size = abs(round(found.happened))
        way = f"{'minskade' if found.happened > 0 else 'ökade'} de med cirka {count(size)} i månaden"
        lines.append(f"Åren före det {way if size else 'var de ungefär lika många'}.")
    due = period_name(target.senast) if is_month(target.senast) else f"slutet av {period_name(target.senast)}"
    lines.append(
        f"Det är {numbered(found.months, 'månad', 'månader')} kvar till {due}. Tabellen visar vad "
        "som händer om fler lämnar biståndet varje månad än prognosen räknar med, när de som börjar är fråndragna."
    )
    return paragraphs(" ".join(lines))


def _whom(state: TargetState) -> str:
    return "personer" if state.bridged is None else "vuxna"


def takes_table(context: RunContext, state: TargetState) -> Markdown:
    """Return the steps as a table; with scripts a slider shows one row at a time."""
    found, target = needed(context, state), context.target
    if found is None or target is None:
        return paragraphs("")
    frame = pd.DataFrame(
        {
            "each": [count(step.per_month) for step in found.steps],
            "persons": [count(step.persons) for step in found.steps],
            "level": [percent(step.level, 2) for step in found.steps],
            "chance": [probability(step.probability) for step in found.steps],
        }
    )
    when = period_name(target.senast)
    columns = [
        Column("each", "Fler som lämnar i månaden"),
        Column("persons", f"Färre {_whom(state)} {when}"),
        Column("level", "Målets mått då"),
        Column("chance", f"Sannolikhet för {target.level_text}"),
    ]
    return table(frame, columns, caption="Vad det skulle krävas", slider=True, note=_note(state, found))


def _note(state: TargetState, found: Needed) -> str:
    adults = ""
    if state.bridged is not None:
        adults = f" Vuxna antas vara {decimal(100 * ADULTS_OF_RESIDENTS, 0)} procent av invånarna."
    return (
        f"Räknat på {about(found.base, -3)} {_whom(state)} och samma simulerade framtider som sannolikheten, "
        f"flyttade lika mycket. Måttet är medianen. Första raden är prognosen som den är.{adults}"
    )
