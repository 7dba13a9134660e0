"""Sources: raw files with passports, and one reader a kind of file.

A reader takes a located passport and the catalogue and returns a frame with the columns of
:data:`analysis.sources.observation.COLUMNS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.sources.readers import READERS, read_source

__all__ = ["READERS", "read_source"]


def __getattr__(name: str) -> object:
    """Import the readers, and pandas with them, when they are asked for: commands that only read YAML start at once."""
    if name in __all__:
        from analysis.sources import readers

        return getattr(readers, name)
    raise AttributeError(name)
