"""The site's Atom feed: one entry a run, dated by what the run knew, so that equal builds give equal feeds."""

from __future__ import annotations

import hashlib
from pathlib import Path
from xml.etree import ElementTree

from analysis.runs.model import Run
from foundation.files import write_bytes
from renderer.head import FEED

_ATOM = "http://www.w3.org/2005/Atom"


def write_feed(site: Path, runs: tuple[Run, ...], *, title: str, address: str = "") -> None:
    """Write the feed into a site's folder. Ids are tags without a host, the same wherever the site lies.

    Parameters
    ----------
    address
        The site's address, where it is known: links are absolute then, as readers of feeds expect.
    """
    base = f"{address.rstrip('/')}/" if address else ""
    ElementTree.register_namespace("", _ATOM)
    newest = max(run.kant_senast for run in runs)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "sv"})
    _add(feed, "title", title)
    _add(feed, "id", _identity("bistandslaget"))
    if base:
        _add(feed, "link").attrib.update({"rel": "self", "href": f"{base}{FEED}"})
        _add(feed, "link").attrib.update({"rel": "alternate", "href": base})
    _add(feed, "updated", f"{newest.isoformat()}T00:00:00Z")
    _add(_add(feed, "author"), "name", title)
    for run in sorted(runs, key=lambda item: (item.kant_senast, item.id), reverse=True):
        entry = _add(feed, "entry")
        _add(entry, "title", run.rubrik)
        _add(entry, "id", _identity(run.id))
        _add(entry, "updated", f"{run.kant_senast.isoformat()}T00:00:00Z")
        link = _add(entry, "link")
        link.set("href", f"{base}reports/{run.id}/{run.anteckningsbocker[0]}.html")
        _add(entry, "summary", f"{run.rubrik}: bygger på det som var känt {run.kant_senast.isoformat()}.")
    ElementTree.indent(feed)
    write_bytes(site / FEED, ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True) + b"\n")


def _add(parent: ElementTree.Element, name: str, text: str | None = None) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}")
    element.text = text
    return element


def _identity(name: str) -> str:
    digest = hashlib.sha256(name.encode()).hexdigest()
    return f"urn:uuid:{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"
