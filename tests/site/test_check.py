"""The static checks find each fault that is put into a good site."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from renderer.check import check_site
from renderer.finding import Finding

FAULTS = [
    ('<html lang="sv">', '<html lang="en">', "lang"),
    ("<title>Metod – Biståndsläget</title>", "<title> </title>", "saknar titel"),
    ("<title>Metod –", "<title>Läget i Uppsala 2024 –", "unik"),
    ('href="index.html#alla-kommuner"', 'href="index.html#finnsinte"', "målet finns inte"),
    ('href="index.html#alla-kommuner"', 'href="finnsinte.html"', "bruten"),
    ('href="index.html#alla-kommuner"', 'href="../../utanfor.html"', "utanför"),
    ('id="antaganden"', 'id="modell"', "2 gånger"),
    ('scope="col"', "", "saknar scope"),
    ("</h1>", '</h1><img src="bilder/diagram.png">', "alternativtext"),
    ("</h1>", "</h1><svg></svg>", "saknar namn"),
    ("</h1>", '</h1><script src="https://cdn.invalid/x.js"></script>', "annan värd"),
    ("</h1>", "</h1><style>@import 'https://cdn.invalid/x.css';</style>", "annan värd"),
    ("</h1>", "</h1><h4>Djupt</h4>", "hoppar över"),
    ("<h1", "<h2", "precis en rubrik på nivå 1"),
    ('<a class="skip"', '<a href="index.html">först</a><a class="skip"', "hopplänk"),
    ("</h1>", '</h1><a href="#quarto-document-content">igen</a>', "hopplänk"),
]


def test_good_site_has_no_findings(stage_site: Path) -> None:
    assert check_site(stage_site) == ()


@pytest.mark.parametrize(("old", "new", "message"), FAULTS)
def test_fault_is_found(stage_site: Path, tmp_path: Path, old: str, new: str, message: str) -> None:
    site = tmp_path / "site"
    shutil.copytree(stage_site, site)
    page = site / "metod.html"
    html = page.read_text(encoding="utf-8")
    assert old in html
    page.write_text(html.replace(old, new, 1), encoding="utf-8")
    findings = check_site(site)
    assert any(message in finding.message for finding in findings), findings


def test_stylesheet_is_read_too(stage_site: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(stage_site, site)
    (site / "egen.css").write_text(
        "/* url(https://ok.invalid) */ p{background:url(//cdn.invalid/a.png)}", encoding="utf-8"
    )
    assert [str(finding) for finding in check_site(site)] == [
        "egen.css: stilmallen hämtar //cdn.invalid/a.png från en annan värd."
    ]


def test_empty_folder_is_not_a_site(tmp_path: Path) -> None:
    assert [finding.message for finding in check_site(tmp_path)] == ["sajten har inga sidor."]


def test_stored_facts_find_what_has_changed_and_links_to_pages_that_are_gone(
    stage_site: Path, tmp_path: Path
) -> None:
    site, store = tmp_path / "site", tmp_path / "store"
    shutil.copytree(stage_site, site)
    assert check_site(site, store) == ()
    (site / "reports" / "uppsala-2024" / "01_laget.html").unlink()
    gone = check_site(site, store)
    assert gone == check_site(site)
    assert any("bruten" in finding.message for finding in gone)
    page = site / "metod.html"
    page.write_text(page.read_text(encoding="utf-8").replace('lang="sv"', 'lang="en"'), encoding="utf-8")
    assert set(check_site(site, store)) - set(gone) == {
        Finding("metod.html", 0, "html-elementet saknar lang=”sv”.")
    }
    for path in (store / "provad").iterdir():
        path.write_bytes(path.read_bytes()[:-3])
    assert check_site(site, store) == check_site(site)
