"""What a run's numbers rest on: how many there are by measure and status, which years lack, and whether they hold."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.answers.months import month_series
from analysis.calendar import period_name
from analysis.runs import RunContext
from analysis.runs.context import fingerprint
from analysis.sources.observation import RIKET
from foundation.swedish import numbered

#: One number: the same key twice is a fault.
_ONE = ["kommun_kod", "measure_id", "period", "gender", "group"]


@dataclass(frozen=True)
class Check:
    """One check on what the run saw: its name, whether it passed, and what was measured."""

    name: str
    passed: bool
    measured: str


def missing(rows: pd.DataFrame) -> int:
    """Number of rows that the source has left empty."""
    return int((rows["status"] == "missing").sum())


def status_counts(rows: pd.DataFrame) -> pd.DataFrame:
    """``measure_id, status, count, first, last``: rows by measure and status, and the measure's first and last period."""
    counts = rows.groupby(["measure_id", "status"], sort=True).size().reset_index(name="count")
    span = rows.groupby("measure_id")["period"].agg(["min", "max"])
    return counts.assign(
        first=[span.loc[item, "min"] for item in counts["measure_id"]],
        last=[span.loc[item, "max"] for item in counts["measure_id"]],
    )


def gaps(shares: pd.DataFrame) -> dict[str, tuple[int, ...]]:
    """Years without a value by municipality code, those that have any; the country is no municipality."""
    lacking = shares[shares.isna().any(axis=1)].drop(index=RIKET, errors="ignore").isna()
    return {str(code): tuple(int(year) for year in row.index[row]) for code, row in lacking.iterrows()}


def checks(context: RunContext, rows: pd.DataFrame, shares: pd.DataFrame) -> tuple[Check, ...]:
    """The basic checks, recomputed on what the run saw."""
    own = shares.loc[context.run.kommun]
    percentages = rows[rows["unit"] == "procent"]["value"].dropna()
    late = int((rows["known_from"] > context.run.kant_senast.isoformat()).sum())
    outside = int((~percentages.between(0, 100)).sum())
    doubles = int(rows.duplicated(_ONE).sum())
    synthetic = int((rows["status"] == "synthetic").sum())
    lacking = [str(year) for year in own.index[own.isna()]]
    years = f"{len(lacking)} år saknas" + (f": {', '.join(lacking)}" if lacking else "")
    months = _months_absent(context, rows)
    by_month: tuple[Check, ...] = ()
    if months is not None:
        told = f"{numbered(len(months), 'månad', 'månader')} saknas" + (
            f": {', '.join(period_name(month) for month in months)}" if months else ""
        )
        by_month = (Check("De egna månadsserierna är obrutna", not months, told),)
    return (
        Check("Inget tal är känt senare än körningens dag", late == 0, f"{late} senare"),
        Check("Alla andelar ligger mellan 0 och 100 procent", outside == 0, f"{outside} utanför"),
        Check("Varje kommun, mått och period finns en gång", doubles == 0, f"{doubles} dubbletter"),
        Check("Inga syntetiska tal finns med", synthetic == 0, f"{synthetic} syntetiska"),
        Check("Den egna serien saknar inga år", not lacking, years),
        *by_month,
    )


def _months_absent(context: RunContext, rows: pd.DataFrame) -> tuple[str, ...] | None:
    """Months that some monthly series of the municipality lacks between its first and its last; None without a series."""
    mine = rows.loc[rows["kommun_kod"] == context.run.kommun, "measure_id"].unique()
    series = [month_series(context, str(measure), rows=rows) for measure in mine]
    absent = [found.absent for found in series if found is not None]
    return tuple(sorted({month for months in absent for month in months})) if absent else None


def quality_facts(context: RunContext, rows: pd.DataFrame) -> dict[str, object]:
    """Return what the site's quality page needs."""
    return {
        "rows": len(rows),
        "missing": missing(rows),
        "sources": [item.passport.id for item in context.sources],
        "fingerprint": fingerprint(rows),
    }
