"""Sample paths from a fitted panel model (`analysis.forecasts.panel_model`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.forecasts.distribution import SamplePaths
from analysis.forecasts.panel_model import PanelFit

Array = NDArray[np.float64]
MODEL_NAME: Final = "panel"


@dataclass(frozen=True)
class CommonFuture:
    """What all municipalities share in each draw.

    Attributes
    ----------
    growth
        Common log changes, draws x horizon.
    years
        Column of `PanelFit.remainder` that each step's own noise is taken from, draws x horizon: runs of
        consecutive years.
    seed
        Seed that reproduces both.
    """

    growth: Array
    years: NDArray[np.int64]
    seed: int

    def given(self, keep: NDArray[np.int64]) -> CommonFuture:
        """The national futures that agree with something seen in one place after the origin.

        Parameters
        ----------
        keep
            Rows to keep, repeats allowed (`JointForecast.keep` of a place whose paths were drawn from this future).
            They are shuffled, so that cutting the draws does not sort them.
        """
        rows = np.random.default_rng([self.seed, 23]).permutation(keep)
        return replace(self, growth=self.growth[rows], years=self.years[rows])


def draw_common(fit: PanelFit, horizon: int, *, draws: int = 4000, seed: int = 20261121) -> CommonFuture:
    """Draw the common part once, to be used for any number of municipalities."""
    rng = np.random.default_rng(seed)
    growth = fit.national.simulate(horizon, draws, rng)
    return CommonFuture(growth, _block_years(fit, horizon, draws, rng), seed)


def panel_paths(
    fit: PanelFit,
    kommun: str,
    horizon: int,
    *,
    draws: int = 4000,
    seed: int = 20261121,
    common: CommonFuture | None = None,
) -> SamplePaths:
    """Draw one municipality's futures for ``last_year + 1 .. last_year + horizon``.

    The common growth and the resampled years depend on `seed` only: draw ``i`` is the same national future in
    every municipality. A municipality whose last years are missing is carried forward from its last known value
    with the known common growth and extra noise.

    Parameters
    ----------
    common
        From `draw_common` with the same horizon; made from `draws` and `seed` if it is not given.
    """
    shared = common or draw_common(fit, horizon, draws=draws, seed=seed)
    row, count = fit.row(kommun), len(shared.growth)
    gap = fit.deviation.shape[1] - int(fit.last_seen[row])
    own = np.random.default_rng(np.random.SeedSequence([shared.seed, int(kommun)]))
    steps, years = shared.growth, shared.years
    if gap:
        known = np.nan_to_num(fit.national.growth[fit.deviation.shape[1] - gap :])
        steps = np.hstack([np.tile(known, (count, 1)), steps])
        years = np.hstack([_block_years(fit, gap, count, own), years])
    steps = steps + _own_steps(fit, row, years, own)
    level = np.exp(fit.log_level[row] + np.cumsum(steps, axis=1)[:, gap:])
    return SamplePaths(
        draws=np.minimum(level, 100.0),
        periods=tuple(str(fit.last_year + h) for h in range(1, horizon + 1)),
        unit="procent",
        origin=str(fit.last_year),
        model=MODEL_NAME,
        seed=shared.seed,
        note="" if gap == 0 else f"Senast kända värde är från {fit.last_year - gap}.",
    )


def _block_years(fit: PanelFit, steps: int, draws: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Column of `fit.remainder` for each draw and step: runs of consecutive years."""
    width = fit.remainder.shape[1]
    length = min(fit.settings.block, width)
    blocks = -(-steps // length)
    starts = rng.integers(0, width - length + 1, size=(draws, blocks))
    return (starts[:, :, None] + np.arange(length)).reshape(draws, -1)[:, :steps]


def _own_steps(fit: PanelFit, row: int, years: NDArray[np.int64], rng: np.random.Generator) -> Array:
    """The municipality's own log changes, draws x steps.

    Signs of borrowed remainders are drawn at random per block: a place inherits others' volatility, never
    their drift.
    """
    draws, steps = years.shape
    length = min(fit.settings.block, fit.remainder.shape[1])
    blocks = -(-steps // length)
    near = fit.donors_near[row]
    donor = near[rng.integers(0, near.size, size=(draws, blocks))]
    sign = rng.choice([-1.0, 1.0], size=(draws, blocks))
    pick = np.repeat(donor, length, axis=1)[:, :steps]
    noise = fit.remainder[pick, years] * np.repeat(sign, length, axis=1)[:, :steps]

    clip, scale, beta = fit.settings.clip, fit.scale[row], fit.coefficients
    history = np.nan_to_num(fit.deviation[row, : int(fit.last_seen[row])])
    last = np.full(draws, history[-1] if history.size else 0.0)
    before = np.full(draws, history[-2] if history.size > 1 else 0.0)
    level = np.full(draws, fit.relative[row])
    out = np.empty((draws, steps))
    for step in range(steps):
        z = (
            beta[0] * np.clip(last, -clip, clip)
            + beta[1] * np.clip(before, -clip, clip)
            + beta[2] * level / scale
            + noise[:, step]
        )
        out[:, step] = scale * z
        level = level + out[:, step]
        last, before = z, last
    return out
