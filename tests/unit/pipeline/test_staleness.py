"""Exactly the runs that can see a changed value are stale; nothing else is."""

from __future__ import annotations

import ast
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.edit import replace_line, reseal

import analysis
from analysis.panel import build_panel
from analysis.paths import Project
from analysis.pipeline.code import _imports, code_files, code_hash, imported_by
from analysis.pipeline.manifest import stored
from analysis.pipeline.staleness import Planned, linked_plans, plan_runs
from analysis.runs import load_runs
from analysis.sources.catalogue import load_catalogue
from analysis.sources.passports import find_passports

ALL = {
    "uppsala-26p-2020-12",
    "uppsala-26p-2022-03",
    "uppsala-26p-2022",
    "uppsala-1000-2023-09",
    "uppsala-1000-2024-10",
    "uppsala-vp2025-2024-12",
    "uppsala-1000-2026-11",
    "lund-2021-12",
    "lund-2022",
}
KNOWS_2021 = ALL - {"uppsala-26p-2020-12", "uppsala-26p-2022-03", "lund-2021-12"}


def _plan(project: Project) -> tuple[Planned, ...]:
    build_panel(project)
    catalogue = load_catalogue(project.raw)
    return plan_runs(project, load_runs(project, catalogue), catalogue, find_passports(project.raw))


def _pretend_executed(project: Project) -> None:
    for item in _plan(project):
        item.manifest.write(project.reports / item.run.id, dict.fromkeys(item.manifest.notebooks, ()))


def _stale(project: Project) -> set[str]:
    return {item.run.id for item in _plan(project) if item.stale} & ALL


def test_everything_is_stale_at_first_and_nothing_after(copy: Project) -> None:
    assert _stale(copy) == ALL
    _pretend_executed(copy)
    assert _stale(copy) == set()


@pytest.mark.parametrize(
    ("file", "line", "new", "expected"),
    [
        ("kolada/2026-09/n31807.csv", "0114,2012,", "0114,2012,3.3", ALL),
        ("kolada/2026-09/n31807.csv", "0114,2021,", "0114,2021,3.3", KNOWS_2021),
        ("kolada/2026-09/n31807.csv", "0380,2025,", "0380,2025,2.9", {"uppsala-1000-2026-11"}),
        (
            "dokument/2024-12-20/verksamhetsplan_2025.csv",
            "0380,AMN_VUXNA,2022,T,",
            "0380,AMN_VUXNA,2022,T,1.54,observed,x",
            {"uppsala-1000-2024-10", "uppsala-vp2025-2024-12", "uppsala-1000-2026-11"},
        ),
    ],
)
def test_a_changed_value_makes_exactly_its_readers_stale(
    copy: Project, file: str, line: str, new: str, expected: set[str]
) -> None:
    _pretend_executed(copy)
    data = copy.raw / file
    replace_line(data, line, new)
    reseal(data)
    assert _stale(copy) == expected


def test_a_changed_notebook_makes_the_runs_that_use_it_stale(copy: Project) -> None:
    _pretend_executed(copy)
    path = copy.notebooks / "01_laget.ipynb"
    path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert _stale(copy) == ALL - {"uppsala-vp2025-2024-12"}
    assert {item.notebooks for item in _plan(copy) if item.stale} == {("01_laget",)}


def test_a_file_that_is_gone_makes_its_notebook_stale(copy: Project) -> None:
    _pretend_executed(copy)
    item = _plan(copy)[0]
    item.manifest.write(
        copy.reports / item.run.id,
        {name: (f"{name}.ipynb",) if name == "03_effekt" else () for name in item.manifest.notebooks},
    )
    assert [(one.run.id, one.notebooks) for one in _plan(copy) if one.stale] == [
        (item.run.id, ("03_effekt",))
    ]


def test_another_municipalitys_plan_and_run_leave_all_fresh(copy: Project) -> None:
    _pretend_executed(copy)
    text = (copy.plans / "lund-2021.yml").read_text(encoding="utf-8")
    (copy.plans / "malmo-2021.yml").write_text(
        text.replace("lund-2021", "malmo-2021").replace('kommun: "1281"', 'kommun: "1280"'), encoding="utf-8"
    )
    runs = copy.runs_file.read_text(encoding="utf-8")
    runs += "  - {id: malmo-2021-12, rubrik: Malmö, kommun: '1280', period: 2021-12, plan: malmo-2021}\n"
    copy.runs_file.write_text(runs, encoding="utf-8")
    assert [item.run.id for item in _plan(copy) if item.stale] == ["malmo-2021-12"]


def test_linked_plans_are_found_in_both_directions(copy: Project) -> None:
    names = {path.stem for path in linked_plans(copy, "uppsala-1000")}
    assert {"uppsala-1000", "uppsala-1000-2024"} <= names
    assert "uppsala-1000" in {path.stem for path in linked_plans(copy, "uppsala-1000-2024")}
    assert "lund-2021" not in names
    assert [path.stem for path in linked_plans(copy, "lund-2021")] == ["lund-2021"]


def test_a_notebook_depends_on_the_modules_it_imports_and_no_others(tmp_path: Path) -> None:
    package = tmp_path / "analysis"
    (package / "sub").mkdir(parents=True)
    contents = {
        "__init__.py": "",
        "sub/__init__.py": "",
        "sub/page.py": "def f():\n    from analysis import far\n    return far\n",
        "far.py": "import analysis.near",
        "near.py": "",
        "other.py": "",
    }
    for name, text in contents.items():
        (package / name).write_text(text, encoding="utf-8")
    notebook = tmp_path / "n.ipynb"
    cell = {"cell_type": "code", "source": ["%matplotlib inline\n", "from analysis.sub import page"]}
    notebook.write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    found = code_files(imported_by(notebook), tmp_path)
    assert {path.relative_to(package).as_posix() for path in found} == set(contents) - {"other.py"}
    before = code_hash(imported_by(notebook), tmp_path)
    (package / "other.py").write_text("x = 1", encoding="utf-8")
    assert code_hash(imported_by(notebook), tmp_path) == before
    (package / "near.py").write_text("x = 1", encoding="utf-8")
    assert code_hash(imported_by(notebook), tmp_path) != before


def _parsed_imports(text: str) -> set[str]:
    """The project's names that Python itself sees imported."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert not node.level, "relative import"
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in names if name.split(".")[0] in {"analysis", "foundation", "renderer"}}


def test_every_import_that_python_sees_is_found_in_the_text() -> None:
    """The whole source, parsed: what `code._imports` reads from the text must hold all of it."""
    source = Path(analysis.__file__).parents[1]
    for path in sorted(source.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert _parsed_imports(text) <= _imports(text), path


@pytest.mark.parametrize(
    "text",
    [
        "x = 1; from analysis.pages import start",
        "import os; import analysis.paths; from analysis.pages import cost, data",
        "if True: from analysis.pages import start",
        "from analysis.pages import start, \\\n    cost",
        "from analysis.pages import (  # those (few)\n    start,  # first)\n    cost,\n)",
        "def f():\n\timport analysis.paths as p, analysis.plain",
    ],
)
def test_an_import_written_as_only_a_notebook_would_is_found_too(text: str) -> None:
    assert _parsed_imports(text) <= _imports(text)


def test_a_copy_elsewhere_has_the_same_keys(copy: Project, tmp_path: Path) -> None:
    here = {item.run.id: item.manifest.key for item in _plan(copy)}
    moved = Project(tmp_path / "annanstans")
    shutil.copytree(copy.root, moved.root)
    assert {item.run.id: item.manifest.key for item in _plan(moved)} == here


def test_the_stored_key_is_read_back(copy: Project) -> None:
    manifest = _plan(copy)[0].manifest
    folder = copy.reports / "prov"
    assert stored(folder) is None
    manifest.write(folder, {"01_laget": ("b", "a")})
    there = stored(folder)
    assert there is not None
    assert (there.key, there.keys, there.files["01_laget"]) == (manifest.key, manifest.keys, ("a", "b"))
    assert replace(manifest, versions={}).key != manifest.key
