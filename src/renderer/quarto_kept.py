"""What Quarto rendered last, so that only what has changed since is rendered again.

A page is made from its source and the pictures and data of its folder; its menus stand in ``_quarto.yml``. If that file, a
style, the version of Quarto or the set of pages has changed, everything is rendered.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path, PurePosixPath

from foundation.files import sha256_of, write_text
from foundation.owned import replace_folder
from renderer.config import SiteConfig
from renderer.links import page_url

_STATE = "stand.json"
_SITE = "_site"


def hashes(stage: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of the stage by its name from there."""
    return {
        path.relative_to(stage).as_posix(): sha256_of(path)
        for path in sorted(stage.rglob("*"))
        if path.is_file()
    }


def changed_pages(
    keep: Path, config: SiteConfig, sources: dict[str, str], version: str
) -> tuple[str, ...] | None:
    """Return the sources of the pages that must be rendered again; None if all must."""
    try:
        state = json.loads((keep / _STATE).read_text(encoding="utf-8"))
        before = dict(state["filer"])
        same = state["quarto"] == version
    except (OSError, ValueError, KeyError, TypeError):
        return None
    pages = config.project.render
    whole = all((keep / _SITE / page_url(page)).is_file() for page in pages)
    if not same or not whole:
        return None
    moved = {name for name in {*before, *sources} if before.get(name) != sources.get(name)}
    stale = {page for page in pages if page in moved}
    for name in moved - stale:
        folder = _belongs_to(name)
        if folder is None:
            return None
        stale |= {page for page in pages if str(PurePosixPath(page).parent) == folder}
    return tuple(page for page in pages if page in stale)


def _belongs_to(name: str) -> str | None:
    """The folder whose pages show a picture or a table; None for what every page may depend on."""
    parts = PurePosixPath(name).parts
    for place, part in enumerate(parts[:-1]):
        if part in {"figurer", "data"}:
            return "/".join(parts[:place]) or "."
    return None


def bring_back(keep: Path, target: Path) -> None:
    """Lay the last site where Quarto will render the changed pages into it."""
    shutil.copytree(keep / _SITE, target)


def keep_site(site: Path, keep: Path, sources: dict[str, str], version: str, room: Path) -> None:
    """Remember the finished site and what it was made from."""
    new = room / "kvar"
    shutil.copytree(site, new / _SITE)
    write_text(
        new / _STATE, json.dumps({"quarto": version, "filer": sources}, indent=0, sort_keys=True) + "\n"
    )
    replace_folder(new, keep)
