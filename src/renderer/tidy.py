"""From pandoc's HTML to a page body that meets WCAG 2.1 AA and a strict content security policy."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PreformattedString

from renderer import links
from renderer.folds import fold_sections, number_code
from renderer.glossary import Glossary, mark_terms
from renderer.head import first_answer, first_picture
from renderer.phones import add_phone_figures
from renderer.tables import mend_table

LINE_ANCHOR = re.compile(r'<a href="#cb\d+-\d+" aria-hidden="true" tabindex="-1"></a>')
LINE_SPAN = re.compile(r'<span id="cb\d+-\d+">')
ALIGN = re.compile(r"text-align:\s*(left|right|center)")
HEADINGS = ("h2", "h3", "h4")
INLINE = frozenset(
    (
        "a",
        "abbr",
        "b",
        "code",
        "em",
        "i",
        "mark",
        "math",
        "mi",
        "mn",
        "mo",
        "mrow",
        "span",
        "strong",
        "sub",
        "sup",
    )
)
UNSEARCHED = frozenset({"cell-code", "code-fold", "visually-hidden", "footnote-back"})
FILE_ATTRIBUTES = (("img", "src"), ("a", "href"), ("source", "src"))


@dataclass(frozen=True)
class Section:
    """A piece of searchable text: the heading above it (empty: the page itself), its id and the text."""

    heading: str
    id: str
    text: str


@dataclass(frozen=True)
class TidyBody:
    """Body of a page.

    Parameters
    ----------
    html
        Clean HTML.
    files
        Local files that the body refers to, from the site's root.
    sections
        Text for the search, by heading.
    answer
        The page's first answer as plain text, for its head.
    picture
        Path from the root of its first figure with a PNG; empty without one.
    """

    html: str
    files: tuple[str, ...]
    sections: tuple[Section, ...]
    answer: str
    picture: str


def tidy_body(
    html: str,
    page: str,
    pages: Collection[str],
    phones: Collection[str] = (),
    glossary: Glossary | None = None,
) -> TidyBody:
    """Clean pandoc's HTML of one page.

    Parameters
    ----------
    html
        Body from pandoc.
    page
        Source path of the page, from the stage.
    pages
        Source paths of all pages, for links between them.
    phones
        Figures for phones that stand beside the page, as the page links to them.
    glossary
        Terms whose first use is explained.
    """
    soup = parse(LINE_SPAN.sub("<span>", LINE_ANCHOR.sub("", html)))
    _move_styles(soup)
    for number, table in enumerate(soup.find_all("table"), 1):
        mend_table(soup, table, number)
    _frame_formulas(soup)
    _mend_links(soup, page, pages)
    _mend_images(soup)
    add_phone_figures(soup, lambda link: link in phones)
    _mend_footnotes(soup)
    for box in soup.find_all("input"):
        box["disabled"] = ""
    files, sections = _local_files(soup, page), _sections(soup)
    fold_sections(soup)
    number_code(soup)
    mark_terms(soup, glossary, page)
    html = str(soup)
    whole = parse(html)  # pieces of text that stand side by side are one again
    return TidyBody(html, files, sections, first_answer(whole), first_picture(whole, page))


def parse(html: str) -> BeautifulSoup:
    """Parse HTML with the parser of the standard library."""
    return BeautifulSoup(html, "html.parser")


def _move_styles(soup: BeautifulSoup) -> None:
    """Take away style elements and attributes, which the policy forbids; keep the alignment of cells."""
    for element in soup.find_all(["style", "script"]):
        element.decompose()
    for element in soup.find_all(style=True):
        align = ALIGN.search(str(element["style"]))
        if align and element.name in ("td", "th"):
            element["align"] = align.group(1)
        del element["style"]
    for pre in soup.find_all("div", class_="sourceCode"):
        pre.attrs.pop("id", None)


def _frame_formulas(soup: BeautifulSoup) -> None:
    """Let a formula wider than the page scroll in a named frame that can be focused."""
    for formula in soup.find_all("math", display="block"):
        frame = {"class": "formel", "role": "group", "aria-label": "Formel", "tabindex": "0"}
        formula.wrap(soup.new_tag("span", attrs=frame))


def _mend_links(soup: BeautifulSoup, page: str, pages: Collection[str]) -> None:
    for anchor in soup.find_all("a", href=True):
        anchor["href"] = links.resolve(str(anchor["href"]), page, pages)
    for image in soup.find_all("img", src=True):
        image["src"] = links.resolve(str(image["src"]), page, ())


def _mend_images(soup: BeautifulSoup) -> None:
    for image in soup.find_all("img"):
        if not image.has_attr("alt"):
            image["alt"] = ""
        for name in ("longdesc", "align", "border"):
            image.attrs.pop(name, None)


def _mend_footnotes(soup: BeautifulSoup) -> None:
    notes = soup.find("section", class_="footnotes")
    if not isinstance(notes, Tag):
        return
    rule = notes.find("hr")
    if isinstance(rule, Tag):
        rule.decompose()
    heading = soup.new_tag("h2", id="fotnoter")
    heading.string = "Fotnoter"
    notes.insert(0, heading)
    notes["aria-labelledby"] = "fotnoter"
    for number, back in enumerate(notes.find_all("a", class_="footnote-back"), 1):
        back["aria-label"] = f"Tillbaka till texten från fotnot {number}"
    for mark in soup.find_all("a", class_="footnote-ref"):
        mark["aria-label"] = f"Fotnot {mark.get_text()}"


def _local_files(soup: BeautifulSoup, page: str) -> tuple[str, ...]:
    found = set()
    for name, attribute in FILE_ATTRIBUTES:
        for element in soup.find_all(name, attrs={attribute: True}):
            target = links.local_target(str(element[attribute]), page)
            if target and target[0] and target[0] != page:
                found.add(target[0])
    return tuple(sorted(found))


def _sections(soup: BeautifulSoup) -> tuple[Section, ...]:
    """Text by heading, without formulas' TeX, code and hidden words."""
    parts: list[tuple[str, str, list[str]]] = [("", "", [])]
    _gather(soup, parts)
    sections = (Section(head, id_, " ".join("".join(text).split())) for head, id_, text in parts)
    return tuple(section for section in sections if section.heading or section.text)


def _gather(node: Tag, parts: list[tuple[str, str, list[str]]]) -> None:
    for child in node.children:
        if isinstance(child, NavigableString):
            if not isinstance(child, PreformattedString):
                parts[-1][2].append(str(child))
        elif isinstance(child, Tag):
            classes = child.attrs.get("class") or ()
            if child.name in HEADINGS and child.get("id"):
                parts.append((" ".join(child.get_text().split()), str(child["id"]), []))
            elif child.name != "annotation" and not UNSEARCHED.intersection(classes):
                _gather(child, parts)
                parts[-1][2].append("" if child.name in INLINE else " ")
