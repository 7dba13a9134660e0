"""Menus of the site, worked out for one page: links, what is current, previous and next, breadcrumbs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from renderer.config import NavLink, NavSection, SiteConfig
from renderer.links import is_external, page_url, relative, resolve

#: Where a section's pages lie when it is one of many of a kind, which a page needs one of at a time.
RUNS = "reports/"
#: Of more runs than this, the list to pick from holds this many near the page's own.
MOST_RUNS = 24


@dataclass(frozen=True)
class MenuLink:
    """A link as shown on one page."""

    text: str
    href: str
    current: bool = False


@dataclass(frozen=True)
class MenuSection:
    """A titled group of links as shown on one page."""

    text: str
    links: tuple[MenuLink, ...]

    @property
    def current(self) -> bool:
        """Whether the page shown lies in this group."""
        return any(link.current for link in self.links)


@dataclass(frozen=True)
class Menus:
    """All menus of one page."""

    navbar_left: tuple[MenuLink, ...]
    navbar_right: tuple[MenuLink, ...]
    sidebar: tuple[MenuLink | MenuSection, ...]
    footer_left: tuple[MenuLink, ...]
    footer_right: tuple[MenuLink, ...]
    previous: MenuLink | None
    following: MenuLink | None
    section: str
    here: str


def build_menus(config: SiteConfig, page: str, titles: Mapping[str, str]) -> Menus:
    """Work out the menus of `page` (a source path); `titles` holds the title of every source."""

    def one(item: NavLink) -> MenuLink:
        return _link(item, page, titles)

    def many(items: tuple[NavLink, ...]) -> tuple[MenuLink, ...]:
        return tuple(one(item) for item in items)

    site = config.website
    footer = site.page_footer
    before, after, section = _neighbours(config, page)
    here = next((one(link) for _, link in config.sidebar_links() if link.href.lstrip("/") == page), None)
    return Menus(
        navbar_left=many(site.navbar.left) if site.navbar else (),
        navbar_right=many(site.navbar.right) if site.navbar else (),
        sidebar=_sidebar(config, page, one),
        footer_left=() if footer is None or isinstance(footer.left, str) else many(footer.left),
        footer_right=() if footer is None or isinstance(footer.right, str) else many(footer.right),
        previous=one(before) if before else None,
        following=one(after) if after else None,
        section=section,
        here=here.text if here else "",
    )


def _sidebar(
    config: SiteConfig, page: str, one: Callable[[NavLink], MenuLink]
) -> tuple[MenuLink | MenuSection, ...]:
    """The side menu: a run is picked from a list, and only the page's own run stands there with its pages."""
    side = config.website.sidebar.contents if config.website.sidebar else ()
    runs = [item for item in side if isinstance(item, NavSection) and _is_run(item)]
    menu: list[MenuLink | MenuSection] = []
    for item in side:
        if not isinstance(item, NavSection):
            menu.append(one(item))
        elif len(runs) == 1 or item not in runs or _holds(item, page):
            menu.append(MenuSection(item.section, tuple(one(link) for link in item.contents)))
        if len(runs) > 1 and item is runs[-1]:
            menu.append(_picker(runs, config, page, one))
    return tuple(menu)


def _is_run(section: NavSection) -> bool:
    return all(link.href.lstrip("/").startswith(RUNS) for link in section.contents)


def _holds(section: NavSection, page: str) -> bool:
    return any(link.href.lstrip("/") == page for link in section.contents)


def _picker(
    runs: Sequence[NavSection], config: SiteConfig, page: str, one: Callable[[NavLink], MenuLink]
) -> MenuSection:
    """All runs by name, each leading to its first page; of very many those near the page's own, and one to the others."""
    place = next((number for number, item in enumerate(runs) if _holds(item, page)), 0)
    first = min(max(0, place - MOST_RUNS // 2), max(0, len(runs) - MOST_RUNS))
    links = [MenuLink(item.section, one(item.contents[0]).href) for item in runs[first : first + MOST_RUNS]]
    if len(runs) > MOST_RUNS:
        links.append(MenuLink(f"Alla {len(runs)} körningar", home_url(config, page)))
    return MenuSection(f"Välj körning ({len(runs)})", tuple(links))


def _link(item: NavLink, page: str, titles: Mapping[str, str]) -> MenuLink:
    if is_external(item.href):
        return MenuLink(item.text or item.href, item.href)
    target, _, fragment = item.href.lstrip("/").partition("#")
    rooted = "/" + item.href.lstrip("/")
    return MenuLink(
        text=item.text or titles.get(target, target),
        href=resolve(rooted, page, titles),
        current=target == page and not fragment,
    )


def _neighbours(config: SiteConfig, page: str) -> tuple[NavLink | None, NavLink | None, str]:
    links = [(section, link) for section, link in config.sidebar_links() if not is_external(link.href)]
    place = next((i for i, (_, link) in enumerate(links) if link.href.lstrip("/") == page), None)
    if place is None:
        return None, None, ""
    section = links[place][0] or ""
    if not config.website.page_navigation:
        return None, None, section
    runs = {title for title, link in links if link.href.lstrip("/").startswith(RUNS)}
    if page.startswith(RUNS) and len(runs) > 1:
        # where there are several, a run is read from its first page to its last, never into the next run
        links = [item for item in links if item[0] == links[place][0]]
        place = next(i for i, (_, link) in enumerate(links) if link.href.lstrip("/") == page)
        if len(links) == 1:
            return None, None, section
    before = links[place - 1][1] if place else None
    after = links[place + 1][1] if place + 1 < len(links) else None
    return before, after, section


def home_url(config: SiteConfig, page: str) -> str:
    """Relative link to the start page."""
    first = next((name for name in config.project.render if page_url(name) == "index.html"), "")
    return relative(page_url(first or config.project.render[0]), page)
