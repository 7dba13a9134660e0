"""The one door out of the microdata module: declared tables of estimates and suppressed counts, each logged.

Nothing else in this package writes outside ``data/mikro/``. A table must be declared below with its columns;
texts may hold no personnummer and no hashes; counts under the threshold are hidden together with what would
give them away. The log stays beside the microdata.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from analysis.disclosure.model import Policy, is_few
from analysis.disclosure.protect import protect_parts
from analysis.micro.history import Floats
from analysis.plain import harmless
from analysis.sources.personal import is_personal_number
from foundation.errors import BistandError
from foundation.files import sha256_of, write_text

#: Tables that may leave, with exactly these columns.
DECLARED: Final[dict[str, tuple[str, ...]]] = {
    "atgarder": ("atgard", "status", "deltagare", "utslag", "slutsats", "minsta_effekt", "p_justerat", "kommun", "till"),
    "effekter": ("atgard", "matt", "enhet", "manader", "med", "utan", "effekt", "lag", "hog", "status"),
    "kurvor": ("atgard", "manad", "med", "utan", "skillnad", "lag", "hog", "bistand_med", "bistand_utan", "status"),
    "kontroller": ("atgard", "kontroll", "utfall", "text", "status"),
    "balans": ("atgard", "grupp", "niva", "startar", "andra", "andra_viktade", "fore", "efter", "status"),
    "grupper": ("atgard", "grupp", "niva", "deltagare", "effekt", "lag", "hog", "p", "p_holm", "status"),
    "avslut": ("avslut", "egenskap", "oddskvot", "lag", "hog", "status"),
}  # fmt: skip
MOST_ROWS: Final = 2000
LOG: Final = "utlamnat.csv"
_LONG_HEX: Final = re.compile(r"[0-9a-fA-F]{16,}")
_DIGITS: Final = re.compile(r"(?<!\d)\d{6,8}[-+]?\d{4}(?!\d)")


@dataclass(frozen=True)
class Gate:
    """Where tables go and what is logged.

    Attributes
    ----------
    folder
        The microdata folder, for the log.
    out
        Folder that the tables are written to.
    threshold
        Smallest count shown, and least width of what can be known of a hidden one.
    """

    folder: Path
    out: Path
    threshold: int = Policy.threshold

    def protect(self, counts: list[int]) -> list[int | None]:
        """Hide small counts of the parts of a known total."""
        return protect_parts(counts, Policy(self.threshold, self.threshold))

    def release(self, name: str, frame: pd.DataFrame) -> Path:
        """Check a declared table, write it as CSV and log it.

        Raises
        ------
        BistandError
            If the table is not declared as it is, is too long, or holds something that looks like an identifier.
        """
        self._check(name, frame)
        target = self.out / f"{name}.csv"
        write_text(target, harmless(frame).to_csv(index=False, lineterminator="\n"))
        self._log(target, frame)
        return target

    def _check(self, name: str, frame: pd.DataFrame) -> None:
        stop = "Ingenting har lämnats ut. Det är ett fel i programmet: anmäl det."
        if name not in DECLARED or tuple(frame.columns) != DECLARED[name]:
            raise BistandError(f"tabellen {name} är inte deklarerad för utlämnande", file=LOG, fix=stop)
        if len(frame) > MOST_ROWS:
            raise BistandError(f"tabellen {name} är för lång för att vara sammanställd", file=LOG, fix=stop)
        for column in frame.columns:
            for cell in frame[column]:
                if isinstance(cell, str) and looks_like_identifier(cell):
                    raise BistandError("en text liknar en identitet", file=name, column=column, fix=stop)
            if column == "deltagare" and any(
                is_few(number, self.threshold) for number in frame[column].dropna()
            ):
                raise BistandError("ett antal är för litet", file=name, column=column, fix=stop)

    def _log(self, target: Path, frame: pd.DataFrame) -> None:
        log = self.folder / LOG
        new = not log.exists()
        with log.open("a", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, delimiter=";")
            if new:
                writer.writerow(["tid", "fil", "rader", "kolumner", "dolda", "sha256"])
            now = datetime.now(UTC).isoformat(timespec="seconds")
            hidden = int(frame.isna().to_numpy().sum())
            writer.writerow([now, target.name, *frame.shape, hidden, sha256_of(target)])


def looks_like_identifier(text: str) -> bool:
    """Whether a text holds a personnummer, or a hash of an identifier."""
    numbers = (re.sub(r"\D", "", match.group()) for match in _DIGITS.finditer(text))
    return _LONG_HEX.search(text) is not None or any(is_personal_number(number) for number in numbers)


def hidden_levels(shares: Floats, participants: int, gate: Gate) -> np.ndarray:
    """(levels,) true where the share (per cent) of `participants` stands for a count that must be hidden."""
    counts = [round(share / 100 * participants) for share in shares]
    return np.array([shown is None for shown in gate.protect(counts)])
