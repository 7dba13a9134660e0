"""``bistand mal``: a question about any municipality, answered from what the national results came to."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import analysis
from analysis.answers.quick_target import Extract, Pace, QuickTarget, quick_target
from analysis.paths import Project
from analysis.sources.catalogue import Catalogue, Municipality
from foundation.files import sha256_of, write_text
from foundation.swedish import decimal, percent, probability

#: Decimals kept of a quantile in per cent: finer than anything that is shown.
_DIGITS = 4


def extracts(project: Project, say: Callable[[str], None]) -> dict[str, Extract]:
    """Return every municipality's extract, by code; made anew when data or code have changed since the last time."""
    path, state = project.root / ".cache" / "mal.json", _state(project)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["tillstand"] == state:
            return {row["code"]: _extract(row) for row in content["kommuner"]}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    say("De nationella resultaten räknas en gång, omkring en halv minut …")
    found = _compute(project)
    content = {"tillstand": _state(project), "kommuner": [asdict(row) for row in found.values()]}
    write_text(path, json.dumps(content, ensure_ascii=False) + "\n")
    return found


def _extract(row: dict[str, Any]) -> Extract:
    falls = {key: Pace(**row[key]) if row[key] else None for key in ("own", "near")}
    rows = tuple(tuple(year) for year in row["quantiles"])
    return Extract(**{**row, **falls, "quantiles": rows, "shares": tuple(row["shares"])})


def _state(project: Project) -> str:
    """Return the hash of what the national results are made from."""
    code = Path(analysis.__file__).resolve().parent
    files = [project.observations, project.raw / "matt.yml", *sorted(project.raw.rglob("*.pass.yml"))]
    files += sorted(path for room in ("forecasts", "answers") for path in (code / room).glob("*.py"))
    files.append(Path(__file__))
    text = "".join(f"{path.name} {sha256_of(path)}\n" for path in files if path.is_file())
    return hashlib.sha256(text.encode()).hexdigest()


def _compute(project: Project) -> dict[str, Extract]:
    from analysis.answers.country import GRID, country
    from analysis.answers.municipality import Fall, place
    from analysis.panel import build_panel
    from analysis.runs.national import open_national
    from foundation.memory import FOLDER_VARIABLE

    def pace(fall: Fall | None) -> Pace | None:
        return Pace(**asdict(fall)) if fall is not None else None

    os.environ.setdefault(FOLDER_VARIABLE, str(project.root / ".cache" / "minne"))
    build_panel(project)
    found = country(open_national())
    result = {}
    for row, code in enumerate(found.table.index):
        here = place(found, str(code))
        result[here.code] = Extract(
            code=here.code,
            level=here.level,
            year=here.year,
            panel_year=here.panel_year,
            shares=tuple(float(share) for share in GRID),
            quantiles=tuple(tuple(round(float(v), _DIGITS) for v in year) for year in found.grid[row]),
            own=pace(here.fastest),
            near=pace(here.fastest_near),
        )
    return result


def target_lines(
    project: Project,
    catalogue: Catalogue,
    town: Municipality,
    level: float,
    year: int,
    say: Callable[[str], None],
) -> list[str]:
    """Return the answer in sentences.

    Raises
    ------
    BistandError
        As `quick_target`.
    """
    return answer_lines(catalogue, town, quick_target(extracts(project, say)[town.code], level, year))


def answer_lines(catalogue: Catalogue, town: Municipality, answer: QuickTarget) -> list[str]:
    """Say the probability, the pace that is needed, and the fastest that has been seen."""
    known = answer.known
    goal = f"högst {decimal(answer.level, 2).removesuffix('0').removesuffix(',0')} %"
    lines = [
        f"{town.name} ({town.code}), {goal} av invånarna {answer.year}",
        f"  Läget:        {percent(known.level, 2)} ({known.year})",
        f"  Sannolikhet:  {probability(answer.probability)}, om inget görs utöver det vanliga "
        f"(prognosens median {percent(answer.median, 2)})",
    ]
    if answer.required is None:
        return [*lines, f"  Takt:         nivån är nådd redan {known.year}; målet är att stanna där"]
    lines.append(
        f"  Takt:         {decimal(-answer.required)} procents minskning om året krävs från {known.year}"
    )
    if answer.fastest is None:
        return [*lines, "  Snabbast:     varken kommunen eller någon jämförbar har minskat över tre år"]
    fall = answer.fastest
    whose = town.name if fall.code == town.code else f"{catalogue.municipality(fall.code).name}, jämförbar"
    seen = "Så fort har det aldrig gått" if answer.unseen else "Så fort har det gått förut"
    return [
        *lines,
        f"  Snabbast:     {decimal(-fall.percent)} procent om året ({whose}, {fall.start_year}–{fall.end_year}). {seen}.",
    ]
