"""What is true of one declaration: what was known, what was expected, what could be seen, and what came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.declarations.design import (
    SEED,
    Futures,
    PlaceboTable,
    detectable,
    detectable_slope,
    futures,
    placebo_table,
)
from analysis.declarations.judge import Judgement, judge, reference_slopes, simulated_rejections
from analysis.declarations.model import Declaration, LockState, Outcome
from analysis.forecasts.distribution import SamplePaths
from analysis.forecasts.log import measure_key, read_log
from analysis.panel import as_of, wide
from analysis.paths import Project
from analysis.runs.context import open_panel
from analysis.sources.observation import POPULATION, RIKET
from foundation.memory import remember

#: Name of the counterfactual in the forecast log.
MODEL_NAME = "panel+deklaration"
#: The counterfactual is what was locked when every logged quantile is recomputed to within this, percentage points.
SAME = 0.005
#: Effects that the power of the dose test is shown for: log change per standard deviation of the log dose.
SHOWN_EFFECTS = (0.0, -0.02, -0.05, -0.10, -0.15)
#: Code that decides what is remembered here.
_ROOMS = ("analysis.calendar", "analysis.declarations", "analysis.forecasts", "analysis.answers.declaration")
#: National breaks that the same rule is tried on: last year known, and the years then judged.
TRIED_BREAKS = ((2019, (2020, 2021)), (2021, (2022, 2023)))


@dataclass(frozen=True)
class KnownPanel:
    """What the counterfactual may use, and what has come since.

    Attributes
    ----------
    known
        Municipalities x years as known on the declaration's day, per cent.
    today
        The same with everything known now.
    sizes
        Population by code, the latest known on the declaration's day.
    """

    known: pd.DataFrame
    today: pd.DataFrame
    sizes: Mapping[str, float]


@dataclass(frozen=True)
class Sight:
    """What could be seen of one place and year: expected level, its interval, and the smallest visible decrease.

    `percent` is relative to the expected level, `points` the same in percentage points.
    """

    code: str
    year: int
    expected: float
    low: float
    high: float
    percent: float
    points: float


@dataclass(frozen=True)
class Power:
    """What the dose test could see in one year: smallest slope (per cent) and rejection share by effect."""

    year: int
    slope: float
    rejections: Mapping[float, float]


def known_panel(project: Project, declaration: Declaration) -> KnownPanel:
    """Read the declared measure as known on the declared day, and as known now."""
    rows = open_panel(project)
    before = as_of(rows, declaration.kant_senast)
    population = wide(before, POPULATION).ffill(axis=1).iloc[:, -1].dropna()
    return KnownPanel(
        wide(before, declaration.matt),
        wide(rows, declaration.matt),
        {str(code): float(value) for code, value in population.items()},
    )


def expected_futures(declaration: Declaration, panel: KnownPanel) -> Futures:
    """The declared counterfactual."""
    last = max(outcome.ar for outcome in declaration.utfall)
    horizon = last - int(panel.known.columns[-1])
    return futures(panel.known, panel.sizes, horizon, draws=declaration.dragningar)


def furthest_from_lock(project: Project, declaration: Declaration, expected: Futures) -> float | None:
    """How far the counterfactual, computed now, lies from the one that was logged when the declaration was locked.

    Returns
    -------
    float or None
        Largest difference of any logged quantile, percentage points (infinite without logged rows); None when not locked.
    """
    if declaration.las is None:
        return None
    log = read_log(project.forecast_log)
    rows = log[
        (log["model"] == MODEL_NAME)
        & (log["data_as_of"] == declaration.las.datum.isoformat())
        & (log["output_type"] == "quantile")
        & log["municipality"].isin(expected.codes)
        & (log["measure"] == measure_key(declaration.matt, str(expected.years[-1])))
    ]
    if rows.empty:
        return float("inf")
    years = rows["target_end_date"].str[:4].astype(int)
    again = {
        (code, year): expected.of(code, year)
        for code, year in set(zip(rows["municipality"], years, strict=True))
        if year in expected.years
    }
    return max(
        abs(float(np.quantile(again[code, year], float(level))) - float(value))
        for code, year, level, value in zip(
            rows["municipality"], years, rows["output_type_id"], rows["value"], strict=True
        )
        if (code, year) in again
    )


def lock_state(declaration: Declaration, furthest: float | None) -> LockState:
    """Whether the declaration stands: its file, its settings and what its counterfactual comes to."""
    if declaration.state != "låst" or furthest is None:
        return declaration.state
    return "låst" if furthest <= SAME else "ändrad efter låsning"


def declared_dose(declaration: Declaration, panel: KnownPanel) -> pd.Series[float]:
    """The first declared dose, by municipality code."""
    return panel.known[declaration.dos[0].ar] if declaration.dos else panel.known.iloc[:, -1]


def declared_placebo(declaration: Declaration, panel: KnownPanel, expected: Futures) -> PlaceboTable:
    """The declared tests on years without the reform."""
    return placebo_table(
        panel.known,
        panel.sizes,
        first=declaration.placebo[0],
        last=declaration.placebo[1],
        horizons=tuple(year - expected.origin for year in expected.years),
        level=declaration.regel.niva,
        false_share=declaration.regel.falsk_andel,
        draws=max(1000, declaration.dragningar // 2),
    )


def sights(expected: Futures, codes: tuple[str, ...], level: float) -> tuple[Sight, ...]:
    """What could be seen of each place and year."""
    return remember("sikt", (expected, codes, level), _ROOMS, lambda: _sights(expected, codes, level))


def _sights(expected: Futures, codes: tuple[str, ...], level: float) -> tuple[Sight, ...]:
    found = []
    for code in codes:
        for year in expected.years:
            draws = expected.of(code, year)
            middle = float(np.median(draws))
            percent = detectable(draws, level)
            low, high = (float(np.quantile(draws, share)) for share in (level / 2, 1 - level / 2))
            found.append(Sight(code, year, middle, low, high, percent, percent / 100 * middle))
    return tuple(found)


def example_places(panel: KnownPanel) -> tuple[str, ...]:
    """Riket, the largest municipality, the fifth largest and the one of median size, by known population."""
    ordered = sorted(
        (code for code in panel.sizes if code != RIKET and code in panel.known.index),
        key=lambda code: panel.sizes[code],
        reverse=True,
    )
    return (RIKET, ordered[0], ordered[min(4, len(ordered) - 1)], ordered[len(ordered) // 2])


def power(declaration: Declaration, expected: Futures, placebo: PlaceboTable) -> tuple[Power, ...]:
    """Power of the dose test for each declared year, as the slopes of the placebo years vary."""
    level = declaration.regel.niva
    found = []
    for year in expected.years:
        reference = reference_slopes(placebo, year - expected.origin)
        shares = simulated_rejections(reference, level=level, effects=SHOWN_EFFECTS)
        found.append(Power(year, 100 * detectable_slope(reference, level), shares))
    return tuple(found)


def try_breaks(declaration: Declaration, panel: KnownPanel) -> tuple[tuple[int, Judgement], ...]:
    """Declare on data to an earlier break, judge what came after; returns (last year known, judgement)."""
    made_from = (declaration.model_dump_json(), panel, TRIED_BREAKS)
    return remember("provade_brott", made_from, _ROOMS, lambda: _try_breaks(declaration, panel))


def _try_breaks(declaration: Declaration, panel: KnownPanel) -> tuple[tuple[int, Judgement], ...]:
    found = []
    for origin, years in TRIED_BREAKS:
        known = panel.known.loc[:, :origin]
        outcomes = tuple(
            Outcome(ar=year, roll="stödutfall", kommer="känt", varfor="prövning på ett tidigare brott")
            for year in years
        )
        asked = declaration.model_copy(
            update={"utfall": outcomes, "dos": (), "placebo": (declaration.placebo[0], origin)}
        )
        then = KnownPanel(known, panel.known, panel.sizes)
        expected = futures(known, panel.sizes, len(years), draws=declaration.dragningar)
        before = declared_placebo(asked, then, expected)
        judged, _ = judge(asked, expected, panel.known, known[origin], before)
        found += [(origin, item) for item in judged]
    return tuple(found)


def paths_of(expected: Futures, code: str) -> SamplePaths:
    """One municipality's counterfactual as paths, for the forecast log."""
    return SamplePaths(
        draws=expected.draws[expected.codes.index(code)],
        periods=tuple(str(year) for year in expected.years),
        unit="procent",
        origin=str(expected.origin),
        model=MODEL_NAME,
        seed=SEED,
    )
