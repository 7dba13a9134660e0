"""Notebook 02: conclusion, key figures, status board, and what changed since the last follow-up."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.answers.plan_view import PlanView
from analysis.pages.measures.ledger import assessable, reach_sentence
from analysis.pages.measures.view import described
from analysis.pages.parts.markdown import (
    KeyFigure,
    Markdown,
    conclusion,
    key_figures,
    paragraphs,
    sentence_list,
)
from analysis.pages.parts.table import Column, status_chip, table, with_small
from analysis.plans.lineage import origins
from analysis.plans.model import Measure
from analysis.plans.status import BoardRow, changes
from analysis.plans.vocabulary import NO_FOLLOW_UP, Status
from foundation.swedish import day_name, numbered

_CHIPS = {
    Status.DONE: "fardig",
    Status.DEVIATING: "avviker",
    Status.STOPPED: "stoppad",
}

_GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("är färdig", "är färdiga", (Status.DONE,)),
    ("pågår", "pågår", (Status.ONGOING, Status.CONTINUOUS)),
    (
        "lever vidare i annan form",
        "lever vidare i annan form",
        (Status.CONTINUED, Status.MERGED, Status.ACTIVITY, Status.ORDINARY),
    ),
    ("avviker eller är stoppad", "avviker eller är stoppade", (Status.DEVIATING, Status.STOPPED)),
    ("saknar känd uppföljning", "saknar känd uppföljning", (NO_FOLLOW_UP,)),
)
"""How a number of measures with like statuses is said, for one and for several; every status is in one group."""


def chip(label: str) -> str:
    """Return the markup of a status: symbol and word."""
    if label == NO_FOLLOW_UP:
        return status_chip("okand", label)
    return status_chip(_CHIPS.get(Status(label), "pagar"), label)


def measure_name(measure: Measure) -> str:
    """Return a measure's number and text as every table of the page writes it."""
    return f"{measure.number}. {measure.text}"


def measure_count(view: PlanView) -> int:
    """Number of measures as the plan's documents count them."""
    return len({measure.counted_as for measure in view.plan.measures})


def board_conclusion(view: PlanView) -> Markdown:
    """Return the page's conclusion: status, of which document, and how far the data reach."""
    return conclusion(f"**{status_sentence(view)}**", _told_by(view), reach_sentence(view.ledger))


def status_sentence(view: PlanView) -> str:
    """How the measures stand, in at most five groups."""
    total = numbered(measure_count(view), "åtgärd", "åtgärder")
    if view.board.document is None:
        return f"{view.plan.short_title} har {total}, och ingen uppföljning av dem var känd {day_name(view.as_of)}."
    parts = [f"{number} {words}" for words, number in grouped_status(view)]
    return f"{view.plan.short_title} har {total}: {sentence_list(parts)}."


def grouped_status(view: PlanView) -> list[tuple[str, int]]:
    """How many measures each group of like statuses has, in words that follow the number; empty groups left out."""
    counts = view.board.grouped_counts()
    found = []
    for one, many, members in _GROUPS:
        number = sum(counts.get(label, 0) for label in members)
        if number:
            found.append((one if number == 1 else many, number))
    return found


def _told_by(view: PlanView) -> str:
    if view.board.document is None:
        return ""
    inherited = any(row.inherited_from for row in view.board.rows)
    after = "revideringen inför nästa version" if inherited else "uppföljningen"
    return f"Det är enligt {after}, daterad {day_name(view.board.document.date)}."


def board_cards(view: PlanView) -> Markdown:
    """Return the key figures of the page."""
    counts = view.board.grouped_counts()
    done = counts.get(Status.DONE, 0)
    off = counts.get(Status.DEVIATING, 0) + counts.get(Status.STOPPED, 0)
    total = measure_count(view)
    cards = [
        KeyFigure(
            str(total),
            "åtgärd" if total == 1 else "åtgärder",
            numbered(len(view.plan.focus_areas), "område", "områden"),
        )
    ]
    if view.board.document is not None:
        told = f"enligt dokument daterat {day_name(view.board.document.date)}"
        cards.append(KeyFigure(str(done), f"färdiga av {total}", told))
        cards.append(KeyFigure(str(off), "avviker eller är stoppade", told))
    stated = sum(len(item.stated) for item in view.indicators)
    having = sum(bool(item.stated) for item in view.indicators)
    if view.indicators:
        cards.append(
            KeyFigure(
                str(having),
                f"av {numbered(len(view.indicators), 'indikator', 'indikatorer')} har värde",
                numbered(stated, "avskrivet värde", "avskrivna värden"),
            )
        )
    cards.append(
        KeyFigure(
            str(assessable(view.ledger)),
            f"av {numbered(len(view.ledger), 'åtgärdsrad', 'åtgärdsrader')} går att bedöma",
            "på något sätt, med de uppgifter som finns",
        )
    )
    return key_figures(cards)


def exceptions_table(view: PlanView) -> Markdown:
    """Return the measures that deviate or are stopped, and say how many have no known follow-up."""
    if view.board.document is None:
        return paragraphs("Ingen uppföljning var känd, så inget går att säga om vad som avviker.")
    off = [row for row in view.board.rows if row.status in (Status.DEVIATING, Status.STOPPED)]
    silent = sum(row.label == NO_FOLLOW_UP for row in view.board.rows)
    rows = numbered(silent, "rad", "rader")
    told = paragraphs(f"Om {rows} i registret säger uppföljningen inget." if silent else "")
    if not off:
        return (
            paragraphs("Ingen åtgärd avviker eller är stoppad enligt den senaste kända uppföljningen.") + told
        )
    caption = f"Avviker eller är stoppade i {view.plan.title}, känt {day_name(view.as_of)}"
    return _rows_table(view, off, caption=caption, note="") + told


def board_table(view: PlanView) -> Markdown:
    """Return the status board: every measure with area, status, expected completion and source."""
    if not view.board.rows:
        return paragraphs("Planen var inte beslutad den dag som körningen gäller.")
    caption = f"Status för åtgärderna i {view.plan.title}, känd {day_name(view.as_of)}"
    return _rows_table(view, view.board.rows, caption=caption, note=_board_note(view), whole=True)


def _rows_table(
    view: PlanView, shown: Sequence[BoardRow], *, caption: str, note: str, whole: bool = False
) -> Markdown:
    """Rows of the board as a table; the `whole` board can be sorted and filtered."""
    frame = pd.DataFrame([_board_row(view, row) for row in shown])
    columns = [
        Column("measure", "Åtgärd"),
        Column("focus", "Område", filter=whole),
        Column("status", "Status", "html", filter=whole),
        *([Column("expected", "Bedöms klar")] if frame["expected"].any() else []),
        Column("note", "Anmärkning och källa", "html"),
    ]
    return table(frame, columns, caption=caption, sortable=whole, note=note)


def _board_row(view: PlanView, row: BoardRow) -> dict[str, str]:
    entry = row.entry
    notes = [
        entry.note if entry and entry.note else "",
        f"{entry.also_stated}." if entry and entry.also_stated else "",
        _inherited_text(view, row.inherited_from) if row.inherited_from else "",
    ]
    source = f"{row.document.name}, {entry.at}" if entry and row.document else ""
    return {
        "measure": measure_name(row.measure),
        "focus": view.plan.focus_title(row.measure.focus),
        "status": chip(row.label),
        "expected": entry.expected or "" if entry else "",
        "note": with_small(" ".join(text for text in notes if text), source).removeprefix("<br>"),
    }


def _inherited_text(view: PlanView, reference: str) -> str:
    plan_id, _, number = reference.partition("/")
    return f"Gäller nr {number} i {view.register.plan(plan_id).short_title}."


def _board_note(view: PlanView) -> str:
    rows, counted = len(view.board.rows), measure_count(view)
    grouped = (
        f" Tabellen har {rows} rader men dokumenten räknar {counted} åtgärder; rader som räknas ihop får den "
        "svagaste statusen."
        if rows != counted
        else ""
    )
    return f"Källa: dokumenten nedan, avskrivna med egna ord. – uppgift saknas.{grouped}"


def changes_table(view: PlanView) -> Markdown:
    """Return what changed between the last two follow-ups, or say why there is nothing to compare."""
    if view.board.document is None:
        return paragraphs("Ingen uppföljning var känd, så inget kan ha ändrats.")
    if view.previous is None or view.previous.document is None:
        return paragraphs(
            "Det här är den första kända uppföljningen; det finns ingen tidigare att jämföra med."
        )
    found = changes(view.previous, view.board)
    if not found:
        return paragraphs("Ingen åtgärd har fått ny status sedan förra uppföljningen.")
    frame = pd.DataFrame(
        [
            {
                "measure": measure_name(item.measure),
                "before": chip(item.before),
                "after": chip(item.after),
                "note": item.note or "",
            }
            for item in found
        ]
    )
    columns = [
        Column("measure", "Åtgärd"),
        Column("before", f"Status {described(view.previous.document)}", "html"),
        Column("after", f"Status {described(view.board.document)}", "html"),
        Column("note", "Anmärkning"),
    ]
    unchanged = len(view.board.rows) - len(found)
    return table(
        frame,
        columns,
        caption="Åtgärder som fått ny status",
        note=f"Oförändrad status: {numbered(unchanged, 'rad', 'rader')}." if unchanged else "",
    )


def version_table(view: PlanView, latest: PlanView | None) -> Markdown:
    """Return the measures of the plan's last known version with origin, status and grade."""
    if latest is None:
        return paragraphs("Ingen senare version av planen var känd.")
    grades = {entry.measure.number: str(entry.grade) for entry in latest.ledger}
    rows = []
    for row in latest.board.rows:
        number = row.measure.number
        found = origins(view.register, latest.plan.id, number, view.as_of)
        own = [ref.partition("/")[2] for ref in found if ref.startswith(f"{view.plan.id}/")]
        rows.append(
            {
                "measure": with_small(measure_name(row.measure), _effects(row.measure)),
                "focus": latest.plan.focus_title(row.measure.focus),
                "origin": f"nr {sentence_list(own)}" if own else "",
                "status": chip(row.label),
                "grade": grades[number],
            }
        )
    columns = [
        Column("measure", "Åtgärd och väntade effekter", "html"),
        Column("focus", "Område", filter=True),
        *([Column("status", "Status", "html", filter=True)] if latest.followed_up else []),
        Column("origin", f"Ur {view.plan.short_title}"),
        Column("grade", "Bästa design", filter=True),
    ]
    return table(
        pd.DataFrame(rows),
        columns,
        caption=f"Åtgärderna i {latest.plan.title}",
        sortable=True,
        note=f"Beslutad {day_name(latest.plan.decided)}. {_followed_up_text(latest)}Tomt i kolumnen Ur "
        f"{view.plan.short_title}: åtgärden är ny eller kommer från en del av en tidigare verksamhetsplan som inte är "
        "känd här.",
    )


def _effects(measure: Measure) -> str:
    return f"{'. '.join(measure.effects)}." if measure.effects else ""


def _followed_up_text(latest: PlanView) -> str:
    return "" if latest.followed_up else "Ingen uppföljning av åtgärderna var känd. "
