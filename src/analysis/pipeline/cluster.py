"""Notebooks on a Dask cluster: the same jobs, executed by `distributed` workers that share the project's folder.

An optional extra (``distributed``). The cluster spreads the jobs and starts those of a lost worker again; what a job
does, and what it leaves, is what it is on this computer.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.pipeline.code import code_hash
from analysis.pipeline.execute import Limits, execute_job
from analysis.pipeline.jobs import Job, Outcome
from analysis.pipeline.manifest import package_versions
from foundation.errors import BistandError

if TYPE_CHECKING:
    from distributed import Client, Future

#: Seconds to wait for the cluster's scheduler.
PATIENCE = 15
#: How many more times a job is tried whose worker was lost or could not run it at all.
RETRIES = 2


class DaskWorkers:
    """Executes jobs on a cluster; `wait` returns them as they end.

    Parameters
    ----------
    address
        The scheduler's, for example ``tcp://10.0.0.5:8786``.
    project
        The project's folder; every worker must see the same one under the same name.
    modules
        Modules of this project that the notebooks import; their code and that which executes jobs are compared.

    Raises
    ------
    BistandError
        If `distributed` is not installed, nothing answers, a worker runs several jobs at a time in one process, or one
        has another folder, other code or other packages.
    """

    def __init__(self, address: str, project: Path, *, limits: Limits, modules: Sequence[str] = ()) -> None:
        self._limits = limits
        self._client = _connect(address)
        self._running: dict[Future, Job] = {}
        try:
            _demand_alike(self._client, project, tuple(modules))
        except BaseException:
            self._client.close()
            raise

    @property
    def room(self) -> int:
        """How many jobs the cluster takes at a time: one a worker."""
        return len(self._client.scheduler_info(n_workers=-1)["workers"])

    def start(self, job: Job) -> None:
        """Hand a job to the cluster."""
        future = self._client.submit(execute_apart, job, self._limits, pure=False, retries=RETRIES)
        self._running[future] = job

    def wait(self, timeout: float | None = None) -> list[Outcome]:
        """Wait until at least one job has ended (or `timeout` seconds have passed); return those that have."""
        from distributed import TimeoutError as DaskTimeout
        from distributed import wait

        try:
            with self._client.as_current():
                ended = wait(list(self._running), timeout=timeout, return_when="FIRST_COMPLETED").done
        except DaskTimeout:
            return []
        return [_outcome(future, self._running.pop(future)) for future in ended]

    def close(self) -> None:
        """Call back every job that has not ended, and leave the cluster."""
        self._client.cancel(list(self._running), force=True)
        self._running = {}
        self._client.close()


def execute_apart(job: Job, limits: Limits) -> Outcome:
    """Execute a job in a worker that lives on: its environment is put back afterwards.

    `Limits.memory` is left to the worker's own (``--memory-limit``), which ends the worker.
    """
    before = dict(os.environ)
    try:
        return execute_job(job, limits)
    finally:
        os.environ.clear()
        os.environ.update(before)


def what_is_here(root: str, modules: tuple[str, ...]) -> tuple[bool, str, dict[str, str]]:
    """Whether the project's folder can be seen from this process, and which code and packages it has."""
    code = code_hash((__name__, *modules))
    return (Path(root) / "reports" / "runs.yml").is_file(), code, package_versions()


def _connect(address: str) -> Client:
    try:
        from distributed import Client
    except ImportError:
        raise BistandError(
            "paketet distributed finns inte i miljön",
            fix="Lägg in det: uv sync --extra dask, eller utelämna --dask.",
        ) from None
    try:
        return Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError):
        raise BistandError(
            f"inget kluster svarar på {address}",
            fix="Pröva adressen som dask scheduler visar när den startar, till exempel tcp://10.0.0.5:8786.",
        ) from None


def _demand_alike(client: Client, project: Path, modules: tuple[str, ...]) -> None:
    workers = client.scheduler_info(n_workers=-1)["workers"]
    if not workers:
        raise BistandError(
            "klustret har inga arbetare", fix="Starta minst en: dask worker ADRESS --nthreads 1."
        )
    several = [name for name, facts in workers.items() if facts["nthreads"] != 1]
    if several:
        raise BistandError(
            f"arbetaren {several[0]} kör flera uppgifter i samma process",
            fix="Starta den om med --nthreads 1; antalet processer väljs med --nworkers.",
        )
    here = what_is_here(str(project), modules)
    for name, found in client.run(what_is_here, str(project), modules).items():
        for fits, what in (
            (found[0], f"ser inte mappen {project}"),
            (found[1] == here[1], "har en annan version av projektets kod"),
            (found[2] == here[2], "har andra versioner av Python eller paketen"),
        ):
            if not fits:
                raise BistandError(
                    f"arbetaren {name} {what}",
                    fix="Alla ska ha samma delade mapp, med samma namn, och den miljö som uv.lock låser.",
                )


def _outcome(future: Future, job: Job) -> Outcome:
    if future.status == "finished":
        done: Outcome = future.result()
        return done
    error = future.exception() if future.status == "error" else None
    said = "uppgiften avbröts" if error is None else f"{type(error).__name__}: {error}"
    return Outcome(job.name, 0.0, f"{job.notebook.name}: klustret gav upp ({said}).")
