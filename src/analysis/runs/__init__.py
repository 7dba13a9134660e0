"""Runs: what is listed, what a run may see, and where it leaves its results."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.runs.context import RunContext, open_run
    from analysis.runs.load import RunList, load_runs
    from analysis.runs.model import Run, Target
    from analysis.runs.overview import Overview, open_overview

_PLACES = {
    "Overview": "overview",
    "Run": "model",
    "RunContext": "context",
    "RunList": "load",
    "Target": "model",
    "load_runs": "load",
    "open_overview": "overview",
    "open_run": "context",
}

__all__ = [
    "Overview",
    "Run",
    "RunContext",
    "RunList",
    "Target",
    "load_runs",
    "open_overview",
    "open_run",
]


def __getattr__(name: str) -> object:
    """Import what is asked for when it is: pandas is not needed to read the list of runs."""
    if name in _PLACES:
        return getattr(importlib.import_module(f"analysis.runs.{_PLACES[name]}"), name)
    raise AttributeError(name)
