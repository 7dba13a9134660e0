"""Storing is all or nothing: a process killed between any two writes leaves what was there, whole."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from analysis.sources import store
from analysis.sources.passports import find_passports
from analysis.sources.store import NewSource, already_stored, safe_name, store_vintage
from foundation.owned import mend

DAY = date(2026, 11, 22)
FIELDS: dict[str, Any] = {
    "producent": "Prov",
    "titel": "Prov",
    "definition": "Prov",
    "licens": "Prov",
    "hanvisning": "Prov",
    "utgava": "2026-11-22",
    "kant_fran": {"regel": "datum", "datum": DAY, "motivering": "Prov"},
    "inlasning": {"lasare": "observationer"},
}


def sources(content: bytes = b"a") -> list[NewSource]:
    return [NewSource(f"fil{number}.csv", content * number, f"prov-{number}", FIELDS) for number in (1, 2, 3)]


def tree(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "raw"
    folder.mkdir(parents=True)
    store_vintage(folder, "prov", date(2026, 10, 1), sources(b"old"))
    return folder


def test_a_vintage_is_stored_with_valid_passports(raw: Path) -> None:
    stored = store_vintage(raw, "prov", DAY, sources())
    assert stored.folder == raw / "prov" / "2026-11-22"
    assert stored.source_ids == ("prov-1-2026-11-22", "prov-2-2026-11-22", "prov-3-2026-11-22")
    loaded = {located.passport.id: located for located in find_passports(raw)}
    assert len(loaded) == 6
    assert loaded["prov-2-2026-11-22"].data.read_bytes() == b"aa"
    assert loaded["prov-2-2026-11-22"].passport.series == "prov-2"


def test_a_second_vintage_on_the_same_day_never_overwrites(raw: Path) -> None:
    store_vintage(raw, "prov", DAY, sources(b"first"))
    before = tree(raw)
    again = store_vintage(raw, "prov", DAY, sources(b"second"))
    assert again.folder.name == "2026-11-22-2"
    after = tree(raw)
    assert {name: after[name] for name in before} == before
    assert len(find_passports(raw)) == 9


def operations(raw: Path, monkeypatch: pytest.MonkeyPatch, fail_at: int, stop: Callable[[], None]) -> int:
    """Count write, sync and rename steps; call `stop` just before step `fail_at`."""
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps == fail_at:
            stop()

    def before(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            step()
            return function(*args, **kwargs)

        return wrapped

    monkeypatch.setattr(store, "_write_synced", before(store._write_synced))
    monkeypatch.setattr(store, "_sync", before(store._sync))
    monkeypatch.setattr(Path, "rename", before(Path.rename))
    store_vintage(raw, "prov", DAY, sources())
    return steps


class Interrupted(BaseException):
    """Stands for Ctrl+C or a full disk."""


def test_an_error_before_any_step_leaves_everything_as_it_was(raw: Path) -> None:
    before = tree(raw)
    with pytest.MonkeyPatch.context() as patch:
        steps = operations(raw, patch, 0, lambda: None)
    assert steps == 9
    stored = tree(raw)
    for name in set(stored) - set(before):
        (raw / name).unlink()
    (raw / "prov" / "2026-11-22").rmdir()

    def stop() -> None:
        raise Interrupted

    for number in range(1, steps):
        with pytest.MonkeyPatch.context() as patch, pytest.raises(Interrupted):
            operations(raw, patch, number, stop)
        assert tree(raw) == before
        assert list(raw.parent.glob(".bistand-*")) == []


KILLED = """
    import os, sys
    from datetime import date
    from pathlib import Path
    from analysis.sources import store
    from analysis.sources.store import NewSource
    raw, fail_at = Path(sys.argv[1]), int(sys.argv[2])
    steps = 0
    def before(function):
        def wrapped(*args, **kwargs):
            global steps
            steps += 1
            if steps == fail_at:
                os._exit(137)  # no clean-up at all, as when the machine stops
            return function(*args, **kwargs)
        return wrapped
    store._write_synced = before(store._write_synced)
    store._sync = before(store._sync)
    Path.rename = before(Path.rename)
    day = date(2026, 11, 22)
    fields = {"producent": "P", "titel": "P", "definition": "P", "licens": "P", "hanvisning": "P", "utgava": "x",
              "kant_fran": {"regel": "datum", "datum": day, "motivering": "P"}, "inlasning": {"lasare": "observationer"}}
    sources = [NewSource(f"fil{n}.csv", b"a" * n, f"prov-{n}", fields) for n in (1, 2, 3)]
    store.store_vintage(raw, "prov", day, sources)
"""


def killed(raw: Path, fail_at: int) -> int:
    script = textwrap.dedent(KILLED)
    return subprocess.run([sys.executable, "-c", script, str(raw), str(fail_at)], check=False).returncode


def test_a_killed_process_leaves_the_store_whole(raw: Path) -> None:
    before = tree(raw)
    assert killed(raw, 8) == 137
    assert tree(raw) == before
    assert len(find_passports(raw)) == 3
    left = list(raw.parent.glob(".bistand-*"))
    assert len(left) == 1
    mend(raw.parent)
    assert list(raw.parent.glob(".bistand-*")) == []


@pytest.mark.slow
@pytest.mark.parametrize("fail_at", range(1, 10))
def test_a_process_killed_at_any_step_leaves_the_store_whole(raw: Path, fail_at: int) -> None:
    before = tree(raw)
    assert killed(raw, fail_at) == 137
    after = tree(raw)
    if fail_at < 9:
        assert after == before
    else:
        assert len(after) == len(before) + 6
    find_passports(raw)


def test_an_invalid_passport_stores_nothing(raw: Path) -> None:
    before = tree(raw)
    bad = NewSource("fil.csv", b"a", "prov", {**FIELDS, "kant_fran": {"regel": "gissning"}})
    with pytest.raises(ValidationError):
        store_vintage(raw, "prov", DAY, [*sources(), bad])
    assert tree(raw) == before


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Månadssiffror okt 2024.XLSX", "manadssiffror_okt_2024.xlsx"),
        ("../../etc/passwd", "etc.passwd"),
        ("..\\kör.exe", "kor.exe"),
        ("år.csv", "ar.csv"),
        ("fil", "fil"),
        (".csv", "csv"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    result = safe_name(name)
    assert "/" not in result
    assert not result.startswith(".")
    assert result == safe or name.startswith("..")


def test_a_stored_file_is_known_by_its_content(raw: Path) -> None:
    digest = next(iter(find_passports(raw))).passport.sha256
    assert already_stored((raw,), digest) == "prov-1-2026-10-01"
    assert already_stored((raw,), "0" * 64) is None
