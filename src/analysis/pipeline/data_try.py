"""``bistand data prova``: do the open services still answer in the expected shape? Nothing is stored."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from analysis.paths import Project
from analysis.pipeline.data_fetch import BASE_URLS, FetchOptions, fetch_one, specs_of
from analysis.sources import read_source
from analysis.sources.catalogue import Fetched, load_catalogue
from analysis.sources.fetched import FetchedMeasure
from analysis.sources.http import Client, Manners
from analysis.sources.observation import RIKET
from analysis.sources.passports import find_passports
from foundation.errors import BistandError

#: Riket and one municipality, over years of which at least one is published everywhere.
_YEARS_BACK: Final = 4
_MANNERS: Final = Manners(attempts=3, first_wait=2.0, longest_wait=30.0, max_calls=200)


@dataclass(frozen=True)
class Tried:
    """One measure: the last period that came and how it compares with what is stored, or what was wrong."""

    measure_id: str
    text: str
    ok: bool


def try_services(
    project: Project,
    service: str | None,
    *,
    kommun: str,
    adress: str | None,
    echo: Callable[[str], None],
    today: date | None = None,
    manners: Manners = _MANNERS,
) -> tuple[Tried, ...]:
    """Ask each service for each measure of the catalogue, for riket and one municipality.

    Raises
    ------
    BistandError
        At the end, if any measure did not come as expected; every measure has been tried and told by then.
    """
    day = today or date.today()
    catalogue = load_catalogue(project.raw)
    codes = [RIKET, catalogue.municipality(kommun).code]
    years = list(range(day.year - _YEARS_BACK, day.year + 1))
    stored = _stored(project, codes)
    tried: list[Tried] = []
    for name in (service,) if service else tuple(BASE_URLS):
        specs = specs_of(name, FetchOptions(), catalogue)
        with Client(adress or BASE_URLS[name], manners) as client:
            echo(f"{name} ({client.base_url})")
            for measure_id, spec in specs.items():
                tried.append(_try(client, name, measure_id, spec, codes, years, stored))
                echo(f"  {'ja ' if tried[-1].ok else 'NEJ'} {measure_id}: {tried[-1].text}")
    wrong = [item.measure_id for item in tried if not item.ok]
    if wrong:
        raise BistandError(
            f"{len(wrong)} av {len(tried)} mått kom inte i den väntade formen: {', '.join(wrong)}",
            fix="Vänta med att hämta dem. Är felet kvar i morgon har tjänsten ändrats; uppdatera verktyget eller exportera "
            "för hand.",
        )
    echo(f"Alla {len(tried)} mått kom i den väntade formen. Ingenting är sparat.")
    return tuple(tried)


def _try(
    client: Client,
    service: str,
    measure_id: str,
    spec: Fetched,
    codes: list[str],
    years: list[int],
    stored: dict[tuple[str, str, str, str], float],
) -> Tried:
    try:
        found = fetch_one(client, service, spec, measure_id, codes, years, allow_gaps=True)
    except BistandError as error:
        return Tried(measure_id, error.problem, False)
    return Tried(measure_id, _compared(found, stored), True)


def _compared(found: FetchedMeasure, stored: dict[tuple[str, str, str, str], float]) -> str:
    values = {
        (found.measure_id, row.kommun_kod, row.period, row.gender): row.value
        for row in found.rows
        if not math.isnan(row.value)
    }
    known = [key for key in values if key in stored]
    same = sum(math.isclose(values[key], stored[key], rel_tol=1e-6) for key in known)
    last = max((key[2] for key in values), default="ingen period")
    new = f", {len(values) - len(known)} finns inte här än" if len(values) > len(known) else ""
    return f"till och med {last}; {same} av {len(known)} värden är de som finns här{new}"


def _stored(project: Project, codes: list[str]) -> dict[tuple[str, str, str, str], float]:
    """The newest stored value of each place, period and gender, read from the raw files."""
    catalogue = load_catalogue(project.raw)
    frames = [
        read_source(item, catalogue)
        for item in find_passports(project.raw)
        if item.passport.national and item.passport.rackvidd != "referens"
    ]
    rows = pd.concat(frames).query("kommun_kod in @codes and group == 'alla'").dropna(subset=["value"])
    rows = rows.sort_values("known_from").drop_duplicates(
        ["measure_id", "kommun_kod", "period", "gender"], keep="last"
    )
    return {
        (row.measure_id, row.kommun_kod, row.period, row.gender): float(row.value)
        for row in rows.itertuples()
    }
