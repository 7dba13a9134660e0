"""The reader who tries to work out hidden cells: linear equations, and the interval that each hidden cell can lie in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
from scipy.optimize import linprog

from analysis.disclosure.model import Interval, Key, Publication, Sum, Why
from analysis.errors import BistandError

_EPS: Final = 1e-6


class ReaderSystem:
    """The linear system that a reader can set up; variables are (vintage, cell)."""

    def __init__(
        self, counts: Mapping[Key, int], sums: tuple[Sum, ...], earlier: tuple[Publication, ...]
    ) -> None:
        self.vintages = [(publication.counts, publication.sums) for publication in earlier]
        self.vintages.append((counts, sums))
        self.now = len(earlier)
        self.index: dict[tuple[int, Key], int] = {}
        self.truth: list[int] = []
        self.always_hidden: set[int] = set()
        shown_before: set[Key] = set()
        for number, (cells, _) in enumerate(self.vintages):
            for key, count in cells.items():
                self.index[number, key] = len(self.truth)
                self.truth.append(count)
                if number < self.now and key in earlier[number].hidden:
                    self.always_hidden.add(self.index[number, key])
                elif number < self.now and counts.get(key) == count:
                    shown_before.add(key)
        #: Cells of the new vintage that an earlier one has already shown: hiding them now would protect nobody.
        self.public = {self.index[self.now, key] for key in shown_before}
        #: No count is taken to be larger than this; it only keeps unbounded cells finite in the computation.
        self.ceiling = 4.0 * max(self.truth, default=0) + 1000.0
        self.rows = self._equations()
        self.neighbours = self._neighbours()

    def _equations(self) -> list[dict[int, float]]:
        rows = []
        for number, (_, sums) in enumerate(self.vintages):
            for item in sums:
                row = {self.index[number, item.total]: -1.0}
                for key in item.parts:
                    row[self.index[number, key]] = row.get(self.index[number, key], 0.0) + 1.0
                rows.append(row)
        for number, (cells, _) in enumerate(self.vintages[:-1]):
            for key, count in cells.items():
                for later in range(number + 1, len(self.vintages)):
                    if self.vintages[later][0].get(key) == count:
                        rows.append({self.index[number, key]: 1.0, self.index[later, key]: -1.0})
                        break
        return rows

    def _neighbours(self) -> list[list[int]]:
        touching: list[list[int]] = [[] for _ in self.truth]
        for position, row in enumerate(self.rows):
            for variable in row:
                touching[variable].append(position)
        return touching

    def hidden_variables(self, hidden: Mapping[Key, Why]) -> set[int]:
        """Return the variables that a reader does not see."""
        return self.always_hidden | {self.index[self.now, key] for key in hidden}

    def component(self, start: int, unknown: set[int]) -> tuple[list[int], list[int]]:
        """Return the hidden variables tied to `start` through sums, and those sums."""
        seen, rows, queue = {start}, set(), [start]
        while queue:
            for position in self.neighbours[queue.pop()]:
                rows.add(position)
                for other in self.rows[position]:
                    if other in unknown and other not in seen:
                        seen.add(other)
                        queue.append(other)
        return sorted(seen), sorted(rows)

    def interval(self, target: int, unknown: set[int], witnesses: Witnesses | None = None) -> Interval:
        """Return what can be known of one hidden variable; whole numbers only.

        The points at which the bounds are reached are possible tables too; they are left in `witnesses`.
        """
        variables, rows = self.component(target, unknown)
        if not rows:
            return Interval(0.0, math.inf)
        place = {variable: position for position, variable in enumerate(variables)}
        matrix = np.zeros((len(rows), len(variables)))
        right = np.zeros(len(rows))
        for line, position in enumerate(rows):
            for variable, weight in self.rows[position].items():
                if variable in place:
                    matrix[line, place[variable]] = weight
                else:
                    right[line] -= weight * self.truth[variable]
        ends = []
        for sign in (1.0, -1.0):
            cost = np.zeros(len(variables))
            cost[place[target]] = sign
            answer = linprog(cost, A_eq=matrix, b_eq=right, bounds=(0, self.ceiling), method="highs")
            if answer.status != 0 or answer.x is None:
                raise BistandError(f"skyddsberäkningen misslyckades ({answer.message})")
            ends.append(float(answer.x[place[target]]))
            if witnesses is not None:
                witnesses.add(variables, answer.x)
        low, high = math.ceil(ends[0] - _EPS), math.floor(ends[1] + _EPS)
        return Interval(float(low), math.inf if high >= self.ceiling / 2 else float(high))


class Witnesses:
    """Tables that a reader cannot rule out, found so far; the true one is the first.

    While cells are only being hidden every witness stays possible, so their spread is a lower bound on what each
    hidden cell can be, and most cells need no linear programme of their own.
    """

    def __init__(self, truth: list[int]) -> None:
        self._truth = np.array(truth, dtype=float)
        self._points = [self._truth]

    def add(self, variables: list[int], values: np.ndarray) -> None:
        """Add a possible table that differs from the true one in `variables` only."""
        point = self._truth.copy()
        point[variables] = values
        self._points.append(point)

    def width(self, variable: int) -> float:
        """Return the least width that the variable's interval must have."""
        column = [point[variable] for point in self._points]
        return math.floor(max(column) + _EPS) - math.ceil(min(column) - _EPS)

    def without(self, variable: int) -> Witnesses:
        """Return the witnesses that remain possible when a variable is shown."""
        rest = Witnesses([])
        rest._truth = self._truth
        rest._points = [
            point for point in self._points if abs(point[variable] - self._truth[variable]) < _EPS
        ]
        return rest
