"""Write a synthetic municipality as the three files of the contract: an example to try the commands on."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.calendar import month_label
from analysis.micro.contract import DESCRIPTIONS, EXTRACT, MEASURES, SPELLS
from analysis.micro.generator import Microdata
from analysis.micro.vocabulary import BACKGROUND, EXITS
from foundation.files import write_text


def write_folder(data: Microdata, folder: Path) -> None:
    """Write `data` (synthetic only) to `folder` in the layout that a municipality delivers."""
    if data.status != "synthetic":
        raise ValueError("only synthetic microdata may be written")
    folder.mkdir(parents=True, exist_ok=True)
    spells = data.spells
    ongoing = spells["cause"] == 0
    _write(
        folder, SPELLS,
        {"person_id": _names(spells), "start": _text(spells["start"]),
         "slut": _text(spells["end"]).where(~ongoing, ""),
         "slutorsak": spells["cause"].map({0: "", **{i + 1: name for i, name in enumerate(EXITS)}})},
    )  # fmt: skip
    measures = data.measures
    _write(
        folder, MEASURES,
        {"person_id": _names(measures), "insats": measures["measure"], "start": _text(measures["start"]),
         "slut": _text(measures["end"]), "planerade_manader": measures["planned"].astype(str)},
    )  # fmt: skip
    background = data.background
    codes = {name: background[name].map(dict(enumerate(values))) for name, values in BACKGROUND.items()}
    _write(
        folder, DESCRIPTIONS,
        {"person_id": _names(background), "start": _text(background["start"]), **codes,
         "tidigare_manader": background["earlier_months"].astype(str)},
    )  # fmt: skip
    window = data.window
    write_text(
        folder / EXTRACT,
        f"# Syntetiska data: ingen person finns i verkligheten.\nkommun: {data.name}\n"
        f"fran: {month_label(window.first)}\ntill: {month_label(window.last)}\nsyntetisk: true\n",
    )


def _names(frame: pd.DataFrame) -> pd.Series:
    return "S" + frame["person"].astype(str).str.zfill(6)


def _text(months: pd.Series) -> pd.Series:
    return months.map(month_label)


def _write(folder: Path, name: str, columns: dict[str, pd.Series]) -> None:
    write_text(
        folder / f"{name}.csv", pd.DataFrame(columns).to_csv(index=False, sep=";", lineterminator="\n")
    )
