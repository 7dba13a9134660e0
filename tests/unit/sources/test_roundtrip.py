"""Write a table in any dialect, read the same values back."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_files import MONTHS, xls, xlsx

from analysis.sources.catalogue import Catalogue
from analysis.sources.ingest.mapping import Mapping
from analysis.sources.ingest.reader import canonical_csv
from analysis.sources.ingest.reading import read_file

SPACES = ("", " ", "\u00a0", "\u2009", "\u202f")
PERIODS = tuple((year, month) for year in (2023, 2024) for month in range(1, 13))


@dataclass(frozen=True)
class Dialect:
    delimiter: str
    encoding: str
    decimal: str
    thousands: str
    period: str
    newline: str
    quoting: int
    title: bool
    total: bool


dialects = st.builds(
    Dialect,
    delimiter=st.sampled_from([";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    decimal=st.sampled_from([",", "."]),
    thousands=st.sampled_from(SPACES),
    period=st.sampled_from(["{y}-{m:02d}", "{y}M{m:02d}", "{w} {y}", "{s} {y}", "{y}{m:02d}", "{s}-{t:02d}"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    title=st.booleans(),
    total=st.booleans(),
)
tokens = st.sampled_from(
    [("..", "missing"), ("--", "missing"), ("X", "suppressed"), ("<5", "suppressed"), (".", "not_applicable")]
)
amounts = st.one_of(
    st.integers(0, 999_999).map(float), st.integers(0, 99_999_999).map(lambda number: number / 100)
)
cells = st.one_of(amounts, tokens)
tables = st.lists(st.tuples(st.integers(0, 400_000), cells), min_size=3, max_size=8)


def period_text(dialect: Dialect, year: int, month: int) -> str:
    word = MONTHS[month - 1].lower()
    return dialect.period.format(y=year, m=month, w=word, s=word[:3], t=year % 100)


def number_text(value: float, dialect: Dialect) -> str:
    whole, _, part = f"{value:.2f}".partition(".")
    spaced = f"{int(whole):,}".replace(",", dialect.thousands)
    return spaced if part == "00" else f"{spaced}{dialect.decimal}{part}"


def write(table: list[tuple[int, object]], dialect: Dialect) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(
        buffer, delimiter=dialect.delimiter, quoting=dialect.quoting, lineterminator=dialect.newline
    )  # type: ignore[call-overload]
    if dialect.title:
        writer.writerow(["Månadsrapport ur systemet", "", ""])
    writer.writerow(["Månad", "Antal hushåll", "Utbetalt tkr"])
    for (year, month), (count, cell) in zip(PERIODS, table, strict=False):
        second = cell[0] if isinstance(cell, tuple) else number_text(float(cell), dialect)  # type: ignore[arg-type]
        writer.writerow([period_text(dialect, year, month), number_text(count, dialect), second])
    # one number settles the decimal sign
    year, month = PERIODS[len(table)]
    writer.writerow([period_text(dialect, year, month), "17", number_text(0.25, dialect)])
    if dialect.total:
        writer.writerow(["Totalt", "1", "1"])
    return buffer.getvalue().encode(dialect.encoding, errors="replace")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables, dialect=dialects)
def test_what_is_written_is_read(
    table: list[tuple[int, object]], dialect: Dialect, tmp_path: Path, catalogue: Catalogue
) -> None:
    if dialect.encoding == "cp1252" and dialect.thousands in ("\u2009", "\u202f"):
        dialect = Dialect(**{**dialect.__dict__, "encoding": "utf-8"})
    path = tmp_path / "prov.csv"
    path.write_bytes(write(table, dialect))
    mapping = Mapping(serie="prov", kommun="0380")
    reading = read_file(path, mapping, catalogue)
    got = {(row.measure_id, row.period): (row.value, row.status) for row in reading.table.itertuples()}
    assert len(got) == 2 * (len(table) + 1)
    for (year, month), (count, cell) in zip(PERIODS, table, strict=False):
        period = f"{year}-{month:02d}"
        assert got["MANAD_HUSHALL", period] == (count, "observed")
        value, status = got["MANAD_UTBETALT", period]
        if isinstance(cell, tuple):
            assert math.isnan(value)
            assert status == cell[1]
        else:
            assert value == pytest.approx(float(cell), abs=1e-9)  # type: ignore[arg-type]
    stored = pd.read_csv(
        io.BytesIO(canonical_csv(reading.table)),
        dtype={"kommun_kod": str, "period": str},
        keep_default_na=False,
    )
    stored["value"] = pd.to_numeric(stored["value"])
    assert stored.equals(reading.table[stored.columns])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.integers(0, 10**6), min_size=6, max_size=6),
    old=st.booleans(),
    by_row=st.booleans(),
)
def test_excel_by_rows_and_columns(
    values: list[int], old: bool, by_row: bool, tmp_path: Path, catalogue: Catalogue
) -> None:
    periods = ("2024-10", "2024-11")
    pairs = [(period, gender) for period in periods for gender in ("Kvinnor", "Män", "Totalt")]
    if by_row:
        rows: list[list[object]] = [["Period", "Kön", "Antal vuxna"]]
        rows += [[*pair, value] for pair, value in zip(pairs, values, strict=True)]
    else:
        rows = [["Period", "Antal vuxna", "", ""], ["", "Kvinnor", "Män", "Totalt"]]
        rows += [[period, *values[3 * number : 3 * number + 3]] for number, period in enumerate(periods)]
    path = tmp_path / ("prov.xls" if old else "prov.xlsx")
    path.write_bytes(
        xls(rows) if old else xlsx([[cell if cell != "" else None for cell in row] for row in rows])
    )
    table = read_file(path, Mapping(serie="prov", kommun="0380"), catalogue).table
    got = {(row.period, row.gender): row.value for row in table.itertuples()}
    code = {"Kvinnor": "K", "Män": "M", "Totalt": "T"}
    assert got == {
        (period, code[gender]): value for (period, gender), value in zip(pairs, values, strict=True)
    }
