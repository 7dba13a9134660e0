"""What the site's own pages may see: the results that the executed runs published."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.panel import read_panel
from analysis.paths import Project, find_project
from analysis.runs.context import OUTPUT_VARIABLE
from analysis.runs.load import RunList, load_runs
from analysis.runs.model import Run, Target
from analysis.sources.catalogue import Catalogue, load_catalogue
from analysis.sources.passports import LocatedPassport, find_passports


@dataclass(frozen=True)
class Overview:
    """All runs and the facts that each of them published.

    Attributes
    ----------
    results
        By run id: by name of the published part (``laget``, ``mal``, ...): its facts.
    """

    project: Project
    runs: RunList
    catalogue: Catalogue
    passports: tuple[LocatedPassport, ...]
    results: dict[str, dict[str, dict[str, Any]]]
    output: Path

    def latest(self, target_id: str) -> Run | None:
        """Return the executed run with the latest knowledge among those with a target."""
        runs = [run for run in self.runs.runs if run.mal == target_id and run.id in self.results]
        return max(runs, key=lambda run: run.kant_senast, default=None)

    def targets(self) -> list[tuple[str, Target, Run]]:
        """Return each target that some executed run follows, with its latest run, by deadline."""
        found = []
        for target_id, target in self.runs.targets.items():
            run = self.latest(target_id)
            if run is not None:
                found.append((target_id, target, run))
        return sorted(found, key=lambda item: item[1].senast)

    def facts(self, run: Run, part: str) -> dict[str, Any]:
        """Return what `run` published under `part`, or nothing if it published none."""
        return self.results.get(run.id, {}).get(part, {})


def read_results(folder: Path) -> dict[str, dict[str, Any]]:
    """Read every published part of one run's folder."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("results/*.json"))
    }


def open_overview() -> Overview:
    """Open the results of all executed runs."""
    project = find_project()
    catalogue = load_catalogue(project.raw)
    runs = load_runs(project, catalogue)
    results = {run.id: read_results(project.reports / run.id) for run in runs.runs}
    folder = os.environ.get(OUTPUT_VARIABLE)
    output = Path(folder) if folder else project.reports / "_for_hand" / "webbplats"
    found = {run_id: parts for run_id, parts in results.items() if parts}
    return Overview(project, runs, catalogue, find_passports(*project.sources), found, output)


def panel_summary(overview: Overview) -> dict[str, int]:
    """Return how many rows the observation table holds, by source."""
    counts = read_panel(overview.project)["source_id"].value_counts()
    return {str(name): int(number) for name, number in counts.items()}
