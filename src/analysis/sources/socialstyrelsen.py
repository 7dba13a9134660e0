"""Socialstyrelsen's Excel exports of ekonomiskt bistånd: how to know one, and what its passport says.

Two layouts are seen: one row a month with the columns År and Månad, and one row a region and year with a column a
month. Both are read by the tolerant reader; this module only supplies what the file does not say itself.
"""

from __future__ import annotations

from typing import Final

from analysis.sources.ingest.dialect import Grid
from analysis.sources.ingest.layout import as_text, is_empty
from analysis.sources.ingest.mapping import Mapping
from analysis.sources.ingest.periods import normalise

#: The newest months of the monthly statistics are preliminary and too low.
PRELIMINARY_MONTHS: Final = 3
SHEET: Final = "tabell"


def is_export(grids: tuple[Grid, ...]) -> bool:
    """Whether a workbook looks like one of Socialstyrelsen's exports: a sheet Tabell with the right title."""
    for grid in grids:
        if grid.sheet is None or normalise(grid.sheet) != SHEET:
            continue
        first = next((cell for row in grid.rows[:3] for cell in row if not is_empty(cell)), "")
        return "ekonomiskt bistånd" in normalise(as_text(first))
    return False


def export_mapping(kommun: str | None = None) -> Mapping:
    """Return the mapping for the monthly export of one municipality (or of several, then without code)."""
    return Mapping(
        serie=f"socialstyrelsen-manad-{kommun}" if kommun else "socialstyrelsen-manad",
        producent="Socialstyrelsen",
        titel="Ekonomiskt bistånd, månadsstatistik",
        definition="Hushåll med ekonomiskt bistånd och utbetalt belopp, efter den månad biståndet avser. "
        "De senaste månaderna är preliminära och för låga.",
        licens="Socialstyrelsens officiella statistik. Ange källa: Socialstyrelsen; egen bearbetning.",
        hanvisning="Socialstyrelsen, statistikdatabasen för ekonomiskt bistånd; egen bearbetning",
        lank="https://www.socialstyrelsen.se/statistik-och-data/statistik/statistikdatabasen/",
        kommun=kommun,
        preliminara_manader=PRELIMINARY_MONTHS,
        eftersläpning_manader=2,
    )
