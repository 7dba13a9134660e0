"""The panel: one table of observed numbers, with vintages."""
