"""Sections that most readers pass over are folded under their heading: a press opens them, and paper shows them whole."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag
from bs4.element import PageElement

#: Class of a heading, or of Quarto's section around it, whose section is folded.
FOLDED = "mer"


def number_code(soup: BeautifulSoup | Tag) -> None:
    """Give each folded piece of code a name of its own for those who hear the page: ``Kod 3``."""
    for number, summary in enumerate(soup.select("details.code-fold > summary"), 1):
        summary["aria-label"] = f"{summary.get_text(strip=True)} {number}"


def fold_sections(soup: BeautifulSoup | Tag) -> None:
    """Fold the section under every heading of level two that asks for it; doing it twice changes nothing."""
    for heading in soup.find_all("h2"):
        section = heading.parent
        own = isinstance(section, Tag) and section.name == "section"
        classes = [*(heading.get("class") or ()), *((section.get("class") or ()) if own and section else ())]
        if FOLDED not in classes or heading.find_parent("details") is not None:
            continue
        below: list[PageElement] = []
        for item in heading.next_siblings:
            if isinstance(item, Tag) and item.name in ("h1", "h2", "nav"):
                break
            below.append(item)
        details = BeautifulSoup("", "html.parser").new_tag("details", attrs={"class": FOLDED})
        heading.insert_before(details)
        summary = BeautifulSoup("", "html.parser").new_tag("summary")
        summary.append(heading.extract())
        details.append(summary)
        for item in below:
            details.append(item.extract())
