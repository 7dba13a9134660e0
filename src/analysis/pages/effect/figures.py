"""Notebook 03: the figures, each with its data and its text."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.answers.effect import EffectCase
from analysis.pages.effect.summary import no_estimate, not_assessable_note
from analysis.pages.parts import theme
from analysis.pages.parts.events import mark_events
from analysis.pages.parts.figure import publish_figure
from analysis.pages.parts.hover import told
from analysis.pages.parts.markdown import Markdown, paragraphs
from analysis.panel import wide
from analysis.runs import RunContext
from analysis.sources.observation import RIKET
from foundation.swedish import percent, points


def path_figure(context: RunContext, case: EffectCase) -> Markdown:
    """Draw the actual share against the expected one with its band, and riket."""
    effect, evidence = case.result.effect, case.result.evidence
    if evidence is None:
        return history_figure(context, case)
    path, start = effect.path, case.result.question.start_year
    name, years = context.municipality.name, path.index.to_numpy()
    figure, axes = theme.new_figure()
    post = path.loc[path["low"].notna()]
    joined = pd.concat([path.loc[[start - 1]].assign(low=path["actual"], high=path["actual"]), post])
    axes.fill_between(
        joined.index.to_numpy(),
        joined["low"],
        joined["high"],
        color=theme.BAND_WIDE,
        linewidth=0,
        label="_band",
    )
    axes.plot(
        joined.index,
        joined["expected"].where(joined.index >= start, joined["actual"]),
        color=theme.INK,
        linestyle=":",
        linewidth=2.2,
        zorder=6,
    )
    axes.plot(years, path["actual"], **theme.LINES["kommun"].kwargs())
    ends, texts, colors = (
        [float(path["actual"].iloc[-1]), float(path["expected"].iloc[-1])],
        [f"{name}, utfall", "Väntat"],
        [theme.OWN, theme.INK],
    )
    if evidence.window.reference is not None:
        axes.plot(years, evidence.window.reference, **theme.LINES["riket"].kwargs())
        ends, texts, colors = (
            [*ends, float(evidence.window.reference[-1])],
            [*texts, "Riket"],
            [*colors, theme.RIKET],
        )
    reference = [] if evidence.window.reference is None else [float(np.nanmax(evidence.window.reference))]
    top = float(np.nanmax([path["actual"].max(), path["high"].max(), *reference])) * 1.12
    for height, text, color in zip(theme.spread_labels(ends, top * 0.07), texts, colors, strict=True):
        theme.label_line(axes, years[-1], height, text, color)
    axes.axvline(start - 0.5, color=theme.COMPARABLE, linewidth=1, linestyle=(0, (2, 2)))
    axes.annotate(
        "planen kan ha effekt", (start - 0.42, 0.95), xycoords=("data", "axes fraction"), fontsize=9
    )
    axes.set_ylim(0, top)
    axes.set_xlim(years[0] - 0.3, years[-1] + 2.6)
    theme.whole_years(axes, int(years[0]), int(years[-1]))
    theme.swedish_axis(axes, digits=0, unit="%")
    events = mark_events(axes, context.events, until=years[-1] + 0.5)
    axes.set_title("Utfall mot vad som var att vänta utan planen")
    last = path.iloc[-1]
    data = (
        path.round(4)
        .reset_index()
        .rename(
            columns={
                "year": "år",
                "actual": "utfall",
                "expected": "väntat",
                "low": "väntat_från",
                "high": "väntat_till",
            }
        )
    )
    # before the start nothing is expected: there the curve is the outcome itself
    data["väntat"] = data["väntat"].where(data["väntat_från"].notna())
    data["riket"] = np.nan if evidence.window.reference is None else evidence.window.reference.round(4)
    alt = (
        f"Linjediagram {years[0]}–{years[-1]}. {name} hade {percent(float(last['actual']), 2)} {years[-1]}; "
        "väntat var "
        f"{percent(float(last['expected']), 2)} med bandet {percent(float(last['low']), 2)} till "
        f"{percent(float(last['high']), 2)}. "
        f"Utfallet ligger {'inom' if last['low'] <= last['actual'] <= last['high'] else 'utanför'} bandet.{events}"
    )
    return publish_figure(
        figure,
        name="effekt-forvantat",
        caption=f"Andel invånare med bistånd i {name}: utfall, väntat utan planen (svart, prickat) och 95-procentigt band",
        alt=alt,
        data=data,
        output=context.output,
        told=told(
            data.set_index("år"),
            {name: "utfall", "väntat": "väntat", "riket": "riket"},
            {"band": ("väntat_från", "väntat_till")},
        ),
    )


def history_figure(context: RunContext, case: EffectCase) -> Markdown:
    """Draw what is known while nothing can be assessed: the municipality and riket so far."""
    shares = wide(context.observations, context.run.matt)
    if context.run.kommun not in shares.index:
        return paragraphs(no_estimate(case))
    own = shares.loc[context.run.kommun].dropna()
    name, years = context.municipality.name, own.index.to_numpy()
    figure, axes = theme.new_figure(height=3.6)
    axes.plot(years, own, **theme.LINES["kommun"].kwargs())
    ends, texts, colors = [float(own.iloc[-1])], [name], [theme.OWN]
    if RIKET in shares.index:
        axes.plot(years, shares.loc[RIKET, years], **theme.LINES["riket"].kwargs())
        ends, texts, colors = (
            [*ends, float(shares.loc[RIKET, years[-1]])],
            [*texts, "Riket"],
            [*colors, theme.RIKET],
        )
    for height, text, color in zip(theme.spread_labels(ends, 0.4), texts, colors, strict=True):
        theme.label_line(axes, years[-1], height, text, color)
    axes.set_ylim(bottom=0)
    axes.set_xlim(years[0] - 0.3, years[-1] + 2)
    theme.whole_years(axes, int(years[0]), int(years[-1]))
    theme.swedish_axis(axes, digits=0, unit="%")
    axes.set_title("Andelen så långt den var känd")
    start = case.result.question.start_year
    return paragraphs(no_estimate(case)) + publish_figure(
        figure,
        name="effekt-historia",
        caption=f"Andel invånare med ekonomiskt bistånd i {name} och riket, till och med {years[-1]}",
        alt=(
            f"Linjediagram {years[0]}–{years[-1]}. {name} hade {percent(float(own.iloc[0]), 2)} {years[0]} och "
            f"{percent(float(own.iloc[-1]), 2)} {years[-1]}. Planen kan ha effekt från {start}, som inte var känt."
        ),
        data=shares.loc[[code for code in (context.run.kommun, RIKET) if code in shares.index], years]
        .rename(index={context.run.kommun: name, RIKET: "Riket"})
        .T.round(4)
        .reset_index(names="år"),
        output=context.output,
    )


def placebo_figure(context: RunContext, case: EffectCase) -> Markdown:
    """Draw how much municipalities without the plan stray, at the studied municipality's size and level."""
    evidence, effect = case.result.evidence, case.result.effect
    if evidence is None or effect.estimate is None or effect.p_value is None:
        return not_assessable_note(case)
    usual = evidence.mean.studentised * evidence.mean.own_scale
    half = evidence.mean.half_width()
    name = context.municipality.name
    figure, axes = theme.new_figure(height=3.6)
    limit = float(max(np.quantile(np.abs(usual), 0.99), half * 1.2, abs(effect.estimate) * 1.2))
    shown = np.clip(usual, -limit, limit)
    axes.hist(shown, bins=np.linspace(-limit, limit, 32).tolist(), color=theme.PLACEBO, edgecolor="white")
    for edge in (-half, half):
        axes.axvline(edge, color=theme.INK, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.axvline(effect.estimate, color=theme.OWN, linewidth=3)
    axes.set_ylim(top=axes.get_ylim()[1] * 1.18)
    axes.annotate(
        name,
        (effect.estimate, 0.97),
        xycoords=("data", "axes fraction"),
        xytext=(5, 0),
        textcoords="offset points",
        color=theme.OWN,
        fontweight="bold",
        fontsize=9.5,
        va="top",
    )
    theme.swedish_axis(axes, digits=1, which="x")
    axes.set_xlabel(
        "Skillnad mot väntat, procentenheter\n(5 procent av kommunerna ligger utanför de streckade linjerna)"
    )
    axes.set_ylabel("Antal kommuner")
    axes.set_title(
        f"Så mycket avviker kommuner utan planen, omräknat till {context.municipality.genitive} storlek",
        fontsize=11,
    )
    codes = [evidence.window.codes[row] for row in evidence.placebo_rows]
    data = pd.DataFrame(
        {
            "kommun_kod": [context.run.kommun, *codes],
            "kommun": [context.catalogue.municipality(code).name for code in (context.run.kommun, *codes)],
            "skillnad": np.append(effect.estimate, evidence.mean.gaps).round(4),
            "omraknad_skillnad": np.append(effect.estimate, usual).round(4),
        }
    )
    alt = (
        f"Stapeldiagram över {usual.size} kommuner utan planen. {context.municipality.genitive} skillnad är "
        f"{points(effect.estimate)}; 95 procent av kommunerna "
        f"ligger inom {points(half, sign=False)} från noll. {100 * effect.p_value:.0f} procent avviker "
        f"minst lika mycket som {name}."
    )
    return publish_figure(
        figure,
        name="effekt-placebo",
        caption="Avvikelser från det väntade i kommuner utan planen",
        alt=alt,
        data=data,
        output=context.output,
    )


def ranking_figure(context: RunContext, case: EffectCase) -> Markdown | None:
    """Draw comparable municipalities by deviation from the expected; nothing where the text says why."""
    ranking = case.result.ranking
    if ranking is None:
        return None
    frame = ranking.table.iloc[::-1].reset_index(drop=True)
    names = [context.catalogue.municipality(code).name for code in frame["kommun_kod"]]
    figure, axes = theme.new_figure(height=1.4 + 0.25 * len(frame))
    for height, row in frame.iterrows():
        color = theme.OWN if row["own"] else theme.COMPARABLE
        axes.plot(
            [row["low"], row["high"]], [height, height], color=color, linewidth=2.6 if row["own"] else 1.4
        )
        axes.plot(
            row["deviation"],
            height,
            marker="o" if row["own"] else "s",
            color=color,
            markersize=7 if row["own"] else 5,
        )
    axes.axvline(0, color=theme.INK, linewidth=1)
    axes.set_yticks(range(len(frame)), names)
    for label, own in zip(axes.get_yticklabels(), frame["own"], strict=True):
        label.set_fontweight("bold" if own else "normal")
    axes.grid(axis="x")
    axes.grid(False, axis="y")
    theme.swedish_axis(axes, digits=1, which="x")
    axes.set_xlabel("Skillnad mot väntat, procentenheter (vänster är lägre andel än väntat)")
    axes.set_title("Bättre eller sämre än väntat, med 95-procentigt intervall", fontsize=11)
    data = (
        ranking.table.assign(kommun=[*reversed(names)])
        .round(4)
        .rename(columns={"deviation": "skillnad", "low": "från", "high": "till", "own": "egen"})
    )
    best = data.iloc[0]
    alt = (
        f"{ranking.count} kommuner ordnade efter skillnad mot väntat. {context.municipality.name} har plats "
        f"{ranking.rank}, med slumpen "
        f"inräknad {ranking.low_rank} till {ranking.high_rank}. Först kommer {best['kommun']} med "
        f"{points(float(best['skillnad']))}."
    )
    return publish_figure(
        figure,
        name="effekt-rangordning",
        caption="Jämförbara kommuner efter skillnad mellan utfall och väntat",
        alt=alt,
        data=data,
        output=context.output,
    )
