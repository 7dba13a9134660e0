"""What a page's head tells of it when it is shared or found: description, preview picture, the site's feed."""

from __future__ import annotations

import posixpath
import re
from pathlib import PurePosixPath
from textwrap import shorten

from bs4 import BeautifulSoup, Tag

from renderer.config import SiteConfig
from renderer.links import page_url, relative

#: Letters of the description.
MOST_DESCRIPTION = 200
FEED = "flode.xml"

#: Tag, and its attributes in order.
HeadTag = tuple[str, dict[str, str]]


def first_answer(main: BeautifulSoup | Tag) -> str:
    """Return the beginning of a page's conclusion, else of its first paragraph, as plain text."""
    found = main.select_one(".slutsats") or main.select_one("p:not(.not, .korningsfakta p)")
    text = re.sub(r" ([.,;:!?)])", r"\1", " ".join(found.get_text(" ").split())) if found else ""
    return shorten(text, MOST_DESCRIPTION, placeholder=" …")


def first_picture(main: BeautifulSoup | Tag, page: str) -> str:
    """Return the path from the root of the first figure that has a PNG; empty without one."""
    found = main.select_one('a[href^="figurer/"][href$=".png"]')
    return posixpath.join(PurePosixPath(page).parent.as_posix(), str(found["href"])) if found else ""


def head_tags(config: SiteConfig, page: str, title: str, text: str, picture: str) -> tuple[HeadTag, ...]:
    """Return what stands in the head of a page (its path from the root).

    Parameters
    ----------
    text
        The page's own description, or its first answer; the site's description stands in for an empty one.
    picture
        The page's first figure, or the site's, from the root.
    """
    text = text or config.website.description or ""
    base = (config.website.site_url or "").rstrip("/")
    tags: list[HeadTag] = [("meta", {"property": "og:title", "content": title})]
    if text:
        tags.append(("meta", {"name": "description", "content": text}))
        tags.append(("meta", {"property": "og:description", "content": text}))
    if picture:
        address = f"{base}/{posixpath.normpath(picture)}" if base else relative(picture, page)
        tags.append(("meta", {"property": "og:image", "content": address}))
    if base:
        tags.append(("meta", {"property": "og:url", "content": f"{base}/{page_url(page)}"}))
    if FEED in config.project.resources:
        feed = {"rel": "alternate", "type": "application/atom+xml", "title": config.website.title}
        tags.append(("link", {**feed, "href": f"{base}/{FEED}" if base else relative(FEED, page)}))
    return tuple(tags)


def put_head_tags(soup: BeautifulSoup, tags: tuple[HeadTag, ...]) -> None:
    """Put tags into the head of a page that another program has made, in place of its own; twice is once."""
    head = soup.find("head")
    if not isinstance(head, Tag):
        return
    for name, attributes in tags:
        key = next(key for key in ("property", "name", "rel") if key in attributes)
        for old in head.find_all(name, attrs={key: attributes[key]}):
            old.decompose()
        head.append(soup.new_tag(name, attrs=attributes))
