"""One command at a time in a project: whoever comes second is told who is there, and nothing is touched.

The lock is the operating system's and ends with the process that holds it, however that ends; no lock is ever left behind.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from foundation.errors import BistandError

#: The byte that is locked: far behind the text, since Windows keeps others from reading locked bytes.
_BYTE: Final = 1 << 30
#: File systems that know no locks; there a second command is not noticed.
_CANNOT: Final = {errno.ENOLCK, errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
_mine: set[Path] = set()


@contextmanager
def alone(root: Path, command: str) -> Iterator[None]:
    """Hold the project below `root` for `command`; within one process it may be held twice.

    Raises
    ------
    BistandError
        If another process holds it: what it runs, since when, and its number.
    """
    path = root.resolve() / ".cache" / "pagar.json"
    if path in _mine:
        yield
        return
    path.parent.mkdir(exist_ok=True)
    # Never replaced or removed: two commands must ask for the same file.
    with path.open("a+b") as stream:
        try:
            _take(stream)
        except OSError as error:
            if error.errno not in _CANNOT:
                raise _busy(path, command) from error
        now = datetime.now().strftime("%Y-%m-%d kl. %H.%M")
        stream.truncate(0)
        stream.write(json.dumps({"kommando": command, "process": os.getpid(), "sedan": now}).encode())
        stream.flush()
        _mine.add(path)
        try:
            yield
        finally:
            _mine.discard(path)


def _take(stream: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        stream.seek(_BYTE)
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _busy(path: Path, command: str) -> BistandError:
    try:
        other = json.loads(path.read_text(encoding="utf-8"))
        who = f"”{other['kommando']}” (process {other['process']}, sedan {other['sedan']})"
    except (OSError, ValueError, KeyError, TypeError):
        who = "ett annat kommando"
    return BistandError(
        f"{who} arbetar redan i den här mappen; ”{command}” har inte börjat",
        fix="Vänta tills det är klart och kör om. Ingenting är ändrat av det här försöket.",
    )
