"""The page on a plan's effect, on made-up panels with a known truth."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from competitors import COMPETITORS

from analysis.answers import effect as effect_case
from analysis.answers.effect import EffectCase
from analysis.effects.comparison import describe
from analysis.pages.effect import curve as effect_curve
from analysis.pages.effect import figures as effect_figures
from analysis.pages.effect import summary as effect_pages
from analysis.pages.effect import tables as effect_tables
from analysis.pages.effect import text as effect_text
from analysis.pages.parts.markdown import capitalise
from analysis.paths import Project
from analysis.plans.load import load_plan
from analysis.runs import RunContext, load_runs
from analysis.sources.catalogue import load_catalogue
from analysis.sources.observation import COLUMNS

UPPSALA = "0380"
Open = Callable[..., tuple[RunContext, EffectCase]]


def observations(codes: list[str], effect: float, last: int) -> pd.DataFrame:
    """N31807, population and unemployment of made-up municipalities with real codes."""
    rng = np.random.default_rng(7)
    years = list(range(2012, last + 1))
    walk = np.cumsum(rng.normal(0, 0.12, (len(codes), len(years))), axis=1)
    shares = np.maximum(rng.uniform(4, 7, (len(codes), 1)) + np.linspace(0, -2.5, len(years)) + walk, 0.3)
    shares[codes.index(UPPSALA), [year >= 2020 for year in years]] += effect
    tables = {
        "N31807": (np.vstack([shares, shares.mean(axis=0)]), [*codes, "0000"], years, "procent"),
        "SCB_FOLKMANGD": (
            np.exp(rng.uniform(9, 12.4, (len(codes), 1))) @ np.ones((1, 4)),
            codes,
            years[4:8],
            "antal",
        ),
        "SCB_ARBETSLOSHET": (rng.uniform(4, 10, (len(codes), 4)), codes, years[4:8], "procent"),
    }
    rows = [
        (
            code,
            measure,
            str(year),
            "T",
            "alla",
            float(values[i, j]),
            unit,
            "observed",
            "test",
            f"{year + 1}-06-30",
            "",
        )
        for measure, (values, names, columns, unit) in tables.items()
        for i, code in enumerate(names)
        for j, year in enumerate(columns)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


@pytest.fixture(scope="module")
def open_case(checkout: Project, tmp_path_factory: pytest.TempPathFactory) -> Open:
    catalogue = load_catalogue(checkout.raw)
    runs = load_runs(checkout, catalogue)
    group = list(catalogue.groups["storre-stader"].kommuner)
    codes = sorted({*group, *[code for code in catalogue.municipalities if code != "0000"][:24]})

    def build(run_id: str, *, effect: float = 0.0, last: int = 2022) -> tuple[RunContext, EffectCase]:
        output = tmp_path_factory.mktemp("utdata")
        run = runs.get(run_id)
        context = RunContext(checkout, run, runs, catalogue, (), observations(codes, effect, last), output)
        return context, effect_case.evaluate_run(context)

    return build


@pytest.fixture(scope="module")
def nothing(open_case: Open) -> tuple[RunContext, EffectCase]:
    return open_case("uppsala-26p-2022")


@pytest.fixture(scope="module")
def fallen(open_case: Open) -> tuple[RunContext, EffectCase]:
    return open_case("uppsala-26p-2022", effect=-2.0)


@pytest.fixture(scope="module")
def unknown(open_case: Open) -> tuple[RunContext, EffectCase]:
    return open_case("uppsala-26p-2020-12", last=2019)


def whole_page(context: RunContext, case: EffectCase) -> str:
    """Everything that the notebook shows, as text."""
    pieces = [
        effect_pages.effect_conclusion(context, case),
        effect_pages.effect_cards(case),
        effect_text.question_text(context, case),
        effect_figures.path_figure(context, case),
        effect_tables.yearly_table(case),
        effect_tables.share_table(context, case),
        effect_text.own_judgement(context, case),
        effect_tables.power_table(case),
        effect_tables.check_table(case),
        effect_figures.placebo_figure(context, case),
        effect_text.curve_text(case),
        effect_curve.curve_figure(context, case),
        effect_tables.design_table(case),
        effect_text.ranking_text(context, case),
        effect_figures.ranking_figure(context, case),
        effect_text.method_text(case),
        effect_text.effect_caveats(context, case),
    ]
    return "\n\n".join(piece.text for piece in pieces if piece is not None)


def test_the_plans_years_follow_the_written_rule(checkout: Project) -> None:
    asked = {
        plan: effect_case.question_of(load_plan(checkout.plans / f"{plan}.yml"), "0380", ())
        for plan in ("uppsala-26p", "uppsala-1000", "lund-2021")
    }
    assert (asked["uppsala-26p"].adopted_year, asked["uppsala-26p"].start_year) == (2019, 2020)
    assert asked["uppsala-26p"].eval_years == (2020, 2021, 2022)
    assert (asked["uppsala-1000"].start_year, asked["uppsala-1000"].eval_years) == (2024, (2024, 2025, 2026))
    assert (asked["lund-2021"].adopted_year, asked["lund-2021"].start_year) == (2021, 2021)


def test_a_decision_after_march_counts_from_the_year_after(checkout: Project) -> None:
    """A plan of June that counted from January would be given half a year in which it did not exist."""
    plan = load_plan(checkout.plans / "lund-2021.yml")
    started = {
        month: effect_case.question_of(
            plan.model_copy(update={"decided": datetime.date(2021, month, 15)}), "1281", ()
        ).start_year
        for month in range(1, 13)
    }
    assert started == {month: 2021 if month <= 3 else 2022 for month in range(1, 13)}


def test_without_an_effect_the_page_claims_none(nothing: tuple[RunContext, EffectCase]) -> None:
    text = effect_pages.effect_conclusion(*nothing).text
    assert "Det går varken att visa" in text
    assert "eller att den inte har" in text
    assert "sannolikt inte sett" in text


def test_a_large_effect_is_told_first(fallen: tuple[RunContext, EffectCase]) -> None:
    text = effect_pages.effect_conclusion(*fallen).text
    assert re.search(r"\*\*(Andelen .* tydligt mer än väntat|Det finns svaga tecken)", text)
    assert "lägre än väntat" in text


def test_a_large_increase_is_not_told_as_a_decrease(open_case: Open) -> None:
    text = effect_pages.effect_conclusion(*open_case("uppsala-26p-2022", effect=2.0)).text
    assert "högre än väntat" in text
    assert "minskat" not in text


def test_before_the_outcome_the_page_says_so_and_what_could_be_seen(
    unknown: tuple[RunContext, EffectCase],
) -> None:
    context, case = unknown
    text = whole_page(context, case)
    assert "ännu inte att bedöma" in text
    assert "måste i snitt sänka andelen med minst" in text
    assert "Beräknat på 2017–2019" in text
    assert not re.search(r"\bnan\b", text)
    assert (context.output / "figurer" / "effekt-historia.svg").exists()
    assert not (context.output / "figurer" / "effekt-forvantat.svg").exists()


def test_the_whole_page_is_swedish_and_complete(nothing: tuple[RunContext, EffectCase]) -> None:
    context, case = nothing
    text = whole_page(context, case)
    assert not re.search(
        r"\d\.\d", re.sub(r"\{[^}]*\}|data-sort=\"[^\"]*\"|\([^)]*\.(?:csv|png|svg)\)", "", text)
    )
    assert "None" not in text
    assert not re.search(r"\bnan\b", text)
    for name in ("effekt-forvantat", "effekt-placebo", "effekt-specifikationer", "effekt-rangordning"):
        assert (context.output / "figurer" / f"{name}.svg").stat().st_size > 1000
        data = (context.output / "data" / f"{name}.csv").read_text(encoding="utf-8-sig")
        assert len(data.splitlines()) > 5
    assert text.count("fig-alt=") == 4


def test_the_reason_stands_once_in_the_section_that_the_others_name(
    unknown: tuple[RunContext, EffectCase],
) -> None:
    context, case = unknown
    notebook = json.loads((context.project.notebooks / "03_effekt.ipynb").read_text(encoding="utf-8"))
    headings = [
        "".join(cell["source"]).strip() for cell in notebook["cells"] if cell["cell_type"] == "markdown"
    ]
    assert f"## {effect_pages.EXPLAINED}" in headings
    reason = effect_pages.no_estimate(case)
    elsewhere = dataclasses.replace(context, run=context.run.model_copy(update={"kommun": "9999"}))
    for place in (context, elsewhere):
        assert reason in effect_figures.path_figure(place, case).text, (
            "also where the municipality has no series"
        )
    assert effect_tables.yearly_table(case).text.strip() == ""
    assert effect_pages.EXPLAINED in effect_tables.share_table(context, case).text
    assert reason not in effect_tables.share_table(context, case).text


def test_the_figures_file_says_what_was_expected_only_where_something_was(
    nothing: tuple[RunContext, EffectCase],
) -> None:
    context, case = nothing
    effect_figures.path_figure(context, case)
    data = pd.read_csv(context.output / "data" / "effekt-forvantat.csv", sep=";", decimal=",").set_index("år")
    evaluated = data.index >= case.result.question.start_year
    assert data.loc[evaluated, "väntat"].notna().all()
    assert data.loc[~evaluated, "väntat"].isna().all()
    assert data["utfall"].notna().all()


def test_statements_are_quoted_only_once_they_were_written(nothing: tuple[RunContext, EffectCase]) -> None:
    context, case = nothing
    quoted = [
        item.quotation
        for item in effect_case.statements_known(case, datetime.date(2022, 12, 31), context.project.raw)
    ]
    assert len(quoted) == 2
    later = effect_case.statements_known(case, datetime.date(2023, 9, 22), context.project.raw)
    assert any("avgörande roll" in item.quotation for item in later)
    assert effect_case.statements_known(case, datetime.date(2020, 1, 1), context.project.raw) == ()


def test_the_parts_of_the_decrease_are_set_beside_the_administrations_words(
    fallen: tuple[RunContext, EffectCase],
) -> None:
    context, case = fallen
    text = effect_text.own_judgement(context, case).text
    assert "Data säger" in text


def test_facts_are_valid_json_with_the_verdict(
    nothing: tuple[RunContext, EffectCase], unknown: tuple[RunContext, EffectCase]
) -> None:
    for context, case in (nothing, unknown):
        facts = effect_pages.effect_facts(context, case)
        again = json.loads(json.dumps(facts, allow_nan=False))
        assert again["bedomning"] == case.result.effect.verdict
    assert again["effekt"] is None


def test_tournament_table_shows_the_committed_result_or_says_that_it_is_missing(
    nothing: tuple[RunContext, EffectCase], tmp_path: Path
) -> None:
    context, _ = nothing
    assert "Betingad trend" in effect_tables.tournament_table(context).text
    entered = pd.read_csv(context.project.root / "benchmarks" / "results" / "effects_tournament.csv")
    assert entered["design"].is_unique, "two methods with one name cannot be told apart"
    names = {entry.name: describe(entry) for entry in COMPETITORS}
    assert [capitalise(names[entry]) for entry in entered["entry"]] == list(entered["design"])
    bare = RunContext(
        Project(tmp_path), context.run, context.runs, context.catalogue, (), context.observations, tmp_path
    )
    assert "finns inte" in effect_tables.tournament_table(bare).text
