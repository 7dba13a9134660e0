"""Each check warns of the very thing that it is about, on panels where that thing is there and where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.effects import checks
from analysis.effects.did import DifferenceInDifferences
from analysis.effects.entry import Entry
from analysis.effects.evidence import Evidence, Panel, gather
from analysis.effects.synthetic_control import SyntheticControl

PLAIN = Entry(DifferenceInDifferences(last_years=3))


def evidence_of(panel: Panel, entry: Entry = PLAIN) -> Evidence:
    found = gather(panel, "1000", 2020, (2020, 2021, 2022), entry)
    assert isinstance(found, Evidence), found
    return found


@pytest.mark.parametrize(("fall", "passed"), [(0.0, True), (3.0, False)])
def test_a_fall_in_the_year_of_the_decision_is_told(panel_of, fall: float, passed: bool) -> None:
    """What fell before the plan could work must not be read as the plan's work."""
    panel = panel_of()
    panel.shares.loc["1000", 2019:] -= fall
    panel.shares.loc["1000"] += fall
    found = checks.anticipation(panel, evidence_of(panel), "1000", 2019, 2020)
    assert found.passed is passed
    assert ("redan innan planen" in found.text) is not passed


def test_the_worst_of_many_pretended_starts_is_judged_as_one_of_many(panel_of) -> None:
    """Of five pretended starts one in four rejects at 5 % by chance; that is no warning."""
    seen = set()
    for seed in range(1, 60):
        panel = panel_of(municipalities=45, seed=seed)
        found = checks.placebo_in_time(panel, evidence_of(panel), "1000", 2019, 1)
        assert found.table is not None
        lowest, number = found.table["p_value"].min(), len(found.table)
        assert found.passed == (lowest * number > 0.05), f"seed {seed}: smallest p {lowest:.3f} of {number}"
        seen.add(bool(lowest <= 0.05 < lowest * number))
        if seen == {True, False}:
            return
    raise AssertionError("no made-up panel tells a corrected test from an uncorrected one")


def test_a_result_that_rests_on_one_donor_is_told(panel_of) -> None:
    """The studied municipality follows one other exactly; that one's own reform would else be the plan's effect."""
    panel = panel_of(municipalities=45)
    rng = np.random.default_rng(5)
    twin = panel.shares.index[panel.shares.index != "1000"][7]
    years = panel.shares.columns
    panel.shares.loc["1000"] = 4.0 + np.cumsum(rng.choice([-0.6, 0.6], len(years)))
    panel.shares.loc[twin] = panel.shares.loc["1000"]
    panel.shares.loc[twin, 2020:] += 3.0
    alone = checks.leave_one_out(evidence_of(panel, Entry(SyntheticControl())))
    many = checks.leave_one_out(evidence_of(panel_of(municipalities=45)))
    assert (alone.passed, many.passed) == (False, True)


def test_a_check_without_years_to_go_on_says_so_and_passes_nobody(panel_of) -> None:
    """Three years before a plan are too few to hold one out or to pretend a start; no check is then called passed."""
    short = panel_of(first=2017)
    evidence = evidence_of(panel_of())
    held_out = checks.held_out_fit(short, evidence, "1000", 2019)
    pretended = checks.placebo_in_time(short, evidence, "1000", 2019, 1)
    for found in (held_out, pretended):
        assert found.passed is None
        assert found.outcome == "kunde inte göras"
        assert "för få år" in found.text


def test_a_decision_in_the_first_year_leaves_no_year_to_look_at(panel_of) -> None:
    found = checks.anticipation(panel_of(), evidence_of(panel_of()), "1000", 2020, 2020)
    assert found.passed is None
    assert "inget år mellan beslut och start" in found.text


def test_a_gap_in_the_year_of_the_decision_is_told_as_that(panel_of) -> None:
    panel = panel_of()
    evidence = evidence_of(panel)
    panel.shares.loc["1000", 2019] = np.nan
    found = checks.anticipation(panel, evidence, "1000", 2019, 2020)
    assert found.passed is None
    assert "Kontrollen gick inte att göra" in found.text
    assert "2019" in found.text
