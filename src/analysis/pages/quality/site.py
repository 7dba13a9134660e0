"""The site's quality page: what each run was made from, with which versions, on which assumptions, and how it is tested."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version
from typing import Any

import pandas as pd

from analysis.disclosure.own_counts import UNTOLD, added_sources
from analysis.pages.parts.markdown import Markdown, bullet_list, capitalise, conclusion, paragraphs
from analysis.pages.parts.table import Column, table
from analysis.runs import Overview, Run
from foundation.swedish import count

_PACKAGES = (
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
    "matplotlib",
    "seaborn",
    "papermill",
    "pandera",
    "pypandoc_binary",
)

_MEASURED = (
    ("Prognosmodellen", "Målet", "Träffsäkerhet, täckning och kalibrering mot utfall, före varje prognos",
     "python benchmarks/forecast_backtest.py"),
    ("Effektmetoden", "Effekten", "Turnering på alla kommuner: felet, hur ofta den larmar falskt, vad den hade sett",
     "python benchmarks/effects_tournament.py"),
    ("Publicerade svar", "", "Samma svar som i litteraturen på litteraturens data",
     "python benchmarks/effects_reference.py"),
    ("Åtgärdernas effekt", "", "Simuleringar med känt facit för den emulerade studien",
     "python benchmarks/micro_montecarlo.py"),
    ("Återgivaren", "", "Samma innehåll som Quarto ger på en provwebbplats, och hur fort det går",
     "python benchmarks/render.py"),
)  # fmt: skip


def _manifest(overview: Overview, run: Run) -> dict[str, Any]:
    path = overview.project.reports / run.id / "manifest.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def quality_conclusion(overview: Overview) -> Markdown:
    """Return the page's conclusion: how many runs and files, and what equal keys mean."""
    return conclusion(
        f"**{count(len(overview.results))} körningar ur {count(len(overview.passports))} råfiler.** Varje körning har en "
        "nyckel som räknas ur dess uppgifter, kod, parametrar och versioner: samma nyckel ger samma sidor, byte för byte.",
        "En körning som stannar publiceras aldrig; den förra godkända är kvar.",
    )


def runs_table(overview: Overview) -> Markdown:
    """Return what each run was made from.

    Checksums over own figures are not told: whoever knows all but a small count could try which one gives the sum.
    """
    own = bool(added_sources(overview.passports))
    rows = []
    for run in overview.runs.runs:
        if run.id not in overview.results:
            continue
        manifest, facts = _manifest(overview, run), overview.facts(run, "datakvalitet")
        rows.append(
            {
                "run": run.rubrik,
                "rows": facts.get("rows"),
                "missing": facts.get("missing"),
                "sources": len(facts.get("sources", [])),
                "data": UNTOLD if own else f"<code>{manifest['inputs']['observationer'][:12]}</code>",
                "code": f"<code>{manifest['code'][:12]}</code>",
                "key": UNTOLD if own else f"<code>{manifest['key'][:12]}</code>",
            }
        )
    columns = [
        Column("run", "Körning"),
        Column("rows", "Observationer", "number", 0),
        Column("missing", "Saknade", "number", 0),
        Column("sources", "Källor", "number", 0),
        Column("data", "Data", "html"),
        Column("code", "Kod", "html"),
        Column("key", "Nyckel", "html"),
    ]
    caption = "Vad varje körning är gjord av (början av SHA-256"
    caption += "; kontrollsummor över egna siffror visas inte)" if own else ")"
    return table(pd.DataFrame(rows), columns, caption=caption)


def versions_table() -> Markdown:
    """Return the versions that results may depend on."""
    rows = [{"name": "Python", "version": platform.python_version()}]
    rows += [{"name": name, "version": version(name)} for name in _PACKAGES]
    columns = [Column("name", "Program"), Column("version", "Version")]
    return table(pd.DataFrame(rows), columns, caption="Versioner")


def track_record_table() -> Markdown:
    """Return how each method is measured and where the result stands."""
    rows = [
        {
            "method": name,
            "what": what,
            "where": f"sidan {page} i varje körning" if page else "benchmarks/results",
            "command": command,
        }
        for name, page, what, command in _MEASURED
    ]
    columns = [
        Column("method", "Metod"),
        Column("what", "Vad som mäts"),
        Column("where", "Var det står"),
        Column("command", "Så görs det om"),
    ]
    return table(pd.DataFrame(rows), columns, caption="Metodernas egna meriter")


def assumptions(overview: Overview) -> Markdown:
    """Return the assumptions log: how targets are read, when sources count as known, how groups were chosen."""
    targets = [f"**{capitalise(item.namn)}:** {item.tolkning}" for item in overview.runs.targets.values()]
    groups = [f"**{capitalise(item.titel)}:** {item.regel}" for item in overview.catalogue.groups.values()]
    rules = sorted(
        {
            f"**{item.passport.producent}:** {item.passport.kant_fran.motivering}"
            for item in overview.passports
        }
    )
    return (
        paragraphs("Så tolkas målen:")
        + bullet_list(targets)
        + paragraphs("Så är jämförelsegrupperna valda:")
        + bullet_list(groups)
        + paragraphs("När en källas värden räknas som kända:")
        + bullet_list(rules)
    )


def caveats(overview: Overview) -> Markdown:
    """Return the whole caveat vocabulary, and which measures carry each."""
    lines = []
    for key, text in overview.catalogue.caveats.items():
        carriers = [item.kort for item in overview.catalogue.measures.values() if key in item.forbehall]
        if carriers:
            lines.append(f"{text.strip()} **Gäller:** {', '.join(carriers)}.")
    return bullet_list(lines)
