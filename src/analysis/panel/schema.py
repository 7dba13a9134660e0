"""The schema of the observation table, checked whenever it is built or read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaError, SchemaErrors

from analysis.sources.observation import COLUMNS, GENDERS, KEY, STATUSES, WITH_VALUE
from foundation.errors import BistandError


def _value_matches_status(frame: pd.DataFrame) -> pd.Series[bool]:
    return frame["value"].notna() == frame["status"].isin(WITH_VALUE)


def _share_within_bounds(frame: pd.DataFrame) -> pd.Series[bool]:
    return (frame["unit"] != "procent") | frame["value"].isna() | frame["value"].between(0, 100)


OBSERVATIONS = pa.DataFrameSchema(
    {
        "kommun_kod": pa.Column(str, pa.Check.str_matches(r"^\d{4}$")),
        "measure_id": pa.Column(str),
        "period": pa.Column(str, pa.Check.str_matches(r"^(19|20)\d{2}(-(0[1-9]|1[0-2]|T[1-3]))?$")),
        "gender": pa.Column(str, pa.Check.isin(GENDERS)),
        "group": pa.Column(str),
        "value": pa.Column(float, pa.Check(np.isfinite, element_wise=False, ignore_na=True), nullable=True),
        "unit": pa.Column(str),
        "status": pa.Column(str, pa.Check.isin(STATUSES)),
        "source_id": pa.Column(str),
        "known_from": pa.Column(str, pa.Check.str_matches(r"^\d{4}-\d{2}-\d{2}$")),
        "note": pa.Column(str),
    },
    checks=[
        pa.Check(_value_matches_status, name="värde om och endast om statusen säger det"),
        pa.Check(_share_within_bounds, name="andel mellan 0 och 100"),
    ],
    unique=[*KEY, "known_from"],
    ordered=True,
    strict=True,
)


def validate(frame: pd.DataFrame, *, file: Path | str) -> pd.DataFrame:
    """Return `frame` if it follows the schema.

    Raises
    ------
    BistandError
        Naming the first offending row by its key.
    """
    try:
        return OBSERVATIONS.validate(frame.loc[:, list(COLUMNS)], lazy=True)
    except (SchemaErrors, SchemaError) as error:
        raise BistandError(
            f"observationstabellen följer inte schemat: {_first_failure(frame, error)}",
            file=file,
            fix="Rätta källfilen som raden kommer från och kör igen; den gamla tabellen är kvar.",
        ) from error


def _first_failure(frame: pd.DataFrame, error: SchemaErrors | SchemaError) -> str:
    cases = error.failure_cases
    if not isinstance(cases, pd.DataFrame) or cases.empty:
        return str(error)
    case = cases.iloc[0]
    text = f"{case.get('check', '')} ({case.get('column', '')})"
    index = case.get("index")
    if index is None or pd.isna(index) or index not in frame.index:
        return text
    row = frame.loc[index]
    return f"{text}; {row['kommun_kod']} {row['measure_id']} {row['period']} {row['gender']} från {row['source_id']}"
