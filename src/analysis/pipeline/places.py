"""The pages about single municipalities: one folder each, made by one notebook from national data."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import yaml

from analysis.panel import read_panel
from analysis.paths import Project
from analysis.pipeline.folders import Folder
from analysis.pipeline.manifest import (
    Manifest,
    Sources,
    hash_files,
    hash_text,
    package_versions,
    stale_notebooks,
)
from analysis.pipeline.staleness import notebook_sources
from analysis.runs.context import fingerprint
from analysis.runs.national import MAIN_MEASURE, national_rows, newest_day
from analysis.sources.catalogue import Catalogue, Municipality
from analysis.sources.observation import RIKET, WITH_VALUE
from analysis.sources.passports import LocatedPassport
from foundation.files import write_text

NOTEBOOK = "10_kommun"
FOLDER = "kommun"

#: Notebooks about all municipalities together, by the name that their page gets, and the folder they are made in.
COUNTRY_NOTEBOOKS = {"09_sverige": "sverige", "11_jamfor": "jamfor"}
COUNTRY_FOLDER = "_sverige"


def known_towns(panel: pd.DataFrame, catalogue: Catalogue) -> tuple[Municipality, ...]:
    """Return the municipalities that have any value of the main measure, by code."""
    rows = panel[(panel["measure_id"] == MAIN_MEASURE) & panel["status"].isin(WITH_VALUE)]
    codes = sorted(set(rows["kommun_kod"]) - {RIKET})
    return tuple(catalogue.municipality(str(code)) for code in codes)


def place_folders(
    project: Project, catalogue: Catalogue, passports: tuple[LocatedPassport, ...], most: int | None = None
) -> list[Folder]:
    """Return the folders of pages about municipalities that would be made from something else now.

    The first is made before the others: it leaves the national results that all of them read. The last is that of the
    pages about all of them.

    Parameters
    ----------
    most
        Make at most so many (for measurements).
    """
    panel = read_panel(project)
    day = newest_day(panel, passports).isoformat()
    inputs = national_inputs(project, panel, passports)
    sources = {name: notebook_sources(project, name, inputs) for name in (NOTEBOOK, *COUNTRY_NOTEBOOKS)}
    notebook = project.notebooks / f"{NOTEBOOK}.ipynb"
    folders: list[Folder] = []
    first: tuple[str, ...] = ()
    for town in known_towns(panel, catalogue)[:most]:
        parameters = {"municipality": town.code, "as_of": day, "measure": MAIN_MEASURE}
        name = f"{FOLDER}/{town.page_name}"
        manifest = Manifest(name, parameters, {NOTEBOOK: sources[NOTEBOOK]}, package_versions())
        target = project.reports / name
        stale = stale_notebooks(manifest, target)
        if stale:
            after = {NOTEBOOK: first}
            folders.append(Folder(name, (notebook,), parameters, target, manifest, stale, after))
            first = first or (name,)
    return folders + _country_folder(project, day, sources, first)


def _country_folder(
    project: Project, day: str, sources: dict[str, Sources], first: tuple[str, ...]
) -> list[Folder]:
    """Return the folder of the pages about all municipalities, or nothing if they are fresh."""
    parameters = {"as_of": day, "measure": MAIN_MEASURE}
    chosen = {name: sources[name] for name in COUNTRY_NOTEBOOKS}
    manifest = Manifest(COUNTRY_FOLDER, parameters, chosen, package_versions())
    target = project.reports / COUNTRY_FOLDER
    stale = stale_notebooks(manifest, target)
    notebooks = tuple(project.notebooks / f"{name}.ipynb" for name in COUNTRY_NOTEBOOKS)
    after = dict.fromkeys(COUNTRY_NOTEBOOKS, first)
    return [Folder(COUNTRY_FOLDER, notebooks, parameters, target, manifest, stale, after)] if stale else []


def national_inputs(
    project: Project, panel: pd.DataFrame, passports: tuple[LocatedPassport, ...]
) -> dict[str, str]:
    """Return the hashes of what the pages about all municipalities read."""
    rows = national_rows(panel, passports)
    used = [item for item in passports if item.passport.national]
    return {
        "nationella_rader": fingerprint(rows),
        "pass": hash_text("".join(item.passport.model_dump_json() for item in used)),
        "katalog": hash_files([project.raw / "matt.yml"], project.root),
    }


def stage_places(project: Project, catalogue: Catalogue, stage: Path) -> list[str]:
    """Copy the made pages into the stage; returns their paths in it, those about all municipalities first.

    Nothing is copied where the pages about all municipalities have not been made: they link to all the others.
    """
    folder = project.reports / COUNTRY_FOLDER
    if not (folder / "manifest.json").is_file():
        return []
    for source, page in COUNTRY_NOTEBOOKS.items():
        shutil.copyfile(folder / f"{source}.ipynb", stage / f"{page}.ipynb")
    _copy_parts(folder, stage)
    pages = [f"{page}.ipynb" for page in COUNTRY_NOTEBOOKS.values()]
    (stage / FOLDER).mkdir()
    for town in catalogue.municipalities.values():
        name = town.page_name
        made = project.reports / FOLDER / name
        if (made / "manifest.json").is_file():
            _copy_titled(made / f"{NOTEBOOK}.ipynb", stage / FOLDER / f"{name}.ipynb", town)
            _copy_parts(made, stage / FOLDER)
            pages.append(f"{FOLDER}/{name}.ipynb")
    return pages


def _copy_parts(source: Path, target: Path) -> None:
    for part in ("figurer", "data"):
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, dirs_exist_ok=True)


def _copy_titled(source: Path, target: Path, town: Municipality) -> None:
    """Copy a notebook and put the municipality's name into its title; search finds the page by it."""
    notebook = json.loads(source.read_text(encoding="utf-8"))
    front = {
        "title": f"Biståndet i {town.name}",
        "description": f"Läget, det väntade och det som är på väg i {town.name}, räknat ur nationell statistik.",
        "search": False,
        "execute": {"echo": False},
    }
    notebook["cells"][0]["source"] = ["---\n", yaml.safe_dump(front, allow_unicode=True, width=500), "---"]
    write_text(target, json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
