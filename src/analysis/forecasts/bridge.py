"""From the annual share of residents (N31807) to another measure of the same thing, such as the board's adults.

``log A(t) = log N(t) + r(t)``: the log ratio `r` is a random walk with an uncertain drift, seen at the few points
where both measures are known. `N` is read in continuous time (a year sits at its middle), so a single month late
in a falling year is lower than the year's figure. With one point the prior carries the width; with two or three
the posterior for the drift and the step size is still wide, because importance weights act on every draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.calendar import centre, is_month
from analysis.forecasts.distribution import SamplePaths, systematic_resample

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Point:
    """One known value of the other measure.

    Attributes
    ----------
    period
        Year or month that the value describes.
    value
        In per cent, > 0.
    rounding
        Half the last printed digit (0.005 for two decimals).
    """

    period: str
    value: float
    rounding: float = 0.005


@dataclass(frozen=True)
class BridgePrior:
    """What is assumed about a ratio before its points are seen (log scale, per year).

    Attributes
    ----------
    ratio, ratio_sd
        Median ratio and its log standard deviation; the default is nearly uninformative.
    step, step_spread
        Median and log spread of the yearly step of the log ratio.
    drift_sd
        Standard deviation of a steady yearly drift.
    month_sd
        How far a single month may lie from the smooth curve: season and payment days.
    year_sd
        The same for a figure for a whole year, whose exact reference is often not stated.
    """

    ratio: float = 0.42
    ratio_sd: float = 1.0
    step: float = 0.03
    step_spread: float = 0.6
    drift_sd: float = 0.02
    month_sd: float = 0.04
    year_sd: float = 0.015


@dataclass(frozen=True)
class Bridge:
    """The other measure, as paths, with the ratio that made it.

    Attributes
    ----------
    paths
        Draws of the other measure for the requested periods.
    ratio
        Quantiles 5, 50, 95 % of the ratio in the last requested period, shape (3,).
    observed_ratios
        Known value / annual share for points whose year is known, by period.
    effective_draws
        Effective sample size of the importance weights; small values mean that the points disagree with the prior.
    assumptions
        Swedish sentences.
    """

    paths: SamplePaths
    ratio: Array
    observed_ratios: Mapping[str, float]
    effective_draws: float
    assumptions: tuple[str, ...]


def bridge(
    known: Mapping[int, float],
    future: SamplePaths,
    points: Sequence[Point],
    periods: Sequence[str],
    *,
    prior: BridgePrior | None = None,
    seed: int = 20261121,
    model: str = "panel+bro",
) -> Bridge:
    """Draw the other measure for `periods`.

    Parameters
    ----------
    known
        Annual share per year, all > 0, up to the origin (gaps allowed).
    future
        Paths of the annual share, annual periods after the origin. To read a month near the end of a year, the
        paths must reach the year after; otherwise the last year's slope is continued.
    points
        Known values of the other measure; may be later than the last known year: they then also speak of the
        annual share, because unlikely combinations of path and point get a low weight.
    periods
        Years or months to draw.

    Raises
    ------
    ValueError
        If `points` is empty and the prior ratio is uninformative, or a value is not positive.
    """
    chosen = prior or BridgePrior()
    if not points and chosen.ratio_sd > 0.5:
        raise ValueError("without any point the prior must say what the ratio is")
    if any(point.value <= 0 for point in points):
        raise ValueError("points must be positive")
    rng = np.random.default_rng(seed)
    base = np.log(np.maximum(future.draws, 1e-6))
    curve = _Curve(known, future, base)
    ordered = sorted(points, key=lambda point: centre(point.period))
    state = _RatioState.start(base.shape[0], chosen, rng)
    for point in ordered:
        state.move_to(centre(point.period))
        noise = _reading_sd(point.period, chosen) ** 2 + (point.rounding / point.value) ** 2 / 3.0
        state.observe(np.log(point.value) - curve.at(point.period), noise)
    weight = np.exp(state.log_weight - state.log_weight.max())
    weight /= weight.sum()
    keep = systematic_resample(weight, rng)
    log_ratio, out = state.draw(keep, [centre(period) for period in periods], rng), []
    for index, period in enumerate(periods):
        reading = _reading_sd(period, chosen) * rng.standard_normal(keep.size)
        out.append(curve.at(period)[keep] + log_ratio[:, index] + reading)
    paths = SamplePaths(
        draws=np.exp(np.stack(out, axis=1)),
        periods=tuple(periods),
        unit=future.unit,
        origin=max([future.origin, *(point.period for point in ordered)], key=centre),
        model=model,
        seed=seed,
        note=future.note,
    )
    return Bridge(
        paths=paths,
        ratio=np.quantile(np.exp(log_ratio[:, -1]), [0.05, 0.5, 0.95]),
        observed_ratios={
            point.period: point.value / known[int(point.period[:4])]
            for point in ordered
            if int(point.period[:4]) in known
        },
        effective_draws=float(1.0 / np.sum(weight**2)),
        assumptions=_assumptions(len(ordered), chosen),
    )


def _reading_sd(period: str, prior: BridgePrior) -> float:
    return prior.month_sd if is_month(period) else prior.year_sd


def log_curve(known: Mapping[int, float], future: SamplePaths, periods: Sequence[str]) -> Array:
    """Log annual share at the middle of each period, known years and paths joined; draws x periods."""
    curve = _Curve(known, future, np.log(np.maximum(future.draws, 1e-6)))
    return np.stack([curve.at(period) for period in periods], axis=1)


class _Curve:
    """Log annual share in continuous time, known years and paths joined; linear between mid-years."""

    def __init__(self, known: Mapping[int, float], future: SamplePaths, base: Array) -> None:
        years = sorted(year for year in known if year < int(future.periods[0]))
        past = np.tile(np.log([known[year] for year in years]), (base.shape[0], 1))
        self.times = np.array([centre(str(year)) for year in years] + [centre(p) for p in future.periods])
        self.values = np.hstack([past, base])

    def at(self, period: str) -> Array:
        """Log level at the middle of `period`, shape (draws,); continued linearly outside the ends."""
        time = centre(period)
        right = int(np.clip(np.searchsorted(self.times, time), 1, self.times.size - 1))
        left = right - 1
        share = (time - self.times[left]) / (self.times[right] - self.times[left])
        return np.asarray((1.0 - share) * self.values[:, left] + share * self.values[:, right])


@dataclass
class _RatioState:
    """Kalman state (ratio, drift) per draw; the step size differs between draws."""

    time: float | None
    mean: Array  # draws x 2
    cov: Array  # draws x 2 x 2
    step: Array  # draws
    log_weight: Array  # draws

    @classmethod
    def start(cls, draws: int, prior: BridgePrior, rng: np.random.Generator) -> _RatioState:
        mean = np.tile([np.log(prior.ratio), 0.0], (draws, 1))
        cov = np.tile(np.diag([prior.ratio_sd**2, prior.drift_sd**2]), (draws, 1, 1))
        step = prior.step * np.exp(prior.step_spread * rng.standard_normal(draws))
        return cls(None, mean, cov, step, np.zeros(draws))

    def move_to(self, time: float) -> None:
        """Predict the state at `time`; the first call only sets the clock."""
        if self.time is not None:
            span = time - self.time
            shift = np.array([[1.0, span], [0.0, 1.0]])
            self.mean = self.mean @ shift.T
            self.cov = shift @ self.cov @ shift.T
            self.cov[:, 0, 0] += self.step**2 * abs(span)
        self.time = time

    def observe(self, value: Array, variance: float) -> None:
        """Update with log ratio `value` (draws,) read with `variance`; keep the log likelihood as a weight."""
        total = self.cov[:, 0, 0] + variance
        error = value - self.mean[:, 0]
        self.log_weight = self.log_weight - 0.5 * (np.log(total) + error**2 / total)
        gain = self.cov[:, :, 0] / total[:, None]
        self.mean = self.mean + gain * error[:, None]
        self.cov = self.cov - gain[:, :, None] * self.cov[:, None, 0, :]

    def draw(self, keep: NDArray[np.int64], times: Sequence[float], rng: np.random.Generator) -> Array:
        """Joint draws of the log ratio at `times` (in order) for the kept draws; kept x times."""
        mean, cov, step = self.mean[keep], self.cov[keep], self.step[keep]
        root = np.linalg.cholesky(cov + 1e-12 * np.eye(2))
        state = mean + np.einsum("nij,nj->ni", root, rng.standard_normal(mean.shape))
        ratio, drift, now = state[:, 0], state[:, 1], self.time if self.time is not None else times[0]
        out = np.empty((keep.size, len(times)))
        for index, time in enumerate(times):
            span = time - now
            ratio = ratio + drift * span + step * np.sqrt(abs(span)) * rng.standard_normal(keep.size)
            out[:, index], now = ratio, time
        return out


def _assumptions(count: int, prior: BridgePrior) -> tuple[str, ...]:
    month = f"{prior.month_sd * 100:.0f}"
    seen = {
        0: "Kvoten mellan måtten är inte känd i någon punkt för kommunen; den är ett antagande.",
        1: "Kvoten mellan måtten är känd i en punkt.",
    }
    return (
        seen.get(count, f"Kvoten mellan måtten är känd i {count} punkter."),
        "Kvoten kan glida år från år; hur mycket är osäkert och räknas in.",
        f"En enskild månad kan avvika omkring {month} procent från den jämna kurvan.",
        "Båda måtten antas följa samma händelser i kommunen.",
    )
