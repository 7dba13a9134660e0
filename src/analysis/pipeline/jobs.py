"""A job: one notebook, its parameters, where it writes and what it reads. The unit that is scheduled and executed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Job:
    """One notebook to be executed.

    Attributes
    ----------
    name
        Unique, as it is shown: ``lund-2022/03_effekt``.
    output
        Folder that only this job writes to: the executed notebook, its figures, data and results.
    parameters
        What papermill injects.
    reads
        Output folders of earlier jobs whose results lie in `output` while the notebook runs.
    after
        Names of the jobs that must have passed before this one starts.
    seconds
        How long it is expected to take.
    environment
        Extra environment variables of its kernel.
    """

    name: str
    notebook: Path
    output: Path
    parameters: dict[str, str]
    reads: tuple[Path, ...] = ()
    after: tuple[str, ...] = ()
    seconds: float = 5.0
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What became of a job; `error` is the Swedish message if it failed, `cpu` the seconds its processes computed."""

    name: str
    seconds: float
    error: str | None = None
    cpu: float = 0.0


def files_of(folder: Path) -> tuple[str, ...]:
    """Names of all files below `folder`, sorted, with forward slashes."""
    return tuple(sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()))


def copy_files(names: tuple[str, ...], source: Path, target: Path) -> None:
    """Copy named files from one folder to the same places in another."""
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, target / name)


@contextmanager
def lent(job: Job) -> Iterator[None]:
    """Let the results of the jobs that `job` reads lie in its own folder while it runs."""
    borrowed: list[str] = []
    for folder in job.reads:
        names = tuple(name for name in files_of(folder) if name.startswith("results/"))
        copy_files(names, folder, job.output)
        borrowed += names
    try:
        yield
    finally:
        for name in borrowed:
            (job.output / name).unlink()
        results = job.output / "results"
        if borrowed and not any(results.iterdir()):
            results.rmdir()
