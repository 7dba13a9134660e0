"""Years, months and delår: the one calendar.

A period is written as the observation table writes it: ``"2025"``, ``"2025-12"`` or ``"2025-T2"`` for a delår.
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import total_ordering
from typing import Final

from foundation.swedish import MONTHS

PERIOD_PATTERN: Final = r"^(19|20)\d{2}(-(0[1-9]|1[0-2]|T[1-3]))?$"
_PART: Final = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?")


def is_month(period: str) -> bool:
    """True for ``"2025-12"``, False for ``"2025"`` and ``"2025-T2"``."""
    return len(period) == 7 and period[5] != "T"


def month_index(year: int, month: int) -> int:
    """Count months since year 0: January 2024 is ``2024 * 12``."""
    return year * 12 + month - 1


def month_label(index: int) -> str:
    """Return ``"2024-01"`` for a month index."""
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def last_month(period: str) -> int:
    """Index of a period's last month: December of a year, April, August or December of a delår."""
    year, part = int(period[:4]), period[5:]
    return month_index(year, 12 if not part else int(part[1:]) * 4 if part[0] == "T" else int(part))


def first_day(period: str) -> str:
    """ISO date of the period's first day."""
    year, part = period[:4], period[5:]
    month = 1 if not part else int(part[1:]) * 4 - 3 if part[0] == "T" else int(part)
    return f"{year}-{month:02d}-01"


def month_end(index: int) -> date:
    """Last day of a month."""
    year, month = divmod(index, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def period_end(period: str) -> date:
    """Return the last day of a year, a month or a delår."""
    return month_end(last_month(period))


def last_day(period: str) -> str:
    """ISO date of the period's last day."""
    return period_end(period).isoformat()


def period_name(period: str) -> str:
    """Return a period in words: ``2024-10`` is ``oktober 2024``."""
    year, part = period[:4], period[5:]
    if not part:
        return year
    return f"tertial {part[1:]} {year}" if part[0] == "T" else f"{MONTHS[int(part) - 1]} {year}"


def in_period(period: str) -> str:
    """Return when something happens in words: ``2027`` is ``2027``, ``2024-10`` is ``i oktober 2024``."""
    return period_name(period) if len(period) == 4 else f"i {period_name(period)}"


def following(last: str, count: int) -> tuple[str, ...]:
    """The `count` periods after `last`, of the same kind."""
    if not is_month(last):
        return tuple(str(int(last) + step) for step in range(1, count + 1))
    return tuple(month_label(last_month(last) + step) for step in range(1, count + 1))


def absent_months(periods: Iterable[str]) -> tuple[str, ...]:
    """Return the months between the first and the last of the months given that are not among them."""
    known = {period for period in periods if is_month(period)}
    if not known:
        return ()
    span = following(min(known), steps_between(min(known), max(known)))
    return tuple(month for month in span if month not in known)


def centre(period: str) -> float:
    """Middle of the period in years: ``centre("2025") == 2025.5``, ``centre("2025-01") == 2025 + 1/24``."""
    if is_month(period):
        return int(period[:4]) + (int(period[5:]) - 0.5) / 12.0
    return int(period) + 0.5


def steps_between(first: str, last: str) -> int:
    """Number of periods from `first` to `last` (same kind); negative when `last` comes first."""
    if is_month(first) != is_month(last):
        raise ValueError("cannot count between a year and a month")
    return last_month(last) - last_month(first) if is_month(first) else int(last) - int(first)


def horizon_of(origin: str, period: str) -> int:
    """Periods ahead; whole years, rounded up, when one is a year and the other a month."""
    if is_month(origin) == is_month(period):
        return steps_between(origin, period)
    return max(math.ceil(centre(period) - centre(origin)), 1)


def weekdays(month: str) -> int:
    """Mondays to Fridays in a month."""
    end = period_end(month)
    return sum(end.replace(day=day).weekday() < 5 for day in range(1, end.day + 1))


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


def parse_period(text: str) -> Period:
    """Read a period as plans write it: a year, a month, or the first and last of several.

    Raises
    ------
    ValueError
        With a Swedish sentence, if the text is not a period or ends before it begins.
    """
    first, _, last = text.partition("/")
    for part in (first, last or first):
        if not _PART.fullmatch(part) or part[:4] == "0000":
            raise ValueError(f"”{part}” är ingen period; skriv ÅÅÅÅ, ÅÅÅÅ-MM eller två sådana med / emellan")
    start, end = date.fromisoformat(first_day(first)), period_end(last or first)
    if end < start:
        raise ValueError(f"perioden ”{text}” slutar innan den börjar")
    return Period(text, start, end)
