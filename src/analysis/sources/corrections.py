"""The corrections ledger: every change to a source's figures, with what was expected to stand there.

`expect` makes the ledger honest in time: once the source has mended the error, the correction no longer
matches, and the build stops until someone has retired it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, model_validator

from analysis.sources.yaml_in import read_yaml, validated
from foundation.errors import BistandError


class Correction(BaseModel):
    """One entry of the ledger.

    `flagga` keeps the value and adds `anledning` to its note; `ersatt` puts `varde` in its place with status
    ``derived``; `stryk` makes it ``missing``. `rattad_i` names the later vintage in which the source mended the
    error: the correction then holds for the vintages before it only.
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
    rattad_i: str | None = None
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
    return tuple(
        validated(Correction, fields, f"rättelse nummer {position}", file=path)
        for position, fields in enumerate(entries, start=1)
    )


def apply_corrections(
    frame: pd.DataFrame,
    corrections: tuple[Correction, ...],
    *,
    ledger: Path,
    later: Mapping[str, tuple[str, ...]] | None = None,
) -> pd.DataFrame:
    """Return a corrected copy of the observations.

    A later vintage that repeats the expected value has the same error and is corrected too.

    Parameters
    ----------
    later
        For each source id the later vintages of its series, in order.

    Raises
    ------
    BistandError
        If an open correction finds no row, or a row whose value is no longer the expected one, in the source or in
        a later vintage of it.
    """
    corrected = frame.copy()
    by_source = {str(key): part for key, part in frame.groupby("source_id")}
    for position, item in enumerate(corrections, start=1):
        if item.status == "avslutad":
            continue
        place = f"rättelse nummer {position} ({item.kommun}, {item.matt}, {item.period})"
        row = _find(by_source, item, item.kalla)
        if row is None:
            raise BistandError(
                f"{place} träffar ingen rad i {item.kalla}",
                file=ledger,
                fix="Rätta nycklarna, eller sätt status: avslutad om raden inte längre finns.",
            )
        _check(frame, row, item, place, item.kalla, ledger)
        _apply(corrected, row, item)
        for source in (later or {}).get(item.kalla, ()):
            if source == item.rattad_i:
                break
            row = _find(by_source, item, source)
            if row is not None:
                _check(frame, row, item, place, source, ledger)
                _apply(corrected, row, item)
    return corrected


def _find(by_source: Mapping[str, pd.DataFrame], item: Correction, source: str) -> int | None:
    rows = by_source.get(source)
    if rows is None:
        return None
    matches = rows.index[
        (rows["kommun_kod"] == item.kommun)
        & (rows["measure_id"] == item.matt)
        & (rows["period"] == item.period)
        & (rows["gender"] == item.kon)
        & (rows["group"] == item.grupp)
    ]
    return int(matches[0]) if len(matches) else None


def _check(frame: pd.DataFrame, row: int, item: Correction, place: str, source: str, ledger: Path) -> None:
    actual = float(frame["value"].to_numpy()[frame.index.get_loc(row)])
    if math.isclose(actual, item.vantat, rel_tol=1e-9, abs_tol=5.1e-7):
        return
    fix = "Källan har troligen rättats: kontrollera, och sätt status: avslutad."
    if source != item.kalla:
        fix = f"Källan har troligen rättats: kontrollera, lägg till rattad_i: {source} i posten och kör igen."
    raise BistandError(
        f"{place} väntade värdet {item.vantat:g} men {source} säger nu {actual:g}", file=ledger, fix=fix
    )


def _apply(frame: pd.DataFrame, row: int, item: Correction) -> None:
    frame.at[row, "note"] = "; ".join(filter(None, [str(frame.at[row, "note"]), item.anledning]))
    if item.atgard == "ersatt":
        frame.at[row, "value"] = item.varde
        frame.at[row, "status"] = "derived"
    elif item.atgard == "stryk":
        frame.at[row, "value"] = math.nan
        frame.at[row, "status"] = "missing"
