"""Fixtures for the site, and which marked tests run where."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.paths import Project
from renderer import embedded, quarto

HERE = Path(__file__).parent
ORACLE = HERE / "oracle"
sys.path.insert(0, str(HERE))

from site_browser import CHROMIUM, Browser, chromium  # noqa: E402


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out browser tests without Chromium (never in CI) and Quarto tests without Quarto (unless asked for)."""
    asked_for = config.option.markexpr or ""
    left_out = set()
    if not Path(CHROMIUM).exists() and os.environ.get("CI") != "true":
        left_out.add("browser")
    if "quarto" not in asked_for and quarto.find() is None:
        left_out.add("quarto")
    gone = [item for item in items if any(item.get_closest_marker(name) for name in left_out)]
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item in items if item not in gone]


@pytest.fixture(scope="session")
def oracle() -> Path:
    return ORACLE


@pytest.fixture(scope="session")
def fixture_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fixture, rendered by the embedded renderer."""
    site = tmp_path_factory.mktemp("fixture") / "site"
    embedded.render(ORACLE / "fixture", site)
    return site


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    """A small valid stage that a test may spoil."""
    root = tmp_path / "stage"
    shutil.copytree(HERE / "stage", root)
    return root


@pytest.fixture(scope="session")
def stage_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small stage, rendered: key figures, sortable table, status chips, figure with data."""
    site = tmp_path_factory.mktemp("stage") / "site"
    embedded.render(HERE / "stage", site)
    return site


@pytest.fixture(scope="session")
def quarto_version() -> quarto.QuartoVersion:
    found = quarto.find()
    if found is None:
        pytest.fail("Testet jämför med Quarto, men Quarto 1.9 eller nyare finns inte på PATH.")
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, started once a module."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def site(checkout: Project) -> Path:
    """The built site of this checkout."""
    assert (checkout.site / "index.html").is_file(), "kör make report först"
    return checkout.site
