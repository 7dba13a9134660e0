"""Atomic writes: an interrupted write leaves what was there."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.files import atomic_path, write_text


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
