"""A statutory file as rows of texts, whichever system wrote it."""

from __future__ import annotations

from codecs import BOM_UTF8
from pathlib import Path
from typing import Final

from foundation.errors import BistandError

#: A file larger than this is not a monthly file of a Swedish municipality.
MOST_BYTES: Final = 400_000_000


def rows_of(path: Path) -> list[list[str]]:
    """All rows as lists of texts.

    UTF-8, else row by row also Windows-1252; tabs, or the separator that the first row has most of.

    Raises
    ------
    BistandError
        If the file is missing, too large, empty or no text, or its first row has no fields.
    """
    if not path.is_file():
        raise BistandError("filen finns inte", file=path.name, fix="Kontrollera namnet.")
    if path.stat().st_size > MOST_BYTES:
        raise BistandError(
            "filen är för stor för att vara en månadsfil", file=path.name, fix="Kontrollera filen."
        )
    data = path.read_bytes()
    text = _decoded(data)
    if "\0" in text or data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"):
        raise BistandError(
            "filen är ingen textfil", file=path.name, fix="Ange den textfil som skickas till Socialstyrelsen."
        )
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise BistandError("filen är tom", file=path.name, fix="Gör om uttaget.")
    separator = max("\t;,|", key=lines[0].count)
    if lines[0].count(separator) < 2:
        raise BistandError(
            "raden har inga tabbar", file=path.name, row=1, fix="Filen ska ha en tabb mellan fälten."
        )
    return [[cell.strip().strip('"') for cell in line.split(separator)] for line in lines]


def _decoded(data: bytes) -> str:
    """UTF-16 by its mark; UTF-8; else row by row, as one system may write its rows in Windows-1252 among another's."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "\n".join(_decoded_row(row) for row in data.removeprefix(BOM_UTF8).splitlines())


def _decoded_row(row: bytes) -> str:
    try:
        return row.decode("utf-8")
    except UnicodeDecodeError:
        return row.decode("cp1252", errors="replace")
