"""What the data commands print about changes between vintages."""

from __future__ import annotations

import pandas as pd

from analysis.panel.changes import VintageChanges, describe, value_text

MAX_LINES = 12


def changes_text(changes: VintageChanges, candidate: pd.DataFrame) -> str:
    """Return what a vintage changes, in a few lines."""
    lines = [
        f"Mot förra utgåvan: {len(changes.new)} nya värden, {len(changes.revised)} reviderade, "
        f"{changes.same} oförändrade, {len(changes.gone)} finns inte längre med."
    ]
    if not changes.new.empty:
        lines.append(f"Nya perioder: {_span(changes.new['period'])}.")
    lines += [
        f"  {describe(row)}: {value_text(row['value_fore'], row['status_fore'])} blir "
        f"{value_text(row['value'], row['status'])}"
        for _, row in changes.revised.head(MAX_LINES).iterrows()
    ]
    if len(changes.revised) > MAX_LINES:
        lines.append(f"  … och {len(changes.revised) - MAX_LINES} till")
    lines += [
        f"  {describe(row)} ({value_text(row['value'], row['status'])}) saknas nu; det äldre värdet står kvar"
        for _, row in changes.gone.head(MAX_LINES).iterrows()
    ]
    if changes.flags:
        lines.append("Titta extra på:")
        lines += [f"  {text}" for text in changes.flags[:MAX_LINES]]
        if len(changes.flags) > MAX_LINES:
            lines.append(f"  … och {len(changes.flags) - MAX_LINES} till")
    if changes.is_empty and not candidate.empty:
        lines.append("Filen säger inget som inte redan var känt.")
    return "\n".join(lines)


def _span(periods: pd.Series) -> str:
    first, last = periods.min(), periods.max()
    return str(first) if first == last else f"{first} till {last}"
