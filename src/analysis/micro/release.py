"""The declared tables of an analysis, made from results and ready for the gate."""

from __future__ import annotations

import pandas as pd

from analysis.disclosure.model import Policy
from analysis.micro.assess import MeasureResult
from analysis.micro.gate import DECLARED, Gate, hidden_levels
from analysis.micro.hazard import HazardModel, hazard_table
from analysis.micro.shown import curve_months, hidden_shares

OUTCOMES = {True: "godkänd", False: "talar emot", None: "upplysning"}


def effect_rows(result: MeasureResult, threshold: int = Policy.threshold) -> pd.DataFrame:
    """Contrasts: shares in per cent, differences in percentage points or months; empty where they are hidden."""
    contrasts = [*result.contrasts, *([result.fewer] if result.fewer else [])]
    rows = [
        (
            result.measure,
            c.label,
            c.unit,
            c.months,
            c.start,
            c.without,
            c.effect,
            c.low,
            c.high,
            result.status,
        )
        for c in contrasts
    ]
    frame = pd.DataFrame(rows, columns=list(DECLARED["effekter"])).round(2)
    gone = hidden_shares(result, threshold)
    hidden = [(f"månader_{c.months}" if c.key == "färre" else c.key) in gone for c in contrasts]
    frame.loc[hidden, ["med", "utan", "effekt", "lag", "hog"]] = float("nan")
    return frame


def summary_rows(results: tuple[MeasureResult, ...], place: str, last: str) -> pd.DataFrame:
    """One row a measure: verdict, sentence, participants (missing when hidden), minimal detectable effect.

    `place` and `last` say whose spells they are, and which month is the last one.
    """
    rows = [
        (r.measure, r.status, r.participants, r.verdict, r.reason, r.detectable, r.p_adjusted, place, last)
        for r in results
    ]
    frame = pd.DataFrame(rows, columns=list(DECLARED["atgarder"]))
    typed = frame.astype({"deltagare": "Int64", "minsta_effekt": float, "p_justerat": float})
    return typed.round({"minsta_effekt": 1, "p_justerat": 3})


def curve_rows(result: MeasureResult, threshold: int = Policy.threshold) -> pd.DataFrame:
    """Curves at the months that may be shown."""
    names = list(DECLARED["kurvor"])
    if result.curves is None or result.participants is None:
        return pd.DataFrame(columns=names)
    c = result.curves
    gone = hidden_shares(result, threshold)
    kept = [month for month in curve_months(result, threshold) if f"egen_{month}" not in gone]
    rows = [
        (result.measure, k, c.left_start[k - 1], c.left_without[k - 1], c.difference[k - 1], c.low[k - 1],
         c.high[k - 1], c.on_start[k - 1], c.on_without[k - 1], result.status)
        for k in kept
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=names).round(1)
    frame.loc[[f"på_{month}" in gone for month in kept], ["bistand_med", "bistand_utan"]] = float("nan")
    return frame


def check_rows(result: MeasureResult) -> pd.DataFrame:
    """Checks with their outcome in words."""
    rows = [(result.measure, c.title, OUTCOMES[c.passed], c.text, result.status) for c in result.checks]
    return pd.DataFrame(rows, columns=list(DECLARED["kontroller"]))


def balance_rows(result: MeasureResult, gate: Gate) -> pd.DataFrame:
    """Balance with the levels hidden that stand for few participants."""
    table = next((c.table for c in result.checks if c.key == "balans"), None)
    if table is None or result.participants is None:
        return pd.DataFrame(columns=list(DECLARED["balans"]))
    shown = table.copy()
    for _, rows in table.groupby("grupp", sort=False):
        hidden = hidden_levels(rows["startar"].to_numpy(), result.participants, gate)
        shown.loc[rows.index[hidden], ["startar", "andra", "andra_viktade", "fore", "efter"]] = float("nan")
    return shown.assign(atgard=result.measure, status=result.status).loc[:, list(DECLARED["balans"])].round(2)


def group_rows(result: MeasureResult, gate: Gate) -> pd.DataFrame:
    """Effects by group; groups that are too small have no numbers at all."""
    names = list(DECLARED["grupper"])
    if result.groups is None or result.participants is None:
        return pd.DataFrame(columns=names)
    table = result.groups.table.copy()
    for _, rows in table.groupby("grupp", sort=False):
        known = rows.index[rows["deltagare"].notna()]
        sizes = [int(size) for size in rows.loc[known, "deltagare"]]
        shown = gate.protect([*sizes, max(0, result.participants - sum(sizes))])
        hidden = [row for row, size in zip(known, shown[:-1], strict=True) if size is None]
        table.loc[hidden, ["deltagare", "effekt", "lag", "hog", "p", "p_holm"]] = float("nan")
    return table.assign(atgard=result.measure, status=result.status).loc[:, names].round(3)


def hazard_rows(model: HazardModel, status: str) -> pd.DataFrame:
    """Odds ratios of leaving."""
    return hazard_table(model).assign(status=status).loc[:, list(DECLARED["avslut"])].round(2)
