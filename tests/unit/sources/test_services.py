"""The open services as they may come to be: every field of every answer spoilt, and the command that tries them."""

from __future__ import annotations

import copy as copying
import json
import math
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import httpx
import pytest
from fake_services import Reply, Service, kolada, scb, serving, status

from analysis.paths import Project
from analysis.pipeline.data_try import try_services
from analysis.sources.catalogue import Fetched, load_catalogue
from analysis.sources.fetched import FetchedMeasure
from analysis.sources.http import Client, Manners
from analysis.sources.kolada import fetch_kpi
from analysis.sources.observation import RIKET
from analysis.sources.scb import fetch_measure
from foundation.errors import BistandError

QUICK = Manners(per_second=1e6, attempts=2, first_wait=0, longest_wait=0, timeout=2, max_calls=40)
CODES, YEARS = ["0000", "0380"], [2023, 2024]
KOLADA = {("N31807", code, year, sex): 2.5 for code in CODES for year in YEARS for sex in "TKM"}
SCB = {(code, str(year), kon): 1000.0 for code in ("00", "0380") for year in YEARS for kon in "123"}
SPEC = Fetched.model_validate(
    {"tjanst": "scb", "tabell": ["BE/T"], "innehall": "Folkmängd", "manad": 3, "dag": 31}
)
WRONG: tuple[Any, ...] = (None, "x", -1, 3.7, True, [], {}, "2,5", ["a"])


def ask(name: str, base: str, transport: httpx.BaseTransport | None = None) -> FetchedMeasure:
    with Client(base, QUICK, sleep=lambda seconds: None, transport=transport) as client:
        if name == "kolada":
            return fetch_kpi(client, "N31807", "N31807", CODES, YEARS)
        return fetch_measure(client, SPEC, "SCB_FOLKMANGD", CODES, YEARS)


def answers(name: str) -> Callable[[str, dict[str, str], Any], Reply]:
    return kolada(dict(KOLADA)) if name == "kolada" else scb(dict(SCB), total_kon=True)


def places(document: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything inside a document."""
    steps = document.items() if isinstance(document, dict) else enumerate(document)
    for step, inner in steps:
        yield (*here, step)
        if isinstance(inner, dict | list):
            yield from places(inner, (*here, step))


def spoilt(document: Any, where: tuple[Any, ...], value: Any) -> Any:
    made = copying.deepcopy(document)
    inner = made
    for step in where[:-1]:
        inner = inner[step]
    if value is ...:
        del inner[where[-1]]
    else:
        inner[where[-1]] = value
    return made


@pytest.mark.parametrize("name", ["kolada", "scb"])
@pytest.mark.parametrize("number", [0, 1])
def test_whatever_field_changes_the_answer_is_right_or_refused_in_swedish(name: str, number: int) -> None:
    """Nothing but a BistandError comes out, and no wrong value gets in: a null becomes a missing value, never 0."""
    right = {(row.kommun_kod, row.period, row.gender): row.value for row in fetched(name).rows}
    sent: list[bytes] = []
    ask(name, "http://x/", in_memory(answers(name), sent))
    document = json.loads(sent[number])
    tried = refused = 0
    for where in list(places(document)):
        for value in (..., *WRONG):
            changed = spoilt(document, where, value)
            if changed == document:
                continue
            tried += 1
            try:
                got = ask(name, "http://x/", in_memory(answers(name), [], number, changed))
            except BistandError as error:
                refused += bool(error.fix)
                continue
            for row in got.rows:
                expected = right[row.kommun_kod, row.period, row.gender]
                assert math.isnan(row.value) or row.value == expected or is_value(where, value), where
    assert tried > 20
    assert refused > tried / 4


def is_value(where: tuple[Any, ...], value: Any) -> bool:
    """Whether another number was put where a number belongs: nothing can tell that."""
    return where[-1] == "value" or (
        len(where) == 2 and where[0] == "value" and isinstance(value, int | float)
    )


def fetched(name: str) -> FetchedMeasure:
    return ask(name, "http://x/", in_memory(answers(name), []))


def in_memory(
    answer: Callable[[str, dict[str, str], Any], Reply],
    sent: list[bytes],
    number: int = -1,
    document: Any = None,
) -> httpx.MockTransport:
    """Answer without a server; the answer of that number is `document` instead."""

    def handle(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        try:
            status_code, headers, data = answer(request.url.path, dict(request.url.params), body)
        except (KeyError, IndexError):
            return httpx.Response(404)
        data = json.dumps(document).encode() if len(sent) == number else data
        sent.append(data)
        return httpx.Response(status_code, headers=headers, content=data)

    return httpx.MockTransport(handle)


BODIES = {
    "BOM före JSON": (lambda right: (*right[:2], b"\xef\xbb\xbf" + right[2]), None),
    "HTML med status 200": (lambda right: (*right[:2], b"<html>Underh\xc3\xa5ll</html>"), "webbsida"),
    "avhuggen": (lambda right: (*right[:2], right[2][:40]), "avhugget"),
    "tom": (lambda right: (*right[:2], b""), "avhugget"),
    "null": (lambda right: (*right[:2], b"null"), "form"),
    "inte UTF-8": (lambda right: (*right[:2], b'{"title": "\xff"}'), "JSON"),
    "djupt": (lambda right: (*right[:2], b"[" * 100_000), "JSON"),
    "429": (status(429, **{"Retry-After": "0"}), "svarade 429"),
    "429 i dagar": (status(429, **{"Retry-After": "86400"}), "vänta 86400"),
    "429 nan": (status(429, **{"Retry-After": "nan"}), "svarade 429"),
    "503": (status(503), "svarade 503"),
    "301": (status(301, Location="http://annan.example/"), "flyttat"),
    "307": (status(307, Location="/annan"), "flyttat"),
    "401": (status(401), "svarade 401"),
}


@pytest.mark.parametrize("name", ["kolada", "scb"])
@pytest.mark.parametrize("how", BODIES)
def test_whole_answers_spoilt(how: str, name: str) -> None:
    edit, words = BODIES[how]
    with serving(Service(answers(name), faults=[edit] * 9)) as service:
        if words is None:
            assert len(ask(name, service.base).rows) == len(fetched(name).rows)
            return
        with pytest.raises(BistandError, match=words) as caught:
            ask(name, service.base)
        assert caught.value.fix
        assert len(service.requests) <= QUICK.attempts


def test_an_answer_that_drips_for_ever_is_not_waited_for() -> None:
    """Each piece comes in time, the whole never does."""

    class Drip(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                yield b" "

    transport = httpx.MockTransport(lambda request: httpx.Response(200, stream=Drip()))
    manners = Manners(per_second=1e6, attempts=2, first_wait=0, longest_wait=0, patience=0.05)
    with (
        Client("http://x/", manners, sleep=lambda seconds: None, transport=transport) as client,
        pytest.raises(BistandError, match="inget svar"),
    ):
        client.get("kpi")


def whole(checkout: Project) -> dict[tuple[str, str, int, str], float | None]:
    listed = load_catalogue(checkout.raw).measures
    kpis = [
        item.hamtas.id or key
        for key, item in listed.items()
        if item.hamtas and item.hamtas.tjanst == "kolada"
    ]
    return {
        (kpi, code, year, sex): 2.0
        for kpi in kpis
        for code in (RIKET, "0380")
        for year in (2024, 2025)
        for sex in "TKM"
    }


@pytest.mark.parametrize("link", ["https://annan.example/v3/data?page=2", "//annan.example/v3/data?page=2"])
def test_a_next_page_at_another_host_is_not_followed(link: str) -> None:
    with Client("https://tjanst.example/v3/") as client:
        assert client.url("/v3/data?page=2") == "https://tjanst.example/v3/data?page=2"
        with pytest.raises(BistandError, match="en annan värd"):
            client.url(link)


def test_the_services_are_tried_and_nothing_is_stored(checkout: Project) -> None:
    before = sorted(checkout.raw.rglob("*"))
    said: list[str] = []
    with serving(Service(kolada(whole(checkout)))) as service:
        tried = try_services(
            checkout,
            "kolada",
            kommun="0380",
            adress=service.base,
            echo=said.append,
            today=date(2026, 11, 1),
            manners=QUICK,
        )
    assert len(tried) > 5
    assert all(item.ok for item in tried)
    assert "till och med 2025" in said[1]
    assert "värden är de som finns här" in said[1]
    assert sorted(checkout.raw.rglob("*")) == before


def test_a_measure_in_another_shape_is_named_and_the_others_are_tried_too(checkout: Project) -> None:
    values = {key: value for key, value in whole(checkout).items() if key[0] != "N31807"}
    said: list[str] = []
    with (
        serving(Service(kolada(values))) as service,
        pytest.raises(BistandError, match=r"1 av \d+ mått .* N31807"),
    ):
        try_services(
            checkout,
            "kolada",
            kommun="0380",
            adress=service.base,
            echo=said.append,
            today=date(2026, 11, 1),
            manners=QUICK,
        )
    assert next(line for line in said if "NEJ" in line).startswith("  NEJ N31807: ")
    assert sum("ja " in line for line in said) > 5
