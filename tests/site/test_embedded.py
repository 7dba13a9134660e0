"""Faults of the embedded renderer's surroundings, the search index, and the comparison of two sites."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.site import equivalence

from foundation.errors import BistandError
from renderer import embedded, pandoc
from renderer.config import SiteConfig
from renderer.links import local_target, resolve
from renderer.menus import MOST_RUNS, MenuLink, Menus, MenuSection, build_menus


def test_report_names_pages_and_versions(stage: Path, tmp_path: Path) -> None:
    report = embedded.render(stage, tmp_path / "out", cache=tmp_path / "cache")
    assert report.pages == ("index.html", "metod.html", "reports/uppsala-2024/01_laget.html")
    assert report.versions["pandoc"] == pandoc.pandoc_version()
    assert report.reused == 0
    (stage / "metod.qmd").write_text('---\ntitle: "Metod"\n---\n\nNy text.\n', encoding="utf-8")
    assert embedded.render(stage, tmp_path / "out2", cache=tmp_path / "cache").reused == 2


def _pages(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in sorted(site.rglob("*.*"))}


@pytest.mark.parametrize(
    "harm", [lambda data: data[: len(data) // 2], lambda data: data + b"x", lambda data: b""]
)
def test_a_harmed_stored_page_is_made_again(
    stage: Path, tmp_path: Path, harm: Callable[[bytes], bytes]
) -> None:
    embedded.render(stage, tmp_path / "first", cache=tmp_path / "cache")
    kept = sorted((tmp_path / "cache" / "sida").iterdir())
    assert len(kept) == 3
    kept[1].write_bytes(harm(kept[1].read_bytes()))
    kept[2].write_bytes(kept[0].read_bytes())
    assert embedded.render(stage, tmp_path / "second", cache=tmp_path / "cache").reused == 1
    assert _pages(tmp_path / "first") == _pages(tmp_path / "second")


def test_a_page_more_leaves_the_others_bodies_unless_they_name_it(stage: Path, tmp_path: Path) -> None:
    text = (stage / "metod.qmd").read_text(encoding="utf-8")
    (stage / "metod.qmd").write_text(f"{text}\n\nSe [den nya](ny.qmd).\n", encoding="utf-8")
    embedded.render(stage, tmp_path / "first", cache=tmp_path / "cache")
    assert b'href="ny.qmd"' in (tmp_path / "first" / "metod.html").read_bytes()
    (stage / "ny.qmd").write_text('---\ntitle: "Ny"\n---\n\nText.\n', encoding="utf-8")
    config = stage / "_quarto.yml"
    listed = config.read_text(encoding="utf-8").replace(
        "    - metod.qmd\n", "    - metod.qmd\n    - ny.qmd\n", 1
    )
    config.write_text(listed, encoding="utf-8")
    assert embedded.render(stage, tmp_path / "second", cache=tmp_path / "cache").reused == 2
    assert b'href="ny.html"' in (tmp_path / "second" / "metod.html").read_bytes()


def _many_runs(count: int) -> SiteConfig:
    runs = [
        {
            "section": f"Körning {number}",
            "contents": [
                {"href": f"reports/k{number}/{name}.ipynb", "text": name} for name in ("laget", "effekt")
            ],
        }
        for number in range(count)
    ]
    pages = [link["href"] for run in runs for link in run["contents"]]
    return SiteConfig.model_validate(
        {
            "project": {"type": "website", "render": ["index.ipynb", *pages]},
            "website": {
                "title": "Prov",
                "page-navigation": True,
                "sidebar": {"contents": [{"href": "index.ipynb", "text": "Start"}, *runs]},
            },
            "format": {"html": {"html-math-method": "mathml"}},
            "execute": {"enabled": False},
            "notebook-links": False,
            "lang": "sv",
        }
    )


def test_a_page_knows_its_own_run_and_few_others_however_many_there_are() -> None:
    def menus(count: int, page: str) -> Menus:
        config = _many_runs(count)
        return build_menus(config, page, dict.fromkeys(config.project.render, ""))

    few, many = (menus(count, "reports/k2/laget.ipynb") for count in (4, 100))
    assert [item.text for item in few.sidebar] == ["Start", "Körning 2", "Välj körning (4)"]
    own, picker = few.sidebar[1:]
    assert isinstance(own, MenuSection)
    assert isinstance(picker, MenuSection)
    assert [(link.text, link.current) for link in own.links] == [("laget", True), ("effekt", False)]
    assert picker.links[3] == MenuLink("Körning 3", "../k3/laget.html")
    assert len(picker.links) == 4

    last = many.sidebar[-1]
    assert isinstance(last, MenuSection)
    assert len(last.links) == MOST_RUNS + 1
    assert last.links[-1] == MenuLink("Alla 100 körningar", "../../index.html")


def test_previous_and_next_stay_within_the_run() -> None:
    config = _many_runs(3)
    titles = dict.fromkeys(config.project.render, "")
    first = build_menus(config, "reports/k1/laget.ipynb", titles)
    last = build_menus(config, "reports/k1/effekt.ipynb", titles)

    assert first.previous is None
    assert first.following is not None
    assert first.following.href == "effekt.html"
    assert last.previous is not None
    assert last.following is None


def test_folder_that_is_not_empty_is_left_alone(stage: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "min.txt").write_text("x", encoding="utf-8")
    with pytest.raises(BistandError, match="inte tom"):
        embedded.render(stage, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["min.txt"]


def test_stage_is_not_changed(stage: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in stage.rglob("*") if path.is_file()}
    embedded.render(stage, tmp_path / "out")
    assert {path: path.read_bytes() for path in stage.rglob("*") if path.is_file()} == before


def test_wrong_configuration_is_told_in_swedish(stage: Path, tmp_path: Path) -> None:
    path = stage / "_quarto.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("mathml", "katex"), encoding="utf-8")
    with pytest.raises(BistandError, match=r"_quarto.yml, rad \d+: ”format.html.html-math-method”"):
        embedded.render(stage, tmp_path / "out")


def test_old_pandoc_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pandoc, "_version_of", lambda path: "2.17.1.1")
    pandoc.pandoc_path.cache_clear()
    with pytest.raises(BistandError, match=r"2\.17\.1\.1 .* för gammal"):
        pandoc.pandoc_path()


def test_only_referred_files_are_copied(stage: Path, tmp_path: Path) -> None:
    (stage / "hemligt.csv").write_text("x", encoding="utf-8")
    embedded.render(stage, tmp_path / "out")
    assert (tmp_path / "out" / "data" / "andel.csv").is_file()
    assert not (tmp_path / "out" / "hemligt.csv").exists()


def test_resources_are_copied(stage: Path, tmp_path: Path) -> None:
    (stage / "flode.xml").write_text("<feed/>", encoding="utf-8")
    path = stage / "_quarto.yml"
    text = path.read_text(encoding="utf-8").replace("lang: sv", "  resources:\n    - flode.xml\nlang: sv", 1)
    path.write_text(text, encoding="utf-8")
    embedded.render(stage, tmp_path / "out")
    assert (tmp_path / "out" / "flode.xml").is_file()


def _called(path: Path) -> list[object]:
    call = re.fullmatch(r"bistandSok\.\w+\((.*)\);\n", path.read_text(encoding="utf-8"), re.S)
    assert call
    found: list[object] = json.loads(f"[{call[1]}]")
    return found


def test_the_search_index_finds_words_where_they_stand_and_leaves_out_code_and_tex(stage_site: Path) -> None:
    folder = stage_site / "site_libs" / "bistand"
    size, index = _called(folder / "sokindex.js")
    assert [page[0] for page in index["sidor"]] == [
        "index.html",
        "metod.html",
        "reports/uppsala-2024/01_laget.html",
    ]
    texts = dict(map(_called, (folder / "sok").glob("t*.js")))
    parts = [part for number, page in enumerate(index["sidor"]) for part in texts.get(number, [])]
    assert len(parts) == sum(page[3] for page in index["sidor"])
    words = index["ord"].split()
    assert words == sorted(set(words))
    assert "antaganden" in words
    assert not {"frac", "print"} & set(words)
    pieces = dict(map(_called, (folder / "sok").glob("o*.js")))
    for number, word in enumerate(words):
        places = set(itertools.accumulate(pieces[number // size][number % size]))
        for part, (heading, _, text) in enumerate(parts):
            assert (2 * part in places) == (word in re.findall(r"\w+", text.lower()))
            assert (2 * part + 1 in places) == (word in re.findall(r"\w+", heading.lower()))


def test_page_has_no_inline_style_or_script(fixture_site: Path, stage_site: Path) -> None:
    for site in (fixture_site, stage_site):
        for path in site.rglob("*.html"):
            html = path.read_text(encoding="utf-8")
            assert " style=" not in html, path.name
            assert "<style" not in html, path.name
            assert html.count("<script") == html.count("<script src="), path.name


def test_pages_are_light(fixture_site: Path) -> None:
    assert max(path.stat().st_size for path in fixture_site.rglob("*.html")) < 300_000


@pytest.mark.parametrize(
    ("href", "page", "expected"),
    [
        ("metod.qmd#a", "index.qmd", "metod.html#a"),
        ("../../metod.qmd", "reports/x/a.ipynb", "../../metod.html"),
        ("/metod.qmd", "reports/x/a.ipynb", "../../metod.html"),
        ("data/å.csv", "index.qmd", "data/å.csv"),
        ("#åldrar", "index.qmd", "#åldrar"),
        ("https://a.invalid/metod.qmd", "index.qmd", "https://a.invalid/metod.qmd"),
        ("ejmed.qmd", "index.qmd", "ejmed.qmd"),
    ],
)
def test_links_to_sources_become_links_to_pages(href: str, page: str, expected: str) -> None:
    assert resolve(href, page, {"metod.qmd", "index.qmd"}) == expected


def test_link_out_of_the_site_has_no_target() -> None:
    assert local_target("../../x.html", "a/b.html") == ("", "")


def test_comparison_counts_what_differs(fixture_site: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(fixture_site, other)
    same = equivalence.compare(fixture_site, other)
    assert same.equal
    assert same.items == same.identical > 300
    page = other / "metod.html"
    page.write_text(page.read_text(encoding="utf-8").replace("Folkmängd", "Folkantal", 1), encoding="utf-8")
    different = equivalence.compare(fixture_site, other)
    assert different.identical == same.items - 1
    assert [(d.page, d.only_first, d.only_second) for d in different.differences] == [
        ("metod.html", ("stycke: Folkmängd",), ("stycke: Folkantal",))
    ]


def test_comparison_reads_quartos_markup_as_ours() -> None:
    ours = (
        '<html lang="sv"><head><title>A</title></head><body><main><h1>A</h1><h2 id="x">X</h2>'
        '<figure id="tbl-a"><figcaption>Tabell 1: N</figcaption><table><tr><th scope="col">A</th></tr></table></figure>'
        '<div class="callout callout-note"><p class="callout-title"><span class="visually-hidden">Notera: </span>T</p>'
        "<p>B</p></div></main></body></html>"
    )
    theirs = (
        '<html lang="sv"><head><title>A</title></head><body><main><header id="title-block-header"><h1>A</h1></header>'
        '<section id="x" class="level2"><h2>X</h2><div id="tbl-a" class="quarto-float"><figure><figcaption>Tabell 1: N'
        "</figcaption><div><table><tr><th>A</th></tr></table></div></figure></div></section>"
        '<div class="callout callout-note callout-titled"><div class="callout-header">'
        '<div class="callout-icon-container"></div><div class="callout-title-container">'
        '<span class="screen-reader-only">Notera</span>T</div></div><div><p>B</p></div></div>'
        "</main></body></html>"
    )
    assert equivalence.page_model(ours, "a.html") == equivalence.page_model(theirs, "a.html")
