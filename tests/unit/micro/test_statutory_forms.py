"""Forms of the statutory file that not every municipality has: couples, codes of measures, local programmes."""

from __future__ import annotations

import importlib
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml
from tests.unit.micro.conftest import town
from tests.unit.micro.test_statutory import RAW, read

from analysis.micro.contract import read_folder
from analysis.micro.generator import Microdata, generate
from analysis.micro.identity import KEY_FILE, local_key
from analysis.micro.statutory import command
from analysis.micro.statutory.command import destroy_key, show_layout
from analysis.micro.statutory.generator import statutory_rows, write_statutory
from analysis.micro.statutory.layout import known_layouts, load_layout, recognise
from analysis.micro.statutory.reading import read_files
from foundation.errors import BistandError


@pytest.fixture(scope="module")
def made() -> Microdata:
    return generate(town(inflow=3.0, months=16, burn_in=24, churn=0.15), 7)


@pytest.fixture(scope="module")
def files(made: Microdata, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    return write_statutory(made, tmp_path_factory.mktemp("filer") / "ut")


def cells(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]


def numbers(path: Path) -> list[str]:
    head, *rows = cells(path)
    place = head.index("Personnr1")
    return [row[place] for row in rows]


def changed(source: Path, target: Path, change: dict[str, list[str]]) -> Path:
    """A copy of a month file with columns replaced by the texts given, row by row."""
    head, *rows = cells(source)
    for name, texts in change.items():
        place = head.index(name)
        for row, text in zip(rows, texts, strict=True):
            row[place] = text
    target.write_text("\r\n".join("\t".join(row) for row in (head, *rows)), encoding="utf-8")
    return target


def test_local_programmes_become_measures_of_those_who_have_bistand(
    files: tuple[Path, ...], tmp_path: Path
) -> None:
    known = sorted(set(numbers(files[0])))
    listed = tmp_path / "program.csv"
    listed.write_text(
        "personnummer;program;start;slut\n"
        f"{known[0]};Språkvägen;2023-04;2023-06\n{known[1]};Språkvägen;2023-05-12;\n"
        "19000101-0001;Språkvägen;2023-05;2023-07\n",
        encoding="utf-8",
    )
    read(files, tmp_path / "m", programmes=listed)
    own = read_folder(tmp_path / "m").measures
    own = own[own["measure"] == "Språkvägen"].sort_values("start")
    assert len(own) == 2, "one without bistånd is in no comparison"
    assert (own["end"] - own["start"]).tolist() == [2, 0], "without an end the programme has its first month"
    written = b"".join(path.read_bytes() for path in (tmp_path / "m").iterdir())
    assert not any(number.encode() in written for number in known)


@pytest.mark.parametrize(("row", "column"), [("i maj;", "start"), ("2023-05;juni", "slut")])
def test_a_local_programme_without_a_month_is_told_by_row_and_column(
    row: str, column: str, files: tuple[Path, ...], tmp_path: Path
) -> None:
    listed = tmp_path / "program.csv"
    number = numbers(files[0])[0]
    listed.write_text(
        f"personnummer;program;start;slut\n{number};A;2023-01;\n{number};A;{row}\n", encoding="utf-8"
    )
    with pytest.raises(BistandError, match="värdet är ingen månad") as caught:
        read(files, tmp_path / "m", programmes=listed)
    assert (caught.value.row, caught.value.column) == (3, column)
    assert number not in str(caught.value)
    assert not list((tmp_path / "m").glob("*.csv"))


def test_a_couple_is_two_adults_of_one_household(files: tuple[Path, ...], tmp_path: Path) -> None:
    count = len(numbers(files[0]))
    path = changed(files[0], tmp_path / "par.txt", {"Personnr2": ["190001010001"] + [""] * (count - 1)})
    layouts = known_layouts(RAW)
    alone = read_files([files[0]], layouts, None, b"k" * 32, municipality="0380").table
    couple = read_files([path], layouts, None, b"k" * 32, municipality="0380").table
    assert len(couple) == len(alone) + 1
    assert couple["household"].nunique() == alone["household"].nunique()


def test_codes_of_measures_are_read_by_the_layouts_names_and_others_counted(
    files: tuple[Path, ...], tmp_path: Path
) -> None:
    given = yaml.safe_load((RAW / "rapportfil" / "layout-2017.yml").read_text(encoding="utf-8"))
    own = tmp_path / "layout.yml"
    own.write_text(
        yaml.safe_dump({**given, "insatser": {"7": "Praktik"}}, allow_unicode=True), encoding="utf-8"
    )
    count = len(numbers(files[0]))
    codes = ["7"] * 6 + ["nej"] * 6 + ["8"] * 6 + [""] * (count - 18)
    path = changed(files[0], tmp_path / "a.txt", {"Arbetsmarknadsinsats1": codes})
    layouts = known_layouts(RAW)
    done = read_files([path], layouts, load_layout(own), b"k" * 32, municipality="0380")
    assert done.table["measure"].value_counts().to_dict() == {"": count - 6, "Praktik": 6}
    assert [(item.kind, item.code, item.rows) for item in done.unknown] == [("insats", "8", 6)]


def test_a_file_without_the_municipalitys_column_is_taken_at_its_word(
    files: tuple[Path, ...], tmp_path: Path
) -> None:
    head, *rows = cells(files[0])
    place = head.index("Kommun")
    path = tmp_path / "utan.txt"
    path.write_text(
        "\r\n".join("\t".join(row[:place] + row[place + 1 :]) for row in (head, *rows)), encoding="utf-8"
    )
    layouts = known_layouts(RAW)
    tables = [
        read_files([one], layouts, None, b"k" * 32, municipality="0380").table for one in (files[0], path)
    ]
    pd.testing.assert_frame_equal(*tables)


def test_no_file_and_a_year_of_no_layout_are_told() -> None:
    with pytest.raises(BistandError, match="ingen fil är angiven"):
        read_files([], known_layouts(RAW), None, b"k" * 32, municipality="0380")
    with pytest.raises(BistandError, match="ingen layout gäller 1998-03"):
        recognise(("1998", "3", "0380"), known_layouts(RAW), None, "gammal.txt")


def test_a_layout_that_is_there_is_not_written_over(files: tuple[Path, ...], tmp_path: Path) -> None:
    target = tmp_path / "layout.yml"
    target.write_text("min", encoding="utf-8")
    with pytest.raises(BistandError, match="layouten finns redan"):
        show_layout(files[0], RAW, target)
    assert target.read_text(encoding="utf-8") == "min"


def test_a_key_that_is_missing_or_damaged_is_told(tmp_path: Path) -> None:
    with pytest.raises(BistandError, match="det finns ingen nyckel"):
        destroy_key(tmp_path)
    (tmp_path / KEY_FILE).write_bytes(b"kort")
    with pytest.raises(BistandError, match="nyckelfilen är skadad"):
        local_key(tmp_path)


def test_made_up_files_are_only_made_of_made_up_people_in_a_folder_of_their_own(
    made: Microdata, tmp_path: Path
) -> None:
    with pytest.raises(BistandError, match="bara påhittade"):
        statutory_rows(replace(made, status="real"))
    (tmp_path / "min.txt").write_text("min", encoding="utf-8")
    with pytest.raises(BistandError, match="mappen är inte tom"):
        write_statutory(made, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["min.txt"]


def test_without_monthly_obstacles_each_spell_keeps_the_one_it_began_with(made: Microdata) -> None:
    steady = statutory_rows(replace(made, obstacles=None))
    moving = statutory_rows(made)
    kinds = [rows.groupby(["person", "start"])["obstacle"].nunique() for rows in (steady, moving)]
    assert [int(each.max()) for each in kinds] == [1, int(kinds[1].max())]
    assert kinds[1].max() > 1


def test_modules_of_the_network_are_dropped_and_cannot_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same on two harmless names, so that this process keeps its own connections."""
    monkeypatch.setattr(command, "NETWORK", frozenset({"wave", "colorsys"}))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    importlib.import_module("wave")
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    command.forbid_network()
    assert "wave" not in sys.modules
    for name in ("wave", "colorsys"):
        with pytest.raises(ImportError, match="får inte laddas"):
            importlib.import_module(name)
    assert importlib.import_module("string").digits == "0123456789"
