"""The log is append-only: validated, idempotent, and stored rows never change."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.forecasts.distribution import SamplePaths
from analysis.forecasts.log import COLUMNS, append, log_rows, read_log, score_log, seal, validate
from foundation.errors import BistandError


def rows(scale: float = 1.0, as_of: date = date(2026, 11, 21), version: str = "1") -> pd.DataFrame:
    values = scale * np.random.default_rng(1).lognormal(1.0, 0.2, (500, 2))
    paths = SamplePaths(values, ("2026", "2027"), "procent", "2025", "panel", 1)
    return log_rows(
        paths,
        kommun_kod="0380",
        measure="N31807",
        data_as_of=as_of,
        code_version=version,
        targets={"2026": 2.5},
    )


def test_rows_hold_nine_quantiles_a_period_and_the_targets_probability() -> None:
    table = rows()

    assert tuple(table.columns) == COLUMNS
    assert len(table) == 2 * 9 + 1
    assert table.loc[table["output_type"] == "probability", "output_type_id"].tolist() == ["2.5"]
    assert set(table["target_end_date"]) == {"2026-12-31", "2027-12-31"}
    assert table["reference_date"].unique().tolist() == ["2025-12-31"]
    assert table["horizon"].unique().tolist() == [1, 2]


def test_a_year_and_its_last_month_are_kept_apart() -> None:
    values = np.random.default_rng(1).lognormal(0.0, 0.2, (500, 2))
    paths = SamplePaths(values, ("2026", "2026-12"), "procent", "2024-10", "panel+bro", 1)

    table = log_rows(paths, kommun_kod="0380", measure="X", data_as_of=date(2026, 11, 21), code_version="1")

    validate(table)
    assert table["measure"].unique().tolist() == ["X", "X:manad"]
    assert table["horizon"].unique().tolist() == [2, 26]


def test_the_same_run_on_the_same_data_adds_nothing(tmp_path: Path) -> None:
    file = tmp_path / "logg.csv"

    first = append(file, rows())
    content = file.read_bytes()
    second = append(file, rows())

    assert (first.added, second.added, second.already_there) == (19, 0, 19)
    assert file.read_bytes() == content


def test_stored_forecasts_never_change(tmp_path: Path) -> None:
    """Neither another code version nor other numbers for the same data may rewrite what was said."""
    file = tmp_path / "logg.csv"
    append(file, rows())
    content = file.read_bytes()

    append(file, rows(scale=1.3, version="2"))
    assert file.read_bytes() == content

    append(file, rows(scale=1.3, as_of=date(2026, 12, 1)))
    assert file.read_bytes().startswith(content)
    assert len(read_log(file)) == 38


def test_a_log_without_a_final_line_break_is_not_broken(tmp_path: Path) -> None:
    file = tmp_path / "logg.csv"
    append(file, rows())
    file.write_bytes(file.read_bytes().rstrip(b"\n"))

    append(file, rows(as_of=date(2027, 1, 1)))

    assert len(read_log(file)) == 38


BROKEN = {
    "columns": (lambda t: t.drop(columns="model"), "kolumner"),
    "missing": (lambda t: t.assign(value=np.nan), "tomt|ändligt"),
    "municipality": (lambda t: t.assign(municipality="380"), "fyra siffror"),
    "type": (lambda t: t.assign(output_type="mean"), "output_type"),
    "twice": (lambda t: pd.concat([t, t]), "två gånger"),
    "past": (lambda t: t.assign(target_end_date="2020-12-31"), "efter det som var känt"),
    "foresight": (lambda t: t.assign(data_as_of="2020-01-01"), "data_as_of"),
    "negative": (lambda t: t.assign(value=-1.0), "inte är negativt"),
    "probability": (
        lambda t: t.assign(value=t["value"].where(t["output_type"] == "quantile", 1.5)),
        "över 1",
    ),
    "crossing": (lambda t: t.assign(value=t["value"].to_numpy()[::-1]), "korsar|över 1"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_rows_are_refused_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    spoil, message = BROKEN[name]
    file = tmp_path / "logg.csv"

    with pytest.raises(ValueError, match=message):
        append(file, spoil(rows()))
    assert not file.exists()


def test_dates_must_be_dates() -> None:
    with pytest.raises(ValueError):
        validate(rows().assign(target_end_date="slutet av 2026"))


def test_a_file_that_is_not_the_log_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "logg.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")

    with pytest.raises(BistandError, match="fel kolumner"):
        append(file, rows())
    assert file.read_text(encoding="utf-8") == "a,b\n1,2\n"


def test_scores_when_the_outcome_arrives(tmp_path: Path) -> None:
    file = tmp_path / "logg.csv"
    append(file, rows())
    outcomes = pd.DataFrame(
        [{"municipality": "0380", "measure": "N31807", "target_end_date": "2026-12-31", "observed": 2.6}]
    )

    scored = score_log(read_log(file), outcomes)

    assert len(scored) == 1
    assert scored.loc[0, "bias"] == pytest.approx(scored.loc[0, "median"] - 2.6)
    assert scored.loc[0, "score"] > 0
    assert {"hit50", "hit80", "hit90", "hit95"} <= set(scored.columns)


def test_no_outcome_no_score() -> None:
    empty = pd.DataFrame(columns=["municipality", "measure", "target_end_date", "observed"])

    assert score_log(rows(), empty).empty


def spoilt(how: str, data: bytes) -> bytes:
    lines = data.decode().splitlines(keepends=True)
    fields = lines[4].split(",")
    edits = {
        "märken": lambda: [*lines[:4], "<<<<<<< HEAD\n", *lines[4:6], "=======\n", *lines[6:]],
        "ändrat värde": lambda: [*lines[:4], ",".join([*fields[:7], "0.5", *fields[8:]]), *lines[5:]],
        "nivå 999": lambda: [*lines[:4], ",".join([*fields[:6], "999", *fields[7:]]), *lines[5:]],
        "decimalkomma": lambda: [*lines[:4], lines[4].replace("0.", "0,", 1), *lines[5:]],
        "avhuggen": lambda: [*lines[:4], lines[4][:30]],
        "borttagen": lambda: [*lines[:4], *lines[5:]],
        "flyttad": lambda: [*lines[:4], lines[5], lines[4], *lines[6:]],
        "tillagd": lambda: [*lines[:4], lines[4].replace("0380", "1281"), *lines[4:]],
        "utan rader": list,
    }
    if how == "utf-16":
        return data.decode().encode("utf-16")
    if how == "binär":
        return b"".join(line.encode() for line in lines[:4]) + b"\xff\xfe\n"
    return "".join(edits[how]()).encode()


@pytest.mark.parametrize(
    ("how", "row", "words"),
    [
        ("märken", 5, "sammanslagning"),
        ("ändrat värde", 5, "korsar|kontrollsumma"),
        ("nivå 999", 5, "mellan 0 och 1"),
        ("decimalkomma", 5, "13 fält"),
        ("avhuggen", 5, "fält"),
        ("borttagen", 5, "kontrollsumma"),
        ("flyttad", 5, "kontrollsumma"),
        ("tillagd", 5, "kontrollsumma"),
        ("utan rader", 1, "tom"),
        ("utf-16", 1, "UTF-8"),
        ("binär", 5, "UTF-8"),
    ],
)
def test_a_log_that_is_not_what_was_written_is_named_by_line_and_left_alone(
    how: str, row: int, words: str, tmp_path: Path
) -> None:
    file = tmp_path / "forecast_log.csv"
    append(file, rows())
    file.write_bytes(spoilt(how, file.read_bytes()))
    before = file.read_bytes()

    for do in (read_log, lambda path: append(path, rows(as_of=date(2027, 1, 1)))):
        with pytest.raises(BistandError, match=words) as caught:
            do(file)
        assert caught.value.row == row
        assert "git checkout HEAD -- reports/forecast_log.csv" in str(caught.value)
    assert file.read_bytes() == before


def test_every_changed_digit_of_every_row_is_found(tmp_path: Path) -> None:
    """A number changed by hand so that the row still is a valid forecast is found by its checksum, on its line."""
    file = tmp_path / "forecast_log.csv"
    append(file, rows())
    lines = file.read_text(encoding="utf-8").splitlines()
    for number in range(1, len(lines)):
        fields = lines[number].split(",")
        fields[7] = f"{float(fields[7]) + 1e-6:.6f}"
        file.write_text(
            "\n".join([*lines[:number], ",".join(fields), *lines[number + 1 :]]), encoding="utf-8"
        )
        with pytest.raises(BistandError) as caught:
            read_log(file)
        assert caught.value.row == number + 1


def test_a_log_from_before_the_checksums_is_sealed_once(tmp_path: Path) -> None:
    file = tmp_path / "forecast_log.csv"
    file.write_text(rows().to_csv(index=False, lineterminator="\n"), encoding="utf-8")
    with pytest.raises(BistandError, match="--forsegla"):
        read_log(file)

    assert seal(file) == 19
    content = file.read_bytes()
    assert seal(file) == 19
    assert file.read_bytes() == content
    pd.testing.assert_frame_equal(read_log(file), rows())


def test_the_committed_log_is_valid(checkout) -> None:
    log = read_log(checkout.forecast_log)

    validate(log)
    assert {"panel", "naiv"} <= set(log["model"])
