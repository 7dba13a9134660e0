"""What is true in Syntetkommun: population, hazards, assignment and the measures' real effects.

Everything here is invented. Levels are calibrated so that the whole municipality shows Uppsala's published
magnitudes (about 2.8 % of 248 000 residents in a year, adults about 1.25 % of residents in a month); no
single parameter is an estimate of anything in Uppsala.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from analysis.micro.history import Floats

#: Population shares of the levels in `vocabulary.BACKGROUND`, at entry.
SHARES: Final[dict[str, tuple[float, ...]]] = {
    "kon": (0.47, 0.53),
    "aldersgrupp": (0.19, 0.29, 0.30, 0.22),
    "landgrupp": (0.38, 0.12, 0.50),
    "utbildning": (0.42, 0.33, 0.15, 0.10),
    "hushall": (0.52, 0.20, 0.10, 0.18),
    "orsak": (0.42, 0.17, 0.20, 0.11, 0.10),
}

#: Log odds of leaving to work, to studies and otherwise, for the levels above.
LEAVING: Final[dict[str, tuple[tuple[float, ...], ...]]] = {
    "kon": ((0, 0.18), (0, -0.20), (0, 0.05)),
    "aldersgrupp": ((0.10, 0.15, 0, -0.40), (0.90, 0.30, 0, -1.20), (0, 0.05, 0, 0.10)),
    "landgrupp": ((0, -0.15, -0.35), (0, -0.05, 0.15), (0, 0, -0.05)),
    "utbildning": ((-0.25, 0.15, 0.30, -0.20), (-0.15, 0.30, 0.20, -0.20), (0, 0, 0, 0.10)),
    "hushall": ((0, -0.30, 0.15, -0.10), (0, -0.15, -0.05, -0.20), (0, -0.10, 0.20, 0)),
    "orsak": ((0.15, -0.50, -0.90, 0.50, 0), (0, 0.25, -0.80, 0.10, 0), (0, -0.05, 0.10, 0.10, 0.25)),
}

#: Leaving is more common before the summer and in late August; relative log odds by calendar month.
SEASON: Final = np.array(
    [
        [-0.10, -0.05, 0.05, 0.10, 0.15, 0.30, -0.25, 0.20, 0.15, 0.05, -0.10, -0.30],
        [0.40, -0.30, -0.40, -0.30, -0.30, -0.40, -0.60, 1.10, 0.50, -0.20, -0.30, -0.40],
        [0.0] * 12,
    ]
)
#: Few measures start in July and in December.
START_SEASON: Final = np.array([0.1, 0.15, 0.1, 0.0, -0.05, -0.2, -0.8, 0.15, 0.3, 0.2, 0.0, -0.5])
INFLOW_SEASON: Final = np.array([1.15, 1.0, 1.0, 0.95, 0.95, 1.1, 1.1, 0.9, 0.95, 0.95, 0.95, 1.0])


@dataclass(frozen=True)
class Measure:
    """One invented measure with its assignment rule and its true effect.

    Attributes
    ----------
    name, title
        Key and display name.
    starts
        Intercept of the log odds of starting in a month.
    by_duration : (7,)
        Log odds of starting by duration class.
    by_background
        Column -> log odds by level.
    after_other
        Log odds added once another measure has been started in the spell (dynamic assignment).
    months
        Planned lengths in months (drawn with equal probability).
    during, after : (3,)
        True effect on the log odds of leaving to work, studies, other while the measure runs and in the
        twelve months after its planned end; then nothing.
    """

    name: str
    title: str
    starts: float
    by_duration: tuple[float, ...]
    by_background: dict[str, tuple[float, ...]]
    after_other: float
    months: tuple[int, ...]
    during: tuple[float, float, float]
    after: tuple[float, float, float]


MEASURES: Final = (
    Measure(
        "jobbspar", "Jobbspår", -4.6, (0.6, 0.5, 0.3, 0.0, -0.3, -0.6, -1.0),
        {"orsak": (0.4, -0.6, -1.2, 0.3, 0), "utbildning": (-0.3, 0.3, 0.3, 0), "kon": (0, 0.3)},
        -0.4, (2, 4), (0.55, 0.0, 0.0), (0.75, 0.0, 0.0),
    ),
    Measure(
        "motivationskurs", "Motivationskurs", -5.0, (-1.2, -0.6, 0.1, 0.3, 0.6, 0.7, 0.8),
        {"orsak": (0, 0.2, 0.6, -0.4, 0), "utbildning": (0.4, 0, -0.3, 0), "aldersgrupp": (-0.3, 0, 0.1, 0.4)},
        0.5, (1,), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0),
    ),
    Measure(
        "sprakpraktik", "Språkpraktik", -5.3, (-0.8, -0.3, 0.1, 0.4, 0.5, 0.5, 0.3),
        {"landgrupp": (-1.5, 0.2, 0.9), "orsak": (0, 0.9, -0.8, -0.5, 0), "utbildning": (0.3, 0, 0, 0.2)},
        0.2, (4, 6), (-1.1, -0.6, 0.0), (0.95, 0.35, 0.0),
    ),
    Measure(
        "studiestart", "Studiestart", -5.2, (0.1, 0.3, 0.3, 0.2, 0.0, -0.2, -0.6),
        {"aldersgrupp": (0.8, 0.4, 0, -1.0), "utbildning": (0.5, 0.1, -0.6, 0), "kon": (0, -0.2)},
        0.1, (1, 3), (0.2, 0.6, 0.0), (0.1, 1.1, 0.0),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Municipality:
    """Parameters of the synthetic municipality.

    Attributes
    ----------
    inflow
        New persons a month, before season. 112 gives the full calibrated municipality.
    months, first
        Length of the window in months and its first month index.
    burn_in
        Months simulated before the window.
    leaving : (3,)
        Log odds of leaving to work, studies, other in a month, before everything else.
    by_duration : (7,)
        Log odds of leaving by log(1 + duration): slope toward work, studies, other is `duration_slope`.
    frailty
        Standard deviation of the unobserved readiness for work (log odds).
    hidden
        Effect of the unobserved readiness on assignment (log odds); 0 means that the background and the
        history explain assignment.
    trend
        Change in the log odds of leaving to work per year.
    returning : (3,)
        Log odds of returning in a month, by the kind of the last exit.
    residents, children_per_adult
        Population, and children with bistånd per adult with bistånd, for shares like the published ones.
    measures
        The measures on offer.
    churn
        Probability in a month that the obstacle (health, language, work) is drawn anew; 0 keeps the one at entry.
    queue
        Assignment and leaving by rules of another kind than the estimators' models: see `simulation`.
    """

    name: str = "Syntetkommun"
    inflow: float = 112.0
    months: int = 60
    first: int = 2021 * 12
    burn_in: int = 72
    leaving: tuple[float, float, float] = (-2.25, -3.75, -3.6)
    duration_slope: tuple[float, float, float] = (-0.32, -0.25, -0.10)
    frailty: float = 0.45
    hidden: float = 0.0
    trend: float = 0.03
    returning: tuple[float, float, float] = (-3.7, -3.5, -3.0)
    residents: int = 248_000
    children_per_adult: float = 0.31
    measures: tuple[Measure, ...] = field(default=MEASURES)
    churn: float = 0.0
    queue: bool = False

    def seasonal(self, month: np.ndarray) -> Floats:
        """(3, n) log odds of leaving by calendar month index."""
        return SEASON[:, month % 12] + np.outer([1.0, 0.0, 0.0], (month - self.first) / 12 * self.trend)
