"""One visual language for every figure: colours with one meaning each, Swedish numbers, quiet frames.

Colours are told apart by people with the common forms of colour blindness and have at least 3:1 contrast against
white; no meaning rests on colour alone (women and men also differ in marker and dash).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import fill
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, MaxNLocator

from foundation.swedish import decimal

OWN: Final = "#0b5394"
RIKET: Final = "#3d3d3d"
COMPARABLE: Final = "#7a8793"
OTHERS: Final = "#c9d0d6"
TARGET: Final = "#b3400a"
WOMEN: Final = "#7a2f8f"
MEN: Final = "#1f7a5a"
FORECAST: Final = "#0b5394"
BAND_WIDE: Final = "#cfe0f0"
BAND_NARROW: Final = "#93bbdf"
EVENT: Final = "#6b5b3e"
PLACEBO: Final = "#b5bec6"
SYNTHETIC: Final = "#8a5a00"
INK: Final = "#1c2126"
GRID: Final = "#e3e7ea"


@dataclass(frozen=True)
class LineStyle:
    """How one thing is always drawn."""

    color: str
    linestyle: str | tuple[int, tuple[int, ...]] = "-"
    marker: str = ""
    linewidth: float = 1.8

    def kwargs(self) -> dict[str, Any]:
        """Return keyword arguments for ``Axes.plot``."""
        return {
            "color": self.color,
            "linestyle": self.linestyle,
            "marker": self.marker,
            "linewidth": self.linewidth,
            "markersize": 5,
        }


LINES: Final = {
    "kommun": LineStyle(OWN, marker="o", linewidth=2.6),
    "riket": LineStyle(RIKET, linestyle="--"),
    "jamforbara": LineStyle(COMPARABLE, linewidth=1.2),
    "kvinnor": LineStyle(WOMEN, marker="o"),
    "man": LineStyle(MEN, linestyle="--", marker="s"),
    "mal": LineStyle(TARGET, linestyle=(0, (6, 3)), linewidth=1.6),
}

_STYLE: Final[dict[str, Any]] = {
    "figure.figsize": (7.6, 4.2),
    "figure.dpi": 100,
    "savefig.dpi": 200,
    "font.family": "DejaVu Sans",
    "font.size": 10.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#9aa3ab",
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.9,
    "xtick.color": INK,
    "ytick.color": INK,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "svg.hashsalt": "bistandslaget",
    "svg.fonttype": "path",
    "axes.unicode_minus": True,
}


def apply() -> None:
    """Use the theme for every figure made from now on in this process."""
    import seaborn as sns

    sns.set_theme(context="notebook", style="white", rc=_STYLE)


def new_figure(width: float = 7.6, height: float = 4.2) -> tuple[Figure, Axes]:
    """Return a themed figure with one pair of axes (inches)."""
    apply()
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def new_panels(
    rows: int, columns: int, *, width: float = 7.6, height: float = 4.2
) -> tuple[Figure, list[Axes]]:
    """Return a themed figure with ``rows x columns`` axes, row by row (inches)."""
    apply()
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, [figure.add_subplot(rows, columns, i + 1) for i in range(rows * columns)]


def swedish_axis(axes: Axes, *, digits: int = 1, unit: str = "", which: str = "y") -> None:
    """Write tick labels with decimal comma, the unit after each."""
    suffix = f"\u00a0{unit}" if unit else ""
    formatter = FuncFormatter(lambda value, _position: decimal(value, digits) + suffix)
    axis = axes.yaxis if which == "y" else axes.xaxis
    axis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(formatter)


def whole_years(axes: Axes, first: int, last: int, *, step: int | None = None, middle: bool = False) -> None:
    """Mark whole years on the x axis, never a fraction of one; in the `middle` of the year where months are drawn."""
    span = last - first
    step = step or (1 if span <= 10 else 2)
    years = range(first + span % step, last + 1, step)
    axes.set_xticks([year + (0.5 if middle else 0) for year in years], [str(year) for year in years])


def label_line(
    axes: Axes, x: float, y: float, text: str, color: str, *, dy: float = 0, dx: float = 6
) -> None:
    """Write a direct label beside the end of a line; `dx` and `dy` are offsets in points."""
    axes.annotate(
        text,
        (x, y),
        xytext=(dx, dy),
        textcoords="offset points",
        color=color,
        va="center",
        fontsize=9.5,
        fontweight="bold",
    )


def target_line(axes: Axes, level: float, text: str, *, above: bool = True, left: bool = False) -> None:
    """Draw a target as a named, dashed line; the name stands at the right edge (or the left), above or below the line.

    Parameters
    ----------
    above
        Where the data leave room at that edge.
    left
        Where names of other lines stand at the right edge.
    """
    style = LINES["mal"]
    axes.axhline(level, color=style.color, linestyle=style.linestyle, linewidth=style.linewidth)
    axes.annotate(
        text,
        (0 if left else 1, level),
        xycoords=("axes fraction", "data"),
        xytext=(2 if left else -2, 5 if above else -5),
        textcoords="offset points",
        ha="left" if left else "right",
        va="bottom" if above else "top",
        color=TARGET,
        fontsize=9.5,
        fontweight="bold",
        path_effects=[withStroke(linewidth=2.5, foreground="white")],
    )


def spread_labels(heights: list[float], gap: float) -> list[float]:
    """Move label heights apart so that neighbours are at least `gap` apart; keeps their order and mean.

    Parameters
    ----------
    heights
        Wanted heights, any order, in axis units.
    gap
        Smallest distance between two labels, in axis units.
    """
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    placed = [heights[index] for index in order]
    for _ in range(200):
        moved = False
        for lower in range(len(placed) - 1):
            overlap = gap - (placed[lower + 1] - placed[lower])
            if overlap > 1e-9:
                placed[lower] -= overlap / 2
                placed[lower + 1] += overlap / 2
                moved = True
        if not moved:
            break
    result = [0.0] * len(heights)
    for position, index in enumerate(order):
        result[index] = placed[position]
    return result


#: Width of a figure drawn for phones, inches: at 360 px a point is 1.2 px, so that 9.5 points are 11 px.
PHONE_WIDTH = 3.8
_PHONE_LETTERS = 36
_SMALLEST = 9.5
#: Height of a line of names along the y axis, inches.
_LINE = 0.17


def for_phone(figure: Figure) -> None:
    """Redraw a laid out figure for a narrow screen: own size, titles and names in lines, fewer ticks, no small text."""
    height = float(figure.get_size_inches()[1])
    lines, rows = 0, _below_each_other(figure)
    for axes in figure.get_axes():
        axes.set_title(fill(axes.get_title(loc="left"), _PHONE_LETTERS), loc="left", fontsize=10.5)
        for axis in (axes.xaxis, axes.yaxis):
            axis.label.set_text(fill(axis.label.get_text(), _PHONE_LETTERS))
            axis.label.set_fontsize(_SMALLEST)
            _thin(axis, 5 if axis is axes.xaxis else 40)
        names = [label.get_text() for label in axes.get_yticklabels() if label.get_text().strip()]
        lines += len(names) * max((1 + name.count("\n") for name in names), default=0)
        for text in axes.texts:
            text.set_fontsize(max(float(text.get_fontsize()), _SMALLEST))
        legend = axes.get_legend()
        if legend is not None:
            for text in legend.get_texts():
                text.set_fontsize(_SMALLEST)
            if getattr(legend, "_ncols", 1) > 1:  # beside each other its entries are wider than a phone
                axes.legend(loc="lower left", bbox_to_anchor=(0, 1), fontsize=_SMALLEST)
    height = min(height, 4.6) if rows == 1 else 0.75 * rows * height
    figure.set_size_inches(PHONE_WIDTH, max(height, 2.4, _LINE * lines + 1.0))


def _below_each_other(figure: Figure) -> int:
    """Move panels that stand beside each other below each other; returns how many rows one row became."""
    grids = {axes.get_gridspec() for axes in figure.get_axes()}
    beside = max((grid.ncols for grid in grids if grid is not None), default=1)
    if beside > 1:
        panels = figure.get_axes()
        grid = GridSpec(len(panels), 1, figure=figure)
        for place, axes in enumerate(panels):
            axes.set_subplotspec(grid[place])
    return beside


def _thin(axis: Axis, most: int) -> None:
    """Keep at most `most` of the ticks of an axis of numbers, the last one among them, and break long names."""
    labels = [label.get_text() for label in axis.get_ticklabels()]
    places = list(axis.get_ticklocs())
    if not any(labels) or len(places) != len(labels):
        return
    step = -(-len(places) // most)
    kept = [i for i in range(len(places)) if (len(places) - 1 - i) % step == 0]
    axis.set_ticks([places[i] for i in kept], [fill(labels[i], 20) for i in kept])
    axis.set_tick_params(labelsize=_SMALLEST)


def watermark_synthetic(figure: Figure) -> None:
    """Mark a figure as made from synthetic data, across its whole face."""
    figure.text(
        0.5,
        0.5,
        "SYNTETISKA DATA",
        rotation=24,
        ha="center",
        va="center",
        fontsize=34,
        color=SYNTHETIC,
        alpha=0.16,
        zorder=10,
    )


@contextmanager
def context() -> Iterator[None]:
    """Hold the theme for a block, for callers that must not change global state."""
    with mpl.rc_context(rc=_STYLE):
        yield
