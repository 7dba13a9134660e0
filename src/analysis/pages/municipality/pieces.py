"""Figures and tables of a municipality's page."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.answers.country import Country
from analysis.answers.municipality import Place
from analysis.pages.municipality.text import near_rule, year_list
from analysis.pages.parts import theme
from analysis.pages.parts.figure import publish_figure
from analysis.pages.parts.hover import told
from analysis.pages.parts.markdown import Markdown
from analysis.pages.parts.table import Column, table
from analysis.runs.national import NationalContext
from analysis.sources.observation import RIKET
from foundation.swedish import decimal, percent

#: What the columns of a forecast are called where a reader meets them.
FAN_NAMES = {"median": "prognos, median"} | {
    f"{end}{share}": f"prognos, {word} ({share} %)"
    for share in (50, 80, 90, 95)
    for end, word in (("low", "lägst"), ("high", "högst"))
}


def development_figure(context: NationalContext, found: Country, here: Place) -> Markdown:
    """Draw known values, riket, the comparable's median and the forecast."""
    name = context.catalogue.municipality(here.code).name
    years = found.levels.columns.to_numpy(dtype=int)
    own = found.levels.loc[here.code]
    median = found.levels.loc[list(here.near)].median()
    figure, axes = theme.new_figure()
    start = pd.DataFrame([{**dict.fromkeys(here.fan.columns, here.level), "year": here.year}])
    fan = pd.concat([start, here.fan], ignore_index=True)
    for low, high, color, alpha in (
        ("low95", "high95", theme.BAND_WIDE, 0.45),
        ("low80", "high80", theme.BAND_WIDE, 1.0),
        ("low50", "high50", theme.BAND_NARROW, 1.0),
    ):
        axes.fill_between(fan["year"], fan[low], fan[high], color=color, alpha=alpha, linewidth=0)
    axes.plot(fan["year"], fan["median"], color=theme.FORECAST, linewidth=1.8, linestyle=(0, (4, 2)))
    axes.plot(years, median, color=theme.COMPARABLE, linestyle=":", linewidth=2.2)
    axes.plot(years, found.levels.loc[RIKET], **theme.LINES["riket"].kwargs())
    axes.plot(years, own, **theme.LINES["kommun"].kwargs())
    top = float(np.nanmax([own.max(), found.levels.loc[RIKET].max(), median.max(), fan["high95"].max()]))
    last = fan.iloc[-1]
    ends = [float(last["median"]), float(found.levels.loc[RIKET, found.year]), float(median[found.year])]
    heights = theme.spread_labels(ends, 0.06 * top)
    theme.label_line(axes, float(last["year"]), heights[0], name, theme.OWN)
    theme.label_line(axes, float(last["year"]), heights[1], "Riket", theme.RIKET)
    theme.label_line(axes, float(last["year"]), heights[2], "Jämförbara", theme.COMPARABLE)
    axes.set_ylim(0, 1.05 * top)
    axes.set_xlim(years[0] - 0.3, float(last["year"]) + 3.2)
    theme.whole_years(axes, int(years[0]), int(last["year"]))
    theme.swedish_axis(axes, digits=0, unit="%")
    axes.set_title("Andel av invånarna som fått ekonomiskt bistånd under året")
    data = pd.DataFrame(
        {"år": years, name: own, "Riket": found.levels.loc[RIKET], "Jämförbara, median": median}
    ).merge(here.fan.rename(columns={"year": "år"} | FAN_NAMES), on="år", how="outer")
    lines = {text: text for text in (name, "Riket", "Jämförbara, median")}
    words = told(
        data.set_index("år"),
        lines | {"Prognos, median": FAN_NAMES["median"]},
        {"80 % säkerhet": (FAN_NAMES["low80"], FAN_NAMES["high80"])},
    )
    gap = f" Uppgift saknas för {year_list(here.missing)}." if here.missing else ""
    alt = (
        f"Linjediagram {years[0]}–{int(last['year'])}. {name} hade som högst {percent(float(here.own.max()), 2)} "
        f"({int(here.own.idxmax())}) och {percent(here.level, 2)} {here.year}. Prognosens median {int(last['year'])} är "
        f"{percent(last['median'], 2)}, med 80 procents intervall {decimal(last['low80'], 2)}–{decimal(last['high80'], 2)} "
        f"procent.{gap}"
    )
    return publish_figure(
        figure,
        name=f"utveckling-{here.code}",
        caption=f"{name}: kända år och prognos med intervall på 50, 80 och 95 procent",
        alt=alt,
        data=data.round(4),
        output=context.output,
        raster=False,
        told=words,
    )


def near_table(context: NationalContext, found: Country, here: Place) -> Markdown:
    """Return the municipality, the comparable and riket by level."""
    rows = [
        {
            "code": code,
            "name": context.catalogue.municipality(code).name,
            "level": found.levels.loc[code, here.year],
            "change": found.levels.loc[code, here.year] - found.levels.loc[code, here.year - 5],
            "population": found.population.get(code, np.nan),
            "unemployment": found.unemployment.get(code, np.nan),
        }
        for code in (here.code, *here.near, RIKET)
    ]
    frame = pd.DataFrame(rows).sort_values("level", kind="stable", na_position="last")
    columns = [
        Column("name", "Kommun"),
        Column("level", f"Andel {here.year}", "number", 2, unit="%"),
        Column("change", f"Ändring sedan {here.year - 5}", "number", 2, sign=True, unit="procentenheter"),
        Column("population", f"Folkmängd {found.population_year}", "number", 0),
        Column("unemployment", f"Arbetslöshet {found.unemployment_year}", "number", 1, unit="%"),
    ]
    name = context.catalogue.municipality(here.code).name
    return table(
        frame,
        columns,
        caption=f"{name} bland jämförbara kommuner, {here.year}",
        sortable=True,
        highlight=lambda row: row["code"] == here.code,
        note=f"{near_rule(found)} – uppgift saknas.",
    )


def forecast_table(here: Place) -> Markdown:
    """Return the forecast by year."""
    columns = [
        Column("year", "År"),
        Column("median", "Median", "number", 2, unit="%"),
        Column("low80", "Lägst, 80 % säkerhet", "number", 2, unit="%"),
        Column("high80", "Högst, 80 % säkerhet", "number", 2, unit="%"),
        Column("low95", "Lägst, 95 % säkerhet", "number", 2, unit="%"),
        Column("high95", "Högst, 95 % säkerhet", "number", 2, unit="%"),
    ]
    frame = here.fan.assign(year=[str(int(year)) for year in here.fan["year"]])
    return table(frame, columns, caption="Prognos för andelen av invånarna")
