"""Notebook 06: what the numbers rest on: sources, vintages, gaps, breaks, corrections and checks."""

from __future__ import annotations

import pandas as pd

from analysis.pages.parts.markdown import Markdown, conclusion, paragraphs
from analysis.pages.parts.table import Column, table
from analysis.panel import wide
from analysis.runs import RunContext
from analysis.runs.context import fingerprint
from analysis.sources.corrections import read_corrections
from analysis.sources.observation import RIKET, STATUS_SV
from analysis.swedish import count, day_name, numbered


def quality_conclusion(context: RunContext) -> Markdown:
    """Return the conclusion: how many figures, how many missing, and whether vintages are real."""
    rows = context.observations
    missing = int((rows["status"] == "missing").sum())
    pseudo = [item for item in context.sources if item.passport.pseudoutgava]
    found = count(len(rows))
    sources = numbered(len(context.sources), "källa", "källor")
    lacking = numbered(missing, "kommun och år", "kommuner och år")
    return conclusion(
        f"**Sidorna bygger på {found} tal ur {sources}, alla kända senast {day_name(context.run.kant_senast)}.**",
        f"För {lacking} saknas tal i källan. De räknas som saknade, aldrig som noll."
        if missing
        else "Inga tal saknas i källorna.",
        f"{numbered(len(pseudo), 'källa är en pseudoutgåva', 'källor är pseudoutgåvor')}: rätt dag, men tal som har "
        "rättats senare."
        if pseudo
        else "",
    )


def status_table(context: RunContext) -> Markdown:
    """Return the number of observations by measure and status."""
    rows = context.observations
    counts = rows.groupby(["measure_id", "status"], sort=True).size().reset_index(name="count")
    counts["measure"] = [context.catalogue.measure(item).namn for item in counts["measure_id"]]
    counts["status"] = [STATUS_SV[item] for item in counts["status"]]
    span = rows.groupby("measure_id")["period"].agg(["min", "max"])
    counts["first"] = [span.loc[item, "min"] for item in counts["measure_id"]]
    counts["last"] = [span.loc[item, "max"] for item in counts["measure_id"]]
    columns = [
        Column("measure", "Mått"),
        Column("status", "Status", filter=True),
        Column("count", "Observationer", "number", 0),
        Column("first", "Första period"),
        Column("last", "Sista period"),
    ]
    return table(counts, columns, caption="Observationer per mått och status", sortable=True)


def gaps_table(context: RunContext) -> Markdown:
    """Return the municipalities that lack years of the run's measure, and which years."""
    shares = wide(context.observations, context.run.matt)
    gaps = shares[shares.isna().any(axis=1)].drop(index=RIKET, errors="ignore")
    if gaps.empty:
        return paragraphs("Alla kommuner har uppgift för alla år som var kända.")
    rows = [
        {
            "name": context.catalogue.municipality(str(code)).name,
            "years": ", ".join(str(year) for year in gaps.columns[gaps.loc[code].isna()]),
            "count": int(gaps.loc[code].isna().sum()),
        }
        for code in gaps.index
    ]
    columns = [
        Column("name", "Kommun"),
        Column("count", "Antal år som saknas", "number", 0),
        Column("years", "År"),
    ]
    caption = f"Kommuner som saknar år i {context.run.matt}: {len(gaps)} av {len(shares) - 1}"
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


def checks_table(context: RunContext) -> Markdown:
    """Recompute the basic checks on what the run saw, and show each with its result."""
    rows = context.observations
    shares = rows[rows["unit"] == "procent"]["value"].dropna()
    own = wide(context.observations, context.run.matt).loc[context.run.kommun]
    late = int((rows["known_from"] > context.run.kant_senast.isoformat()).sum())
    outside = int((~shares.between(0, 100)).sum())
    doubles = int(rows.duplicated(["kommun_kod", "measure_id", "period", "gender", "group"]).sum())
    synthetic = int((rows["status"] == "synthetic").sum())
    checks = [
        ("Inget tal är känt senare än körningens dag", late == 0, f"{late} senare"),
        ("Alla andelar ligger mellan 0 och 100 procent", outside == 0, f"{outside} utanför"),
        ("Varje kommun, mått och period finns en gång", doubles == 0, f"{doubles} dubbletter"),
        ("Inga syntetiska tal finns med", synthetic == 0, f"{synthetic} syntetiska"),
        ("Den egna serien saknar inga år", not own.isna().any(), f"{int(own.isna().sum())} år saknas"),
    ]
    frame = pd.DataFrame(
        [
            {"check": name, "result": "godkänd" if passed else "underkänd", "detail": detail}
            for name, passed, detail in checks
        ]
    )
    columns = [Column("check", "Kontroll"), Column("result", "Utfall"), Column("detail", "Mätt")]
    return table(frame, columns, caption="Kontroller som räknats om på körningens eget underlag")


def quality_facts(context: RunContext) -> dict[str, object]:
    """Return what the site's quality page needs."""
    rows = context.observations
    return {
        "rows": len(rows),
        "missing": int((rows["status"] == "missing").sum()),
        "sources": [item.passport.id for item in context.sources],
        "fingerprint": fingerprint(rows),
    }
