"""Notebook 06: what the numbers rest on: sources, vintages, gaps, breaks, corrections and checks."""

from __future__ import annotations

import pandas as pd

from analysis.answers.quality import Check, missing
from analysis.pages.parts.markdown import Markdown, conclusion, paragraphs
from analysis.pages.parts.table import Column, table
from analysis.runs import RunContext
from analysis.sources.corrections import read_corrections
from analysis.sources.observation import STATUS_SV
from foundation.swedish import count, day_name, numbered


def quality_conclusion(context: RunContext, rows: pd.DataFrame) -> Markdown:
    """Return the conclusion: how many figures, how many missing, and whether vintages are real."""
    empty = missing(rows)
    pseudo = [item for item in context.sources if item.passport.pseudoutgava]
    found = count(len(rows))
    sources = numbered(len(context.sources), "källa", "källor")
    lacking = numbered(empty, "kommun och år", "kommuner och år")
    return conclusion(
        f"**Sidorna bygger på {found} tal ur {sources}, alla kända senast {day_name(context.run.kant_senast)}.**",
        f"För {lacking} saknas tal i källan. De räknas som saknade, aldrig som noll."
        if empty
        else "Inga tal saknas i källorna.",
        f"{numbered(len(pseudo), 'källa är en pseudoutgåva', 'källor är pseudoutgåvor')}: rätt dag, men tal som har "
        "rättats senare."
        if pseudo
        else "",
    )


def status_table(context: RunContext, counts: pd.DataFrame) -> Markdown:
    """Return the number of observations by measure and status."""
    shown = counts.assign(
        measure=[context.catalogue.measure(item).namn for item in counts["measure_id"]],
        status=[STATUS_SV[item] for item in counts["status"]],
    )
    columns = [
        Column("measure", "Mått"),
        Column("status", "Status", filter=True),
        Column("count", "Observationer", "number", 0),
        Column("first", "Första period"),
        Column("last", "Sista period"),
    ]
    return table(shown, columns, caption="Observationer per mått och status", sortable=True)


def gaps_table(context: RunContext, shares: pd.DataFrame, lacking: dict[str, tuple[int, ...]]) -> Markdown:
    """Return the municipalities that lack years of the run's measure, and which years."""
    if not lacking:
        return paragraphs("Alla kommuner har uppgift för alla år som var kända.")
    rows = [
        {
            "name": context.catalogue.municipality(code).name,
            "years": ", ".join(str(year) for year in years),
            "count": len(years),
        }
        for code, years in lacking.items()
    ]
    columns = [
        Column("name", "Kommun"),
        Column("count", "Antal år som saknas", "number", 0),
        Column("years", "År"),
    ]
    caption = f"Kommuner som saknar år i {context.run.matt}: {len(lacking)} av {len(shares) - 1}"
    return table(pd.DataFrame(rows), columns, caption=caption, sortable=True)


def corrections_table(context: RunContext) -> Markdown:
    """Return the corrections and flags that touch the run's observations."""
    sources = {item.passport.id for item in context.sources}
    periods = set(context.observations["period"])
    rows = [
        {
            "name": context.catalogue.municipality(item.kommun).name,
            "period": item.period,
            "action": {"flagga": "flaggad, värdet behålls", "ersatt": "ersatt", "stryk": "struken"}[
                item.atgard
            ],
            "reason": item.anledning,
        }
        for item in read_corrections(context.project.raw / "corrections.yml")
        if item.kalla in sources and item.period in periods and item.status != "avslutad"
    ]
    if not rows:
        return paragraphs("Inga rättelser eller flaggor berör de uppgifter som var kända.")
    columns = [
        Column("name", "Kommun"),
        Column("period", "Period"),
        Column("action", "Åtgärd"),
        Column("reason", "Anledning"),
    ]
    return table(pd.DataFrame(rows), columns, caption="Rättelser och flaggor i källornas tal")


def files_table(context: RunContext) -> Markdown:
    """Return the raw files and the rule for when a value counts as known.

    Checksums stand on the site's data page: a file may change in years that this run does not see.
    """
    rows = [
        {
            "file": context.project.relative(item.data),
            "rule": item.passport.kant_fran.motivering,
            "licence": item.passport.licens,
        }
        for item in context.sources
    ]
    columns = [
        Column("file", "Fil"),
        Column("rule", "När ett värde räknas som känt"),
        Column("licence", "Villkor"),
    ]
    return table(
        pd.DataFrame(rows),
        columns,
        caption="Råfiler som körningen bygger på; varje fils kontrollsumma prövas när den läses",
    )


def checks_table(found: tuple[Check, ...]) -> Markdown:
    """Return each check with its result."""
    frame = pd.DataFrame(
        [
            {
                "check": item.name,
                "result": "godkänd" if item.passed else "underkänd",
                "detail": item.measured,
            }
            for item in found
        ]
    )
    columns = [Column("check", "Kontroll"), Column("result", "Utfall"), Column("detail", "Mätt")]
    return table(frame, columns, caption="Kontroller som räknats om på körningens eget underlag")
