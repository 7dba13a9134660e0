"""Numbers and tables as plain Swedish text for the terminal."""

from __future__ import annotations

from collections.abc import Sequence


def number_text(value: float) -> str:
    """Return a number with decimal comma and spaced thousands, as many decimals as it needs (at most six)."""
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return text.replace(",", "\u00a0").replace(".", ",").replace("-", "\u2212")


def table_text(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table with aligned columns; columns whose cells all look like numbers are set to the right."""
    cells = [list(header), *[list(row) for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    right = [bool(rows) and all(_numeric(row[column]) for row in rows) for column in range(len(header))]
    lines = []
    for row in cells:
        parts = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ]
        lines.append("  ".join(parts).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _numeric(text: str) -> bool:
    stripped = text.replace("\u00a0", "").replace(",", "").replace("\u2212", "")
    return stripped.isdigit() or text in ("", "–")
