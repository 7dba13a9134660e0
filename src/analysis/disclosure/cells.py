"""The count cells behind a table of own figures, and every sum between them that the catalogue lets a reader know."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from analysis.calendar import is_month, last_month, month_label
from analysis.disclosure.model import Key, Policy, Sum, is_few
from analysis.sources.catalogue import Measure
from analysis.sources.makeup import UNKNOWN

#: What a value is a share of, by unit.
SCALE: Final = {"procent": 100.0, "per 100 000 invånare": 100_000.0}
#: Women's and men's least and greatest part of a population whose sexes are not known.
_SEX: Final = (0.44, 0.56)
#: A denominator may be from another day than the population that is known.
_DRIFT: Final = 0.05
ALL: Final = "alla"


class Cell(NamedTuple):
    """The identity of an observation, as `analysis.sources.observation.KEY`."""

    place: str
    measure: str
    period: str
    gender: str
    group: str


class Range(NamedTuple):
    """The least and the greatest that a count can be."""

    low: float
    high: float


@dataclass
class Cells:
    """Counts by cell, the sums between them, the cells that no source gives, and those that must be taken for small.

    `ranges` holds what a count can be: counts that are worked out from a share are known only roughly.
    """

    counts: dict[Key, int] = field(default_factory=dict)
    ranges: dict[Key, Range] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)
    latent: set[Key] = field(default_factory=set)
    small: set[Key] = field(default_factory=set)

    def exact(self, *keys: Key) -> bool:
        """Whether these counts are counted, not worked out from shares."""
        return all(self.ranges[key].low == self.ranges[key].high for key in keys)

    def add(self, key: Key, low: float, high: float) -> None:
        """Add a cell whose count lies between `low` and `high`."""
        count = round((low + high) / 2)
        self.counts[key], self.ranges[key] = count, Range(low, high)
        if high > 0 and low < Policy.threshold - 0.5:
            self.small.add(key)


def numerator(measure_id: str, measure: Measure) -> str:
    """Return the measure that a share counts; one of its own if the catalogue has none."""
    return measure.skydd.taljare or f"{measure_id}/täljare"


def denominator(
    cell: Cell, measure: Measure, cells: Cells, people: Mapping[tuple[str, str], Mapping[int, float]]
) -> Range | None:
    """Return between what a share's denominator lies, or None if nothing is known of it.

    Parameters
    ----------
    people
        Values by year of public measures, by (municipality, measure).
    """
    made = measure.skydd
    fewest = Range(float(made.minst), math.inf) if made.minst else None
    if made.namnare in (None, UNKNOWN):
        return fewest
    counted = cell._replace(measure=str(made.namnare))
    if counted in cells.counts:
        return cells.ranges[counted]
    years = people.get((cell.place, str(made.namnare)), {})
    if not years or cell.group != ALL:
        return fewest
    year = int(cell.period[:4])
    size = years[min(years, key=lambda known: (abs(known - year), known))]
    least, most = (1.0, 1.0) if cell.gender == "T" else _SEX
    low, high = size * made.spann[0] * least * (1 - _DRIFT), size * made.spann[1] * most * (1 + _DRIFT)
    return Range(max(low, float(made.minst)), high)


def build(
    values: Mapping[Cell, float],
    measures: Mapping[str, Measure],
    people: Mapping[tuple[str, str], Mapping[int, float]],
) -> Cells:
    """Return the cells behind one vintage of own figures.

    Parameters
    ----------
    values
        Own figures by cell, all kinds of measures.
    measures
        The catalogue's measures.
    people
        Public denominators by year, by (municipality, measure).
    """
    cells = Cells()
    for cell, value in values.items():
        if measures[cell.measure].skydd.slag == "antal":
            count = round(value)
            cells.counts[cell], cells.ranges[cell] = count, Range(count, count)
            if is_few(value):
                cells.small.add(cell)
    for cell, value in values.items():
        measure = measures[cell.measure]
        if measure.skydd.slag != "andel":
            continue
        key = cell._replace(measure=numerator(cell.measure, measure))
        size = denominator(cell, measure, cells, people)
        if key not in cells.counts and size is not None and math.isfinite(size.high):
            scale, half = SCALE[measure.enhet], 0.5 * 10**-measure.decimaler
            most = (value + half) / scale * size.high
            # A share printed as nil says that there is nobody only where one person would have shown.
            cells.add(key, max(0.0, value - half) / scale * size.low, most if value or most >= 1 else 0.0)
    _Relations(cells, measures).find()
    return cells


class _Relations:
    """Finds the sums; a rest that no source gives becomes a latent cell."""

    def __init__(self, cells: Cells, measures: Mapping[str, Measure]) -> None:
        self.cells, self.measures = cells, measures

    def _cells(self) -> list[Cell]:
        """Cells of measures, given or found so far; not the rests."""
        return [key for key in self.cells.counts if isinstance(key, Cell)]

    def find(self) -> None:
        for _ in range(2):  # the first time may add cells that no source gives, and that others are parts of
            self._genders()
            self._groups()
            for cell in self._cells():
                if cell.measure in self.measures:
                    self._declared(cell)
        self._years()
        self._shares()

    def _split(self, total: Cell, parts: tuple[Cell, ...], missing: Key, *, persons: bool = True) -> None:
        """Say that parts, with a rest that is named `missing`, are the total; the rest is people if `persons`."""
        counts, ranges = self.cells.counts, self.cells.ranges
        rest = counts[total] - sum(counts[part] for part in parts)
        low = ranges[total].low - sum(ranges[part].high for part in parts)
        high = ranges[total].high - sum(ranges[part].low for part in parts)
        if high < 0 or (persons and rest == 0 and low == high):
            if persons:
                self.cells.sums.append(Sum(total, parts, exact=rest == 0))
            return
        rest = max(
            0, rest
        )  # of counts that are worked out from shares the parts may come to more than the total
        if missing not in counts:
            counts[missing], ranges[missing] = rest, Range(max(0.0, low), max(0.0, high))
            self.cells.latent.add(missing)
            if persons and high > 0 and low < Policy.threshold - 0.5:
                self.cells.small.add(missing)
        adds = counts[total] == sum(counts[part] for part in (*parts, missing))
        self.cells.sums.append(Sum(total, (*parts, missing), exact=adds))

    def _within(self, whole: Cell, parts: tuple[Cell, ...], missing: Key) -> None:
        """Say that parts are within a whole; where the whole of a month is not given, that they are within its year."""
        if whole in self.cells.counts:
            self._split(whole, parts, missing)
            return
        year = whole._replace(period=whole.period[:4])
        counted_once = (
            whole.measure in self.measures and self.measures[whole.measure].skydd.aret == "någon gång"
        )
        if counted_once and year in self.cells.counts and year != whole:
            self._split(year, parts, ("rest", year, *parts), persons=False)

    def _genders(self) -> None:
        for women in self._cells():
            everyone, men = women._replace(gender="T"), women._replace(gender="M")
            if women.gender == "K" and men in self.cells.counts and everyone not in self.cells.counts:
                self._both(everyone, women, men)
        for cell in self._cells():
            if cell.gender != "T":
                continue
            parts = tuple(
                part for gender in "KM" if (part := cell._replace(gender=gender)) in self.cells.counts
            )
            if len(parts) == 2:
                adds = sum(self.cells.counts[part] for part in parts) == self.cells.counts[cell]
                self.cells.sums.append(Sum(cell, parts, exact=adds))
                if not adds and self.cells.exact(cell, *parts):
                    self.cells.small |= {*parts}  # the difference would say something about few: they wait
            elif parts:
                self._split(cell, parts, cell._replace(gender="M" if parts[0].gender == "K" else "K"))

    def _both(self, everyone: Cell, women: Cell, men: Cell) -> None:
        """Add women and men together where no row gives them: other totals are made of them."""
        one, other = self.cells.ranges[women], self.cells.ranges[men]
        self.cells.counts[everyone] = self.cells.counts[women] + self.cells.counts[men]
        self.cells.ranges[everyone] = Range(one.low + other.low, one.high + other.high)
        self.cells.latent.add(everyone)

    def _groups(self) -> None:
        grouped: dict[Cell, list[Cell]] = defaultdict(list)
        for cell in self._cells():
            if cell.group != ALL:
                grouped[cell._replace(group=ALL)].append(cell)
        for total, parts in grouped.items():
            made = self.measures[total.measure].skydd if total.measure in self.measures else None
            wholes = {total, total._replace(measure=made.grupper_av) if made and made.grupper_av else total}
            for whole in sorted(wholes):
                if made is None or made.grupper == "delar":
                    self._within(whole, tuple(parts), ("rest", whole, total.measure))
                    continue
                for part in parts if whole in self.cells.counts else ():
                    self._split(whole, (part,), ("rest", whole, part), persons=False)

    def _declared(self, cell: Cell) -> None:
        made = self.measures[cell.measure].skydd
        if made.delar:
            wanted = [cell._replace(measure=part) for part in made.delar]
            absent = [part for part in wanted if part not in self.cells.counts]
            sexes = [part._replace(gender=sex) for part in absent if part.gender == "T" for sex in "KM"]
            parts = tuple(part for part in (*wanted, *sexes) if part in self.cells.counts)
            alone = len(absent) == 1 and not {*sexes} & {*parts}
            if parts:
                self._split(cell, parts, absent[0] if alone else ("rest", cell, "delar"))
        for item in made.ingar_i:
            whole = _shift(cell, item.manader)._replace(measure=item.matt)
            self._within(whole, (cell,), ("rest", whole, cell))
            self._within_above(whole, cell)
        for other in made.hogst:
            for period in {cell.period, cell.period[:4]}:
                whole = cell._replace(measure=other, period=period)
                if whole in self.cells.counts:
                    self._split(whole, (cell,), ("rest", whole, cell), persons=False)
                self._within_above(whole, cell)

    def _within_above(self, whole: Cell, part: Cell) -> None:
        """Where the whole is not given, say that its part is within the totals that the whole is a part of."""
        if whole in self.cells.counts:
            return
        for name, measure in self.measures.items():
            if whole.measure not in measure.skydd.delar:
                continue
            total = whole._replace(measure=name)
            if total in self.cells.counts:
                self._split(total, (part,), ("rest", total, part))

    def _years(self) -> None:
        months: dict[Cell, list[Cell]] = defaultdict(list)
        for cell in self._cells():
            if is_month(cell.period):
                months[cell._replace(period=cell.period[:4])].append(cell)
        for year, parts in months.items():
            if year not in self.cells.counts or year.measure not in self.measures:
                continue
            how = self.measures[year.measure].skydd.aret
            if how == "summa":
                self._split(year, tuple(parts), ("rest", year, "månader"))
            elif how == "någon gång":
                for part in parts:
                    self._split(year, (part,), ("rest", year, part), persons=False)

    def _shares(self) -> None:
        """A share's numerator is a part of its denominator, where that is a count of the table."""
        for measure_id, measure in self.measures.items():
            if measure.skydd.slag != "andel":
                continue
            top, bottom = numerator(measure_id, measure), str(measure.skydd.namnare)
            for cell in self._cells():
                if cell.measure == top and (whole := cell._replace(measure=bottom)) in self.cells.counts:
                    self._split(whole, (cell,), ("rest", whole, cell))


def _shift(cell: Cell, months: int) -> Cell:
    if not months or not is_month(cell.period):
        return cell
    return cell._replace(period=month_label(last_month(cell.period) + months))
