"""A local HTTP server that plays Kolada and SCB, well-behaved or not."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Reply = tuple[int, dict[str, str], bytes]


def reply(document: object, status: int = 200, **headers: str) -> Reply:
    return status, {"Content-Type": "application/json", **headers}, json.dumps(document).encode()


@dataclass
class Service:
    """What the server answers; `faults` are used up first, one a request."""

    answer: Callable[[str, dict[str, str], Any], Reply]
    faults: list[Callable[[Reply], Reply | None]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    base: str = ""


@contextmanager
def serving(service: Service) -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = (
            True  # head and body are two writes: the second would wait for the first's receipt
        )

        def do_GET(self) -> None:
            self._handle(None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            self._handle(json.loads(body))

        def _handle(self, body: Any) -> None:
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            service.requests.append(self.path)
            right = service.answer(parts.path, query, body)
            sent: Reply | None = service.faults.pop(0)(right) if service.faults else right
            if sent is None:
                self.close_connection = True
                return
            status, headers, data = sent
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            if "Content-Length" in headers:
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    service.base = f"http://127.0.0.1:{server.server_address[1]}/"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def status(code: int, **headers: str) -> Callable[[Reply], Reply]:
    return lambda right: (code, {"Content-Type": "text/html", **headers}, b"<html>nej</html>")


def truncated(right: Reply) -> Reply:
    """Half of the answer with an honest length: broken JSON."""
    return right[0], right[1], right[2][: len(right[2]) // 2]


def cut_off(right: Reply) -> Reply:
    """Half of the answer under the length of the whole: the connection breaks."""
    return right[0], {**right[1], "Content-Length": str(len(right[2]))}, right[2][: len(right[2]) // 2]


def dropped(right: Reply) -> None:
    """No answer at all."""


def slow(right: Reply) -> Reply:
    time.sleep(0.6)
    return right


def changed(edit: Callable[[Any], Any]) -> Callable[[Reply], Reply]:
    """Edit the answer's document."""
    return lambda right: reply(edit(json.loads(right[2])))


def kolada(
    values: dict[tuple[str, str, int, str], float | None],
    *,
    page_size: int = 10_000,
    style: str = "next_url",
    count: str = "page",
    base: Callable[[], str] = lambda: "",
    title: str = "Invånare med bistånd",
) -> Callable[[str, dict[str, str], Any], Reply]:
    """Play Kolada: `values` by (kpi, municipality, year, gender)."""

    def answer(path: str, query: dict[str, str], body: Any) -> Reply:
        parts = path.strip("/").split("/")
        if parts[:1] == ["kpi"]:
            return reply({"id": parts[1], "title": title, "description": "Beskrivning"})
        if parts[:2] == ["data", "kpi"]:
            kpi, years, places = parts[2], parts[4].split(","), None
        else:
            kpi, years, places = (
                query["kpi_id"],
                query["year"].split(","),
                query["municipality_id"].split(","),
            )
            if len(places) > 25:
                return reply({"detail": "too many ids"}, 400)
        items: dict[tuple[str, int], list[dict[str, Any]]] = {}
        for (id_, place, year, gender), value in values.items():
            if id_ == kpi and str(year) in years and (place in places if places else place != "0000"):
                items.setdefault((place, year), []).append(
                    {"gender": gender, "status": "M" if value is None else "", "value": value, "count": 1}
                )
        rows = [
            {"kpi": kpi, "municipality": place, "period": year, "values": part}
            for (place, year), part in items.items()
        ]
        page = int(query.get("page", "1"))
        part = rows[(page - 1) * page_size : page * page_size]
        envelope: dict[str, Any] = {"values": part, "count": len(part) if count == "page" else len(rows)}
        more = page * page_size < len(rows)
        following = "&".join([*(f"{k}={v}" for k, v in query.items() if k != "page"), f"page={page + 1}"])
        if style == "next_url":
            envelope["next_url"] = f"{base()}{path.lstrip('/')}?{following}" if more else None
        elif style == "next_page":
            envelope |= {"previous_page": None, "next_page": f"{path}?{following}" if more else None}
        else:
            envelope["next_page"] = page + 1 if more else None
        return reply(envelope)

    return answer


def scb(
    values: dict[tuple[str, str, str], float | None],
    *,
    total_kon: bool = False,
    contents: str = "Folkmängd",
    first_year: int = 2020,
) -> Callable[[str, dict[str, str], Any], Reply]:
    """Play one PxWeb table: `values` by (region, period, Kon code); code 3 is the total."""
    regions = sorted({key[0] for key in values})
    periods = sorted({key[1] for key in values})
    kon = (
        (["1", "2", "3"], ["män", "kvinnor", "totalt, samtliga män och kvinnor"])
        if total_kon
        else (["1", "2"], ["män", "kvinnor"])
    )
    variables = [
        {"code": "Region", "text": "region", "values": regions, "valueTexts": regions},
        {"code": "Alder", "text": "ålder", "values": ["0", "TotSA"], "valueTexts": ["0 år", "totalt ålder"]},
        {
            "code": "Kon",
            "text": "kön",
            "values": kon[0],
            "valueTexts": kon[1],
            **({} if total_kon else {"elimination": True}),
        },
        {
            "code": "ContentsCode",
            "text": "innehåll",
            "values": ["X1", "X2"],
            "valueTexts": [contents, "Folkökning"],
        },
        {"code": "Tid", "text": "år", "values": periods, "valueTexts": periods, "time": True},
    ]

    def answer(path: str, query: dict[str, str], body: Any) -> Reply:
        if body is None:
            return reply({"title": f"Folkmängd {path}", "variables": variables})
        chosen = {part["code"]: part["selection"]["values"] for part in body["query"]}
        ids = list(chosen)
        cells: list[float | None] = []
        keys: list[dict[str, str]] = [{}]
        for name in ids:
            keys = [{**key, name: code} for key in keys for code in chosen[name]]
        for key in keys:
            cells.append(values.get((key["Region"], key["Tid"], key.get("Kon", "3"))))
        marks = {str(position): ".." for position, cell in enumerate(cells) if cell is None}
        return reply(
            {
                "version": "2.0",
                "class": "dataset",
                "id": ids,
                "size": [len(chosen[name]) for name in ids],
                "dimension": {
                    name: {"category": {"index": {code: n for n, code in enumerate(chosen[name])}}}
                    for name in ids
                },
                "value": cells,
                "status": marks,
            }
        )

    return answer
