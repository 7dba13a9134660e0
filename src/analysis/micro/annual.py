"""The yearly level: persons with bistånd in any month of a year, and the monthly level that belongs to it."""

from __future__ import annotations

from analysis.micro.rates import Rates
from analysis.micro.stockflow import Level, Plan, Uncertainty, fit_level, project

_JANUARY = 2000 * 12  # any January: a balance has no calendar


def persons_per_year(rates: Rates) -> float:
    """Persons with bistånd in any month of a year per person with bistånd in a month, at balance.

    Uppsala's adult month and resident year stand about 0.42 to 1; this ratio is for the same persons in both.
    """
    level = Level(1_000_000.0, 1.0, 1.0, 12, _JANUARY - 1)
    flat = Rates(rates.leave, rates.leave_count * 1e9, rates.back, rates.arrive * 0 + 1, rates.arrivals)
    fitted = fit_level(flat, level)
    still = project(fitted, Plan({}), {}, 12, draws=1, uncertainty=Uncertainty(0.0, 0.0))
    return float(still.annual[_JANUARY // 12][0] / still.share[0].mean())


def level_from_years(
    rates: Rates, population: float, first_share: float, last_share: float, years: int, latest_year: int
) -> Level:
    """Turn two yearly shares (per cent, same persons as in the rates) into the monthly level to fit.

    Parameters
    ----------
    rates
        Flows of the municipality.
    population
        Denominator of the shares.
    first_share, last_share
        Shares `years` apart; each stands for the middle of its year.
    latest_year
        Year of the last share.
    """
    ratio = persons_per_year(rates)
    return Level(population, first_share / ratio, last_share / ratio, years * 12, latest_year * 12 + 5)
