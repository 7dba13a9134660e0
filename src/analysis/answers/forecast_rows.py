"""The run's rows for the forecast log, their way into it, and the outcomes that score them."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from analysis.answers.target import TargetState
from analysis.calendar import last_day
from analysis.forecasts.distribution import SamplePaths
from analysis.forecasts.log import Appended, append, log_rows, measure_key, read_log, read_rows
from analysis.panel import select
from analysis.runs import RunContext
from analysis.sources.observation import WITH_VALUE
from foundation.files import write_text

ROWS_FILE = "prognosrader.csv"
#: The day from which forecasts were logged as they were made; earlier `data_as_of` are hindcasts.
FIRST_LIVE_DAY = "2026-11-21"


def run_rows(context: RunContext, state: TargetState) -> pd.DataFrame:
    """Every forecast on the page, the naive baseline included, as log rows."""
    target, measure = context.target, context.run.matt
    annual_target = {target.senast: target.niva} if target is not None and target.matt == measure else {}
    made = state.forecasts
    parts = [
        _rows(context, made.published, measure, "panel", annual_target),
        _rows(context, made.naive, measure, "naiv", annual_target),
    ]
    if made.stated:
        later = [period for period in made.annual.periods if period not in made.stated]
        parts.append(_rows(context, made.annual.only(later), measure, "panel+dokument", annual_target))
    if state.bridged is not None and target is not None:
        ahead = [p for p in state.bridged.paths.periods if last_day(p) > last_day(state.bridged.paths.origin)]
        paths = state.bridged.paths.only(ahead)
        parts.append(_rows(context, paths, target.matt, paths.model, {target.senast: target.niva}))
    return pd.concat(parts, ignore_index=True)


def _rows(
    context: RunContext, paths: SamplePaths, measure: str, model: str, targets: dict[str, float]
) -> pd.DataFrame:
    rows = log_rows(
        paths,
        kommun_kod=context.run.kommun,
        measure=measure,
        data_as_of=context.run.kant_senast,
        code_version=version("bistandslaget"),
        targets=targets,
    )
    return rows.assign(model=model)


def store_rows(context: RunContext, state: TargetState) -> None:
    """Write the run's rows beside its results; `append_runs` puts them into the log."""
    text = run_rows(context, state).to_csv(index=False, lineterminator="\n")
    write_text(context.output / "results" / ROWS_FILE, text)


def append_runs(log: Path, folders: Iterable[Path]) -> Appended:
    """Append the stored rows of finished runs to the log, in the order given; runs without rows are passed over.

    Raises
    ------
    ValueError
        If a row breaks a rule of the log.
    """
    added = there = 0
    stored = read_log(log)
    for folder in folders:
        file = folder / "results" / ROWS_FILE
        if file.exists():
            result = append(log, _not_said_before(stored, read_rows(file)), stored)
            added, there = added + result.added, there + result.already_there
            stored = read_log(log) if result.added else stored
    return Appended(added, there)


def _not_said_before(stored: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out rows of a model that did not take part when the same day's forecast was first logged.

    What a finished run said stands: figures that come in later, and count as known earlier, may change its page, but
    not what was said.
    """
    question = ["municipality", "measure", "target_end_date", "data_as_of"]
    said = stored.groupby(question)["model"].agg(set).to_dict() if len(stored) else {}
    names = list(rows[question].itertuples(index=False, name=None))
    keep = [key not in said or model in said[key] for key, model in zip(names, rows["model"], strict=True)]
    return rows[keep]


def outcomes(context: RunContext, measures: list[str]) -> pd.DataFrame:
    """Known outcomes for the log's measures: ``municipality, measure, target_end_date, observed``."""
    parts = []
    for measure in sorted({name.split(":")[0] for name in measures}):
        rows = select(context.observations, measure, municipality=context.run.kommun)
        rows = rows[rows["status"].isin(WITH_VALUE)]
        parts.append(
            pd.DataFrame(
                {
                    "municipality": rows["kommun_kod"],
                    "measure": [measure_key(measure, period) for period in rows["period"]],
                    "target_end_date": [last_day(period) for period in rows["period"]],
                    "observed": rows["value"],
                }
            )
        )
    columns = ["municipality", "measure", "target_end_date", "observed"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
