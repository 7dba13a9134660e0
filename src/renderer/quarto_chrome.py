"""What surrounds a page that Quarto has made, as around the embedded renderer's: one run at a time, picked from a list."""

from __future__ import annotations

from pathlib import PurePosixPath

from bs4 import BeautifulSoup, Tag

from renderer.links import local_target
from renderer.menus import RUNS

#: The side menu's groups, as Quarto marks them.
SECTIONS = "#quarto-sidebar li.sidebar-item-section"


def keep_to_the_run(soup: BeautifulSoup, name: str) -> None:
    """Previous and next never lead from one run into another."""
    if not name.startswith(RUNS):
        return
    for link in soup.select("nav.page-navigation a[href]"):
        target = local_target(str(link["href"]), name)
        if target and PurePosixPath(target[0]).parent != PurePosixPath(name).parent:
            link.decompose()


def pick_runs(soup: BeautifulSoup, name: str) -> None:
    """Replace the groups of the other runs in the side menu by a list to pick from; doing it twice changes nothing."""
    runs = [(section, links) for section in soup.select(SECTIONS) if (links := _pages(section, name))]
    if len(runs) < 2:
        return
    item = soup.new_tag("li", attrs={"class": "sidebar-item korningar"})
    fold = soup.new_tag("details")
    head, listed = soup.new_tag("summary"), soup.new_tag("ul", attrs={"class": "list-unstyled"})
    head.string = f"Välj körning ({len(runs)})"
    item.append(fold)
    fold.extend([head, listed])
    runs[-1][0].insert_after(item)
    for section, links in runs:
        title = section.find("span", class_="menu-text")
        entry = soup.new_tag("li", attrs={"class": "sidebar-item"})
        link = soup.new_tag("a", attrs={"class": "sidebar-link", "href": links[0][0]})
        link.string = " ".join((title or section).get_text(" ").split())
        entry.append(link)
        listed.append(entry)
        if name not in {target for _, target in links}:
            section.decompose()


def _pages(section: Tag, name: str) -> list[tuple[str, str]]:
    """Return (address, page) of a group's links when the group is a run, else nothing."""
    found = [
        (str(link["href"]), target[0])
        for link in section.select("ul a[href]")
        if (target := local_target(str(link["href"]), name)) is not None
    ]
    return found if found and all(page.startswith(RUNS) for _, page in found) else []
