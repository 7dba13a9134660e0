"""The same fact is printed alike wherever a built site says it: pages, Word, Ändringar, start page, feed."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

from analysis.paths import Project
from analysis.runs import Run, load_runs
from foundation.swedish import day_name, decimal, percent, probability

#: Parts of I korthet and the page that each of them sums up.
PAGES = {"laget": "01_laget", "atgarder": "02_atgarder", "effekt": "03_effekt", "mal": "04_mal"}
START, BOARD, WHOLE = "index", "nämnden", "bilagan"
WORD = (BOARD, WHOLE)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ATOM = "{http://www.w3.org/2005/Atom}"


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u2060", ""))


@lru_cache(maxsize=64)
def text_of(path: Path) -> str:
    """What a page or a Word document says, its paragraphs apart."""
    if path.suffix != ".docx":
        return plain(BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").get_text(" "))
    tree = ElementTree.fromstring(zipfile.ZipFile(path).read("word/document.xml"))
    paragraphs = ("".join(part.text or "" for part in item.iter(f"{_W}t")) for item in tree.iter(f"{_W}p"))
    return plain("\n".join(paragraphs))


def place(project: Project, run: Run, name: str) -> str:
    """The text of a place where a run's facts are printed."""
    folder = project.site / "reports" / run.id
    files = {
        START: project.site / "index.html",
        BOARD: folder / f"{run.id}-namnd.docx",
        WHOLE: folder / f"{run.id}.docx",
    }
    return text_of(files.get(name, folder / f"{name}.html"))


def facts(project: Project, run: Run, part: str) -> dict[str, Any]:
    path = project.reports / run.id / "results" / f"{part}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def decimals(sentence: str) -> set[str]:
    """Numbers with decimals: levels, effects, gaps and ends of intervals, as they are printed."""
    return set(re.findall(r"\d+,\d+", sentence))


def strangers(sentences: list[str], text: str) -> set[str]:
    """Numbers of the sentences that the text does not print."""
    return {number for sentence in sentences for number in decimals(sentence)} - decimals(text)


def says(text: str, words: str) -> bool:
    """Whether a text has the words as they stand: no digit goes on before or after them."""
    return re.search(rf"(?<![\d,]){re.escape(plain(words))}(?!\d|,\d)", text) is not None


def whole(text: str, sentence: str) -> bool:
    """Whether a text has a sentence, however its words are set in bold or broken over lines."""
    return re.sub(r"[\s*]", "", plain(sentence)) in re.sub(r"\s", "", text)


def two(value: float) -> str:
    return decimal(value, 2)


def printed(project: Project, run: Run) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every fact of a run that several places print: its name, its words, and the places."""
    now, goal = facts(project, run, "laget"), facts(project, run, "mal")
    effect, measures = facts(project, run, "effekt"), facts(project, run, "atgarder")
    brief = "00_i_korthet"
    if now:
        yield "värde", percent(now["value"], 2), (brief, "01_laget", *WORD)
        yield "mot riket", two(abs(now["value"] - now["riket"])), (brief, "01_laget", *WORD)
        yield "plats", f"{now['rank']} av {now['ranked']}", ("01_laget", *WORD)
        yield "liknande kommuner", two(now["comparable_median"]), ("01_laget", *WORD)
    if goal.get("probability") is not None:
        yield "sannolikhet", probability(goal["probability"]), (brief, "04_mal", START, *WORD)
        for name in ("target_low80", "target_median", "target_high80"):
            yield name, two(goal[name]), ("04_mal", "08_andringar", *WORD)
    if goal.get("latest") and goal["latest"][0] not in {str(now.get("year"))}:
        yield "senaste värde", two(goal["latest"][1]), (WHOLE,)
        yield "kvar till målet", two(abs(goal["gap"])), ("04_mal", WHOLE)
    if goal.get("outcome") is not None:
        yield "utfall", percent(goal["outcome"], 2), (brief, "04_mal", START, *WORD)
    if effect.get("effekt") is not None:
        for name in ("effekt", "lag", "hog"):
            yield name, two(abs(effect[name])), ("03_effekt", *WORD)
        yield "minsta synliga", two(effect["minsta_upptackbara"]), ("03_effekt", *WORD)
        yield "plats bland jämförda", f"{effect['plats']} av {effect['platser']}", ("03_effekt", WHOLE)
    if measures:
        yield "antal åtgärder", f"{measures['measures']} åtgärder", (brief, "02_atgarder", *WORD)


@pytest.mark.built
def test_every_fact_is_printed_alike_on_pages_in_word_and_among_changes(checkout: Project) -> None:
    apart, seen = [], set()
    for run in load_runs(checkout).runs:
        for name, words, places in printed(checkout, run):
            listed = [item for item in places if item[:1].isalpha() or item in run.anteckningsbocker]
            apart += [
                (run.id, item, name, words) for item in listed if not says(place(checkout, run, item), words)
            ]
            seen.add(name)
    assert apart == []
    assert len(seen) >= 15


@pytest.mark.built
def test_word_has_every_sentence_of_i_korthet(checkout: Project) -> None:
    """Whole sentences, so also the counts of measures in each state, and what the nämnd could decide."""
    apart = []
    for run in load_runs(checkout).runs:
        told = facts(checkout, run, "korthet")
        sentences = [text for part in (*PAGES, "beslut") for text in told.get(part, ())] + [told["osakert"]]
        apart += [
            (run.id, name, sentence)
            for name in ("00_i_korthet", *WORD)
            for sentence in sentences
            if not whole(place(checkout, run, name), sentence)
        ]
    assert apart == []


@pytest.mark.built
def test_the_start_page_says_what_the_newest_runs_say(checkout: Project) -> None:
    runs, apart = load_runs(checkout).runs, []
    newest = {
        run.kommun: max((r for r in runs if r.kommun == run.kommun), key=lambda r: r.kant_senast)
        for run in runs
    }
    for run in newest.values():
        told, start = facts(checkout, run, "korthet"), place(checkout, run, START)
        sentences = [text for part in PAGES for text in told[part]]
        apart += [(run.id, sentence) for sentence in sentences if not whole(start, sentence)]
    assert apart == []


@pytest.mark.built
def test_i_korthet_prints_the_numbers_of_the_runs_own_pages(checkout: Project) -> None:
    apart = {}
    for run in load_runs(checkout).runs:
        told = facts(checkout, run, "korthet")
        for part, stem in PAGES.items():
            if (
                told.get(part)
                and stem in run.anteckningsbocker
                and (wrong := strangers(told[part], place(checkout, run, stem)))
            ):
                apart[run.id, part] = wrong
    assert apart == {}


@pytest.mark.built
def test_the_feed_has_every_run_with_its_title_and_day_and_no_number_of_its_own(checkout: Project) -> None:
    tree = ElementTree.parse(checkout.site / "flode.xml")
    entries = {
        str(item.findtext(f"{_ATOM}title")): (
            item.findtext(f"{_ATOM}updated"),
            item.findtext(f"{_ATOM}summary"),
        )
        for item in tree.iter(f"{_ATOM}entry")
    }
    runs = load_runs(checkout).runs
    assert entries.keys() == {run.rubrik for run in runs}
    for run in runs:
        day, summary = entries[run.rubrik]
        brief, board = place(checkout, run, "00_i_korthet"), place(checkout, run, BOARD)
        assert str(day).startswith(run.kant_senast.isoformat())
        assert whole(brief, run.rubrik)
        assert whole(board, run.rubrik)
        assert whole(board, day_name(run.kant_senast))
        assert strangers([str(summary)], brief) == set()


def test_a_number_that_another_page_says_differently_is_found() -> None:
    assert strangers(["Andelen är 2,82 %, 0,13 procentenheter under riket."], "Andelen är 2,81 %; 0,13.") == {
        "2,82"
    }


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("plats 12 av 286 kommuner", "12 av 286", True),
        ("plats 212 av 286 kommuner", "12 av 286", False),
        ("plats 12 av 2860 kommuner", "12 av 286", False),
        ("nivån 10,25 %", "0,25", False),
        ("nivån 0,251 %", "0,25", False),
        ("nivån 0,25, alltså", "0,25", True),
        ("sannolikheten är 30\u00a0%.", "30 %", True),
    ],
)
def test_words_are_the_same_only_as_they_stand(text: str, words: str, found: bool) -> None:
    assert says(plain(text), words) is found


def test_a_sentence_is_found_whatever_its_typography() -> None:
    assert whole("4 är \n färdiga,\u00a016 lever vidare.", "**4 är färdiga**, 16 lever vidare.")
    assert not whole("4 är färdiga, 15 lever vidare.", "4 är färdiga, 16 lever vidare.")
