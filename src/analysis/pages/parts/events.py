"""National events in a figure over years, and in a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from itertools import groupby

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from analysis.pages.parts import theme
from analysis.pages.parts.markdown import sentence_list
from analysis.sources.events import Event

#: Lines nearer than this share of the axis would have names over one another on a phone.
_NEAR = 0.07
#: How much more room makes a name change ends, as a share of the axis' height.
_CLEARLY = 0.1


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

    Events of one year share a line, at the first of them, with at most two names. A name stands at the foot of its line or
    hangs from its top, where the curves leave more room; beside a near line, always at the other end. What lies
    outside the axis or after `until` is left out; call it when curves and limits are drawn.
    """
    low, high = axes.get_xlim()
    shown = [item for item in events if low < place(item.datum, annual=annual) < min(high, until)]
    before, hangs, curves = -math.inf, False, _drawn(axes)
    for _, group in groupby(shown, key=lambda item: item.datum.year):
        same = list(group)
        x = place(same[0].datum, annual=annual)
        below, above = _room(axes, curves, x)
        near = x - before < _NEAR * (high - low)
        hangs = not hangs if near else above > below + _CLEARLY
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
            path_effects=[withStroke(linewidth=3.5, foreground="white")],
        )
    if not shown:
        return ""
    return f" Märkta händelser: {sentence_list([f'{item.kort} ({item.datum.year})' for item in shown])}."


def _drawn(axes: Axes) -> np.ndarray:
    """Points of all curves and bands that are drawn over the axes' own values: n x 2, x and y."""
    found = [line.get_xydata() for line in axes.lines if line.get_transform() == axes.transData]
    for band in axes.collections:
        found += [path.vertices for path in band.get_paths() if band.get_transform() == axes.transData]
    return np.vstack([np.empty((0, 2)), *(_finer(np.asarray(item, dtype=float)) for item in found)])


def _finer(corners: np.ndarray, steps: int = 20) -> np.ndarray:
    """Points along the straight lines between corners, `steps` to each."""
    if len(corners) < 2:
        return corners
    places = np.linspace(0, len(corners) - 1, steps * (len(corners) - 1) + 1)
    return np.column_stack([np.interp(places, range(len(corners)), column) for column in corners.T])


def _room(axes: Axes, curves: np.ndarray, x: float) -> tuple[float, float]:
    """Room below and above the curves where a name would stand, as shares of the axis' height."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    reach = _NEAR * (right - left)
    near = curves[(curves[:, 0] > x - reach) & (curves[:, 0] < x + 1.5 * reach), 1]
    near = near[np.isfinite(near)]
    if not near.size:
        return 1.0, 0.0
    return (float(near.min()) - bottom) / (top - bottom), (top - float(near.max())) / (top - bottom)
