"""Read and validate ``reports/runs.yml`` before anything runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from analysis.errors import BistandError, allowed_values
from analysis.paths import Project
from analysis.runs.model import Run, Target
from analysis.sources.catalogue import Catalogue, load_catalogue
from analysis.sources.passports import describe_validation, read_yaml


@dataclass(frozen=True)
class RunList:
    """All listed runs, in the order of the file, and the targets they refer to."""

    runs: tuple[Run, ...]
    targets: dict[str, Target]

    def get(self, run_id: str) -> Run:
        """Return a run by id; an unknown id is an error that lists the known ones."""
        for run in self.runs:
            if run.id == run_id:
                return run
        raise BistandError(
            f"körningen ”{run_id}” finns inte",
            fix=f"Listade körningar: {', '.join(run.id for run in self.runs)}.",
        )

    def previous(self, run: Run) -> Run | None:
        """Return the latest earlier run of the same municipality and plan, if there is one."""
        earlier = [
            other
            for other in self.runs
            if (other.kommun, other.plan) == (run.kommun, run.plan) and other.kant_senast < run.kant_senast
        ]
        return max(earlier, key=lambda other: other.kant_senast, default=None)


def load_runs(project: Project, catalogue: Catalogue | None = None) -> RunList:
    """Read the run list.

    Raises
    ------
    BistandError
        For an unknown municipality, period, plan, target, measure, group, notebook or key, naming the run and
        the allowed values.
    """
    catalogue = catalogue or load_catalogue(project.raw)
    path = project.runs_file
    content = read_yaml(path)
    if not isinstance(content, Mapping) or not {"standard", "mal", "korningar"} <= set(content):
        raise BistandError(
            "filen ska ha delarna ”standard”, ”mal” och ”korningar”",
            file=path,
            fix="Jämför med den fil som följer med projektet.",
        )
    targets = {str(key): _target(str(key), fields, path) for key, fields in content["mal"].items()}
    runs = tuple(_run(fields, content["standard"], path) for fields in content["korningar"])
    _check_unique(runs, path)
    for run in runs:
        check_references(run, targets, catalogue, project)
        _check_plan(run, project)
    for target_id, target in targets.items():
        if target.matt not in catalogue.measures:
            raise BistandError(
                f"målet ”{target_id}” avser det okända måttet ”{target.matt}”",
                file=path,
                fix=f"Tillåtna mått: {allowed_values(catalogue.measures)}.",
            )
        if not catalogue.measures[target.matt].is_share:
            shares = allowed_values(name for name, measure in catalogue.measures.items() if measure.is_share)
            raise BistandError(
                f"målet ”{target_id}” avser måttet ”{target.matt}”, som inte är en andel",
                file=path,
                fix=f"Målsidan räknar med andelar i procent. Mått som går: {shares}.",
            )
    return RunList(runs, targets)


def _check_plan(run: Run, project: Project) -> None:
    """Stop a run whose plan is another municipality's."""
    path = project.plans / f"{run.plan}.yml"
    found = re.search(r"^kommun:\s*[\"']?(\d{4})", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    if found is not None and found.group(1) != run.kommun:
        raise BistandError(
            f"körningen ”{run.id}” gäller kommunen {run.kommun} men planen ”{run.plan}” är kommunen {found.group(1)}:s",
            file=project.runs_file,
            fix=f"Ändra kommun eller plan i körningen, eller kommun i {project.relative(path)}.",
        )


def _target(key: str, fields: object, path: Path) -> Target:
    try:
        return Target.model_validate(fields)
    except ValidationError as error:
        raise BistandError(f"målet ”{key}”: {describe_validation(error)}", file=path) from error


def _run(fields: object, defaults: Mapping[str, object], path: Path) -> Run:
    if not isinstance(fields, Mapping):
        raise BistandError("varje körning ska vara en post med fält", file=path)
    try:
        return Run.model_validate({**defaults, **fields})
    except ValidationError as error:
        raise BistandError(
            f"körningen ”{fields.get('id', '?')}”: {describe_validation(error)}",
            file=path,
            fix=f"Tillåtna fält: {', '.join(Run.model_fields)}. Perioder skrivs 2024, 2024-10 eller 2024-T2.",
        ) from error


def _check_unique(runs: tuple[Run, ...], path: Path) -> None:
    seen: set[str] = set()
    for run in runs:
        if run.id in seen:
            raise BistandError(
                f"körningen ”{run.id}” finns två gånger", file=path, fix="Ge den ena ett annat id."
            )
        seen.add(run.id)


def check_references(run: Run, targets: Mapping[str, Target], catalogue: Catalogue, project: Project) -> None:
    """Check that everything a run refers to exists.

    Raises
    ------
    BistandError
        Naming the run, the field and the allowed values.
    """
    plans = {path.stem for path in project.plans.glob("*.yml") if path.stem.islower()}
    notebooks = {path.stem for path in project.notebooks.glob("[0-9][0-9]_*.ipynb")}
    checks: tuple[tuple[str, str | None, set[str]], ...] = (
        ("kommun", run.kommun, set(catalogue.municipalities) - {"0000"}),
        ("plan", run.plan, plans),
        ("mal", run.mal, set(targets)),
        ("matt", run.matt, set(catalogue.measures)),
        ("jamforelse", run.jamforelse, set(catalogue.groups)),
        *(("anteckningsbocker", name, notebooks) for name in run.anteckningsbocker),
    )
    for field, value, allowed in checks:
        if value is not None and value not in allowed:
            known = "SCB:s fyrsiffriga kommunkoder" if field == "kommun" else allowed_values(allowed)
            raise BistandError(
                f"körningen ”{run.id}”: {field} ”{value}” är okänt",
                file=project.runs_file,
                fix=f"Tillåtna värden: {known}.",
            )
