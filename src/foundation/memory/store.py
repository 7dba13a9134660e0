"""One file a result, named by the hash of what it was computed from: inputs, settings, code and library versions.

A file that is cut short, changed, or holds another result is noticed and the result computed anew. Without a folder in
the environment (a notebook run by hand, a test) everything is computed; the numbers are the same.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, TypeVar

from foundation.files import sha256_of, write_bytes
from foundation.memory.codec import pack, unpack

Result = TypeVar("Result")

#: Environment variable with the folder of stored results.
FOLDER_VARIABLE: Final = "BISTAND_MINNE"

_MAGIC: Final = b"bistandslaget minne 1"
_LIBRARIES: Final = ("numpy", "pandas", "scipy", "statsmodels")
#: The folder of this project's packages.
_ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Slot:
    """The place of one result: its file, and the hash of all that it is made from."""

    path: Path
    name: str

    def read(self) -> tuple[bool, Any]:
        """Return whether the file holds this very result unharmed, and the result. A file that is read is young again."""
        try:
            data = self.path.read_bytes()
        except OSError:
            return False, None
        head, _, rest = data.partition(b"\n")
        digest, _, payload = rest.partition(b"\n")
        if head != self._head or digest.decode(errors="replace") != _digest(payload):
            return False, None
        try:
            result = unpack(payload)
        except (ValueError, KeyError, AttributeError, ImportError):
            return False, None
        with suppress(OSError):
            os.utime(self.path)
        return True, result

    def write(self, result: object) -> None:
        """Store the result."""
        payload = pack(result)
        write_bytes(self.path, b"\n".join((self._head, _digest(payload).encode(), payload)))

    @property
    def _head(self) -> bytes:
        return _MAGIC + b" " + self.name.encode()


def slot(folder: Path, kind: str, made_from: object, rooms: tuple[str, ...]) -> Slot:
    """Return the place below `folder` of a result; arguments as for `remember`."""
    name = hashlib.sha256(pack((kind, made_from)) + _code(rooms).encode()).hexdigest()
    return Slot(folder / kind / f"{name}.minne", name)


def remember(
    kind: str,
    made_from: object,
    rooms: tuple[str, ...],
    compute: Callable[[], Result],
    folder: Path | None = None,
) -> Result:
    """Return the stored result, or compute and store it.

    Parameters
    ----------
    kind
        What the result is; the folder it lies in.
    made_from
        Everything that it depends on: tables, arrays, settings.
    rooms
        Packages and modules whose code computes it, by their full names.
    compute
        Computes it; must depend on nothing else.
    folder
        Where results are stored; without it the folder that the environment names, if it does.
    """
    place = folder or os.environ.get(FOLDER_VARIABLE)
    if not place:
        return compute()
    here = slot(Path(place), kind, made_from, rooms)
    found, result = here.read()
    if not found:
        result = compute()
        here.write(result)
    return result


def forget_old(folder: Path, days: int = 60) -> None:
    """Remove results that nobody has read or written for so many days."""
    oldest = time.time() - days * 86400
    for path in folder.glob("*/*.minne"):
        with suppress(OSError):
            if path.stat().st_mtime < oldest:
                path.unlink()


def _digest(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


@lru_cache(maxsize=64)
def _code(rooms: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for room in ("foundation.memory", *sorted(rooms)):
        for path in _sources(_ROOT.joinpath(*room.split("."))):
            digest.update(path.relative_to(_ROOT).as_posix().encode() + sha256_of(path).encode())
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}".encode())
    return digest.hexdigest()


def _sources(place: Path) -> list[Path]:
    """Return the code files of a package or module; filters and templates are code."""
    if not place.is_dir():
        return [place.with_suffix(".py")]
    return sorted(path for path in place.rglob("*") if path.suffix in {".py", ".lua", ".j2"})
