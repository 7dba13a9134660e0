"""Donor pools: which municipalities a municipality is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from analysis.effects.synthetic_control import pre_summaries
from analysis.effects.window import Window

Mask = NDArray[np.bool_]

#: From this population a municipality counts as large, like Uppsala and Lund.
LARGE: Final = 50_000.0


class Pool(Protocol):
    """A rule for choosing donors from what is known before the start."""

    @property
    def name(self) -> str:
        """Identifier."""
        ...

    @property
    def label(self) -> str:
        """Swedish name."""
        ...

    def select(self, window: Window, row: int, without: tuple[int, ...] = ()) -> Mask:
        """Donors (N,) of one row; never the row itself nor the rows in ``without``."""
        ...


def _eligible(window: Window, row: int, without: tuple[int, ...]) -> Mask:
    mask = window.donor.copy()
    mask[[row, *without]] = False
    return mask


@dataclass(frozen=True)
class AllMunicipalities:
    """Every municipality with complete and plausible years."""

    name: str = "all"
    label: str = "alla kommuner"

    def select(self, window: Window, row: int, without: tuple[int, ...] = ()) -> Mask:
        """All donors."""
        return _eligible(window, row, without)


@dataclass(frozen=True)
class LargeMunicipalities:
    """Municipalities above a population; the rule needs population."""

    least: float = LARGE
    name: str = "large"

    @property
    def label(self) -> str:
        """Swedish name."""
        return f"kommuner med minst {self.least / 1000:.0f} 000 invånare"

    def select(self, window: Window, row: int, without: tuple[int, ...] = ()) -> Mask:
        """Donors of at least the population; ValueError where population is unknown."""
        if window.size is None:
            raise ValueError("LargeMunicipalities needs Window.size")
        return _eligible(window, row, without) & (window.size >= self.least)


@dataclass(frozen=True)
class NearestMunicipalities:
    """The k municipalities nearest in level, recent trend and, where known, (log) population.

    Distance is Euclidean on variables divided by their spread among donors; only pre-years count.
    """

    count: int = 30

    @property
    def name(self) -> str:
        """Identifier."""
        return f"nearest{self.count}"

    @property
    def label(self) -> str:
        """Swedish name."""
        return f"de {self.count} mest lika kommunerna i nivå och utveckling före starten"

    def select(self, window: Window, row: int, without: tuple[int, ...] = ()) -> Mask:
        """The nearest donors (all of them where there are fewer)."""
        eligible = np.flatnonzero(_eligible(window, row, without))
        table = pre_summaries(window.outcome[:, : window.n_pre])[:, [1, 2]]
        if window.size is not None:
            table = np.column_stack([table, np.log(window.size)])
        spread = table[eligible].std(axis=0)
        scaled = table / np.where(spread > 0, spread, 1.0)
        distance = ((scaled[eligible] - scaled[row]) ** 2).sum(axis=1)
        mask = np.zeros(len(window.codes), dtype=bool)
        mask[eligible[np.argsort(distance, kind="stable")[: self.count]]] = True
        return mask
