"""Pages about own measures come from released tables only: same numbers, hidden ones hidden, no person in them."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from analysis.micro.assess import assess, with_regard_to_others
from analysis.micro.commands import let_out
from analysis.micro.gate import Gate
from analysis.micro.generator import Microdata
from analysis.micro.history import History
from analysis.pages.micro.released import measure_page, overview_page, read_released
from analysis.pages.micro.released_parts import ReleasedTables, curves
from analysis.pipeline.own_measures import write_pages
from foundation.swedish import decimal
from renderer.check import check_site


@pytest.fixture(scope="module")
def tables(history: History, data: Microdata, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("utlämnat")
    (folder / "mikro").mkdir()
    results = tuple(assess(history, number, "synthetic", draws=0, groups=False) for number in range(2))
    let_out(with_regard_to_others(results), history, data, Gate(folder / "mikro", folder / "ut"))
    return folder / "ut"


@pytest.fixture
def released(tables: Path) -> ReleasedTables:
    return read_released(tables, "Påhittad", "januari 2021 till december 2024")


def text_of(page: Path) -> str:
    return re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8"))


def test_the_pages_say_what_left(tables: Path) -> None:
    start = write_pages(tables, "Påhittad", "januari 2021 till december 2024")
    measures = pd.read_csv(tables / "atgarder.csv")
    effects = pd.read_csv(tables / "effekter.csv")
    assert start == tables / "sidor" / "index.html"
    assert "Syntetiska data" in text_of(start)
    for number, row in enumerate(measures.itertuples(), 1):
        page = text_of(tables / "sidor" / f"atgard-{number}.html")
        assert row.slutsats in page
        own = effects[
            (effects["atgard"] == row.atgard) & effects["matt"].str.contains("arbete eller studier inom 12")
        ]
        assert decimal(float(own["effekt"].iloc[0]), 1, sign=True) in page
    assert not check_site(tables / "sidor"), (
        "every file that a page loads is there, also the figures for phones"
    )
    again = write_pages(tables, "Påhittad", "januari 2021 till december 2024")
    assert again == start


def test_a_strangers_file_among_the_pages_is_left(tables: Path) -> None:
    write_pages(tables, "Påhittad", "2021")
    note = tables / "sidor" / "min-anteckning.txt"
    note.write_text("min", encoding="utf-8")
    with pytest.raises(Exception, match="min-anteckning"):
        write_pages(tables, "Påhittad", "2021")
    assert note.read_text(encoding="utf-8") == "min"
    note.unlink()


def changed(released: ReleasedTables, table: str, rows: pd.DataFrame) -> ReleasedTables:
    return ReleasedTables(released.place, released.months, {**released.tables, table: rows})


def test_what_is_hidden_stays_hidden(released: ReleasedTables, tmp_path: Path) -> None:
    measure = str(released.tables["atgarder"]["atgard"].iloc[0])
    effects = released.tables["effekter"].copy()
    effects.loc[effects["atgard"] == measure, ["med", "utan", "effekt", "lag", "hog"]] = float("nan")
    hidden = changed(released, "effekter", effects)
    page = measure_page(hidden, measure, tmp_path, 1).text
    assert "nan" not in page.lower()
    assert "Vad som skulle behövas" in page
    assert "nan" not in overview_page(hidden, {}).text.lower()


def test_nil_and_a_loss_are_said_as_they_are(released: ReleasedTables, tmp_path: Path) -> None:
    measure = str(released.tables["atgarder"]["atgard"].iloc[0])
    effects = released.tables["effekter"].copy()
    people = (effects["atgard"] == measure) & (effects["enhet"] == "personer")
    effects.loc[people, ["effekt", "lag", "hog"]] = [2.0, -9.0, 13.0]
    page = measure_page(changed(released, "effekter", effects), measure, tmp_path, 1).text
    assert "allt från 13 fler till 9 färre" in page
    assert "går alltså inte att säga" in page
    effects.loc[people, ["effekt", "lag", "hog"]] = [-20.0, -30.0, -10.0]
    page = measure_page(changed(released, "effekter", effects), measure, tmp_path, 1).text
    assert "20 personer färre" in page
    assert "osäkerhet 10 till 30" in page
    assert "5,0 gånger så många starter" in page
    nothing = released.tables["atgarder"].assign(utslag="går inte att skilja från noll")
    assert "Ingen åtgärd har en effekt" in overview_page(changed(released, "atgarder", nothing), {}).text


def test_the_overview_shows_verdict_and_effect_first_and_no_name_as_markup(released: ReleasedTables) -> None:
    """Narrow screens show the two first columns: a verdict without its effect, or the reverse, misleads."""
    measures = released.tables["atgarder"].copy()
    name = str(measures["atgard"].iloc[0])
    measures.loc[0, "atgard"] = "<b>kurs</b>"
    text = overview_page(changed(released, "atgarder", measures), {"<b>kurs</b>": "atgard-1.html"}).text
    assert "<b>" not in text
    assert "&lt;b&gt;kurs&lt;/b&gt;</a><br>" in text
    heads = re.findall(r"<th scope=\"col\"[^>]*>([^<]+)", overview_page(released, {name: "a.html"}).text)
    assert heads[0] == "Åtgärd och omdöme"
    assert heads[1].startswith("Fler som lämnat inom ett år")
    assert heads[-1] == "Deltagare"


@pytest.mark.parametrize(("sign", "word"), [(1, "fler"), (-1, "färre")])
def test_the_figure_says_fewer_where_fewer_have_left(
    sign: int, word: str, released: ReleasedTables, tmp_path: Path
) -> None:
    measure = str(released.tables["atgarder"]["atgard"].iloc[0])
    rows = released.tables["kurvor"].copy()
    rows["skillnad"] = sign * rows["skillnad"].abs()
    text = curves(changed(released, "kurvor", rows), measure, tmp_path, 1).text
    assert f"procentenheter {word} lämnat biståndet" in text
    assert "−" not in text.split("procentenheter")[0].split("månader har")[-1]
