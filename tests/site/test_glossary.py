"""Words explained where they stand, and sections that fold: what is marked, where it leads, and twice is once."""

from __future__ import annotations

from pathlib import Path

import pytest
import site_browser
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from analysis.effects import estimate
from analysis.plans.identification import Grade
from analysis.plans.indicators import Verdict
from analysis.plans.vocabulary import NO_FOLLOW_UP, Change, Mechanism, Status
from analysis.sources.observation import STATUS_SV
from foundation.errors import BistandError
from renderer.folds import fold_sections
from renderer.glossary import GLOSSARY, Entry, Glossary, glossary_page, load_glossary, mark_terms
from renderer.quarto import finish_page

ROOT = Path(__file__).resolve().parents[2]
METHODS = (
    "WIS", "Brier", "Syntetisk kontroll", "Betingad trend", "Brygga", "Placebo", "N31807", "Givarkommuner", "Horisont",
    "Täckning", "Utgåva", "Pseudoutgåva", "ATT", "Minsta upptäckbara effekt", "Kalibrering", "Procentenheter",
)  # fmt: skip


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    found = load_glossary(ROOT / "site")
    assert found is not None
    return found


def test_every_term_of_the_vocabulary_is_in_the_glossary(glossary: Glossary) -> None:
    verdicts = {estimate.CLEAR, estimate.WEAK, estimate.NOT_ASSESSABLE, "går inte att skilja från noll"}
    closed = {str(item) for kind in (Status, Change, Grade, Verdict, Mechanism) for item in kind}
    words = closed | verdicts | set(STATUS_SV.values()) | {NO_FOLLOW_UP} | set(METHODS)
    known = {form.lower() for entry in glossary.entries for form in (entry.term, *entry.forms)}
    assert sorted(word for word in words if word.lower() not in known) == []


def _small() -> Glossary:
    wis = Entry(ord="WIS", betydelse="Ett mått på prognosfel.")
    bridge = Entry(
        ord="Brygga", former=("bryggan", "brygga mellan måtten"), betydelse="Ett samband mellan mått."
    )
    plain = Entry(ord="Klar", betydelse="Åtgärden är klar.", markeras=False)
    return Glossary((wis, bridge, plain))


PAGE = (
    "<main><h2>WIS</h2><p><a href='x'>WIS</a> och <code>WIS</code>: felet (WIS) är klar, ej WIS-lik. WIS igen.</p>"
    "<table><thead><tr><th>Brygga</th></tr></thead><tbody><tr><td>En brygga mellan måtten.</td></tr></tbody></table></main>"
)


def test_only_the_first_use_in_running_text_is_marked_and_twice_is_once() -> None:
    soup = BeautifulSoup(PAGE, "html.parser")
    before = soup.get_text()
    mark_terms(soup, _small(), "reports/a/b.html")
    once = str(soup)
    mark_terms(soup, _small(), "reports/a/b.html")
    assert str(soup) == once
    assert soup.get_text() == before
    links = soup.select("a.ord")
    assert [(link.get_text(), link["href"]) for link in links] == [
        ("WIS", "../../ordlista.html#ord-wis"),
        ("brygga mellan måtten", "../../ordlista.html#ord-brygga"),
    ]
    assert "felet (<a" in once


def test_the_glossary_itself_is_not_marked_and_has_a_row_for_every_link(glossary: Glossary) -> None:
    soup = BeautifulSoup(PAGE, "html.parser")
    for page in ("ordlista.qmd", "ordlista.html"):
        mark_terms(soup, _small(), page)
    assert soup.select("a.ord") == []
    rows = {
        str(row["id"])
        for row in BeautifulSoup(glossary_page(glossary, "O", "o"), "html.parser").find_all("tr", id=True)
    }
    assert {entry.id for entry in glossary.entries} == rows
    assert len(rows) == len(glossary.entries)


def test_a_form_of_two_terms_is_refused(tmp_path: Path) -> None:
    (tmp_path / GLOSSARY).write_text(
        "- {ord: Bro, betydelse: En väg över vatten.}\n- {ord: Brygga, former: [bro], betydelse: Ett samband.}\n",
        encoding="utf-8",
    )
    with pytest.raises(BistandError, match="”bro” står både under Bro och Brygga"):
        load_glossary(tmp_path)


@pytest.mark.parametrize(
    "page",
    [
        '<main><h2 class="mer" id="m">Metod</h2><p>Ett.</p><h3>Två</h3><p>Tre.</p><h2>Nästa</h2><p>Fyra.</p></main>',
        '<main><section class="level2 mer"><h2 id="m">Metod</h2><p>Ett.</p><h3>Två</h3><p>Tre.</p></section>'
        "<section><h2>Nästa</h2><p>Fyra.</p></section></main>",
    ],
)
def test_a_section_folds_under_its_heading_in_both_renderers_markup(page: str) -> None:
    soup = BeautifulSoup(page, "html.parser")
    fold_sections(soup)
    once = str(soup)
    fold_sections(soup)
    assert str(soup) == once
    folded = soup.select_one("details.mer")
    assert folded is not None
    assert [child.get_text() for child in folded.find_all(recursive=False)] == [
        "Metod",
        "Ett.",
        "Två",
        "Tre.",
    ]
    assert soup.get_text() == BeautifulSoup(page, "html.parser").get_text()


def test_quartos_pages_get_the_same_words_and_folds() -> None:
    html = f"<html><body>{PAGE.replace('<h2>', '<h2 class=mer>')}</body></html>"
    made = finish_page(html, "a.html", (), _small())
    assert made == finish_page(made, "a.html", (), _small())
    soup = BeautifulSoup(made, "html.parser")
    assert len(soup.select("details.mer a.ord")) == 2


@pytest.mark.browser
def test_the_meaning_shows_on_focus_and_hover_and_escape_takes_it_away(
    browser: Browser, stage: Path, tmp_path: Path
) -> None:
    from renderer import embedded

    (stage / GLOSSARY).write_text("- {ord: Metoden, betydelse: Så här är det räknat.}\n", encoding="utf-8")
    (stage / "metod.qmd").write_text('---\ntitle: "M"\n---\n\nSå är Metoden.\n', encoding="utf-8")
    embedded.render(stage, tmp_path / "site")
    with site_browser.window(browser) as context:
        tab = site_browser.open_page(context, tmp_path / "site", "metod.html")
        word = tab.locator("a.ord")
        shown = "e => getComputedStyle(e, '::after').content"
        assert word.evaluate(shown) == "none"
        word.hover()
        assert "Så här är det räknat." in word.evaluate(shown)
        tab.keyboard.press("Escape")
        assert word.evaluate(shown) == "none"
        tab.mouse.move(0, 0)
        tab.keyboard.press("Tab")
        word.focus()
        assert "Så här är det räknat." in word.evaluate(shown)
