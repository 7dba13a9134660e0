"""Manifests: what a run was made from. Equal keys mean that running again would give the same pages."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import analysis
from analysis.errors import BistandError
from analysis.files import sha256_of, write_text
from analysis.paths import Project

MANIFEST = "manifest.json"

#: Rooms whose code cannot change what a notebook computes.
_NOT_IN_NOTEBOOKS = ("cli.py", "pipeline", "site")

_PACKAGES = ("matplotlib", "numpy", "pandas", "papermill", "scipy", "seaborn", "statsmodels")


@dataclass(frozen=True)
class Manifest:
    """What a run was made from.

    Attributes
    ----------
    inputs
        Name of each input (observations, plan, catalogue, log) and its SHA-256.
    notebooks
        Name of each notebook and its SHA-256.
    code
        SHA-256 over all modules that notebooks can reach.
    """

    run_id: str
    parameters: dict[str, str]
    inputs: dict[str, str]
    notebooks: dict[str, str]
    code: str
    versions: dict[str, str]

    @property
    def key(self) -> str:
        """SHA-256 over everything above."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def write(self, folder: Path) -> None:
        """Store the manifest in the run's folder."""
        content = {**asdict(self), "key": self.key}
        write_text(
            folder / MANIFEST, json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        )


def stored_key(folder: Path) -> str | None:
    """Return the key of the run that stands in `folder`, or None if there is none."""
    path = folder / MANIFEST
    if not path.is_file():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, Mapping) or "key" not in content:
        raise BistandError("manifestet är skadat", file=path, fix="Ta bort mappen och kör igen.")
    return str(content["key"])


def hash_files(paths: Iterable[Path], root: Path) -> str:
    """Return one SHA-256 over names and contents of files, independent of order and place."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(sha256_of(path).encode())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def code_hash() -> str:
    """Return the hash of all modules that notebooks can reach."""
    root = Path(analysis.__file__).parent
    modules = [
        path
        for path in root.rglob("*")
        if path.suffix in {".py", ".yml"} and path.relative_to(root).parts[0] not in _NOT_IN_NOTEBOOKS
    ]
    return hash_files(modules, root)


@lru_cache(maxsize=1)
def package_versions() -> dict[str, str]:
    """Return the versions that results may depend on."""
    found = {name: version(name) for name in _PACKAGES}
    return {"python": platform.python_version(), **found}


def notebook_hashes(project: Project, names: Iterable[str]) -> dict[str, str]:
    """Return the hash of each named notebook."""
    return {name: sha256_of(project.notebooks / f"{name}.ipynb") for name in names}
