"""One file a result, named by the hash of what it was computed from: inputs, settings, code and library versions.

A file that is cut short, changed, or holds another result is noticed and the result computed anew. Without a folder in
the environment (a notebook run by hand, a test) everything is computed; the numbers are the same.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, TypeVar

import analysis
from analysis.files import sha256_of, write_bytes
from analysis.memory.codec import pack, unpack

Result = TypeVar("Result")

#: Environment variable with the folder of stored results.
FOLDER_VARIABLE: Final = "BISTAND_MINNE"

_MAGIC: Final = b"bistandslaget minne 1"
_LIBRARIES: Final = ("numpy", "pandas", "scipy", "statsmodels")
_ROOT: Final = Path(analysis.__file__).resolve().parent


def remember(kind: str, made_from: object, rooms: tuple[str, ...], compute: Callable[[], Result]) -> Result:
    """Return the stored result, or compute and store it.

    Parameters
    ----------
    kind
        What the result is; the folder it lies in.
    made_from
        Everything that it depends on: tables, arrays, settings.
    rooms
        Packages and modules below ``analysis`` whose code computes it.
    compute
        Computes it; must depend on nothing else.
    """
    place = os.environ.get(FOLDER_VARIABLE)
    if not place:
        return compute()
    name = hashlib.sha256(pack((kind, made_from)) + _code(rooms).encode()).hexdigest()
    path = Path(place) / kind / f"{name}.minne"
    found, result = _read(path, name)
    if not found:
        result = compute()
        _write(path, name, pack(result))
    return result


def _read(path: Path, name: str) -> tuple[bool, Any]:
    """Return whether the file holds the result of that name unharmed, and the result."""
    try:
        data = path.read_bytes()
    except OSError:
        return False, None
    head, _, rest = data.partition(b"\n")
    digest, _, payload = rest.partition(b"\n")
    if head != _MAGIC + b" " + name.encode() or digest.decode(errors="replace") != _digest(payload):
        return False, None
    try:
        return True, unpack(payload)
    except (ValueError, KeyError, AttributeError, ImportError):
        return False, None


def _write(path: Path, name: str, payload: bytes) -> None:
    write_bytes(path, b"\n".join((_MAGIC + b" " + name.encode(), _digest(payload).encode(), payload)))


def _digest(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


@lru_cache(maxsize=64)
def _code(rooms: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for room in ("memory", *sorted(rooms)):
        place = _ROOT.joinpath(*room.split("."))
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]:
            digest.update(path.relative_to(_ROOT).as_posix().encode() + sha256_of(path).encode())
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}".encode())
    return digest.hexdigest()
