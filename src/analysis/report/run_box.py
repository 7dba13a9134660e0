"""What stands first on every run page: the run's facts, and last: its sources and caveats."""

from __future__ import annotations

import pandas as pd

from analysis.report.markdown import Markdown, bullet_list, capitalise, paragraphs
from analysis.report.numbers import decimal
from analysis.report.tables import Column, facts, table
from analysis.runs import RunContext, day_name, period_name


def run_facts(context: RunContext) -> Markdown:
    """Return the box with the run's facts."""
    run, target = context.run, context.target
    group = context.catalogue.groups[run.jamforelse]
    rows = [
        ("Kommun", f"{context.municipality.name} ({run.kommun})"),
        ("Period", period_name(run.period)),
        ("Bygger på det som var känt", day_name(run.kant_senast)),
        ("Plan", run.plan),
        (
            "Mål",
            f"{capitalise(target.text)}" if target else "Planen har inget mål för andelen biståndsmottagare",
        ),
        ("Jämförs med", f"riket och {len(context.comparable)} {group.titel}"),
    ]
    return facts(rows, caption="Om körningen")


def sources_table(context: RunContext) -> Markdown:
    """Return the sources that the run used, with vintage and when they count as known."""
    rows = []
    for item in context.sources:
        passport = item.passport
        used = context.observations[context.observations["source_id"] == passport.id]
        rows.append(
            {
                "title": passport.titel,
                "producer": passport.producent,
                "vintage": passport.utgava + (" (pseudoutgåva)" if passport.pseudoutgava else ""),
                "last": used["period"].max(),
                "known": used["known_from"].max(),
                "cite": passport.hanvisning,
            }
        )
    columns = [
        Column("title", "Källa"),
        Column("producer", "Producent"),
        Column("vintage", "Utgåva"),
        Column("last", "Senaste period"),
        Column("known", "Känd från"),
        Column("cite", "Så anges källan"),
    ]
    return table(pd.DataFrame(rows), columns, caption="Källor och utgåvor som körningen använder")


def caveats(context: RunContext, measures: tuple[str, ...]) -> Markdown:
    """Return the caveats that belong to the measures shown on a page."""
    lines = []
    for measure_id in measures:
        measure = context.catalogue.measure(measure_id)
        texts = [context.catalogue.caveats[key] for key in measure.forbehall]
        texts += [f"Brott {item.fran}: {item.text}" for item in measure.brott]
        if texts:
            lines.append(f"**{measure.kort}:** {' '.join(texts)}")
    return bullet_list(lines) if lines else paragraphs("Inga förbehåll är antecknade för måtten på sidan.")


def measure_definitions(context: RunContext, measures: tuple[str, ...]) -> Markdown:
    """Return what each measure on a page means."""
    return bullet_list(
        [
            f"**{context.catalogue.measure(item).kort}:** {context.catalogue.measure(item).definition}"
            for item in measures
        ]
    )


def value_text(value: float, measure_decimals: int, unit: str) -> str:
    """Write a value with its unit: ``3,68 %`` or ``469``."""
    text = decimal(value, measure_decimals)
    return f"{text}\u00a0%" if unit == "procent" else text
