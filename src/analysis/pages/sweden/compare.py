"""The page Jämför: chosen municipalities together; without script the largest ones and a table of all."""

from __future__ import annotations

import pandas as pd

from analysis.answers.country import Country
from analysis.pages.parts import theme
from analysis.pages.parts.figure import publish_data, publish_figure
from analysis.pages.parts.markdown import Markdown
from analysis.pages.parts.table import Column, table
from analysis.pages.sweden.data import interactive, series_data, write_script
from analysis.runs.national import NationalContext
from analysis.sources.observation import RIKET
from foundation.swedish import percent

#: Shown before anyone has chosen: the largest.
SHOWN = 6
_COLORS = (theme.OWN, theme.TARGET, theme.MEN, theme.WOMEN, theme.SYNTHETIC, theme.COMPARABLE)
_DASHES = ("-", "--", "-.", ":", (0, (6, 2)), (0, (3, 1, 1, 1)))


def compare(context: NationalContext, found: Country) -> Markdown:
    """Return the comparison and the static figure that stands without script."""
    write_script(context.output, "sverige", "bistandSverige", series_data(context, found))
    return interactive("jamfor", ("sverige",), largest_figure(context, found))


def largest_figure(context: NationalContext, found: Country) -> Markdown:
    """Draw the six largest municipalities and riket."""
    codes = found.population.reindex(found.table.index).nlargest(SHOWN).index
    figure, axes = theme.new_figure()
    years = found.levels.columns.to_numpy(dtype=int)
    ends, texts, colors = [], [], []
    for code, color, dash in zip(codes, _COLORS, _DASHES, strict=True):
        own = found.levels.loc[code]
        axes.plot(years, own, color=color, linestyle=dash, linewidth=2)
        ends.append(float(own.dropna().iloc[-1]))
        texts.append(context.catalogue.municipality(str(code)).name)
        colors.append(color)
    axes.plot(years, found.levels.loc[RIKET], **theme.LINES["riket"].kwargs())
    ends.append(float(found.levels.loc[RIKET, found.year]))
    texts.append("Riket")
    colors.append(theme.RIKET)
    heights = theme.spread_labels(ends, 0.06 * float(found.levels.loc[codes].max().max()))
    for height, text, color in zip(heights, texts, colors, strict=True):
        theme.label_line(axes, found.year, height, text, color)
    axes.set_ylim(bottom=0)
    axes.set_xlim(years[0] - 0.3, found.year + 3)
    theme.whole_years(axes, int(years[0]), found.year)
    theme.swedish_axis(axes, digits=0, unit="%")
    axes.set_title("Andel av invånarna som fått ekonomiskt bistånd under året")
    data = pd.DataFrame({text: found.levels.loc[code] for code, text in zip(codes, texts, strict=False)})
    data["Riket"] = found.levels.loc[RIKET]
    said = ", ".join(f"{text} {percent(end, 2)}" for text, end in zip(texts, ends, strict=True))
    return publish_figure(
        figure,
        name="storsta",
        caption="De sex största kommunerna och riket",
        alt=f"Linjediagram {years[0]}–{found.year}. Senast kända värden: {said}.",
        data=data.round(3).reset_index(names="år"),
        output=context.output,
    )


def level_table(context: NationalContext, found: Country) -> Markdown:
    """Return all municipalities' values of the last years; all years are in the CSV."""
    years = [int(year) for year in found.levels.columns][-6:]
    names = [context.catalogue.municipality(str(code)).name for code in found.levels.index]
    whole = found.levels.round(3).reset_index(names="kod")
    whole.insert(1, "kommun", names)
    publish_data(whole, name="alla-kommuner", output=context.output)
    frame = found.levels[years].rename(columns=str)
    frame.insert(0, "name", names)
    columns = [
        Column("name", "Kommun"),
        *(Column(str(year), str(year), "number", 2, unit="%") for year in years),
    ]
    text = table(
        frame,
        columns,
        caption=f"Andel av invånarna med ekonomiskt bistånd, {years[0]}–{years[-1]}",
        sortable=True,
        note="– uppgift saknas.",
    )
    return text + Markdown("[Alla kommuner och år (CSV)](data/alla-kommuner.csv)\n")
