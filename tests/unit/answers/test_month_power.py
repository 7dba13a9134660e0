"""By month: a change of the visible size is seen, the rule's false alarms are counted on months without a reform."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.conftest import ROOT

from analysis.answers import month_power
from analysis.answers.month_power import HORIZONS, _sights, read_households


def made(months: int, noise: float) -> pd.Series:
    rng = np.random.default_rng(3)
    index = [f"{2014 + step // 12}-{step % 12 + 1:02d}" for step in range(months)]
    level = 2000 * np.exp(-0.004 * np.arange(months) + rng.normal(0, noise, months))
    return pd.Series(level.round(), index=index)


def test_the_newest_vintage_is_read_without_its_gap() -> None:
    values = read_households(ROOT / "data" / "raw")
    assert values.index.max() == "2024-12"
    assert "2016-12" not in values.index
    assert values["2024-12"] == 3031


def test_a_noisier_series_sees_less_and_later_months_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(month_power, "ORIGINS", ("2019-06", "2019-12"))
    quiet, noisy = _sights(made(84, 0.01), 0.05), _sights(made(84, 0.05), 0.05)
    assert [item.horizon for item in quiet] == list(HORIZONS)
    assert quiet[0].percent < quiet[-1].percent
    assert all(few.percent < many.percent for few, many in zip(quiet, noisy, strict=True))
    assert all(item.placebos == 7 for item in quiet)


def test_a_break_in_the_placebo_months_is_an_alarm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(month_power, "ORIGINS", ("2019-06", "2019-08"))
    broken = made(84, 0.01)
    broken[broken.index >= "2019-09"] *= 0.6
    found = {item.horizon: item for item in _sights(broken, 0.05)}
    assert found[3].outside == 3
    assert found[1].outside == 1  # only the last origin's next month lies after the break
