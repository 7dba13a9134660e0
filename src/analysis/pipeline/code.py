"""Which code a notebook can reach: the modules of this project that it imports, directly or through others."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import analysis
from foundation.files import sha256_of

_ROOT = Path(analysis.__file__).resolve().parent.parent
_PACKAGES = ("analysis", "renderer", "foundation")
#: A statement at the start of a line, or after a semicolon or a colon; brackets may hold comments.
_IMPORT = re.compile(
    r"(?:^|[;:])[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]*(\((?:[^)#]|#[^\n]*)*\)|[^\n;]*)|import[ \t]+([^\n;]*))",
    re.MULTILINE,
)
_NAME = re.compile(r"[\w.]+")


def imported_by(notebook: Path) -> tuple[str, ...]:
    """Return the names of this project's modules that a notebook's cells import, sorted."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    found: set[str] = set()
    for cell in cells:
        if cell["cell_type"] == "code":
            found |= _imports("".join(cell["source"]))
    return tuple(sorted(found))


def code_files(modules: Iterable[str], root: Path = _ROOT) -> tuple[Path, ...]:
    """Return the files of modules, of all that they import in turn, and of the packages they lie in."""
    there = _listing(root)
    seen: set[str] = set()
    waiting = [file for name in modules for file in _files(name, there)]
    while waiting:
        file = waiting.pop()
        if file not in seen:
            seen.add(file)
            waiting += [found for name in _read(root / file)[1] for found in _files(name, there)]
    rooms = {file.rpartition("/")[0] for file in seen}
    beside = {file for file in there if file.endswith((".yml", ".csv")) and file.rpartition("/")[0] in rooms}
    return tuple(sorted(root / file for file in seen | beside))


def code_hash(modules: Iterable[str], root: Path = _ROOT) -> str:
    """Return one SHA-256 over the names and contents of `code_files`."""
    digest = hashlib.sha256()
    for path in code_files(modules, root):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(_read(path)[0].encode())
    return digest.hexdigest()


def _listing(root: Path) -> frozenset[str]:
    """Names of all files of the project's packages below `root`, with forward slashes."""
    return frozenset(
        f"{os.path.relpath(here, root).replace(os.sep, '/')}/{name}"
        for package in _PACKAGES
        for here, _, names in os.walk(root / package)
        for name in names
    )


def _files(name: str, there: frozenset[str]) -> list[str]:
    """Files of a dotted name: the module and the packages above it. A name inside a module is that module's file."""
    parts = name.split(".")
    places = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
    return [file for place in places for file in (f"{place}/__init__.py", f"{place}.py") if file in there]


def _read(path: Path) -> tuple[str, frozenset[str]]:
    facts = path.stat()
    return _read_version(path, facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=4096)
def _read_version(path: Path, changed: int, size: int) -> tuple[str, frozenset[str]]:
    """Return the SHA-256 of a file and the names it imports; a file that changes is read again."""
    del changed, size
    names = _imports(path.read_text(encoding="utf-8")) if path.suffix == ".py" else set()
    return sha256_of(path), frozenset(names)


def _imports(source: str) -> set[str]:
    """Return the dotted names that a text imports from this project, also inside functions.

    Found in the text, since parsing the whole project takes seconds: a line of a docstring that reads as an import, or a
    name after ``as``, counts too, which can only make more of the code matter, never less.
    """
    names: set[str] = set()
    for module, listed, plain in _IMPORT.findall(source.replace("\\\n", " ")):
        names |= {module, *(f"{module}.{name}" for name in _NAME.findall(listed))} if module else set()
        names |= set(_NAME.findall(plain))
    return {name for name in names if name.split(".")[0] in _PACKAGES}
