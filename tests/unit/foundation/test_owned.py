"""Replacing a folder: only what the project itself made, and whole at every moment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from foundation import owned
from foundation.errors import BistandError
from foundation.owned import MARKER, mend, remove_folder, replace_folder, seal, strangers, workroom

#: Dies at the n-th event that changes the disk; prints nothing, cleans nothing, as when the machine stops.
KILLED = """
import os, sys
from pathlib import Path
from foundation import owned

if {without_exchange}:
    owned._exchange = lambda one, other: False
left = {step}
CHANGING = {{"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod"}}

def hook(event, arguments):
    global left
    if event in CHANGING:
        left -= 1
        if left == 0:
            os._exit(137)

target = Path({target!r})
with owned.workroom(target.parent, "prov") as room:
    new = room / "ny"
    new.mkdir()
    for name in ("a.txt", "b.txt"):
        (new / name).write_text("ny", encoding="utf-8")
    sys.addaudithook(hook)
    owned.replace_folder(new, target)
left = 10**9
"""


def made(folder: Path, text: str) -> Path:
    """A folder as this project makes it, with two files that both say `text`."""
    folder.mkdir(parents=True)
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(text, encoding="utf-8")
    seal(folder)
    return folder


def said(folder: Path) -> set[str]:
    return {(folder / name).read_text(encoding="utf-8") for name in ("a.txt", "b.txt")}


def test_the_new_folder_takes_the_place_and_nothing_else_is_left(tmp_path: Path) -> None:
    target = made(tmp_path / "mapp", "gammal")
    replace_folder(made(tmp_path / "ny", "ny"), target)
    assert said(target) == {"ny"}
    assert [path.name for path in tmp_path.iterdir()] == ["mapp"]


@pytest.mark.parametrize("name", ["mapp.old", "mapp.provkopia", "mapp.ny", ".mapp.tmp"])
def test_a_neighbour_survives_whatever_its_name(tmp_path: Path, name: str) -> None:
    neighbour = tmp_path / name
    neighbour.mkdir()
    (neighbour / "avhandling.docx").write_bytes(b"fem ar")
    target = made(tmp_path / "mapp", "gammal")
    replace_folder(made(tmp_path / "ny", "ny"), target)
    assert (neighbour / "avhandling.docx").read_bytes() == b"fem ar"


def test_a_file_that_is_not_ours_stops_it_and_is_named(tmp_path: Path) -> None:
    target = made(tmp_path / "mapp", "gammal")
    (target / "thesis.docx").write_bytes(b"x")
    with pytest.raises(BistandError, match=r"thesis\.docx"):
        replace_folder(made(tmp_path / "ny", "ny"), target)
    assert said(target) == {"gammal"}
    assert (target / "thesis.docx").read_bytes() == b"x"


def test_a_file_changed_since_is_the_users(tmp_path: Path) -> None:
    target = made(tmp_path / "mapp", "gammal")
    (target / "a.txt").write_text("mina anteckningar", encoding="utf-8")
    with pytest.raises(BistandError, match=r"a\.txt"):
        replace_folder(made(tmp_path / "ny", "ny"), target)
    assert (target / "a.txt").read_text(encoding="utf-8") == "mina anteckningar"


def test_a_list_of_checksums_proves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "mapp"
    target.mkdir()
    (target / "SHA256SUMS").write_text("", encoding="utf-8")
    (target / "thesis.docx").write_bytes(b"x")
    with pytest.raises(BistandError, match="inte tom"):
        replace_folder(made(tmp_path / "ny", "ny"), target)
    assert (target / "thesis.docx").exists()


def test_a_marker_copied_from_elsewhere_covers_nothing_but_its_own_files(tmp_path: Path) -> None:
    original = made(tmp_path / "en", "gammal")
    other = tmp_path / "annan"
    other.mkdir()
    (other / MARKER).write_bytes((original / MARKER).read_bytes())
    (other / "a.txt").write_text("min egen", encoding="utf-8")
    assert strangers(other) == (other / "a.txt",)
    assert not remove_folder(other)
    assert (other / "a.txt").read_text(encoding="utf-8") == "min egen"


def test_links_and_empty_folders_are_never_ours(tmp_path: Path) -> None:
    target = made(tmp_path / "mapp", "gammal")
    outside = tmp_path / "utanfor"
    outside.mkdir()
    (target / "lank").symlink_to(outside)
    (target / "tom").mkdir()
    assert {path.name for path in strangers(target)} == {"lank", "tom"}


def test_a_list_that_points_out_of_the_folder_removes_nothing_there(tmp_path: Path) -> None:
    outside = tmp_path / "utanfor.txt"
    outside.write_text("x", encoding="utf-8")
    folder = made(tmp_path / "mapp", "gammal")
    digest = owned.sha256_of(outside)
    (folder / MARKER).write_text(
        f'{{"program": "bistandslaget", "filer": {{"../utanfor.txt": "{digest}"}}}}', encoding="utf-8"
    )
    remove_folder(folder)
    assert outside.exists()


@pytest.mark.parametrize("without_exchange", [False, True])
def test_killed_at_any_step_the_old_or_the_new_stands(tmp_path: Path, without_exchange: bool) -> None:
    """With an exchange the folder is whole at every step; without one, at the latest after `mend`."""
    steps = 0
    for step in range(1, 60):
        place = tmp_path / str(step)
        target = made(place / "mapp", "gammal")
        (place / "mapp.old").mkdir()
        (place / "mapp.old" / "min.txt").write_text("min", encoding="utf-8")
        script = KILLED.format(step=step, target=str(target), without_exchange=without_exchange)
        done = subprocess.run([sys.executable, "-c", script], env=os.environ, check=False)
        if not without_exchange:
            assert said(target) in ({"gammal"}, {"ny"}), f"steg {step}: ingen hel mapp"
        mend(place)
        assert said(target) in ({"gammal"}, {"ny"}), f"steg {step}: inte helt efter mend"
        assert (place / "mapp.old" / "min.txt").read_text(encoding="utf-8") == "min"
        assert sorted(path.name for path in place.iterdir()) == ["mapp", "mapp.old"], f"steg {step}"
        steps = step
        if done.returncode == 0:
            break
        assert done.returncode == 137
    assert 8 < steps < 59, "avbrotten provade inte bytets alla steg"


def test_the_room_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    with workroom(tmp_path, "prov") as room:
        (room / "arbete.txt").write_text("x", encoding="utf-8")
        assert mend(tmp_path) == ()
        assert (room / "arbete.txt").exists()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_only_looks_like_a_room_is_left_alone(tmp_path: Path) -> None:
    fake = tmp_path / ".bistand-prov-99999999-abc"
    fake.mkdir()
    (fake / "min.txt").write_text("x", encoding="utf-8")
    (fake / MARKER).write_text('{"program": "bistandslaget", "rum": "en-annan"}', encoding="utf-8")
    assert mend(tmp_path) == ()
    assert (fake / "min.txt").exists()
