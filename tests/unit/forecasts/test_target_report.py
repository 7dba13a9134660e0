"""The target page's pieces agree with the state they are read off, and with what was known on the day."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.answers import forecast_rows
from analysis.answers import hindcast as hindcast_answer
from analysis.answers import readings as reading_answer
from analysis.answers import scenarios as scenario_answer
from analysis.answers import target as target_pages
from analysis.answers.effect import evaluate_run
from analysis.answers.needed import needed
from analysis.forecasts.log import read_log, validate
from analysis.pages.target import figures as target_figures
from analysis.pages.target import hindcast as target_hindcast
from analysis.pages.target import readings as target_readings
from analysis.pages.target import scenarios as target_scenarios
from analysis.pages.target import tables as target_tables
from analysis.pages.target import takes as target_takes
from analysis.pages.target import text as target_text
from analysis.pages.target import track as target_track
from analysis.panel import build_panel
from analysis.runs import RunContext, load_runs, open_run
from analysis.runs.context import OUTPUT_VARIABLE
from foundation.swedish import probability


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("korning")


@pytest.fixture(scope="module")
def opened(checkout, output: Path):
    """Open listed runs with a light backtest; each state is made once."""
    if not checkout.observations.exists():
        build_panel(checkout)
    runs = load_runs(checkout)
    made: dict[str, tuple[RunContext, target_pages.TargetState]] = {}

    def get(run_id: str) -> tuple[RunContext, target_pages.TargetState]:
        if run_id not in made:
            with pytest.MonkeyPatch.context() as patch:
                patch.chdir(checkout.root)
                patch.setenv(OUTPUT_VARIABLE, str(output / run_id))
                patch.setattr(target_pages, "BACKTEST_DRAWS", 60)
                context = open_run(**runs.get(run_id).parameters())
                made[run_id] = context, target_pages.open_target(context)
        return made[run_id]

    return get


def test_the_four_per_cent_target_as_known_in_december_2020(opened) -> None:
    _, state = opened("uppsala-26p-2020-12")

    assert state.last_year == 2019
    assert int(state.levels.columns[-1]) == 2019
    assert state.outcome is None
    assert state.assessment.probability == state.forecasts.annual.probability_at_most(4.0, "2022")
    assert 0.2 < state.assessment.probability < 0.4
    assert state.forecasts.stated == {}
    assert state.backtest.scores["origin"].max() == 2018


def test_a_documents_approximate_value_is_used_and_shown_as_such(opened) -> None:
    context, state = opened("uppsala-26p-2022-03")

    assert state.last_year == 2020
    assert state.forecasts.stated == {"2021": 4.3}
    assert np.median(state.forecasts.annual.at("2021")) == pytest.approx(4.3, abs=0.03)
    without = state.forecasts.published.probability_at_most(4.0, "2022")
    assert state.assessment.probability > without
    text = target_text.probability_text(context, state).text
    assert "cirka 4,3" in text
    assert probability(without) in text


@pytest.mark.slow
def test_hindcasts_are_scored_against_the_outcome_and_beside_the_judgements(opened) -> None:
    context, state = opened("uppsala-26p-2022")

    assert state.outcome == pytest.approx(3.683406)
    assert state.assessment is None
    made = hindcast_answer.hindcasts(context)
    assert [item.last_year for item in made] == [2019, 2020]
    chances = [item.paths.probability_at_most(4.0, "2022") for item in made]
    naive = [item.naive.probability_at_most(4.0, "2022") for item in made]
    assert min(chances) > max(naive)
    said = hindcast_answer.judgements(context)
    assert [item.direction for item in said] == ["målet nås inte", "målet nås"]
    page = target_hindcast.hindcast_table(context, state).text
    assert "3,68" in page
    assert page.count("<td>nej</td>") == 1
    assert page.count("<td>ja</td>") == 1
    assert "30\u00a0%" in target_hindcast.hindcast_sentence(context, state)


def test_a_run_sees_no_judgement_from_its_future(opened) -> None:
    context, _ = opened("uppsala-26p-2020-12")

    assert [str(item.known) for item in hindcast_answer.judgements(context)] == ["2021-01-28"]


@pytest.mark.slow
def test_the_one_per_cent_target_goes_through_the_bridge(opened) -> None:
    context, state = opened("uppsala-1000-2024-10")

    assert state.bridged is not None
    assert state.bridged.observed_ratios["2022"] == pytest.approx(1.53 / 3.683406)
    assert state.assessment.latest == ("2024-10", 1.25)
    read = {item.name: item for item in reading_answer.readings(context, state)}
    (chosen,) = (item for item in read.values() if item.chosen)
    assert chosen.probability == state.assessment.probability
    assert chosen.label.endswith("(vald läsning)")
    assert read["Invånare någon gång under 2026"].probability < 0.01


@pytest.mark.slow
def test_before_any_value_of_the_measure_the_page_says_so(opened) -> None:
    context, state = opened("uppsala-1000-2023-09")

    assert state.assessment.latest is None
    assert "antagande" in target_text.target_conclusion(context, state).text
    low, high = np.quantile(state.bridged.paths.at("2026-12"), [0.1, 0.9])
    assert high / low > 2


@pytest.mark.slow
def test_a_plan_without_a_target_shows_a_forecast_and_says_so(opened) -> None:
    context, state = opened("lund-2021-12")

    assert state.assessment is None
    assert target_text.NO_TARGET in target_text.target_conclusion(context, state).text
    assert "2023" in target_tables.forecast_table(context, state).text


def test_scenarios_move_the_forecast_the_right_way(opened) -> None:
    context, state = opened("uppsala-26p-2020-12")
    made = scenario_answer.scenarios(context, state)

    higher, lower = (
        np.median(made.paths[f"arbetslösheten 1 procentenhet {word}"].at("2022"))
        for word in ("högre", "lägre")
    )
    assert lower < np.median(made.paths["prognosen"].at("2022")) < higher


@pytest.mark.slow
def test_the_plan_effect_is_the_answer_itself_whatever_file_lies_in_the_output(opened) -> None:
    context, state = opened("uppsala-26p-2022")
    expected = evaluate_run(context).result.effect
    context.publish("effekt", {"effekt": -9.0, "lag": -9.5, "hog": -8.5, "bedomning": "påhittad"})
    try:
        made = scenario_answer.scenarios(context, state)
    finally:
        (context.output / "results" / "effekt.json").unlink()

    assert made.effect is not None
    assert (made.effect.estimate, made.effect.low, made.effect.high) == (
        expected.estimate,
        expected.low,
        expected.high,
    )
    without, base = made.paths["utan planens skattade effekt"], made.paths["prognosen"]
    shift = np.median(without.at(made.period) - base.at(made.period))
    assert shift == pytest.approx(-expected.estimate, abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("run_id", ["uppsala-26p-2020-12", "uppsala-1000-2024-10", "lund-2021-12"])
def test_every_piece_of_the_page_is_written(opened, run_id: str) -> None:
    context, state = opened(run_id)
    made = scenario_answer.scenarios(context, state)
    pieces = [
        target_text.target_conclusion(context, state),
        target_text.target_cards(context, state),
        target_tables.accuracy_text(context, state),
        target_tables.trial_text(context, state),
        target_track.calibration_figure(context, state),
        target_tables.accuracy_table(context, state),
        target_figures.fan_figure(context, state),
        target_figures.annual_figure(context, state),
        target_tables.forecast_table(context, state),
        target_text.probability_text(context, state),
        target_figures.passage_figure(context, state),
        target_readings.readings_table(context, state),
        target_text.pace_text(context, state),
        target_figures.pace_figure(context, state),
        target_tables.fastest_table(context, state),
        target_tables.people_table(context, state),
        target_scenarios.scenario_text(context, state, made),
        target_scenarios.scenario_figure(context, state, made),
        target_tables.requirement_table(context, state),
        target_takes.takes_text(context, state),
        target_takes.takes_table(context, state),
        target_hindcast.hindcast_table(context, state),
        target_text.method_text(context, state),
    ]
    text = "\n".join(piece.text for piece in pieces)

    assert "nan" not in text.lower().replace("finans", "").replace("annan", "").replace("innan", "")
    assert "None" not in text
    for name in ("prognos", "scenarier", "kalibrering"):
        assert (context.output / "figurer" / f"{name}.svg").exists()
        assert (context.output / "data" / f"{name}.csv").exists()


@pytest.mark.slow
@pytest.mark.parametrize("run_id", ["uppsala-26p-2022-03", "uppsala-1000-2024-10", "lund-2021-12"])
def test_log_rows_are_valid_and_carry_the_naive_baseline(opened, run_id: str, tmp_path: Path) -> None:
    context, state = opened(run_id)
    rows = forecast_rows.run_rows(context, state)

    validate(rows)
    assert {"panel", "naiv"} <= set(rows["model"])
    assert set(rows["data_as_of"]) == {context.run.kant_senast.isoformat()}
    forecast_rows.store_rows(context, state)
    log = tmp_path / "logg.csv"
    first = forecast_rows.append_runs(log, [context.output])
    second = forecast_rows.append_runs(log, [context.output, tmp_path / "saknas"])
    assert first.added == len(rows)
    assert second.added == 0
    assert len(read_log(log)) == len(rows)


@pytest.mark.slow
def test_facts_are_what_the_start_page_needs(opened) -> None:
    context, state = opened("uppsala-1000-2024-10")
    facts = target_pages.target_facts(context, state)

    context.publish("mal", facts)
    assert facts["probability"] == state.assessment.probability
    assert facts["target_low80"] < facts["target_median"] < facts["target_high80"]


@pytest.mark.parametrize("run_id", ["uppsala-26p-2020-12", "uppsala-1000-2024-10"])
def test_what_it_would_take_starts_at_the_forecast_and_ends_beyond_80_per_cent(opened, run_id: str) -> None:
    context, state = opened(run_id)
    made = needed(context, state)
    found = state.assessment
    assert made is not None
    assert found is not None
    first, last = made.steps[0], made.steps[-1]
    assert (first.per_month, first.probability) == (0, pytest.approx(found.probability))
    assert last.probability >= 0.8
    chances = [step.probability for step in made.steps]
    assert chances == sorted(chances)
    assert all(step.persons == step.per_month * made.months for step in made.steps)
    assert made.months == {"uppsala-26p-2020-12": 23, "uppsala-1000-2024-10": 24}[run_id]
    persons = -found.gap80 / 100 * made.base
    assert made.steps[-1].persons >= persons
    # the same change of the level, counted the other way
    assert first.level - last.level == pytest.approx(100 * last.persons / made.base, abs=1e-9)


def test_a_target_whose_time_is_out_takes_nothing_more(opened) -> None:
    context, state = opened("uppsala-26p-2022")
    assert needed(context, state) is None
    assert target_takes.takes_table(context, state).text.strip() == ""
