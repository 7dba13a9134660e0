"""Numbers, months and days as Swedish readers expect them: decimal comma, true minus, named units."""

from __future__ import annotations

import math
from datetime import date
from typing import Final

NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
MISSING = "–"

MONTHS: Final = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)


def day_name(day: date) -> str:
    """Return a day in words: ``28 januari 2021``."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def decimal(value: float | None, digits: int = 1, *, sign: bool = False) -> str:
    """Format a number: ``decimal(1234.56) == '1 234,6'``; missing values give an en dash.

    A value that rounds to zero is written without a minus sign.
    """
    if value is None or not math.isfinite(value):
        return MISSING
    text = f"{abs(value):,.{digits}f}".replace(",", NO_BREAK_SPACE).replace(".", ",")
    is_zero = not any(character in "123456789" for character in text)
    if value < 0 and not is_zero:
        return MINUS + text
    return f"+{text}" if sign and not is_zero else text


def digits_of(value: float, most: int = 3) -> int:
    """Return how many decimals a number that somebody has set needs, at most `most`: 1 for 2.5."""
    return next((digits for digits in range(most) if round(value, digits) == value), most)


def percent(value: float | None, digits: int = 1) -> str:
    """Format a share that is already in per cent: ``percent(3.68, 2) == '3,68 %'``."""
    text = decimal(value, digits)
    return text if text == MISSING else f"{text}{NO_BREAK_SPACE}%"


def points(value: float | None, digits: int = 2, *, sign: bool = True) -> str:
    """Format a difference between two shares: ``points(-0.5) == '−0,50 procentenheter'``."""
    text = decimal(value, digits, sign=sign)
    return text if text == MISSING else f"{text}{NO_BREAK_SPACE}procentenheter"


def moved(change: float, digits: int = 2) -> str:
    """Say how far a share has moved: ``minskade med 0,32 procentenheter``, ``var oförändrad`` when nothing is seen."""
    size = points(abs(change), digits, sign=False)
    if size == points(0.0, digits):
        return "var oförändrad"
    return f"{'minskade' if change < 0 else 'ökade'} med {size}"


def apart(difference: float, above: str, below: str, same: str) -> str:
    """Say how far a share is from another: ``0,32 procentenheter över riket``; `same` when no difference is seen."""
    size = points(abs(difference), sign=False)
    if size == points(0.0):
        return same
    return f"{size} {above if difference > 0 else below}"


def count(value: float | None) -> str:
    """Format a count without decimals: ``count(9146.2) == '9 146'``."""
    return decimal(value, 0)


def about(persons: float, digits: int = -1) -> str:
    """Say a number of persons roughly: ``cirka 1 640``, to tens, from a thousand on to `digits`; never ``cirka 0``."""
    if round(persons, -1) <= 0:
        return "färre än 10"
    return f"cirka {count(round(persons, digits if persons >= 1000 else -1))}"


def probability(value: float | None) -> str:
    """Format a probability (0-1) in whole per cent; never claims certainty.

    Values under 1 % or over 99 % are written ``under 1 %`` and ``över 99 %``: a simulation of a few
    thousand paths cannot tell them from impossible and certain.
    """
    if value is None or not math.isfinite(value):
        return MISSING
    if value < 0.01:
        return f"under 1{NO_BREAK_SPACE}%"
    if value > 0.99:
        return f"över 99{NO_BREAK_SPACE}%"
    return f"{value * 100:.0f}{NO_BREAK_SPACE}%"


def interval(low: float | None, high: float | None, digits: int = 2) -> str:
    """Format an interval: ``interval(2.1, 3.4, 1) == '2,1 till 3,4'``."""
    return f"{decimal(low, digits)} till {decimal(high, digits)}"


def numbered(number: int, one: str, many: str) -> str:
    """Write a number with its word: ``1 åtgärd``, ``3 åtgärder``."""
    return f"{count(number)} {one if number == 1 else many}"
