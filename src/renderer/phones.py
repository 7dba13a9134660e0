"""Figures drawn for phones: shown on narrow screens in place of the wide ones, where a figure has such a version."""

from __future__ import annotations

from collections.abc import Callable

from bs4 import BeautifulSoup

#: End of the name of a figure's version for phones.
PHONE = "-telefon.svg"
#: Files that must be copied with a site, since no page names them as its own.
RESOURCES = tuple(f"{folder}figurer/*{PHONE}" for folder in ("", "*/", "reports/*/"))
NARROW = "(max-width: 40rem)"


def add_phone_figures(soup: BeautifulSoup, exists: Callable[[str], bool]) -> None:
    """Let narrow screens load the phone version of each figure for which `exists` (given its link) says there is one."""
    for image in soup.find_all("img", src=True):
        source = str(image["src"])
        phone = source.removesuffix(".svg") + PHONE
        parent = image.parent
        if source.endswith(".svg") and exists(phone) and (parent is None or parent.name != "picture"):
            picture = image.wrap(soup.new_tag("picture"))
            picture.insert(0, soup.new_tag("source", attrs={"media": NARROW, "srcset": phone}))
