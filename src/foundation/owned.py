"""Folders that this project made itself and can prove so: the only ones that it ever replaces or removes.

A made folder carries a marker with the name and SHA-256 of every file in it. A folder without a marker, or with a file
that is not on its list or has changed since, is somebody's: it is named and left as it is. Work under way lives in
rooms of random names with a marker of their own; `mend` puts right what a killed process left in them.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from foundation.errors import BistandError
from foundation.files import sha256_of, write_text

MARKER = ".bistandslaget.json"
PROGRAM = "bistandslaget"
_ROOM = ".bistand-"
_NEW, _OLD = "ny", "gammal"
#: File systems and systems that cannot exchange two folders in one step.
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}


def seal(folder: Path) -> None:
    """Write the marker of a folder that this project has just filled: each file's name and SHA-256."""
    (folder / MARKER).unlink(missing_ok=True)
    seal_only(folder, [path.relative_to(folder).as_posix() for path in _entries(folder)])


def seal_only(folder: Path, names: Iterable[str]) -> None:
    """Write the marker of a folder for the files of these names: others in it are somebody's."""
    listed = {name: sha256_of(folder / name) for name in names}
    content = {"program": PROGRAM, "filer": listed}
    write_text(folder / MARKER, json.dumps(content, ensure_ascii=False, indent=0, sort_keys=True) + "\n")


def strangers(folder: Path) -> tuple[Path, ...]:
    """Return what in `folder` this project cannot prove to have made: unlisted, changed, links, empty folders."""
    listed = listed_files(folder)
    return tuple(
        path
        for path in _entries(folder)
        if path != folder / MARKER
        and (
            path.is_symlink()
            or not path.is_file()
            or listed.get(path.relative_to(folder).as_posix()) != sha256_of(path)
        )
    )


def demand_ours(folder: Path) -> None:
    """Refuse to go on where `folder` is there, holds something, and is not wholly this project's own.

    Raises
    ------
    BistandError
        Naming the first file that stands in the way. Nothing has been touched.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise BistandError("här ligger en fil, inte en mapp", file=folder, fix="Välj en annan plats.")
    found = strangers(folder)
    if found:
        more = f" och {len(found) - 1} till" if len(found) > 1 else ""
        raise BistandError(
            f"mappen är inte tom, och {found[0].relative_to(folder).as_posix()}{more} är inget som Biståndsläget "
            "har skrivit (eller så har den ändrats efteråt)",
            file=folder,
            fix="Flytta undan det själv eller välj en annan mapp. Ingenting är ändrat.",
        )


def discard_damaged(folder: Path) -> tuple[str, ...]:
    """Remove made files that a full disk or a power cut left empty or as half a JSON; they are simply made again.

    A file that can be read is never removed here, whatever stands in it: somebody may have changed it.
    """
    listed = listed_files(folder)
    lost = [
        path
        for path in (strangers(folder) if listed else ())
        if path.relative_to(folder).as_posix() in listed and not path.is_symlink() and _is_half(path)
    ]
    for path in lost:
        path.unlink()
    return tuple(path.relative_to(folder).as_posix() for path in lost)


def open_to_readers(folder: Path) -> None:
    """Let everyone on the computer, such as a web server, read a made folder, whatever the user's umask is."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)


def replace_folder(new: Path, target: Path) -> None:
    """Put the made folder `new` in the place of `target`, in one step where the system can.

    A kill at any point leaves the old or the new folder in place (where folders cannot be exchanged: until `mend`).

    Raises
    ------
    BistandError
        If `target` is not wholly this project's own; it is then left as it is.
    """
    discard_damaged(target)
    demand_ours(target)
    seal(new)
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        new.rename(target)
        return
    room = _make_room(target.parent, "byte", target.name)
    try:
        new.rename(room / _NEW)
        if not _exchange(room / _NEW, target):
            target.rename(room / _OLD)
            (room / _NEW).rename(target)
    finally:
        _clear_swap(room)


def remove_folder(folder: Path) -> bool:
    """Remove the files of `folder` that its marker lists, unchanged, and the folders left empty; never anything else.

    Returns whether the folder is gone.
    """
    listed = listed_files(folder)
    for name, digest in listed.items():
        path = folder / name
        if path.is_file() and not path.is_symlink() and sha256_of(path) == digest:
            path.unlink()
    below = {parent for name in listed for parent in (folder / name).parents if folder in parent.parents}
    for parent in sorted(below, key=lambda path: len(path.parts), reverse=True):
        if parent.is_dir() and not any(parent.iterdir()):
            parent.rmdir()
    if all(path == folder / MARKER for path in folder.iterdir()):
        (folder / MARKER).unlink(missing_ok=True)
        folder.rmdir()
    return not folder.exists()


@contextmanager
def workroom(parent: Path, purpose: str) -> Iterator[Path]:
    """Yield a new empty folder in `parent`, of a name that nobody else has; it is removed at the end."""
    parent.mkdir(parents=True, exist_ok=True)
    mend(parent)
    room = _make_room(parent, purpose, "")
    try:
        yield room
    finally:
        shutil.rmtree(room)


def mend(parent: Path) -> tuple[str, ...]:
    """Put right what killed processes of this project left in `parent`; returns a sentence for each thing done."""
    done = []
    for room in sorted(parent.glob(f"{_ROOM}*")) if parent.is_dir() else ():
        if _alive(room):
            continue
        facts = _read_marker(room)
        if facts.get("rum") != room.name:
            _remove_unborn(room)
            continue
        if facts.get("art") != "byte":
            shutil.rmtree(room)
            done.append(f"Arbetsmappen {room.name} från ett avbrutet kommando är borttagen.")
            continue
        target = parent / str(facts.get("mal"))
        if not target.exists() and (room / _OLD).is_dir():
            (room / _OLD).rename(target)
            done.append(f"{target.name} är återställd: den förra utgåvan ligger på sin plats igen.")
        if _clear_swap(room):
            done.append(f"Rester av ett avbrutet byte av {target.name} är borttagna.")
        else:
            done.append(f"I {room.name} finns filer som inte är Biståndslägets; de är orörda.")
    return tuple(done)


def _make_room(parent: Path, purpose: str, target: str) -> Path:
    room = Path(tempfile.mkdtemp(prefix=f"{_ROOM}{purpose}-{os.getpid()}-", dir=parent))
    facts = {"program": PROGRAM, "rum": room.name, "art": purpose, "mal": target}
    write_text(room / MARKER, json.dumps(facts, ensure_ascii=False) + "\n")
    return room


def _clear_swap(room: Path) -> bool:
    """Remove what is ours in the room of a swap, and the room when nothing else is in it."""
    gone = [remove_folder(room / part) for part in (_NEW, _OLD) if (room / part).is_dir()]
    if not all(gone) or any(path.name != MARKER for path in room.iterdir()):
        return False
    (room / MARKER).unlink(missing_ok=True)
    room.rmdir()
    return True


def _entries(folder: Path) -> list[Path]:
    """Files, links and empty folders below `folder`, links not followed."""
    found = []
    for here, folders, files in os.walk(folder):
        base = Path(here)
        found += [base / name for name in files]
        found += [
            base / name for name in folders if (base / name).is_symlink() or not any((base / name).iterdir())
        ]
    return sorted(found)


def _is_half(path: Path) -> bool:
    """Whether a file that is not what was written can be nobody's work: empty, or JSON that does not parse."""
    data = path.read_bytes() if path.is_file() else b"-"
    if not data.strip(b"\0"):
        return True
    if path.suffix not in {".json", ".ipynb"}:
        return False
    try:
        json.loads(data)
    except ValueError:
        return True
    return False


def _read_marker(folder: Path) -> dict[str, object]:
    path = folder / MARKER
    if not path.is_file() or path.is_symlink():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return content if isinstance(content, dict) and content.get("program") == PROGRAM else {}


def listed_files(folder: Path) -> dict[str, str]:
    """Names and checksums on the marker's list; names that leave the folder do not count."""
    files = _read_marker(folder).get("filer")
    if not isinstance(files, dict):
        return {}
    return {str(name): str(digest) for name, digest in files.items() if ".." not in Path(str(name)).parts}


def _remove_unborn(room: Path) -> None:
    """Remove a room whose maker was killed before its marker was whole: nothing is in it yet."""
    if room.is_dir() and all(path.name.startswith((MARKER, f".{MARKER}.")) for path in room.iterdir()):
        for path in room.iterdir():
            path.unlink()
        room.rmdir()


def _alive(room: Path) -> bool:
    """Whether the process whose number stands in the room's name lives (or the name is none of ours)."""
    import psutil

    number = room.name.split("-")[-2]
    return not number.isdigit() or bool(psutil.pid_exists(int(number)))


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step (Linux, macOS); False where the system or the file system cannot."""
    if sys.platform not in {"linux", "darwin"}:
        return False
    library = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    if sys.platform == "linux":
        if not hasattr(library, "renameat2"):
            return False
        here, swap = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
        failed = library.renameat2(here, first, here, second, swap)
    else:
        failed = library.renamex_np(first, second, 2)  # RENAME_SWAP
    if not failed:
        return True
    code = ctypes.get_errno()
    if code in _CANNOT:
        return False
    raise OSError(code, os.strerror(code), str(other))
