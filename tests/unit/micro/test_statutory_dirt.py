"""Statutory files as they come: each odd form is read right, or refused by a Swedish sentence with file, row and fix."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.unit.micro.conftest import town

from analysis.micro.generator import generate
from analysis.micro.identity import KEY_FILE
from analysis.micro.statutory.command import read_to_folder
from analysis.micro.statutory.generator import write_statutory
from foundation.errors import BistandError

RAW = ROOT / "data" / "raw"
Rows = list[str]
Change = Callable[[Rows], Rows]
Plain = tuple[str, dict[str, str]]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    made = generate(town(inflow=2.0, months=14, burn_in=24, churn=0.15), 5)
    path = write_statutory(made, tmp_path_factory.mktemp("filer") / "ut")[0]
    return path.read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def plain(rows: Rows, tmp_path_factory: pytest.TempPathFactory) -> Plain:
    """What is said of the file as it is, and the tables that come out of it."""
    folder = tmp_path_factory.mktemp("plain")
    return first_line("\r\n".join(rows).encode(), folder), tables(folder)


def first_line(content: bytes, folder: Path, *more: bytes) -> str:
    """What is said of the files: months, adults, households a month. Everyone has the same key."""
    paths = []
    (folder / "m").mkdir(parents=True)
    (folder / "m" / KEY_FILE).write_bytes(b"k" * 32)
    for number, data in enumerate((content, *more)):
        paths.append(folder / f"ekb{number}.txt")
        paths[-1].write_bytes(data)
    done = read_to_folder(paths, folder / "m", RAW, municipality="0380", name="Påhittad", synthetic=True)
    return re.sub(r"^\d+ filer?, ", "", done.lines[0])


def tables(folder: Path) -> dict[str, str]:
    """The tables that were written, row by row in no order."""
    found = {path.name: path.read_text(encoding="utf-8") for path in (folder / "m").glob("*.csv")}
    assert len(found) == 4
    return {name: "\n".join(sorted(text.splitlines())) for name, text in found.items()}


def cell(column: int, value: str | Callable[[str], str], row: int = 3) -> Change:
    def change(rows: Rows) -> Rows:
        fields = rows[row].split("\t")
        fields[column] = value(fields[column]) if callable(value) else value
        return [*rows[:row], "\t".join(fields), *rows[row + 1 :]]

    return change


def each(function: Callable[[str], str]) -> Change:
    return lambda rows: [function(line) for line in rows]


def samordning(number: str) -> str:
    return number[:6] + f"{int(number[6:8]) + 60:02d}" + number[8:]


RIGHT: dict[str, Change] = {
    "som den är": lambda rows: rows,
    "tomma rader mitt i": lambda rows: [*rows[:4], "", *rows[4:], "", ""],
    "citattecken om fälten": each(lambda line: "\t".join(f'"{part}"' for part in line.split("\t"))),
    "mellanslag om fälten": each(lambda line: "\t".join(f" {part} " for part in line.split("\t"))),
    "semikolon": each(lambda line: line.replace("\t", ";")),
    "rubriker i versaler": lambda rows: [rows[0].upper(), *rows[1:]],
    "rubriker i gemener": lambda rows: [rows[0].lower(), *rows[1:]],
    "en kolumn till": each(lambda line: line + "\tannat"),
    "tabbar efter sista fältet": lambda rows: [rows[0], *(line + "\t\t" for line in rows[1:])],
    "samma rad två gånger": lambda rows: [*rows, rows[3]],
    "omvänd ordning": lambda rows: [rows[0], *reversed(rows[1:])],
    "månad utan nolla": lambda rows: [rows[0], *(re.sub(r"^(\d{4}\t)0", r"\1", line) for line in rows[1:])],
    "samordningsnummer": cell(6, samordning),
    "tillfälligt nummer med bokstav": cell(6, lambda number: number[:8] + "TF0" + number[11:]),
    "personnummer med bindestreck": cell(6, lambda number: f"{number[:8]}-{number[8:]}"),
    "tio siffror": cell(6, lambda number: number[2:]),
    "belopp med mellanslag": cell(5, "9 550"),
    "belopp noll": cell(5, "0"),
    "hinder som saknas": cell(10, ""),
    "okänt hinder": cell(10, "Något nytt"),
    "kön i ord": cell(8, "Kvinna"),
    "ålder saknas": cell(9, ""),
    "utlandsfödd saknas": cell(7, ""),
    "kommun saknas på en rad": cell(2, ""),
}

#: Odd forms that say something else of the person than the plain file does, and so give other tables.
OTHERWISE = {
    "samordningsnummer", "tillfälligt nummer med bokstav", "hinder som saknas", "okänt hinder", "kön i ord",
    "ålder saknas", "utlandsfödd saknas",
}  # fmt: skip

REFUSED: dict[str, tuple[Change, str]] = {
    "år med fyra fel": (cell(0, "0021"), "inte ett helt tal"),
    "år saknas": (cell(0, ""), "inte ett helt tal"),
    "månad noll": (cell(1, "00"), "inte ett helt tal"),
    "månad saknas": (cell(1, ""), "inte ett helt tal"),
    "kommun i ord": (cell(2, "Uppsala"), "annan kommun"),
    "minus ett barn": (cell(4, "-1"), "inte ett helt tal"),
    "halvt barn": (cell(4, "1,5"), "inte ett helt tal"),
    "belopp med decimaler": (cell(5, "95,50 kr"), "inte ett helt tal"),
    "elva siffror": (cell(6, "19910506713"), "inte formen av ett personnummer"),
    "tretton siffror": (cell(6, "1991050671381"), "inte formen av ett personnummer"),
    "formel": (cell(6, "=1+1"), "inte formen av ett personnummer"),
    "ålder 200": (cell(9, "200"), "inte ett helt tal"),
    "ålder i ord": (cell(9, "trettio"), "inte ett helt tal"),
    "html": (lambda rows: ["<html><body>", *rows], "inga tabbar"),
    "json": (lambda rows: ['{"rader": [1]}'], "inga tabbar"),
    "två sökande heter lika": (
        lambda rows: [rows[0].replace("Personnr2", "Personnr1"), *rows[1:]],
        "två kolumner har rollen person",
    ),
    "rubriken två gånger": (lambda rows: [rows[0], rows[0], *rows[1:]], "inte ett helt tal"),
    "en avbruten sista rad": (lambda rows: [*rows[:-1], rows[-1][:15]], "fält men filens första rad har"),
    "en tabb i ett fält": (cell(10, "språk\thinder"), "fält men filens första rad har"),
    "pdf": (lambda rows: ["%PDF-1.4\t\t\t"], "ingen textfil"),
}


#: The row that is pointed at, where it is not the fourth.
ROWS: dict[str, int | None] = {
    "html": 1,
    "json": 1,
    "två sökande heter lika": 1,
    "rubriken två gånger": 2,
    "pdf": None,
}


@pytest.mark.parametrize("kind", RIGHT)
def test_an_odd_form_is_read_as_the_plain_one(kind: str, rows: Rows, plain: Plain, tmp_path: Path) -> None:
    assert first_line("\r\n".join(RIGHT[kind](rows)).encode(), tmp_path) == plain[0]
    assert (tables(tmp_path) == plain[1]) == (kind not in OTHERWISE)


def test_rows_of_two_systems_in_one_file_are_each_read_in_their_own_coding(
    rows: Rows, plain: Plain, tmp_path: Path
) -> None:
    """One system's rows are in UTF-8, the other's in Windows-1252: no obstacle becomes an unknown code."""
    mixed = b"\r\n".join(row.encode("cp1252" if number % 2 else "utf-8") for number, row in enumerate(rows))
    assert mixed.decode("utf-8", errors="replace") != "\r\n".join(rows)
    assert (first_line(mixed, tmp_path), tables(tmp_path)) == plain


@pytest.mark.parametrize("ending", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("coding", ["utf-8", "cp1252", "utf-16", "utf-8-sig"])
def test_every_coding_and_line_ending_gives_the_same(
    ending: str, coding: str, rows: Rows, plain: Plain, tmp_path: Path
) -> None:
    assert (first_line(ending.join(rows).encode(coding), tmp_path), tables(tmp_path)) == plain


def test_the_same_file_twice_and_a_corrected_one_count_once(rows: Rows, plain: Plain, tmp_path: Path) -> None:
    same = "\r\n".join(rows).encode()
    corrected = "\r\n".join(cell(5, "1000")(rows)).encode()
    assert (first_line(same, tmp_path, same, corrected), tables(tmp_path)) == plain


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_understood_is_refused_with_the_way_out(kind: str, rows: Rows, tmp_path: Path) -> None:
    change, words = REFUSED[kind]
    with pytest.raises(BistandError) as caught:
        first_line("\r\n".join(change(rows)).encode(), tmp_path)
    message = str(caught.value)
    assert words in message
    assert "ekb0.txt" in message
    assert caught.value.fix
    assert caught.value.row == (len(rows) if kind == "en avbruten sista rad" else ROWS.get(kind, 4))
    assert not list((tmp_path / "m").glob("*.csv"))


@pytest.mark.parametrize("after", [0.2, 0.5, 0.8, 1.1, 1.4, 1.7])
def test_a_kill_leaves_no_identity_on_the_disk(after: float, rows: Rows, tmp_path: Path) -> None:
    path = tmp_path / "in" / "ekb.txt"
    path.parent.mkdir()
    path.write_bytes("\r\n".join(rows).encode())
    code = textwrap.dedent(
        f"""
        import sys
        from pathlib import Path
        from analysis.micro.statutory.command import read_to_folder
        print("klar", flush=True)
        while True:
            read_to_folder([Path({str(path)!r})], Path({str(tmp_path / "m")!r}), Path({str(RAW)!r}),
                           municipality="0380", name="P", synthetic=True)
        """
    )
    environment = {"TMPDIR": str(tmp_path / "tmp"), "PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"}
    (tmp_path / "tmp").mkdir()
    with subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"klar\n"
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
    numbers = {line.split("\t")[6].encode() for line in rows[1:]}
    written = [item for item in tmp_path.rglob("*") if item.is_file() and item != path]
    assert written
    for item in written:
        content = item.read_bytes()
        assert not any(number in content or number[2:] in content for number in numbers), item.name
