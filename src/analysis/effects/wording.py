"""Numbers in the sentences of checks and verdicts: decimal comma, true minus, procentenheter.

The report layer has richer formatting, but imports point downwards and effects lie below it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def decimal(value: float, digits: int = 2, *, sign: bool = False) -> str:
    """Decimal comma and true minus; never minus zero."""
    if not math.isfinite(value):
        return "–"
    text = f"{abs(value):.{digits}f}".replace(".", ",")
    if not any(character in "123456789" for character in text):
        return text
    return ("\u2212" if value < 0 else "+" if sign else "") + text


def points(value: float, *, sign: bool = True) -> str:
    """A difference between shares, with its unit."""
    return f"{decimal(value, sign=sign)}\u00a0procentenheter"


def p_text(p_value: float) -> str:
    """A p-value as readers meet it: ``p = 0,23``, ``p = 0,004``."""
    return f"p\u00a0=\u00a0{decimal(p_value, 3 if p_value < 0.01 else 2)}"


def thousands(value: float) -> str:
    """A count rounded to tens, in groups of three."""
    return f"{round(value, -1):,.0f}".replace(",", "\u00a0")


def years_text(years: Sequence[int]) -> str:
    """``2020–2022``, or ``2024`` for one year."""
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
