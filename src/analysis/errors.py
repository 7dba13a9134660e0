"""The one exception that a user is meant to read."""

from __future__ import annotations

from pathlib import Path


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
