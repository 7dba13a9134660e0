"""The built site on this computer only, as a web server should show it: no links followed, no folders listed."""

from __future__ import annotations

import errno
import functools
import os
from collections.abc import Callable
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from analysis.pipeline.publish import HEADERS
from foundation.errors import BistandError

HOST = "127.0.0.1"


class _Handler(SimpleHTTPRequestHandler):
    """Files below one folder, with the headers of a published site."""

    server_version, sys_version = "Bistandslaget", ""
    error_content_type = "text/plain; charset=utf-8"
    error_message_format = "%(code)d: sidan finns inte eller visas inte.\n"

    def send_head(self) -> BytesIO | BinaryIO | None:
        """Refuse what leaves the folder or is hidden; otherwise as the library does."""
        site = Path(self.directory).resolve()
        wanted = Path(self.translate_path(self.path))
        inside = wanted.resolve() == wanted and wanted.is_relative_to(site)
        if not inside or any(part.startswith(".") for part in wanted.relative_to(site).parts):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        if wanted.is_dir() and urlsplit(self.path).path.endswith("/"):
            index = wanted / "index.html"
            if index.is_symlink():
                self.send_error(HTTPStatus.NOT_FOUND)
                return None
        return super().send_head()

    def list_directory(self, path: str | os.PathLike[str]) -> None:
        """Show no folder's contents."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        """Send what a published site sends."""
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing about each request."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = os.name != "nt"


def open_server(site: Path, port: int) -> ThreadingHTTPServer:
    """Open a server of `site` on this computer.

    Raises
    ------
    BistandError
        If there is no site, or the port cannot be used.
    """
    if not (site / "index.html").is_file():
        raise BistandError("det finns ingen webbplats än", file=site, fix="Kör ”bistand rapport”.")
    if not 0 <= port <= 65535:
        raise BistandError(f"porten {port} finns inte", fix="Välj en port mellan 1024 och 65535.")
    handler = functools.partial(_Handler, directory=str(site.resolve()))
    try:
        return _Server((HOST, port), handler)
    except OSError as error:
        why = {
            errno.EADDRINUSE: "används redan av ett annat program",
            errno.EACCES: "får inte användas av vanliga program",
        }
        raise BistandError(
            f"porten {port} {why.get(error.errno or 0, 'går inte att öppna')}",
            fix=f"Välj en annan: bistand visa --port {8001 if port == 8000 else 8000}.",
        ) from error


def serve(site: Path, port: int, echo: Callable[[str], None]) -> None:
    """Show `site` until the user stops it."""
    with open_server(site, port) as server:
        echo(f"Webbplatsen visas på http://{HOST}:{server.server_address[1]}/ (avsluta med Ctrl+C).")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            echo("\nAvslutad.")
