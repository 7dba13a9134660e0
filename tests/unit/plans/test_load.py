"""A plan file that is wrong says where and how; a new municipality is one file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from analysis.plans.identification import ledger
from analysis.plans.indicators import follow_ups
from analysis.plans.load import TEMPLATE, Register, load_plan, load_register
from analysis.plans.model import Plan
from analysis.plans.status import board
from foundation.errors import BistandError

Loader = Callable[[dict[str, Any]], Plan]


def test_another_municipalitys_plan_loads_without_code(made_up: dict[str, Any], load: Loader) -> None:
    plan = load(made_up)
    assert plan.municipality == "0140"
    assert board(plan, date(2031, 3, 1)).counts() == {"pågår": 1, "okänd": 1}
    assert [item.main.change for item in follow_ups(plan, date(2031, 3, 1))] == [2.0]
    assert len(ledger(plan, date(2031, 3, 1))) == 2


def test_the_template_is_a_correct_plan_but_is_not_loaded(plans_folder: Path) -> None:
    plan = load_plan(plans_folder / TEMPLATE)
    assert plan.measure("1").evidence.dose_observed
    assert plan.id not in load_register(plans_folder).plans


def test_plans_cannot_be_changed(made_up: dict[str, Any], load: Loader) -> None:
    with pytest.raises(ValidationError):
        load(made_up).measures[0].text = "annat"  # type: ignore[misc]


def _set(data: dict[str, Any], path: str, value: object) -> None:
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    target: Any = data
    for step in steps:
        target = target[step]
    target[last] = value


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("atgarder.0.statusar.0.status", "klart", ["åtgärd 1", "status", "klart", "färdig", "rad "]),
        ("atgarder.0.statusar.0.dok", "borta", ["åtgärd 1", "statusar.dok", "borta", "plan, uppf"]),
        ("atgarder.0.statusar.0.dok", "plan", ["åtgärd 1", "vilken period"]),
        ("atgarder.0.indikatorer", ["okänd"], ["åtgärd 1", "indikatorn ”okänd”", "jobb"]),
        ("atgarder.1.nummer", 1, ["åtgärd 1", "nummer", "används redan av post 1"]),
        ("atgarder.1.omrade", "Z", ["åtgärd 2", "området ”Z”"]),
        ("atgarder.1.uppdrag", "9", ["åtgärd 2", "uppdraget ”9”", "inga alls"]),
        ("atgarder.1.kalla", {"dok": "x", "plats": "s. 1"}, ["åtgärd 2", "kalla.dok", "dokumentet ”x”"]),
        ("atgarder.1.ar", {"fran": 2029, "till": 2030}, ["åtgärd 2", "ar.fran", "före planens beslut"]),
        ("atgarder.1.ar", {"fran": 2031, "till": 2030}, ["åtgärd 2", "ar.till", "före det första"]),
        ("atgarder.1.ar", {"fran": 99, "till": 2030}, ["åtgärd 2", "inte ett tal som går att använda"]),
        ("atgarder.0.underlag.start", "2029-12", ["åtgärd 1", "underlag.start", "före planens beslut"]),
        ("atgarder.0.underlag.start", "våren", ["åtgärd 1", "”våren” är ingen period"]),
        ("atgarder.0.underlag.start", "2031/2030", ["åtgärd 1", "slutar innan den börjar"]),
        ("atgarder.0.underlag.mekanism", ["magi"], ["åtgärd 1", "magi", "utflöde"]),
        ("atgarder.0.underlag.dos_matt", True, ["åtgärd 1", "underlag.dos_matt", "inget sådant fält"]),
        ("atgarder.0.text", None, ["åtgärd 1", "text", "inte en text"]),
        ("dokument.1.avser", "2029-06", ["åtgärd 1", "statusen är från 2029-06-30, före planens beslut"]),
        ("dokument.1.avser", "2032-12", ["dokument uppf", "avser", "senare period"]),
        ("dokument.1.id", "plan", ["dokument plan", "används redan"]),
        ("dokument.1.datum", "i våras", ["dokument uppf", "datum", "inget datum", "ÅÅÅÅ-MM-DD"]),
        ("indikatorer.0.atgarder", [7], ["indikator jobb", "åtgärden ”7”"]),
        ("indikatorer.0.omrade", "Z", ["indikator jobb", "området ”Z”"]),
        ("indikatorer.0.varden.1.period", 2029, ["indikator jobb", "2029 står redan"]),
        ("indikatorer.0.varden.1.period", 2032, ["indikator jobb", "värdet avser 2032"]),
        ("indikatorer.0.varden.1", {"period": 2030}, ["indikator jobb", "har inget värde"]),
        ("indikatorer.0.varden.1.tolkad", True, ["indikator jobb", "hur det är tolkat"]),
        ("indikatorer.0.varden.1.T", float("nan"), ["indikator jobb", "inte ett tal"]),
        ("indikatorer.0.mal", "bättre", ["indikator jobb", "mal", "öka"]),
        ("kommun", "Småby", ["kommun", "inte en text på rätt form"]),
        ("ar", {"fran": 2031, "till": 2030}, ["ar.till", "Planens sista år"]),
        ("atgarder", [], ["atgarder", "listan är tom"]),
        ("atgarder", "inga", ["atgarder", "lista"]),
        (
            "mal",
            [
                {
                    "id": "m",
                    "text": "x",
                    "villkor": "högst",
                    "enhet": "%",
                    "senast": 2031,
                    "indikator": "nej",
                    "kalla": {"dok": "plan", "plats": "s. 1"},
                }
            ],
            ["mål m", "indikatorn ”nej”"],
        ),
        (
            "motsagelser",
            [
                {
                    "id": "m1",
                    "slag": "antal",
                    "vad": "x",
                    "var": [{"dok": "plan", "plats": "s. 1"}],
                    "hanterat": "y",
                    "atgarder": [9],
                }
            ],
            ["motsägelse m1", "åtgärden ”9”"],
        ),
        (
            "uppgivna_antal",
            [
                {
                    "id": "u",
                    "vad": "x",
                    "grund": "atgarder",
                    "kalla": {"dok": "plan", "plats": "s. 1"},
                    "antal": {"alla": 2},
                    "forklaras_av": "m9",
                }
            ],
            ["uppgivet antal u", "motsägelsen ”m9”"],
        ),
        (
            "uppdrag",
            [{"id": "1", "titel": "x", "omrade": "Z", "kalla": {"dok": "plan", "plats": "s. 1"}}],
            ["uppdrag 1", "området ”Z”"],
        ),
    ],
)
def test_errors_name_file_measure_and_field(
    made_up: dict[str, Any], load: Loader, path: str, value: object, words: list[str]
) -> None:
    _set(made_up, path, value)
    with pytest.raises(BistandError) as caught:
        load(made_up)
    message = str(caught.value)
    assert "plan.yml" in message
    for word in words:
        assert word in message


def test_two_statuses_from_one_follow_up(made_up: dict[str, Any], load: Loader) -> None:
    statuses = made_up["atgarder"][0]["statusar"]
    statuses.append({**statuses[0], "status": "färdig"})
    with pytest.raises(BistandError, match="redan en status från ”uppf”"):
        load(made_up)


def test_a_missing_field_is_named(made_up: dict[str, Any], load: Loader) -> None:
    del made_up["atgarder"][1]["underlag"]["malgrupp"]
    with pytest.raises(BistandError, match=r"åtgärd 2, fältet ”underlag\.malgrupp”: fältet saknas"):
        load(made_up)


def test_the_error_points_at_the_line(tmp_path: Path, made_up: dict[str, Any]) -> None:
    made_up["atgarder"][1]["omrade"] = "Z"
    text = yaml.safe_dump(made_up, allow_unicode=True, sort_keys=False)
    path = tmp_path / "plan.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BistandError) as caught:
        load_plan(path)
    assert caught.value.row == 1 + next(i for i, line in enumerate(text.splitlines()) if "omrade: Z" in line)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id: [oavslutad", ["går inte att läsa som YAML", "rad "]),
        ("id: a\nid: b\n", ["nyckeln ”id” står två gånger", "rad 2"]),
        ("- bara\n- en lista\n", ["ingen plan", "MALL.yml"]),
        ("", ["ingen plan"]),
    ],
)
def test_files_that_are_not_plans(tmp_path: Path, text: str, words: list[str]) -> None:
    path = tmp_path / "trasig.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BistandError) as caught:
        load_plan(path)
    for word in ["trasig.yml", *words]:
        assert word in str(caught.value)


def test_a_file_in_the_wrong_encoding(tmp_path: Path) -> None:
    path = tmp_path / "latin.yml"
    path.write_bytes("titel: åäö".encode("latin-1"))
    with pytest.raises(BistandError, match="UTF-8"):
        load_plan(path)


def test_a_comma_inside_braces_gets_its_own_advice(tmp_path: Path, made_up: dict[str, Any]) -> None:
    text = yaml.safe_dump(made_up, allow_unicode=True, sort_keys=False)
    path = tmp_path / "plan.yml"
    path.write_text(text.replace("plats: s. 1", "plats: s. 1\n    rad 2:", 1), encoding="utf-8")
    with pytest.raises(BistandError, match="komma inom"):
        load_plan(path)


def _register_of(folder: Path, *plans: dict[str, Any]) -> None:
    for plan in plans:
        text = yaml.safe_dump(plan, allow_unicode=True, sort_keys=False)
        (folder / f"{plan['id']}-{len(list(folder.iterdir()))}.yml").write_text(text, encoding="utf-8")


def _link(reference: str) -> list[dict[str, Any]]:
    kalla = {"dok": "plan", "plats": "s. 9"}
    return [{"fran": [reference], "till": ["smaby-2030/1"], "andring": "omformulerad", "kalla": kalla}]


@pytest.mark.parametrize("reference", ["smaby-2030/77", "storby-2030/1", "skräp"])
def test_lineage_pointing_nowhere(tmp_path: Path, made_up: dict[str, Any], reference: str) -> None:
    _register_of(tmp_path, {**made_up, "harkomst": _link(reference)})
    with pytest.raises(BistandError) as caught:
        load_register(tmp_path)
    assert f"härkomsten pekar på ”{reference}”" in str(caught.value)
    assert "härkomst post 1" in str(caught.value)
    assert caught.value.row is not None


def test_lineage_between_files(tmp_path: Path, made_up: dict[str, Any]) -> None:
    _register_of(tmp_path, {**made_up, "id": "smaby-2029"}, {**made_up, "harkomst": _link("smaby-2029/2")})
    assert sorted(load_register(tmp_path).plans) == ["smaby-2029", "smaby-2030"]


def test_two_files_with_one_id(tmp_path: Path, made_up: dict[str, Any]) -> None:
    _register_of(tmp_path, made_up, made_up)
    with pytest.raises(BistandError, match="används redan av"):
        load_register(tmp_path)


def test_an_unknown_plan_lists_those_there_are(register: Register) -> None:
    with pytest.raises(BistandError, match="uppsala-26p"):
        register.plan("uppsala-99")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(
        [
            "id",
            "kommun",
            "beslutad",
            "ar",
            "dokument",
            "atgarder",
            "atgarder.0",
            "atgarder.0.underlag",
            "atgarder.0.statusar",
            "indikatorer.0.varden",
            "indikatorer.0.enhet",
            "omraden",
            "pass",
        ]
    ),
    junk=st.one_of(
        st.none(),
        st.integers(),
        st.text(max_size=8),
        st.lists(st.integers(), max_size=2),
        st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
    ),
)
def test_no_junk_gives_anything_but_a_plan_or_a_told_error(
    made_up: dict[str, Any], load: Loader, path: str, junk: object
) -> None:
    data = {**made_up, **{key: yaml.safe_load(yaml.safe_dump(made_up[key])) for key in made_up}}
    _set(data, path, junk)
    assert _outcome(load, data) in ("plan", "told error")


def _outcome(load: Loader, data: dict[str, Any]) -> str:
    try:
        load(data)
    except BistandError as error:
        return "told error" if "plan.yml" in str(error) else "error that does not name the file"
    return "plan"
