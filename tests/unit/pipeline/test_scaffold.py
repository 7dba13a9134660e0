"""A municipality and a plan in one command each: what is written loads, and nothing is left when it does not."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

import pytest

from analysis.cli.shared import town_code
from analysis.paths import Project
from analysis.pipeline.inputs import check_inputs
from analysis.pipeline.said import Decided, find_town, target_in_words
from analysis.pipeline.scaffold import new_municipality, new_plan
from analysis.plans.load import load_register
from analysis.sources.catalogue import load_catalogue
from foundation.errors import BistandError

DAY = date(2026, 11, 27)
TARGET = "Högst 2,5 procent av invånarna har ekonomiskt bistånd 2028"


def _files(project: Project) -> dict[Path, bytes]:
    places = (project.root / "reports", project.raw)
    return {path: path.read_bytes() for place in places for path in place.rglob("*") if path.is_file()}


def test_a_municipality_and_then_its_plan(copy: Project) -> None:
    before = _files(copy)
    first = new_municipality(copy, "örebro", today=DAY)
    run = check_inputs(copy).get(first.run.id)
    assert (run.kommun, run.period, run.plan, run.mal) == ("1880", "2026-11", None, None)
    group = load_catalogue(copy.raw).groups["liknande-1880"]
    assert len(group.kommuner) == 15
    assert "i folkmängd 2023 (logaritmen) och arbetslöshet 2023" in group.regel
    assert "1880" not in group.kommuner
    assert any("Ångra" in line and run.id in line and "liknande-1880" in line for line in first.lines)

    second = new_plan(copy, "1880", title="Planen", decided=date(2026, 3, 1), target=TARGET, today=DAY)
    runs = check_inputs(copy)
    followed = runs.get(second.run.id)
    target = runs.targets[str(followed.mal)]
    assert (target.niva, target.villkor, target.senast, target.matt) == (2.5, "högst", "2028", "N31807")
    assert followed.jamforelse == "liknande-1880"
    assert followed.anteckningsbocker[0] == "00_i_korthet", "the start page has the new plan's answers"
    assert "02_atgarder" not in followed.anteckningsbocker
    plan = load_register(copy.plans).plan("orebro-2026")
    assert plan.municipality == "1880"
    assert plan.decided == date(2026, 3, 1)
    after = _files(copy)
    changed = {path for path in after if after[path] != before.get(path)}
    assert len(changed) == 3
    text = (copy.plans / "orebro-2026.yml").read_text(encoding="utf-8")
    assert text.startswith("# Skriven av bistand ny-plan")
    assert "Nästa steg" in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"said": "Orebrå"}, "Menade du Örebro"),
        ({"said": "0380"}, "uppsala-1000"),
        ({"target": "Färre ska ha bistånd 2028"}, "hur många procent"),
        ({"target": "Högst tre procent"}, "vilket år"),
        ({"target": "Högst 3 procent 2024"}, "före beslutet"),
        ({"title": " "}, "titel"),
    ],
)
def test_what_cannot_be_written_changes_nothing(copy: Project, change: dict[str, str], words: str) -> None:
    asked = {"said": "1880", "target": TARGET, "title": "Planen", **change}
    before = _files(copy)
    write = partial(new_municipality, copy, "0380", today=DAY)
    if asked["said"] != "0380":
        decided = date(2026, 3, 1)
        write = partial(
            new_plan,
            copy,
            asked["said"],
            title=asked["title"],
            decided=decided,
            target=asked["target"],
            today=DAY,
        )
    with pytest.raises(BistandError) as caught:
        write()
    assert words in str(caught.value)
    assert _files(copy) == before


def test_a_fault_on_the_way_takes_everything_back(copy: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    before, calls = _files(copy), []

    def check(project: Project) -> object:
        calls.append(project)
        if len(calls) == 2:
            raise BistandError("påhittat fel")
        return check_inputs(project)

    monkeypatch.setattr("analysis.pipeline.scaffold.check_inputs", check)
    with pytest.raises(BistandError, match="påhittat fel"):
        new_plan(copy, "1880", title="P", decided=date(2026, 3, 1), target=TARGET, today=DAY)
    assert _files(copy) == before


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (TARGET, Decided("högst", 2.5, "2028")),
        ("Andelen ska vara högst tre procent i december 2029-12.", Decided("högst", 3.0, "2029-12")),
        ("Minst 97 % klarar sig själva 2030", Decided("minst", 97.0, "2030")),
    ],
)
def test_targets_in_words(text: str, found: Decided) -> None:
    assert target_in_words(text) == found


def test_towns_by_code_and_name(checkout: Project) -> None:
    catalogue = load_catalogue(checkout.raw)
    for said in ("1880", "Örebro", "örebro kommun", " ÖREBRO "):
        assert find_town(catalogue, said).code == "1880"
    with pytest.raises(BistandError):
        find_town(catalogue, "0000")
    assert [town_code(said) for said in ("laxå", "1860", "0000")] == ["1860", "1860", "0000"]
