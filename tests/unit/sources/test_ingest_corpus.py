"""Every file of the corpus gives exactly its expected reading, or its expected error."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from corpus import CORPUS, ERRORS, READINGS, Case

from analysis.sources.catalogue import Catalogue
from analysis.sources.ingest.mapping import Mapping
from analysis.sources.ingest.preview import preview
from analysis.sources.ingest.reading import Reading, read_file
from foundation.errors import BistandError


def read(case: Case, folder: Path, catalogue: Catalogue) -> Reading:
    path = folder / case.file
    path.write_bytes(case.data)
    mapping = Mapping.model_validate({"serie": "prov", **case.mapping})
    return read_file(path, mapping, catalogue)


def normal(expected: tuple[object, ...]) -> tuple[tuple[str, ...], float, str]:
    """Return (key, value, status) from the short forms used in the corpus."""
    status = "observed"
    if len(expected) == 6:
        key, value = tuple(map(str, expected[:5])), expected[5]
    else:
        key, value = ("0380", *map(str, expected[:3]), "alla"), expected[3]
        if len(expected) == 5:
            status = str(expected[4])
    if isinstance(value, str):
        return key, math.nan, value
    assert isinstance(value, int | float)
    return key, float(value), status


def test_the_corpus_is_large_and_its_names_are_unique() -> None:
    assert len(CORPUS) >= 60
    assert len({case.name for case in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("case", READINGS, ids=lambda case: case.name)
def test_reading(case: Case, tmp_path: Path, catalogue: Catalogue) -> None:
    reading = read(case, tmp_path, catalogue)
    table = reading.table
    got = {
        (row.kommun_kod, row.measure_id, row.period, row.gender, row.group): (row.value, row.status)
        for row in table.itertuples()
    }
    assert len(got) == len(table)
    for expected in case.expect:
        key, value, status = normal(expected)
        assert key in got
        assert got[key][0] == pytest.approx(value, nan_ok=True)
        assert got[key][1] == status
    if not case.dropped and len(case.expect) < 10:
        assert len(got) == len(case.expect)
    if case.dropped:
        assert any(case.dropped in item.why for item in reading.dropped)
    text = preview(reading, catalogue)
    assert "Så tolkades kolumnerna" in text
    assert case.file in text


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case.name)
def test_error(case: Case, tmp_path: Path, catalogue: Catalogue) -> None:
    with pytest.raises(BistandError) as caught:
        read(case, tmp_path, catalogue)
    message = str(caught.value)
    assert case.error in message
    assert case.file in message
    assert caught.value.fix


def test_a_missing_file_is_told(tmp_path: Path, catalogue: Catalogue) -> None:
    with pytest.raises(BistandError, match="finns inte"):
        read_file(tmp_path / "ingen.csv", Mapping(serie="prov"), catalogue)


def test_the_preview_names_the_months_between_that_are_not_there(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    path = tmp_path / "hushall.csv"
    path.write_text(
        "Månad;Antal hushåll\n2025-01;2570\n2025-02;2585\n2025-05;2610\n2025-06;2600\n", encoding="utf-8"
    )
    reading = read_file(path, Mapping(serie="prov", kommun="1880"), catalogue)
    assert "4 värden (2 månader saknas däremellan: 2025-03, 2025-04)" in preview(reading, catalogue)
