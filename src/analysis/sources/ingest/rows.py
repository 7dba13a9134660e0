"""From rows to observations: identifiers carried down, totals and notes left out, every cell read or refused."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from analysis.sources.catalogue import Catalogue
from analysis.sources.ingest.cells import DecimalGuess, NotANumber, parse_cell
from analysis.sources.ingest.columns import Column
from analysis.sources.ingest.dialect import Cell, Grid
from analysis.sources.ingest.headings import Facets, Headings, plain
from analysis.sources.ingest.layout import Frame, as_text, is_empty, looks_numeric
from analysis.sources.ingest.mapping import Mapping, Role
from analysis.sources.ingest.periods import (
    EPOCH_1904,
    TOTAL_WORDS,
    PeriodPart,
    excel_serial,
    month_number,
    normalise,
    parse_gender,
    parse_period,
)
from analysis.sources.ingest.places import COUNTY, Places
from analysis.sources.tables import Cell as Place
from analysis.sources.tables import check_value
from foundation.errors import BistandError

_CARRIED: Final[tuple[Role, ...]] = ("kommun", "period", "år", "mått", "grupp")
_STATUS_WORDS: Final = {
    **dict.fromkeys(("preliminär", "preliminärt", "preliminary", "prel", "prel.", "p"), "preliminary"),
    **dict.fromkeys(("definitiv", "definitivt", "slutlig", "slutligt", "fastställd", "observed"), "observed"),
    **dict.fromkeys(("ungefärlig", "cirka", "approximate"), "approximate"),
}


@dataclass(frozen=True)
class Dropped:
    """Something left out of the reading: where, and why."""

    where: str
    why: str


@dataclass(frozen=True)
class Found:
    """One number (or reasoned absence) and the cell it stood in."""

    kommun: str
    measure: str
    period: str
    gender: str
    group: str
    value: float
    status: str
    row: int
    column: str

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What the number is about."""
        return (self.kommun, self.measure, self.period, self.gender, self.group)


class RowReader:
    """Reads the body of one table; `dropped` fills up as rows are left out."""

    def __init__(
        self,
        path: Path,
        grid: Grid,
        frame: Frame,
        columns: tuple[Column, ...],
        mapping: Mapping,
        catalogue: Catalogue,
        headings: Headings,
        places: Places,
        decimal: DecimalGuess,
    ) -> None:
        self.path, self.grid, self.frame, self.mapping = path, grid, frame, mapping
        self.catalogue, self.headings, self.places, self.decimal = catalogue, headings, places, decimal
        self.ids = [column for column in columns if column.role not in ("värde", "ej med")]
        self.values = [column for column in columns if column.role == "värde"]
        self.texts = [column for column in columns if column.role == "ej med"]
        self.dropped: list[Dropped] = []
        self.serials = 0
        self.title_place = places.in_title(frame.titles)

    def read(self) -> Iterator[Found]:
        """Yield every observation of the table."""
        carried: dict[int, Cell] = {}
        labels = {normalise(text) for levels in self.frame.headings for text in levels if text}
        for row in self.frame.body:
            reason = self._skip(row, labels)
            if reason is not None:
                if reason:
                    self.dropped.append(Dropped(f"rad {row + 1}", reason))
                continue
            identity = {}
            for column in self.ids:
                cell = self.grid.cell(row, column.index)
                if is_empty(cell) and column.role in _CARRIED:
                    cell = carried.get(column.index, "")
                carried[column.index] = cell
                identity[column] = cell
            yield from self._row(row, identity)

    def _skip(self, row: int, labels: set[str]) -> str | None:
        """Return None to read the row, an empty text to skip it silently, or the reason for dropping it."""
        filled = [cell for cell in self.grid.rows[row] if not is_empty(cell)]
        if not filled:
            return ""
        texts = [normalise(as_text(cell)) for cell in filled]
        if all(text in labels for text in texts) and len(texts) > 1:
            return "upprepad rubrikrad"
        numbers = [c for c in self.values if looks_numeric(self.grid.cell(row, c.index))]
        named = [c for c in self.ids if not is_empty(self.grid.cell(row, c.index))]
        if not numbers and not any(_time(self.grid.cell(row, c.index)) for c in named):
            return "fotnot eller mellanrubrik" if len(filled) == 1 else "rad utan siffror"
        if self._is_total(row):
            return "summarad"
        if self.ids and not named:
            return "rad utan etikett (troligen en summa)"
        return None

    def _is_total(self, row: int) -> bool:
        for column in (*self.ids, *self.texts):
            if column.role in ("kön", "grupp"):
                continue
            text = plain(as_text(self.grid.cell(row, column.index))).rstrip(":")
            if text in TOTAL_WORDS or re.match(r"(?:del)?summa\b|total(?:t|summa)?\b|genomsnitt\b", text):
                return True
        return False

    def _row(self, row: int, identity: dict[Column, Cell]) -> Iterator[Found]:
        facets, kommun, status = Facets(), None, None
        for column, cell in identity.items():
            if is_empty(cell):
                continue
            if column.role == "kommun":
                found = self._place(row, column, cell)
                if found == COUNTY:
                    self.dropped.append(Dropped(f"rad {row + 1}", f"{as_text(cell)} är ingen kommun"))
                    return
                if kommun is not None and found != kommun:
                    raise self._error(
                        row, column, "kommunkod och kommunnamn stämmer inte", "Rätta raden i källan."
                    )
                if self.mapping.kommun not in (None, found):
                    raise self._error(
                        row,
                        column,
                        f"raden gäller {self.catalogue.municipality(found).name}, men kommunen är angiven som "
                        f"{self.catalogue.municipality(str(self.mapping.kommun)).name}",
                        "Välj rätt fil eller rätt kommun. Har filen flera kommuner, utelämna --kommun.",
                    )
                kommun = found
            elif column.role == "status":
                status = _STATUS_WORDS.get(normalise(cell))
            else:
                said = self._facets(row, column, cell)
                if _contradict(facets.period, said.period):
                    raise self._error(
                        row,
                        column,
                        f"perioden sägs två gånger, olika: ”{as_text(cell)}” mot en annan kolumn på raden",
                        f'Utelämna den som inte gäller, till exempel --kolumn "{column.label}=ej med".',
                    )
                facets = facets | said
        kommun = self.mapping.kommun if kommun is None else kommun
        kommun = kommun or self.title_place
        for column in self.values:
            yield self._cell(row, column, column.facets | facets, kommun, status)

    def _place(self, row: int, column: Column, cell: Cell) -> str:
        found = self.places.find(cell)
        if found is None:
            raise self._error(
                row,
                column,
                f"”{as_text(cell)}” är ingen känd kommun",
                "Skriv SCB:s fyrsiffriga kod eller kommunens namn.",
            )
        return found

    def _facets(self, row: int, column: Column, cell: Cell) -> Facets:
        if column.role == "kön":
            gender = parse_gender(cell)
            if gender is None:
                raise self._error(
                    row, column, f"könet ”{as_text(cell)}” är okänt", "Skriv kvinnor, män eller totalt."
                )
            return Facets(gender=gender)
        if column.role == "grupp":
            name = as_text(cell)
            return Facets(group="alla" if normalise(name) in TOTAL_WORDS else name)
        if column.role == "mått":
            said = self.headings.read(cell)
            if said.measure is None:
                raise self._error(
                    row,
                    column,
                    f"måttet ”{as_text(cell)}” är okänt",
                    "Lägg till namnet under ”rubriker” för måttet i data/raw/matt.yml eller ”mattnamn” i mappningen.",
                )
            return said
        return Facets(period=self._period(row, column, cell))

    def _period(self, row: int, column: Column, cell: Cell) -> PeriodPart:
        part = parse_period(cell)
        if part is None and column.role == "månad":
            number = month_number(cell)
            part = PeriodPart(None, number) if number else None
        if part is None:
            part = excel_serial(
                cell + EPOCH_1904 if self.grid.epoch_1904 and isinstance(cell, float) else cell
            )
            self.serials += part is not None
        if part is None:
            raise self._error(
                row,
                column,
                f"perioden ”{as_text(cell)}” går inte att tolka",
                "Skriv till exempel 2024-10, okt 2024, 2024M10 eller 2024.",
            )
        return part

    def _cell(
        self, row: int, column: Column, facets: Facets, kommun: str | None, status: str | None
    ) -> Found:
        measure = facets.measure or self.mapping.matt
        period = facets.period or (PeriodPart(self.mapping.ar) if self.mapping.ar else None)
        if period is not None and period.year is None and self.mapping.ar:
            period = replace(period, year=self.mapping.ar)
        if measure is None:
            raise self._error(row, column, "det framgår inte vilket mått siffrorna gäller", _HOW["matt"])
        if period is None or period.text() is None:
            raise self._error(row, column, "det framgår inte vilket år siffrorna gäller", _HOW["ar"])
        if kommun is None:
            raise self._error(row, column, "det framgår inte vilken kommun siffrorna gäller", _HOW["kommun"])
        if measure not in self.catalogue.measures:
            raise self._error(
                row, column, f"måttet ”{measure}” är okänt", "Lägg till måttet i data/raw/matt.yml."
            )
        value, read_status = self._number(row, column, measure)
        if read_status == "observed" and status is not None:
            read_status = status
        return Found(
            kommun=kommun,
            measure=measure,
            period=period.text() or "",
            gender=facets.gender or self.mapping.kon,
            group=facets.group or self.mapping.grupp,
            value=value,
            status=read_status,
            row=row + 1,
            column=column.label,
        )

    def _number(self, row: int, column: Column, measure: str) -> tuple[float, str]:
        place = Place(self.path, row + 1, column.label)
        try:
            cell = parse_cell(
                self.grid.cell(row, column.index),
                self.decimal.decimal,
                extra={key.lower(): value for key, value in self.mapping.tecken.items()},
                thousands=self.decimal.thousands,
            )
        except NotANumber as error:
            raise place.error(
                str(error),
                "Rätta cellen i källan, eller ange vad tecknet betyder under ”tecken” i mappningen.",
            ) from error
        if math.isnan(cell.value):
            return math.nan, cell.status
        if cell.percent and not self.catalogue.measures[measure].is_share:
            raise place.error(
                f"cellen är en andel i procent men {measure} är ett antal",
                "Välj ett annat mått för kolumnen.",
            )
        value = cell.value * column.scale
        check_value(value, measure, self.catalogue, place)
        return value, cell.status

    def _error(self, row: int, column: Column, problem: str, fix: str) -> BistandError:
        return BistandError(problem, file=self.path, row=row + 1, column=column.label or None, fix=fix)


_HOW: Final = {
    "matt": "Ange --matt, till exempel --matt MANAD_HUSHALL.",
    "ar": "Ange --ar, till exempel --ar 2024, om året inte står i filen.",
    "kommun": "Ange --kommun med SCB:s fyrsiffriga kod, till exempel --kommun 0380.",
}


def _contradict(first: PeriodPart | None, second: PeriodPart | None) -> bool:
    """Whether two statements about time cannot both be true."""
    if first is None or second is None:
        return False
    pairs = ((first.year, second.year), (first.month, second.month), (first.third, second.third))
    return any(one is not None and two is not None and one != two for one, two in pairs)


def _time(cell: Cell) -> bool:
    return parse_period(cell) is not None or month_number(cell) is not None
