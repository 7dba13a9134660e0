"""The documents name files that exist and commands that the program has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.conftest import ROOT
from typer.main import get_command

from analysis.cli import app

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
NAMED = re.compile(
    r"`([\w./-]+\.(?:py|yml|md|ipynb|csv|qmd|css|toml)|(?:src|tests|docs|data|site|notebooks|reports|benchmarks)/[\w./-]*)`"
)
COMMAND = re.compile(r"(?:^|`|\s)bistand ((?:data |mikro |deklaration )?[a-zåäö]+(?:-[a-zåäö]+)*)", re.M)
#: Made by a run or by the user; a fresh checkout does not have them.
MADE = re.compile(
    r"^(?:data/(?:processed|egna|mikro)|reports/mikro|\.cache|_site|.*(?:NN_|MAPP|page\.py$)|[a-zåäö]+\.(?:csv|yml)$)"
)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    missing = []
    for name in NAMED.findall(text):
        if MADE.match(name) or "<" in name or (ROOT / name).exists() or (path.parent / name).exists():
            continue
        if "/" not in name and any(ROOT.glob(f"**/{name}")):
            continue
        missing.append(name)
    assert not missing


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:")):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_commands_that_are_named_exist(path: Path) -> None:
    root = get_command(app)
    known = set(root.commands)  # type: ignore[attr-defined]
    for name in ("data", "mikro", "deklaration"):
        known |= {f"{name} {word}" for word in root.commands[name].commands}  # type: ignore[attr-defined]
    for found in COMMAND.findall(path.read_text(encoding="utf-8")):
        assert found in known or found.split()[0] in known, found
