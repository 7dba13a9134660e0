"""Page 02 from the register: every plan renders, made-up ones too, and says what it must."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analysis.answers import plan_view
from analysis.answers.plan_view import PlanView
from analysis.pages.measures import board as plan_board
from analysis.pages.measures import indicators as plan_indicators
from analysis.pages.measures import ledger as plan_ledger
from analysis.pages.measures import lineage as plan_lineage
from analysis.pages.measures import sections as plan_pages
from analysis.pages.measures import timeline as plan_timeline
from analysis.pages.measures.view import when
from analysis.plans.load import Register
from analysis.plans.model import Plan
from analysis.plans.vocabulary import NO_FOLLOW_UP, Status

TODAY = date(2026, 11, 21)
SLOW = pytest.mark.slow
RUNS = [
    pytest.param("uppsala-26p", date(2021, 1, 28), marks=SLOW),
    ("uppsala-26p", date(2022, 4, 20)),
    pytest.param("uppsala-1000", date(2023, 9, 22), marks=SLOW),
    pytest.param("uppsala-1000", date(2024, 12, 20), marks=SLOW),
    ("uppsala-1000", TODAY),
    pytest.param("uppsala-vp2025", TODAY, marks=SLOW),
    pytest.param("lund-2021", date(2021, 12, 31), marks=SLOW),
]


def _render(view: PlanView, output: Path) -> dict[str, str]:
    latest = plan_view.latest_version(view)
    pieces = {
        "conclusion": plan_board.board_conclusion(view),
        "cards": plan_board.board_cards(view),
        "exceptions": plan_board.exceptions_table(view),
        "register": plan_pages.register_conclusion(view),
        "board": plan_board.board_table(view),
        "changes": plan_board.changes_table(view),
        "timeline": plan_timeline.timeline_figure(view, output),
        "events": plan_timeline.timeline_table(view),
        "lineage sentence": plan_lineage.lineage_sentence(view),
        "lineage": plan_lineage.lineage_table(view),
        "version": plan_board.version_table(view, latest),
        "version indicators": plan_indicators.latest_indicators(latest, output),
        "targets": plan_pages.targets_table(view),
        "indicator sentence": plan_indicators.indicator_sentence(view),
        "indicators": plan_indicators.indicator_table(view),
        "genders": plan_indicators.gender_figure(view, output),
        "notes": plan_indicators.indicator_notes(view),
        "empty": plan_indicators.empty_indicators(view),
        "grades": plan_ledger.grades_table(view),
        "ledger": plan_ledger.ledger_table(view),
        "rules": plan_ledger.rules_list(view),
        "calendar": plan_pages.calendar_table(view, latest),
        "checks": plan_pages.checks_table(view),
        "contradictions": plan_pages.contradictions_table(view),
        "documents": plan_pages.documents_table(view, latest),
        "passport": plan_pages.passport_notes(view),
    }
    return {name: piece.text for name, piece in pieces.items()}


@pytest.mark.parametrize(("plan_id", "as_of"), RUNS)
def test_every_run_renders_whole(register: Register, tmp_path: Path, plan_id: str, as_of: date) -> None:
    view = plan_view.view_of(register, plan_id, as_of)
    pieces = _render(view, tmp_path)
    whole = "\n".join(pieces.values())
    assert "None" not in whole
    assert "nan" not in re.findall(r"\bnan\b", whole)
    rows = len(register.plan(plan_id).measures)
    assert pieces["board"].count('<th scope="row"') == rows
    off = [row for row in view.board.rows if row.status in (Status.DEVIATING, Status.STOPPED)]
    assert pieces["exceptions"].count('<th scope="row"') == len(off)
    assert pieces["ledger"].count('<th scope="row"') == rows
    assert 'data-filter="Område|Status"' in pieces["board"]
    assert "fig-alt=" in pieces["timeline"]
    assert (tmp_path / "data" / "tidslinje.csv").is_file()
    facts = plan_pages.page_facts(view)
    assert sum(facts["grades"].values()) == rows  # type: ignore[attr-defined]
    assert sum(facts["status"].values()) == facts["measures"]  # type: ignore[attr-defined]


def test_another_municipality_renders_without_code(
    made_up: dict[str, Any], load: Callable[[dict[str, Any]], Plan], tmp_path: Path
) -> None:
    plan = load(made_up)
    view = plan_view.view_of(Register({plan.id: plan}), plan.id, date(2031, 3, 1))
    pieces = _render(view, tmp_path)
    assert "Småby har 2 åtgärder: 1 pågår och 1 saknar känd uppföljning" in pieces["conclusion"]
    assert "Jobbcoach åt alla" in pieces["board"]
    assert "2029: 10 (K 4)<br>2030: 12 (K 6)" in pieces["indicators"].replace("\u00a0", " ")
    assert "Ingen senare version" in pieces["lineage"]


def test_the_conclusion_of_march_2022(register: Register) -> None:
    view = plan_view.view_of(register, "uppsala-26p", date(2022, 4, 20))
    text = plan_board.board_conclusion(view).text
    assert "26-punktsplanen har 26 åtgärder: 18 är färdiga, 6 pågår och 2 avviker eller är stoppade." in text
    assert "För ingen enskild åtgärd" in text
    grades = plan_ledger.grades_table(view).text
    assert "2 följas före och efter, 11 bara beskrivas och 14 inte bedömas alls" in grades


def test_every_status_is_in_one_group() -> None:
    members = [label for _, _, labels in plan_board._GROUPS for label in labels]
    assert sorted(members) == sorted([*Status, NO_FOLLOW_UP])


def test_the_page_at_adoption_knows_no_follow_up(register: Register) -> None:
    view = plan_view.view_of(register, "uppsala-1000", date(2023, 9, 22))
    assert "har 24 åtgärder, och ingen uppföljning" in plan_board.board_conclusion(view).text
    assert plan_view.latest_version(view) is None
    assert "Ingen uppföljning var känd" in plan_board.changes_table(view).text
    assert "2024" not in plan_pages.documents_table(view, None).text


def test_a_target_keeps_its_decimals(register: Register) -> None:
    view = plan_view.view_of(register, "uppsala-1000", TODAY)
    for value, told in ((2.5, "Högst 2,5 %"), (1.0, "Högst 1 %"), (0.75, "Högst 0,75 %")):
        target = view.plan.targets[0].model_copy(update={"value": value})
        changed = replace(view, plan=view.plan.model_copy(update={"targets": (target,)}))
        assert told in plan_pages.targets_table(changed).text.replace("\u00a0", " ")


def test_without_a_later_version_the_page_says_so(register: Register) -> None:
    view = plan_view.view_of(register, "lund-2021", TODAY)
    assert "Ingen senare version av" in plan_lineage.lineage_sentence(view).text


def test_the_lineage_page_accounts_for_all_24(register: Register) -> None:
    view = plan_view.view_of(register, "uppsala-1000", TODAY)
    text = plan_lineage.lineage_table(view).text
    assert text.count('<th scope="row"') == 24
    assert "Inte känt" not in text
    assert "Verksamhetsplan 2025 nr 17: Uppsökande information om nämndens resurser" in text
    sentence = plan_lineage.lineage_sentence(view).text
    assert "7 lever vidare med nya ord, 4 blev ordinarie arbete, 4 blev klara" in sentence


def test_the_version_of_2025_shows_42_measures_with_origins(register: Register) -> None:
    view = plan_view.view_of(register, "uppsala-1000", TODAY)
    latest = plan_view.latest_version(view)
    assert latest is not None
    text = plan_board.version_table(view, latest).text
    assert text.count('<th scope="row"') == 42
    assert "nr 1 och 2" in text


def test_indicators_show_women_men_gap_and_too_few_points(register: Register, tmp_path: Path) -> None:
    view = plan_view.view_of(register, "uppsala-vp2025", TODAY)
    table = plan_indicators.indicator_table(view).text
    assert (
        "2022: 1,53 (K 1,55, M 1,51)<br>2023: 1,32 (K 1,35, M 1,29)<br>okt 2024: 1,25 (K 1,28, M 1,23)"
        in table.replace("\u00a0", " ")
    )
    assert "2022: +0,04<br>2023: +0,06<br>okt 2024: +0,05</td>" in table.replace("\u00a0", " ")
    moved = "Alla −0,21<br>K −0,20<br>M −0,22<br>2022 till 2023"
    assert moved in table.replace("\u00a0", " ")
    assert table.count("För få punkter för att säga") == 23
    figure = plan_indicators.gender_figure(view, tmp_path).text
    assert "Störst skillnad: Genomförda av erbjudna ungdomssamtal" in figure
    assert (tmp_path / "figurer" / "kvinnor-man.svg").is_file()


def test_disagreeing_totals_are_printed_with_their_explanation(register: Register) -> None:
    view = plan_view.view_of(register, "uppsala-vp2025", TODAY)
    text = plan_pages.checks_table(view).text
    assert text.count("<td>Nej</td>") == 1
    assert "registret har därför tre nya" in text
    assert "18 av 18 fall" in text


def test_ledger_says_why_and_what_would_raise_it(register: Register) -> None:
    view = plan_view.view_of(register, "uppsala-26p", date(2022, 4, 20))
    text = plan_ledger.ledger_table(view).text
    assert "Stegvis utrullning kräver åtgärden som insats i månadsfilen" in text
    assert "Åtgärden är stoppad, så det finns ingen verkan att söka." in text
    assert "Inga data kan höja den." in text
    with_data = plan_ledger.ledger_sentence(view.ledger)
    assert with_data.startswith("För ingen enskild åtgärd finns uppgifter")


@pytest.mark.parametrize(
    ("period", "text"),
    [
        ("2022", "2022"),
        ("2024-10", "oktober 2024"),
        ("2020/2021", "2020–2021"),
        ("2020-06/2020-08", "juni–augusti 2020"),
        ("2020-11/2021-02", "november 2020–februari 2021"),
    ],
)
def test_periods_in_words(period: str, text: str) -> None:
    assert when(period) == text
