"""Texts that users and files bring in are plain text: what a page, a terminal or a spreadsheet would act on is refused.

One rule for every YAML file and for the texts in the observation table, asked before anything runs. What passes can be
written on a page, in Word, in a terminal and in a CSV, and means nothing there but itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from foundation.errors import BistandError

if TYPE_CHECKING:
    import pandas as pd

#: What stops a text, and what to call it.
_KINDS: Final = (
    (re.compile(r"<[A-Za-z/!?]"), "HTML"),
    (re.compile(r"\{\{|\}\}|\{%|%\}|\{#"), "en kortkod eller mall"),
    (re.compile(r"`|~~~|\{=|^\s*:::", re.M), "ett kod- eller råblock"),
    (re.compile(r"\]\(|\]\[|!\[|\^\[|\[\^|(?<!\w)@(?:fig|tbl|eq|sec|lst)-"), "Markdown (länk, bild, not, hänvisning)"),
    (
        re.compile(
            r"\*\S[^*\n]*\*|(?<!\w)_\S(?:[^_\n]*\S)?_(?!\w)|~[^\s~]+~|\^[^\s^]+\^|\$\S(?:[^$\n]*\S)?\$(?!\d)"
            r"|\\\S|\]\{|&#?\w+;|^\s*(?:#{1,6}|>)\s",
            re.M,
        ),
        "formatering (kursiv, fet, rubrik, formel eller tecken i kod)",
    ),
    (re.compile(r"\b(?:file:/|javascript:|vbscript:|data:\w+/)", re.I), "en adress som inte är en webbadress"),
    (
        re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]"),
        "ett osynligt styrtecken",
    ),
    (re.compile(r"^[=@\t]|^[+-](?=[^\s\d])", re.M), "början på en formel i ett kalkylblad"),
)  # fmt: skip
#: Signs without which no text can be any of these; most texts have none of them.
_SIGNS: Final = re.compile(r"[^\w ,.;()/%\"'–—”’…]|_")
_FORMULA: Final = re.compile(r"^[=+\-@\t](?!\s*$)")
_NUMBER: Final = re.compile(r"^[+-]?\d[\d\s.,]*$")
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def demand_plain(content: object, file: Path | str) -> None:
    """Go through every text of a document, keys too.

    Raises
    ------
    BistandError
        For the first that is more than text: where it stands and what it looks like.
    """
    for place, text in _texts(content, ()):
        found = _first(text)
        if found is not None:
            kind, sign = found
            raise BistandError(
                f"{'.'.join(place) or 'texten'} innehåller {kind} ({sign!r})",
                file=file,
                row=_line(file, sign),
                fix="Skriv vanlig text; formatering, länkar, formler och kod hör inte hemma här.",
            )


def demand_plain_columns(frame: pd.DataFrame, columns: tuple[str, ...]) -> None:
    """Go through the distinct texts of a table of observations; the error names the source."""
    for column in columns:
        for text in frame[column].unique():
            if isinstance(text, str) and _first(text) is not None:
                source = frame.loc[frame[column] == text, "source_id"].iloc[0]
                demand_plain({column: text}, str(source))


def harmless(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table that a spreadsheet shows as it is: a text that it would compute gets an apostrophe before it."""
    made = frame.rename(columns=lambda name: _as_text(name))
    texts = [name for name in made.columns if made[name].dtype.kind not in "biufcmM"]
    return made.assign(**{name: made[name].map(_as_text) for name in texts}) if texts else made


def printable(text: str) -> str:
    """Return a text for the terminal: nothing in it moves the cursor, changes colours or turns the writing round."""
    return _CONTROL.sub("\u00b7", text)


def _as_text(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.replace("\r", " ")
    return f"'{text}" if _FORMULA.match(text.lstrip(" ")) and not _NUMBER.match(text) else text


def _first(text: str) -> tuple[str, str] | None:
    if _SIGNS.search(text) is None:
        return None
    for pattern, kind in _KINDS:
        match = pattern.search(text)
        if match:
            return kind, match.group()
    return None


def _texts(content: object, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(content, str):
        yield place, content
    elif isinstance(content, dict):
        for key, inner in content.items():
            yield from _texts(key if isinstance(key, str) else None, (*place, "namnet på fältet"))
            yield from _texts(inner, (*place, str(key)))
    elif isinstance(content, list | tuple):
        for number, inner in enumerate(content, start=1):
            yield from _texts(inner, (*place, str(number)))


def _line(file: Path | str, sign: str) -> int | None:
    """Return the first line of a text file that holds `sign`, if it is written as it is read."""
    if not isinstance(file, Path) or not file.is_file():
        return None
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return next(
        (number for number, line in enumerate(lines, start=1) if len(sign) > 1 and sign in line), None
    )
