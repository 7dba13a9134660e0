"""A number in a file is what it says, or refused: the decimal sign and the thousands sign are never mixed up."""

from __future__ import annotations

import pytest

from analysis.sources.ingest.cells import NotANumber, parse_cell


@pytest.mark.parametrize(
    ("text", "number"), [("1.234,5", 1234.5), ("12.345.678", 12345678.0), ("-1.234", -1234.0), ("0,5", 0.5)]
)
def test_points_between_threes_are_thousands(text: str, number: float) -> None:
    assert parse_cell(text, ",", thousands=True).value == number


@pytest.mark.parametrize("text", ["1.23,5", "1234.567", "1.2345", "12.34.567"])
def test_points_anywhere_else_are_refused(text: str) -> None:
    with pytest.raises(NotANumber, match="decimaltecken"):
        parse_cell(text, ",", thousands=True)


def test_a_point_is_no_thousands_sign_where_the_file_has_none() -> None:
    with pytest.raises(NotANumber, match="decimaltecken"):
        parse_cell("1.234", ",")
