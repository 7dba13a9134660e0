"""Nothing changed is known from checksums alone; anything that changed is seen; YAML faults are found first and fast."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.edit import replace_line

from analysis.paths import Project
from analysis.pipeline import gate
from analysis.pipeline.inputs import check_inputs
from foundation.errors import BistandError

HEAVY = {"numpy", "pandas", "scipy", "matplotlib", "pyarrow", "papermill"}


def _built(project: Project) -> None:
    for path, text in ((project.site / "index.html", "sida"), (project.reports / "r" / "01.ipynb", "{}")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


CHANGES: dict[str, Callable[[Project], object]] = {
    "a raw value": lambda p: replace_line(p.raw / "kolada/2026-09/n31807.csv", "0380,2022,", "0380,2022,3.7"),
    "an own file": lambda p: (p.own.mkdir(), (p.own / "x.csv").write_text("1", encoding="utf-8")),
    "a notebook": lambda p: (p.notebooks / "01_laget.ipynb").write_text("{}", encoding="utf-8"),
    "the list of runs": lambda p: p.runs_file.write_text("korningar: []", encoding="utf-8"),
    "a page by hand": lambda p: (p.pages / "metod.qmd").write_text("", encoding="utf-8"),
    "an executed notebook": lambda p: (p.reports / "r" / "01.ipynb").write_text("[]", encoding="utf-8"),
    "a removed page": lambda p: (p.site / "index.html").unlink(),
    "a changed page": lambda p: (p.site / "index.html").write_text("sidan", encoding="utf-8"),
    "a page more": lambda p: (p.site / "ny.html").write_text("sida", encoding="utf-8"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_seen(copy: Project, change: str) -> None:
    _built(copy)
    before = gate.state(copy)
    assert gate.state(copy) == before
    CHANGES[change](copy)
    assert gate.state(copy) != before


def test_a_copy_elsewhere_and_touched_files_are_in_the_same_state(copy: Project, tmp_path: Path) -> None:
    _built(copy)
    moved = Project(tmp_path / "annanstans")
    shutil.copytree(copy.root, moved.root)
    os.utime(moved.runs_file, (1, 1))
    assert gate.state(moved) == gate.state(copy)


def test_only_the_very_same_state_is_recalled(copy: Project) -> None:
    gate.store(copy, "prov", "a", ["en rad", "två"])
    assert gate.recall(copy, "prov", "a") == ["en rad", "två"]
    assert gate.recall(copy, "prov", "b") is None
    assert gate.recall(copy, "annat", "a") is None
    file = copy.root / ".cache" / "prov.json"
    for harm in ("", "{", "[]", "null", file.read_text(encoding="utf-8")[:20]):
        file.write_text(harm, encoding="utf-8")
        assert gate.recall(copy, "prov", "a") is None


SPOILED = {
    "reports/runs.yml": "korningar: [",
    "data/raw/matt.yml": "matt: {",
    "data/raw/jamforelsegrupper.yml": "grupp: [",
    "data/raw/corrections.yml": "- kalla: [",
    "data/raw/bedomningar.yml": "a: b: c",
    "data/raw/handelser.yml": "handelser: {",
    "data/raw/planer/lund-2021.yml": "id: [",
    "reports/deklarationer/x.yml": "id: [",
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_fault_in_any_yaml_file_is_found_before_anything_runs(copy: Project, name: str) -> None:
    check_inputs(copy)
    path = copy.root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(SPOILED[name], encoding="utf-8")
    with pytest.raises(BistandError, match=path.name):
        check_inputs(copy)


@pytest.mark.parametrize(
    "statement",
    [
        "import analysis.cli",
        "from analysis.pipeline import gate; gate.state(project)",
        "from analysis.pipeline.inputs import check_inputs; check_inputs(project)",
        "from analysis.sources.passports import find_passports; find_passports(*project.sources)",
    ],
)
def test_light_commands_import_nothing_heavy(copy: Project, statement: str) -> None:
    code = (
        "import sys; from pathlib import Path; from analysis.paths import Project\n"
        f"project = Project(Path({str(copy.root)!r})); {statement}\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
