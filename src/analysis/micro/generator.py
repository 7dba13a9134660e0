"""Synthetic municipality: spells, measures and background, and the true effect by counterfactual simulation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.micro.history import Floats, Ints, Window
from analysis.micro.municipality import INFLOW_SEASON, Municipality
from analysis.micro.simulation import Force, State, Step, advance, join_states, newcomers
from analysis.micro.vocabulary import BACKGROUND


@dataclass(frozen=True)
class Microdata:
    """Three tables in month indices and codes, as `history.build_history` reads them.

    ``status`` is ``"synthetic"`` for generated data and ``"observed"`` for a municipality's own. ``obstacles`` (person,
    month, obstacle: one row a month with bistånd) is None where only the obstacle at the spell's start is known.
    """

    spells: pd.DataFrame
    measures: pd.DataFrame
    background: pd.DataFrame
    window: Window
    status: str
    name: str
    obstacles: pd.DataFrame | None = None


@dataclass(frozen=True)
class Starters:
    """Everyone who started a measure in the window: state before the start, month and planned length."""

    number: int
    state: State
    month: Ints
    planned: Ints


@dataclass(frozen=True)
class Truth:
    """True means over the starters of a measure, month by month after the start (K months).

    Attributes
    ----------
    left_start, left_not : (K, 3)
        Cumulative incidence of the first exit to work, studies, other, with the start and without it.
    on_start, on_not : (K,)
        Share with bistånd in the month.
    starters
        Number of starters that the truth is averaged over.
    """

    left_start: Floats
    left_not: Floats
    on_start: Floats
    on_not: Floats
    starters: int

    def gain(self, months: int) -> float:
        """True effect on leaving to work or studies within `months` (share)."""
        return float((self.left_start - self.left_not)[months - 1, :2].sum())

    def avoided(self, months: int) -> float:
        """True months of bistånd avoided within `months`."""
        return float((self.on_not - self.on_start)[:months].sum())


def generate(town: Municipality, seed: int) -> Microdata:
    """Simulate the municipality; the same seed gives the same tables."""
    return _simulate(town, seed, collect=False)[0]


def named(data: Microdata, town: Municipality) -> Microdata:
    """The same tables with the measures' display names, as a municipality writes them."""
    titles = {measure.name: measure.title for measure in town.measures}
    return replace(data, measures=data.measures.assign(measure=data.measures["measure"].map(titles)))


def generate_with_starters(town: Municipality, seed: int) -> tuple[Microdata, list[Starters]]:
    """Simulate and keep every starter's state, for `true_effect`."""
    return _simulate(town, seed, collect=True)


def _simulate(town: Municipality, seed: int, *, collect: bool) -> tuple[Microdata, list[Starters]]:
    rng = np.random.default_rng(seed)
    window = Window(town.first, town.first + town.months - 1)
    state = newcomers(town, int(town.inflow * 22), rng)
    steps: list[Step] = []
    kept: list[list[tuple[State, Ints, Ints]]] = [[] for _ in town.measures]
    for month in range(town.first - town.burn_in, window.last + 1):
        expected = town.inflow * INFLOW_SEASON[month % 12]
        state = join_states(state, newcomers(town, int(rng.poisson(expected)), rng))
        before = state
        calendar = np.full(len(state.on), month)
        state, step = advance(town, before, calendar, rng)
        steps.append(step)
        if collect and month >= window.first:
            for j in range(len(town.measures)):
                who = np.flatnonzero(step.start[j])
                kept[j].append((before.take(who), calendar[who], step.planned[j, who]))
    data = _tables(town, window, state, steps)
    starters = [
        Starters(j, _join_all([s for s, _, _ in rows]), *(np.concatenate(part) for part in _columns(rows)))
        for j, rows in enumerate(kept)
        if rows
    ]
    return data, starters


def _columns(rows: list[tuple[State, Ints, Ints]]) -> tuple[list[Ints], list[Ints]]:
    return [month for _, month, _ in rows], [planned for _, _, planned in rows]


def _join_all(states: list[State]) -> State:
    return State(
        *(np.concatenate([getattr(s, name) for s in states], axis=-1) for name in State.__dataclass_fields__)
    )


def true_effect(town: Municipality, starters: Starters, horizon: int, clones: int, seed: int) -> Truth:
    """Average what happens to the starters with the start and, instead, without it for `horizon` months.

    Each starter is cloned `clones` times in the state just before the start; both futures run through the
    same monthly rules, other measures included. The planned length is the one actually drawn.
    """
    rng = np.random.default_rng(seed)
    index = np.repeat(np.arange(len(starters.month)), clones)
    results = {}
    for start in (True, False):
        state = starters.state.take(index)
        state.planned[starters.number] = starters.planned[index] if start else 0
        inside = np.ones(len(index), bool)
        left, on = np.zeros((horizon, 3)), np.zeros(horizon)
        for k in range(horizon):
            force = Force(starters.number, True) if start and k == 0 else None
            if not start:
                force = Force(starters.number, False)
            state, step = advance(town, state, starters.month[index] + k, rng, force)
            for cause in range(3):
                left[k, cause] = (inside & (step.exit == cause + 1)).mean()
            on[k] = step.on.mean()
            inside &= step.exit == 0
        results[start] = (np.cumsum(left, axis=0), on)
    return Truth(
        results[True][0], results[False][0], results[True][1], results[False][1], len(starters.month)
    )


def _tables(town: Municipality, window: Window, state: State, steps: list[Step]) -> Microdata:
    """Turn the monthly steps into spells, measures and background of everyone seen in the window."""
    n, months = len(state.on), len(steps)
    origin = window.first - town.burn_in
    on = np.zeros((n, months), bool)
    exits = np.zeros((n, months), np.int64)
    for t, step in enumerate(steps):
        on[: len(step.on), t] = step.on
        exits[: len(step.on), t] = step.exit
    keep = np.asarray(on[:, town.burn_in :].any(axis=1))
    person = np.cumsum(keep) - 1
    spells = _spell_table(on, exits, keep, person, origin)
    rows = []
    for t, step in enumerate(steps):
        number, who = np.nonzero(step.start)
        rows.append(np.stack([number, who, np.full(len(who), t), step.planned[number, who]])[:, keep[who]])
    number, who, t, planned = np.concatenate(rows, axis=1)
    last_of = _last_months(on, exits)
    measures = pd.DataFrame(
        {
            "person": person[who],
            "measure": np.asarray([m.name for m in town.measures], object)[number],
            "start": t + origin,
            "end": np.minimum(t + planned - 1, last_of[who, t]) + origin,
            "planned": planned,
        }
    )
    first = spells[["person", "start"]]
    whole = np.flatnonzero(keep)
    background = first.assign(
        **{name: state.background[c, whole][first["person"]] for c, name in enumerate(BACKGROUND)},
        earlier_months=_earlier(spells, state, whole),
    )
    obstacles = _obstacle_table(on, steps, keep, person, origin) if town.churn else None
    if obstacles is not None:  # the background file tells the obstacle of the spell's first month
        first_month = obstacles.rename(columns={"month": "start"}).set_index(["person", "start"])["obstacle"]
        known = first_month.reindex(pd.MultiIndex.from_frame(background[["person", "start"]]))
        background["orsak"] = known.fillna(background["orsak"].set_axis(known.index)).to_numpy(np.int64)
    return Microdata(spells, measures, background, window, "synthetic", town.name, obstacles)


def _obstacle_table(
    on: np.ndarray, steps: list[Step], keep: np.ndarray, person: Ints, origin: int
) -> pd.DataFrame:
    """One row a kept person and month with bistånd: the month's obstacle."""
    parts = []
    for t, step in enumerate(steps):
        who = np.flatnonzero(step.on & keep[: len(step.on)])
        parts.append(np.stack([person[who], np.full(who.size, t + origin), step.obstacle[who]]))
    table = np.concatenate(parts, axis=1)
    return pd.DataFrame({"person": table[0], "month": table[1], "obstacle": table[2]})


def _spell_table(on: np.ndarray, exits: Ints, keep: np.ndarray, person: Ints, origin: int) -> pd.DataFrame:
    """Person, start, end, cause of every spell of the kept persons; ongoing ones have cause 0."""
    padded = np.pad(on, ((0, 0), (1, 1)))
    # A return gives at least one month off between spells, so runs of True are spells.
    who, start = np.nonzero(padded[:, 1:-1] & ~padded[:, :-2])
    _, end = np.nonzero(padded[:, 1:-1] & ~padded[:, 2:])
    chosen = keep[who]
    who, start, end = who[chosen], start[chosen], end[chosen]
    return pd.DataFrame(
        {"person": person[who], "start": start + origin, "end": end + origin, "cause": exits[who, end]}
    )


def _last_months(on: np.ndarray, exits: Ints) -> Ints:
    """(n, months) last month of the spell running in each month."""
    months = on.shape[1]
    end = np.where(on & (np.pad(on, ((0, 0), (0, 1)))[:, 1:] == 0), np.arange(months), months)
    return np.minimum.accumulate(end[:, ::-1], axis=1)[:, ::-1]


def _earlier(spells: pd.DataFrame, state: State, whole: Ints) -> Ints:
    """Months on bistånd before each spell: own earlier spells and what the person came with."""
    length = spells["end"] - spells["start"] + 1
    own = length.groupby(spells["person"]).cumsum() - length
    ended = length.where(spells["cause"] > 0, 0).groupby(spells["person"]).transform("sum")
    brought = state.earlier[whole][spells["person"]] - ended
    return np.asarray(own + brought, np.int64)
