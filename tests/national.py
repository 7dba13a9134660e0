"""Some municipalities of the real national statistics, as the pages about all of them see them; computed in seconds."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from analysis.answers.country import Country, compute_country
from analysis.panel import as_of, wide
from analysis.panel.build import assemble, read_frames
from analysis.paths import Project
from analysis.runs.national import MAIN_MEASURE, NationalContext, national_rows, newest_day
from analysis.sources.catalogue import load_catalogue

#: Large, small, with gaps (Halmstad, Sundsvall, Dorotea), with a jump that looks like an error (Pajala, Vansbro).
CHOSEN = (
    "0000 0114 0115 0123 0125 0126 0127 0128 0136 0160 0180 0380 0581 0680 1280 1315 1380 1480 1490 1880 "
    "2021 2281 2403 2425 2521 2580"
)


@lru_cache(maxsize=1)
def small_country(project: Project) -> tuple[NationalContext, Country]:
    """Read the checkout's sources, without writing anything, and compute the national results of `CHOSEN`."""
    frames, passports = read_frames(project)
    panel = assemble(project, frames, passports)
    day = newest_day(panel, passports)
    rows = as_of(national_rows(panel, passports), day)
    rows = rows[rows["kommun_kod"].isin(CHOSEN.split())].reset_index(drop=True)
    catalogue = load_catalogue(project.raw)
    context = NationalContext(project, catalogue, passports, rows, MAIN_MEASURE, day, Path("nowhere"))
    tables = (wide(rows, measure) for measure in (MAIN_MEASURE, "SCB_FOLKMANGD", "SCB_ARBETSLOSHET"))
    return context, compute_country(*tables)


def writing_to(context: NationalContext, output: Path) -> NationalContext:
    """The same context, with figures and data written below `output`."""
    return replace(context, output=output)
