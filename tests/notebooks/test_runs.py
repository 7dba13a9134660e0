"""Runs as a whole: nothing from the future, nothing half done, the same every time."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.edit import reseal

from analysis.errors import BistandError
from analysis.panel import build_panel, read_panel
from analysis.paths import Project
from analysis.pipeline.execute import Job, clean_notebook, execute, execute_notebook
from analysis.pipeline.manifest import Manifest
from analysis.runs import load_runs

EARLY = "uppsala-26p-2020-12"


def _job(project: Project, run_id: str, target: Path) -> Job:
    run = load_runs(project).get(run_id)
    notebooks = tuple(project.notebooks / f"{name}.ipynb" for name in run.anteckningsbocker)
    return Job(run.id, notebooks, run.parameters(), target, Manifest(run.id, {}, {}, {}, "", {}))


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in {"tider.json", "manifest.json"}
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
    before = copy.reports / "fore"
    assert execute(_job(copy, EARLY, before)).error is None
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
    after = copy.reports / "efter"
    assert execute(_job(copy, EARLY, after)).error is None
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
    outcome = execute(Job("prov", (notebook,), {}, target, Manifest("prov", {}, {}, {}, "", {})))
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
