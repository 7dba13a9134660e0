"""The one place where a municipality's own figures are protected before anything else sees them.

Own figures come from files added with ``bistand data lagg-till``, as opposed to figures that a board has already published
in a document. `protected` stands between the panel and every run: what it gives is all that pages, answers, forecasts and
files
can read. What a day shows is decided from everything known up to it, vintage by vintage, and not from which runs
there are, so the order in which runs are published does not matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final

import pandas as pd

from analysis.disclosure.cells import Cell, build
from analysis.disclosure.model import Publication
from analysis.disclosure.protect import protect
from analysis.disclosure.values import printed
from analysis.panel import as_of
from analysis.sources.catalogue import Catalogue, Measure
from analysis.sources.ingest.reader import NAME as ADDED
from analysis.sources.ingest.reader import OLD_NAME
from analysis.sources.observation import KEY, WITH_VALUE
from analysis.sources.passports import LocatedPassport

#: What a page says instead of a checksum over own figures.
UNTOLD: Final = "visas inte"
_MONTH: Final = r"\d{4}-\d{2}"

Layer = tuple[tuple[Cell, float], ...]
Passports = Sequence[LocatedPassport]


def added_sources(passports: Passports) -> frozenset[str]:
    """Return the ids of the non-national sources that came with ``bistand data lagg-till``."""
    return frozenset(
        item.passport.id
        for item in passports
        if not item.passport.national and item.passport.inlasning.lasare == ADDED
    )


def own_counts(rows: pd.DataFrame, catalogue: Catalogue, passports: Passports) -> pd.Series[bool]:
    """Return which rows are own figures and must not be shown as they are."""
    local = {item.passport.id for item in passports if not item.passport.national}
    kinds = {key: measure.skydd.slag for key, measure in catalogue.measures.items()}
    kind = rows["measure_id"].map(kinds)
    monthly = rows["measure_id"].str.startswith("MANAD_") & rows["source_id"].isin(local) & (kind == "antal")
    return (rows["source_id"].isin(added_sources(passports)) | monthly) & (kind != "offentligt")


def open_files(rows: pd.DataFrame, catalogue: Catalogue, passports: Passports) -> frozenset[str]:
    """Return the ids of the sources whose files may be given away as they came: not added, and no own figure in them."""
    closed = set(rows.loc[own_counts(rows, catalogue, passports), "source_id"]) | added_sources(passports)
    old = {item.passport.id for item in passports if item.passport.inlasning.lasare == OLD_NAME}
    return frozenset(item.passport.id for item in passports) - closed - old


def open_rows(rows: pd.DataFrame, catalogue: Catalogue, passports: Passports) -> pd.DataFrame:
    """Return the rows that are public as they are: no own figures at all."""
    return rows[~own_counts(rows, catalogue, passports)].reset_index(drop=True)


def documented(rows: pd.DataFrame, passports: Passports) -> pd.DataFrame:
    """Return the rows without the months of added files: what the documents and annual sources say."""
    months = rows["period"].str.fullmatch(_MONTH) & rows["source_id"].isin(added_sources(passports))
    return rows[~months]


def protected(
    known: pd.DataFrame, panel: pd.DataFrame, day: date, catalogue: Catalogue, passports: Passports
) -> pd.DataFrame:
    """Return observations as they may be shown.

    Own figures are hidden where they say something about few, or would give such a figure away, alone or together with
    anything known on an earlier day; the others are rounded. A hidden row has no value, no note and the status
    ``suppressed``. All other rows are as they were. The input is not changed.

    Parameters
    ----------
    known
        What a run knows on `day`.
    panel
        All vintages of what concerns the run, later ones too.
    """
    mask = own_counts(known, catalogue, passports) & known["status"].isin(WITH_VALUE)
    if not mask.any():
        return known
    own = known[mask]
    history = panel[own_counts(panel, catalogue, passports)]
    shown = known.copy()
    for place in sorted(set(own["kommun_kod"])):
        layers = _layers(history[history["kommun_kod"] == place], day)
        cells = _shown(layers, _people(panel, place, catalogue), _Measures(catalogue.measures))
        rows = own.index[own["kommun_kod"] == place]
        values = [cells[Cell(*key)] for key in own.loc[rows, list(KEY)].itertuples(index=False, name=None)]
        shown.loc[rows, "value"] = pd.Series(values, index=rows, dtype=float)
        hidden = rows[[value is None for value in values]]
        shown.loc[hidden, "status"] = "suppressed"
        shown.loc[hidden, "note"] = ""
    return shown


def _layers(history: pd.DataFrame, day: date) -> tuple[Layer, ...]:
    """Own figures as they stood on every day on which something was learnt, oldest first."""
    found: list[Layer] = []
    for known_from in sorted({*history["known_from"]}):
        if known_from > day.isoformat():
            break
        rows = as_of(history, known_from)
        rows = rows[rows["status"].isin(WITH_VALUE)]
        cells = [Cell(*key) for key in rows[list(KEY)].itertuples(index=False, name=None)]
        found.append(tuple(sorted(zip(cells, rows["value"].astype(float), strict=True))))
    return tuple(found)


def _people(panel: pd.DataFrame, place: str, catalogue: Catalogue) -> tuple[tuple[str, str, int, float], ...]:
    """Public denominators of a place: municipality, measure, year, value."""
    public = [key for key, measure in catalogue.measures.items() if measure.skydd.slag == "offentligt"]
    rows = panel[
        (panel["kommun_kod"] == place) & panel["measure_id"].isin(public) & panel["status"].isin(WITH_VALUE)
    ]
    rows = rows[(rows["gender"] == "T") & (rows["group"] == "alla")].sort_values(
        ["measure_id", "period", "known_from"]
    )
    columns = ["kommun_kod", "measure_id", "period", "value"]
    return tuple(
        (a, b, int(str(year)[:4]), float(value))
        for a, b, year, value in rows[columns].itertuples(index=False)
    )


class _Measures(dict[str, Measure]):
    """The catalogue's measures as a key of the memory: the declarations decide what is shown."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple((key, measure.skydd, measure.decimaler) for key, measure in self.items()))


@lru_cache(maxsize=16)
def _shown(
    layers: tuple[Layer, ...], people: tuple[tuple[str, str, int, float], ...], measures: _Measures
) -> Mapping[Cell, float | None]:
    """Return what the last layer may show, cell by cell, given that the layers before it may have been shown."""
    sizes: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for place, measure, year, value in people:
        sizes[place, measure][year] = value
    earlier: list[Publication] = []
    for layer in layers:
        values = dict(layer)
        cells = build(values, measures, sizes)
        earlier.append(
            protect(cells.counts, cells.sums, earlier=earlier, latent=cells.latent, small=cells.small)
        )
    return printed(values, cells, earlier[-1], measures, sizes) if layers else {}
