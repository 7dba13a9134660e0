"""Made-up statutory files of a made-up municipality with known effects, as clean or as dirty as real ones are.

No personal number here can be a person's: the check digit is always wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from stdnum import luhn

from analysis.calendar import month_label
from analysis.micro.generator import Microdata
from analysis.micro.vocabulary import BACKGROUND, EXITS
from foundation.errors import BistandError
from foundation.files import write_bytes

Form = Literal["2012", "2017"]

HEADING_2017: Final = (
    "År", "Månad", "Kommun", "Stadsdel", "Barn under 16", "Belopp", "Personnr1", "Utlandsfödd1", "Kön1", "Ålder1",
    "Försörjningshinder1", "Arbetsmarknadsinsats1", "Personnr2", "Utlandsfödd2", "Kön2", "Ålder2",
    "Försörjningshinder2", "Arbetsmarknadsinsats2", "Orsak till avslut", "Internt ärende",
)  # fmt: skip
_OBSTACLE: Final = dict(
    zip(
        BACKGROUND["orsak"],
        (
            "Arbetslös, ingen ersättning",
            "Språkhinder",
            "Sjukskriven, ingen ersättning",
            "Arbetar heltid, otillräcklig inkomst",
            "Föräldraledig",
        ),
        strict=True,
    )
)
_AGES: Final = {"18-24": (18, 24), "25-34": (25, 34), "35-49": (35, 49), "50-65": (50, 64)}


@dataclass(frozen=True)
class Dirt:
    """How dirty the files are: shares of rows unless said otherwise.

    Attributes
    ----------
    repeated
        Rows that stand twice in a file.
    late
        Rows that come first in the next month's file, for their own month.
    wrong_code
        Rows with a code that no layout explains.
    old_system
        Months from the start that come from another system, in the 2012 form: Windows-1252 and without a heading.
    """

    repeated: float = 0.0
    late: float = 0.0
    wrong_code: float = 0.0
    old_system: int = 0


def made_up_number(born: int, person: int, sex: str) -> str:
    """Twelve digits that look like a personal number and cannot be one: the check digit is one too high."""
    rng = np.random.default_rng([born, person])
    serial = 2 * int(rng.integers(0, 495)) + (1 if sex == "M" else 0)
    digits = f"{born % 100:02d}{int(rng.integers(1, 13)):02d}{int(rng.integers(1, 29)):02d}{serial:03d}"
    wrong = (int(luhn.calc_check_digit(digits)) + 1) % 10
    return f"{born}{digits[2:]}{wrong}"


def statutory_rows(data: Microdata, seed: int = 1) -> pd.DataFrame:
    """One row an adult and month with bistånd, in words, with a made-up number; only synthetic data."""
    if data.status != "synthetic":
        raise BistandError("bara påhittade data får skrivas som rapportfiler")
    rng = np.random.default_rng(seed)
    spells = data.spells.merge(data.background, on=["person", "start"])
    length = (np.minimum(spells["end"], data.window.last) - spells["start"] + 1).to_numpy()
    table = spells.loc[spells.index.repeat(length)].reset_index(drop=True)
    table["month"] = table["start"] + table.groupby(["person", "start"]).cumcount()
    table = table[table["month"] >= data.window.first].reset_index(drop=True)
    people = pd.DataFrame({"person": sorted(table["person"].unique())})
    first = table.drop_duplicates("person").set_index("person")
    people["sex"] = people["person"].map(first["kon"].map(dict(enumerate(BACKGROUND["kon"]))))
    groups = people["person"].map(first["aldersgrupp"].map(dict(enumerate(BACKGROUND["aldersgrupp"]))))
    low, high = (groups.map({name: ends[side] for name, ends in _AGES.items()}).to_numpy() for side in (0, 1))
    people["born"] = data.window.first // 12 - rng.integers(low, high + 1)
    people["number"] = [
        made_up_number(int(born), int(person), str(sex))
        for born, person, sex in zip(people["born"], people["person"], people["sex"], strict=True)
    ]
    table = table.merge(people, on="person")
    obstacle = table["orsak"]
    if data.obstacles is not None:
        keyed = data.obstacles.set_index(["person", "month"])["obstacle"]
        found = keyed.reindex(pd.MultiIndex.from_frame(table[["person", "month"]])).to_numpy()
        obstacle = pd.Series(np.where(np.isnan(found), obstacle, found).astype(int), index=table.index)
    household = table["hushall"].map(dict(enumerate(BACKGROUND["hushall"])))
    table["obstacle"] = obstacle.map(dict(enumerate(BACKGROUND["orsak"]))).map(_OBSTACLE)
    table["children"] = np.where(household.str.endswith("med barn"), 1 + table["person"] % 3, 0)
    table["abroad"] = (table["landgrupp"] > 0).astype(int)
    table["amount"] = (4_200 + 2_600 * table["children"] + rng.integers(0, 9_000, len(table))).astype(int)
    table["measure"] = _measure_words(table, data.measures)
    ends = (table["month"] == table["end"]) & (table["cause"] > 0)
    table["exit"] = (
        table["cause"].where(ends, 0).map({0: "", **{i + 1: name for i, name in enumerate(EXITS)}})
    )
    return table


def _measure_words(table: pd.DataFrame, measures: pd.DataFrame) -> pd.Series:
    """The measure that runs in each month, "" if none; the latest started counts."""
    length = (measures["end"] - measures["start"] + 1).to_numpy()
    running = measures.loc[measures.index.repeat(length)].reset_index(drop=True)
    running["month"] = running["start"] + running.groupby(["person", "measure", "start"]).cumcount()
    last = running.sort_values("start").drop_duplicates(["person", "month"], keep="last")
    keyed = last.set_index(["person", "month"])["measure"]
    found = keyed.reindex(pd.MultiIndex.from_frame(table[["person", "month"]]))
    return pd.Series(found.fillna("").to_numpy(), index=table.index)


def write_statutory(
    data: Microdata,
    folder: Path,
    *,
    municipality: str = "0380",
    form: Form = "2017",
    dirt: Dirt | None = None,
    seed: int = 1,
) -> tuple[Path, ...]:
    """Write one file a month into the empty or new folder `folder`; returns them in order."""
    if folder.exists() and any(folder.iterdir()):
        raise BistandError("mappen är inte tom", file=folder, fix="Ange en ny mapp för exemplet.")
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    dirt = dirt or Dirt()
    rows = statutory_rows(data, seed)
    rows["file"] = rows["month"] + (rng.random(len(rows)) < dirt.late)
    wrong = rng.random(len(rows)) < dirt.wrong_code
    rows.loc[wrong, "obstacle"] = "99"
    paths = []
    for number, (month, part) in enumerate(rows.groupby("file")):
        old = number < dirt.old_system
        kind: Form = "2012" if old else form
        again = part[rng.random(len(part)) < dirt.repeated]
        lines = [_line(row, municipality, kind) for row in pd.concat([part, again]).itertuples()]
        if kind == "2017":
            lines = ["\t".join(HEADING_2017), *lines]
        encoding = "cp1252" if old else "utf-8"
        path = folder / f"ekb_{municipality}_{month_label(int(month)).replace('-', '')}.txt"
        write_bytes(path, ("\r\n".join(lines) + "\r\n").encode(encoding))
        paths.append(path)
    return tuple(paths)


def _line(row: Any, municipality: str, form: Form) -> str:
    month = int(row.month)
    age = month // 12 - int(row.born)
    sex = "1" if row.sex == "M" else "2"
    start = [
        f"{month // 12}", f"{month % 12 + 1:02d}", municipality, "", f"{row.children}", f"{row.amount}", row.number,
    ]  # fmt: skip
    if form == "2012":
        return "\t".join([*start, "1", "0", f"{row.abroad}", sex, f"{age}", "", "", "", "", "", ""])
    return "\t".join(
        [
            *start,
            f"{row.abroad}",
            sex,
            f"{age}",
            row.obstacle,
            row.measure,
            "",
            "",
            "",
            "",
            "",
            "",
            row.exit,
            "x",
        ]
    )
