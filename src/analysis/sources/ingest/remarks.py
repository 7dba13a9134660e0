"""What is said beside the preview: columns that were not understood, or that a series had the last time and lacks now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analysis.sources.ingest.columns import Column
from analysis.sources.ingest.headings import Facets, Headings
from analysis.sources.ingest.mapping import Mapping


def remarks(columns: tuple[Column, ...], headings: Headings, mapping: Mapping) -> Iterator[str]:
    """What the user should look at: columns with figures that were not read, and those of the last time that are gone."""
    for column in columns:
        if column.unknown:
            near = ", ".join(headings.nearest(column.label))
            yield f"Kolumnen ”{column.label}” har siffror men lästes inte: {column.why}. Liknar: {near}."
    labels = {column.label for column in columns}
    told = {replace(column.facets, period=None) for column in columns if column.role == "värde"}
    for label in mapping.rubriker:
        if label not in labels and _meant(label, headings) not in told:
            yield f"Kolumnen ”{label}” fanns förra gången men saknas nu; de värdena får inget nytt."


def _meant(label: str, headings: Headings) -> Facets | None:
    """What a heading of an earlier file says of its values; None if it names no measure."""
    facets, _ = headings.together(label.split(" / "))
    return replace(facets, period=None) if facets.measure else None
