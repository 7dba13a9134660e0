"""``bistand data flytta``: own files that earlier versions stored as they came become recognised tables in ``data/egna``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from analysis.paths import Project
from analysis.sources.catalogue import Catalogue, load_catalogue
from analysis.sources.ingest.dialect import read_grids
from analysis.sources.ingest.mapping import FILE_NAME, parse_mapping
from analysis.sources.ingest.reader import NAME, OLD_NAME, canonical_csv
from analysis.sources.ingest.reading import read_file
from analysis.sources.passports import LocatedPassport, find_passports
from analysis.sources.privacy import stop_if_personal
from analysis.sources.store import NewSource, store_vintage
from analysis.sources.vintages import in_order
from foundation.errors import BistandError
from foundation.files import sha256_of, write_text


def move_own(
    project: Project, *, confirm: Callable[[str], bool], echo: Callable[[str], None]
) -> tuple[str, ...]:
    """Move every own file below ``data/raw``: what was understood goes to ``data/egna``, the file itself is removed.

    Ids, dates and first-known rules stay, so the panel stays as it was. All files are read before the first is moved.
    """
    catalogue = load_catalogue(project.raw)
    old = [
        item for item in in_order(find_passports(project.raw)) if item.passport.inlasning.lasare == OLD_NAME
    ]
    if not old:
        echo("Det finns inga egna filer i data/raw att flytta.")
        return ()
    new = [_recognised(item, catalogue) for item in old]
    for item in old:
        echo(
            f"{project.relative(item.data)}: tabellen som förstods flyttas till data/egna/{item.passport.series}/, "
            "filen och dess pass tas bort."
        )
    if not confirm(f"Flytta {len(old)} filer? Originalen tas bort ur data/raw."):
        echo("Ingenting flyttades.")
        return ()
    for item, source in zip(old, new, strict=True):
        label = item.passport.id.removeprefix(f"{source.stem}-")
        stored = store_vintage(project.own, item.passport.series, item.passport.hamtad, [source], label=label)
        mapping = item.path.parent.parent / FILE_NAME
        target = project.own / item.passport.series / FILE_NAME
        if mapping.is_file() and not target.is_file():
            write_text(target, mapping.read_text(encoding="utf-8"))
        item.path.unlink()
        item.data.unlink()
        echo(f"Flyttad: {', '.join(stored.source_ids)}.")
    for folder in {item.path.parent.parent for item in old}:
        if not any(folder.rglob("*.pass.yml")):
            (folder / FILE_NAME).unlink(missing_ok=True)
            _remove_empty(folder)
        if folder.exists():
            echo(f"{project.relative(folder)} ligger kvar: där finns filer som inte har flyttats.")
    echo("Finns filerna i git ligger de kvar i historiken: ta bort dem där innan arkivet delas.")
    return tuple(item.passport.id for item in old)


def _remove_empty(folder: Path) -> None:
    """Remove a folder and those in it, if nothing but folders is left."""
    if all(path.is_dir() for path in folder.rglob("*")):
        for path in sorted((folder, *folder.rglob("*")), reverse=True):
            path.rmdir()


def _recognised(item: LocatedPassport, catalogue: Catalogue) -> NewSource:
    passport = item.passport
    grids = read_grids(item.data)
    stop_if_personal(grids, item.data)
    mapping = parse_mapping(passport.inlasning.installningar, file=item.path)
    reading = replace(read_file(item.data, mapping, catalogue, grids=grids), path=item.data)
    if not passport.id.startswith(f"{passport.series}-"):
        raise BistandError(
            "passets id följer inte serien", file=item.path, fix="Rätta id eller serie i passet."
        )
    fields = passport.model_dump(
        mode="python",
        exclude={"id", "fil", "sha256", "hamtad", "anmarkningar", "inlasning", "original"},
        exclude_none=True,
    )
    fields |= {
        "serie": passport.series,
        "inlasning": {"lasare": NAME},
        "original": {
            "sha256": sha256_of(item.data),
            "slag": "arbetsbok" if reading.sheet is not None else "text",
            "utelamnat": list(reading.left_out),
        },
    }
    return NewSource(f"{passport.series}.csv", canonical_csv(reading.table), passport.series, fields)
