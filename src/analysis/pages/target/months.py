"""Notebook 04: the months ahead as sentences, a figure and a table."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.answers.month_forecast import ENOUGH, LOOK, MonthForecast, MonthState
from analysis.answers.months import HOW_TO
from analysis.calendar import centre, period_name
from analysis.pages.parts import theme
from analysis.pages.parts.figure import publish_figure
from analysis.pages.parts.markdown import Markdown, capitalise, lower_first, paragraphs
from analysis.pages.parts.table import Column, table
from analysis.pages.position.months import draw_months, month_axis
from analysis.runs import RunContext
from foundation.swedish import count, decimal

SAME_MONTH: Final = "Samma månad, senast känd"


def forecast_text(context: RunContext, state: MonthState) -> Markdown:
    """Say what the months forecast and how well that has gone; or why there is none."""
    if state.months is None:
        return paragraphs(HOW_TO)
    if state.forecast is None:
        return paragraphs(_no_forecast(context, state))
    found = state.forecast
    months = len(found.months.final)
    about = "en slutlig månad" if months == 1 else f"{count(months)} slutliga månader"
    return paragraphs(
        _place(context, found),
        f"Prognosen gäller {lower_first(found.months.measure.namn)} och bygger på {about}. Bredvid står den naiva: samma "
        "månad senast den var känd, i regel förra året.",
        " ".join(found.reasons),
        _misses_text(found),
    )


def _no_forecast(context: RunContext, state: MonthState) -> str:
    months = state.months
    if months is None:
        return ""
    if context.target is not None and context.target.matt == months.measure_id:
        return "Målets tid är ute, så månaderna räknas inte framåt här."
    known = len(months.final)
    final = "en slutlig månad" if known == 1 else f"{known} slutliga månader"
    return (
        f"**För kort serie.** {months.measure.namn} är känt för {final}. Det behövs {ENOUGH}, två av varje "
        "kalendermånad, för att skilja årstid från utveckling. Därför visas ingen månadsprognos."
    )


def _place(context: RunContext, found: MonthForecast) -> str:
    """Say how the months' forecast and the target's answer belong together."""
    if found.of_target:
        return (
            "**Det är samma prognos som i sidans svar**, månad för månad: sannolikheten, medianen och intervallen ovan är "
            "lästa av de här framtiderna."
        )
    return (
        ""
        if context.target is None
        else "Målet gäller ett annat mått, så månadsserien ger ingen sannolikhet för målet."
    )


def _misses_text(found: MonthForecast) -> str:
    if found.misses is None:
        return "Serien är för kort för att pröva prognosen mot egna tidigare månader."
    own, naive = found.misses
    share = found.months.measure.enhet == "procent"
    digits = found.months.measure.decimaler + 1 if share else 0
    unit = "procentenheter" if found.months.measure.enhet == "procent" else "i antal"
    verdict = "bättre än" if own < naive else "inte bättre än"
    return (
        f"Prövad på seriens senaste månader, en till {LOOK} månader framåt och utan årsstatistiken, missade modellen i "
        f"genomsnitt med {decimal(own, digits)} och den naiva med {decimal(naive, digits)} ({unit}): modellen var {verdict} "
        "den naiva."
    )


def month_fan(context: RunContext, state: MonthState) -> Markdown:
    """Draw the months, the fan and the naive forecast; nothing without a forecast."""
    found = state.forecast
    if found is None:
        return paragraphs("")
    months, fan, naive = found.months, found.paths.fan(), found.same_month
    figure, axes = theme.new_figure()
    x = np.array([centre(str(period)) for period in fan.index])
    axes.fill_between(x, fan["low95"], fan["high95"], color=theme.BAND_WIDE, alpha=0.45, linewidth=0)
    axes.fill_between(x, fan["low80"], fan["high80"], color=theme.BAND_WIDE, linewidth=0)
    axes.fill_between(x, fan["low50"], fan["high50"], color=theme.BAND_NARROW, linewidth=0)
    axes.plot(x, fan["median"], color=theme.FORECAST, linewidth=1.8, linestyle=(0, (4, 2)), label="Prognos")
    axes.plot(
        x,
        naive,
        color=theme.RIKET,
        linestyle="",
        marker="x",
        markersize=5,
        label=SAME_MONTH,
    )
    draw_months(axes, months, theme.LINES["kommun"])
    share = months.measure.enhet == "procent"
    target = context.target
    if target is not None and target.matt == months.measure_id:
        theme.target_line(axes, target.niva, f"Målet: {target.level_text}", above=False)
    axes.set_ylim(0, 1.12 * max(float(fan["high95"].max()), float(months.value.max())))
    month_axis(axes, str(months.value.index[0]), str(fan.index[-1]))
    theme.swedish_axis(axes, digits=1 if share else 0, unit="%" if share else "")
    axes.set_title(months.measure.namn)
    axes.legend(loc="lower left", fontsize=9)
    last, end = fan.iloc[-1], str(fan.index[-1])
    digits = months.measure.decimaler
    return publish_figure(
        figure,
        name="manadsprognos",
        caption=f"Månadsprognos, {context.municipality.name}: median och intervall på 50, 80 och 95 procent; "
        "ofyllda punkter är preliminära och används inte",
        alt=f"Solfjäderdiagram per månad. Senast slutliga värde är {decimal(float(months.final.iloc[-1]), digits)} "
        f"({period_name(str(months.final.index[-1]))}). Prognosens median för {period_name(end)} är "
        f"{decimal(float(last['median']), digits)}, med 80 procents intervall {decimal(float(last['low80']), digits)} till "
        f"{decimal(float(last['high80']), digits)}.",
        data=_fan_data(found),
        output=context.output,
    )


def _fan_data(found: MonthForecast) -> pd.DataFrame:
    fan = found.paths.fan().assign(**{lower_first(SAME_MONTH): found.same_month})
    return fan.round(found.months.measure.decimaler + 1).rename_axis("period").reset_index()


def month_forecast_table(context: RunContext, state: MonthState) -> Markdown:
    """Return the forecast month by month beside the naive one; nothing without a forecast."""
    found = state.forecast
    if found is None:
        return paragraphs("")
    fan = found.paths.fan()
    digits = found.months.measure.decimaler
    unit = "%" if found.months.measure.enhet == "procent" else ""
    frame = pd.DataFrame(
        {
            "month": [capitalise(period_name(str(period))) for period in fan.index],
            "median": fan["median"].to_numpy(),
            "interval": [
                f"{decimal(low, digits)} till {decimal(high, digits)}"
                for low, high in zip(fan["low80"], fan["high80"], strict=True)
            ],
            "naive": found.same_month.to_numpy(),
        }
    )
    columns = [
        Column("month", "Månad"),
        Column("median", "Prognos", "number", digits, unit=unit),
        Column("interval", "80 procents intervall"),
        Column("naive", SAME_MONTH, "number", digits, unit=unit),
    ]
    return table(frame, columns, caption=f"Månadsprognos: {lower_first(found.months.measure.namn)}")
