"""The pages Sverige, Jämför and three municipalities, rendered from real figures of a few municipalities."""

from __future__ import annotations

from pathlib import Path

from tests.national import small_country, writing_to

from analysis.answers.municipality import place
from analysis.pages.municipality import pieces, text
from analysis.pages.parts.markdown import Markdown
from analysis.pages.sweden import compare, overview
from analysis.paths import Project
from foundation.files import write_text
from renderer import embedded

CONFIG = """\
project: {type: website, output-dir: _site, render: [%s], resources: ["data/*.js", %s]}
lang: sv
notebook-links: false
execute: {enabled: false}
website:
  title: "Biståndsläget"
  search: true
  navbar: {left: [{href: sverige.qmd, text: Sverige}]}
  sidebar: {contents: [%s]}
format: {html: {toc: true, html-math-method: mathml}}
"""
#: A large municipality, a small one, and one whose last year and one more are missing.
TOWNS = ("0180", "2403", "2281")


def make(checkout: Project, room: Path) -> Path:
    """Render the pages below the new folder `room`; returns the site."""
    stage = room / "stage"
    context, found = small_country(checkout)
    whole, single = writing_to(context, stage), writing_to(context, stage / "kommun")
    pages: dict[str, tuple[str, list[Markdown]]] = {
        "sverige": (
            "Sverige",
            [
                overview.in_short(found),
                overview.cards(found),
                overview.live_map(whole, found),
                overview.spread_figure(whole, found),
                overview.town_table(whole, found),
            ],
        ),
        "jamfor": ("Jämför", [compare.compare(whole, found), compare.level_table(whole, found)]),
    }
    for code in found.table.index:
        town, here = context.catalogue.municipality(code), place(found, code)
        parts = [text.in_short(context, here), text.gaps(context, here)]
        if code in TOWNS:
            parts += [
                pieces.development_figure(single, found, here),
                pieces.near_table(single, found, here),
                pieces.forecast_table(here),
            ]
        pages[f"kommun/{town.page_name}"] = (f"Biståndet i {town.name}", parts)
    for name, (title, parts) in pages.items():
        body = "\n\n".join(part.text for part in parts)
        write_text(stage / f"{name}.qmd", f'---\ntitle: "{title}"\n---\n\n{body}\n')
    render = ", ".join(f"{name}.qmd" for name in pages)
    phones = '"figurer/*-telefon.svg", "kommun/figurer/*-telefon.svg"'
    write_text(stage / "_quarto.yml", CONFIG % (render, phones, render))
    embedded.render(stage, room / "site")
    return room / "site"
