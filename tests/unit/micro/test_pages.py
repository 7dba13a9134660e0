"""The pages on synthetic data say so, everywhere."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from analysis.answers import cost as micro_cost
from analysis.answers.micro_study import Study
from analysis.micro.assess import assess
from analysis.micro.estimates import estimate
from analysis.micro.generator import generate_with_starters, true_effect
from analysis.micro.naive import naive
from analysis.micro.trial import emulate
from analysis.pages.cost import page as micro_cost_pages
from analysis.pages.micro import figures as micro_figures
from analysis.pages.micro import sections as micro_pages
from analysis.pages.micro.head import banner, facts_line
from analysis.paths import Project
from analysis.sources.catalogue import load_catalogue
from foundation.errors import BistandError

from .conftest import lay_out_history, town


@pytest.fixture(scope="module")
def study() -> Study:
    data, starters = generate_with_starters(town(), 11)
    history = lay_out_history(data)
    name = history.measures[0]
    return Study(
        data,
        history,
        {name: assess(history, 0, data.status, draws=5, groups=False)},
        {name: true_effect(town(), starters[0], 24, 2, 1)},
        {name: naive(emulate(history, 0), 12)},
    )


def test_the_banner_comes_first_and_refuses_real_data(study: Study) -> None:
    text = banner(study.data).text
    assert "varning-syntetisk" in text
    assert "påhittade" in text
    with pytest.raises(BistandError, match="syntetiska"):
        banner(replace(study.data, status="observed"))


def test_every_piece_is_marked(study: Study, tmp_path: Path) -> None:
    site = SimpleNamespace(output=tmp_path)
    name = study.history.measures[0]
    pieces = [
        micro_figures.overview_figure(site, study),  # type: ignore[arg-type]
        micro_figures.curves_figure(site, study, name),  # type: ignore[arg-type]
        micro_figures.balance_figure(site, study, name),  # type: ignore[arg-type]
        micro_pages.effects_table(study, name),
        micro_pages.checks_table(study, name),
    ]
    assert all("syntetisk" in piece.text for piece in pieces)
    assert not any(re.search(r"\b(None|nan)\b", piece.text) for piece in pieces)
    assert "status: syntetisk" in facts_line(study).text
    assert study.results[name].status == "synthetic"
    assert len(list((tmp_path / "figurer").glob("*[!n].svg"))) == 3  # the phone versions end in n


def test_the_conclusion_holds_effect_truth_and_naive(study: Study) -> None:
    name = study.history.measures[0]
    text = micro_pages.measure_conclusion(study, name).text
    assert "Facit" in text
    assert "naiv jämförelse" in text
    assert "procentenheter" in text
    main, truth = study.results[name].get(), study.truths[name].gain(12) * 100
    inside = int(main.low <= truth <= main.high)
    assert f"{inside} av 1 åtgärd;" in micro_pages.study_conclusion(study).text


def test_own_data_names_every_column_of_the_contract() -> None:
    from analysis.micro.contract import SCHEMAS

    text = micro_pages.own_data().text
    for name, schema in SCHEMAS.items():
        assert name in text
        for column in schema.columns:
            assert f"`{column}`" in text


def test_prices_are_the_documents(checkout: object) -> None:
    site = SimpleNamespace(project=checkout)
    free, paid = micro_cost.prices(site)  # type: ignore[arg-type]
    assert (free.name, free.per_month, free.benefit) == ("Extratjänst", 0.0, 10_000.0)
    assert (paid.name, paid.per_month) == ("Introduktionsjobb", 8_000.0)
    assert "9,6" in micro_cost_pages.price_table(site).text  # type: ignore[arg-type]


def test_cost_rows_have_no_price_without_a_sure_month(study: Study) -> None:
    contrast = estimate(emulate(study.history, 0)).get("månader_24")
    name = study.history.measures[0]
    fake = SimpleNamespace(stay={name: replace(contrast, low=-1.0, high=0.2)}, months={name: 3.0})
    price = micro_cost.Price("x", "y", 8000.0, 10_000.0)
    rows = micro_cost.cost_rows(fake, (price,))  # type: ignore[arg-type]
    assert rows["kostnad"].isna().all()
    assert "går inte att ange" in rows["skal"].iloc[0]


def test_the_level_is_that_of_the_municipality_whose_target_the_site_follows(
    checkout: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = SimpleNamespace(id="orebro", kommun="1880", mal="egna")
    target = SimpleNamespace(matt="AMN_VUXNA", senast="2027-12", niva=1.5)
    known = {"2025-09": 1.9, "2025-10": 1.8, "2026-09": 1.7, "2026-10": 1.6}
    people = pd.DataFrame(
        [("1880", "SCB_FOLKMANGD", "2023", "T", "alla", 158_000.0, "observed")],
        columns=["kommun_kod", "measure_id", "period", "gender", "group", "value", "status"],
    )
    monkeypatch.setattr(micro_cost, "open_panel", lambda project: people)
    site: Any = SimpleNamespace(
        project=checkout,
        catalogue=load_catalogue(checkout.raw),
        targets=lambda: [("egna", target, run)],
        facts=lambda run, part: {"known": known},
    )
    assert micro_cost.followed(site) is run
    level = micro_cost.published_level(site, run)  # type: ignore[arg-type]
    assert (level.first_share, level.last_share, level.months) == (1.8, 1.6, 12)
    place = site.catalogue.municipality("1880")
    study: Any = SimpleNamespace(
        place=place, fitted=SimpleNamespace(level=level), data=SimpleNamespace(name="Småby")
    )
    said = micro_cost_pages.facts_line(site, study).text + micro_cost_pages.budget_table(site, study).text
    assert "1,60" in said
    assert "Örebro" in said
    assert "Uppsala" not in said
