"""A small synthetic municipality shared by the tests of the module."""

from __future__ import annotations

import pytest

from analysis.micro.generator import Microdata, generate
from analysis.micro.history import History, build_history
from analysis.micro.municipality import Municipality


def town(**changes: object) -> Municipality:
    settings = {"inflow": 12.0, "months": 48, "burn_in": 48} | changes
    return Municipality(**settings)  # type: ignore[arg-type]


def lay_out_history(data: Microdata) -> History:
    return build_history(data.spells, data.measures, data.background, data.window)


@pytest.fixture(scope="session")
def data() -> Microdata:
    return generate(town(), 11)


@pytest.fixture(scope="session")
def history(data: Microdata) -> History:
    return lay_out_history(data)
