"""The sites of the embedded renderer in Chromium: WCAG 2.1 AA, no foreign requests, keyboard, sorting, search."""

from __future__ import annotations

from pathlib import Path

import pytest
import site_browser
import site_controls
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page, expect

from renderer.shell import ASSETS, STYLES
from renderer.tables import mend_table

pytestmark = pytest.mark.browser


@pytest.fixture(params=["fixture_site", "stage_site"])
def site(request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue(request.param)
    return found


@pytest.mark.slow
def test_wcag_in_both_schemes_and_widths(browser: Browser, site: Path) -> None:
    assert site_browser.axe_violations(browser, site) == []


def test_axe_notices_a_fault(browser: Browser, stage_site: Path, tmp_path: Path) -> None:
    html = (stage_site / "metod.html").read_text(encoding="utf-8").replace('lang="sv"', "")
    (tmp_path / "metod.html").write_text(html, encoding="utf-8")
    found = site_browser.axe_violations(browser, tmp_path, schemes=["light"], widths=[site_browser.DESKTOP])
    assert "html-has-lang" in {violation.rule for violation in found}


def test_no_request_leaves_the_site_and_nothing_fails(browser: Browser, site: Path) -> None:
    assert site_browser.foreign_requests(browser, site) == []


def test_reflow_at_320_pixels(browser: Browser, site: Path) -> None:
    assert site_browser.sideways_scroll(browser, site) == []


def test_keyboard_reaches_content_menu_and_search(browser: Browser, site: Path) -> None:
    site_browser.keyboard_walk(browser, site)


def test_table_is_sorted_by_keyboard_with_missing_values_last(browser: Browser, stage_site: Path) -> None:
    order, state, said = site_browser.sort_by_keyboard(browser, stage_site, "index.html", "2022")
    assert order == ["Lund", "Uppsala", "Örebro", "Gävle", "Ängelholm"]
    assert state == "ascending"
    assert said == "Sorterad efter 2022, stigande."


def test_swedish_order_and_back_to_the_original(browser: Browser, stage_site: Path) -> None:
    with site_browser.window(browser) as context:
        tab = site_browser.open_page(context, stage_site, "index.html")
        button = tab.get_by_role("button", name="Kommun")
        cells = tab.locator("table.sortable tbody tr > :first-child")
        original = cells.all_inner_texts()
        button.click()
        assert cells.all_inner_texts() == ["Gävle", "Lund", "Uppsala", "Ängelholm", "Örebro"]
        button.click()
        assert cells.all_inner_texts() == ["Örebro", "Ängelholm", "Uppsala", "Lund", "Gävle"]
        button.click()
        assert cells.all_inner_texts() == original


def test_filter_says_how_many_rows_are_left(browser: Browser, stage_site: Path) -> None:
    with site_browser.window(browser) as context:
        tab = site_browser.open_page(context, stage_site, "index.html")
        tab.get_by_label("Grupp").select_option("Mindre")
        expect(tab.locator(".tabellval output")).to_have_text("Visar 3 av 5 rader.")
        tab.get_by_label("Sök i tabellen").fill("lund")
        expect(tab.locator(".tabellval output")).to_have_text("Visar 1 av 5 rader.")
        assert tab.locator("table.sortable tbody tr:visible > :first-child").all_inner_texts() == ["Lund"]


def test_search_finds_a_heading_on_another_page_and_goes_there(browser: Browser, stage_site: Path) -> None:
    with site_browser.window(browser) as context:
        tab = site_browser.open_page(context, stage_site, "reports/uppsala-2024/01_laget.html")
        loaded: list[str] = []
        tab.on("request", lambda request: loaded.append(request.url.rsplit("/bistand/")[-1]))
        tab.get_by_role("searchbox").fill("modellen tagand")
        tab.locator(".sokresultat a").first.click()
        tab.wait_for_url("**/metod.html#antaganden")
        asked = [name for name in loaded if name.startswith("sok")]
        assert asked[0] == "sokindex.js"
        assert "sok/t1.js" in asked
        assert len(asked) == len(set(asked))
        tab.get_by_role("searchbox").fill("finnsinte")
        expect(tab.locator(".sokresultat [role=status]")).to_have_text("Inga träffar.")


def long_register(folder: Path, rows: int, kind: str = "") -> str:
    """A page with a register of so many numbered rows and the script of tables."""
    body = "".join(f"<tr><th>Kommun {number}</th><td>{rows - number}</td></tr>" for number in range(rows))
    (folder / "lang.html").write_text(
        f'<html><meta charset="utf-8"><link rel="stylesheet" href="{(ASSETS / "innehall.css").as_uri()}">'
        f'<link rel="stylesheet" href="{(ASSETS / "utskrift.css").as_uri()}"><main><table class="sortable {kind}">'
        f"<caption>Alla</caption><thead><tr><th>Namn</th><th>Tal</th></tr></thead><tbody>{body}</tbody></table></main>"
        f'<script src="{(ASSETS / "tabell.js").as_uri()}"></script></html>',
        encoding="utf-8",
    )
    return "lang.html"


def test_a_long_register_opens_with_its_first_rows_and_all_can_be_reached(
    browser: Browser, tmp_path: Path
) -> None:
    page = long_register(tmp_path, 90)
    with site_browser.window(browser, width=site_browser.PHONE) as context:
        tab = site_browser.open_page(context, tmp_path, page)
        shown, count = tab.locator("tbody tr:visible"), tab.locator(".tabellval output")
        expect(shown).to_have_count(30)
        expect(count).to_have_text("Visar 30 av 90 rader.")
        tab.get_by_role("button", name="Tal").click()
        assert shown.first.inner_text().startswith("Kommun 89")
        expect(shown).to_have_count(30)
        tab.get_by_label("Sök i tabellen").fill("89")
        expect(count).to_have_text("Visar 2 av 90 rader.")
        expect(tab.locator(".visa-alla")).to_be_hidden()
        tab.get_by_label("Sök i tabellen").fill("")
        tab.emulate_media(media="print")
        expect(shown).to_have_count(90)
        tab.emulate_media(media="screen")
        tab.get_by_role("button", name="Visa alla 90 rader").press("Enter")
        expect(shown).to_have_count(90)
        assert tab.evaluate("document.activeElement.closest('tr').rowIndex") == 31
    with site_browser.window(browser, scripts=False) as context:
        expect(site_browser.open_page(context, tmp_path, page).locator("tbody tr:visible")).to_have_count(90)


def test_a_long_register_of_texts_opens_short_on_a_phone_too(browser: Browser, tmp_path: Path) -> None:
    page = long_register(tmp_path, 90, "prosa")
    with site_browser.window(browser, width=site_browser.PHONE) as context:
        tab = site_browser.open_page(context, tmp_path, page)
        expect(tab.locator("tbody tr:visible")).to_have_count(30)
        tab.emulate_media(media="print")
        expect(tab.locator("tbody tr:visible")).to_have_count(90)


def test_theme_is_remembered_between_pages(browser: Browser, stage_site: Path) -> None:
    with site_browser.window(browser) as context:
        tab = site_browser.open_page(context, stage_site, "index.html")
        before = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        tab.get_by_role("button", name="Mörkt läge").click()
        after = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        assert before != after
        tab.goto((stage_site / "metod.html").as_uri())
        assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == after
        expect(tab.get_by_role("button", name="Ljust läge")).to_be_visible()


def test_without_javascript_all_is_readable_and_nothing_is_dead(browser: Browser, stage_site: Path) -> None:
    with site_browser.window(browser, scripts=False) as context:
        tab = site_browser.open_page(context, stage_site, "index.html")
        expect(tab.locator("main h1")).to_be_visible()
        expect(tab.locator(".sidomeny a").first).to_be_visible()
        expect(tab.locator("table.sortable tbody tr").last).to_be_visible()
        assert tab.locator("button:visible, input:visible, select:visible").count() == 0


def test_deep_link_to_a_heading_is_in_view(browser: Browser, stage_site: Path) -> None:
    with site_browser.window(browser) as context:
        tab = site_browser.open_page(context, stage_site, "index.html", "#figur")
        expect(tab.locator("#figur")).to_be_in_viewport()


def test_phone_folds_the_menus(browser: Browser, stage_site: Path) -> None:
    with site_browser.window(browser, width=site_browser.PHONE) as context:
        tab = site_browser.open_page(context, stage_site, "index.html")
        expect(tab.locator(".sidomeny a").first).to_be_hidden()
        tab.get_by_text("Alla sidor").click()
        expect(tab.locator(".sidomeny a").first).to_be_visible()


def test_folded_code_is_away_until_asked_for(browser: Browser, stage_site: Path) -> None:
    page = "reports/uppsala-2024/01_laget.html"
    with site_browser.window(browser) as context:
        tab = site_browser.open_page(context, stage_site, page)
        expect(tab.locator("details.code-fold").first).to_be_hidden()
        button = tab.get_by_role("button", name="Visa koden bakom sidan")
        button.press("Enter")
        expect(tab.locator("details.code-fold pre").first).to_be_visible()
        expect(tab.get_by_role("button", name="Dölj koden")).to_have_attribute("aria-expanded", "true")
    with site_browser.window(browser, scripts=False) as context:
        tab = site_browser.open_page(context, stage_site, page)
        expect(tab.locator("details.code-fold summary").first).to_be_visible()


#: Two places that the fixtures' own texts call the same.
ALIKE_IN_FIXTURES = ("metoden", "Begrepp")


def test_every_control_has_a_swedish_name_of_its_own(browser: Browser, site: Path) -> None:
    def faults(tab: Page) -> list[str]:
        found = site_controls.controls(tab)
        assert "Hoppa till innehållet" in {item.name for item in found}
        return [text for text in site_controls.ill_named(found) if not text.endswith(ALIKE_IN_FIXTURES)]

    assert site_browser.on_each(browser, site, site_browser.site_pages(site), faults) == {}


def test_a_heading_with_nothing_under_it_is_noticed(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        "<main><h2>Tom</h2><details class='code-fold'><summary></summary>kod</details><h2>Mor</h2><h3>Barn</h3><p>Text.</p>"
        "<h2>Bild</h2><img src='x.png' alt=''><h2>Sist</h2><p hidden>Text.</p></main>",
        encoding="utf-8",
    )
    found = site_browser.on_each(browser, tmp_path, ["a.html"], site_controls.empty_headings)
    assert found == {"a.html": ["Tom", "Sist"]}


def test_controls_that_are_called_alike_or_nothing_are_noticed(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        "<a href='b.html'>Mer</a><a href='c.html'>Mer</a><button></button><button>Toggle menu</button>"
        "<table><caption>Ett</caption><tr><td><input aria-label='Sök'></td></tr></table>"
        "<table><caption>Två</caption><tr><td><input aria-label='Sök'></td></tr></table>",
        encoding="utf-8",
    )
    with site_browser.window(browser) as context:
        found = site_controls.ill_named(
            site_controls.controls(site_browser.open_page(context, tmp_path, "a.html"))
        )
    assert found == ["button utan namn i ””", "button på engelska: Toggle menu", "2 link heter Mer"]


def stacked(folder: Path) -> str:
    """A page with a table of texts, as the renderer leaves it."""
    long = "En anmärkning som är så lång att den inte får plats i en spalt på en telefon."
    table = (
        "<table><caption>Åtgärder</caption><thead><tr><th>Åtgärd</th><th>Status</th><th>Anmärkning</th></tr></thead>"
        f"<tbody><tr><th>Jobbspår</th><td>färdig</td><td>{long}</td></tr></tbody></table>"
    )
    soup = BeautifulSoup(table, "html.parser")
    assert soup.table is not None
    mend_table(soup, soup.table, 1)
    styles = "".join(f'<link rel="stylesheet" href="{(ASSETS / name).as_uri()}">' for name in STYLES)
    (folder / "tabell.html").write_text(f"<html>{styles}<main>{soup}</main></html>", encoding="utf-8")
    return "tabell.html"


def test_a_phone_shows_a_table_of_texts_as_blocks_and_still_as_a_table(
    browser: Browser, tmp_path: Path
) -> None:
    page = stacked(tmp_path)
    heading = "cell => getComputedStyle(cell, '::before').content"
    with site_browser.window(browser, width=site_browser.PHONE) as context:
        tab = site_browser.open_page(context, tmp_path, page)
        assert tab.evaluate("document.documentElement.scrollWidth") <= site_browser.PHONE
        assert tab.locator("td").last.evaluate(heading) == '"Anmärkning: "'
        expect(tab.get_by_role("table", name="Åtgärder").get_by_role("row")).to_have_count(1)
    with site_browser.window(browser) as context:
        tab = site_browser.open_page(context, tmp_path, page)
        assert tab.locator("td").last.evaluate(heading) == "none"
