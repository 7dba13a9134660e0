"""Notebook 01's tables where a municipality knows less than Uppsala does."""

from __future__ import annotations

import re

import pytest
from tests.edit import reseal

from analysis.answers.position import position
from analysis.answers.target import open_target
from analysis.pages.position.summary import change_since_previous, position_conclusion
from analysis.pages.position.tables import gender_table
from analysis.panel import build_panel
from analysis.paths import Project
from analysis.runs import RunContext, load_runs, open_run
from analysis.runs.model import Target
from foundation.errors import BistandError


def _text_of(project: Project, monkeypatch: pytest.MonkeyPatch) -> str:
    build_panel(project)
    monkeypatch.chdir(project.root)
    return gender_table(open_run(**load_runs(project).get("uppsala-1000-2026-11").parameters())).text


def test_the_gap_is_shown_with_the_source_it_came_from(
    copy: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = _text_of(copy, monkeypatch)
    assert "Skillnad, kvinnor minus män" in text
    assert "AMN-2024-00525" in text


def test_without_women_and_men_there_is_no_gap_and_no_crash(
    copy: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = copy.raw / "dokument/2024-12-20/verksamhetsplan_2025.csv"
    lines = data.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not re.match(r"0380,AMN_VUXNA,[^,]+,[KM],", line)]
    assert len(kept) == len(lines) - 6
    data.write_text("\n".join(kept) + "\n", encoding="utf-8")
    reseal(data)
    text = _text_of(copy, monkeypatch)
    assert "1,25" in text
    assert "Skillnad" not in text.split("</table>")[0]


def test_a_year_that_the_country_has_and_the_municipality_has_not_is_told(
    copy: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_panel(copy)
    monkeypatch.chdir(copy.root)
    given = load_runs(copy).get("uppsala-1000-2026-11").parameters() | {"plan": "", "target": ""}
    said = []
    for code in ("2281", "0380"):
        run = open_run(**given | {"municipality": code, "run_id": "prov"})
        said.append(position_conclusion(run, position(run)).text)
        assert "kommunens första körning" in change_since_previous(run, position(run)).text
    assert "Källan har ingen uppgift om Sundsvall för 2025." in said[0]
    assert "ingen uppgift" not in said[1]


@pytest.mark.parametrize("year", ["2025", "2020"])
def test_a_target_of_a_year_that_is_not_published_here_is_refused_in_swedish(
    copy: Project, monkeypatch: pytest.MonkeyPatch, year: str
) -> None:
    build_panel(copy)
    monkeypatch.chdir(copy.root)
    given = load_runs(copy).get("uppsala-1000-2026-11").parameters() | {
        "plan": "",
        "target": "",
        "run_id": "prov",
    }
    past = Target(namn="m", matt="N31807", niva=2.0, senast=year, text="t", kalla="k", tolkning="T.")
    monkeypatch.setattr(RunContext, "target", past)
    told = f"målet gällde {year}, men källan har ingen uppgift om Sundsvall för {year}"
    with pytest.raises(BistandError, match=told):
        open_target(open_run(**given | {"municipality": "2281"}))
