"""Reforms that the forecast has never seen: one sentence near the top, and what their sizes would mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from analysis.answers.reform import ReformOutlook
from analysis.calendar import period_name
from analysis.pages.parts.markdown import Markdown, bullet_list, paragraphs
from analysis.pages.parts.table import Column, table
from foundation.swedish import day_name, decimal, percent, points, probability

PAGE = "[Så ska effekten bedömas](../../aktivitetskravet.ipynb)."


def reform_sentence(facts: Mapping[str, Any]) -> str:
    """What the reforms may mean for a target and what cannot be known yet, from `ReformOutlook.facts`; else nothing."""
    if not facts:
        return ""
    several = len(facts["reforms"]) > 1
    which = "Reformerna" if several else "Reformen"
    named = facts["reforms"][0] + (" med flera" if several else "")
    start = f"{which} från {day_name(date.fromisoformat(facts['first']))} ({named})"
    even = facts["even"]
    needed = (
        f"måste sänka nivån med {points(-even['points'], sign=False)} för jämn chans"
        if even
        else "behövs inte för jämn chans"
    )
    unknown = (
        f"vad de ger går att säga först i {facts['judged']}" if facts["judged"] else "vad de ger är inte känt"
    )
    return f"{start} {needed}; {unknown}. Prognosen lär sig av år utan sådana reformer."


def reform_note(outlook: ReformOutlook | None) -> Markdown:
    """The sentence, with the way to the declaration."""
    return paragraphs(f"{reform_sentence(outlook.facts())} {PAGE}") if outlook else paragraphs("")


def reform_list(outlook: ReformOutlook | None) -> Markdown:
    """The reforms that come before the target's date, each with its day, whom it touches and its source."""
    if outlook is None:
        return paragraphs(
            "Ingen känd nationell reform träder i kraft mellan det senast kända året och målets tid."
        )
    return bullet_list(
        [
            f"{item.namn}, {day_name(item.datum)}. Berör {item.berors}. Källa: {item.kalla}."
            for item in outlook.reforms
        ]
    )


def reform_table(outlook: ReformOutlook | None) -> Markdown:
    """The target's probability under assumed sizes of the reforms' effect."""
    if outlook is None:
        return paragraphs("")
    frame = pd.DataFrame(
        {
            "size": [_size(case.size, case.goal) for case in outlook.cases],
            "level": [outlook.expected + case.points for case in outlook.cases],
            "points": ["–" if not case.size else points(case.points) for case in outlook.cases],
            "chance": [probability(case.probability) for case in outlook.cases],
        }
    )
    columns = [
        Column("size", "Antagen effekt av reformerna"),
        Column("points", "Förändring"),
        Column("level", f"Nivå {period_name(outlook.period)}, median", "number", 2, unit="%"),
        Column("chance", "Sannolikhet att målet nås"),
    ]
    return table(
        frame,
        columns,
        caption="Samma prognos, med antagna effekter av reformerna",
        note="Storlekarna är antaganden, inte skattningar. Ingen av dem ingår i sidans prognos "
        f"({percent(outlook.expected, 2)}). Här minskar varje framtid med lika många procent; ”Vad som måste vara sant” "
        "räknar med lika många personer och ger därför andra tal för 80 procent. Vad liknande krav har gjort på andra håll "
        "står i deklarationen.",
    )


def _size(size: float, goal: float | None) -> str:
    if not size:
        return "ingen"
    text = f"{decimal(-100 * size, 0)} procent lägre nivå"
    return text if goal is None else f"{text} (krävs för {decimal(100 * goal, 0)} % sannolikhet)"
