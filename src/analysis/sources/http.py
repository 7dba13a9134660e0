"""A polite, bounded HTTP client for open statistics: few calls, patient retries, whole answers or none."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import httpx

from foundation.errors import BistandError

USER_AGENT: Final = "bistandslaget/0.1 (oppen uppfoljning; httpx)"
_RETRIED: Final = frozenset((408, 425, 429, 500, 502, 503, 504))
MAX_BYTES: Final = 80_000_000


@dataclass(frozen=True)
class Manners:
    """How politely and how long to try.

    Parameters
    ----------
    per_second
        Most calls a second.
    attempts
        Most attempts a call, the first one included.
    first_wait, longest_wait
        Seconds before the first retry (doubled each time) and the most that any wait may be; a server that asks for
        a longer one is not waited for.
    timeout
        Seconds without an answer.
    patience
        Seconds that one whole answer may take, however steadily it drips.
    max_calls
        Most calls in all, retries included.
    """

    per_second: float = 4.0
    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 90.0
    timeout: float = 30.0
    patience: float = 120.0
    max_calls: int = 2000


class Client:
    """JSON over HTTP from one host.

    Every answer is complete JSON with status 200, or a :class:`BistandError`.
    """

    def __init__(
        self,
        base_url: str,
        manners: Manners | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/") + "/"
        self.manners = manners or Manners()
        self.calls = 0
        self._sleep, self._clock = sleep, clock
        self._last = float("-inf")
        self._http = httpx.Client(
            timeout=self.manners.timeout,
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
            transport=transport,
            follow_redirects=False,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def url(self, path: str) -> str:
        """Return the full address of a path or of a next-page link; another host is an error."""
        full = urljoin(self.base_url, path)
        if urlsplit(full).netloc != urlsplit(self.base_url).netloc:
            raise self._error(
                full, "svaret pekar vidare till en annan värd", "Kontrollera adressen till tjänsten."
            )
        return full

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Any:
        """GET a JSON document."""
        return self._json("GET", self.url(path), params=params)

    def post(self, path: str, body: Any) -> Any:
        """POST a JSON query and return the JSON answer."""
        return self._json("POST", self.url(path), body=body)

    def _json(
        self, method: str, url: str, *, params: Mapping[str, str | int] | None = None, body: Any = None
    ) -> Any:
        reason = ""
        for attempt in range(self.manners.attempts):
            wait = min(self.manners.first_wait * 2**attempt, self.manners.longest_wait)
            try:
                status, asked, content = self._send(method, url, params, body)
            except httpx.TimeoutException:
                reason = f"inget svar inom {self.manners.timeout:g} sekunder"
            except httpx.TransportError as error:
                reason = f"förbindelsen bröts ({type(error).__name__})"
            else:
                if status == 200:
                    try:
                        return json.loads(content)
                    except (ValueError, RecursionError):
                        html = content.lstrip()[:1] == b"<"
                        reason = (
                            "svaret är en webbsida, inte JSON"
                            if html
                            else "svaret är avhugget eller inte JSON"
                        )
                elif status in _RETRIED:
                    reason = f"tjänsten svarade {status}"
                    wait = self._asked_wait(asked, status, wait, url)
                else:
                    raise self._error(url, f"tjänsten svarade {status}", _advice(status))
            if attempt + 1 < self.manners.attempts:
                self._sleep(wait)
        raise self._error(
            url,
            f"{reason}, {self.manners.attempts} försök i rad",
            "Försök igen senare. Ingenting har sparats och tidigare data är orörda.",
        )

    def _send(
        self, method: str, url: str, params: Mapping[str, str | int] | None, body: Any
    ) -> tuple[int, str | None, bytes]:
        """Return status, Retry-After and the whole body."""
        if self.calls >= self.manners.max_calls:
            raise self._error(
                url,
                f"gränsen {self.manners.max_calls} anrop är nådd",
                "Hämta färre mått, kommuner eller år åt gången.",
            )
        pause = self._last + 1 / self.manners.per_second - self._clock()
        if pause > 0:
            self._sleep(pause)
        self._last = self._clock()
        self.calls += 1
        until = time.monotonic() + self.manners.patience
        content = bytearray()
        with self._http.stream(method, url, params=params, json=body) as response:
            for piece in response.iter_bytes():
                content += piece
                if len(content) > MAX_BYTES:
                    raise self._error(
                        url, "svaret är orimligt stort", "Hämta färre år eller kommuner åt gången."
                    )
                if time.monotonic() > until:
                    raise httpx.ReadTimeout("slow")
        return response.status_code, response.headers.get("Retry-After"), bytes(content)

    def _asked_wait(self, header: str | None, status: int, wait: float, url: str) -> float:
        asked = retry_after(header)
        if asked is None:
            return wait
        if asked > self.manners.longest_wait:
            raise self._error(
                url,
                f"tjänsten ber oss vänta {asked:.0f} sekunder",
                "Försök igen senare. Ingenting har sparats och tidigare data är orörda.",
            )
        return max(asked, wait if status != 429 else 0.0)

    def _error(self, url: str, problem: str, fix: str) -> BistandError:
        return BistandError(problem, file=url, fix=fix)


def retry_after(text: str | None) -> float | None:
    """Read a Retry-After header: seconds, or an HTTP date."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        pass
    else:
        return max(0.0, seconds) if math.isfinite(seconds) else None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _advice(status: int) -> str:
    if status in (301, 302, 307, 308):
        return "Tjänsten har flyttat: ange den nya adressen med --adress."
    if status == 404:
        return "Kontrollera att nyckeltalet, tabellen eller året finns och att adressen stämmer."
    if status in (403, 413):
        return "Uttaget är för stort för tjänsten: hämta färre år eller kommuner åt gången."
    return "Kontrollera adressen, eller försök igen senare."
