from __future__ import annotations

import sys
from pathlib import Path

import pytest

from analysis.paths import Project
from analysis.sources.catalogue import Catalogue, load_catalogue

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def catalogue(checkout: Project) -> Catalogue:
    return load_catalogue(checkout.raw)
