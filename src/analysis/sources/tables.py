"""Readers of rectangular CSV files with one header row, as described by their passport."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.calendar import PERIOD_PATTERN
from analysis.sources.catalogue import Catalogue
from analysis.sources.observation import COLUMNS, GENDERS, STATUSES, WITH_VALUE, WITHOUT_VALUE
from analysis.sources.passports import LocatedPassport
from foundation.errors import BistandError, allowed_values


@dataclass(frozen=True)
class Cell:
    """One number in a raw file and where it stood, so that an error can point at it."""

    path: Path
    row: int
    column: str

    def error(self, problem: str, fix: str) -> BistandError:
        """Return an error that points at this cell."""
        return BistandError(problem, file=self.path, row=self.row, column=self.column, fix=fix)


def read_rows(path: Path, required: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (row number, row) of a UTF-8 comma-separated file; missing columns are an error.

    The header is row 1, as in an editor.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        header = tuple(reader.fieldnames or ())
        missing = [name for name in required if name not in header]
        if missing:
            raise BistandError(
                f"kolumnen ”{missing[0]}” saknas; filen har {', '.join(header) or 'inga kolumner'}",
                file=path,
                row=1,
                column=missing[0],
                fix="Rätta rubrikraden, eller ange rätt kolumnnamn i passet under ”inlasning”.",
            )
        for row in reader:
            if None in row or None in row.values():
                raise BistandError(
                    f"raden har inte {len(header)} fält som rubrikraden",
                    file=path,
                    row=reader.line_num,
                    fix="Kontrollera kommatecken och citattecken på raden.",
                )
            yield reader.line_num, row


def parse_number(text: str, cell: Cell) -> float:
    """Parse a decimal-point number; anything else is an error that points at the cell."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise cell.error(f"”{text}” är inte ett tal", "Skriv talet med decimalpunkt och utan mellanslag.")
    return value


def check_value(value: float, measure_id: str, catalogue: Catalogue, cell: Cell) -> None:
    """Check that a value is possible for its measure."""
    measure = catalogue.measure(measure_id)
    if measure.is_share and not 0 <= value <= 100:
        raise cell.error(
            f"andelen {value:g} ligger utanför 0–100 procent",
            "Kontrollera värdet mot källan; är det ett antal hör det till ett annat mått.",
        )
    if measure.enhet == "antal" and value < 0:
        raise cell.error(f"antalet {value:g} är negativt", "Kontrollera värdet mot källan.")


def check_code(code: str, catalogue: Catalogue, cell: Cell) -> str:
    """Check that a municipality code is known."""
    if code not in catalogue.municipalities:
        raise cell.error(
            f"kommunkoden ”{code}” är okänd",
            "Använd SCB:s fyrsiffriga kod med inledande nolla, till exempel 0380 för Uppsala.",
        )
    return code


def check_period(period: str, cell: Cell) -> str:
    """Check that a period is a year, a month or a delår."""
    if not re.match(PERIOD_PATTERN, period):
        raise cell.error(f"perioden ”{period}” går inte att tolka", "Skriv 2024, 2024-10 eller 2024-T2.")
    return period


def check_unique(keys: dict[tuple[str, ...], int], key: tuple[str, ...], cell: Cell) -> None:
    """Check that a key has not been seen before in the file."""
    first = keys.setdefault(key, cell.row)
    if first != cell.row:
        raise cell.error(
            f"{' '.join(part for part in key if part != 'alla')} finns redan på rad {first}",
            "Ta bort den ena raden; varje kommun, mått och period får finnas en gång i en utgåva.",
        )


def read_tidy(located: LocatedPassport, catalogue: Catalogue) -> pd.DataFrame:
    """Read a CSV with one row a municipality and year and one column a measure.

    Years in which a municipality has no row become rows with status ``missing`` if the passport says
    ``tomma_ar_ar: missing``: the source publishes the measure for all municipalities and left it out.
    """
    passport, path = located.passport, located.data
    layout = passport.inlasning
    columns = tuple(value.kolumn for value in layout.varden)
    seen: dict[tuple[str, ...], int] = {}
    records: list[tuple[str, str, str, float, str, str]] = []
    for number, row in read_rows(path, (layout.kommun, layout.period, *columns)):
        code = check_code(row[layout.kommun], catalogue, Cell(path, number, layout.kommun))
        at = Cell(path, number, layout.period)
        period = check_period(row[layout.period], at)
        check_unique(seen, (code, period), at)
        for spec in layout.varden:
            if not row[spec.kolumn]:
                records.append((code, spec.matt, period, math.nan, "missing", ""))
                continue
            cell = Cell(path, number, spec.kolumn)
            value = parse_number(row[spec.kolumn], cell)
            check_value(value, spec.matt, catalogue, cell)
            records.append((code, spec.matt, period, value, spec.status, ""))
    if layout.tomma_ar_ar == "missing":
        records += _absent(seen, located)
    names = ["kommun_kod", "measure_id", "period", "value", "status", "note"]
    return _finish(pd.DataFrame.from_records(records, columns=names), located, catalogue)


def _absent(
    seen: dict[tuple[str, ...], int], located: LocatedPassport
) -> list[tuple[str, str, str, float, str, str]]:
    codes = sorted({key[0] for key in seen})
    periods = sorted({key[1] for key in seen})
    return [
        (code, spec.matt, period, math.nan, "missing", "saknas i källan")
        for spec in located.passport.inlasning.varden
        for code in codes
        for period in periods
        if (code, period) not in seen
    ]


def demand_rows(frame: pd.DataFrame, located: LocatedPassport) -> None:
    """Stop at a source that holds nothing but its heading."""
    if frame.empty:
        raise BistandError("filen har inga rader", file=located.data, fix="Lägg in filen igen från källan.")


def _finish(frame: pd.DataFrame, located: LocatedPassport, catalogue: Catalogue) -> pd.DataFrame:
    demand_rows(frame, located)
    known = {period: located.passport.kant_fran.known_on(period) for period in frame["period"].unique()}
    frame = frame.assign(
        gender="T",
        group="alla",
        unit=[catalogue.measure(measure_id).enhet for measure_id in frame["measure_id"]],
        source_id=located.passport.id,
        known_from=[known[period] for period in frame["period"]],
    )
    return frame.loc[:, list(COLUMNS)]


def read_observations(located: LocatedPassport, catalogue: Catalogue) -> pd.DataFrame:
    """Read a CSV that already has one observation a row.

    Columns: ``kommun_kod, measure_id, period, gender, value, status, note`` (``group`` is optional). The note
    says which document, page or table, and what was approximate.
    """
    path = located.data
    required = ("kommun_kod", "measure_id", "period", "gender", "value", "status", "note")
    seen: dict[tuple[str, ...], int] = {}
    records: list[dict[str, object]] = []
    for number, row in read_rows(path, required):
        record = _observation(row, path, number, catalogue)
        key = tuple(str(record[name]) for name in ("kommun_kod", "measure_id", "period", "gender", "group"))
        check_unique(seen, key, Cell(path, number, "period"))
        known = located.passport.kant_fran.known_on(str(record["period"]))
        records.append(record | {"source_id": located.passport.id, "known_from": known})
    return pd.DataFrame.from_records(records).loc[:, list(COLUMNS)]


def _observation(row: dict[str, str], path: Path, number: int, catalogue: Catalogue) -> dict[str, object]:
    def at(column: str) -> Cell:
        return Cell(path, number, column)

    measure_id = row["measure_id"]
    if measure_id not in catalogue.measures:
        raise at("measure_id").error(
            f"måttet ”{measure_id}” är okänt", f"Tillåtna mått: {allowed_values(catalogue.measures)}."
        )
    if row["gender"] not in GENDERS:
        raise at("gender").error(
            f"könet ”{row['gender']}” är okänt", "Skriv T (alla), K (kvinnor) eller M (män)."
        )
    status = row["status"]
    if status not in STATUSES:
        raise at("status").error(f"statusen ”{status}” är okänd", f"Tillåtna: {', '.join(STATUSES)}.")
    if status in WITHOUT_VALUE and row["value"]:
        raise at("value").error(
            f"statusen {status} får inte ha något värde", "Töm värdet eller ändra status."
        )
    if status in WITH_VALUE and not row["value"]:
        raise at("value").error(
            f"statusen {status} kräver ett värde", "Skriv värdet eller sätt status missing."
        )
    value = parse_number(row["value"], at("value")) if row["value"] else math.nan
    if row["value"]:
        check_value(value, measure_id, catalogue, at("value"))
    return {
        "kommun_kod": check_code(row["kommun_kod"], catalogue, at("kommun_kod")),
        "measure_id": measure_id,
        "period": check_period(row["period"], at("period")),
        "gender": row["gender"],
        "group": row.get("group") or "alla",
        "value": value,
        "unit": catalogue.measure(measure_id).enhet,
        "status": status,
        "note": row["note"],
    }
