"""Tables, figures and labels as they reach a page."""

from __future__ import annotations

import itertools
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from analysis.pages.parts import theme
from analysis.pages.parts.events import mark_events
from analysis.pages.parts.figure import publish_data, publish_figure
from analysis.pages.parts.markdown import Markdown, sentence_list
from analysis.pages.parts.table import Column, table
from analysis.paths import Project
from analysis.sources.events import load_events
from foundation.errors import BistandError

FRAME = pd.DataFrame({"namn": ["Lund", "<b>Uppsala</b>"], "andel": [2.36, float("nan")]})
COLUMNS = [Column("namn", "Kommun"), Column("andel", "Andel", "number", 2, unit="%")]


def _soup(piece: Markdown) -> BeautifulSoup:
    assert piece.text.startswith("```{=html}\n")
    return BeautifulSoup(piece.text.removeprefix("```{=html}\n").rsplit("```", 1)[0], "html.parser")


def test_tables_have_scopes_caption_and_decimal_comma() -> None:
    soup = _soup(table(FRAME, COLUMNS, caption="Andelar"))
    assert soup.caption is not None
    assert soup.caption.text == "Andelar"
    assert [th["scope"] for th in soup.find_all("th")] == ["col", "col", "row", "row"]
    assert [td.text for td in soup.find_all("td")] == ["2,36", "–"]
    assert soup.find("b") is None, "text is escaped"
    assert "Andel (%)" in soup.text


def test_a_sortable_table_carries_sort_keys_and_filters() -> None:
    columns = [Column("namn", "Kommun", filter=True), COLUMNS[1]]
    soup = _soup(table(FRAME, columns, caption="Andelar", sortable=True))
    assert soup.table is not None
    assert soup.table["class"] == ["tabell", "sortable"]
    assert soup.table["data-filter"] == "Kommun"
    assert soup.find("td", attrs={"data-sort": "2.36"}) is not None


def _publish(output: Path, alt: str = "Andelen var 2 %.", *, synthetic: bool = False) -> Markdown:
    figure, axes = theme.new_figure()
    axes.plot([2020, 2021], [1, 2])
    data = pd.DataFrame({"år": [2020, 2021], "andel": [1.5, 2.0]})
    return publish_figure(
        figure, name="prov", caption="Prov", alt=alt, data=data, output=output, synthetic=synthetic
    )


def test_a_figure_leaves_svg_png_and_csv_and_is_the_same_every_time(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    piece = _publish(first)
    _publish(second)
    assert '{#fig-prov fig-alt="Andelen var 2 %."}' in piece.text
    assert (first / "data" / "prov.csv").read_text(encoding="utf-8") == "\ufeffår;andel\n2020;1,5\n2021;2,0\n"
    for suffix in ("svg", "png"):
        name = Path("figurer") / f"prov.{suffix}"
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_the_ends_of_a_forecast_have_swedish_headings_in_the_file(tmp_path: Path) -> None:
    fan = pd.DataFrame({"period": ["2026"], "median": [2.0], "low80": [1.5], "high95": [2.6]})
    publish_data(fan, name="prognos", output=tmp_path)
    head = (tmp_path / "data" / "prognos.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert head == "period;median;lägst (80 %);högst (95 %)"
    assert list(fan.columns)[2:] == ["low80", "high95"], "the caller's table is left alone"


def test_the_files_of_a_figure_are_linked_by_names_that_say_which_figure(tmp_path: Path) -> None:
    piece = _publish(tmp_path)
    assert '[Data (CSV)](data/prov.csv){aria-label="Data (CSV) till figuren: Prov"}' in piece.text
    assert '[Bild (PNG)](figurer/prov.png){aria-label="Bild (PNG) av figuren: Prov"}' in piece.text


def test_names_along_a_phones_figure_have_room_each() -> None:
    figure, axes = theme.new_figure(height=3.0)
    axes.barh([f"En indikator med ett långt namn, nummer {number}" for number in range(14)], range(14))
    theme.for_phone(figure)
    figure.draw_without_rendering()
    boxes = sorted((label.get_window_extent() for label in axes.get_yticklabels()), key=lambda box: box.y0)
    assert all(below.y1 <= above.y0 + 1 for below, above in itertools.pairwise(boxes))


def test_panels_beside_each_other_stand_below_each_other_on_a_phone() -> None:
    figure, panels = theme.new_panels(1, 2)
    for axes in panels:
        axes.plot([1, 2], [1, 2], label="en linje med ett långt namn")
        axes.set_title("En rubrik som är bred")
    panels[0].plot([1, 2], [2, 1], label="en annan linje med namn")
    panels[0].legend(ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    theme.for_phone(figure)
    figure.draw_without_rendering()
    first, second = (axes.get_window_extent() for axes in panels)
    assert second.y1 < first.y0
    legend = panels[0].get_legend()
    assert legend is not None
    assert legend.get_window_extent().x1 <= figure.bbox.x1


@pytest.mark.parametrize(("height", "va"), [(9.0, "bottom"), (1.0, "top")])
def test_the_name_of_an_event_stands_where_the_curve_leaves_room(
    checkout: Project, height: float, va: str
) -> None:
    _, axes = theme.new_figure()
    axes.plot(range(2014, 2027), [height] * 13)
    axes.set_ylim(0, 10)
    axes.set_xlim(2019, 2021)
    assert "pandemin" in mark_events(axes, load_events(checkout.raw))
    assert [text.get_va() for text in axes.texts if "pandemin" in text.get_text()] == [va]


def test_names_of_events_near_each_other_stand_at_either_end(checkout: Project) -> None:
    _, axes = theme.new_figure()
    axes.plot(range(2012, 2029), [9.0] * 17)
    axes.set_ylim(0, 10)
    axes.set_xlim(2012, 2028.5)
    mark_events(axes, load_events(checkout.raw))
    stands = {text.get_text().split(",")[0]: text.get_va() for text in axes.texts}
    assert (stands["aktivitetskrav"], stands["bidragstak"]) == ("bottom", "top")


def test_a_figure_without_alternative_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BistandError, match="alternativtext"):
        _publish(tmp_path, alt=" ")
    assert not list(tmp_path.iterdir())


def test_a_synthetic_figure_says_so_in_picture_and_caption(tmp_path: Path) -> None:
    piece = _publish(tmp_path, synthetic=True)
    assert "(syntetiska data)" in piece.text
    plain = tmp_path / "utan"
    _publish(plain)
    assert (tmp_path / "figurer/prov.svg").read_bytes() != (plain / "figurer/prov.svg").read_bytes()


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=8), st.floats(0.01, 5))
def test_labels_are_spread_and_keep_their_order(heights: list[float], gap: float) -> None:
    placed = theme.spread_labels(heights, gap)
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    distances = [placed[b] - placed[a] for a, b in itertools.pairwise(order)]
    assert all(distance > -1e-9 for distance in distances)


def test_sentence_list() -> None:
    assert sentence_list([]) == ""
    assert sentence_list(["a"]) == "a"
    assert sentence_list(["a", "b", "c"]) == "a, b och c"


def _luminance(color: str) -> float:
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    "name", ["OWN", "RIKET", "COMPARABLE", "TARGET", "WOMEN", "MEN", "FORECAST", "SYNTHETIC"]
)
def test_figure_colours_that_carry_meaning_stand_out_from_white(name: str) -> None:
    contrast = 1.05 / (_luminance(getattr(theme, name)) + 0.05)
    assert contrast >= 3, f"{name} has contrast {contrast:.2f}"
