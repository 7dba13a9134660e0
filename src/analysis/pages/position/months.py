"""Notebook 01: month by month, from the municipality's own figures where there are any."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.answers.months import (
    ADULT_SHARE,
    ADULTS,
    HOUSEHOLDS,
    HOW_TO,
    MonthSeries,
    month_series,
)
from analysis.calendar import centre, period_name
from analysis.pages.parts import theme
from analysis.pages.parts.figure import publish_figure
from analysis.pages.parts.markdown import LONGEST_LIST, Markdown, capitalise, paragraphs, sentence_list
from analysis.pages.parts.table import Column, table
from analysis.runs import RunContext
from analysis.sources.observation import STATUS_SV
from foundation.swedish import decimal, numbered, percent, points

SHOWN_MONTHS: Final = 13
PROTECTED: Final = STATUS_SV["suppressed"].split(" (")[0]
_FIRST: Final = (ADULTS, ADULT_SHARE, HOUSEHOLDS)
_CAPTIONS: Final = {
    ADULTS: "Vuxna",
    ADULT_SHARE: "Andel vuxna",
    "MANAD_LANGVARIGT": "Vuxna med långvarigt bistånd",
}
_GENDERS: Final = {"T": ("Alla", "kommun"), "K": ("Kvinnor", "kvinnor"), "M": ("Män", "man")}
_ROUNDED: Final = (
    "Antal under fem visas inte, och inte heller tal som skulle avslöja dem; övriga antal är avrundade till "
    "närmaste fem."
)


def all_series(context: RunContext) -> dict[tuple[str, str], MonthSeries]:
    """Return every monthly series of the municipality, by measure and gender: three first, the rest as catalogued."""
    rows = context.observations
    rows = rows[(rows["kommun_kod"] == context.run.kommun) & (rows["period"].str.len() == len("2024-10"))]
    found, known = {}, set(rows["measure_id"])
    for measure_id in (
        name for name in dict.fromkeys((*_FIRST, *context.catalogue.measures)) if name in known
    ):
        for gender in _GENDERS:
            months = month_series(context, measure_id, gender, rows=rows)
            if months is not None:
                found[measure_id, gender] = months
    return found


def month_text(context: RunContext) -> Markdown:
    """Say where the newest final month is against the same month a year earlier, or how to add months."""
    found = all_series(context)
    if not found:
        return paragraphs(HOW_TO)
    main = [found[key, "T"] for key in _FIRST if (key, "T") in found]
    sentences = [_year_sentence(months) for months in main]
    preliminary = sorted({month for months in found.values() for month in months.preliminary})
    if preliminary:
        sentences.append(
            f"Preliminärt: {_named(preliminary)}. Sena beslut tillkommer, så de talen brukar stiga."
        )
    counts = any(months.measure.enhet == "antal" for months in found.values())
    return paragraphs(" ".join(text for text in sentences if text), _ROUNDED if counts else "")


def _named(months: Sequence[str]) -> str:
    """Months by name while they are few, else how many there are and between which they lie."""
    if len(months) <= LONGEST_LIST:
        return sentence_list([period_name(month) for month in months])
    return f"{len(months)} månader från {period_name(months[0])} till {period_name(months[-1])}"


def _year_sentence(months: MonthSeries) -> str:
    if months.final.empty:
        return f"{months.measure.kort}: inget slutligt värde kan visas."
    month = str(months.final.index[-1])
    text = f"{months.measure.kort}: {_value(months, month)} i {period_name(month)}"
    change = months.year_change(month)
    if change is None:
        return f"{text}; samma månad året före är inte känd."
    return f"{text}, {_change(months, change)} mot samma månad året före."


def _value(months: MonthSeries, month: str) -> str:
    value = float(months.value[month])
    if months.measure.enhet == "procent":
        return percent(value, months.measure.decimaler)
    return decimal(value, months.measure.decimaler)


def _change(months: MonthSeries, change: float) -> str:
    if months.measure.enhet == "procent":
        return points(change, months.measure.decimaler)
    return "oförändrat" if change == 0 else decimal(change, months.measure.decimaler, sign=True)


def month_figure(context: RunContext) -> Markdown:
    """Draw adults by gender, and households, month by month; preliminary months open and dotted."""
    found = all_series(context)
    people = ADULTS if (ADULTS, "T") in found else ADULT_SHARE
    panels = [
        part
        for part in (
            [found[people, gender] for gender in _GENDERS if (people, gender) in found],
            [found[HOUSEHOLDS, "T"]] if (HOUSEHOLDS, "T") in found else [],
        )
        if part
    ]
    if not panels:
        return paragraphs("")
    figure, axes = theme.new_panels(len(panels), 1, height=1.2 + 3.0 * len(panels))
    for panel, part in zip(axes, panels, strict=True):
        _draw_panel(panel, part)
    shown = [months for part in panels for months in part]
    return publish_figure(
        figure,
        name="manader",
        caption=f"{context.municipality.name} månad för månad; ofyllda punkter är preliminära",
        alt=_alt(shown),
        data=_data(shown),
        output=context.output,
    )


def _draw_panel(axes: Axes, part: list[MonthSeries]) -> None:
    ends, texts, colors = [], [], []
    for months in part:
        label, style = _GENDERS[months.gender]
        draw_months(axes, months, theme.LINES[style])
        _name_preliminary(axes, months)
        known = months.value.dropna()
        if len(known):
            ends.append(float(known.iloc[-1]))
            texts.append(label if len(part) > 1 else "")
            colors.append(theme.LINES[style].color)
    top = max((float(months.value.max()) for months in part if months.value.notna().any()), default=1.0)
    last = max(centre(str(months.value.index[-1])) for months in part)
    heights = theme.spread_labels(ends, 0.1 * top)
    for height, text, color in zip(heights, texts, colors, strict=True):
        theme.label_line(axes, last, height, text, color, dx=9)
    first = min(centre(str(months.value.index[0])) for months in part)
    axes.set_ylim(0, 1.12 * top)
    axes.set_xlim(first - 0.05, last + 0.12 * (last - first) + 0.05)
    month_axis(axes, str(part[0].value.index[0]), str(part[0].value.index[-1]))
    share = part[0].measure.enhet == "procent"
    theme.swedish_axis(axes, digits=1 if share else 0, unit="%" if share else "")
    axes.set_title(part[0].measure.namn)


def draw_months(axes: Axes, months: MonthSeries, style: theme.LineStyle) -> None:
    """Draw final months as the style says, preliminary ones with open markers on a dotted line."""
    open_months = list(months.preliminary)
    final = months.value.drop(open_months)
    looks = style.kwargs() | {"markersize": 4}
    axes.plot([centre(str(month)) for month in final.index], final.to_numpy(), **looks)
    if not open_months:
        return
    joined = [*([str(final.last_valid_index())] if final.notna().any() else []), *open_months]
    x = [centre(month) for month in joined]
    y = months.value[joined].to_numpy()
    axes.plot(x, y, color=style.color, linestyle=":", linewidth=1.4)
    axes.plot(
        [centre(month) for month in open_months],
        months.value[open_months].to_numpy(),
        color=style.color,
        linestyle="",
        marker=style.marker or "o",
        markersize=5,
        markerfacecolor="white",
    )


def _name_preliminary(axes: Axes, months: MonthSeries) -> None:
    open_months = months.preliminary
    if months.gender == "T" and open_months:
        axes.annotate(
            "preliminärt",
            (centre(open_months[0]), float(months.value[open_months[0]])),
            xytext=(0, 9),
            textcoords="offset points",
            ha="center",
            fontsize=8.5,
            color=theme.OWN,
        )


def month_axis(axes: Axes, first: str, last: str) -> None:
    """Mark every January with its year, and every July with its name."""
    months = [
        f"{year}-{month}" for year in range(int(first[:4]), int(last[:4]) + 1) for month in ("01", "07")
    ]
    marked = [month for month in months if first <= month <= last]
    names = {"01": "jan", "07": "juli"}
    labels = [f"{names[month[5:]]} {month[:4]}" for month in marked]
    axes.set_xticks([centre(month) for month in marked], labels)


def _alt(shown: list[MonthSeries]) -> str:
    first, last = str(shown[0].value.index[0]), str(shown[0].value.index[-1])
    parts = []
    for months in shown:
        known = months.value.dropna()
        who = "" if months.gender == "T" else f", {_GENDERS[months.gender][0].lower()}"
        if known.empty:
            parts.append(f"{months.measure.kort}{who}: inga värden kan visas.")
            continue
        begin, end = str(known.index[0]), str(known.index[-1])
        parts.append(
            f"{months.measure.kort}{who}: {_value(months, begin)} i {period_name(begin)}, "
            f"{_value(months, end)} i {period_name(end)}."
        )
        if months.hidden:
            hidden = numbered(len(months.hidden), "skyddad månad", "skyddade månader")
            parts.append(f"{hidden} saknas i linjen.")
    preliminary = shown[0].preliminary
    if preliminary:
        parts.append(f"Preliminära månader: {_named(preliminary)}, med ofyllda punkter.")
    return f"Linjediagram {period_name(first)} till {period_name(last)}. {' '.join(parts)}"


def _data(shown: list[MonthSeries]) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {}
    for months in shown:
        name = f"{months.measure.kort}, {_GENDERS[months.gender][0].lower()}"
        columns[name] = months.value
        columns[f"{name}, status"] = months.status.map(STATUS_SV)
    return pd.DataFrame(columns).rename_axis("månad").reset_index()


def month_table(context: RunContext) -> Markdown:
    """Return the last thirteen months: adults, their share, long-term recipients, and households and payments."""
    found = all_series(context)
    split: dict[str, dict[tuple[str, str], MonthSeries]] = {}
    for key, months in found.items():
        split.setdefault(_CAPTIONS.get(key[0], "Hushåll, barn och belopp"), {})[key] = months
    parts = [_one_table(part, f"{caption}, de senaste tretton månaderna") for caption, part in split.items()]
    return Markdown("\n".join(part.text for part in parts)) if parts else paragraphs("")


def _one_table(part: dict[tuple[str, str], MonthSeries], caption: str) -> Markdown:
    last = max(str(months.value.index[-1]) for months in part.values())
    index = sorted({str(month) for months in part.values() for month in months.value.index if month <= last})
    shown = index[-SHOWN_MONTHS:]
    preliminary = {month for months in part.values() for month in months.preliminary}
    label = [capitalise(period_name(m)) + (" (preliminär)" if m in preliminary else "") for m in shown]
    columns: list[Column] = [Column("month", "Månad")]
    cells: dict[str, list[str] | list[float] | list[float | None]] = {"month": label}
    for (measure_id, gender), months in part.items():
        name = f"{measure_id}_{gender}"
        title = months.measure.kort + ("" if gender == "T" else f", {_GENDERS[gender][0].lower()}")
        unit = {"antal": "", "procent": "%"}.get(months.measure.enhet, months.measure.enhet)
        hidden = bool(set(months.hidden) & set(shown))
        digits = months.measure.decimaler
        columns.append(Column(name, title, "text" if hidden else "number", digits, unit=unit))
        numbers = months.value.reindex(shown).to_list()
        cells[name] = [_cell(months, month) for month in shown] if hidden else numbers
        if gender == "T" and measure_id in _FIRST:
            change = Column(f"{name}_change", "Mot samma månad året före", "number", digits, sign=True)
            columns.append(change)
            cells[f"{name}_change"] = [months.year_change(month) for month in shown]
    note = f"Källa: kommunens egna månadssiffror. {_ROUNDED} ”{PROTECTED.capitalize()}” är inte noll. – uppgift saknas."
    return table(pd.DataFrame(cells), columns, caption=caption, note=note)


def _cell(months: MonthSeries, month: str) -> str:
    if month not in months.value.index:
        return ""
    if months.status[month] == "suppressed":
        return PROTECTED
    value = float(months.value[month])
    return decimal(value, months.measure.decimaler) if np.isfinite(value) else ""
