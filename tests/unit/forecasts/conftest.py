"""A made-up panel whose truth is known: common shocks, own noise that falls with size."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


def made_up_panel(
    places: int = 60, years: int = 12, seed: int = 1, shocks: np.ndarray | None = None
) -> tuple[pd.DataFrame, dict[str, float]]:
    rng = np.random.default_rng(seed)
    codes = [f"{1001 + place}" for place in range(places)]
    sizes = dict(zip(codes, np.exp(rng.uniform(np.log(6_000), np.log(200_000), places)), strict=True))
    common = rng.normal(-0.02, 0.04, years - 1) if shocks is None else shocks
    start = rng.normal(np.log(3.5), 0.35, places)
    recipients = np.exp(start) / 100 * np.array(list(sizes.values()))
    scale = np.sqrt(0.002 + 3.5 / recipients)
    steps = common + scale[:, None] * rng.standard_t(6, (places, years - 1)) * np.sqrt(4 / 6)
    log = np.hstack([start[:, None], start[:, None] + np.cumsum(steps, axis=1)])
    frame = pd.DataFrame(np.exp(log), index=codes, columns=range(2012, 2012 + years))
    return frame, sizes


@pytest.fixture(scope="session")
def panel() -> tuple[pd.DataFrame, dict[str, float]]:
    return made_up_panel()
