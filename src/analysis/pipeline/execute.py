"""Execute one notebook through papermill and store it without anything that differs from time to time."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.pipeline.jobs import Job, Outcome
from analysis.pipeline.kernel import ARGUMENTS, WarmKernel, manager_class
from analysis.runs.context import OUTPUT_VARIABLE
from foundation.errors import BistandError, computer_error
from foundation.files import write_text

#: Figures and numbers must not depend on how many cores a machine has. Arrow's allocator gets no thread of its own:
#: a process that is forked may have only one.
KERNEL_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "ARROW_IO_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "MPLBACKEND": "agg",
    "PYTHONHASHSEED": "0",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


@dataclass(frozen=True)
class Limits:
    """What a notebook may use: seconds for one cell, and bytes of memory (None: what there is)."""

    cell_seconds: int = 1800
    memory: int | None = None


def execute_job(
    job: Job, limits: Limits | None = None, *, sockets: Path | None = None, kernel: WarmKernel | None = None
) -> Outcome:
    """Execute a job in this process's kernel; a fault of the notebook is an outcome, not an exception."""
    began, worked = time.perf_counter(), _cpu_seconds()
    os.environ.update({**KERNEL_ENVIRONMENT, **job.environment, OUTPUT_VARIABLE: str(job.output)})
    job.output.mkdir(parents=True, exist_ok=True)
    error = None
    try:
        execute_notebook(
            job.notebook,
            job.output / job.notebook.name,
            job.parameters,
            cwd=job.output,
            limits=limits or Limits(),
            sockets=sockets,
            kernel=kernel,
        )
    except BistandError as fault:
        error = str(fault)
    except OSError as fault:
        error = f"{job.notebook.name}: {computer_error(fault)}"
    return Outcome(job.name, time.perf_counter() - began, error, _cpu_seconds() - worked)


def _cpu_seconds() -> float:
    """Return the CPU seconds of this process and of its children that have ended."""
    return sum(os.times()[:4])


def execute_notebook(
    source: Path,
    target: Path,
    parameters: dict[str, str],
    *,
    cwd: Path,
    limits: Limits | None = None,
    sockets: Path | None = None,
    kernel: WarmKernel | None = None,
) -> None:
    """Execute one notebook and store it without anything that differs from time to time.

    Parameters
    ----------
    sockets
        Existing folder for the kernel's socket files; a temporary one without it.
    kernel
        A forked kernel that waits to be started; without it a new Python is.

    Raises
    ------
    BistandError
        If a cell fails, takes too long or ends its kernel, naming the notebook, the cell and the error.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    limits = limits or Limits()
    running = ["?"]

    def begin(cell: object, cell_index: int) -> None:
        running[0] = str(cell_index + 1)

    place = sockets or Path(tempfile.mkdtemp(prefix="bistand-"))
    try:
        papermill.execute_notebook(
            source,
            target,
            parameters=parameters,
            kernel_name="python3",
            cwd=cwd,
            progress_bar=False,
            log_output=False,
            request_save_on_cell_execute=False,
            on_cell_start=begin,
            execution_timeout=limits.cell_seconds,
            extra_arguments=list(ARGUMENTS),
            **_transport(place, kernel),
        )
    except PapermillExecutionError as error:
        message = str(error.evalue).strip()
        known = error.ename == "BistandError"
        raise BistandError(
            f"cell {error.cell_index + 1} stannade: {message if known else f'{error.ename}: {message}'}",
            file=source.name,
            fix=None if known else "Rätta felet och kör igen. Den förra godkända körningen är kvar.",
        ) from error
    except CellTimeoutError as error:
        raise BistandError(
            f"cell {running[0]} var inte klar efter {limits.cell_seconds} sekunder",
            file=source.name,
            fix="Gör cellens räkning mindre och kör igen. Den förra godkända körningen är kvar.",
        ) from error
    except DeadKernelError as error:
        raise BistandError(
            f"cell {running[0]} avslutade Python: koden gjorde det själv, eller så tog minnet slut",
            file=source.name,
            fix="Kör anteckningsboken för hand för att se var. Den förra godkända körningen är kvar.",
        ) from error
    finally:
        if sockets is None:
            shutil.rmtree(place, ignore_errors=True)
    clean_notebook(target)


def _transport(sockets: Path, kernel: WarmKernel | None) -> dict[str, Any]:
    """Return engine options: kernels talk over files where the system can, so that no ports clash."""
    if sys.platform == "win32":
        return {}
    return {"kernel_manager_class": manager_class(sockets, kernel)}


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
