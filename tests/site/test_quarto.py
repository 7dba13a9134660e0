"""The step after Quarto, on small pages shaped like Quarto's."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

from analysis.paths import Project
from foundation.errors import BistandError
from renderer import quarto
from renderer.check import check_site
from renderer.config import load_config
from renderer.pandoc import pandoc_path

PAGE = """<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" lang="sv" xml:lang="sv"><head><meta charset="utf-8">
<title>Metod – Biståndsläget</title></head>
<body class="nav-sidebar docked nav-fixed quarto-light">
<header id="quarto-header" class="headroom fixed-top"><nav class="navbar navbar-expand-lg">
<a class="navbar-brand" href="./index.html"><span class="navbar-title">Biståndsläget</span></a>
<button class="navbar-toggler" type="button" role="menu" aria-expanded="false" aria-label="Visa meny"></button>
</nav></header>
<nav id="quarto-sidebar" class="sidebar"><ul><li><a href="./index.html">Start</a></li></ul></nav>
<main class="content" id="quarto-document-content">
<a class="hoppa" href="#quarto-document-content">Hoppa</a>
<header id="title-block-header"><h1 class="title">Metod</h1></header>
<section id="a" class="level2"><h2>Rubrik</h2>
<div id="tbl-a" class="quarto-float"><figure><figcaption id="tbl-a-caption">Tabell 1: Namn</figcaption>
<table class="caption-top table"><thead><tr class="header"><th></th><th>År</th></tr></thead>
<tbody><tr class="odd"><th>Uppsala</th><td>2024</td></tr></tbody></table></figure></div>
<img src="b.svg"></section>
<nav class="page-navigation"><div class="nav-page nav-page-previous"><a href="./index.html">Start</a></div></nav>
</main></body></html>
"""


@pytest.fixture
def soup() -> BeautifulSoup:
    return BeautifulSoup(quarto.finish_page(PAGE, "om/metod.html"), "html.parser")


def test_one_skip_link_before_all_navigation(soup: BeautifulSoup) -> None:
    links = soup.select('a[href="#quarto-document-content"]')
    assert len(links) == 1
    first = soup.body.find() if soup.body else None
    assert first is links[0]
    assert first.get_text() == "Hoppa till innehållet"


def test_header_cells_have_scope_and_the_empty_corner_is_a_cell(soup: BeautifulSoup) -> None:
    assert [(cell.get_text(), cell["scope"]) for cell in soup.find_all("th")] == [
        ("År", "col"),
        ("Uppsala", "row"),
    ]
    frame = soup.select_one(".rulla")
    assert frame is not None
    assert frame["aria-labelledby"] == "tbl-a-caption"


def test_landmarks_are_named_and_wrong_roles_gone(soup: BeautifulSoup) -> None:
    names = [str(nav.get("aria-label")) for nav in soup.find_all("nav")]
    assert names == ["Huvudmeny", "Sidor", "Föregående och nästa sida"]
    assert soup.select("button[role]") == []


def test_every_picture_has_an_alt(soup: BeautifulSoup) -> None:
    assert all(image.has_attr("alt") for image in soup.find_all("img"))


def test_assets_are_linked_from_the_pages_folder(soup: BeautifulSoup) -> None:
    assert [str(link["href"]) for link in soup.select("link[rel=stylesheet]")] == [
        f"../site_libs/bistand/{name}" for name in quarto.STYLES
    ]


def test_twice_changes_nothing() -> None:
    once = quarto.finish_page(PAGE, "metod.html")
    assert quarto.finish_page(once, "metod.html") == once


def test_finished_site_passes_the_static_checks(tmp_path: Path) -> None:
    (tmp_path / "metod.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "index.html").write_text(PAGE.replace("<title>Metod", "<title>Start"), encoding="utf-8")
    (tmp_path / "b.svg").write_text("<svg/>", encoding="utf-8")
    assert check_site(tmp_path) != ()
    quarto.finish(tmp_path)
    assert check_site(tmp_path) == ()


@pytest.mark.parametrize(
    ("version", "supported"),
    [
        ("1.9.38", True),
        ("1.10.18", True),
        ("2.0", True),
        ("1.8.27", False),
        ("1.7.34", False),
        ("", False),
        ("99.9.9", True),
    ],
)
def test_versions(version: str, supported: bool) -> None:
    assert quarto.is_supported(version) is supported


def _fake_quarto(folder: Path, version: str, script: str = "") -> None:
    program = folder / "quarto"
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = "--version" ]; then echo {version}; exit 0; fi\n{script}', encoding="utf-8"
    )
    program.chmod(0o755)


def test_too_old_quarto_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fake_quarto(tmp_path, "1.7.34")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert quarto.find() is None


def test_quarto_renders_a_copy_and_the_result_is_finished(
    stage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mall.html").write_text(PAGE, encoding="utf-8")
    _fake_quarto(tmp_path, "1.10.18", f'mkdir "$2/_site" && cp {tmp_path}/mall.html "$2/_site/index.html"\n')
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    report = quarto.render(stage, tmp_path / "out")
    assert report.versions == {"quarto": "1.10.18"}
    assert "Hoppa till innehållet" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert not (stage / "_site").exists()


RENDERING = """
shift
for input in "$@"; do
  case "$input" in --to) break;; esac
  echo "$input" >> {log}
  if [ -d "$input" ]; then root="$input"; pages=$(cd "$input" && find . -name "*.qmd" -o -name "*.ipynb"); else
    root=$(dirname "$input"); while [ ! -f "$root/_quarto.yml" ]; do root=$(dirname "$root"); done
    pages=${{input#"$root"/}}; fi
  for page in $pages; do
    target="$root/_site/${{page%.*}}.html"; mkdir -p "$(dirname "$target")"
    cat {folder}/mall.html "$root/$page" > "$target"
  done
done
"""


@pytest.fixture
def rendered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Quarto that writes each page from its source; returns the file that lists what it was asked for."""
    (tmp_path / "mall.html").write_text(PAGE, encoding="utf-8")
    log = tmp_path / "logg"
    log.write_text("", encoding="utf-8")
    _fake_quarto(tmp_path, "1.10.18", RENDERING.format(log=log, folder=tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return log


def _asked(log: Path) -> list[str]:
    lines = log.read_text(encoding="utf-8").splitlines()
    log.write_text("", encoding="utf-8")
    return [line.partition("/projekt")[2].lstrip("/") or "allt" for line in lines]


def test_only_changed_pages_are_rendered_again(stage: Path, tmp_path: Path, rendered: Path) -> None:
    keep = tmp_path / "kvar"
    pages = load_config(stage).project.render
    counter = iter(range(100))

    def run() -> tuple[list[str], int]:
        report = quarto.render(stage, tmp_path / f"ut{next(counter)}", keep)
        return _asked(rendered), report.reused

    def add(name: str) -> None:
        path = stage / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((path.read_text(encoding="utf-8") if path.exists() else "") + "\n", encoding="utf-8")

    assert run() == (["allt"], 0)
    assert run() == ([], len(pages))
    add("metod.qmd")
    assert run() == (["metod.qmd"], len(pages) - 1)
    add("data/ny.csv")
    assert run() == (
        [page for page in pages if "/" not in page],
        len([page for page in pages if "/" in page]),
    )
    add("_quarto.yml")
    assert run() == (["allt"], 0)
    add("stil.css")
    assert run() == (["allt"], 0)
    (keep / "_site" / "index.html").unlink()
    assert run() == (["allt"], 0)


def test_what_is_kept_gives_the_same_site(stage: Path, tmp_path: Path, rendered: Path) -> None:
    keep = tmp_path / "kvar"
    quarto.render(stage, tmp_path / "forst", keep)
    page = stage / "metod.qmd"
    page.write_text(page.read_text(encoding="utf-8") + "\nNytt.\n", encoding="utf-8")
    quarto.render(stage, tmp_path / "delvis", keep)
    quarto.render(stage, tmp_path / "helt")
    names = {path.relative_to(tmp_path / "helt") for path in (tmp_path / "helt").rglob("*") if path.is_file()}
    assert {
        path.relative_to(tmp_path / "delvis") for path in (tmp_path / "delvis").rglob("*") if path.is_file()
    } == names
    assert all(
        (tmp_path / "delvis" / name).read_bytes() == (tmp_path / "helt" / name).read_bytes() for name in names
    )
    assert "Nytt." in (tmp_path / "delvis" / "metod.html").read_text(encoding="utf-8")


def test_nobody_elses_folder_is_taken_for_the_kept_one(stage: Path, tmp_path: Path, rendered: Path) -> None:
    keep = tmp_path / "kvar"
    keep.mkdir()
    (keep / "min.txt").write_text("min", encoding="utf-8")
    with pytest.raises(BistandError, match="inte tom"):
        quarto.render(stage, tmp_path / "ut", keep)
    assert (keep / "min.txt").read_text(encoding="utf-8") == "min"


def test_a_version_says_nothing_of_the_computer() -> None:
    assert f"{quarto.QuartoVersion('/home/maja/bin/quarto', '1.10.18')}" == "1.10.18"


def test_quarto_in_the_root_is_stopped_before_it_does_anything(checkout: Project) -> None:
    """Quarto runs this script first, as Lua, and stops when it fails."""
    config = yaml.safe_load((checkout.root / "_quarto.yml").read_text(encoding="utf-8"))
    script = checkout.root / config["project"]["pre-render"]
    done = subprocess.run(
        [pandoc_path(), "lua", str(script)], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 1
    assert "bistand sidkallor" in done.stderr
    assert done.stdout == ""


def test_git_ignores_what_quarto_adds(checkout: Project) -> None:
    lines = (checkout.root / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"/.quarto/", "**/*.quarto_ipynb", "_site/", "/_sidkallor/"} <= set(lines)


def test_failing_quarto_leaves_no_site(stage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fake_quarto(tmp_path, "1.10.18", "echo ERROR: trasig sida >&2; exit 1\n")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(BistandError, match="trasig sida"):
        quarto.render(stage, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def _menu(*runs: str) -> str:
    """Quarto's side menu with one group of pages and one group for each run."""

    def group(title: str, links: list[tuple[str, str]]) -> str:
        rows = "".join(
            f'<li class="sidebar-item"><div class="sidebar-item-container"><a href="{href}" '
            f'class="sidebar-item-text sidebar-link"><span class="menu-text">{text}</span></a></div></li>'
            for text, href in links
        )
        return (
            '<li class="sidebar-item sidebar-item-section"><div class="sidebar-item-container">'
            '<a class="sidebar-item-text sidebar-link" data-bs-toggle="collapse"><span class="menu-text">'
            f'{title}</span></a></div><ul class="collapse sidebar-section">{rows}</ul></li>'
        )

    pages = [group("Underlag", [("Metod", "../../metod.html")])]
    pages += [
        group(f"Körning {run}", [("I korthet", f"../../reports/{run}/00.html"), ("Läget", f"../../reports/{run}/01.html")])
        for run in runs
    ]  # fmt: skip
    return f'<nav id="quarto-sidebar"><ul class="list-unstyled">{"".join(pages)}</ul></nav>'


def _with_menu(menu: str) -> str:
    start, _, rest = PAGE.partition('<nav id="quarto-sidebar"')
    return start + menu + rest.partition("</nav>")[2]


def test_the_side_menu_holds_the_pages_own_run_and_a_list_of_all() -> None:
    made = quarto.finish_page(_with_menu(_menu("a", "b", "c")), "reports/b/01.html")
    menu = BeautifulSoup(made, "html.parser").select_one("#quarto-sidebar")
    assert menu is not None
    titles = [item.get_text() for item in menu.select("li.sidebar-item-section > div .menu-text")]
    assert titles == ["Underlag", "Körning b"]
    picker = menu.select_one("li.korningar details")
    assert picker is not None
    assert picker.summary is not None
    assert picker.summary.get_text() == "Välj körning (3)"
    assert [(link.get_text(), link["href"]) for link in picker.select("a")] == [
        (f"Körning {run}", f"../../reports/{run}/00.html") for run in "abc"
    ]
    assert quarto.finish_page(made, "reports/b/01.html") == made


def test_one_run_needs_no_list() -> None:
    made = quarto.finish_page(_with_menu(_menu("a")), "reports/a/01.html")
    assert "Välj körning" not in made
    assert "Körning a" in made


def test_the_code_has_one_button_in_both_renderers(soup: BeautifulSoup) -> None:
    assert [script["src"] for script in soup.select("script[src]")].count("../site_libs/bistand/kod.js") == 1
    assert (quarto.ASSETS / "kod.js").is_file()
    template = (quarto.ASSETS.parent / "templates" / "sida.html.j2").read_text(encoding="utf-8")
    assert "/kod.js" in template
