"""Has anything changed since the last report? Answered from checksums alone, before anything heavy is imported.

The state is one hash over everything that goes into the site and everything that came out. Files are hashed by content:
times and places do not count.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import analysis
from analysis.paths import Project
from foundation.files import sha256_of, write_text

_SKIPPED = {"__pycache__", ".git", "_for_hand"}


def state(project: Project, *, built: bool = True) -> str:
    """Return the hash of data, run list, notebooks, code and versions, and with `built` of the pages that stand."""
    digest = hashlib.sha256(f"{sys.version} {_installed()} {shutil.which('quarto')}".encode())
    code = Path(analysis.__file__).resolve().parent
    places = [
        project.raw,
        project.own,
        project.notebooks,
        project.reports,
        project.pages,
        project.root / "_quarto.yml",
        project.root / "benchmarks" / "results",
        project.observations,
        code,
        code.parent / "renderer",
        code.parent / "foundation",
    ]
    if built:
        places.append(project.site)
    for number, place in enumerate(places):
        for name, path in _files(place):
            digest.update(f"{number}/{name}\0{sha256_of(path)}\0".encode())
    return digest.hexdigest()


def recall(project: Project, name: str, now: str) -> list[str] | None:
    """Return the lines that command `name` printed in this very state, or None if it has not run in it."""
    try:
        content = json.loads(_file(project, name).read_text(encoding="utf-8"))
        lines = content["rader"] if content["tillstand"] == now else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return [str(line) for line in lines] if isinstance(lines, list) else None


def store(project: Project, name: str, now: str, lines: list[str]) -> None:
    """Keep what command `name` printed in this state."""
    content = {"tillstand": now, "rader": lines}
    write_text(_file(project, name), json.dumps(content, ensure_ascii=False, indent=0) + "\n")


def _file(project: Project, name: str) -> Path:
    return project.root / ".cache" / f"{name}.json"


def _files(place: Path) -> Iterator[tuple[str, Path]]:
    """Yield every file below `place` by its name from there, in order; rooms of work under way do not count."""
    if place.is_file():
        yield "", place
    for here, folders, names in os.walk(place):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED and not name.startswith("."))
        for name in sorted(names):
            if not name.endswith((".pyc", ".tmp")):
                path = Path(here, name)
                yield path.relative_to(place).as_posix(), path


def _installed() -> str:
    """Return the names and versions of installed packages, as their folders are called."""
    places = [Path(place) for place in sys.path if place]
    names = {path.name for place in places if place.is_dir() for path in place.glob("*.dist-info")}
    return " ".join(sorted(names))
