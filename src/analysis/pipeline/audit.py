"""For whoever checks a run: its notebooks as they were run, and from each page the ways to sources, versions and commit."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from analysis.runs.model import Run
from analysis.sources.passports import SUFFIX, LocatedPassport
from foundation.files import write_text

SOURCES: Final = "kallor"
NOTEBOOKS: Final = "anteckningsbok"
PAGE: Final = "ladda-ner.qmd"


def write_notebook_as_run(notebook: dict[str, Any], target: Path) -> None:
    """Write an executed notebook for download: with its parameters and what it showed, without what it did not show."""
    cells = []
    for cell in notebook["cells"]:
        hidden = "remove-cell" in cell.get("metadata", {}).get("tags", ())
        bare = cell["cell_type"] == "code" and hidden
        empty: dict[str, object] = {"outputs": [], "execution_count": None} if bare else {}
        tags = cell.get("metadata", {}).get("tags")
        cells.append({**cell, **empty, "metadata": {"tags": tags} if tags else {}})
    kept = {
        key: notebook["metadata"][key]
        for key in ("kernelspec", "language_info")
        if key in notebook["metadata"]
    }
    content = {**notebook, "cells": cells, "metadata": kept}
    write_text(target, json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def audit_cell(run: Run, name: str, sources: Sequence[LocatedPassport]) -> dict[str, Any]:
    """Return the last section of a run's page: the ways from its numbers to where they come from."""
    lines = [
        f"- [Anteckningsboken som den kördes]({NOTEBOOKS}/{name}.ipynb), med parametrar och resultat",
        "- Raderna bakom en figur finns som CSV under figuren.",
        f"- [Alla observationer och svar](../../{PAGE}), med datalexikon",
        *(
            f"- Källfil: [{item.passport.titel}](../../{SOURCES}/{item.passport.id}{item.data.suffix}), "
            f"med sitt {_passport_link(item)} (utgåva {item.passport.utgava})"
            for item in sources
        ),
        "- [Versioner och commit](../../bygge.json)",
    ]
    told = ", ".join(f"{key} = {value}" for key, value in run.parameters().items())
    text = "\n".join(
        ["## Granska sidan {.mer}", "", "::: {.bara-webb}", f"Parametrar: {told}.", "", *lines, ":::"]
    )
    return {
        "cell_type": "markdown",
        "id": "granska",
        "metadata": {},
        "source": text.splitlines(keepends=True),
    }


def _passport_link(item: LocatedPassport) -> str:
    name = item.passport.titel.replace('"', "”")
    return f'[pass](../../{SOURCES}/{item.passport.id}{SUFFIX}){{aria-label="pass för {name}"}}'


def commit_of(root: Path) -> str:
    """Return the commit that the checkout stands at, and whether anything in it is changed; empty without Git."""

    def git(*words: str) -> str:
        try:
            done = subprocess.run(
                ["git", "-C", str(root), *words], capture_output=True, text=True, check=False
            )
        except FileNotFoundError:
            return ""
        return done.stdout.strip() if done.returncode == 0 else ""

    commit = git("rev-parse", "HEAD")
    changed = git(
        "status", "--porcelain", "--untracked-files=no", "--", "src", "notebooks", "site", "data/raw"
    )
    return f"{commit} med ändringar" if commit and changed else commit
