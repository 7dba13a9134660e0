"""Is a target reached by its date, and what would it take? Everything is read off one set of paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from analysis.calendar import centre, is_month
from analysis.forecasts.distribution import FirstPassage, SamplePaths, required_level_shift
from analysis.forecasts.pace import Pace, PaceRecord, pace, pace_record

#: Words for probabilities: upper bound (exclusive) and Swedish phrase. Fixed, so that pages can be compared.
PROBABILITY_WORDS: Final = (
    (0.01, "nästan uteslutet"),
    (0.1, "mycket osannolikt"),
    (0.33, "osannolikt"),
    (0.45, "mindre sannolikt än inte"),
    (0.55, "ungefär lika sannolikt som inte"),
    (0.67, "mer sannolikt än inte"),
    (0.9, "sannolikt"),
    (0.99, "mycket sannolikt"),
    (1.01, "nästan säkert"),
)


def probability_words(probability: float) -> str:
    """Swedish words for a probability (0-1)."""
    if not 0.0 <= probability <= 1.0:
        raise ValueError("a probability lies between 0 and 1")
    return next(words for bound, words in PROBABILITY_WORDS if probability < bound)


@dataclass(frozen=True)
class Threshold:
    """A target as the council put it.

    Attributes
    ----------
    level
        Per cent; reached when the measure is at or below it.
    period
        Year or month in which it must be reached.
    measure
        What is measured, in Swedish.
    """

    level: float
    period: str
    measure: str


@dataclass(frozen=True)
class TargetAssessment:
    """All that the target page says about one target and one set of paths.

    Attributes
    ----------
    target, paths
        What was asked and of what.
    probability, words
        P(at or below the level in the period), and the phrase for it.
    fan
        `SamplePaths.fan` of the paths up to the target period.
    first_passage
        When the level is first met, over the periods of the target's kind (years or months) up to its own.
    start
        Period and level that the required pace is counted from; None when there is no such level.
    latest
        Last known period and value; None when the measure is not known in any period.
    required
        Pace from `start` to the target; None if the target is already met, is zero, or nothing is known.
    so_far
        Pace over the last known years, at most `SO_FAR_YEARS`; None with fewer than two known values.
    record
        How often municipalities kept the required pace as long; None when `required` is, and within
        `SHORTEST_RECORD` years.
    gap50, gap80
        Change in the outcome, in percentage points against the forecast, that would make the probability 50 and
        80 %; zero when it is already there.
    """

    target: Threshold
    paths: SamplePaths
    probability: float
    words: str
    fan: pd.DataFrame
    first_passage: FirstPassage
    start: tuple[str, float] | None
    latest: tuple[str, float] | None
    required: Pace | None
    so_far: Pace | None
    record: PaceRecord | None
    gap50: float
    gap80: float


SO_FAR_YEARS: Final = 3
#: Years ahead below which a pace a year is no question to put to an annual panel.
SHORTEST_RECORD: Final = 0.75


def assess_target(
    target: Threshold,
    paths: SamplePaths,
    history: Mapping[str, float],
    levels: pd.DataFrame,
    *,
    start: tuple[str, float] | None = None,
) -> TargetAssessment:
    """Assess one target.

    Parameters
    ----------
    paths
        Forecast of the target's own measure; must contain the target period.
    history
        Known values of that measure by period, all > 0; may be empty.
    levels
        The annual panel (index = codes, columns = years), for the count of kept paces.
    start
        Period and level that the required pace is counted from, when something later than the last known value
        is better known (a nowcast); default the last known value.

    Raises
    ------
    ValueError
        If the paths do not reach the target period.
    """
    if target.period not in paths.periods:
        raise ValueError(f"the paths do not reach {target.period}")
    until = paths.until(target.period)
    same_kind = [period for period in until.periods if is_month(period) == is_month(target.period)]
    probability = until.probability_at_most(target.level, target.period)
    ordered = sorted(history.items(), key=lambda item: centre(item[0]))
    latest = ordered[-1] if ordered else None
    begin = start or latest
    years = centre(target.period) - centre(begin[0]) if begin else 0.0
    ahead = begin is not None and begin[1] > target.level > 0 and years > 0
    required = pace(begin[1], target.level, years) if begin is not None and ahead else None
    span = max(round(years), 1)
    return TargetAssessment(
        target=target,
        paths=until,
        probability=probability,
        words=probability_words(probability),
        fan=until.fan(),
        first_passage=until.only(same_kind).first_passage(target.level),
        start=begin,
        latest=latest,
        required=required,
        so_far=_pace_so_far(ordered),
        record=pace_record(levels, required.percent, span) if required and years >= SHORTEST_RECORD else None,
        gap50=min(required_level_shift(until, target.level, target.period, 0.5), 0.0),
        gap80=min(required_level_shift(until, target.level, target.period, 0.8), 0.0),
    )


def _pace_so_far(ordered: list[tuple[str, float]]) -> Pace | None:
    """Pace from the earliest known value within `SO_FAR_YEARS` of the last one; of months, the same month of a year."""
    if not ordered:
        return None
    end_period, end = ordered[-1]
    near = [item for item in ordered[:-1] if centre(end_period) - centre(item[0]) <= SO_FAR_YEARS + 0.01]
    same_month = [item for item in near if item[0][4:] == end_period[4:]] if is_month(end_period) else []
    near = same_month or near
    if not near:
        return None
    start_period, start = near[0]
    return pace(start, end, centre(end_period) - centre(start_period))


@dataclass(frozen=True)
class PeopleBehind:
    """Persons behind the percentages.

    Attributes
    ----------
    population
        Residents that the shares refer to (last known, taken as constant).
    now, target
        Persons at the latest value and at the target.
    expected, low, high
        Persons at the median forecast and at the ends of the 80 % interval in the target period.
    households
        Persons per household, or None when it is not known: then no households are given.
    """

    population: float
    now: float
    target: float
    expected: float
    low: float
    high: float
    households: float | None


def people_behind(
    assessment: TargetAssessment, population: float, persons_per_household: float | None = None
) -> PeopleBehind:
    """Translate shares of residents into persons; only for measures that are shares of residents."""
    if population <= 0:
        raise ValueError("population must be positive")
    if assessment.latest is None:
        raise ValueError("the measure is not known in any period")
    last = assessment.fan.loc[assessment.target.period]
    scale = population / 100.0
    return PeopleBehind(
        population=population,
        now=assessment.latest[1] * scale,
        target=assessment.target.level * scale,
        expected=float(last["median"]) * scale,
        low=float(last["low80"]) * scale,
        high=float(last["high80"]) * scale,
        households=persons_per_household,
    )
