"""Other readings of the target, side by side, each with its assumption stated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.answers.months import ADULT_SHARE
from analysis.answers.own_measure import measure_points
from analysis.answers.target import TargetState
from analysis.calendar import is_month, period_name
from analysis.forecasts.bridge import BridgePrior, Point, bridge
from analysis.forecasts.distribution import SamplePaths
from analysis.forecasts.target import TargetAssessment
from analysis.panel import wide
from analysis.runs import RunContext
from foundation.swedish import decimal, percent

#: Adults' share of all residents, used only where a reading turns on it; stated on the page.
ADULTS_OF_RESIDENTS = 0.79
MONTHLY_RESIDENTS = "MANAD_INVANARE"
ADULTS_IN_YEAR = "VUXNA_AR"
#: Readings whose probabilities lie further apart than this make the target's definition the first answer.
WIDE = 0.10
#: What the nämnd must settle to choose between two readings.
MONTH_OR_YEAR = "avser målet en månad eller ett helt år"
ADULTS_OR_ALL = "räknas andelen av de vuxna eller av alla invånare"
YEAR_OR_PACE = "avser målet hela året eller takten vid årets slut"


@dataclass(frozen=True)
class Reading:
    """One way to read the target.

    Attributes
    ----------
    name, basis
        What is measured, and what the number rests on (Swedish).
    median, low80, high80, probability
        Off the paths; NaN when the reading cannot be assessed.
    settles
        Questions whose answers choose between this reading and the chosen one; empty for the chosen one itself.
    """

    name: str
    basis: str
    median: float
    low80: float
    high80: float
    probability: float
    settles: tuple[str, ...] = ()

    @property
    def chosen(self) -> bool:
        """Whether the site's answers use this reading."""
        return not self.settles

    @property
    def label(self) -> str:
        """The name, marked when it is the chosen one."""
        return f"{self.name} (vald läsning)" if self.chosen else self.name


@dataclass(frozen=True)
class Disagreement:
    """Readings of one target that lie more than `WIDE` apart.

    Attributes
    ----------
    chosen
        The reading that the site's answers use.
    low, high
        The smallest and the largest probability.
    questions
        What would settle it, the reading furthest from the chosen one first (Swedish, no question mark).
    """

    chosen: Reading
    low: float
    high: float
    questions: tuple[str, ...]

    @property
    def question(self) -> str:
        """The questions as one, to be put to the nämnd."""
        text = ", och ".join(self.questions)
        return f"{text[:1].upper()}{text[1:]}?"


def disagreement(found: tuple[Reading, ...], decided: str | None = None) -> Disagreement | None:
    """Return how the readings disagree; None when they say about the same, or the chosen one is `decided` somewhere."""
    if decided:
        return None
    chosen = next((item for item in found if item.chosen), None)
    chances = [item.probability for item in found if np.isfinite(item.probability)]
    if chosen is None or max(chances) - min(chances) <= WIDE:
        return None
    order = sorted(found, key=lambda item: -abs(item.probability - chosen.probability))
    apart = [item for item in order if abs(item.probability - chosen.probability) > WIDE / 2]
    questions = tuple(dict.fromkeys(question for item in apart for question in item.settles))
    return Disagreement(chosen, min(chances), max(chances), questions)


def _reading(name: str, basis: str, paths: SamplePaths, period: str, level: float, *settles: str) -> Reading:
    low, middle, high = np.quantile(paths.at(period), [0.1, 0.5, 0.9])
    chance = paths.probability_at_most(level, period)
    return Reading(name, basis, float(middle), float(low), float(high), chance, settles)


def readings(context: RunContext, state: TargetState) -> tuple[Reading, ...]:
    """All readings that can be assessed on the run's day, the page's own first."""
    target, found = context.target, state.assessment
    if target is None or found is None:
        return ()
    year = target.senast[:4]
    if state.bridged is None:
        middle = _between_years(state, year)
        return (
            _reading(
                "Invånare någon gång under året",
                "N31807, så räknar nämnden",
                found.paths,
                year,
                target.niva,
            ),
            _reading(
                "Årstakten vid årets slut",
                f"mitt emellan {year} och {int(year) + 1}",
                middle,
                year,
                target.niva,
                YEAR_OR_PACE,
            ),
        )
    paths, name = state.bridged.paths, context.catalogue.measure(target.matt).kort
    basis = "en enskild månad, så anges senaste värdet" if is_month(target.senast) else "hela året"
    own = [_reading(f"{name}, {period_name(target.senast)}", basis, paths, target.senast, target.niva)]
    if is_month(target.senast) and year in paths.periods:
        about = "månadernas genomsnitt under året"
        own.append(_reading(f"{name}, medel av {year}", about, paths, year, target.niva, MONTH_OR_YEAR))
    if target.matt == ADULT_SHARE:  # the source does not say whether of adults or of residents
        own.append(
            _reading(
                f"Vuxna mottagare av alla invånare, {period_name(target.senast)}",
                f"om måttet räknas av de vuxna, {decimal(100 * ADULTS_OF_RESIDENTS, 0)} procent av invånarna (antagande)"
                + _already(found, target.niva),
                paths.scaled(np.array(ADULTS_OF_RESIDENTS), "andel av invånare"),
                target.senast,
                target.niva,
                ADULTS_OR_ALL,
            )
        )
    return (
        *own,
        *_bridged_readings(context, state, target.niva, target.senast),
        _annual(state, target.niva, year),
    )


def _already(found: TargetAssessment, level: float) -> str:
    """Say what the latest known value would be under the reading by all residents."""
    if found.latest is None:
        return ""
    value = ADULTS_OF_RESIDENTS * found.latest[1]
    reached = ", alltså redan nått" if value <= level else ""
    return f"; senaste värdet vore {percent(value, 2)}{reached}"


def _annual(state: TargetState, level: float, year: str) -> Reading:
    return _reading(
        f"Invånare någon gång under {year}",
        "N31807, den officiella årsstatistiken",
        state.forecasts.annual,
        year,
        level,
        MONTH_OR_YEAR,
        ADULTS_OR_ALL,
    )


def _between_years(state: TargetState, year: str) -> SamplePaths:
    """Geometric mean of the year and the next: the yearly level at the turn of the year."""
    annual = state.forecasts.annual
    ahead = annual.at(str(int(year) + 1))
    return annual.scaled(np.sqrt(ahead / annual.at(year))[:, None], "årstakt")


def _bridged_readings(context: RunContext, state: TargetState, level: float, period: str) -> list[Reading]:
    """Readings whose ratio to the annual measure is known from other published figures."""
    known = {int(year): float(value) for year, value in state.own.items()}
    found = []
    points = measure_points(context, MONTHLY_RESIDENTS)
    if points:
        result = bridge(known, state.forecasts.annual, points, [period])
        basis = f"månadsstatistik i {len(points)} punkter, barn inräknade"
        about = f"Invånare, {period_name(period)}"
        found.append(_reading(about, basis, result.paths, period, level, ADULTS_OR_ALL))
    prior = adult_year_prior(context, state)
    if prior is not None:
        ratio, towns = prior
        own: list[Point] = measure_points(context, ADULTS_IN_YEAR)
        result = bridge(known, state.forecasts.annual, own, [period[:4]], prior=ratio)
        basis = f"andel av de vuxna; kvoten från {towns} jämförbara städer"
        about = f"Vuxna någon gång under {period[:4]}"
        found.append(_reading(about, basis, result.paths, period[:4], level, MONTH_OR_YEAR))
    return found


def adult_year_prior(context: RunContext, state: TargetState) -> tuple[BridgePrior, int] | None:
    """Ratio of adults in the year to residents in the year, over other towns; None with fewer than three."""
    adults = wide(context.observations, ADULTS_IN_YEAR)
    if adults.empty:
        return None
    ratios = (adults / state.levels.reindex(index=adults.index, columns=adults.columns)).to_numpy(dtype=float)
    logs = np.log(ratios[np.isfinite(ratios)])
    if len(logs) < 3:
        return None
    spread = float(max(logs.std(ddof=1), 0.03)) * float(np.sqrt(1 + 1 / len(logs)))
    return BridgePrior(ratio=float(np.exp(logs.mean())), ratio_sd=spread), len(logs)
