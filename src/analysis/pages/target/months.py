"""Notebook 04: forecast of the monthly series, beside the same month last year, and what it says of the target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.answers.months import ADULT_SHARE, ADULTS, HOUSEHOLDS, HOW_TO, MonthSeries, month_series
from analysis.forecasts.distribution import SamplePaths
from analysis.forecasts.models import forecast_series
from analysis.forecasts.monthly import prepare_months
from analysis.forecasts.periods import centre, following, steps_between
from analysis.forecasts.target import probability_words
from analysis.pages.parts import theme
from analysis.pages.parts.figure import publish_figure
from analysis.pages.parts.markdown import Markdown, capitalise, paragraphs
from analysis.pages.parts.table import Column, table
from analysis.pages.position.months import draw_months, month_axis
from analysis.runs import RunContext, period_name
from analysis.swedish import decimal, probability

#: Two of every month: fewer cannot tell season from development.
ENOUGH: Final = 24
#: Months ahead at least, and at most.
AHEAD: Final = 6
FARTHEST: Final = 24
DRAWS: Final = 4000
MODEL: Final = "structural"
#: How many of the newest months the past forecasts start from, and how far ahead they look.
ORIGINS: Final = 6
LOOK: Final = 3


@dataclass(frozen=True)
class MonthForecast:
    """What the section on months knows.

    Attributes
    ----------
    months
        The series forecast, as shown.
    paths, naive
        Paths of the structural model and of the seasonal naive one (the same month a year earlier).
    reasons
        What was done to the series, in Swedish.
    misses
        Mean absolute error of the two on the series' own newest months, in the measure's unit; None if too short.
    """

    months: MonthSeries
    paths: SamplePaths
    naive: SamplePaths
    reasons: tuple[str, ...]
    misses: tuple[float, float] | None


@dataclass(frozen=True)
class MonthState:
    """The series that was found, and the forecast if it is long enough for one."""

    months: MonthSeries | None
    forecast: MonthForecast | None


def open_months(context: RunContext) -> MonthState:
    """Find the monthly series (the adult share before adults before households) and forecast it if it can be."""
    rows = context.observations
    for measure_id in (ADULT_SHARE, ADULTS, HOUSEHOLDS):
        months = month_series(context, measure_id, rows=rows)
        if months is not None:
            enough = len(months.final) >= ENOUGH
            return MonthState(months, _forecast(context, months) if enough else None)
    return MonthState(None, None)


def _forecast(context: RunContext, months: MonthSeries) -> MonthForecast:
    prepared = prepare_months(months.value, preliminary=len(months.preliminary))
    series = prepared.series.loc[: prepared.series.last_valid_index()]
    origin = str(series.index[-1])
    target = context.target
    wanted = steps_between(origin, target.senast) if target and len(target.senast) == 7 else 0
    horizon = min(max(AHEAD, wanted, len(months.preliminary) + LOOK), FARTHEST)
    found, naive = (forecast_series(series, horizon, model, draws=DRAWS) for model in (MODEL, "naive"))
    if found.paths is None or naive.paths is None:
        raise ValueError(f"no value to forecast from in {months.measure.kort}")
    reasons = (*prepared.reasons, *found.reasons)
    return MonthForecast(months, found.paths, naive.paths, reasons, _misses(series))


def _misses(series: pd.Series[float]) -> tuple[float, float] | None:
    """Forecast the newest months from what stood before them; mean absolute error of the two models' medians."""
    starts = [cut for cut in range(len(series) - ORIGINS, len(series)) if series.iloc[:cut].count() >= ENOUGH]
    errors: list[tuple[float, float]] = []
    for cut in starts:
        known = series.iloc[:cut].loc[: series.iloc[:cut].last_valid_index()]
        steps = following(str(known.index[-1]), LOOK)
        medians = []
        for model in (MODEL, "naive"):
            paths = forecast_series(known, LOOK, model, draws=400).paths
            medians.append(np.median(paths.draws, axis=0) if paths is not None else np.full(LOOK, np.nan))
        for step, period in enumerate(steps):
            outcome = float(series.get(period, np.nan))
            errors.append((abs(medians[0][step] - outcome), abs(medians[1][step] - outcome)))
    known_errors = np.array([pair for pair in errors if np.isfinite(pair).all()])
    return (float(known_errors[:, 0].mean()), float(known_errors[:, 1].mean())) if len(known_errors) else None


def forecast_text(context: RunContext, state: MonthState) -> Markdown:
    """Say what the months forecast, how well that has gone, and what it says of the target; or why there is none."""
    if state.months is None:
        return paragraphs(HOW_TO)
    if state.forecast is None:
        known = len(state.months.final)
        return paragraphs(
            f"**För kort serie.** {state.months.measure.namn} är känt för {known} slutliga månader. Det behövs "
            f"{ENOUGH}, två av varje kalendermånad, för att skilja årstid från utveckling. Därför visas ingen månadsprognos."
        )
    found = state.forecast
    return paragraphs(
        target_sentence(context, found),
        f"Prognosen gäller {_lower(found.months.measure.namn)} och bygger på {len(found.months.final)} slutliga "
        "månader med årstidsmönster. Bredvid står den naiva: samma månad förra året.",
        " ".join(found.reasons),
        _misses_text(found),
    )


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def _misses_text(found: MonthForecast) -> str:
    if found.misses is None:
        return "Serien är för kort för att pröva prognosen mot egna tidigare månader."
    own, naive = found.misses
    share = found.months.measure.enhet == "procent"
    digits = found.months.measure.decimaler + 1 if share else 0
    unit = "procentenheter" if found.months.measure.enhet == "procent" else "i antal"
    verdict = "bättre än" if own < naive else "inte bättre än"
    return (
        f"Prövad på seriens senaste månader, en till {LOOK} månader framåt, missade modellen i genomsnitt med "
        f"{decimal(own, digits)} och den naiva med {decimal(naive, digits)} ({unit}): modellen var {verdict} den naiva."
    )


def target_probability(context: RunContext, found: MonthForecast) -> float | None:
    """Return P(target) off the monthly paths, or None when they do not speak of the target."""
    target = context.target
    if target is None or target.matt != found.months.measure_id or target.villkor != "högst":
        return None
    if target.senast not in found.paths.periods:
        return None
    return found.paths.probability_at_most(target.niva, target.senast)


def target_sentence(context: RunContext, found: MonthForecast) -> str:
    """Say how likely the target is by the months alone."""
    chance, target = target_probability(context, found), context.target
    if target is None:
        return ""
    if chance is None:
        return "Målet gäller ett annat mått eller en annan tid än månadsserien, så den ger ingen sannolikhet för målet."
    naive = found.naive.probability_at_most(target.niva, target.senast)
    return (
        f"**Enligt månadsserien ensam är sannolikheten {probability(chance)} att andelen är "
        f"{target.villkor} {decimal(target.niva, 1)} procent i {period_name(target.senast)}: {probability_words(chance)}.** "
        f"Den naiva prognosen ger {probability(naive)}. Sidans huvudprognos bygger på årsstatistiken och andra "
        "kommuners erfarenhet och av månaderna bara på december; den här använder alla månader men inget annat. Skiljer de "
        "sig åt är det ett mått på osäkerheten."
    )


def month_fan(context: RunContext, state: MonthState) -> Markdown:
    """Draw the months, the fan and the naive forecast; nothing without a forecast."""
    found = state.forecast
    if found is None:
        return paragraphs("")
    months, fan, naive = found.months, found.paths.fan(), found.naive.fan()
    figure, axes = theme.new_figure()
    x = np.array([centre(str(period)) for period in fan.index])
    axes.fill_between(x, fan["low95"], fan["high95"], color=theme.BAND_WIDE, alpha=0.45, linewidth=0)
    axes.fill_between(x, fan["low80"], fan["high80"], color=theme.BAND_WIDE, linewidth=0)
    axes.fill_between(x, fan["low50"], fan["high50"], color=theme.BAND_NARROW, linewidth=0)
    axes.plot(x, fan["median"], color=theme.FORECAST, linewidth=1.8, linestyle=(0, (4, 2)), label="Prognos")
    axes.plot(
        x,
        naive["median"],
        color=theme.RIKET,
        linestyle="",
        marker="x",
        markersize=5,
        label="Samma månad förra året",
    )
    draw_months(axes, months, theme.LINES["kommun"])
    share = months.measure.enhet == "procent"
    target = context.target
    if target is not None and target.matt == months.measure_id:
        theme.target_line(
            axes, target.niva, f"Målet: {target.villkor} {decimal(target.niva, 0)} %", above=False
        )
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
    fan = found.paths.fan().assign(naive_median=found.naive.fan()["median"])
    return fan.round(found.months.measure.decimaler + 1).rename_axis("period").reset_index()


def month_forecast_table(context: RunContext, state: MonthState) -> Markdown:
    """Return the forecast month by month beside the naive one; nothing without a forecast."""
    found = state.forecast
    if found is None:
        return paragraphs("")
    fan, naive = found.paths.fan(), found.naive.fan()
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
            "naive": naive["median"].to_numpy(),
        }
    )
    columns = [
        Column("month", "Månad"),
        Column("median", "Prognos", "number", digits, unit=unit),
        Column("interval", "80 procents intervall"),
        Column("naive", "Samma månad förra året", "number", digits, unit=unit),
    ]
    return table(frame, columns, caption=f"Månadsprognos: {_lower(found.months.measure.namn)}")


def month_facts(context: RunContext, state: MonthState) -> dict[str, object]:
    """Return what later pages need, JSON-ready: the measure, the newest final month and P(target)."""
    found = state.forecast
    if found is None:
        return {"measure": None, "probability": None}
    last = str(found.months.final.index[-1])
    return {
        "measure": found.months.measure_id,
        "last": last,
        "value": float(found.months.value[last]),
        "probability": target_probability(context, found),
    }
