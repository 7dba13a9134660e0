"""Figures of notebook 07: curves of leaving, balance, and the year before, always marked as synthetic."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.answers.micro_study import TITLES, Study, monthly_truth
from analysis.micro.assess import MeasureResult
from analysis.pages.parts import theme
from analysis.pages.parts.figure import publish_figure
from analysis.pages.parts.markdown import Markdown
from analysis.runs import Overview
from foundation.swedish import decimal, points


def curves_figure(overview: Overview, study: Study, name: str) -> Markdown:
    """Return the curves with and without the measure, and their difference with interval and truth."""
    result, truth = study.results[name], monthly_truth(study.truths[name])
    curves = result.curves
    if curves is None:
        return Markdown(f"{result.reason}\n")
    months = np.arange(1, len(curves.difference) + 1)
    figure, (left, right) = theme.new_panels(1, 2, width=7.6, height=4.1)
    left.plot(months, curves.left_start, color=theme.OWN, linewidth=2.4)
    left.plot(months, curves.left_without, color=theme.RIKET, linestyle="--", linewidth=1.8)
    _key(left, "med åtgärden", theme.OWN, 0.97)
    _key(left, "utan åtgärden (streckad)", theme.RIKET, 0.90)
    left.set_title("Har lämnat för arbete eller studier", fontsize=10.5)
    right.fill_between(months, curves.low, curves.high, color=theme.BAND_WIDE, linewidth=0)
    right.plot(months, curves.difference, color=theme.OWN, linewidth=2.4)
    right.plot(
        truth["manad"], truth["sann_skillnad"], color=theme.TARGET, linestyle=(0, (1, 1.4)), linewidth=2.2
    )
    right.axhline(0, color=theme.INK, linewidth=0.9)
    right.set_title("Skillnad i procentenheter", fontsize=10.5)
    theme.swedish_axis(left, digits=0, unit="%")
    theme.swedish_axis(right, digits=0)
    high = float(max(curves.high.max(), truth["sann_skillnad"].max()))
    low = float(min(curves.low.min(), 0))
    right.set_ylim(low - 1, high + 0.24 * (high - low))
    _key(right, "skattad, med osäkerhet", theme.OWN, 0.97)
    _key(right, "sann (prickad)", theme.TARGET, 0.90)
    for axes in (left, right):
        axes.set_xticks([0, 6, 12, 18, 24])
        axes.set_xlim(0, 24.5)
        axes.set_xlabel("månader efter starten")
    left.set_ylim(0, float(max(curves.left_start.max(), curves.left_without.max())) * 1.22)
    main = result.get()
    data = truth.assign(
        med=curves.left_start,
        utan=curves.left_without,
        skillnad=curves.difference,
        lag=curves.low,
        hog=curves.high,
    )
    return publish_figure(
        figure,
        name=f"mikro-{name}",
        caption=f"{TITLES[name]}: andel av deltagarna som har lämnat biståndet, med och utan åtgärden",
        alt=(
            f"Två linjediagram över 24 månader. Efter ett år har {decimal(main.start, 0)} procent av deltagarna lämnat "
            f"biståndet; utan åtgärden skattas {decimal(main.without, 0)}. Skillnaden är {points(main.effect, 1)}, "
            f"sann effekt {points(float(truth['sann_skillnad'].iloc[11]), 1)}."
        ),
        data=data.round(2),
        output=overview.output,
        synthetic=True,
    )


def balance_figure(overview: Overview, study: Study, name: str) -> Markdown:
    """Return standardised differences before and after weighting, largest first."""
    result = study.results[name]
    table = _table(result, "balans")
    worst = table.reindex(table["fore"].abs().sort_values(ascending=False).index).head(12).iloc[::-1]
    figure, axes = theme.new_figure(height=4.6)
    places = np.arange(len(worst))
    axes.axvspan(-0.1, 0.1, color=theme.GRID, linewidth=0)
    axes.scatter(
        worst["fore"],
        places,
        marker="o",
        facecolors="none",
        edgecolors=theme.RIKET,
        s=44,
        label="före vägning",
    )
    axes.scatter(worst["efter"], places, marker="D", color=theme.OWN, s=34, label="efter vägning")
    axes.axvline(0, color=theme.INK, linewidth=0.9)
    axes.set_yticks(
        places, [f"{_readable(g)}: {n}" for g, n in zip(worst["grupp"], worst["niva"], strict=True)]
    )
    axes.set_xlabel("skillnad i standardavvikelser")
    axes.grid(axis="y", visible=False)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    theme.swedish_axis(axes, digits=1, which="x")
    before, after = table["fore"].abs().max(), table["efter"].abs().max()
    return publish_figure(
        figure,
        name=f"mikro-balans-{name}",
        caption=f"{TITLES[name]}: de tolv största skillnaderna i bakgrund, före och efter vägning",
        alt=(
            f"Punktdiagram. Den största skillnaden mellan deltagare och andra är {decimal(before, 2)} "
            f"standardavvikelser före vägning och {decimal(after, 2)} efter; det grå bandet är plus minus 0,1."
        ),
        data=table.round(3),
        output=overview.output,
        synthetic=True,
    )


def overview_figure(overview: Overview, study: Study) -> Markdown:
    """Return naive, emulated and true effect of every measure beside each other."""
    figure, axes = theme.new_figure(height=3.9)
    names = [name for name, result in study.results.items() if result.assessable][::-1]
    rows = []
    for place, name in enumerate(names):
        main, truth = study.results[name].get(), study.truths[name].gain(12) * 100
        crude = study.naives[name].from_start
        axes.plot([main.low, main.high], [place, place], color=theme.OWN, linewidth=2.2)
        axes.scatter([main.effect], [place], color=theme.OWN, marker="D", s=46, zorder=3)
        axes.scatter([truth], [place + 0.2], color=theme.TARGET, marker="|", s=170, linewidths=3, zorder=3)
        axes.scatter(
            [crude], [place - 0.2], facecolors="none", edgecolors=theme.RIKET, marker="o", s=50, zorder=3
        )
        rows.append((TITLES[name], truth, main.effect, main.low, main.high, crude))
    axes.axvline(0, color=theme.INK, linewidth=0.9)
    axes.set_yticks(range(len(names)), [TITLES[name] for name in names])
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("effekt på avslut inom ett år, procentenheter")
    theme.swedish_axis(axes, digits=0, which="x")
    for label, marker, color, face in (
        ("sann", "|", theme.TARGET, theme.TARGET),
        ("skattad med 95 % osäkerhet", "D", theme.OWN, theme.OWN),
        ("naiv jämförelse", "o", theme.RIKET, "none"),
    ):
        axes.plot(
            [], [], marker, color=color, markerfacecolor=face, markersize=8, markeredgewidth=2, label=label
        )
    axes.legend(loc="lower center", bbox_to_anchor=(0.42, 1.0), ncols=3, columnspacing=1.2, handletextpad=0.3)
    columns = ["atgard", "sann", "skattad", "lag", "hog", "naiv"]
    data = pd.DataFrame(rows, columns=columns).iloc[::-1]
    worst = data.assign(miss=(data["naiv"] - data["sann"]).abs()).sort_values("miss").iloc[-1]
    return publish_figure(
        figure,
        name="mikro-oversikt",
        caption="Fyra påhittade åtgärder: sann effekt, skattad effekt och naiv jämförelse",
        alt=(
            f"Punktdiagram med fyra åtgärder. De skattade effekterna ligger nära de sanna. Den naiva jämförelsen missar "
            f"mest för {worst['atgard']}: {points(float(worst['naiv']), 1)} mot sanna {points(float(worst['sann']), 1)}."
        ),
        data=data.round(2),
        output=overview.output,
        synthetic=True,
    )


def _key(axes: Axes, text: str, color: str, height: float) -> None:
    """Name a line in the upper left corner, in its own colour."""
    axes.text(
        0.03, height, text, transform=axes.transAxes, va="top", color=color, fontsize=9.5, fontweight="bold"
    )


def _table(result: MeasureResult, key: str) -> pd.DataFrame:
    table = next(check.table for check in result.checks if check.key == key)
    assert table is not None
    return table


def _readable(group: str) -> str:
    names = {"kon": "kön", "aldersgrupp": "ålder", "hushall": "hushåll"}
    return names.get(group, group)
