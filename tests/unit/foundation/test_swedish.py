"""Swedish numbers."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import swedish as numbers


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (3.683406, 2, "3,68"),
        (1234567.0, 0, "1\u00a0234\u00a0567"),
        (-0.5, 2, "−0,50"),
        (-0.001, 2, "0,00"),
        (0.0, 1, "0,0"),
        (None, 1, "–"),
        (math.nan, 1, "–"),
        (math.inf, 1, "–"),
    ],
)
def test_decimal(value: float | None, digits: int, text: str) -> None:
    assert numbers.decimal(value, digits) == text


def test_units_are_kept_apart() -> None:
    assert numbers.percent(3.68, 2) == "3,68\u00a0%"
    assert numbers.points(-0.5) == "−0,50\u00a0procentenheter"
    assert numbers.points(0.5) == "+0,50\u00a0procentenheter"
    assert numbers.percent(None) == "–"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "under 1\u00a0%"),
        (0.0099, "under 1\u00a0%"),
        (0.01, "1\u00a0%"),
        (1.0, "över 99\u00a0%"),
        (0.314, "31\u00a0%"),
        (None, "–"),
    ],
)
def test_probability_never_claims_certainty(value: float | None, text: str) -> None:
    assert numbers.probability(value) == text


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_reading_the_text_back_gives_the_rounded_number(value: float, digits: int) -> None:
    text = numbers.decimal(value, digits)
    assert re.fullmatch(r"−?\d{1,3}(\u00a0\d{3})*(,\d+)?", text)
    back = float(text.replace("\u00a0", "").replace(",", ".").replace("−", "-"))
    assert back == pytest.approx(value, abs=0.5 * 10**-digits * 1.0001)
