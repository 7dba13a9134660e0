"""Which vintages a series has, and the rule that keeps first-known dates where they were.

A vintage says again most of what the one before it said. Of each observation only what is new counts: a value equal
to the one in the vintage before keeps that one's `known_from` and source; a revised value, or one that was
not there, is known from the later vintage's own date. Of two vintages known from the same day the later one counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.sources.observation import KEY
from analysis.sources.passports import LocatedPassport

#: Sources print at most six decimals: differences below half of the last one are rounding, not revision.
TOLERANCE = 5.1e-7


def in_order(passports: Sequence[LocatedPassport]) -> tuple[LocatedPassport, ...]:
    """Return passports in the order in which they came: by date, then by the number of the folder."""

    def key(located: LocatedPassport) -> tuple[object, ...]:
        passport = located.passport
        last = re.search(r"-\d{4}-\d{2}-\d{2}-(\d+)$", passport.id)
        return (passport.hamtad, int(last.group(1)) if last else 1, passport.id)

    return tuple(sorted(passports, key=key))


def later_vintages(passports: Sequence[LocatedPassport]) -> dict[str, tuple[str, ...]]:
    """Return for each source the ids of the later vintages of its series, in order."""
    series: dict[str, list[str]] = {}
    for located in in_order(passports):
        series.setdefault(located.passport.series, []).append(located.passport.id)
    return {
        source: tuple(ids[position + 1 :]) for ids in series.values() for position, source in enumerate(ids)
    }


def same_observation(first: pd.DataFrame, second: pd.DataFrame) -> pd.Series[bool]:
    """Whether two aligned tables (columns value, status) say the same, row by row."""
    left, right = first["value"].to_numpy(dtype=float), second["value"].to_numpy(dtype=float)
    close = np.isclose(left, right, rtol=1e-9, atol=TOLERANCE, equal_nan=True)
    return pd.Series(close & (first["status"].to_numpy() == second["status"].to_numpy()), index=first.index)


def settle(table: pd.DataFrame, passports: Sequence[LocatedPassport]) -> pd.DataFrame:
    """Return the observations without repetitions between the vintages of one series.

    Parameters
    ----------
    table
        Observations of all sources; sources without a passport in `passports` are left alone.
    """
    ordered = in_order(passports)
    rank = {located.passport.id: position for position, located in enumerate(ordered)}
    series = {located.passport.id: located.passport.series for located in ordered}
    work = table.assign(
        _series=table["source_id"].map(lambda source: series.get(source, source)),
        _rank=table["source_id"].map(lambda source: rank.get(source, -1)),
    )
    identity = ["_series", *KEY]
    work = work.sort_values([*identity, "_rank"], kind="stable")
    work = work.drop_duplicates([*identity, "known_from"], keep="last")
    before = work.groupby(identity, sort=False)[["value", "status"]].shift()
    repeated = before["status"].notna() & same_observation(work, before)
    return work.loc[~repeated, list(table.columns)].sort_index().reset_index(drop=True)
