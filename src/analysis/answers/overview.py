"""What every run has published, one row a run: the ground of the start page."""

from __future__ import annotations

import pandas as pd

from analysis.runs import Overview
from foundation.swedish import percent


def told(overview: Overview) -> pd.DataFrame:
    """The main numbers of each executed run.

    Returns
    -------
    DataFrame
        Indexed by run id: ``year, value, rank, ranked`` of the position, ``verdict, estimate`` of the effect,
        ``probability, median`` of the target, and ``brief``, what I korthet says of the position; None where a run has
        no such page.
    """
    rows = {}
    for run in overview.runs.runs:
        if run.id not in overview.results:
            continue
        place, effect, target, brief = (
            overview.facts(run, part) for part in ("laget", "effekt", "mal", "korthet")
        )
        rows[run.id] = {
            **{name: place.get(name) for name in ("year", "value", "rank", "ranked")},
            **{name: effect.get(name) for name in ("verdict", "estimate")},
            "probability": target.get("probability"),
            "median": target.get("target_median"),
            "brief": " ".join(brief.get("laget", ())),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def apart(rows: pd.DataFrame) -> list[str]:
    """Runs whose I korthet does not say the value that the run's own page gives."""
    return [
        str(run)
        for run, row in rows.iterrows()
        if row["brief"] and percent(float(row["value"]), 2) not in row["brief"]
    ]
