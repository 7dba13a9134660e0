"""Sentences that meet few, many or no cases: no empty clause, no double punctuation, right number, no long list."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from analysis.pages.measures.ledger import ledger_sentence
from analysis.plans.identification import Grade

EMPTY_OR_DOUBLE = re.compile(r"[;:,.]\s*[;:,.]|\s[;:,.]|  |\bkan [;.]|\bkan kan\b")


def _sentence(grades: list[Grade]) -> str:
    entries: Any = [SimpleNamespace(grade=grade) for grade in grades]
    return ledger_sentence(entries)


@given(st.lists(st.sampled_from(list(Grade)), min_size=1, max_size=30))
def test_the_ledgers_sentence_is_whole_for_every_mixture(grades: list[Grade]) -> None:
    said = _sentence(grades)

    assert not EMPTY_OR_DOUBLE.search(said), said
    assert not re.search(r"\b1 åtgärdsrader\b|de 1 ", said), said
    if ";" in said:
        assert re.search(r"; \d+ kan ", said), said


def test_one_measure_with_something_to_compare_with_has_no_empty_clause() -> None:
    (compared,) = {
        said for grade in Grade if (said := _sentence([grade])).startswith("För 1 av 1 åtgärdsrad finns")
    }

    assert compared.endswith("jämföra mot.")
