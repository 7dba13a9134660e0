"""Every call that deletes or replaces something on disk is listed in docs/hotmodell.md, with what guards it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.paths import Project
from analysis.pipeline.data_move import _remove_empty
from analysis.pipeline.workers import _socket_folder

ALWAYS = {"rmtree", "unlink", "rmdir", "removedirs", "truncate", "move", "renames"}
#: One argument and no keyword: a path's; with others it is a text's, a table's or a date's.
SINGLE = {"replace", "rename", "remove"}
OPENS = re.compile(r"^[rbt+]*w")


def deletions(source: str) -> Iterator[tuple[str, str]]:
    """Yield (function, call) of everything that takes away or writes over a file or a folder."""

    def walk(node: ast.AST, where: str) -> Iterator[tuple[str, str]]:
        for child in ast.iter_child_nodes(node):
            inner = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else where
            if isinstance(child, ast.Call) and (called := _deleting(child)):
                yield inner, called
            yield from walk(child, inner)

    yield from walk(ast.parse(source), "")


def _deleting(call: ast.Call) -> str | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    owner = (
        call.func.value.id
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
        else ""
    )
    if name in ALWAYS or (name in SINGLE and owner == "os"):
        return name
    if name in SINGLE and len(call.args) == 1 and not call.keywords:
        return None if isinstance(call.args[0], ast.Constant | ast.Dict) else name
    if name == "open" and any(
        isinstance(item, ast.Constant) and isinstance(item.value, str) and OPENS.match(item.value)
        for item in call.args
    ):
        return "open(w)"
    return None


def listed(text: str) -> set[tuple[str, str, str]]:
    rows = re.findall(r"^\| `(src/[\w/]+\.py)` \| `(\w*)` \| `([\w()]+)` \| (.+?) \|$", text, re.M)
    assert all(len(guard) > 15 for *_, guard in rows), "en rad säger inte vad som skyddar"
    return {(file, function, call) for file, function, call, _ in rows}


def test_every_deleting_call_is_listed_with_its_guard(checkout: Project) -> None:
    found = {
        (path.relative_to(checkout.root).as_posix(), function, call)
        for path in sorted((checkout.root / "src").rglob("*.py"))
        for function, call in deletions(path.read_text(encoding="utf-8"))
    }
    known = listed((checkout.root / "docs" / "hotmodell.md").read_text(encoding="utf-8"))
    assert found - known == set(), "skydda anropet (foundation/owned.py) och skriv in det i docs/hotmodell.md"
    assert known - found == set(), "anropet finns inte längre; ta bort raden ur docs/hotmodell.md"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(p):\n    p.unlink(missing_ok=True)", ("f", "unlink")),
        ("import shutil\nshutil.rmtree('x')", ("", "rmtree")),
        ("def f(p, q):\n    p.replace(q)", ("f", "replace")),
        ("def f(p):\n    p.rename(p / 'x')", ("f", "rename")),
        ("import os\nos.replace('a', 'b')", ("", "replace")),
        ("def f(p):\n    with p.open('w') as s: pass", ("f", "open(w)")),
        ("def f(p):\n    open(p, 'wb')", ("f", "open(w)")),
    ],
)
def test_a_new_deletion_is_seen(source: str, expected: tuple[str, str]) -> None:
    assert list(deletions(source)) == [expected]


@pytest.mark.parametrize(
    "source",
    [
        "t.replace('a', 'b')",
        "t.rename(columns={})",
        "t.rename('value')",
        "p.open('x')",
        "p.open('rb')",
        "d.replace(tzinfo=x)",
    ],
)
def test_texts_and_tables_are_not_files(source: str) -> None:
    assert list(deletions(source)) == []


def test_only_socket_folders_of_dead_processes_are_removed(tmp_path: Path) -> None:
    """A folder of the user's that happens to be called the same is left."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    theirs, ours = tmp_path / f"bistand-{dead.pid}-rapport", tmp_path / f"bistand-{dead.pid}-abc"
    for folder, name in ((theirs, "rapport.docx"), (ours / "k1", "kernel.json")):
        folder.mkdir(parents=True)
        (folder / name).write_text("x", encoding="utf-8")
    _socket_folder(tmp_path)
    assert (theirs / "rapport.docx").exists()
    assert not ours.exists()


def test_a_moved_series_leaves_the_users_other_files(tmp_path: Path) -> None:
    folder = tmp_path / "egna-serie"
    (folder / "2025-01-01").mkdir(parents=True)
    (folder / "anteckningar.txt").write_text("min", encoding="utf-8")
    _remove_empty(folder)
    assert (folder / "anteckningar.txt").exists()
    (folder / "anteckningar.txt").unlink()
    _remove_empty(folder)
    assert not folder.exists()
