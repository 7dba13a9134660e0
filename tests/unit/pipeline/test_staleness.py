"""Exactly the runs that can see a changed value are stale; nothing else is."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.edit import replace_line, reseal

from analysis.panel import build_panel
from analysis.paths import Project
from analysis.pipeline.manifest import stored_key
from analysis.pipeline.staleness import Planned, plan_runs
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
        item.manifest.write(project.reports / item.run.id)


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


def test_a_copy_elsewhere_has_the_same_keys(copy: Project, tmp_path: Path) -> None:
    here = {item.run.id: item.manifest.key for item in _plan(copy)}
    moved = Project(tmp_path / "annanstans")
    shutil.copytree(copy.root, moved.root)
    assert {item.run.id: item.manifest.key for item in _plan(moved)} == here


def test_the_stored_key_is_read_back(copy: Project) -> None:
    manifest = _plan(copy)[0].manifest
    folder = copy.reports / "prov"
    assert stored_key(folder) is None
    manifest.write(folder)
    assert stored_key(folder) == manifest.key
    assert replace(manifest, code="x").key != manifest.key
