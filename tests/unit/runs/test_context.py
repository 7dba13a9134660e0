"""A run rests on what concerns its municipality, and on nothing that another one has added."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.paths import Project
from analysis.runs.context import visible
from analysis.runs.load import load_runs
from analysis.sources.catalogue import load_catalogue
from analysis.sources.ingest.reader import NAME as ADDED
from analysis.sources.observation import COLUMNS
from analysis.sources.passports import LocatedPassport, find_passports

RUN = "uppsala-26p-2022"
OWN, NEIGHBOUR, ELSEWHERE = "0380", "0580", "2584"


@pytest.fixture(scope="module")
def passports(checkout: Project) -> tuple[LocatedPassport, ...]:
    """One national source, one local document, and one file that a municipality has added."""
    found = find_passports(*checkout.sources)
    national = next(item for item in found if item.passport.national)
    local = next(
        item
        for item in found
        if not item.passport.national and item.passport.rackvidd == "kommun" and not _added(item)
    )
    reading = local.passport.inlasning.model_copy(update={"lasare": ADDED})
    own = local.passport.model_copy(update={"id": "egen-fil", "inlasning": reading})
    return national, local, local.model_copy(update={"passport": own})


def _added(item: LocatedPassport) -> bool:
    return item.passport.inlasning.lasare == ADDED


def seen(
    checkout: Project,
    passports: tuple[LocatedPassport, ...],
    day: str = "2020-01-01",
    places: tuple[str, ...] = (OWN, NEIGHBOUR, ELSEWHERE),
) -> set[str]:
    """Which of the made-up rows the run sees: every municipality's in every kind of source."""
    rows = [
        (place, "MANAD_HUSHALL", "2019-10", "T", "alla", 40.0, "antal", "observed", item.passport.id, day, "")
        for place in places
        for item in passports
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).assign(group=[row[8] for row in rows])
    catalogue = load_catalogue(checkout.raw)
    run = load_runs(checkout, catalogue).get(RUN)
    assert NEIGHBOUR in catalogue.groups[run.jamforelse].kommuner
    assert ELSEWHERE not in catalogue.groups[run.jamforelse].kommuner
    found = visible(table, run, catalogue, passports)
    return set(found["kommun_kod"] + " " + found["source_id"])


def test_another_municipalitys_own_file_is_never_seen(
    checkout: Project, passports: tuple[LocatedPassport, ...]
) -> None:
    """What one municipality adds would else stand on another's page, without its protection."""
    found = seen(checkout, passports)
    assert {line for line in found if line.endswith("egen-fil")} == {f"{OWN} egen-fil"}


def test_documents_of_the_comparison_group_are_seen_and_of_others_not(
    checkout: Project, passports: tuple[LocatedPassport, ...]
) -> None:
    national, local, _ = (item.passport.id for item in passports)
    found = seen(checkout, passports)
    assert {f"{place} {national}" for place in (OWN, NEIGHBOUR, ELSEWHERE)} <= found
    assert f"{NEIGHBOUR} {local}" in found
    assert f"{ELSEWHERE} {local}" not in found


def test_a_document_about_a_neighbour_alone_says_nothing_of_this_municipality(
    checkout: Project, passports: tuple[LocatedPassport, ...]
) -> None:
    national = passports[0].passport.id
    assert seen(checkout, passports, places=(NEIGHBOUR,)) == {f"{NEIGHBOUR} {national}"}


def test_nothing_is_seen_before_it_was_known(
    checkout: Project, passports: tuple[LocatedPassport, ...]
) -> None:
    assert not seen(checkout, passports, day="2024-01-01")
