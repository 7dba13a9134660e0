from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from micro_leaving import leaving_within

from analysis.effects.multiplicity import holm
from analysis.micro import checks, hazard, rates, release, wording
from analysis.micro.assess import (
    NOT_ASSESSABLE,
    assess,
    fewer_in_a_month,
    judge,
    refusal,
    with_regard_to_others,
)
from analysis.micro.covariates import month_levels
from analysis.micro.estimates import Contrast, estimate
from analysis.micro.generator import Microdata, generate
from analysis.micro.groups import equal_effects, group_effects
from analysis.micro.history import History, Window, build_history
from analysis.micro.logistic import fit_binary, logistic
from analysis.micro.robust import doubly_robust
from analysis.micro.shown import hidden_shares
from analysis.micro.trial import StartModel, emulate, fit_start

from .conftest import lay_out_history, town


def contrast(effect: float, error: float, without: float = 30.0) -> Contrast:
    return Contrast(
        "egen_12", "", "procentenheter", 12, without + effect, without, effect, effect - 1.96 * error,
        effect + 1.96 * error, error,
    )  # fmt: skip


def with_measures(data: Microdata, measures: pd.DataFrame) -> History:
    return build_history(data.spells, measures, data.background, data.window)


def test_a_whole_answer(history: History) -> None:
    result = assess(history, 0, "synthetic", draws=20, groups=False)
    assert result.assessable
    assert result.participants == int(history.start[0].sum())
    assert {check.key for check in result.checks} == {
        "overlapp", "balans", "fore", "annan_metod", "dubbelt_robust", "dolt", "dos",
    }  # fmt: skip
    balance = next(check for check in result.checks if check.key == "balans")
    assert balance.table is not None
    assert balance.table["efter"].abs().max() < 0.1 < balance.table["fore"].abs().max()
    assert "procentenheter" in result.reason
    stay = result.get("månader_24")
    assert result.fewer is not None
    assert result.fewer.effect == pytest.approx(stay.effect * history.start[0].sum() / history.window.months)
    assert result.fewer.low < result.fewer.effect < result.fewer.high


def test_a_finding_among_many_tries_is_weaker(history: History) -> None:
    result = assess(history, 0, "synthetic", draws=0, groups=False)
    main = result.get()
    borderline = replace(main, effect=2.2 * main.error, low=0.2 * main.error, high=4.2 * main.error)
    contrasts = tuple(borderline if c.key == main.key else c for c in result.contrasts)
    found = replace(result, verdict="tydlig", reason="Skillnad.", contrasts=contrasts)
    alone = with_regard_to_others((found,))
    assert alone[0].verdict == "tydlig"
    assert alone[0].p_adjusted == pytest.approx(borderline.p_value)
    nothing = replace(main, effect=0.0, low=-2 * main.error, high=2 * main.error)
    others = tuple(
        replace(found, measure=f"annan {number}", verdict="går inte att skilja från noll",
                contrasts=tuple(nothing if c.key == main.key else c for c in result.contrasts))
        for number in range(4)
    )  # fmt: skip
    among = with_regard_to_others((found, *others))
    assert among[0].verdict == "svag"
    assert "5 åtgärder prövades samtidigt" in among[0].reason
    assert among[0].p_adjusted == pytest.approx(5 * borderline.p_value)
    assert [item.verdict for item in among[1:]] == ["går inte att skilja från noll"] * 4


def test_too_few_participants(data: Microdata) -> None:
    few = data.measures[data.measures["measure"] == "jobbspar"].tail(20)
    result = assess(with_measures(data, few), 0, "synthetic")
    assert result.verdict == NOT_ASSESSABLE
    assert "färre än 30" in result.reason
    assert result.participants is None
    assert not result.contrasts


def test_all_started_at_once(data: Microdata) -> None:
    month = data.window.first + 20
    there = data.spells[(data.spells["start"] <= month) & (data.spells["end"] >= month)]["person"].unique()
    everyone = pd.DataFrame(
        {"person": there, "measure": "reform", "start": month, "end": month + 2, "planned": 3}
    )
    assert "samtidigt" in str(refusal(with_measures(data, everyone), 0))
    some = everyone.iloc[::2]
    assert "samtidigt" in str(refusal(with_measures(data, some), 0))


def test_everyone_on_hand_began(data: Microdata) -> None:
    """Half begin in one month (all who are there), the rest one by one later: no one to compare with."""
    month = data.window.first + 20
    there = data.spells[(data.spells["start"] <= month) & (data.spells["end"] >= month)]
    everyone = pd.DataFrame(
        {"person": there["person"], "measure": "reform", "start": month, "end": month + 2, "planned": 3}
    )
    later = data.spells[data.spells["start"] > month + 1].drop_duplicates("person")
    rest = pd.DataFrame(
        {
            "person": later["person"],
            "measure": "reform",
            "start": later["start"],
            "end": later["end"],
            "planned": 3,
        }
    )
    assert "ingen att jämföra med" in str(refusal(with_measures(data, pd.concat([everyone, rest])), 0))


def test_a_measure_that_nobody_leaves(data: Microdata) -> None:
    staying = data.spells[(data.spells["cause"] == 0) & (data.spells["start"] < data.window.last - 8)]
    rng = np.random.default_rng(1)
    start = staying["start"].clip(lower=data.window.first) + rng.integers(1, 6, len(staying))
    never = pd.DataFrame(
        {"person": staying["person"], "measure": "evig", "start": start, "end": start + 1, "planned": 2}
    )
    assert "ingen som började" in str(refusal(with_measures(data, never), 0))


def test_no_overlap(data: Microdata) -> None:
    """Only the young begin, all of them, in the second month of their spell: no one like them is left."""
    young = data.background[data.background["aldersgrupp"] == 0].merge(data.spells, on=["person", "start"])
    young = young[(young["end"] > young["start"]) & (young["start"] >= data.window.first)]
    certain = pd.DataFrame(
        {"person": young["person"], "measure": "ungdom", "start": young["start"] + 1,
         "end": young["start"] + 2, "planned": 2}
    )  # fmt: skip
    result = assess(with_measures(data, certain), 0, "synthetic", draws=0, groups=False)
    assert result.verdict == NOT_ASSESSABLE
    assert "jämför" in result.reason or "skiljer" in result.reason


def test_a_short_extract(data: Microdata) -> None:
    window = Window(data.window.last - 9, data.window.last)
    history = build_history(data.spells, data.measures, data.background, window)
    assert "kortare än" in str(refusal(history, 0))


@pytest.mark.slow
def test_hidden_readiness_biases_and_is_not_denied() -> None:
    """What is not measured biases the answer; with a strong hidden cause the year before gives it away."""
    data = generate(town(hidden=1.5, frailty=1.2, inflow=40.0), 5)
    history = lay_out_history(data)
    result = assess(history, 0, "synthetic", draws=0, groups=False)
    assert result.leads is not None
    assert result.leads.effect < -1.5 * result.leads.error


def test_e_value_of_a_known_ratio() -> None:
    # VanderWeele & Ding (2017): a risk ratio of 3.9 has E-value 7.26, its lower limit 1.8 has 3.0.
    assert checks.e_value(39.0, 10.0) == pytest.approx(7.26, abs=0.01)
    assert checks.e_value(18.0, 10.0) == pytest.approx(3.0, abs=0.01)
    assert checks.e_value(10.0, 39.0) == pytest.approx(7.26, abs=0.01)
    assert checks.e_value_of_limit(contrast(2.0, 3.0)) == 1.0
    assert checks.e_value_of_limit(contrast(12.0, 3.0)) < checks.e_value(42.0, 30.0)


def test_minimal_detectable_effect_has_the_power_it_says() -> None:
    effect = checks.minimal_detectable_effect(240, 0.35, 20_000)
    rng = np.random.default_rng(3)
    start = rng.binomial(240, 0.35 + effect / 100, 4000) / 240
    without = rng.binomial(20_000, 0.35, 4000) / 20_000
    error = np.sqrt(start * (1 - start) / 240 + without * (1 - without) / 20_000)
    power = (np.abs(start - without) > 1.96 * error).mean()
    assert power == pytest.approx(0.8, abs=0.03)


def test_holm_and_equal_effects() -> None:
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03])), [0.03, 0.06, 0.06])
    assert equal_effects([contrast(10, 2), contrast(10, 2)]) == pytest.approx(1.0)
    assert equal_effects([contrast(10, 2), contrast(0, 2)]) < 0.01
    assert np.isnan(equal_effects([contrast(10, 2)]))


@pytest.mark.slow
def test_groups_that_are_too_small_have_no_numbers(history: History) -> None:
    effects = group_effects(history, 0, groups=("kon", "landgrupp"))
    table = effects.table.set_index("niva")
    empty = table["effekt"].isna()
    assert empty.any()
    assert table.loc[empty, "deltagare"].isna().all()
    assert effects.tests == int((~empty).sum())
    known = table[~empty]
    assert (known["p_holm"] >= known["p"] - 1e-12).all()


def test_the_measure_is_not_changed_by_looking(history: History) -> None:
    copy = replace(history, on=history.on.copy(), start=history.start.copy())
    assess(history, 1, "synthetic", draws=0, groups=False)
    np.testing.assert_array_equal(history.on, copy.on)
    np.testing.assert_array_equal(history.start, copy.start)


def test_the_reason_stands_in_the_answer_when_nobody_is_like_the_starters(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "FEWEST_CONTROLS", 1e9)
    result = assess(history, 0, "synthetic", draws=0, groups=False)
    assert (result.verdict, result.participants) == (NOT_ASSESSABLE, None)
    assert "för få jämförbara personer" in result.reason
    assert release.curve_rows(result).empty
    assert hidden_shares(result) == frozenset()
    assert with_regard_to_others((result,)) == (result,), (
        "nothing was tried, so there is nothing to adjust for"
    )


def test_starts_only_inside_another_measure_cannot_be_told_from_it(data: Microdata) -> None:
    """Everyone who begins the second measure is in the first one already."""
    first = data.measures[data.measures["measure"] == data.measures["measure"].iloc[0]]
    long = first[first["end"] > first["start"] + 1]
    inside = long.assign(measure="inuti", start=long["start"] + 1)
    together = with_measures(data, pd.concat([first, inside]))
    assert "utan att redan vara i en annan åtgärd" in str(refusal(together, together.measures.index("inuti")))


@pytest.mark.parametrize(
    ("effect", "passed", "verdict"),
    [(1.0, True, "går inte att skilja från noll"), (20.0, True, "tydlig"), (20.0, False, "svag")],
)
def test_a_check_that_speaks_against_makes_a_finding_weak(effect: float, passed: bool, verdict: str) -> None:
    found = (checks.Check("balans", "Liknar grupperna varandra?", passed, "text"),)
    said = judge(contrast(effect, 4.0), found)
    assert said[0] == verdict
    assert ("talar emot" in said[1]) is (verdict == "svag")


def test_what_was_never_followed_has_no_number() -> None:
    assert np.isnan(checks.e_value(0.0, 10.0))
    check = wording.robust_check(contrast(10.0, 2.0), None)
    assert check.passed is None
    assert "för få kan följas" in check.text
    nothing = np.zeros((6, 2))
    assert rates._log_ratio(nothing, nothing, np.zeros(6), (0, 6)) == 0.0


def test_too_few_followed_to_the_end_have_no_doubly_robust_estimate(history: History) -> None:
    trials = emulate(history, 0)
    few = replace(
        trials, treated=trials.treated & (trials.person < np.sort(trials.person[trials.treated])[10])
    )
    model = fit_start(trials)
    assert doubly_robust(few, model, *leaving_within(few, model)) is None


def test_the_doubly_robust_estimate_mends_weights_that_forget_who_started() -> None:
    """With starts as likely for all, the weighting compares unlike persons; the model of exits takes that away."""
    trials = emulate(lay_out_history(generate(town(inflow=40.0), 4)), 0)
    right = fit_start(trials)
    design = trials.design.x[:, :1]
    blind = fit_binary(design, trials.treated.astype(float))
    nothing = np.zeros(trials.design.x.shape[1])
    beta, covariance = nothing.copy(), np.diag(nothing)
    beta[0], covariance[0, 0] = blind.beta[0], blind.covariance[0, 0]
    wrong = StartModel(replace(blind, beta=beta, covariance=covariance), logistic(design @ blind.beta))
    answer, _ = leaving_within(trials, right)
    off, influence = leaving_within(trials, wrong)
    mended = doubly_robust(trials, wrong, off, influence)
    assert mended is not None
    assert abs(off.effect - answer.effect) > 2 * answer.error
    assert abs(mended.effect - answer.effect) < 0.4 * abs(off.effect - answer.effect)
    same = doubly_robust(trials, right, *leaving_within(trials, right))
    assert same is not None
    assert same.effect == pytest.approx(answer.effect, abs=0.3 * answer.error)
    assert same.error == pytest.approx(answer.error, rel=0.1)


def test_curves_within_a_year_say_nothing_of_an_average_month(history: History) -> None:
    trials = emulate(history, 0)
    estimated = estimate(trials, fit_start(trials))
    short = replace(
        estimated, contrasts=tuple(c for c in estimated.contrasts if not c.key.startswith("månader_"))
    )
    assert fewer_in_a_month(estimated, trials) is not None
    assert fewer_in_a_month(short, trials) is None


def test_a_fit_that_does_not_settle_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    x = np.column_stack([np.ones(400), rng.normal(size=400)])
    y = rng.integers(0, 4, 400)
    assert hazard.fit_competing(x, y).converged
    monkeypatch.setattr(hazard, "_MOST_STEPS", 1)
    assert not hazard.fit_competing(x, y).converged


def test_the_obstacle_of_the_month_replaces_the_one_at_the_start() -> None:
    """What comes and goes is read in the month in question, the month before it, and how long it has lasted."""
    data = generate(town(inflow=3.0, months=18, burn_in=24, churn=0.3, queue=True), 3)
    history = build_history(data.spells, data.measures, data.background, data.window, data.obstacles)
    assert history.obstacle is not None
    person, month = (at[:500] for at in np.nonzero(history.on[:, 1:]))
    month = month + 1
    levels = month_levels(history, person, month, 0)
    plain = month_levels(replace(history, obstacle=None), person, month, 0)
    np.testing.assert_array_equal(levels["orsak"][0], history.obstacle[person, month])
    np.testing.assert_array_equal(levels["hindret förra månaden"][0], history.obstacle[person, month - 1])
    assert (levels["orsak"][0] != plain["orsak"][0]).any()
    assert set(levels) - set(plain) == {"hindret har varat", "hindret förra månaden"}


def _with_obstacles(inflow: float) -> History:
    data = generate(town(inflow=inflow, months=24, burn_in=24, churn=0.3), 3)
    return build_history(data.spells, data.measures, data.background, data.window, data.obstacles)


def test_an_obstacle_older_than_the_window_has_lasted_an_unknown_time() -> None:
    history = _with_obstacles(3.0)
    assert history.steady is not None
    person, month = np.nonzero(history.on)
    codes, labels = month_levels(history, person, month, 0)["hindret har varat"]
    unknown = np.array(labels)[codes] == "okänt"
    steady, duration = history.steady[person, month], history.duration[person, month]
    assert unknown[(month == 0) & (duration > 0)].all()
    assert not unknown[duration == 0].any()
    assert not unknown[(steady < month) | (steady >= 6)].any()
    known = np.searchsorted([0, 1, 3, 6], steady, "right") - 1
    np.testing.assert_array_equal(codes[~unknown], known[~unknown])


def test_the_obstacle_is_combined_with_the_months_where_starters_are_many() -> None:
    """A combination has a coefficient of its own only where ten starters are to be expected."""
    trials = emulate(_with_obstacles(80.0), 1)
    design, least = trials.design, 10 / trials.treated.mean()
    joint = [(name, column) for name, column in zip(design.names, design.x.T, strict=True) if " och " in name]
    assert joint
    assert min(column.sum() for _, column in joint) >= least
    for name, column in joint:
        first, second = name.split(" och ")
        parts = design.x[:, [design.names.index(first), design.names.index(second)]]
        np.testing.assert_array_equal(column, parts.prod(axis=1))
    few = emulate(_with_obstacles(3.0), 1)
    assert few.participants < 50
    assert not [name for name in few.design.names if " och " in name]


def test_a_start_steered_by_both_is_balanced_on_both() -> None:
    """The weighted controls resemble the starters in each combination, which an additive model does not see to."""
    trials = emulate(_with_obstacles(80.0), 1)
    assert any(" och " in name for name in trials.design.names)
    model = fit_start(trials)
    odds = np.where(trials.treated, 0.0, model.p / (1 - model.p))
    x = trials.design.x
    np.testing.assert_allclose(odds @ x / odds.sum(), x[trials.treated].mean(axis=0), atol=0.004)


def test_the_short_way_to_the_main_effect_gives_the_same(history: History) -> None:
    trials = emulate(history, 0)
    model = fit_start(trials)
    estimated = estimate(trials, model)
    whole, (short, influence) = estimated.get("egen_12"), leaving_within(trials, model)
    np.testing.assert_allclose(influence, estimated.influence_of("egen_12"), atol=1e-12)
    assert (short.effect, short.error) == pytest.approx((whole.effect, whole.error), rel=1e-9)
    assert (short.key, short.label) == (whole.key, whole.label)
