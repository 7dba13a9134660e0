"""The corrections ledger: every change to a source's figures, with what was expected to stand there.

`expect` makes the ledger honest in time: once the source has mended the error, the correction no longer
matches, and the build stops until someone has retired it.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from analysis.errors import BistandError
from analysis.sources.passports import describe_validation, read_yaml


class Correction(BaseModel):
    """One entry of the ledger.

    `flagga` keeps the value and adds `anledning` to its note; `ersatt` puts `varde` in its place with status
    ``derived``; `stryk` makes it ``missing``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kalla: str
    kommun: str
    matt: str
    period: str
    kon: Literal["T", "K", "M"] = "T"
    grupp: str = "alla"
    atgard: Literal["flagga", "ersatt", "stryk"]
    vantat: float
    varde: float | None = None
    anledning: str
    status: Literal["öppen", "anmäld", "avslutad"]

    @model_validator(mode="after")
    def _value_only_when_replacing(self) -> Correction:
        if (self.varde is not None) != (self.atgard == "ersatt"):
            raise ValueError("”varde” ska finnas om och endast om åtgärden är ”ersatt”")
        return self


def read_corrections(path: Path) -> tuple[Correction, ...]:
    """Read the ledger; a missing file means that there are no corrections."""
    if not path.exists():
        return ()
    entries = read_yaml(path) or []
    if not isinstance(entries, list):
        raise BistandError("filen ska vara en lista av rättelser", file=path)
    corrections = []
    for position, fields in enumerate(entries, start=1):
        try:
            corrections.append(Correction.model_validate(fields))
        except ValidationError as error:
            raise BistandError(
                f"rättelse nummer {position}: {describe_validation(error)}", file=path
            ) from error
    return tuple(corrections)


def apply_corrections(
    frame: pd.DataFrame, corrections: tuple[Correction, ...], *, ledger: Path
) -> pd.DataFrame:
    """Return a corrected copy of the observations.

    Raises
    ------
    BistandError
        If an open correction finds no row, or a row whose value is no longer the expected one.
    """
    corrected = frame.copy()
    for position, item in enumerate(corrections, start=1):
        if item.status == "avslutad":
            continue
        matches = corrected.index[
            (corrected["source_id"] == item.kalla)
            & (corrected["kommun_kod"] == item.kommun)
            & (corrected["measure_id"] == item.matt)
            & (corrected["period"] == item.period)
            & (corrected["gender"] == item.kon)
            & (corrected["group"] == item.grupp)
        ]
        place = f"rättelse nummer {position} ({item.kommun}, {item.matt}, {item.period})"
        if len(matches) != 1:
            raise BistandError(
                f"{place} träffar {len(matches)} rader i {item.kalla}, väntade en",
                file=ledger,
                fix="Rätta nycklarna, eller sätt status: avslutad om raden inte längre finns.",
            )
        actual = float(corrected.loc[matches, "value"].to_numpy()[0])
        if not math.isclose(actual, item.vantat, rel_tol=1e-9, abs_tol=1e-12):
            raise BistandError(
                f"{place} väntade värdet {item.vantat:g} men källan säger nu {actual:g}",
                file=ledger,
                fix="Källan har troligen rättats: kontrollera, och sätt status: avslutad.",
            )
        _apply(corrected, matches[0], item)
    return corrected


def _apply(frame: pd.DataFrame, row: int, item: Correction) -> None:
    frame.at[row, "note"] = "; ".join(filter(None, [str(frame.at[row, "note"]), item.anledning]))
    if item.atgard == "ersatt":
        frame.at[row, "value"] = item.varde
        frame.at[row, "status"] = "derived"
    elif item.atgard == "stryk":
        frame.at[row, "value"] = math.nan
        frame.at[row, "status"] = "missing"
