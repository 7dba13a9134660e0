"""Unemployment from two sources: SCB's registers and Kolada's BAS. Their levels and their changes are joined here only."""

from __future__ import annotations

from typing import Final

import pandas as pd

from analysis.panel import wide
from analysis.runs import RunContext

#: The series in the order in which they are used.
UNEMPLOYMENT: Final = ("SCB_ARBETSLOSHET", "N02280")
#: From this year SCB's series counts in another way: a change into it or after it is taken from Kolada's.
BREAK: Final = 2022


def unemployment(context: RunContext) -> pd.DataFrame:
    """Level by municipality and year, per cent: SCB's where it has the year, else Kolada's.

    For comparing municipalities within a year. The level jumps between the sources; for changes over time
    `unemployment_changes`.
    """
    first, second = _tables(context)
    return pd.concat([first, second[[year for year in second.columns if year not in first.columns]]], axis=1)


def unemployment_changes(context: RunContext) -> pd.DataFrame:
    """Change from the year before, percentage points, each within one source: SCB's to the break, Kolada's after it."""
    first, second = (table.diff(axis=1).iloc[:, 1:] for table in _tables(context))
    parts = [
        first[[year for year in first.columns if year < BREAK]],
        second[[year for year in second.columns if year >= BREAK]],
    ]
    known = [part for part, table in zip(parts, (first, second), strict=True) if table.shape[1]]
    return pd.concat(known, axis=1) if known else pd.DataFrame()


def _tables(context: RunContext) -> tuple[pd.DataFrame, pd.DataFrame]:
    first, second = (wide(context.observations, measure) for measure in UNEMPLOYMENT)
    return first, second
