"""Whatever the bytes, the reader answers with a reading or a Swedish error, never with a traceback."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from corpus import CORPUS, LONG_ROWS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_files import xls, xlsx

from analysis.sources.catalogue import Catalogue
from analysis.sources.ingest.dialect import read_grids
from analysis.sources.ingest.mapping import Mapping, parse_mapping
from analysis.sources.ingest.reading import read_file
from analysis.sources.privacy import stop_if_personal
from foundation.errors import BistandError

MAPPING = Mapping(serie="prov", kommun="0380", matt="MANAD_HUSHALL")
WORKBOOKS = (xlsx(LONG_ROWS), xls(LONG_ROWS))
lenient = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
WORDS = (
    "År|Månad|Period|Kön|Antal hushåll|Totalt|Kvinnor|2024|2024-10|okt|..|X|-||4 785|1,5|1.234|%|Summa|Uppsala|0380|Lund|"
    "#REF!|\ufeff|\u00a0|'|\"|=1+1|1e999|NaN|∞"
)
words = st.sampled_from(WORDS.split("|"))


def try_reading(data: bytes, name: str, folder: Path, catalogue: Catalogue) -> None:
    path = folder / name
    path.write_bytes(data)
    try:
        grids = read_grids(path)
        stop_if_personal(grids, path)
        reading = read_file(path, MAPPING, catalogue, grids=grids)
    except BistandError:
        return
    assert not reading.table.empty
    assert np.isfinite(reading.table["value"].dropna()).all()
    assert (
        reading.table["value"].notna()
        == reading.table["status"].isin(["observed", "preliminary", "approximate"])
    ).all()


@lenient
@given(rows=st.lists(st.lists(words, max_size=6), max_size=8), delimiter=st.sampled_from([";", ",", "\t"]))
def test_random_tables(rows: list[list[str]], delimiter: str, tmp_path: Path, catalogue: Catalogue) -> None:
    content = "\n".join(delimiter.join(row) for row in rows)
    try_reading(content.encode("utf-8"), "fil.csv", tmp_path, catalogue)


@lenient
@given(data=st.binary(max_size=400))
def test_random_bytes(data: bytes, tmp_path: Path, catalogue: Catalogue) -> None:
    for name in ("fil.csv", "fil.xlsx", "fil.xls"):
        try_reading(data, name, tmp_path, catalogue)


@lenient
@given(which=st.sampled_from([0, 1]), place=st.floats(0, 1), byte=st.integers(0, 255), cut=st.booleans())
def test_damaged_workbooks(
    which: int, place: float, byte: int, cut: bool, tmp_path: Path, catalogue: Catalogue
) -> None:
    data = bytearray(WORKBOOKS[which])
    position = int(place * (len(data) - 1))
    data[position] = byte
    content = bytes(data[:position]) if cut else bytes(data)
    try_reading(content, ("fil.xlsx", "fil.xls")[which], tmp_path, catalogue)


@pytest.mark.slow
@settings(lenient, max_examples=600)
@given(which=st.sampled_from([0, 1]), place=st.floats(0, 1), byte=st.integers(0, 255))
def test_damaged_workbooks_many(
    which: int, place: float, byte: int, tmp_path: Path, catalogue: Catalogue
) -> None:
    data = bytearray(WORKBOOKS[which])
    data[int(place * (len(data) - 1))] = byte
    try_reading(bytes(data), ("fil.xlsx", "fil.xls")[which], tmp_path, catalogue)


@pytest.mark.slow
@settings(lenient, max_examples=400)
@given(case=st.sampled_from(CORPUS), place=st.floats(0, 1), insert=words)
def test_damaged_corpus(
    case: object, place: float, insert: str, tmp_path: Path, catalogue: Catalogue
) -> None:
    data, name = case.data, case.file  # type: ignore[attr-defined]
    position = int(place * len(data))
    try_reading(data[:position] + insert.encode() + data[position:], name, tmp_path, catalogue)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "serie"),
        ({"serie": "Å Ä"}, "fel form"),
        ({"serie": "x", "kommun": "380"}, "fyra siffror"),
        ({"serie": "x", "kolumner": {"A": {"roll": "hemlig"}}}, "otillåtet värde"),
        ({"serie": "x", "okänt": 1}, "inte ett känt fält"),
        ({"serie": "x", "tecken": {"?": "observed"}}, "otillåtet värde"),
        ("text", "mappningen är fel"),
    ],
)
def test_a_bad_mapping_is_told_by_field(fields: object, message: str) -> None:
    with pytest.raises(BistandError, match=message):
        parse_mapping(fields, file="mappning.yml")
