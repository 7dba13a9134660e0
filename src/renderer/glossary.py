"""Words explained where they stand: the first use of a term on a page leads to the glossary and tells its meaning.

The glossary is a file of the stage. The meaning is shown on hover and on focus by the style sheet, from the attribute that a
screen reader reads; it is no text of the page, so that search, print and copies are as before.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml
from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PreformattedString
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from foundation.errors import BistandError
from renderer.links import page_url, relative

GLOSSARY = "ordlista.yml"
PAGE = "ordlista.html"

#: Where words are explained: running text, cells, captions of figures. Not in headings, links, code and what is pressed.
_PLACES = ("p", "li", "td", "dd", "figcaption")
_LEFT_OUT = frozenset(
    {"a", "button", "code", "pre", "summary", "h2", "h3", "h4", "th", "math", "nav", "svg", "label"}
)


class Entry(BaseModel):
    """A term: the word, its other forms, its meaning in plain text, and its name in the code.

    Plain words are not `marked` on the pages; they are in the list all the same.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    term: str = Field(alias="ord", min_length=1)
    forms: tuple[str, ...] = Field(alias="former", default=())
    meaning: str = Field(alias="betydelse", min_length=10)
    code: str = Field(alias="kod", default="")
    marked: bool = Field(alias="markeras", default=True)

    @property
    def id(self) -> str:
        """Id of the term's row in the glossary."""
        return "ord-" + re.sub(r"[^\w]+", "-", self.term.lower()).strip("-")


@dataclass(frozen=True)
class Glossary:
    """The terms of a site."""

    entries: tuple[Entry, ...]

    @cached_property
    def by_form(self) -> dict[str, Entry]:
        """Each form that is marked, in lower case, with its term."""
        shown = (entry for entry in self.entries if entry.marked)
        return {form.lower(): entry for entry in shown for form in (entry.term, *entry.forms)}

    @property
    def made_from(self) -> tuple[str, ...]:
        """What decides how pages are marked, for the memory."""
        return tuple(entry.model_dump_json() for entry in self.entries)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What finds a term in a text, the longest form first."""
        forms = sorted(self.by_form, key=lambda form: (-len(form), form))
        return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, forms))})(?![\w-])", re.I)


def load_glossary(stage: Path) -> Glossary | None:
    """Read the glossary of a stage; None where there is none.

    Raises
    ------
    BistandError
        If an entry is wrong, or two terms have a form in common.
    """
    path = stage / GLOSSARY
    if not path.is_file():
        return None
    try:
        entries = tuple(
            Entry.model_validate(item) for item in yaml.safe_load(path.read_text(encoding="utf-8"))
        )
    except (ValidationError, yaml.YAMLError, TypeError) as error:
        raise BistandError(f"ordlistan går inte att läsa: {str(error).splitlines()[0]}", file=path) from error
    seen: dict[str, str] = {}
    for entry in entries:
        for form in {form.lower() for form in (entry.term, *entry.forms)}:
            if form in seen:
                raise BistandError(f"”{form}” står både under {seen[form]} och {entry.term}", file=path)
            seen[form] = entry.term
    return Glossary(entries)


def mark_terms(soup: BeautifulSoup | Tag, glossary: Glossary | None, page: str) -> None:
    """Let the first use of each term on `page` (its path from the root) lead to the glossary, once however often called."""
    if glossary is None or not glossary.by_form or page_url(page) == PAGE:
        return
    home = relative(PAGE, page)
    done = {str(link["href"]).rpartition("#")[2] for link in soup.select("a.ord[href]")}
    for text in list(_texts(soup)):
        _mark(text, glossary, home, done)


def _texts(soup: BeautifulSoup | Tag) -> Iterator[NavigableString]:
    """Texts in which a word may be explained, in reading order."""
    for text in soup.find_all(string=True):
        if isinstance(text, NavigableString) and not isinstance(text, PreformattedString) and text.strip():
            around = [parent.name for parent in text.parents if parent is not None]
            if any(parent.get("lang", "sv") == "en" for parent in text.parents if isinstance(parent, Tag)):
                continue  # the explanations are in Swedish
            if _LEFT_OUT.isdisjoint(around) and any(name in _PLACES for name in around):
                yield text


def _mark(text: NavigableString, glossary: Glossary, home: str, done: set[str]) -> None:
    """Put links into one text, for the terms that have none yet."""
    pieces: list[str | Tag] = []
    end = 0
    for match in glossary.pattern.finditer(str(text)):
        entry = glossary.by_form[match.group().lower()]
        if entry.id in done:
            continue
        done.add(entry.id)
        attributes = {"class": "ord", "href": f"{home}#{entry.id}", "aria-description": entry.meaning}
        link = BeautifulSoup("", "html.parser").new_tag("a", attrs=attributes)
        link.string = match.group()
        pieces += [str(text)[end : match.start()], link]
        end = match.end()
    if pieces:
        pieces.append(str(text)[end:])
        text.replace_with(
            *[NavigableString(piece) if isinstance(piece, str) else piece for piece in pieces if piece]
        )


def glossary_page(glossary: Glossary, title: str, description: str) -> str:
    """Write the source of the glossary's page: a table with a row to lead to for each term, in Swedish order."""
    order = str.maketrans({"å": "{", "ä": "|", "ö": "}", "Å": "{", "Ä": "|", "Ö": "}"})
    shown = sorted(glossary.entries, key=lambda entry: entry.term.lower().translate(order))
    rows = "\n".join(
        f'<tr id="{entry.id}"><th scope="row">{html.escape(entry.term)}</th><td>{html.escape(entry.meaning)}</td>'
        f"<td>{f'<code>{html.escape(entry.code)}</code>' if entry.code else '–'}</td></tr>"
        for entry in shown
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Ord", "Betydelse", "I koden"))
    return (
        f'---\ntitle: "{title}"\ndescription: "{description}"\n---\n\n## Ord på sidorna\n\n```{{=html}}\n'
        f'<table class="tabell">\n<caption>Ord på webbplatsen</caption>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody>\n</table>\n```\n"
    )
