"""Small made-up panels whose truth is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from analysis.effects.evidence import Panel

Maker = Callable[..., Panel]


def make_panel(
    *,
    municipalities: int = 60,
    first: int = 2012,
    last: int = 2022,
    effect: float = 0.0,
    start: int = 2020,
    noise: float = 0.15,
    seed: int = 1,
) -> Panel:
    """A panel with national shocks, own levels and random walks; code 1000 gets the effect from the start."""
    rng = np.random.default_rng(seed)
    years = list(range(first, last + 1))
    codes = [str(1000 + 3 * index) for index in range(municipalities)]
    level = rng.uniform(3, 6, municipalities)
    national = np.cumsum(rng.normal(-0.05, 0.1, len(years)))
    walk = np.cumsum(rng.normal(0, noise, (municipalities, len(years))), axis=1)
    values = np.maximum(level[:, None] + national + walk, 0.3)
    values[0, years.index(start) :] += effect
    shares = pd.DataFrame(values, index=pd.Index(codes, name="kommun_kod"), columns=years)
    shares.loc["0000"] = values.mean(axis=0)
    population = pd.DataFrame(
        np.repeat(rng.uniform(8_000, 200_000, (municipalities, 1)), len(years), axis=1),
        index=codes,
        columns=years,
    )
    unemployment = pd.DataFrame(rng.uniform(4, 10, (municipalities, len(years))), index=codes, columns=years)
    return Panel(shares.sort_index(), population, unemployment)


@pytest.fixture(scope="session")
def panel_of() -> Maker:
    return make_panel
