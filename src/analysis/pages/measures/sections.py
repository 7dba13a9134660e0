"""Notebook 02: targets, the documents' own totals, contradictions, sources, and what is published."""

from __future__ import annotations

import pandas as pd

from analysis.answers.plan_view import PlanView
from analysis.pages.measures.view import source_text, when
from analysis.pages.parts.markdown import Markdown, bullet_list, capitalise, conclusion, paragraphs
from analysis.pages.parts.table import Column, table, with_small
from analysis.plans.counts import CountCheck, check_counts, check_sums
from analysis.plans.identification import grade_counts
from analysis.plans.indicators import Verdict
from analysis.plans.lineage import fate_counts
from analysis.plans.model import Plan, PlanTarget
from analysis.plans.vocabulary import Operator
from analysis.runs import RunContext
from foundation.swedish import MONTHS, day_name, decimal, digits_of, numbered

REGISTER = "02_register"


def register_link(context: RunContext) -> Markdown:
    """The way to the whole register, where the run has that page."""
    known = REGISTER in context.run.anteckningsbocker
    return paragraphs(f"[Hela registret, åtgärd för åtgärd]({REGISTER}.ipynb)" if known else "")


def register_conclusion(view: PlanView) -> Markdown:
    """Say what the register holds."""
    rows = numbered(len(view.plan.measures), "rad", "rader")
    contradictions = len(view.plan.contradictions)
    found = numbered(contradictions, "motsägelse", "motsägelser")
    return conclusion(
        f"**Registret har {rows} ur {view.plan.title}.**",
        "Varje rad anger var den står i dokumenten. "
        + (f"Avskriften har {found} antecknade." if contradictions else "Inga motsägelser är antecknade."),
    )


def targets_table(view: PlanView) -> Markdown:
    """Return the plan's own targets with value, deadline and where they stand."""
    known = [item for item in view.plan.targets if view.plan.known_from(item.source) <= view.as_of]
    if not known:
        return paragraphs("Planen har inget mål med tal som var känt den dag som körningen gäller.")
    frame = pd.DataFrame(
        [
            {
                "text": item.text,
                "value": _value(item),
                "by": when(item.by),
                "population": item.population or "",
                "note": with_small(item.note or "", source_text(view.plan, item.source)).removeprefix("<br>"),
            }
            for item in known
        ]
    )
    columns = [
        Column("text", "Mål"),
        Column("value", "Värde"),
        Column("by", "Senast"),
        Column("population", "Gäller"),
        Column("note", "Anmärkning och källa", "html"),
    ]
    return table(frame, columns, caption=f"Målen i {view.plan.title}")


def _value(target: PlanTarget) -> str:
    if target.value is None:
        return capitalise(str(target.operator))
    number = decimal(target.value, digits_of(target.value))
    if target.operator is Operator.INCREASE_BY_PERCENT:
        return f"+{number} %"
    unit = "%" if target.unit.startswith("procent") else target.unit
    return f"{capitalise(str(target.operator))} {number} {unit}"


def checks_table(view: PlanView) -> Markdown:
    """Return the documents' own totals beside the register's, as known on the day."""
    known = [check for check in check_counts(view.plan) if view.plan.known_from(check.source) <= view.as_of]
    if not known:
        return paragraphs("Dokumenten anger inga egna summor som var kända den dag som körningen gäller.")
    frame = pd.DataFrame([_check_row(view.plan, check) for check in known])
    columns = [
        Column("what", "Vad som räknas"),
        Column("label", "Dokumentets ord"),
        Column("stated", "Dokumentet", "number", 0),
        Column("computed", "Registret", "number", 0),
        Column("agrees", "Stämmer", filter=True),
        *([Column("explanation", "Förklaring")] if frame["explanation"].any() else []),
        Column("source", "Var det står"),
    ]
    return table(
        frame, columns, caption="Dokumentens egna summor mot avskriften", sortable=True, note=_sums(view)
    )


def _check_row(plan: Plan, check: CountCheck) -> dict[str, object]:
    return {
        "what": check.what,
        "label": capitalise(check.label),
        "stated": check.stated,
        "computed": check.computed,
        "agrees": "Ja" if check.agrees else "Nej",
        "explanation": "" if check.agrees else check.explanation or "Förklaring saknas.",
        "source": source_text(plan, check.source),
    }


def _sums(view: PlanView) -> str:
    checks = [item for item in check_sums(view.plan) if view.plan.known_from(item.source) <= view.as_of]
    if not checks:
        return ""
    agreeing = sum(item.agrees for item in checks)
    return f"Budgettabellernas summor stämmer med sina rader i {agreeing} av {len(checks)} fall."


def contradictions_table(view: PlanView) -> Markdown:
    """Return where the documents disagree with themselves or each other, and how that was handled."""
    known = [
        item
        for item in view.plan.contradictions
        if max(view.plan.known_from(place) for place in item.where) <= view.as_of
    ]
    if not known:
        return paragraphs("Inga motsägelser är antecknade för de dokument som var kända.")
    frame = pd.DataFrame(
        [
            {
                "what": item.what,
                "kind": capitalise(str(item.kind)),
                "measures": ", ".join(item.measures),
                "handled": with_small(
                    item.handled, "; ".join(source_text(view.plan, place) for place in item.where)
                ),
            }
            for item in known
        ]
    )
    columns = [
        Column("what", "Vad som inte går ihop"),
        Column("kind", "Slag", filter=True),
        Column("measures", "Åtgärd"),
        Column("handled", "Så är det hanterat, och var det står", "html"),
    ]
    return table(
        frame, columns, caption=f"Motsägelser i dokumenten om {view.plan.short_title}", sortable=True
    )


def calendar_table(view: PlanView, latest: PlanView | None) -> Markdown:
    """Return the board's yearly cycle of follow-up, from the plan or its last known version."""
    plan = latest.plan if latest is not None and not view.plan.calendar else view.plan
    if not plan.calendar:
        return paragraphs("Planens dokument innehåller inget årshjul för uppföljningen.")
    frame = pd.DataFrame(
        [
            {"month": capitalise(MONTHS[entry.month - 1]), "items": "; ".join(entry.items)}
            for entry in plan.calendar
        ]
    )
    columns = [Column("month", "Månad"), Column("items", "Följs upp")]
    return table(frame, columns, caption=f"Nämndens årshjul enligt {plan.title}")


def documents_table(view: PlanView, latest: PlanView | None) -> Markdown:
    """Return the documents that the page builds on and when each became known."""
    plans = [view.plan, *([latest.plan] if latest else [])]
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for plan in plans:
        for item in plan.documents:
            if item.date <= view.as_of:
                rows[(item.title, item.date.isoformat())] = {
                    "title": f"{item.title} ({item.short})" if item.short else item.title,
                    "producer": item.producer,
                    "number": item.record_number or "",
                    "known": item.date.isoformat(),
                    "describes": when(item.describes) if item.describes else "",
                    "note": item.note or "",
                }
    columns = [
        Column("title", "Dokument"),
        Column("producer", "Från"),
        Column("number", "Diarienummer"),
        Column("known", "Känt från"),
        Column("describes", "Avser"),
        Column("note", "Anmärkning"),
    ]
    return table(pd.DataFrame(list(rows.values())), columns, caption="Dokument som sidan bygger på")


def passport_notes(view: PlanView) -> Markdown:
    """Return how the plan was transcribed and what the transcription lacks."""
    passport = view.plan.passport
    return bullet_list(
        [
            f"**Så anges källan:** {passport.cite}",
            f"**Villkor:** {passport.licence}",
            f"**Avskrift:** {passport.method} Gjord av {passport.transcribed_by}, {day_name(passport.transcribed_on)}.",
            *(f"**Begränsning:** {text}" for text in passport.limitations),
            *([f"**Planens datum:** {view.plan.decided_note}"] if view.plan.decided_note else []),
        ]
    )


def page_facts(view: PlanView) -> dict[str, object]:
    """Return what the start page and later periods need."""
    verdicts = [
        str(item.main.verdict) for item in view.indicators if item.main.verdict is not Verdict.NO_VALUES
    ]
    return {
        "plan": view.plan.id,
        "title": view.plan.short_title,
        "measures": len({measure.counted_as for measure in view.plan.measures}),
        "rows": len(view.plan.measures),
        "status": view.board.grouped_counts(),
        "status_known": view.board.document.date.isoformat() if view.board.document else None,
        "grades": grade_counts(view.ledger),
        "fates": fate_counts(view.fates),
        "indicators": len(view.indicators),
        "indicators_with_values": len(verdicts),
        "verdicts": {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))},
        "contradictions": len(view.plan.contradictions),
    }
