"""Map, comparison and the reading of figures in Chromium: from file://, by pointer and by keyboard, and without script."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import country_site
import openpyxl
import pytest
import site_browser
from PIL import Image
from playwright.sync_api import Browser, Download, Page, expect
from tests.national import small_country

from analysis.answers.country import Country
from analysis.paths import Project
from analysis.runs.national import NationalContext
from foundation.swedish import decimal, percent

pytestmark = pytest.mark.browser

PAGES = ("sverige.html", "jamfor.html", "kommun/0180-stockholm.html", "kommun/2281-sundsvall.html")
SAID = ".modul .besked"


@pytest.fixture(scope="module")
def country(checkout: Project) -> tuple[NationalContext, Country]:
    return small_country(checkout)


@pytest.fixture(scope="module")
def site(checkout: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return country_site.make(checkout, tmp_path_factory.mktemp("land"))


@pytest.fixture
def tab(browser: Browser, site: Path) -> Iterator[Page]:
    """A window on Jämför; an error of a script is the test's."""
    with site_browser.window(browser) as context:
        page = site_browser.open_page(context, site, "jamfor.html")
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        yield page
        assert faults == []


def _shown(found: Country, names: dict[str, str], year: int) -> str:
    """What is said of a year: the panel's own values with two decimals."""
    parts = (
        f"{name} {decimal(float(found.levels.loc[code, year]), 2)} %"
        if found.levels.loc[code].notna()[year]
        else f"{name} uppgift saknas"
        for code, name in names.items()
    )
    return f"{year}: {' · '.join(parts)}"


FIRST = {"0180": "Stockholm", "1480": "Göteborg", "1280": "Malmö", "0000": "Riket"}


def _go(tab: Page, address: str) -> None:
    """Open an address as from a link in a letter: a new document, not a jump within the page."""
    url = tab.url.split("#")[0]
    tab.goto("about:blank")
    tab.goto(url + address)


def test_pointer_and_keys_read_the_values_of_each_year(
    tab: Page, country: tuple[NationalContext, Country]
) -> None:
    _, found = country
    said, drawing = tab.locator(SAID), tab.locator(".modul .duk svg")
    expect(said).to_have_text(_shown(found, FIRST, 2025))
    drawing.focus()
    tab.keyboard.press("ArrowLeft")
    expect(said).to_have_text(_shown(found, FIRST, 2024))
    tab.keyboard.press("Home")
    tab.keyboard.press("ArrowLeft")
    expect(said).to_have_text(_shown(found, FIRST, 2012))
    tab.keyboard.press("End")
    tab.keyboard.press("ArrowRight")
    expect(said).to_have_text(_shown(found, FIRST, 2025))
    box = drawing.bounding_box()
    assert box is not None
    tab.mouse.move(box["x"] + 0.065 * box["width"], box["y"] + box["height"] / 2)
    expect(said).to_have_text(_shown(found, FIRST, 2012))
    tab.mouse.move(box["x"] + 0.97 * box["width"], box["y"] + box["height"] / 2)
    expect(said).to_have_text(_shown(found, FIRST, 2025))


def test_the_choice_lives_in_the_address_and_comes_back(tab: Page) -> None:
    field = tab.get_by_label("Lägg till kommun")
    field.fill("halmstad")
    field.press("Enter")
    tab.get_by_role("button", name="Ta bort Malmö").click()
    tab.get_by_label("Index").check()
    tab.get_by_label("Basår").select_option("2020")
    address = tab.evaluate("location.hash")
    assert address == "#k=0180,1480,0000,1380&v=index&b=2020"
    before = tab.locator(SAID).inner_text()
    assert "Halmstad uppgift saknas" in before
    _go(tab, address)
    expect(tab.locator(".valda li")).to_have_count(4)
    expect(tab.get_by_label("Index")).to_be_checked()
    expect(tab.locator(SAID)).to_have_text(before)
    tab.locator(".modul .duk svg").focus()
    for _ in range(5):
        tab.keyboard.press("ArrowLeft")
    expect(tab.locator(SAID)).to_have_text("2020: Stockholm 100 · Göteborg 100 · Riket 100 · Halmstad 100")


@pytest.mark.parametrize("width", [1280, 320])
def test_each_chosen_municipality_is_told_from_the_others_by_colour_and_by_dash(
    browser: Browser, site: Path, width: int
) -> None:
    """The sample beside a name is drawn as its line is, so that a phone, which has no names in the figure, can be read."""
    look = "els => els.map(el => el.getAttribute('stroke') + ' ' + (el.getAttribute('stroke-dasharray') || 'none'))"
    with site_browser.window(browser, width=width) as context:
        tab = site_browser.open_page(context, site, "jamfor.html")
        samples = tab.locator(".valda .serie").evaluate_all(look)
        assert samples == tab.locator(".duk .serie").evaluate_all(look)
        assert len(set(samples)) == 4


def test_a_target_line_is_drawn_and_kept(tab: Page) -> None:
    tab.get_by_label("Mål, procent").fill("2.5")
    tab.get_by_label("Mål, procent").press("Tab")
    assert tab.evaluate("location.hash").endswith("&t=2.5")
    expect(tab.locator("svg text.mal")).to_have_text("Mål 2,5 %")
    _go(tab, "#k=0180&t=2,5")
    expect(tab.locator("svg text.mal")).to_have_text("Mål 2,5 %")


def test_at_most_six_and_each_once(tab: Page) -> None:
    field = tab.get_by_label("Lägg till kommun")
    for name in ("Uppsala", "Örebro", "Sundsvall"):
        field.fill(name)
        field.press("Enter")
    expect(tab.locator(".valda li")).to_have_count(6)
    expect(tab.locator(SAID)).to_have_text("Sex kommuner är redan valda. Ta bort en först.")
    tab.get_by_role("button", name="Ta bort Malmö").click()
    field.fill("Uppsala")
    field.press("Enter")
    expect(tab.locator(SAID)).to_have_text("Uppsala är redan med.")
    for left in range(5, 0, -1):
        expect(tab.locator(".valda li")).to_have_count(left)
        tab.locator(".valda button").first.press("Enter")
    expect(tab.locator(SAID)).to_have_text("Välj minst en kommun.")
    assert tab.evaluate("document.activeElement.tagName") == "INPUT"


@pytest.mark.parametrize(
    ("address", "chips"),
    [
        ("#k=9999,0380", 1),
        ("#k=", 0),
        ("#k=0380,0380,1880", 2),
        ("#k=0114,0115,0123,0125,0126,0127,0128,0136", 6),
        ("#k=%&t=%E5", 4),
        ("#k=0380&t=mycket&v=annat&m=FINNS_INTE&b=1066", 1),
        ("#k=0380&v=index&b=2281", 1),
        ("#<img src=x onerror=alert(1)>", 4),
        ("#innehall", 4),
    ],
)
def test_an_odd_address_never_breaks_the_page(tab: Page, address: str, chips: int) -> None:
    _go(tab, address)
    expect(tab.locator(".valda li")).to_have_count(chips)
    expect(tab.locator(".modul .duk svg")).to_be_visible()
    assert tab.locator(".modul img").count() == 0


def test_the_back_button_of_a_sent_choice_follows(tab: Page) -> None:
    tab.evaluate("location.hash = '#k=0380'")
    expect(tab.locator(".valda li")).to_have_count(1)


def _saved(tab: Page, name: str) -> Download:
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name=name).click()
    return waiting.value


def test_what_is_downloaded_is_what_is_shown(
    tab: Page, country: tuple[NationalContext, Country], tmp_path: Path
) -> None:
    _, found = country
    _go(tab, "#k=0180,2281&t=2")
    table = _saved(tab, "Ladda ner CSV")
    assert table.suggested_filename == "jamforelse.csv"
    text = Path(table.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0] == ["År", "Stockholm", "Sundsvall"]
    last = {row[0]: row[1:] for row in rows[1:]}
    assert last["2025"][1] == ""
    assert float(last["2024"][1].replace(",", ".")) == pytest.approx(found.levels.loc["2281", 2024], abs=1e-6)

    book = tmp_path / "jamforelse.xlsx"
    _saved(tab, "Ladda ner Excel").save_as(book)
    sheet = openpyxl.load_workbook(book).active
    assert sheet is not None
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0] == ["År", "Stockholm", "Sundsvall"]
    assert [2025, pytest.approx(found.levels.loc["0180", 2025], abs=1e-6), None] in cells

    drawn = tmp_path / "jamforelse.svg"
    _saved(tab, "Ladda ner bild (SVG)").save_as(drawn)
    words = "".join(ElementTree.parse(drawn).getroot().itertext())
    assert "Stockholm" in words
    assert "Mål 2,0 %" in words
    picture = tmp_path / "jamforelse.png"
    _saved(tab, "Ladda ner bild (PNG)").save_as(picture)
    with Image.open(picture) as image:
        assert image.width >= 1200
        assert len(image.convert("RGB").resize((160, 84)).getcolors(160 * 84) or []) > 20


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_wcag_and_no_sideways_scroll(browser: Browser, site: Path, width: int, scheme: str) -> None:
    assert site_browser.axe_violations(browser, site, PAGES, schemes=[scheme], widths=[width]) == []
    assert site_browser.sideways_scroll(browser, site, PAGES, width) == []


def test_nothing_is_asked_for_elsewhere_and_no_rule_of_the_policy_is_broken(
    browser: Browser, site: Path
) -> None:
    assert site_browser.foreign_requests(browser, site, PAGES) == []
    for name in PAGES:
        html = (site / name).read_text(encoding="utf-8")
        policy = html.partition('http-equiv="Content-Security-Policy" content="')[2].partition('"')[0]
        assert "script-src 'self'; style-src 'self'" in policy
        assert "unsafe" not in policy
        assert re.search(r"<script(?![^>]*\bsrc=)|\son[a-z]+=|\sstyle=", html) is None


def test_what_a_page_loads_for_its_figures_is_light_and_only_there(site: Path) -> None:
    heavy = "site_libs/bistand/d3.js"
    assert [name for name in PAGES if "/d3.js" in (site / name).read_text(encoding="utf-8")] == [
        "jamfor.html"
    ]
    assert (site / heavy).stat().st_size < 100_000


def test_without_script_figure_and_table_stand(browser: Browser, site: Path) -> None:
    with site_browser.window(browser, scripts=False) as context:
        for name, figure in (("sverige.html", "#fig-karta"), ("jamfor.html", "#fig-storsta")):
            tab = site_browser.open_page(context, site, name)
            expect(tab.locator(f"{figure} img")).to_be_visible()
            assert tab.locator(f"{figure} img").evaluate("el => el.naturalWidth") > 100
            expect(tab.locator("table.sortable tbody tr").last).to_be_visible()
            assert tab.locator("button:visible, input:visible, select:visible").count() == 0


def test_on_paper_the_static_figure_stands_for_the_moving_one(browser: Browser, site: Path) -> None:
    with site_browser.window(browser) as context:
        tab = site_browser.open_page(context, site, "jamfor.html")
        expect(tab.locator("#fig-storsta")).to_be_hidden()
        tab.emulate_media(media="print")
        expect(tab.locator("#fig-storsta")).to_be_visible()
        expect(tab.locator(".modul").first).to_be_hidden()


def test_the_figure_keeps_its_ground_in_the_dark(browser: Browser, site: Path) -> None:
    with site_browser.window(browser, scheme="dark") as context:
        tab = site_browser.open_page(context, site, "jamfor.html")
        ground = "el => getComputedStyle(el).backgroundColor"
        assert tab.locator(".modul .duk").evaluate(ground) == "rgb(255, 255, 255)"
        assert tab.locator("body").evaluate(ground) != "rgb(255, 255, 255)"


def test_the_map_is_walked_by_name_year_and_arrow_keys(
    browser: Browser, site: Path, country: tuple[NationalContext, Country]
) -> None:
    _, found = country
    with site_browser.window(browser) as context:
        tab = site_browser.open_page(context, site, "sverige.html")
        said = tab.locator(SAID).first
        field = tab.get_by_label("Sök kommun")
        field.fill("Sundsvall")
        field.press("Enter")
        expect(said).to_contain_text("Sundsvall, Västernorrlands län: uppgift saknas för 2025.")
        tab.locator(".modul select").nth(1).select_option("2024")
        value = percent(float(found.levels.loc["2281", 2024]), 2).replace("\u00a0", " ")
        expect(said).to_contain_text(f"{value} 2024, plats {int(found.table.loc['2281', 'rank'])} av 25")
        expect(said.get_by_role("link", name="Jämför")).to_have_attribute("href", "jamfor.html#k=2281,0000")
        tab.locator(".karta svg").focus()
        tab.keyboard.press("ArrowUp")
        expect(said).not_to_contain_text("Sundsvall")
        north = said.locator("strong").inner_text()
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/kommun/*.html")
        expect(tab.locator("h1")).to_have_text(f"Biståndet i {north}")


def test_the_map_is_coloured_as_the_printed_one(
    browser: Browser, site: Path, country: tuple[NationalContext, Country]
) -> None:
    _, found = country
    with site_browser.window(browser) as context:
        tab = site_browser.open_page(context, site, "sverige.html")
        classes = tab.locator(".karta path").evaluate_all(
            "els => els.map(el => el.getAttribute('class').trim())"
        )
    # as a script lists the keys of an object: numbers first
    codes = sorted(found.table.index, key=lambda code: (code.startswith("0"), code))
    limits = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0)
    wanted = [
        "kx" if value != value else f"k{sum(value >= limit for limit in limits)}"
        for value in (found.levels.loc[code, 2025] for code in codes)
    ]
    assert classes == wanted


def test_every_value_of_the_data_script_reads_as_in_the_panel(
    site: Path, country: tuple[NationalContext, Country]
) -> None:
    """Two decimals of what the script holds are the two decimals of the panel: no value is rounded twice."""
    _, found = country
    text = (site / "data" / "sverige.js").read_text(encoding="utf-8")
    data = json.loads(text.removeprefix("window.bistandSverige=").rstrip(";\n"))
    shares = data["matt"][0]
    for code, values in shares["varden"].items():
        for year, value in zip(shares["ar"], values, strict=True):
            known = found.levels.loc[code, year]
            assert (value is None) == (known != known)
            if value is not None:
                assert f"{value:.2f}" == f"{known:.2f}", (code, year)


@pytest.mark.parametrize("width", [1280, 360])
def test_a_static_figure_is_read_off_by_slider_and_pointer(
    browser: Browser, site: Path, country: tuple[NationalContext, Country], width: int
) -> None:
    _, found = country
    with site_browser.window(browser, width=width) as context:
        tab = site_browser.open_page(context, site, "kommun/2281-sundsvall.html")
        slider, said = tab.get_by_label("Läs av figuren"), tab.locator(".avlasning .besked")
        expect(said).to_contain_text("2028: Prognos, median")
        slider.press("Home")
        first = percent(float(found.levels.loc["2281", 2012]), 2)
        expect(said).to_contain_text(f"2012: Sundsvall {first}")
        assert str(slider.get_attribute("aria-valuetext")).startswith(f"2012: Sundsvall {first}")
        for _ in range(8):
            slider.press("ArrowRight")
        expect(said).to_contain_text("2020: Riket")
        image = tab.locator("#fig-utveckling-2281 img")
        image.scroll_into_view_if_needed()
        box = image.bounding_box()
        assert box is not None
        content = json.loads(str(tab.locator("[data-varden]").get_attribute("data-varden")))
        places = content["smal" if width < 640 else "bred"]
        for n, words in ((1, "2013: Sundsvall"), (12, "2024: Sundsvall"), (14, "2026: Prognos")):
            tab.mouse.move(box["x"] + places[n] * box["width"] + 2, box["y"] + box["height"] / 2)
            expect(said).to_contain_text(words)
        tab.emulate_media(media="print")
        expect(slider).to_be_hidden()
        expect(tab.locator(".visare")).to_be_hidden()
