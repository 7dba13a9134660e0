"""What was known when, and the wide tables that methods want."""

from __future__ import annotations

from datetime import date

import pandas as pd

from analysis.sources.observation import KEY, WITH_VALUE


def as_of(observations: pd.DataFrame, day: date | str) -> pd.DataFrame:
    """Return what was known on `day`: of each observation the latest vintage known by then.

    Parameters
    ----------
    observations
        Observation table, any order, one row a key and `known_from`.
    day
        ISO date; rows with ``known_from`` after it do not exist for the caller.
    """
    limit = day.isoformat() if isinstance(day, date) else day
    known = observations[observations["known_from"] <= limit]
    ordered = known.sort_values([*KEY, "known_from"], kind="stable")
    return ordered.drop_duplicates(list(KEY), keep="last").reset_index(drop=True)


def wide(
    observations: pd.DataFrame, measure_id: str, *, gender: str = "T", group: str = "alla"
) -> pd.DataFrame:
    """Return one annual measure as municipalities x years.

    Returns
    -------
    DataFrame
        Index ``kommun_kod`` (str, sorted; ``0000`` is riket), columns int years without gaps, float values in
        the measure's unit. NaN where there is no number (missing, suppressed or not applicable).
    """
    rows = select(observations, measure_id, gender=gender, group=group)
    rows = rows[rows["period"].str.len() == 4]
    if rows.empty:
        return pd.DataFrame(index=pd.Index([], name="kommun_kod", dtype=str), dtype=float)
    table = rows.assign(year=rows["period"].astype(int)).pivot_table(
        index="kommun_kod", columns="year", values="value", dropna=False, aggfunc="first"
    )
    years = range(int(table.columns.min()), int(table.columns.max()) + 1)
    return table.reindex(columns=pd.Index(years, name="year")).sort_index().astype(float)


def select(
    observations: pd.DataFrame,
    measure_id: str,
    *,
    municipality: str | None = None,
    gender: str | None = "T",
    group: str = "alla",
) -> pd.DataFrame:
    """Return the rows of one measure, in order of municipality, gender and period."""
    mask = (observations["measure_id"] == measure_id) & (observations["group"] == group)
    if municipality is not None:
        mask &= observations["kommun_kod"] == municipality
    if gender is not None:
        mask &= observations["gender"] == gender
    return observations[mask].sort_values(["kommun_kod", "gender", "period"], kind="stable")


def series(
    observations: pd.DataFrame, measure_id: str, municipality: str, *, gender: str = "T"
) -> pd.Series[float]:
    """Return one municipality's observed values, indexed by period (str), without missing ones."""
    rows = select(observations, measure_id, municipality=municipality, gender=gender)
    rows = rows[rows["status"].isin(WITH_VALUE)]
    return pd.Series(
        rows["value"].to_numpy(dtype=float), index=pd.Index(rows["period"], name="period"), name=measure_id
    )
