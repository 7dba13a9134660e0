"""Disclosure control against an attacker written independently of it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from analysis.disclosure.model import Interval, Key, Policy, Publication, Sum, is_few, round_to
from analysis.disclosure.protect import protect
from analysis.disclosure.system import ReaderSystem
from foundation.errors import BistandError

GROUPS = ("arbetslöshet", "ohälsa", "annat")
PERIODS = ("2024-01", "2024-02")


def build(cells: Mapping[tuple[str, str, str], int]) -> tuple[dict[tuple[str, str, str], int], list[Sum]]:
    """Add every margin (gender, group, period) to inner cells (period, gender, group)."""
    counts: dict[tuple[str, str, str], int] = {}
    periods = sorted({key[0] for key in cells})
    groups = sorted({key[2] for key in cells})
    axes = (("året", periods), ("T", ["K", "M"]), ("alla", groups))
    for key in itertools.product(*([total, *parts] for total, parts in axes)):
        chosen = [parts if key[axis] == total else [key[axis]] for axis, (total, parts) in enumerate(axes)]
        counts[key] = sum(cells[part] for part in itertools.product(*chosen))  # type: ignore[index]
    sums = []
    for key in counts:
        for axis, (total, parts) in enumerate(axes):
            if key[axis] == total:
                sums.append(Sum(key, tuple((*key[:axis], part, *key[axis + 1 :]) for part in parts)))
    return counts, sums


def audit(publication: Publication) -> dict[Key, Interval]:
    """For every hidden cell, the interval that a reader can reach."""
    system = ReaderSystem(publication, (), frozenset())
    unknown = system.unknown(publication.hidden)
    return {key: system.interval(system.variable(key), unknown) for key in publication.hidden}


def attack(
    publications: Sequence[Publication], target: tuple[int, object], *, rounded: bool
) -> tuple[float, float]:
    """Bound one hidden cell from everything published, knowing which cells were not revised."""
    index = {
        (number, key): position
        for position, (number, key) in enumerate(
            (number, key) for number, publication in enumerate(publications) for key in publication.counts
        )
    }
    equations: list[np.ndarray] = []
    right: list[float] = []

    def add(terms: dict[int, float], value: float) -> None:
        row = np.zeros(len(index))
        for position, weight in terms.items():
            row[position] += weight
        equations.append(row)
        right.append(value)

    bounds: list[tuple[float, float | None]] = [(0, None)] * len(index)
    for number, publication in enumerate(publications):
        base = publication.policy.rounding
        for key, shown in publication.shown().items():
            if shown is None:
                continue
            position = index[number, key]
            if rounded:
                bounds[position] = (max(0, shown - base / 2), shown + base / 2)
            else:
                add({position: 1.0}, publication.counts[key])
        for item in publication.sums:
            add({**{index[number, key]: 1.0 for key in item.parts}, index[number, item.total]: -1.0}, 0.0)
    for (first, one), (second, two) in itertools.pairwise(enumerate(publications)):
        for key, count in one.counts.items():
            if two.counts.get(key) == count:
                add({index[first, key]: 1.0, index[second, key]: -1.0}, 0.0)
    ends = []
    for sign in (1.0, -1.0):
        cost = np.zeros(len(index))
        cost[index[target]] = sign
        answer = linprog(cost, A_eq=np.array(equations), b_eq=np.array(right), bounds=bounds, method="highs")
        assert answer.status in (0, 3)
        ends.append(-sign * math.inf if answer.status == 3 else sign * answer.fun)
    return ends[0], ends[1]


def whole_width(low: float, high: float) -> float:
    """The number of persons between the least and the greatest whole number possible."""
    return high if math.isinf(high) else math.floor(high + 1e-6) - math.ceil(low - 1e-6)


def recoverable_by_rank(publication: Publication) -> set[object]:
    """Cells that pure linear algebra pins down: unit vectors in the row space of the hidden system."""
    hidden = list(publication.hidden)
    rows = [
        [sum(part == key for part in item.parts) - (item.total == key) for key in hidden]
        for item in publication.sums
    ]
    matrix = np.array(rows, dtype=float)
    rank = np.linalg.matrix_rank(matrix) if hidden else 0
    unit = np.eye(len(hidden))
    return {
        key
        for position, key in enumerate(hidden)
        if np.linalg.matrix_rank(np.vstack([matrix, unit[position]])) == rank
    }


inner = st.fixed_dictionaries(
    {
        key: st.one_of(st.integers(0, 9), st.integers(0, 60))
        for key in itertools.product(PERIODS, ("K", "M"), GROUPS)
    }
)
quick = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
thorough = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def check_one(cells: dict[tuple[str, str, str], int]) -> None:
    counts, sums = build(cells)
    publication = protect(counts, sums, Policy())
    small = {key for key, count in counts.items() if 0 < count < 5}
    assert small <= set(publication.hidden)
    assert not recoverable_by_rank(publication)
    for key in publication.hidden:
        low, high = attack([publication], (0, key), rounded=False)
        assert low - 1e-6 <= counts[key] <= high + 1e-6
        assert whole_width(low, high) >= 5
    for key in list(publication.hidden)[:3]:
        low, high = attack([publication], (0, key), rounded=True)
        assert high - low >= 5 - 1e-6


def check_two(cells: dict[tuple[str, str, str], int], changes: list[int]) -> None:
    counts, sums = build(cells)
    first = protect(counts, sums)
    revised = {key: max(0, value + step) for (key, value), step in zip(cells.items(), changes, strict=True)}
    later_counts, later_sums = build(revised)
    second = protect(later_counts, later_sums, earlier=[first])
    assert set(first.hidden) <= set(second.hidden)
    for number, publication in enumerate((first, second)):
        for key in publication.hidden:
            if number == 1 and counts.get(key) == later_counts[key] and key not in first.hidden:
                continue  # shown in the earlier vintage with the same value: public already
            low, high = attack([first, second], (number, key), rounded=False)
            assert whole_width(low, high) >= 5


steps = st.lists(st.sampled_from([0, 0, 0, 1, -2, 6]), min_size=12, max_size=12)


@quick
@given(inner)
def test_an_attacker_recovers_no_hidden_cell(cells: dict[tuple[str, str, str], int]) -> None:
    check_one(cells)


@settings(quick, max_examples=2)
@given(inner, steps)
def test_nor_from_a_later_vintage(cells: dict[tuple[str, str, str], int], changes: list[int]) -> None:
    check_two(cells, changes)


@pytest.mark.slow
@thorough
@given(inner)
def test_an_attacker_recovers_no_hidden_cell_many(cells: dict[tuple[str, str, str], int]) -> None:
    check_one(cells)


@pytest.mark.slow
@settings(thorough, max_examples=40)
@given(inner, steps)
def test_nor_from_a_later_vintage_many(cells: dict[tuple[str, str, str], int], changes: list[int]) -> None:
    check_two(cells, changes)


def test_the_attacker_does_find_what_is_hidden_carelessly() -> None:
    """The attacker is worth its salt: hiding small cells alone does not stop it."""
    sums = (Sum("T", ("K", "M")),)
    careless = Publication({"T": 50, "K": 3, "M": 47}, sums, {"K": "liten"}, Policy())
    assert attack([careless], (0, "K"), rounded=False) == (3.0, 3.0)
    assert recoverable_by_rank(careless) == {"K"}


def test_women_and_men_both_go_when_one_is_small() -> None:
    publication = protect({"T": 50, "K": 3, "M": 47}, [Sum("T", ("K", "M"))])
    assert publication.hidden == {"K": "liten", "M": "följd"}
    assert publication.shown() == {"T": 50, "K": None, "M": None}


def test_a_small_total_is_hidden_with_its_parts() -> None:
    publication = protect({"T": 4, "K": 3, "M": 1}, [Sum("T", ("K", "M"))])
    assert set(publication.hidden) == {"T", "K", "M"}


def test_two_hidden_cells_under_a_small_total_are_not_enough() -> None:
    """With 3 and 2 under a total of 5 each would be known to lie in 0 to 5; 5 persons wide is the limit."""
    wide = protect({"T": 5, "K": 3, "M": 2}, [Sum("T", ("K", "M"))])
    assert audit(wide)["K"].width >= 5
    tight = protect({"T": 5, "K": 3, "M": 2}, [Sum("T", ("K", "M"))], Policy(width=6))
    assert "T" in tight.hidden


def test_zero_is_shown_and_nothing_small_means_nothing_hidden() -> None:
    publication = protect({"T": 12, "K": 12, "M": 0}, [Sum("T", ("K", "M"))])
    assert publication.hidden == {}
    assert publication.shown() == {"T": 10, "K": 10, "M": 0}


def test_what_was_hidden_stays_hidden_when_it_grows() -> None:
    first = protect({"T": 50, "K": 3, "M": 47}, [Sum("T", ("K", "M"))])
    second = protect({"T": 70, "K": 23, "M": 47}, [Sum("T", ("K", "M"))], earlier=[first])
    assert second.hidden["K"] == "tidigare skyddad"
    assert second.hidden["M"] == "tidigare skyddad"


def test_the_partner_is_not_a_cell_that_was_public_before() -> None:
    """B was shown before and is unrevised: hiding it now would protect nobody, so another cell must go."""
    sums = [Sum("T", ("A", "B", "C"))]
    first = protect({"T": 62, "A": 12, "B": 10, "C": 40}, sums)
    assert first.hidden == {}
    second = protect({"T": 53, "A": 3, "B": 10, "C": 40}, sums, earlier=[first])
    assert second.hidden["A"] == "liten"
    assert "B" not in second.hidden
    assert "C" not in second.hidden
    assert "T" in second.hidden


@pytest.mark.parametrize(
    ("count", "base", "shown"), [(7, 5, 5), (8, 5, 10), (0, 5, 0), (13, 10, 10), (15, 10, 20), (9, 1, 9)]
)
def test_rounding(count: int, base: int, shown: int) -> None:
    assert round_to(count, base) == shown


def test_faults_in_the_data_stop_before_print() -> None:
    with pytest.raises(BistandError, match="tillsammans"):
        protect({"T": 50, "K": 3, "M": 40}, [Sum("T", ("K", "M"))])
    with pytest.raises(BistandError, match="negativt"):
        protect({"T": -1}, [])
    with pytest.raises(BistandError, match="finns i tabellen"):
        protect({"T": 5}, [Sum("T", ("K",))])
    with pytest.raises(BistandError, match="orimliga"):
        Policy(threshold=1)


def test_four_are_few_and_five_are_not() -> None:
    """A reader who sees 5 knows that single households of four are never behind a number."""
    assert protect({"T": 50, "K": 4, "M": 46}, [Sum("T", ("K", "M"))]).shown()["K"] is None
    assert protect({"T": 50, "K": 5, "M": 45}, [Sum("T", ("K", "M"))]).shown()["K"] == 5
    assert [is_few(count) for count in range(7)] == [False, True, True, True, True, False, False]
