"""Revisions are measured from vintages, and decide what the newest months are worth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.calendar import following
from analysis.forecasts.monthly import measure_revisions, prepare_months, stray_months


def vintages(completeness: tuple[float, ...], noise: float = 0.0, count: int = 10) -> pd.DataFrame:
    """Ten monthly vintages of 40 months whose newest months hold only a known share of the final value."""
    rng = np.random.default_rng(3)
    months = ["2021-01", *following("2021-01", 39)]
    final = pd.Series(1000.0 + 10 * np.arange(40), index=months)
    frame = {}
    for step in range(count):
        end = 40 - count + step + 1
        shown = final.iloc[:end].copy()
        for age, share in enumerate(completeness):
            shown.iloc[-1 - age] *= share * np.exp(noise * rng.standard_normal())
        frame[f"2024-{step + 1:02d}"] = shown
    return pd.DataFrame(frame)


def test_completeness_by_age_is_recovered() -> None:
    found = measure_revisions(vintages((0.8, 0.95)))

    assert found.at(0) == (pytest.approx(0.8), pytest.approx(0.0, abs=1e-9))
    assert found.at(1) == (pytest.approx(0.95), pytest.approx(0.0, abs=1e-9))
    assert found.at(2) == (pytest.approx(1.0), pytest.approx(0.0, abs=1e-9))
    assert not found.none_seen


def test_the_newest_months_are_raised_to_what_they_become() -> None:
    table = vintages((0.8, 0.95))
    newest = table.iloc[:, -1]
    prepared = prepare_months(newest, preliminary=2, revisions=measure_revisions(table))

    assert prepared.series["2024-04"] == pytest.approx(1390.0)
    assert prepared.series["2024-03"] == pytest.approx(1380.0)
    assert set(prepared.spread) == {"2024-04", "2024-03"}
    assert "räknats om" in prepared.reasons[0]


def test_a_source_that_never_revises_loses_no_month() -> None:
    """Whatever the rule of thumb says: measured revisions decide."""
    table = vintages(())
    prepared = prepare_months(table.iloc[:, -1], preliminary=3, revisions=measure_revisions(table))

    assert prepared.series.notna().all()
    assert prepared.spread == {}
    assert prepared.reasons == (
        "10 utgåvor har jämförts och ingen månad hade ändrats efter första publiceringen; inga månader tas bort.",
    )


def test_months_whose_revisions_vary_widely_are_left_out() -> None:
    table = vintages((0.7,), noise=0.3)
    prepared = prepare_months(table.iloc[:, -1], preliminary=0, revisions=measure_revisions(table))

    assert prepared.series.isna().sum() == 1
    assert "används inte" in prepared.reasons[0]


def test_too_few_vintages_leave_the_rule_of_thumb() -> None:
    table = vintages((0.8,), count=3)
    prepared = prepare_months(table.iloc[:, -1], preliminary=2, revisions=measure_revisions(table))
    single = prepare_months(table.iloc[:, -1], preliminary=2, revisions=measure_revisions(table.iloc[:, -1:]))

    assert prepared.series.isna().sum() == 2
    assert single.series.isna().sum() == 2


def test_two_under_reported_months_in_a_row_are_stray_but_a_new_level_is_not() -> None:
    rng = np.random.default_rng(4)
    log = 8.0 + 0.02 * rng.standard_normal(60)
    log[[30, 31]] -= 0.4
    log[10] = np.nan
    shifted = log.copy()
    shifted[57:] -= 0.4

    assert list(np.flatnonzero(stray_months(log))) == [30, 31]
    assert list(np.flatnonzero(stray_months(shifted))) == [30, 31]
