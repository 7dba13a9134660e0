"""Which reader reads which kind of raw file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pandas as pd

from analysis.sources.catalogue import Catalogue
from analysis.sources.ingest.reader import NAME as OWN
from analysis.sources.ingest.reader import OLD_NAME
from analysis.sources.passports import LocatedPassport
from analysis.sources.tables import read_observations, read_tidy
from foundation.errors import BistandError, allowed_values

Reader = Callable[[LocatedPassport, Catalogue], pd.DataFrame]

READERS: Final[dict[str, Reader]] = {
    "tabell": read_tidy,
    "observationer": read_observations,
    OWN: read_observations,
}


def read_source(located: LocatedPassport, catalogue: Catalogue) -> pd.DataFrame:
    """Read one source with the reader that its passport names."""
    name = located.passport.inlasning.lasare
    if name == OLD_NAME:
        raise BistandError(
            "en egen fil är lagrad som den kom, med allt som stod i den",
            file=located.data,
            fix="Kör ”bistand data flytta”: det som förstods flyttas till data/egna, resten tas bort.",
        )
    if name not in READERS:
        raise BistandError(
            f"läsaren ”{name}” är okänd",
            file=located.path,
            fix=f"Tillåtna läsare: {allowed_values(READERS)}.",
        )
    return READERS[name](located, catalogue)
