"""The recognised table as canonical text: the only thing of an own file that is ever stored."""

from __future__ import annotations

import csv
import io
from typing import Final

import pandas as pd

from analysis.sources.ingest.reading import Reading
from analysis.sources.observation import COLUMNS
from analysis.sources.passports import Passport

NAME: Final = "egen-tabell"
#: The reader of files that earlier versions stored as they came; ``bistand data flytta`` moves them.
OLD_NAME: Final = "inmatning"
_STORED: Final = ("kommun_kod", "measure_id", "period", "gender", "group", "value", "status", "note", "row")


def canonical_csv(table: pd.DataFrame) -> bytes:
    """Return a reading's table as UTF-8 CSV with decimal points; ``row`` is the row of the original file."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_STORED)
    for row in table.loc[:, list(_STORED)].itertuples(index=False):
        number = "" if pd.isna(row.value) else repr(float(row.value)).removesuffix(".0")
        writer.writerow([number if name == "value" else getattr(row, name) for name in _STORED])
    return buffer.getvalue().encode("utf-8")


def with_source(reading: Reading, passport: Passport) -> pd.DataFrame:
    """Return the reading as observations of one source."""
    rule = passport.kant_fran
    frame = reading.table.assign(
        source_id=passport.id,
        known_from=[rule.known_on(period) for period in reading.table["period"]],
    )
    return frame.loc[:, list(COLUMNS)]
