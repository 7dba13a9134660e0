"""The declared tables of an analysis, made from results and ready for the gate."""

from __future__ import annotations

import pandas as pd

from analysis.disclosure.model import Policy, few_or_all_but_few, is_few
from analysis.micro.assess import MeasureResult
from analysis.micro.gate import DECLARED, Gate, hidden_levels, thin_months
from analysis.micro.hazard import HazardModel, hazard_table

#: Contrasts that stay when a part of them is hidden (each is known to be large on its own).
WHOLE = ("egen", "alla", "månader", "färre")
OUTCOMES = {True: "godkänd", False: "talar emot", None: "upplysning"}


def effect_rows(result: MeasureResult, threshold: int = Policy.threshold) -> pd.DataFrame:
    """Contrasts: shares in per cent, differences in percentage points or months.

    Where a share stands for fewer than `threshold` participants, or for all but so few, it is hidden together with the
    other shares of the same horizon that it is a part of.
    """
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
    small = {
        c.months for c in result.contrasts if c.unit == "procentenheter" and _few(c.start, result, threshold)
    }
    parts = [c.months in small and c.key.split("_")[0] not in WHOLE for c in contrasts]
    alone = [c.unit == "procentenheter" and _few(c.start, result, threshold) for c in contrasts]
    hidden = [part or own for part, own in zip(parts, alone, strict=True)]
    frame.loc[hidden, ["med", "utan", "effekt", "lag", "hog"]] = float("nan")
    return frame


def _few(share: float, result: MeasureResult, threshold: int) -> bool:
    size = result.participants or 0
    return few_or_all_but_few(round(share / 100 * size), size, threshold)


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
    """Curves at the months between which at least `threshold` participants have left."""
    names = list(DECLARED["kurvor"])
    if result.curves is None or result.participants is None:
        return pd.DataFrame(columns=names)
    c = result.curves
    kept = thin_months(c.left_start, result.participants, threshold)
    rows = [
        (result.measure, k, c.left_start[k - 1], c.left_without[k - 1], c.difference[k - 1], c.low[k - 1],
         c.high[k - 1], c.on_start[k - 1], c.on_without[k - 1], result.status)
        for k in kept
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=names).round(1)
    few = [_few(share, result, threshold) for share in frame["bistand_med"]]
    frame.loc[few, ["bistand_med", "bistand_utan"]] = float("nan")
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


def group_rows(result: MeasureResult, threshold: int = Policy.threshold) -> pd.DataFrame:
    """Effects by group; groups that are too small have no numbers at all."""
    names = list(DECLARED["grupper"])
    if result.groups is None or result.participants is None:
        return pd.DataFrame(columns=names)
    table = result.groups.table.copy()
    for _, rows in table.groupby("grupp", sort=False):
        rest = result.participants - rows["deltagare"].sum()
        if is_few(rest, threshold):
            smallest = rows["deltagare"].idxmin()
            table.loc[smallest, ["deltagare", "effekt", "lag", "hog", "p", "p_holm"]] = float("nan")
    return table.assign(atgard=result.measure, status=result.status).loc[:, names].round(3)


def hazard_rows(model: HazardModel, status: str) -> pd.DataFrame:
    """Odds ratios of leaving."""
    return hazard_table(model).assign(status=status).loc[:, list(DECLARED["avslut"])].round(2)
