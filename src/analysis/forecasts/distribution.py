"""The forecast itself: a set of sample paths, off which every published number is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

#: The nine levels that every forecast is scored on and logged with.
QUANTILE_LEVELS: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
#: Central intervals made of those levels: nominal coverage -> (lower level, upper level).
INTERVALS: Final = {0.5: (0.25, 0.75), 0.8: (0.1, 0.9), 0.9: (0.05, 0.95), 0.95: (0.025, 0.975)}


@dataclass(frozen=True)
class FirstPassage:
    """When the target is first met.

    Attributes
    ----------
    target
        The level, in the unit of the paths.
    table
        Columns ``period``, ``probability`` (first met then) and ``cumulative`` (met by then); one row a period.
    never
        Probability that no forecast period meets the target (0-1).
    """

    target: float
    table: pd.DataFrame
    never: float


@dataclass(frozen=True)
class SamplePaths:
    """Equally probable futures of one series.

    Attributes
    ----------
    draws
        Draws x horizons; row ``i`` is one possible future, column ``h`` the period ``periods[h]``.
    periods
        The forecast periods, written as in the observation table (``"2026"`` or ``"2026-12"``), in order.
    unit
        Unit of `draws`, in Swedish (``"procent"``).
    origin
        The last period that the forecast was allowed to know.
    model
        Name of the model, as in the forecast log.
    seed
        Seed that reproduces the draws.
    note
        What a reader must know about how the series was handled (Swedish); empty if nothing.
    """

    draws: NDArray[np.float64]
    periods: tuple[str, ...]
    unit: str
    origin: str
    model: str
    seed: int
    note: str = ""

    def __post_init__(self) -> None:
        """Check that shapes agree and that no draw is missing."""
        if self.draws.ndim != 2 or self.draws.shape[1] != len(self.periods):
            raise ValueError("draws must be draws x len(periods)")
        if not np.isfinite(self.draws).all():
            raise ValueError("a sample path may not hold missing or infinite values")

    def at(self, period: str) -> NDArray[np.float64]:
        """Draws for one period, shape (draws,)."""
        return self.draws[:, self.periods.index(period)]

    def quantiles(self, levels: Sequence[float] = QUANTILE_LEVELS) -> pd.DataFrame:
        """Quantiles: index = periods, columns = levels."""
        return pd.DataFrame(
            np.quantile(self.draws, levels, axis=0).T, index=list(self.periods), columns=list(levels)
        )

    def fan(self) -> pd.DataFrame:
        """Median and central intervals, ready to draw: one row a period, columns ``median, low50, high50, ...``."""
        columns = {"median": np.median(self.draws, axis=0)}
        for nominal, (low, high) in INTERVALS.items():
            name = f"{nominal * 100:.0f}"
            columns[f"low{name}"] = np.quantile(self.draws, low, axis=0)
            columns[f"high{name}"] = np.quantile(self.draws, high, axis=0)
        return pd.DataFrame(columns, index=list(self.periods))

    def probability_at_most(self, target: float, period: str) -> float:
        """P(value <= target in `period`), 0-1."""
        return float(np.mean(self.at(period) <= target))

    def first_passage(self, target: float) -> FirstPassage:
        """Distribution of the first period whose value is at or below `target`."""
        met = self.draws <= target
        first = np.where(met.any(axis=1), met.argmax(axis=1), -1)
        share = np.array([np.mean(first == h) for h in range(len(self.periods))])
        table = pd.DataFrame(
            {"period": list(self.periods), "probability": share, "cumulative": np.cumsum(share)}
        )
        return FirstPassage(target=target, table=table, never=float(np.mean(first == -1)))

    def until(self, period: str) -> SamplePaths:
        """The same paths, cut after `period`."""
        stop = self.periods.index(period) + 1
        return replace(self, draws=self.draws[:, :stop], periods=self.periods[:stop])

    def only(self, periods: Sequence[str]) -> SamplePaths:
        """The same paths, seen in some periods only."""
        index = [self.periods.index(period) for period in periods]
        return replace(self, draws=self.draws[:, index], periods=tuple(periods))

    def conditioned(self, period: str, value: float, relative_sd: float) -> SamplePaths:
        """The futures that agree with a later, approximate value ("cirka 4,3"): resampled by their nearness.

        Parameters
        ----------
        value
            The approximate value in `period`.
        relative_sd
            Its uncertainty as a log standard deviation.

        Raises
        ------
        ValueError
            If fewer than 100 effective draws agree with the value: draw more paths or doubt the value.
        """
        distance = np.log(np.maximum(self.at(period), 1e-9) / value) / relative_sd
        weight = np.exp(-0.5 * (distance**2 - np.min(distance**2)))
        weight /= weight.sum()
        if 1.0 / np.sum(weight**2) < 100:
            raise ValueError("too few paths agree with the approximate value")
        keep = systematic_resample(weight, np.random.default_rng([self.seed, 17]))
        return replace(self, draws=self.draws[keep])

    def scaled(self, factors: NDArray[np.float64], model: str) -> SamplePaths:
        """The same futures times `factors` (broadcast against draws x horizons): a scenario on common draws."""
        return replace(self, draws=self.draws * factors, model=model)

    def shifted(self, change: NDArray[np.float64], model: str) -> SamplePaths:
        """The same futures plus `change`, never below zero."""
        return replace(self, draws=np.maximum(self.draws + change, 0.0), model=model)

    def contrast(self, other: SamplePaths, period: str) -> NDArray[np.float64]:
        """Quantiles 5, 50, 95 % of (self - other) in `period`, draw by draw; shape (3,)."""
        return np.quantile(self.at(period) - other.at(period), [0.05, 0.5, 0.95])


def systematic_resample(
    weight: NDArray[np.float64], rng: np.random.Generator, count: int | None = None
) -> NDArray[np.int64]:
    """Indices of the draws to keep, in ascending order: `count`, or as many as there are weights (which sum to one)."""
    size = weight.size if count is None else count
    position = (rng.random() + np.arange(size)) / size
    return np.minimum(np.searchsorted(np.cumsum(weight), position), weight.size - 1)


def required_level_shift(paths: SamplePaths, target: float, period: str, probability: float) -> float:
    """Change in the level of every path that makes P(value <= target) equal `probability`.

    Returns
    -------
    float
        Additive change in the paths' unit; negative when the outcome must come in lower than forecast.
    """
    return float(target - np.quantile(paths.at(period), probability))
