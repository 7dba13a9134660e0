"""The one exception that a user is meant to read, and what the computer refuses said as one."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Final

_FULL: Final = ("disken är full", "Gör plats och kör om. Det som fanns förut är orört.")
_CLOSED: Final = (
    "det går inte att skriva eller läsa här; behörighet saknas",
    "Kontrollera mappens behörigheter, eller om filen är öppen i ett annat program.",
)
_READ_ONLY: Final = ("mappen är skrivskyddad", "Flytta projektet till en mapp där du får skriva.")
_GONE: Final = (
    "filen eller mappen finns inte (längre)",
    "Kontrollera sökvägen. Försvann den under körningen: lägg tillbaka den och kör om.",
)
_SAID: Final = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: ("utrymmet som du får använda är slut", _FULL[1]),
    errno.EFBIG: ("filen blir större än vad som tillåts här", _FULL[1]),
    errno.EACCES: _CLOSED,
    errno.EPERM: _CLOSED,
    errno.EROFS: _READ_ONLY,
    errno.ENOENT: _GONE,
    errno.ESTALE: _GONE,
    errno.ENOTDIR: ("en fil ligger där en mapp ska vara", "Flytta undan filen och kör om."),
    errno.EISDIR: ("en mapp ligger där en fil ska vara", "Flytta undan mappen och kör om."),
    errno.ENAMETOOLONG: ("sökvägen är för lång", "Lägg projektet närmare diskens rot."),
    errno.EMFILE: ("för många filer är öppna", "Stäng andra program och kör om."),
    errno.ENOMEM: ("minnet räcker inte", "Stäng andra program, eller kör med --processer 1."),
    errno.EIO: ("disken går inte att läsa eller skriva", "Kontrollera disken eller nätverksmappen."),
}


class BistandError(Exception):
    """A fault in the user's input or set-up, told in plain Swedish.

    Parameters
    ----------
    problem
        What is wrong, one sentence in Swedish.
    file, row, column
        Where. ``row`` counts as the user's editor does: the header line is row 1.
    fix
        What to do about it, one sentence in Swedish.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: Path | str | None = None,
        row: int | None = None,
        column: str | None = None,
        fix: str | None = None,
    ) -> None:
        self.problem = problem
        self.file = file
        self.row = row
        self.column = column
        self.fix = fix
        super().__init__(self._message())

    def _message(self) -> str:
        where = []
        if self.file is not None:
            where.append(_from_root(Path(self.file)))
        if self.row is not None:
            where.append(f"rad {self.row}")
        if self.column is not None:
            where.append(f"kolumn ”{self.column}”")
        text = f"{', '.join(where)}: {self.problem}" if where else self.problem
        return f"{text}\n  Gör så här: {self.fix}" if self.fix else text


def _from_root(path: Path) -> str:
    """Write `path` as the user knows it: from the folder that holds ``_quarto.yml`` if it lies in one, else by name."""
    for folder in path.parents:
        if (folder / "_quarto.yml").is_file():
            return path.relative_to(folder).as_posix()
    return path.name if path.is_absolute() and path.name else path.as_posix()


def allowed_values(values: object) -> str:
    """List allowed values for an error message, sorted and comma-separated."""
    return ", ".join(sorted(str(value) for value in values))  # type: ignore[attr-defined]


def computer_error(error: OSError) -> BistandError:
    """Say what the operating system refused, and what to do about it."""
    problem, fix = _SAID.get(
        error.errno or 0, (f"datorn svarade: {error.strerror or error}", "Kör om kommandot.")
    )
    return BistandError(problem, file=error.filename if isinstance(error.filename, str) else None, fix=fix)
