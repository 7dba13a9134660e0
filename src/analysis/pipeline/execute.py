"""Execute notebooks through papermill, all of a run or nothing of it."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.errors import BistandError
from analysis.files import write_text
from analysis.owned import replace_folder, workroom
from analysis.pipeline.manifest import Manifest
from analysis.runs.context import OUTPUT_VARIABLE

TIMINGS = "tider.json"

#: Figures and numbers must not depend on how many cores a machine has.
_KERNEL_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "agg",
    "PYTHONHASHSEED": "0",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


@dataclass(frozen=True)
class Job:
    """One folder of executed notebooks to be made."""

    name: str
    notebooks: tuple[Path, ...]
    parameters: dict[str, str]
    target: Path
    manifest: Manifest


@dataclass(frozen=True)
class Outcome:
    """What became of a job; `error` is the Swedish message if it failed."""

    name: str
    seconds: float
    error: str | None = None


def execute_all(
    jobs: Iterable[Job], *, workers: int, on_done: Callable[[Outcome], None]
) -> tuple[Outcome, ...]:
    """Execute jobs in parallel processes; a failed one leaves its last good folder in place."""
    todo = tuple(jobs)
    if not todo:
        return ()
    outcomes = []
    with ProcessPoolExecutor(max_workers=max(1, min(workers, len(todo)))) as pool:
        for future in as_completed([pool.submit(execute, job) for job in todo]):
            outcome = future.result()
            outcomes.append(outcome)
            on_done(outcome)
    order = {job.name: place for place, job in enumerate(todo)}
    return tuple(sorted(outcomes, key=lambda outcome: order[outcome.name]))


def execute(job: Job) -> Outcome:
    """Execute one job in a staging folder and put it in place when every notebook has passed."""
    start = time.perf_counter()
    timings: dict[str, float] = {}
    with workroom(job.target.parent, "korning") as room:
        staging = room / job.name
        staging.mkdir()
        os.environ.update({**_KERNEL_ENVIRONMENT, OUTPUT_VARIABLE: str(staging)})
        try:
            for notebook in job.notebooks:
                began = time.perf_counter()
                execute_notebook(notebook, staging / notebook.name, job.parameters, cwd=staging)
                timings[notebook.stem] = round(time.perf_counter() - began, 2)
        except BistandError as error:
            return Outcome(job.name, time.perf_counter() - start, str(error))
        write_text(staging / TIMINGS, json.dumps(timings, indent=1) + "\n")
        job.manifest.write(staging)
        replace_folder(staging, job.target)
    return Outcome(job.name, time.perf_counter() - start)


def execute_notebook(source: Path, target: Path, parameters: dict[str, str], *, cwd: Path) -> None:
    """Execute one notebook and store it without anything that differs from time to time.

    Raises
    ------
    BistandError
        If a cell fails, naming the notebook, the cell and the error.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    try:
        papermill.execute_notebook(
            source,
            target,
            parameters=parameters,
            kernel_name="python3",
            cwd=cwd,
            progress_bar=False,
            log_output=False,
            extra_arguments=["--IPKernelApp.log_level=50"],
            **_transport(),
        )
    except PapermillExecutionError as error:
        message = str(error.evalue).strip()
        known = error.ename == "BistandError"
        raise BistandError(
            f"cell {error.cell_index + 1} stannade: {message if known else f'{error.ename}: {message}'}",
            file=source.name,
            fix=None if known else "Rätta felet och kör igen. Den förra godkända körningen är kvar.",
        ) from error
    clean_notebook(target)


def _transport() -> dict[str, Any]:
    """Return engine options: kernels talk over files where the system can, so that no ports clash."""
    if sys.platform == "win32":
        return {}
    from analysis.pipeline.kernel import FileSocketKernelManager

    return {"kernel_manager_class": FileSocketKernelManager}


def clean_notebook(path: Path) -> None:
    """Hide papermill's own cell and strip timestamps, so that equal runs give equal files."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["metadata"].pop("papermill", None)
    for place, cell in enumerate(notebook["cells"]):
        cell["metadata"].pop("papermill", None)
        cell["metadata"].pop("execution", None)
        tags = cell["metadata"].get("tags", [])
        if "injected-parameters" in tags:
            cell["metadata"]["tags"] = [*tags, "remove-cell"]
        cell["id"] = f"cell-{place:02d}"
    write_text(path, json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
