"""The panel: one table of observed numbers, with vintages."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.panel.build import BuildReport, build_panel, read_panel
    from analysis.panel.vintages import as_of, select, series, wide

__all__ = ["BuildReport", "as_of", "build_panel", "read_panel", "select", "series", "wide"]

_BUILD = {"BuildReport", "build_panel", "read_panel"}


def __getattr__(name: str) -> object:
    """Import what is asked for when it is: pandas is not needed to read a list of runs."""
    if name in __all__:
        return getattr(
            importlib.import_module(f"analysis.panel.{'build' if name in _BUILD else 'vintages'}"), name
        )
    raise AttributeError(name)
