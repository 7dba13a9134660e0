"""A job: one notebook, its parameters, where it writes and what it waits for. The unit that is scheduled and executed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

#: Environment variable with the modules that the process which workers are forked from imports for them (`preload`).
PRELOADED = "BISTAND_FORLADDA"


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
