"""The forecast log: append-only, validated before it is written, scored when outcomes arrive.

The first forecast made from a data vintage is the one that counts: running again on the same data adds nothing,
even if the code has changed, and no stored row is ever altered.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from analysis.errors import BistandError
from analysis.files import write_text
from analysis.forecasts.distribution import QUANTILE_LEVELS, SamplePaths
from analysis.forecasts.periods import horizon_of, is_month, last_day
from analysis.forecasts.scoring import interval_hits, wis

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
    """Read the log (empty if the file is not there), text columns as text.

    Raises
    ------
    BistandError
        If the header is not the log's.
    """
    if not file.exists():
        return pd.DataFrame(columns=list(COLUMNS)).astype({"horizon": int, "value": float})
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    if tuple(table.columns) != COLUMNS:
        raise BistandError(
            "Prognosloggen har fel kolumner.",
            file=file,
            row=1,
            fix=f"Återställ filen ur versionshistoriken; kolumnerna ska vara {', '.join(COLUMNS)}.",
        )
    return table.astype({"horizon": int, "value": float})


def validate(rows: pd.DataFrame) -> None:
    """Check new rows before they are stored.

    Raises
    ------
    ValueError
        Names the first rule that is broken: columns, missing values, dates, ordered quantiles, probabilities.
    """
    if tuple(rows.columns) != COLUMNS:
        raise ValueError("wrong columns")
    if rows.isna().any(axis=None) or (rows[list(KEY)].astype(str) == "").any(axis=None):
        raise ValueError("missing values")
    if not rows["municipality"].str.fullmatch(r"\d{4}").all():
        raise ValueError("municipality must be four digits")
    if not rows["output_type"].isin(OUTPUT_TYPES).all():
        raise ValueError("unknown output_type")
    if rows.duplicated(list(KEY)).any():
        raise ValueError("the same forecast twice")
    for column in ("reference_date", "target_end_date", "data_as_of"):
        pd.to_datetime(rows[column], format="%Y-%m-%d")
    if (rows["target_end_date"] <= rows["reference_date"]).any():
        raise ValueError("a forecast must lie after what was known")
    if (rows["data_as_of"] < rows["reference_date"]).any():
        raise ValueError("data_as_of may not lie before the last known period")
    if not np.isfinite(rows["value"]).all() or (rows["value"] < 0).any():
        raise ValueError("values must be finite and not negative")
    chances = rows.loc[rows["output_type"] == "probability", "value"]
    if (chances > 1).any():
        raise ValueError("a probability over one")
    quantiles = rows[rows["output_type"] == "quantile"].assign(
        level=lambda table: table["output_type_id"].astype(float)
    )
    group = ["municipality", "reference_date", "target_end_date", "measure", "model", "data_as_of"]
    for _, part in quantiles.groupby(group):
        if (np.diff(part.sort_values("level")["value"]) < 0).any():
            raise ValueError("quantiles must not cross")


def append(file: Path, rows: pd.DataFrame) -> Appended:
    """Add the rows that are not logged yet; the stored text stays byte for byte what it was.

    Raises
    ------
    ValueError
        If the new rows break a rule; nothing is written.
    BistandError
        If the stored file is not a forecast log.
    """
    validate(rows)
    stored = read_log(file)
    known = set(map(tuple, stored[list(KEY)].astype(str).to_numpy()))
    fresh = rows.loc[[tuple(key) not in known for key in rows[list(KEY)].astype(str).to_numpy()]]
    if len(fresh):
        buffer = io.StringIO()
        fresh.to_csv(buffer, index=False, header=not file.exists(), lineterminator="\n")
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        if before and not before.endswith("\n"):
            before += "\n"
        write_text(file, before + buffer.getvalue())
    return Appended(added=len(fresh), already_there=len(rows) - len(fresh))


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
