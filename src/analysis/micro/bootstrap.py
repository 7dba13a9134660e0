"""Person bootstrap of a measure's contrasts: whole persons are drawn, the start model is fitted anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from analysis.micro.estimates import Contrast, Estimated, layouts, point_values
from analysis.micro.history import Floats
from analysis.micro.trial import StartModel, Trials, refit_start


@dataclass(frozen=True)
class Draws:
    """Bootstrap draws.

    Attributes
    ----------
    keys
        Keys of the contrasts.
    values : (B, C)
        One row a draw.
    """

    keys: tuple[str, ...]
    values: Floats


def bootstrap(trials: Trials, model: StartModel, estimated: Estimated, draws: int, seed: int) -> Draws:
    """Draw persons with replacement `draws` times and re-estimate everything.

    Each draw's start model begins at the full sample's answer (see `trial.refit_start`).
    """
    pairs = layouts(trials)
    rows = [
        point_values(trials, drawn, counts, pairs) for counts, drawn in refitted(trials, model, draws, seed)
    ]
    return Draws(tuple(c.key for c in estimated.contrasts), np.asarray(rows))


def refitted(trials: Trials, model: StartModel, draws: int, seed: int) -> Iterator[tuple[Floats, StartModel]]:
    """Yield, for each draw, how often every person (n,) was drawn and the start model fitted to it."""
    rng = np.random.default_rng(seed)
    n = trials.history.persons
    for _ in range(draws):
        counts = np.bincount(rng.integers(0, n, n), minlength=n).astype(float)
        yield counts, refit_start(trials, model, counts)


def with_bootstrap(estimated: Estimated, draws: Draws) -> Estimated:
    """Replace the linearised intervals by the bootstrap's percentile intervals and standard errors."""
    low, high = np.quantile(draws.values, [0.025, 0.975], axis=0)
    error = draws.values.std(axis=0, ddof=1)
    contrasts = tuple(
        _replaced(c, float(low[i]), float(high[i]), float(error[i]))
        for i, c in enumerate(estimated.contrasts)
    )
    return replace(estimated, contrasts=contrasts)


def _replaced(contrast: Contrast, low: float, high: float, error: float) -> Contrast:
    return replace(contrast, low=low, high=high, error=error)
