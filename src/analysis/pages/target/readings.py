"""Notebook 04: the readings of the target as a table."""

from __future__ import annotations

import pandas as pd

from analysis.answers.readings import readings
from analysis.answers.target import TargetState
from analysis.pages.parts.markdown import Markdown, paragraphs
from analysis.pages.parts.table import Column, table, with_small
from analysis.runs import RunContext
from foundation.swedish import decimal, probability


def readings_table(context: RunContext, state: TargetState) -> Markdown:
    """The readings side by side."""
    target = context.target
    if target is None:
        return paragraphs("Planen har inget mål för andelen, så det finns inga läsningar att jämföra.")
    rows = [{**item.__dict__, "name": item.label, "chosen": item.chosen} for item in readings(context, state)]
    if not rows:
        return paragraphs("Målets tid är ute, så utfallet avgör och inte hur målet läses.")
    frame = pd.DataFrame(rows).assign(
        interval=lambda t: [
            f"{decimal(low, 2)}–{decimal(high, 2)}" for low, high in zip(t["low80"], t["high80"], strict=True)
        ],
        name=lambda t: [with_small(*pair) for pair in zip(t["name"], t["basis"], strict=True)],
        chance=lambda t: [probability(value) for value in t["probability"]],
    )
    columns = [
        Column("name", "Läsning, och vad talet vilar på", "html"),
        Column("median", "Prognos", "number", 2, unit="%"),
        Column("interval", "80 %-intervall"),
        Column("chance", f"Sannolikhet för {target.level_text}"),
    ]
    return table(
        frame,
        columns,
        caption="Samma mål, läst på olika sätt",
        highlight=lambda row: bool(row["chosen"]),
    )
