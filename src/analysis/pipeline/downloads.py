"""What can be taken from the site: observations, answers, a data dictionary, open source files, notebooks as they were run.

Own figures are in it as the newest run of their municipality may show them, never as they came; their files are not.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from openpyxl import Workbook

from analysis.disclosure.own_counts import open_files, own_counts
from analysis.panel import read_panel
from analysis.paths import Project
from analysis.pipeline.audit import NOTEBOOKS, PAGE, SOURCES
from analysis.plain import harmless
from analysis.runs.context import context_of, fingerprint, open_panel
from analysis.runs.load import RunList
from analysis.runs.model import Run
from analysis.runs.overview import read_results
from analysis.sources.catalogue import Catalogue, load_catalogue
from analysis.sources.observation import RIKET, STATUS_SV
from analysis.sources.passports import SUFFIX, LocatedPassport, find_passports
from foundation.files import write_bytes, write_text
from foundation.memory import remember
from foundation.swedish import count
from renderer.word_reference import pack

FOLDER: Final = "hamta"
#: Files that are copied with the site whether or not a page links to them.
RESOURCES: Final = (f"{FOLDER}/*", f"{SOURCES}/*", f"reports/*/{NOTEBOOKS}/*.ipynb")

OBSERVATIONS: Final = {
    "kommun_kod": "SCB:s kommunkod, fyra siffror; 0000 är riket",
    "kommun": "Kommunens namn",
    "matt": "Måttets nyckel i måttkatalogen",
    "mattets_namn": "Måttets namn",
    "period": "År (2024), månad (2024-10) eller delår (2024-T2)",
    "kon": "T alla, K kvinnor, M män",
    "grupp": "alla, eller en grupp som källan namnger",
    "varde": "Talet, tomt när status säger att det inte finns något",
    "enhet": "Talets enhet",
    "status": "Hur talet är känt; skyddad betyder att det gäller för få personer för att visas",
    "kalla": "Id för passet som talet kom med",
    "kant_fran": "Första dagen då någon kunde känna till talet",
    "anmarkning": "Plats i dokumentet, rättelser, förbehåll",
}
ANSWERS: Final = {
    "korning": "Körningens id",
    "sida": "Den del av körningen som svaret står på",
    "uppgift": "Svarets namn; punkter skiljer nivåer",
    "tal": "Svaret, om det är ett tal",
    "text": "Svaret, om det är en text",
}
FIGURES: Final = {
    "period, år": "Den tid som raden gäller",
    "median": "Prognosens mitt: hälften av de simulerade framtiderna ligger under",
    "lägst (80 %), högst (80 %)": "Ändarna av det intervall som rymmer 80 procent av framtiderna; 50, 90 och 95 likadant",
    "samma månad, senast känd": "Månadens värde senast den var känd, att jämföra prognosen med",
    "utfall": "Det publicerade talet",
    "väntat": "Vad som var att vänta utan planen; tomt för år då inget väntas",
    "väntat_från, väntat_till": "Ändarna av det väntades 95-procentiga band",
    "sannolikhet": "Andel av framtiderna, från 0 till 1; i procent där rubriken säger det",
}
_UNTOLD: Final = {"fingerprint"}


def stage_downloads(
    project: Project, runs: RunList, published: Sequence[Run], stage: Path, cache: Path | None = None
) -> None:
    """Lay files to download, and the page that lists them, into the stage."""
    catalogue = load_catalogue(project.raw)
    passports = find_passports(*project.sources)
    for item in open_sources(project, catalogue, passports):
        for path in (item.data, item.path):
            name = item.passport.id + (SUFFIX if path == item.path else item.data.suffix)
            write_bytes(stage / SOURCES / name, path.read_bytes())
    rows = observation_rows(project, runs, published, catalogue, passports)
    results = {run.id: read_results(project.reports / run.id) for run in published}
    answers = pd.DataFrame(_answer_rows(results), columns=list(ANSWERS))
    words = pd.DataFrame(_words(catalogue, rows), columns=["tabell", "namn", "betydelse"])
    tables = {"observationer": rows, "svar": answers, "datalexikon": words}
    for name, table in tables.items():
        text = harmless(table).to_csv(index=False, sep=";", decimal=",", lineterminator="\n")
        write_text(stage / FOLDER / f"{name}.csv", "\ufeff" + text)
    made_from = [fingerprint(table.astype(str)) for table in tables.values()]
    book = remember("hamta", made_from, ("analysis.pipeline.downloads",), partial(workbook, tables), cache)
    write_bytes(stage / FOLDER / "bistandslaget.xlsx", book.tobytes())
    content = {
        "observationer": json.loads(rows.to_json(orient="records")),
        "svar": {
            run: {part: _told(facts) for part, facts in parts.items()} for run, parts in results.items()
        },
        "datalexikon": words.to_dict(orient="records"),
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    write_text(stage / FOLDER / "bistandslaget.json", text + "\n")
    write_text(stage / PAGE, _page(len(rows), len(answers)))


def open_sources(
    project: Project, catalogue: Catalogue, passports: tuple[LocatedPassport, ...]
) -> tuple[LocatedPassport, ...]:
    """Return the sources whose files may be given away as they came."""
    given = open_files(read_panel(project), catalogue, passports)
    return tuple(item for item in passports if item.passport.id in given)


def observation_rows(
    project: Project,
    runs: RunList,
    published: Sequence[Run],
    catalogue: Catalogue,
    passports: tuple[LocatedPassport, ...],
) -> pd.DataFrame:
    """Return every observation that may be shown: the open ones, and own ones as the newest run of each town shows them."""
    parts = [open_panel(project)]
    for town in sorted({run.kommun for run in published}):
        newest = max(
            (run for run in published if run.kommun == town), key=lambda run: (run.kant_senast, run.id)
        )
        shown = context_of(project, newest, runs, catalogue, project.reports).observations
        parts.append(shown[own_counts(shown, catalogue, passports) & (shown["kommun_kod"] == town)])
    rows = pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)
    names = {item.code: item.name for item in catalogue.municipalities.values()} | {RIKET: "Riket"}
    frame = pd.DataFrame(
        {
            "kommun_kod": rows["kommun_kod"],
            "kommun": rows["kommun_kod"].map(names),
            "matt": rows["measure_id"],
            "mattets_namn": rows["measure_id"].map(lambda key: catalogue.measure(key).namn),
            "period": rows["period"],
            "kon": rows["gender"],
            "grupp": rows["group"],
            "varde": rows["value"],
            "enhet": rows["unit"],
            "status": rows["status"].map(STATUS_SV),
            "kalla": rows["source_id"],
            "kant_fran": rows["known_from"],
            "anmarkning": rows["note"],
        }
    )
    return frame.sort_values(["matt", "kommun_kod", "period", "kon", "grupp", "kant_fran"], ignore_index=True)


def _told(facts: Any) -> Any:
    """Facts without what is not for readers: checks of the program's own, and marks of layout in texts."""
    if isinstance(facts, dict):
        return {key: _told(value) for key, value in facts.items() if key not in _UNTOLD}
    if isinstance(facts, list):
        return [_told(value) for value in facts]
    return re.sub(r"\*\*|^:::.*$\n?", "", facts, flags=re.M).strip() if isinstance(facts, str) else facts


def _answer_rows(results: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, object]]:
    for run, parts in results.items():
        for part, facts in parts.items():
            for path, value in _leaves(_told(facts), ()):
                number = isinstance(value, int | float)
                yield {
                    "korning": run,
                    "sida": part,
                    "uppgift": ".".join(path),
                    "tal": float(value) if number else None,
                    "text": "" if number or value is None else str(value),
                }


def _leaves(facts: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(facts, dict):
        for key, value in facts.items():
            yield from _leaves(value, (*path, str(key)))
    elif isinstance(facts, list):
        for number, value in enumerate(facts, start=1):
            yield from _leaves(value, (*path, str(number)))
    else:
        yield path, facts


def _words(catalogue: Catalogue, rows: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """The data dictionary: each column, each status, each measure in use."""
    yield from (("observationer", name, text) for name, text in OBSERVATIONS.items())
    yield from (("svar", name, text) for name, text in ANSWERS.items())
    yield from (("figurernas filer", name, text) for name, text in FIGURES.items())
    for key in sorted(set(rows["matt"])):
        measure = catalogue.measure(key)
        yield "matt", key, f"{measure.namn} ({measure.enhet}). {measure.definition}"


def workbook(tables: Mapping[str, pd.DataFrame]) -> np.ndarray:
    """Return the bytes of a workbook with a sheet a table; equal tables give equal bytes."""
    book = Workbook(write_only=True)
    for name, table in tables.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        shown = harmless(table).astype(object)
        sheet.append(list(shown.columns))
        for row in shown.where(shown.notna(), None).itertuples(index=False):
            sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    core = re.sub(
        r"(<dcterms:\w+[^>]*>)[^<]*", r"\g<1>2000-01-01T00:00:00Z", parts["docProps/core.xml"].decode()
    )
    return np.frombuffer(pack({**parts, "docProps/core.xml": core.encode()}), dtype=np.uint8)


def _page(observations: int, answers: int) -> str:
    files = (
        ("observationer.csv", f"{count(observations)} observationer"),
        ("svar.csv", f"{count(answers)} svar ur körningarna"),
        ("datalexikon.csv", "Vad varje kolumn och mått betyder"),
        ("bistandslaget.xlsx", "Samma tre tabeller som blad i Excel"),
        ("bistandslaget.json", "Samma innehåll för program"),
    )
    listed = "\n".join(f"- [{name}]({FOLDER}/{name}): {text}" for name, text in files)
    rows = "\n".join(
        f"| `{name}` | {text} |" for table in (OBSERVATIONS, ANSWERS, FIGURES) for name, text in table.items()
    )
    return (
        '---\ntitle: "Ladda ner"\ndescription: "Alla observationer och svar som CSV, Excel och JSON."\n---\n\n'
        f"{listed}\n\nCSV-filerna har semikolon och decimalkomma och öppnas i Excel. Tal om få personer är skyddade "
        "också här. En text som ett kalkylblad skulle räkna på har en apostrof först.\n\nKällfilerna och deras pass nås "
        "från [Data och källor](data.ipynb), och längst ned på varje sida i en körning. "
        "[Versioner och commit](bygge.json) står i en egen fil.\n\n"
        f"## Datalexikon\n\n| Kolumn | Betydelse |\n|:--|:--|\n{rows}\n\n"
        ": Kolumner i filerna, sist de i figurernas filer {#tbl-kolumner}\n"
    )
