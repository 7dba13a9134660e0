"""National events in a figure over years, and in a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from itertools import groupby

from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from analysis.pages.parts import theme
from analysis.pages.parts.markdown import sentence_list
from analysis.sources.events import Event

#: Lines nearer than this share of the axis would have names over one another on a phone.
_NEAR = 0.07


def place(day: date, *, annual: bool = True) -> float:
    """Where a day stands on an axis of years.

    Parameters
    ----------
    annual
        Whether the value of a year stands on its own number, so that the year reaches half a unit to each side.
    """
    return day.year + (day.timetuple().tm_yday - 1) / 365.25 - (0.5 if annual else 0.0)


def mark_events(axes: Axes, events: Sequence[Event], *, annual: bool = True, until: float = math.inf) -> str:
    """Mark each event by a thin line at its day with its name along it; returns the events in words, for the alt text.

    Events of one year share a line, at the first of them, with at most two names; where the next line is near, its name
    hangs from the top instead. What lies outside the axis or after
    `until` is left out; call it when the limits of the axis are set.
    """
    low, high = axes.get_xlim()
    shown = [item for item in events if low < place(item.datum, annual=annual) < min(high, until)]
    before, hangs = -math.inf, False
    for _, group in groupby(shown, key=lambda item: item.datum.year):
        same = list(group)
        x = place(same[0].datum, annual=annual)
        hangs = not hangs and x - before < _NEAR * (high - low)
        before = x
        axes.axvline(x, color=theme.EVENT, linewidth=0.8, linestyle=(0, (1, 2)), zorder=0)
        axes.annotate(
            ", ".join(item.kort for item in same[:2]),
            (x, 0.985 if hangs else 0.015),
            xycoords=("data", "axes fraction"),
            xytext=(2, 0),
            textcoords="offset points",
            rotation=90,
            va="top" if hangs else "bottom",
            ha="left",
            color=theme.EVENT,
            fontsize=8,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
        )
    if not shown:
        return ""
    return f" Märkta händelser: {sentence_list([f'{item.kort} ({item.datum.year})' for item in shown])}."
