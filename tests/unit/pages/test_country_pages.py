"""What the pages about all municipalities, and about one, say: ranks, ties, gaps, intervals, and Swedish in number."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from tests.national import small_country, writing_to

from analysis.answers.country import Country, _table, expected_levels, nearest
from analysis.answers.municipality import Place, place
from analysis.pages.municipality import pieces, text
from analysis.pages.parts.hover import places, told, told_fan
from analysis.pages.sweden import compare, overview
from analysis.pages.sweden.data import CLASSES, _limits, interactive, spark, write_script
from analysis.paths import Project
from analysis.runs.national import NationalContext
from foundation.errors import BistandError


@pytest.fixture(scope="module")
def context(checkout: Project) -> NationalContext:
    return small_country(checkout)[0]


@pytest.fixture(scope="module")
def found(checkout: Project) -> Country:
    return small_country(checkout)[1]


def _plain(words: str) -> str:
    return words.replace("\u00a0", " ")


def _sentences(context: NationalContext, found: Country, here: Place) -> str:
    parts = (
        text.facts_line(context, found, here),
        text.in_short(context, here),
        text.gaps(context, here),
        text.cards(context, here),
        text.normal_text(found, here),
        text.coming_text(here),
        text.pace_text(context, found, here),
        text.next_steps(context.catalogue.municipality(here.code)),
    )
    return _plain("\n".join(part.text for part in parts))


def test_a_rank_counts_those_lower_and_ties_share_it(found: Country) -> None:
    levels = found.levels.drop(index="0000")
    for code in found.table.index:
        here = place(found, code)
        same_year = levels[here.year].dropna()
        assert here.rank == 1 + (same_year < here.level).sum()
        assert here.ranked == len(same_year)


def test_equal_shares_have_the_same_place(found: Country) -> None:
    codes = list(found.table.index)
    levels = found.levels.copy()
    levels.loc[["0180", "0380", "1480"], 2025] = 2.0
    sizes = {str(code): float(size) for code, size in found.population.items()}
    table = _table(levels, codes, lambda origin: sizes, found.population, found.unemployment)
    lower = int((levels.loc[codes, 2025] < 2.0).sum())
    assert table.loc[["0180", "0380", "1480"], "rank"].tolist() == [lower + 1] * 3


def test_the_lowest_and_the_highest_are_said_in_words(context: NationalContext, found: Country) -> None:
    lowest = found.table.index[found.table["rank"] == 1][0]
    assert "hade ingen en lägre andel" in text.in_short(context, place(found, str(lowest))).text
    highest = place(found, "1315")
    assert f"hade {highest.ranked - 1} en lägre andel" in text.in_short(context, highest).text
    assert "över riket" in text.in_short(context, highest).text


@pytest.mark.parametrize(
    ("code", "said", "unsaid"),
    [
        ("2281", "ingen uppgift om Sundsvall för 2020 och 2025. ", "språng"),
        ("1380", "ingen uppgift om Halmstad för 2025. ", "språng"),
        ("2425", "ingen uppgift om Dorotea för 2014 och 2025. ", "språng"),
        ("2521", "fall på nästan hälften eller mer på ett enda år", "ingen uppgift om"),
        ("2021", "liknar ett fel i källan", "ingen uppgift om"),
    ],
)
def test_gaps_and_jumps_are_said(
    context: NationalContext, found: Country, code: str, said: str, unsaid: str
) -> None:
    words = text.gaps(context, place(found, code)).text
    assert said in words
    assert unsaid not in words.partition("\n\n")[2]


def test_a_gap_in_the_last_year_moves_the_page_to_the_last_known(
    context: NationalContext, found: Country
) -> None:
    here = place(found, "2281")
    assert (here.year, here.panel_year, here.missing) == (2024, 2025, (2020, 2025))
    words = _sentences(context, found, here)
    assert words.count("2024 fick 2,68 % av invånarna i Sundsvall") == 1
    assert "Det senaste kända året är 2024" in words
    assert "Kommunens eget värde för 2025 är inte känt." in words
    assert "2025 fick" not in words
    assert here.against_expected == here.against_foreseen == "okänd"
    assert here.riket == found.levels.loc["0000", 2024]


def test_a_whole_series_has_no_warning(context: NationalContext, found: Country) -> None:
    assert text.gaps(context, place(found, "0180")).text.strip() == ""


def test_no_pace_is_given_where_the_series_looks_wrong(context: NationalContext, found: Country) -> None:
    here = place(found, "2521")
    assert here.suspect
    assert here.fastest is None
    assert "anges ingen snabbaste takt" in text.pace_text(context, found, here).text
    never = replace(here, suspect=False)
    assert "har inte minskat över någon treårsperiod" in text.pace_text(context, found, never).text


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (2.0, "minskade med 0,17"),
        (1.5, "ökade med 0,33"),
        (1.8315, "var oförändrad från året före"),
        (None, ""),
    ],
)
def test_the_change_is_said_as_it_is(
    context: NationalContext, found: Country, before: float | None, said: str
) -> None:
    words = _plain(text.in_short(context, replace(place(found, "0180"), before=before)).text)
    assert said in words
    assert ("året före" in words) == (before is not None)


def test_where_a_level_lies_against_the_expected(context: NationalContext, found: Country) -> None:
    here = place(found, "0180")
    for against, words in (("under", "lägre än"), ("inom", "inom"), ("över", "högre än")):
        said = text.in_short(context, replace(here, against_expected=against)).text
        assert f"är nivån {words} det vanliga" in said
    low, middle, high = here.expected or (0.0, 0.0, 0.0)
    assert low < middle < high
    assert (here.level < low, here.level > high) == (
        here.against_expected == "under",
        here.against_expected == "över",
    )
    unknown = replace(here, expected=None, against_expected="okänd", foreseen=None)
    assert "går inte att räkna fram" in text.normal_text(found, unknown).text
    assert "är vanligt" not in text.cards(context, unknown).text


def test_every_page_reads_as_swedish_with_nothing_empty(context: NationalContext, found: Country) -> None:
    for code in found.table.index:
        words = _sentences(context, found, place(found, code))
        assert not re.search(r"\bnan\b|None|\binf\b|\d\.\d|  +\S|\(\)|, ,|\.\.|low\d|high\d", words), (
            code,
            words,
        )
        assert not re.search(r"\b1 (tidigare |)prognoser\b|\b0 (av|kommuner)\b", words)
        for first, last in re.findall(r"säkerhet:? (\d+,\d+) till (\d+,\d+)", words):
            assert float(first.replace(",", ".")) < float(last.replace(",", "."))


def test_forecast_interval_holds_the_median_and_widens(found: Country) -> None:
    fan = found.fan
    for low, high in (("low50", "high50"), ("low80", "high80"), ("low95", "high95")):
        assert ((fan[low] <= fan["median"]) & (fan["median"] <= fan[high])).all()
    width = (fan["high80"] / fan["low80"]).to_numpy().reshape(-1, 3)
    assert (np.diff(width, axis=1) > 0).all()


def test_the_verdict_of_the_table_is_that_of_the_page(found: Country) -> None:
    said = {
        "under": "lägre än väntat",
        "inom": "som väntat",
        "över": "högre än väntat",
        "okänd": "uppgift saknas",
    }
    for code, row in found.table.iterrows():
        assert overview._verdict(row["position"]) == said[place(found, str(code)).against_foreseen]


def test_the_conclusion_about_the_country_counts_right(found: Country) -> None:
    words = _plain(overview.in_short(found).text)
    whole = found.levels.drop(index="0000")[[2022, 2025]].dropna()
    fell = int((whole[2025] < whole[2022]).sum())
    assert f"minskat i {fell} av {len(whole)} kommuner" in words
    position = found.table["position"].dropna()
    assert f"{(position < 0.1).sum()} lägre och {(position > 0.9).sum()} högre" in words
    assert "mindre än året före" in words


def test_the_table_links_every_municipality_and_says_what_is_missing(
    context: NationalContext, found: Country
) -> None:
    markup = overview.town_table(context, found).text
    assert len(re.findall(r'<a href="kommun/\d{4}-[a-z-]+\.html">', markup)) == len(found.table)
    row = markup.split("Sundsvall</a>")[1].partition("</tr>")[0]
    assert row.count("uppgift saknas") == 2
    assert "–" in row


def test_the_data_of_the_figures_has_swedish_columns(
    context: NationalContext, found: Country, tmp_path: Path
) -> None:
    here = writing_to(context, tmp_path)
    pieces.development_figure(here, found, place(found, "2281"))
    compare.level_table(here, found)
    head = (tmp_path / "data" / "utveckling-2281.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert head.split(";")[:5] == ["år", "Sundsvall", "Riket", "Jämförbara, median", "prognos, median"]
    assert not re.search("low|high", head)
    assert (tmp_path / "figurer" / "utveckling-2281-telefon.svg").is_file()
    table = pd.read_csv(tmp_path / "data" / "alla-kommuner.csv", sep=";", decimal=",", dtype={"kod": str})
    assert table.set_index("kod").loc["2281", "2025"] != table.set_index("kod").loc["2281", "2025"]


def test_an_unknown_municipality_is_refused(found: Country) -> None:
    with pytest.raises(BistandError, match="9999"):
        place(found, "9999")


def test_the_comparable_are_the_nearest_and_never_oneself(found: Country) -> None:
    for code, near in found.near.items():
        assert code not in near
        assert len(set(near)) == 15
    sizes = pd.Series({"a": 1000.0, "b": 1100.0, "c": 90_000.0, "d": 100_000.0})
    same = pd.Series({"a": 8.0, "b": 8.1, "c": 9.9, "d": 10.0})
    assert nearest(sizes, same, list("abcd"), 1) == {"a": ("b",), "b": ("a",), "c": ("d",), "d": ("c",)}


def test_the_expected_level_never_sees_the_municipalitys_own_value() -> None:
    rng = np.random.default_rng(5)
    codes = [f"{number:04}" for number in range(1000, 1140)]
    places = pd.DataFrame(rng.lognormal(1, 0.3, (140, 10)), index=codes, columns=range(2016, 2026))
    size = pd.Series(rng.lognormal(10, 1, 140), index=codes)
    jobs = pd.Series(rng.normal(8, 2, 140), index=codes)
    before = expected_levels(places, size, jobs).loc["1000"]
    moved = places.copy()
    moved.loc["1000", 2025] = 40.0
    np.testing.assert_allclose(expected_levels(moved, size, jobs).loc["1000", "expected"], before["expected"])
    moved.loc["1000", 2025] = np.nan
    np.testing.assert_allclose(expected_levels(moved, size, jobs).loc["1000", "expected"], before["expected"])


def test_about_eight_in_ten_lie_within_the_expected_interval() -> None:
    rng = np.random.default_rng(6)
    codes = [f"{number:04}" for number in range(1000, 1290)]
    history = rng.normal(1, 0.4, 290)
    noise = rng.normal(0, 0.2, 290)
    places = pd.DataFrame(np.exp(history)[:, None] * np.ones(10), index=codes, columns=range(2016, 2026))
    places[2025] = np.exp(history + noise)
    size = pd.Series(rng.lognormal(10, 1, 290), index=codes)
    found = expected_levels(places, size, pd.Series(rng.normal(8, 2, 290), index=codes))
    inside = (places[2025] >= found["expected_low"]) & (places[2025] <= found["expected_high"])
    assert 0.74 < inside.mean() < 0.86


@given(st.lists(st.integers(2000, 2030), unique=True, max_size=12).map(sorted))
def test_a_list_of_years_names_each_year_once(years: list[int]) -> None:
    said = text.year_list(years)
    named = []
    for part in re.split(r", | och ", said) if said else []:
        first, _, last = part.partition("–")
        named += list(range(int(first), int(last or first) + 1))
    assert named == years


@given(st.lists(st.one_of(st.none(), st.floats(0, 30)), max_size=20))
def test_a_spark_line_breaks_where_nothing_is_known(values: list[float | None]) -> None:
    markup = spark(pd.Series(values, dtype=float))
    known = [value is not None for value in values]
    if sum(known) < 2:
        assert markup == ""
        return
    starts = sum(here and not before for here, before in zip(known, [False, *known], strict=False))
    assert markup.count("M") == starts
    assert "nan" not in markup


@settings(max_examples=25)
@given(st.lists(st.text(max_size=12), max_size=5))
def test_no_text_ends_a_data_script(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    folder = tmp_path_factory.mktemp("skript")
    write_script(folder, "prov", "prov", {"namn": [*names, "</script><!--"]})
    written = (folder / "data" / "prov.js").read_text(encoding="utf-8")
    assert "<" not in written
    assert written.startswith("window.prov={")


def test_classes_of_the_map_are_few_and_rising() -> None:
    values = pd.DataFrame(np.linspace(1, 20, 400).reshape(100, 4), index=[f"{n:04}" for n in range(100)])
    limits = _limits(values)
    assert list(limits) == sorted(set(limits))
    assert len(limits) == len(CLASSES)
    assert all(2 * limit == round(2 * limit) for limit in limits)
    assert 'data-modul="karta"' in interactive("karta", ("a",), overview.paragraphs("x")).text


def test_what_is_told_along_a_figure_leaves_out_the_unknown() -> None:
    frame = pd.DataFrame(
        {"a": [2.5, np.nan, np.nan], "low": [np.nan, 1.0, np.nan], "high": [3.0, 2.0, np.nan]},
        index=[2023, 2024, 2025],
    )
    said = [(x, _plain(words)) for x, words in told(frame, {"Örebro": "a"}, {"80 %": ("low", "high")})]
    assert said == [
        (2023.0, "2023: Örebro 2,50 %"),
        (2024.0, "2024: 80 % 1,00 till 2,00 %"),
        (2025.0, "2025: uppgift saknas"),
    ]


def test_a_forecast_is_told_after_what_is_known() -> None:
    fan = pd.DataFrame({"median": [2.0], "low80": [1.5], "high80": [2.6]}, index=["2026-12"])
    said = told_fan({"2025-12": 2.1}, fan, "Lund", lambda period: float(period[:4]))
    assert [_plain(words) for _, words in said] == [
        "december 2025: Lund 2,10 %",
        "december 2026: prognos, median 2,00 % · 80 % säkerhet 1,50 till 2,60 %",
    ]


def test_places_follow_the_drawn_axis() -> None:
    figure = Figure(figsize=(4, 3))
    axes = figure.add_axes((0.25, 0.1, 0.5, 0.8))
    axes.set_xlim(2000, 2010)
    figure.draw_without_rendering()
    assert places(figure, [(2000, ""), (2005, ""), (2010, "")]) == [0.25, 0.5, 0.75]
