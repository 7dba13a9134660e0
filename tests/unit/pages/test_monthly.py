"""The sections on months: with figures, with few, and with none."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.unit.pages.month_files import Cells, add_months, big, copied, open_in

from analysis.answers import month_forecast, quality
from analysis.answers import target as target_answer
from analysis.answers.months import MonthSeries, month_series
from analysis.answers.own_measure import annual_alone, measure_points, two_sources
from analysis.pages.position import months as monthly
from analysis.pages.position import summary as position
from analysis.pages.target import months as monthly_forecast
from analysis.pages.target import text as target_text
from analysis.panel import build_panel, wide
from analysis.paths import Project
from analysis.pipeline.data_add import AddOptions, add_file
from analysis.runs import RunContext
from analysis.sources.catalogue import load_catalogue
from foundation.swedish import percent, points, probability

AS_OF = "2026-11-21"


@pytest.fixture(scope="module")
def run(checkout: Project, tmp_path_factory: pytest.TempPathFactory) -> RunContext:
    folder = tmp_path_factory.mktemp("manader")
    project = copied(checkout, folder / "projekt")
    add_months(project, folder, 34, big)
    with pytest.MonkeyPatch.context() as patch:
        return open_in(project, folder / "ut", patch, as_of="2026-12-31")


@pytest.fixture(scope="module")
def target(run: RunContext) -> target_answer.TargetState:
    return light(run)


@pytest.fixture(scope="module")
def state(run: RunContext, target: target_answer.TargetState) -> month_forecast.MonthState:
    return month_forecast.open_months(run, target)


def light(run: RunContext) -> target_answer.TargetState:
    """The target's state with few paths and a light track record."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(target_answer, "BACKTEST_DRAWS", 60)
        return target_answer.open_target(run, draws=2000)


def test_without_months_one_sentence_says_how_to_add_them(
    copy: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_panel(copy)
    run = open_in(copy, tmp_path / "ut", monkeypatch, as_of=AS_OF)
    text = monthly.month_text(run).text
    assert "[så läggs de in](../../ny-period.qmd)" in text
    state = month_forecast.open_months(run, light(run))
    assert monthly_forecast.forecast_text(run, state).text == text
    for piece in (
        monthly.month_figure(run),
        monthly.month_table(run),
        monthly_forecast.month_fan(run, state),
        monthly_forecast.month_forecast_table(run, state),
    ):
        assert piece.text.strip() == ""
    assert month_forecast.month_facts(state) == {"measure": None}
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


def test_a_measure_that_stands_in_the_catalogue_alone_is_on_the_page(
    copy: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = copy.raw / "matt.yml"
    added = """
  MANAD_KOSTNAD:
    namn: Handläggningens kostnad under månaden
    kort: Handläggning
    enhet: mnkr
    decimaler: 1
    definition: Vad handläggningen kostade under månaden.
    skydd: {slag: offentligt}
"""
    catalogue.write_text(catalogue.read_text(encoding="utf-8") + added, encoding="utf-8")
    file = tmp_path / "kostnad.csv"
    rows = "".join(f"2025-{month:02d};{month},5\n" for month in range(1, 9))
    file.write_text(f"Period;Handläggning\n{rows}", encoding="utf-8")
    options = AddOptions(kommun="0380", yes=True)
    add_file(copy, file, options, confirm=bool, echo=lambda _: None, today=date(2026, 11, 20))
    build_panel(copy)
    run = open_in(copy, tmp_path / "ut", monkeypatch, as_of="2026-12-31")
    text = monthly.month_table(run).text
    assert "Handläggning" in text
    assert "mnkr" in text
    assert "8,5" in text


def test_the_months_forecast_is_the_targets_answer(
    run: RunContext, state: month_forecast.MonthState, target: target_answer.TargetState
) -> None:
    found, facts = state.forecast, target_answer.target_facts(run, target)
    assert found is not None
    assert found.of_target
    assert (found.paths.origin, found.paths.periods) == (
        "2026-08",
        ("2026-09", "2026-10", "2026-11", "2026-12"),
    )
    assert any("preliminära" in reason for reason in found.reasons)
    assert facts["probability"] == found.paths.probability_at_most(1.0, "2026-12")
    assert facts["target_median"] == pytest.approx(float(np.median(found.paths.at("2026-12"))))
    assert facts["latest"] == ["2026-08", target.known.months["2026-08"]]
    assert facts["gap"] == pytest.approx(target.known.months["2026-08"] - 1.0)
    assert "samma prognos" in monthly_forecast.forecast_text(run, state).text


def test_the_annual_path_stands_below_as_a_cross_check(
    run: RunContext, target: target_answer.TargetState
) -> None:
    alone = annual_alone(run, target.own, target.forecasts)
    chance = alone.paths.probability_at_most(1.0, "2026-12")
    facts = target_answer.target_facts(run, target)
    assert facts["annual_path"]["probability"] == chance
    page = target_text.probability_text(run, target).text
    assert page.count(probability(chance)) == 1
    assert page.index("Kontroll") > page.index("simulerade framtider")


def test_the_required_pace_counts_from_the_last_known_month(
    run: RunContext, target: target_answer.TargetState
) -> None:
    latest = target.known.months["2026-08"]
    text = target_text.pace_text(run, target).text
    assert f"Från {percent(latest, 2)} (augusti 2026)" in text
    assert f"{points(latest - 1.0, sign=False)} på 4 månader" in text
    assert target.assessment.so_far.start == target.known.months["2024-08"], (
        "the same month, so that season is no pace"
    )


def test_the_season_is_in_the_forecast_and_the_naive_one_is_last_year(
    state: month_forecast.MonthState,
) -> None:
    found = state.forecast
    assert found is not None
    assert found.same_month["2026-12"] == found.months.value["2025-12"], "as it is shown month by month"
    truth = big(35)["Andel vuxna biståndsmottagare", "Totalt"]
    assert found.paths.fan()["median"]["2026-12"] == pytest.approx(truth, abs=0.03)
    assert found.misses is not None
    assert found.misses[0] < found.misses[1]


def test_a_month_that_is_not_there_is_told_among_the_checks(run: RunContext) -> None:
    shares = wide(run.observations, "N31807")
    rows = run.observations
    whole_series, broken = (
        quality.checks(run, shown, shares)[-1] for shown in (rows, rows[rows["period"] != "2025-03"])
    )
    assert (whole_series.passed, whole_series.measured) == (True, "0 månader saknas")
    assert (broken.passed, broken.measured) == (False, "1 månad saknas: mars 2025")


def test_a_short_series_is_the_answer_too_and_says_what_is_assumed(
    copy: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_months(copy, tmp_path, 3, big, preliminary=0)
    run = open_in(copy, tmp_path / "ut", monkeypatch, as_of=AS_OF)
    target = light(run)
    state = month_forecast.open_months(run, target)
    assert target.last_month == "2024-03"
    assert "till stor del ett antagande" in target_text.method_text(run, target).text
    wide = target.bridged.paths.at("2026-12")
    assert np.quantile(wide, 0.9) / np.quantile(wide, 0.1) > 1.2
    assert state.months is None, "three months are no series to draw"


def test_without_the_share_adults_are_forecast_and_the_target_is_left_alone(
    copy: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_adults(step: int) -> Cells:
        return {key: value for key, value in big(step).items() if key[0] == "Antal vuxna"}

    add_months(copy, tmp_path, 30, only_adults)
    run = open_in(copy, tmp_path / "ut", monkeypatch, as_of=AS_OF)
    target = light(run)
    state = month_forecast.open_months(run, target)
    assert state.forecast is not None
    assert state.forecast.months.measure_id == "MANAD_VUXNA"
    assert (target.last_month, target.cross_check, state.forecast.of_target) == (None, None, False)
    assert "ingen sannolikhet för målet" in monthly_forecast.forecast_text(run, state).text
    assert "procent" not in monthly_forecast.month_forecast_table(run, state).text.split("80 procents")[0]


def test_the_catalogues_rule_says_which_source_counts_and_the_page_says_both(
    run: RunContext, target: target_answer.TargetState
) -> None:
    shares = month_series(run, "AMN_VUXNA")
    own = big(9)["Andel vuxna biståndsmottagare", "Totalt"]
    assert shares is not None
    assert shares.value["2024-10"] == own
    (item,) = two_sources(run, "AMN_VUXNA")
    assert (item.period, item.used, item.other) == ("2024-10", own, 1.25)
    text = target_text.probability_text(run, target).text
    assert "För oktober 2024 finns två uppgifter" in text
    assert "1,25\u00a0%" in text
    assert "augusti 2026, egna månadssiffror" in position.adult_sentence(run)


def test_the_annual_path_is_tied_to_the_decembers_of_a_monthly_series(run: RunContext) -> None:
    points = [point.period for point in measure_points(run, "AMN_VUXNA")]
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
