"""The page Sverige: map, table, distributions, and who fell fastest."""

from __future__ import annotations

import html
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.collections import PolyCollection

from analysis.answers.country import SPAN, Country
from analysis.answers.municipality import record
from analysis.pages.parts import theme
from analysis.pages.parts.figure import publish_figure
from analysis.pages.parts.hover import told
from analysis.pages.parts.markdown import KeyFigure, Markdown, conclusion, key_figures, paragraphs
from analysis.pages.parts.table import Column, table
from analysis.pages.sweden.data import CLASSES, interactive, map_shapes, series_data, spark, write_script
from analysis.runs.national import NationalContext
from analysis.sources.geometry import read_outlines
from analysis.sources.observation import RIKET
from foundation.swedish import apart, count, decimal, interval, percent

_SHADES = ("#eef4fa", "#d3e3f2", "#b0cce6", "#84aed6", "#568cc0", "#2f69a3", "#123f73")
_UNKNOWN = "#e2e2e2"
_VERDICTS = {-1: "lägre än väntat", 0: "som väntat", 1: "högre än väntat"}


def in_short(found: Country) -> Markdown:
    """Return the conclusion about the country."""
    now, before = (float(found.levels.loc[RIKET, year]) for year in (found.year, found.year - 1))
    places = found.levels.drop(index=RIKET)[found.year].dropna()
    low, high = places.quantile([0.1, 0.9])
    position = found.table["position"].dropna()
    return conclusion(
        f"**{found.year} fick {percent(now, 2)} av landets invånare ekonomiskt bistånd någon gång under året**, "
        f"{apart(now - before, 'mer än året före', 'mindre än året före', 'lika mycket som året före')}.",
        f"Åtta av tio kommuner ligger mellan {decimal(low, 2)} och {percent(high, 2)}.",
        f"Sedan {found.year - SPAN} har andelen minskat i {int((found.table['yearly'] < 0).sum())} av {len(position)} "
        f"kommuner. Mot det väntade hamnade {int((position < 0.1).sum())} lägre och {int((position > 0.9).sum())} högre.",
    )


def cards(found: Country) -> Markdown:
    """Return the key figures: the record of all pages' forecasts together among them."""
    every = record(found.record)
    missing = int(found.levels.drop(index=RIKET)[found.year].isna().sum())
    return key_figures(
        [
            KeyFigure(
                percent(float(found.levels.loc[RIKET, found.year]), 2),
                f"av invånarna {found.year}",
                "riket, observerad",
            ),
            KeyFigure(count(len(found.table)), "kommuner", f"{missing} saknar uppgift för {found.year}"),
            KeyFigure(
                percent(100 * every.inside / every.forecasts, 0),
                "av tidigare prognoser inom",
                f"80 procents intervall; {count(every.forecasts)} prognoser",
            ),
        ]
    )


def map_figure(context: NationalContext, found: Country) -> Markdown:
    """Draw the map; with script it can be turned to another year and measure."""
    write_script(context.output, "sverige", "bistandSverige", series_data(context, found))
    write_script(context.output, "karta", "bistandKarta", map_shapes(context, found))
    outlines = read_outlines(context.project.raw)
    values = found.levels[found.year]
    figure, axes = theme.new_figure(5.2, 8.6)
    for code, rings in outlines.items():
        value = values.get(code, np.nan)
        shade = (
            _SHADES[int(np.searchsorted(CLASSES, value, side="right"))] if np.isfinite(value) else _UNKNOWN
        )
        hatch = None if np.isfinite(value) else "////"
        axes.add_collection(
            PolyCollection(rings, facecolor=shade, edgecolor="#7a8793", linewidth=0.25, hatch=hatch)
        )
    axes.autoscale()
    axes.set_aspect("equal")
    axes.set_axis_off()
    bounds = [
        "under 1",
        *(f"{decimal(a)}–{decimal(b)}" for a, b in pairwise(CLASSES)),
        "4 eller mer",
    ]
    handles = [axes.scatter([], [], marker="s", s=90, color=shade, edgecolor="#7a8793") for shade in _SHADES]
    handles.append(axes.scatter([], [], marker="s", s=90, color=_UNKNOWN, edgecolor="#7a8793"))
    axes.legend(
        handles, [*bounds, "uppgift saknas"], title="Procent av invånarna", loc="upper left", fontsize=9
    )
    known = values.drop(index=RIKET).dropna()
    top, bottom = (
        context.catalogue.municipality(str(code)).name for code in (known.idxmax(), known.idxmin())
    )
    data = pd.DataFrame(
        {
            "kod": found.table.index,
            "kommun": [context.catalogue.municipality(code).name for code in found.table.index],
            f"andel {found.year}": values.reindex(found.table.index).round(3),
        }
    )
    return publish_figure(
        figure,
        name="karta",
        caption=f"Andel av invånarna med ekonomiskt bistånd {found.year}, alla kommuner",
        alt=(
            f"Karta över landets kommuner {found.year}. Högst andel har {top} ({percent(float(known.max()), 2)}), lägst "
            f"{bottom} ({percent(float(known.min()), 2)}). {int(values.isna().sum())} kommuner saknar uppgift och är "
            "streckade. Alla värden står i tabellen på sidan."
        ),
        data=data,
        output=context.output,
    )


def live_map(context: NationalContext, found: Country) -> Markdown:
    """Return the map that can be turned, with the static one as what stands without script."""
    return interactive("karta", ("sverige", "karta"), map_figure(context, found))


def town_table(context: NationalContext, found: Country) -> Markdown:
    """Return all municipalities: level, change, the years as a line, and how the last years compare with the expected."""
    rows = []
    for code, row in found.table.iterrows():
        town = context.catalogue.municipality(str(code))
        rows.append(
            {
                "name": f'<a href="kommun/{town.page_name}.html">{html.escape(town.name)}</a>',
                "county": town.county,
                "level": found.levels.loc[code, found.year],
                "change": found.levels.loc[code, found.year] - found.levels.loc[code, found.year - 1],
                "spark": spark(found.levels.loc[code]),
                "yearly": row["yearly"],
                "verdict": _verdict(row["position"]),
                "normal": _normal(found.levels.loc[code, found.year], row),
            }
        )
    columns = [
        Column("name", "Kommun", "html"),
        Column("county", "Län", filter=True),
        Column("level", f"Andel {found.year}", "number", 2, unit="%"),
        Column("change", f"Ändring sedan {found.year - 1}", "number", 2, sign=True, unit="procentenheter"),
        Column("spark", f"{int(found.levels.columns[0])}–{found.year}", "html"),
        Column("yearly", f"Per år sedan {found.year - SPAN}", "number", 1, sign=True, unit="%"),
        Column("verdict", "Mot väntat", filter=True),
        Column("normal", "Nivå mot liknande", filter=True),
    ]
    first = found.year - SPAN
    return table(
        pd.DataFrame(rows),
        columns,
        caption=f"Alla kommuner, {found.year}",
        sortable=True,
        note=(
            f"Mot väntat: utfallet {found.year} mot det som modellen hade sagt {first}; under eller över 80 procents "
            "intervall är lägre eller högre än väntat. Nivå mot liknande: mot kommuner med samma storlek, arbetslöshet och "
            "historia. – uppgift saknas."
        ),
    )


def _verdict(position: float) -> str:
    if not np.isfinite(position):
        return "uppgift saknas"
    return _VERDICTS[-1 if position < 0.1 else 1 if position > 0.9 else 0]


def _normal(level: float, row: pd.Series) -> str:
    if not (np.isfinite(level) and np.isfinite(row["expected"])):
        return "uppgift saknas"
    return "lägre" if level < row["expected_low"] else "högre" if level > row["expected_high"] else "vanlig"


def spread_figure(context: NationalContext, found: Country) -> Markdown:
    """Draw how the municipalities are spread, year by year."""
    places = found.levels.drop(index=RIKET)
    shares = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
    spread = places.quantile(list(shares)).T
    years = places.columns.to_numpy(dtype=int)
    figure, axes = theme.new_figure()
    axes.fill_between(years, spread[0.05], spread[0.95], color=theme.BAND_WIDE, alpha=0.5, linewidth=0)
    axes.fill_between(years, spread[0.1], spread[0.9], color=theme.BAND_WIDE, linewidth=0)
    axes.fill_between(years, spread[0.25], spread[0.75], color=theme.BAND_NARROW, linewidth=0)
    axes.plot(years, spread[0.5], **theme.LINES["kommun"].kwargs())
    axes.plot(years, found.levels.loc[RIKET], **theme.LINES["riket"].kwargs())
    ends = theme.spread_labels([float(spread[0.5].iloc[-1]), float(found.levels.loc[RIKET, found.year])], 0.4)
    theme.label_line(axes, found.year, ends[0], "Mittersta kommunen", theme.OWN)
    theme.label_line(axes, found.year, ends[1], "Riket", theme.RIKET)
    axes.set_ylim(bottom=0)
    axes.set_xlim(years[0] - 0.3, found.year + 4.2)
    theme.whole_years(axes, int(years[0]), found.year)
    theme.swedish_axis(axes, digits=0, unit="%")
    axes.set_title("Så är kommunerna spridda: hälften, 80 och 90 procent")
    names = {share: f"{share * 100:.0f} procent under" for share in shares}
    return publish_figure(
        figure,
        name="spridning",
        caption="Kommunernas spridning: den mittersta, och banden som rymmer hälften, 80 och 90 procent av dem",
        alt=(
            f"Banddiagram {years[0]}–{found.year}. Den mittersta kommunen hade {percent(float(spread[0.5].iloc[0]), 2)} "
            f"{years[0]} och {percent(float(spread[0.5].iloc[-1]), 2)} {found.year}. Åtta av tio kommuner låg {found.year} "
            f"mellan {decimal(float(spread[0.1].iloc[-1]), 2)} och {percent(float(spread[0.9].iloc[-1]), 2)}."
        ),
        data=spread.rename(columns=names).round(3).reset_index(names="år"),
        output=context.output,
        told=told(
            spread.assign(riket=found.levels.loc[RIKET]),
            {"mittersta kommunen": 0.5, "riket": "riket"},
            {"hälften": (0.25, 0.75), "åtta av tio": (0.1, 0.9)},
        ),
    )


def fallen_table(context: NationalContext, found: Country, top: int = 15) -> Markdown:
    """Return who has fallen fastest lately, beside what was to be expected."""
    chosen = found.table.dropna(subset=["yearly"]).sort_values("yearly", kind="stable").head(top)
    rows = [
        {
            "name": context.catalogue.municipality(str(code)).name,
            "start": row["start"],
            "now": found.levels.loc[code, found.year],
            "yearly": row["yearly"],
            "foreseen": f"{interval(row['foreseen_low'], row['foreseen_high'])}",
            "verdict": _verdict(row["position"]) + (" (språng i källan?)" if code in found.suspects else ""),
        }
        for code, row in chosen.iterrows()
    ]
    columns = [
        Column("name", "Kommun"),
        Column("start", f"Andel {found.year - SPAN}", "number", 2, unit="%"),
        Column("now", f"Andel {found.year}", "number", 2, unit="%"),
        Column("yearly", "Per år", "number", 1, sign=True, unit="%"),
        Column("foreseen", f"Väntat {found.year}, 80 % säkerhet (%)"),
        Column("verdict", "Mot väntat"),
    ]
    return table(
        pd.DataFrame(rows),
        columns,
        caption=f"De {top} som minskat mest sedan {found.year - SPAN}",
        sortable=True,
    )


def fallen_text(found: Country) -> Markdown:
    """Say how to read the list."""
    position = found.table["position"].dropna()
    by_chance = round(0.1 * len(position))
    return paragraphs(
        "En kommun överst på listan behöver inte ha gjort något särskilt: med så många kommuner är det alltid några som "
        "faller mycket av en slump, och de som låg tillfälligt högt faller tillbaka. "
        f"Av {len(position)} kommuner väntas omkring {by_chance} hamna under sitt intervall utan någon orsak alls; nu är "
        f"det {int((position < 0.1).sum())}. Över sitt intervall hamnade {int((position > 0.9).sum())}: landet som helhet "
        "minskade långsammare än väntat."
        if (position > 0.9).sum() > by_chance
        else "En kommun överst på listan behöver inte ha gjort något särskilt: med så många kommuner är det alltid några "
        f"som faller mycket av en slump. Av {len(position)} väntas omkring {by_chance} hamna under sitt intervall utan "
        f"någon orsak alls; nu är det {int((position < 0.1).sum())}."
    )


def record_text(found: Country) -> Markdown:
    """Say how all pages' forecasts have gone together."""
    complete = found.record[found.record["kommun_kod"].isin(found.complete)]
    every = record(found.record)
    cells = complete.groupby(["origin", "horizon"])
    wis = float(cells["score"].mean().mean())
    inside = float(cells["hit80"].mean().mean())
    return paragraphs(
        f"Alla sidors prognoser är prövade tillsammans: {count(every.forecasts)} prognoser gjorda {every.first}–"
        f"{every.last} mot det som sedan hände. Bland de {len(found.complete)} kommuner som har uppgift för varje år är "
        f"träffen (WIS) {decimal(wis, 3)} procentenheter och {percent(100 * inside, 0)} hamnade inom 80 procents intervall. "
        "Det är samma tal som i jämförelsen med andra modeller, eftersom det är samma prognoser."
    )
