"""What proves that the forecast log is append-only: every row is valid and carries a running checksum.

The checksum of a row is made from the row and the checksum before it, so a row that is changed, taken away, put in or
moved is found, and named, wherever it stands. It guards against accidents; against intent stands the version history.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from foundation.errors import BistandError

CHECK: Final = "kontrollsumma"
_LENGTH: Final = 16
_MEND: Final = (
    "Hämta tillbaka loggen ur versionshistoriken (git checkout HEAD -- {file}) och kör ”bistand rapport”; "
    "prognoser som saknas läggs då till igen."
)
_MARKS: Final = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")


def chain(rows: Iterable[Sequence[str]], last: str = "") -> Iterator[str]:
    """Yield the running checksum of each row (its fields as text), going on from `last`."""
    for row in rows:
        last = hashlib.sha256("\x1f".join((last, *row)).encode()).hexdigest()[:_LENGTH]
        yield last


def read_lines(file: Path, columns: Sequence[str]) -> list[list[str]]:
    """Read a table of text whose first line is `columns`; the row at position n stands on line n + 2.

    Raises
    ------
    BistandError
        For anything but such a table, naming the line.
    """
    try:
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise broken(file, line, "filen är inte sparad som UTF-8") from error
    for number, line_text in enumerate(text.splitlines(), start=1):
        if line_text.startswith(_MARKS):
            raise broken(file, number, "här står ett märke från en sammanslagning i git som inte är avgjord")
    rows = list(csv.reader(io.StringIO(text)))
    if not rows:
        raise broken(file, 1, "prognosloggen är tom")
    if rows[0] != list(columns):
        raise broken(file, 1, f"prognosloggen har fel kolumner; de ska vara {', '.join(columns)}")
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(columns):
            raise broken(
                file,
                number,
                f"raden har {len(row)} fält i stället för {len(columns)} (avhuggen, eller decimalkomma)",
            )
    return rows[1:]


def demand_chain(file: Path, rows: Sequence[Sequence[str]]) -> None:
    """Stop at the first row whose checksum (its last field) does not follow from the rows before it."""
    for number, (row, right) in enumerate(zip(rows, chain(row[:-1] for row in rows), strict=True), start=2):
        if row[-1] != right:
            raise broken(
                file, number, "raden stämmer inte med sin kontrollsumma: den är ändrad, tillagd för hand eller flyttad, "
                "eller så saknas raden före"
            )  # fmt: skip


def first_fault(rows: pd.DataFrame, types: Sequence[str]) -> tuple[int, str] | None:
    """Return the position of the first row that breaks a rule of the log and the rule, or None.

    `rows` holds text columns, and ``horizon`` and ``value`` as numbers.
    """
    text = rows.drop(columns=["value"]).astype(str)
    days = {
        name: pd.to_datetime(rows[name], format="%Y-%m-%d", errors="coerce")
        for name in ("reference_date", "target_end_date", "data_as_of")
    }
    chance = rows["output_type"] == "probability"
    value = pd.to_numeric(rows["value"], errors="coerce")
    level = pd.to_numeric(rows["output_type_id"], errors="coerce")
    key = list(text.columns.drop("code_version"))
    rules = (
        (rows.isna().any(axis=1) | (text == "").any(axis=1), "ett fält är tomt"),
        (~text["municipality"].str.fullmatch(r"\d{4}"), "kommunkoden ska ha fyra siffror"),
        (~rows["output_type"].isin(list(types)), f"output_type ska vara {' eller '.join(types)}"),
        (pd.concat(list(days.values()), axis=1).isna().any(axis=1), "ett datum ska skrivas ÅÅÅÅ-MM-DD"),
        (
            days["target_end_date"] <= days["reference_date"],
            "prognosen måste ligga efter det som var känt (target_end_date, reference_date)",
        ),
        (
            days["data_as_of"] < days["reference_date"],
            "data_as_of ligger före den sista kända perioden (reference_date)",
        ),
        (pd.to_numeric(rows["horizon"], errors="coerce").fillna(0) < 1, "horizon ska vara minst 1"),
        (~np.isfinite(value) | (value < 0), "value ska vara ett ändligt tal som inte är negativt"),
        (chance & (value > 1), "en sannolikhet är över 1"),
        (~np.isfinite(level), "output_type_id ska vara ett ändligt tal"),
        (~chance & ~level.between(0, 1, inclusive="neither"), "en kvantils nivå ska ligga mellan 0 och 1"),
        (text.duplicated(key), "samma prognos står två gånger"),
    )
    found = [(int(np.argmax(mask.to_numpy())), rule) for mask, rule in rules if mask.any()]
    if found:
        return min(found, key=lambda item: item[0])
    group = ["municipality", "reference_date", "target_end_date", "measure", "model", "data_as_of"]
    ordered = rows.assign(level=level, at=np.arange(len(rows)))[~chance].sort_values(
        [*group, "level"], kind="stable"
    )
    falls = ordered.groupby(group, sort=False)["value"].diff() < 0
    return (int(ordered.loc[falls, "at"].min()), "kvantilerna korsar varandra") if falls.any() else None


def broken(file: Path, row: int, problem: str) -> BistandError:
    """Return the error for a line of the log, with how to mend it."""
    return BistandError(problem, file=file, row=row, fix=_MEND.format(file=f"reports/{file.name}"))
