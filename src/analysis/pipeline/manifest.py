"""Manifests: what each notebook of a folder was made from. Equal keys mean that running again would give the same."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from foundation.files import sha256_of, write_text

MANIFEST = "manifest.json"

_PACKAGES = ("matplotlib", "numpy", "pandas", "papermill", "scipy", "seaborn", "statsmodels")


@dataclass(frozen=True)
class Sources:
    """What one notebook is made from.

    Attributes
    ----------
    notebook
        SHA-256 of the notebook without outputs.
    code
        SHA-256 over the modules that it imports, directly or through others.
    inputs
        Name of each input (observations, plan, groups, log) and its SHA-256.
    """

    notebook: str
    code: str
    inputs: dict[str, str]


@dataclass(frozen=True)
class Manifest:
    """What a folder is made from: its parameters, and by notebook its sources."""

    run_id: str
    parameters: dict[str, str]
    notebooks: dict[str, Sources]
    versions: dict[str, str]

    @property
    def keys(self) -> dict[str, str]:
        """By notebook: SHA-256 over all that it is made from."""
        common = [self.parameters, self.versions]
        return {name: _digest([*common, asdict(item)]) for name, item in self.notebooks.items()}

    @property
    def key(self) -> str:
        """SHA-256 over everything above."""
        return _digest(asdict(self))

    @property
    def code(self) -> str:
        """SHA-256 over the code of all notebooks."""
        return _digest({name: item.code for name, item in self.notebooks.items()})

    def write(self, folder: Path, files: Mapping[str, Iterable[str]]) -> None:
        """Store the manifest in the folder, with the files that each notebook has written."""
        content = {
            **asdict(self),
            "key": self.key,
            "code": self.code,
            "inputs": {key: value for item in self.notebooks.values() for key, value in item.inputs.items()},
            "keys": self.keys,
            "files": {name: sorted(names) for name, names in files.items()},
        }
        write_text(
            folder / MANIFEST, json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        )


@dataclass(frozen=True)
class Stored:
    """What stands in a folder: its key, and by notebook the key and the files it wrote."""

    key: str
    keys: dict[str, str]
    files: dict[str, tuple[str, ...]]


def stored(folder: Path) -> Stored | None:
    """Return what stands in `folder`; None if nothing does, it is damaged, or an older version of the program made it."""
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        files = {str(name): tuple(names) for name, names in content["files"].items()}
        return Stored(str(content["key"]), dict(content["keys"]), files)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def stale_notebooks(manifest: Manifest, folder: Path) -> tuple[str, ...]:
    """Return the notebooks of a folder that would be made from something else now, or whose files are gone."""
    there = stored(folder)
    if there is None:
        return tuple(manifest.notebooks)
    return tuple(
        name
        for name, key in manifest.keys.items()
        if there.keys.get(name) != key
        or not all((folder / part).is_file() for part in there.files.get(name, ()))
    )


def hash_files(paths: Iterable[Path], root: Path) -> str:
    """Return one SHA-256 over names and contents of files, independent of order and place."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(sha256_of(path).encode())
    return digest.hexdigest()


def hash_text(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _digest(content: object) -> str:
    return hash_text(json.dumps(content, sort_keys=True))


@lru_cache(maxsize=1)
def package_versions() -> dict[str, str]:
    """Return the versions that results may depend on."""
    found = {name: version(name) for name in _PACKAGES}
    return {"python": platform.python_version(), **found}
