"""Notebook 04: what if the labour market, or the plan, were different? The answer in words and a figure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.answers.scenarios import Scenarios
from analysis.answers.target import TargetState
from analysis.calendar import period_name
from analysis.pages.parts import theme
from analysis.pages.parts.figure import publish_figure
from analysis.pages.parts.markdown import Markdown, capitalise, paragraphs
from analysis.runs import RunContext
from foundation.swedish import decimal, percent, probability


def scenario_text(context: RunContext, state: TargetState, made: Scenarios) -> Markdown:
    """What the scenarios rest on, with the strength of the relation."""
    lines = []
    if made.relation is None:
        lines.append(
            "Sambandet med arbetslösheten går inte att skatta på det som var känt: det krävs tre år ur samma källa."
        )
    else:
        relation = made.relation
        lines.append(
            f"Kommuner där arbetslösheten steg en procentenhet mer än i andra har efter två år haft en andel som är "
            f"{decimal(100 * relation.total, 1)} procent högre (standardfel {decimal(100 * relation.total_se, 1)}; "
            f"{relation.municipalities} kommuner, {relation.years[0]}–{relation.years[1]}). Det är ett samband mellan "
            "kommuner, inte en uppmätt effekt, och troligen en underskattning av vad en nationell vändning gör. "
            f"Scenarierna låter arbetslösheten avvika från {made.first_year} och framåt."
        )
    if made.effect is None:
        lines.append("Någon skattad effekt av planen finns inte att räkna med på den här sidan.")
    elif state.bridged is not None:
        lines.append(
            "Planens skattade effekt gäller andelen invånare under ett år och läggs inte på målets eget mått."
        )
    else:
        lines.append(
            f"Planens skattade effekt är {decimal(made.effect.estimate, 2)} procentenheter "
            f"({decimal(made.effect.low, 2)} till {decimal(made.effect.high, 2)}); hela osäkerheten följer med."
            + (f" Bedömningen av effekten är: {made.effect.verdict}." if made.effect.verdict else "")
        )
    return paragraphs(*lines)


def scenario_figure(context: RunContext, state: TargetState, made: Scenarios) -> Markdown:
    """Medians and 80 % intervals of the scenarios in one period, with the target."""
    target, names = context.target, list(made.paths)
    figure, axes = theme.new_figure(height=0.75 * len(names) + 1.5)
    rows = []
    for place, (name, paths) in enumerate(made.paths.items()):
        low, middle, high = np.quantile(paths.at(made.period), [0.1, 0.5, 0.9])
        chance = (
            paths.probability_at_most(target.niva, made.period)
            if target is not None and state.assessment
            else np.nan
        )
        rows.append({"scenario": name, "median": middle, "low80": low, "high80": high, "sannolikhet": chance})
        own = place == 0
        axes.plot(
            [low, high],
            [place, place],
            color=theme.FORECAST if own else theme.COMPARABLE,
            linewidth=5 if own else 3.5,
        )
        axes.plot(
            [middle], [place], marker="o", markersize=9, color=theme.FORECAST if own else theme.COMPARABLE
        )
        text = percent(middle, 2) + ("" if np.isnan(chance) else f" · {probability(chance)} att nå målet")
        axes.annotate(
            text,
            (middle, place),
            xytext=(0, 13),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=9.5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )
    if target is not None and state.assessment is not None:
        axes.axvline(target.niva, color=theme.TARGET, linestyle=(0, (6, 3)), linewidth=1.6)
        axes.annotate(
            f"målet: {target.level_text}",
            (target.niva, len(names) - 0.45),
            xytext=(5, 0),
            textcoords="offset points",
            color=theme.TARGET,
            fontsize=9.5,
            fontweight="bold",
            va="center",
        )
    axes.set_yticks(range(len(names)), [capitalise(name) for name in names])
    axes.set_ylim(len(names) - 0.25, -0.6)
    axes.grid(visible=False)
    theme.swedish_axis(axes, digits=1, unit="%", which="x")
    axes.set_title(f"Andelen {period_name(made.period)} i olika scenarier")
    alt = "Diagram över scenarier. " + " ".join(
        f"{capitalise(str(row['scenario']))}: {percent(float(row['median']), 2)} "
        f"({decimal(float(row['low80']), 2)}–{decimal(float(row['high80']), 2)})."
        for row in rows
    )
    return publish_figure(
        figure,
        name="scenarier",
        caption=f"Prognos {period_name(made.period)} i olika scenarier: median och 80 procents intervall",
        alt=alt,
        data=pd.DataFrame(rows).round(4),
        output=context.output,
    )
