"""One remark about a source file or a built page, in plain Swedish."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """A fault with its place.

    Parameters
    ----------
    file
        Path from the root of the stage or site, with forward slashes.
    line
        1 is the first line; within a notebook cell it counts from the cell's first line. 0: unknown.
    message
        What is wrong, in Swedish.
    cell
        Number of the notebook cell, 1 is the first; 0 outside notebooks.
    """

    file: str
    line: int
    message: str
    cell: int = 0

    def __str__(self) -> str:
        where = [self.file]
        if self.cell:
            where.append(f"cell {self.cell}")
        if self.line:
            where.append(f"rad {self.line}")
        return f"{', '.join(where)}: {self.message}"
