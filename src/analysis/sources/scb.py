"""Client of SCB's statistical database (PxWeb, version 1): table description by GET, cells by POST.

Categories are chosen by their texts, read from the table's own description, so that a renamed code is no
break and a vanished text is a clear one. From 2025 the population stands in a table whose small cells carry noise
(CKM); the measure lists both tables and each year is taken from the first that has it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from analysis.sources.catalogue import Fetched
from analysis.sources.fetched import FetchedMeasure, Row, check_complete, fill_gaps
from analysis.sources.http import Client
from analysis.sources.jsonstat import Cube, JsonStatError, parse_cube
from analysis.sources.observation import RIKET
from foundation.errors import BistandError

BASE_URL: Final = "https://api.scb.se/OV0104/v1/doris/sv/ssd/START/"
RIKET_CODE: Final = "00"
#: Cells a query; SCB allows more, smaller answers are kinder and fail more seldom.
MAX_CELLS: Final = 50_000
_GENDER: Final = {"kvinnor": "K", "män": "M"}
_NOT_PUBLISHED: Final = frozenset(("..", "…"))
_NOT_APPLICABLE: Final = frozenset((".",))

_TIME: Final = re.compile(r"\d{4}(M\d{2}|K\d)?")

Advance = Callable[[], object]


class _Variable(BaseModel):
    model_config = ConfigDict(extra="ignore")

    code: str
    values: list[str]
    valueTexts: list[str]
    elimination: bool = False
    time: bool = False

    def code_of(self, text: str) -> str | None:
        """Return the code whose text (or code) is `text`, case apart."""
        wanted = text.casefold()
        for code, label in zip(self.values, self.valueTexts, strict=True):
            if wanted in (label.casefold(), code.casefold()):
                return code
        return None

    def total(self) -> str | None:
        """Return the code of the category that stands for all."""
        for code, label in zip(self.values, self.valueTexts, strict=True):
            if label.casefold().startswith("total"):
                return code
        return None


class _Table(BaseModel):
    model_config = ConfigDict(extra="ignore")

    title: str
    variables: list[_Variable]

    @model_validator(mode="after")
    def _whole(self) -> _Table:
        for item in self.variables:
            if len(item.values) != len(item.valueTexts):
                raise ValueError(f"{item.code} har inte lika många koder som texter")
            if item.code == "Tid" and not all(_TIME.fullmatch(code) for code in item.values):
                raise ValueError("Tid är varken år eller månader")
        return self

    def variable(self, code: str) -> _Variable | None:
        """Return a variable by its code."""
        return next((item for item in self.variables if item.code == code), None)


@dataclass(frozen=True)
class _Query:
    """One selection: variable -> codes; `genders` maps the codes of Kon (or None for the total without it)."""

    selection: dict[str, list[str]]
    genders: dict[str | None, str]


def fetch_measure(
    client: Client,
    spec: Fetched,
    measure_id: str,
    codes: Sequence[str],
    years: Sequence[int],
    *,
    allow_gaps: bool = False,
    advance: Advance = lambda: None,
) -> FetchedMeasure:
    """Fetch one measure for municipalities and years (or the months of those years), by gender.

    Raises
    ------
    BistandError
        For an answer that is partial, changed in form or not about what was asked for. Nothing is stored here.
    """
    rows: dict[tuple[str, str, str], Row] = {}
    titles = []
    for table in spec.tabell:
        description = _describe(client, table)
        done = {key[1] for key in rows}
        found = _table_rows(client, table, description, spec, measure_id, codes, years, done, advance)
        rows |= {(row.kommun_kod, row.period, row.gender): row for row in found}
        titles.append(description.title)
    published = {row.period for row in rows.values() if not math.isnan(row.value)}
    kept = [row for row in rows.values() if row.period in published]
    remarks = check_complete(kept, codes, measure_id, client.base_url, allow_gaps=allow_gaps)
    title = "; ".join(dict.fromkeys(titles))
    return FetchedMeasure(measure_id, title, title, fill_gaps(kept, codes), remarks)


def _describe(client: Client, table: str) -> _Table:
    try:
        return _Table.model_validate(client.get(table))
    except (ValidationError, ValueError) as error:
        raise _drift(client, table, "tabellens beskrivning har ny form") from error


def _table_rows(
    client: Client,
    table: str,
    description: _Table,
    spec: Fetched,
    measure_id: str,
    codes: Sequence[str],
    years: Sequence[int],
    done: set[str],
    advance: Advance,
) -> list[Row]:
    time = description.variable("Tid")
    region = description.variable("Region")
    if time is None or region is None:
        raise _drift(client, table, "variablerna Region och Tid saknas")
    periods = [code for code in time.values if int(code[:4]) in years and _period(code) not in done]
    regions = [RIKET_CODE if code == RIKET else code for code in codes]
    absent = sorted(set(regions) - set(region.values))
    if absent:
        raise _drift(client, table, f"regionerna {', '.join(absent[:8])} finns inte i tabellen")
    rows: list[Row] = []
    for query in _queries(client, table, description, spec):
        size = len(regions) * math.prod(len(part) for part in query.selection.values())
        step = max(1, MAX_CELLS // size)
        for start in range(0, len(periods), step):
            part = periods[start : start + step]
            selection = {"Region": regions, **query.selection, "Tid": part}
            rows += _rows(_ask(client, table, selection), query, measure_id)
            advance()
    return rows


def _queries(client: Client, table: str, description: _Table, spec: Fetched) -> Iterator[_Query]:
    """Yield the queries that together give all, women and men."""
    fixed: dict[str, list[str]] = {}
    kon: _Variable | None = None
    for variable in description.variables:
        if variable.code in ("Region", "Tid"):
            continue
        if variable.code == "Kon":
            kon = variable
            continue
        wanted = spec.innehall if variable.code == "ContentsCode" else spec.val.get(variable.code)
        code = variable.code_of(wanted) if wanted else variable.total()
        if code is not None:
            fixed[variable.code] = [code]
        elif wanted or not variable.elimination:
            raise _drift(client, table, f"”{wanted or 'totalt'}” finns inte för {variable.code}")
    if kon is None:
        yield _Query(fixed, {None: "T"})
        return
    genders: dict[str | None, str] = {
        code: gender for text, gender in _GENDER.items() if (code := kon.code_of(text)) is not None
    }
    total = kon.total()
    if total is not None:
        genders[total] = "T"
    elif kon.elimination:
        yield _Query(fixed, {None: "T"})
    else:
        raise _drift(client, table, "tabellen har inget totalt för Kon")
    yield _Query({**fixed, "Kon": [str(code) for code in genders]}, genders)


def _ask(client: Client, table: str, selection: dict[str, list[str]]) -> Cube:
    body = {
        "query": [
            {"code": code, "selection": {"filter": "item", "values": values}}
            for code, values in selection.items()
        ],
        "response": {"format": "json-stat2"},
    }
    try:
        cube = parse_cube(client.post(table, body))
    except JsonStatError as error:
        raise _drift(client, table, str(error)) from error
    for name, values in selection.items():
        if name not in cube.ids:
            raise _drift(client, table, f"dimensionen {name} saknas i svaret")
        got = cube.codes[cube.ids.index(name)]
        if set(got) != set(values):
            missing = sorted(set(values) - set(got))
            raise _drift(client, table, f"svaret saknar {len(missing)} av {len(values)} värden för {name}")
    return cube


def _rows(cube: Cube, query: _Query, measure_id: str) -> Iterator[Row]:
    for place, value, mark in cube.cells():
        gender = query.genders[place["Kon"]] if "Kon" in query.selection else "T"
        code = RIKET if place["Region"] == RIKET_CODE else place["Region"]
        status, note = "observed", ""
        if math.isnan(value):
            status = "not_applicable" if mark in _NOT_APPLICABLE else "missing"
            note = "saknas i källan" if mark in _NOT_PUBLISHED or not mark else f"tecken i källan: {mark}"
        yield Row(code, measure_id, _period(place["Tid"]), gender, value, status, note)


def _period(code: str) -> str:
    return code.replace("M", "-")


def _drift(client: Client, table: str, problem: str) -> BistandError:
    return BistandError(
        f"SCB:s svar är inte det väntade: {problem}",
        file=client.url(table),
        fix="Ingenting har sparats. Kontrollera tabellen på scb.se och rätta ”hamtas” i data/raw/matt.yml.",
    )
