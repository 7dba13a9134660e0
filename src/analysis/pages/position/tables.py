"""Notebook 01: its tables: the comparison group, women and men, and the documents' own figures."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from analysis.answers.months import ADULT_SHARE
from analysis.answers.position import YEARS_BACK, Position, compared
from analysis.calendar import period_name
from analysis.pages.parts.markdown import Markdown, capitalise, paragraphs
from analysis.pages.parts.table import Column, table
from analysis.panel import series
from analysis.runs import RunContext
from analysis.sources.observation import GENDERS, STATUS_SV, WITHOUT_VALUE
from foundation.swedish import decimal


def comparison_table(
    context: RunContext, shares: pd.DataFrame, now: Position, back: int = YEARS_BACK
) -> Markdown:
    """Return the comparison group by name: level, change in some years and place."""
    frame = compared(context, shares, now, back)
    first = frame.attrs["since"]
    columns = [
        Column("name", "Kommun"),
        Column("level", f"Andel {now.year}", "number", 2, unit="%"),
        Column("change", f"Ändring sedan {first}", "number", 2, sign=True, unit="procentenheter"),
        Column("place", "Plats av alla kommuner", "number", 0),
    ]
    return table(
        frame,
        columns,
        caption=f"{context.municipality.name} bland {context.catalogue.groups[context.run.jamforelse].titel}, {now.year}",
        sortable=True,
        highlight=lambda row: row["code"] == context.run.kommun,
        note=f"{cited(context, context.observations, context.run.matt)} – uppgift saknas.",
    )


def cited(context: RunContext, rows: pd.DataFrame, measure_id: str) -> str:
    """Return how to cite the sources that a measure's rows came from, read off their passports."""
    used = set(rows.loc[rows["measure_id"] == measure_id, "source_id"])
    return f"Källa: {'; '.join(item.passport.hanvisning for item in context.passports if item.passport.id in used)}."


def gender_table(context: RunContext) -> Markdown:
    """Return the board's adult measure for women and men, or say that there is none yet."""
    rows, known = [], context.documented
    for gender, label in (("T", "Alla"), ("K", "Kvinnor"), ("M", "Män")):
        for period, value in series(known, ADULT_SHARE, context.run.kommun, gender=gender).items():
            rows.append({"gender": label, "period": str(period), "value": value})
    if not rows:
        return paragraphs(
            "Inget värde uppdelat på kvinnor och män var känt för kommunen den dag som körningen gäller. "
            "Måttet över invånare (N31807) publiceras i Kolada bara totalt i den utgåva som används här."
        )
    frame = (
        pd.DataFrame(rows)
        .pivot_table(index="gender", columns="period", values="value", sort=False)
        .reset_index()
    )
    frame.columns = frame.columns.rename(None)
    periods = [name for name in frame.columns if name != "gender"]
    gap = frame.set_index("gender")
    if {"Kvinnor", "Män"} <= set(gap.index):
        extra = {
            "gender": "Skillnad, kvinnor minus män",
            **{p: gap.loc["Kvinnor", p] - gap.loc["Män", p] for p in periods},
        }
        frame = pd.concat([frame, pd.DataFrame([extra])], ignore_index=True)
    columns = [
        Column("gender", "Grupp"),
        *(Column(p, capitalise(period_name(p)), "number", 2, unit="%") for p in periods),
    ]
    return table(
        frame,
        columns,
        caption="Vuxna biståndsmottagare, andel av befolkningen, kvinnor och män",
        note=f"{cited(context, known, ADULT_SHARE)} Skillnaden är i procentenheter. "
        f"{context.catalogue.measure(ADULT_SHARE).definition}",
    )


def related_table(context: RunContext) -> Markdown:
    """Return every other known figure about the municipality from its documents, as stated."""
    rows = context.documented
    documents = {item.passport.id for item in context.sources if not item.passport.national}
    chosen = rows[(rows["kommun_kod"] == context.run.kommun) & rows["source_id"].isin(documents)]
    if chosen.empty:
        return paragraphs("Inga tal ur nämndens dokument var kända den dag som körningen gäller.")
    rows_out = []
    for measure_id in (name for name in context.catalogue.measures if name in set(chosen["measure_id"])):
        measure = context.catalogue.measure(measure_id)
        part = chosen[chosen["measure_id"] == measure_id].sort_values("period")
        cells = {
            gender: " · ".join(
                _stated(row, measure.decimaler) for row in part[part["gender"] == gender].itertuples()
            )
            for gender in GENDERS
        }
        places = sorted({re.sub(r" \([^)]*\)$", "", note) for note in part["note"]})
        rows_out.append({"name": f"{measure.namn} ({measure.enhet})", "where": "; ".join(places), **cells})
    columns = [
        Column("name", "Mått"),
        Column("T", "Alla"),
        Column("K", "Kvinnor"),
        Column("M", "Män"),
        Column("where", "Var talen står"),
    ]
    return table(
        pd.DataFrame(rows_out),
        columns,
        caption="Tal ur dokumenten, så som de anges där",
        note="Ett * betyder att dokumentet anger värdet som ungefärligt, ** att det är preliminärt.",
    )


def _stated(row: Any, digits: int) -> str:
    if row.status in WITHOUT_VALUE:
        return f"{STATUS_SV[row.status].split(' (')[0]} ({period_name(row.period)})"
    mark = {"approximate": "*", "preliminary": "**"}.get(row.status, "")
    return f"{decimal(row.value, digits)}{mark} ({period_name(row.period)})"
