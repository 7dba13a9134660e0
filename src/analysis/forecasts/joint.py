"""One forecast for a target: the municipality's own months, tied to the annual panel's common shocks.

The months of the target's measure give level, trend, season and calendar; the annual panel's paths give what the whole
country may go through; a year of the measure is what its months add up to (or average to), and lies at an uncertain
turnover ratio to the annual share. All three are one Gaussian model (`analysis.forecasts.month_model`) on each of the
panel's sample paths: paths that disagree with months after the last known year become less probable. Without
months the answer is `analysis.forecasts.bridge`'s, draw for draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.calendar import centre, is_month
from analysis.forecasts.bridge import BridgePrior, Point, bridge, log_curve
from analysis.forecasts.distribution import SamplePaths
from analysis.forecasts.month_model import MonthDraws, draw_months
from analysis.forecasts.month_parts import MonthSettings
from analysis.forecasts.month_readings import MonthFrame, read_months

Array = NDArray[np.float64]
MODEL_NAME: Final = "panel+månader"
MONTHS_ALONE: Final = "månader"
#: Slope of the months when there is no annual panel: what a panel's paths would otherwise carry.
ALONE: Final = MonthSettings(trend=(0.02, 0.05, 0.1, 0.2), trend_prior=(0.06, 0.7))


@dataclass(frozen=True)
class JointForecast:
    """The target's own measure, by month and by year, off the same draws.

    Attributes
    ----------
    paths
        The requested periods, months and years, ordered in time.
    months
        Every month after the last known one, as it would be published; None without months.
    years
        Every year that is not known month by month, `aggregate` of its months (known months as they are); None without
        months.
    ratio
        Quantiles 5, 50, 95 % of (the measure / annual share) in the last year of `paths`, shape (3,); NaN
        without an annual measure.
    observed_ratios
        The same, as known: for years whose twelve months (or whose own figure) and annual share are known.
    keep
        The row of the panel's paths that each draw belongs to: what the months say of futures that others share
        (`CommonFuture.given`); empty without months.
    effective_draws
        Effective number of the panel's paths after the months have spoken.
    last_month
        Last month that was read; None without months.
    season
        Per cent above or below the year's level by calendar month 1-12; empty without months.
    left_out
        Months that were not read because they look like under-reporting.
    assumptions
        Swedish sentences.
    """

    paths: SamplePaths
    months: SamplePaths | None
    years: SamplePaths | None
    ratio: Array
    observed_ratios: Mapping[str, float]
    keep: NDArray[np.int64]
    effective_draws: float
    last_month: str | None
    season: pd.Series[float]
    left_out: tuple[str, ...]
    assumptions: tuple[str, ...]


def joint_forecast(
    months: Mapping[str, float],
    periods: Sequence[str],
    *,
    known: Mapping[int, float] | None = None,
    future: SamplePaths | None = None,
    points: Sequence[Point] = (),
    spread: Mapping[str, float] | None = None,
    aggregate: Literal["mean", "sum"] = "mean",
    rounding: float = 0.005,
    unit: str = "procent",
    prior: BridgePrior | None = None,
    settings: MonthSettings | None = None,
    draws: int = 4000,
    seed: int = 20261121,
) -> JointForecast:
    """Forecast the target's own measure.

    Parameters
    ----------
    months
        Known months of the measure, ``"2026-10" -> value >= 0``; any gaps, any start, may be empty.
    periods
        Months and years to forecast, later than the last known month (a year may have begun).
    known, future
        The annual share per year (> 0) and the panel's paths of it. None: the months stand alone, which needs months.
    points
        Other known values of the same measure (a document's figure for a year or a month); a month that is also in
        `months` is read from `months`.
    spread
        Log standard deviation of nowcast months (`PreparedMonths.spread`).
    aggregate
        Whether a year is the mean of its months (shares, averages) or their sum (kronor).
    rounding
        Half the last printed digit of `months`.
    prior
        What is believed about the ratio; used as in `bridge` when there are no months.
    draws
        Number of paths when there is no `future`; otherwise as many as it has.

    Raises
    ------
    ValueError
        A negative month, no month and no annual measure, a period that is not after the last known month.
    """
    values = {month: float(value) for month, value in sorted(months.items()) if np.isfinite(value)}
    if not values:
        return _by_bridge(known, future, points, periods, prior, seed)
    if min(values.values()) < 0:
        raise ValueError("a month may not be negative")
    last = max(values)
    late = [period for period in periods if period <= (last if is_month(period) else last[:4] + " ")]
    late = [
        period for period in late if is_month(period) or int(period) < int(last[:4]) or last.endswith("-12")
    ]
    if late or not periods:
        raise ValueError(f"periods must lie after {last}: {', '.join(late) or 'none given'}")
    frame = MonthFrame.over(values, points, periods)
    rng = np.random.default_rng(seed)
    readings, stray = read_months(frame, values, points, spread or {}, rounding, prior)
    curve = (
        np.zeros((draws, len(frame.months)))
        if future is None
        else log_curve(known or {}, future, frame.months)
    )
    chosen = settings or (ALONE if future is None else MonthSettings())
    wanted = np.array([index for index, month in enumerate(frame.months) if month not in values])
    drawn = draw_months(readings, curve, wanted, rng, chosen)
    return _answer(frame, values, drawn, wanted, stray, periods, aggregate, unit, seed, known, future, curve)


def _by_bridge(
    known: Mapping[int, float] | None,
    future: SamplePaths | None,
    points: Sequence[Point],
    periods: Sequence[str],
    prior: BridgePrior | None,
    seed: int,
) -> JointForecast:
    if future is None or known is None:
        raise ValueError("without months an annual measure is needed")
    found = bridge(known, future, points, periods, prior=prior, seed=seed)
    return JointForecast(
        paths=found.paths,
        months=None,
        years=None,
        ratio=found.ratio,
        observed_ratios=found.observed_ratios,
        keep=np.empty(0, dtype=np.int64),
        effective_draws=found.effective_draws,
        last_month=None,
        season=pd.Series(dtype=float),
        left_out=(),
        assumptions=found.assumptions,
    )


def _answer(
    frame: MonthFrame,
    values: Mapping[str, float],
    drawn: MonthDraws,
    wanted: NDArray[np.int64],
    stray: tuple[str, ...],
    periods: Sequence[str],
    aggregate: Literal["mean", "sum"],
    unit: str,
    seed: int,
    known: Mapping[int, float] | None,
    future: SamplePaths | None,
    curve: Array,
) -> JointForecast:
    """Months, years and requested periods off the same draws."""
    last = max(values)
    full = np.empty((len(drawn.log_values), len(frame.months)))
    for index, month in enumerate(frame.months):
        full[:, index] = values.get(month, np.nan)
    full[:, wanted] = np.exp(np.clip(drawn.log_values, -30.0, 30.0))
    if unit == "procent":
        full = np.minimum(full, 100.0)
    years = tuple(str(year) for year in range(frame.first_year, frame.last_year + 1))
    by_year = np.stack([full[:, frame.index(year)].mean(axis=1) for year in years], axis=1)
    ratio = _ratio(by_year[:, -1], curve[drawn.keep][:, frame.index(years[-1])], future)
    if aggregate == "sum":
        by_year = 12.0 * by_year
    ahead = [index for index, month in enumerate(frame.months) if month > last]
    base = SamplePaths(
        draws=full[:, ahead],
        periods=tuple(frame.months[index] for index in ahead),
        unit=unit,
        origin=last,
        model=MODEL_NAME if future is not None else MONTHS_ALONE,
        seed=seed,
        note=future.note if future is not None else "",
    )
    annual = replace(base, draws=by_year, periods=years)
    ordered = tuple(sorted(periods, key=centre))
    both = np.stack([(base if is_month(p) else annual).at(p) for p in ordered], axis=1)
    return JointForecast(
        paths=replace(base, draws=both, periods=ordered),
        months=base,
        years=annual,
        ratio=ratio,
        observed_ratios=_observed_ratios(values, known or {}),
        keep=drawn.keep,
        effective_draws=drawn.effective if future is not None else float(len(full)),
        last_month=last,
        season=pd.Series(100.0 * np.expm1(drawn.season), index=range(1, 13), name="procent"),
        left_out=stray,
        assumptions=_assumptions(values, drawn, stray, known or {}, future),
    )


def _ratio(year: Array, curve: Array, future: SamplePaths | None) -> Array:
    if future is None:
        return np.full(3, np.nan)
    return np.quantile(year / np.exp(curve.mean(axis=1)), [0.05, 0.5, 0.95])


def _observed_ratios(values: Mapping[str, float], known: Mapping[int, float]) -> dict[str, float]:
    """Mean of the months / annual share, for years with all twelve months."""
    series = pd.Series(values)
    grouped = series.groupby(series.index.str[:4])
    return {
        str(year): float(part.mean()) / known[int(year)]
        for year, part in grouped
        if len(part) == 12 and known.get(int(year), 0.0) > 0
    }


def _assumptions(
    values: Mapping[str, float],
    drawn: MonthDraws,
    stray: tuple[str, ...],
    known: Mapping[int, float],
    future: SamplePaths | None,
) -> tuple[str, ...]:
    """What the forecast rests on, in Swedish."""
    count = len(values)
    sentences = [
        "Prognosen utgår från en månad av målets eget mått."
        if count == 1
        else f"Prognosen utgår från {count} månader av målets eget mått."
    ]
    if count < 24:
        sentences.append(
            "Det behövs två av varje kalendermånad för att se årstiden; den är till stor del ett antagande."
        )
    if future is None:
        sentences.append("Ingen årsstatistik används; månaderna står ensamma.")
    else:
        ratios = _observed_ratios(values, known)
        seen = {0: "inget år", 1: "ett år"}.get(len(ratios), f"{len(ratios)} år")
        sentences += [
            "Vad hela landet kan råka ut för hämtas ur årsstatistiken för alla kommuner.",
            f"Kvoten mellan månaderna och årsstatistiken är känd för {seen}; hur mycket den glider är osäkert och "
            "räknas in.",
        ]
    if stray:
        which = "En månad ser" if len(stray) == 1 else f"{len(stray)} månader ser"
        sentences.append(f"{which} ut som underrapportering och hålls utanför skattningen.")
    return tuple(sentences)
