"""Folders of executed notebooks: a run's, or the site's own. Only stale notebooks run; a folder is replaced whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from analysis.paths import Project
from analysis.pipeline.jobs import Job, Outcome, copy_files, files_of
from analysis.pipeline.manifest import Manifest, stored
from analysis.pipeline.schedule import Workers, run_jobs
from foundation.files import write_text
from foundation.memory import FOLDER_VARIABLE
from foundation.owned import replace_folder, workroom

#: Notebooks that wait for another one, because both need the same dear result: the second finds it stored.
_FOLLOWS = {
    "00_i_korthet": ("03_effekt", "04_mal"),
    "04_mal": ("03_effekt",),
    "05_kostnad": ("07_atgardseffekt",),
    "08_andringar": ("04_mal",),
}

#: Seconds that a notebook takes where no earlier time is known.
_GUESS = {
    "03_effekt": 20.0,
    "04_mal": 15.0,
    "05_kostnad": 16.0,
    "07_atgardseffekt": 40.0,
    "92_aktivitetskravet": 20.0,
}


@dataclass(frozen=True)
class Folder:
    """A folder to be made: its notebooks in order, and which of them must be executed.

    Attributes
    ----------
    after
        By notebook: names of other folders that must stand before it starts.
    """

    name: str
    notebooks: tuple[Path, ...]
    parameters: dict[str, str]
    target: Path
    manifest: Manifest
    stale: tuple[str, ...]
    after: dict[str, tuple[str, ...]]


def make_folders(
    project: Project,
    folders: Sequence[Folder],
    workers: Callable[[], Workers],
    *,
    slots: int,
    on_jobs: Callable[[Sequence[Job]], None] = lambda jobs: None,
    on_start: Callable[[Job], None],
    on_done: Callable[[Outcome], None],
    on_folder: Callable[[str], None],
) -> tuple[Outcome, ...]:
    """Execute what is stale and put each folder in place when all its notebooks have passed.

    A folder with a failed notebook stays as it was. `on_folder` is told when a folder has been replaced.
    """
    times = _read_times(project)
    with workroom(project.reports, "korning") as room:
        jobs = [job for folder in folders for job in _jobs(project, folder, folders, room, times)]
        on_jobs(jobs)
        left = {folder.name: set(folder.stale) for folder in folders}
        by_name = {folder.name: folder for folder in folders}

        def done(outcome: Outcome) -> None:
            name, notebook = outcome.name.rsplit("/", 1)
            on_done(outcome)
            if outcome.error is None:
                times[outcome.name] = round(outcome.seconds, 1)
                left[name].discard(notebook)
                if not left[name]:
                    _put_in_place(by_name[name], room)
                    on_folder(name)

        outcomes = run_jobs(jobs, workers(), slots, on_start=on_start, on_done=done)
    write_text(_times_file(project), json.dumps(times, indent=0, sort_keys=True) + "\n")
    return outcomes


def _jobs(
    project: Project, folder: Folder, folders: Iterable[Folder], room: Path, times: dict[str, float]
) -> list[Job]:
    """Return the jobs of a folder's stale notebooks; what the others left is copied from the standing folder."""
    kept = stored(folder.target)
    for notebook in folder.notebooks:
        if notebook.stem not in folder.stale and kept is not None:
            copy_files(kept.files[notebook.stem], folder.target, room / folder.name / notebook.stem)
    others = {item.name: item for item in folders}
    jobs = []
    for notebook in folder.notebooks:
        if notebook.stem not in folder.stale:
            continue
        name = f"{folder.name}/{notebook.stem}"
        waits = [f"{folder.name}/{item}" for item in _FOLLOWS.get(notebook.stem, ()) if item in folder.stale]
        for other in folder.after.get(notebook.stem, ()):
            waits += [f"{other}/{item}" for item in others[other].stale] if other in others else []
        jobs.append(
            Job(
                name,
                notebook,
                room / folder.name / notebook.stem,
                folder.parameters,
                tuple(waits),
                times.get(name, _GUESS.get(notebook.stem, 3.0)),
                {FOLDER_VARIABLE: str(project.root / ".cache" / "minne")},
            )
        )
    return jobs


def _put_in_place(folder: Folder, room: Path) -> None:
    whole = room / f"{folder.name}.hel"
    whole.mkdir()
    written: dict[str, tuple[str, ...]] = {}
    for notebook in folder.notebooks:
        part = room / folder.name / notebook.stem
        written[notebook.stem] = files_of(part)
        copy_files(written[notebook.stem], part, whole)
    folder.manifest.write(whole, written)
    replace_folder(whole, folder.target)


def _times_file(project: Project) -> Path:
    return project.root / ".cache" / "tider.json"


def _read_times(project: Project) -> dict[str, float]:
    """Return how long each job took the last time; nothing if the file is not there or is not what it should be."""
    with suppress(OSError, ValueError, AttributeError):
        content = json.loads(_times_file(project).read_text(encoding="utf-8"))
        return {str(name): float(seconds) for name, seconds in content.items()}
    return {}
