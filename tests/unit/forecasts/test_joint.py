"""The joint forecast: the months' own level and season, the panel's common shocks, a year made of its months."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.calendar import following, weekdays
from analysis.forecasts.bridge import BridgePrior, Point, bridge
from analysis.forecasts.distribution import SamplePaths
from analysis.forecasts.joint import joint_forecast

KNOWN = {2020: 4.3, 2021: 4.0, 2022: 3.7, 2023: 3.1, 2024: 2.9}
SEASON = 0.05 * np.cos(2 * np.pi * (np.arange(12) - 1) / 12)


def future(spread: float = 0.06, mean: float = -0.03, draws: int = 1500) -> SamplePaths:
    rng = np.random.default_rng(1)
    values = 2.9 * np.exp(np.cumsum(rng.normal(mean, spread, (draws, 4)), axis=1))
    return SamplePaths(values, ("2025", "2026", "2027", "2028"), "procent", "2024", "panel", 1)


def own_months(first: str, count: int, slope: float = -0.06, ratio: float = 0.42) -> dict[str, float]:
    """Months at `ratio` of a smooth annual curve that is 2.9 in the middle of 2024, with a season."""
    periods = (first, *following(first, count - 1))
    out = {}
    for period in periods:
        time = int(period[:4]) + (int(period[5:]) - 0.5) / 12
        log = np.log(2.9 * ratio) + slope * (time - 2024.5) + SEASON[int(period[5:]) - 1]
        out[period] = round(float(np.exp(log)), 4)
    return out


def test_without_months_it_is_the_bridge_draw_for_draw() -> None:
    points = [Point("2022", 1.554), Point("2024-10", 1.25)]
    periods = ["2026", "2026-12"]
    alone = bridge(KNOWN, future(), points, periods)
    joint = joint_forecast({}, periods, known=KNOWN, future=future(), points=points)

    np.testing.assert_array_equal(joint.paths.draws, alone.paths.draws)
    assert joint.assumptions == alone.assumptions
    assert joint.months is None


def test_a_year_is_the_mean_of_its_months_known_ones_as_they_are() -> None:
    months = own_months("2022-01", 58)  # to 2026-10
    found = joint_forecast(months, ["2026-12", "2026", "2027"], known=KNOWN, future=future())

    assert found.months is not None
    assert found.years is not None
    seen = sum(value for month, value in months.items() if month.startswith("2026"))
    ahead = found.months.only(["2026-11", "2026-12"]).draws.sum(axis=1)
    np.testing.assert_allclose(found.years.at("2026"), (seen + ahead) / 12)
    np.testing.assert_allclose(
        found.years.at("2027"), found.months.only(following("2026-12", 12)).draws.mean(axis=1)
    )
    np.testing.assert_array_equal(found.paths.at("2026-12"), found.months.at("2026-12"))
    assert found.paths.origin == found.last_month == "2026-10"
    summed = joint_forecast(
        months, ["2026-12", "2026", "2027"], known=KNOWN, future=future(), aggregate="sum"
    )
    np.testing.assert_allclose(summed.paths.at("2026"), 12 * found.paths.at("2026"))


def test_the_season_is_found_and_carried_on() -> None:
    found = joint_forecast(own_months("2020-01", 72), ["2026"], known=KNOWN, future=future(spread=0.01))

    np.testing.assert_allclose(found.season, 100 * np.expm1(SEASON), atol=1.0)
    assert found.months is not None
    middle = np.median(np.log(found.months.draws), axis=0)
    assert middle[1] - middle[7] == pytest.approx(SEASON[1] - SEASON[7] + 0.015, abs=0.02)


def test_known_ratio_is_estimated_with_its_uncertainty() -> None:
    few = joint_forecast(own_months("2025-01", 3), ["2026"], known=KNOWN, future=future())
    many = joint_forecast(own_months("2020-01", 63), ["2026"], known=KNOWN, future=future())

    assert many.observed_ratios["2023"] == pytest.approx(0.42 * 2.9 / 3.1 * np.exp(0.06), rel=0.01)
    assert few.observed_ratios == {}
    widths = [float(np.log(found.ratio[2] / found.ratio[0])) for found in (few, many)]
    assert widths[1] < widths[0]
    assert few.ratio[0] < 0.42 < few.ratio[2]


def test_months_after_the_last_year_choose_among_the_panels_futures() -> None:
    """Months that have fallen steeply since the last known year make the panel's falling futures more probable."""
    kept = {}
    for slope in (-0.16, 0.02):
        months = own_months("2021-01", 48, slope=-0.06) | own_months("2025-01", 22, slope=slope)
        kept[slope] = joint_forecast(months, ["2027"], known=KNOWN, future=future())
    low, high = (np.median(kept[slope].paths.at("2027")) for slope in (-0.16, 0.02))

    assert low < 0.8 * high
    assert all(50 < found.effective_draws < 1500 for found in kept.values())


def test_common_shocks_of_the_panel_widen_the_forecast() -> None:
    months = own_months("2020-01", 60)
    spreads = [
        float(np.log(joint_forecast(months, ["2027"], known=KNOWN, future=future(spread)).paths.draws).std())
        for spread in (0.01, 0.12)
    ]

    assert spreads[1] > spreads[0] + 0.08


def test_under_reported_months_are_left_out_and_named() -> None:
    months = own_months("2020-01", 60)
    spoiled = months | {"2022-03": 0.7 * months["2022-03"], "2022-04": 0.65 * months["2022-04"]}
    clean, found = (
        joint_forecast(each, ["2025-12"], known=KNOWN, future=future()) for each in (months, spoiled)
    )

    assert found.left_out == ("2022-03", "2022-04")
    assert np.median(found.paths.draws) == pytest.approx(np.median(clean.paths.draws), rel=0.02)
    widths = [float(np.log(each.months.draws[:, 0]).std()) for each in (found, clean) if each.months]
    assert widths[0] == pytest.approx(widths[1], rel=0.2)
    assert any("underrapportering" in sentence for sentence in found.assumptions)


def test_a_nowcast_month_counts_less_than_a_final_one() -> None:
    months = own_months("2021-01", 48)
    months["2024-12"] *= 0.85
    sure, loose = (
        np.median(
            joint_forecast(months, ["2025-03"], known=KNOWN, future=future(), spread=spread).paths.draws
        )
        for spread in (None, {"2024-12": 0.2})
    )

    assert loose > sure


def test_months_alone_need_no_panel_but_say_so() -> None:
    found = joint_forecast(own_months("2021-01", 48), ["2025"])

    assert found.paths.model == "månader"
    assert np.isnan(found.ratio).all()
    assert any("ensamma" in sentence for sentence in found.assumptions)


def test_what_cannot_be_answered_is_refused() -> None:
    months = own_months("2024-01", 12)
    with pytest.raises(ValueError, match="negative"):
        joint_forecast({"2024-01": -1.0}, ["2025"])
    with pytest.raises(ValueError, match="after 2024-12"):
        joint_forecast(months, ["2024-12"])
    with pytest.raises(ValueError, match="after 2024-12"):
        joint_forecast(months, ["2024"])
    with pytest.raises(ValueError, match="annual measure"):
        joint_forecast({}, ["2025"])


@settings(max_examples=12, deadline=None)
@given(
    first=st.integers(2012 * 12, 2025 * 12),
    values=st.lists(st.one_of(st.none(), st.floats(0, 5)), min_size=1, max_size=60),
    point=st.booleans(),
)
def test_any_months_give_finite_forecasts(first: int, values: list[float | None], point: bool) -> None:
    """One month or five years, gaps, zeros, months before, across or after the known years."""
    start = f"{first // 12}-{first % 12 + 1:02d}"
    periods = (start, *following(start, len(values) - 1))
    months = {period: value for period, value in zip(periods, values, strict=True) if value is not None}
    points = [Point("2023", 1.3)] if point else []
    if not months:
        return
    found = joint_forecast(months, ["2030-12", "2030"], known=KNOWN, future=future(draws=120), points=points)

    assert np.isfinite(found.paths.draws).all()
    assert (found.paths.draws >= 0).all()
    assert found.paths.draws.shape == (120, 2)


def test_the_prior_ratio_carries_a_single_month_only_when_it_is_all_there_is() -> None:
    believed = BridgePrior(ratio=0.46, ratio_sd=0.17)
    found = joint_forecast({"2025-06": 1.2}, ["2025-12"], known=KNOWN, future=future(), prior=believed)

    low, high = np.quantile(found.paths.draws, [0.1, 0.9])
    assert low < 1.2 < high
    assert 0.05 < np.log(high / low) < 0.6


def test_weekdays_of_a_month() -> None:
    assert weekdays("2026-02") == 20
    assert weekdays("2024-02") == 21
    assert weekdays("2026-10") == 22


def test_the_calendar_is_read_from_the_months() -> None:
    """Months that follow their number of weekdays are forecast to go on doing so."""
    flat = own_months("2016-01", 108, slope=0.0)
    bent = {month: value * np.exp(0.02 * (weekdays(month) - 21.7)) for month, value in flat.items()}
    found = joint_forecast(bent, ["2025-12"], known=KNOWN, future=future(0.01, 0.0))
    plain = joint_forecast(flat, ["2025-12"], known=KNOWN, future=future(0.01, 0.0))

    assert found.months is not None
    assert plain.months is not None
    effect = np.median(np.log(found.months.draws), axis=0) - np.median(np.log(plain.months.draws), axis=0)
    days = np.array([weekdays(month) for month in found.months.periods])
    assert np.polyfit(days, effect, 1)[0] == pytest.approx(0.02, abs=0.008)
