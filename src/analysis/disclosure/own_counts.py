"""The one place where a municipality's own counts are protected before a page or a published file sees them.

Own counts are numbers of persons or households from files added with ``bistand data add``, as opposed to figures that
a board has already published in a document. They pass through `protect_observations` with the default rules; a share
whose count is hidden is hidden with it. Report code reads `published` and never ``context.observations`` when it prints
such rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import pandas as pd

from analysis.disclosure.protect import Policy, Publication, Sum, protect_observations
from analysis.panel import read_panel, wide
from analysis.runs import RunContext
from analysis.runs.context import visible
from analysis.sources.ingest.reader import NAME as ADDED
from analysis.sources.observation import KEY, WITH_VALUE

POPULATION: Final = "SCB_FOLKMANGD"
#: Counts of residents are not about anyone's support, and are published by SCB.
_NOT_PERSONAL: Final = frozenset({POPULATION, "N01951"})
#: Share -> the count that is its numerator.
_NUMERATORS: Final = {"AMN_VUXNA": "MANAD_VUXNA", "AMN_LANGVARIGT": "MANAD_LANGVARIGT"}
_MONTH: Final = r"\d{4}-\d{2}"
_MEMO: Final = "_published_observations"

Row = tuple[str, str, str, str, str, float]


def added_sources(context: RunContext) -> frozenset[str]:
    """Return the ids of the non-national sources that came with ``bistand data add``."""
    return frozenset(
        item.passport.id
        for item in context.passports
        if not item.passport.national and item.passport.inlasning.lasare == ADDED
    )


def own_counts(context: RunContext, observations: pd.DataFrame) -> pd.Series[bool]:
    """Return which rows are own counts and must not be shown as they are."""
    local = {item.passport.id for item in context.passports if not item.passport.national}
    added = observations["source_id"].isin(added_sources(context))
    monthly = observations["measure_id"].str.startswith("MANAD_") & observations["source_id"].isin(local)
    personal = (observations["unit"] == "antal") & ~observations["measure_id"].isin(_NOT_PERSONAL)
    return (added | monthly) & personal


def published(context: RunContext) -> pd.DataFrame:
    """Return the run's observations as they may be shown.

    Own counts are suppressed (also complementary, and against what earlier runs have shown), then rounded; a suppressed
    row has no value and the status ``suppressed``. All other rows are as they were. The input is not changed.
    """
    memo = vars(context)  # kept with the context, as its cached properties are
    if _MEMO not in memo:
        memo[_MEMO] = _protect(context)
    table: pd.DataFrame = memo[_MEMO]
    return table.copy()


def _protect(context: RunContext) -> pd.DataFrame:
    rows = context.observations
    mask = own_counts(context, rows)
    shown = rows.copy()
    if mask.any():
        cells = _shown((*_earlier(context), _layer(rows[mask])))
        own = rows.index[mask & rows["value"].notna()]
        values = [cells[key] for key in rows.loc[own, list(KEY)].itertuples(index=False, name=None)]
        shown.loc[own, "value"] = pd.Series(values, index=own, dtype=float)
        hidden = own[[value is None for value in values]]
        shown.loc[hidden, "status"] = "suppressed"
    shares = _hidden_shares(context, rows, shown)
    shown.loc[shares, "status"] = "suppressed"
    shown.loc[shares, "value"] = float("nan")
    return shown


def without_added_months(context: RunContext) -> pd.DataFrame:
    """Return `published` without the months of added files: what the documents and annual sources say."""
    rows = published(context)
    months = rows["period"].str.fullmatch(_MONTH) & rows["source_id"].isin(added_sources(context))
    return rows[~months]


def _layer(rows: pd.DataFrame) -> tuple[Row, ...]:
    present = rows[rows["value"].notna()]
    return tuple(sorted(present[[*KEY, "value"]].itertuples(index=False, name=None)))


def _earlier(context: RunContext) -> Iterator[tuple[Row, ...]]:
    """Own counts as every run with an earlier day knew them: what its pages have shown, oldest first."""
    earlier = [run for run in context.runs.runs if run.kant_senast < context.run.kant_senast]
    panel = read_panel(context.project) if earlier else context.observations
    seen: set[tuple[Row, ...]] = set()
    for run in sorted(earlier, key=lambda item: (item.kant_senast, item.id)):
        known = visible(panel, run, context.catalogue, context.passports)
        layer = _layer(known[own_counts(context, known)])
        if layer and layer not in seen:
            seen.add(layer)
            yield layer


@lru_cache(maxsize=16)
def _shown(layers: tuple[tuple[Row, ...], ...]) -> dict[tuple[str, ...], float | None]:
    """Return what the last layer may show, cell by cell, given that the layers before it have been shown."""
    earlier: list[Publication] = []
    cells: dict[tuple[str, ...], float | None] = {}
    for layer in layers:
        frame = pd.DataFrame(layer, columns=[*KEY, "value"]).assign(unit="antal", status="observed")
        unequal = _unequal_parts(frame)
        kept = frame[~unequal]
        protected = protect_observations(kept, sums=_measure_sums(kept), earlier=earlier)
        earlier.append(protected.publication)
        cells = {key[:5]: None for key in layer}
        for *key, value in protected.table[[*KEY, "value"]].itertuples(index=False, name=None):
            cells[tuple(key)] = None if pd.isna(value) else float(value)
    return cells


def _unequal_parts(frame: pd.DataFrame) -> pd.Series[bool]:
    """Women and men that do not add up to the total: the difference would say something about few, so they wait."""
    keys = [name for name in KEY if name != "gender"]
    table = frame.pivot_table(index=keys, columns="gender", values="value").reindex(columns=["T", "K", "M"])
    differs = table.index[(table["T"] - table["K"] - table["M"]).abs() > 0]
    return pd.MultiIndex.from_frame(frame[keys]).isin(differs) & (frame["gender"] != "T")


def _measure_sums(frame: pd.DataFrame) -> list[Sum]:
    """Sums between measures: households = their reasons, recipients = adults + children; where they do add up."""
    counts = {tuple(key): value for *key, value in frame[[*KEY, "value"]].itertuples(index=False, name=None)}
    found = []
    for key in counts:
        place, measure, period, gender, group = key
        parts: tuple[tuple[str, ...], ...] = ()
        if group == "alla" and measure == "MANAD_HUSHALL":
            reasons = (place, "MANAD_ORSAK", period, gender)
            parts = tuple(other for other in counts if other[:4] == reasons and other[4] != "alla")
        elif group == "alla" and measure == "MANAD_MOTTAGARE":
            wanted = [(place, part, period, gender, group) for part in ("MANAD_VUXNA", "MANAD_BARN")]
            parts = tuple(wanted) if all(part in counts for part in wanted) else ()
        if parts and sum(counts[part] for part in parts) == counts[key]:
            found.append(Sum(key, parts))
    return found


def _hidden_shares(context: RunContext, rows: pd.DataFrame, shown: pd.DataFrame) -> pd.Index[int]:
    """Return the added shares that give a hidden count away, or that stand for too few persons themselves."""
    mask = rows["measure_id"].isin(_NUMERATORS) & rows["source_id"].isin(added_sources(context))
    shares = rows[mask & rows["status"].isin(WITH_VALUE)]
    counts = shown.set_index(list(KEY))["status"]
    people = wide(rows, POPULATION)
    few = set()
    for row in shares.itertuples():
        key = (row.kommun_kod, _NUMERATORS[str(row.measure_id)], row.period, row.gender, row.group)
        if key in counts.index:
            exposed = counts[key] == "suppressed"
        else:
            size = float(people.loc[row.kommun_kod].max()) if row.kommun_kod in people.index else 0.0
            exposed = bool(0 < float(row.value) * size / 100 < Policy().threshold)
        if exposed:
            few.add((row.kommun_kod, row.measure_id, row.period))
    together = pd.MultiIndex.from_frame(shares[["kommun_kod", "measure_id", "period"]]).isin(list(few))
    return shares.index[together]
