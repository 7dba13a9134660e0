from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.micro.history import Window, build_history, join_spells
from analysis.micro.rates import count_rates
from analysis.micro.vocabulary import BACKGROUND

WINDOW = Window(24240, 24251)  # twelve months


def background_of(spells: pd.DataFrame) -> pd.DataFrame:
    frame = spells[["person", "start"]].copy()
    return frame.assign(**dict.fromkeys(BACKGROUND, 0), earlier_months=0)


def no_measures() -> pd.DataFrame:
    return pd.DataFrame({"person": [], "measure": [], "start": [], "end": [], "planned": []}).astype(
        {"person": int, "measure": str, "start": int, "end": int, "planned": int}
    )


def spell_table(rows: list[tuple[int, int, int, int]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["person", "start", "end", "cause"])


def test_a_break_of_one_month_is_no_exit_but_two_months_are() -> None:
    joined = join_spells(spell_table([(0, 10, 12, 3), (0, 14, 15, 1), (0, 18, 20, 2)]))
    assert joined[["start", "end", "cause"]].to_numpy().tolist() == [[10, 15, 1], [18, 20, 2]]


def test_months_durations_and_exits() -> None:
    first = WINDOW.first
    spells = spell_table([(7, first - 3, first + 1, 1), (7, first + 6, first + 11, 0), (9, first, first, 2)])
    history = build_history(spells, no_measures(), background_of(spells), WINDOW)
    assert history.on[0].astype(int).tolist() == [1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]
    assert history.duration[0, :2].tolist() == [3, 4]
    assert history.exit[0].tolist() == [0, 1] + [0] * 10
    assert history.exit[1, 0] == 2
    assert history.last[0, 6] == 11
    # The second spell began in month 6; months 5 .. 2 before it were free, month 1 was not.
    second = history.spell[0, 6]
    assert history.before[second].astype(int).tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0]


def test_an_exit_in_the_last_month_counts_and_a_later_one_does_not() -> None:
    last = WINDOW.last
    spells = spell_table([(0, last - 2, last, 1), (1, last - 2, last, 0), (2, last - 2, last + 1, 1)])
    history = build_history(spells, no_measures(), background_of(spells), WINDOW)
    assert history.exit[:, -1].tolist() == [1, 0, 0]


def test_the_chance_of_returning_is_counted_among_those_still_away() -> None:
    """Four leave in the second month: one is back after two months, one after five, two never; a fifth is new."""
    first = WINDOW.first
    gone = [(person, first, first + 1, 1) for person in range(4)]
    back = [(0, first + 4, first + 11, 0), (1, first + 7, first + 11, 0), (4, first + 3, first + 11, 0)]
    spells = spell_table([*gone, *back])
    rates = count_rates(build_history(spells, no_measures(), background_of(spells), WINDOW))
    assert rates.back[:6].tolist() == pytest.approx([0, 1 / 4, 0, 0, 1 / 3, 0])
    assert not rates.back[6:].any()
    assert rates.leave[:2].tolist() == pytest.approx([0, 4 / 7])


def test_measures_start_once_and_belong_to_their_spell() -> None:
    first = WINDOW.first
    spells = spell_table([(0, first - 4, first + 4, 1), (0, first + 8, first + 11, 0)])
    measures = pd.DataFrame(
        {
            "person": [0, 0],
            "measure": ["b", "a"],
            "start": [first - 2, first + 3],
            "end": [first + 1, first + 9],
            "planned": [4, 7],
        }
    )
    history = build_history(spells, measures, background_of(spells), WINDOW)
    assert history.measures == ("a", "b")
    a, b = 0, 1
    assert not history.start[b].any()
    assert history.started[b, 0, :5].all()  # began before the window, in this spell
    assert not history.started[b, 0, 8:].any()  # a new spell begins afresh
    assert history.running[b, 0, :2].tolist() == [True, True]
    assert not history.running[b, 0, 2:].any()
    assert np.flatnonzero(history.start[a, 0]).tolist() == [3]
    assert history.planned[a, 0, 3] == 7
    assert np.flatnonzero(history.running[a, 0]).tolist() == [4, 8, 9]


def test_input_is_not_changed() -> None:
    spells = spell_table([(0, WINDOW.first, WINDOW.first + 2, 1), (0, WINDOW.first + 4, WINDOW.last, 0)])
    measures, background = no_measures(), background_of(spells)
    before = [frame.copy() for frame in (spells, measures, background)]
    build_history(spells, measures, background, WINDOW)
    for frame, copy in zip((spells, measures, background), before, strict=True):
        pd.testing.assert_frame_equal(frame, copy)


@st.composite
def random_spells(draw: st.DrawFn) -> pd.DataFrame:
    rows = []
    for person in range(draw(st.integers(1, 4))):
        month = WINDOW.first - 10
        for _ in range(draw(st.integers(1, 4))):
            start = month + draw(st.integers(1, 8))
            end = start + draw(st.integers(0, 8))
            rows.append((person, start, min(end, WINDOW.last), draw(st.integers(1, 3))))
            month = end + 1
            if end >= WINDOW.last:
                break
    return spell_table([row for row in rows if row[1] <= WINDOW.last])


@settings(max_examples=60, deadline=None)
@given(random_spells())
def test_every_month_is_where_the_spells_say(spells: pd.DataFrame) -> None:
    if spells.empty or not (spells["end"] >= WINDOW.first).any():
        return
    history = build_history(spells, no_measures(), background_of(spells), WINDOW)
    joined = join_spells(spells)
    inside = joined[(joined["end"] >= WINDOW.first) & (joined["start"] <= WINDOW.last)]
    months = (inside["end"] - inside["start"].clip(lower=WINDOW.first) + 1).sum()
    assert history.on.sum() == months
    assert (history.exit > 0).sum() == len(inside)
    # An exit closes its spell: the next two months are off.
    person, month = np.nonzero(history.exit)
    for ahead in (1, 2):
        later = month + ahead < WINDOW.months
        assert not history.on[person[later], month[later] + ahead].any()


def test_a_spell_described_twice_is_refused() -> None:
    assert WINDOW.months == 12
    spells = spell_table([(0, WINDOW.first, WINDOW.last, 0)])
    double = pd.concat([background_of(spells)] * 2)
    with pytest.raises(pd.errors.MergeError):
        build_history(spells, no_measures(), double, WINDOW)
