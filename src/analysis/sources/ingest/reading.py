"""Read one file of the municipality's own figures and say what was understood."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import pandas as pd

from analysis.sources.catalogue import Catalogue
from analysis.sources.ingest.cells import DecimalGuess, guess_decimal
from analysis.sources.ingest.columns import Column, plan_columns
from analysis.sources.ingest.dialect import Grid, read_grids
from analysis.sources.ingest.headings import Headings
from analysis.sources.ingest.layout import Frame, find_frame, is_empty, looks_numeric
from analysis.sources.ingest.mapping import Mapping
from analysis.sources.ingest.periods import is_week, normalise, parse_period
from analysis.sources.ingest.places import Places
from analysis.sources.ingest.remarks import remarks
from analysis.sources.ingest.rows import Dropped, Found, RowReader
from analysis.sources.ingest.text import number_text
from foundation.errors import BistandError

#: Columns of a reading, before source and date are known.
READ_COLUMNS: Final = (
    "kommun_kod", "measure_id", "period", "gender", "group", "value", "unit", "status", "note", "row",
)  # fmt: skip


_PLAIN_REASONS: Final = (
    "upprepad rubrikrad", "fotnot eller mellanrubrik", "rad utan siffror", "summarad",
    "rad utan etikett (troligen en summa)", "har inga siffror än",
)  # fmt: skip


def _reason(column: Column) -> str:
    return "okänd rubrik över siffror" if column.unknown else column.why


@dataclass(frozen=True)
class Reading:
    """What a file was understood to say.

    `table` has the columns of :data:`READ_COLUMNS`, one row an observation in file order (`row` is the row in
    the file); `dropped` says what was left out and why; `warnings` what a reader should look at twice; `serials`
    how many periods stood as bare day numbers.
    """

    path: Path
    origin: str
    sheet: str | None
    titles: tuple[str, ...]
    headings: tuple[str, ...]
    columns: tuple[Column, ...]
    decimal: str
    table: pd.DataFrame
    dropped: tuple[Dropped, ...]
    warnings: tuple[str, ...]
    serials: int = 0

    @property
    def left_out(self) -> tuple[str, ...]:
        """What was left out, by place and reason, without any of the file's own words."""
        columns = [f"kolumn {c.index + 1}: {_reason(c)}" for c in self.columns if c.role == "ej med"]
        rows = Counter(item.why for item in self.dropped if item.why in _PLAIN_REASONS)
        return (*columns, *(f"{number} × {why}" for why, number in sorted(rows.items())))


def read_file(path: Path, mapping: Mapping, catalogue: Catalogue, *, grids: tuple[Grid, ...] = ()) -> Reading:
    """Read a file with its mapping; the same file and mapping always give the same reading.

    Parameters
    ----------
    grids
        The file's sheets if they have been read already.

    Raises
    ------
    BistandError
        Naming file, row, column and what to do, for anything that cannot be understood.
    """
    grid, frame = _choose(grids or read_grids(path), mapping, path)
    headings = Headings(catalogue, mapping.mattnamn)
    places = Places(catalogue)
    _check_title(frame, places, mapping, catalogue, path)
    columns = plan_columns(grid, frame, mapping, headings, places)
    _check_weeks(grid, frame, columns, path)
    _check_columns(columns, mapping, headings, path)
    decimal = _decimal(grid, frame, columns, mapping, path)
    reader = RowReader(path, grid, frame, columns, mapping, catalogue, headings, places, decimal)
    found = list(reader.read())
    _check_unique(found, path)
    table, unpublished = _table(found, catalogue, mapping)
    dropped = [Dropped(f"kolumn ”{c.label}”", c.why) for c in columns if c.role == "ej med"]
    dropped += reader.dropped + unpublished
    if table.empty:
        raise BistandError(
            "hittar inga siffror i tabellen", file=path, fix="Kontrollera att rätt blad är valt."
        )
    _check_fractions(table, grid, mapping, path)
    return Reading(
        path=path,
        origin=grid.origin,
        sheet=grid.sheet,
        titles=frame.titles,
        headings=tuple(column.label for column in columns),
        columns=columns,
        decimal=decimal.decimal,
        table=table,
        dropped=tuple(dropped),
        warnings=(*_title_warning(frame, places, mapping, catalogue), *remarks(columns, headings, mapping)),
        serials=reader.serials,
    )


def _choose(grids: tuple[Grid, ...], mapping: Mapping, path: Path) -> tuple[Grid, Frame]:
    if mapping.blad is not None:
        named = [grid for grid in grids if grid.sheet == mapping.blad]
        if not named:
            names = ", ".join(f"”{grid.sheet}”" for grid in grids)
            raise BistandError(
                f"bladet ”{mapping.blad}” finns inte", file=path, fix=f"Filen har bladen {names}."
            )
        grids = tuple(named)
    candidates = [(grid, frame) for grid in grids if not grid.hidden and (frame := find_frame(grid))]
    if not candidates:
        raise BistandError(
            "hittar ingen tabell med en rubrikrad och siffror under den",
            file=path,
            fix="Tabellen ska ha rubriker överst, till exempel År, Månad och Antal hushåll.",
        )
    if len(candidates) > 1 and mapping.blad is None:
        names = ", ".join(f"”{grid.sheet}”" for grid, _ in candidates)
        raise BistandError(
            f"flera blad har tabeller: {names}",
            file=path,
            fix="Välj ett med --blad, till exempel --blad Tabell.",
        )
    return candidates[0]


def _check_title(frame: Frame, places: Places, mapping: Mapping, catalogue: Catalogue, path: Path) -> None:
    named = places.in_title(frame.titles)
    if named is not None and mapping.kommun is not None and named != mapping.kommun:
        raise BistandError(
            f"rubriken säger {catalogue.municipality(named).name} men --kommun eller mappningen säger "
            f"{catalogue.municipality(mapping.kommun).name}",
            file=path,
            fix="Välj rätt fil eller rätt kommun.",
        )


def _title_warning(frame: Frame, places: Places, mapping: Mapping, catalogue: Catalogue) -> tuple[str, ...]:
    county = places.county_in(frame.titles)
    if county is None or mapping.kommun is None:
        return ()
    name = catalogue.municipality(mapping.kommun).name
    return (f"Rubriken nämner {county.title()} men siffrorna läggs på {name}: är det kommunens egna tal?",)


def _check_columns(columns: tuple[Column, ...], mapping: Mapping, headings: Headings, path: Path) -> None:
    labels = [column.label for column in columns]
    for label, rule in mapping.kolumner.items():
        remembered = label in mapping.rubriker or (bool(mapping.rubriker) and rule.roll == "ej med")
        if remembered or normalise(label) in map(normalise, labels):
            continue
        near = get_close_matches(label, labels, 1, 0.3) or labels[:1]
        raise BistandError(
            f"filen har ingen kolumn ”{label}”", file=path, fix=f"Menade du ”{near[0] if near else ''}”?"
        )
    if not any(column.role == "värde" for column in columns):
        if labels and all(looks_numeric(label) or parse_period(label) for label in labels):
            raise BistandError(
                "hittar ingen rubrikrad",
                file=path,
                row=1,
                fix="Skriv rubriker överst, till exempel Period;Antal hushåll.",
            )
        unknown = [column.label for column in columns if column.unknown] or labels[-1:]
        near = [f'--kolumn "{unknown[0]}={key}"' for key in headings.nearest(unknown[0])]
        raise BistandError(
            "ingen kolumn känns igen som siffror för ett mått; rubrikerna är "
            + ", ".join(f"”{label[:60]}”" for label in labels[:12]),
            file=path,
            fix=f"Tala om vad kolumnen är. Närmast ligger {' eller '.join(near)}. Alla mått: bistand matt.",
        )


def _check_weeks(grid: Grid, frame: Frame, columns: tuple[Column, ...], path: Path) -> None:
    for column in columns:
        cells = [grid.cell(row, column.index) for row in frame.body]
        if sum(map(is_week, cells)) > 0.5 * sum(not is_empty(cell) for cell in cells) or is_week(
            column.label
        ):
            raise BistandError(
                "perioderna är veckor, och veckor går inte jämnt upp i månader",
                file=path,
                row=frame.body[0] + 1,
                column=column.label or None,
                fix="Exportera per månad.",
            )


def _decimal(
    grid: Grid, frame: Frame, columns: tuple[Column, ...], mapping: Mapping, path: Path
) -> DecimalGuess:
    texts = [
        cell
        for column in columns
        if column.role == "värde"
        for row in frame.body
        if isinstance(cell := grid.cell(row, column.index), str) and cell
    ]
    guess = guess_decimal(texts)
    if mapping.decimaltecken is not None:
        return DecimalGuess(mapping.decimaltecken, thousands=True, certain=True)
    if not guess.certain:
        point = next((text for text in texts if "." in text), "")
        comma = next((text for text in texts if "," in text), "")
        what = (
            f"filen blandar decimaltecken: ”{comma}” och ”{point}”"
            if comma and point
            else f"det går inte att avgöra om {'punkten' if point else 'kommatecknet'} i ”{point or comma}” "
            "skiljer tusental eller decimaler"
        )
        raise BistandError(
            what,
            file=path,
            fix="Ange --decimaltecken , om kommatecknet skiljer decimaler och punkten tusental, annars --decimaltecken .",
        )
    return guess


def _check_unique(found: list[Found], path: Path) -> None:
    seen: dict[tuple[str, ...], Found] = {}
    for item in found:
        first = seen.setdefault(item.key, item)
        if first is not item:
            what = " ".join(part for part in item.key if part != "alla")
            raise BistandError(
                f"{what} finns två gånger: även på rad {first.row}, kolumn ”{first.column}”",
                file=path,
                row=item.row,
                column=item.column,
                fix="Ta bort den ena, eller ange med --kolumn vilken kolumn som är en grupp, ett kön eller ska utelämnas.",
            )


def _table(found: list[Found], catalogue: Catalogue, mapping: Mapping) -> tuple[pd.DataFrame, list[Dropped]]:
    last = max((item.period for item in found if item.status != "missing"), default="")
    kept = [item for item in found if item.period <= last]
    late = sorted({item.period for item in found} - {item.period for item in kept})
    dropped = [Dropped(f"perioderna {', '.join(late)}", "har inga siffror än")] if late else []
    rows = [
        {
            "kommun_kod": item.kommun,
            "measure_id": item.measure,
            "period": item.period,
            "gender": item.gender,
            "group": item.group,
            "value": item.value,
            "unit": catalogue.measures[item.measure].enhet,
            "status": item.status,
            "note": "",
            "row": item.row,
        }
        for item in kept
    ]
    table = pd.DataFrame(rows, columns=list(READ_COLUMNS))
    return _mark_preliminary(table, mapping.preliminara_manader), dropped


def _mark_preliminary(table: pd.DataFrame, months: int) -> pd.DataFrame:
    """Give the newest `months` months of each measure the status preliminary."""
    if months == 0 or table.empty:
        return table
    monthly = table["period"].str.fullmatch(r"\d{4}-\d{2}")
    index = table["period"].where(monthly, "0000-01").map(lambda text: int(text[:4]) * 12 + int(text[5:7]))
    newest = index.groupby(table["measure_id"]).transform("max")
    chosen = monthly & (index > newest - months) & (table["status"] == "observed")
    return table.assign(status=table["status"].mask(chosen, "preliminary"))


def _check_fractions(table: pd.DataFrame, grid: Grid, mapping: Mapping, path: Path) -> None:
    """Ask for the scale when all shares are so small that they may be parts of one."""
    if mapping.skala is not None or any(rule.skala is not None for rule in mapping.kolumner.values()):
        return
    limit = 0.5 if grid.sheet is not None else 0.05
    shares = table[(table["unit"] == "procent") & table["value"].notna() & (table["value"] > 0)]
    for measure_id, part in shares.groupby("measure_id"):
        top = part["value"].max()
        if top < 0.05 or (len(part) >= 2 and top < limit):
            raise BistandError(
                f"alla värden för {measure_id} är under {number_text(limit)}: är det procent eller delar av ett?",
                file=path,
                fix="Ange --skala 100 om Excel visar 3,7 % (cellen innehåller 0,037), --skala 1 om det är procent.",
            )
