"""Static checks of a built site: links, foreign hosts, titles, language, alternative texts, tables, ids."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

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


@dataclass
class _Site:
    """What is learnt about a whole site while its pages are read."""

    root: Path
    ids: dict[str, frozenset[str]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    wanted: list[tuple[str, str, str]] = field(default_factory=list)


def check_site(site: Path) -> tuple[Finding, ...]:
    """Check every page and style sheet of a built site.

    Parameters
    ----------
    site
        Folder of the site.

    Returns
    -------
    tuple of Finding
        Sorted; empty when all is well.
    """
    known = _Site(site)
    findings: list[Finding] = []
    pages = sorted(path for path in site.rglob("*.html") if "site_libs" not in path.parts)
    if not pages:
        findings.append(Finding(".", 0, "sajten har inga sidor."))
    for path in pages:
        findings += _check_page(path, known)
    for path in sorted(site.rglob("*.css")):
        name = path.relative_to(site).as_posix()
        findings += _check_css(path.read_text(encoding="utf-8"), name, known)
    findings += _check_titles(known)
    findings += _check_targets(known)
    return tuple(sorted(set(findings)))


def _check_page(path: Path, known: _Site) -> list[Finding]:
    name = path.relative_to(known.root).as_posix()
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    ids = Counter(str(element["id"]) for element in soup.find_all(id=True))
    known.ids[name] = frozenset(ids)
    title = " ".join(soup.title.get_text().split()) if soup.title else ""
    known.titles[name] = title
    messages = [f"id ”{key}” finns {count} gånger." for key, count in ids.items() if count > 1]
    messages += [] if title else ["sidan saknar titel."]
    html = soup.find("html")
    if not isinstance(html, Tag) or html.get("lang") != "sv":
        messages.append("html-elementet saknar lang=”sv”.")
    messages += _check_structure(soup)
    messages += _check_tables(soup)
    messages += _check_resources(soup, name, known)
    for anchor in soup.find_all("a", href=True):
        target = local_target(str(anchor["href"]), name)
        if target:
            known.wanted.append((name, *target))
    for style in soup.find_all("style"):
        messages += [finding.message for finding in _check_css(style.get_text(), name, known)]
    return [Finding(name, 0, message) for message in messages]


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


def _check_resources(soup: BeautifulSoup, name: str, known: _Site) -> list[str]:
    messages = []
    for tag, attribute in RESOURCES:
        for element in soup.find_all(tag, attrs={attribute: True}):
            if tag == "link" and set(element.get_attribute_list("rel")) <= POINTING:
                continue
            for url in _urls(str(element[attribute]), attribute):
                if is_external(url):
                    if urlsplit(url).scheme != "data":
                        messages.append(f"sidan hämtar {url} från en annan värd.")
                elif target := local_target(url, name):
                    known.wanted.append((name, target[0], ""))
    return messages


def _urls(value: str, attribute: str) -> list[str]:
    if attribute != "srcset":
        return [value]
    return [part.strip().split()[0] for part in value.split(",") if part.strip()]


def _check_css(text: str, name: str, known: _Site) -> list[Finding]:
    findings = []
    for match in CSS_URL.finditer(CSS_COMMENT.sub("", text)):
        url = (match.group(1) or match.group(2)).strip()
        if urlsplit(url).scheme == "data":
            continue
        if is_external(url):
            findings.append(Finding(name, 0, f"stilmallen hämtar {url} från en annan värd."))
        elif target := local_target(url, name):
            known.wanted.append((name, target[0], ""))
    return findings


def _check_titles(known: _Site) -> list[Finding]:
    count = Counter(known.titles.values())
    return [
        Finding(name, 0, f"titeln ”{title}” används på {count[title]} sidor; den ska vara unik.")
        for name, title in known.titles.items()
        if title and count[title] > 1
    ]


def _check_targets(known: _Site) -> list[Finding]:
    findings = []
    for page, target, fragment in known.wanted:
        path = known.root / target if target else None
        if path is not None and path.is_dir():
            target, path = f"{target}/index.html".removeprefix("./"), path / "index.html"
        if path is None or not path.is_file():
            findings.append(Finding(page, 0, f"länken till ”{target or 'utanför sajten'}” är bruten."))
        elif fragment and target in known.ids and fragment not in known.ids[target]:
            findings.append(Finding(page, 0, f"länken till ”{target}#{fragment}”: målet finns inte."))
    return findings
