from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.forecasts.distribution import SamplePaths
from analysis.forecasts.pace import has_suspect_jump, pace, pace_record
from analysis.forecasts.scenarios import LabourRelation, fit_labour_relation, labour_scenario, without_plan
from analysis.forecasts.target import Threshold, assess_target, people_behind, probability_words

LEVELS = pd.DataFrame(
    {2019: [4.0, 5.0, 3.0, 4.0], 2020: [3.6, 5.0, np.nan, 1.2], 2021: [3.2, 5.1, 2.0, 1.2]},
    index=["1001", "1002", "1003", "0000"],
)


def some_paths(seed: int = 1) -> SamplePaths:
    rng = np.random.default_rng(seed)
    values = 3.2 * np.exp(np.cumsum(rng.normal(-0.04, 0.08, (4000, 3)), axis=1))
    return SamplePaths(values, ("2022", "2023", "2024"), "procent", "2021", "panel", seed)


def test_pace_in_both_units() -> None:
    required = pace(4.0, 3.24, 2)

    assert required.percent == pytest.approx(-10.0)
    assert required.points == pytest.approx(-0.38)
    with pytest.raises(ValueError, match="positive"):
        pace(4.0, 0.0, 2)


def test_the_record_is_a_plain_count() -> None:
    record = pace_record(LEVELS, -10.0, 2)

    assert (record.windows, record.windows_kept) == (3, 2)
    assert (record.municipalities, record.municipalities_kept) == (3, 2)
    assert record.fastest["kommun_kod"].tolist() == ["1003", "1001"]
    assert record.share == pytest.approx(2 / 3)
    assert "0000" not in set(record.fastest["kommun_kod"])


def test_windows_with_a_missing_end_are_not_counted() -> None:
    assert pace_record(LEVELS, -10.0, 1).windows == 4


def test_a_span_longer_than_the_panel_gives_no_windows() -> None:
    record = pace_record(LEVELS, -10.0, 5)

    assert record.windows == 0
    assert np.isnan(record.share)


def test_jumps_that_look_like_errors_are_named() -> None:
    assert has_suspect_jump(np.array([6.0, 2.1, 2.0]))
    assert not has_suspect_jump(np.array([4.0, 3.2, np.nan, 2.5]))


def test_assessment_agrees_with_the_paths() -> None:
    paths = some_paths()
    found = assess_target(Threshold(2.8, "2023", "andel"), paths, {"2020": 3.6, "2021": 3.2}, LEVELS)

    assert found.probability == paths.probability_at_most(2.8, "2023")
    assert found.paths.periods == ("2022", "2023")
    assert found.required is not None
    assert found.required.years == 2.0
    assert found.record is not None
    assert found.record.span == 2
    assert found.so_far is not None
    assert found.so_far.percent == pytest.approx(100 * (3.2 / 3.6 - 1))
    moved = paths.shifted(np.array(found.gap80), "x")
    assert moved.probability_at_most(2.8, "2023") == pytest.approx(0.8, abs=0.001)
    assert found.gap80 < found.gap50 <= 0 or found.probability >= 0.5


def test_a_target_already_met_needs_no_pace() -> None:
    found = assess_target(Threshold(3.5, "2023", "andel"), some_paths(), {"2021": 3.2}, LEVELS)

    assert found.required is None
    assert found.record is None
    assert found.so_far is None


def test_a_target_beyond_the_paths_is_refused() -> None:
    with pytest.raises(ValueError, match="2030"):
        assess_target(Threshold(3.0, "2030", "andel"), some_paths(), {"2021": 3.2}, LEVELS)


def test_a_measure_without_known_values_has_a_probability_but_no_pace() -> None:
    found = assess_target(Threshold(3.0, "2023", "andel"), some_paths(), {}, LEVELS)

    assert found.latest is None
    assert found.required is None
    assert 0 < found.probability < 1
    with pytest.raises(ValueError, match="known"):
        people_behind(found, 200_000.0)


def test_words_follow_the_probability() -> None:
    assert probability_words(0.0) == "nästan uteslutet"
    assert probability_words(0.5) == "ungefär lika sannolikt som inte"
    assert probability_words(1.0) == "nästan säkert"
    with pytest.raises(ValueError, match="between"):
        probability_words(1.2)


def test_people_behind_the_shares() -> None:
    found = assess_target(Threshold(2.8, "2023", "andel"), some_paths(), {"2021": 3.2}, LEVELS)
    people = people_behind(found, 200_000.0, 1.8)

    assert people.now == pytest.approx(6400)
    assert people.target == pytest.approx(5600)
    assert people.low < people.expected < people.high


def test_labour_relation_is_recovered() -> None:
    rng = np.random.default_rng(1)
    codes = [str(1001 + place) for place in range(200)]
    years = range(2015, 2022)
    rate = pd.DataFrame(rng.normal(0.2, 0.6, (200, 7)), index=codes, columns=years)
    log = np.zeros((200, 7))
    for t in range(1, 7):
        own = 0.05 * rate.iloc[:, t] + 0.03 * rate.iloc[:, t - 1]
        log[:, t] = log[:, t - 1] + own - 0.04 * t + 0.05 * rng.standard_normal(200)
    relation = fit_labour_relation(pd.DataFrame(3 * np.exp(log), index=codes, columns=years), rate)

    assert abs(relation.effect[0] - 0.05) < 3 * np.sqrt(relation.covariance[0, 0])
    assert abs(relation.effect[1] - 0.03) < 3 * np.sqrt(relation.covariance[1, 1])
    assert relation.total_se < 0.02
    assert relation.years == (2016, 2021)


def test_too_little_to_relate_is_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        fit_labour_relation(LEVELS, LEVELS)


def test_scenarios_are_on_common_draws() -> None:
    paths = some_paths()
    relation = LabourRelation(np.array([0.05, 0.03]), np.diag([1e-4, 1e-4]), 500, 290, (2018, 2021))

    worse, better = (
        labour_scenario(paths, relation, change, first_year=2022, name="s") for change in (1.0, -1.0)
    )

    ratio = worse.at("2024") / paths.at("2024")
    assert np.median(ratio) == pytest.approx(np.exp(0.08), rel=0.01)
    np.testing.assert_allclose(ratio * better.at("2024") / paths.at("2024"), 1.0)
    assert np.median(worse.at("2023") / paths.at("2023")) == pytest.approx(np.exp(0.08), rel=0.01)
    assert np.median(worse.at("2022") / paths.at("2022")) == pytest.approx(np.exp(0.05), rel=0.01)


def test_without_the_plan_adds_its_effect_back_with_its_uncertainty() -> None:
    paths = some_paths()
    other = without_plan(paths, -0.3, -0.5, -0.1)
    low, middle, high = other.contrast(paths, "2023")

    assert middle == pytest.approx(0.3, abs=0.01)
    assert (low, high) == (pytest.approx(0.1, abs=0.015), pytest.approx(0.5, abs=0.015))


def test_the_pace_so_far_is_that_of_the_last_three_years() -> None:
    """A fall ten years ago says nothing of the pace now."""
    history = {
        str(year): value
        for year, value in zip(range(2012, 2022), [8, 6, 4, 3, 3, 3, 3, 3.1, 3.2, 3.3], strict=True)
    }
    assessment = assess_target(Threshold(2.0, "2024", "andelen"), some_paths(), history, LEVELS)
    assert assessment.so_far is not None
    assert assessment.so_far.percent == pytest.approx(100 * ((3.3 / 3.0) ** (1 / 3) - 1))


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.0, "nästan uteslutet"), (0.01, "mycket osannolikt"), (0.1, "osannolikt"), (0.32, "osannolikt"),
        (0.33, "mindre sannolikt än inte"), (0.45, "ungefär lika sannolikt som inte"),
        (0.55, "mer sannolikt än inte"), (0.67, "sannolikt"), (0.9, "mycket sannolikt"), (0.99, "nästan säkert"),
        (1.0, "nästan säkert"),
    ],
)  # fmt: skip
def test_each_word_begins_at_its_written_limit(probability: float, words: str) -> None:
    """The words are compared between pages and years: 0.4 may not be "osannolikt" on one of them."""
    assert probability_words(probability) == words
