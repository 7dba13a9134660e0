"""Periods, genders and municipalities as people write them in tables."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from foundation.swedish import MONTHS

_MONTH_WORDS: Final = {
    **{name: number for number, name in enumerate(MONTHS, start=1)},
    **{name[:3]: number for number, name in enumerate(MONTHS, start=1)},
    "sept": 9,
    "mar": 3,
    "febr": 2,
    "okt": 10,
}
_WORD: Final = r"(?P<month_word>[a-zåäö]{3,9})"
_YEAR: Final = r"(?P<year>(?:19|20)\d{2})"
_PATTERNS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_YEAR}",
        rf"{_YEAR} ?[-/.:m ] ?(?P<month>\d{{1,2}})",
        rf"{_YEAR}m?(?P<month>0[1-9]|1[0-2])",
        rf"{_YEAR}-(?P<month>\d{{2}})-(?P<day>\d{{2}})(?:[ t]00:00(?::00)?)?",
        rf"(?P<month>\d{{1,2}}) ?[-/.] ?{_YEAR}",
        rf"{_WORD}\.? ?[-/,]? ?{_YEAR}",
        rf"{_WORD}\.? ?[-/ ']? ?(?P<short>\d{{2}})",
        rf"{_YEAR} ?[-/,]? ?{_WORD}\.?",
        rf"{_YEAR} ?-? ?t(?:ertial)? ?(?P<third>[1-3])",
        rf"t(?:ertial)? ?(?P<third>[1-3]) ?[-/,]? ?{_YEAR}",
    )
)
_GENDERS: Final = {
    "K": ("k", "kv", "kvinna", "kvinnor", "flickor", "kvinnor och flickor"),
    "M": ("m", "man", "män", "pojkar", "män och pojkar"),
    "T": (
        "t",
        "tot",
        "totalt",
        "total",
        "alla",
        "samtliga",
        "båda könen",
        "kvinnor och män",
        "män och kvinnor",
        "totalt, samtliga män och kvinnor",
        "kön totalt",
        "totalt kön",
    ),
}
_GENDER_WORDS: Final = {word: gender for gender, words in _GENDERS.items() for word in words}
TOTAL_WORDS: Final = frozenset(
    (
        "summa",
        "totalt",
        "total",
        "tot",
        "samtliga",
        "alla",
        "hela året",
        "helår",
        "medel",
        "medelvärde",
        "snitt",
    )
)
_WEEK: Final = re.compile(
    r"(?:19|20)\d\d ?-? ?(?:w|v)\.? ?\d{1,2}(?:-\d)?|(?:v|vecka)\.? ?\d{1,2}(?:[ ,/-]+(?:19|20)?\d\d)?|w\d{1,2}"
)
#: Days between the two epochs that workbooks count from.
EPOCH_1904: Final = 1462.0
_EXCEL_EPOCH: Final = date(1899, 12, 30)


@dataclass(frozen=True)
class PeriodPart:
    """What a cell says about time: a whole period, or only a month (then `year` is None)."""

    year: int | None
    month: int | None = None
    third: int | None = None

    def text(self) -> str | None:
        """Return ``2024``, ``2024-10`` or ``2024-T2``; None while the year is unknown."""
        if self.year is None:
            return None
        if self.third is not None:
            return f"{self.year}-T{self.third}"
        return f"{self.year}-{self.month:02d}" if self.month is not None else f"{self.year}"


def normalise(value: object) -> str:
    """Lower case, ordinary spaces, no space at the ends."""
    return re.sub(r"\s+", " ", str(value).replace("\u00ad", "")).strip().lower()


@lru_cache(maxsize=8192)
def parse_period(value: Hashable) -> PeriodPart | None:
    """Read a year, a month of a year, a delår or a bare month name; None if it is none of them."""
    if isinstance(value, date):
        return PeriodPart(value.year, value.month)
    if isinstance(value, float):
        return PeriodPart(int(value)) if value.is_integer() and 1900 <= value <= 2099 else None
    text = normalise(value)
    if text in _MONTH_WORDS:
        return PeriodPart(None, _MONTH_WORDS[text])
    for pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        part = _from_match(match.groupdict()) if match else None
        if part is not None:
            return part
    return None


def _from_match(found: dict[str, str | None]) -> PeriodPart | None:
    year = int(found.get("year") or f"20{found.get('short')}")
    third = found.get("third")
    if third is not None:
        return PeriodPart(year, third=int(third))
    word, digits = found.get("month_word"), found.get("month")
    if word is not None:
        return PeriodPart(year, _MONTH_WORDS[word.rstrip(".")]) if word.rstrip(".") in _MONTH_WORDS else None
    if digits is None:
        return PeriodPart(year)
    if found.get("day") is not None and not _is_day(year, int(digits), int(str(found["day"]))):
        return None
    return PeriodPart(year, int(digits)) if 1 <= int(digits) <= 12 else None


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def is_week(value: Hashable) -> bool:
    """Whether a text names a week: ``2025-W01``, ``v. 3``, ``vecka 12 2025``."""
    return isinstance(value, str) and bool(_WEEK.fullmatch(normalise(value)))


def month_number(value: Hashable) -> int | None:
    """Read a month given by name or by number 1-12."""
    part = parse_period(value)
    if part is not None and part.year is None:
        return part.month
    text = normalise(int(value) if isinstance(value, float) and value.is_integer() else value)
    return int(text) if re.fullmatch(r"0?[1-9]|1[0-2]", text) else None


def excel_serial(value: object) -> PeriodPart | None:
    """Read an Excel day number (1990-2060) that has lost its date format."""
    if not isinstance(value, float) or not value.is_integer() or not 32874 <= value <= 58805:
        return None
    day = _EXCEL_EPOCH + timedelta(days=int(value))
    return PeriodPart(day.year, day.month)


def parse_gender(value: object) -> str | None:
    """Read women, men or both; None if the text is something else."""
    return _GENDER_WORDS.get(normalise(value))
