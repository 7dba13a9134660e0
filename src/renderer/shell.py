"""The frame around a page: head, menus, contents list, search, footer (Jinja templates)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from foundation.swedish import day_name
from renderer.config import SiteConfig
from renderer.head import head_tags
from renderer.links import relative
from renderer.menus import build_menus, home_url
from renderer.pandoc import TocEntry
from renderer.source import PageSource
from renderer.tidy import TidyBody

TEMPLATES = Path(__file__).parent / "templates"
ASSETS = Path(__file__).parent / "assets"
ASSET_FOLDER = "site_libs/bistand"
STYLES = ("farger.css", "innehall.css", "ram.css", "utskrift.css")
MAIN_ID = "quarto-document-content"

#: Interactive parts by the name that a page asks for them with (``data-modul``), and their scripts in order.
MODULES = {
    "karta": ("modul.js", "karta.js"),
    "jamfor": ("d3.js", "modul.js", "xlsx.js", "jamfor.js"),
    "varden": ("modul.js", "varden.js"),
}
#: Styles that pages with such a part load besides the ordinary.
MODULE_STYLE = "modul.css"


@dataclass(frozen=True)
class Page:
    """Everything that is shown on one page.

    Parameters
    ----------
    source
        Front matter and path.
    body
        Clean body.
    toc
        Contents list, empty if the page has none.
    inlines
        Title, subtitle and the like as inline HTML.
    title
        Title as plain text.
    """

    source: PageSource
    body: TidyBody
    toc: tuple[TocEntry, ...]
    inlines: Mapping[str, str]
    title: str


@dataclass(frozen=True)
class TocNode:
    """A line of the contents list with the lines below it."""

    id: str
    html: Markup
    children: tuple[TocNode, ...]


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def nest_toc(entries: Sequence[TocEntry]) -> tuple[TocNode, ...]:
    """Nest a flat contents list by heading level."""
    nodes: list[TocNode] = []
    position = 0
    while position < len(entries):
        entry = entries[position]
        end = position + 1
        while end < len(entries) and entries[end].level > entry.level:
            end += 1
        below = nest_toc(entries[position + 1 : end])
        nodes.append(TocNode(entry.id, Markup(entry.html), below))
        position = end
    return tuple(nodes)


def render_page(
    page: Page, config: SiteConfig, titles: Mapping[str, str], before_body: str = "", picture: str = ""
) -> str:
    """Put a page into its frame.

    Parameters
    ----------
    page
        The page.
    config
        The site's configuration.
    titles
        Plain titles of all pages by source path.
    before_body
        HTML shown first in the main part.
    picture
        Preview picture of pages without a figure, from the root.
    """
    source = page.source
    site = config.website

    def root(path: str) -> str:
        return relative(path, source.path)

    html = (
        _environment()
        .get_template("sida.html.j2")
        .render(
            assets=root(ASSET_FOLDER),
            authors=source.authors,
            before_body=Markup(before_body),
            body=Markup(page.body.html),
            config=config,
            date=source.meta.date,
            date_text=day_name(source.meta.date) if source.meta.date else "",
            footer_left=Markup(page.inlines.get("footer_left", "")),
            footer_right=Markup(page.inlines.get("footer_right", "")),
            home=home_url(config, source.path),
            inlines={key: Markup(value) for key, value in page.inlines.items()},
            lang=source.meta.lang,
            main_id=MAIN_ID,
            menus=build_menus(config, source.path, titles),
            head_tags=head_tags(
                config,
                source.path,
                page.title,
                source.meta.description or page.body.answer,
                page.body.picture or picture,
            ),
            root=root("."),
            site_css=[root(name) for name in config.format.html.css],
            site_title=site.title,
            search=site.search,
            modules=modules_on(page.body.html),
            styles=(*STYLES, *((MODULE_STYLE,) if modules_on(page.body.html) else ())),
            title=page.title,
            toc=nest_toc(page.toc),
        )
    )
    return html.rstrip() + "\n"


def modules_on(html: str) -> tuple[str, ...]:
    """Return the scripts of the interactive parts that a page has places for, each once and in order."""
    names = dict.fromkeys(re.findall(r'\bdata-modul="([a-z]+)"', html))
    return tuple(dict.fromkeys(script for name in names for script in MODULES.get(name, ())))
