"""The sections on months: with figures, with few, and with none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.unit.pages.month_files import Cells, add_months, big, copied, open_in

from analysis.answers import target as target_pages
from analysis.answers.months import MonthSeries, month_series
from analysis.pages.position import months as monthly
from analysis.pages.position import summary as position
from analysis.pages.target import months as monthly_forecast
from analysis.panel import build_panel
from analysis.paths import Project
from analysis.runs import RunContext
from analysis.sources.catalogue import load_catalogue

AS_OF = "2026-11-21"


@pytest.fixture(scope="module")
def run(checkout: Project, tmp_path_factory: pytest.TempPathFactory) -> RunContext:
    folder = tmp_path_factory.mktemp("manader")
    project = copied(checkout, folder / "projekt")
    add_months(project, folder, 34, big)
    with pytest.MonkeyPatch.context() as patch:
        return open_in(project, folder / "ut", patch, as_of="2026-12-31")


@pytest.fixture(scope="module")
def state(run: RunContext) -> monthly_forecast.MonthState:
    return monthly_forecast.open_months(run)


def test_without_months_one_sentence_says_how_to_add_them(
    copy: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_panel(copy)
    run = open_in(copy, tmp_path / "ut", monkeypatch, as_of=AS_OF)
    text = monthly.month_text(run).text
    assert "bistand data mall" in text
    assert "bistand data add" in text
    state = monthly_forecast.open_months(run)
    assert monthly_forecast.forecast_text(run, state).text == text
    for piece in (
        monthly.month_figure(run),
        monthly.month_table(run),
        monthly_forecast.month_fan(run, state),
        monthly_forecast.month_forecast_table(run, state),
    ):
        assert piece.text.strip() == ""
    assert monthly_forecast.month_facts(run, state) == {"measure": None, "probability": None}
    assert not (tmp_path / "ut" / "figurer").exists()


def test_the_section_shows_months_genders_and_preliminary_ones(run: RunContext) -> None:
    text = monthly.month_text(run).text
    assert "augusti 2026" in text
    assert "Preliminärt: september 2026 och oktober 2026" in text
    adults = month_series(run, "MANAD_VUXNA")
    assert adults is not None
    assert adults.preliminary == ("2026-09", "2026-10")
    change = adults.value["2026-08"] - adults.value["2025-08"]
    assert f"−{abs(change):.0f} mot samma månad året före" in text
    figure = monthly.month_figure(run).text
    assert "Vuxna i månaden, kvinnor" in figure
    data = pd.read_csv(run.output / "data" / "manader.csv", sep=";", decimal=",", encoding="utf-8-sig")
    assert len(data) == 34
    assert list(data["Vuxna i månaden, alla, status"].tail(2)) == ["preliminär", "preliminär"]
    for suffix in ("svg", "png"):
        assert (run.output / "figurer" / f"manader.{suffix}").stat().st_size > 1000


def test_the_table_has_the_last_thirteen_months(run: RunContext) -> None:
    text = monthly.month_table(run).text
    first = text.split("</table>")[0]
    assert first.count("<tr>") == 14
    assert "Oktober 2026 (preliminär)" in first
    assert "Oktober 2025<" in first
    assert "September 2025" not in first


def test_the_forecast_trims_preliminary_months_and_reaches_the_target(
    run: RunContext, state: monthly_forecast.MonthState
) -> None:
    assert state.forecast is not None
    found = state.forecast
    assert found.paths.origin == "2026-08"
    assert found.paths.periods[0] == "2026-09"
    assert "2026-12" in found.paths.periods
    assert any("preliminära" in reason for reason in found.reasons)
    chance = monthly_forecast.target_probability(run, found)
    assert chance == found.paths.probability_at_most(1.0, "2026-12")
    text = monthly_forecast.forecast_text(run, state).text
    assert "Enligt månadsserien ensam" in text
    assert "naiva" in text
    assert "december 2026" in text


def test_the_season_is_in_the_forecast_and_the_naive_one_is_last_year(
    state: monthly_forecast.MonthState,
) -> None:
    found = state.forecast
    assert found is not None
    naive = found.naive.fan()["median"]
    assert naive["2026-12"] == pytest.approx(found.months.value["2025-12"], rel=0.02)
    truth = big(35)["Andel vuxna biståndsmottagare", "Totalt"]
    assert found.paths.fan()["median"]["2026-12"] == pytest.approx(truth, abs=0.03)
    assert found.misses is not None
    assert found.misses[0] < found.misses[1]


def test_a_short_series_gets_a_reason_and_no_forecast(
    copy: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_months(copy, tmp_path, 20, big)
    run = open_in(copy, tmp_path / "ut", monkeypatch, as_of=AS_OF)
    state = monthly_forecast.open_months(run)
    assert state.forecast is None
    text = monthly_forecast.forecast_text(run, state).text
    assert "För kort serie" in text
    assert "17 slutliga månader" in text, "20 without two preliminary ones and the one that a document gave"
    assert monthly_forecast.month_fan(run, state).text.strip() == ""


def test_without_the_share_adults_are_forecast_and_the_target_is_left_alone(
    copy: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_adults(step: int) -> Cells:
        return {key: value for key, value in big(step).items() if key[0] == "Antal vuxna"}

    add_months(copy, tmp_path, 30, only_adults)
    run = open_in(copy, tmp_path / "ut", monkeypatch, as_of=AS_OF)
    state = monthly_forecast.open_months(run)
    assert state.forecast is not None
    assert state.forecast.months.measure_id == "MANAD_VUXNA"
    assert monthly_forecast.target_probability(run, state.forecast) is None
    assert "ingen sannolikhet för målet" in monthly_forecast.forecast_text(run, state).text
    assert "procent" not in monthly_forecast.month_forecast_table(run, state).text.split("80 procents")[0]


def test_a_month_from_a_document_is_not_mixed_into_the_series(run: RunContext) -> None:
    shares = month_series(run, "AMN_VUXNA")
    assert shares is not None
    assert np.isnan(shares.value["2024-10"])
    assert shares.status["2024-10"] == "missing"
    assert "1,25\u00a0% (oktober 2024)" in position.adult_sentence(run)
    assert "augusti 2026, egna månadssiffror" in position.adult_sentence(run)


def test_the_target_page_uses_the_decembers_of_a_monthly_series(run: RunContext) -> None:
    points = [point.period for point in target_pages.measure_points(run, "AMN_VUXNA")]
    assert points == ["2022", "2023", "2024-12", "2025-12"]


def test_changes_need_both_months_to_be_shown(checkout: Project) -> None:
    index = pd.Index(["2024-05", "2024-06", *(f"2025-{month:02d}" for month in range(1, 7))])
    value = pd.Series([100.0, np.nan, *[90.0] * 6], index=index)
    status = pd.Series(["observed", "suppressed", *["observed"] * 5, "preliminary"], index=index)
    measure = load_catalogue(checkout.raw).measure("MANAD_VUXNA")
    months = MonthSeries("MANAD_VUXNA", measure, "T", value, status)
    assert months.year_change("2025-05") == -10.0
    assert months.year_change("2025-06") is None
    assert months.year_change("2025-01") is None
    assert months.hidden == ("2024-06",)
    assert months.preliminary == ("2025-06",)
    assert months.final.index[-1] == "2025-05"
