"""What disclosure control talks about: the rules, the sums that a reader knows, and what was published."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Literal

from foundation.errors import BistandError

Key = Hashable
Why = Literal["", "liten", "följd", "tidigare skyddad"]


@dataclass(frozen=True)
class Policy:
    """When a count is hidden and how the rest is rounded.

    Parameters
    ----------
    threshold
        Counts from 1 to ``threshold - 1`` are hidden. Zero is shown: it says that there is nobody.
    width
        Least width, in persons, of the interval in which a reader can place a hidden cell.
    rounding
        Shown counts are rounded to a multiple of this; 1 leaves them as they are.
    """

    threshold: int = 5
    width: int = 5
    rounding: int = 5

    def __post_init__(self) -> None:
        if self.threshold < 2 or self.width < 1 or self.rounding < 1:
            raise BistandError(
                "skyddsreglerna är orimliga",
                fix="Tröskeln ska vara minst 2, bredden och avrundningen minst 1.",
            )


@dataclass(frozen=True)
class Sum:
    """A known sum: the cell `total` is the sum of the cells `parts`.

    Where the source's figures do not add up, `exact` is False: the reader is then taken to know by how much.
    """

    total: Key
    parts: tuple[Key, ...]
    exact: bool = True


@dataclass(frozen=True)
class Publication:
    """What one vintage of a table shows.

    Parameters
    ----------
    counts
        True count of every cell.
    sums
        Which cells add up to which.
    hidden
        Hidden cells and why: small themselves, needed to protect another, or hidden in an earlier vintage.
    policy
        The rules it was made by.
    latent
        Cells that are in no source and never printed, but that a reader can work out: the men where only all and the
        women are given, the rest of a total. Those that are small are in `hidden` too.
    exposed
        Protected cells that earlier vintages have given away already, so that hiding helps no more.
    """

    counts: Mapping[Key, int]
    sums: tuple[Sum, ...]
    hidden: Mapping[Key, Why]
    policy: Policy
    latent: frozenset[Key] = frozenset()
    exposed: frozenset[Key] = frozenset()

    def shown(self) -> dict[Key, int | None]:
        """Return what is printed: rounded counts, None where hidden."""
        return {
            key: None if key in self.hidden else round_to(count, self.policy.rounding)
            for key, count in self.counts.items()
            if key not in self.latent
        }


@dataclass(frozen=True)
class Interval:
    """What a reader can know of a cell: at least `low`, at most `high` (infinite if nothing bounds it)."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """The interval's width in persons."""
        return self.high - self.low


def is_few(count: float, threshold: int = Policy.threshold) -> bool:
    """Whether a count says something about few: more than none, fewer than the threshold."""
    return 0 < count < threshold


def round_to(count: int, base: int) -> int:
    """Round to the nearest multiple, halves up: ``round_to(7, 5) == 5``, ``round_to(8, 5) == 10``."""
    return base * math.floor(count / base + 0.5)
