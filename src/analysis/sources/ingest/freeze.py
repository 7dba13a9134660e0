"""Freeze a reading into a complete mapping, so that a stored file is always read as it was when added.

Later changes in the measure catalogue's headings must not change what an old file is taken to say.
"""

from __future__ import annotations

from collections import Counter

from analysis.sources.ingest.columns import Column
from analysis.sources.ingest.mapping import ColumnRule, Mapping
from analysis.sources.ingest.periods import PeriodPart
from analysis.sources.ingest.reading import Reading
from analysis.swedish import MONTHS


def freeze(reading: Reading, mapping: Mapping) -> Mapping:
    """Return the mapping with a rule for every column that has a heading of its own."""
    labels = Counter(column.label for column in reading.columns)
    rules = {
        column.label: _rule(column)
        for column in reading.columns
        if column.label and labels[column.label] == 1
    }
    kommun = mapping.kommun
    if kommun is None and not any(column.role == "kommun" for column in reading.columns):
        kommun = str(reading.table["kommun_kod"].iloc[0])
    return mapping.model_copy(
        update={"kolumner": rules, "rubriker": (), "kommun": kommun, "blad": reading.sheet}
    )


def _rule(column: Column) -> ColumnRule:
    if column.role != "värde":
        return ColumnRule(roll=column.role)
    facets = column.facets
    gender = facets.gender
    return ColumnRule(
        matt=facets.measure,
        kon=gender if gender in ("T", "K", "M") else None,  # type: ignore[arg-type]
        grupp=facets.group,
        period=_period_text(facets.period) if facets.period else None,
        skala=column.scale if column.scale != 1 else None,
    )


def _period_text(part: PeriodPart) -> str:
    return part.text() or MONTHS[(part.month or 1) - 1]
