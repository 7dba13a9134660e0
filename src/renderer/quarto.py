"""Rendering with Quarto where it is installed, and the small step after it that accessibility needs.

Quarto (up to 1.10) has no skip link, gives header cells no scope, and lets `include-before-body` land after all
navigation. `finish` mends that in the finished pages, so that both renderers pass the same checks.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from foundation import files
from foundation.errors import BistandError
from renderer.config import SiteConfig, load_config
from renderer.embedded import RenderReport
from renderer.folds import fold_sections, number_code
from renderer.glossary import Glossary, load_glossary, mark_terms
from renderer.head import first_answer, first_picture, head_tags, put_head_tags
from renderer.links import page_url, relative
from renderer.phones import PHONE, add_phone_figures
from renderer.quarto_chrome import keep_to_the_run, pick_runs
from renderer.quarto_kept import bring_back, changed_pages, hashes, keep_site
from renderer.shell import ASSET_FOLDER, ASSETS, MAIN_ID, MODULE_STYLE, MODULES, modules_on
from renderer.tables import mend_table
from renderer.tidy import parse

MINIMUM = (1, 9)
STYLES = ("farger.css", "innehall.css", "utskrift.css")
SCRIPTS = ("tabell.js", "ord.js", "kod.js")
SKIP_TEXT = "Hoppa till innehållet"
# Names of Quarto's landmarks, so that a screen reader can tell them apart.
LANDMARKS = (
    ("nav.navbar", "Huvudmeny"),
    ("nav#quarto-sidebar", "Sidor"),
    ("nav.page-navigation", "Föregående och nästa sida"),
    ("nav.quarto-page-breadcrumbs", "Du är här"),
    ("nav.quarto-secondary-nav", "Sidmeny"),
)
# Roles that Quarto puts on buttons and links and that do not fit them.
WRONG_ROLES = ("button.navbar-toggler[role]", "button.quarto-btn-toggle[role]", "a[role=navigation]")


@dataclass(frozen=True)
class QuartoVersion:
    """A usable Quarto.

    Parameters
    ----------
    path
        Path of the program.
    version
        Such as ``1.10.18``.
    """

    path: str
    version: str

    def __str__(self) -> str:
        """The version: a path of the maker's computer is nobody else's business."""
        return self.version


def find() -> QuartoVersion | None:
    """Return Quarto if it is on PATH and new enough (1.9: older ones lose row headers), else None."""
    path = shutil.which("quarto")
    if path is None:
        return None
    done = subprocess.run([path, "--version"], capture_output=True, text=True, encoding="utf-8", check=False)
    version = done.stdout.strip()
    return QuartoVersion(path, version) if is_supported(version) else None


def is_supported(version: str) -> bool:
    """Whether a version such as ``1.9.38`` is new enough."""
    numbers = re.findall(r"\d+", version)
    return tuple(int(number) for number in numbers[:2]) >= MINIMUM


def render(stage: Path, out: Path, keep: Path | None = None) -> RenderReport:
    """Render a staged Quarto website into the new folder `out` with Quarto.

    Parameters
    ----------
    keep
        Folder of this program's own that remembers the last site; only what has changed since is rendered again.

    Raises
    ------
    BistandError
        If Quarto is missing or too old, or stops with an error.
    """
    started = time.perf_counter()
    quarto = find()
    if quarto is None:
        raise BistandError("Quarto 1.9 eller nyare finns inte.", fix="Använd den inbyggda renderaren.")
    config = load_config(stage)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".quarto-") as folder:
        project = Path(folder) / "projekt"
        shutil.copytree(stage, project)
        built = project / config.project.output_dir
        sources = hashes(stage)
        changed = changed_pages(keep, config, sources, quarto.version) if keep is not None else None
        if keep is not None and changed is not None:
            bring_back(keep, built)
        if changed is None:
            _run(quarto, [str(project)])
        elif changed:
            _run(quarto, [str(project / page) for page in changed])
        for path in (path for pattern in config.project.resources for path in project.glob(pattern)):
            files.write_bytes(built / path.relative_to(project), path.read_bytes())
        finish(built, load_glossary(stage), config)
        if keep is not None:
            keep_site(built, keep, sources, quarto.version, Path(folder))
        built.rename(out)
    pages = tuple(page_url(path) for path in config.project.render)
    reused = len(pages) - len(changed) if changed is not None else 0
    seconds = time.perf_counter() - started
    return RenderReport("Quarto", pages, seconds, {"quarto": quarto.version}, reused=reused)


def _run(quarto: QuartoVersion, inputs: list[str]) -> None:
    done = subprocess.run(
        [quarto.path, "render", *inputs, "--to", "html", "--no-execute"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "NO_COLOR": "1"},
        check=False,
    )
    if done.returncode != 0:
        raise BistandError(f"Quarto avbröts:\n{done.stderr.strip()[-3000:]}")


def finish(site: Path, glossary: Glossary | None = None, config: SiteConfig | None = None) -> None:
    """Mend every page of a site that Quarto has built, in place."""
    inside = [path for path in sorted(site.rglob("*.html")) if "site_libs" not in path.parts]
    pages = [path for path in inside if not any(part.endswith("_files") for part in path.parts)]
    found = (
        first_picture(parse(path.read_text(encoding="utf-8")), path.relative_to(site).as_posix())
        for path in sorted(pages, key=lambda path: len(path.parts))
    )
    picture = next((item for item in found if item), "")
    for path in pages:
        name = path.relative_to(site).as_posix()
        phones = {item.relative_to(path.parent).as_posix() for item in path.parent.glob(f"figurer/*{PHONE}")}
        made = finish_page(path.read_text(encoding="utf-8"), name, phones, glossary)
        files.write_text(path, _with_head(made, config, name, picture) if config else made)
    modules = {script for scripts in MODULES.values() for script in scripts}
    for asset in (*STYLES, *SCRIPTS, MODULE_STYLE, *sorted(modules)):
        files.write_bytes(site / ASSET_FOLDER / asset, (ASSETS / asset).read_bytes())


def finish_page(html: str, name: str, phones: Collection[str] = (), glossary: Glossary | None = None) -> str:
    """Mend one page of Quarto's; `name` is its path from the site's root. Doing it twice changes nothing.

    `phones` are the figures for phones beside it, as the page links to them.
    """
    soup = parse(html)
    root, body = soup.find("html"), soup.find("body")
    main = soup.find("main")
    if not (isinstance(root, Tag) and isinstance(body, Tag) and isinstance(main, Tag)):
        return html
    root["data-theme"] = "light"
    _skip_link(soup, body, main)
    for selector, label in LANDMARKS:
        for landmark in soup.select(selector):
            landmark["aria-label"] = label
    for selector in WRONG_ROLES:
        for element in soup.select(selector):
            del element["role"]
    for number, table in enumerate(main.find_all("table"), 1):
        mend_table(soup, table, number)
    for image in main.find_all("img"):
        if not image.has_attr("alt"):
            image["alt"] = ""
    add_phone_figures(soup, lambda link: link in phones)
    keep_to_the_run(soup, name)
    pick_runs(soup, name)
    fold_sections(main)
    number_code(main)
    mark_terms(main, glossary, name)
    _link_assets(soup, name)
    return str(soup)


def _with_head(html: str, config: SiteConfig, name: str, picture: str) -> str:
    """Tell in the head what the page is, as the embedded renderer does."""
    soup = parse(html)
    main = soup.find("main")
    if not isinstance(main, Tag):
        return html
    title = main.find("h1")
    own = soup.find("meta", attrs={"name": "description"})
    described = str(own["content"]) if isinstance(own, Tag) and own.get("content") else ""
    words = " ".join(title.get_text(" ").split()) if isinstance(title, Tag) else config.website.title
    text, shown = described or first_answer(main), first_picture(main, name) or picture
    put_head_tags(soup, head_tags(config, name, words, text, shown))
    return str(soup)


def _skip_link(soup: BeautifulSoup, body: Tag, main: Tag) -> None:
    """Put one skip link before all navigation and take away every other one."""
    main["id"] = main.get("id") or MAIN_ID
    main["tabindex"] = "-1"
    target = f"#{main['id']}"
    for anchor in body.find_all("a", href=target):
        space = anchor.next_sibling
        if isinstance(space, NavigableString) and not space.strip():
            space.extract()
        anchor.decompose()
    link = soup.new_tag("a", attrs={"class": "skip", "data-cm": "skip", "href": target})
    link.string = SKIP_TEXT
    first = body.contents[0] if body.contents else None
    if isinstance(first, NavigableString) and not first.strip():
        first.extract()
    body.insert(0, link)
    body.insert(1, NavigableString("\n"))


def _link_assets(soup: BeautifulSoup, name: str) -> None:
    head = soup.find("head")
    if not isinstance(head, Tag):
        return
    folder = relative(ASSET_FOLDER, name)
    modules = modules_on(str(soup))
    for style in (*STYLES, *((MODULE_STYLE,) if modules else ())):
        href = f"{folder}/{style}"
        if head.find("link", href=href) is None:
            head.append(soup.new_tag("link", attrs={"rel": "stylesheet", "href": href}))
    for script in (*SCRIPTS, *modules):
        src = f"{folder}/{script}"
        if head.find("script", src=src) is None:
            head.append(soup.new_tag("script", attrs={"src": src, "defer": ""}))
