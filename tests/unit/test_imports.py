"""Imports point downwards, and the renderer leans on nothing of the analysis but its foundation."""

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
#: What the renderer still takes from the analysis: errors, files, results kept between renderings, the date in words.
FOUNDATION = {
    "analysis",
    "analysis.errors",
    "analysis.files",
    "analysis.memory",
    "analysis.owned",
    "analysis.swedish",
}


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


def test_the_renderer_takes_only_the_foundation() -> None:
    found = {
        name
        for path in (SOURCE / "renderer").glob("*.py")
        for name in imported(path)
        if name.split(".")[0] == "analysis"
    }
    assert found <= FOUNDATION, found - FOUNDATION


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
