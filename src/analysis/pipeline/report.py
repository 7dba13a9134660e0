"""The main job: panel, stale notebooks, site; the last good site stands until the new one has passed its checks."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from analysis.answers.forecast_rows import append_runs
from analysis.panel import build_panel
from analysis.panel.build import BuildReport
from analysis.paths import Project
from analysis.pipeline.audit import commit_of
from analysis.pipeline.code import imported_by
from analysis.pipeline.documents import write_documents
from analysis.pipeline.execute import Limits
from analysis.pipeline.folders import Folder, make_folders
from analysis.pipeline.jobs import Job, Outcome
from analysis.pipeline.manifest import package_versions
from analysis.pipeline.places import place_folders
from analysis.pipeline.schedule import Workers
from analysis.pipeline.site_notebooks import site_folder
from analysis.pipeline.stage import SITE_FOLDER, stage_site
from analysis.pipeline.staleness import Planned, plan_runs
from analysis.pipeline.workers import LocalWorkers
from analysis.runs.load import RunList, load_runs
from analysis.runs.model import Run
from analysis.sources.catalogue import load_catalogue
from analysis.sources.passports import find_passports
from foundation.errors import BistandError
from foundation.files import write_text
from foundation.memory import forget_old
from foundation.owned import demand_ours, discard_damaged, open_to_readers, replace_folder, workroom

Say = Callable[[str], None]


@dataclass(frozen=True)
class Progress:
    """Where the job tells what it does: `say` prints a line; `start` gets the jobs, `begin` and `step` one of them."""

    say: Say
    start: Callable[[Sequence[Job]], None]
    step: Callable[[Outcome], None]
    stop: Callable[[], None]
    begin: Callable[[Job], None] = lambda job: None


@dataclass(frozen=True)
class ReportResult:
    """What the main job did."""

    panel: BuildReport
    executed: tuple[Outcome, ...]
    skipped: tuple[str, ...]
    pages: int
    renderer: str
    runs: int


def make_report(
    project: Project,
    *,
    only: str | None,
    renderer: str,
    workers: int,
    progress: Progress,
    warm: bool = True,
    limits: Limits | None = None,
    country: bool = True,
    cluster: str | None = None,
) -> ReportResult:
    """Build the panel, execute stale notebooks and publish the site.

    Parameters
    ----------
    workers
        How many notebooks are executed at a time.
    warm
        Fork kernels from a process that has imported the stack, where the system can; the pages are the same.
    country
        Make and publish the pages about all municipalities too; without, they are left out of the site.
    cluster
        Address of a Dask scheduler whose workers execute the notebooks, as many at a time as there are workers.

    Raises
    ------
    BistandError
        For bad input (nothing is changed), for failed notebooks (the last good output and the last good site
        stand), and for a site that does not pass its checks (the last good site stands).
    """
    catalogue = load_catalogue(project.raw)
    runs = load_runs(project, catalogue)
    if only is not None:
        runs.get(only)
    for folder in (
        project.site,
        *(project.reports / name for name in (SITE_FOLDER, *(run.id for run in runs.runs))),
    ):
        discard_damaged(folder)
        demand_ours(folder)
    panel = build_panel(project)
    passports = find_passports(*project.sources)
    planned = plan_runs(project, runs, catalogue, passports)
    chosen = [item for item in planned if item.stale and only in (None, item.run.id)]
    skipped = tuple(item.run.id for item in planned if not item.stale)
    folders = [_run_folder(project, item) for item in chosen]
    folders += site_folder(project, planned, tuple(folder.name for folder in folders))
    folders += place_folders(project, catalogue, passports) if country and only is None else []
    modules = {name for folder in folders for path in folder.notebooks for name in imported_by(path)}
    shared = {"limits": limits or Limits(), "modules": tuple(sorted(modules))}
    make_workers = partial(_workers, project, cluster, warm, shared)
    executed = _execute(project, folders, [item.run for item in chosen], make_workers, workers, progress)
    pages, used = publish_site(project, runs, renderer=renderer, say=progress.say, country=country)
    return ReportResult(panel, executed, skipped, pages, used, len(runs.runs))


def _workers(project: Project, cluster: str | None, warm: bool, shared: dict[str, Any]) -> Workers:
    """Make what executes the notebooks: processes of this computer, or a cluster."""
    if cluster is None:
        return LocalWorkers(warm=warm, **shared)
    from analysis.pipeline.cluster import DaskWorkers

    return DaskWorkers(cluster, project.root, **shared)


def _run_folder(project: Project, item: Planned) -> Folder:
    notebooks = tuple(project.notebooks / f"{name}.ipynb" for name in item.run.anteckningsbocker)
    return Folder(
        item.run.id,
        notebooks,
        item.run.parameters(),
        project.reports / item.run.id,
        item.manifest,
        item.notebooks,
        {},
    )


def _log_forecasts(project: Project, runs: list[Run], say: Say) -> None:
    """Append the forecasts of the runs just executed; the same run on the same data adds nothing."""
    ordered = sorted(runs, key=lambda run: (run.kant_senast, run.id))
    result = append_runs(project.forecast_log, [project.reports / run.id for run in ordered])
    if result.added:
        say(f"Prognosloggen: {result.added} nya rader i {project.relative(project.forecast_log)}.")


def _execute(
    project: Project,
    folders: list[Folder],
    runs: list[Run],
    make_workers: Callable[[], Workers],
    slots: int,
    progress: Progress,
) -> tuple[Outcome, ...]:
    """Execute the folders' stale notebooks; forecasts are logged once every run stands, before pages that read them."""
    if not folders:
        return ()
    waiting = {run.id for run in runs}

    def placed(name: str) -> None:
        if name in waiting:
            waiting.discard(name)
            if not waiting:
                _log_forecasts(project, runs, progress.say)

    try:
        outcomes = make_folders(
            project,
            folders,
            make_workers,
            slots=slots,
            on_jobs=progress.start,
            on_start=progress.begin,
            on_done=progress.step,
            on_folder=placed,
        )
    finally:
        progress.stop()
    failed = [outcome for outcome in outcomes if outcome.error]
    if failed:
        details = "\n".join(f"- {outcome.name}: {outcome.error}" for outcome in failed)
        raise BistandError(
            f"{len(failed)} av {len(outcomes)} anteckningsböcker stannade. Webbplatsen är inte ändrad.\n{details}"
        )
    return outcomes


def publish_site(
    project: Project, runs: RunList, *, renderer: str, say: Say, country: bool = True
) -> tuple[int, str]:
    """Stage, lint, render, check and swap in the site; returns the number of pages and the renderer used."""
    from renderer import embedded
    from renderer.check import check_site
    from renderer.lint import lint

    cache = project.root / ".cache"
    store = cache / "sidor"
    with workroom(cache, "bygge") as room:
        stage, fresh = room / "kallor", room / "_site"
        found = find_quarto() if renderer in {"auto", "quarto"} else None
        fill_stage(project, runs, stage, found, country=country)
        _stop_on("sidornas källor", [str(finding) for finding in lint(stage, store)])
        if renderer == "quarto" and found is None:
            raise BistandError(
                "Quarto finns inte på datorn", fix="Installera Quarto 1.9 eller senare, eller utelämna valet."
            )
        if found is not None:
            from renderer import quarto

            say(f"Återger med Quarto {found}.")
            quarto.render(stage, fresh, cache / "quarto")
        else:
            embedded.render(stage, fresh, jobs=max(1, os.cpu_count() or 1), cache=store)
        _stop_on("den nya webbplatsen", [str(finding) for finding in check_site(fresh, store)])
        open_to_readers(fresh)
        replace_folder(fresh, project.site)
    forget_old(store)
    forget_old(cache / "minne")
    pages = sum(1 for _ in Path(project.site).rglob("*.html"))
    return pages, f"Quarto {found}" if found else "inbyggd"


def fill_stage(
    project: Project, runs: RunList, stage: Path, quarto: object | None, *, country: bool = True
) -> tuple[Run, ...]:
    """Put all that the site is made of into the new folder `stage`: sources, documents, facts of the build."""
    published = stage_site(project, runs, stage, country=country)
    write_documents(stage, published, project.root / ".cache" / "sidor")
    _write_build_facts(project, stage, quarto)
    return published


def _write_build_facts(project: Project, stage: Path, quarto: object | None) -> None:
    """Write what made the site, beside its pages: renderer, commit, packages; nothing differs between equal builds."""
    from renderer.pandoc import pandoc_version

    facts = {"återgivare": f"Quarto {quarto}" if quarto else "inbyggd", "pandoc": pandoc_version()}
    facts |= {"commit": commit_of(project.root) or "okänd"} | package_versions()
    write_text(stage / "bygge.json", json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def find_quarto() -> object | None:
    """Return the usable Quarto of this computer, if there is one."""
    from renderer import quarto

    return quarto.find()


def _stop_on(what: str, findings: list[str]) -> None:
    if findings:
        shown = "\n".join(f"- {text}" for text in findings[:20])
        more = f"\n… och {len(findings) - 20} till" if len(findings) > 20 else ""
        raise BistandError(f"{what} klarar inte kontrollerna; webbplatsen är inte ändrad.\n{shown}{more}")
