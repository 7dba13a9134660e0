from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from calibration import clustered_rate, judge_all
from tournament import SIZE_LABELS, criterion, run, size_class, tournament_window

from analysis.effects.designs import ALL, DEFAULT, NEAREST
from analysis.effects.did import DifferenceInDifferences
from analysis.effects.entry import Entry
from analysis.effects.evidence import Evidence, gather
from analysis.effects.lag_regression import ConditionalTrend
from analysis.effects.synthetic_did import SyntheticDiD

ENTRIES = (
    Entry(DifferenceInDifferences()),
    Entry(DifferenceInDifferences(1)),
    Entry(ConditionalTrend(), NEAREST),
)


@pytest.fixture(scope="module")
def errors(panel_of) -> pd.DataFrame:
    panel = panel_of()
    return run(panel.shares, panel.population, ENTRIES, (2018, 2020), horizon=2)


def test_every_donor_takes_its_turn(errors: pd.DataFrame) -> None:
    assert set(errors["entry"]) == {entry.name for entry in ENTRIES}
    counts = errors.groupby(["entry", "start", "years"])["code"].nunique()
    assert (counts == counts.iloc[0]).all()
    assert errors["error"].notna().all()


def test_the_order_of_the_input_does_not_matter(panel_of, errors: pd.DataFrame) -> None:
    panel = panel_of()
    mixed = panel.shares.sample(frac=1, random_state=1)
    again = run(mixed, panel.population.sample(frac=1, random_state=2), ENTRIES, (2018, 2020), horizon=2)
    pd.testing.assert_frame_equal(again, errors)


def test_processes_give_the_same_answer(panel_of, errors: pd.DataFrame) -> None:
    panel = panel_of()
    again = run(panel.shares, panel.population, ENTRIES, (2018, 2020), horizon=2, processes=2)
    pd.testing.assert_frame_equal(again, errors)


def test_random_walks_reward_designs_that_trust_the_last_year(errors: pd.DataFrame) -> None:
    order = criterion(errors, ENTRIES[0].name)
    assert order[ENTRIES[0].name] == pytest.approx(1)
    assert order.index[-1] == ENTRIES[0].name


def test_a_pseudo_start_needs_years_before_it(panel_of) -> None:
    panel = panel_of()
    with pytest.raises(ValueError, match="years before"):
        tournament_window(panel.shares, panel.population, 2014, 3)


def test_size_classes_cover_every_population() -> None:
    classes = size_class(pd.Series([500.0, 9_999, 10_000, 60_000, 1e6]))
    assert list(classes) == [SIZE_LABELS[i] for i in (0, 0, 1, 3, 4)]


@pytest.mark.slow
@pytest.mark.parametrize("entry", [DEFAULT, Entry(SyntheticDiD(), ALL)], ids=lambda entry: entry.name)
def test_intervals_cover_a_known_effect_in_new_panels(panel_of, entry: Entry) -> None:
    """Sixty made-up worlds with a known effect: coverage and power as promised, no bias."""
    estimates, covered, found = [], [], []
    for seed in range(60):
        panel = panel_of(seed=100 + seed, effect=-1.0, municipalities=80)
        item = gather(panel, "1000", 2020, (2020, 2021), entry)
        assert isinstance(item, Evidence)
        half = item.mean.half_width()
        estimates.append(item.estimate)
        covered.append(abs(item.estimate + 1.0) <= half)
        found.append(item.p_value <= 0.05)
    error = np.std(estimates) / np.sqrt(60)
    assert abs(np.mean(estimates) + 1.0) < 3 * error
    assert np.mean(covered) >= 0.87
    assert np.mean(found) > 0.5


@pytest.mark.slow
def test_size_and_coverage_in_made_up_worlds(panel_of) -> None:
    parts = []
    for seed in range(6):
        panel = panel_of(seed=500 + seed, municipalities=120)
        parts.append(
            run(panel.shares, panel.population, (DEFAULT,), (2018, 2020)).assign(
                start=lambda t, s=seed: t["start"] + 100 * s
            )
        )
    judged = judge_all(pd.concat(parts, ignore_index=True))
    rate, _ = clustered_rate(judged, "rejected")
    assert 0.03 <= rate <= 0.07
    assert 0.93 <= judged["covered"].mean() <= 0.97
