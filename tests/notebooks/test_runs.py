"""Runs as a whole: nothing from the future, nothing half done, the same every time."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from tests.edit import reseal

from analysis.errors import BistandError
from analysis.panel import build_panel, read_panel
from analysis.paths import Project
from analysis.pipeline.execute import Limits, clean_notebook, execute_notebook
from analysis.pipeline.folders import Folder, make_folders
from analysis.pipeline.jobs import Outcome
from analysis.pipeline.manifest import Manifest, Sources
from analysis.pipeline.workers import LocalWorkers
from analysis.runs import load_runs

EARLY = "uppsala-26p-2020-12"


def _make(project: Project, name: str, notebooks: list[Path], parameters: dict[str, str]) -> list[Outcome]:
    """Execute notebooks into ``reports/<name>`` with forked kernels."""
    sources = {path.stem: Sources("", "", {}) for path in notebooks}
    folder = Folder(
        name,
        tuple(notebooks),
        parameters,
        project.reports / name,
        Manifest(name, {}, sources, {}),
        tuple(sources),
        {},
    )
    quiet = {"on_start": lambda job: None, "on_done": lambda outcome: None, "on_folder": lambda name: None}
    return list(
        make_folders(project, [folder], lambda: LocalWorkers(warm=True, limits=Limits()), slots=2, **quiet)
    )


def _run(project: Project, run_id: str, name: str) -> Path:
    run = load_runs(project).get(run_id)
    notebooks = [project.notebooks / f"{stem}.ipynb" for stem in run.anteckningsbocker]
    here = Path.cwd()
    os.chdir(project.root)
    try:
        assert not [outcome for outcome in _make(project, name, notebooks, run.parameters()) if outcome.error]
    finally:
        os.chdir(here)
    return project.reports / name


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in {".bistandslaget.json", "manifest.json"}
    }


def _change_the_future(project: Project, first_year: int) -> None:
    """Give every municipality other shares from `first_year` on."""
    data = project.raw / "kolada/2026-09/n31807.csv"
    lines = data.read_text(encoding="utf-8").splitlines()
    changed = [
        f"{line.rsplit(',', 1)[0]},{float(line.rsplit(',', 1)[1]) * 0.5 + 7.0:.6f}"
        if line[:1].isdigit() and int(line.split(",")[1]) >= first_year
        else line
        for line in lines
    ]
    data.write_text("\n".join(changed) + "\n", encoding="utf-8")
    reseal(data)


@pytest.mark.slow
def test_a_run_knows_nothing_that_was_published_later(copy: Project) -> None:
    """The run of December 2020 is the same, byte for byte, whatever happened afterwards."""
    build_panel(copy)
    before = _run(copy, EARLY, "fore")
    rows = read_panel(copy)
    own = rows[
        (rows["measure_id"] == "N31807")
        & rows["kommun_kod"].isin(["0380", "0000"])
        & (rows["period"] > "2019")
    ]
    later = {f"{value:.4f}".replace(".", ",") for value in own["value"]}
    texts = [
        text.decode("utf-8")
        for name, text in _contents(before).items()
        if name.endswith((".csv", ".json", ".ipynb"))
    ]
    assert len(later) >= 10
    assert not [value for value in later for text in texts if value in text]

    _change_the_future(copy, 2020)
    build_panel(copy)
    after = _run(copy, EARLY, "efter")
    assert _contents(after) == _contents(before)


def _notebook(path: Path, *sources: str) -> Path:
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{place}",
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for place, source in enumerate(sources)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    content = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_failed_notebook_names_its_cell_and_leaves_the_last_good_run(tmp_path: Path) -> None:
    target = tmp_path / "reports" / "prov"
    target.mkdir(parents=True)
    (target / "01.ipynb").write_text("förra", encoding="utf-8")
    notebook = _notebook(tmp_path / "01.ipynb", "x = 1", "raise ValueError('fel tal')")
    (outcome,) = _make(Project(tmp_path), "prov", [notebook], {})
    assert outcome.error is not None
    assert re.search(r"01\.ipynb: cell 2 stannade: ValueError: fel tal", outcome.error)
    assert (target / "01.ipynb").read_text(encoding="utf-8") == "förra"
    assert [path.name for path in target.iterdir()] == ["01.ipynb"]


def test_a_swedish_error_in_a_cell_is_passed_on_as_it_is(tmp_path: Path) -> None:
    source = (
        "from analysis.errors import BistandError\nraise BistandError('andelen saknas', fix='Lägg in den.')"
    )
    notebook = _notebook(tmp_path / "01.ipynb", source)
    with pytest.raises(BistandError, match=r"cell 1 stannade: andelen saknas\n  Gör så här: Lägg in den\.$"):
        execute_notebook(notebook, tmp_path / "ut.ipynb", {}, cwd=tmp_path)


def test_cleaning_strips_timestamps_and_hides_the_injected_cell(tmp_path: Path) -> None:
    path = _notebook(tmp_path / "a.ipynb", "x = 1", "x")
    content = json.loads(path.read_text(encoding="utf-8"))
    content["metadata"]["papermill"] = {"start_time": "2026-01-01"}
    content["cells"][0]["metadata"] = {"tags": ["injected-parameters"], "papermill": {"duration": 1}}
    content["cells"][1]["metadata"] = {"execution": {"iopub.status.busy": "2026-01-01"}}
    path.write_text(json.dumps(content), encoding="utf-8")
    clean_notebook(path)
    text = path.read_text(encoding="utf-8")
    assert "2026" not in text
    assert json.loads(text)["cells"][0]["metadata"]["tags"] == ["injected-parameters", "remove-cell"]
