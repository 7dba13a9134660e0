"""What the pages about all municipalities may see: national sources only, as known on one day."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.panel import as_of as known_as_of
from analysis.panel import read_panel
from analysis.paths import Project, find_project
from analysis.runs.context import OUTPUT_VARIABLE
from analysis.sources.catalogue import Catalogue, load_catalogue
from analysis.sources.passports import LocatedPassport, find_passports
from foundation.errors import BistandError

MAIN_MEASURE = "N31807"


@dataclass(frozen=True)
class NationalContext:
    """National data as known on a day; no municipality's own files, no plans.

    Attributes
    ----------
    observations
        The observation table's rows from national sources, as known on `day`.
    output
        Where figures and tables are written.
    """

    project: Project
    catalogue: Catalogue
    passports: tuple[LocatedPassport, ...]
    observations: pd.DataFrame
    measure: str
    day: date
    output: Path

    @property
    def sources(self) -> tuple[LocatedPassport, ...]:
        """Passports of the sources that have at least one row in the observations."""
        used = set(self.observations["source_id"])
        return tuple(item for item in self.passports if item.passport.id in used)


def national_rows(panel: pd.DataFrame, passports: tuple[LocatedPassport, ...]) -> pd.DataFrame:
    """Return the rows of a panel that come from national sources."""
    national = {item.passport.id for item in passports if item.passport.national}
    return panel[panel["source_id"].isin(national)]


def newest_day(panel: pd.DataFrame, passports: tuple[LocatedPassport, ...]) -> date:
    """Return the day from which all national data are known."""
    return date.fromisoformat(str(national_rows(panel, passports)["known_from"].max()))


def open_national(*, as_of: str = "", measure: str = MAIN_MEASURE) -> NationalContext:
    """Open the national data as known on `as_of` (empty: all that is known).

    Raises
    ------
    BistandError
        If the day or the measure is unknown.
    """
    project = find_project()
    catalogue = load_catalogue(project.raw)
    catalogue.measure(measure)
    passports = find_passports(*project.sources)
    panel = read_panel(project)
    try:
        day = date.fromisoformat(as_of) if as_of else newest_day(panel, passports)
    except ValueError as error:
        raise BistandError(f"as_of ”{as_of}” är inget datum", fix="Skriv ÅÅÅÅ-MM-DD.") from error
    rows = known_as_of(national_rows(panel, passports), day).reset_index(drop=True)
    folder = os.environ.get(OUTPUT_VARIABLE)
    output = Path(folder) if folder else project.reports / "_for_hand" / "sverige"
    return NationalContext(project, catalogue, passports, rows, measure, day, output)
