from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.effects import checks
from analysis.effects.designs import DEFAULT
from analysis.effects.entry import Entry
from analysis.effects.estimate import (
    CLEAR,
    NOT_ASSESSABLE,
    NOT_DISTINGUISHABLE,
    WEAK,
    CheckResult,
    judge_verdict,
)
from analysis.effects.evaluate import PlanEvaluation, Question, design_power, evaluate_plan, known_years
from analysis.effects.evidence import Panel, gather
from analysis.effects.lag_regression import ConditionalTrend
from analysis.effects.spec_curve import ESTIMATORS, specification_curve
from analysis.effects.window import why_not

ASKED = Question("1000", adopted_year=2019, start_year=2020, eval_years=(2020, 2021, 2022))


@pytest.fixture(scope="module")
def nothing_happened(panel_of) -> PlanEvaluation:
    return evaluate_plan(panel_of(), ASKED)


@pytest.fixture(scope="module")
def large_effect(panel_of) -> PlanEvaluation:
    return evaluate_plan(panel_of(effect=-2.0), ASKED)


def test_no_effect_is_not_told_from_zero(nothing_happened: PlanEvaluation) -> None:
    effect = nothing_happened.effect
    assert effect.verdict == NOT_DISTINGUISHABLE
    assert effect.low < 0 < effect.high


def test_a_large_effect_is_found_and_covered(large_effect: PlanEvaluation) -> None:
    effect = large_effect.effect
    assert effect.verdict in (CLEAR, WEAK)
    assert effect.low < -2.0 < effect.high
    assert effect.high < 0
    assert effect.p_value <= 0.05


def test_an_added_effect_moves_the_estimate_by_as_much_and_leaves_the_width(
    nothing_happened: PlanEvaluation, large_effect: PlanEvaluation
) -> None:
    """The studied municipality is among nobody's donors, so the inversion of the test is exact."""
    before, after = nothing_happened.effect, large_effect.effect
    assert after.estimate - before.estimate == pytest.approx(-2.0)
    assert after.high - after.low == pytest.approx(before.high - before.low)


def test_everything_a_page_needs_is_there(nothing_happened: PlanEvaluation) -> None:
    result = nothing_happened
    assert list(result.effect.yearly.index) == [2020, 2021, 2022]
    assert result.effect.yearly["effect"].mean() == pytest.approx(result.effect.estimate)
    path = result.effect.path
    assert path.loc[2020:, "low"].le(path.loc[2020:, "expected"]).all()
    assert path.loc[:2019, ["low", "high"]].isna().all(axis=None)
    assert {check.name for check in result.effect.checks} >= {
        "placebo i rummet",
        "placebo i tiden",
        "träff på undanhållna år",
        "utan en kommun i taget",
        "återgång mot det normala",
        "förväntanseffekt",
        "minsta upptäckbara effekt",
    }
    assert result.effect.verdict in (CLEAR, WEAK, NOT_DISTINGUISHABLE, NOT_ASSESSABLE)
    assert len(result.designs) == 12
    assert result.designs["estimate"].notna().all()
    assert result.curve is not None
    # Two pools, three starts and two scales of each, and one of them with the covariate.
    assert len(result.curve.table) == 12 * (len(ESTIMATORS) + 1)
    assert "96 rimliga sätt" in result.curve.sentence


def test_the_change_is_shared_out_without_remainder(nothing_happened: PlanEvaluation) -> None:
    parts = nothing_happened.decomposition.set_index("key")["change"]
    assert parts["expected"] + parts["remaining"] == pytest.approx(parts["own"])


def test_the_curve_counts_every_specification_once(nothing_happened: PlanEvaluation) -> None:
    curve = nothing_happened.curve
    keys = ["estimator", "pool", "start", "scale", "unemployment"]
    assert not curve.table.duplicated(keys).any()
    assert set(curve.table["start"]) == {2019, 2020}
    assert curve.median == pytest.approx(curve.table["estimate"].median())
    assert curve.share_same_sign(-1.0) + curve.share_same_sign(1.0) == pytest.approx(1)


def test_ranking_holds_the_municipality_and_an_interval(large_effect: PlanEvaluation) -> None:
    ranking = large_effect.ranking
    assert ranking.rank == 1
    assert 1 <= ranking.low_rank <= ranking.rank <= ranking.high_rank <= ranking.count == len(ranking.table)
    assert ranking.probability_better > 0.95
    assert ranking.table["own"].sum() == 1


def test_places_are_as_uncertain_as_chance_makes_them(
    nothing_happened: PlanEvaluation, large_effect: PlanEvaluation
) -> None:
    """Where all deviations are chance, a place says next to nothing; a large effect cannot be one of chance."""
    idle, strong = nothing_happened.ranking, large_effect.ranking
    assert idle.high_rank - idle.low_rank > 0.6 * idle.count
    assert 0.05 < idle.probability_better < 0.95
    assert strong.high_rank - strong.low_rank < 0.5 * strong.count


def test_ranking_against_a_given_group(panel_of) -> None:
    asked = dataclasses.replace(ASKED, comparable=("1003", "1006", "1009", "9999"))
    ranking = evaluate_plan(panel_of(municipalities=32), asked).ranking
    assert set(ranking.table["kommun_kod"]) == {"1000", "1003", "1006", "1009"}


def test_the_result_does_not_depend_on_the_order_of_rows_or_columns(
    panel_of, nothing_happened: PlanEvaluation
) -> None:
    panel = panel_of()
    mixed = Panel(
        panel.shares.sample(frac=1, random_state=3)[panel.shares.columns[::-1]],
        panel.population.sample(frac=1, random_state=4),
        panel.unemployment.sample(frac=1, random_state=5),
    )
    again = evaluate_plan(mixed, ASKED)
    assert again.effect.estimate == nothing_happened.effect.estimate
    assert again.effect.p_value == nothing_happened.effect.p_value
    pd.testing.assert_frame_equal(again.curve.table, nothing_happened.curve.table)
    pd.testing.assert_frame_equal(again.ranking.table, nothing_happened.ranking.table)
    pd.testing.assert_frame_equal(again.designs, nothing_happened.designs)


def test_years_not_known_yet_are_told_with_what_could_be_detected(panel_of) -> None:
    panel = panel_of(last=2019, start=2019)
    result = evaluate_plan(panel, ASKED)
    assert result.effect.verdict == NOT_ASSESSABLE
    assert "publicerad" in result.effect.reason
    assert result.effect.estimate is None
    assert result.power is not None
    assert result.power.years == (2017, 2018, 2019)
    assert result.power.minimal_detectable > 0
    assert result.power.persons > 0


def test_known_years_are_used_and_later_ones_waited_for(panel_of) -> None:
    result = evaluate_plan(panel_of(last=2021, municipalities=32), ASKED)
    assert result.known_years == (2020, 2021)
    assert list(result.effect.yearly.index) == [2020, 2021]


def test_known_years_stop_at_a_gap_in_the_panel(panel_of) -> None:
    shares = panel_of().shares.copy()
    shares[2021] = np.nan
    assert known_years(shares, (2020, 2021, 2022)) == (2020,)


def one_municipality(panel: Panel) -> Panel:
    return Panel(panel.shares.loc[["0000", "1000"]], panel.population, panel.unemployment)


def only_the_municipality(panel: Panel) -> Panel:
    return Panel(panel.shares.loc[["1000"]])


def three_years(panel: Panel) -> Panel:
    return Panel(panel.shares[[2018, 2019, 2020]], panel.population)


def own_gaps(panel: Panel) -> Panel:
    shares = panel.shares.copy()
    shares.loc["1000", [2015, 2021]] = np.nan
    return Panel(shares, panel.population)


def constant_own(panel: Panel) -> Panel:
    shares = panel.shares.copy()
    shares.loc["1000"] = 4.0
    return Panel(shares, panel.population)


def all_constant(panel: Panel) -> Panel:
    shares = panel.shares.copy()
    shares.loc[:, :] = 4.0
    return Panel(shares)


def empty(panel: Panel) -> Panel:
    return Panel(panel.shares.iloc[:0])


def nothing_known(panel: Panel) -> Panel:
    return Panel(panel.shares * np.nan, panel.population)


def unknown_code(panel: Panel) -> Panel:
    return Panel(panel.shares.drop("1000"), panel.population)


def nobody_else(panel: Panel) -> Panel:
    shares = panel.shares.copy()
    shares.loc[shares.index != "1000", 2013] = np.nan
    return Panel(shares, panel.population)


@pytest.mark.parametrize(
    "spoil",
    [
        one_municipality,
        only_the_municipality,
        three_years,
        own_gaps,
        constant_own,
        all_constant,
        empty,
        nothing_known,
        unknown_code,
        nobody_else,
    ],
)
def test_degenerate_panels_cannot_be_assessed_and_say_why(panel_of, spoil) -> None:
    result = evaluate_plan(spoil(panel_of()), ASKED)
    assert result.effect.verdict == NOT_ASSESSABLE
    assert result.effect.estimate is None
    assert result.effect.low is None
    assert result.effect.reason.endswith(".")
    assert result.curve is None
    assert result.ranking is None
    assert result.effect.checks == ()


def test_a_gap_before_the_population_series_is_no_obstacle(panel_of) -> None:
    panel = panel_of(municipalities=32)
    late = Panel(panel.shares, panel.population[[2018, 2019, 2020]], None)
    assert evaluate_plan(late, ASKED).effect.assessable


def test_evaluation_without_population_or_nation(panel_of) -> None:
    panel = Panel(panel_of(municipalities=32).shares.drop("0000"))
    result = evaluate_plan(panel, ASKED)
    assert result.effect.assessable
    assert result.population is None
    assert "nation" not in set(result.decomposition["key"])


def test_a_jump_in_the_own_series_is_flagged(panel_of) -> None:
    panel = panel_of(municipalities=32)
    shares = panel.shares.copy()
    shares.loc["1000", :2015] *= 2
    result = evaluate_plan(Panel(shares, panel.population), ASKED)
    check = {item.name: item for item in result.effect.checks}["språng i egen serie"]
    assert check.passed is False


def test_no_year_between_decision_and_start(panel_of) -> None:
    result = evaluate_plan(panel_of(municipalities=32), dataclasses.replace(ASKED, adopted_year=2020))
    check = {item.name: item for item in result.effect.checks}["förväntanseffekt"]
    assert check.passed is None
    assert check.outcome == "kunde inte göras"
    assert set(result.curve.table["start"]) == {2020}


def test_power_needs_a_panel(panel_of) -> None:
    assert design_power(Panel(panel_of().shares.iloc[:0]), ASKED) is None


GOOD, BAD, NONE = (CheckResult("kontroll", passed, "") for passed in (True, False, None))


@pytest.mark.parametrize(
    ("p_value", "checks", "agree", "verdict"),
    [
        (0.01, (GOOD, NONE), 0.95, CLEAR),
        (0.01, (GOOD, BAD), 0.95, WEAK),
        (0.01, (GOOD,), 0.6, WEAK),
        (0.08, (GOOD,), 0.8, WEAK),
        (0.08, (GOOD,), 0.5, NOT_DISTINGUISHABLE),
        (0.5, (GOOD,), 1.0, NOT_DISTINGUISHABLE),
        (0.01, (), None, CLEAR),
    ],
)
def test_the_verdict_follows_its_written_rule(p_value: float, checks, agree, verdict: str) -> None:
    found, reason = judge_verdict(p_value, checks, agree)
    assert found == verdict
    assert reason.endswith(".")


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_holes_give_a_verdict_and_never_an_exception(panel_of, data: st.DataObject) -> None:
    panel = panel_of(municipalities=26)
    shares = panel.shares.copy()
    for _ in range(data.draw(st.integers(0, 12))):
        row = data.draw(st.integers(0, len(shares) - 1))
        column = data.draw(st.integers(0, shares.shape[1] - 1))
        shares.iloc[row, column] = data.draw(st.sampled_from([np.nan, 0.0, 1.0]))
    asked = dataclasses.replace(ASKED, eval_years=(2020,))
    small = Panel(shares[list(range(2014, 2021))], panel.population)
    from analysis.effects.evidence import Evidence, gather

    found = gather(small, "1000", 2020, (2020,), Entry(ConditionalTrend()))
    assert asked.municipality == "1000"
    if isinstance(found, Evidence):
        assert np.isfinite(found.estimate)
        assert 0 < found.p_value <= 1
    else:
        assert found.endswith(".")


def test_a_deviation_that_one_in_seven_show_is_no_weak_effect() -> None:
    """A reader of "svag" may count on at most one municipality in ten deviating as much without a plan."""
    assert judge_verdict(0.10, (GOOD,), 1.0)[0] == WEAK
    assert judge_verdict(0.11, (GOOD,), 1.0)[0] == NOT_DISTINGUISHABLE
    assert judge_verdict(0.15, (GOOD,), 1.0)[0] == NOT_DISTINGUISHABLE


def test_three_held_out_years_are_three_chances_to_miss(panel_of) -> None:
    """The worst of three years is no alarm at a p-value that one test would reject at."""
    seen = set()
    for seed in range(1, 16):
        panel = panel_of(seed=seed)
        found = gather(panel, ASKED.municipality, ASKED.start_year, ASKED.eval_years, DEFAULT)
        check = checks.held_out_fit(panel, found, ASKED.municipality, ASKED.adopted_year - 1)
        assert check.name == "träff på undanhållna år"
        lowest, number = check.table["p_value"].min(), len(check.table)
        assert check.passed == (lowest * number > 0.05), f"seed {seed}: minsta p {lowest:.3f} av {number}"
        seen.add(bool(lowest <= 0.05 < lowest * number))
        if seen == {True, False}:
            return
    raise AssertionError("no made-up panel tells a corrected test from an uncorrected one")


@pytest.mark.parametrize(("municipalities", "passed"), [(36, None), (60, True)])
def test_few_placebos_cannot_show_anything_at_five_per_cent(
    panel_of, municipalities: int, passed: bool | None
) -> None:
    """With fewer than 39 others a two-sided test at 5 % has no room in each tail."""
    effect = evaluate_plan(panel_of(municipalities=municipalities), ASKED).effect
    check = next(item for item in effect.checks if item.name == "placebo i rummet")
    assert check.passed is passed


def test_an_evaluation_reads_as_text_with_its_estimate_or_with_why_there_is_none(
    nothing_happened: PlanEvaluation, panel_of
) -> None:
    effect = nothing_happened.effect
    assert effect.verdict in str(effect)
    assert "p = " in str(effect)
    missing = panel_of()
    missing.shares.loc["1000", 2015] = np.nan
    unknown = evaluate_plan(missing, ASKED).effect
    assert unknown.verdict == NOT_ASSESSABLE
    assert "2015" in str(unknown)
    assert "p = " not in str(unknown)


def test_without_the_country_or_the_unemployment_the_other_designs_stand(panel_of) -> None:
    """A panel from elsewhere may lack both; what needs them is left out, and nothing is filled in."""
    panel = panel_of()
    bare = dataclasses.replace(panel, shares=panel.shares.drop(index="0000"), unemployment=None)
    result = evaluate_plan(bare, ASKED)
    full = evaluate_plan(panel, ASKED)
    assert 0 < len(result.designs) < len(full.designs)
    assert result.curve is not None
    assert len(result.curve.table) < len(full.curve.table)
    assert set(result.curve.table["unemployment"]) == {"utan"}


def test_no_specification_can_be_tried_without_years_before(panel_of) -> None:
    curve = specification_curve(panel_of(first=2018), "1000", (2019, 2020), (2020, 2021))
    assert curve.table.empty
    assert curve.median is None
    assert curve.share_same_sign(-1.0) is None
    assert "gick inte att räkna fram" in curve.sentence


@pytest.mark.parametrize(
    ("what", "words"), [("flat", "exakt densamma"), ("nobody lives there", "saknar folkmängd")]
)
def test_a_series_that_says_nothing_of_itself_is_not_assessed(panel_of, what: str, words: str) -> None:
    panel = panel_of()
    if what == "flat":
        panel.shares.loc["1000", :2019] = 4.0
    else:
        panel = dataclasses.replace(panel, population=panel.population.drop(index="1000"))
    effect = evaluate_plan(panel, ASKED).effect
    assert effect.verdict == NOT_ASSESSABLE
    assert words in effect.reason


def test_a_window_that_ends_before_its_start_has_no_year_to_evaluate(panel_of) -> None:
    panel = panel_of()
    assert why_not(panel.window(2021, 2020), panel.shares, "1000") == "Inget år efter starten är känt ännu."
    assert why_not(panel.window(2021, 2021), panel.shares, "1000") is None
