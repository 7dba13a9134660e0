"""The reader who tries to work out hidden cells: linear equations, and the interval that each hidden cell can lie in."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import numpy as np
from scipy.optimize import linprog

from analysis.disclosure.model import Interval, Key, Publication
from foundation.errors import BistandError

_EPS: Final = 1e-6


class ReaderSystem:
    """The linear system that a reader can set up from all vintages.

    A variable is a cell with its count: a cell that was not revised between two vintages is one variable, since the reader
    is taken to know what was not revised.
    """

    def __init__(
        self, publication: Publication, earlier: tuple[Publication, ...], known: frozenset[Key]
    ) -> None:
        self.now = publication
        self.index: dict[tuple[Key, int], int] = {}
        self.truth: list[int] = []
        self.rows: list[dict[int, float]] = []
        self._never_shown: set[int] = set()
        #: Variables of earlier vintages that must stay protected.
        self.kept: set[int] = set()
        #: Variables that the reader has seen, or knows from elsewhere: hiding them now would protect nobody.
        self.public: set[int] = set()
        found: set[tuple[tuple[int, float], ...]] = set()
        for vintage in (*earlier, publication):
            for key, count in vintage.counts.items():
                if (key, count) not in self.index:
                    self.index[key, count] = len(self.truth)
                    self.truth.append(count)
            for item in vintage.sums:
                row = {self.index[item.total, vintage.counts[item.total]]: -1.0}
                for key in item.parts:
                    variable = self.index[key, vintage.counts[key]]
                    row[variable] = row.get(variable, 0.0) + 1.0
                mark = tuple(sorted(row.items()))
                if mark not in found:
                    found.add(mark)
                    self.rows.append(row)
        for vintage in earlier:
            for key, count in vintage.counts.items():
                variable = self.index[key, count]
                if key in vintage.hidden:
                    self.kept.add(variable)
                if key in vintage.hidden or key in vintage.latent:
                    self._never_shown.add(variable)
                else:
                    self.public.add(variable)
        self.public |= {self.variable(key) for key in known}
        self._never_shown |= {self.variable(key) for key in publication.latent}
        self._never_shown -= self.public
        self.kept -= self.public
        #: Cells of the new vintage that could be shown, by variable.
        self.key_of = {self.variable(key): key for key in publication.counts if key not in publication.latent}
        #: No count is taken to be larger than this; it only keeps unbounded cells finite in the computation.
        self.ceiling = 4.0 * max(self.truth, default=0) + 1000.0
        self.neighbours: list[list[int]] = [[] for _ in self.truth]
        for position, row in enumerate(self.rows):
            for variable in row:
                self.neighbours[variable].append(position)

    def variable(self, key: Key) -> int:
        """Return the variable of a cell of the new vintage."""
        return self.index[key, self.now.counts[key]]

    def unknown(self, hidden: Iterable[Key]) -> set[int]:
        """Return the variables that a reader does not see when these cells of the new vintage are hidden."""
        return (self._never_shown | {self.variable(key) for key in hidden}) - self.public

    def protected(self, hidden: Iterable[Key]) -> set[int]:
        """Return the variables whose intervals must be wide."""
        return (self.kept | {self.variable(key) for key in hidden}) - self.public

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
                    right[line] += weight * self.truth[variable]
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
