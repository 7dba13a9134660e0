"""The observation table: real figures in, and bad input stopped without touching what stands."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from tests.edit import replace_line, reseal

from analysis.panel import as_of, build_panel, read_panel, series, wide
from analysis.paths import Project
from foundation.errors import BistandError

N31807 = "data/raw/kolada/2026-09/n31807.csv"


def test_published_figures_are_in_the_table(copy: Project) -> None:
    build_panel(copy)
    table = wide(read_panel(copy), "N31807")
    assert table.loc["0380", 2022] == pytest.approx(3.683406)
    assert table.loc["0380", 2025] == pytest.approx(2.823495)
    assert len(table) == 291
    assert list(table.columns) == list(range(2012, 2026))
    adults = series(read_panel(copy), "AMN_VUXNA", "0380")
    assert adults.to_dict() == {"2022": 1.53, "2023": 1.32, "2024-10": 1.25}
    women = series(read_panel(copy), "AMN_VUXNA", "0380", gender="K")
    assert women.to_dict() == {"2022": 1.55, "2023": 1.35, "2024-10": 1.28}
    households = series(read_panel(copy), "HUSHALL_3BARN", "0380")
    assert households.to_dict() == {"2020": 469, "2022-03": 380}


def test_absent_years_are_missing_and_never_zero(copy: Project) -> None:
    build_panel(copy)
    rows = read_panel(copy)
    absent = rows[(rows["measure_id"] == "N31807") & (rows["status"] == "missing")]
    assert len(absent) == 59
    assert absent["value"].isna().all()
    sundsvall = absent[absent["kommun_kod"] == "2281"]["period"].tolist()
    assert sundsvall == ["2020", "2025"]


def test_approximate_figures_keep_their_status(copy: Project) -> None:
    build_panel(copy)
    rows = read_panel(copy)
    stated = rows[rows["measure_id"] == "DOK_INVANARE"].set_index("period")
    assert stated["status"].to_dict() == {
        "2018": "approximate",
        "2019": "approximate",
        "2020": "observed",
        "2021": "approximate",
    }


def test_building_twice_gives_the_same_bytes(copy: Project) -> None:
    build_panel(copy)
    first = copy.observations.read_bytes()
    copy.observations.unlink()
    build_panel(copy)
    assert copy.observations.read_bytes() == first


def test_second_build_reports_no_change(copy: Project) -> None:
    assert build_panel(copy).is_new
    assert not build_panel(copy).is_new


def test_one_changed_value_is_reported_as_one_change(copy: Project) -> None:
    build_panel(copy)
    data = copy.root / N31807
    replace_line(data, "1281,2024,", "1281,2024,2.5")
    reseal(data)
    report = build_panel(copy)
    assert (report.added, report.removed, report.changed) == (0, 0, 1)


def _checksum(data: Path) -> int:
    replace_line(data, "0380,2022,", "0380,2022,3.7")
    return 0


def _missing_column(data: Path) -> int:
    replace_line(data, "kommun_kod,year,value", "kommun_kod,year,varde")
    reseal(data)
    return 1


def _too_large(data: Path) -> int:
    row = replace_line(data, "0380,2022,", "0380,2022,103.2")
    reseal(data)
    return row


def _duplicate(data: Path) -> int:
    row = replace_line(data, "0380,2022,", "0380,2022,3.683406\n0380,2022,3.683406")
    reseal(data)
    return row + 1


def _unknown_code(data: Path) -> int:
    row = replace_line(data, "0380,2022,", "0399,2022,3.683406")
    reseal(data)
    return row


def _not_a_number(data: Path) -> int:
    row = replace_line(data, "0380,2022,", '0380,2022,"3,68"')
    reseal(data)
    return row


def _bad_period(data: Path) -> int:
    row = replace_line(data, "0380,2022,", "0380,22,3.68")
    reseal(data)
    return row


def _torn_row(data: Path) -> int:
    row = replace_line(data, "0380,2022,", "0380,2022")
    reseal(data)
    return row


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_checksum, "kontrollsumman"),
        (_missing_column, "kolumnen ”value” saknas"),
        (_too_large, "utanför 0–100 procent"),
        (_duplicate, "finns redan på rad"),
        (_unknown_code, "kommunkoden ”0399” är okänd"),
        (_not_a_number, "är inte ett tal"),
        (_bad_period, "går inte att tolka"),
        (_torn_row, "raden har inte 3 fält"),
    ],
)
def test_bad_input_is_stopped_and_changes_nothing(
    copy: Project, spoil: Callable[[Path], int], words: str
) -> None:
    build_panel(copy)
    before = copy.observations.read_bytes()
    data = copy.root / N31807
    row = spoil(data)
    with pytest.raises(BistandError) as caught:
        build_panel(copy)
    message = str(caught.value)
    assert words in message
    assert message.startswith(N31807), "the message names the file"
    assert "Gör så här:" in message, "the message says what to do"
    if row:
        assert f"rad {row}" in message
    assert copy.observations.read_bytes() == before
    assert [path.name for path in copy.processed.iterdir()] == ["observations.parquet"]


def test_a_mended_source_stops_the_build_until_the_correction_is_retired(copy: Project) -> None:
    data = copy.root / N31807
    replace_line(data, "1762,2018,", "1762,2018,7.1")
    reseal(data)
    with pytest.raises(BistandError, match=r"säger nu 7\.1"):
        build_panel(copy)


def test_as_of_hides_what_was_published_later(copy: Project) -> None:
    build_panel(copy)
    rows = read_panel(copy)
    known = as_of(rows, "2021-01-28")
    assert wide(known, "N31807").columns.max() == 2019
    assert (known["known_from"] <= "2021-01-28").all()
    assert wide(as_of(rows, "2023-06-29"), "N31807").columns.max() == 2021
    assert wide(as_of(rows, "2023-06-30"), "N31807").columns.max() == 2022


def test_as_of_takes_the_latest_vintage_known(copy: Project) -> None:
    build_panel(copy)
    rows = read_panel(copy)
    one = rows[(rows["measure_id"] == "N31807") & (rows["kommun_kod"] == "0380") & (rows["period"] == "2019")]
    revised = one.assign(value=4.9, known_from="2022-06-30")
    both = pd.concat([rows, revised], ignore_index=True)
    assert wide(as_of(both, "2021-12-31"), "N31807").loc["0380", 2019] == pytest.approx(4.957815)
    assert wide(as_of(both, "2022-07-01"), "N31807").loc["0380", 2019] == pytest.approx(4.9)


def test_wide_has_no_numbers_where_none_were_observed(copy: Project) -> None:
    build_panel(copy)
    table = wide(read_panel(copy), "N31807")
    assert math.isnan(table.loc["2281", 2020])


def test_without_sources_or_rows_the_build_stops_and_says_which(copy: Project) -> None:
    path = copy.root / N31807
    head = path.read_text(encoding="utf-8").splitlines(keepends=True)[0]
    path.write_text(head, encoding="utf-8")
    reseal(path)
    with pytest.raises(BistandError, match="inga rader"):
        build_panel(copy)
    for passport in copy.raw.rglob("*.pass.yml"):
        passport.unlink()
    with pytest.raises(BistandError, match="inga källor"):
        build_panel(copy)
    assert not copy.observations.exists()
