"""A competitor: a design, a donor pool and a scale."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.effects.pools import AllMunicipalities, Pool
from analysis.effects.problem import Estimator


@dataclass(frozen=True)
class Entry:
    """One competitor: a design, a donor pool and a scale."""

    estimator: Estimator
    pool: Pool = AllMunicipalities()  # noqa: RUF009 (frozen)
    log: bool = False

    @property
    def name(self) -> str:
        """Identifier, e.g. ``sdid/all/log``."""
        return f"{self.estimator.name}/{self.pool.name}/{'log' if self.log else 'level'}"
