from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.calendar import absent_months, following, parse_period


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2022", date(2022, 1, 1), date(2022, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2020/2021", date(2020, 1, 1), date(2021, 12, 31)),
        ("2020-06/2020-08", date(2020, 6, 1), date(2020, 8, 31)),
    ],
)
def test_bounds(text: str, start: date, end: date) -> None:
    period = parse_period(text)
    assert (period.start, period.end) == (start, end)


@pytest.mark.parametrize("text", ["", "22", "2022-13", "2022-3", "2022-03-01", "2021/2020", "okt 2024"])
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(ValueError, match="period"):
        parse_period(text)


def test_kinds() -> None:
    assert parse_period("2022").is_year
    assert parse_period("2022-01/2022-12").is_year
    assert not parse_period("2022-01").is_year
    assert parse_period("2022-01").is_month
    assert not parse_period("2020/2021").is_month


@given(
    st.lists(st.builds(lambda y, m: f"{y}-{m:02d}", st.integers(1990, 2100), st.integers(1, 12)), min_size=2)
)
def test_order_is_that_of_time(texts: list[str]) -> None:
    assert [p.text for p in sorted(map(parse_period, texts))] == sorted(texts)


@given(st.integers(1, 40), st.sets(st.integers(1, 40)))
def test_absent_months_are_those_between_the_first_and_the_last(length: int, gone: set[int]) -> None:
    span = ("2023-11", *following("2023-11", length))
    taken = tuple(month for place, month in enumerate(span) if place in gone and 0 < place < length)
    known = [month for month in span if month not in taken]
    assert absent_months([*known, "2024", "2024-T1"]) == taken
