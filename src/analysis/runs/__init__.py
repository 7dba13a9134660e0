"""Runs: what is listed, what a run may see, and where it leaves its results."""

from analysis.runs.context import RunContext, open_run
from analysis.runs.load import RunList, load_runs
from analysis.runs.model import Run, Target, period_end, period_name
from analysis.runs.overview import Overview, open_overview

__all__ = [
    "Overview",
    "Run",
    "RunContext",
    "RunList",
    "Target",
    "load_runs",
    "open_overview",
    "open_run",
    "period_end",
    "period_name",
]
