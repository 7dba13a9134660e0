"""Monthly files as a municipality would make them: the project's template, filled in by code."""

from __future__ import annotations

import io
import math
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from analysis.panel import build_panel
from analysis.paths import Project
from analysis.pipeline.data_add import AddOptions, add_file
from analysis.runs import RunContext, open_run
from analysis.sources.catalogue import load_catalogue
from analysis.sources.template import SHEET, template_bytes

#: One month's cells by heading and sub-heading of the template.
Cells = Mapping[tuple[str, str], object]


def big(step: int) -> Cells:
    """A plausible month for a large municipality: falling, with a season."""
    adults = round(2400 * math.exp(-0.006 * step) * (1 + 0.03 * math.cos(math.pi * step / 6)))
    women = round(adults * 0.51)
    homes = round(adults * 0.78)
    return {
        ("Antal hushåll", "Totalt"): homes,
        ("Antal vuxna", "Totalt"): adults,
        ("Antal vuxna", "Kvinnor"): women,
        ("Antal vuxna", "Män"): adults - women,
        ("Andel vuxna biståndsmottagare", "Totalt"): round(adults / 1880, 2),
        ("Antal hushåll efter orsak", "Arbetslöshet"): homes - 100,
        ("Antal hushåll efter orsak", "Ohälsa"): 100,
    }


def add_months(
    project: Project,
    folder: Path,
    months: int,
    cells: Callable[[int], Cells],
    *,
    preliminary: int = 2,
    today: date = date(2026, 11, 20),
    name: str = "manader.xlsx",
) -> None:
    """Fill `months` rows of the template from January 2024 and add the file to the project."""
    book = load_workbook(io.BytesIO(template_bytes(load_catalogue(project.raw), "0380", "2024-01", months)))
    sheet = book[SHEET]
    heading, columns = "", {}
    for column in range(1, sheet.max_column + 1):
        heading = str(sheet.cell(2, column).value or heading)
        columns[heading, str(sheet.cell(3, column).value)] = column
    for step in range(months):
        for key, value in cells(step).items():
            late = step >= months - preliminary
            text = f"{value} prel".replace(".", ",") if late else value
            sheet.cell(4 + step, columns[key]).value = text
    path = folder / name
    book.save(path)
    add_file(
        project, path, AddOptions(kommun="0380", yes=True), confirm=bool, echo=lambda _: None, today=today
    )
    build_panel(project)


def copied(checkout: Project, root: Path) -> Project:
    """Copy what a run needs of the checkout, for tests that share one project and only read it."""
    for folder in ("data/raw", "notebooks"):
        shutil.copytree(checkout.root / folder, root / folder)
    (root / "reports").mkdir()
    for name in ("_quarto.yml", "pyproject.toml", "reports/runs.yml"):
        shutil.copyfile(checkout.root / name, root / name)
    return Project(root)


def open_in(project: Project, output: Path, monkeypatch: pytest.MonkeyPatch, *, as_of: str) -> RunContext:
    """Open the Uppsala run in a copied project, writing below `output`."""
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("BISTAND_OUTPUT", str(output))
    return open_run(
        run_id="uppsala-prov",
        municipality="0380",
        period="2026-11",
        as_of=as_of,
        plan="uppsala-1000",
        target="en-procent-2026",
        measure="N31807",
        comparison="storre-stader",
    )
