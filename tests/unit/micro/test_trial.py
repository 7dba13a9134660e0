from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.micro.bootstrap import bootstrap, with_bootstrap
from analysis.micro.estimates import estimate, layouts, point_values
from analysis.micro.history import History
from analysis.micro.incidence import (
    arm_table,
    cumulate,
    equal_weights,
    lay_out,
    person_table,
    trial_weights,
)
from analysis.micro.logistic import BinaryFit, logistic
from analysis.micro.outcomes import first_exit, presence
from analysis.micro.trial import StartModel, Trials, emulate, fit_start, refit_start

MONTHS = 9


@pytest.fixture(scope="module")
def trials(history: History) -> Trials:
    return emulate(history, 0)


@pytest.fixture(scope="module")
def model(trials: Trials) -> StartModel:
    return fit_start(trials)


def written_out(trials: Trials, model: StartModel, months: int) -> pd.DataFrame:
    """Every trial, person and month as a row: the slow way that the module avoids."""
    history, rows = trials.history, []
    p = {(i, m): q for i, m, q in zip(trials.person, trials.month, model.p, strict=True)}
    for i, m, treated in zip(trials.person, trials.month, trials.treated, strict=True):
        weight = 1.0 if treated else p[i, m] / (1 - p[i, m])
        for k in range(months):
            t = m + k
            if t >= history.window.months or history.spell[i, t] != history.spell[i, m]:
                break
            if not treated and history.start[trials.measure, i, t]:
                break
            if k > 0 and not treated and (i, t) in p:
                weight /= 1 - p[i, t]
            rows.append((i, bool(treated), k, int(history.exit[i, t]), weight))
    return pd.DataFrame(rows, columns=["person", "treated", "k", "exit", "weight"])


def test_life_tables_equal_the_written_out_pooled_model(trials: Trials, model: StartModel) -> None:
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    rows = written_out(trials, model, MONTHS)
    for treated in (True, False):
        cells = np.flatnonzero(trials.treated == treated)
        layout = lay_out(trials, first_exit(trials), cells, MONTHS)
        table = arm_table(layout, equal_weights(trials) if treated else trial_weights(trials, model))
        part = rows[rows["treated"] == treated]
        for k, month in part.groupby("k"):
            assert table.at_risk[k] == pytest.approx(month["weight"].sum())
            for cause in (1, 2, 3):
                expected = month.loc[month["exit"] == cause, "weight"].sum()
                assert table.events[k, cause - 1] == pytest.approx(expected, abs=1e-9)
        # The saturated weighted pooled logistic regression has these hazards as fitted values.
        dummies = pd.get_dummies(part["k"]).to_numpy(float)
        left = (part["exit"] > 0).to_numpy(float)
        fit = GLM(left, dummies, family=Binomial(), freq_weights=part["weight"].to_numpy()).fit()
        np.testing.assert_allclose(table.hazards.sum(axis=1), logistic(fit.params), rtol=1e-6)


def test_presence_counts_returns(trials: Trials) -> None:
    cells = np.flatnonzero(trials.treated)
    table = arm_table(lay_out(trials, presence(trials), cells, MONTHS), equal_weights(trials))
    history = trials.history
    for k in (0, 3, MONTHS - 1):
        inside = trials.month[cells] + k < history.window.months
        seen = history.on[trials.person[cells][inside], trials.month[cells][inside] + k]
        assert table.hazards[k, 0] == pytest.approx(seen.mean())


def test_slopes_are_derivatives(trials: Trials, model: StartModel) -> None:
    cells = np.flatnonzero(~trials.treated)
    layout = lay_out(trials, first_exit(trials), cells, MONTHS)
    persons = person_table(trials, layout, trial_weights(trials, model), model)
    step = 1e-5
    for column in (0, 3, 10):
        sums = []
        for sign in (1, -1):
            beta = model.fit.beta.copy()
            beta[column] += sign * step
            fit = BinaryFit(beta, model.fit.covariance, True)
            moved = StartModel(fit, logistic(trials.design.x @ beta))
            sums.append(arm_table(layout, trial_weights(trials, moved)))
        slope = (sums[0].at_risk - sums[1].at_risk) / (2 * step)
        np.testing.assert_allclose(persons.slope_at_risk[:, column], slope, rtol=1e-4, atol=1e-4)
        slope = (sums[0].events - sums[1].events) / (2 * step)
        np.testing.assert_allclose(persons.slope_events[:, :, column], slope, rtol=1e-4, atol=1e-4)


def test_influence_predicts_what_leaving_a_person_out_does(trials: Trials, model: StartModel) -> None:
    estimated, pairs = estimate(trials, model), layouts(trials)
    values = np.array([contrast.effect for contrast in estimated.contrasts])
    starters = np.unique(trials.person[trials.treated])[:6]
    for person in starters:
        counts = np.ones(trials.history.persons)
        counts[person] = 0
        without = point_values(trials, refit_start(trials, model, counts, 20), counts, pairs)
        change, predicted = values - without, estimated.influence[person]
        assert np.corrcoef(change, predicted)[0, 1] > 0.99
        np.testing.assert_allclose(change, predicted, atol=0.1 * np.abs(predicted).max() + 1e-6)


def test_bootstrap_and_linearised_errors_agree(trials: Trials, model: StartModel) -> None:
    estimated = estimate(trials, model)
    draws = bootstrap(trials, model, estimated, 150, 3)
    booted = with_bootstrap(estimated, draws)
    ratio = np.array([b.error / e.error for b, e in zip(booted.contrasts, estimated.contrasts, strict=True)])
    assert 0.85 < np.median(ratio) < 1.2
    again = bootstrap(trials, model, estimated, 3, 3)
    np.testing.assert_array_equal(again.values, draws.values[:3])  # noqa: PD011


def test_refit_reaches_the_full_fit(trials: Trials, model: StartModel) -> None:
    rng = np.random.default_rng(5)
    n = trials.history.persons
    counts = np.bincount(rng.integers(0, n, n), minlength=n).astype(float)
    few, many = refit_start(trials, model, counts), refit_start(trials, model, counts, 200)
    assert np.abs(few.p - many.p).max() < 0.1 * np.abs(many.p - model.p).max()


def test_nobody_is_compared_with_the_time_before_a_start(trials: Trials) -> None:
    """No immortal time: treated cells are exactly the start months; earlier months are controls of their own."""
    history = trials.history
    assert history.start[trials.measure][trials.person, trials.month].tolist() == trials.treated.tolist()
    assert not history.started[trials.measure][trials.person, trials.month].any()
    others = [j for j in range(len(history.measures)) if j != trials.measure]
    assert not history.running[others][:, trials.person, trials.month].any()


def test_cumulated_incidence_and_stay_add_up() -> None:
    hazards = np.random.default_rng(1).uniform(0, 0.1, (24, 3))
    stay = np.cumprod(1 - hazards.sum(axis=1))
    np.testing.assert_allclose(cumulate(hazards).sum(axis=1) + stay, 1.0)


def test_order_of_persons_does_not_matter(history: History) -> None:
    order = np.random.default_rng(2).permutation(history.persons)
    shuffled = replace(
        history,
        **{name: getattr(history, name)[order] for name in ("on", "spell", "duration", "exit", "last")},
        **{name: getattr(history, name)[:, order] for name in ("start", "started", "running", "planned")},
    )
    first = estimate(emulate(history, 0)).get("egen_12")
    second = estimate(emulate(shuffled, 0)).get("egen_12")
    assert second.effect == pytest.approx(first.effect, rel=1e-6)
    assert second.error == pytest.approx(first.error, rel=1e-6)
