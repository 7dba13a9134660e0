"""``mikro las``, ``layout`` and ``glom``: statutory files become the contract's tables, identities in memory only."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any, Final

import pandas as pd

from analysis.calendar import month_label
from analysis.micro.contract import DESCRIPTIONS, EXTRACT, MEASURES, OBSTACLES, SPELLS
from analysis.micro.identity import KEY_FILE, keep_key, key_of, new_key
from analysis.micro.statutory.account import account, compared
from analysis.micro.statutory.episodes import Episodes, episodes
from analysis.micro.statutory.layout import Layout, draft, known_layouts, load_layout, masked, recognise
from analysis.micro.statutory.reading import parse_month, read_files
from analysis.micro.statutory.rows import rows_of
from foundation.errors import BistandError
from foundation.files import atomic_path

MADE_HERE: Final = "ur: rapportfiler"
#: Modules that could carry something out of the computer; none of them may be imported while identities are in memory.
NETWORK: Final = frozenset(
    {
        "socket",
        "_socket",
        "ssl",
        "_ssl",
        "http.client",
        "urllib.request",
        "ftplib",
        "smtplib",
        "httpx",
        "requests",
        "aiohttp",
    }
)


class _NoNetwork(MetaPathFinder):
    """Refuses to import anything that could open a connection."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> None:
        del path, target
        if fullname in NETWORK:
            raise ImportError(f"{fullname} får inte laddas medan personuppgifter läses")


def forbid_network() -> None:
    """Make network modules impossible to import in this process, also those that were imported before."""
    for name in NETWORK & set(sys.modules):
        del sys.modules[name]
    sys.meta_path.insert(0, _NoNetwork())


@dataclass(frozen=True)
class Read:
    """What was read and written: Swedish lines for the screen, no number under five in any of them."""

    lines: tuple[str, ...]


def read_to_folder(
    paths: Sequence[Path],
    folder: Path,
    raw: Path,
    *,
    municipality: str,
    name: str,
    layout: Path | None = None,
    programmes: Path | None = None,
    published: Mapping[str, Mapping[str, float]] | None = None,
    synthetic: bool = False,
) -> Read:
    """Read the files and write the contract's tables with keyed hashes to `folder` (mode 600, folder 700).

    Parameters
    ----------
    raw
        ``data/raw``, for the layouts.
    programmes
        Optional local list: columns personnummer, program, start, slut.
    published
        Published figures to compare with: measure -> period -> value.

    Raises
    ------
    BistandError
        At the first fault in a file, if `folder` holds tables that were not made here, or if git would take it along.
        Nothing is written.
    """
    if not synthetic:
        _demand_hidden(folder, raw.parent.parent)
    _demand_free(folder)
    own = load_layout(layout) if layout else None
    keyed = (folder / KEY_FILE).exists()
    key = key_of(folder) if keyed else new_key()
    read = read_files(paths, known_layouts(raw), own, key, municipality=municipality)
    listed = _programmes(programmes, key) if programmes else None
    laid_out = episodes(read, listed)
    lines = (*account(read, laid_out), *compared(read.table, published or {}))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(stat.S_IRWXU)
    if not keyed:
        keep_key(folder, key)
    _write(laid_out, folder, name, synthetic=synthetic)
    return Read(
        (*lines, f"Tabellerna ligger i {folder.name}, med nycklade löpnummer i stället för personnummer.")
    )


def show_layout(path: Path, raw: Path, target: Path, own: Path | None = None) -> tuple[str, ...]:
    """Say what was recognised in a file, column by column with masked examples, and write a layout to adjust."""
    from foundation.files import write_text

    layouts: tuple[Layout, ...] = known_layouts(raw)
    rows = rows_of(path)
    first = rows[0]
    columns, like = recognise(first, layouts, load_layout(own) if own else None, path.name)
    example = rows[1] if columns.heading and len(rows) > 1 else first
    lines = [f"{path.name}: {'rubrikrad' if columns.heading else 'ingen rubrikrad'}, {like.namn}."]
    for place, (title, role) in enumerate(zip(columns.names, columns.roles, strict=True), 1):
        shape = masked(example[place - 1]) if place <= len(example) else ""
        lines.append(f"{place:3} {title[:28]:28} {role or '(läses inte)':12} {shape}")
    if target.exists():
        raise BistandError("layouten finns redan", file=target, fix="Ange en annan --till.")
    write_text(target, draft(columns, like))
    return (*lines, f"Ett utkast till layout ligger i {target.name}. Ange det med --layout när du läser.")


def destroy_key(folder: Path) -> tuple[str, ...]:
    """Remove the key, so that no hash can be tied to a person again; the tables stay."""
    path = folder / KEY_FILE
    if not path.is_file():
        raise BistandError("det finns ingen nyckel", file=folder, fix="Den skapas när filer läses.")
    path.write_bytes(os.urandom(path.stat().st_size))
    path.unlink()
    return ("Nyckeln är förstörd. Löpnumren i tabellerna går inte längre att räkna fram ur personnummer.",)


def _demand_hidden(folder: Path, root: Path) -> None:
    """Refuse a folder of the project that git would take along: only ``data/mikro...`` is kept out of it."""
    inside = folder.resolve().is_relative_to(root.resolve())
    parts = folder.resolve().relative_to(root.resolve()).parts if inside else ()
    if inside and not (len(parts) > 1 and parts[0] == "data" and parts[1].startswith("mikro")):
        raise BistandError(
            "tabeller om verkliga personer får inte ligga där git tar med dem",
            file=folder,
            fix="Låt bli --mapp, eller ange en mapp som börjar på data/mikro eller ligger utanför projektet. "
            "Ingenting är skrivet.",
        )


def _demand_free(folder: Path) -> None:
    """Refuse where tables lie that were not made from statutory files."""
    extract = folder / EXTRACT
    made = extract.is_file() and MADE_HERE in extract.read_text(encoding="utf-8")
    others = [
        path
        for path in (folder / f"{name}.csv" for name in (SPELLS, MEASURES, DESCRIPTIONS))
        if path.exists()
    ]
    if others and not made:
        raise BistandError(
            "mappen har redan filer som inte är lästa ur rapportfiler",
            file=others[0],
            fix="Flytta dem själv, eller ange en annan --mapp. Ingenting är ändrat.",
        )


def _programmes(path: Path, key: bytes) -> pd.DataFrame:
    """Local programmes, personal numbers hashed at once."""
    from analysis.micro.reading import read_texts
    from analysis.micro.statutory.reading import hash_persons

    table = read_texts(path, ("personnummer", "program", "start"), ("slut",))
    months = {}
    for column in ("start", "slut"):
        texts = table.get(column, pd.Series("", index=table.index))
        wrong = ~texts.str.fullmatch(r"(19|20)\d{2}-(0[1-9]|1[0-2])(-\d{2})?") & ~(
            (texts == "") & (column == "slut")
        )
        if wrong.any():
            raise BistandError(
                "värdet är ingen månad", file=path.name, row=int(table.index[wrong][0]) + 2, column=column,
                fix="Skriv månaden som 2024-03.",
            )  # fmt: skip
        months[column] = texts.map(lambda text: parse_month(text) if text else -1)
    end = months["slut"].where(months["slut"] >= 0, months["start"])
    return pd.DataFrame(
        {
            "person": hash_persons(table["personnummer"], key),
            "measure": table["program"],
            "start": months["start"],
            "end": end,
        }
    )


def _write(laid_out: Episodes, folder: Path, name: str, *, synthetic: bool) -> None:
    spells, measures = laid_out.spells, laid_out.measures
    tables = {
        SPELLS: pd.DataFrame(
            {"person_id": spells["person"], "start": spells["start"].map(month_label),
             "slut": spells["end"].map(month_label).where(spells["cause"] != "", ""), "slutorsak": spells["cause"]}
        ),
        MEASURES: pd.DataFrame(
            {"person_id": measures["person"], "insats": measures["measure"], "start": measures["start"].map(month_label),
             "slut": measures["end"].map(month_label)}
        ),
        DESCRIPTIONS: laid_out.background.assign(start=laid_out.background["start"].map(month_label)).rename(
            columns={"person": "person_id"}
        ),
        OBSTACLES: pd.DataFrame(
            {"person_id": laid_out.obstacles["person"], "manad": laid_out.obstacles["month"].map(month_label),
             "hinder": laid_out.obstacles["obstacle"]}
        ),
    }  # fmt: skip
    for title, table in tables.items():
        _private(folder / f"{title}.csv", table.to_csv(index=False, sep=";", lineterminator="\n"))
    window = laid_out.window
    text = (
        f"kommun: {name}\nfran: {month_label(window.first)}\ntill: {month_label(window.last)}\n{MADE_HERE}\n"
    )
    _private(folder / EXTRACT, text + ("syntetisk: true\n" if synthetic else ""))


def _private(path: Path, text: str) -> None:
    """Write atomically, readable by the owner only."""
    with atomic_path(path, mode=0o600) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
