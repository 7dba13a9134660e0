"""From effect to target: a monthly stock-flow model in which every measure's volume and effect shift exits.

Persons with bistånd are counted by months in the spell, persons who have left by months since then, and
participants by measure, months since the start and months in the spell. All flows are expected numbers; the
uncertainty comes from drawn rates, drawn effects and a drawn path of arrivals and exits. Nothing is random
within a draw, so two plans compared with the same seed differ only by the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import brentq

from analysis.micro.history import Floats, Ints
from analysis.micro.rates import DURATIONS, OUT_MONTHS, Profile, Rates


@dataclass(frozen=True)
class Level:
    """A municipality's level: two monthly shares (per cent of `population`) `months` apart.

    ``latest`` is the month index of the second one, where the projection begins.
    """

    population: float
    first_share: float
    last_share: float
    months: int
    latest: int


@dataclass(frozen=True)
class Plan:
    """Starts per month of each measure from the first projected month; measures not named have none."""

    starts: Mapping[str, float]


@dataclass(frozen=True)
class Uncertainty:
    """Assumed size of what no estimate covers: log standard deviations.

    ``arrivals`` and ``exits``: yearly innovation of a random walk in the flows (labour market, migration,
    rules). The defaults give the share a one-year log standard deviation of 0.05-0.08, depending on turnover.
    """

    arrivals: float = 0.20
    exits: float = 0.15


@dataclass(frozen=True)
class Fitted:
    """Rates fitted to a level: arrivals per month that hold it, and the state in the latest month.

    Attributes
    ----------
    rates
        With ``arrivals`` replaced by the fitted number.
    stock : (37,)
        Persons with bistånd by months in the spell.
    out : (24,)
        Persons who have left, by months since then; after two years they are no longer followed.
    """

    rates: Rates
    level: Level
    stock: Floats
    out: Floats


@dataclass(frozen=True)
class Projection:
    """Projected paths.

    Attributes
    ----------
    months : (H,)
        Month indices.
    share : (B, H)
        Monthly share with bistånd, per cent of the population.
    annual : dict year -> (B,)
        Share with bistånd in any month of each whole calendar year projected.
    participants : dict measure -> (B,)
        Starts made in all (fewer than planned where the stock does not suffice).
    """

    months: Ints
    share: Floats
    annual: dict[int, Floats]
    participants: dict[str, Floats]

    def reach(self, month: int, target: float) -> float:
        """Share of the paths at or under `target` (per cent) in a month."""
        return float((self.share[:, int(np.flatnonzero(self.months == month)[0])] <= target).mean())


def fit_level(rates: Rates, level: Level) -> Fitted:
    """Find the arrivals that take the municipality from the first share to the last.

    The first month is taken to be a balance (arrivals that would keep it there for ever), with the age
    distribution that belongs to it; then arrivals change once, to the number that gives the last share.
    """
    start = _balance(rates, level.first_share / 100 * level.population)

    def last(arrivals: float) -> float:
        stock, _ = _run(rates, *start, arrivals, level)
        return float(stock.sum()) - level.last_share / 100 * level.population

    arrivals = float(brentq(last, 0.0, 10 * rates.arrivals + level.population * 0.02))
    stock, out = _run(rates, *start, arrivals, level)
    return Fitted(replace(rates, arrivals=arrivals), level, stock, out)


def _balance(rates: Rates, size: float) -> tuple[Floats, Floats]:
    stock, out = np.zeros((1, DURATIONS)), np.zeros((1, OUT_MONTHS))
    for _ in range(600):
        stock, out = _flow(stock, out, rates.leave[None], rates.back, np.ones(1))[:2]
    scale = size / stock.sum()
    return stock * scale, out * scale


def _run(rates: Rates, stock: Floats, out: Floats, arrivals: float, level: Level) -> tuple[Floats, Floats]:
    for step in range(level.months):
        month = level.latest - level.months + 1 + step
        coming = np.array([arrivals * rates.arrive[month % 12]])
        stock, out = _flow(stock, out, rates.leave[None], rates.back, coming)[:2]
    return stock, out


def _flow(
    stock: Floats, out: Floats, leave: Floats, back: Floats, coming: Floats
) -> tuple[Floats, Floats, Floats]:
    """Move (B, 37) stock and (B, 24) out one month on; also returns (B, 24) who came back."""
    left = stock * leave
    returned = out * back
    return (
        _age(stock - left, coming + returned.sum(axis=1)),
        _shift(out - returned, left.sum(axis=1)),
        returned,
    )


def _age(count: Floats, new: Floats) -> Floats:
    """One month older; the last class is open and keeps its members."""
    older = _shift(count, new)
    older[..., -1] += count[..., -1]
    return older


def _shift(count: Floats, new: Floats) -> Floats:
    """One month older; the members of the last class are followed no longer."""
    older = np.empty_like(count)
    older[..., 1:] = count[..., :-1]
    older[..., 0] = new
    return older


def project(
    fitted: Fitted,
    plan: Plan,
    profiles: Mapping[str, Profile],
    horizon: int,
    *,
    draws: int = 400,
    seed: int = 1,
    uncertainty: Uncertainty | None = None,
) -> Projection:
    """Project the share `horizon` months ahead under a plan.

    The baseline rates are what the data show with the volumes of then, so a plan's starts are *additional* ones.

    Parameters
    ----------
    fitted
        From `fit_level`.
    plan, profiles
        Additional starts per month, and each named measure's profile.
    horizon
        Months ahead.
    draws, seed
        Paths, and the seed: the same seed gives the same world under every plan.
    uncertainty
        Size of the shocks; default `Uncertainty()`.
    """
    rng = np.random.default_rng(seed)
    world = _draw_world(fitted, horizon, draws, rng, uncertainty or Uncertainty())
    named = [profiles[name] for name in plan.starts]
    ratios = [p.monthly()[rng.integers(0, len(p.log_ratio), draws)] for p in named]
    stock = np.repeat(fitted.stock, draws, axis=0)
    out = np.repeat(fitted.out, draws, axis=0)
    treated = [np.zeros((draws, r.shape[1], DURATIONS)) for r in ratios]
    made = [np.zeros(draws) for _ in named]
    share, seen = np.empty((draws, horizon)), _YearCount()
    months = fitted.level.latest + 1 + np.arange(horizon)
    for step, month in enumerate(months):
        leave = np.minimum(fitted.rates.leave * world.exits[:, [step]] * world.rates, 0.95)
        left = stock * leave
        rest = [_treated_exits(t, leave, r) for t, r in zip(treated, ratios, strict=True)]
        gone = left.sum(axis=1) + sum((g for _, g in rest), np.zeros(draws))
        returned = out * fitted.rates.back
        coming = fitted.rates.arrivals * fitted.rates.arrive[month % 12] * world.arrivals[:, step]
        stock = _age(stock - left, coming + returned.sum(axis=1))
        out = _shift(out - returned, gone)
        for i, p in enumerate(named):
            treated[i], stock = _grow(rest[i][0], stock)
            stock, treated[i], number = _begin(stock, treated[i], p.by_duration, plan.starts[p.measure])
            made[i] += number
        total = stock.sum(axis=1) + sum((t.sum(axis=(1, 2)) for t in treated), np.zeros(draws))
        share[:, step] = total
        seen.month(int(month), coming, returned, total)
    scale = 100 / fitted.level.population
    return Projection(
        months, share * scale, {year: count * scale for year, count in seen.years.items()},
        {p.measure: n for p, n in zip(named, made, strict=True)},
    )  # fmt: skip


@dataclass(frozen=True)
class _World:
    """Drawn circumstances: (B, H) factors of arrivals and exits, (B, 37) factors of the leaving rates."""

    arrivals: Floats
    exits: Floats
    rates: Floats


def _draw_world(
    fitted: Fitted, horizon: int, draws: int, rng: np.random.Generator, size: Uncertainty
) -> _World:
    def walk(yearly: float) -> Floats:
        steps = rng.normal(0, yearly / np.sqrt(12), (draws, horizon))
        return np.asarray(np.exp(np.cumsum(steps, axis=1)))

    arrivals, exits = walk(size.arrivals), walk(size.exits)
    spread = 1 / np.sqrt(np.maximum(fitted.rates.leave_count, 1.0))
    rates = np.exp(rng.normal(0, 1, (draws, DURATIONS)) * spread - spread**2 / 2)
    return _World(arrivals, exits, rates)


def _treated_exits(treated: Floats, leave: Floats, ratio: Floats) -> tuple[Floats, Floats]:
    """Participants who stay (B, K, 37), and how many leave (B,)."""
    chance = np.minimum(leave[:, None, :] * ratio[:, :, None], 0.95)
    left = treated * chance
    return treated - left, left.sum(axis=(1, 2))


def _grow(treated: Floats, stock: Floats) -> tuple[Floats, Floats]:
    """Participants one month on: after the last month of the profile they are as everybody else."""
    aged = _age(treated, np.zeros(treated.shape[:2]))
    older = np.zeros_like(aged)
    older[:, 1:] = aged[:, :-1]
    return older, stock + aged[:, -1]


def _begin(
    stock: Floats, treated: Floats, by_duration: Floats, starts: float
) -> tuple[Floats, Floats, Floats]:
    """Move starters from the stock (at most half of each class) into the first month of the measure."""
    taken = np.minimum(starts * by_duration, 0.5 * stock)
    begun = treated.copy()
    begun[:, 0] += taken
    return stock - taken, begun, taken.sum(axis=1)


class _YearCount:
    """Counts persons with bistånd in any month of a calendar year, without counting returns twice."""

    def __init__(self) -> None:
        self.years: dict[int, Floats] = {}
        self._running: Floats | None = None

    def month(self, month: int, coming: Floats, returned: Floats, total: Floats) -> None:
        """Add a month: all who are there in January, later the new ones and those who left before the year."""
        number = month % 12
        if number == 0:
            self._running = total.copy()
            return
        if self._running is None:
            return
        # Who left in this year was counted; months since leaving run from 0.
        self._running = self._running + coming + returned[:, number:].sum(axis=1)
        if number == 11:
            self.years[month // 12] = self._running
