"""What can be operated on a page, by the names that a screen reader is told, and what is shown at a width."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser
from site_browser import chromium, open_page, site_pages, window

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


def controls(browser: Browser, site: Path, page: str) -> list[Control]:
    """Everything that can be operated on a page, with all that is folded open, as a screen reader is told."""
    with window(browser) as context:
        tab = open_page(context, site, page)
        tab.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        nodes = context.new_cdp_session(tab).send("Accessibility.getFullAXTree")["nodes"]
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


def shown_texts(browser: Browser, site: Path, page: str, width: int) -> set[str]:
    """Headings, paragraphs, list items and table cells that are shown in the main text at a width."""
    with window(browser, width=width) as context:
        tab = open_page(context, site, page)
        texts = tab.evaluate(
            "Array.from(document.querySelectorAll('main :is(h1, h2, h3, p, li, td, figcaption, summary)'))"
            ".filter(part => part.checkVisibility() && !part.closest('nav')).map(part => part.textContent)"
        )
    return {" ".join(str(text).split()) for text in texts}


def main() -> None:
    """Print every control of the pages given: ``python tests/site/site_controls.py _site index.html``."""
    site = Path(sys.argv[1])
    with chromium() as browser:
        for page in sys.argv[2:] or site_pages(site):
            print(page)
            for control in controls(browser, site, page):
                print(
                    f"  {control.role:20}{control.name}" + (f"  [{control.group}]" if control.group else "")
                )


if __name__ == "__main__":
    main()
