"""Which notebooks need executing: compare what each would be made from with what it was made from.

A run depends on what it reads: the rows that it can see, its plan and the plans linked to it, its comparison group,
its municipality's logged forecasts, and the code that its notebooks import. Other municipalities' plans, runs and own
months leave it fresh.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from analysis.answers.own_effects import RELEASED
from analysis.declarations.model import FOLDER
from analysis.forecasts.log import read_log
from analysis.panel import read_panel
from analysis.paths import Project
from analysis.pipeline.code import code_hash, imported_by
from analysis.pipeline.manifest import (
    Manifest,
    Sources,
    hash_files,
    hash_text,
    package_versions,
    stale_notebooks,
)
from analysis.pipeline.rows import RowHashes
from analysis.runs.context import fingerprint
from analysis.runs.load import RunList
from analysis.runs.model import Run
from analysis.sources.catalogue import Catalogue
from analysis.sources.passports import LocatedPassport


@dataclass(frozen=True)
class Planned:
    """A run, what it would be made from now, and which of its notebooks must be executed for that."""

    run: Run
    manifest: Manifest
    notebooks: tuple[str, ...]

    @property
    def stale(self) -> bool:
        """Whether anything must be executed."""
        return bool(self.notebooks)


def plan_runs(
    project: Project, runs: RunList, catalogue: Catalogue, passports: tuple[LocatedPassport, ...]
) -> tuple[Planned, ...]:
    """Return every listed run with its manifest and its stale notebooks."""
    rows = RowHashes(read_panel(project), catalogue, passports)
    log = read_log(project.forecast_log)
    common = _common_inputs(project)
    names = sorted({name for run in runs.runs for name in run.anteckningsbocker})
    sources = {name: notebook_sources(project, name, {}) for name in names}
    planned = []
    for run in runs.runs:
        inputs = common | run_inputs(project, run, runs, catalogue, passports, rows, log)
        manifest = Manifest(
            run_id=run.id,
            parameters={**run.parameters(), "rubrik": run.rubrik},
            notebooks={name: replace(sources[name], inputs=inputs) for name in run.anteckningsbocker},
            versions=package_versions(),
        )
        planned.append(Planned(run, manifest, stale_notebooks(manifest, project.reports / run.id)))
    return tuple(planned)


def notebook_sources(project: Project, name: str, inputs: dict[str, str]) -> Sources:
    """Return what a notebook is made from, given its inputs."""
    path = project.notebooks / f"{name}.ipynb"
    return Sources(hash_files([path], project.root), code_hash(imported_by(path)), inputs)


def run_inputs(
    project: Project,
    run: Run,
    runs: RunList,
    catalogue: Catalogue,
    passports: Sequence[LocatedPassport],
    rows: RowHashes,
    log: pd.DataFrame,
) -> dict[str, str]:
    """Return the hashes of what `run` reads of its own."""
    previous = runs.previous(run)
    earlier = [other for other in runs.runs if other.kant_senast < run.kant_senast]
    logged = (log["municipality"] == run.kommun) & (log["data_as_of"] < run.kant_senast.isoformat())
    group = catalogue.groups[run.jamforelse]
    seen = rows.sources(run)
    return {
        "observationer": rows.visible(run),
        "forra_korningen": rows.visible(previous) if previous else "",
        "redan_visat": rows.shown_before(run, earlier),
        "pass": hash_text(
            "".join(
                item.passport.model_dump_json(exclude={"sha256", "original"})
                for item in passports
                if item.passport.id in seen
            )
        ),
        "planer": hash_files(linked_plans(project, run.plan), project.root) if run.plan else "",
        "grupp": hash_text(group.model_dump_json()),
        "prognoslogg": fingerprint(log[logged]),
        "mal": hash_text(runs.targets[run.mal].model_dump_json() if run.mal else ""),
    }


def linked_plans(project: Project, plan_id: str) -> tuple[Path, ...]:
    """Return the file of a plan and of every plan whose measures are linked to its, directly or through others."""
    texts = {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted(project.plans.glob("*.yml"))
        if path.stem.islower()
    }
    names = {
        one: {other for other in texts if other != one and re.search(rf"(?<![\w-]){re.escape(other)}/", text)}
        for one, text in texts.items()
    }
    found, waiting = set(), {plan_id}
    while waiting:
        one = waiting.pop()
        found.add(one)
        near = names.get(one, set()) | {other for other, named in names.items() if one in named}
        waiting |= near - found
    return tuple(project.plans / f"{name}.yml" for name in sorted(found))


def _common_inputs(project: Project) -> dict[str, str]:
    """Return the hashes of what every run reads: the catalogue of measures, judgements, corrections, track records."""
    raw = [project.raw / name for name in ("matt.yml", "bedomningar.yml", "corrections.yml", "handelser.yml")]
    own = project.reports / RELEASED
    measured = (project.root / "benchmarks" / "results").glob("effects_tournament.csv")
    return {
        "katalog": hash_files([path for path in raw if path.is_file()], project.root),
        "turnering": hash_files(measured, project.root),
        "deklarationer": hash_files(sorted((project.reports / FOLDER).glob("*.yml")), project.root),
        "egna_skattningar": hash_files([own] if own.is_file() else [], project.root),
    }
