"""The statutory file: read as it is, right or a Swedish sentence, and no identity ever on the disk."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import ROOT
from tests.unit.micro.conftest import town

from analysis.micro.contract import read_folder
from analysis.micro.generator import Microdata, generate
from analysis.micro.history import build_history
from analysis.micro.statutory.command import destroy_key, read_to_folder, show_layout
from analysis.micro.statutory.generator import Dirt, write_statutory
from analysis.sources.privacy import is_personal_number
from foundation.errors import BistandError

RAW = ROOT / "data" / "raw"


@pytest.fixture(scope="module")
def made() -> Microdata:
    return generate(town(inflow=6.0, months=24, churn=0.15), 5)


@pytest.fixture(scope="module")
def files(made: Microdata, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    return write_statutory(made, tmp_path_factory.mktemp("filer") / "ut")


def read(files: tuple[Path, ...], folder: Path, **more: object) -> tuple[str, ...]:
    done = read_to_folder(files, folder, RAW, municipality="0380", name="Påhittad", synthetic=True, **more)  # type: ignore[arg-type]
    return done.lines


def numbers(files: tuple[Path, ...]) -> set[str]:
    return {
        line.split("\t")[6] for path in files for line in path.read_text(encoding="utf-8").splitlines()[1:]
    }


def test_what_is_read_is_what_was_made(made: Microdata, files: tuple[Path, ...], tmp_path: Path) -> None:
    """Months with bistånd, exits, starts and obstacles come back as they were, person by person in other order."""
    read(files, tmp_path / "m")
    back = read_folder(tmp_path / "m")
    first = build_history(made.spells, made.measures, made.background, made.window, made.obstacles)
    second = build_history(back.spells, back.measures, back.background, back.window, back.obstacles)
    assert second.persons == first.persons
    assert (second.on.sum(axis=0) == first.on.sum(axis=0)).all()
    assert (np.bincount(second.exit[:, :-1].ravel()) == np.bincount(first.exit[:, :-1].ravel())).all()
    assert second.obstacle is not None
    assert first.obstacle is not None
    counts = [np.bincount(history.obstacle[history.on], minlength=5) for history in (first, second)]
    assert (counts[0] == counts[1]).all()
    assert second.measures == first.measures
    assert abs(int(second.start.sum()) - int(first.start.sum())) <= 0.1 * first.start.sum()


def test_no_made_up_number_can_be_a_persons(files: tuple[Path, ...]) -> None:
    found = numbers(files)
    assert len(found) > 100
    assert not any(is_personal_number(number) for number in found)


def test_no_identity_is_on_the_disk_after_success_failure_or_in_what_is_said(
    files: tuple[Path, ...], tmp_path: Path
) -> None:
    known = {number.encode() for number in numbers(files)} | {
        number[2:].encode() for number in numbers(files)
    }
    broken = tmp_path / "trasig.txt"
    broken.write_text(
        files[0].read_text(encoding="utf-8").replace("\t0380\t", "\t0380\t\t", 5), encoding="utf-8"
    )
    said = " ".join(read(files, tmp_path / "m"))
    with pytest.raises(BistandError) as caught:
        read((*files, broken), tmp_path / "trasig")
    said += str(caught.value)
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path != broken]
    assert {"hinder.csv", "bidragsperioder.csv", "nyckel"} <= {path.name for path in written}
    for number in known:
        assert number.decode() not in said
        assert not any(number in path.read_bytes() for path in written)
    assert all(path.stat().st_mode & 0o077 == 0 for path in written)


def test_nothing_can_reach_the_network_while_identities_are_in_memory() -> None:
    code = (
        "from analysis.micro.statutory.command import forbid_network\n"
        "import socket\nforbid_network()\n"
        "for name in ('socket', 'ssl', 'http.client', 'urllib.request', 'httpx'):\n"
        "    try:\n        __import__(name)\n    except ImportError:\n        continue\n"
        "    raise SystemExit(name)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_destroyed_key_gives_other_hashes(files: tuple[Path, ...], tmp_path: Path) -> None:
    read(files, tmp_path / "m")
    before = (tmp_path / "m" / "bidragsperioder.csv").read_text(encoding="utf-8")
    destroy_key(tmp_path / "m")
    read(files, tmp_path / "m")
    after = (tmp_path / "m" / "bidragsperioder.csv").read_text(encoding="utf-8")
    assert set(before.splitlines()) & set(after.splitlines()) == {before.splitlines()[0]}


def test_somebody_elses_tables_are_left(files: tuple[Path, ...], tmp_path: Path) -> None:
    (tmp_path / "bakgrund.csv").write_text("egen", encoding="utf-8")
    with pytest.raises(BistandError, match="inte är lästa ur rapportfiler"):
        read(files, tmp_path)
    assert (tmp_path / "bakgrund.csv").read_text(encoding="utf-8") == "egen"


def test_late_repeated_and_unknown_rows_are_counted(made: Microdata, tmp_path: Path) -> None:
    dirty = write_statutory(
        made, tmp_path / "filer", dirt=Dirt(repeated=0.05, late=0.05, wrong_code=0.05, old_system=0)
    )
    lines = " ".join(read(dirty, tmp_path / "m"))
    assert "rader stod två gånger" in lines
    assert "Okänd kod för hinder: ”99”" in lines


def test_the_old_form_without_heading_is_read_by_its_published_order(made: Microdata, tmp_path: Path) -> None:
    old = write_statutory(made, tmp_path / "filer", form="2012")
    with pytest.raises(BistandError, match="ordningen på fälten är inte känd"):
        read(old, tmp_path / "m")  # the made-up years are after 2016: no published order holds
    layout = (
        (RAW / "rapportfil" / "layout-2012.yml")
        .read_text(encoding="utf-8")
        .replace("till: 2016-12", "till: null")
    )
    own = tmp_path / "egen.yml"
    own.write_text(layout, encoding="utf-8")
    lines = " ".join(read(old, tmp_path / "m2", layout=own))
    assert "inga försörjningshinder" in lines


def test_the_layout_is_shown_with_masked_examples(files: tuple[Path, ...], tmp_path: Path) -> None:
    lines = show_layout(files[0], RAW, tmp_path / "layout.yml")
    assert any("person " in line and "999999999999" in line for line in lines)
    assert any("(läses inte)" in line for line in lines)
    assert "Personnr1" in (tmp_path / "layout.yml").read_text(encoding="utf-8")


def cell(column: int, value: str) -> Callable[[list[str]], list[str]]:
    def change(rows: list[str]) -> list[str]:
        fields = rows[3].split("\t")
        fields[column] = value
        return [*rows[:3], "\t".join(fields), *rows[4:]]

    return change


@pytest.mark.parametrize(
    ("change", "words", "row"),
    [
        (cell(0, "20x4"), "inte ett helt tal", 4),
        (cell(1, "13"), "inte ett helt tal", 4),
        (cell(2, "1281"), "annan kommun", 4),
        (cell(4, "99"), "inte ett helt tal", 4),
        (cell(5, "tusen"), "inte ett helt tal", 4),
        (cell(5, "99999999"), "inte ett helt tal", 4),
        (cell(6, ""), "personnummer saknas", 4),
        (cell(6, "Anna Svensson"), "inte formen av ett personnummer", 4),
        (cell(7, "7"), "inte ett helt tal", 4),
        (cell(9, "150"), "inte ett helt tal", 4),
        (cell(12, "X"), "inte formen av ett personnummer", 4),
        (lambda rows: [*rows[:3], rows[3] + "\textra", *rows[4:]], "fält men filens första rad har", 4),
        (lambda rows: [*rows[:3], rows[3][:20], *rows[4:]], "fält men filens första rad har", 4),
        (lambda rows: [rows[0].replace("Personnr1", "Namn"), *rows[1:]], "hittar ingen kolumn för person", 1),
        (lambda rows: [rows[0].replace("Månad", "M"), *rows[1:]], "hittar ingen kolumn för manad", 1),
        (lambda rows: [rows[0].replace("Ålder1", "Kön"), *rows[1:]], "två kolumner har rollen kon", 1),
        (lambda rows: rows[1:], "ingen rubrikrad, och ordningen", 1),
        (lambda rows: rows[:1], "inga rader under rubrikraden", None),
        (lambda rows: [], "filen är tom", None),
        (lambda rows: ["en vanlig text utan tabbar", "till"], "inga tabbar", 1),
        (lambda rows: ["PK\x03\x04\t\t\t"], "ingen textfil", None),
        (lambda rows: [rows[0], rows[1] + "\0"], "ingen textfil", None),
    ],
)
def test_a_faulty_file_is_told_with_row_and_writes_nothing(
    files: tuple[Path, ...],
    tmp_path: Path,
    change: Callable[[list[str]], list[str]],
    words: str,
    row: int | None,
) -> None:
    path = tmp_path / "ekb.txt"
    rows = files[0].read_text(encoding="utf-8").splitlines()
    path.write_bytes("\r\n".join(change(rows)).encode())
    with pytest.raises(BistandError) as caught:
        read((path,), tmp_path / "m")
    message = str(caught.value)
    assert words in message
    assert "ekb.txt" in message
    if row:
        assert f"rad {row}" in message
    assert not (tmp_path / "m" / "bidragsperioder.csv").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_encoding_gives_the_same(files: tuple[Path, ...], tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "ekb.txt"
    path.write_bytes(files[0].read_text(encoding="utf-8").encode(encoding))
    lines = read((path,), tmp_path / "m")
    assert not any("Okänd kod" in line and "hinder" in line for line in lines)


@pytest.mark.parametrize("place", ["reports/uttag", "data/raw", "data", ".", "mikro"])
def test_tables_about_real_persons_never_lie_where_git_takes_them_along(tmp_path: Path, place: str) -> None:
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    with pytest.raises(BistandError, match="där git tar med dem"):
        read_to_folder([tmp_path / "a.txt"], tmp_path / place, raw, municipality="0380", name="Påhittad")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_refused_reading_leaves_no_key_behind(tmp_path: Path) -> None:
    raw = tmp_path / "data" / "raw"
    shutil.copytree(RAW / "rapportfil", raw / "rapportfil")
    with pytest.raises(BistandError, match="filen finns inte"):
        read_to_folder(
            [tmp_path / "finns-inte.txt"],
            tmp_path / "data" / "mikro",
            raw,
            municipality="0380",
            name="Påhittad",
        )
    assert not (tmp_path / "data" / "mikro").exists()
