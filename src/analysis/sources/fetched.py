"""What the clients of open sources have in common: rows, completeness, and the file that is stored."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from foundation.errors import BistandError

FIELDS: Final = ("kommun_kod", "measure_id", "period", "gender", "value", "status", "note")
#: A year in which fewer than this share of the asked-for municipalities have a row is a partial answer.
COMPLETE_SHARE: Final = 0.8


@dataclass(frozen=True, order=True)
class Row:
    """One fetched observation; `value` is NaN unless the status says that there is a number."""

    kommun_kod: str
    measure_id: str
    period: str
    gender: str
    value: float = field(compare=False)
    status: str = field(compare=False, default="observed")
    note: str = field(compare=False, default="")


@dataclass(frozen=True)
class FetchedMeasure:
    """All rows of one measure and what the service calls it."""

    measure_id: str
    title: str
    description: str
    rows: tuple[Row, ...]
    remarks: tuple[str, ...] = ()


def csv_bytes(rows: Iterable[Row]) -> bytes:
    """Return rows as the CSV that the reader ``observationer`` reads; sorted, LF, full precision."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(FIELDS)
    for row in sorted(rows):
        value = "" if math.isnan(row.value) else repr(row.value)
        writer.writerow((row.kommun_kod, row.measure_id, row.period, row.gender, value, row.status, row.note))
    return buffer.getvalue().encode("utf-8")


def check_complete(
    rows: Sequence[Row], codes: Sequence[str], measure_id: str, where: str, *, allow_gaps: bool
) -> tuple[str, ...]:
    """Refuse a partial answer; return remarks about small gaps.

    The services leave out single municipality-years, so single gaps are remarks. A municipality without any row, or a
    period with rows for less than :data:`COMPLETE_SHARE` of the municipalities, is a partial answer, unless the user
    has said that gaps are expected.
    """
    if not rows:
        raise BistandError(
            f"{measure_id}: svaret innehåller inga värden",
            file=where,
            fix="Kontrollera nyckeltal, kommuner och år.",
        )
    wanted = set(codes)
    silent = sorted(wanted - {row.kommun_kod for row in rows})
    by_period: dict[str, set[str]] = {}
    for row in rows:
        by_period.setdefault(row.period, set()).add(row.kommun_kod)
    thin = sorted(
        period for period, seen in by_period.items() if len(seen & wanted) < COMPLETE_SHARE * len(wanted)
    )
    if (silent or thin) and not allow_gaps:
        what = (
            f"kommuner utan något värde: {', '.join(silent[:8])}"
            if silent
            else f"perioder med få kommuner: {', '.join(thin[:8])}"
        )
        raise BistandError(
            f"{measure_id}: svaret är ofullständigt ({what}, {len(silent) or len(thin)} i allt)",
            file=where,
            fix="Försök igen senare. Är luckan verklig: ange --tillat-luckor. Ingenting har sparats.",
        )
    gaps = sum(len(wanted - seen) for seen in by_period.values())
    return (f"{gaps} kommun och period saknas i källan: status saknas, aldrig noll.",) if gaps else ()


def fill_gaps(rows: Sequence[Row], codes: Sequence[str]) -> tuple[Row, ...]:
    """Add rows with status missing where the source left a municipality and period out (gender total)."""
    seen = {(row.kommun_kod, row.period) for row in rows if row.gender == "T"}
    periods = sorted({row.period for row in rows})
    measure_id = rows[0].measure_id
    absent = [
        Row(code, measure_id, period, "T", math.nan, "missing", "saknas i källan")
        for code in codes
        for period in periods
        if (code, period) not in seen
    ]
    return (*rows, *absent)
