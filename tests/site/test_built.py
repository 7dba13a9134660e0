"""The site that ``make report`` built: real answers on it, and fit for everyone to read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import site_browser
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from analysis.panel import read_panel, series
from analysis.paths import Project
from analysis.runs import load_runs
from foundation.swedish import percent
from renderer.check import check_site

pytestmark = [pytest.mark.built, pytest.mark.browser]


def _text(path: Path) -> str:
    return re.sub(r"\s+", " ", BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").get_text(" "))


def test_the_start_page_states_the_figures_of_the_panel(site: Path, checkout: Project) -> None:
    rows = read_panel(checkout)
    shares = series(rows, "N31807", "0380")
    adults = series(rows, "AMN_VUXNA", "0380")
    text = _text(site / "index.html")
    assert "Fyraprocentsmålet nåddes." in text
    for value in (shares["2022"], shares["2025"], adults.iloc[-1]):
        assert percent(value, 2).replace("\u00a0", " ") in text
    assert (percent(shares["2022"], 2), percent(shares["2025"], 2)) == ("3,68\u00a0%", "2,82\u00a0%")


def test_every_listed_run_has_its_pages(site: Path, checkout: Project) -> None:
    for run in load_runs(checkout).runs:
        for name in run.anteckningsbocker:
            assert (site / "reports" / run.id / f"{name}.html").is_file(), f"{run.id}/{name}"


def test_links_fragments_titles_and_resources(site: Path) -> None:
    assert check_site(site) == ()


def test_axe_finds_nothing_on_any_page(browser: Browser, site: Path) -> None:
    assert site_browser.axe_violations(browser, site) == []


def test_no_page_asks_another_host(browser: Browser, site: Path) -> None:
    assert site_browser.foreign_requests(browser, site) == []


def test_no_page_is_wider_than_a_phone(browser: Browser, site: Path) -> None:
    assert site_browser.sideways_scroll(browser, site) == []


def test_keyboard(browser: Browser, site: Path) -> None:
    site_browser.keyboard_walk(browser, site)


def test_pages_are_light(site: Path) -> None:
    heavy = {path.name: path.stat().st_size for path in site.rglob("*.html") if path.stat().st_size > 300_000}
    assert heavy == {}
