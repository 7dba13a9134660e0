"""A dated, checksummed bundle of the site for any static host, with strict headers and a checked copy first."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bs4 import BeautifulSoup

from analysis.paths import Project
from analysis.pipeline.archive import demand_no_own_counts
from foundation.errors import BistandError
from foundation.files import sha256_of, write_bytes, write_text
from foundation.owned import MARKER, demand_ours, mend, open_to_readers, replace_folder, workroom
from renderer.check import check_site

CHECKSUMS = "SHA256SUMS"

#: Nothing from other hosts, no inline scripts, no frames, no forms that leave the page.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}

#: The page that the municipality fills in by law, and how its places to fill in are written.
STATEMENT = "tillganglighet.html"
_PLACE = re.compile(r"\[[^\[\]]{3,}\]")

#: Zip files store a time for each member; a fixed one keeps equal sites equal.
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Bundle:
    """What was made: the zip file, its checksum and how many files it holds."""

    path: Path
    sha256: str
    files: int


def make_bundle(project: Project, *, day: date) -> Bundle:
    """Make ``dist/bistandslaget-<day>.zip`` from the built site.

    Raises
    ------
    BistandError
        If there is no site, if it fails its checks, or if another bundle of the same day exists with other content.
    """
    demand_no_own_counts(project)
    _demand_good_site(project.site)
    _demand_filled_statement(project)
    data, count = _zip(project.site)
    target = project.root / "dist" / f"bistandslaget-{day.isoformat()}.zip"
    digest = hashlib.sha256(data).hexdigest()
    if target.exists() and sha256_of(target) != digest:
        raise BistandError(
            "ett annat paket från samma dag finns redan",
            file=target,
            fix="Flytta undan det eller publicera med ett annat datum (--datum).",
        )
    write_bytes(target, data)
    write_text(target.with_suffix(".zip.sha256"), f"{digest}  {target.name}\n")
    return Bundle(target, digest, count)


def copy_to(project: Project, folder: Path) -> Path:
    """Copy the site into `folder`: first as a copy beside it, checked file by file, then in one step.

    Raises
    ------
    BistandError
        If the site fails its checks, or if `folder` holds anything that an earlier publication did not put there;
        it is then left as it is.
    """
    demand_no_own_counts(project)
    _demand_good_site(project.site)
    _demand_filled_statement(project)
    demand_ours(folder)
    with _writable(folder.parent), workroom(folder.parent, "publicering") as room:
        staging = room / "webbplats"
        shutil.copytree(project.site, staging, ignore=shutil.ignore_patterns(MARKER))
        for name, text in _host_files(staging).items():
            write_text(staging / name, text)
        _verify(staging)
        open_to_readers(staging)
        replace_folder(staging, folder)
    return folder


def restore(folder: Path) -> tuple[str, ...]:
    """Put right what a killed publication of `folder` left beside it; returns a sentence for each thing done."""
    with _writable(folder.parent):
        return mend(folder.parent)


@contextmanager
def _writable(parent: Path) -> Iterator[None]:
    """Say in Swedish that the place cannot be written."""
    try:
        yield
    except OSError as error:
        raise BistandError(
            f"det går inte att skriva här ({error.strerror})",
            file=parent,
            fix="Kontrollera behörigheter och utrymme. Den förra webbplatsen ligger kvar.",
        ) from error


def _demand_good_site(site: Path) -> None:
    if not (site / "index.html").is_file():
        raise BistandError("det finns ingen webbplats att publicera", file=site, fix="Kör ”bistand rapport”.")
    findings = check_site(site)
    if findings:
        raise BistandError(
            f"webbplatsen klarar inte kontrollerna: {findings[0]}", fix="Kör ”bistand rapport” igen."
        )


def unfilled(text: str) -> tuple[str, ...]:
    """Return the places of a page's text that wait for the municipality's own words, in order, each once."""
    return tuple(dict.fromkeys(" ".join(found.split()) for found in _PLACE.findall(text)))


def _demand_filled_statement(project: Project) -> None:
    page = project.site / STATEMENT
    if not page.is_file():
        return
    left = unfilled(BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").get_text(" "))
    if left:
        raise BistandError(
            f"tillgänglighetsredogörelsen är inte ifylld: {'; '.join(left)}",
            file=project.pages / "tillganglighet.qmd",
            fix="Ersätt varje hakparentes med kommunens egna ord, ta bort rutan om mallen och kör ”bistand rapport”.",
        )


def _files(site: Path) -> list[Path]:
    return sorted(path for path in site.rglob("*") if path.is_file() and path.name != MARKER)


def _host_files(site: Path) -> dict[str, str]:
    """Header files that common static hosts read, and the list of checksums."""
    netlify = "/*\n" + "".join(f"  {name}: {value}\n" for name, value in HEADERS.items())
    apache = "<IfModule mod_headers.c>\n"
    apache += (
        "".join(f'  Header always set {name} "{value}"\n' for name, value in HEADERS.items())
        + "</IfModule>\n"
    )
    nginx = "".join(f'add_header {name} "{value}" always;\n' for name, value in HEADERS.items())
    extra = {"_headers": netlify, ".htaccess": apache, "nginx-headers.conf": nginx, ".nojekyll": ""}
    sums = {path.relative_to(site).as_posix(): sha256_of(path) for path in _files(site)}
    sums |= {name: hashlib.sha256(text.encode()).hexdigest() for name, text in extra.items()}
    sums.pop(CHECKSUMS, None)
    listing = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    return {**extra, CHECKSUMS: listing}


def _verify(folder: Path) -> None:
    for line in (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ", 1)
        if sha256_of(folder / name) != digest:
            raise BistandError(
                "kopian stämmer inte med kontrollsumman", file=folder / name, fix="Kör om kommandot."
            )


def _zip(site: Path) -> tuple[bytes, int]:
    buffer = io.BytesIO()
    contents = {path.relative_to(site).as_posix(): path.read_bytes() for path in _files(site)}
    contents |= {name: text.encode() for name, text in _host_files(site).items()}
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(contents):
            info = zipfile.ZipInfo(name, date_time=_EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, contents[name])
    return buffer.getvalue(), len(contents)
