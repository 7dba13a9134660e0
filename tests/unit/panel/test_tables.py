"""What was known when, tables of years, and shares that cannot be: on a handful of made-up rows."""

from __future__ import annotations

import math

import pandas as pd
import pytest

import analysis.panel
from analysis.panel.schema import validate
from analysis.panel.vintages import as_of, select, series, wide
from analysis.sources.observation import COLUMNS
from foundation.errors import BistandError


def rows(*values: tuple[str, float, str], unit: str = "procent") -> pd.DataFrame:
    """Rows of one measure of one municipality: period, value (NaN = missing), known from."""
    return pd.DataFrame(
        [
            ("0380", "N31807", period, "T", "alla", value, unit,
             "missing" if math.isnan(value) else "observed", "kalla", known, "")
            for period, value, known in values
        ],
        columns=list(COLUMNS),
    )  # fmt: skip


def test_a_revised_figure_is_seen_from_its_own_day_and_the_old_one_before() -> None:
    """A run of 2023 must go on saying what it said; one of 2024 must not say what was mended."""
    table = rows(("2022", 3.9, "2024-02-01"), ("2022", 4.2, "2023-06-30"))
    assert as_of(table, "2023-06-29").empty
    assert as_of(table, "2023-12-31")["value"].tolist() == [4.2]
    assert as_of(table, "2024-02-01")["value"].tolist() == [3.9]


def test_a_year_that_nobody_reported_is_a_gap_and_not_skipped() -> None:
    """A change over two years would else be read as one of a single year."""
    table = wide(rows(("2019", 4.0, "2020-06-30"), ("2021", 3.0, "2022-06-30")), "N31807")
    assert list(table.columns) == [2019, 2020, 2021]
    assert table.loc["0380"].isna().tolist() == [False, True, False]


def test_missing_values_are_left_out_of_a_series_and_months_out_of_years() -> None:
    table = rows(
        ("2019", 4.0, "2020-06-30"), ("2020", math.nan, "2021-06-30"), ("2021-05", 9.0, "2021-07-01")
    )
    assert series(table, "N31807", "0380").to_dict() == {"2019": 4.0, "2021-05": 9.0}
    assert list(wide(table, "N31807").columns) == [2019, 2020]
    assert wide(table, "ANNAT").empty


@pytest.mark.parametrize(("value", "unit", "right"), [(100.0, "procent", True), (368.0, "procent", False),
                                                      (-0.1, "procent", False), (368.0, "antal", True)])  # fmt: skip
def test_a_share_lies_between_nil_and_a_hundred(value: float, unit: str, right: bool) -> None:
    """3,68 that was read as 368 stops the build, and the row is named."""
    table = rows(("2022", value, "2023-06-30"), unit=unit)
    if right:
        assert validate(table, file="tabellen")["value"].tolist() == [value]
        return
    with pytest.raises(BistandError, match="0380 N31807 2022"):
        validate(table, file="tabellen")


def test_a_missing_value_is_no_number_and_a_number_is_not_missing() -> None:
    table = rows(("2022", 4.0, "2023-06-30")).assign(status="missing")
    with pytest.raises(BistandError, match="värde om och endast om"):
        validate(table, file="tabellen")


def test_rows_are_chosen_by_municipality_and_gender_or_all_of_them() -> None:
    one = rows(("2022", 4.0, "2023-06-30"))
    table = pd.concat([one, one.assign(kommun_kod="1880"), one.assign(gender="K", value=3.0)])
    assert select(table, "N31807", municipality="0380")["value"].tolist() == [4.0]
    assert select(table, "N31807", municipality="0380", gender=None)["gender"].tolist() == ["K", "T"]
    assert select(table, "N31807")["kommun_kod"].tolist() == ["0380", "1880"]


def test_the_panel_has_no_other_names() -> None:
    with pytest.raises(AttributeError, match="finns_inte"):
        analysis.panel.finns_inte  # noqa: B018
