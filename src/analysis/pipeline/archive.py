"""The repository holds no raw own counts: what git tracks is asked before anything is published, and in every check."""

from __future__ import annotations

import subprocess
from typing import Final

from analysis.paths import Project
from analysis.sources.ingest.dialect import EXCEL
from analysis.sources.ingest.mapping import FILE_NAME
from analysis.sources.ingest.reader import NAME, OLD_NAME
from analysis.sources.passports import SUFFIX, find_passports
from foundation.errors import BistandError

_PRIVATE: Final = ("data/egna/", "data/mikro/", "data/local/")


def own_in_archive(project: Project) -> tuple[str, ...]:
    """Return the tracked files that hold, or may hold, a municipality's own raw counts; none outside git."""
    listing = subprocess.run(
        ["git", "-C", str(project.root), "ls-files", "-z", "--", "data"], capture_output=True, check=False
    )
    if listing.returncode != 0:
        return ()
    tracked = [name for name in listing.stdout.decode("utf-8", errors="replace").split("\0") if name]
    own = {
        project.relative(path)
        for item in find_passports(project.raw)
        if item.passport.inlasning.lasare in (NAME, OLD_NAME)
        for path in (item.path, item.data)
    }
    return tuple(
        name
        for name in tracked
        if name in own
        or name.startswith(_PRIVATE)
        or name.lower().endswith(EXCEL)
        or (name.endswith(FILE_NAME) and not name.endswith(SUFFIX))
    )


def demand_no_own_counts(project: Project) -> None:
    """Refuse a repository in which raw own counts are tracked.

    Raises
    ------
    BistandError
        Naming the first file and how to take it out.
    """
    found = own_in_archive(project)
    if found:
        more = f" och {len(found) - 1} filer till" if len(found) > 1 else ""
        raise BistandError(
            f"egna räknade tal ligger i git-arkivet{more}",
            file=found[0],
            fix="Kör ”bistand data flytta” om filen ligger i data/raw, sedan ”git rm --cached” på den. Har den redan delats "
            "måste den också tas ur historiken.",
        )
