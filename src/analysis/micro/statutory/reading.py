"""Read statutory files into one table of person-months. Personal numbers leave this module only as keyed hashes."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from analysis.calendar import month_index
from analysis.micro.statutory.layout import Columns, Layout, folded, masked, recognise
from analysis.micro.statutory.rows import rows_of
from foundation.errors import BistandError

_UNKNOWN_GROUP: Final = "annat"
#: Words for no measure at all, unless the layout gives them a meaning.
_NO_MEASURE: Final = ("", "0", "00", "nej", "ingen", "n")
_SEX: Final = {"1": "M", "2": "K", "m": "M", "k": "K", "man": "M", "kvinna": "K"}
_PERSON: Final = re.compile(r"[0-9]{8}[0-9A-ZÅÄÖ]{4}|[0-9]{6}[0-9A-ZÅÄÖ]{4}")


@dataclass(frozen=True)
class Unknown:
    """A code that the layout does not explain: what kind, the code, and on how many rows it stands."""

    kind: str
    code: str
    rows: int


@dataclass(frozen=True)
class PersonMonths:
    """What the files say, one row an adult and month.

    Attributes
    ----------
    table
        ``person`` (keyed hash), ``month`` (month index), ``household`` (row number among all households and months),
        ``role`` (1 applicant, 2 co-applicant), ``amount`` (kronor of the household), ``children``, ``partner`` (bool),
        ``sex`` (K, M or ""), ``age``, ``abroad`` (0, 1 or -1 unknown), ``obstacle`` (group), ``measure`` (name or ""),
        ``exit`` (kind or "").
    unknown
        Codes that the layout does not explain.
    replaced
        Adult-months that stand in more than one file: the last file's counts.
    repeated
        Rows that repeat another row of the same file.
    columns
        What was recognised, by file name.
    """

    table: pd.DataFrame
    unknown: tuple[Unknown, ...]
    replaced: int
    repeated: int
    columns: Mapping[str, Columns]


def read_files(
    paths: Sequence[Path], layouts: Sequence[Layout], own: Layout | None, key: bytes, *, municipality: str
) -> PersonMonths:
    """Read files in the order given; a later file's word on an adult and month replaces an earlier one's.

    Raises
    ------
    BistandError
        At the first fault, naming file, row and column; the value itself is never told.
    """
    parts: list[pd.DataFrame] = []
    unknown: dict[tuple[str, str], Unknown] = {}
    columns: dict[str, Columns] = {}
    repeated = households = 0
    for number, path in enumerate(paths):
        part, found, again, layout_columns = _read(path, layouts, own, key, municipality)
        part["household"] += households
        households = int(part["household"].max()) + 1
        parts.append(part.assign(file=number))
        repeated += again
        columns[path.name] = layout_columns
        for item in found:
            before = unknown.get((item.kind, item.code))
            unknown[(item.kind, item.code)] = Unknown(
                item.kind, item.code, item.rows + (before.rows if before else 0)
            )
    if not parts:
        raise BistandError("ingen fil är angiven", fix="Skriv bistand mikro las FIL …")
    table = pd.concat(parts, ignore_index=True)
    last = table.groupby(["person", "month"])["file"].transform("max")
    kept = table[table["file"] == last]
    replaced = len(table) - len(kept)
    kept = kept.sort_values(["person", "month", "role"], kind="stable").drop_duplicates(["person", "month"])
    return PersonMonths(
        kept.drop(columns="file").reset_index(drop=True),
        tuple(sorted(unknown.values(), key=lambda item: (item.kind, item.code))),
        replaced,
        repeated,
        columns,
    )


def _read(
    path: Path, layouts: Sequence[Layout], own: Layout | None, key: bytes, municipality: str
) -> tuple[pd.DataFrame, list[Unknown], int, Columns]:
    rows = rows_of(path)
    columns, layout = recognise(rows[0], layouts, own, path.name)
    start = 1 if columns.heading else 0
    width = len(columns.roles)
    body, lines = [], []
    for line, row in enumerate(rows[start:], start + 1):
        if not any(row):
            continue
        if len(row) != width and not (len(row) > width and not any(row[width:])):
            raise BistandError(
                f"raden har {len(row)} fält men filens första rad har {width}",
                file=path.name,
                row=line,
                fix="Kontrollera om raden är avbruten eller har en tabb i ett fält.",
            )
        body.append(row[:width])
        lines.append(line)
    if not body:
        raise BistandError("filen har inga rader under rubrikraden", file=path.name, fix="Gör om uttaget.")
    frame = pd.DataFrame(body, columns=range(width), dtype=str, index=pd.Index(lines, name="row"))
    again = int(frame.duplicated().sum())
    frame = frame.drop_duplicates()
    reader = _Reader(frame, columns, layout, path.name)
    return reader.person_months(key, municipality), reader.unknown, again, columns


class _Reader:
    """One file's columns by role, checked as they are taken out."""

    def __init__(self, frame: pd.DataFrame, columns: Columns, layout: Layout, file: str) -> None:
        self.frame, self.columns, self.layout, self.file = frame, columns, layout, file
        self.unknown: list[Unknown] = []

    def texts(self, role: str) -> pd.Series:
        """The column's texts, or empty ones where the file has no such column."""
        place = self.columns.roles.index(role) if role in self.columns.roles else None
        return pd.Series("", index=self.frame.index) if place is None else self.frame[place]

    def stop(self, wrong: pd.Series, role: str, problem: str, fix: str) -> None:
        """Stop at the first row where `wrong` is true."""
        rows = wrong.index[wrong.to_numpy(dtype=bool)]
        if len(rows):
            place = self.columns.roles.index(role)
            more = f" (och {len(rows) - 1} rader till)" if len(rows) > 1 else ""
            raise BistandError(
                problem + more, file=self.file, row=int(rows[0]), column=self.columns.names[place], fix=fix
            )

    def whole(self, role: str, low: int, high: int, fix: str, *, empty: int | None = None) -> pd.Series:
        """A column of whole numbers within limits; `empty` stands for an empty field if that is allowed."""
        # Few texts stand in many rows: each is looked at once.
        places, different = pd.factorize(self.texts(role))
        texts = pd.Series(different, dtype=str).str.replace(r"[ \u00a0]", "", regex=True)
        texts = texts.str.replace(r"[.,]0+$", "", regex=True)
        blank = texts == ""
        numbers = pd.to_numeric(texts.where(texts.str.fullmatch(r"-?\d{1,12}"), None), errors="coerce")
        bad = (numbers.isna() & ~blank) | (numbers < low) | (numbers > high)
        if empty is None:
            bad |= blank
        if role in self.columns.roles:
            wrong = pd.Series(bad.to_numpy(bool)[places], self.frame.index)
            self.stop(wrong, role, "värdet är inte ett helt tal i rimlig storlek", fix)
        whole = numbers.fillna(empty if empty is not None else 0).astype("int64")
        return pd.Series(whole.to_numpy()[places], self.frame.index)

    def coded(self, role: str, codes: Mapping[str, str], kind: str, missing: str) -> pd.Series:
        """Meanings of a column of codes; unknown ones are counted and get `missing`."""
        texts = self.texts(role).str.strip()
        meaning = {folded(code): value for code, value in codes.items()}
        known = {text: meaning.get(folded(text)) for text in texts.unique() if text}
        for text, value in known.items():
            if value is None:
                rows = int((texts == text).sum())
                # A text that few rows have, or with many digits, may be about a person: only its shape is told.
                shown = text[:40] if rows >= 5 and not re.search(r"\d{5}", text) else masked(text)
                self.unknown.append(Unknown(kind, shown, rows))
        told = {text: value or missing for text, value in known.items()}
        return texts.map(lambda text: told.get(text, "")).astype("str")

    def measures(self, role: str) -> pd.Series:
        """Names of measures: the layout's, or the text itself where the layout explains none; 0 and nej are none."""
        if self.layout.insatser:
            return self.coded(role, {**dict.fromkeys(_NO_MEASURE, ""), **self.layout.insatser}, "insats", "")
        texts = self.texts(role).str.strip()
        return texts.mask(texts.str.casefold().isin(_NO_MEASURE), "")

    def persons(self, role: str, year: pd.Series, key: bytes) -> pd.Series:
        """Keyed hashes of a column of personal numbers; "" where the field is empty."""
        texts = _plain_numbers(self.texts(role))
        blank = texts == ""
        self.stop(
            ~blank & ~texts.str.fullmatch(_PERSON.pattern) if role in self.columns.roles else blank & False,
            role,
            "fältet har inte formen av ett personnummer, samordningsnummer eller tillfälligt nummer",
            "Fältet ska ha tolv tecken, ååååmmddxxxx. Kontrollera att kolumnerna är de rätta.",
        )
        return _hashed_plain(texts, key, year)

    def person_months(self, key: bytes, municipality: str) -> pd.DataFrame:
        """One row an adult and month."""
        year = self.whole("ar", 1990, 2100, "Året skrivs med fyra siffror.")
        number = self.whole("manad", 1, 12, "Månaden skrivs 01 till 12.")
        code = self.texts("kommun").str.zfill(4)
        if "kommun" in self.columns.roles:
            self.stop(
                (code != municipality) & (self.texts("kommun") != ""),
                "kommun",
                "raden gäller en annan kommun än den angivna",
                f"Ange rätt --kommun (nu {municipality}), eller ta bort raden.",
            )
        month = year * 12 + number - 1
        head, partner = self.persons("person", year, key), self.persons("person2", year, key)
        self.stop(head == "", "person", "personnummer saknas", "Varje rad ska ha sökandens nummer.")
        self.stop(
            (head == partner) & (partner != "") if "person2" in self.columns.roles else head != head,
            "person2",
            "sökande och medsökande är samma person",
            "Rätta raden i källsystemet.",
        )
        common = pd.DataFrame(
            {
                "month": month,
                "household": np.arange(len(self.frame)),
                "amount": self.whole(
                    "belopp", -200_000, 2_000_000, "Beloppet skrivs i hela kronor.", empty=0
                ),
                "children": self.whole("barn", 0, 25, "Antalet barn skrivs som ett helt tal.", empty=0),
                "partner": partner != "",
                "exit": self.coded("avslut", self.layout.avslut, "orsak till avslut", _UNKNOWN_GROUP),
            }
        )
        adults = [self._adult(common, head, "", 1)]
        if (partner != "").any():
            adults.append(self._adult(common, partner, "2", 2)[partner != ""])
        return pd.concat(adults, ignore_index=True)

    def _adult(self, common: pd.DataFrame, person: pd.Series, suffix: str, role: int) -> pd.DataFrame:
        sex = self.texts(f"kon{suffix}").str.strip().str.casefold()
        abroad = self.whole(f"utland{suffix}", 0, 2, "Fältet är 0 för Sverige och 1 för utlandet.", empty=-1)
        return common.assign(
            person=person,
            role=role,
            sex=sex.map(lambda text: _SEX.get(text, "")).astype("str"),
            age=self.whole(f"alder{suffix}", 0, 115, "Åldern skrivs i hela år.", empty=-1),
            abroad=abroad.clip(-1, 1),
            obstacle=self.coded(f"hinder{suffix}", self.layout.hinder, "hinder", _UNKNOWN_GROUP),
            measure=self.measures(f"insats{suffix}"),
        )


def _plain_numbers(texts: pd.Series) -> pd.Series:
    """Personal numbers without separators; zeros only are no number."""
    plain = texts.str.upper().str.replace(r"[\s+\-\u2010-\u2015\u00ad]", "", regex=True)
    return plain.mask(plain.str.fullmatch("0*"), "")


def hash_persons(texts: pd.Series, key: bytes) -> pd.Series:
    """Keyed hashes (HMAC-SHA256) of personal numbers, "" where there is none; ten digits get the century of adults."""
    return _hashed_plain(_plain_numbers(texts), key, pd.Series(2099, index=texts.index))


def _hashed_plain(plain: pd.Series, key: bytes, year: pd.Series) -> pd.Series:
    """The same of numbers without separators; `year` is when the person is an adult."""
    century = np.where(pd.to_numeric(plain.str[:2], errors="coerce") > (year % 100), "19", "20")
    full = plain.mask(plain.str.len() == 10, pd.Series(century, index=plain.index) + plain)
    unique = full[full != ""].unique()
    hashes = {text: hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for text in unique}
    return full.map(lambda text: hashes.get(text, "")).astype("str")


def parse_month(text: str) -> int:
    """A month written 2024-03 as a month index."""
    return month_index(int(text[:4]), int(text[5:7]))
