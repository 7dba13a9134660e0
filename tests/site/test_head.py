"""What a page's head tells when it is shared or found, in both renderers; and next never leads out of a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from renderer import embedded
from renderer.config import load_config
from renderer.quarto import finish

RUN_PAGE = "reports/uppsala-2024/01_laget.html"
ADDRESS = "https://www.exempel.se/lage"


def _tags(path: Path) -> dict[str, str]:
    head = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").head
    assert head is not None
    found = {}
    for tag in head.select("meta[name], meta[property], link[rel=alternate]"):
        key = str(tag.get("name") or tag.get("property") or "feed")
        assert key not in found, key
        found[key] = str(tag.get("content") or tag.get("href"))
    return found


def _render(stage: Path, out: Path, address: str = "") -> Path:
    config = stage / "_quarto.yml"
    text = config.read_text(encoding="utf-8")
    if address:
        text = text.replace("website:\n", f"website:\n  site-url: {address}\n", 1)
    config.write_text(
        text.replace("lang: sv", "  resources:\n    - flode.xml\nlang: sv", 1), encoding="utf-8"
    )
    (stage / "flode.xml").write_text("<feed/>", encoding="utf-8")
    embedded.render(stage, out)
    return out


@pytest.mark.parametrize("address", ["", ADDRESS])
def test_every_page_has_description_picture_and_feed(stage: Path, tmp_path: Path, address: str) -> None:
    notebook = stage / "reports/uppsala-2024/01_laget.ipynb"
    text = notebook.read_text(encoding="utf-8")
    link = "\\n\\n[Figuren som bild (PNG)](figurer/laget.png)"
    assert "## " in text
    notebook.write_text(text.replace('"## ', f'"{link}\\n\\n## ', 1), encoding="utf-8")
    (stage / "reports/uppsala-2024/figurer").mkdir(exist_ok=True)
    (stage / "reports/uppsala-2024/figurer/laget.png").write_bytes(b"png")
    site = _render(stage, tmp_path / "site", address)
    for page in ("index.html", "metod.html", RUN_PAGE):
        told = _tags(site / page)
        assert told["og:title"]
        assert told["description"] == told["og:description"] != ""
        picture = "reports/uppsala-2024/figurer/laget.png"
        if address:
            assert told["og:image"] == f"{ADDRESS}/{picture}"
            assert told["og:url"] == f"{ADDRESS}/{page}"
            assert told["feed"] == f"{ADDRESS}/flode.xml"
        else:
            assert (site / page).parent.joinpath(told["og:image"]).resolve() == (site / picture).resolve()
            assert (site / page).parent.joinpath(told["feed"]).resolve() == (site / "flode.xml").resolve()


def test_quartos_pages_get_the_same_head_and_stay_in_their_run(stage: Path, tmp_path: Path) -> None:
    _render(stage, tmp_path / "site", ADDRESS)
    page = tmp_path / "q" / RUN_PAGE
    page.parent.mkdir(parents=True)
    nav = '<nav class="page-navigation"><a href="../annan-2024/04_mal.html">F</a><a href="02_atgarder.html">N</a></nav>'
    page.write_text(
        f'<html><head><meta name="description" content="Gammal."></head>'
        f"<body><main><h1>Läget</h1></main>{nav}</body></html>",
        encoding="utf-8",
    )
    config = load_config(stage)
    finish(tmp_path / "q", None, config)
    once = page.read_text(encoding="utf-8")
    finish(tmp_path / "q", None, config)
    assert page.read_text(encoding="utf-8") == once
    told = _tags(page)
    assert told["og:title"] == "Läget"
    assert told["description"] == "Gammal."
    assert told["feed"] == f"{ADDRESS}/flode.xml"
    links = BeautifulSoup(once, "html.parser").select("nav.page-navigation a")
    assert [link["href"] for link in links] == ["02_atgarder.html"]
