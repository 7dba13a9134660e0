"""What a reader of the finished site can learn of few: nothing, whatever they were.

Two municipalities have the same figures but for those about one to four persons or households and what follows from them:
an amount, a share, a measure of their own, the sex that no row gives, a part of a small whole. Their sites are built and
must be the same to the last byte: text, tables, CSV, search index, feed, Word, alternative texts, coordinates.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml

from analysis.panel import build_panel
from analysis.paths import Project
from analysis.pipeline.data_add import AddOptions, add_file
from analysis.pipeline.report import Progress, make_report

QUIET = Progress(say=lambda text: None, start=lambda jobs: None, step=lambda outcome: None, stop=lambda: None)
PLACE, PEOPLE = "2403", 2400
MONTHS = tuple(f"{year}-{month:02d}" for year in (2024, 2025, 2026) for month in range(1, 13))[:34]
LAST = MONTHS[-1]
FIRST_DAY, SECOND_DAY = date(2026, 9, 20), date(2026, 11, 20)
RUN, EARLIER = "bjurholm-2026-11", "bjurholm-2026-09"
OWN_MEASURES = """
  MANAD_UNGA:
    namn: Unga vuxna med bistånd
    kort: Unga med bistånd
    enhet: antal
    definition: Unga vuxna i hushåll som fått bistånd i månaden.
    skydd: {slag: antal, aret: någon gång}
  AMN_UNGA:
    namn: Unga vuxna med bistånd, andel av befolkningen
    kort: Andel unga
    enhet: procent
    decimaler: 3
    definition: Unga vuxna med bistånd delat med folkmängden.
    skydd: {slag: andel, taljare: MANAD_UNGA, namnare: SCB_FOLKMANGD}
"""
#: The few of each municipality: households, recipients, young, men, and long-term among six adults.
FEW = (
    {"hem": 1, "fler": 3, "unga": 3, "män": 3, "långa": 2},
    {"hem": 3, "fler": 2, "unga": 2, "män": 1, "långa": 4},
)

pytestmark = pytest.mark.slow


def rows(
    few: dict[str, int], months: tuple[str, ...], men_more: int
) -> Iterator[tuple[str, str, str, float]]:
    """Own months as in a municipality of 2,400: period, measure, gender, value."""
    for step, month in enumerate(months):
        homes = few["hem"] if month == LAST else 40 + step % 9
        if month != "2025-03":
            yield month, "MANAD_HUSHALL", "T", homes
            yield month, "MANAD_UTBETALT", "T", 11 * homes + 3
        else:
            yield month, "MANAD_MOTTAGARE", "T", few["fler"]
            yield month, "MANAD_INVANARE", "T", round(100 * few["fler"] / PEOPLE, 3)
        young = few["unga"] if month == "2025-06" else 12 + step % 5
        yield month, "MANAD_UNGA", "T", young
        yield month, "AMN_UNGA", "T", round(100 * young / PEOPLE, 3)
        adults = 6 if month == "2025-08" else 37 if month == "2026-05" else 48 + step % 7
        women = 37 - few["män"] if month == "2026-05" else adults // 2
        if month == "2026-05":
            adults += men_more
        yield month, "MANAD_VUXNA", "T", adults
        yield month, "AMN_VUXNA", "T", round(100 * adults / PEOPLE, 2)
        if month != "2025-08":
            yield month, "MANAD_VUXNA", "K", women
            yield month, "AMN_VUXNA", "K", round(200 * women / PEOPLE, 2)
        yield month, "MANAD_LANGVARIGT", "T", few["långa"] if month == "2025-08" else 20 + step % 6


def municipality(checkout: Project, root: Path, few: dict[str, int]) -> Project:
    """A project of one municipality with a plan, a target, two vintages of own months and a measure of its own."""
    for folder in ("data/raw", "notebooks", "site", "benchmarks/results", "reports/deklarationer"):
        shutil.copytree(checkout.root / folder, root / folder)
    for name in ("_quarto.yml", "pyproject.toml"):
        shutil.copyfile(checkout.root / name, root / name)
    project = Project(root)
    catalogue = project.raw / "matt.yml"
    catalogue.write_text(catalogue.read_text(encoding="utf-8") + OWN_MEASURES, encoding="utf-8")
    plan = yaml.safe_load((project.plans / "MALL.yml").read_text(encoding="utf-8"))
    plan |= {"id": "bjurholm-2025", "kommun": PLACE}
    plan["mal"][0] |= {"id": "två-procent", "varde": 2, "senast": 2027}
    plan["mal"][0]["foljs"] = {
        "namn": "tvåprocentsmålet", "matt": "AMN_VUXNA", "senast": "2027-12",
        "text": "högst två procent vuxna biståndsmottagare i december 2027",
        "tolkning": "Andelen räknas av alla invånare, i en månad.",
    }  # fmt: skip
    text = yaml.safe_dump(plan, allow_unicode=True, sort_keys=False)
    (project.plans / "bjurholm-2025.yml").write_text(text, encoding="utf-8")
    listed = yaml.safe_load((checkout.root / "reports" / "runs.yml").read_text(encoding="utf-8"))
    runs = [
        {"id": name, "rubrik": f"Bjurholm, {name}", "kommun": PLACE, "period": name.removeprefix("bjurholm-"),
         "kant_senast": day, "plan": "bjurholm-2025", "mal": "två-procent", "anteckningsbocker": notebooks}
        for name, day, notebooks in (
            (EARLIER, date(2026, 9, 30), ["01_laget"]),
            (RUN, date(2026, 11, 30), ["00_i_korthet", "01_laget", "04_mal", "06_datakvalitet", "08_andringar"]),
        )
    ]  # fmt: skip
    listed = {"standard": listed["standard"], "korningar": runs}
    project.runs_file.write_text(
        yaml.safe_dump(listed, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    for day, months, men_more in ((FIRST_DAY, MONTHS[:-2], 0), (SECOND_DAY, MONTHS, 1)):
        path = root.parent / "manader.csv"
        lines = ["Kommun;Period;Mått;Kön;Värde"]
        lines += [
            f"{PLACE};{period};{measure};{gender};{value}".replace(".", ",")
            for period, measure, gender, value in rows(few, months, men_more)
        ]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        options = AddOptions(kommun=PLACE, yes=True, godta=("hopp",))
        add_file(project, path, options, confirm=bool, echo=lambda _: None, today=day)
    build_panel(project)
    return project


def contents(site: Path) -> dict[str, bytes]:
    """Every file of a site; a Word document part by part."""
    found: dict[str, bytes] = {}
    for path in sorted(site.rglob("*")):
        name = path.relative_to(site).as_posix()
        if path.suffix == ".docx":
            with zipfile.ZipFile(path) as document:
                found |= {f"{name}/{part}": document.read(part) for part in document.namelist()}
        elif path.is_file():
            found[name] = path.read_bytes()
    return found


@pytest.fixture(scope="module")
def sites(checkout: Project, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The built sites of the two municipalities."""
    made = []
    for number, few in enumerate(FEW):
        project = municipality(checkout, tmp_path_factory.mktemp(f"kommun{number}") / "projekt", few)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(project.root)
            make_report(project, only=None, renderer="inbyggd", workers=2, progress=QUIET, country=False)
        made.append(project.site)
    return made


def text_of(path: Path) -> str:
    """A page's text without markup."""
    text = re.sub(r"<script.*?</script>|<style.*?</style>", "", path.read_text(encoding="utf-8"), flags=re.S)
    return re.sub(r"<[^>]+>", " ", text).replace("\u00a0", " ").replace("&nbsp;", " ")


def test_other_few_would_give_the_very_same_site(sites: list[Path]) -> None:
    """Was: one household's 14 tkr beside ”skyddad”; now nothing on the site depends on who the few are."""
    one, other = (contents(site) for site in sites)
    assert len(one) > 50
    assert {Path(name).suffix for name in one} >= {".html", ".csv", ".svg", ".json", ".xml"}
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []


def test_the_few_are_called_protected_and_their_neighbours_are_shown(sites: list[Path]) -> None:
    """The sites are not the same because they say nothing: the month before stands there, and the month is named."""
    page = text_of(sites[0] / "reports" / RUN / "01_laget.html")
    assert "skyddad" in page
    assert "oktober 2026" in page.casefold()
    lines = (sites[0] / "reports" / RUN / "data" / "manader.csv").read_text(encoding="utf-8").splitlines()
    of = {line.split(";")[0]: line for line in lines if line.startswith("20")}
    assert "skyddad" in of[LAST]
    assert "skyddad" not in of["2026-09"]


def test_no_file_of_the_site_holds_the_own_rows_or_their_checksums(sites: list[Path]) -> None:
    """A checksum of rows of which all but one are known gives that one away to whoever tries 1 to 4."""
    project = sites[0].parent
    own = [path for path in (project / "data").rglob("*") if path.is_file() and "MANAD_UNGA" in _text(path)]
    sums = {hashlib.sha256(path.read_bytes()).hexdigest().encode() for path in own if path.suffix == ".csv"}
    assert sums
    for name, content in contents(sites[0]).items():
        assert not [item for item in sums if item in content or item[:12] in content], name


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.suffix == ".csv" else ""
