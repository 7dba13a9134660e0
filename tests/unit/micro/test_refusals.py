"""What cannot be read or compared is refused in words that say what to do."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from openpyxl import Workbook
from tests.conftest import ROOT

from analysis.micro import assess, checks
from analysis.micro.contract import read_extract
from analysis.micro.reading import read_texts
from analysis.micro.statutory import rows
from analysis.micro.statutory.layout import load_layout
from foundation.errors import BistandError


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "saknas"),
        ("Uppsala", "rader med namn och värde"),
        ("kommun: Uppsala\nfran: 2020-01\n", "raden till saknas"),
        ("kommun: Uppsala\nfran: 2020-01\ntill: 2019-12\n", "två månader i ordning"),
        ("kommun: Uppsala\nfran: i fjol\ntill: 2024-12\n", "två månader i ordning"),
    ],
)
def test_the_extracts_period_is_two_months_in_order(tmp_path: Path, text: str | None, words: str) -> None:
    path = tmp_path / "uttag.yml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(BistandError, match=words) as caught:
        read_extract(path)
    assert "kommun: Uppsala" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"kommun: Uppsala\nfran: 2020-01\n  till: [2024-12\n", "går inte att läsa som YAML"),
        (b"kommun: Uppsala\nkommun: Lund\nfran: 2020-01\ntill: 2024-12\n", "”kommun” står två gånger"),
        ("kommun: Hällefors\n".encode("latin-1"), "inte sparad som UTF-8"),
    ],
)
def test_an_extracts_file_that_is_no_yaml_is_told_in_swedish(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "uttag.yml"
    path.write_bytes(content)
    with pytest.raises(BistandError, match=words):
        read_extract(path)


def test_a_workbook_is_read_as_it_is_seen(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Person", "Start"])
    sheet.append([17, date(2024, 3, 1)])
    book.save(tmp_path / "perioder.xlsx")
    assert read_texts(tmp_path / "perioder.xlsx", ("person", "start")).to_numpy().tolist() == [
        ["17", "2024-03-01"]
    ]


def test_a_file_that_is_no_workbook_or_has_no_rows_is_told(tmp_path: Path) -> None:
    (tmp_path / "perioder.xlsx").write_bytes(b"inte en arbetsbok")
    with pytest.raises(BistandError, match="arbetsboken går inte att läsa"):
        read_texts(tmp_path / "perioder.xlsx", ("person",))
    (tmp_path / "perioder.csv").write_text("person;start\n", encoding="utf-8")
    with pytest.raises(BistandError, match="inga rader under rubrikraden"):
        read_texts(tmp_path / "perioder.csv", ("person", "start"))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({}, None),
        ({"converged": False}, "helt och hållet"),
        ({"effective": 90.0}, "få jämförbara personer"),
        ({"heaviest": 0.51}, "mer än hälften av jämförelsen"),
        ({"extreme": 0.06}, "saknar motsvarighet"),
    ],
)
def test_those_who_start_need_others_like_them(
    found: dict[str, Any], words: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {"effective": 400.0, "heaviest": 0.1, "extreme": 0.01} | found
    monkeypatch.setattr(checks, "overlap", lambda trials, model: SimpleNamespace(**seen))
    trials = SimpleNamespace(participants=100)
    model = SimpleNamespace(fit=SimpleNamespace(converged=found.get("converged", True)))
    reason = assess.no_overlap(trials, model)  # type: ignore[arg-type]
    assert (reason is None) if words is None else (reason is not None and words in reason)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda layout: ["bara", "en", "lista"], "en fil med fält"),
        (lambda layout: {**layout, "hinder": {"1": "finns inte"}}, "koden 1 har betydelsen finns inte"),
        (lambda layout: {**layout, "hinder": "alla"}, None),
    ],
)
def test_a_layout_of_ones_own_is_gone_through(change: Any, words: str | None, tmp_path: Path) -> None:
    given = yaml.safe_load(
        (ROOT / "data" / "raw" / "rapportfil" / "layout-2012.yml").read_text(encoding="utf-8")
    )
    path = tmp_path / "layout.yml"
    path.write_text(yaml.safe_dump(change(given), allow_unicode=True), encoding="utf-8")
    if words is None:
        assert load_layout(path).hinder == {}
        return
    with pytest.raises(BistandError, match=words):
        load_layout(path)


def test_a_missing_or_enormous_month_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BistandError, match="filen finns inte"):
        rows.rows_of(tmp_path / "2024-01.txt")
    (tmp_path / "2024-01.txt").write_text("a\tb\n", encoding="utf-8")
    monkeypatch.setattr(rows, "MOST_BYTES", 2)
    with pytest.raises(BistandError, match="för stor"):
        rows.rows_of(tmp_path / "2024-01.txt")
