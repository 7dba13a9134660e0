"""What can be operated on a page, by the names that a screen reader is told, and what is shown at a width."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page
from site_browser import chromium, site_pages, window

#: Roles of what can be operated, as Chromium tells them to a screen reader.
CONTROLS = frozenset(
    (
        "button",
        "checkbox",
        "combobox",
        "DisclosureTriangle",
        "link",
        "listbox",
        "radio",
        "searchbox",
        "slider",
        "spinbutton",
        "textbox",
    )
)
#: What a control may be told apart by besides its name: the table, group or region around it.
GROUPS = frozenset(("table", "group", "region", "navigation", "search", "radiogroup"))


@dataclass(frozen=True)
class Control:
    """Something that can be operated.

    Parameters
    ----------
    group
        Name of the nearest table, group or landmark around it; empty without one.
    does
        Where a link leads; of all else, which one on the page it is.
    """

    role: str
    name: str
    group: str
    does: str


def controls(tab: Page) -> list[Control]:
    """Everything that can be operated on an open page, with all that is folded open, as a screen reader is told."""
    tab.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    session = tab.context.new_cdp_session(tab)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    by_id = {node["nodeId"]: node for node in nodes}

    def named(node: dict[str, Any]) -> str:
        return " ".join(str(node.get("name", {}).get("value", "")).split())

    def group(node: dict[str, Any]) -> str:
        while (node := by_id.get(node.get("parentId", ""), {})) and node:
            if node.get("role", {}).get("value") in GROUPS and named(node):
                return named(node)
        return ""

    found = []
    for node in nodes:
        role = node.get("role", {}).get("value")
        if node.get("ignored") or role not in CONTROLS:
            continue
        url = next(
            (item["value"].get("value") for item in node.get("properties", ()) if item["name"] == "url"), ""
        )
        found.append(Control(role, named(node), group(node), str(url or node["nodeId"])))
    return found


#: Words of a control's name that would be English; links may lead to what has an English title.
ENGLISH = re.compile(
    r"\b(?:back|close|collapse|copy|expand|hide|loading|menu|navigation|next|open|previous|search|show|skip|toggle)\b",
    re.I,
)


def ill_named(found: list[Control]) -> list[str]:
    """Controls without a name, with an English one, or with one that another control in the same group has."""
    by_name = defaultdict(set)
    for control in found:
        by_name[control.role, control.group, control.name].add(control.does)
    faults = [f"{role} utan namn i ”{group}”" for role, group, name in by_name if not name]
    faults += [
        f"{role} på engelska: {name}" for role, _, name in by_name if role != "link" and ENGLISH.search(name)
    ]
    faults += [
        f"{len(does)} {role} heter {name}"
        for (role, _, name), does in by_name.items()
        if name and len(does) > 1
    ]
    return faults


def shown_texts(tab: Page, width: int) -> set[str]:
    """Headings, paragraphs, list items and table cells that are shown in an open page's main text at a width."""
    tab.set_viewport_size({"width": width, "height": 800})
    texts = tab.evaluate(
        "Array.from(document.querySelectorAll('main :is(h1, h2, h3, p, li, td, figcaption, summary)'))"
        ".filter(part => part.checkVisibility() && !part.closest('nav')).map(part => part.textContent)"
    )
    return {" ".join(str(text).split()) for text in texts}


#: Headings with nothing that is seen between them and the next one; a heading of a lower level counts as something.
_EMPTY = """() => {
  document.querySelectorAll("main details:not(.code-fold)").forEach(part => { part.open = true; });
  const headings = [...document.querySelectorAll("main :is(h2, h3, h4)")], chosen = getSelection();
  const row = heading => heading.closest(".rubrikrad") || heading;
  return headings.filter((heading, place) => {
    const next = headings[place + 1], range = document.createRange();
    if (next && next.tagName > heading.tagName) return false;
    range.setStartAfter(row(heading));
    next ? range.setEndBefore(row(next)) : range.setEndAfter(heading.closest("main").lastElementChild);
    chosen.removeAllRanges();
    chosen.addRange(range);
    return !chosen.toString().trim() && !range.cloneContents().querySelector("img, table, svg, input");
  }).map(heading => heading.textContent);
}"""


def empty_headings(tab: Page) -> list[str]:
    """Headings of an open page under which nothing stands."""
    return [str(text) for text in tab.evaluate(_EMPTY)]


def main() -> None:
    """Print every control of the pages given: ``python tests/site/site_controls.py _site index.html``."""
    site = Path(sys.argv[1])
    with chromium() as browser, window(browser) as context:
        tab = context.new_page()
        for page in sys.argv[2:] or site_pages(site):
            print(page)
            tab.goto((site / page).resolve().as_uri())
            for control in controls(tab):
                print(
                    f"  {control.role:20}{control.name}" + (f"  [{control.group}]" if control.group else "")
                )


if __name__ == "__main__":
    main()
