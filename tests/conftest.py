"""Shared fixtures: the checkout, and a small copy of it that a test may spoil."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from analysis.paths import Project

# One thread of linear algebra a worker: several workers with several threads each only wait for one another.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if settings.get_current_profile_name() != "faults":
    # How long an example takes says something of the machine and nothing of the code.
    settings.register_profile(
        "projekt", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("projekt")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def checkout() -> Project:
    """The real checkout; tests only read it."""
    return Project(ROOT)


@pytest.fixture
def copy(tmp_path: Path) -> Project:
    """A copy of raw data, notebooks, run list and pages, without anything built."""
    root = tmp_path / "projekt"
    for folder in ("data/raw", "notebooks", "site"):
        shutil.copytree(ROOT / folder, root / folder)
    (root / "reports").mkdir()
    shutil.copyfile(ROOT / "reports" / "runs.yml", root / "reports" / "runs.yml")
    for name in ("_quarto.yml", "pyproject.toml"):
        shutil.copyfile(ROOT / name, root / name)
    return Project(root)
