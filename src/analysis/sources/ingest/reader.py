"""The reader ``inmatning``: a stored file of the municipality's own, read with the mapping in its passport."""

from __future__ import annotations

import pandas as pd

from analysis.sources.catalogue import Catalogue
from analysis.sources.ingest.mapping import parse_mapping
from analysis.sources.ingest.reading import Reading, read_file
from analysis.sources.observation import COLUMNS
from analysis.sources.passports import LocatedPassport, Passport

NAME = "inmatning"


def read_ingested(located: LocatedPassport, catalogue: Catalogue) -> pd.DataFrame:
    """Read a stored file exactly as it was understood when it was added."""
    mapping = parse_mapping(located.passport.inlasning.installningar, file=located.path)
    return with_source(read_file(located.data, mapping, catalogue), located.passport)


def with_source(reading: Reading, passport: Passport) -> pd.DataFrame:
    """Return the reading as observations of one source."""
    rule = passport.kant_fran
    frame = reading.table.assign(
        source_id=passport.id,
        known_from=[rule.known_on(period) for period in reading.table["period"]],
    )
    return frame.loc[:, list(COLUMNS)]
