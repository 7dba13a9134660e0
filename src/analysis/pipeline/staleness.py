"""Which runs need executing: compare what a run would be made from with what it was made from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.forecasts.log import read_log
from analysis.panel import read_panel
from analysis.paths import Project
from analysis.pipeline.manifest import (
    Manifest,
    code_hash,
    hash_files,
    notebook_hashes,
    package_versions,
    stored_key,
)
from analysis.runs.context import fingerprint, visible
from analysis.runs.load import RunList
from analysis.runs.model import Run
from analysis.sources.catalogue import Catalogue
from analysis.sources.passports import LocatedPassport


@dataclass(frozen=True)
class Planned:
    """A run, what it would be made from now, and whether what stands is something else."""

    run: Run
    manifest: Manifest
    stale: bool


def plan_runs(
    project: Project, runs: RunList, catalogue: Catalogue, passports: tuple[LocatedPassport, ...]
) -> tuple[Planned, ...]:
    """Return every listed run with its manifest, and whether it is stale."""
    observations = read_panel(project)
    planned = []
    for run in runs.runs:
        manifest = run_manifest(project, run, runs, catalogue, passports, observations)
        planned.append(Planned(run, manifest, stored_key(project.reports / run.id) != manifest.key))
    return tuple(planned)


def run_manifest(
    project: Project,
    run: Run,
    runs: RunList,
    catalogue: Catalogue,
    passports: tuple[LocatedPassport, ...],
    observations: pd.DataFrame,
) -> Manifest:
    """Return what `run` would be made from: only what it can see counts."""
    previous = runs.previous(run)
    seen = [
        fingerprint(visible(observations, item, catalogue, passports)) for item in (run, previous) if item
    ]
    target = runs.targets[run.mal].model_dump_json() if run.mal else ""
    return Manifest(
        run_id=run.id,
        parameters={**run.parameters(), "rubrik": run.rubrik},
        inputs={
            "observationer": seen[0],
            "forra_korningen": seen[1] if previous else "",
            "planer": hash_files(_plan_files(project), project.root),
            "turnering": hash_files(_measured_files(project), project.root),
            "prognoslogg": _logged_before(project, run),
            "katalog": hash_files(_catalogue_files(project), project.root),
            "mal": hashlib.sha256(target.encode()).hexdigest(),
        },
        notebooks=notebook_hashes(project, run.anteckningsbocker),
        code=code_hash(),
        versions=package_versions(),
    )


def _logged_before(project: Project, run: Run) -> str:
    """Hash the logged forecasts that the run's page may score: its municipality's, from before its day."""
    log = read_log(project.forecast_log)
    seen = (log["municipality"] == run.kommun) & (log["data_as_of"] < run.kant_senast.isoformat())
    return fingerprint(log[seen])


def _plan_files(project: Project) -> list[Path]:
    return sorted(project.plans.glob("*.yml"))


def _measured_files(project: Project) -> list[Path]:
    """Measured track records of methods that pages quote."""
    return sorted((project.root / "benchmarks" / "results").glob("effects_tournament.csv"))


def _catalogue_files(project: Project) -> list[Path]:
    return [project.raw / name for name in ("matt.yml", "jamforelsegrupper.yml", "bedomningar.yml")]
