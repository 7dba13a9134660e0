"""Client of Kolada's open API, version 3.

Base address ``https://api.kolada.se/v3/``. Values come from ``data/kpi/{id}/year/{years}`` for all municipalities and from
``data/?kpi_id=..&municipality_id=..&year=..`` for chosen ones, at most 25 ids a call. Pages are followed by ``next_url`` or
``next_page``; a value that is null or has status M is missing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from analysis.sources.fetched import FetchedMeasure, Row, check_complete, fill_gaps
from analysis.sources.http import Client
from analysis.sources.observation import GENDERS, RIKET
from foundation.errors import BistandError

BASE_URL: Final = "https://api.kolada.se/v3/"
MAX_IDS: Final = 25
PER_PAGE: Final = 5000
MAX_PAGES: Final = 200
#: Statuses of Kolada that mean "no value".
_MISSING: Final = frozenset(("M", "MISSING"))
#: From this many municipalities on, asking for all of them takes fewer calls.
ALL_FROM: Final = 60

Advance = Callable[[], object]


class _Value(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    gender: str
    value: float | None
    status: str | None = None
    isdeleted: bool = False


class _Item(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    kpi: str
    municipality: str
    period: int
    values: list[_Value]


def fetch_kpi(
    client: Client,
    kpi: str,
    measure_id: str,
    codes: Sequence[str],
    years: Sequence[int],
    *,
    allow_gaps: bool = False,
    advance: Advance = lambda: None,
) -> FetchedMeasure:
    """Fetch one key figure for municipalities and years, by gender where Kolada has it.

    Parameters
    ----------
    codes
        Municipality codes; ``0000`` is riket.
    years
        Years to ask for; years that nobody has a value for are left out of the answer (not yet published).
    advance
        Called once a finished request, for a progress bar.

    Raises
    ------
    BistandError
        For an answer that is partial, changed in form or not about what was asked for. Nothing is stored here.
    """
    title, description = _about(client, kpi)
    wanted = set(codes)
    rows: dict[tuple[str, str, str], Row] = {}
    for item in _items(client, kpi, codes, years, advance):
        if item.kpi != kpi or item.period not in years:
            raise _drift(client, f"svaret gäller {item.kpi} {item.period}, inte {kpi}")
        if item.municipality not in wanted:
            continue
        for row in _rows(client, item, measure_id):
            key = (row.kommun_kod, row.period, row.gender)
            if key in rows and not _equal(rows[key], row):
                raise _drift(client, f"två olika värden för {' '.join(key)}")
            rows[key] = row
    found = _published(list(rows.values()))
    where = client.url(f"data/kpi/{kpi}")
    remarks = check_complete(found, codes, measure_id, where, allow_gaps=allow_gaps)
    return FetchedMeasure(measure_id, title, description, fill_gaps(found, codes), remarks)


def _about(client: Client, kpi: str) -> tuple[str, str]:
    answer = client.get(f"kpi/{kpi}")
    item = answer
    if isinstance(answer, dict) and isinstance(answer.get("values"), list):
        item = next(
            (value for value in answer["values"] if isinstance(value, dict) and value.get("id") == kpi), None
        )
    if not isinstance(item, dict) or item.get("id") != kpi or not isinstance(item.get("title"), str):
        raise _drift(client, f"beskrivningen av {kpi} saknas eller har ny form")
    return item["title"], str(item.get("description") or item["title"])


def _items(
    client: Client, kpi: str, codes: Sequence[str], years: Sequence[int], advance: Advance
) -> Iterator[_Item]:
    year_lists = [years[start : start + MAX_IDS] for start in range(0, len(years), MAX_IDS)]
    chosen = list(codes)
    for part in year_lists:
        text = ",".join(str(year) for year in part)
        if len(codes) >= ALL_FROM:
            path = f"data/kpi/{kpi}/year/{text}"
            yield from _pages(client, path, {"region_type": "municipality", "per_page": PER_PAGE}, advance)
            chosen = [RIKET] if RIKET in codes else []
        for start in range(0, len(chosen), MAX_IDS):
            ids = ",".join(chosen[start : start + MAX_IDS])
            query: dict[str, str | int] = {
                "kpi_id": kpi, "municipality_id": ids, "year": text, "per_page": PER_PAGE,
            }  # fmt: skip
            yield from _pages(client, "data/", query, advance)


def _pages(client: Client, path: str, params: dict[str, str | int], advance: Advance) -> Iterator[_Item]:
    """Follow pages to the end and check that together they hold as many values as they say."""
    link: str | None = path
    query: dict[str, str | int] | None = params
    seen: set[str] = set()
    counts: list[tuple[int, int]] = []
    while link is not None:
        answer = client.get(link, query)
        values, said = _envelope(client, answer)
        counts.append((len(values), said))
        yield from (_item(client, value) for value in values)
        advance()
        following = _next(client, answer, path, params)
        if following is None:
            break
        link, query = following
        key = f"{link} {query}"
        if key in seen or len(counts) >= MAX_PAGES:
            raise _drift(client, "sidorna tar aldrig slut")
        seen.add(key)
    got = sum(size for size, _ in counts)
    each = all(size == said for size, said in counts)
    total = all(said == got for _, said in counts)
    if not (each or total):
        raise BistandError(
            f"svaret är ofullständigt: {got} värden kom men tjänsten anger {max(said for _, said in counts)}",
            file=client.url(path),
            fix="Försök igen senare. Ingenting har sparats.",
        )


def _envelope(client: Client, answer: Any) -> tuple[list[Any], int]:
    if not isinstance(answer, dict) or not isinstance(answer.get("values"), list):
        raise _drift(client, "kuvertet saknar listan ”values”")
    count = answer.get("count", len(answer["values"]))
    if not isinstance(count, int) or isinstance(count, bool):
        raise _drift(client, "”count” är inte ett heltal")
    if not any(key in answer for key in ("next_url", "next_page", "count")):
        raise _drift(client, "kuvertet saknar både ”count” och länk till nästa sida")
    return answer["values"], count


def _next(
    client: Client, answer: dict[str, Any], path: str, params: dict[str, str | int]
) -> tuple[str, dict[str, str | int] | None] | None:
    """Return path and query of the next page: a link (either name) or a page number."""
    link = answer.get("next_url") or answer.get("next_page")
    if not link:
        return None
    if isinstance(link, int) or (isinstance(link, str) and link.isdigit()):
        return path, {**params, "page": int(link)}
    if not isinstance(link, str):
        raise _drift(client, "länken till nästa sida har ny form")
    parts = urlsplit(link)
    if parts.scheme and parts.netloc == urlsplit(client.base_url).netloc:
        link = urlsplit(client.base_url)._replace(path=parts.path, query=parts.query).geturl()
    return client.url(link), None


def _item(client: Client, value: Any) -> _Item:
    try:
        return _Item.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise _drift(client, f"fältet ”{where}” har ny form ({first['type']})") from error


def _rows(client: Client, item: _Item, measure_id: str) -> Iterator[Row]:
    for part in item.values:
        if part.gender not in GENDERS:
            raise _drift(client, f"okänt kön ”{part.gender}”")
        if part.isdeleted:
            continue
        absent = part.value is None or (part.status or "").upper() in _MISSING
        value = math.nan if absent or part.value is None else part.value
        if math.isinf(value):
            raise _drift(client, "ett värde är oändligt")
        yield Row(
            item.municipality,
            measure_id,
            str(item.period),
            part.gender,
            value,
            "missing" if absent else "observed",
            "saknas i källan" if absent else "",
        )


def _published(rows: list[Row]) -> list[Row]:
    """Leave out years in which nobody has a value: not published yet."""
    years = {row.period for row in rows if not math.isnan(row.value)}
    return [row for row in rows if row.period in years]


def _equal(first: Row, second: Row) -> bool:
    return first.status == second.status and (
        first.value == second.value or (math.isnan(first.value) and math.isnan(second.value))
    )


def _drift(client: Client, problem: str) -> BistandError:
    return BistandError(
        f"Koladas svar har inte den väntade formen: {problem}",
        file=client.base_url,
        fix="Ingenting har sparats. Gränssnittet kan ha ändrats; uppdatera verktyget eller exportera från kolada.se.",
    )
