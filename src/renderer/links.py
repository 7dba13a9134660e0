"""Links between pages: from source files to built pages, always relative."""

from __future__ import annotations

import posixpath
from collections.abc import Collection
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from renderer.config import SOURCE_SUFFIXES


def is_external(href: str) -> bool:
    """Whether a link leaves the site (another scheme or host)."""
    parts = urlsplit(href)
    return bool(parts.scheme or parts.netloc)


def local_target(href: str, page: str) -> tuple[str, str] | None:
    """Path from the root (empty: leaves the root) and fragment of a local link on `page`; None if external."""
    if is_external(href):
        return None
    parts = urlsplit(href)
    fragment = unquote(parts.fragment)
    if not parts.path:
        return page, fragment
    path = unquote(parts.path)
    joined = path.lstrip("/") if path.startswith("/") else posixpath.join(posixpath.dirname(page), path)
    normal = posixpath.normpath(joined)
    return ("" if normal.startswith("..") else normal), fragment


def page_url(source: str) -> str:
    """Path of the built page of a source file."""
    return PurePosixPath(source).with_suffix(".html").as_posix()


def relative(target: str, page: str) -> str:
    """Relative URL from `page` to `target`, both from the root."""
    return quote(posixpath.relpath(target, posixpath.dirname(page) or "."), safe="/-_.~")


def resolve(href: str, page: str, pages: Collection[str]) -> str:
    """Rewrite a link to a rendered source as a relative link to its page; leave every other link alone.

    Parameters
    ----------
    href
        The link as written.
    page
        Path of the source or page that holds it, from the root.
    pages
        Source paths in the render list.
    """
    found = local_target(href, page)
    if found is None or not urlsplit(href).path:
        return href
    target, fragment = found
    if target in pages and target.endswith(SOURCE_SUFFIXES):
        target = page_url(target)
    elif not href.startswith("/"):
        return href
    return relative(target, page) + (f"#{quote(fragment, safe='')}" if fragment else "")
