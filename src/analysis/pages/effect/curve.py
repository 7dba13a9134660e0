"""Notebook 03: the specification curve as one figure."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.answers.effect import EffectCase
from analysis.pages.parts import theme
from analysis.pages.parts.figure import publish_figure
from analysis.pages.parts.markdown import Markdown
from analysis.runs import RunContext
from foundation.swedish import points

#: Rows of the lower half of the specification curve: column, heading.
CHOICES: Final = (
    ("estimator", "Metod"),
    ("pool", "Jämförs med"),
    ("start", "Startår"),
    ("scale", "Skala"),
    ("unemployment", "Arbetslöshet"),
)
SHORT: Final = {
    "skillnad i skillnader, alla år före": "skillnad i skillnader, alla år",
    "skillnad i skillnader, 1 år före": "skillnad i skillnader, ett år",
    "syntetisk kontroll": "syntetisk kontroll",
    "syntetisk kontroll med egen nivå (regulariserad)": "syntetisk kontroll, egen nivå",
    "syntetisk skillnad i skillnader": "syntetisk skillnad i skillnader",
    "faktormodell med 2 gemensamma faktorer": "faktormodell",
    "betingad trend (jämförbar historia)": "betingad trend",
    "alla kommuner": "alla kommuner",
    "kommuner med minst 50 000 invånare": "stora kommuner",
    "de 30 mest lika kommunerna i nivå och utveckling före starten": "30 mest lika",
    "nivå": "procent av invånarna",
    "log": "logaritmer",
    "med": "kontroll för arbetslöshet",
    "utan": "utan sådan kontroll",
}


def curve_figure(context: RunContext, case: EffectCase) -> Markdown | None:
    """Draw every specification's estimate, sorted, with the choices below; nothing where the text says why."""
    curve = case.result.curve
    if curve is None or curve.table.empty:
        return None
    frame = curve.table
    rows = _choice_rows(frame)
    theme.apply()
    figure, panels = theme.new_panels(2, 1, height=3.2 + 0.2 * len(rows))
    upper, lower = panels
    place = np.arange(len(frame))
    significant = frame["significant"].to_numpy(dtype=bool)
    upper.axhline(0, color=theme.INK, linewidth=1)
    main = case.result.effect.estimate
    if main is not None:
        upper.axhline(main, color=theme.TARGET, linewidth=1.4, linestyle=(0, (5, 3)))
        theme.label_line(upper, 0, main, "huvudmetoden", theme.TARGET, dy=7, dx=0)
    upper.scatter(
        place[~significant], frame["estimate"][~significant], s=22, facecolors="white", edgecolors=theme.OWN
    )
    upper.scatter(place[significant], frame["estimate"][significant], s=26, color=theme.OWN)
    theme.swedish_axis(upper, digits=1)
    upper.set_ylabel("Procentenheter")
    upper.set_xticks([])
    upper.set_title("Skattad effekt i varje specifikation (fylld punkt: skild från noll)", fontsize=11)
    _draw_choices(lower, frame, rows, place)
    figure.set_layout_engine("constrained")
    low, high = float(frame["estimate"].min()), float(frame["estimate"].max())
    alt = (
        f"{len(frame)} skattningar från {points(low)} till {points(high)}, median {points(curve.median or 0.0)}. "
        f"{int((frame['estimate'] < 0).sum())} är under noll och {int(significant.sum())} skilda från noll "
        "på femprocentsnivån."
    )
    data = frame.round(4).rename(
        columns={
            "estimator": "metod",
            "pool": "jämförs_med",
            "start": "startår",
            "scale": "skala",
            "unemployment": "kontroll_arbetslöshet",
            "estimate": "effekt",
            "p_value": "p",
            "significant": "skild_från_noll",
        }
    )
    return publish_figure(
        figure,
        name="effekt-specifikationer",
        caption="Specifikationskurva: alla rimliga sätt att räkna, sorterade efter skattad effekt",
        alt=alt,
        data=data,
        output=context.output,
        phone=False,
    )


def _choice_rows(frame: pd.DataFrame) -> list[tuple[str, object, str]]:
    """Column, value and label of every choice that varies."""
    rows: list[tuple[str, object, str]] = []
    for column, _ in CHOICES:
        values = list(dict.fromkeys(frame.sort_values(column, kind="stable")[column]))
        if len(values) > 1:
            rows += [(column, value, SHORT.get(str(value), str(value))) for value in values]
    return rows


def _draw_choices(
    axes: Axes, frame: pd.DataFrame, rows: list[tuple[str, object, str]], place: np.ndarray
) -> None:
    previous = ""
    heights, labels, height = [], [], 0.0
    for column, value, label in rows:
        height -= 1.0 if column == previous or not previous else 1.7
        previous = column
        chosen = (frame[column] == value).to_numpy()
        axes.scatter(
            place[chosen],
            np.full(int(chosen.sum()), height),
            marker="|",
            s=28,
            color=theme.INK,
            linewidths=1.3,
        )
        heights.append(height)
        labels.append(f"start {label}" if column == "start" else label)
    axes.set_yticks(heights, labels, fontsize=8.5)
    axes.set_xticks([])
    axes.set_ylim(height - 0.7, heights[0] + 0.7)
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)
