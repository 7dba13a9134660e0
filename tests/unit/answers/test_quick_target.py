"""A target for any municipality: probability, required pace, and the fastest ever seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.answers.quick_target import Extract, Pace, quick_target
from foundation.errors import BistandError

KNOWN = Extract(
    code="1880",
    level=4.0,
    year=2025,
    panel_year=2025,
    shares=(0.1, 0.5, 0.9),
    quantiles=((3.0, 3.8, 4.6), (2.0, 3.0, 4.0)),
    own=Pace("1880", 2015, 2018, -4.0),
    near=Pace("0380", 2016, 2019, -12.0),
)


def test_it_is_read_between_the_kept_quantiles() -> None:
    answer = quick_target(KNOWN, 2.5, 2027)
    assert answer.probability == pytest.approx(0.3)
    assert answer.median == 3.0
    assert answer.required == pytest.approx(100 * ((2.5 / 4) ** 0.5 - 1))
    assert answer.fastest == KNOWN.near
    assert answer.unseen
    assert not quick_target(KNOWN, 3.9, 2027).unseen
    assert quick_target(KNOWN, 1.0, 2027).probability == 0.0
    assert quick_target(KNOWN, 9.0, 2027).probability == 1.0
    assert quick_target(KNOWN, 3.0, 2027).probability == 0.5


def test_a_level_that_is_reached_needs_no_pace() -> None:
    answer = quick_target(KNOWN, 4.0, 2026)
    assert answer.required is None
    assert not answer.unseen


def test_a_gap_gives_a_longer_way() -> None:
    late = quick_target(replace(KNOWN, year=2024), 2.0, 2026)
    assert late.required == pytest.approx(100 * (0.5 ** (1 / 2) - 1))


@pytest.mark.parametrize(
    ("level", "year", "words"), [(2, 2025, "2026 till 2027"), (2, 2028, "år 2028"), (0, 2026, "andel")]
)
def test_what_cannot_be_answered_is_said(level: float, year: int, words: str) -> None:
    with pytest.raises(BistandError, match=words):
        quick_target(KNOWN, level, year)
