"""A small site about a municipality's own measures, rendered from the tables that passed the disclosure gate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from analysis.micro.statutory.account import RESIDENTS, SHARE
from analysis.pages.micro.released import measure_page, overview_page, read_released
from analysis.pages.micro.released_parts import ReleasedTables
from analysis.panel import read_panel, series
from analysis.paths import Project
from analysis.sources.observation import POPULATION
from foundation.files import write_text
from foundation.owned import replace_folder, workroom
from renderer.embedded import render
from renderer.phones import PHONE

FOLDER = "sidor"


def published_figures(project: Project, municipality: str) -> dict[str, dict[str, float]]:
    """Published figures that the statutory files are compared with, by kind and period; empty if nothing is built."""
    if not project.observations.is_file():
        return {}
    rows = read_panel(project)
    kinds = {"hushåll": "MANAD_HUSHALL", "tkr": "MANAD_UTBETALT", SHARE: "N31807", RESIDENTS: POPULATION}
    return {
        kind: {str(period): float(value) for period, value in series(rows, measure, municipality).items()}
        for kind, measure in kinds.items()
    }


def write_pages(tables: Path, place: str, months: str) -> Path:
    """Render the pages next to the released tables; returns the start page.

    The earlier pages stay until the new ones are whole.

    Parameters
    ----------
    tables
        Folder of the released tables, ``reports/mikro``.
    place, months
        Whose persons, and which months: ``Uppsala``, ``januari 2018 till december 2025``.
    """
    released = read_released(tables, place, months)
    target = tables / FOLDER
    with workroom(tables, "sidor") as room:
        stage, out = room / "stage", room / "ut"
        _stage(released, stage)
        render(stage, out)
        replace_folder(out, target)
    return target / "index.html"


def _stage(released: ReleasedTables, stage: Path) -> None:
    """Write the sources: one page a measure, in the order of the table, and the overview."""
    stage.mkdir()
    names = [str(name) for name in released.tables["atgarder"]["atgard"]]
    pages = {name: f"atgard-{number}" for number, name in enumerate(dict.fromkeys(names), 1)}
    for number, (name, page) in enumerate(pages.items(), 1):
        _page(
            stage / f"{page}.qmd",
            name[:1].upper() + name[1:],
            measure_page(released, name, stage, number).text,
        )
    links = {name: f"{page}.html" for name, page in pages.items()}
    title = f"Åtgärdernas effekt i {released.place}"
    _page(stage / "index.qmd", title, overview_page(released, links).text)
    contents = [{"href": "index.qmd", "text": "Alla åtgärder"}]
    contents += [{"href": f"{page}.qmd", "text": name[:1].upper() + name[1:]} for name, page in pages.items()]
    config: dict[str, Any] = {
        "project": {
            "type": "website",
            "render": [str(item["href"]) for item in contents],
            "resources": ["data/*.csv", "figurer/*.png", f"figurer/*{PHONE}"],
        },
        "lang": "sv",
        "execute": {"enabled": False},
        "notebook-links": False,
        "website": {
            "title": f"Åtgärder i {released.place}",
            "search": True,
            "page-navigation": True,
            "sidebar": {"style": "docked", "contents": contents},
            "page-footer": {
                "left": f"Skattat ur kommunens egna uppgifter, {released.months}. Små antal är skyddade."
            },
        },
        "format": {"html": {"toc": True, "html-math-method": "mathml", "theme": "default"}},
    }
    write_text(stage / "_quarto.yml", yaml.safe_dump(config, allow_unicode=True, sort_keys=False))


def _page(path: Path, title: str, body: str) -> None:
    front = yaml.safe_dump({"title": title}, allow_unicode=True)
    write_text(path, f"---\n{front}---\n\n{body}")
