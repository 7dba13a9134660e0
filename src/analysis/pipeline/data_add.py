"""``bistand data add``: read, show, ask, store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import BistandError
from analysis.files import sha256_of, write_text
from analysis.panel.build import assemble, read_frames
from analysis.panel.changes import VintageChanges, compare
from analysis.panel.vintages import as_of
from analysis.paths import Project
from analysis.pipeline.data_text import changes_text
from analysis.sources.catalogue import Catalogue, load_catalogue
from analysis.sources.ingest.dialect import Grid, read_grids
from analysis.sources.ingest.freeze import freeze
from analysis.sources.ingest.mapping import (
    FILE_NAME,
    ColumnRule,
    Mapping,
    mapping_text,
    parse_mapping,
    read_mapping,
)
from analysis.sources.ingest.preview import preview
from analysis.sources.ingest.reader import NAME as READER
from analysis.sources.ingest.reader import with_source
from analysis.sources.ingest.reading import Reading, read_file
from analysis.sources.observation import KEY
from analysis.sources.passports import LocatedPassport, Passport
from analysis.sources.privacy import stop_if_personal
from analysis.sources.socialstyrelsen import export_mapping, is_export
from analysis.sources.store import NewSource, Stored, already_stored, next_label, safe_name, store_vintage

Echo = Callable[[str], None]
Confirm = Callable[[str], bool]
NATIONAL_FROM = 20
DEFAULT_SERIES = "egna-siffror"


@dataclass(frozen=True)
class AddOptions:
    """What the user said on the command line; None means "as the saved mapping says"."""

    serie: str | None = None
    kommun: str | None = None
    matt: str | None = None
    kon: str | None = None
    grupp: str | None = None
    ar: int | None = None
    blad: str | None = None
    decimaltecken: str | None = None
    skala: float | None = None
    preliminara_manader: int | None = None
    titel: str | None = None
    producent: str | None = None
    definition: str | None = None
    kolumner: tuple[str, ...] = ()
    yes: bool = False

    def fields(self) -> dict[str, Any]:
        """Return what was said, as fields of a mapping."""
        names = (
            "serie", "kommun", "matt", "kon", "grupp", "ar", "blad", "decimaltecken", "skala",
            "preliminara_manader", "titel", "producent", "definition",
        )  # fmt: skip
        return {name: value for name in names if (value := getattr(self, name)) is not None}


@dataclass(frozen=True)
class AddResult:
    """What came of it: the reading, what it changes, and where it was stored (None if the user said no)."""

    reading: Reading
    mapping: Mapping
    changes: VintageChanges
    stored: Stored | None = field(default=None)


def add_file(
    project: Project,
    file: Path,
    options: AddOptions,
    *,
    confirm: Confirm,
    echo: Echo,
    today: date | None = None,
) -> AddResult:
    """Add a file of the municipality's own figures as a new vintage.

    Nothing is written before the user has agreed (or ``options.yes`` is set); a file with personal data, a file that
    is already stored and a file that cannot be understood stop with an error.
    """
    day = today or date.today()
    catalogue = load_catalogue(project.raw)
    grids = read_grids(file)
    stop_if_personal(grids, file)
    _refuse_known(project, file)
    mapping = resolve_mapping(project, file, grids, options, catalogue)
    reading = read_file(file, mapping, catalogue, grids=grids)
    source = _new_source(reading, mapping, file, _is_first(project, mapping.serie), day)
    candidate, changes = _try(project, source, reading, day, catalogue)
    echo(preview(reading, catalogue))
    echo("")
    echo(changes_text(changes, candidate))
    question = f"Spara som ny utgåva i data/raw/{mapping.serie}/?"
    if not (options.yes or confirm(question)):
        echo("Ingenting sparades.")
        return AddResult(reading, mapping, changes)
    stored = store_vintage(project.raw, mapping.serie, day, [source])
    saved = mapping.model_copy(update={"rubriker": _signature(reading)})
    write_text(project.raw / mapping.serie / FILE_NAME, mapping_text(saved))
    echo(f"Sparat i {project.relative(stored.folder)} som {', '.join(stored.source_ids)}.")
    echo(f"Nästa gång räcker: bistand data add FIL --serie {mapping.serie}")
    return AddResult(reading, saved, changes, stored)


def _refuse_known(project: Project, file: Path) -> None:
    known = already_stored(project.raw, sha256_of(file))
    if known is not None:
        raise BistandError(
            f"filen är redan inlagd som {known}",
            file=file,
            fix="Ingenting behöver göras. Ny export? Välj den filen.",
        )


def resolve_mapping(
    project: Project, file: Path, grids: tuple[Grid, ...], options: AddOptions, catalogue: Catalogue
) -> Mapping:
    """Return the mapping to read with: the saved one of the series, with what the user said on top.

    Without ``--serie`` the one saved mapping that fits the file is used; failing that a new series begins.
    """
    saved = _saved(project, file, grids, options, catalogue)
    if saved is not None:
        base = saved.settings()
    elif is_export(grids):
        base = export_mapping(options.kommun).settings()
    else:
        base = {"serie": f"{DEFAULT_SERIES}-{options.kommun}" if options.kommun else DEFAULT_SERIES}
    columns = {**base.get("kolumner", {}), **dict(_column_rule(text) for text in options.kolumner)}
    fields = {**base, **options.fields(), **({"kolumner": columns} if columns else {})}
    mapping = parse_mapping(fields, file=file)
    if mapping.kommun is not None:
        catalogue.municipality(mapping.kommun)
    return mapping


def _saved(
    project: Project, file: Path, grids: tuple[Grid, ...], options: AddOptions, catalogue: Catalogue
) -> Mapping | None:
    if options.serie is not None:
        path = project.raw / options.serie / FILE_NAME
        return read_mapping(path) if path.is_file() else None
    fitting = []
    for path in sorted(project.raw.glob(f"*/{FILE_NAME}")):
        mapping = read_mapping(path)
        if (
            (options.kommun is None or mapping.kommun in (None, options.kommun))
            and mapping.rubriker
            and _fits(file, grids, mapping, catalogue)
        ):
            fitting.append(mapping)
    if len(fitting) > 1:
        names = ", ".join(mapping.serie for mapping in fitting)
        raise BistandError(
            f"filen passar flera serier: {names}",
            file=file,
            fix="Välj en, till exempel --serie " + fitting[0].serie + ".",
        )
    return fitting[0] if fitting else None


def _fits(file: Path, grids: tuple[Grid, ...], mapping: Mapping, catalogue: Catalogue) -> bool:
    try:
        reading = read_file(file, mapping, catalogue, grids=grids)
    except BistandError:
        return False
    return set(_signature(reading)) == set(mapping.rubriker)


def _column_rule(text: str) -> tuple[str, dict[str, Any]]:
    """Read ``Rubrik=MATT``, ``Rubrik=MATT,kon=K,skala=0.001`` or ``Rubrik=ej med``."""
    label, separator, rest = text.rpartition("=") if "," not in text else text.partition("=")
    if not separator or not label:
        raise BistandError(
            f"--kolumn ”{text}” går inte att tolka",
            fix='Skriv --kolumn "Rubrik=MATT" eller --kolumn "Rubrik=ej med".',
        )
    first, *others = [part.strip() for part in rest.split(",")]
    roles = ColumnRule.model_fields["roll"].annotation
    known = getattr(roles, "__args__", ())
    fields: dict[str, Any] = {"roll": first} if first in known else {"matt": first}
    for part in others:
        key, _, value = part.partition("=")
        fields[key] = value
    return label.strip(), fields


def _signature(reading: Reading) -> tuple[str, ...]:
    dated = {column.label for column in reading.columns if column.facets.period is not None}
    return tuple(
        column.label
        for column in reading.columns
        if column.role != "ej med" and column.label and column.label not in dated
    )


def _is_first(project: Project, serie: str) -> bool:
    return not any((project.raw / serie).glob("*/*.pass.yml"))


def _new_source(reading: Reading, mapping: Mapping, file: Path, first: bool, day: date) -> NewSource:
    places = reading.table["kommun_kod"].nunique()
    lag = mapping.eftersläpning_manader
    rule: dict[str, Any] = {"regel": "datum", "datum": day, "motivering": "Dagen då filen lades in."}
    if first:
        rule = {
            "regel": "månadseftersläpning",
            "manader": lag,
            "motivering": "Seriens första utgåva: äldre perioder räknas som kända efter normal eftersläpning.",
            "senast": day,
        }
    fields: dict[str, Any] = {
        "producent": mapping.producent,
        "titel": mapping.titel,
        "definition": mapping.definition,
        "licens": mapping.licens,
        "hanvisning": mapping.hanvisning,
        "utgava": day.isoformat(),
        "pseudoutgava": first,
        "kant_fran": rule,
        "rackvidd": "nationell" if places >= NATIONAL_FROM else "kommun",
        "anmarkningar": [f"Ursprungligt filnamn: {file.name}"],
        "serie": mapping.serie,
        "inlasning": {
            "lasare": READER,
            "installningar": freeze(reading, mapping).settings(),
        },
    }
    if mapping.lank:
        fields["lank"] = mapping.lank
    return NewSource(safe_name(file.name), file.read_bytes(), mapping.serie, fields)


def _refuse_twice(
    candidate: pd.DataFrame,
    frames: list[pd.DataFrame],
    passports: tuple[LocatedPassport, ...],
    mine: Passport,
) -> None:
    """Refuse figures that another series already holds from the same day: which of the two counts?"""
    series = {item.passport.id: item.passport.series for item in passports}
    for frame in frames:
        other = series[str(frame["source_id"].iloc[0])]
        both = frame.merge(candidate, on=[*KEY, "known_from"]) if other != mine.series else frame.iloc[0:0]
        if not both.empty:
            row = both.iloc[0]
            raise BistandError(
                f"serien ”{other}” har redan {row['measure_id']} för {row['kommun_kod']} {row['period']} från samma dag",
                fix=f"Lägg in filen i den serien med --serie {other}, eller välj ett annat mått.",
            )


def _try(
    project: Project, source: NewSource, reading: Reading, day: date, catalogue: Catalogue
) -> tuple[pd.DataFrame, VintageChanges]:
    """Build the panel in memory with the new source, so that nothing is stored which would stop later builds."""
    frames, passports = read_frames(project)
    passport = Passport.model_validate(
        {
            "id": f"{source.stem}-{next_label(project.raw, source.stem, day)}",
            "fil": source.name,
            "sha256": "0" * 64,
            "hamtad": day,
            **source.fields,
        }
    )
    located = LocatedPassport(passport=passport, path=project.raw / source.name)
    candidate = with_source(reading, passport)
    _refuse_twice(candidate, frames, passports, passport)
    assemble(project, [*frames, candidate], [*passports, located])
    ids = {item.passport.id for item in passports if item.passport.series == passport.series}
    earlier = [frame for frame in frames if str(frame["source_id"].iloc[0]) in ids]
    before = as_of(pd.concat(earlier), "9999-12-31") if earlier else candidate.iloc[0:0]
    return candidate, compare(before, candidate, catalogue)
