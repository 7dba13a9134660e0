"""A locked declaration cannot be changed unseen, and does what it says when the outcome comes."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import ROOT

from analysis.answers.declaration import (
    KnownPanel,
    declared_dose,
    declared_placebo,
    expected_futures,
    furthest_from_lock,
    known_panel,
    lock_state,
)
from analysis.declarations import judge as judging
from analysis.declarations import model
from analysis.declarations.design import detectable_slope
from analysis.declarations.judge import judge
from analysis.declarations.model import Declaration, Lock, load_declaration, load_declarations, newest
from analysis.effects.estimate import CLEAR
from analysis.forecasts.log import read_log
from analysis.forecasts.panel_model import PanelSettings
from analysis.panel.build import build_panel
from analysis.paths import Project
from analysis.pipeline.declare import carry_out, draft, lock
from foundation.errors import BistandError

FILE = ROOT / "reports" / "deklarationer" / "aktivitetskrav-2026.yml"


@pytest.fixture(scope="module")
def declared() -> Declaration:
    return load_declaration(FILE)


@pytest.fixture
def project(copy: Project) -> Project:
    """A checkout with the declaration unlocked and few draws."""
    folder = copy.reports / model.FOLDER
    folder.mkdir()
    text = FILE.read_text(encoding="utf-8").split("\nlas:")[0].replace("dragningar: 4000", "dragningar: 500")
    (folder / FILE.name).write_text(text + "\n", encoding="utf-8")
    build_panel(copy)
    return copy


def locked(declaration: Declaration) -> Declaration:
    return declaration.model_copy(
        update={"las": Lock(datum=date(2026, 11, 26), sha256=declaration.fingerprint)}
    )


@pytest.mark.parametrize(
    "change",
    [
        {"matt": "N02280"},
        {"dragningar": 2000},
        {"kant_senast": date(2026, 11, 1)},
        {"placebo": (2018, 2024)},
        {"kontrafaktisk": "något annat"},
    ],
)
def test_any_change_after_the_lock_is_seen(declared: Declaration, change: dict[str, object]) -> None:
    sealed = locked(declared)
    assert sealed.state == "låst"
    assert sealed.model_copy(update=change).state == "ändrad efter låsning"


def test_a_changed_rule_is_seen(declared: Declaration) -> None:
    softer = declared.regel.model_copy(update={"niva": 0.2})
    assert locked(declared).model_copy(update={"regel": softer}).state == "ändrad efter låsning"


def test_a_changed_setting_of_the_model_in_the_code_is_seen(
    declared: Declaration, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = locked(declared)
    with monkeypatch.context() as changed:
        changed.setattr(judging, "PanelSettings", lambda: dataclasses.replace(PanelSettings(), window=5))
        assert sealed.state == "ändrad efter låsning"
    for name, value in (("SEED", 1), ("FIRST_ORIGIN", 4), ("KNOWN_SHARE", 0.5), ("LEAST_YEARS", 3)):
        with monkeypatch.context() as changed:
            changed.setattr(judging, name, value)
            assert sealed.state == "ändrad efter låsning", name
    assert sealed.state == "låst"


def test_the_committed_declaration_stands_as_it_was_locked(declared: Declaration) -> None:
    assert declared.state != "ändrad efter låsning"


def test_locking_writes_the_forecasts_and_nothing_else_twice(project: Project) -> None:
    done = lock(project, "aktivitetskrav-2026", date(2026, 11, 26))
    log = read_log(project.forecast_log)
    assert done.rows == len(log)
    assert set(log["target_end_date"]) == {"2026-12-31", "2027-12-31"}
    assert log["municipality"].nunique() > 285
    sealed = newest(load_declarations(project.reports), "aktivitetskrav-2026")
    assert sealed.state == "låst"
    panel = known_panel(project, sealed)
    again = furthest_from_lock(project, sealed, expected_futures(sealed, panel))
    assert lock_state(sealed, again) == "låst"
    moved = dataclasses.replace(panel, known=panel.known.mul(1.01))
    told = furthest_from_lock(project, sealed, expected_futures(sealed, moved))
    assert (
        lock_state(sealed, told) == "ändrad efter låsning"
    )  # the file is as it was, its counterfactual is not
    with pytest.raises(BistandError, match="låstes 26 november 2026"):
        lock(project, "aktivitetskrav-2026", date(2026, 12, 1))
    assert len(read_log(project.forecast_log)) == done.rows


def test_an_outcome_that_is_known_cannot_be_declared(project: Project) -> None:
    path = project.reports / model.FOLDER / FILE.name
    path.write_text(path.read_text(encoding="utf-8").replace("- ar: 2026", "- ar: 2025"), encoding="utf-8")
    with pytest.raises(BistandError, match="utfallet för 2025 är redan känt"):
        lock(project, "aktivitetskrav-2026", date(2026, 11, 26))
    assert "las:" not in path.read_text(encoding="utf-8")


def test_until_the_outcome_comes_it_says_when(project: Project) -> None:
    said = carry_out(project, "aktivitetskrav-2026")
    assert "2026: utfallet saknas och kommer i juni 2027." in said
    assert "2027: utfallet saknas och kommer i juni 2028." in said


def test_when_the_outcome_comes_it_is_judged_as_declared(project: Project) -> None:
    """A halved country in 2027 is a clear answer; the forecast does not see it coming."""
    declaration = newest(load_declarations(project.reports), "aktivitetskrav-2026")
    panel = known_panel(project, declaration)
    assert panel.known.columns[-1] == 2025
    expected = expected_futures(declaration, panel)
    today = panel.today.assign(**{}).copy()
    today[2026], today[2027] = today[2025], 0.4 * today[2025]
    come = KnownPanel(panel.known, today, panel.sizes)
    placebo = declared_placebo(declaration, come, expected)
    judged, waiting = judge(declaration, expected, come.today, declared_dose(declaration, come), placebo)
    assert waiting == ()
    assert judged[-1].outcome.ar == 2027
    assert judged[-1].verdict == CLEAR
    assert judged[0].verdict != CLEAR


def test_a_plan_gets_a_declaration_that_loads_and_is_judged_by_its_own_municipality(project: Project) -> None:
    path = draft(project, "uppsala-1000", date(2026, 11, 26))
    declaration = load_declaration(path)
    assert declaration.kommun == "0380"
    assert [item.ar for item in declaration.utfall] == [2026]
    with pytest.raises(BistandError, match="redan en deklaration"):
        draft(project, "uppsala-1000", date(2026, 11, 26))
    with pytest.raises(BistandError, match="utfallen är kända"):
        draft(project, "uppsala-26p", date(2026, 11, 26))
    panel = known_panel(project, declaration)
    expected = expected_futures(declaration, panel)
    today = panel.today.copy()
    today[2026] = (
        np.median(expected.draws[:, :, 0], axis=1)[[expected.codes.index(code) for code in today.index]]
        if set(today.index) <= set(expected.codes)
        else today[2025]
    )
    today.loc["0380", 2026] *= 0.5
    placebo = declared_placebo(declaration, panel, expected)
    judged, _ = judge(declaration, expected, today, declared_dose(declaration, panel), placebo)
    assert judged[0].own is not None
    assert judged[0].own < 0.01
    assert judged[0].verdict == CLEAR


def test_a_new_version_says_what_it_replaces_and_why(project: Project) -> None:
    path = project.reports / model.FOLDER / "aktivitetskrav-2026-v2.yml"
    text = (project.reports / model.FOLDER / FILE.name).read_text(encoding="utf-8")
    path.write_text(text.replace("version: 1", "version: 2"), encoding="utf-8")
    with pytest.raises(BistandError, match="vilken den ersätter"):
        load_declarations(project.reports)
    path.write_text(
        text.replace("version: 1", "version: 2\nersatter: 1\nskal: Bättre dos."), encoding="utf-8"
    )
    assert newest(load_declarations(project.reports), "aktivitetskrav-2026").version == 2


def test_an_unknown_field_is_named(tmp_path: Path) -> None:
    path = tmp_path / "d.yml"
    path.write_text(FILE.read_text(encoding="utf-8") + "\nhittepa: 1\n", encoding="utf-8")
    with pytest.raises(BistandError, match="hittepa"):
        load_declaration(path)


def test_the_dose_test_rejects_as_often_as_declared_and_more_with_a_larger_effect() -> None:
    reference = np.random.default_rng(8).normal(-0.01, 0.02, size=9)
    shares = judging.simulated_rejections(reference, level=0.05, effects=(0.0, -0.04, -0.10))
    assert shares[0.0] == pytest.approx(0.05, abs=0.005)
    assert shares[0.0] < shares[-0.04] < shares[-0.10]
    visible = detectable_slope(reference, 0.05)
    assert judging.simulated_rejections(reference, level=0.05, effects=(-visible,))[
        -visible
    ] == pytest.approx(0.8, abs=0.05)
    assert np.isnan(judging.simulated_rejections(reference[:3], level=0.05, effects=(0.0,))[0.0])
