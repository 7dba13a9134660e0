"""Atomic writes: an interrupted write leaves what was there."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.files import atomic_path, replace_folder, write_text


def _interrupted_write(target: Path) -> None:
    with atomic_path(target) as temporary:
        temporary.write_text("halv", encoding="utf-8")
        raise KeyboardInterrupt


def test_an_error_inside_the_block_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "fil.txt"
    write_text(target, "gammal")
    with pytest.raises(KeyboardInterrupt):
        _interrupted_write(target)
    assert target.read_text(encoding="utf-8") == "gammal"
    assert [path.name for path in tmp_path.iterdir()] == ["fil.txt"]


def test_replace_folder_swaps_and_cleans(tmp_path: Path) -> None:
    new, target = tmp_path / "ny", tmp_path / "mapp"
    for folder, text in ((new, "ny"), (target, "gammal")):
        folder.mkdir()
        (folder / "a.txt").write_text(text, encoding="utf-8")
    replace_folder(new, target)
    assert (target / "a.txt").read_text(encoding="utf-8") == "ny"
    assert [path.name for path in tmp_path.iterdir()] == ["mapp"]


def test_replace_folder_keeps_the_old_one_if_the_new_one_is_not_there(tmp_path: Path) -> None:
    target = tmp_path / "mapp"
    target.mkdir()
    (target / "a.txt").write_text("gammal", encoding="utf-8")
    with pytest.raises(OSError, match="finns-inte"):
        replace_folder(tmp_path / "finns-inte", target)
    assert (target / "a.txt").read_text(encoding="utf-8") == "gammal"
