"""Phrases in the sentences of checks and verdicts that only effects use."""

from __future__ import annotations

from collections.abc import Sequence

from foundation.swedish import count, decimal


def p_text(p_value: float) -> str:
    """A p-value as readers meet it: ``p = 0,23``, ``p = 0,004``."""
    return f"p\u00a0=\u00a0{decimal(p_value, 3 if p_value < 0.01 else 2)}"


def thousands(value: float) -> str:
    """A count rounded to tens, in groups of three."""
    return count(round(value, -1))


def years_text(years: Sequence[int]) -> str:
    """``2020–2022``, or ``2024`` for one year."""
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
