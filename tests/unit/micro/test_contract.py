from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import pytest

from analysis.micro.contract import read_extract, read_folder
from analysis.micro.export import write_folder
from analysis.micro.generator import Microdata
from analysis.micro.history import build_history
from analysis.micro.identity import KEY_FILE, hashed, local_key, refuse_personal_numbers
from analysis.sources.privacy import luhn_ok
from foundation.errors import BistandError


@pytest.fixture
def folder(data: Microdata, tmp_path: Path) -> Path:
    write_folder(data, tmp_path / "mikro")
    return tmp_path / "mikro"


def change(path: Path, row: int, column: str, value: str) -> None:
    """Set a cell; `row` as an editor counts, header 1."""
    frame = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)
    frame.loc[row - 2, column] = value
    frame.to_csv(path, sep=";", index=False)


def personal_number(seed: int, *, coordination: bool = False, century: bool = True) -> str:
    draw = random.Random(seed)
    day = draw.randint(1, 28) + (60 if coordination else 0)
    body = f"{draw.randint(50, 99)}{draw.randint(1, 12):02d}{day:02d}{draw.randint(0, 999):03d}"
    digit = next(d for d in "0123456789" if luhn_ok(body + d))
    return ("19" if century else "") + body[:6] + "-" + body[6:] + digit


def test_the_files_give_back_what_was_written(data: Microdata, folder: Path) -> None:
    read = read_folder(folder)
    assert read.status == "synthetic"
    assert read.window == data.window
    first = build_history(data.spells, data.measures, data.background, data.window)
    second = build_history(read.spells, read.measures, read.background, read.window)
    # Persons come in the order of their hashes, so compare what does not depend on it.
    assert first.on.sum(axis=0).tolist() == second.on.sum(axis=0).tolist()
    assert first.start.sum(axis=(1, 2)).tolist() == second.start.sum(axis=(1, 2)).tolist()
    assert first.exit.sum() == second.exit.sum()
    for name, codes in first.background.items():
        assert codes.sum() == second.background[name].sum(), name


def test_workbooks_and_other_encodings_are_read(folder: Path) -> None:
    expected = read_folder(folder)
    spells = pd.read_csv(folder / "bidragsperioder.csv", sep=";", dtype=str, keep_default_na=False)
    (folder / "bidragsperioder.csv").unlink()
    spells.to_excel(folder / "bidragsperioder.xlsx", index=False)
    text = (folder / "bakgrund.csv").read_text(encoding="utf-8")
    (folder / "bakgrund.csv").write_text(text.replace(";", ","), encoding="cp1252")
    read = read_folder(folder)
    pd.testing.assert_frame_equal(read.spells, expected.spells)
    pd.testing.assert_frame_equal(read.background, expected.background)


@pytest.mark.parametrize(
    ("file", "column", "value", "words"),
    [
        ("bidragsperioder", "start", "mars 2024", "en månad som 2024-03"),
        ("bidragsperioder", "slutorsak", "jobb", "något av annat, arbete, studier"),
        ("insatser", "insats", "", "åtgärdens namn"),
        ("bakgrund", "kon", "kvinna", "något av K, M"),
        ("bakgrund", "tidigare_manader", "många", "hela månader"),
        ("bidragsperioder", "person_id", "", "ett löpnummer"),
    ],
)
def test_a_wrong_cell_is_named(folder: Path, file: str, column: str, value: str, words: str) -> None:
    change(folder / f"{file}.csv", 7, column, value)
    with pytest.raises(BistandError) as error:
        read_folder(folder)
    assert error.value.row == 7
    assert error.value.column == column
    assert str(error.value.file).endswith(f"{file}.csv")
    assert words in str(error.value.fix)
    assert not value or value not in str(error.value)


def test_contradictions_are_named(folder: Path) -> None:
    spells = pd.read_csv(folder / "bidragsperioder.csv", sep=";", dtype=str, keep_default_na=False)
    row = int(spells.index[spells["slut"] != ""][0])
    path = folder / "bidragsperioder.csv"
    change(path, row + 2, "slut", "1999-01")
    with pytest.raises(BistandError, match="före starten") as error:
        read_folder(folder)
    assert error.value.row == row + 2
    change(path, row + 2, "slut", spells.loc[row, "slut"])
    change(path, row + 2, "slutorsak", "")
    with pytest.raises(BistandError, match="slutorsak saknas"):
        read_folder(folder)


def test_overlapping_spells_are_refused(folder: Path) -> None:
    path = folder / "bidragsperioder.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    with pytest.raises(BistandError, match="överlappar"):
        read_folder(folder)


def test_background_must_cover_every_spell(folder: Path) -> None:
    path = folder / "bakgrund.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:-20]) + "\n", encoding="utf-8")
    with pytest.raises(BistandError, match="bakgrund saknas för 20 "):
        read_folder(folder)


def test_missing_files_columns_and_period(folder: Path) -> None:
    (folder / "insatser.csv").rename(folder / "insats.csv")
    with pytest.raises(BistandError, match="hittar ingen fil insatser"):
        read_folder(folder)
    (folder / "insats.csv").rename(folder / "insatser.csv")
    text = (folder / "insatser.csv").read_text(encoding="utf-8")
    (folder / "insatser.csv").write_text(text.replace("insats;", "atgard;", 1), encoding="utf-8")
    with pytest.raises(BistandError, match="kolumnen saknas"):
        read_folder(folder)
    (folder / "uttag.yml").write_text("kommun: X\nfran: 2024-05\ntill: 2023-01\n", encoding="utf-8")
    with pytest.raises(BistandError, match="i ordning"):
        read_extract(folder / "uttag.yml")


@pytest.mark.parametrize("coordination", [False, True])
@pytest.mark.parametrize("form", ["long", "short", "bare12", "inside"])
def test_one_personal_number_stops_the_import(folder: Path, coordination: bool, form: str) -> None:
    number = personal_number(4, coordination=coordination, century=form != "short")
    number = number.replace("-", "") if form == "bare12" else number
    number = f"barn till {number}" if form == "inside" else number
    change(folder / "insatser.csv", 9, "person_id", number)
    with pytest.raises(BistandError, match="personnummer") as error:
        read_folder(folder)
    assert (error.value.row, error.value.column) == (9, "person_id")
    assert number[-11:] not in str(error.value)


def test_a_column_of_bare_ten_digit_numbers_is_refused() -> None:
    numbers = [personal_number(i, century=False).replace("-", "") for i in range(200)]
    frame = pd.DataFrame({"person_id": numbers})
    with pytest.raises(BistandError, match="personnummer"):
        refuse_personal_numbers(frame, Path("x.csv"))
    lost_zero = pd.DataFrame({"person_id": [n.lstrip("0") for n in numbers]})
    with pytest.raises(BistandError, match="personnummer"):
        refuse_personal_numbers(lost_zero, Path("x.csv"))


def test_running_numbers_and_months_are_no_false_alarm() -> None:
    draw = random.Random(1)
    frame = pd.DataFrame(
        {
            "tio siffror": [f"{draw.randrange(10**9, 10**10)}" for _ in range(4000)],
            "löpande": [f"{7_000_000_000 + i}" for i in range(4000)],
            "datum": ["2024-03-15"] * 4000,
            "tolv": [f"{draw.randrange(3 * 10**11, 10**12)}" for _ in range(4000)],
        }
    )
    refuse_personal_numbers(frame, Path("x.csv"))


def test_digits_inside_a_keyed_hash_are_no_personal_number() -> None:
    number = personal_number(4).replace("-", "")
    refuse_personal_numbers(pd.DataFrame({"person_id": ["ab" * 26 + number]}), Path("x.csv"))
    for text in ("ab" * 25 + number, "xy" * 26 + number):
        with pytest.raises(BistandError, match="personnummer"):
            refuse_personal_numbers(pd.DataFrame({"person_id": [text]}), Path("x.csv"))


def test_hashes_need_the_key_and_are_the_same_for_the_same_person(tmp_path: Path) -> None:
    key = local_key(tmp_path)
    assert local_key(tmp_path) == key
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o077 == 0
    names = pd.Series(["A1", " a1 ", "B2"])
    one, other = hashed(names, key), hashed(names, b"x" * 32)
    assert one[0] == one[1] != one[2]
    assert not set(one) & set(other)
    assert one.str.len().eq(64).all()
