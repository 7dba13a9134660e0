"""Worker processes: one a notebook, forked from a process that has imported the stack where the system can fork.

A worker that fails, hangs or is killed ends its own job and nothing else. Ctrl-C or the death of the main process ends
every worker and its kernel.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import connection, get_all_start_methods, get_context, parent_process
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

import psutil

from analysis.pipeline.execute import KERNEL_ENVIRONMENT, Limits, execute_job
from analysis.pipeline.jobs import PRELOADED, Job, Outcome
from analysis.pipeline.kernel import prepare_kernel

PRELOAD = "analysis.pipeline.preload"

#: Seconds that a worker gets to end its kernel before it is killed.
_PATIENCE = 5


def can_fork() -> bool:
    """Whether kernels can be forked here (Linux and macOS)."""
    return sys.platform != "win32" and "forkserver" in get_all_start_methods()


@dataclass
class _Running:
    job: Job
    process: Any
    answer: connection.Connection


class LocalWorkers:
    """Executes jobs in processes of this computer; `wait` returns them as they end."""

    room = None

    def __init__(
        self, *, warm: bool, limits: Limits, modules: tuple[str, ...] = (), scratch: Path | None = None
    ) -> None:
        self._warm = warm and can_fork()
        self._limits = replace(limits, memory=limits.memory or _most_memory())
        self._sockets = _socket_folder(Path(scratch or tempfile.gettempdir()))
        self._running: list[_Running] = []
        self._context = _fork_server(modules) if self._warm else get_context("spawn")

    def start(self, job: Job) -> None:
        """Start a job in a process of its own."""
        here, there = self._context.Pipe(duplex=False)
        process = self._context.Process(  # type: ignore[attr-defined]
            target=_work, args=(job, there, self._limits, self._sockets, self._warm), name=job.name
        )
        process.start()
        there.close()
        self._running.append(_Running(job, process, here))

    def wait(self, timeout: float | None = None) -> list[Outcome]:
        """Wait until at least one job has ended (or `timeout` seconds have passed); return those that have."""
        connection.wait([item.process.sentinel for item in self._running], timeout)
        ended = [item for item in self._running if not item.process.is_alive()]
        self._running = [item for item in self._running if item not in ended]
        return [_outcome(item) for item in ended]

    def close(self) -> None:
        """End every worker and its kernel, and remove their socket files."""
        for item in self._running:
            item.process.terminate()
        for item in self._running:
            item.process.join(_PATIENCE)
            if item.process.is_alive():
                item.process.kill()
                item.process.join()
        self._running = []
        shutil.rmtree(self._sockets, ignore_errors=True)


def _socket_folder(place: Path) -> Path:
    """Name a folder for socket files that the first worker makes, and remove those whose process was killed outright.

    The name holds this process's number. A folder that cannot be removed is another user's.
    """
    for left in place.glob("bistand-*-*"):
        number = left.name.split("-")[1]
        if number.isdigit() and not psutil.pid_exists(int(number)) and _holds_sockets_only(left):
            shutil.rmtree(left, ignore_errors=True)
    return place / f"bistand-{os.getpid()}-{secrets.token_hex(3)}"


def _holds_sockets_only(folder: Path) -> bool:
    """Whether a folder can be nothing but ours: no link, and only sockets and connection files in it."""
    return not folder.is_symlink() and all(
        path.is_socket() or path.name == "kernel.json" or (path.is_dir() and not path.is_symlink())
        for path in folder.rglob("*")
    )


def _outcome(item: _Running) -> Outcome:
    item.process.join()
    try:
        return item.answer.recv() if item.answer.poll() else _vanished(item)
    except EOFError:
        return _vanished(item)
    finally:
        item.answer.close()


def _vanished(item: _Running) -> Outcome:
    code = item.process.exitcode
    return Outcome(item.job.name, 0.0, f"{item.job.notebook.name}: arbetsprocessen avbröts (kod {code}).")


def _fork_server(modules: tuple[str, ...]) -> BaseContext:
    """Return a context whose processes are forked from one that has imported the stack and `modules`."""
    from multiprocessing import forkserver

    context = get_context("forkserver")
    context.set_forkserver_preload([PRELOAD])
    with _environment({**KERNEL_ENVIRONMENT, PRELOADED: " ".join(modules)}):
        forkserver.ensure_running()
    return context


@contextmanager
def _environment(extra: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for what is started inside."""
    before = dict(os.environ)
    os.environ.update(extra)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _work(job: Job, answer: connection.Connection, limits: Limits, sockets: Path, warm: bool) -> None:
    """Execute one job; the body of a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: _end_all())
    _limit_memory(limits.memory)
    sockets.mkdir(mode=0o700, exist_ok=True)
    kernel = prepare_kernel() if warm else None
    threading.Thread(target=_end_with_parent, args=(sockets,), daemon=True).start()
    try:
        outcome = execute_job(job, limits, sockets=sockets, kernel=kernel)
    finally:
        # A fork that never became a kernel would be waited for, for ever, when this process ends.
        if kernel is not None:
            kernel.kill()
    answer.send(outcome)


def _end_with_parent(sockets: Path) -> None:
    """Wait for the main process to die; then end kernel and worker."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        shutil.rmtree(sockets, ignore_errors=True)
        _end_all()


def _end_all() -> None:
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    os._exit(1)


def _most_memory() -> int:
    """Return what one notebook may use: most of the machine's memory, so that it fails before the machine does."""
    return int(psutil.virtual_memory().total * 0.8)


def _limit_memory(most: int | None) -> None:
    if most is None or not sys.platform.startswith("linux"):
        return
    import resource

    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
