"""The preview: what the reader understood, in words and a small table, before anything is stored."""

from __future__ import annotations

import pandas as pd

from analysis.calendar import absent_months
from analysis.sources.catalogue import Catalogue
from analysis.sources.ingest.columns import Column
from analysis.sources.ingest.reading import Reading
from analysis.sources.ingest.text import number_text, table_text
from analysis.sources.observation import STATUS_SV, WITH_VALUE
from foundation.swedish import numbered

_GENDER_SV = {"T": "alla", "K": "kvinnor", "M": "män"}
MAX_ROWS = 12
MAX_DROPPED = 15
MAX_ABSENT = 6


def preview(reading: Reading, catalogue: Catalogue) -> str:
    """Return the preview as text."""
    table = reading.table
    parts = [
        f"Fil: {reading.path.name} ({reading.origin}; decimaltecken ”{reading.decimal}”)",
        *([f"Rubrik: {' | '.join(reading.titles)}"] if reading.titles else []),
        "",
        "Så tolkades kolumnerna:",
        *(
            f"  {column.label or '(utan rubrik)'}: {_role_text(column, catalogue)}"
            for column in reading.columns
        ),
        "",
        _summary(table, catalogue),
        "",
        _sample(table),
    ]
    if reading.dropped:
        parts += ["", f"Utelämnat ({len(reading.dropped)}):"]
        parts += [f"  {item.where}: {item.why}" for item in reading.dropped[:MAX_DROPPED]]
        if len(reading.dropped) > MAX_DROPPED:
            parts.append(f"  … och {len(reading.dropped) - MAX_DROPPED} till")
    if reading.warnings:
        parts += ["", "Titta extra på:", *(f"  {text}" for text in reading.warnings)]
    return "\n".join(parts)


def _role_text(column: Column, catalogue: Catalogue) -> str:
    if column.role == "ej med":
        return f"läses inte ({column.why})"
    if column.role != "värde":
        return column.role
    facets = column.facets
    said = [
        f"{facets.measure} ({catalogue.measures[facets.measure].enhet})"
        if facets.measure in catalogue.measures
        else "",
        _GENDER_SV.get(facets.gender or "", ""),
        facets.group or "",
        (facets.period.text() or f"månad {facets.period.month}") if facets.period else "",
        f"gånger {number_text(column.scale)}" if column.scale != 1 else "",
    ]
    return "siffror, " + (", ".join(part for part in said if part) or "mått enligt raden")


def _summary(table: pd.DataFrame, catalogue: Catalogue) -> str:
    lines = []
    for measure_id, part in table.groupby("measure_id", sort=False):
        places = part["kommun_kod"].unique()
        where = catalogue.municipalities[places[0]].name if len(places) == 1 else f"{len(places)} kommuner"
        numbers = int(part["value"].notna().sum())
        statuses = part.loc[~part["status"].isin(["observed"]), "status"].value_counts()
        notes = ", ".join(f"{count} {STATUS_SV[str(status)]}" for status, count in statuses.items())
        absent = absent_months(part.loc[part["status"] != "missing", "period"])
        if absent:
            few = ", ".join(absent[:MAX_ABSENT]) + (" …" if len(absent) > MAX_ABSENT else "")
            notes += (
                f"{'; ' if notes else ''}{numbered(len(absent), 'månad', 'månader')} saknas däremellan: {few}"
            )
        genders = ", ".join(_GENDER_SV[code] for code in ("T", "K", "M") if code in set(part["gender"]))
        lines.append(
            f"{measure_id}: {where}, {part['period'].min()} till {part['period'].max()}, {genders}: "
            f"{numbers} värden" + (f" ({notes})" if notes else "")
        )
    return "\n".join(lines)


def _sample(table: pd.DataFrame) -> str:
    shown = (
        table if len(table) <= MAX_ROWS else pd.concat([table.head(MAX_ROWS // 2), table.tail(MAX_ROWS // 2)])
    )
    rows = [
        [
            str(row.row),
            str(row.kommun_kod),
            str(row.measure_id),
            str(row.period),
            _GENDER_SV[str(row.gender)],
            str(row.group),
            number_text(float(row.value)) if row.status in WITH_VALUE else "–",
            STATUS_SV[str(row.status)],
        ]
        for row in shown.itertuples()
    ]
    text = table_text(("rad", "kommun", "mått", "period", "kön", "grupp", "värde", "status"), rows)
    return text if len(table) <= MAX_ROWS else f"{text}\n(visar {MAX_ROWS} av {len(table)} rader)"
