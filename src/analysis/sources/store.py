"""Storing a new vintage: raw files and their passports in a new dated folder, all of it or nothing.

Everything is written into a folder outside ``data/raw`` and reaches its place by one rename. A process that is killed
before the rename leaves ``data/raw`` untouched; the left-over is removed the next time something is stored.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from analysis.sources.passports import SUFFIX, Passport, find_passports
from analysis.sources.yaml_out import dump_yaml
from foundation.errors import BistandError
from foundation.files import sha256_of
from foundation.owned import workroom


@dataclass(frozen=True)
class NewSource:
    """One raw file to store: its name, its bytes, and the passport's fields except id, fil, hamtad and sha256.

    The id becomes `stem` and the date of the folder.
    """

    name: str
    data: bytes
    stem: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class Stored:
    """A stored vintage: its folder and the ids of its passports."""

    folder: Path
    source_ids: tuple[str, ...]


def safe_name(name: str) -> str:
    """Return a file name in lower-case ASCII: ``Månadssiffror okt 2024.XLSX`` -> ``manadssiffror_okt_2024.xlsx``."""
    table = str.maketrans("åäöéüÅÄÖÉÜ", "aaoeuaaoeu")
    stem, dot, suffix = name.lower().translate(table).rpartition(".")
    clean = re.sub(r"[^a-z0-9]+", "_", stem or suffix).strip("_") or "fil"
    return f"{clean}.{re.sub(r'[^a-z0-9]', '', suffix)}" if dot and stem else clean


def store_vintage(
    raw: Path, series_folder: str, day: date, sources: Sequence[NewSource], *, label: str | None = None
) -> Stored:
    """Store files with passports as a new vintage in ``data/raw/<series_folder>/<day>``.

    A second vintage on the same day gets the folder ``<day>-2``; nothing that is there is ever changed.
    `label` names the folder where a vintage that already has an id is moved.

    Raises
    ------
    BistandError
        If a passport would not be valid, or the series has a vintage from a later day.
    """
    parent = raw / series_folder
    parent.mkdir(parents=True, exist_ok=True)
    label = label or next_label(raw, series_folder, day)
    with workroom(raw.parent, "inkommande") as room:
        incoming = room / "ny"
        incoming.mkdir()
        ids = tuple(_write(incoming, source, label, day) for source in sources)
        _sync(incoming)
        incoming.rename(parent / label)
    _sync(parent)
    return Stored(parent / label, ids)


def next_label(raw: Path, series_folder: str, day: date) -> str:
    """Return the name of the folder that the next vintage gets: the day, with a number if it is taken.

    Raises
    ------
    BistandError
        If the series has a vintage from a later day: the computer's clock is wrong, and the new one would count as older.
    """
    parent = raw / series_folder
    days = [path.name[:10] for path in parent.glob("*") if re.fullmatch(r"\d{4}-\d\d-\d\d(-\d+)?", path.name)]
    if days and max(days) > day.isoformat():
        raise BistandError(
            f"datorns klocka visar {day.isoformat()}, men serien har redan en utgåva från {max(days)}",
            file=parent,
            fix="Ställ klockan rätt och kör om. Ingenting är sparat.",
        )
    label, number = day.isoformat(), 1
    while (parent / label).exists():
        number += 1
        label = f"{day.isoformat()}-{number}"
    return label


def _write(folder: Path, source: NewSource, label: str, day: date) -> str:
    target = folder / source.name
    _write_synced(target, source.data)
    source_id = f"{source.stem}-{label}"
    fields = {
        "id": source_id,
        "fil": source.name,
        **source.fields,
        "hamtad": day,
        "sha256": sha256_of(target),
    }
    Passport.model_validate(fields)
    text = dump_yaml(fields)
    passport_name = f"{target.stem}{SUFFIX}"
    _write_synced(folder / passport_name, text.encode("utf-8"))
    return source_id


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(folder: Path) -> None:
    """Make the folder's entries durable (not possible on Windows, where it is not needed)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def already_stored(folders: Sequence[Path], sha256: str) -> str | None:
    """Return the id of the source that is this file, or was read from it, if there is one."""
    for located in find_passports(*folders):
        original = located.passport.original
        if sha256 in (located.passport.sha256, original.sha256 if original else ""):
            return located.passport.id
    return None
