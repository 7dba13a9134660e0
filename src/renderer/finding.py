"""One remark about a source file or a built page, in plain Swedish."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from foundation.errors import BistandError


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


def demand_none(
    findings: Iterable[Finding], heading: str, *, fix: str | None = None, limit: int = 20
) -> None:
    """Stop with all findings (at most `limit` shown) unless there are none.

    Raises
    ------
    BistandError
        If `findings` holds anything.
    """
    found = sorted(findings)
    if not found:
        return
    lines = [f"  - {finding}" for finding in found[:limit]]
    if len(found) > limit:
        lines.append(f"  … och {len(found) - limit} till.")
    raise BistandError("\n".join([heading, *lines]), fix=fix)
