"""How much of a measure would it take: the volume needed for a given probability of reaching a target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.micro.rates import Profile
from analysis.micro.stockflow import Fitted, Plan, Uncertainty, project


@dataclass(frozen=True)
class MonthlyTarget:
    """A monthly share (per cent of the population) not to be exceeded in a month."""

    month: int
    share: float


@dataclass(frozen=True)
class Need:
    """The additional starts per month that give `probability`; None when even `most` does not."""

    measure: str
    probability: float
    starts: float | None
    most: float
    reached: float


def probability(
    fitted: Fitted,
    plan: Plan,
    profiles: Mapping[str, Profile],
    target: MonthlyTarget,
    *,
    draws: int = 400,
    seed: int = 1,
    uncertainty: Uncertainty | None = None,
) -> float:
    """P(share at or under the target in its month) under a plan."""
    horizon = target.month - fitted.level.latest
    projection = project(fitted, plan, profiles, horizon, draws=draws, seed=seed, uncertainty=uncertainty)
    return projection.reach(target.month, target.share)


def needed(
    fitted: Fitted,
    measure: str,
    profiles: Mapping[str, Profile],
    target: MonthlyTarget,
    wanted: float,
    *,
    most: float = 200.0,
    draws: int = 400,
    seed: int = 1,
    uncertainty: Uncertainty | None = None,
) -> Need:
    """Search the volume of one measure, all else as it is, that gives probability `wanted`.

    The same drawn worlds are used at every volume. A measure whose effect is nil or uncertain may not reach
    `wanted` at any volume up to `most` starts a month.
    """

    def reach(starts: float) -> float:
        plan = Plan({measure: starts} if starts else {})
        return probability(fitted, plan, profiles, target, draws=draws, seed=seed, uncertainty=uncertainty)

    if reach(0.0) >= wanted:
        return Need(measure, wanted, 0.0, most, reach(0.0))
    top = reach(most)
    if top < wanted:
        return Need(measure, wanted, None, most, top)
    low, high = 0.0, most
    while high - low > max(1.0, 0.02 * high):
        middle = (low + high) / 2
        low, high = (low, middle) if reach(middle) >= wanted else (middle, high)
    return Need(measure, wanted, high, most, reach(high))


def needs_table(
    fitted: Fitted,
    profiles: Mapping[str, Profile],
    target: MonthlyTarget,
    *,
    wanted: tuple[float, ...] = (0.5, 0.8),
    most: float = 200.0,
    draws: int = 400,
    seed: int = 1,
) -> pd.DataFrame:
    """Needs of every measure: columns ``atgard, sannolikhet, starter, mest, nadd``; missing when not enough."""
    rows = [
        needed(fitted, name, profiles, target, p, most=most, draws=draws, seed=seed)
        for name in profiles
        for p in wanted
    ]
    return pd.DataFrame(
        [(n.measure, n.probability, n.starts, n.most, n.reached) for n in rows],
        columns=["atgard", "sannolikhet", "starter", "mest", "nadd"],
    ).astype({"starter": float})
