"""What is remembered is what was computed, bit for bit; a file that is not whole is noticed and made anew."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.effects.designs import DEFAULT
from analysis.effects.evaluate import Question, evaluate_plan
from analysis.effects.evidence import Panel
from analysis.runs.model import Target
from foundation.memory import FOLDER_VARIABLE, remember
from foundation.memory.codec import pack, unpack

FRAME = pd.DataFrame(
    {
        "kod": ["0380", None],
        "tal": [1.5, math.nan],
        "antal": [1, 2],
        "sant": [True, False],
        "blandat": [1, "a"],
    },
    index=pd.Index([2019, 2020], name="år"),
).astype({"blandat": object})
WIDE = pd.DataFrame(
    [[0.1, 0.2]], index=pd.Index(["0380"], name="kommun_kod"), columns=pd.Index([2019, 2020], name="year")
)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.dates()


@pytest.mark.parametrize("frame", [FRAME, WIDE, FRAME.reset_index(), FRAME.iloc[0:0], pd.DataFrame()])
def test_tables_come_back_as_they_were(frame: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(unpack(pack(frame)), frame, check_exact=True, check_column_type="exact")


def test_series_arrays_and_numbers_come_back_as_they_were() -> None:
    series = pd.Series([0.1, math.nan], index=["a", "b"], name="x")
    pd.testing.assert_series_equal(unpack(pack(series)), series, check_exact=True)
    for array in (np.array(0.1), np.arange(6).reshape(2, 3).T, np.array(["å"]), np.array([True])):
        back = unpack(pack(array))
        assert back.dtype == array.dtype
        np.testing.assert_array_equal(back, array)
    assert type(unpack(pack(np.float64(0.1)))) is np.float64


@given(
    st.recursive(
        PLAIN, lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner)
    )
)
def test_plain_values_come_back_as_they_were(value: object) -> None:
    back = unpack(pack(value))
    assert back == value
    assert type(back) is type(value)
    assert pack(back) == pack(value)


def test_dataclasses_and_models_of_the_project_come_back_and_others_are_refused() -> None:
    target = Target(namn="m", matt="N31807", niva=4.0, senast="2022", text="t", kalla="k", tolkning="t")
    for value in (Question("0380", 2019, 2020, (2020,)), DEFAULT, target, date(2020, 1, 2)):
        assert unpack(pack(value)) == value

    @dataclass(frozen=True)
    class Foreign:
        x: int

    for value in (Foreign(1), object(), np.array([object()]), FRAME.set_index(["kod", "tal"])):
        with pytest.raises(TypeError):
            pack(value)


def test_a_stored_file_can_name_no_class_outside_the_project() -> None:
    harmful = pack(DEFAULT).replace(b"analysis.effects.entry:Entry", b"subprocess__________:Popen")
    with pytest.raises(ValueError, match="not this project"):
        unpack(harmful)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    return tmp_path


def _counted(calls: list[int], value: object = 7.5) -> object:
    return remember("prov", ("nyckel", 1), ("foundation.swedish",), lambda: calls.append(1) or value)


def test_the_second_time_nothing_is_computed(store: Path) -> None:
    calls: list[int] = []
    assert [_counted(calls), _counted(calls)] == [7.5, 7.5]
    assert len(calls) == 1
    assert len(list(store.rglob("*.minne"))) == 1


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _flip(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.mark.parametrize(
    "harm", [_cut, _flip, lambda data: b"", lambda data: b"annat program\n\n", lambda data: data + b" "]
)
def test_a_file_that_is_not_whole_is_noticed_and_made_anew(store: Path, harm: object) -> None:
    calls: list[int] = []
    _counted(calls)
    (path,) = store.rglob("*.minne")
    good = path.read_bytes()
    path.write_bytes(harm(good))  # type: ignore[operator]
    assert _counted(calls) == 7.5
    assert len(calls) == 2
    assert path.read_bytes() == good


def test_a_result_under_another_results_name_is_not_believed(store: Path) -> None:
    calls: list[int] = []
    _counted(calls)
    (path,) = store.rglob("*.minne")
    other = remember("prov", ("annan",), ("foundation.swedish",), lambda: 1.0)
    second = next(item for item in store.rglob("*.minne") if item != path)
    path.write_bytes(second.read_bytes())
    assert other == 1.0
    assert _counted(calls) == 7.5


def test_an_evaluation_is_the_same_from_memory(store: Path) -> None:
    rng = np.random.default_rng(3)
    codes = [f"{1000 + place}" for place in range(60)]
    years = pd.Index(range(2012, 2024), name="year")
    shares = pd.DataFrame(
        4 + rng.normal(0, 1, (60, 1)) + rng.normal(0, 0.2, (60, 12)).cumsum(axis=1),
        index=codes,
        columns=years,
    ).clip(lower=0.2)
    question = Question("1005", 2019, 2020, (2020, 2021))
    first = evaluate_plan(Panel(shares), question)
    assert list(store.rglob("effekt/*.minne"))
    again = evaluate_plan(Panel(shares), question)
    assert pack(again) == pack(first)
    shares.loc["1030", 2015] += 0.01
    assert pack(evaluate_plan(Panel(shares), question)) != pack(first)
