"""What a reader is told along a figure: by pointer, by finger or by arrow keys, in the numbers of the page's own text."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Hashable, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.calendar import period_name
from analysis.pages.parts.markdown import Markdown, raw_html
from foundation.swedish import interval, percent

#: A place along the x axis, and what is said there.
Told = Sequence[tuple[float, str]]


def told(
    frame: pd.DataFrame,
    lines: Mapping[str, Hashable],
    bands: Mapping[str, tuple[Hashable, Hashable]] | None = None,
    *,
    names: Sequence[str] | None = None,
) -> Told:
    """Return one sentence for each row of a table of per cent, in the order of its index; what is not known is left out.

    Parameters
    ----------
    frame
        Index = places along the x axis.
    lines
        What is shown, to its column.
    bands
        An interval, to the columns of its ends.
    names
        What the places are called; otherwise the index itself, as whole years.
    """
    found = []
    for place, (x, row) in enumerate(frame.iterrows()):
        parts = [
            f"{name} {percent(row[column], 2)}" for name, column in lines.items() if pd.notna(row[column])
        ]
        parts += [
            f"{name} {interval(row[low], row[high])} %"
            for name, (low, high) in (bands or {}).items()
            if pd.notna(row[low]) and row[low] < row[high]
        ]
        position = float(np.asarray(x, dtype=float))
        name = f"{position:.0f}" if names is None else names[place]
        found.append((position, f"{name}: {' · '.join(parts) or 'uppgift saknas'}"))
    return found


def told_fan(known: Mapping[str, float], fan: pd.DataFrame, name: str, place: Callable[[str], float]) -> Told:
    """Return what is said along a forecast: the known values, then median and 80 % interval.

    Parameters
    ----------
    known
        Values by period.
    fan
        Index = periods; columns ``median, low80, high80`` among others.
    place
        Where a period lies along the x axis.
    """
    frame = pd.concat([pd.DataFrame({name: dict(known)}), fan[["median", "low80", "high80"]]])
    frame = frame.groupby(level=0, sort=False).first()
    names = [period_name(str(period)) for period in frame.index]
    frame.index = pd.Index([place(str(period)) for period in frame.index])
    lines = {name: name, "prognos, median": "median"}
    return told(frame, lines, {"80 % säkerhet": ("low80", "high80")}, names=names)


def places(figure: Figure, told: Told) -> list[float]:
    """Return where on a drawn figure the places are, as shares of its width."""
    axes, width = figure.axes[0], figure.bbox.width
    return [round(float(axes.transData.transform((x, 0.0))[0] / width), 4) for x, _ in told]


def hover_place(name: str, caption: str, told: Told, wide: list[float], phone: list[float]) -> Markdown:
    """Return the place below a figure that the module ``varden`` fills; nothing stands there without script."""
    content = json.dumps(
        {"bred": wide, "smal": phone, "text": [text for _, text in told]},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return raw_html(
        f'<div class="modul avlasning" data-modul="varden" data-skript="" data-figur="fig-{name}" '
        f'data-namn="{html.escape(caption)}" data-varden="{html.escape(content)}"></div>'
    )
