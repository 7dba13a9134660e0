"""Which code a notebook can reach: the modules of this project that it imports, directly or through others."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import analysis
from foundation.files import sha256_of

_ROOT = Path(analysis.__file__).resolve().parent.parent
_PACKAGES = ("analysis", "renderer", "foundation")


def imported_by(notebook: Path) -> tuple[str, ...]:
    """Return the names of this project's modules that a notebook's cells import, sorted."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    found: set[str] = set()
    for cell in cells:
        if cell["cell_type"] == "code":
            found |= _imports(_plain("".join(cell["source"])))
    return tuple(sorted(found))


def code_files(modules: Iterable[str], root: Path = _ROOT) -> tuple[Path, ...]:
    """Return the files of modules, of all that they import in turn, and of the packages they lie in."""
    seen: set[Path] = set()
    waiting = [path for name in modules for path in _files(name, root)]
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += [file for name in _read(path)[1] for file in _files(name, root)]
    beside = {other for path in seen for other in path.parent.iterdir() if other.suffix in {".yml", ".csv"}}
    return tuple(sorted(seen | beside))


def code_hash(modules: Iterable[str], root: Path = _ROOT) -> str:
    """Return one SHA-256 over the names and contents of `code_files`."""
    digest = hashlib.sha256()
    for path in code_files(modules, root):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(_read(path)[0].encode())
    return digest.hexdigest()


def _files(name: str, root: Path) -> list[Path]:
    """Files of a dotted name: the module and the packages above it. A name inside a module is that module's file."""
    parts = name.split(".")
    found = []
    for end in range(1, len(parts) + 1):
        place = root.joinpath(*parts[:end])
        found += [path for path in (place / "__init__.py", place.with_suffix(".py")) if path.is_file()]
    return found


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
    """Return the dotted names that a text imports from this project, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in names if name.split(".")[0] in _PACKAGES}


def _plain(source: str) -> str:
    """Blank out IPython's own lines, which are no Python."""
    lines = source.split("\n")
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)
