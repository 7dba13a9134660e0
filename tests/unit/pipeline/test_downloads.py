"""What can be taken from the site: own figures only as shown, open files as they are, formulas as text."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import yaml

from analysis.disclosure.own_counts import own_counts
from analysis.panel import build_panel, read_panel
from analysis.paths import Project
from analysis.pipeline.audit import audit_cell, write_notebook_as_run
from analysis.pipeline.data_add import AddOptions, add_file
from analysis.pipeline.downloads import (
    ANSWERS,
    FIGURES,
    FOLDER,
    OBSERVATIONS,
    open_sources,
    stage_downloads,
    workbook,
)
from analysis.runs import load_runs
from analysis.sources.catalogue import load_catalogue
from analysis.sources.passports import find_passports

RUN = "uppsala-1000-2026-11"


@pytest.fixture
def with_months(copy: Project, tmp_path: Path) -> Project:
    """A project with an own file, in which one month has three households."""
    lines = ["Kommun;Period;Mått;Kön;Värde"]
    lines += [
        f"0380;2025-{month:02d};MANAD_HUSHALL;T;{3 if month == 7 else 1700 + month}" for month in range(1, 13)
    ]
    path = tmp_path / "manader.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    options = AddOptions(kommun="0380", yes=True, godta=("hopp",))
    add_file(copy, path, options, confirm=bool, echo=lambda _: None, today=date(2026, 9, 20))
    build_panel(copy)
    return copy


def test_own_figures_are_given_as_shown_and_their_files_are_not(with_months: Project, tmp_path: Path) -> None:
    project, stage = with_months, tmp_path / "stage"
    runs = load_runs(project)
    results = project.reports / RUN / "results"
    results.mkdir(parents=True)
    (results / "mal.json").write_text(
        json.dumps({"probability": 0.1, "fingerprint": "abc", "known": {"2022": 1.5}, "text": "**=1+1**"}),
        encoding="utf-8",
    )
    stage_downloads(project, runs, [runs.get(RUN)], stage)
    raw = read_panel(project)
    assert 3.0 in set(raw.loc[raw["measure_id"] == "MANAD_HUSHALL", "value"])
    given = pd.read_csv(stage / FOLDER / "observationer.csv", sep=";", decimal=",", dtype={"kommun_kod": str})
    months = given[given["matt"] == "MANAD_HUSHALL"].set_index("period")
    assert months.loc["2025-06", "varde"] == 1705  # 1 706, as the pages show it
    assert pd.isna(months.loc["2025-07", "varde"])
    assert months.loc["2025-07", "status"].startswith("skyddad")
    assert list(given.columns) == list(OBSERVATIONS)
    assert given["kommun"].notna().all()
    catalogue, passports = load_catalogue(project.raw), find_passports(*project.sources)
    own = set(raw.loc[own_counts(raw, catalogue, passports), "source_id"])
    assert own
    names = {path.name for path in (stage / "kallor").iterdir()}
    assert not [name for name in names if any(name.startswith(source) for source in own)]
    assert {item.passport.id for item in open_sources(project, catalogue, passports)}.isdisjoint(own)
    assert "kolada-n31807-2026-09.csv" in names
    answers = pd.read_csv(stage / FOLDER / "svar.csv", sep=";", decimal=",")
    assert list(answers.columns) == list(ANSWERS)
    told = answers.set_index("uppgift")
    assert set(told.index) == {"probability", "known.2022", "text"}
    assert told.loc["text", "text"] == "'=1+1"
    words = pd.read_csv(stage / FOLDER / "datalexikon.csv", sep=";")
    assert set(given["matt"]) | set(OBSERVATIONS) | set(ANSWERS) | set(FIGURES) == set(words["namn"])
    content = json.loads((stage / FOLDER / "bistandslaget.json").read_text(encoding="utf-8"))
    assert len(content["observationer"]) == len(given)


def test_a_workbook_holds_texts_and_numbers_and_is_the_same_twice() -> None:
    table = pd.DataFrame({"namn": ["=A1", "@x", "-5", "bra"], "tal": [1.5, None, 3.0, -2.0]})
    first, second = (workbook({"blad": table}).tobytes() for _ in range(2))
    assert first == second
    sheet = openpyxl.load_workbook(io.BytesIO(first))["blad"]
    assert list(sheet.iter_rows(values_only=True)) == [
        ("namn", "tal"),
        ("'=A1", 1.5),
        ("'@x", None),
        ("-5", 3),
        ("bra", -2),
    ]
    assert all(cell.data_type != "f" for row in sheet for cell in row)


def test_a_notebook_for_download_keeps_parameters_and_drops_what_was_not_shown(tmp_path: Path) -> None:
    shown = {"cell_type": "code", "metadata": {}, "source": "a", "outputs": [{"x": 1}], "execution_count": 2}
    hidden = {
        **shown,
        "metadata": {"tags": ["injected-parameters", "remove-cell"], "papermill": {"start": "nu"}},
    }
    notebook = {"cells": [hidden, shown], "metadata": {"papermill": {"output_path": "/hem"}}, "nbformat": 4}
    write_notebook_as_run(notebook, tmp_path / "a.ipynb")
    made = json.loads((tmp_path / "a.ipynb").read_text(encoding="utf-8"))
    assert [cell["outputs"] for cell in made["cells"]] == [[], [{"x": 1}]]
    assert made["cells"][0]["source"] == "a"
    assert "papermill" not in json.dumps(made)


def test_the_last_section_leads_to_notebook_sources_and_versions(checkout: Project) -> None:
    runs = load_runs(checkout)
    source = next(
        item for item in find_passports(*checkout.sources) if item.passport.id == "kolada-n31807-2026-09"
    )
    text = "".join(audit_cell(runs.get(RUN), "04_mal", [source])["source"])
    assert "anteckningsbok/04_mal.ipynb" in text
    assert "kallor/kolada-n31807-2026-09.csv" in text
    assert "as_of = 2026-11-21" in text
    assert "bygge.json" in text
    assert (
        yaml.safe_load((checkout.root / "_quarto.yml").read_text(encoding="utf-8"))["project"][
            "render"
        ].count("ladda-ner.qmd")
        == 1
    )
