"""Checks of any built site in Chromium: accessibility, foreign requests, keyboard."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE = 1280, 320
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


@dataclass(frozen=True)
class Violation:
    """One rule of axe-core that a page breaks."""

    page: str
    scheme: str
    width: int
    rule: str
    nodes: tuple[str, ...]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium of the machine, headless."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


#: Pages of one municipality each are alike; the browser opens those with gaps, the largest, a small one and every fortieth.
ALIKE = "kommun/"
ALWAYS = ("kommun/0180-", "kommun/0380-", "kommun/1380-", "kommun/2281-", "kommun/2403-")


def site_pages(site: Path) -> list[str]:
    """Paths of the pages that the browser opens, from the site's root."""
    names = sorted(
        path.relative_to(site).as_posix() for path in site.rglob("*.html") if "site_libs" not in path.parts
    )
    alike = [name for name in names if name.startswith(ALIKE)]
    chosen = {name for name in alike if name.startswith(ALWAYS)} | set(alike[::40])
    return [name for name in names if name not in alike or name in chosen]


def open_page(context: BrowserContext, site: Path, page: str, fragment: str = "") -> Page:
    """Open a page of the site from file://."""
    tab = context.new_page()
    tab.goto((site / page).resolve().as_uri() + fragment)
    return tab


@contextmanager
def window(
    browser: Browser, *, width: int = DESKTOP, scheme: str = "light", scripts: bool = True
) -> Iterator[BrowserContext]:
    """A fresh browser window of a width and colour scheme."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=scripts
    )
    try:
        yield context
    finally:
        context.close()


def on_each(
    browser: Browser, site: Path, pages: Iterable[str], look: Callable[[Page], Sequence[str]]
) -> dict[str, Sequence[str]]:
    """What `look` finds on each page, those where it finds something."""
    found = {}
    with window(browser) as context:
        tab = context.new_page()
        for name in pages:
            tab.goto((site / name).resolve().as_uri())
            if seen := look(tab):
                found[name] = seen
    return found


def axe_violations(
    browser: Browser,
    site: Path,
    pages: Sequence[str] | None = None,
    *,
    schemes: Sequence[str] = ("light", "dark"),
    widths: Sequence[int] = (DESKTOP, PHONE),
) -> list[Violation]:
    """Run axe-core (WCAG 2.1 AA) on pages in every scheme and width."""
    found = []
    axe = Axe()
    for scheme in schemes:
        for width in widths:
            with window(browser, width=width, scheme=scheme) as context:
                tab = context.new_page()
                for name in pages or site_pages(site):
                    tab.goto((site / name).resolve().as_uri())
                    for item in axe.run(tab, options=WCAG).response["violations"]:
                        nodes = tuple(str(node["html"])[:200] for node in item["nodes"])
                        found.append(Violation(name, scheme, width, item["id"], nodes))
    return found


def foreign_requests(browser: Browser, site: Path, pages: Sequence[str] | None = None) -> list[str]:
    """Everything that the pages ask for outside the site's folder, and errors in the console."""
    root = site.resolve().as_uri()
    found = []
    with window(browser) as context:
        tab = context.new_page()
        tab.on("request", lambda request: found.append(request.url) if not _own(request.url, root) else None)
        tab.on(
            "requestfailed",
            lambda request: found.append(f"saknas: {request.url}") if _failed(request) else None,
        )
        tab.on(
            "console",
            lambda message: found.append(f"konsol: {message.text}") if message.type == "error" else None,
        )
        tab.on("pageerror", lambda error: found.append(f"skriptfel: {error}"))
        for name in pages or site_pages(site):
            tab.goto((site / name).resolve().as_uri())
            search = tab.locator("#sokfalt")
            if search.count() and search.is_visible():
                search.fill("metod")
                tab.wait_for_timeout(20)
    return found


def _failed(request: Request) -> bool:
    """A file that is not there; a load that the next page broke off is none."""
    return request.failure != "net::ERR_ABORTED"


def _own(url: str, root: str) -> bool:
    return url.startswith((root, "data:"))


def sideways_scroll(
    browser: Browser, site: Path, pages: Sequence[str] | None = None, width: int = PHONE
) -> list[str]:
    """Pages that are wider than a narrow window."""
    found = []
    with window(browser, width=width) as context:
        tab = context.new_page()
        for name in pages or site_pages(site):
            tab.goto((site / name).resolve().as_uri())
            wide = tab.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                found.append(f"{name}: {wide} px")
    return found


def keyboard_walk(browser: Browser, site: Path, page: str = "index.html", word: str = "metod") -> None:
    """Walk a page by keyboard alone: skip link, menu, search. Raises AssertionError where it does not work."""
    with window(browser) as context:
        tab = open_page(context, site, page)
        tab.keyboard.press("Tab")
        assert _focused(tab, "el.textContent") == "Hoppa till innehållet"
        assert tab.evaluate("document.activeElement.getBoundingClientRect().top >= 0"), "hopplänken syns inte"
        tab.keyboard.press("Enter")
        assert _focused(tab, "el.tagName") == "MAIN"
        tab.goto(tab.url.split("#")[0])
        names = _tab_through(tab, 12)
        assert any("sokfalt" in name for name in names), f"sökfältet nås inte: {names}"
        _search_by_keyboard(tab, word)


def _search_by_keyboard(tab: Page, word: str) -> None:
    tab.locator("#sokfalt").focus()
    tab.keyboard.type(word)
    tab.wait_for_selector(".sokresultat a")
    assert re.search(r"\d+ träff", tab.locator(".sokresultat [role=status]").inner_text())
    tab.keyboard.press("ArrowDown")
    target = _focused(tab, "el.href")
    tab.keyboard.press("Escape")
    assert not tab.locator(".sokresultat").is_visible()
    assert _focused(tab, "el.id") == "sokfalt"
    tab.keyboard.type(" ")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    tab.wait_for_url(target)


def _tab_through(tab: Page, steps: int) -> list[str]:
    names = []
    for _ in range(steps):
        tab.keyboard.press("Tab")
        names.append(_focused(tab, "el.tagName + ' ' + el.id + ' ' + el.textContent.trim().slice(0, 30)"))
        ring = _focused(tab, "getComputedStyle(el).outlineStyle + getComputedStyle(el).outlineWidth")
        assert not ring.startswith("none"), f"fokus syns inte på {names[-1]}"
    return names


def _focused(tab: Page, expression: str) -> str:
    return str(tab.evaluate(f"(() => {{ const el = document.activeElement; return {expression}; }})()"))


def sort_by_keyboard(browser: Browser, site: Path, page: str, column: str) -> tuple[list[str], str, str]:
    """Sort the page's first sortable table on a column by keyboard: first cells, aria-sort, what was announced."""
    with window(browser) as context:
        tab = open_page(context, site, page)
        button = tab.locator("table.sortable thead button", has_text=column).first
        button.focus()
        tab.keyboard.press("Enter")
        table = tab.locator("table.sortable").first
        order = [text.strip() for text in table.locator("tbody tr > :first-child").all_inner_texts()]
        state = str(button.locator("xpath=..").get_attribute("aria-sort"))
        said = tab.locator(".rulla + output").first.inner_text()
        return order, state, said
