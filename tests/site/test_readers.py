"""The built site for those who read it: short answers high up, few screens, two printed sides, named controls, zoom."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import site_browser
import site_controls
from playwright.sync_api import Browser, Page

from analysis.paths import Project

pytestmark = [pytest.mark.built, pytest.mark.browser]

#: Pages that list everything may be longer than this many screens, of 1280x800 and of a phone's 360x740.
MOST_SCREENS, REGISTERS = 10, ("02_register.html",)
#: Widths at which the pages are looked at; the last one is that of A4 inside its margins.
WIDTHS, PAPER = (360, 1280, 1600), 673
#: The answer begins within this many pixels from the top, on a screen and on a phone.
ANSWER_WITHIN = 300
PRINTED_SIDES, BOARD_PAGES = 2, 6
OFFICE = shutil.which("soffice")


@pytest.fixture(scope="module")
def reading(checkout: Project) -> ModuleType:
    """The command that measures reading, as a module."""
    spec = importlib.util.spec_from_file_location("reading", checkout.root / "benchmarks" / "reading.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def run_pages(site: Path) -> list[str]:
    """The start page and every page of every run."""
    return [
        "index.html",
        *sorted(path.relative_to(site).as_posix() for path in site.glob("reports/*/*.html")),
    ]


def test_every_conclusion_is_within_its_limits(site: Path, reading: ModuleType) -> None:
    over = {}
    for page in run_pages(site):
        found = reading.conclusion((site / page).read_text(encoding="utf-8"))
        if found and reading.breaches(found):
            over[page] = reading.breaches(found)
    assert over == {}


def test_the_answer_is_high_up_and_no_page_but_registers_is_long(site: Path, reading: ModuleType) -> None:
    low, long = {}, {}
    for page, ((screens, top), (phone_screens, phone_top)) in reading.screens(site, run_pages(site)):
        if max(top, phone_top) > ANSWER_WITHIN:
            low[page] = (top, phone_top)
        if max(screens, phone_screens) > MOST_SCREENS and not page.endswith(REGISTERS):
            long[page] = (screens, phone_screens)
    assert (low, long) == ({}, {})


def test_i_korthet_fits_on_two_printed_sides(browser: Browser, site: Path) -> None:
    sides = {}
    with site_browser.window(browser) as context:
        tab = context.new_page()
        for path in sorted(site.glob("reports/*/00_i_korthet.html")):
            tab.goto(path.resolve().as_uri())
            pdf = tab.pdf(prefer_css_page_size=True)
            sides[path.parent.name] = len(re.findall(rb"/Type\s*/Page\b", pdf))
    assert {run: count for run, count in sides.items() if count > PRINTED_SIDES} == {}
    assert sides


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not here")
def test_the_boards_document_has_at_most_six_pages(site: Path, tmp_path: Path) -> None:
    documents = sorted(site.glob("reports/*/*-namnd.docx"))
    convert = [
        str(OFFICE),
        "--headless",
        f"-env:UserInstallation={tmp_path.as_uri()}/profil",
        "--convert-to",
        "pdf",
    ]
    subprocess.run([*convert, "--outdir", tmp_path, *documents], check=True, capture_output=True)
    pages = {
        path.stem: len(re.findall(rb"/Type\s*/Page\b", path.read_bytes())) for path in tmp_path.glob("*.pdf")
    }
    assert len(pages) == len(documents)
    assert {name: count for name, count in pages.items() if count > BOARD_PAGES} == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_its_window(browser: Browser, site: Path, width: int) -> None:
    assert site_browser.sideways_scroll(browser, site, width=width) == []


def test_on_paper_no_table_is_cut_and_its_head_is_drawn_on_every_side(browser: Browser, site: Path) -> None:
    """What a button draws is left out where a head is repeated, so its text must stand in the head itself."""
    cut, buttons = {}, {}
    with site_browser.window(browser, width=PAPER) as context:
        tab = context.new_page()
        tab.emulate_media(media="print")
        for page in run_pages(site):
            tab.goto((site / page).resolve().as_uri())
            wide = tab.locator("main table").evaluate_all(
                "els => els.filter(el => el.getBoundingClientRect().right > innerWidth + 1).map(el => el.innerText)"
            )
            drawn = tab.locator("thead .sortera").evaluate_all(
                "els => els.filter(el => getComputedStyle(el).display !== 'contents').length"
            )
            if wide:
                cut[page] = wide
            if drawn:
                buttons[page] = drawn
    assert (cut, buttons) == ({}, {})


def test_every_control_has_a_name_of_its_own(browser: Browser, site: Path) -> None:
    def faults(tab: Page) -> list[str]:
        return site_controls.ill_named(site_controls.controls(tab))

    assert site_browser.on_each(browser, site, site_browser.site_pages(site), faults) == {}


def test_something_stands_under_every_heading(browser: Browser, site: Path) -> None:
    pages = site_browser.site_pages(site)
    assert site_browser.on_each(browser, site, pages, site_controls.empty_headings) == {}


def test_zoomed_to_200_per_cent_nothing_is_lost(browser: Browser, site: Path) -> None:
    half = site_browser.DESKTOP // 2
    assert site_browser.sideways_scroll(browser, site, width=half) == []

    def lost(tab: Page) -> list[str]:
        whole, zoomed = (site_controls.shown_texts(tab, width) for width in (site_browser.DESKTOP, half))
        return sorted(whole - zoomed)[:5]

    assert site_browser.on_each(browser, site, run_pages(site), lost) == {}
