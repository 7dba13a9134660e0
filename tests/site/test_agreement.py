"""The same fact is printed alike wherever a built site says it: own page, I korthet, Ändringar, the start page."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from bs4 import BeautifulSoup

from analysis.paths import Project
from analysis.runs import Run, load_runs
from foundation.swedish import percent, probability

pytestmark = pytest.mark.built

#: Parts of I korthet and the page that each of them sums up.
PAGES = {"laget": "01_laget", "atgarder": "02_atgarder", "effekt": "03_effekt", "mal": "04_mal"}


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u2060", ""))


def page(project: Project, run: Run, stem: str) -> str:
    path = project.site / "reports" / run.id / f"{stem}.html"
    return plain(BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").get_text(""))


def facts(project: Project, run: Run, part: str) -> dict[str, Any]:
    path = project.reports / run.id / "results" / f"{part}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def decimals(sentence: str) -> set[str]:
    """Numbers with decimals: levels, effects, gaps and ends of intervals, as they are printed."""
    return set(re.findall(r"\d+,\d+", sentence))


def strangers(sentences: list[str], text: str) -> set[str]:
    """Numbers of the sentences that the text does not print."""
    return {number for sentence in sentences for number in decimals(sentence)} - decimals(text)


def test_i_korthet_prints_the_numbers_of_the_runs_own_pages(checkout: Project) -> None:
    apart = {}
    for run in load_runs(checkout).runs:
        told = facts(checkout, run, "korthet")
        for part, stem in PAGES.items():
            if told.get(part) and stem in run.anteckningsbocker:
                wrong = strangers(told[part], page(checkout, run, stem))
                wrong |= strangers(told[part], page(checkout, run, "00_i_korthet"))
                if wrong:
                    apart[run.id, part] = wrong
    assert apart == {}


def test_level_and_probability_are_the_same_on_every_page(checkout: Project) -> None:
    start = plain(
        BeautifulSoup((checkout.site / "index.html").read_text(encoding="utf-8"), "html.parser").get_text(" ")
    )
    apart = []
    for run in load_runs(checkout).runs:
        value, chance = (
            facts(checkout, run, "laget").get("value"),
            facts(checkout, run, "mal").get("probability"),
        )
        places = [
            (stem, page(checkout, run, stem))
            for stem in ("00_i_korthet", "01_laget")
            if stem in run.anteckningsbocker
        ]
        if value is not None:
            said = plain(percent(float(value), 2))
            apart += [(run.id, stem, said) for stem, text in places if said not in text]
            if said.removesuffix(" %") not in start:
                apart.append((run.id, "index", said))
        if chance is not None and "04_mal" in run.anteckningsbocker:
            said = plain(probability(float(chance)))
            if said not in page(checkout, run, "04_mal"):
                apart.append((run.id, "04_mal", said))
            if said not in start:
                apart.append((run.id, "index", said))
    assert apart == []


def test_a_number_that_another_page_says_differently_is_found() -> None:
    assert strangers(["Andelen är 2,82 %, 0,13 procentenheter under riket."], "Andelen är 2,81 %; 0,13.") == {
        "2,82"
    }
