"""``bistand data hamta``: measures from Kolada or SCB as new vintages."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd
from tqdm import tqdm

from analysis.panel.build import assemble, read_frames
from analysis.panel.changes import VintageChanges, compare
from analysis.panel.vintages import as_of
from analysis.paths import Project
from analysis.pipeline.data_text import changes_text
from analysis.sources import kolada, read_source, scb
from analysis.sources.catalogue import Catalogue, Fetched, load_catalogue
from analysis.sources.fetched import FetchedMeasure, csv_bytes
from analysis.sources.http import Client, Manners
from analysis.sources.observation import RIKET
from analysis.sources.passports import LocatedPassport, Passport
from analysis.sources.store import NewSource, Stored, next_label, safe_name, store_vintage
from foundation.errors import BistandError, allowed_values

Echo = Callable[[str], None]
BASE_URLS: Final = {"kolada": kolada.BASE_URL, "scb": scb.BASE_URL}
#: A vintage that has lost more than this share of the earlier values is a partial answer.
MAX_LOST: Final = 0.05
_PRODUCER: Final = {
    "kolada": "Rådet för främjande av kommunala analyser (RKA), Kolada",
    "scb": "Statistiska centralbyrån (SCB)",
}
_LICENCE: Final = {
    "kolada": "Kolada är öppna data. Ange källa: Kolada (RKA); egen bearbetning.",
    "scb": "SCB:s statistik är fri att använda (CC0). Ange källa: SCB; egen bearbetning.",
}


@dataclass(frozen=True)
class FetchOptions:
    """What to fetch: measures (all that the catalogue lists for the service if empty), places and years.

    `kommuner` holds codes, the name of a group, or ``alla``.
    """

    matt: tuple[str, ...] = ()
    kommuner: tuple[str, ...] = ("alla",)
    fran: int = 2012
    till: int | None = None
    adress: str | None = None
    tillat_luckor: bool = False
    yes: bool = False


@dataclass(frozen=True)
class FetchResult:
    """What was fetched, what it changes, and where it was stored (None if nothing was new or the user said no)."""

    measures: tuple[FetchedMeasure, ...]
    changes: dict[str, VintageChanges]
    stored: Stored | None
    calls: int


def fetch(
    project: Project,
    service: str,
    options: FetchOptions,
    *,
    confirm: Callable[[str], bool],
    echo: Echo,
    today: date | None = None,
    manners: Manners | None = None,
    sleep: Callable[[float], None] | None = None,
) -> FetchResult:
    """Fetch measures, show what they change and store them as one new vintage.

    Either every asked-for measure arrives whole and all are stored in one folder, or nothing is stored.

    Values that are new or revised are known from today; values equal to the vintage before keep their date (see
    :mod:`analysis.sources.vintages`). A measure that was never held before gets the normal publication lag and is marked as
    a pseudo-vintage, because older years were published long before today.
    """
    day = today or date.today()
    catalogue = load_catalogue(project.raw)
    specs = specs_of(service, options, catalogue)
    codes = _codes(options, catalogue)
    years = list(range(options.fran, (options.till or day.year) + 1))
    extra: dict[str, Any] = {"sleep": sleep} if sleep else {}
    with Client(options.adress or BASE_URLS[service], manners, **extra) as client:
        fetched = _fetch_all(client, service, specs, codes, years, options)
        calls = client.calls
    frames, passports = read_frames(project)
    held = _held(frames, passports)
    sources = [
        _source(service, item, specs[item.measure_id], held, codes, day, catalogue) for item in fetched
    ]
    changes = _try(project, service, sources, frames, passports, held, fetched, day, catalogue, options)
    fresh = [
        source for source, item in zip(sources, fetched, strict=True) if not changes[item.measure_id].is_empty
    ]
    for item in fetched:
        echo(f"{item.measure_id}: {item.title}")
        echo(changes_text(changes[item.measure_id], pd.DataFrame({"rows": [len(item.rows)]})))
    if not fresh:
        echo("Allt är redan känt. Ingenting sparades.")
        return FetchResult(fetched, changes, None, calls)
    if not (options.yes or confirm(f"Spara {len(fresh)} mått som ny utgåva i data/raw/{service}/?")):
        echo("Ingenting sparades.")
        return FetchResult(fetched, changes, None, calls)
    stored = store_vintage(project.raw, service, day, fresh)
    echo(f"Sparat i {project.relative(stored.folder)}: {', '.join(stored.source_ids)} ({calls} anrop).")
    return FetchResult(fetched, changes, stored, calls)


def specs_of(service: str, options: FetchOptions, catalogue: Catalogue) -> dict[str, Fetched]:
    """Return what the catalogue says of each wanted measure that `service` has.

    Raises
    ------
    BistandError
        For a service or a measure that is unknown, listing the known ones.
    """
    if service not in BASE_URLS:
        raise BistandError(f"tjänsten ”{service}” är okänd", fix=f"Välj {allowed_values(BASE_URLS)}.")
    listed = {
        key: measure.hamtas
        for key, measure in catalogue.measures.items()
        if measure.hamtas is not None and measure.hamtas.tjanst == service
    }
    for measure_id in options.matt:
        if measure_id not in listed:
            raise BistandError(
                f"måttet ”{measure_id}” hämtas inte från {service}",
                fix=f"Mått därifrån: {allowed_values(listed)}.",
            )
    return {key: spec for key, spec in listed.items() if not options.matt or key in options.matt}


def _codes(options: FetchOptions, catalogue: Catalogue) -> list[str]:
    codes: dict[str, None] = {}
    for item in options.kommuner:
        if item == "alla":
            codes |= dict.fromkeys([RIKET, *(code for code in catalogue.municipalities if code != RIKET)])
        elif item in catalogue.groups:
            codes |= dict.fromkeys(catalogue.groups[item].kommuner)
        else:
            codes[catalogue.municipality(item).code] = None
    return list(codes)


def _fetch_all(
    client: Client,
    service: str,
    specs: dict[str, Fetched],
    codes: Sequence[str],
    years: Sequence[int],
    options: FetchOptions,
) -> tuple[FetchedMeasure, ...]:
    fetched = []
    with tqdm(total=len(specs), desc=f"Hämtar från {service}", unit="mått", disable=None) as bar:
        for measure_id, spec in specs.items():
            fetched.append(
                fetch_one(client, service, spec, measure_id, codes, years, allow_gaps=options.tillat_luckor)
            )
            bar.update()
    return tuple(fetched)


def fetch_one(
    client: Client,
    service: str,
    spec: Fetched,
    measure_id: str,
    codes: Sequence[str],
    years: Sequence[int],
    *,
    allow_gaps: bool,
) -> FetchedMeasure:
    """Fetch one measure from the service that has it."""
    if service == "kolada":
        return kolada.fetch_kpi(
            client, spec.id or measure_id, measure_id, codes, years, allow_gaps=allow_gaps
        )
    return scb.fetch_measure(client, spec, measure_id, codes, years, allow_gaps=allow_gaps)


def _held(frames: Sequence[pd.DataFrame], passports: Sequence[LocatedPassport]) -> dict[str, str]:
    """Return for each measure that national sources hold the series of the newest one."""
    by_id = {located.passport.id: located.passport for located in passports}
    ids = [str(frame["source_id"].iloc[0]) for frame in frames]
    order = sorted(range(len(frames)), key=lambda number: (by_id[ids[number]].hamtad, ids[number]))
    held: dict[str, str] = {}
    for number in order:
        passport = by_id[ids[number]]
        if passport.national:
            held |= dict.fromkeys(map(str, frames[number]["measure_id"].unique()), passport.series)
    return held


def _source(
    service: str,
    item: FetchedMeasure,
    spec: Fetched,
    held: dict[str, str],
    codes: Sequence[str],
    day: date,
    catalogue: Catalogue,
) -> NewSource:
    measure = catalogue.measure(item.measure_id)
    stem = safe_name(f"{service}_{item.measure_id}".replace("-", "_")).replace("_", "-")
    first = item.measure_id not in held
    places = f"{len(codes)} områden" if len(codes) > 1 else catalogue.municipality(codes[0]).name
    fields: dict[str, Any] = {
        "producent": _PRODUCER[service],
        "titel": f"{item.title} ({spec.id or item.measure_id})",
        "definition": f"{measure.definition} {places}.",
        "licens": _LICENCE[service],
        "hanvisning": f"{_PRODUCER[service]}; hämtat {day.isoformat()}; egen bearbetning",
        "lank": BASE_URLS[service],
        "utgava": day.isoformat(),
        "pseudoutgava": first,
        "kant_fran": _rule(spec, day) if first else {
            "regel": "datum",
            "datum": day,
            "motivering": "Hämtningsdagen gäller för nya och reviderade värden; oförändrade behåller sin dag.",
        },
        "rackvidd": "nationell",
        "anmarkningar": list(item.remarks),
        "serie": held.get(item.measure_id, stem),
        "inlasning": {"lasare": "observationer"},
    }  # fmt: skip
    return NewSource(f"{item.measure_id.lower()}.csv", csv_bytes(item.rows), stem, fields)


def _rule(spec: Fetched, day: date) -> dict[str, Any]:
    why = "Måttets första utgåva här: normal eftersläpning i källan används så att inget räknas som känt för tidigt."
    if spec.manader is not None:
        return {"regel": "månadseftersläpning", "manader": spec.manader, "motivering": why, "senast": day}
    return {
        "regel": "eftersläpning", "ar": spec.ar, "manad": spec.manad, "dag": spec.dag, "motivering": why, "senast": day,
    }  # fmt: skip


def _try(
    project: Project,
    service: str,
    sources: Sequence[NewSource],
    frames: list[pd.DataFrame],
    passports: Sequence[LocatedPassport],
    held: dict[str, str],
    fetched: Sequence[FetchedMeasure],
    day: date,
    catalogue: Catalogue,
    options: FetchOptions,
) -> dict[str, VintageChanges]:
    """Build the panel in memory with the fetched files; returns what each measure changes."""
    added_frames, added_passports, changes = [], [], {}
    known = pd.concat(frames, ignore_index=True)
    series = {located.passport.id: located.passport.series for located in passports}
    label = next_label(project.raw, service, day)
    with tempfile.TemporaryDirectory() as folder:
        for source, item in zip(sources, fetched, strict=True):
            (Path(folder) / source.name).write_bytes(source.data)
            passport = Passport.model_validate(
                {
                    "id": f"{source.stem}-{label}",
                    "fil": source.name,
                    "sha256": "0" * 64,
                    "hamtad": day,
                    **source.fields,
                }
            )
            located = LocatedPassport(passport=passport, path=Path(folder) / "x.pass.yml")
            frame = read_source(located, catalogue)
            added_frames.append(frame)
            added_passports.append(located)
            mine = known["source_id"].map(series) == held.get(item.measure_id, "")
            before = as_of(known[mine & (known["measure_id"] == item.measure_id)], "9999-12-31")
            changes[item.measure_id] = compare(before, frame, catalogue)
            asked = before[
                before["kommun_kod"].isin(frame["kommun_kod"]) & before["period"].isin(frame["period"])
            ]
            _refuse_loss(changes[item.measure_id], asked, item.measure_id, options)
    assemble(project, [*frames, *added_frames], [*passports, *added_passports])
    return changes


def _refuse_loss(
    changes: VintageChanges, before: pd.DataFrame, measure_id: str, options: FetchOptions
) -> None:
    lost = changes.revised["value"].isna() & changes.revised["value_fore"].notna()
    number = int(lost.sum()) + len(changes.gone)
    had = int(before["value"].notna().sum())
    if had and number > MAX_LOST * had and not options.tillat_luckor:
        raise BistandError(
            f"{measure_id}: {number} värden som fanns i förra utgåvan saknas nu; svaret är troligen ofullständigt",
            fix="Försök igen senare. Är de verkligen borttagna: ange --tillat-luckor. Ingenting har sparats.",
        )
