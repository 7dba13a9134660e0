"""What a finished run says that the one before it did not, in a few lines for the screen."""

from __future__ import annotations

from typing import Any

from analysis.paths import Project
from analysis.runs.load import load_runs
from analysis.runs.overview import read_results
from analysis.swedish import percent, points, probability


def changes_since_previous(project: Project, run_id: str) -> tuple[str, ...]:
    """Compare the published facts of a run with those of the run before it in the same plan."""
    runs = load_runs(project)
    run = runs.get(run_id)
    before = runs.previous(run)
    if before is None:
        return ("Det är planens första körning; det finns ingen tidigare att jämföra med.",)
    now, then = (read_results(project.reports / item.id) for item in (run, before))
    lines = [f"Sedan {before.rubrik}:", *_level_lines(now.get("laget"), then.get("laget"))]
    chances = [parts.get("mal", {}).get("probability") for parts in (now, then)]
    if all(value is not None for value in chances):
        lines.append(
            f"- sannolikheten att nå målet: {probability(chances[1])} då, {probability(chances[0])} nu"
        )
    return tuple(lines)


def _level_lines(now: dict[str, Any] | None, then: dict[str, Any] | None) -> list[str]:
    if now is None or then is None:
        return []
    if now["year"] == then["year"]:
        return [f"- inget nytt årsvärde; {now['year']} var {percent(now['value'], 2)}"]
    change = points(now["value"] - then["value"])
    return [
        f"- andelen invånare: {percent(then['value'], 2)} ({then['year']}) till {percent(now['value'], 2)} "
        f"({now['year']}), {change}",
        f"- plats bland kommunerna: {then['rank']} av {then['ranked']} då, {now['rank']} av {now['ranked']} nu",
    ]
