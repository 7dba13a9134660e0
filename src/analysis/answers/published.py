"""What a run's forecast of its target was when it was published: the forecast log's first word on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from analysis.calendar import last_day
from analysis.forecasts.log import measure_key, read_log
from analysis.runs import Run, RunContext
from analysis.runs.model import Target

BASELINE: Final = "naiv"
_QUANTILES: Final = ("0.1", "0.5", "0.9")


@dataclass(frozen=True)
class Published:
    """A target's forecast as logged: probability, median and the ends of the 80 per cent interval."""

    probability: float
    low80: float
    median: float
    high80: float
    model: str


def target_rows(log: pd.DataFrame, run: Run, target: Target) -> pd.DataFrame:
    """The log's rows on a run's target from the run's day, in the order they were written."""
    wanted = {
        "municipality": run.kommun,
        "data_as_of": run.kant_senast.isoformat(),
        "measure": measure_key(target.matt, target.senast),
        "target_end_date": last_day(target.senast),
    }
    keep = log["model"] != BASELINE
    for column, value in wanted.items():
        keep &= log[column] == value
    return log[keep]


def published(log: pd.DataFrame, run: Run, target: Target) -> Published | None:
    """The page's own forecast of a target, as first logged; None when the run has logged none.

    Of the models that one run logs, the last one is what its page says (`answers.forecast_rows.run_rows`).
    """
    rows = target_rows(log, run, target)
    chances = rows[(rows["output_type"] == "probability") & (rows["output_type_id"] == f"{target.niva:g}")]
    if chances.empty:
        return None
    chosen = chances.iloc[-1]
    mine = rows[(rows["model"] == chosen["model"]) & (rows["output_type"] == "quantile")]
    values = mine.set_index("output_type_id")["value"]
    low, median, high = (float(values[level]) for level in _QUANTILES)
    return Published(float(chosen["value"]), low, median, high, str(chosen["model"]))


def published_of(context: RunContext) -> Published | None:
    """What the run itself said of its target when it was first made."""
    if context.target is None:
        return None
    return published(read_log(context.project.forecast_log), context.run, context.target)
