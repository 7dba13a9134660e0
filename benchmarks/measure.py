"""Wall-clock and CPU seconds of a command with everything that it starts, also what outlives it (Linux)."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_SUBREAPER = 36


@dataclass(frozen=True)
class Cost:
    """Seconds of a command, the most memory in MB that it and all it started held together, and what it printed.

    Memory is the sum of proportional set sizes (what processes share is counted once), looked at twice a second.
    """

    wall: float
    cpu: float
    memory: float
    printed: str

    def __str__(self) -> str:
        return f"{self.cpu:7.1f} CPU-s {self.wall:7.1f} s {self.memory:6.0f} MB"


def adopt_orphans() -> None:
    """Let processes whose parent has ended become this one's, so that their CPU seconds are counted."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def measure(command: Sequence[str], folder: Path, environment: dict[str, str]) -> Cost:
    """Run a command to its end and return what it cost.

    Raises
    ------
    RuntimeError
        If it fails, with what it printed.
    """
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    ended, most = threading.Event(), [0.0]
    watcher = threading.Thread(target=_watch, args=(ended, most), daemon=True)
    watcher.start()
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - began
    ended.set()
    watcher.join()
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}:\n{done.stdout}\n{done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu, most[0], done.stdout)


def _watch(ended: threading.Event, most: list[float]) -> None:
    """Keep the largest sum of memory of this process's descendants until told to stop."""
    while not ended.wait(0.5):
        total = 0
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                total += process.memory_full_info().pss
        most[0] = max(most[0], total / 1e6)
