"""What could be seen by month: the one monthly series of a large area with a known history, treated as declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.calendar import following
from analysis.declarations.design import detectable
from analysis.forecasts.joint import joint_forecast
from foundation.memory import remember

#: Monthly households of a county of about 290,000 residents, the size of a large municipality.
SERIES = Path("socialstyrelsen/2025-01-31/dalarna_manad_utgavor.csv")
AREA = "Dalarnas län"
HORIZONS = (1, 3, 6, 12)
#: Months that are treated as the last before a reform; outcomes to the end of the series.
ORIGINS = ("2018-01", "2023-12")
DRAWS = 4000


@dataclass(frozen=True)
class MonthSight:
    """What could be seen of one month `horizon` months after the last known one.

    Attributes
    ----------
    expected
        Households expected without a reform.
    percent
        Smallest visible decrease with 80 per cent probability, per cent of the expected.
    outside, placebos
        How many placebo months lay outside their interval, and how many there were.
    """

    horizon: int
    month: str
    expected: float
    percent: float
    outside: int
    placebos: int


def read_households(raw: Path) -> pd.Series[float]:
    """Households by month in the newest vintage, gaps left out."""
    rows = pd.read_csv(raw / SERIES)
    newest = rows[rows["utgava"] == rows["utgava"].max()].set_index("manad")["hushall"]
    return newest.dropna().astype(float)


def month_sights(raw: Path, level: float) -> tuple[MonthSight, ...]:
    """The smallest visible change by month, and the false alarms of the same rule on months without a reform."""
    values = read_households(raw)
    return remember(
        "manadssikt",
        (values, level),
        ("analysis.calendar", "analysis.forecasts", "analysis.declarations", "analysis.answers.month_power"),
        lambda: _sights(values, level),
    )


def _sights(values: pd.Series[float], level: float) -> tuple[MonthSight, ...]:
    latest = _futures(values)
    outside = dict.fromkeys(HORIZONS, 0)
    tried = dict.fromkeys(HORIZONS, 0)
    for origin in (str(month) for month in values.index if ORIGINS[0] <= str(month) <= ORIGINS[1]):
        for horizon, (month, draws) in _futures(values[values.index <= origin]).items():
            if month not in values.index:
                continue
            low, high = np.quantile(draws, [level / 2, 1 - level / 2])
            tried[horizon] += 1
            outside[horizon] += not low <= values[month] <= high
    return tuple(
        MonthSight(
            horizon,
            month,
            float(np.median(draws)),
            detectable(draws, level),
            outside[horizon],
            tried[horizon],
        )
        for horizon, (month, draws) in latest.items()
    )


def _futures(values: pd.Series[float]) -> Mapping[int, tuple[str, np.ndarray]]:
    known = {str(month): float(value) for month, value in values.items()}
    ahead = following(max(known), max(HORIZONS))
    paths = joint_forecast(known, ahead, unit="antal", rounding=0.5, draws=DRAWS).paths
    return {horizon: (ahead[horizon - 1], paths.at(ahead[horizon - 1])) for horizon in HORIZONS}
