"""The site's page on data: every source file with its passport, and every measure with its definition."""

from __future__ import annotations

import html

import pandas as pd

from analysis.disclosure.own_counts import UNTOLD, added_sources, open_files
from analysis.pages.parts.markdown import Markdown, conclusion
from analysis.pages.parts.table import Column, table, with_small
from analysis.panel import read_panel
from analysis.runs import Overview
from analysis.runs.overview import panel_summary
from analysis.sources.passports import LocatedPassport
from foundation.swedish import count


def data_conclusion(overview: Overview) -> Markdown:
    """Return the page's summary: how many files, rows and measures."""
    rows = panel_summary(overview)
    return conclusion(
        f"Allt på webbplatsen räknas fram ur {len(overview.passports)} råfiler med {count(sum(rows.values()))} "
        "observationer. "
        "Råfilerna ändras aldrig; nya siffror läggs in som nya utgåvor.",
        "Varje fil har ett pass, och filens kontrollsumma prövas varje gång den läses.",
    )


def sources_table(overview: Overview) -> Markdown:
    """Return the passports, one row a file."""
    counts = panel_summary(overview)
    rows = [
        {
            "title": with_small(item.passport.titel, item.passport.producent),
            "definition": with_small(
                item.passport.definition, f"Källan anges så: {item.passport.hanvisning}"
            ),
            "vintage": item.passport.utgava + (" (pseudoutgåva)" if item.passport.pseudoutgava else ""),
            "rows": counts.get(item.passport.id, float("nan")),
        }
        for item in overview.passports
    ]
    columns = [
        Column("title", "Källa och producent", "html"),
        Column("definition", "Vad den innehåller", "html"),
        Column("vintage", "Utgåva"),
        Column("rows", "Observationer", "number", 0),
    ]
    return table(pd.DataFrame(rows), columns, caption="Källor", sortable=True)


def files_table(overview: Overview) -> Markdown:
    """Return file, checksum, licence and the rule for when values count as known.

    Checksums of own files are not told: whoever knows all but a small count could try which one gives the sum.
    """
    own = added_sources(overview.passports)
    given = open_files(read_panel(overview.project), overview.catalogue, overview.passports)
    rows = [
        {
            "file": _file_cell(overview, item, given),
            "sha": UNTOLD if item.passport.id in own else f"<code>{item.passport.sha256[:16]}…</code>",
            "fetched": item.passport.hamtad.isoformat(),
            "rule": item.passport.kant_fran.motivering,
            "licence": item.passport.licens,
        }
        for item in overview.passports
    ]
    columns = [
        Column("file", "Fil", "html"),
        Column("sha", "SHA-256, början", "html"),
        Column("fetched", "Hämtad"),
        Column("rule", "När ett värde räknas som känt"),
        Column("licence", "Villkor"),
    ]
    return table(pd.DataFrame(rows), columns, caption="Filer, kontrollsummor och villkor")


def _file_cell(overview: Overview, item: LocatedPassport, given: frozenset[str]) -> str:
    """The file's name, leading to the file where it may be given away, and to its passport."""
    name = html.escape(overview.project.relative(item.data))
    if item.passport.id not in given:
        return name
    place = f"kallor/{item.passport.id}"
    passport = f'<a href="{place}.pass.yml" aria-label="pass för {name}">pass</a>'
    return f'<a href="{place}{item.data.suffix}">{name}</a>, {passport}'


def measures_table(overview: Overview) -> Markdown:
    """Return every measure in use with definition, unit, direction and caveats."""
    rows = [
        {
            "name": with_small(measure.namn, measure_id),
            "definition": with_small(
                measure.definition, " ".join(f"Brott {item.fran}: {item.text}" for item in measure.brott)
            ),
            "unit": measure.enhet,
            "direction": measure.riktning,
        }
        for measure_id, measure in overview.catalogue.measures.items()
    ]
    columns = [
        Column("name", "Mått och beteckning", "html"),
        Column("definition", "Definition och brott", "html"),
        Column("unit", "Enhet", filter=True),
        Column("direction", "Önskad riktning", filter=True),
    ]
    return table(pd.DataFrame(rows), columns, caption="Måttkatalogen", sortable=True)


def groups_table(overview: Overview) -> Markdown:
    """Return the comparison groups by name, with the rule that chose them."""
    rows = [
        {
            "title": group.titel,
            "rule": group.regel,
            "members": ", ".join(overview.catalogue.municipality(code).name for code in group.kommuner),
        }
        for group in overview.catalogue.groups.values()
    ]
    columns = [Column("title", "Grupp"), Column("rule", "Regel"), Column("members", "Kommuner")]
    return table(pd.DataFrame(rows), columns, caption="Jämförelsegrupper")
