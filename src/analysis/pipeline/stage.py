"""Put the site's sources together in one folder: configuration, hand-written pages and executed notebooks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import yaml

from analysis.paths import Project
from analysis.pipeline import downloads
from analysis.pipeline.audit import NOTEBOOKS, audit_cell, write_notebook_as_run
from analysis.pipeline.downloads import open_sources, stage_downloads
from analysis.pipeline.feed import write_feed
from analysis.pipeline.places import stage_places
from analysis.runs.load import RunList
from analysis.runs.model import Run
from analysis.runs.overview import read_results
from analysis.sources.catalogue import load_catalogue
from analysis.sources.passports import LocatedPassport, find_passports
from analysis.sources.yaml_in import read_yaml
from foundation.errors import BistandError
from foundation.files import write_text
from renderer.glossary import GLOSSARY, glossary_page, load_glossary
from renderer.head import FEED
from renderer.phones import RESOURCES

CONFIG = "_quarto.yml"

SITE_FOLDER = "_webbplats"


def site_notebooks(project: Project) -> dict[str, str]:
    """Return the notebooks about the whole site, and the page that each becomes, as the site's configuration lists them.

    ``notebooks/91_kvalitet.ipynb`` is the page ``kvalitet.ipynb``; ``00_start`` is the first page, ``index``.

    Raises
    ------
    BistandError
        If a listed page has no notebook.
    """
    config: Any = read_yaml(project.root / CONFIG)
    known = {path.stem[3:]: path.stem for path in project.notebooks.glob("[0-9][0-9]_*.ipynb")}
    found = {}
    for page in (
        name.removesuffix(".ipynb") for name in config["project"]["render"] if name.endswith(".ipynb")
    ):
        wanted = "start" if page == "index" else page
        if wanted not in known:
            raise BistandError(
                f"sidan {page}.ipynb har ingen anteckningsbok",
                file=project.root / CONFIG,
                fix=f"Lägg den i notebooks med namnet NN_{wanted}.ipynb, eller ta bort sidan ur listan.",
            )
        found[known[wanted]] = page
    return dict(sorted(found.items()))


def stage_site(project: Project, runs: RunList, stage: Path, *, country: bool = True) -> tuple[Run, ...]:
    """Fill the new folder `stage` with everything the site is made of; returns the runs that are in it.

    Parameters
    ----------
    country
        Take in the pages about all municipalities, where they have been made.

    Raises
    ------
    BistandError
        If no run has been executed, or if a hand-written page is missing.
    """
    stage.mkdir()
    published = tuple(run for run in runs.runs if (project.reports / run.id / "manifest.json").is_file())
    if not published:
        raise BistandError("ingen körning är klar", file=project.reports, fix="Kör ”bistand rapport”.")
    for page in sorted(project.pages.iterdir()):
        if page.suffix in {".qmd", ".css", ".csv", ".svg", ".png"} or page.name == GLOSSARY:
            shutil.copyfile(page, stage / page.name)
    _stage_glossary(stage)
    _stage_site_notebooks(project, stage)
    catalogue = load_catalogue(project.raw)
    stage_downloads(project, runs, published, stage, project.root / ".cache" / "sidor")
    sources = open_sources(project, catalogue, find_passports(*project.sources))
    for run in published:
        _copy_run(project.reports / run.id, stage / "reports" / run.id, run, sources)
    places = stage_places(project, catalogue, stage) if country else []
    config = _configuration(project, published, places)
    site = config["website"]
    write_feed(stage, published, title=site["title"], address=site.get("site-url", ""))
    _check_pages(config, stage, project)
    write_text(stage / CONFIG, yaml.safe_dump(config, allow_unicode=True, sort_keys=False, width=110))
    return published


def _stage_glossary(stage: Path) -> None:
    glossary = load_glossary(stage)
    if glossary is not None:
        text = glossary_page(glossary, "Ordlista", "Orden på webbplatsen, och vad de heter i koden.")
        write_text(stage / "ordlista.qmd", text)


def _stage_site_notebooks(project: Project, stage: Path) -> None:
    folder = project.reports / SITE_FOLDER
    for source, page in site_notebooks(project).items():
        shutil.copyfile(folder / f"{source}.ipynb", stage / f"{page}.ipynb")
    for part in ("figurer", "data"):
        if (folder / part).is_dir():
            shutil.copytree(folder / part, stage / part)


def _copy_run(source: Path, target: Path, run: Run, sources: tuple[LocatedPassport, ...]) -> None:
    target.mkdir(parents=True)
    used = read_results(source).get("datakvalitet", {}).get("sources")
    told = tuple(item for item in sources if used is None or item.passport.id in used)
    for name in run.anteckningsbocker:
        _copy_titled(source / f"{name}.ipynb", target, run, audit_cell(run, name, told))
    for part in ("figurer", "data"):
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part)


def _copy_titled(source: Path, folder: Path, run: Run, audit: dict[str, Any]) -> None:
    """Copy a notebook: for download as it was run, and as a page with the run's name in its title."""
    notebook = json.loads(source.read_text(encoding="utf-8"))
    write_notebook_as_run(notebook, folder / NOTEBOOKS / source.name)
    title = notebook_title(notebook)
    front = {"title": f"{title} – {run.rubrik}"}
    notebook["cells"][0]["source"] = ["---\n", yaml.safe_dump(front, allow_unicode=True, width=500), "---"]
    notebook["cells"].append(audit)
    write_text(
        folder / source.name, json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    )


def notebook_title(notebook: dict[str, Any]) -> str:
    """Return the title in a notebook's front matter (its first, raw cell)."""
    text = "".join(notebook["cells"][0]["source"]).strip().strip("-")
    return str(yaml.safe_load(text)["title"])


def _configuration(project: Project, runs: tuple[Run, ...], places: list[str]) -> dict[str, Any]:
    """Add the runs and the pages about all municipalities; those about one each are in no menu."""
    config: Any = read_yaml(project.root / CONFIG)
    # stops Quarto in the root only
    config["project"].pop("pre-render", None)
    config["project"]["render"] += places
    resources = [FEED, *RESOURCES, *downloads.RESOURCES]
    sections = []
    if places:
        names = {"sverige": "Sverige, alla kommuner", "jamfor": "Jämför kommuner"}
        contents = [{"href": f"{page}.ipynb", "text": text} for page, text in names.items()]
        sections.append({"section": "Alla kommuner", "contents": contents})
        config["website"]["navbar"]["left"].insert(1, {"href": "sverige.ipynb", "text": "Sverige"})
        resources.append("data/*.js")
    for run in runs:
        pages = [f"reports/{run.id}/{name}.ipynb" for name in run.anteckningsbocker]
        config["project"]["render"] += pages
        titles = [
            notebook_title(json.loads((project.notebooks / f"{name}.ipynb").read_text(encoding="utf-8")))
            for name in run.anteckningsbocker
        ]
        contents = [{"href": page, "text": title} for page, title in zip(pages, titles, strict=True)]
        sections.append({"section": run.rubrik, "contents": contents})
    config["project"]["resources"] = resources
    contents = config["website"]["sidebar"]["contents"]
    config["website"]["sidebar"]["contents"] = [contents[0], *sections, *contents[1:]]
    return dict(config)


def _check_pages(config: dict[str, Any], stage: Path, project: Project) -> None:
    for page in config["project"]["render"]:
        if not (stage / page).is_file():
            raise BistandError(
                f"sidan {page} finns inte",
                file=project.root / CONFIG,
                fix="Lägg sidan i mappen site eller ta bort den ur listan.",
            )
