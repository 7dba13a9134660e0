"""Static checks of a built site: links, foreign hosts, titles, language, alternative texts, tables, ids."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from foundation.files import sha256_of
from foundation.memory import remember
from renderer.finding import Finding
from renderer.links import is_external, local_target

# Elements and attributes that make the browser fetch something while the page loads.
RESOURCES = (
    ("script", "src"),
    ("img", "src"),
    ("img", "srcset"),
    ("source", "src"),
    ("source", "srcset"),
    ("iframe", "src"),
    ("embed", "src"),
    ("object", "data"),
    ("video", "src"),
    ("video", "poster"),
    ("audio", "src"),
    ("track", "src"),
    ("link", "href"),
    ("use", "href"),
    ("image", "href"),
    ("base", "href"),
)
# Relations of <link> that only point, without a request.
POINTING = {"canonical", "next", "prev", "author", "license", "alternate", "me", "help"}
CSS_URL = re.compile(r"""url\(\s*['"]?([^'")]+)|@import\s+(?:url\()?\s*['"]([^'"]+)""")
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.S)

#: The code that the facts of a page depend on.
_ROOMS = ("renderer.check", "renderer.links")


#: Paths from the site's root that a file asks for: the target, and the place in it (or nothing).
Wanted = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PageFacts:
    """What the checks of the whole site need of one page, and what is wrong with the page by itself."""

    messages: tuple[str, ...]
    ids: frozenset[str]
    title: str
    wanted: Wanted


def check_site(site: Path, cache: Path | None = None) -> tuple[Finding, ...]:
    """Check every page and style sheet of a built site.

    Parameters
    ----------
    site
        Folder of the site.
    cache
        Folder for the facts of pages, by their content: an unchanged page is not read again.

    Returns
    -------
    tuple of Finding
        Sorted; empty when all is well.
    """
    pages: dict[str, PageFacts] = {}
    for path in sorted(path for path in site.rglob("*.html") if "site_libs" not in path.parts):
        name = path.relative_to(site).as_posix()
        pages[name] = remember(
            "provad", (name, sha256_of(path)), _ROOMS, partial(_read_page, path, name), cache
        )
    findings = [] if pages else [Finding(".", 0, "sajten har inga sidor.")]
    findings += [Finding(name, 0, message) for name, page in pages.items() for message in page.messages]
    wanted = [(name, *target) for name, page in pages.items() for target in page.wanted]
    for path in sorted(site.rglob("*.css")):
        name = path.relative_to(site).as_posix()
        messages, asked = _check_css(path.read_text(encoding="utf-8"), name)
        findings += [Finding(name, 0, message) for message in messages]
        wanted += [(name, *target) for target in asked]
    findings += _check_titles(pages)
    findings += _check_targets(site, pages, wanted)
    return tuple(sorted(set(findings)))


def _read_page(path: Path, name: str) -> PageFacts:
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    ids = Counter(str(element["id"]) for element in soup.find_all(id=True))
    title = " ".join(soup.title.get_text().split()) if soup.title else ""
    messages = [f"id ”{key}” finns {count} gånger." for key, count in ids.items() if count > 1]
    messages += [] if title else ["sidan saknar titel."]
    html = soup.find("html")
    if not isinstance(html, Tag) or html.get("lang") != "sv":
        messages.append("html-elementet saknar lang=”sv”.")
    messages += _check_structure(soup)
    messages += _check_tables(soup)
    found, fetched = _check_resources(soup, name)
    messages += found
    links = [local_target(str(anchor["href"]), name) for anchor in soup.find_all("a", href=True)]
    wanted = [*fetched, *(link for link in links if link)]
    for style in soup.find_all("style"):
        found, fetched = _check_css(style.get_text(), name)
        messages += found
        wanted += fetched
    return PageFacts(tuple(messages), frozenset(ids), title, tuple(dict.fromkeys(wanted)))


def _check_structure(soup: BeautifulSoup) -> list[str]:
    messages = []
    for image in soup.find_all("img"):
        if not image.has_attr("alt"):
            messages.append(f"bilden ”{image.get('src')}” saknar alternativtext (alt).")
    for svg in soup.find_all("svg"):
        hidden = svg.get("aria-hidden") == "true" or svg.find_parent(attrs={"aria-hidden": "true"})
        if not hidden and not (svg.get("aria-label") or svg.get("aria-labelledby") or svg.find("title")):
            messages.append("en svg-bild i sidan saknar namn (aria-label eller title).")
    headings = [h for h in soup.find_all(re.compile("^h[1-6]$")) if h.find_parent("nav") is None]
    if sum(h.name == "h1" for h in headings) != 1:
        messages.append("sidan ska ha precis en rubrik på nivå 1.")
    for before, after in pairwise(headings):
        if int(after.name[1]) > int(before.name[1]) + 1:
            messages.append(f"rubriken ”{after.get_text(strip=True)}” hoppar över en nivå.")
    skips = [a for a in soup.select("body a[href]") if a.get("href") == "#quarto-document-content"]
    first = soup.select_one("body a[href], body button:not([hidden]), body input:not([hidden])")
    if len(skips) != 1 or first is not skips[0]:
        messages.append("sidan ska ha precis en hopplänk, först av allt som kan få fokus.")
    return messages


def _check_tables(soup: BeautifulSoup) -> list[str]:
    messages = []
    for number, table in enumerate(soup.find_all("table"), 1):
        cells = table.find_all("th")
        if not cells:
            messages.append(f"tabell {number} saknar rubrikceller.")
        for cell in cells:
            if not cell.has_attr("scope"):
                messages.append(f"tabell {number}: rubrikcellen ”{cell.get_text(strip=True)}” saknar scope.")
    return messages


def _check_resources(soup: BeautifulSoup, name: str) -> tuple[list[str], list[tuple[str, str]]]:
    messages, wanted = [], []
    for tag, attribute in RESOURCES:
        for element in soup.find_all(tag, attrs={attribute: True}):
            if tag == "link" and set(element.get_attribute_list("rel")) <= POINTING:
                continue
            for url in _urls(str(element[attribute]), attribute):
                if is_external(url):
                    if urlsplit(url).scheme != "data":
                        messages.append(f"sidan hämtar {url} från en annan värd.")
                elif target := local_target(url, name):
                    wanted.append((target[0], ""))
    return messages, wanted


def _urls(value: str, attribute: str) -> list[str]:
    if attribute != "srcset":
        return [value]
    return [part.strip().split()[0] for part in value.split(",") if part.strip()]


def _check_css(text: str, name: str) -> tuple[list[str], list[tuple[str, str]]]:
    messages, wanted = [], []
    for match in CSS_URL.finditer(CSS_COMMENT.sub("", text)):
        url = (match.group(1) or match.group(2)).strip()
        if urlsplit(url).scheme == "data":
            continue
        if is_external(url):
            messages.append(f"stilmallen hämtar {url} från en annan värd.")
        elif target := local_target(url, name):
            wanted.append((target[0], ""))
    return messages, wanted


def _check_titles(pages: Mapping[str, PageFacts]) -> list[Finding]:
    count = Counter(page.title for page in pages.values())
    return [
        Finding(name, 0, f"titeln ”{page.title}” används på {count[page.title]} sidor; den ska vara unik.")
        for name, page in pages.items()
        if page.title and count[page.title] > 1
    ]


def _check_targets(
    site: Path, pages: Mapping[str, PageFacts], wanted: Iterable[tuple[str, str, str]]
) -> list[Finding]:
    findings = []
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    for page, target, fragment in wanted:
        if target and target not in files and (site / target).is_dir():
            target = f"{target}/index.html".removeprefix("./")
        if target not in files:
            findings.append(Finding(page, 0, f"länken till ”{target or 'utanför sajten'}” är bruten."))
        elif fragment and target in pages and fragment not in pages[target].ids:
            findings.append(Finding(page, 0, f"länken till ”{target}#{fragment}”: målet finns inte."))
    return findings
