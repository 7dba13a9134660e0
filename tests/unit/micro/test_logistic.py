from __future__ import annotations

import numpy as np
import pytest

from analysis.micro.hazard import fit_competing
from analysis.micro.logistic import RIDGE, fit_binary, gram, logistic


def simulated(seed: int, n: int = 3000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(n), rng.normal(size=(n, 3))])
    y = (rng.random(n) < logistic(x @ [-1.5, 0.8, -0.4, 0.0])).astype(float)
    return x, y, rng.integers(0, 4, n).astype(float)


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_agrees_with_statsmodels(link: str) -> None:
    from statsmodels.genmod.families import Binomial, links
    from statsmodels.genmod.generalized_linear_model import GLM

    x, y, weights = simulated(1)
    chosen = links.Logit() if link == "logit" else links.CLogLog()
    oracle = GLM(y, x, family=Binomial(chosen), freq_weights=weights).fit(tol=1e-12)
    fit = fit_binary(x, y, weights, link=link, ridge=0.0)  # type: ignore[arg-type]
    assert fit.converged
    np.testing.assert_allclose(fit.beta, oracle.params, rtol=1e-6)
    tolerance = 1e-6 if link == "logit" else 0.03  # expected against observed information
    np.testing.assert_allclose(fit.standard_errors, oracle.bse, rtol=tolerance)


def test_competing_events_agree_with_statsmodels() -> None:
    from statsmodels.discrete.discrete_model import MNLogit

    rng = np.random.default_rng(2)
    x = np.column_stack([np.ones(2500), rng.normal(size=(2500, 2))])
    odds = np.exp(x @ np.array([[-2.0, 0.5, 0.0], [-2.5, -0.3, 0.4]]).T)
    chance = odds / (1 + odds.sum(axis=1, keepdims=True))
    draw = rng.random(2500)
    y = np.where(draw < chance[:, 0], 1, np.where(draw < chance.sum(axis=1), 2, 0))
    oracle = MNLogit(y, x).fit(disp=False, tol=1e-12)
    fit = fit_competing(x, y, causes=2, ridge=0.0)
    assert fit.converged
    np.testing.assert_allclose(fit.beta, np.asarray(oracle.params).T, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(fit.standard_errors, np.asarray(oracle.bse).T, rtol=1e-4)


def test_a_level_without_events_stays_finite() -> None:
    x = np.column_stack([np.ones(400), np.repeat([0.0, 1.0], 200)])
    y = np.r_[np.tile([0.0, 1.0], 100), np.zeros(200)]
    fit = fit_binary(x, y)
    assert np.isfinite(fit.beta).all()
    assert logistic(np.array([fit.beta.sum()]))[0] < 0.01


def test_a_fit_that_swings_is_settled_by_shorter_steps() -> None:
    """Two rare columns far from nought: the first whole steps overshoot, and without halving the fit swings for ever."""
    rng = np.random.default_rng(11)
    n, k = int(rng.integers(30, 400)), int(rng.integers(1, 6))
    rare = (rng.random((n, k)) < rng.random() * 0.2) * rng.choice([1, 5, 20])
    x = np.column_stack([np.ones(n), rare]).astype(float)
    y = (rng.random(n) < rng.choice([0.01, 0.05, 0.9])).astype(float)
    w = rng.choice([0, 1, 50.0], n)
    fit = fit_binary(x, y, w)
    assert fit.converged
    penalty = RIDGE * np.r_[0.0, fit.beta[1:]]
    np.testing.assert_allclose(x.T @ (w * (y - logistic(x @ fit.beta))), penalty, atol=1e-6)


def test_logistic_does_not_overflow() -> None:
    np.testing.assert_allclose(logistic(np.array([-800.0, 0.0, 800.0])), [0.0, 0.5, 1.0])


@pytest.mark.parametrize("rows", [1, 4096, 4097, 9000])
def test_rows_are_weighed_some_thousand_at_a_time_and_none_is_lost(rows: int) -> None:
    rng = np.random.default_rng(rows)
    x, weights = rng.normal(size=(rows, 5)), rng.random(rows)
    np.testing.assert_allclose(gram(x, weights), x.T @ np.diag(weights) @ x, rtol=1e-10, atol=1e-10)
