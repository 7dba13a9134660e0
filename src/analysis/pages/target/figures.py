"""Notebook 04: figures of the forecast: fan, first passage and pace."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.answers.target import TargetState
from analysis.calendar import centre, period_name
from analysis.pages.parts import theme
from analysis.pages.parts.events import mark_events
from analysis.pages.parts.figure import publish_figure
from analysis.pages.parts.hover import told_fan
from analysis.pages.parts.markdown import LONGEST_LIST, Markdown, capitalise, paragraphs
from analysis.runs import RunContext
from foundation.swedish import count, decimal, percent, probability

#: More months than this are drawn as years in the figure of when the level is first met.
MOST_BARS = 12


def fan_figure(context: RunContext, state: TargetState) -> Markdown:
    """The forecast of the target's measure as a fan, with what is known and the target."""
    return _annual_fan(context, state) if state.bridged is None else _bridged_fan(context, state)


def annual_figure(context: RunContext, state: TargetState) -> Markdown:
    """The forecast of the annual statistics, where the target has a measure of its own."""
    return paragraphs("") if state.bridged is None else _annual_fan(context, state)


def target_picture(
    context: RunContext, state: TargetState, *, name: str, size: tuple[float, float]
) -> Markdown:
    """One low figure of the target's measure (else of the annual one) with its forecast, without events."""
    draw = _annual_fan if state.bridged is None else _bridged_fan
    return draw(context, state, name=name, size=size)


def _mark_target(axes: Axes, level: float, place: float) -> None:
    """Mark the level at the date by which it must be reached."""
    axes.plot([place], [level], marker="D", color=theme.TARGET, markersize=8, linestyle="", zorder=4)


def _draw_fan(axes: Axes, x: np.ndarray, fan: pd.DataFrame, start: tuple[float, float] | None) -> None:
    """Draw the 95, 80 and 50 % intervals and the median, from the last known point if there is one."""
    joined = fan
    if start is not None:
        first = pd.DataFrame([dict.fromkeys(fan.columns, start[1])])
        joined, x = pd.concat([first, fan], ignore_index=True), np.concatenate([[start[0]], x])
    axes.fill_between(x, joined["low95"], joined["high95"], color=theme.BAND_WIDE, alpha=0.45, linewidth=0)
    axes.fill_between(x, joined["low80"], joined["high80"], color=theme.BAND_WIDE, linewidth=0)
    axes.fill_between(x, joined["low50"], joined["high50"], color=theme.BAND_NARROW, linewidth=0)
    axes.plot(x, joined["median"], color=theme.FORECAST, linewidth=1.8, linestyle=(0, (4, 2)))


def _target_line(axes: Axes, level: float, text: str) -> None:
    """Draw the target; its name stands at the left, under the line, where a fan never is."""
    style = theme.LINES["mal"]
    axes.axhline(level, color=style.color, linestyle=style.linestyle, linewidth=style.linewidth)
    axes.annotate(
        text,
        (0, level),
        xycoords=("axes fraction", "data"),
        xytext=(4, -5),
        textcoords="offset points",
        va="top",
        color=theme.TARGET,
        fontsize=9.5,
        fontweight="bold",
    )


def _annual_fan(
    context: RunContext, state: TargetState, *, name: str = "prognos", size: tuple[float, float] | None = None
) -> Markdown:
    paths = state.forecasts.annual
    fan = paths.fan()
    figure, axes = theme.new_figure(*(size or ()))
    years = state.own.index.to_numpy(dtype=float)
    x = np.array([float(period) for period in paths.periods])
    _draw_fan(axes, x, fan, (years[-1], float(state.own.iloc[-1])))
    axes.plot(years, state.own.to_numpy(), **theme.LINES["kommun"].kwargs())
    for year, value in state.forecasts.stated.items():
        axes.plot([float(year)], [value], marker="D", color=theme.SYNTHETIC, markersize=7, linestyle="")
        axes.annotate(
            "enligt dokumentet",
            (float(year), value),
            xytext=(6, 8),
            textcoords="offset points",
            color=theme.SYNTHETIC,
            fontsize=9,
        )
    target = context.target
    if target is not None and target.matt == context.run.matt:
        _target_line(axes, target.niva, f"Målet: {target.level_text} {period_name(target.senast)}")
        _mark_target(axes, target.niva, float(target.deadline_year))
    axes.set_ylim(bottom=0)
    theme.whole_years(axes, int(years[0]), int(x[-1]))
    theme.swedish_axis(axes, digits=0, unit="%")
    events = "" if size else mark_events(axes, context.events)
    if not size:
        axes.set_title("Andel av invånarna som fått ekonomiskt bistånd under året")
    last = fan.iloc[-1]
    alt = (
        f"Solfjäderdiagram. Kända värden {years[0]:.0f}–{years[-1]:.0f}, senast {percent(float(state.own.iloc[-1]), 2)}. "
        f"Prognosens median {x[-1]:.0f} är {percent(last['median'], 2)}, med 80 procents intervall "
        f"{decimal(last['low80'], 2)}–{decimal(last['high80'], 2)} procent.{events}"
    )
    return publish_figure(
        figure,
        name=name,
        caption=f"Prognos för {context.municipality.name}: median och intervall på 50, 80 och 95 procent",
        alt=alt,
        data=fan.round(4).reset_index(names="period"),
        output=context.output,
        told=told_fan(state.own, fan, context.municipality.name, float),
    )


def _bridged_fan(
    context: RunContext,
    state: TargetState,
    *,
    name: str = "prognos-mal",
    size: tuple[float, float] | None = None,
) -> Markdown:
    bridged, target = state.bridged, context.target
    if bridged is None or target is None:
        return paragraphs("")
    same_kind = [period for period in bridged.paths.periods if len(period) == len(target.senast)]
    paths = bridged.paths.only(same_kind)
    fan = paths.fan()
    figure, axes = theme.new_figure(*(size or (7.6, 3.0)))
    x = np.array([centre(period) for period in paths.periods])
    found = state.assessment
    known = [] if found is None or found.latest is None else [(centre(found.latest[0]), found.latest[1])]
    _draw_fan(axes, x, fan, known[-1] if known else None)
    history = _history(state)
    if history:
        axes.plot([centre(p) for p in history], list(history.values()), **theme.LINES["kommun"].kwargs())
        for position in _named(history):
            period, value = list(history.items())[position]
            axes.annotate(
                percent(value, 2),
                (centre(period), value),
                xytext=(0, 9),
                textcoords="offset points",
                ha="left" if position == 0 else "center",
                fontsize=9,
                color=theme.OWN,
            )
    first = min([*(centre(p) for p in history), *x]) - 0.3
    _target_line(axes, target.niva, f"Målet: {target.level_text} {period_name(target.senast)}")
    _mark_target(axes, target.niva, centre(target.senast))
    axes.set_ylim(0, 1.14 * max(float(fan["high95"].max()), *history.values(), target.niva))
    axes.set_xlim(first, float(x.max()) + 0.25)
    ticks = range(int(np.floor(first)), int(np.floor(x.max())) + 1)
    axes.set_xticks([year + 0.5 for year in ticks], [str(year) for year in ticks])
    theme.swedish_axis(axes, digits=1, unit="%")
    events = "" if size else mark_events(axes, context.events, annual=False)
    if not size:
        axes.set_title(capitalise(context.catalogue.measure(target.matt).kort.lower()))
    last = fan.loc[target.senast] if target.senast in fan.index else fan.iloc[-1]
    alt = (
        f"Solfjäderdiagram över målets eget mått. {_known_text(history)} Prognosen för {period_name(target.senast)} är "
        f"{percent(last['median'], 2)}, med 80 procents intervall {decimal(last['low80'], 2)}–{decimal(last['high80'], 2)} "
        f"procent. Målet är {target.level_text}.{events}"
    )
    return publish_figure(
        figure,
        name=name,
        caption=f"Prognos för målets eget mått, {context.municipality.name}: median och intervall på 50, 80 och 95 procent",
        alt=alt,
        data=fan.round(4).reset_index(names="period"),
        output=context.output,
        told=told_fan(history, fan, context.municipality.name, centre),
    )


def _history(state: TargetState) -> dict[str, float]:
    return dict(state.known.history) if state.known else {}


def _named(history: dict[str, float]) -> list[int]:
    """Places of the values that are written out: all while they are few, else the first, the highest and the last."""
    values = list(history.values())
    if len(values) <= LONGEST_LIST:
        return list(range(len(values)))
    return sorted({0, int(np.argmax(values)), len(values) - 1})


def _known_text(history: dict[str, float]) -> str:
    if not history:
        return "Inget värde är känt."
    period, value = list(history.items())[-1]
    return f"Senast kända värde är {percent(value, 2)} ({period_name(period)})."


def passage_figure(context: RunContext, state: TargetState) -> Markdown:
    """When the target is first met, among the periods up to its date, and the share that never meets it."""
    found, target = state.assessment, context.target
    if found is None or target is None:
        return paragraphs("")
    passage = found.first_passage
    steps = passage.table.set_index("period")["probability"]
    if len(steps) > MOST_BARS:
        steps = steps.groupby(steps.index.str[:4]).sum()
    labels = [period_name(str(period)) for period in steps.index] + ["inte innan dess"]
    shares = np.array([*steps, passage.never]) * 100
    figure, axes = theme.new_figure(height=0.55 * len(labels) + 1.4)
    colors = [theme.BAND_NARROW] * (len(labels) - 1) + [theme.OTHERS]
    axes.barh(labels, shares, color=colors, edgecolor=theme.INK, linewidth=0.5, height=0.62)
    for place, share in enumerate(shares):
        axes.annotate(
            probability(share / 100),
            (share, place),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=9.5,
        )
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.set_xlim(0, max(float(shares.max()) * 1.18, 10))
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.set_title(f"När ligger andelen på {target.level_text} för första gången?")
    best = int(np.argmax(shares))
    alt = (
        f"Stapeldiagram över när målnivån nås första gången. Vanligast är {labels[best]} "
        f"({probability(shares[best] / 100)}); i {probability(passage.never)} av framtiderna nås den inte före måldagen."
    )
    data = pd.DataFrame({"period": labels, "sannolikhet procent": shares.round(2)})
    return publish_figure(
        figure,
        name="nar-nas-malet",
        caption="När målnivån nås första gången, andel av de simulerade framtiderna",
        alt=alt,
        data=data,
        output=context.output,
    )


def pace_figure(context: RunContext, state: TargetState) -> Markdown:
    """All municipalities' paces over the same number of years, with the required one."""
    found = state.assessment
    if found is None or found.required is None or found.record is None:
        return paragraphs("")
    span, required = found.record.span, found.required.percent
    places = state.levels.drop(index="0000", errors="ignore")
    rates = [
        100 * ((places[year + span] / places[year]) ** (1 / span) - 1)
        for year in places.columns
        if year + span in places.columns
    ]
    values = (
        pd.concat(rates).replace([np.inf, -np.inf], np.nan).dropna().to_numpy() if rates else np.array([])
    )
    if values.size == 0:
        return paragraphs("")
    figure, axes = theme.new_figure(height=3.8)
    edges = np.arange(-40, 41, 2.0)
    counts, _ = np.histogram(np.clip(values, -40, 39.9), edges)
    fast = edges[:-1] < required
    axes.bar(edges[:-1] + 1, counts, width=1.8, color=np.where(fast, theme.BAND_NARROW, theme.OTHERS))
    top = float(counts.max())
    axes.axvline(required, color=theme.TARGET, linestyle=(0, (6, 3)), linewidth=1.6)
    axes.annotate(
        f"krävs: {decimal(required, 1)} %",
        (required, top * 1.12),
        xytext=(-6, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        color=theme.TARGET,
        fontsize=9.5,
        fontweight="bold",
    )
    if found.so_far is not None:
        axes.axvline(found.so_far.percent, color=theme.OWN, linewidth=1.8)
        text = f"hittills: {decimal(found.so_far.percent, 1)} %"
        theme.label_line(axes, found.so_far.percent, top * 1.12, text, theme.OWN)
    axes.set_ylim(0, top * 1.26)
    axes.set_xlabel(f"Förändring per år under {span} år (procent; ytterst 40 eller mer)")
    axes.set_ylabel("Antal kommunperioder")
    axes.set_title(f"Hur snabbt har kommuner ändrats över {span} år?")
    alt = (
        f"Stapeldiagram över {count(values.size)} kommunperioder om {span} år. Takten som krävs, "
        f"{decimal(required, 1)} procent om året, har hållits i {count(found.record.windows_kept)} av dem."
    )
    data = pd.DataFrame({"från procent per år": edges[:-1], "till": edges[1:], "antal": counts})
    return publish_figure(
        figure,
        name="takt",
        caption=f"Kommunernas takt över {span} år sedan 2012, och den takt som målet kräver",
        alt=alt,
        data=data,
        output=context.output,
    )
