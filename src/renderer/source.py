"""One page of the stage: its front matter and its body as Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as Date
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from foundation.errors import BistandError
from renderer.cells import PageDefaults, joined
from renderer.config import SiteConfig
from renderer.notebook import notebook_markdown

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.S)
Fold = bool | Literal["show"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class PageHtml(_Part):
    """``format.html`` of one page."""

    toc: bool | None = None
    toc_depth: int | None = Field(default=None, alias="toc-depth", ge=2, le=4)
    code_fold: Fold | None = Field(default=None, alias="code-fold")


class PageFormat(_Part):
    """``format`` of one page."""

    html: PageHtml = PageHtml()


class PageExecute(_Part):
    """``execute`` of one page."""

    enabled: Literal[False] | None = None
    echo: bool | None = None
    warning: bool | None = None


class FrontMatter(_Part):
    """The allowed front matter of a page."""

    title: str
    subtitle: str | None = None
    author: str | tuple[str, ...] | None = None
    date: Date | None = None
    description: str | None = None
    lang: Literal["sv"] = "sv"
    toc: bool | None = None
    toc_depth: int | None = Field(default=None, alias="toc-depth", ge=2, le=4)
    code_fold: Fold | None = Field(default=None, alias="code-fold")
    search: bool = True
    format: PageFormat = PageFormat()
    execute: PageExecute = PageExecute()


@dataclass(frozen=True)
class PageSource:
    """A page as read from the stage.

    Parameters
    ----------
    path
        Path of the source from the stage, with forward slashes.
    meta
        Validated front matter.
    body
        Text after the front matter (qmd), empty for notebooks.
    first_line
        Line of the file on which `body` starts.
    cells
        Cells after the front matter (notebooks).
    first_cell
        Number of the first of `cells` in the notebook, 1 is the first.
    metadata
        The notebook's own metadata.
    """

    path: str
    meta: FrontMatter
    body: str = ""
    first_line: int = 1
    cells: tuple[Mapping[str, Any], ...] = ()
    first_cell: int = 1
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Path of the page from the site's root."""
        return PurePosixPath(self.path).with_suffix(".html").as_posix()

    @property
    def authors(self) -> tuple[str, ...]:
        """Names of the authors, possibly none."""
        author = self.meta.author
        return (author,) if isinstance(author, str) else author or ()

    def defaults(self, config: SiteConfig) -> PageDefaults:
        """What holds for this page's cells: front matter before ``_quarto.yml``."""
        meta, html = self.meta, self.meta.format.html
        return PageDefaults(
            echo=_first(meta.execute.echo, config.execute.echo),
            warning=_first(meta.execute.warning, config.execute.warning),
            code_fold=_first(html.code_fold, meta.code_fold, config.format.html.code_fold),
        )

    def toc_depth(self, config: SiteConfig) -> int:
        """Deepest heading level in the contents list; 0 if the page has none."""
        meta, html, site = self.meta, self.meta.format.html, config.format.html
        shown = _first(html.toc, meta.toc, site.toc)
        return int(_first(html.toc_depth, meta.toc_depth, site.toc_depth)) if shown else 0

    def markdown(self, config: SiteConfig, *, prefer_png: bool = False) -> tuple[str, dict[str, bytes]]:
        """Body as Markdown, and pictures by path from the page's folder."""
        if not self.path.endswith(".ipynb"):
            return self.body, {}
        stem = PurePosixPath(self.path).stem
        made = notebook_markdown(list(self.cells), stem, self.defaults(config), prefer_png=prefer_png)
        return made.markdown, made.files


def _first(*values: Any) -> Any:
    return next(value for value in values if value is not None)


def parse_front_matter(text: str, file: str) -> FrontMatter:
    """Validate the YAML of a page's front matter.

    Raises
    ------
    BistandError
        Naming the file and the key.
    """
    try:
        return FrontMatter.model_validate(yaml.safe_load(text) or {})
    except yaml.YAMLError as error:
        raise BistandError("sidhuvudet är inte giltig YAML.", file=file) from error
    except ValidationError as error:
        keys = sorted({".".join(str(part) for part in item["loc"]) for item in error.errors()})
        raise BistandError(
            f"sidhuvudet: ”{'”, ”'.join(keys)}” saknas, har fel värde eller ingår inte i delmängden.",
            file=file,
            fix=f"Tillåtna nycklar: {', '.join(f.alias or n for n, f in FrontMatter.model_fields.items())}.",
        ) from error


def read_source(stage: Path, path: str) -> PageSource:
    """Read a .qmd page or an executed notebook.

    Raises
    ------
    BistandError
        If the file has no valid front matter or is not a notebook.
    """
    text = (stage / path).read_text(encoding="utf-8")
    if path.endswith(".ipynb"):
        return _read_notebook(text, path)
    match = FRONT_MATTER.match(text)
    if not match:
        raise BistandError("sidan saknar sidhuvud med titel (--- title: … ---).", file=path, row=1)
    first_line = match.group().count("\n") + 1
    return PageSource(path, parse_front_matter(match.group(1), path), text[match.end() :], first_line)


def _read_notebook(text: str, path: str) -> PageSource:
    try:
        notebook = json.loads(text)
        cells = notebook["cells"]
    except (ValueError, KeyError, TypeError) as error:
        raise BistandError("filen är inte en anteckningsbok.", file=path) from error
    first = joined(cells[0].get("source")) if cells else ""
    match = FRONT_MATTER.match(first)
    if not match or cells[0]["cell_type"] != "raw":
        raise BistandError(
            "anteckningsboken saknar sidhuvud.",
            file=path,
            fix="Lägg --- title: … --- i en första cell av typen raw.",
        )
    meta = parse_front_matter(match.group(1), path)
    return PageSource(path, meta, cells=tuple(cells[1:]), first_cell=2, metadata=notebook.get("metadata", {}))
