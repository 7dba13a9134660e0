"""Notebook 04: what the forecast log says about the municipality."""

from __future__ import annotations

from analysis.answers.forecast_rows import FIRST_LIVE_DAY, outcomes
from analysis.forecasts.log import read_log, score_log
from analysis.pages.parts.markdown import Markdown, paragraphs
from analysis.pages.parts.models import model_name
from analysis.runs import RunContext
from foundation.swedish import count, decimal


def log_text(context: RunContext) -> Markdown:
    """How many forecasts of the municipality are logged and what became of those with an outcome."""
    log = read_log(context.project.forecast_log)
    known = log[
        (log["municipality"] == context.run.kommun)
        & (log["data_as_of"] < context.run.kant_senast.isoformat())
    ]
    if known.empty:
        return paragraphs("Ingen prognos för kommunen var loggad före den här körningen.")
    scored = score_log(known, outcomes(context, list(known["measure"].unique())))
    live = known[known["data_as_of"] >= FIRST_LIVE_DAY]["data_as_of"].nunique()
    first = (
        f"I prognosloggen finns prognoser för kommunen från {count(known['data_as_of'].nunique())} tidigare dagar. "
        + (
            "Alla är gjorda i efterhand med det som var känt då."
            if live == 0
            else f"Av dem är {live} gjorda i förväg."
        )
    )
    if scored.empty:
        return paragraphs(first, "Ingen av dem har fått sitt utfall än.")
    mean = scored.groupby("model")["score"].mean()
    parts = [
        f"{model_name(str(model))} {decimal(float(score), 3)}" for model, score in mean.sort_values().items()
    ]
    return paragraphs(
        first,
        f"{count(len(scored))} prognosvärden har fått sitt utfall. Genomsnittligt prognosfel (WIS, procentenheter): "
        f"{', '.join(parts)}.",
    )
