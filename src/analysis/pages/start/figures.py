"""The start page's figures: each target's measure over time, with the forecast while the target is open."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from analysis.calendar import centre, period_name
from analysis.pages.parts import theme
from analysis.pages.parts.figure import publish_figure
from analysis.pages.parts.markdown import LONGEST_LIST, Markdown, capitalise, paragraphs
from analysis.pages.start.page import ahead_of, newest_run, own_values, whose, yearly
from analysis.runs import Overview, Run, Target
from foundation.swedish import percent


def target_figures(overview: Overview) -> Markdown:
    """Draw each target's measure over time, under a heading of its own."""
    pieces = []
    for target_id, target, run in overview.targets():
        newest = newest_run(overview, run)
        if target.matt == run.matt:
            values = [(float(year), str(year), value) for year, value in yearly(overview, newest).items()]
        else:
            newest = run
            values = [(centre(period), period, value) for period, value in own_values(overview, run).items()]
        name = whose(overview, run)
        pieces.append(Markdown(f"## {capitalise(target.namn)}{f', {name}' if name else ''}\n"))
        if values:
            pieces.append(_draw(overview, target_id, target, newest, values, ahead_of(overview, run)))
        else:
            pieces.append(paragraphs("Målets mått har inget känt värde att visa."))
    return sum(pieces[1:], pieces[0]) if pieces else paragraphs("Ingen körning följer något mål.")


def _draw(
    overview: Overview,
    target_id: str,
    target: Target,
    run: Run,
    known: list[tuple[float, str, float]],
    ahead: tuple[float, float, float] | None,
) -> Markdown:
    figure, axes = theme.new_figure(7.6, 3.6)
    x = [item[0] for item in known]
    y = [item[2] for item in known]
    axes.plot(x, y, **theme.LINES["kommun"].kwargs())
    annual = target.matt == run.matt
    deadline = float(target.deadline_year) if annual else centre(target.senast)
    name = overview.catalogue.municipality(run.kommun).name
    text = f"Målet: {target.level_text} senast {period_name(target.senast)}"
    # a curve that falls through the level leaves room to the left below it, and a curve beside it on its other side
    falls = y[-1] < target.niva
    through = falls and y[0] >= target.niva
    theme.target_line(axes, target.niva, text, above=falls and not through, left=through)
    axes.plot([deadline], [target.niva], marker="D", color=theme.TARGET, markersize=8, linestyle="")
    for place in _labelled(known, target, annual):
        below = target.reached(y[place])
        axes.annotate(
            percent(y[place], 2),
            (x[place], y[place]),
            xytext=(0, -13 if below else 10),
            textcoords="offset points",
            ha="right" if below else "center",
            va="center",
            color=theme.OWN,
            fontsize=9.5,
            fontweight="bold",
        )
    if ahead is not None:
        _draw_forecast(axes, deadline, ahead)
    axes.set_ylim(0, max([*y, target.niva, *(ahead or ())]) * 1.22)
    axes.set_xlim(min(x) - 0.4, max([*x, deadline]) + (1.0 if ahead else 0.6))
    # a year's own value stands on its tick, a month's in its month, between the ends of the year named in its middle
    theme.whole_years(axes, int(min(x)), int(max([*x, deadline])), middle=not annual)
    theme.swedish_axis(axes, digits=1 if max(y) < 3 else 0, unit="%")
    measure = overview.catalogue.measure(target.matt)
    axes.set_title(f"{measure.kort}, {name}")
    data = pd.DataFrame({"period": [item[1] for item in known], "andel_procent": y})
    alt = (
        f"Linjediagram. {name}: {measure.kort.lower()} gick från {percent(y[0], 2)} ({period_name(known[0][1])}) till "
        f"{percent(y[-1], 2)} ({period_name(known[-1][1])}). Målet är {target.level_text} senast "
        f"{period_name(target.senast)}."
    )
    if ahead is not None:
        span = f"{percent(ahead[0], 2)} till {percent(ahead[2], 2)}"
        alt += f" Prognosen är {percent(ahead[1], 2)}, 80 procents intervall {span}."
        data.loc[len(data)] = [f"prognos {target.senast}", ahead[1]]
    return publish_figure(
        figure,
        name=target_id,
        caption=f"{capitalise(target.namn)}: {measure.kort.lower()}, {name}",
        alt=alt,
        data=data,
        output=overview.output,
    )


def _draw_forecast(axes: Axes, x: float, ahead: tuple[float, float, float]) -> None:
    """Draw the forecast at the deadline as a point with its 80 per cent interval, a little before the target's mark."""
    low, median, high = ahead
    place = x - 0.12
    axes.plot(
        [place, place], [low, high], color=theme.FORECAST, linewidth=5, alpha=0.35, solid_capstyle="butt"
    )
    axes.plot(
        [place],
        [median],
        marker="o",
        markerfacecolor="white",
        color=theme.FORECAST,
        markersize=7,
        linestyle="",
    )
    theme.label_line(axes, place, high, f"prognos {percent(median, 2)}", theme.FORECAST, dx=0, dy=9)


def _labelled(known: list[tuple[float, str, float]], target: Target, annual: bool) -> list[int]:
    if not annual and len(known) <= LONGEST_LIST:
        return list(range(len(known)))
    highest = max(range(len(known)), key=lambda place: known[place][2])
    due = [place for place, item in enumerate(known) if item[1] == target.senast]
    return sorted({highest, len(known) - 1, *due})
