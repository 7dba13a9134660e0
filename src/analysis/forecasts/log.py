"""The forecast log: append-only, validated before it is written, scored when outcomes arrive.

The first forecast made from a data vintage is the one that counts: running again on the same data adds nothing,
even if the code has changed, and no stored row is ever altered (`log_proof` finds it if one is).
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from analysis.calendar import horizon_of, is_month, last_day
from analysis.forecasts.distribution import QUANTILE_LEVELS, SamplePaths
from analysis.forecasts.log_proof import CHECK, broken, chain, demand_chain, first_fault, read_lines
from analysis.forecasts.scoring import interval_hits, wis
from foundation.errors import BistandError
from foundation.files import write_text

COLUMNS: Final = (
    "municipality",  # four digits
    "reference_date",  # last day of the last known period
    "horizon",  # periods ahead; years, rounded up, from a month to a year
    "target_end_date",  # last day of the forecast period
    "measure",  # a key of the measure catalogue; ":manad" is added when the period is a month
    "output_type",  # "quantile" or "probability" (of being at or below output_type_id)
    "output_type_id",  # quantile level, or the level in per cent
    "value",
    "model",
    "data_as_of",  # the run's date: only what was known then was used
    "code_version",
)
KEY: Final = tuple(name for name in COLUMNS if name not in ("value", "code_version"))
OUTPUT_TYPES: Final = ("quantile", "probability")


@dataclass(frozen=True)
class Appended:
    """What an append did: rows added, and rows left out because they were already logged."""

    added: int
    already_there: int


def measure_key(measure: str, period: str) -> str:
    """A measure's name in the log: a year and its last month end on the same day and must not be confused."""
    return f"{measure}:manad" if is_month(period) else measure


def log_rows(
    paths: SamplePaths,
    *,
    kommun_kod: str,
    measure: str,
    data_as_of: date,
    code_version: str,
    targets: dict[str, float] | None = None,
) -> pd.DataFrame:
    """Rows for the log: nine quantiles a period and, for periods in `targets`, P(value <= level)."""
    rows: list[dict[str, object]] = []
    for period in paths.periods:
        common = {
            "municipality": kommun_kod,
            "reference_date": last_day(paths.origin),
            "horizon": horizon_of(paths.origin, period),
            "target_end_date": last_day(period),
            "measure": measure_key(measure, period),
        }
        after = {"model": paths.model, "data_as_of": data_as_of.isoformat(), "code_version": code_version}
        quantiles = np.quantile(paths.at(period), QUANTILE_LEVELS)
        for level, value in zip(QUANTILE_LEVELS, quantiles, strict=True):
            kind = {
                "output_type": "quantile",
                "output_type_id": f"{level:g}",
                "value": round(float(value), 6),
            }
            rows.append(common | kind | after)
        if targets and period in targets:
            chance = paths.probability_at_most(targets[period], period)
            kind = {
                "output_type": "probability",
                "output_type_id": f"{targets[period]:g}",
                "value": round(chance, 6),
            }
            rows.append(common | kind | after)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def read_log(file: Path) -> pd.DataFrame:
    """Read the log (empty if the file is not there), text columns as text, and prove it: no row has changed.

    Raises
    ------
    BistandError
        For the first line that is not what was once written, with how to mend it.
    """
    if not file.exists():
        return _table([])
    if not _is_sealed(file) and file.read_bytes().startswith(",".join(COLUMNS).encode() + b"\n"):
        raise BistandError(
            "prognosloggen har inga kontrollsummor", file=file, fix="Kör ”bistand logg --forsegla” en gång."
        )
    rows = read_lines(file, (*COLUMNS, CHECK))
    table = _checked(file, [row[:-1] for row in rows])
    demand_chain(file, rows)
    return table


def read_rows(file: Path) -> pd.DataFrame:
    """Read the rows that a run has left for the log: the same table without checksums.

    Raises
    ------
    BistandError
        For the first line that breaks a rule.
    """
    return _checked(file, read_lines(file, COLUMNS))


def _checked(file: Path, rows: list[list[str]]) -> pd.DataFrame:
    table = _table(rows)
    fault = first_fault(table, OUTPUT_TYPES)
    if fault is not None:
        raise broken(file, fault[0] + 2, fault[1])
    return table


def _table(rows: list[list[str]]) -> pd.DataFrame:
    """Rows of text as a table; a number that is none becomes nan, which `first_fault` names."""
    table = pd.DataFrame(rows, columns=list(COLUMNS), dtype=str)
    numbers = {name: pd.to_numeric(table[name], errors="coerce") for name in ("horizon", "value")}
    whole = numbers["horizon"].notna().all() and (numbers["horizon"] % 1 == 0).all()
    return table.assign(
        horizon=numbers["horizon"].astype(int if whole else float), value=numbers["value"].astype(float)
    )


def validate(rows: pd.DataFrame) -> None:
    """Check new rows before they are stored.

    Raises
    ------
    ValueError
        Names the first rule that is broken: columns, missing values, dates, ordered quantiles, probabilities.
    """
    if tuple(rows.columns) != COLUMNS:
        raise ValueError(f"fel kolumner: {', '.join(rows.columns)}")
    fault = first_fault(rows, OUTPUT_TYPES)
    if fault is not None:
        raise ValueError(f"prognosrad {fault[0] + 1}: {fault[1]}")


def append(file: Path, rows: pd.DataFrame, stored: pd.DataFrame | None = None) -> Appended:
    """Add the rows that are not logged yet; the stored text stays byte for byte what it was.

    Parameters
    ----------
    stored
        The log, where the caller has just read it.

    Raises
    ------
    ValueError
        If the new rows break a rule; nothing is written.
    BistandError
        If the stored file is not a whole forecast log.
    """
    validate(rows)
    stored = read_log(file) if stored is None else stored
    known = set(map(tuple, stored[list(KEY)].astype(str).to_numpy()))
    fresh = rows.loc[[tuple(key) not in known for key in rows[list(KEY)].astype(str).to_numpy()]]
    if len(fresh):
        before = file.read_text(encoding="utf-8") if file.exists() else f"{','.join(COLUMNS)},{CHECK}\n"
        if not before.endswith("\n"):
            before += "\n"
        last = before.splitlines()[-1].rpartition(",")[2] if len(stored) else ""
        write_text(file, before + _sealed(fresh.to_csv(index=False, header=False, lineterminator="\n"), last))
    return Appended(added=len(fresh), already_there=len(rows) - len(fresh))


def _sealed(text: str, last: str) -> str:
    """Give each line of CSV its running checksum."""
    rows = csv.reader(io.StringIO(text))
    return "".join(
        f"{line},{mark}\n" for line, mark in zip(text.splitlines(), chain(rows, last), strict=True)
    )


def seal(file: Path) -> int:
    """Give a log from before there were checksums its checksums; returns the number of rows.

    Raises
    ------
    BistandError
        If a row breaks a rule, or the log already has checksums and they do not hold.
    """
    if _is_sealed(file):
        return len(read_log(file))
    rows = read_rows(file)
    head, _, body = file.read_text(encoding="utf-8").partition("\n")
    write_text(file, f"{head},{CHECK}\n{_sealed(body, '')}")
    return len(rows)


def _is_sealed(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.readline().rstrip().endswith(f",{CHECK}".encode())


def score_log(log: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Score logged quantile forecasts whose outcome is known.

    Parameters
    ----------
    outcomes
        ``municipality, measure, target_end_date, observed``; one row an outcome.

    Returns
    -------
    DataFrame
        One row a forecast: keys, ``observed, score`` (WIS), ``median, bias`` and ``hit50 ... hit95``.
    """
    quantiles = log[log["output_type"] == "quantile"]
    keys = ["municipality", "measure", "model", "data_as_of", "reference_date", "horizon", "target_end_date"]
    wide = quantiles.assign(level=quantiles["output_type_id"].astype(float)).pivot_table(
        index=keys, columns="level", values="value"
    )
    wide = wide.reindex(columns=list(QUANTILE_LEVELS)).dropna().reset_index()
    joined = wide.merge(outcomes, on=["municipality", "measure", "target_end_date"], how="inner")
    values = joined[list(QUANTILE_LEVELS)].to_numpy(dtype=float)
    observed = joined["observed"].to_numpy(dtype=float)
    median = values[:, QUANTILE_LEVELS.index(0.5)]
    table = joined[keys].assign(
        observed=observed, score=wis(observed, values), median=median, bias=median - observed
    )
    for nominal, hit in interval_hits(observed, values).items():
        table[f"hit{nominal * 100:.0f}"] = hit
    return table
