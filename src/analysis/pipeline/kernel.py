"""Kernels that talk over socket files in a private folder instead of TCP ports."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager


class FileSocketKernelManager(AsyncKernelManager):
    """A kernel manager with ``ipc`` transport; its socket files lie in a temporary folder of their own."""

    def __init__(self, **options: Any) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="bistand-"))
        super().__init__(**{**options, "transport": "ipc", "ip": str(self._folder / "k")})

    async def cleanup_resources(self, restart: bool = False) -> None:
        """Remove the socket files with the other resources."""
        await super().cleanup_resources(restart=restart)
        if not restart:
            shutil.rmtree(self._folder, ignore_errors=True)
