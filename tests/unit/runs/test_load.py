"""The run list: wrong values are told apart before anything runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.calendar import period_end, period_name
from analysis.paths import Project
from analysis.runs import load_runs
from analysis.runs.model import Target
from foundation.errors import BistandError


def test_the_listed_runs_load(checkout: Project) -> None:
    runs = load_runs(checkout)
    ids = [run.id for run in runs.runs]
    assert {
        "uppsala-26p-2020-12",
        "uppsala-26p-2022-03",
        "uppsala-26p-2022",
        "uppsala-1000-2023-09",
        "uppsala-1000-2024-10",
        "uppsala-1000-2026-11",
        "lund-2021-12",
    } <= set(ids)
    assert runs.previous(runs.get("uppsala-26p-2022")) == runs.get("uppsala-26p-2022-03")
    assert runs.previous(runs.get("uppsala-26p-2020-12")) is None


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('kommun: "1281"', 'kommun: "9999"', "kommun ”9999” är okänt"),
        ('kommun: "1281"', "kommun: 1281", "”kommun”"),
        ("period: 2021-12", "period: 2021-13", "”period” har fel form"),
        ("plan: lund-2021", "plan: lund-2031", "plan ”lund-2031” är okänt"),
        ("mal: en-procent-2026", "mal: tva-procent", "mal ”tva-procent” är okänt"),
        ("jamforelse: storre-stader", "jamforelse: alla-stader", "jamforelse ”alla-stader” är okänt"),
        ("matt: N31807\n  jamf", "matt: N99999\n  jamf", "matt ”N99999” är okänt"),
        ("01_laget,", "01_lagte,", "anteckningsbocker ”01_lagte” är okänt"),
        ("period: 2021-12", "period: 2021-12\n    manad: 12", "”manad” är inte ett känt fält"),
        ("id: lund-2021-12", "id: uppsala-26p-2022", "finns två gånger"),
        ("korningar:", "korningar: [", "läsa som YAML"),
    ],
)
def test_wrong_values_are_named(copy: Project, old: str, new: str, words: str) -> None:
    text = copy.runs_file.read_text(encoding="utf-8")
    assert old in text
    copy.runs_file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BistandError) as caught:
        load_runs(copy)
    assert words in str(caught.value)
    assert "reports/runs.yml" in str(caught.value)


def test_unknown_run_lists_the_known_ones(checkout: Project) -> None:
    with pytest.raises(BistandError, match="uppsala-26p-2020-12"):
        load_runs(checkout).get("uppsala-2099")


@pytest.mark.parametrize(
    ("period", "end", "name"),
    [
        ("2022", "2022-12-31", "2022"),
        ("2024-02", "2024-02-29", "februari 2024"),
        ("2024-T2", "2024-08-31", "tertial 2 2024"),
    ],
)
def test_periods(period: str, end: str, name: str) -> None:
    assert period_end(period).isoformat() == end
    assert period_name(period) == name


def test_the_level_itself_meets_the_target() -> None:
    target = Target(namn="x", matt="N31807", niva=4.0, senast="2022", text="x", kalla="x", tolkning="x")
    assert target.reached(4.0)
    assert not target.reached(4.0001)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('kommun: "1281"', 'kommun: "1880"', "lund-2021"),
    ],
)
def test_a_run_with_anothers_plan_is_stopped(copy: Project, before: str, after: str, message: str) -> None:
    text = copy.runs_file.read_text(encoding="utf-8")
    copy.runs_file.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(BistandError, match=message) as raised:
        load_runs(copy)
    assert "runs.yml" in str(raised.value)


def test_of_two_runs_with_one_days_knowledge_the_earlier_period_comes_first(checkout: Project) -> None:
    runs = load_runs(checkout)
    one = runs.get("uppsala-1000-2026-11")
    later = one.model_copy(update={"id": "uppsala-1000-2026-12", "period": "2026-12"})
    both = replace(runs, runs=(*runs.runs, later))
    before = [found.id if (found := both.previous(run)) else None for run in (later, one)]
    assert before == ["uppsala-1000-2026-11", "uppsala-1000-2024-10"]
