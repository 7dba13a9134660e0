"""From person-months to the three tables of the contract: spells, measures and background, and the monthly obstacle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.micro.history import Window
from analysis.micro.statutory.reading import PersonMonths
from analysis.micro.vocabulary import EXITS

#: A reason for exit may be registered up to this many months after the last month with bistånd.
REASON_MONTHS: Final = 4
AGES: Final = ((0, "18-24"), (25, "25-34"), (35, "35-49"), (50, "50-65"))


@dataclass(frozen=True)
class Episodes:
    """The contract's tables, in months and words, with person = keyed hash.

    Attributes
    ----------
    spells
        ``person, start, end, cause`` (word, "" while it goes on): unbroken runs of months.
    measures
        ``person, measure, start, end``.
    background
        ``person, start`` and the contract's columns in words.
    obstacles
        ``person, month, obstacle`` in words; empty where the files hold no obstacles.
    window
        Months covered.
    missing_months
        Months inside the window that no file covers.
    """

    spells: pd.DataFrame
    measures: pd.DataFrame
    background: pd.DataFrame
    obstacles: pd.DataFrame
    window: Window
    missing_months: tuple[int, ...]


def runs(person: pd.Series, month: pd.Series, gap: int = 1) -> pd.DataFrame:
    """Unbroken runs of months: ``person, start, end``; months at most `gap` apart belong together."""
    ordered = (
        pd.DataFrame({"person": person, "month": month}).drop_duplicates().sort_values(["person", "month"])
    )
    new = (ordered["person"] != ordered["person"].shift()) | (
        ordered["month"] - ordered["month"].shift() > gap
    )
    group = new.cumsum()
    return (
        ordered.groupby(group)
        .agg(person=("person", "first"), start=("month", "first"), end=("month", "last"))
        .reset_index(drop=True)
    )


def episodes(read: PersonMonths, programmes: pd.DataFrame | None = None) -> Episodes:
    """Lay out spells and what belongs to them.

    Parameters
    ----------
    programmes
        Local programmes: ``person, measure, start, end`` (month indices), person = the same keyed hash.
    """
    table = read.table
    window = Window(int(table["month"].min()), int(table["month"].max()))
    spells = runs(table["person"], table["month"])
    spells = spells.assign(cause=_causes(spells, table, window))
    measures = _measures(table, spells, programmes)
    seen = set(table["month"])
    return Episodes(
        spells,
        measures,
        _background(table, spells),
        table.loc[table["obstacle"] != "", ["person", "month", "obstacle"]].reset_index(drop=True),
        window,
        tuple(month for month in range(window.first, window.last + 1) if month not in seen),
    )


def exits_by_gap(spells: pd.DataFrame, window: Window, gaps: tuple[int, ...] = (1, 2, 3)) -> dict[int, int]:
    """Number of exits when one, two or three months without bistånd make one."""
    ordered = spells.sort_values(["person", "start"])
    same = ordered["person"].eq(ordered["person"].shift(-1))
    away = ordered["start"].shift(-1) - ordered["end"] - 1
    return {
        gap: int(((same & (away >= gap)) | (~same & (window.last - ordered["end"] >= gap))).sum())
        for gap in gaps
    }


def _causes(spells: pd.DataFrame, table: pd.DataFrame, window: Window) -> pd.Series:
    """The reason registered in the spell's last month or up to four months later; else "annat"; "" while it goes on."""
    reasons = table.loc[table["exit"] != "", ["person", "month", "exit"]]
    cause = pd.Series("annat", index=spells.index)
    if len(reasons):
        pairs = spells.reset_index().merge(reasons, on="person")
        lag = pairs["month"] - pairs["end"]
        near = pairs[(lag >= 0) & (lag <= REASON_MONTHS)].sort_values("month").drop_duplicates("index")
        cause.loc[near["index"]] = near["exit"].to_numpy()
    return cause.where(spells["end"] < window.last, "").where(lambda words: words.isin(["", *EXITS]), "annat")


def _measures(table: pd.DataFrame, spells: pd.DataFrame, programmes: pd.DataFrame | None) -> pd.DataFrame:
    """Episodes of each measure: months at most one month apart; local programmes of persons with a spell beside."""
    parts = []
    for name, rows in table[table["measure"] != ""].groupby("measure"):
        parts.append(runs(rows["person"], rows["month"], gap=2).assign(measure=str(name)))
    if programmes is not None and len(programmes):
        parts.append(programmes[programmes["person"].isin(spells["person"])])
    columns = ["person", "measure", "start", "end"]
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts, ignore_index=True)[columns].sort_values(columns).reset_index(drop=True)


def _background(table: pd.DataFrame, spells: pd.DataFrame) -> pd.DataFrame:
    """What is known in the first month of each spell."""
    first = spells[["person", "start"]].merge(
        table, left_on=["person", "start"], right_on=["person", "month"], how="left"
    )
    months = spells["end"] - spells["start"] + 1
    earlier = months.groupby(spells["person"]).cumsum() - months
    known_sex = table.loc[table["sex"] != ""].drop_duplicates("person").set_index("person")["sex"]
    age = first["age"].where(first["age"] >= 0, 40)
    kind = np.where(first["partner"], "par", "ensam")
    with_children = np.where(first["children"] > 0, "med barn", "utan barn")
    return pd.DataFrame(
        {
            "person": first["person"],
            "start": first["start"],
            "kon": first["sex"].where(first["sex"] != "", first["person"].map(known_sex)).fillna("M"),
            "aldersgrupp": [
                AGES[int(np.searchsorted([a for a, _ in AGES], value, "right")) - 1][1] for value in age
            ],
            "landgrupp": first["abroad"].map({0: "Sverige", 1: "utlandet", -1: "Sverige"}),
            "utbildning": "okänd",
            "hushall": [f"{one} {other}" for one, other in zip(kind, with_children, strict=True)],
            "orsak": first["obstacle"].where(first["obstacle"] != "", "annat"),
            "tidigare_manader": earlier.to_numpy(),
        }
    )
