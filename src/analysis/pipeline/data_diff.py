"""``bistand data skillnad``: what the last vintage of a series changed against what was known before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from analysis.panel.changes import VintageChanges, compare
from analysis.panel.vintages import as_of
from analysis.paths import Project
from analysis.pipeline.data_text import changes_text
from analysis.sources import read_source
from analysis.sources.catalogue import Catalogue, load_catalogue
from analysis.sources.passports import LocatedPassport, Passport, find_passports
from analysis.sources.vintages import in_order
from foundation.errors import BistandError, allowed_values


@dataclass(frozen=True)
class SeriesDiff:
    """The last vintage of a series against the ones before it."""

    series: str
    last: Passport
    before: tuple[str, ...]
    changes: VintageChanges
    notes: tuple[str, ...]


def diff_series(project: Project, series: str | None = None) -> tuple[SeriesDiff, ...]:
    """Return the differences of one series, or of every series that has more than one vintage.

    Raises
    ------
    BistandError
        If the series does not exist.
    """
    catalogue = load_catalogue(project.raw)
    groups: dict[str, list[LocatedPassport]] = {}
    for located in in_order(find_passports(*project.sources)):
        if located.passport.rackvidd != "referens":
            groups.setdefault(located.passport.series, []).append(located)
    if series is not None and series not in groups:
        raise BistandError(f"serien ”{series}” finns inte", fix=f"Serier: {allowed_values(groups)}.")
    chosen = [series] if series is not None else sorted(name for name in groups if len(groups[name]) > 1)
    return tuple(_diff(name, groups[name], catalogue) for name in chosen)


def _diff(name: str, vintages: list[LocatedPassport], catalogue: Catalogue) -> SeriesDiff:
    *earlier, last = vintages
    after = read_source(last, catalogue)
    frames = [read_source(located, catalogue) for located in earlier]
    before = after.iloc[0:0]
    if frames:
        ranked = [frame.assign(known_from=f"{rank:09d}") for rank, frame in enumerate(frames)]
        before = as_of(pd.concat(ranked), "999999999")
    notes = _definition_notes(earlier[-1].passport, last.passport) if earlier else ()
    ids = tuple(located.passport.id for located in earlier)
    return SeriesDiff(name, last.passport, ids, compare(before, after, catalogue), notes)


def _definition_notes(before: Passport, after: Passport) -> tuple[str, ...]:
    fields = (("titel", "Titeln"), ("definition", "Definitionen"), ("producent", "Producenten"))
    return tuple(
        f"{word} har ändrats: ”{getattr(before, field)}” blev ”{getattr(after, field)}”. Kontrollera jämförbarheten."
        for field, word in fields
        if getattr(before, field) != getattr(after, field)
    )


def show_diff(project: Project, series: str | None, echo: Callable[[str], None]) -> tuple[SeriesDiff, ...]:
    """Print the differences; returns them."""
    diffs = diff_series(project, series)
    if not diffs:
        echo("Ingen serie har mer än en utgåva, så det finns inget att jämföra.")
    for item in diffs:
        echo(f"{item.series}: utgåva {item.last.utgava} ({item.last.id})")
        echo(changes_text(item.changes, item.changes.new))
        for note in item.notes:
            echo(f"  {note}")
        echo("")
    return diffs
