"""What is printed of one vintage of own figures, once it is decided which counts are hidden.

Counts are rounded. A share is shown only with its count, and so coarsely that it does not undo the rounding. An amount or
a mean is shown only with the count behind it, and no finer than that count is rounded. What cannot be tied to a count is
left out.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from analysis.disclosure.cells import ALL, SCALE, Cell, Cells, denominator, numerator
from analysis.disclosure.model import Key, Policy, Publication, round_to
from analysis.sources.catalogue import Measure

#: Digits of a denominator that is estimated from counts and shares, and of a mean.
_DENOMINATOR_DIGITS: Final = 3
_MEAN_DIGITS: Final = 2

People = Mapping[tuple[str, str], Mapping[int, float]]


def printed(
    values: Mapping[Cell, float],
    cells: Cells,
    publication: Publication,
    measures: Mapping[str, Measure],
    people: People,
) -> dict[Cell, float | None]:
    """Return what is printed of every own figure; None where it is protected."""
    hidden = set(publication.hidden)
    found: dict[Cell, float | None] = {}
    ratios = _ratios(values, cells, hidden, measures)
    for cell, value in values.items():
        measure = measures[cell.measure]
        slag = measure.skydd.slag
        if slag == "antal":
            found[cell] = (
                None if cell in hidden else float(round_to(cells.counts[cell], publication.policy.rounding))
            )
        elif slag == "andel":
            top = cell._replace(measure=numerator(cell.measure, measure))
            closed = _closed(top, cells, hidden) or _closed_denominator(cell, measure, cells, hidden)
            found[cell] = (
                None
                if closed
                else _share(cell, value, top, cells, measure, people, ratios.get(_series(cell)))
            )
        elif slag == "belopp":
            found[cell] = _amount(cell, value, cells, hidden, measure)
        else:
            behind = cell._replace(measure=str(measure.skydd.bakom))
            open_count = not _closed(behind, cells, hidden) and cells.counts[behind] > 0
            found[cell] = _significant(value, _MEAN_DIGITS) if open_count else None
    _hide_tied(found, measures)
    return found


def _closed(key: Key, cells: Cells, hidden: set[Key]) -> bool:
    return key not in cells.counts or key in hidden or key in cells.latent


def _closed_denominator(cell: Cell, measure: Measure, cells: Cells, hidden: set[Key]) -> bool:
    """Whether the denominator is a count of persons that is not shown."""
    counted = cell._replace(measure=str(measure.skydd.namnare))
    return counted in hidden or counted in cells.latent


def _series(cell: Cell) -> Cell:
    return cell._replace(period="")


def _ratios(
    values: Mapping[Cell, float], cells: Cells, hidden: set[Key], measures: Mapping[str, Measure]
) -> dict[Cell, float]:
    """Denominators of share series, estimated from all months in which both the share and its count are shown."""
    sums: dict[Cell, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for cell, value in values.items():
        measure = measures[cell.measure]
        top = cell._replace(measure=numerator(cell.measure, measure))
        if measure.skydd.slag == "andel" and value > 0 and top in values and top not in hidden:
            sums[_series(cell)][0] += cells.counts[top]
            sums[_series(cell)][1] += value / SCALE[measure.enhet]
    return {cell: _significant(count / part, _DENOMINATOR_DIGITS) for cell, (count, part) in sums.items()}


def _share(
    cell: Cell, value: float, top: Cell, cells: Cells, measure: Measure, people: People, ratio: float | None
) -> float | None:
    scale, rounding = SCALE[measure.enhet], Policy.rounding
    size = denominator(cell, measure, cells, people)
    step = 10.0**-measure.decimaler
    counted = cell._replace(measure=str(measure.skydd.namnare))
    if counted in cells.counts:
        whole = round_to(cells.counts[counted], rounding)
        return (
            round(scale * round_to(cells.counts[top], rounding) / whole, measure.decimaler) if whole else None
        )
    fewest = min([bound for bound in (ratio, size.low if size else None) if bound is not None], default=0.0)
    if fewest <= 0:
        return None
    if step / scale * fewest >= rounding:
        return round(value, measure.decimaler)
    if ratio is not None:
        return round(scale * round_to(cells.counts[top], rounding) / ratio, measure.decimaler)
    return round(scale * round_to(round(value / scale * fewest), rounding) / fewest, measure.decimaler)


def _amount(cell: Cell, value: float, cells: Cells, hidden: set[Key], measure: Measure) -> float | None:
    behind = cell._replace(measure=str(measure.skydd.bakom))
    if behind in cells.counts and behind not in cells.latent:
        count = round_to(cells.counts[behind], Policy.rounding)
        if behind in hidden or (count == 0 and value):
            return None
        return _round(value, _nice(Policy.rounding * abs(value) / count)) if count else 0.0
    largest = measure.skydd.hogst_per
    if behind in cells.counts or largest is None or abs(value) < Policy.threshold * largest:
        return None
    return _round(value, _nice(Policy.rounding * largest))


def _hide_tied(found: dict[Cell, float | None], measures: Mapping[str, Measure]) -> None:
    """Hide what would give a hidden amount or yearly mean away: all its fellow parts, or the year of its months."""
    for cell in found:
        made = measures[cell.measure].skydd
        if found[cell] is not None or made.slag not in ("belopp", "medel"):
            continue
        for other in found:
            same = other._replace(gender=cell.gender, group=cell.group) == cell
            if same and (other.gender != "T" or other.group != ALL):
                found[other] = None
    for cell in found:
        made = measures[cell.measure].skydd
        if len(cell.period) == 7 and found[cell] is None and (made.slag == "belopp" or made.aret == "medel"):
            year = cell._replace(period=cell.period[:4])
            if year in found:
                found[year] = None


def _significant(value: float, digits: int) -> float:
    if value == 0:
        return 0.0
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def _nice(least: float) -> float:
    """Return the least of 1, 2 and 5 times a power of ten that is not under `least`."""
    power = 10.0 ** math.floor(math.log10(least)) if least > 0 else 1.0
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least - 1e-9)


def _round(value: float, step: float) -> float:
    return float(step * math.floor(value / step + 0.5)) if step else value
