"""Kernels that talk over socket files in a private folder instead of TCP ports."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager


class FileSocketKernelManager(AsyncKernelManager):
    """A kernel manager with ``ipc`` transport; its socket files lie in a temporary folder of their own."""

    def __init__(self, **options: Any) -> None:
        folder = Path(tempfile.mkdtemp(prefix="bistand-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        super().__init__(**{**options, "transport": "ipc", "ip": str(folder / "k")})
