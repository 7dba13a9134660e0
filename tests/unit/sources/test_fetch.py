"""Fetching against a local server: everything arrives whole, or nothing is stored."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from fake_services import (
    Reply,
    Service,
    changed,
    cut_off,
    dropped,
    kolada,
    reply,
    scb,
    serving,
    slow,
    status,
    truncated,
)

from analysis.panel import as_of, build_panel, read_panel, select, wide
from analysis.paths import Project
from analysis.pipeline.data_fetch import FetchOptions, FetchResult, fetch
from analysis.sources.catalogue import Fetched
from analysis.sources.http import Client, Manners, retry_after
from analysis.sources.jsonstat import JsonStatError, parse_cube
from analysis.sources.kolada import fetch_kpi
from analysis.sources.passports import load_passport
from analysis.sources.scb import fetch_measure
from foundation.errors import BistandError

CODES = ["0000", "0380", "1281"]
YEARS = [2023, 2024]
DAY = date(2026, 11, 22)
QUICK = Manners(per_second=1000, attempts=4, first_wait=0.5, longest_wait=30, timeout=0.3, max_calls=40)
VALUES: dict[tuple[str, str, int, str], float | None] = {
    ("N31807", code, year, gender): 2.0 + number / 10 + (year - 2023)
    for number, code in enumerate(CODES)
    for year in YEARS
    for gender in "TKM"
}


class Waits(list[float]):
    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def client(service: Service, waits: Waits | None = None, manners: Manners = QUICK) -> Client:
    return Client(service.base, manners, sleep=waits if waits is not None else Waits())


def get_kpi(service: Service, waits: Waits | None = None, **more: Any) -> dict[tuple[str, str, str], float]:
    with client(service, waits) as http:
        found = fetch_kpi(
            http, "N31807", "N31807", more.pop("codes", CODES), more.pop("years", YEARS), **more
        )
    return {(row.kommun_kod, row.period, row.gender): row.value for row in found.rows}


EXPECTED = {(code, str(year), gender): value for (_, code, year, gender), value in VALUES.items()}


@pytest.mark.parametrize("style", ["next_url", "next_page", "number"])
@pytest.mark.parametrize("count", ["page", "total"])
def test_pages_in_every_envelope(style: str, count: str) -> None:
    service = Service(lambda path, query, body: (500, {}, b""))
    service.answer = kolada(VALUES, page_size=2, style=style, count=count, base=lambda: service.base)
    with serving(service):
        assert get_kpi(service) == EXPECTED
    assert len(service.requests) == 4


@pytest.mark.parametrize(
    ("fault", "waited"),
    [
        (status(429, **{"Retry-After": "7"}), 7.0),
        (status(500), 0.5),
        (status(503, **{"Retry-After": "3"}), 3.0),
        (truncated, 0.5),
        (cut_off, 0.5),
        (dropped, 0.5),
        (slow, 0.5),
    ],
    ids=["429", "500", "503", "avhuggen", "bruten", "tyst", "långsam"],
)
def test_a_passing_fault_is_waited_out(fault: Callable[[Reply], Reply | None], waited: float) -> None:
    waits = Waits()
    with serving(Service(kolada(VALUES), faults=[fault])) as service:
        assert get_kpi(service, waits) == EXPECTED
    assert waited in waits


def test_a_lasting_fault_ends_with_a_bound_on_calls_and_waits() -> None:
    waits = Waits()
    with serving(Service(kolada(VALUES), faults=[status(500)] * 50)) as service:
        with pytest.raises(BistandError, match="4 försök i rad"):
            get_kpi(service, waits)
        assert len(service.requests) == 4
    assert [wait for wait in waits if wait >= 0.5] == [0.5, 1.0, 2.0]


def test_a_server_that_asks_for_a_long_pause_is_not_waited_for() -> None:
    waits = Waits()
    faults = [status(429, **{"Retry-After": "3600"})]
    with (
        serving(Service(kolada(VALUES), faults=list(faults))) as service,
        pytest.raises(BistandError, match="vänta 3600"),
    ):
        get_kpi(service, waits)
    assert max(waits, default=0) < 30


def test_calls_are_spaced() -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    with serving(Service(kolada(VALUES))) as service:
        manners = Manners(per_second=4)
        with Client(service.base, manners, sleep=sleep, clock=lambda: now[0]) as http:
            for _ in range(5):
                http.get("kpi/N31807")
    assert now[0] == pytest.approx(1.0)


def test_the_number_of_calls_is_bounded() -> None:
    with (
        serving(Service(kolada(VALUES))) as service,
        client(service, manners=Manners(per_second=1e6, max_calls=3)) as http,
    ):
        for _ in range(3):
            http.get("kpi/N31807")
        with pytest.raises(BistandError, match="gränsen 3 anrop"):
            http.get("kpi/N31807")


def edited(edit: Callable[[dict[str, Any]], Any]) -> Service:
    """Change every data answer (not the description of the key figure)."""
    right = kolada(VALUES)

    def answer(path: str, query: dict[str, str], body: Any) -> Reply:
        sent = right(path, query, body)
        return sent if path.startswith("/kpi") else changed(edit)(sent)

    return Service(answer)


def first(document: dict[str, Any]) -> dict[str, Any]:
    item: dict[str, Any] = document["values"][0]
    return item


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda d: {"data": d["values"], "count": 1}, "saknar listan"),
        (lambda d: {"values": d["values"]}, "saknar både"),
        (lambda d: {**d, "count": "6"}, "inte ett heltal"),
        (lambda d: {**d, "count": d["count"] + 1}, "ofullständigt"),
        (lambda d: {**d, "values": d["values"][:-1]}, "ofullständigt"),
        (lambda d: {**d, "next_url": "http://annan.example/data"}, "annan värd"),
        (lambda d: {**d, "next_url": {"href": "x"}}, "ny form"),
        (lambda d: {**d, "next_url": "data/?kpi_id=N31807&municipality_id=0380&year=2023"}, "aldrig slut"),
        (lambda d: first(d).update(period="2023") or d, "period"),
        (lambda d: first(d).pop("municipality") and d, "municipality"),
        (lambda d: first(d)["values"][0].update(gender="X") or d, "okänt kön"),
        (lambda d: first(d)["values"][0].update(value="2,1") or d, "value"),
        (lambda d: first(d).update(kpi="N00000") or d, "gäller N00000"),
        (
            lambda d: {
                **d,
                "values": [*d["values"], {**first(d), "values": [{"gender": "T", "value": 9.0}]}],
                "count": 7,
            },
            "olika",
        ),
        (lambda d: {**d, "values": [], "count": 0}, "inga värden"),
        (lambda d: [d], "saknar listan"),
    ],
)
def test_drift_and_partial_answers_are_refused(edit: Callable[[dict[str, Any]], Any], message: str) -> None:
    with serving(edited(edit)) as service:
        with pytest.raises(BistandError, match=message):
            get_kpi(service)
        assert len(service.requests) <= 40


def test_a_silent_municipality_is_refused_unless_gaps_are_allowed() -> None:
    some = {key: value for key, value in VALUES.items() if key[1] != "1281"}
    with serving(Service(kolada(some))) as service:
        with pytest.raises(BistandError, match="kommuner utan något värde: 1281"):
            get_kpi(service)
        values = get_kpi(service, allow_gaps=True)
    assert math.isnan(values["1281", "2024", "T"])


def test_null_and_status_m_are_missing_never_zero() -> None:
    some = {**VALUES, ("N31807", "0380", 2024, "T"): None}
    with serving(Service(kolada(some))) as service:
        assert math.isnan(get_kpi(service)["0380", "2024", "T"])


def test_a_year_that_nobody_has_is_not_published() -> None:
    with serving(Service(kolada(VALUES))) as service:
        assert set(get_kpi(service, years=[2023, 2024, 2025])) == set(EXPECTED)


def test_ids_go_in_groups_of_25() -> None:
    codes = [f"{number:04d}" for number in range(1000, 1055)]
    values: dict[tuple[str, str, int, str], float | None] = {
        ("N31807", code, 2024, "T"): 1.0 for code in codes
    }
    with serving(Service(kolada(values))) as service:
        assert len(get_kpi(service, codes=codes, years=[2024])) == 55
    assert len(service.requests) == 4


def test_many_municipalities_are_asked_for_at_once_and_riket_beside() -> None:
    codes = ["0000", *(f"{number:04d}" for number in range(1000, 1080))]
    values: dict[tuple[str, str, int, str], float | None] = {
        ("N31807", code, year, "T"): 1.0 for code in [*codes, "9999"] for year in (2023, 2024)
    }
    with serving(Service(kolada(values, page_size=100))) as service:
        found = get_kpi(service, codes=codes)
    assert len(found) == 2 * len(codes)
    assert {code for code, _, _ in found} == set(codes)
    assert len(service.requests) == 4


def test_a_moved_or_missing_service_is_told() -> None:
    for code, advice in ((404, "nyckeltalet"), (302, "flyttat"), (403, "för stort")):
        with (
            serving(Service(kolada(VALUES), faults=[status(code)])) as service,
            pytest.raises(BistandError, match=advice),
        ):
            get_kpi(service)


def test_retry_after_as_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=20))
    assert retry_after(later) == pytest.approx(20, abs=3)
    assert retry_after("12") == 12
    assert retry_after("snart") is None
    assert retry_after(None) is None


# --- SCB ---------------------------------------------------------------------------------------

REGIONS = {"0000": "00", "0380": "0380", "1281": "1281"}
POPULATION: dict[tuple[str, str, str], float | None] = {
    (region, year, kon): 1000.0 * number + int(year) + int(kon)
    for number, region in enumerate(REGIONS.values())
    for year in ("2023", "2024")
    for kon in "123"
}
SPEC = Fetched(tjanst="scb", tabell=("BE/Gammal",), innehall="Folkmängd")


def get_scb(service: Service, spec: Fetched = SPEC, **more: Any) -> dict[tuple[str, str, str], float]:
    with client(service) as http:
        found = fetch_measure(http, spec, "SCB_FOLKMANGD", CODES, more.pop("years", YEARS), **more)
    return {(row.kommun_kod, row.period, row.gender): row.value for row in found.rows}


@pytest.mark.parametrize("total_kon", [False, True])
def test_population_by_gender_with_and_without_a_total(total_kon: bool) -> None:
    with serving(Service(scb(POPULATION, total_kon=total_kon))) as service:
        values = get_scb(service)
    kon = {"M": "1", "K": "2", "T": "3"}
    assert len(values) == 18
    for (code, year, gender), value in values.items():
        assert value == POPULATION[REGIONS[code], year, kon[gender]]


def test_a_later_year_comes_from_the_next_table() -> None:
    old = scb(POPULATION)
    new = scb({(region, "2025", kon): 7.0 for region in REGIONS.values() for kon in "123"}, total_kon=True)
    spec = Fetched(tjanst="scb", tabell=("BE/Gammal", "BE/CKM"), innehall="Folkmängd")
    answer = lambda path, query, body: (new if "CKM" in path else old)(path, query, body)  # noqa: E731
    with serving(Service(answer)) as service:
        values = get_scb(service, spec, years=[2023, 2024, 2025])
    assert values["0380", "2025", "K"] == 7.0
    assert len(values) == 27


def test_months_and_dots() -> None:
    monthly = {
        (region, f"2024M{month:02d}", kon): 5.0
        for region in REGIONS.values()
        for month in (1, 2)
        for kon in "123"
    }
    monthly["0380", "2024M02", "3"] = None  # type: ignore[assignment]
    with serving(Service(scb(monthly, contents="arbetslöshet"))) as service:
        values = get_scb(service, SPEC.model_copy(update={"innehall": "arbetslöshet"}))
    assert values["1281", "2024-02", "T"] == 5.0
    assert math.isnan(values["0380", "2024-02", "T"])


def scb_edited(edit: Callable[[Any], Any], *, description: bool) -> Service:
    right = scb(POPULATION)

    def answer(path: str, query: dict[str, str], body: Any) -> Reply:
        sent = right(path, query, body)
        return changed(edit)(sent) if (body is None) == description else sent

    return Service(answer)


@pytest.mark.parametrize(
    ("edit", "description", "message"),
    [
        (lambda d: {"variables": []}, True, "ny form"),
        (lambda d: {**d, "variables": d["variables"][:-1]}, True, "Region och Tid"),
        (lambda d: d["variables"][3].update(valueTexts=["Invånare", "Folkökning"]) or d, True, "Folkmängd"),
        (
            lambda d: d["variables"][0].update(values=["00"], valueTexts=["Riket"]) or d,
            True,
            "finns inte i tabellen",
        ),
        (lambda d: d["variables"][2].update(elimination=False) or d, True, "inget totalt"),
        (lambda d: {**d, "value": d["value"][:-1]}, False, "väntade"),
        (lambda d: {**d, "class": "collection"}, False, "json-stat2"),
        (lambda d: {**d, "value": ["1"] * len(d["value"])}, False, "inte ett tal"),
        (lambda d: {key: value for key, value in d.items() if key != "dimension"}, False, "dimensioner"),
    ],
)
def test_scb_drift_is_refused(edit: Callable[[Any], Any], description: bool, message: str) -> None:
    with (
        serving(scb_edited(edit, description=description)) as service,
        pytest.raises(BistandError, match=message),
    ):
        get_scb(service)


def test_sparse_json_stat_is_read() -> None:
    document = {
        "class": "dataset", "id": ["Region", "Tid"], "size": [2, 2], "value": {"0": 1, "3": 4.5}, "status": {"1": ".."},
        "dimension": {
            "Region": {"category": {"index": ["0380", "1281"]}}, "Tid": {"category": {"index": {"2024": 1, "2023": 0}}},
        },
    }  # fmt: skip
    cells = [
        (place["Region"], place["Tid"], value, mark) for place, value, mark in parse_cube(document).cells()
    ]
    assert cells[0] == ("0380", "2023", 1.0, "")
    assert cells[3] == ("1281", "2024", 4.5, "")
    assert math.isnan(cells[1][2])
    assert cells[1][3] == ".."
    with pytest.raises(JsonStatError, match="utanför"):
        parse_cube({**document, "value": {"9": 1}})


# --- the whole way into the store ------------------------------------------------------------------

PLACES = ("0380", "1281")


@pytest.fixture
def copy(copy: Project) -> Project:
    """The copy without one large source that no test here asks for."""
    for path in (copy.raw / "kolada").glob("*/n02280*"):
        path.unlink()
    return copy


def run_fetch(copy: Project, service: Service, service_name: str = "kolada", **options: Any) -> FetchResult:
    chosen = FetchOptions(
        **{
            "matt": ("N31807",),
            "kommuner": PLACES,
            "fran": 2023,
            "till": 2025,
            "adress": service.base,
            "yes": True,
            **options,
        }
    )
    return fetch(
        copy,
        service_name,
        chosen,
        confirm=lambda question: False,
        echo=lambda line: None,
        today=DAY,
        manners=QUICK,
        sleep=Waits(),
    )


def embedded(copy: Project) -> dict[tuple[str, str, int, str], float | None]:
    build_panel(copy)
    table = wide(as_of(read_panel(copy), "2026-10-31"), "N31807")
    return {
        ("N31807", code, year, "T"): float(table.loc[code, year])
        for code in PLACES
        for year in (2023, 2024, 2025)
    }


def stored(copy: Project) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(copy.raw.rglob("*")) if path.is_file()}


def test_a_fetched_panel_replaces_by_vintage(copy: Project) -> None:
    values = embedded(copy)
    before = stored(copy)
    values["N31807", "0380", 2024, "T"] = 2.5
    with serving(Service(kolada(values))) as service:
        result = run_fetch(copy, service)
    assert result.stored is not None
    assert {name: content for name, content in stored(copy).items() if name in before} == before
    build_panel(copy)
    panel = read_panel(copy)
    now = select(as_of(panel, "2026-11-30"), "N31807", municipality="0380").set_index("period")
    then = select(as_of(panel, "2026-10-31"), "N31807", municipality="0380").set_index("period")
    assert now.loc["2024", "value"] == 2.5
    assert now.loc["2024", "known_from"] == "2026-11-22"
    assert now.loc["2023", "known_from"] == "2024-06-30"
    assert then.loc["2024", "value"] != 2.5
    passport = load_passport(next(result.stored.folder.glob("*.pass.yml"))).passport
    assert passport.series == "kolada-n31807"
    assert not passport.pseudoutgava


def test_nothing_new_is_not_stored(copy: Project) -> None:
    values = embedded(copy)
    before = stored(copy)
    with serving(Service(kolada(values))) as service:
        assert run_fetch(copy, service).stored is None
    assert stored(copy) == before


def test_a_measure_held_for_the_first_time_gets_the_publication_lag(copy: Project) -> None:
    values: dict[tuple[str, str, int, str], float | None] = {
        ("N31825", code, year, "T"): 3.0 for code in PLACES for year in (2023, 2024)
    }
    with serving(Service(kolada(values))) as service:
        result = run_fetch(copy, service, matt=("N31825",))
    assert result.stored is not None
    build_panel(copy)
    rows = select(read_panel(copy), "N31825", municipality="0380").set_index("period")
    assert rows.loc["2023", "known_from"] == "2024-06-30"
    assert load_passport(result.stored.folder / "n31825.pass.yml").passport.pseudoutgava


def test_one_failing_measure_stores_none(copy: Project) -> None:
    values: dict[tuple[str, str, int, str], float | None] = {
        ("N31825", code, year, "T"): 3.0 for code in PLACES for year in (2023, 2024)
    }
    before = stored(copy)
    with serving(Service(kolada(values))) as service, pytest.raises(BistandError, match="inga värden"):
        run_fetch(copy, service, matt=("N31825", "N31824"))
    assert stored(copy) == before


def test_an_answer_that_has_lost_values_is_refused(copy: Project) -> None:
    values = embedded(copy)
    for year in (2023, 2024):
        values["N31807", "1281", year, "T"] = None
    before = stored(copy)
    with (
        serving(Service(kolada(values))) as service,
        pytest.raises(BistandError, match="troligen ofullständigt"),
    ):
        run_fetch(copy, service)
    assert stored(copy) == before


def test_impossible_values_store_nothing(copy: Project) -> None:
    values = embedded(copy)
    values["N31807", "0380", 2024, "T"] = 250.0
    before = stored(copy)
    with serving(Service(kolada(values))) as service, pytest.raises(BistandError, match="0–100"):
        run_fetch(copy, service)
    assert stored(copy) == before


def test_scb_all_the_way(copy: Project) -> None:
    regions = {
        (code, year, kon): 100_000.0 + int(kon)
        for code in PLACES
        for year in ("2024", "2025")
        for kon in "123"
    }
    with serving(Service(scb(regions, total_kon=True))) as service:
        result = run_fetch(copy, service, "scb", matt=("SCB_FOLKMANGD",), fran=2024)
    assert result.stored is not None
    build_panel(copy)
    row = select(read_panel(copy), "SCB_FOLKMANGD", municipality="1281").set_index("period").loc["2025"]
    assert (row["value"], row["known_from"]) == (100_003.0, "2026-11-22")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"matt": ("AMN_VUXNA",)}, "hämtas inte från kolada"),
        ({"kommuner": ("9999",)}, "kommunkoden"),
        ({}, "tjänsten"),
    ],
)
def test_wrong_choices_are_told(options: dict[str, Any], message: str, copy: Project) -> None:
    name = "kolada" if options else "annan"
    with serving(Service(lambda path, query, body: reply({}))) as service:
        with pytest.raises(BistandError, match=message):
            run_fetch(copy, service, name, **options)
        assert service.requests == []


def test_an_error_mended_upstream_stops_the_fetch_and_the_ledger_lets_it_in(copy: Project) -> None:
    """The embedded ledger expects 1.024052 for 2309 in 2016; here the source has mended it."""
    values: dict[tuple[str, str, int, str], float | None] = {("N31807", "2309", 2016, "T"): 2.9}
    before = stored(copy)
    chosen = {"kommuner": ("2309",), "fran": 2016, "till": 2016}
    with serving(Service(kolada(values))) as service:
        with pytest.raises(BistandError, match="rattad_i: kolada-n31807-2026-11-22 i posten"):
            run_fetch(copy, service, **chosen)
        assert stored(copy) == before
        ledger = copy.raw / "corrections.yml"
        text = ledger.read_text(encoding="utf-8")
        mended = text.replace("vantat: 1.024052", "vantat: 1.024052\n  rattad_i: kolada-n31807-2026-11-22", 1)
        ledger.write_text(mended, encoding="utf-8")
        result = run_fetch(copy, service, **chosen)
    assert result.stored is not None
    assert result.stored.source_ids == ("kolada-n31807-2026-11-22",)
    build_panel(copy)
