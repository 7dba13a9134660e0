"""Identifiers at the door: personnummer in clear are refused, everything else is hashed with a local key.

Few false alarms: a number with a separator, or with the century, must have a possible date and a correct check
digit. Ten bare digits (or nine, if a leading zero was lost) look like personnummer by chance in about seven of
a thousand cases, so a column of bare numbers is refused only when clearly more of them do.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path
from typing import Final

import pandas as pd

from analysis.sources.personal import is_personal_number
from foundation.errors import BistandError

KEY_FILE: Final = "nyckel"
#: Share of bare numbers that must look like personnummer before the column is refused; chance gives 0.7 %.
SUSPECT_SHARE: Final = 0.03
_SURE: Final = re.compile(r"(?<!\d)(?:(?:18|19|20)?\d{6}[-+ ]\d{4}|(?:19|20)\d{10})(?!\d)")
_BARE: Final = re.compile(r"\d{9,10}")
#: A keyed hash as `hashed` writes it; among a hundred thousand some hold twelve digits that would do as a personnummer.
_HASH: Final = r"[0-9a-f]{64}"


def refuse_personal_numbers(frame: pd.DataFrame, file: Path) -> None:
    """Stop if any cell of a table of texts holds a personnummer or samordningsnummer.

    Parameters
    ----------
    frame
        Texts; the first data row is row 2 of the file.

    Raises
    ------
    BistandError
        Naming file, row and column, never the number.
    """
    for column in frame.columns:
        texts = frame[column].fillna("").astype(str).str.strip()
        texts = texts.mask(texts.str.fullmatch(_HASH), "")
        sure = texts.map(_has_sure)
        bare = texts[texts.map(lambda text: _BARE.fullmatch(text) is not None)]
        alike = bare.map(lambda text: is_personal_number(text.zfill(10)))
        rows = sure[sure].index
        if len(rows) == 0 and len(bare) and alike.mean() > SUSPECT_SHARE:
            rows = alike[alike].index
        if len(rows):
            more = f" (och {len(rows) - 1} rader till)" if len(rows) > 1 else ""
            raise BistandError(
                f"det står personnummer eller samordningsnummer i klartext{more}",
                file=file,
                row=int(rows[0]) + 2,
                column=str(column),
                fix="Byt personnumren mot ett löpnummer redan i uttaget och ta bort den här filen. Ingenting har lästs in.",
            )


def _has_sure(text: str) -> bool:
    return any(is_personal_number(re.sub(r"\D", "", m.group())) for m in _SURE.finditer(text))


def local_key(folder: Path) -> bytes:
    """Read the folder's own key, or make one on first use (32 random bytes, readable by the owner only)."""
    if not (folder / KEY_FILE).exists():
        keep_key(folder, new_key())
    return key_of(folder)


def new_key() -> bytes:
    """Return a key that is nowhere yet."""
    return secrets.token_bytes(32)


def keep_key(folder: Path, key: bytes) -> None:
    """Write a key to a folder that has none."""
    descriptor = os.open(folder / KEY_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(key)


def key_of(folder: Path) -> bytes:
    """Return the folder's key."""
    path = folder / KEY_FILE
    key = path.read_bytes()
    if len(key) < 32:
        raise BistandError(
            "nyckelfilen är skadad", file=path, fix="Ta bort filen; en ny skapas vid nästa körning."
        )
    return key


def hashed(identifiers: pd.Series, key: bytes) -> pd.Series:
    """Return HMAC-SHA256 of every identifier (spaces at the ends and letter case do not matter)."""
    known = {
        text: hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        for text in identifiers.astype(str).str.strip().str.casefold().unique()
    }
    return identifiers.astype(str).str.strip().str.casefold().map(known)
