"""JSON-stat 2.0 data sets, as SCB's PxWeb gives them: checked, then read cell by cell."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


class JsonStatError(ValueError):
    """The document is not the data set that was asked for; the message is Swedish."""


@dataclass(frozen=True)
class Cube:
    """A data set: dimension ids, the category codes of each, and one value (or NaN) and mark a cell.

    `values` and `marks` are in row-major order over `codes`.
    """

    ids: tuple[str, ...]
    codes: tuple[tuple[str, ...], ...]
    values: tuple[float, ...]
    marks: tuple[str, ...]

    def cells(self) -> Iterator[tuple[dict[str, str], float, str]]:
        """Yield (dimension -> code, value, mark) of every cell."""
        for combination, value, mark in zip(
            itertools.product(*self.codes), self.values, self.marks, strict=True
        ):
            yield dict(zip(self.ids, combination, strict=True)), value, mark


def parse_cube(document: Any) -> Cube:
    """Read a data set.

    Raises
    ------
    JsonStatError
        If the sizes do not fit the number of values, or the form is another.
    """
    if not isinstance(document, dict) or document.get("class") != "dataset":
        raise JsonStatError("svaret är ingen json-stat2-tabell")
    ids, size, dimension = document.get("id"), document.get("size"), document.get("dimension")
    if not isinstance(ids, list) or not isinstance(size, list) or not isinstance(dimension, dict):
        raise JsonStatError("tabellens dimensioner saknas")
    if not all(isinstance(name, str) for name in ids):
        raise JsonStatError("tabellens dimensioner saknas")
    codes = tuple(_codes(dimension.get(name), name) for name in ids)
    if [len(part) for part in codes] != size:
        raise JsonStatError("dimensionernas storlek stämmer inte med kategorierna")
    cells = math.prod(size)
    values = _spread(document.get("value"), cells, "värden")
    marks = _spread(document.get("status") or {}, cells, "statusar")
    return Cube(
        tuple(str(name) for name in ids),
        codes,
        tuple(_number(value) for value in values),
        tuple("" if mark is None else str(mark) for mark in marks),
    )


def _codes(dimension: Any, name: str) -> tuple[str, ...]:
    category = dimension.get("category") if isinstance(dimension, dict) else None
    index = category.get("index") if isinstance(category, dict) else None
    if isinstance(index, list) and all(isinstance(code, str) for code in index):
        return tuple(index)
    if isinstance(index, dict) and all(type(place) is int for place in index.values()):
        ordered = sorted(index, key=lambda code: int(index[code]))
        if [index[code] for code in ordered] == list(range(len(ordered))):
            return tuple(ordered)
    raise JsonStatError(f"dimensionen ”{name}” saknar kategorier")


def _spread(values: Any, cells: int, what: str) -> list[Any]:
    if isinstance(values, list):
        if len(values) != cells:
            raise JsonStatError(f"tabellen har {len(values)} {what}, väntade {cells}")
        return values
    if isinstance(values, dict):
        spread: list[Any] = [None] * cells
        for key, value in values.items():
            if not str(key).isdigit() or int(key) >= cells:
                raise JsonStatError(f"tabellen har {what} utanför sina dimensioner")
            spread[int(key)] = value
        return spread
    raise JsonStatError(f"tabellens {what} saknas")


def _number(value: Any) -> float:
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise JsonStatError(f"”{value}” är inte ett tal")
    return float(value)
