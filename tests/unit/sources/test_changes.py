"""What a vintage changes, and what is flagged."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.panel.changes import compare
from analysis.sources.catalogue import Catalogue

CODES = [f"{number:04d}" for number in range(1000, 1020)]


def panel(values: dict[tuple[str, str], float], measure: str = "MANAD_HUSHALL") -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "kommun_kod": code, "measure_id": measure, "period": period, "gender": "T", "group": "alla", "value": value,
                "status": "missing" if np.isnan(value) else "observed",
            }
            for (code, period), value in values.items()
        ]
    )  # fmt: skip


def months(level: float, number: int = 12) -> dict[str, float]:
    rng = np.random.default_rng(7)
    return {f"2024-{month:02d}": level * float(np.exp(rng.normal(0, 0.02))) for month in range(1, number + 1)}


def one(values: dict[str, float]) -> dict[tuple[str, str], float]:
    return {("0380", period): value for period, value in values.items()}


def test_ordinary_new_months_are_not_flagged(catalogue: Catalogue) -> None:
    series = months(4700)
    changes = compare(panel(one(series)), panel(one({**series, "2025-01": 4750.0})), catalogue)
    assert len(changes.new) == 1
    assert changes.same == 12
    assert changes.flags == ()


def test_a_jump_a_large_revision_and_a_wrong_unit_are_flagged(catalogue: Catalogue) -> None:
    series = months(4700)
    jump = compare(panel(one(series)), panel(one({**series, "2025-01": 2300.0})), catalogue)
    assert "Ovanligt stort hopp" in jump.flags[0]
    revision = compare(
        panel(one(series)), panel(one({**series, "2024-12": series["2024-12"] * 1.2})), catalogue
    )
    assert any("reviderat" in flag for flag in revision.flags)
    unit = compare(panel(one(series)), panel(one({**series, "2024-12": series["2024-12"] / 1000})), catalogue)
    assert any("Fel enhet" in flag for flag in unit.flags)


def test_a_jump_everywhere_at_once_is_said_once(catalogue: Catalogue) -> None:
    before = {(code, f"2024-{month:02d}"): 1000.0 + month for code in CODES for month in range(1, 4)}
    after = {**before, **{(code, "2024-04"): 400.0 for code in CODES}}
    changes = compare(panel(before), panel(after), catalogue)
    (flag,) = changes.flags
    assert "20 av 20 kommuner hoppar samtidigt" in flag


def test_what_is_gone_and_what_has_become_missing_are_told(catalogue: Catalogue) -> None:
    series = months(4700, 4)
    after = {"2024-01": series["2024-01"], "2024-03": float("nan"), "2024-04": series["2024-04"]}
    changes = compare(panel(one(series)), panel(one(after)), catalogue)
    assert list(changes.gone["period"]) == ["2024-02"]
    assert list(changes.revised["period"]) == ["2024-03"]
    assert not changes.is_empty


def test_nothing_before_means_everything_is_new(catalogue: Catalogue) -> None:
    after = panel(one(months(4700, 3)))
    changes = compare(after.iloc[0:0], after, catalogue)
    assert len(changes.new) == 3
    assert changes.gone.empty
