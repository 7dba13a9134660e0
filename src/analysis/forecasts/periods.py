"""Arithmetic on periods as the observation table writes them: ``"2025"`` or ``"2025-12"``."""

from __future__ import annotations

import datetime as dt
import math


def is_month(period: str) -> bool:
    """True for ``"2025-12"``, False for ``"2025"``."""
    return len(period) == 7


def following(last: str, count: int) -> tuple[str, ...]:
    """The `count` periods after `last`, of the same kind."""
    if not is_month(last):
        return tuple(str(int(last) + step) for step in range(1, count + 1))
    first = int(last[:4]) * 12 + int(last[5:]) - 1
    months = range(first + 1, first + count + 1)
    return tuple(f"{month // 12}-{month % 12 + 1:02d}" for month in months)


def centre(period: str) -> float:
    """Middle of the period in years: ``centre("2025") == 2025.5``, ``centre("2025-01") == 2025 + 1/24``."""
    if is_month(period):
        return int(period[:4]) + (int(period[5:]) - 0.5) / 12.0
    return int(period) + 0.5


def last_day(period: str) -> str:
    """ISO date of the period's last day."""
    if not is_month(period):
        return f"{period}-12-31"
    year, month = int(period[:4]), int(period[5:])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return f"{period}-{days[month - 1]:02d}"


def steps_between(first: str, last: str) -> int:
    """Number of periods from `first` to `last` (same kind); negative when `last` comes first."""
    if is_month(first) != is_month(last):
        raise ValueError("cannot count between a year and a month")
    if not is_month(first):
        return int(last) - int(first)
    return (int(last[:4]) - int(first[:4])) * 12 + int(last[5:]) - int(first[5:])


def horizon_of(origin: str, period: str) -> int:
    """Periods ahead; whole years, rounded up, when one is a year and the other a month."""
    if is_month(origin) == is_month(period):
        return steps_between(origin, period)
    return max(math.ceil(centre(period) - centre(origin)), 1)


def weekdays(month: str) -> int:
    """Mondays to Fridays in a month."""
    first = dt.date.fromisoformat(f"{month}-01")
    days = int(last_day(month)[8:])
    return sum((first.weekday() + step) % 7 < 5 for step in range(days))
