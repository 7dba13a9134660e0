"""Periods as the register writes them: a year, a month, or the first and last of several."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import total_ordering

_PART = re.compile(r"(?P<year>\d{4})(?:-(?P<month>0[1-9]|1[0-2]))?")


@total_ordering
@dataclass(frozen=True)
class Period:
    """A stretch of whole months.

    Parameters
    ----------
    text
        ``"2022"``, ``"2022-03"`` or ``"2020-06/2020-08"``.
    start, end
        First and last day.
    """

    text: str
    start: date
    end: date

    def __lt__(self, other: Period) -> bool:
        """Order by last day, then by first day."""
        return (self.end, self.start) < (other.end, other.start)

    @property
    def is_year(self) -> bool:
        """Whether the period is exactly one calendar year."""
        return self.start == date(self.end.year, 1, 1) and (self.end.month, self.end.day) == (12, 31)

    @property
    def is_month(self) -> bool:
        """Whether the period is exactly one month."""
        return (self.start.year, self.start.month) == (self.end.year, self.end.month)


def _bounds(text: str) -> tuple[date, date]:
    match = _PART.fullmatch(text)
    if match is None:
        raise ValueError(f"”{text}” är ingen period; skriv ÅÅÅÅ, ÅÅÅÅ-MM eller två sådana med / emellan")
    year = int(match["year"])
    if match["month"] is None:
        return date(year, 1, 1), date(year, 12, 31)
    month = int(match["month"])
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def parse_period(text: str) -> Period:
    """Read a period.

    Raises
    ------
    ValueError
        With a Swedish sentence, if the text is not a period or ends before it begins.
    """
    first, _, last = text.partition("/")
    start, end = _bounds(first)
    if last:
        end = _bounds(last)[1]
    if end < start:
        raise ValueError(f"perioden ”{text}” slutar innan den börjar")
    return Period(text, start, end)
