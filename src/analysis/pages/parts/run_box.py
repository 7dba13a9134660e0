"""What stands first on every run page: the run's facts, and last: its sources and caveats."""

from __future__ import annotations

from typing import Protocol

import pandas as pd

from analysis.calendar import period_name
from analysis.pages.parts.markdown import Markdown, bullet_list, capitalise, paragraphs
from analysis.pages.parts.table import Column, facts, table, with_small
from analysis.runs import RunContext
from analysis.sources.catalogue import Catalogue
from analysis.sources.passports import LocatedPassport
from foundation.swedish import day_name


class Shown(Protocol):
    """What a page shows its sources from: a run, or the national data."""

    @property
    def catalogue(self) -> Catalogue:
        """The catalogues."""
        ...

    @property
    def observations(self) -> pd.DataFrame:
        """The rows that the page is made from."""
        ...

    @property
    def sources(self) -> tuple[LocatedPassport, ...]:
        """Passports of their sources."""
        ...


def run_facts(context: RunContext) -> Markdown:
    """Return the line of facts that stands first on every page of a run."""
    run = context.run
    group = context.catalogue.groups[run.jamforelse]
    parts = [
        f"**{context.municipality.name}** ({run.kommun})",
        period_name(run.period),
        f"bygger på det som var känt {day_name(run.kant_senast)}",
        f"jämförs med riket och {len(context.comparable)} {group.titel}",
    ]
    return Markdown("::: {.korningsfakta}\n" + " · ".join(parts) + "\n:::\n")


def run_details(context: RunContext) -> Markdown:
    """Return the run's facts in full: plan, target and how the target is read."""
    run, target = context.run, context.target
    group = context.catalogue.groups[run.jamforelse]
    rows = [
        ("Kommun", f"{context.municipality.name} ({run.kommun})"),
        ("Period", period_name(run.period)),
        ("Bygger på det som var känt", day_name(run.kant_senast)),
        ("Plan", context.plan_title or "Ingen plan är inlagd"),
        ("Mål", capitalise(target.text) if target else "Inget mål för andelen biståndsmottagare"),
        *([("Målets källa", target.kalla), ("Så tolkas målet", target.tolkning)] if target else []),
        *([("Läsningen är avgjord", target.avgjord)] if target and target.avgjord else []),
        ("Mått", context.catalogue.measure(run.matt).namn),
        (
            "Jämförelsegrupp",
            f"{capitalise(group.titel)}: {', '.join(item.name for item in context.comparable)}",
        ),
        ("Regel för gruppen", group.regel),
    ]
    return facts(rows, caption="Om körningen") + document_links(context)


def document_links(context: RunContext) -> Markdown:
    """The way to the run's Word documents."""
    name = context.run.id
    return paragraphs(
        f"Att ta med till ett möte: [ett kort Worddokument]({name}-namnd.docx) och "
        f"[hela körningen som bilaga]({name}.docx)."
    )


def sources_table(context: Shown) -> Markdown:
    """Return the sources that the run used, with vintage and when they count as known."""
    rows = []
    for item in context.sources:
        passport = item.passport
        used = context.observations[context.observations["source_id"] == passport.id]
        rows.append(
            {
                "title": with_small(passport.titel, passport.hanvisning),
                "vintage": passport.utgava + (" (pseudoutgåva)" if passport.pseudoutgava else ""),
                "last": used["period"].max(),
                "known": used["known_from"].max(),
            }
        )
    columns = [
        Column("title", "Källa, och så anges den", "html"),
        Column("vintage", "Utgåva"),
        Column("last", "Senaste period"),
        Column("known", "Känd från"),
    ]
    return table(pd.DataFrame(rows), columns, caption="Källor och utgåvor som körningen använder")


def caveats(context: Shown, measures: tuple[str, ...]) -> Markdown:
    """Return the caveats that belong to the measures shown on a page."""
    lines = []
    for measure_id in measures:
        measure = context.catalogue.measure(measure_id)
        texts = [context.catalogue.caveats[key] for key in measure.forbehall]
        texts += [f"Brott {item.fran}: {item.text}" for item in measure.brott]
        if texts:
            lines.append(f"**{measure.kort}:** {' '.join(texts)}")
    return bullet_list(lines) if lines else paragraphs("Inga förbehåll är antecknade för måtten på sidan.")


def measure_definitions(context: Shown, measures: tuple[str, ...]) -> Markdown:
    """Return what each measure on a page means."""
    return bullet_list(
        [
            f"**{context.catalogue.measure(item).kort}:** {context.catalogue.measure(item).definition}"
            for item in measures
        ]
    )
