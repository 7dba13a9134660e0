"""Publishing: reproducible bundles, strict headers, nothing overwritten by mistake."""

from __future__ import annotations

import hashlib
import zipfile
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.conftest import ROOT

from analysis.paths import Project
from analysis.pipeline.feed import write_feed
from analysis.pipeline.publish import CHECKSUMS, HEADERS, copy_to, make_bundle
from analysis.runs import load_runs
from foundation.errors import BistandError
from renderer import embedded
from renderer.head import FEED


@pytest.fixture
def built(tmp_path: Path) -> Project:
    """A project whose site is the small stage of the renderer's tests."""
    project = Project(tmp_path / "projekt")
    embedded.render(ROOT / "tests/site/stage", project.site)
    return project


def _change(project: Project, old: str, new: str) -> None:
    page = project.site / "index.html"
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_two_bundles_of_the_same_site_are_the_same_file(built: Project) -> None:
    first = make_bundle(built, day=date(2026, 11, 21))
    data = first.path.read_bytes()
    assert make_bundle(built, day=date(2026, 11, 21)).sha256 == first.sha256
    assert first.path.read_bytes() == data
    assert hashlib.sha256(data).hexdigest() in first.path.with_suffix(".zip.sha256").read_text(
        encoding="utf-8"
    )


def test_the_bundle_checks_itself_and_forbids_other_hosts(built: Project) -> None:
    bundle = make_bundle(built, day=date(2026, 11, 21))
    with zipfile.ZipFile(bundle.path) as archive:
        sums = dict(reversed(line.split("  ")) for line in archive.read(CHECKSUMS).decode().splitlines())
        for name in set(archive.namelist()) - {CHECKSUMS}:
            assert hashlib.sha256(archive.read(name)).hexdigest() == sums[name]
        headers = archive.read("_headers").decode()
    assert "default-src 'none'" in headers
    assert "unsafe-inline" not in headers
    assert "http" not in HEADERS["Content-Security-Policy"]


def test_a_changed_site_does_not_replace_the_days_bundle(built: Project) -> None:
    first = make_bundle(built, day=date(2026, 11, 21))
    _change(built, "</main>", "<p>Ändrad</p></main>")
    with pytest.raises(BistandError, match="samma dag"):
        make_bundle(built, day=date(2026, 11, 21))
    assert hashlib.sha256(first.path.read_bytes()).hexdigest() == first.sha256


def test_a_broken_site_is_not_published(built: Project, tmp_path: Path) -> None:
    _change(built, "</main>", '<a href="finns-inte.html">x</a></main>')
    with pytest.raises(BistandError, match="klarar inte kontrollerna"):
        copy_to(built, tmp_path / "ut")
    assert not (tmp_path / "ut").exists()


def test_copying_never_empties_somebody_elses_folder(built: Project, tmp_path: Path) -> None:
    target = tmp_path / "ut"
    target.mkdir()
    (target / "viktigt.txt").write_text("x", encoding="utf-8")
    with pytest.raises(BistandError, match="inte tom"):
        copy_to(built, target)
    assert (target / "viktigt.txt").read_text(encoding="utf-8") == "x"
    (target / "viktigt.txt").unlink()
    copy_to(built, target)
    copy_to(built, target)
    assert (target / "index.html").read_bytes() == (built.site / "index.html").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["projekt", "ut"]


def test_a_folder_with_a_checksum_list_is_not_taken_for_a_publication(built: Project, tmp_path: Path) -> None:
    target = tmp_path / "html"
    target.mkdir()
    (target / CHECKSUMS).write_text("", encoding="utf-8")
    (target / "thesis.docx").write_bytes(b"x")
    with pytest.raises(BistandError, match="inte tom"):
        copy_to(built, target)
    assert (target / "thesis.docx").read_bytes() == b"x"


@pytest.mark.parametrize("name", ["html.old", "html.provkopia"])
def test_publishing_leaves_the_neighbours(built: Project, tmp_path: Path, name: str) -> None:
    neighbour = tmp_path / name
    neighbour.mkdir()
    (neighbour / "min.txt").write_text("min", encoding="utf-8")
    copy_to(built, tmp_path / "html")
    copy_to(built, tmp_path / "html")
    assert (neighbour / "min.txt").read_text(encoding="utf-8") == "min"


def test_a_web_page_edited_on_the_server_is_not_overwritten(built: Project, tmp_path: Path) -> None:
    target = copy_to(built, tmp_path / "html")
    (target / "index.html").write_text("rättad på servern", encoding="utf-8")
    with pytest.raises(BistandError, match=r"index\.html"):
        copy_to(built, target)
    assert (target / "index.html").read_text(encoding="utf-8") == "rättad på servern"


def test_the_feed_has_one_entry_a_run_newest_first(checkout: Project, tmp_path: Path) -> None:
    runs = load_runs(checkout).runs
    write_feed(tmp_path, runs, title="Biståndsläget")
    data = (tmp_path / FEED).read_bytes()
    write_feed(tmp_path, tuple(reversed(runs)), title="Biståndsläget")
    assert (tmp_path / FEED).read_bytes() == data
    root = ElementTree.fromstring(data)
    space = {"a": "http://www.w3.org/2005/Atom"}
    updated = [item.text for item in root.findall("a:entry/a:updated", space)]
    assert len(updated) == len(runs)
    assert updated == sorted(updated, reverse=True)
    assert not any(link.get("href", "").startswith("http") for link in root.iter(f"{{{space['a']}}}link"))
    write_feed(tmp_path, runs, title="Biståndsläget", address="https://exempel.se/lage/")
    root = ElementTree.fromstring((tmp_path / FEED).read_bytes())
    links = [link.get("href", "") for link in root.iter(f"{{{space['a']}}}link")]
    assert len(links) == len(runs) + 2
    assert all(link.startswith("https://exempel.se/lage/") for link in links)


def test_an_accessibility_statement_with_places_to_fill_in_is_not_published(
    built: Project, tmp_path: Path
) -> None:
    page = built.site / "tillganglighet.html"
    shell = (built.site / "metod.html").read_text(encoding="utf-8").replace("<title>", "<title>Redogörelse, ")
    page.write_text(
        shell.replace("</main>", "<p>[Kommunens namn] svarar. Senast [datum].</p></main>"), "utf-8"
    )

    for publish in (
        lambda: make_bundle(built, day=date(2026, 11, 21)),
        lambda: copy_to(built, tmp_path / "ut"),
    ):
        with pytest.raises(BistandError, match=r"\[Kommunens namn\]; \[datum\]"):
            publish()
    assert not (tmp_path / "ut").exists()

    page.write_text(shell.replace("</main>", "<p>Provkommunen svarar.</p></main>"), "utf-8")
    assert copy_to(built, tmp_path / "ut").is_dir()
