"""What was said then: earlier forecasts of the target and the administration's own judgements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from analysis.answers.own_measure import own_forecast, own_measure
from analysis.answers.target import TargetState, annual_forecasts, known_levels
from analysis.forecasts.distribution import SamplePaths
from analysis.forecasts.panel_model import fit_panel
from analysis.forecasts.panel_paths import panel_paths
from analysis.runs import RunContext
from analysis.sources.yaml_in import read_yaml
from foundation.swedish import percent


@dataclass(frozen=True)
class Judgement:
    """What the administration itself said about a target.

    Attributes
    ----------
    known
        Date of the document.
    text, direction, source
        The judgement in our words, its direction in four words, and where it stands.
    """

    known: date
    period: str
    text: str
    direction: str
    source: str


@dataclass(frozen=True)
class Hindcast:
    """A forecast of the target's year as it could have been made on an earlier run's day."""

    run_id: str
    known: date
    last_year: int
    stated: str
    paths: SamplePaths
    naive: SamplePaths | None


def judgements(context: RunContext) -> tuple[Judgement, ...]:
    """The administration's judgements of the run's target that were known on its day, oldest first."""
    content = read_yaml(context.project.raw / "bedomningar.yml")
    rows = content["bedomningar"] if isinstance(content, dict) else []
    found = [
        Judgement(row["kant_senast"], str(row["avser"]), row["bedomning"], row["riktning"], row["kalla"])
        for row in rows
        if row["mal"] == context.run.mal
        and row["kommun"] == context.run.kommun
        and row["kant_senast"] <= context.run.kant_senast
    ]
    return tuple(sorted(found, key=lambda item: item.known))


def hindcasts(context: RunContext) -> tuple[Hindcast, ...]:
    """The same target forecast on the day of each earlier run of the plan; each sees only what was known."""
    target = context.target
    found, earlier = [], context.previous
    while target is not None and earlier is not None:
        levels, _ = known_levels(earlier)
        if earlier.run.mal == context.run.mal and int(levels.columns[-1]) < target.deadline_year:
            found.append(hindcast(earlier))
        earlier = earlier.previous
    return tuple(reversed(found))


def hindcast(earlier: RunContext) -> Hindcast:
    """The target's forecast on an earlier run's day; the naive one only where the measure itself is forecast."""
    levels, sizes = known_levels(earlier)
    made = annual_forecasts(earlier, levels, sizes)
    own, target = levels.loc[earlier.run.kommun].dropna(), earlier.target
    bridged = own_forecast(earlier, own_measure(earlier, target.matt), own, made) if target else None
    return Hindcast(
        run_id=earlier.run.id,
        known=earlier.run.kant_senast,
        last_year=int(levels.columns[-1]),
        stated=", ".join(f"cirka {percent(value, 1)} för {year}" for year, value in made.stated.items()),
        paths=made.annual if bridged is None else bridged.paths,
        naive=made.naive if bridged is None else None,
    )


def earlier_forecasts(state: TargetState, kommun: str) -> pd.DataFrame:
    """What the model would have said about this municipality from each earlier year.

    Returns
    -------
    DataFrame
        ``origin, year, median, low80, high80, observed``; years without a known outcome are left out.
    """
    rows = []
    first = int(state.levels.columns[0])
    for origin in range(first + 3, state.last_year):
        known = state.levels.loc[:, :origin]
        if not np.isfinite(known.loc[kommun].iloc[-1]):
            continue
        horizon = min(3, state.last_year - origin)
        fan = panel_paths(fit_panel(known, state.sizes), kommun, horizon, draws=2000).fan()
        for period, line in fan.iterrows():
            observed = state.own.get(int(str(period)))
            if observed is not None:
                rows.append(
                    {
                        "origin": origin,
                        "year": int(str(period)),
                        "median": line["median"],
                        "low80": line["low80"],
                        "high80": line["high80"],
                        "observed": float(observed),
                    }
                )
    return pd.DataFrame(rows)
