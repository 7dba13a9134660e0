"""The utredare's two walks: own months for Uppsala, and a plan, a target and months of a municipality that is new."""

from __future__ import annotations

import html
import io
import json
import math
import re
import shutil
import zipfile
from datetime import date
from pathlib import Path

import pytest
import yaml
from openpyxl import load_workbook

from analysis.forecasts.log import read_log
from analysis.panel import build_panel, read_panel
from analysis.paths import Project
from analysis.pipeline.data_add import AddOptions, add_file
from analysis.pipeline.data_template import write_template
from analysis.pipeline.new_period import new_period
from analysis.pipeline.report import Progress, make_report
from analysis.pipeline.rows import RowHashes
from analysis.pipeline.since import changes_since_previous
from analysis.pipeline.staleness import run_inputs
from analysis.runs import load_runs
from analysis.sources.catalogue import load_catalogue
from analysis.sources.passports import find_passports
from analysis.sources.template import SHEET
from foundation.swedish import decimal, percent, points, probability

QUIET = Progress(say=lambda text: None, start=lambda jobs: None, step=lambda outcome: None, stop=lambda: None)
TODAY = date(2026, 11, 27)
MONTHS = 46
UPPSALA, EARLIER = "uppsala-1000-2026-12", "uppsala-1000-2026-11"
#: What only Uppsala's plans, documents and targets say.
UPPSALAS = ("enprocentsmålet", "fyraprocentsmålet", "1000-planen", "26-punkts", "AMN-20", "Uppsala kommun")

pytestmark = pytest.mark.slow


def copied(checkout: Project, root: Path) -> Project:
    """Copy the repository without its history and without anything built."""
    for folder in ("data/raw", "notebooks", "site", "benchmarks/results", "reports/deklarationer"):
        shutil.copytree(checkout.root / folder, root / folder)
    for name in ("reports/runs.yml", "reports/forecast_log.csv", "_quarto.yml", "pyproject.toml"):
        shutil.copyfile(checkout.root / name, root / name)
    return Project(root)


def add_months(
    project: Project, folder: Path, kommun: str, per_adult: float, *, i_efterhand: bool = False
) -> None:
    """``data mall``, filled in from January 2023 to October 2026, and ``data add --yes``."""
    path = write_template(
        project,
        folder / "mall.xlsx",
        kommun=kommun,
        fran="2023-01",
        manader=MONTHS,
        echo=lambda _: None,
        today=TODAY,
    )
    book = load_workbook(io.BytesIO(path.read_bytes()))
    sheet, heading, columns = book[SHEET], "", {}
    for column in range(1, sheet.max_column + 1):
        heading = str(sheet.cell(2, column).value or heading)
        columns[heading, str(sheet.cell(3, column).value)] = column
    for step in range(MONTHS):
        adults = round(2500 * math.exp(-0.0058 * step) * (1 + 0.03 * math.cos(math.pi * step / 6)))
        sheet.cell(4 + step, columns["Antal vuxna", "Totalt"]).value = adults
        share = round(adults / per_adult, 2)
        sheet.cell(4 + step, columns["Andel vuxna biståndsmottagare", "Totalt"]).value = share
    book.save(path)
    options = AddOptions(kommun=kommun, i_efterhand=i_efterhand, yes=True)
    add_file(project, path, options, confirm=bool, echo=lambda _: None, today=TODAY)
    build_panel(project)


def inputs(project: Project) -> dict[str, dict[str, str]]:
    """What every listed run is made from."""
    catalogue, passports = load_catalogue(project.raw), find_passports(*project.sources)
    runs, log = load_runs(project, catalogue), read_log(project.forecast_log)
    rows = RowHashes(read_panel(project), catalogue, passports)
    return {run.id: run_inputs(project, run, runs, catalogue, passports, rows, log) for run in runs.runs}


def text_of(path: Path) -> str:
    """A page's text without markup, or a Word document's paragraphs and cells."""
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as document:
            body = document.read("word/document.xml").decode("utf-8")
        text = html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"</w:p>|<w:br/>", "\n", body)))
    else:
        text = re.sub(
            r"<script.*?</script>|<style.*?</style>", "", path.read_text(encoding="utf-8"), flags=re.S
        )
        text = re.sub(r"<[^>]+>", " ", re.sub(r"</(p|li|td|th|h\d|figcaption)>", "\n", text))
        text = text.replace("&nbsp;", " ").replace("&#160;", " ")
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def made(project: Project, run_id: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Make the report of one run; the pages' texts by name, the Word document and the terminal's lines among them."""
    monkeypatch.chdir(project.root)
    make_report(project, only=run_id, renderer="inbyggd", workers=2, progress=QUIET, country=False)
    folder = project.site / "reports" / run_id
    pages = {path.stem: text_of(path) for path in sorted(folder.glob("*.html"))}
    pages["start"] = text_of(project.site / "index.html")
    pages["word"] = text_of(folder / f"{run_id}.docx")
    pages["terminal"] = "\n".join(changes_since_previous(project, run_id)).replace("\u00a0", " ")
    return pages


def facts(project: Project, run_id: str) -> dict[str, object]:
    return json.loads((project.reports / run_id / "results" / "mal.json").read_text(encoding="utf-8"))


def bytes_of(project: Project, run_id: str) -> dict[str, bytes]:
    """Every file of a run's folder."""
    folder = project.reports / run_id
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_own_months_for_uppsala_give_one_answer_everywhere(
    checkout: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = copied(checkout, tmp_path / "projekt")
    build_panel(project)
    before, log = inputs(project), project.forecast_log.read_bytes()
    made(project, EARLIER, monkeypatch)
    finished = bytes_of(project, EARLIER)
    add_months(project, tmp_path, "0380", 1750.0)
    assert inputs(project) == before, "finished runs are made from what they were made from"
    new_period(project, None, "2026-12", kommun="0380", today=TODAY)
    pages = made(project, UPPSALA, monkeypatch)
    assert bytes_of(project, EARLIER) == finished, "a finished run stays as it was made"
    made(project, EARLIER, monkeypatch)
    assert bytes_of(project, EARLIER) == finished, "nor is it made again"
    shutil.rmtree(project.reports / EARLIER)
    made(project, EARLIER, monkeypatch)
    assert bytes_of(project, EARLIER) == finished, "and made anew it says the same"

    said = facts(project, UPPSALA)
    assert said["last_month"] == "2026-10"
    chance, median = (
        text.replace("\u00a0", " ")
        for text in (probability(said["probability"]), percent(said["target_median"], 2))
    )
    gap = points(said["gap"], sign=False).replace("\u00a0", " ")
    latest = percent(said["latest"][1], 2).replace("\u00a0", " ")
    low, high = (decimal(said[f"target_{end}80"], 2) for end in ("low", "high"))
    needed = said["required"]
    pace = f"minskning med {points(needed['start'] - needed['end'], sign=False)} på 2 månader".replace(
        "\u00a0", " "
    )
    everywhere = ("start", "00_i_korthet", "04_mal", "08_andringar", "word", "terminal")
    shown = {
        chance: everywhere,
        low: everywhere,
        high: everywhere,
        median.removesuffix(" %"): ("04_mal", "08_andringar", "word", "terminal"),
        latest: ("start", "04_mal", "word", "terminal"),
        "oktober 2026": ("start", "04_mal", "word", "terminal"),
        gap: ("04_mal", "word", "terminal"),
        pace: ("04_mal", "word"),
    }
    for words, names in shown.items():
        for name in names:
            assert words in pages[name], (words, name)
    check = probability(said["annual_path"]["probability"]).replace("\u00a0", " ")
    assert check in next(line for line in pages["04_mal"].splitlines() if "Kontroll." in line)
    published = probability(0.0995).replace("\u00a0", " ")
    assert f"{published} som den publicerades" in pages["08_andringar"], "against what was said then"
    assert f"{published} som den publicerades" in pages["terminal"]
    assert "För oktober 2024 finns två uppgifter" in pages["04_mal"]
    longest = max(len(re.findall(r"\d,\d\d %", part)) for part in re.split(r"[.\n]\s", pages["start"]))
    assert longest <= 6
    assert project.forecast_log.read_bytes().startswith(log)
    assert pages["terminal"].count("\n  _site") == 4


def test_figures_known_earlier_move_an_earlier_run_and_the_change_page_says_so(
    checkout: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = copied(checkout, tmp_path / "projekt")
    build_panel(project)
    before = inputs(project)
    add_months(project, tmp_path, "0380", 1750.0, i_efterhand=True)
    moved = {name for name, item in inputs(project).items() if item != before[name]}
    assert moved >= {"uppsala-1000-2024-10", "uppsala-1000-2026-11"}
    assert not {name for name in moved if name.startswith("lund")}
    listed = yaml.safe_load(project.runs_file.read_text(encoding="utf-8"))
    listed["korningar"] = [item for item in listed["korningar"] if item["id"].startswith("uppsala-1000")]
    project.runs_file.write_text(
        yaml.safe_dump(listed, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    pages = made(project, "uppsala-1000-2026-11", monkeypatch)
    text = pages["08_andringar"]
    assert "Den här körningen har fått en annan sannolikhet" in text
    assert "37 % som den publicerades" in text
    assert "räknas som kända redan 21 november 2026" in text


def test_a_plan_a_target_and_months_of_orebro_mention_nothing_of_uppsalas(
    checkout: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = copied(checkout, tmp_path / "projekt")
    text = (project.plans / "MALL.yml").read_text(encoding="utf-8")
    text = text.replace("minkommun-2025", "orebro-2025").replace("Min kommun", "Örebro kommun")
    plan = yaml.safe_load(text.replace('"0380"', '"1880"'))
    plan["mal"][0] |= {"id": "en-och-en-halv", "varde": 1.5, "senast": 2027}
    plan["mal"][0]["foljs"] = {
        "namn": "halvannanprocentsmålet",
        "matt": "AMN_VUXNA",
        "senast": "2027-12",
        "text": "högst en och en halv procent vuxna biståndsmottagare i december 2027",
        "tolkning": "Andelen räknas av alla invånare, i en månad.",
    }
    (project.plans / "orebro-2025.yml").write_text(
        yaml.safe_dump(plan, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    listed = yaml.safe_load(project.runs_file.read_text(encoding="utf-8"))
    listed["korningar"] = [
        {
            "id": "orebro-2026-11",
            "rubrik": "Örebro, Försörjningsplanen, november 2026",
            "kommun": "1880",
            "period": "2026-11",
            "kant_senast": TODAY,
            "plan": "orebro-2025",
            "mal": "en-och-en-halv",
        }
    ]
    project.runs_file.write_text(
        yaml.safe_dump(listed, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    add_months(project, tmp_path, "1880", 1400.0)
    pages = made(project, "orebro-2026-11", monkeypatch)
    for name, text in pages.items():
        assert not [word for word in UPPSALAS if word in text], name
    assert "Uppsala" not in text_of(project.site / "kostnad.html")
    assert not [word for word in UPPSALAS if word in text_of(project.site / "metod.html")]
    chance = probability(facts(project, "orebro-2026-11")["probability"]).replace("\u00a0", " ")
    for name in ("start", "04_mal", "word", "terminal"):
        assert chance in pages[name], name
        assert "1,5 %" in pages[name], name
        assert "Örebro" in pages[name], name
    assert not [
        name
        for name, text in pages.items()
        if re.search(r"\b1 (?:åtgärder|åtgärdsrader|körningar)\b|;\s*\.|\.\.|\bnan\b|None", text)
    ]
