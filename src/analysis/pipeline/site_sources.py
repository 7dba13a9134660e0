"""``bistand sidkallor``: the sources of the site's pages as a project of their own, for ``quarto render`` and ``preview``.

The folder is refreshed in place: what Quarto puts beside (``_site``, ``.quarto``) stays, so that a preview goes on.
"""

from __future__ import annotations

from pathlib import Path

from analysis.paths import Project
from analysis.pipeline.report import fill_stage, find_quarto
from analysis.runs.load import load_runs
from foundation.errors import BistandError
from foundation.files import sha256_of, write_bytes
from foundation.owned import listed_files, seal_only, workroom

FOLDER = "_sidkallor"


def lay_out_sources(project: Project) -> Path:
    """Fill ``_sidkallor`` with what the site is made of; returns the folder.

    Raises
    ------
    BistandError
        If no run has been made, or a file there is not what this command wrote; nothing is changed then.
    """
    target = project.root / FOLDER
    with workroom(project.root / ".cache", "kallor") as room:
        new = room / "kallor"
        fill_stage(project, load_runs(project), new, find_quarto())
        names = sorted(path.relative_to(new).as_posix() for path in new.rglob("*") if path.is_file())
        before = listed_files(target)
        for name in {*names, *before}:
            path = target / name
            if path.is_symlink() or (path.exists() and before.get(name) != sha256_of(path)):
                raise BistandError(
                    "filen är ändrad eller inte skriven av Biståndsläget",
                    file=path,
                    fix="Flytta undan den. Texter ändras i mappen site, anteckningsböcker i notebooks.",
                )
        for name in names:
            data = (new / name).read_bytes()
            if not (target / name).is_file() or (target / name).read_bytes() != data:
                write_bytes(target / name, data)
        for name in sorted(set(before) - set(names)):
            (target / name).unlink(missing_ok=True)
        seal_only(target, names)
    return target
