"""The embedded renderer: a staged folder of Quarto sources becomes a site, without Quarto."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from foundation import files
from foundation.errors import BistandError
from foundation.memory import slot
from renderer.config import SiteConfig, load_config
from renderer.glossary import Glossary, load_glossary
from renderer.links import local_target, page_url
from renderer.pandoc import PageBody, PageJob, pandoc_version, run_batch
from renderer.phones import PHONE
from renderer.search import search_files
from renderer.shell import ASSET_FOLDER, ASSETS, MAIN_ID, Page, render_page
from renderer.source import PageSource, read_source
from renderer.tidy import tidy_body

RENDERER = "inbyggd"
BATCH = 16

#: The renderer's own code that shapes a page's body.
_ROOMS = (
    "renderer.filters",
    "renderer.folds",
    "renderer.glossary",
    "renderer.head",
    "renderer.pandoc",
    "renderer.phones",
    "renderer.tidy",
    "renderer.tables",
    "renderer.links",
)
#: What may be the path of a page's source, wherever it stands in a text.
_SOURCE_NAME = re.compile(r"[^\s\"'()<>\[\]]+\.(?:ipynb|qmd)\b")


@dataclass(frozen=True)
class RenderReport:
    """What a renderer did.

    Parameters
    ----------
    renderer
        ``inbyggd`` or ``Quarto``.
    pages
        Paths of the pages from the site's root.
    seconds
        Wall-clock time.
    versions
        Programs and their versions.
    reused
        How many pages came from the cache.
    """

    renderer: str
    pages: tuple[str, ...]
    seconds: float
    versions: dict[str, str]
    reused: int = 0


@dataclass(frozen=True)
class _Prepared:
    """A page ready for pandoc, with its pictures and all that its body is made from."""

    source: PageSource
    job: PageJob
    pictures: dict[str, bytes]
    phones: tuple[str, ...]
    glossary: Glossary | None
    made_from: object


def render(stage: Path, out: Path, *, jobs: int = 2, cache: Path | None = None) -> RenderReport:
    """Render a staged Quarto website into the new folder `out`.

    Parameters
    ----------
    stage
        Folder with ``_quarto.yml`` and all its sources. Not changed.
    out
        Folder to create; must not exist or be empty.
    jobs
        How many pandoc processes run at a time.
    cache
        Folder for finished page bodies, by a hash of everything that goes into them.

    Raises
    ------
    BistandError
        If the configuration, a page or a referred file is wrong.
    """
    started = time.perf_counter()
    config = load_config(stage)
    if out.exists() and any(out.iterdir()):
        raise BistandError(f"Mappen {out} är inte tom.", fix="Ange en ny mapp för sajten.")
    out.mkdir(parents=True, exist_ok=True)
    glossary = load_glossary(stage)
    prepared = [_prepare(stage, path, config, glossary) for path in config.project.render]
    pages, reused = _make_pages(prepared, config, jobs, cache)
    titles = {page.source.path: page.title for page in pages}
    before_body = _before_body(stage, config)
    picture = next((page.body.picture for page in pages if page.body.picture), "")
    for page, item in zip(pages, prepared, strict=True):
        html = render_page(page, config, titles, before_body, picture)
        files.write_text(out / page_url(page.source.path), html)
        for name, data in item.pictures.items():
            files.write_bytes(out / Path(page.source.path).parent / name, data)
    _copy_assets(out)
    sections = {link.href.lstrip("/"): section or "" for section, link in config.sidebar_links()}
    for name, text in search_files(pages, sections).items():
        files.write_text(out / name, text)
    _copy_files(stage, out, pages, config)
    seconds = time.perf_counter() - started
    urls = tuple(page_url(page.source.path) for page in pages)
    return RenderReport(RENDERER, urls, seconds, {"pandoc": pandoc_version()}, reused)


def _prepare(stage: Path, path: str, config: SiteConfig, glossary: Glossary | None) -> _Prepared:
    source = read_source(stage, path)
    markdown, pictures = source.markdown(config)
    inlines = {"title": source.meta.title}
    inlines |= {"subtitle": source.meta.subtitle} if source.meta.subtitle else {}
    inlines |= {"description": source.meta.description} if source.meta.description else {}
    footer = config.website.page_footer
    for side in ("left", "right"):
        value = getattr(footer, side) if footer else None
        if isinstance(value, str):
            inlines[f"footer_{side}"] = value
    job = PageJob(path, markdown, source.toc_depth(config), inlines)
    linked = _linked_pages([markdown, *inlines.values()], path, frozenset(config.project.render))
    folder = (stage / path).parent
    phones = tuple(sorted(item.relative_to(folder).as_posix() for item in folder.glob(f"figurer/*{PHONE}")))
    made_from = (job, linked, phones, glossary.made_from if glossary else (), pandoc_version())
    return _Prepared(source, job, pictures, phones, glossary, made_from)


def _linked_pages(texts: Iterable[str], page: str, pages: Collection[str]) -> tuple[str, ...]:
    """Return the site's pages that a page names: the body depends on which of them exist, not on the others."""
    named = {match for text in texts for match in _SOURCE_NAME.findall(text)}
    targets = {found[0] for name in named if (found := local_target(name, page)) is not None}
    return tuple(sorted(targets & set(pages)))


def _make_pages(
    prepared: Sequence[_Prepared], config: SiteConfig, jobs: int, cache: Path | None
) -> tuple[list[Page], int]:
    slots = [slot(cache, "sida", item.made_from, _ROOMS) if cache else None for item in prepared]
    stored = [place.read()[1] if place else None for place in slots]
    done = [
        Page(item.source, *parts) if parts else None for item, parts in zip(prepared, stored, strict=True)
    ]
    waiting = [number for number, page in enumerate(done) if page is None]
    size = max(1, min(BATCH, -(-len(waiting) // max(1, jobs))))
    batches = [waiting[start : start + size] for start in range(0, len(waiting), size)]
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        results = pool.map(lambda batch: run_batch([prepared[number].job for number in batch]), batches)
        for batch, bodies in zip(batches, results, strict=True):
            for number, body in zip(batch, bodies, strict=True):
                page = _finish(prepared[number], body, config)
                if place := slots[number]:
                    place.write((page.body, page.toc, dict(page.inlines), page.title))
                done[number] = page
    return [page for page in done if page is not None], len(prepared) - len(waiting)


def _finish(item: _Prepared, body: PageBody, config: SiteConfig) -> Page:
    tidy = tidy_body(
        body.html, item.source.path, frozenset(config.project.render), item.phones, item.glossary
    )
    toc = body.toc if item.job.toc_depth else ()
    return Page(item.source, tidy, toc, body.inlines, body.plain["title"])


def _before_body(stage: Path, config: SiteConfig) -> str:
    """Included HTML, without skip links: the frame has its own."""
    parts = [(stage / name).read_text(encoding="utf-8") for name in config.format.html.include_before_body]
    skip = re.compile(rf'<a\b[^>]*href="#{MAIN_ID}"[^>]*>.*?</a>', re.S)
    return skip.sub("", "\n".join(parts)).strip()


def _copy_assets(out: Path) -> None:
    for path in sorted(ASSETS.iterdir()):
        if path.is_file():
            files.write_bytes(out / ASSET_FOLDER / path.name, path.read_bytes())


def _copy_files(stage: Path, out: Path, pages: Iterable[Page], config: SiteConfig) -> None:
    """Copy every local file that a page, a menu or the configuration refers to."""
    wanted = {name for page in pages for name in page.body.files}
    wanted |= set(config.format.html.css)
    wanted |= {
        link.href.lstrip("/").split("#")[0] for _, link in config.menu_links() if "://" not in link.href
    }
    for pattern in config.project.resources:
        wanted |= {path.relative_to(stage).as_posix() for path in stage.glob(pattern) if path.is_file()}
    for name in sorted(wanted - set(config.project.render)):
        if (stage / name).is_file() and not (out / name).exists():
            target = out / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(stage / name, target)
