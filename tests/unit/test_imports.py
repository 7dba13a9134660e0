"""Imports point downwards: the analysis and the renderer stand on the foundation, and the renderer on nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import ROOT

SOURCE = ROOT / "src"
#: The rooms of `src/analysis` from the top; a module imports from its own row or one below.
ROWS = (
    ("cli",),
    ("pipeline",),
    ("pages",),
    ("answers",),
    ("effects", "forecasts", "micro", "plans", "declarations"),
    ("runs",),
    ("disclosure",),
    ("panel",),
    ("sources",),
)
HEIGHT = {room: len(ROWS) - row for row, rooms in enumerate(ROWS) for room in rooms}
#: What each package may import of the others.
BELOW = {"renderer": {"foundation"}, "foundation": set()}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (item.name for item in node.names)


def room(module: str) -> str:
    return (*module.split("."), "")[1] if module.startswith("analysis") else ""


def upwards(path: Path, base: Path) -> list[str]:
    """Modules that `path` imports from a room above its own."""
    own = HEIGHT.get(path.relative_to(base).parts[0])
    return [] if own is None else [name for name in imported(path) if HEIGHT.get(room(name), 0) > own]


def test_imports_of_the_analysis_point_downwards() -> None:
    base = SOURCE / "analysis"
    found = {
        path.relative_to(base).as_posix(): wrong
        for path in base.rglob("*.py")
        if (wrong := upwards(path, base))
    }
    assert found == {}


def beside(folder: Path, allowed: set[str]) -> set[str]:
    """Packages of this project that the code in `folder` imports without leave."""
    others = {path.name for path in SOURCE.iterdir()} - {folder.name}
    found = {name.split(".")[0] for path in folder.rglob("*.py") for name in imported(path)}
    return found & others - allowed


@pytest.mark.parametrize("package", BELOW)
def test_a_package_takes_only_what_it_stands_on(package: str) -> None:
    assert beside(SOURCE / package, BELOW[package]) == set()


@pytest.mark.parametrize(
    "line", ["from analysis.pages import x", "import analysis", "def f():\n    import analysis.cli"]
)
def test_a_package_that_leans_on_the_analysis_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "planted.py").write_text(f"import foundation.files\n{line}\n", encoding="utf-8")
    assert beside(tmp_path, {"foundation"}) == {"analysis"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("from analysis.pages.parts.markdown import Markdown", ["analysis.pages.parts.markdown"]),
        ("import analysis.cli", ["analysis.cli"]),
        ("from analysis.panel import wide", []),
    ],
)
def test_a_planted_import_is_found(tmp_path: Path, line: str, told: list[str]) -> None:
    path = tmp_path / "answers" / "planted.py"
    path.parent.mkdir()
    path.write_text(f"{line}\n", encoding="utf-8")
    assert upwards(path, tmp_path) == told
