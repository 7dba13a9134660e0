"""What a new vintage changes: new, revised and vanished values, jumps, and breaks in definition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.sources.catalogue import Catalogue
from analysis.sources.ingest.text import number_text
from analysis.sources.observation import KEY, STATUS_SV
from analysis.sources.vintages import same_observation

#: A revision larger than this share of the old value is flagged.
REVISION_LIMIT: Final = 0.10
#: A change from the period before is flagged above this factor, or above the series' own usual changes.
JUMP_FACTOR: Final = 1.5
USUAL_FACTOR: Final = 6.0
#: This share of municipalities jumping in one period points to the definition, not to the municipalities.
COMMON_SHARE: Final = 0.5


@dataclass(frozen=True)
class VintageChanges:
    """The difference between what was known before and a new vintage.

    `new`, `gone`: key columns, value, status. `revised`: key columns, value_fore, status_fore, value, status.
    `flags`: sentences in Swedish about jumps, odd revisions and breaks.
    """

    new: pd.DataFrame
    revised: pd.DataFrame
    gone: pd.DataFrame
    same: int
    flags: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the vintage says nothing that was not known."""
        return self.new.empty and self.revised.empty


def compare(before: pd.DataFrame, after: pd.DataFrame, catalogue: Catalogue) -> VintageChanges:
    """Compare a vintage with what was known before.

    Parameters
    ----------
    before
        Observations known until now (one row a key), of any measures.
    after
        The new vintage's observations, one row a key.
    """
    keys = list(KEY)
    old = before[[*keys, "value", "status"]]
    new = after[[*keys, "value", "status"]]
    both = new.merge(old, on=keys, how="left", suffixes=("", "_fore"), indicator=True)
    is_new = both["_merge"] == "left_only"
    known = both[~is_new]
    same = same_observation(
        known[["value", "status"]],
        known[["value_fore", "status_fore"]].set_axis(["value", "status"], axis=1),
    )
    revised = known.loc[~same, [*keys, "value_fore", "status_fore", "value", "status"]]
    flags = (
        *_revision_flags(revised, catalogue),
        *_jump_flags(old, new, both.loc[is_new, keys], revised, catalogue),
        *_break_flags(old, both.loc[is_new, keys], catalogue),
    )
    return VintageChanges(
        new=both.loc[is_new, [*keys, "value", "status"]].reset_index(drop=True),
        revised=revised.reset_index(drop=True),
        gone=_gone(old, new),
        same=int(same.sum()),
        flags=flags,
    )


def _gone(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return values that stood within the vintage's range of periods and are not in it any more."""
    keys = list(KEY)
    spans = new.groupby(["measure_id", "kommun_kod"])["period"].agg(["min", "max"]).reset_index()
    inside = old.merge(spans, on=["measure_id", "kommun_kod"])
    inside = inside[(inside["period"] >= inside["min"]) & (inside["period"] <= inside["max"])]
    inside = inside[inside["value"].notna()]
    merged = inside.merge(new[keys], on=keys, how="left", indicator=True)
    return merged.loc[merged["_merge"] == "left_only", [*keys, "value", "status"]].reset_index(drop=True)


def describe(row: pd.Series) -> str:
    """Return a row's key in words: ``0380 MANAD_HUSHALL 2024-10 kvinnor``."""
    gender = {"K": "kvinnor", "M": "män"}.get(str(row["gender"]), "")
    group = "" if row["group"] == "alla" else str(row["group"])
    return " ".join(
        part for part in (row["kommun_kod"], row["measure_id"], row["period"], gender, group) if part
    )


def value_text(value: float, status: str) -> str:
    """Return a value as Swedish readers write it, or its status in words."""
    return STATUS_SV.get(status, status) if np.isnan(value) else number_text(value)


def _revision_flags(revised: pd.DataFrame, catalogue: Catalogue) -> list[str]:
    flags = []
    for _, row in revised.iterrows():
        old, new = float(row["value_fore"]), float(row["value"])
        if np.isnan(old) or np.isnan(new) or old == 0:
            continue
        change = new / old - 1
        if new > 0 and old > 0 and abs(np.log10(new / old)) >= 0.9:
            flags.append(
                f"{describe(row)}: {number_text(old)} blev {number_text(new)}. Fel enhet eller decimaltecken?"
            )
        elif abs(change) > REVISION_LIMIT:
            flags.append(
                f"{describe(row)}: reviderat {number_text(old)} till {number_text(new)} "
                f"({number_text(round(100 * change))} procent)."
            )
    return flags


def _jump_flags(
    old: pd.DataFrame, new: pd.DataFrame, added: pd.DataFrame, revised: pd.DataFrame, catalogue: Catalogue
) -> list[str]:
    keys = list(KEY)
    touched = pd.concat([added, revised[keys]]).drop_duplicates()
    if touched.empty:
        return []
    joined = pd.concat([old, new]).drop_duplicates(keys, keep="last")
    joined = joined[joined["value"].notna()].sort_values(keys, kind="stable")
    joined = joined.assign(form=joined["period"].str.len(), log=np.log(joined["value"].clip(lower=0.5e-3)))
    series = ["kommun_kod", "measure_id", "gender", "group", "form"]
    joined = joined.sort_values([*series, "period"], kind="stable")
    joined["step"] = joined.groupby(series)["log"].diff()
    joined["previous"] = joined.groupby(series)["value"].shift()
    joined["usual"] = (
        joined["step"].abs().groupby([joined[name] for name in series]).transform("median") * 1.4826
    )
    joined["number"] = joined.groupby(series)["log"].transform("size")
    limit = np.where(joined["number"] >= 8, USUAL_FACTOR * joined["usual"], 0.0)
    limit = np.maximum(limit, np.log(JUMP_FACTOR))
    candidates = joined.merge(touched, on=keys)
    jumps = joined[(joined["step"].abs() > limit) & (joined[["value", "previous"]].max(axis=1) >= 0.5)]
    found = jumps.merge(touched, on=keys)
    return _jump_sentences(found, candidates)


def _jump_sentences(found: pd.DataFrame, candidates: pd.DataFrame) -> list[str]:
    flags, common = [], set()
    by = ["measure_id", "period", "gender", "group"]
    sizes = candidates.groupby(by).size()
    for key, number in found.groupby(by).size().items():
        if sizes[key] >= 10 and number >= COMMON_SHARE * sizes[key]:
            common.add(key)
            flags.append(
                f"{key[0]} {key[1]}: {number} av {sizes[key]} kommuner hoppar samtidigt. "
                "Det tyder på ändrad definition eller enhet."
            )
    for _, row in found.iterrows():
        if tuple(row[name] for name in by) not in common:
            flags.append(
                f"{describe(row)}: {number_text(row['value'])} mot {number_text(row['previous'])} perioden före. "
                "Ovanligt stort hopp."
            )
    return flags


def _break_flags(old: pd.DataFrame, added: pd.DataFrame, catalogue: Catalogue) -> list[str]:
    flags = []
    for measure_id, part in added.groupby("measure_id"):
        earlier = old.loc[old["measure_id"] == measure_id, "period"]
        first = min([*earlier.str[:4], *part["period"].str[:4]])
        for item in catalogue.measure(str(measure_id)).brott:
            years = part["period"].str[:4].astype(int)
            if int(first) < item.fran and bool((years >= item.fran).any()):
                flags.append(f"{measure_id}: jämför inte över {item.fran}. {item.text}")
    return flags
