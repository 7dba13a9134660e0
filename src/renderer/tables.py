"""Tables that everyone can read: header cells with scope, a named scrolling frame, numbers to the right."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag

NUMBER = re.compile(
    r"^(?:under |över )?[<>≤≥±+\-−–~c]{0,2}\s*\d[\d\s\u00a0\u202f.,]*\s*(?:%|kr|mnkr|tkr)?\*?$"
)
DATE = re.compile(r"^\d{4}-\d{2}(?:-\d{2})?$")
NO_VALUE = {"", "–", "-", "..", ".", "…", "−"}
#: A table of at least this many columns, one with texts of this mean length, is stacked on narrow screens; names of rows
#: may be longer.
STACKED_COLUMNS, STACKED_LETTERS, STACKED_NAME = 3, 40, 60
#: So is a short table whose columns, each as wide as its longest word and its margins, are more letters than a phone has.
WIDEST, MARGIN, MOST_STACKED = 46, 2, 10
#: Cells of at most so many letters stand after each other in a stacked row.
SHORT_LETTERS = 26
DROPPED = ("border", "cellpadding", "cellspacing", "width", "bgcolor", "frame", "rules")


def mend_table(soup: BeautifulSoup, table: Tag, number: int) -> None:
    """Mend one table in place; `number` makes ids and names unique on the page."""
    for name in DROPPED:
        table.attrs.pop(name, None)
    mend_headers(table)
    _mark_numbers(table)
    _stack(table)
    if table.find_parent("table") is None and table.find_parent(class_="rulla") is None:
        _frame(soup, table, number)


def mend_headers(table: Tag) -> None:
    """Give every header cell its scope; an empty header cell becomes a plain cell."""
    for cell in table.find_all("th"):
        if not cell.get_text(strip=True) and cell.find("img") is None:
            cell.name = "td"
            cell.attrs.pop("scope", None)
        elif not cell.has_attr("scope"):
            cell["scope"] = _scope(cell)


def _scope(cell: Tag) -> str:
    row = cell.find_parent("tr")
    in_head = cell.find_parent("thead") is not None
    cells = row.find_all(["td", "th"], recursive=False) if isinstance(row, Tag) else [cell]
    filled = [other for other in cells if other.get_text(strip=True)]
    only_headers = len(filled) > 1 and all(other.name == "th" for other in filled)
    if in_head or (only_headers and row is not None and row.find_previous_sibling("tr") is None):
        return "colgroup" if _span(cell, "colspan") > 1 else "col"
    return "rowgroup" if _span(cell, "rowspan") > 1 else "row"


def _span(cell: Tag, name: str) -> int:
    text = str(cell.get(name, "1"))
    return int(text) if text.isdigit() else 1


def _mark_numbers(table: Tag) -> None:
    """Class ``num`` on the cells and headers of columns with only numbers; ``datum`` on dates.

    Where cells span others, each number is marked by itself.
    """
    rows = [row.find_all(["td", "th"], recursive=False) for row in table.find_all("tr")]
    body = [row for row in rows if any(cell.name == "td" for cell in row) and not _in_head(row)]
    spans = any(_span(c, "colspan") > 1 or _span(c, "rowspan") > 1 for row in rows for c in row)
    for row in body:
        for cell in row:
            if DATE.match(cell.get_text(strip=True)):
                _add_class(cell, "datum")
            elif spans and _is_number(cell):
                _add_class(cell, "num")
    heads = [row for row in rows if row and row not in body]
    if not body or spans:
        return
    for column in range(min(len(row) for row in rows)):
        cells = [row[column] for row in body]
        numeric = [cell for cell in cells if _is_number(cell)]
        blank = [cell for cell in cells if cell.get_text(strip=True) in NO_VALUE]
        if numeric and len(numeric) + len(blank) == len(cells):
            for cell in (*numeric, *blank, *(row[column] for row in heads)):
                _add_class(cell, "num")


def _is_number(cell: Tag) -> bool:
    return cell.name == "td" and NUMBER.match(" ".join(cell.get_text(" ").split())) is not None


def _stack(table: Tag) -> None:
    """Mark a table of texts: narrow screens show each row as a block, its cells under each other with their headings."""
    rows = [row.find_all(["td", "th"], recursive=False) for row in table.find_all("tr")]
    heads = [row for row in rows if _in_head(row)]
    body = [row for row in rows if not _in_head(row)]
    if len(heads) != 1 or not body or any(len(row) != len(heads[0]) for row in body):
        return
    texts = [[" ".join(cell.get_text(" ").split()) for cell in row] for row in body]
    titles = [" ".join(cell.get_text(" ").split()) for cell in heads[0]]
    means = [sum(len(row[place]) for row in texts) / len(texts) for place in range(len(titles))]
    long = means[:1] >= [STACKED_NAME] or max(means[1:], default=0) >= STACKED_LETTERS
    wide = len(body) <= MOST_STACKED and _letters_wide([titles, *texts]) > WIDEST
    if len(titles) < STACKED_COLUMNS or not (long or wide) or _has_class(table, "reglage"):
        return
    _add_class(table, "prosa")
    for row in (*heads, *body):
        for mean, cell in zip(means, row, strict=True):
            if mean >= STACKED_LETTERS:
                _add_class(cell, "lang")
    for row, written in zip(body, texts, strict=True):
        for title, text, cell in list(zip(titles, written, row, strict=True))[1:]:
            cell["data-rubrik"] = title
            if len(text) <= SHORT_LETTERS:
                _add_class(cell, "kort")


def _letters_wide(rows: list[list[str]]) -> int:
    """How many letters wide a table is when every column is as narrow as its longest word; a number is one word."""
    columns = zip(*rows, strict=True)
    return sum(MARGIN + max(max(map(len, _words(text)), default=0) for text in column) for column in columns)


def _words(text: str) -> list[str]:
    return [text] if NUMBER.match(text) else text.replace("\u00ad", "- ").split()


def _in_head(row: list[Tag]) -> bool:
    return bool(row) and row[0].find_parent("thead") is not None


def _has_class(tag: Tag, name: str) -> bool:
    return tag.has_attr("class") and name in tag.get_attribute_list("class")


def _add_class(tag: Tag, name: str) -> None:
    if not _has_class(tag, name):
        before = tag.get_attribute_list("class") if tag.has_attr("class") else []
        tag["class"] = " ".join(str(part) for part in (*before, name))


def _frame(soup: BeautifulSoup, table: Tag, number: int) -> None:
    """Wrap a table in a region that scrolls sideways, can be focused, and is named after the table."""
    frame = soup.new_tag("div", attrs={"class": "rulla", "role": "region", "tabindex": "0"})
    name = _caption_id(table, number)
    if name:
        frame["aria-labelledby"] = name
        if table.find("caption") is None:
            table["aria-labelledby"] = name
    else:
        frame["aria-label"] = f"Tabell {number} på sidan"
    table.wrap(frame)


def _caption_id(table: Tag, number: int) -> str:
    figure = table.find_parent("figure")
    caption = figure.find("figcaption") if isinstance(figure, Tag) else None
    if not isinstance(caption, Tag):
        caption = table.find("caption")
    if not isinstance(caption, Tag):
        return ""
    if caption.name == "caption":
        _hold_in_view(caption, "upprepad" if _repeats_heading(table, caption) else "tabelltext")
    if not caption.has_attr("id"):
        caption["id"] = f"tabelltext-{number}"
    return str(caption["id"])


def _repeats_heading(table: Tag, caption: Tag) -> bool:
    """Whether the heading above says the same: then only those who hear the page need it as the table's name."""
    heading = table.find_previous(["h1", "h2", "h3", "h4"])
    return isinstance(heading, Tag) and heading.get_text(strip=True) == caption.get_text(strip=True)


def _hold_in_view(caption: Tag, kind: str) -> None:
    """Wrap the text so that it can stay put while a wide table scrolls sideways."""
    text = BeautifulSoup("", "html.parser").new_tag("span", attrs={"class": kind})
    for child in list(caption.contents):
        text.append(child.extract())
    caption.append(text)
