"""Build the observation table: read every source, correct, validate, write if it changed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.panel.schema import validate
from analysis.paths import Project
from analysis.plain import demand_plain_columns
from analysis.sources import read_source
from analysis.sources.catalogue import Catalogue, load_catalogue
from analysis.sources.corrections import apply_corrections, read_corrections
from analysis.sources.observation import COLUMNS, KEY
from analysis.sources.passports import LocatedPassport, find_passports
from analysis.sources.tables import demand_rows
from analysis.sources.vintages import later_vintages, settle
from foundation.errors import BistandError
from foundation.files import write_bytes


@dataclass(frozen=True)
class SourceSummary:
    """What one source gave: shown after each build so that "done" is not taken for "right"."""

    source_id: str
    rows: int
    with_value: int
    municipalities: int
    first_period: str
    last_period: str


@dataclass(frozen=True)
class BuildReport:
    """The result of a build; `added`, `removed` and `changed` are against the table before it."""

    sources: tuple[SourceSummary, ...]
    rows: int
    added: int
    removed: int
    changed: int

    @property
    def is_new(self) -> bool:
        """Whether the stored table was replaced."""
        return bool(self.added or self.removed or self.changed)


def build_panel(project: Project) -> BuildReport:
    """Build ``data/processed/observations.parquet`` from everything below ``data/raw`` and ``data/egna``.

    The file is written once all checks have passed, and only when its content differs; the same raw data give
    the same bytes.

    Raises
    ------
    BistandError
        For any fault in a raw file; the stored table is then untouched.
    """
    frames, passports = read_frames(project)
    table = assemble(project, frames, passports)
    before = _standing(project, table)
    added, removed, changed = _difference(before, table)
    data = _parquet(table)
    if not project.observations.exists() or project.observations.read_bytes() != data:
        write_bytes(project.observations, data)
    return BuildReport(tuple(_summary(frame) for frame in frames), len(table), added, removed, changed)


def _standing(project: Project, table: pd.DataFrame) -> pd.DataFrame:
    """The stored table, or an empty one where there is none or it is damaged: it is about to be built again."""
    try:
        return read_panel(project)
    except BistandError:
        return table.iloc[0:0]


def read_frames(project: Project) -> tuple[list[pd.DataFrame], tuple[LocatedPassport, ...]]:
    """Read every source: one frame a source, and all passports."""
    catalogue = load_catalogue(project.raw)
    passports = find_passports(*project.sources)
    frames = [
        _read_checked(located, catalogue) for located in passports if located.passport.rackvidd != "referens"
    ]
    if not frames:
        raise BistandError(
            "det finns inga källor", file=project.raw, fix="Återställ data/raw (git checkout)."
        )
    return frames, passports


def assemble(
    project: Project, frames: Sequence[pd.DataFrame], passports: Sequence[LocatedPassport]
) -> pd.DataFrame:
    """Put the sources together: corrections applied, vintages settled, schema checked, rows sorted."""
    raw = pd.concat(frames, ignore_index=True)
    demand_plain_columns(raw, ("group", "note"))
    ledger = project.raw / "corrections.yml"
    corrected = apply_corrections(
        raw, read_corrections(ledger), ledger=ledger, later=later_vintages(passports)
    )
    table = settle(corrected, passports)
    table = table.sort_values([*KEY, "known_from"], kind="stable", ignore_index=True)
    return validate(table, file=project.relative(project.observations))


def read_panel(project: Project) -> pd.DataFrame:
    """Read the stored observation table and check it against the schema."""
    if not project.observations.exists():
        raise BistandError(
            "observationstabellen är inte byggd", file=project.observations, fix="Kör ”bistand data bygg”."
        )
    facts = project.observations.stat()
    return _read_version(project, facts.st_mtime_ns, facts.st_size, facts.st_ino).copy(deep=False)


@lru_cache(maxsize=2)
def _read_version(project: Project, changed: int, size: int, inode: int) -> pd.DataFrame:
    """Read and check one version of the stored table; a process that reads it again gets it from memory.

    No thread is started: the process that kernels are forked from reads it too, and a thread of Arrow can hold a lock.
    """
    del changed, size, inode
    content = pa.BufferReader(project.observations.read_bytes())
    try:
        frame = pq.ParquetFile(content).read(use_threads=False).to_pandas(use_threads=False)
        frame = frame.loc[:, list(COLUMNS)]
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise BistandError(
            "observationstabellen är skadad", file=project.observations, fix="Kör ”bistand data bygg”."
        ) from error
    return validate(frame, file=project.relative(project.observations))


def _read_checked(located: LocatedPassport, catalogue: Catalogue) -> pd.DataFrame:
    frame = read_source(located, catalogue)
    demand_rows(frame, located)
    return frame


def _parquet(table: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.to_parquet(buffer, engine="pyarrow", index=False, compression="zstd")
    return buffer.getvalue()


def _summary(frame: pd.DataFrame) -> SourceSummary:
    periods = frame["period"].sort_values()
    return SourceSummary(
        source_id=str(frame["source_id"].iloc[0]),
        rows=len(frame),
        with_value=int(frame["value"].notna().sum()),
        municipalities=int(frame["kommun_kod"].nunique()),
        first_period=str(periods.iloc[0]),
        last_period=str(periods.iloc[-1]),
    )


def _difference(before: pd.DataFrame, after: pd.DataFrame) -> tuple[int, int, int]:
    identity = [*KEY, "known_from"]
    merged = before.merge(after, on=identity, how="outer", suffixes=("_fore", "_efter"), indicator=True)
    both = merged[merged["_merge"] == "both"]
    columns = ("value", "unit", "status", "source_id", "note")
    same = pd.Series(True, index=both.index)
    for name in columns:
        old, new = both[f"{name}_fore"], both[f"{name}_efter"]
        same &= (old == new) | (old.isna() & new.isna())
    counts = merged["_merge"].value_counts()
    return int(counts["right_only"]), int(counts["left_only"]), int((~same).sum())
