"""Wall-clock and CPU seconds of a command with everything that it starts, also what outlives it (Linux)."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_SUBREAPER = 36


@dataclass(frozen=True)
class Cost:
    """Seconds of a command, the largest memory of one of its processes in MB, and what it printed."""

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
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - began
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}:\n{done.stdout}\n{done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu, after.ru_maxrss / 1024, done.stdout)
