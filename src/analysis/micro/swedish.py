"""Swedish numbers for the sentences of this package; the report layer lies above and is not imported."""

from __future__ import annotations

import math


def decimal(value: float, digits: int = 1) -> str:
    """Format with decimal comma, true minus and no-break space between thousands; no minus on zero."""
    if not math.isfinite(value):
        return "–"
    text = f"{abs(value):,.{digits}f}".replace(",", "\u00a0").replace(".", ",")
    return f"\u2212{text}" if value < 0 and any(c in "123456789" for c in text) else text


def count(value: float) -> str:
    """Format a whole number."""
    return decimal(value, 0)


def points(value: float, digits: int = 1) -> str:
    """Format a signed difference between two shares."""
    text = decimal(value, digits)
    plus = "+" if value > 0 and any(c in "123456789" for c in text) else ""
    return f"{plus}{text}\u00a0procentenheter"


def interval(low: float, high: float, digits: int = 2) -> str:
    """Format an interval."""
    return f"{decimal(low, digits)} till {decimal(high, digits)}"
