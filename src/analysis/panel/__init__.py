"""The panel: one table of observed numbers, with vintages."""

from analysis.panel.build import BuildReport, build_panel, read_panel
from analysis.panel.vintages import as_of, select, series, wide

__all__ = ["BuildReport", "as_of", "build_panel", "read_panel", "select", "series", "wide"]
