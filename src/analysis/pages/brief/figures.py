"""Notebook 00: one picture a question, low enough for all four to stand on two printed sides."""

from __future__ import annotations

from textwrap import fill

import numpy as np
import pandas as pd

from analysis.pages.brief.text import Brief
from analysis.pages.effect.summary import visible_persons
from analysis.pages.measures.board import grouped_status
from analysis.pages.parts import theme
from analysis.pages.parts.figure import publish_figure
from analysis.pages.parts.markdown import Markdown, capitalise, paragraphs
from analysis.pages.target.figures import target_picture
from analysis.panel import wide
from analysis.sources.observation import RIKET
from foundation.swedish import count, decimal, percent, probability

WIDTH, HEIGHT = 7.0, 2.5


def position_picture(brief: Brief) -> Markdown:
    """The municipality against the country, year by year."""
    context, now = brief.context, brief.now
    shares = wide(context.observations, context.run.matt)
    pair = shares.loc[[context.run.kommun, RIKET]].T
    figure, axes = theme.new_figure(WIDTH, HEIGHT)
    axes.plot(pair.index, pair[RIKET], **theme.LINES["riket"].kwargs())
    axes.plot(pair.index, pair[context.run.kommun], **theme.LINES["kommun"].kwargs())
    top = float(np.nanmax(pair.to_numpy(dtype=float)))
    heights = theme.spread_labels([now.value, now.riket], 0.12 * top)
    for height, text, color in zip(
        heights, (context.municipality.name, "Riket"), (theme.OWN, theme.RIKET), strict=True
    ):
        theme.label_line(axes, now.year, height, text, color)
    axes.set_ylim(0, 1.12 * top)
    theme.whole_years(axes, int(pair.index[0]), now.year)
    theme.swedish_axis(axes, digits=0, unit="%")
    return publish_figure(
        figure,
        name="korthet-laget",
        caption="Andel av invånarna som fått ekonomiskt bistånd under året",
        alt=f"Linjediagram. {now.year} var andelen {percent(now.value, 2)} i {context.municipality.name} och "
        f"{percent(now.riket, 2)} i riket.",
        data=pair.rename(columns={context.run.kommun: "kommunen", RIKET: "riket"}).reset_index(names="år"),
        output=context.output,
    )


def measures_picture(brief: Brief) -> Markdown:
    """How many measures have each kind of status; nothing where they are not written down."""
    if not brief.registered:
        return paragraphs("")
    groups = grouped_status(brief.view)
    figure, axes = theme.new_figure(WIDTH, 0.9 + 0.38 * len(groups))
    names = [capitalise(name) for name, _ in groups]
    numbers = [number for _, number in groups]
    axes.barh(names, numbers, color=theme.BAND_NARROW, height=0.62)
    for place, number in enumerate(numbers):
        axes.annotate(
            str(number),
            (number, place),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontweight="bold",
        )
    axes.invert_yaxis()
    axes.set_xlim(0, 1.1 * max(numbers))
    axes.grid(visible=False)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    told = ", ".join(f"{name.lower()} {number}" for name, number in groups)
    return publish_figure(
        figure,
        name="korthet-atgarder",
        caption=f"Åtgärderna i {brief.view.plan.short_title} efter status",
        alt=f"Stapeldiagram över antal åtgärder efter status: {told}.",
        data=pd.DataFrame(groups, columns=["status", "antal"]),
        output=brief.context.output,
    )


def effect_picture(brief: Brief) -> Markdown:
    """The estimate with its interval beside the smallest decrease that the method can see; nothing without either."""
    result = brief.case.result
    effect, power = result.effect, result.power
    seen = effect.minimal_detectable if effect.assessable else (power.minimal_detectable if power else None)
    if effect.estimate is None and seen is None:
        return paragraphs("")
    figure, axes = theme.new_figure(WIDTH, 2.0)
    rows: list[dict[str, float | str | None]] = []
    axes.axvline(0, color=theme.RIKET, linewidth=1)
    if effect.estimate is not None and effect.low is not None and effect.high is not None:
        axes.plot([effect.low, effect.high], [1, 1], color=theme.BAND_NARROW, linewidth=9)
        axes.plot([effect.estimate], [1], marker="o", markersize=9, color=theme.OWN, linestyle="")
        rows.append({"rad": "skattning", "värde": effect.estimate, "lägst": effect.low, "högst": effect.high})
    if seen is not None:
        axes.plot(
            [-seen], [0], marker="|", markersize=20, markeredgewidth=3, color=theme.TARGET, linestyle=""
        )
        axes.plot([-seen, 0], [0, 0], color=theme.TARGET, linewidth=1.6, linestyle=(0, (4, 2)))
        rows.append({"rad": "minsta synliga minskning", "värde": -seen, "lägst": None, "högst": None})
    ambition = brief.case.plan.ambition_persons
    persons = visible_persons(brief.case)
    if ambition is not None and persons and seen is not None:
        share = -seen * ambition / persons
        axes.plot([share], [0], marker="D", markersize=8, color=theme.OWN, linestyle="")
        left, right = axes.get_xlim()
        axes.annotate(
            f"planens ambition, {count(ambition)} personer",
            (min(max((share - left) / (right - left), 0.26), 0.74), 0),  # under its mark, within the figure
            xycoords=("axes fraction", "data"),
            xytext=(0, -9),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=9.5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
        rows.append({"rad": "planens ambition", "värde": share, "lägst": None, "högst": None})
    labels = [
        "minst så här mycket syns",
        "skattad ändring" if effect.assessable else "skattning saknas ännu",
    ]
    axes.set_yticks([0, 1], labels)
    axes.set_ylim(-0.75, 1.5)
    axes.grid(visible=False)
    axes.set_xlabel("procentenheter mot det väntade")
    theme.swedish_axis(axes, digits=1, which="x")
    told = "Någon skattning finns inte ännu."
    if effect.estimate is not None:
        told = f"Skattningen är {decimal(effect.estimate, 2, sign=True)} procentenheter."
    least = f" En minskning måste vara minst {decimal(seen, 2)} procentenheter för att synas." if seen else ""
    return publish_figure(
        figure,
        name="korthet-effekt",
        caption="Planens effekt på andelen, med 95-procentigt intervall, och vad metoden kan se",
        alt=f"{told}{least}",
        data=pd.DataFrame(rows).round(4),
        output=brief.context.output,
    )


def target_view(brief: Brief) -> Markdown:
    """The chance by reading where readings disagree, else the measure with its forecast and the target."""
    if brief.apart is None:
        return target_picture(brief.context, brief.state, name="korthet-mal", size=(WIDTH, HEIGHT))
    shown = brief.readings
    figure, axes = theme.new_figure(WIDTH, 0.8 + 0.42 * len(shown))
    places = range(len(shown))
    colors = [theme.OWN if item.chosen else theme.BAND_NARROW for item in shown]
    axes.barh(list(places), [100 * item.probability for item in shown], color=colors, height=0.62)
    for place, item in zip(places, shown, strict=True):
        axes.annotate(
            probability(item.probability),
            (100 * item.probability, place),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontweight="bold",
        )
    axes.set_yticks(list(places), [fill(item.label, 34) for item in shown])
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.grid(visible=False)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    told = "; ".join(f"{item.label.lower()} {probability(item.probability)}" for item in shown)
    return publish_figure(
        figure,
        name="korthet-mal",
        caption="Sannolikhet att målet nås, efter hur målet läses",
        alt=f"Stapeldiagram. {capitalise(told)}.",
        data=pd.DataFrame([{"läsning": item.label, "sannolikhet": item.probability} for item in shown]),
        output=brief.context.output,
    )
