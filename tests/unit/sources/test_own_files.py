"""Own figures live outside git: what is stored, what is asked, what a kill leaves, how old files are moved."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from odd_files import text, xlsx
from test_data_add import FIRST, SECOND, add, csv_file, never, stored_files

from analysis.panel import build_panel, read_panel
from analysis.paths import Project
from analysis.pipeline import data_add
from analysis.pipeline.archive import demand_no_own_counts, own_in_archive
from analysis.pipeline.data_add import AddOptions, add_file
from analysis.pipeline.data_move import move_own
from analysis.pipeline.publish import copy_to, make_bundle
from analysis.sources.ingest.mapping import read_mapping
from analysis.sources.passports import find_passports
from analysis.sources.yaml_out import dump_yaml
from foundation.errors import BistandError

ROWS = [["Period", "Antal hushåll", "Intern notering", "Förändring"], ["2024-09", 4800, "Gul lapp", 3]]


@pytest.fixture
def copy(copy: Project) -> Project:
    for folder in ("kolada", "scb"):
        shutil.rmtree(copy.raw / folder)
    (copy.raw / "corrections.yml").unlink()
    return copy


def git(project: Project, *words: str) -> None:
    names = ["-c", "user.name=prov", "-c", "user.email=prov@example.org"]
    subprocess.run(["git", "-C", str(project.root), *names, *words], check=True, capture_output=True)


def test_nothing_else_of_the_file_is_written(copy: Project, tmp_path: Path) -> None:
    file = tmp_path / "Hemligt namn.xlsx"
    file.write_bytes(
        xlsx([["Månadsrapport från Gula enheten"], *ROWS], sheet="Bladet", more={"Mer": [["Dolda ord"]]})
    )
    result = add(copy, file)
    assert result.stored is not None
    written = b"".join(path.read_bytes() for path in copy.own.rglob("*") if path.is_file()).decode()
    for words in ("Hemligt", "Gula", "notering", "Gul lapp", "Förändring", "Bladet", "Dolda", "Mer"):
        assert words not in written
    (located,) = find_passports(copy.own)
    original = located.passport.original
    assert original is not None
    assert original.utelamnat == ("kolumn 3: kommentarskolumn", "kolumn 4: okänd rubrik över siffror") or (
        original.utelamnat == ("kolumn 3: textkolumn", "kolumn 4: okänd rubrik över siffror")
    )


def test_yes_is_no_answer_to_what_is_unlikely(copy: Project, tmp_path: Path) -> None:
    file = csv_file(tmp_path, {"2024-08": 4800, "2024-09": 48, "2024-10": 4785})
    before = stored_files(copy)
    with pytest.raises(BistandError, match=r"--godta hopp") as caught:
        add(copy, file)
    assert "2024-09" in str(caught.value)
    assert stored_files(copy) == before
    assert add(copy, file, godta=("hopp",)).stored is not None
    with pytest.raises(BistandError, match="--godta ”allt” är okänt"):
        add(copy, file, godta=("allt",))


def test_a_jump_against_what_was_stored_before_is_asked_about(copy: Project, tmp_path: Path) -> None:
    add(copy, csv_file(tmp_path, {"2024-09": 4800, "2024-10": 4785}))
    asked: list[str] = []

    def no(question: str) -> bool:
        asked.append(question)
        return False

    second = csv_file(tmp_path, {"2024-11": 470_200}, "b.csv")
    result = add_file(
        copy, second, AddOptions(kommun="0380"), confirm=no, echo=lambda line: None, today=SECOND
    )
    assert result.stored is None
    assert len(asked) == 1
    assert "470" in asked[0]


@pytest.mark.parametrize(("period", "word"), [("2029-01", "har inte börjat"), ("1985-01", "orimligt tidig")])
def test_a_period_that_has_not_been_is_refused_whatever_is_said(
    period: str, word: str, copy: Project, tmp_path: Path
) -> None:
    with pytest.raises(BistandError, match=word):
        add(copy, csv_file(tmp_path, {"2024-09": 4800, period: 4785}), godta=("storlek", "hopp"))


def test_new_groups_are_confirmed_once(copy: Project, tmp_path: Path) -> None:
    def file(period: str, group: str) -> Path:
        path = tmp_path / f"{period}.csv"
        path.write_bytes(text(f"Period;Orsak;Antal hushåll efter orsak\n{period};{group};40\n"))
        return path

    with pytest.raises(BistandError, match="--godta grupper"):
        add(copy, file("2024-09", "Team Nord"))
    add(copy, file("2024-09", "Team Nord"), godta=("grupper",))
    add(copy, file("2024-10", "Team Nord"), today=SECOND)
    with pytest.raises(BistandError, match="Team Syd"):
        add(copy, file("2024-11", "Team Syd"), today=SECOND)


def test_a_kill_while_storing_leaves_the_settings_and_the_retry_works(
    copy: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text("Period;Ärenden\n2024-10;4785\n"))

    def killed(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(data_add, "store_vintage", killed)
        with pytest.raises(KeyboardInterrupt):
            add(copy, path, kolumner=("Ärenden=MANAD_HUSHALL",))
    assert not list(copy.own.rglob("*.csv"))
    again = add_file(copy, path, AddOptions(yes=True), confirm=never, echo=lambda line: None, today=FIRST)
    assert again.stored is not None
    assert list(again.reading.table["value"]) == [4785]


def test_a_column_gone_is_said_and_the_rest_is_stored(copy: Project, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text("Period;Antal hushåll;Utbetalt tkr\n2024-10;4785;35182,9\n"))
    add(copy, path)
    path.write_bytes(text("Period;Antal hushåll\n2024-11;4790\n"))
    said: list[str] = []
    result = add(copy, path, serie="egna-siffror-0380", today=SECOND, said=said)
    assert result.stored is not None
    assert "Utbetalt tkr” fanns förra gången" in "\n".join(said)
    path.write_bytes(text("Period;Hushåll med ekonomiskt bistånd\n2024-12;4795\n"))
    said.clear()
    result = add(copy, path, serie="egna-siffror-0380", today=SECOND, said=said)
    assert list(result.reading.table["value"]) == [4795]
    assert "Antal hushåll” fanns förra gången" not in "\n".join(said), (
        "the same figures under another heading"
    )


def test_the_path_of_the_file_is_not_repeated(copy: Project, tmp_path: Path) -> None:
    with pytest.raises(BistandError) as caught:
        add(copy, csv_file(tmp_path, {"2024-09": "många"}))
    assert str(tmp_path) not in str(caught.value)
    assert "månad.csv" in str(caught.value)


def test_personal_data_in_what_the_user_writes_is_refused(copy: Project, tmp_path: Path) -> None:
    file = csv_file(tmp_path, {"2024-09": 4800})
    for name in ("titel", "producent", "definition", "grupp"):
        with pytest.raises(BistandError, match=f"--{name} innehåller"):
            add(copy, file, **{name: "gäller 811218-9876"})
        with pytest.raises(BistandError, match="vanlig text"):
            add(copy, file, **{name: "<script>"})


def old_store(project: Project, file: Path) -> Path:
    """Store a file as earlier versions did: as it came, with its mapping in the passport."""
    folder = project.raw / "egna-siffror-0380" / "2024-12-05"
    folder.mkdir(parents=True)
    shutil.copyfile(file, folder / "a.csv")
    passport = {
        "id": "egna-siffror-0380-2024-12-05", "fil": "a.csv", "producent": "x", "titel": "x", "definition": "x",
        "licens": "x", "hanvisning": "x", "utgava": "2024-12-05", "hamtad": FIRST, "rackvidd": "kommun",
        "serie": "egna-siffror-0380", "anmarkningar": ["Ursprungligt filnamn: Hemligt.csv"],
        "kant_fran": {"regel": "datum", "datum": FIRST, "motivering": "x"},
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "inlasning": {"lasare": "inmatning", "installningar": {"serie": "egna-siffror-0380", "kommun": "0380"}},
    }  # fmt: skip
    (folder / "a.pass.yml").write_text(dump_yaml(passport), encoding="utf-8")
    (folder.parent / "mappning.yml").write_text(
        "serie: egna-siffror-0380\nkommun: '0380'\n", encoding="utf-8"
    )
    return folder


def test_earlier_stored_files_are_moved_and_the_panel_stays(copy: Project, tmp_path: Path) -> None:
    file = csv_file(tmp_path, {"2024-09": 4800, "2024-10": "<5"})
    folder = old_store(copy, file)
    with pytest.raises(BistandError, match="bistand data flytta"):
        build_panel(copy)
    said: list[str] = []
    assert move_own(copy, confirm=lambda question: False, echo=said.append) == ()
    assert folder.is_dir()
    moved = move_own(copy, confirm=lambda question: True, echo=said.append)
    assert moved == ("egna-siffror-0380-2024-12-05",)
    assert not folder.parent.exists()
    assert "historiken" in said[-1]
    build_panel(copy)
    rows = read_panel(copy).query("source_id == 'egna-siffror-0380-2024-12-05'")
    assert list(rows["status"]) == ["observed", "suppressed"]
    assert read_mapping(copy.own / "egna-siffror-0380" / "mappning.yml").kommun == "0380"
    with pytest.raises(BistandError, match="redan inlagd"):
        add(copy, file)
    assert move_own(copy, confirm=never, echo=said.append) == ()


def test_a_repository_with_own_counts_is_neither_published_nor_passed(copy: Project, tmp_path: Path) -> None:
    add(copy, csv_file(tmp_path, {"2024-09": 4800}))
    assert own_in_archive(copy) == ()
    git(copy, "init", "-q")
    (copy.root / ".gitignore").write_text("data/egna/\n", encoding="utf-8")
    git(copy, "add", ".")
    demand_no_own_counts(copy)
    git(copy, "add", "-f", "data/egna")
    assert len(own_in_archive(copy)) == 3
    with pytest.raises(BistandError, match="egna räknade tal ligger i git-arkivet"):
        demand_no_own_counts(copy)
    for publish in (lambda: make_bundle(copy, day=FIRST), lambda: copy_to(copy, tmp_path / "ut")):
        with pytest.raises(BistandError, match="git-arkivet"):
            publish()
    git(copy, "rm", "-rq", "--cached", "data/egna")
    old_store(copy, csv_file(tmp_path, {"2024-09": 4800}, "b.csv"))
    git(copy, "add", ".")
    assert len(own_in_archive(copy)) == 3


def test_own_files_are_ignored_in_this_repository(checkout: Project) -> None:
    assert "data/egna/" in (checkout.root / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "kontrollera-arkiv" in (checkout.root / ".ci" / "run").read_text(encoding="utf-8")
    demand_no_own_counts(checkout)
