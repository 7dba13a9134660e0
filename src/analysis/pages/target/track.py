"""Notebook 04: figures of the track record: earlier forecasts and calibration."""

from __future__ import annotations

import numpy as np

from analysis.answers.hindcast import earlier_forecasts
from analysis.answers.target import TargetState
from analysis.forecasts.scoring import reliability
from analysis.pages.parts import theme
from analysis.pages.parts.figure import publish_figure
from analysis.pages.parts.markdown import Markdown, paragraphs
from analysis.runs import RunContext
from foundation.swedish import count, probability


def track_figure(context: RunContext, state: TargetState) -> Markdown:
    """What the model would have said about the municipality from each earlier year, and what happened."""
    earlier = earlier_forecasts(state, context.run.kommun)
    if earlier.empty:
        return paragraphs("Serien är för kort för att pröva tidigare prognoser.")
    figure, axes = theme.new_figure(height=4.0)
    years = state.own.index.to_numpy(dtype=float)
    for origin, part in earlier.groupby("origin"):
        start = float(state.own.get(int(str(origin)), np.nan))
        x = np.concatenate([[float(str(origin))], part["year"]])
        axes.fill_between(
            x,
            np.concatenate([[start], part["low80"]]),
            np.concatenate([[start], part["high80"]]),
            color=theme.BAND_WIDE,
            alpha=0.35,
            linewidth=0,
        )
        axes.plot(x, np.concatenate([[start], part["median"]]), color=theme.COMPARABLE, linewidth=1.1)
    axes.plot(years, state.own.to_numpy(), **theme.LINES["kommun"].kwargs())
    axes.set_ylim(bottom=0)
    theme.whole_years(axes, int(years[0]), int(years[-1]))
    theme.swedish_axis(axes, digits=0, unit="%")
    axes.set_title(f"Vad modellen skulle ha sagt om {context.municipality.name} från varje tidigare år")
    inside = ((earlier["observed"] >= earlier["low80"]) & (earlier["observed"] <= earlier["high80"])).sum()
    alt = (
        f"Linjediagram {years[0]:.0f}–{years[-1]:.0f}. Den tjocka linjen är utfallet, de tunna är prognoser ett till tre år "
        f"framåt från varje tidigare år, med 80 procents intervall. Utfallet låg inom intervallet i {inside} av "
        f"{len(earlier)} prognoser."
    )
    return publish_figure(
        figure,
        name="tidigare-prognoser",
        caption=f"Tidigare prognoser för {context.municipality.name} mot utfallet (80 procents intervall)",
        alt=alt,
        data=earlier.round(4).rename(columns={"origin": "prognos från", "year": "år", "observed": "utfall"}),
        output=context.output,
    )


def calibration_figure(context: RunContext, state: TargetState) -> Markdown:
    """Stated probability of falling to a level against how often it happened, over all municipalities."""
    crossings = state.backtest.crossings
    if crossings.empty:
        return paragraphs("Det finns inga tidigare utfall att pröva sannolikheterna mot.")
    panel = crossings[crossings["model"] == "panel"]
    table = reliability(panel["probability"].to_numpy(), panel["happened"].to_numpy(dtype=bool))
    figure, axes = theme.new_figure(width=5.6, height=4.4)
    axes.plot([0, 100], [0, 100], color=theme.RIKET, linestyle="--", linewidth=1.2)
    for origin, part in panel.groupby("origin"):
        one = reliability(part["probability"].to_numpy(), part["happened"].to_numpy(dtype=bool))
        one = one[one["n"] >= 100]
        axes.plot(100 * one["stated"], 100 * one["happened"], color=theme.OTHERS, linewidth=1.0, zorder=1)
        if len(one) and abs(one["happened"].iloc[-1] - one["stated"].iloc[-1]) > 0.12:
            axes.annotate(
                str(origin),
                (100 * one["stated"].iloc[-1], 100 * one["happened"].iloc[-1]),
                fontsize=8,
                color=theme.COMPARABLE,
                xytext=(3, 0),
                textcoords="offset points",
            )
    axes.plot(100 * table["stated"], 100 * table["happened"], **theme.LINES["kommun"].kwargs())
    axes.set_xlabel("Sannolikhet som modellen angav (%)")
    axes.set_ylabel("Andel gånger det hände (%)")
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 100)
    axes.set_title("Hände det så ofta som modellen sade?")
    middle = table.iloc[(table["stated"] - 0.3).abs().argmin()]
    alt = (
        f"Diagram över {count(len(panel))} tidigare sannolikheter. Där modellen sade {probability(middle['stated'])} "
        f"hände det i {probability(middle['happened'])} av fallen. De tunna linjerna är enskilda startår: felen "
        "är gemensamma för alla kommuner ett visst år."
    )
    return publish_figure(
        figure,
        name="kalibrering",
        caption="Angiven sannolikhet att andelen faller till en viss nivå inom ett till tre år, mot hur ofta det hände",
        alt=alt,
        data=table.round(4).rename(
            columns={"low": "från", "high": "till", "stated": "angiven", "happened": "hände", "n": "antal"}
        ),
        output=context.output,
    )
