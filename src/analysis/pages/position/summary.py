"""Notebook 01: where are we, compared with whom, measured how?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.answers.months import ADULT_SHARE, month_series
from analysis.answers.position import STATED_MEASURE, Position, position
from analysis.calendar import period_name
from analysis.pages.parts import theme
from analysis.pages.parts.events import mark_events
from analysis.pages.parts.figure import publish_figure
from analysis.pages.parts.hover import told
from analysis.pages.parts.markdown import (
    LONGEST_LIST,
    KeyFigure,
    Markdown,
    conclusion,
    key_figures,
    paragraphs,
    sentence_list,
)
from analysis.panel import series
from analysis.runs import Run, RunContext
from analysis.sources.observation import RIKET
from foundation.swedish import about, apart, moved, percent, points


def position_conclusion(context: RunContext, now: Position) -> Markdown:
    """Return the conclusion in short sentences: level, gap, change, highest year, and the board's own measure."""
    return conclusion(
        f"**{_level_words(context.municipality.name, now.year, now.value)}.**",
        f"Det är {_gap_words(now.value - now.riket)}.",
        f"Andelen {_change_words(now)}." if now.previous is not None else "",
        f"Toppen {now.peak_year} låg {points(now.peak - now.value, sign=False)} högre."
        if _below_peak(now)
        else "",
        f"Källan har ingen uppgift om {context.municipality.name} för {sentence_list([str(year) for year in now.absent])}."
        if now.absent
        else "",
        adult_sentence(context),
    )


def first_run_words(run: Run) -> str:
    """What a run is that has none before it: its plan's first, or the municipality's where there is no plan."""
    return f"Det här är {'planens' if run.plan else 'kommunens'} första körning"


def _level_words(name: str, year: int, value: float) -> str:
    return f"{year} fick {percent(value, 2)} av invånarna i {name} ekonomiskt bistånd"


def _gap_words(gap: float) -> str:
    return apart(gap, "över riket", "under riket", "samma andel som i riket")


def _change_words(now: Position) -> str:
    return f"{moved(now.value - (now.previous or 0.0))} från året före"


def _below_peak(now: Position) -> bool:
    return now.peak_year < now.year and points(now.peak - now.value) != points(0.0)


def level_sentence(context: RunContext, now: Position) -> str:
    """The level in the latest known year, against the country, in one sentence."""
    return level_words(context.municipality.name, now.year, now.value, now.riket)


def level_words(name: str, year: int, value: float, riket: float) -> str:
    """A municipality's level in a year against the country's, in one sentence."""
    return f"{_level_words(name, year, value)}, {_gap_words(value - riket)}."


def trend_sentence(now: Position) -> str:
    """The change and how far the level is from its highest, in one sentence; empty without a year before."""
    if now.previous is None:
        return ""
    peak = points(now.peak - now.value, sign=False)
    since = f" och är {peak} lägre än toppen {now.peak_year}" if _below_peak(now) else ""
    return f"Andelen {_change_words(now)}{since}."


def adult_sentence(context: RunContext) -> str:
    """Return the latest value of the board's adult measure, or its absence when the target needs it."""
    adults = series(context.documented, ADULT_SHARE, context.run.kommun)
    months = month_series(context, ADULT_SHARE)
    if months is not None and len(months.final):
        when = f"{period_name(str(months.final.index[-1]))}, egna månadssiffror"
        value = float(months.final.iloc[-1])
    elif len(adults):
        when, value = period_name(str(adults.index[-1])), float(adults.iloc[-1])
    else:
        target = context.target
        if target is not None and target.matt == ADULT_SHARE:
            return "Nämndens eget mått, andelen vuxna, hade ännu inget publicerat värde."
        return ""
    return f"Nämndens eget mått, andelen vuxna, var senast {percent(value, 2)} ({when})."


def position_cards(context: RunContext, now: Position) -> Markdown:
    """Return the key figures of the page."""
    cards = [
        KeyFigure(
            percent(now.value, 2),
            f"av invånarna {now.year}",
            f"{context.municipality.name}, N31807, observerad",
        ),
        KeyFigure(percent(now.riket, 2), f"i riket {now.year}", "samma mått"),
        KeyFigure(
            percent(now.comparable_median, 2),
            f"median, {context.catalogue.groups[context.run.jamforelse].titel}",
            f"{now.comparable_count} kommuner med uppgift {now.year}",
        ),
        KeyFigure(f"{now.rank} av {now.ranked}", "plats bland kommunerna", "1 är lägst andel"),
    ]
    if now.persons is not None:
        cards.append(
            KeyFigure(
                about(now.persons, -2),
                "personer",
                f"andelen gånger folkmängden {now.population_year}",
            )
        )
    adults = series(context.documented, ADULT_SHARE, context.run.kommun)
    months = month_series(context, ADULT_SHARE)
    if months is not None and len(months.final):
        adults = months.final
    if not adults.empty:
        period = str(adults.index[-1])
        cards.append(
            KeyFigure(
                percent(float(adults.iloc[-1]), 2), f"vuxna, {period_name(period)}", "nämndens indikator"
            )
        )
    return key_figures(cards)


def trend_figure(context: RunContext, shares: pd.DataFrame, now: Position) -> Markdown:
    """Draw the municipality, riket and the comparison group over all years to the position's, with the target."""
    shares = shares.loc[:, : now.year]
    figure, axes = theme.new_figure()
    years = shares.columns.to_numpy()
    shown = [RIKET, context.run.kommun, *(item.code for item in context.comparable)]
    for item in context.comparable:
        axes.plot(years, shares.loc[item.code], color=theme.OTHERS, linewidth=1.1)
    axes.plot(years, shares.loc[RIKET], **theme.LINES["riket"].kwargs())
    axes.plot(years, shares.loc[context.run.kommun], **theme.LINES["kommun"].kwargs())
    median = shares.loc[[item.code for item in context.comparable]].median()
    axes.plot(years, median, color=theme.COMPARABLE, linestyle=":", linewidth=2.2)
    ends = [now.value, now.riket, now.comparable_median]
    texts = [
        context.municipality.name,
        "Riket",
        f"Median, {context.catalogue.groups[context.run.jamforelse].titel}",
    ]
    colors = [theme.OWN, theme.RIKET, theme.COMPARABLE]
    heights = theme.spread_labels(ends, 0.058 * float(np.nanmax(shares.loc[shown])))
    for height, text, color in zip(heights, texts, colors, strict=True):
        theme.label_line(axes, now.year, height, text, color)
    target = context.target
    if target is not None and target.matt == context.run.matt:
        text = f"Målet: {target.level_text} senast {period_name(target.senast)}"
        crowded = min(abs(height - target.niva) for height in heights) < 0.1 * float(
            np.nanmax(shares.loc[shown])
        )
        theme.target_line(axes, target.niva, text, above=max(ends) < target.niva, left=crowded)
    axes.set_ylim(bottom=0)
    axes.set_xlim(years[0] - 0.3, now.year + 4.2)
    theme.whole_years(axes, int(years[0]), now.year)
    theme.swedish_axis(axes, digits=0, unit="%")
    events = mark_events(axes, context.events, until=now.year + 0.5)
    axes.set_title("Andel av invånarna som fått ekonomiskt bistånd under året")
    names = {RIKET: "Riket", **{item.code: item.name for item in (context.municipality, *context.comparable)}}
    data = shares.loc[list(names)].rename(index=names).T.round(4).reset_index(names="år")
    alt = (
        f"Linjediagram {years[0]}–{now.year}. {context.municipality.name} hade {percent(now.peak, 2)} som högst "
        f"({now.peak_year}) och {percent(now.value, 2)} {now.year}. Riket hade {percent(now.riket, 2)} {now.year}, medianen "
        f"av jämförda kommuner {percent(now.comparable_median, 2)}.{events}"
    )
    caption = (
        f"Andel invånare med ekonomiskt bistånd, {context.municipality.name}, riket och jämförbara kommuner"
    )
    lines = dict(zip(texts, (names[context.run.kommun], "Riket", texts[2]), strict=True))
    words = told(data.set_index("år").assign(**{texts[2]: median.to_numpy()}), lines)
    return publish_figure(
        figure, name="trend", caption=caption, alt=alt, data=data, output=context.output, told=words
    )


def change_since_previous(context: RunContext, now: Position) -> Markdown:
    """Say what is new since the previous run of the same plan: new years and documents, and a moved position."""
    before_context = context.previous
    if before_context is None:
        return paragraphs(f"{first_run_words(context.run)}; det finns ingen tidigare att jämföra med.")
    before = position(before_context)
    lines = [
        f"Förra körningen ({period_name(before_context.run.period)}) byggde på uppgifter till och med {before.year}: "
        f"{percent(before.value, 2)}, plats {before.rank} av {before.ranked}."
    ]
    if now.year > before.year:
        lines.append(
            f"Nu finns {now.year} med: {percent(now.value, 2)}, plats {now.rank} av {now.ranked}. "
            f"Skillnaden mellan åren är {points(now.value - before.value)}."
        )
    else:
        lines.append("Inget nytt årsvärde har publicerats sedan dess.")
    known = set(
        map(tuple, before_context.observations[["measure_id", "period", "gender", "kommun_kod"]].to_numpy())
    )
    own = context.observations[context.observations["kommun_kod"] == context.run.kommun]
    new = [
        row
        for row in own[["measure_id", "period", "gender", "kommun_kod"]].to_numpy()
        if tuple(row) not in known
    ]
    names = sorted({context.catalogue.measure(row[0]).kort for row in new})
    if names:
        more = f" och {len(names) - LONGEST_LIST} mått till" if len(names) > LONGEST_LIST else ""
        told = ", ".join(names[:LONGEST_LIST]) if more else sentence_list(names)
        lines.append(f"Nya uppgifter om kommunen gäller: {told}{more}.")
    return paragraphs(*lines)


def measures_shown(context: RunContext) -> tuple[str, ...]:
    """Return the measures that the page argues with, of those that were known."""
    own = context.observations[context.observations["kommun_kod"] == context.run.kommun]
    known = set(own.dropna(subset=["value"])["measure_id"])
    return tuple(name for name in (context.run.matt, ADULT_SHARE, STATED_MEASURE) if name in known)
