"""The linter: a staged folder is in the subset that Quarto and the embedded renderer treat alike, or not."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path, PurePosixPath

from foundation.errors import BistandError
from foundation.files import sha256_of
from foundation.memory import remember
from renderer.config import SOURCE_SUFFIXES, SiteConfig, read_config
from renderer.finding import Finding
from renderer.links import local_target, page_url
from renderer.lint_markdown import lint_segment
from renderer.lint_notebook import lint_notebook
from renderer.scan import Facts, Segment, collect
from renderer.source import PageSource, read_source

#: The code that what is found on a page depends on.
_ROOMS = (
    "renderer.cells",
    "renderer.config",
    "renderer.lint",
    "renderer.lint_markdown",
    "renderer.lint_notebook",
    "renderer.notebook",
    "renderer.scan",
    "renderer.source",
)
NUMBERED = re.compile(r"^(fig|tbl|eq)-[\w-]+$")


def lint(stage: Path, cache: Path | None = None) -> tuple[Finding, ...]:
    """Find everything in a staged folder that lies outside the subset.

    Parameters
    ----------
    stage
        Folder with ``_quarto.yml`` and its sources.
    cache
        Folder for what was found on each page, by its content: an unchanged page is not read again.

    Returns
    -------
    tuple of Finding
        Sorted; empty when the stage may be rendered.
    """
    config, findings = read_config(stage)
    if config is None:
        return findings
    found = list(findings)
    facts: dict[str, Facts] = {}
    for path in config.project.render:
        if not (stage / path).is_file():
            continue
        made_from = (path, sha256_of(stage / path), config.execute, config.format)
        page_findings, page = remember(
            "lint", made_from, _ROOMS, partial(_read_page, stage, path, config), cache
        )
        found += page_findings
        if page is not None:
            facts[path] = page
    for path, page in facts.items():
        found += _ids(page)
        found += _references(page)
        found += _links(path, page, facts, stage, config)
    return tuple(sorted(set(found)))


def _read_page(stage: Path, path: str, config: SiteConfig) -> tuple[list[Finding], Facts | None]:
    try:
        source = read_source(stage, path)
    except BistandError as error:
        return [Finding(path, error.row or 1, error.problem)], None
    return _lint_page(source, config)


def _lint_page(source: PageSource, config: SiteConfig) -> tuple[list[Finding], Facts]:
    if source.path.endswith(".ipynb"):
        findings, segments, facts = lint_notebook(source, source.defaults(config))
    else:
        findings, facts = [], Facts()
        segments = [Segment(source.path, source.body, source.first_line)]
    for segment in segments:
        findings += lint_segment(segment)
        collect(segment, facts)
    return findings, facts


def _at(place: Finding, message: str) -> Finding:
    return Finding(place.file, place.line, message, place.cell)


def _ids(page: Facts) -> list[Finding]:
    seen: set[str] = set()
    findings = []
    for name, place in page.ids:
        if name in seen:
            findings.append(_at(place, f"id ”{name}” finns redan på sidan."))
        seen.add(name)
    return findings


def _references(page: Facts) -> list[Finding]:
    known = {name for name, _ in page.ids}
    findings = []
    for name, place in page.references:
        bare = name.lstrip("[-")
        if name.startswith(("[", "-")):
            findings.append(_at(place, f"skriv @{bare} utan hakparentes eller minus."))
        elif not NUMBERED.match(bare):
            findings.append(
                _at(place, f"@{bare} är varken @fig-, @tbl- eller @eq-; skriv \\@ för ett vanligt @.")
            )
        elif bare not in known:
            findings.append(_at(place, f"@{bare} finns inte på sidan; länka till andra sidor i stället."))
    return findings


def _given_as_a_file(target: str, stage: Path, config: SiteConfig) -> bool:
    """Whether a source is not a page but a file that is copied with the site."""
    return (stage / target).is_file() and any(
        PurePosixPath(target).match(pattern) for pattern in config.project.resources
    )


def _links(path: str, page: Facts, facts: dict[str, Facts], stage: Path, config: SiteConfig) -> list[Finding]:
    by_url = {page_url(name): name for name in config.project.render}
    findings = []
    for href, place in page.links:
        found = local_target(href, path)
        if found is None:
            continue
        target, fragment = found
        source = target if target in config.project.render else by_url.get(target)
        if source is not None:
            if fragment and source in facts and not _has_fragment(facts[source], fragment):
                findings.append(_at(place, f"länken ”{href}”: ”{fragment}” finns inte på sidan."))
        elif target.endswith(SOURCE_SUFFIXES) and not _given_as_a_file(target, stage, config):
            findings.append(_at(place, f"länken ”{href}” går till en sida som inte står i render-listan."))
        elif not target or not (stage / target).exists():
            findings.append(_at(place, f"länken ”{href}” går till en fil som inte finns."))
    return findings


def _has_fragment(page: Facts, fragment: str) -> bool:
    if fragment in {name for name, _ in page.ids} | page.slugs:
        return True
    if NUMBERED.match(fragment):
        return False
    return not page.slugs_certain or re.sub(r"-\d+$", "", fragment) in page.slugs
