from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.micro.export import write_folder
from analysis.micro.generator import Microdata, generate, generate_with_starters, named, true_effect
from analysis.micro.history import History, build_history
from analysis.micro.municipality import MEASURES, Municipality
from analysis.micro.vocabulary import BACKGROUND

from .conftest import town


def test_the_same_seed_gives_the_same_municipality(data: Microdata) -> None:
    again, other = generate(town(), 11), generate(town(), 12)
    pd.testing.assert_frame_equal(again.spells, data.spells)
    pd.testing.assert_frame_equal(again.measures, data.measures)
    assert len(other.spells) != len(data.spells)


def test_it_says_that_it_is_synthetic(data: Microdata, tmp_path: Path) -> None:
    assert data.status == "synthetic"
    assert data.name == "Syntetkommun"
    write_folder(data, tmp_path)
    assert "yntetisk" in (tmp_path / "uttag.yml").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="synthetic"):
        write_folder(
            Microdata(data.spells, data.measures, data.background, data.window, "observed", "X"), tmp_path
        )


def test_every_table_is_consistent(data: Microdata, history: History) -> None:
    assert (data.spells["end"] >= data.spells["start"]).all()
    assert not data.background.duplicated(["person", "start"]).any()
    assert (data.background["earlier_months"] >= 0).all()
    for name, levels in BACKGROUND.items():
        assert data.background[name].between(0, len(levels) - 1).all()
    assert history.measures == tuple(m.name for m in MEASURES)
    # Nobody starts a measure while another one started earlier is running.
    for j in range(len(history.measures)):
        others = [i for i in range(len(history.measures)) if i != j]
        assert not (history.start[j] & history.running[others].any(axis=0)).any()


@pytest.mark.slow
def test_levels_are_those_of_the_calibration() -> None:
    full = generate(Municipality(), 3)
    history = build_history(full.spells, full.measures, full.background, full.window)
    residents = Municipality().residents
    monthly = history.on.sum(axis=0).mean() / residents * 100
    annual = np.mean([history.on[:, 12 * y : 12 * y + 12].any(axis=1).sum() for y in range(5)])
    with_children = annual * (1 + Municipality().children_per_adult) / residents * 100
    assert monthly == pytest.approx(1.25, abs=0.08)
    assert with_children == pytest.approx(2.82, abs=0.2)
    hazard = [(history.exit[history.on & (history.duration == d)] > 0).mean() for d in (0, 6, 30)]
    assert hazard[0] > hazard[1] > hazard[2]


def test_truth_has_the_signs_that_were_put_in() -> None:
    place = town(inflow=60.0)
    _, starters = generate_with_starters(place, 4)
    truth = [true_effect(place, s, 24, 6, 9) for s in starters]
    work, course, language, study = truth
    assert work.gain(12) > 0.08
    assert abs(course.gain(12)) < 0.02
    assert language.gain(6) < -0.03 < 0.02 < language.gain(24)
    assert study.gain(12) > 0.06
    assert work.avoided(24) > 1
    # Everyone is present in the month of the start, whatever happens next.
    assert work.on_start[0] == work.on_not[0] == 1.0


def test_a_municipalitys_files_name_the_measures_as_people_do(data: Microdata) -> None:
    shown = named(data, town()).measures
    assert set(shown["measure"]) == {measure.title for measure in town().measures}
    assert (shown["person"] == data.measures["person"]).all()
