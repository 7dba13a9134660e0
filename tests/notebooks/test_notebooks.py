"""The notebooks as committed: no outputs, no definitions, a parameter cell of plain assignments."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ROOT

from analysis.paths import Project
from analysis.pipeline.stage import site_notebooks
from analysis.runs import load_runs
from foundation.errors import BistandError

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
RUN_NOTEBOOKS = [path for path in NOTEBOOKS if path.stem not in site_notebooks(Project(ROOT))]
#: Notebooks about the country and any municipality: they have no run.
NATIONAL = ("09_sverige", "10_kommun", "11_jamfor")
#: Calls that a reader must see in the notebook's own cells, in this order: data, model with settings, answers, what is kept.
CHAIN = {
    "00_i_korthet": (
        "open_run(",
        "panel_of(run)",
        "question_of(adopted, municipality",
        "entry = designs.DEFAULT",
        "draws = target_answer.DRAWS",
        "evaluate_plan(panel, question, entry=entry)",
        "open_target(run, draws=draws, ahead=ahead)",
        "print(now, view, case.result.effect",
        "checks_made()",
        'section(brief, "laget")',
        "brief_facts(brief)",
    ),
    "00_start": (
        "open_overview()",
        "told(site)",
        "site.targets()",
        "apart(told)",
        "start_conclusion(site)",
    ),
    "01_laget": (
        "open_run(",
        "panel_of(run)",
        "latest_year(shares, municipality)",
        "back = position_answer.YEARS_BACK",
        "left_out(shares, year)",
        "position(run, shares, year=year)",
        "print(now)",
        "compared(run, shares, now, back)",
        "position_conclusion(run, now)",
        "trend_figure(run, shares, now)",
        "comparison_table(run, shares, now, back)",
        "position_facts(run, shares, now)",
    ),
    "02_atgarder": (
        "open_run(",
        "load_register(run.project.plans)",
        "day = run.run.kant_senast",
        "told_by_spells(run, register.plan(plan))",
        "view_of(register, plan, day, {plan: told})",
        "print(view)",
        "check_counts(view.plan)",
        "board_conclusion(view)",
        "page_facts(view)",
    ),
    "02_register": (
        "open_run(",
        "load_register(run.project.plans)",
        "day = run.run.kant_senast",
        "told_by_spells(run, register.plan(plan))",
        "view_of(register, plan, day, {plan: told})",
        "latest_version(view)",
        "print(view, latest",
        "check_counts(view.plan)",
        "register_conclusion(view)",
        "board_table(view)",
        "ledger_table(view)",
    ),
    "03_effekt": (
        "open_run(",
        "panel_of(run)",
        "question_of(plan, municipality",
        "left_out(panel, question)",
        "entry = designs.DEFAULT",
        "evaluate_plan(panel, question, entry=entry)",
        "placebos(case)",
        "checks_made()",
        "effect_conclusion(run, case)",
        "effect_facts(run, case)",
    ),
    "04_mal": (
        "open_run(",
        "known_levels(run)",
        "open_target(run, draws=draws, ahead=ahead)",
        "scenarios(run, state)",
        "target_facts(run, state)",
    ),
    "05_kostnad": (
        "open_overview()",
        "followed(site)",
        "published_level(site, run)",
        "target_of(site, run)",
        "draws = micro_cost.DRAWS",
        "starts = micro_cost.EXAMPLE_STARTS",
        "open_cost(site, run, level, target, draws=draws, starts=starts, most=most)",
        "print(study)",
        "quantiles(study.baseline)",
        "cost_conclusion(site, study)",
    ),
    "06_datakvalitet": (
        "open_run(",
        "rows = run.observations",
        "wide(rows, measure)",
        "gaps(shares)",
        "status_counts(rows)",
        "checks(run, rows, shares)",
        "quality_conclusion(run, rows)",
        "checks_table(checks)",
        "quality_facts(run, rows)",
    ),
    "08_andringar": (
        "open_run(",
        "run.observations",
        "before = run.previous",
        "own_rows(run)",
        "compare(run, before, own)",
        "print(found)",
        "changes_conclusion(run, found)",
        "forecasts_table(run, found)",
    ),
    "07_atgardseffekt": (
        "open_overview()",
        "synthetic_town(inflow, seed)",
        'measure = "jobbspar"',
        "draws = micro_study.DRAWS",
        "emulate(history, history.measures.index(measure))",
        "fit_start(trials)",
        "overlap(trials, model)",
        "open_study(inflow, seed, draws)",
        "study.truths[measure]",
        "banner(study.data)",
        "study_conclusion(study)",
        "effects_table(study",
        "checks_table(study",
        "montecarlo_table(site)",
    ),
    "09_sverige": (
        "open_national(",
        "country(context)",
        "in_short(sweden)",
        "record_text(sweden)",
        "town_table(",
    ),
    "10_kommun": (
        "open_national(",
        "country(context)",
        "place(sweden, municipality)",
        "in_short(context, here)",
        "forecast_table(here)",
    ),
    "11_jamfor": ("open_national(", "country(context)", "compare(context, sweden)", "level_table("),
    "92_aktivitetskravet": (
        "load_declarations(",
        "newest(versions",
        "known_panel(site.project, declaration)",
        "expected_futures(declaration, panel)",
        "declared_dose(declaration, panel)",
        "declared_placebo(declaration, panel, expected)",
        "judge(declaration, expected, panel.today, dose, placebo)",
        "sights(expected",
        "in_short(declaration",
        "lock_text(declaration",
        "try_breaks(declaration, panel)",
    ),
}
#: Pages that list what the project holds and estimate nothing: no question, model or check to show.
LISTINGS = {
    "90_data": "sources, measures, groups and files, as their passports and the catalogue say",
    "91_kvalitet": "runs, versions, assumptions and where the methods' measured merits stand",
}


def _cells(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def _code(path: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in _cells(path) if cell["cell_type"] == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_committed_without_outputs(path: Path) -> None:
    for cell in _cells(path):
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_define_no_functions_and_compute_nothing(path: Path) -> None:
    for source in _code(path):
        for node in ast.walk(ast.parse(source)):
            assert not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda | ast.For | ast.While), (
                source
            )
            assert not isinstance(node, ast.BinOp) or isinstance(node.op, ast.Add), source


def shown(code: list[str]) -> bool:
    """Whether cells open something, ask an answer or a method, and then make pieces of the page, in that order."""
    source = "\n".join(code)
    asked = re.search(
        r"^from analysis\.(?:answers|effects|forecasts|micro|plans|declarations)\b", source, re.M
    )
    opened, last = re.search(r"= open_(?:run|overview|national)\(", source), code[-1] if code else ""
    return asked is not None and opened is not None and "open_" not in last


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_notebook_shows_what_it_asks_or_is_a_listing(path: Path) -> None:
    assert (path.stem in LISTINGS) != shown(_code(path))


def test_the_sites_pages_are_those_that_its_configuration_lists(copy: Project) -> None:
    pages = site_notebooks(copy)
    assert pages["00_start"] == "index"
    assert pages["91_kvalitet"] == "kvalitet"
    config = copy.root / "_quarto.yml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("- data.ipynb", "- dator.ipynb", 1), encoding="utf-8"
    )
    with pytest.raises(BistandError, match=r"dator.ipynb har ingen anteckningsbok") as caught:
        site_notebooks(copy)
    assert "NN_dator.ipynb" in str(caught.value)


def test_a_notebook_that_only_calls_pages_is_found() -> None:
    cells = ["from analysis.pages.data import page\nsite = open_overview()", "page.text(site)"]
    assert not shown(cells)
    assert shown(
        ["from analysis.answers import country\nsite = open_overview()", "country.told(site)", "page.text()"]
    )


@pytest.mark.parametrize("stem", CHAIN)
def test_the_chain_of_the_analysis_is_visible_in_order(stem: str) -> None:
    source = "\n".join(_code(ROOT / "notebooks" / f"{stem}.ipynb"))
    places = [source.find(call) for call in CHAIN[stem]]
    assert -1 not in places, dict(zip(CHAIN[stem], places, strict=True))
    assert places == sorted(places)


@pytest.mark.parametrize("path", RUN_NOTEBOOKS, ids=lambda path: path.stem)
def test_parameters_are_plain_assignments_of_a_listed_run(path: Path, checkout: Project) -> None:
    (cell,) = [cell for cell in _cells(path) if "parameters" in cell["metadata"].get("tags", [])]
    names = {}
    for node in ast.parse("".join(cell["source"])).body:
        assert isinstance(node, ast.Assign)
        assert isinstance(node.targets[0], ast.Name)
        assert isinstance(node.value, ast.Constant)
        names[node.targets[0].id] = node.value.value
    if path.stem in NATIONAL:
        assert "run_id" not in names
    else:
        assert names == load_runs(checkout).get(str(names["run_id"])).parameters()
