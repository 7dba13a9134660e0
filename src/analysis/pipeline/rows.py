"""Hashes of the observations that a run can see, for many runs: every row is hashed once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.runs.context import visible
from analysis.runs.model import Run
from analysis.sources.catalogue import Catalogue
from analysis.sources.passports import LocatedPassport


class RowHashes:
    """The observation table with one 64-bit hash a row; a run's rows hash to one SHA-256."""

    def __init__(
        self, observations: pd.DataFrame, catalogue: Catalogue, passports: Sequence[LocatedPassport]
    ) -> None:
        hashes = pd.util.hash_pandas_object(observations, index=False)
        self._rows = observations.assign(hash=hashes)
        self._catalogue, self._passports = catalogue, tuple(passports)
        self._local = {item.passport.id for item in passports if not item.passport.national}
        self._seen: dict[tuple[object, ...], pd.DataFrame] = {}

    def _visible(self, run: Run) -> pd.DataFrame:
        key = (run.kant_senast, run.kommun, run.jamforelse)
        if key not in self._seen:
            rows = visible(self._rows, run, self._catalogue, self._passports)
            self._seen[key] = rows[["kommun_kod", "source_id", "hash"]]
        return self._seen[key]

    def visible(self, run: Run) -> str:
        """Return the hash of all rows that `run` can see."""
        return _digest(self._visible(run)["hash"])

    def sources(self, run: Run) -> frozenset[str]:
        """Return the ids of the sources that `run` can see rows of."""
        return frozenset(self._visible(run)["source_id"])

    def shown_before(self, run: Run, earlier: Sequence[Run]) -> str:
        """Return the hash of what earlier runs have seen of the municipality's own sources: it decides what is protected."""
        layers = []
        for other in sorted(earlier, key=lambda item: (item.kant_senast, item.id)):
            rows = self._visible(other)
            own = rows[rows["source_id"].isin(self._local) & (rows["kommun_kod"] == run.kommun)]
            layers.append(_digest(own["hash"]) if len(own) else "")
        distinct = dict.fromkeys(layer for layer in layers if layer)
        return hashlib.sha256("".join(distinct).encode()).hexdigest()


def _digest(hashes: pd.Series) -> str:
    return hashlib.sha256(np.ascontiguousarray(hashes.to_numpy(dtype=np.uint64)).tobytes()).hexdigest()
