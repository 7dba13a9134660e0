"""The pandoc that ships with ``pypandoc_binary``, run as one process for many pages."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from foundation.errors import BistandError

MINIMUM = (3, 1, 1)
FILTERS = Path(__file__).parent / "filters"


@dataclass(frozen=True)
class PageJob:
    """What pandoc needs to know about one page.

    Parameters
    ----------
    name
        Path of the source from the stage, for error messages.
    markdown
        Body in Quarto's Markdown.
    toc_depth
        Deepest heading level in the contents list; 2 is the highest level.
    inlines
        Short Markdown strings (title and the like) to turn into inline HTML.
    """

    name: str
    markdown: str
    toc_depth: int
    inlines: dict[str, str]


@dataclass(frozen=True)
class TocEntry:
    """One line of the contents list: heading level (2-4), id and inline HTML."""

    level: int
    id: str
    html: str


@dataclass(frozen=True)
class PageBody:
    """What pandoc made of a `PageJob`."""

    html: str
    toc: tuple[TocEntry, ...]
    inlines: dict[str, str]
    plain: dict[str, str]


@cache
def pandoc_path() -> str:
    """Path of the pandoc binary, checked once to be new enough.

    Raises
    ------
    BistandError
        If there is none or it is older than 3.1.1.
    """
    import pypandoc

    try:
        path = str(pypandoc.get_pandoc_path())
    except OSError as error:
        raise BistandError(
            "Hittar inte pandoc.", fix="Installera projektets miljö igen (paketet pypandoc_binary)."
        ) from error
    version = _version_of(path)
    if tuple(int(part) for part in version.split(".")[:3]) < MINIMUM:
        raise BistandError(
            f"Pandoc {version} på {path} är för gammal; minst 3.1.1 behövs.",
            fix="Installera projektets miljö igen (paketet pypandoc_binary har en nyare pandoc).",
        )
    return path


@cache
def _version_of(path: str) -> str:
    done = subprocess.run([path, "--version"], capture_output=True, text=True, encoding="utf-8", check=True)
    found = re.search(r"\d+(?:\.\d+)+", done.stdout)
    return found.group() if found else "0"


def pandoc_version() -> str:
    """Version of the pandoc in use, such as ``3.9``."""
    return _version_of(pandoc_path())


def run_batch(jobs: Sequence[PageJob]) -> list[PageBody]:
    """Turn pages to HTML in one pandoc process, in the order given.

    Raises
    ------
    BistandError
        If pandoc stops or a page cannot be read; names the page.
    """
    pages = [
        {"name": job.name, "markdown": job.markdown, "toc_depth": job.toc_depth, "inlines": job.inlines}
        for job in jobs
    ]
    results = run_lua("batch.lua", {"pages": pages})["pages"]
    return [_page_body(result) for result in results]


def run_lua(script: str, request: dict[str, Any], cwd: Path | None = None) -> dict[str, Any]:
    """Run a script of ``site/filters`` with `request` as JSON on stdin; return its JSON answer.

    Raises
    ------
    BistandError
        If pandoc stops with an error.
    """
    done = subprocess.run(
        [pandoc_path(), "lua", str(FILTERS / script)],
        input=json.dumps(request, ensure_ascii=False),
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env=_environment(),
        check=False,
    )
    if done.returncode != 0:
        raise BistandError(f"Pandoc avbröts: {done.stderr.strip()[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _environment() -> dict[str, str]:
    """Pandoc reads paths as the locale says: without UTF-8 it does not find its own filters in a folder with å, ä or ö."""
    return {**os.environ, **({"LC_ALL": "C.UTF-8"} if sys.platform == "linux" else {})}


def _page_body(result: dict[str, Any]) -> PageBody:
    if "error" in result:
        raise BistandError(f"pandoc kunde inte läsa sidan: {result['error']}", file=result["name"])
    toc = tuple(TocEntry(int(item["level"]), item["id"], item["html"].strip()) for item in result["toc"])
    inlines = {key: value.strip() for key, value in dict(result["inlines"] or {}).items()}
    return PageBody(result["html"], toc, inlines, dict(result["plain"] or {}))
