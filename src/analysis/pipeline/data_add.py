"""``bistand data lagg-till``: read, understand, check, ask, store.

What is stored is the recognised table as text and nothing else of the file; see ``docs/hotmodell.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pandas as pd

from analysis.panel.build import assemble, read_frames
from analysis.panel.changes import VintageChanges, compare
from analysis.panel.vintages import as_of
from analysis.paths import Project
from analysis.pipeline.data_mapping import resolve_mapping, signature
from analysis.pipeline.data_text import changes_text
from analysis.runs.load import load_runs
from analysis.sources.catalogue import Catalogue, load_catalogue
from analysis.sources.ingest.checks import RULES, Question, questions, refuse_impossible
from analysis.sources.ingest.dialect import read_grids
from analysis.sources.ingest.mapping import FILE_NAME, Mapping, mapping_text
from analysis.sources.ingest.preview import preview
from analysis.sources.ingest.reader import NAME as READER
from analysis.sources.ingest.reader import canonical_csv, with_source
from analysis.sources.ingest.reading import Reading, read_file
from analysis.sources.observation import KEY, POPULATION
from analysis.sources.passports import LocatedPassport, Passport
from analysis.sources.privacy import demand_nothing_personal, stop_if_personal
from analysis.sources.store import NewSource, Stored, already_stored, next_label, store_vintage
from foundation.errors import BistandError
from foundation.files import sha256_of, write_text

Echo = Callable[[str], None]
Confirm = Callable[[str], bool]
NATIONAL_FROM: Final = 20
_NO_FIELD: Final = ("kolumner", "godta", "i_efterhand", "yes")


@dataclass(frozen=True)
class AddOptions:
    """What the user said on the command line; None means "as the saved mapping says".

    `godta` names the rules whose questions are answered with yes in advance. `i_efterhand` lets finished runs see the
    first file's older periods, as if they had been known after the usual lag.
    """

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
    godta: tuple[str, ...] = ()
    i_efterhand: bool = False
    yes: bool = False

    def fields(self) -> dict[str, Any]:
        """Return what was said, as fields of a mapping."""
        names = [item.name for item in fields(self) if item.name not in _NO_FIELD]
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

    Nothing is written before the user has agreed (or ``options.yes`` is set). A file with personal data, a file that is
    already stored and a file that cannot be understood stop with an error; what is unlikely is asked about, and with
    ``options.yes`` stops unless its rule is in ``options.godta``.
    """
    day = today or date.today()
    catalogue = load_catalogue(project.raw)
    _refuse_words(options)
    # read
    grids = read_grids(file)
    stop_if_personal(grids, file)
    _refuse_known(project, file)
    # understand
    mapping = resolve_mapping(project, file, grids, options.fields(), options.kolumner, catalogue)
    reading = read_file(file, mapping, catalogue, grids=grids)
    # check
    refuse_impossible(reading, day)
    frames, passports = read_frames(project)
    finished = None if options.i_efterhand else _last_finished(project, reading, catalogue, day)
    source = _new_source(project, reading, mapping, file, day, finished)
    candidate, before = _try(project, source, reading, day, frames, passports)
    groups = frozenset(mapping.grupper) | {mapping.grupp}
    asked = questions(reading, groups, before, _population(frames), catalogue)
    changes = compare(before, candidate, catalogue)
    # ask
    echo(preview(reading, catalogue))
    echo("")
    echo(changes_text(changes, candidate))
    question = f"Spara som ny utgåva i data/egna/{mapping.serie}/?"
    if not _agreed(asked, options, file, confirm) or not (options.yes or confirm(question)):
        echo("Ingenting sparades.")
        return AddResult(reading, mapping, changes)
    # store: the mapping first, so that an interrupted store can simply be done again
    seen = {*mapping.grupper, *map(str, reading.table["group"])} - {"alla"}
    saved = mapping.model_copy(update={"rubriker": signature(reading), "grupper": tuple(sorted(seen))})
    write_text(project.own / mapping.serie / FILE_NAME, mapping_text(saved))
    stored = store_vintage(project.own, mapping.serie, day, [source])
    echo(f"Sparat i {project.relative(stored.folder)} som {', '.join(stored.source_ids)}.")
    echo("Bara det som förstods är sparat, och bara på den här datorn: data/egna följer inte med i git.")
    echo(f"Ångra: ta bort mappen {project.relative(stored.folder)}.")
    echo(f"Nästa gång räcker: bistand data lagg-till FIL --serie {mapping.serie}")
    return AddResult(reading, saved, changes, stored)


def _refuse_words(options: AddOptions) -> None:
    said = {f"--{name}": value for name, value in options.fields().items() if isinstance(value, str)}
    demand_nothing_personal(
        said | {f"--kolumn {number}": text for number, text in enumerate(options.kolumner, start=1)}
    )
    for rule in options.godta:
        if rule not in RULES:
            raise BistandError(f"--godta ”{rule}” är okänt", fix=f"Välj bland {', '.join(RULES)}.")


def _refuse_known(project: Project, file: Path) -> None:
    known = already_stored(project.sources, sha256_of(file))
    if known is not None:
        raise BistandError(
            f"filen är redan inlagd som {known}",
            file=file,
            fix="Ingenting behöver göras. Ny export? Välj den filen.",
        )


def _agreed(asked: tuple[Question, ...], options: AddOptions, file: Path, confirm: Confirm) -> bool:
    """Ask what must be answered; a script that has not named the rule is refused."""
    open_questions = [item for item in asked if item.rule not in options.godta]
    if open_questions and options.yes:
        rules = " ".join(f"--godta {rule}" for rule in dict.fromkeys(item.rule for item in open_questions))
        raise BistandError(
            " ".join(item.text for item in open_questions),
            file=file,
            fix=f"Rätta filen. Stämmer det ändå, lägg till {rules}; --ja svarar inte på detta.",
        )
    return all(confirm(item.text) for item in open_questions)


def _population(frames: list[pd.DataFrame]) -> dict[str, float]:
    rows = pd.concat(
        [frame[(frame["measure_id"] == POPULATION) & (frame["gender"] == "T")] for frame in frames]
    )
    latest = rows.dropna(subset=["value"]).sort_values("period").drop_duplicates("kommun_kod", keep="last")
    return dict(zip(latest["kommun_kod"], latest["value"].astype(float), strict=True))


def _last_finished(project: Project, reading: Reading, catalogue: Catalogue, day: date) -> date | None:
    """Day of the last run of the file's municipalities that was finished before today; None without one."""
    if not project.runs_file.exists():
        return None
    places = set(reading.table["kommun_kod"])
    runs = load_runs(project, catalogue).runs
    return max(
        (run.kant_senast for run in runs if run.kommun in places and run.kant_senast < day), default=None
    )


def _new_source(
    project: Project, reading: Reading, mapping: Mapping, file: Path, day: date, finished: date | None
) -> NewSource:
    first = not any((project.own / mapping.serie).glob("*/*.pass.yml"))
    rule: dict[str, Any] = {"regel": "datum", "datum": day, "motivering": "Dagen då filen lades in."}
    if first:
        rule = {
            "regel": "månadseftersläpning",
            "manader": mapping.eftersläpning_manader,
            "motivering": "Seriens första utgåva: äldre perioder räknas som kända efter normal eftersläpning.",
            "senast": day,
        }
        if finished is not None:
            rule["tidigast"] = finished + timedelta(days=1)
            rule["motivering"] += " Körningar som var färdiga när filen lades in ser dem inte."
    places = reading.table["kommun_kod"].nunique()
    words = ("producent", "titel", "definition", "licens", "hanvisning", "lank")
    passport: dict[str, Any] = {
        **{name: text for name in words if (text := getattr(mapping, name))},
        "utgava": day.isoformat(),
        "pseudoutgava": first,
        "kant_fran": rule,
        "rackvidd": "nationell" if places >= NATIONAL_FROM else "kommun",
        "serie": mapping.serie,
        "inlasning": {"lasare": READER},
        "original": {
            "sha256": sha256_of(file),
            "slag": "arbetsbok" if reading.sheet is not None else "text",
            "utelamnat": list(reading.left_out),
        },
    }
    return NewSource(f"{mapping.serie}.csv", canonical_csv(reading.table), mapping.serie, passport)


def _try(
    project: Project,
    source: NewSource,
    reading: Reading,
    day: date,
    frames: list[pd.DataFrame],
    passports: tuple[LocatedPassport, ...],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Build the panel in memory with the new source; returns its rows and what the series said before.

    So nothing is stored which would stop later builds.
    """
    label = next_label(project.own, source.stem, day)
    passport = Passport.model_validate(
        {
            "id": f"{source.stem}-{label}",
            "fil": source.name,
            "sha256": "0" * 64,
            "hamtad": day,
            **source.fields,
        }
    )
    candidate = with_source(reading, passport)
    _refuse_twice(candidate, frames, passports, passport)
    located = LocatedPassport(passport=passport, path=project.own / source.name)
    assemble(project, [*frames, candidate], [*passports, located])
    ids = {item.passport.id for item in passports if item.passport.series == passport.series}
    earlier = [frame for frame in frames if str(frame["source_id"].iloc[0]) in ids]
    return candidate, as_of(pd.concat(earlier), "9999-12-31") if earlier else candidate.iloc[0:0]


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
