"""What is asked about before a reading is stored, and what is refused: time, size, jumps, sums and group labels.

A refusal has no way round. A question is asked in the terminal; a script answers it by naming the rule
(``--godta hopp``), never by ``--ja`` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from analysis.calendar import first_day
from analysis.sources.catalogue import Catalogue
from analysis.sources.ingest.reading import Reading
from analysis.sources.ingest.text import number_text
from analysis.sources.observation import WITH_VALUE
from analysis.sources.personal import find_personal
from analysis.sources.template import REASONS
from foundation.errors import BistandError

RULES: Final = ("storlek", "hopp", "summa", "grupper", "skala", "dagnummer")
#: A value this many times the one before (or one part in as many) is another unit, not another month.
JUMP: Final = 50.0
#: Below this, counts and amounts may multiply by chance.
SMALL: Final = {"antal": 100.0, "tkr": 200.0, "mnkr": 5.0}
#: The largest share of the residents that can be counted, and thousand kronor a resident and month.
LARGEST_SHARE: Final = 0.35
LARGEST_AMOUNT: Final = 2.0
SWEDEN: Final = 11_000_000
FIRST_YEAR: Final = 1990

_SERIES: Final = ["kommun_kod", "measure_id", "gender", "group", "form"]
_AGES: Final = re.compile(
    r"(?:\d{1,2}[-–]\d{1,2}|\d{1,2}\+|(?:under|över) \d{1,2})(?: år)?(?: och äldre)?", re.IGNORECASE
)
_KNOWN_GROUPS: Final = frozenset(
    text.lower()
    for text in (
        *REASONS, "alla", "inrikes födda", "utrikes födda", "ensamstående kvinna med barn", "ensamstående kvinna utan barn",
        "ensamstående man med barn", "ensamstående man utan barn", "ensamstående med barn", "ensamstående utan barn",
        "par med barn", "par utan barn", "gifta/sambor med barn", "gifta/sambor utan barn", "övriga", "uppgift saknas",
        "arbetshinder, sociala skäl", "sjukskriven", "sjuk- eller aktivitetsersättning", "föräldraledig",
        "saknar barnomsorg", "utan försörjningshinder", "väntar på ersättning",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """Something to answer before storing: the rule's name and a sentence that says what was seen."""

    rule: str
    text: str


def refuse_impossible(reading: Reading, today: date) -> None:
    """Refuse what no answer can make right.

    Raises
    ------
    BistandError
        For periods later than today or before 1990, and counts with decimals.
    """
    table = reading.table
    for row in table.itertuples():
        period = str(row.period)
        if first_day(period) > today.isoformat() or int(period[:4]) < FIRST_YEAR:
            when = "har inte börjat än" if int(period[:4]) >= FIRST_YEAR else "är orimligt tidig"
            raise BistandError(
                f"perioden {period} {when}",
                file=reading.path,
                row=int(str(row.row)),
                fix="Ta bort perioder som inte har varit. Prognoser och mål hör inte hit.",
            )
    counts = table[(table["unit"] == "antal") & table["status"].isin(["observed", "preliminary"])]
    odd = counts[counts["value"] % 1 != 0]
    if not odd.empty:
        first = odd.iloc[0]
        raise BistandError(
            f"antalet {number_text(float(first['value']))} har decimaler ({first['measure_id']} {first['period']})",
            file=reading.path,
            row=int(first["row"]),
            fix="Ett antal är ett heltal. Skiljer tecknet tusental, ange --decimaltecken.",
        )


def questions(
    reading: Reading,
    known_groups: frozenset[str],
    before: pd.DataFrame,
    population: dict[str, float],
    catalogue: Catalogue,
) -> tuple[Question, ...]:
    """Return what must be answered before the reading is stored.

    Parameters
    ----------
    known_groups
        Group labels that the user has confirmed before.
    before
        What is already known of the same municipalities (columns of the panel), one row a key.
    population
        Residents by municipality code, where known.
    """
    table = reading.table
    return (
        *_groups(table, known_groups, reading),
        *_scales(reading, catalogue),
        *_sizes(table, population, catalogue),
        *_jumps(table, before),
        *_sums(table),
        *_serials(reading),
    )


def _many(number: int) -> str:
    return "Ett värde" if number == 1 else f"{number} värden"


def _groups(table: pd.DataFrame, known: frozenset[str], reading: Reading) -> Iterator[Question]:
    labels = [str(label) for label in dict.fromkeys(table["group"])]
    for label in labels:
        if len(label) > 80 or re.search(r"[<>{}\[\]`|\\]|\d{5}", label) or find_personal(label):
            raise BistandError(
                f"gruppnamnet ”{label[:3]}…” kan inte vara en grupp",
                file=reading.path,
                fix="Rätta gruppen i källan.",
            )
    new = [
        label
        for label in labels
        if label.lower() not in _KNOWN_GROUPS and label not in known and not _AGES.fullmatch(label)
    ]
    if new:
        shown = ", ".join(f"”{label}”" for label in new[:15]) + (
            f" och {len(new) - 15} till" if len(new) > 15 else ""
        )
        yield Question(
            "grupper", f"Grupper som inte setts förut: {shown}. Är alla grupper, och ingen en person?"
        )


def _scales(reading: Reading, catalogue: Catalogue) -> Iterator[Question]:
    for column in reading.columns:
        measure = column.facets.measure
        if column.role != "värde" or column.scale == 1 or measure not in catalogue.measures:
            continue
        if catalogue.measures[measure].enhet == "antal":
            yield Question(
                "skala",
                f"Antalen i ”{column.label}” multipliceras med {number_text(column.scale)}. Är det rätt?",
            )


def _serials(reading: Reading) -> Iterator[Question]:
    if reading.serials:
        table = reading.table
        yield Question(
            "dagnummer",
            f"Perioder står som Excels dagnummer ({reading.serials} celler) och läses som {table['period'].min()} till "
            f"{table['period'].max()}. Är det rätt?",
        )


def _sizes(table: pd.DataFrame, population: dict[str, float], catalogue: Catalogue) -> Iterator[Question]:
    people = table["kommun_kod"].map(population).fillna(SWEDEN)
    months = np.where(table["period"].str.len() == 7, 1, 12)
    limit = pd.Series(np.inf, index=table.index)
    local = table["kommun_kod"] != "0000"
    limit = limit.mask(
        table["unit"] == "antal",
        people * np.where(table["measure_id"].str.startswith("MANAD_"), LARGEST_SHARE, 1.0),
    )
    received = {
        name
        for name, measure in catalogue.measures.items()
        if (measure.skydd.taljare or "").startswith("MANAD_")
    }
    limit = limit.mask(table["measure_id"].isin(received), 100 * LARGEST_SHARE)
    limit = limit.mask(table["unit"] == "tkr", people * months * LARGEST_AMOUNT)
    limit = limit.mask(table["unit"] == "mnkr", people * months * LARGEST_AMOUNT / 1000)
    over = table[(table["value"] > limit) & (local | (table["value"] > SWEDEN * 12))]
    if not over.empty:
        row = over.iloc[0]
        yield Question(
            "storlek",
            f"{_many(len(over))} är mer än rimligt för kommunen, till exempel {row['measure_id']} {row['period']}: "
            f"{number_text(float(row['value']))} {row['unit']} (rad {row['row']}). Är det rätt enhet?",
        )


def _jumps(table: pd.DataFrame, before: pd.DataFrame) -> Iterator[Question]:
    old = before.loc[:, [name for name in table.columns if name in before.columns]].assign(row=0)
    both = pd.concat([old, table]).drop_duplicates(
        ["kommun_kod", "measure_id", "period", "gender", "group"], keep="last"
    )
    both = both[both["status"].isin(WITH_VALUE) & (both["value"] > 0)]
    both = both.assign(form=both["period"].str.len()).sort_values([*_SERIES, "period"], kind="stable")
    earlier = both.groupby(_SERIES)["value"].shift()
    step = np.log(both["value"].to_numpy(dtype=float)) - np.log(earlier.to_numpy(dtype=float))
    largest = np.fmax(both["value"].to_numpy(dtype=float), earlier.to_numpy(dtype=float))
    touched = (both["row"] > 0) | (both.groupby(_SERIES)["row"].shift() > 0)
    found = (
        (np.abs(step) >= np.log(JUMP))
        & (largest >= both["unit"].map(SMALL).fillna(0).to_numpy())
        & touched.to_numpy()
    )
    if found.any():
        row, previous = both[found].iloc[0], earlier[found].iloc[0]
        yield Question(
            "hopp",
            f"{_many(int(found.sum()))} är minst {JUMP:.0f} gånger perioden före, eller en {JUMP:.0f}-del, till exempel "
            f"{row['measure_id']} {row['period']}: {number_text(float(row['value']))} mot {number_text(float(previous))} "
            f"(rad {row['row']}). Byter kolumnen enhet?",
        )


def _sums(table: pd.DataFrame) -> Iterator[Question]:
    """Ask where women and men are far from adding up to all."""
    counts = table[(table["unit"] == "antal") & table["status"].isin(WITH_VALUE)]
    wide = counts.pivot_table(
        index=["kommun_kod", "measure_id", "period", "group"],
        columns="gender",
        values="value",
        aggfunc="first",
    )
    if not {"T", "K", "M"} <= set(wide.columns):
        return
    wide = wide.dropna(subset=["T", "K", "M"])
    gap = (wide["T"] - wide["K"] - wide["M"]).abs()
    off = wide[gap > np.maximum(5, 0.01 * wide["T"])]
    if not off.empty:
        key, row = off.index[0], off.iloc[0]
        yield Question(
            "summa",
            f"Kvinnor och män är tillsammans inte totalen i {len(off)} fall, till exempel {key[1]} {key[2]}: "
            f"{number_text(row['K'])} + {number_text(row['M'])} mot {number_text(row['T'])}. Är det rätt?",
        )
