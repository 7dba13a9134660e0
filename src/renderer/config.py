"""The part of ``_quarto.yml`` that both renderers treat alike, read and validated."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from foundation.errors import BistandError
from renderer.finding import Finding

CONFIG_NAME = "_quarto.yml"
SOURCE_SUFFIXES = (".qmd", ".ipynb")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


StringList = Annotated[tuple[str, ...], BeforeValidator(_as_list)]


class NavLink(_Part):
    """A link in a menu; without `text` the page's title is shown."""

    href: str
    text: str | None = None


class NavSection(_Part):
    """A titled group of links in the side menu."""

    section: str
    contents: tuple[NavLink, ...]


def _nav_item(value: object) -> object:
    if isinstance(value, str):
        return {"href": value}
    if isinstance(value, dict) and isinstance(value.get("contents"), list):
        return {**value, "contents": [_nav_item(item) for item in value["contents"]]}
    return value


def _nav_items(value: object) -> object:
    return [_nav_item(item) for item in value] if isinstance(value, list) else value


NavLinks = Annotated[tuple[NavLink, ...], BeforeValidator(_nav_items)]
SidebarItems = Annotated[tuple[NavSection | NavLink, ...], BeforeValidator(_nav_items)]


class Project(_Part):
    """``project``: what is rendered, in which order."""

    type: Literal["website"]
    render: tuple[str, ...] = Field(min_length=1)
    output_dir: str = Field(default="_site", alias="output-dir")
    resources: StringList = ()


class Navbar(_Part):
    """``website.navbar``: the menu in the page head."""

    left: NavLinks = ()
    right: NavLinks = ()


class Sidebar(_Part):
    """``website.sidebar``: the side menu; previous and next follow it."""

    contents: SidebarItems
    style: Literal["docked", "floating"] = "docked"
    collapse_level: int = Field(default=2, alias="collapse-level", ge=1, le=2)


class PageFooter(_Part):
    """``website.page-footer``: a line of text or a list of links on each side."""

    left: str | NavLinks = ()
    right: str | NavLinks = ()


class Website(_Part):
    """``website``: title and menus."""

    title: str
    description: str | None = None
    site_url: str | None = Field(default=None, alias="site-url", pattern=r"^https?://[^\s?#]+$")
    search: bool = False
    page_navigation: bool = Field(default=False, alias="page-navigation")
    navbar: Navbar | None = None
    sidebar: Sidebar | None = None
    page_footer: PageFooter | None = Field(default=None, alias="page-footer")


class Html(_Part):
    """``format.html``."""

    html_math_method: Literal["mathml"] = Field(alias="html-math-method")
    toc: bool = False
    toc_depth: int = Field(default=3, alias="toc-depth", ge=2, le=4)
    code_fold: bool | Literal["show"] = Field(default=False, alias="code-fold")
    css: StringList = ()
    include_before_body: StringList = Field(default=(), alias="include-before-body")
    theme: Literal["default", "litera", "none"] | None = None


class Format(_Part):
    """``format``: HTML only; Word is made separately."""

    html: Html


class Execute(_Part):
    """``execute``: the renderer never runs code."""

    enabled: Literal[False]
    echo: bool = True
    warning: bool = True


class SiteConfig(_Part):
    """The whole of the allowed ``_quarto.yml``."""

    project: Project
    website: Website
    format: Format
    execute: Execute
    notebook_links: Literal[False] = Field(alias="notebook-links")
    lang: Literal["sv"]

    def sidebar_links(self) -> tuple[tuple[str | None, NavLink], ...]:
        """The side menu flattened: (section title or None, link), in order."""
        if self.website.sidebar is None:
            return ()
        flat: list[tuple[str | None, NavLink]] = []
        for item in self.website.sidebar.contents:
            if isinstance(item, NavSection):
                flat += [(item.section, link) for link in item.contents]
            else:
                flat.append((None, item))
        return tuple(flat)

    def menu_links(self) -> tuple[tuple[str, NavLink], ...]:
        """Every link of every menu with the key it stands under."""
        site = self.website
        links = [("website.sidebar", link) for _, link in self.sidebar_links()]
        if site.navbar:
            links += [("website.navbar", link) for link in (*site.navbar.left, *site.navbar.right)]
        if site.page_footer:
            for side in (site.page_footer.left, site.page_footer.right):
                if not isinstance(side, str):
                    links += [("website.page-footer", link) for link in side]
        return tuple(links)


_MEANING = {
    "extra_forbidden": "nyckeln ingår inte i den delmängd som sajten byggs av",
    "missing": "nyckeln saknas",
    "literal_error": "värdet är inte tillåtet här",
    "union_tag_invalid": "värdet har fel form",
}


def _describe(error: Any) -> tuple[str, str]:
    skip = {"NavSection", "NavLink", "str", "bool"}
    parts = [
        str(part)
        for part in error["loc"]
        if not (isinstance(part, str) and (part in skip or "[" in part or "(" in part))
    ]
    key = ".".join(parts) or "(hela filen)"
    meaning = _MEANING.get(error["type"], "värdet har fel form")
    expected = error.get("ctx", {}).get("expected")
    return key, f"{meaning} (tillåtet: {expected})" if expected else meaning


def _line_of(text: str, key: str) -> int:
    """Line of the last named part of a dotted key, found by walking down the file; 0 if not found."""
    position, found = 0, 0
    lines = text.splitlines()
    for part in key.split("."):
        if part.isdigit():
            continue
        for number in range(position, len(lines)):
            if lines[number].lstrip(" -").startswith(f"{part}:"):
                position, found = number + 1, number + 1
                break
    return found


def read_config(stage: Path) -> tuple[SiteConfig | None, tuple[Finding, ...]]:
    """Read ``_quarto.yml`` of a staged folder: the configuration, or what is wrong with it."""
    path = stage / CONFIG_NAME
    if not path.is_file():
        return None, (Finding(CONFIG_NAME, 0, "filen saknas."),)
    text = path.read_text(encoding="utf-8")
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return None, (Finding(CONFIG_NAME, mark.line + 1 if mark else 0, "filen är inte giltig YAML."),)
    try:
        config = SiteConfig.model_validate(raw)
    except ValidationError as error:
        problems = dict.fromkeys(_describe(item) for item in error.errors())
        return None, tuple(
            Finding(CONFIG_NAME, _line_of(text, key), f"”{key}”: {what}.") for key, what in problems
        )
    return config, _file_findings(config, stage, text)


def _file_findings(config: SiteConfig, stage: Path, text: str) -> tuple[Finding, ...]:
    findings = []
    listed = set(config.project.render)
    for name in config.project.render:
        if PurePosixPath(name).suffix not in SOURCE_SUFFIXES:
            findings.append((name, "sidor är .qmd eller .ipynb."))
        elif not (stage / name).is_file():
            findings.append((name, "filen i render-listan finns inte."))
    doubles = {name for name in listed if config.project.render.count(name) > 1}
    findings += [(name, "filen står två gånger i render-listan.") for name in sorted(doubles)]
    html = config.format.html
    for name in (*html.css, *html.include_before_body):
        if not (stage / name).is_file():
            findings.append((name, "filen finns inte."))
    for key, link in config.menu_links():
        target = link.href.split("#")[0]
        if PurePosixPath(target).suffix in SOURCE_SUFFIXES and target.lstrip("/") not in listed:
            findings.append((link.href, f"länken i {key} går till en sida som inte står i render-listan."))
        elif "://" not in target and not target.startswith("mailto:") and not (stage / target).is_file():
            findings.append((link.href, f"länken i {key} går till en fil som inte finns."))
    return tuple(
        Finding(CONFIG_NAME, _line_with(text, name), f"”{name}”: {what}")
        for name, what in dict.fromkeys(findings)
    )


def _line_with(text: str, needle: str) -> int:
    return next((n for n, line in enumerate(text.splitlines(), 1) if needle in line), 0)


def load_config(stage: Path) -> SiteConfig:
    """Read and demand a valid ``_quarto.yml``.

    Raises
    ------
    BistandError
        Naming file, key and what is allowed.
    """
    config, findings = read_config(stage)
    if config is None or findings:
        raise BistandError(
            "; ".join(str(finding) for finding in findings),
            fix="Rätta _quarto.yml. Tillåtna nycklar står i src/renderer/config.py.",
        )
    return config
