"""Forecasts as sets of sample paths, scored against what happened."""
