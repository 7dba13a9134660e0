"""How long every kind of page is to read: words, numbers, LIX, screens, and how far down the answer begins.

    python benchmarks/reading.py [_site] [--utan-skarm]

Numbers are counted without years, days and names such as 1000-planen.
LIX is words a sentence plus the share of words of more than six letters.
Screens and the answer's place are measured in Chromium at 1280x800 and 360x740; without it (``--utan-skarm``) they are left
out. Ends with 1 when a conclusion breaks a limit.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup, Tag

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MOST_WORDS, MOST_NUMBERS, MOST_LIX, LONGEST_SENTENCE = 60, 5, 45, 25
VIEWS = ((1280, 800), (360, 740))
ANSWER = ".slutsats, main h2"
_MONTHS = "januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december"
_DATE = re.compile(rf"\b(?:\d{{1,2}} )?(?:{_MONTHS}) \d{{4}}|\b(?:19|20)\d\d(?:[–-](?:19|20)?\d\d)?\b")
_NUMBER = re.compile(r"(?<![\w,])\d[\d\u00a0 ]*(?:,\d+)?(?!\d|-[a-zåäö])")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÅÄÖ0-9])")
_WORD = re.compile(r"[A-Za-zÅÄÖåäöÉé]+")


@dataclass(frozen=True)
class Reading:
    """Words, numbers (no years), LIX and the longest sentence in words of a text."""

    words: int
    numbers: int
    lix: float
    longest: int


def measure(text: str) -> Reading:
    """Measure a text."""
    text = " ".join(text.replace("\u00a0", " ").split())
    words = _WORD.findall(text)
    sentences = [sentence for sentence in _SENTENCE.split(text) if _WORD.search(sentence)] or [""]
    long = sum(len(word) > 6 for word in words)
    lix = len(words) / len(sentences) + 100 * long / len(words) if words else 0.0
    longest = max(len(sentence.split()) for sentence in sentences)
    return Reading(len(words), len(_NUMBER.findall(_DATE.sub("", text))), round(lix, 1), longest)


def conclusion(html: str) -> Reading | None:
    """Measure the conclusion of a page; None where it has none."""
    found = BeautifulSoup(html, "html.parser").select_one("main .slutsats")
    return measure(found.get_text(" ")) if found else None


def page_text(html: str) -> Reading:
    """Measure all that a page says besides tables, menus and code."""
    main = BeautifulSoup(html, "html.parser").find("main")
    if not isinstance(main, Tag):
        return measure("")
    for part in main.select("table, nav, pre, .sidbyte"):
        part.decompose()
    return measure(main.get_text(" "))


def breaches(found: Reading) -> list[str]:
    """What of a conclusion is over its limit."""
    limits = (
        ("ord", found.words, MOST_WORDS),
        ("tal", found.numbers, MOST_NUMBERS),
        ("LIX", found.lix, MOST_LIX),
        ("ord i en mening", found.longest, LONGEST_SENTENCE),
    )
    return [f"{value} {name}" for name, value, limit in limits if value > limit]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium, where Debian puts it or where the variable CHROMIUM says."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


def screens(site: Path, pages: list[str]) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """Yield for each page, by view: how many screens it is, and at which pixel its answer begins."""
    with chromium() as browser:
        for page in pages:
            found = []
            for width, height in VIEWS:
                tab = browser.new_page(viewport={"width": width, "height": height})
                tab.goto((site / page).resolve().as_uri())
                tall = float(tab.evaluate("document.documentElement.scrollHeight"))
                top = float(tab.locator(ANSWER).first.evaluate("e => e.getBoundingClientRect().top"))
                found.append((round(tall / height, 1), round(top)))
                tab.close()
            yield page, found


def main() -> int:
    """Print a line a page, and what breaks a limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site", nargs="?", default="_site", type=Path)
    parser.add_argument("--utan-skarm", action="store_true")
    given = parser.parse_args()
    pages = sorted(path.relative_to(given.site).as_posix() for path in given.site.glob("reports/*/*.html"))
    pages = ["index.html", *pages]
    seen = {} if given.utan_skarm else dict(screens(given.site, pages))
    broken = 0
    print(
        f"{'sida':52}{'ord':>6}{'tal':>5}{'LIX':>6}  slutsats: ord/tal/LIX/längsta  skärmar och svarets plats"
    )
    for page in pages:
        html = (given.site / page).read_text(encoding="utf-8")
        whole, first = page_text(html), conclusion(html)
        told = f"{first.words}/{first.numbers}/{first.lix}/{first.longest}" if first else "–"
        where = "  ".join(f"{count} sk, {top} px" for count, top in seen.get(page, []))
        over = breaches(first) if first else []
        broken += bool(over)
        mark = f"  ÖVER: {', '.join(over)}" if over else ""
        print(f"{page:52}{whole.words:6}{whole.numbers:5}{whole.lix:6}  {told:28}{where}{mark}")
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
