"""The four answers, the changes and the start page over generated runs: whole sentences that say the same numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pandas as pd
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.unit.pages.generated import CODE, FOUND, cases, catalogue, context, figures, views
from tests.unit.pages.generated_targets import CASES, Case, answer
from tests.unit.pages.wholeness import sentences, short, whole

from analysis.answers import position
from analysis.answers.changes import Changes
from analysis.answers.changes import both as matched
from analysis.answers.effect import EffectCase
from analysis.answers.moved import Moved
from analysis.answers.plan_view import PlanView
from analysis.answers.published import Published
from analysis.answers.target import target_facts
from analysis.forecasts.log import COLUMNS
from analysis.pages.brief import figures as brief_figures
from analysis.pages.brief import text as brief
from analysis.pages.changes import page as changes
from analysis.pages.effect import summary as effect
from analysis.pages.effect import tables as effect_tables
from analysis.pages.effect import text as effect_text
from analysis.pages.measures import board, indicators, ledger, lineage, sections
from analysis.pages.position import months, summary, tables
from analysis.pages.start import page as start
from analysis.pipeline import since
from analysis.plans.identification import Grade
from analysis.plans.status import changes as changed
from analysis.plans.vocabulary import Change
from foundation.swedish import percent, probability

NO_FORECASTS = pd.DataFrame(columns=list(COLUMNS))


def told(observations: pd.DataFrame) -> bool:
    """Whether the municipality has any annual value."""
    mine = observations[(observations["kommun_kod"] == CODE) & (observations["measure_id"] == "N31807")]
    return bool(mine["value"].notna().any())


@FOUND
@given(figures(), figures(), st.booleans())
def test_laget_is_whole_for_any_figures(now: pd.DataFrame, before: pd.DataFrame, first: bool) -> None:
    run = context(now, previous=None if first else context(before))
    place, shares = position.position(run), position.panel_of(run)
    said = [
        summary.position_conclusion(run, place), summary.position_cards(run, place), months.month_text(run),
        summary.change_since_previous(run, place), tables.comparison_table(run, shares, place), tables.gender_table(run),
    ]  # fmt: skip
    for part in said:
        whole(part.text)
    short(said[0].text)
    assert percent(place.value, 2) in said[0].text
    assert since._position(
        position.position_facts(run, position.panel_of(run), place), "Örebro"
    ) == summary.level_sentence(run, place)


@FOUND
@given(views(), views())
def test_atgarderna_is_whole_for_any_plan(view: PlanView, other: PlanView) -> None:
    said = [
        board.board_conclusion(view), board.board_cards(view), board.board_table(view), board.changes_table(view),
        lineage.lineage_sentence(view), lineage.lineage_table(view), board.version_table(other, view),
        sections.targets_table(view), indicators.indicator_sentence(view), indicators.indicator_table(view),
        indicators.indicator_notes(view), indicators.empty_indicators(view), ledger.grades_table(view),
        ledger.ledger_table(view), sections.checks_table(view), sections.calendar_table(view, None),
        sections.contradictions_table(view), sections.documents_table(view, None), sections.passport_notes(view),
    ]  # fmt: skip
    for part in said:
        whole(part.text)
    short(said[0].text)
    counted = len(view.plan.measures)
    assert f"{counted} åtgärd" in said[0].text


@given(st.lists(st.sampled_from(list(Grade)), min_size=1, max_size=30))
def test_the_ledgers_sentence_is_whole_for_every_mixture(grades: list[Grade]) -> None:
    entries: Any = [SimpleNamespace(grade=grade) for grade in grades]
    whole(ledger.ledger_sentence(entries))
    whole(ledger.reach_sentence(entries))


@given(st.lists(st.sampled_from(list(Change)), min_size=1, max_size=30))
def test_what_became_of_the_measures_is_whole_for_every_mixture(outcomes: list[Change]) -> None:
    view: Any = SimpleNamespace(fates=[SimpleNamespace(outcome=item, steps=(item,)) for item in outcomes])
    said = lineage.lineage_sentence(view).text
    whole(said)
    assert sum(int(number) for number in re.findall(r"(?<!de )\b(\d+) ", said)) == len(outcomes)


@FOUND
@given(cases(), figures())
def test_effekten_is_whole_for_any_estimate(case: EffectCase, known: pd.DataFrame) -> None:
    run = context(known)
    parts = [
        effect.effect_conclusion(run, case), effect.effect_cards(case), effect_text.question_text(run, case),
        effect_tables.share_table(run, case), effect_text.own_judgement(run, case), effect_text.curve_text(case),
        effect_text.ranking_text(run, case), effect_text.method_text(case), effect_tables.power_table(case),
        effect_text.effect_caveats(run, case),
    ]  # fmt: skip
    for part in parts:
        whole(part.text)
    short(parts[0].text)
    facts = effect.effect_facts(run, case)
    ending = since._effect(facts, "Örebro")
    whole(ending)
    assert str(case.result.effect.verdict) in ending


@FOUND
@given(figures(), views(), cases(), CASES)
def test_i_korthet_and_the_start_page_say_the_same_whole_sentences(
    known: pd.DataFrame, view: PlanView, case: EffectCase, one: Case
) -> None:
    target, state = answer(one)
    run = context(known, target)
    place = position.position(run)
    made = brief.open_brief(run, place, view, case, state)
    facts = brief.brief_facts(made)
    results = {
        "korthet": facts, "laget": position.position_facts(run, position.panel_of(run), place),
        "mal": target_facts(run, state), "reform": {}
    }  # fmt: skip
    followed = [("prov", target, run.run)] if target else []
    overview: Any = SimpleNamespace(
        catalogue=catalogue(), facts=lambda run, part: results.get(part, {}), results={"prov": results},
        runs=SimpleNamespace(runs=[run.run], targets={"prov": target}), passports=run.passports,
        targets=lambda: followed,
    )  # fmt: skip
    parts = [brief.section(made, part) for part in brief.PAGES]
    parts += [brief.uncertainty(made), brief.decision_list(made), start.municipality_briefs(overview)]
    parts += [start.start_conclusion(overview), start.start_cards(overview)]
    for part in parts:
        whole(part.text)
    for part in brief.PAGES:
        assert len(sentences(" ".join(facts[part]))) <= 4  # type: ignore[call-overload]
        for said in facts[part]:  # type: ignore[attr-defined]
            short(said)
            assert said in parts[6].text.replace("**", "")
    if state.assessment is not None:
        assert probability(state.assessment.probability) in parts[7].text
        assert probability(state.assessment.probability) in parts[8].text
        box = parts[7].text.split(":::")[1]
        assert len(re.findall(r"\d\s%", box)) <= 3, "the chance, and how far the readings lie apart"
        assert not re.search(r"\d,\d", box), "the forecast's interval stands on the page behind"
    if followed:
        assert not start.whose(overview, run.run)
        neighbour: Any = SimpleNamespace(**{**vars(run.run), "kommun": "0380"})
        followed.append(("prov", target, neighbour))
        overview.runs.runs.append(neighbour)
        said = start.start_conclusion(overview).text
        whole(said)
        assert "Uppsala" in said, "whose target it is, where there are several"
        cards = start.start_cards(overview).text
        assert cards.count("Uppsala, ") * 2 == cards.count(target.namn)  # type: ignore[union-attr]


@FOUND
@given(figures(), views(), cases(), CASES)
def test_measures_that_are_not_written_down_are_neither_counted_nor_drawn(
    known: pd.DataFrame, view: PlanView, case: EffectCase, one: Case
) -> None:
    target, state = answer(one)
    run = context(known, target)
    made = brief.open_brief(run, position.position(run), view, case, state)
    run.run.anteckningsbocker = ("00_i_korthet", "04_mal")
    assert brief.measures_answer(made) == (f"Åtgärderna i {view.plan.short_title} är inte inskrivna här än.",)
    assert brief_figures.measures_picture(made).text.strip() == ""
    assert not [said for said in brief.decisions(made) if "Beställ" in said or "Begär uppföljning" in said]
    assert brief.way_on(made, "atgarder").text.strip() == ""
    if case.result.effect.estimate is None and case.result.power is None:
        assert brief_figures.effect_picture(made).text.strip() == "", "an empty figure"


@FOUND
@given(
    figures(), figures(), views(), views(), CASES, st.sampled_from([None, Published(0.0995, 1, 1.17, 1.4, "x")]),
    st.integers(0, 2),
)  # fmt: skip
def test_andringar_is_whole_for_any_two_runs(
    now: pd.DataFrame,
    before: pd.DataFrame,
    view: PlanView,
    older: PlanView,
    one: Case,
    said: Published | None,
    late: int,
) -> None:
    target, _ = answer(one)
    assume(told(now))
    earlier = context(before, target)
    run = context(now, target, earlier)
    moved = [Moved(run.run, 0.1, 0.2, late, "2026-11-27")] if late else []
    found = Changes(
        before=earlier,
        matched=matched(run, earlier),
        statuses=changed(older.board, view.board),
        own=NO_FORECASTS,
        then=said,
        now=said,
        moved=tuple(moved),
    )
    whole(changes.changes_conclusion(run, found).text)
    short(changes.changes_conclusion(run, found).text)
    whole(changes.moved_text(run, found.moved))
    for build in (changes.new_values_table, changes.revisions_table, changes.statuses_table):
        whole(build(run, found).text)
    first = replace(found, before=None, matched=found.matched.iloc[:0])
    whole(changes.changes_conclusion(context(now), first).text)
