"""Notebook 02: the plan's timeline: decisions, starts, expected and stated completions, targets."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.answers.plan_view import PlanView
from analysis.calendar import parse_period
from analysis.pages.measures.view import described
from analysis.pages.parts import theme
from analysis.pages.parts.figure import publish_figure
from analysis.pages.parts.markdown import Markdown
from analysis.pages.parts.table import Column, table
from analysis.plans.status import follow_ups
from analysis.plans.vocabulary import Status
from foundation.swedish import day_name, numbered

LANES = ("Beslut och dokument", "Åtgärder börjar", "Ska vara klara", "Färdiga i uppföljningen", "Mål")


#: Marks of measures nearer than this share of the time shown would lie over one another on a phone; they stand apart in
#: height, in lanes.
_NEAR, _APART = 0.13, 0.34


@dataclass(frozen=True)
class Event:
    """Something on the timeline; `number` is how many measures it concerns (None: not about measures)."""

    day: date
    lane: str
    text: str
    number: int | None = None


def events(view: PlanView) -> tuple[Event, ...]:
    """Return everything dated that was known on the day, in order of time."""
    if view.as_of < view.plan.decided:
        return ()
    found = [
        *_documents(view),
        *_starts(view),
        *_expected(view),
        *_done(view),
        *(
            Event(parse_period(target.by).end, "Mål", target.text)
            for target in view.plan.targets
            if view.plan.known_from(target.source) <= view.as_of
        ),
    ]
    return tuple(sorted(found, key=lambda event: (event.day, LANES.index(event.lane))))


def _documents(view: PlanView) -> list[Event]:
    by_day: dict[date, list[str]] = {}
    for item in view.plan.documents:
        if item.date <= view.as_of:
            by_day.setdefault(item.date, []).append(item.title)
    found = [Event(day, LANES[0], "; ".join(titles)) for day, titles in by_day.items()]
    if view.plan.decided not in by_day:
        found.append(Event(view.plan.decided, LANES[0], f"{view.plan.short_title} beslutas"))
    return found + [
        Event(version.decided, LANES[0], f"Ny version: {version.short_title}") for version in view.successors
    ]


def _starts(view: PlanView) -> list[Event]:
    days: Counter[date] = Counter()
    dated = {entry.measure.number for entry in view.ledger if entry.facts.dated}
    for measure in view.plan.measures:
        if measure.evidence.start and measure.number in dated:
            days[parse_period(measure.evidence.start).start] += 1
        elif measure.years and view.plan.known_from(measure.source) <= view.as_of:
            days[max(date(measure.years.first, 1, 1), view.plan.decided)] += 1
    return [
        Event(day, LANES[1], f"{numbered(number, 'åtgärd', 'åtgärder')} börjar", number)
        for day, number in days.items()
    ]


def _expected(view: PlanView) -> list[Event]:
    days: Counter[date] = Counter()
    for row in view.board.rows:
        if row.entry and row.entry.expected and row.entry.expected.isdigit():
            days[date(int(row.entry.expected), 12, 31)] += 1
        elif row.measure.years and (row.entry is None or row.inherited_from):
            days[date(row.measure.years.last, 12, 31)] += 1
    return [
        Event(day, LANES[2], f"{number} ska vara {'klar' if number == 1 else 'klara'}", number)
        for day, number in days.items()
    ]


def _done(view: PlanView) -> list[Event]:
    found = []
    for document in follow_ups(view.plan, view.as_of):
        number = sum(
            entry.document == document.id and entry.status is Status.DONE
            for measure in view.plan.measures
            for entry in measure.statuses
        )
        day = parse_period(document.describes).end if document.describes else document.date
        found.append(Event(day, LANES[3], f"{number} färdiga i {described(document)}", number))
    return found


def timeline_figure(view: PlanView, output: Path) -> Markdown:
    """Draw the events in lanes; marks that concern measures carry their number."""
    found = events(view)
    lanes = [lane for lane in LANES if any(event.lane == lane for event in found)]
    figure, axes = theme.new_figure(height=1.2 + 0.62 * len(lanes))
    span = _x(max([found[-1].day, view.as_of])) - _x(found[0].day)
    before: dict[str, tuple[float, float]] = {}
    for event in found:
        x = _x(event.day)
        last, shift = before.get(event.lane, (-math.inf, 0.0))
        shift = (-shift or _APART) if event.number is not None and x - last < _NEAR * span else 0.0
        before[event.lane] = (x, shift)
        row = len(lanes) - 1 - lanes.index(event.lane) + shift
        color = theme.TARGET if event.lane == "Mål" else theme.OWN
        marker = "D" if event.number is None else "o"
        size = 70 if event.number is None else 320
        axes.scatter([x], [row], s=size, color=color, marker=marker, zorder=3, clip_on=False)
        if event.number is not None:
            axes.text(
                x, row, str(event.number), ha="center", va="center", color="white", fontsize=9.5, zorder=4
            )
    axes.axvline(_x(view.as_of), color=theme.RIKET, linestyle=":", linewidth=1.4)
    axes.set_yticks(range(len(lanes)), lanes[::-1])
    axes.set_ylim(-0.6, len(lanes) - 0.4)
    axes.grid(axis="y", color=theme.GRID)
    first = min(event.day for event in found).year
    last = max([event.day for event in found] + [view.as_of]).year
    # a year is named in its middle and reaches from tick to tick, so that the last of December is seen to be in it
    bounds = [_x(date(year, 1, 1)) for year in range(first, last + 2)]
    axes.set_xticks(
        [_x(date(year, 7, 1)) for year in range(first, last + 1)], map(str, range(first, last + 1))
    )
    axes.set_xticks(bounds, minor=True)
    axes.tick_params(axis="x", which="minor", bottom=True, length=5)
    edge = max(40.0, 0.06 * span)
    axes.set_xlim(bounds[0] - edge, bounds[-1] + edge)
    data = pd.DataFrame(
        [
            {
                "dag": event.day.isoformat(),
                "slag": event.lane,
                "händelse": event.text,
                "antal åtgärder": event.number,
            }
            for event in found
        ]
    )
    return publish_figure(
        figure,
        name="tidslinje",
        caption=f"Tidslinje för {view.plan.short_title}; siffran är antal åtgärder, den prickade linjen är "
        f"{day_name(view.as_of)}",
        alt=f"Tidslinje med {len(found)} händelser från {day_name(found[0].day)} till {day_name(found[-1].day)}. "
        "Samma händelser står i tabellen under diagrammet.",
        data=data,
        output=output,
    )


def _x(day: date) -> float:
    """Place of a day on the axis: days since the first of January 2000."""
    return float((day - date(2000, 1, 1)).days)


def timeline_table(view: PlanView) -> Markdown:
    """Return the events as a table: the same as the figure, in words."""
    frame = pd.DataFrame(
        [{"day": event.day.isoformat(), "lane": event.lane, "text": event.text} for event in events(view)]
    )
    columns = [Column("day", "Dag"), Column("lane", "Slag", filter=True), Column("text", "Händelse")]
    return table(
        frame,
        columns,
        caption=f"Händelserna i tidslinjen för {view.plan.short_title}",
        sortable=True,
        note="Ett år utan dag står på årets första dag (börjar) eller sista dag (blir klar).",
    )
