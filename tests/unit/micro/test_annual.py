from __future__ import annotations

import numpy as np
import pytest

from analysis.micro.annual import level_from_years, persons_per_year
from analysis.micro.history import History
from analysis.micro.rates import count_rates
from analysis.micro.stockflow import Plan, Uncertainty, fit_level, project


def test_the_ratio_is_the_one_in_the_spells(history: History) -> None:
    """Counted directly in the simulated spells, and from their rates at balance."""
    months = history.on[:, -12:]
    counted = months.any(axis=1).sum() / months.sum(axis=0).mean()
    assert persons_per_year(count_rates(history)) == pytest.approx(counted, rel=0.06)


def test_a_yearly_level_is_given_back(history: History) -> None:
    rates = count_rates(history)
    level = level_from_years(rates, 200_000, 2.4, 2.4, 2, 2024)
    fitted = fit_level(rates, level)
    still = project(fitted, Plan({}), {}, 30, draws=1, uncertainty=Uncertainty(0.0, 0.0))
    assert still.annual[2026][0] == pytest.approx(2.4, rel=0.06)
    assert np.all(still.share < 2.4)
