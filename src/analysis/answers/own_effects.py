"""Which measures of a plan the municipality's own spells have told the effect of: from the tables that were released."""

from __future__ import annotations

import pandas as pd

from analysis.calendar import period_end
from analysis.micro.assess import NOT_ASSESSABLE
from analysis.plans.model import Plan
from analysis.runs import RunContext

RELEASED = "mikro/atgarder.csv"


def told_by_spells(context: RunContext, plan: Plan) -> frozenset[str]:
    """Numbers of the plan's measures with a released estimate; made-up persons and other municipalities never count.

    A measure is found by the names under ``insatser`` in its ``underlag``, or by its own text. A run sees an estimate only
    when its last month had ended on the run's day.
    """
    path = context.project.reports / RELEASED
    if not path.is_file():
        return frozenset()
    rows = pd.read_csv(path, dtype=str)
    rows = rows[(rows["status"] == "observed") & (rows["utslag"] != NOT_ASSESSABLE)]
    rows = rows[rows["kommun"] == context.municipality.name]
    told = {
        str(name).casefold()
        for name, last in zip(rows["atgard"], rows["till"], strict=True)
        if period_end(str(last)) <= context.run.kant_senast
    }
    return frozenset(
        measure.number
        for measure in plan.measures
        if told & {name.casefold() for name in (measure.text, *measure.evidence.programmes)}
    )
