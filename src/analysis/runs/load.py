"""Read and validate ``reports/runs.yml`` before anything runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from analysis.calendar import period_end
from analysis.paths import Project
from analysis.runs.model import NEEDS_PLAN, Run, Target
from analysis.runs.targets import FOLLOWED, PlanFacts, read_plan_facts
from analysis.sources.catalogue import Catalogue, load_catalogue
from analysis.sources.yaml_in import describe_validation, line_of, read_yaml
from foundation.errors import BistandError, allowed_values


@dataclass(frozen=True)
class RunList:
    """All listed runs, in the order of the file, and what they need to know of the plans."""

    runs: tuple[Run, ...]
    plans: Mapping[str, PlanFacts]

    @property
    def targets(self) -> dict[str, Target]:
        """All targets that runs may follow, by id."""
        return {name: target for plan in self.plans.values() for name, target in plan.targets.items()}

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
        """Return the latest earlier run of the same municipality and plan, if there is one; of one day, that of the earlier
        period."""
        alike = [other for other in self.runs if (other.kommun, other.plan) == (run.kommun, run.plan)]
        return max((other for other in alike if _when(other) < _when(run)), key=_when, default=None)


def _when(run: Run) -> tuple[date, date]:
    return run.kant_senast, period_end(run.period)


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
    if not isinstance(content, Mapping) or not {"standard", "korningar"} <= set(content):
        raise BistandError(
            "filen ska ha delarna ”standard” och ”korningar”",
            file=path,
            row=_odd_part(content, path),
            fix="Jämför med den fil som följer med projektet.",
        )
    for part, kind, what in (("standard", Mapping, "fält"), ("korningar", list, "poster")):
        if not isinstance(content[part], kind):
            raise BistandError(
                f"delen ”{part}” ska innehålla {what}",
                file=path,
                row=line_of(path, (part,)),
                fix="Kontrollera indrag; jämför med den fil som följer med projektet.",
            )
    if "mal" in content:
        raise BistandError(
            "målen står i planerna, inte här",
            file=path,
            row=line_of(path, ("mal",)),
            fix="Flytta varje mål till mal i sin plan i data/raw/planer (MALL.yml visar hur) och ta bort delen ”mal”.",
        )
    plans = read_plan_facts(project.plans)
    runs = tuple(_run(fields, content["standard"], path, n) for n, fields in enumerate(content["korningar"]))
    _check_unique(runs, path)
    for index, run in enumerate(runs):
        check_references(run, plans, catalogue, project, index)
    for plan in plans.values():
        for name, target in plan.targets.items():
            if target.matt not in catalogue.measures:
                raise BistandError(
                    f"målet ”{name}” avser det okända måttet ”{target.matt}”",
                    file=plan.path,
                    row=plan.row(name, FOLLOWED, "matt"),
                    fix="Kör ”bistand matt” för att se måtten.",
                )
            if not catalogue.measures[target.matt].is_share:
                shares = allowed_values(
                    key for key, measure in catalogue.measures.items() if measure.is_share
                )
                raise BistandError(
                    f"målet ”{name}” avser måttet ”{target.matt}”, som inte är en andel",
                    file=plan.path,
                    row=plan.row(name, FOLLOWED, "matt"),
                    fix=f"Målsidan räknar med andelar i procent. Mått som går: {shares}.",
                )
    return RunList(runs, plans)


def _odd_part(content: object, path: Path) -> int | None:
    """Return the row of the first part that the list of runs does not have."""
    odd = (
        [str(key) for key in content if key not in {"standard", "korningar"}]
        if isinstance(content, Mapping)
        else []
    )
    return line_of(path, (odd[0],)) if odd else 1


def _run(fields: object, defaults: Mapping[str, object], path: Path, index: int) -> Run:
    place = ("korningar", index)
    if not isinstance(fields, Mapping):
        raise BistandError(
            "varje körning ska vara en post med fält",
            file=path,
            row=line_of(path, place),
            fix="Börja posten med ”- id:” och skriv de andra fälten under, med samma indrag.",
        )
    try:
        return Run.model_validate({**defaults, **fields})
    except ValidationError as error:
        where = error.errors()[0]["loc"]
        raise BistandError(
            f"körningen ”{fields.get('id', '?')}”: {describe_validation(error)}",
            file=path,
            row=line_of(path, (*place, *where)),
            fix=f"Tillåtna fält: {', '.join(Run.model_fields)}. Perioder skrivs 2024, 2024-10 eller 2024-T2.",
        ) from error


def _check_unique(runs: tuple[Run, ...], path: Path) -> None:
    seen: set[str] = set()
    for index, run in enumerate(runs):
        if run.id in seen:
            raise BistandError(
                f"körningen ”{run.id}” finns två gånger",
                file=path,
                row=line_of(path, ("korningar", index, "id")),
                fix="Ge den ena ett annat id.",
            )
        seen.add(run.id)


def check_references(
    run: Run, plans: Mapping[str, PlanFacts], catalogue: Catalogue, project: Project, index: int | None = None
) -> None:
    """Check that everything a run refers to exists, and that its plan is its municipality's.

    Parameters
    ----------
    index
        The run's place in the list, so that a fault is told with its row.

    Raises
    ------
    BistandError
        Naming the run, the field and the allowed values.
    """
    notebooks = {path.stem for path in project.notebooks.glob("[0-9][0-9]_*.ipynb")}
    plan = plans.get(run.plan) if run.plan else None
    checks: tuple[tuple[str, str | None, Collection[str]], ...] = (
        ("kommun", run.kommun, set(catalogue.municipalities) - {"0000"}),
        ("plan", run.plan, plans),
        ("mal", run.mal, plan.targets if plan else ()),
        ("matt", run.matt, catalogue.measures),
        ("jamforelse", run.jamforelse, catalogue.groups),
        *(("anteckningsbocker", name, notebooks) for name in run.anteckningsbocker),
    )

    def refuse(field: str, problem: str, fix: str) -> BistandError:
        path, here = project.runs_file, () if index is None else ("korningar", index, field)
        row = line_of(path, here) if here else None
        return BistandError(f"körningen ”{run.id}”: {problem}", file=path, row=row, fix=fix)

    for field, value, allowed in checks:
        if value is not None and value not in allowed:
            known = "SCB:s fyrsiffriga kommunkoder" if field == "kommun" else allowed_values(allowed)
            place = f" i planen {run.plan}" if field == "mal" else ""
            none = f"inga; planen har inget mål med {FOLLOWED}" if field == "mal" else "inga finns"
            raise refuse(
                field,
                f"{field} ”{value}” är okänt{place}",
                f"Tillåtna värden: {known or none}.",
            )
    if plan is not None and plan.kommun != run.kommun:
        mine, theirs = (catalogue.municipality(code).name for code in (run.kommun, plan.kommun))
        own = allowed_values({name for name, item in plans.items() if item.kommun == run.kommun})
        raise refuse(
            "kommun",
            f"kommun ”{run.kommun}” ({mine}) är inte planens: {run.plan} gäller {theirs} ({plan.kommun})",
            f"Rätta kommunen, eller välj en plan som {mine} har: {own or 'ingen än; bistand ny-plan skriver en'}.",
        )
    if plan is None:
        for name in sorted(NEEDS_PLAN.intersection(run.anteckningsbocker)):
            raise refuse(
                "anteckningsbocker",
                f"{name} behöver en plan",
                f"Ange plan, eller ta bort {name} ur anteckningsbocker (bistand ny-plan skriver en plan).",
            )
