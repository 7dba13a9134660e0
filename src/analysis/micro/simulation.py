"""Month-by-month simulation of the synthetic municipality; also runs what would have happened instead."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analysis.micro.history import Bools, Floats, Ints
from analysis.micro.municipality import LEAVING, SHARES, START_SEASON, Municipality
from analysis.micro.vocabulary import BACKGROUND, DURATION_BOUNDS, EARLIER_BOUNDS, MONTHS_OUT

_OBSTACLE = list(BACKGROUND).index("orsak")
_ILL = BACKGROUND["orsak"].index("ohälsa")
_AFTER_MONTHS = 12  # how long an effect lasts once the measure has ended as planned


@dataclass
class State:
    """The persons at the beginning of a month; arrays of length n unless said otherwise.

    ``on`` has bistånd; ``duration`` months since the spell began; ``out`` months since the last month with
    bistånd; ``cause`` of the last exit; ``earlier`` months on bistånd before the spell; ``since`` (J, n) months
    since the measure started in this spell (-1 not started); ``planned`` (J, n). ``obstacle`` is this month's, a code of
    ``orsak`` in BACKGROUND; ``steady`` months since it last changed.
    """

    background: Ints  # (6, n) codes in the order of BACKGROUND
    readiness: Floats
    on: Bools
    duration: Ints
    out: Ints
    cause: Ints
    earlier: Ints
    since: Ints
    planned: Ints
    obstacle: Ints
    steady: Ints

    def take(self, index: Ints) -> State:
        """Copy the persons at `index`; repeated indices give clones."""
        return State(
            self.background[:, index], self.readiness[index], self.on[index], self.duration[index],
            self.out[index], self.cause[index], self.earlier[index], self.since[:, index],
            self.planned[:, index], self.obstacle[index], self.steady[index],
        )  # fmt: skip


@dataclass(frozen=True)
class Step:
    """What happened in one month.

    (J, n) starts and planned months of what started (else 0), (n,) exits (0-3), (n,) had bistånd, (n,) the obstacle.
    """

    start: Bools
    planned: Ints
    exit: Ints
    on: Bools
    obstacle: Ints


@dataclass(frozen=True)
class Force:
    """An intervention: measure `number` starts for all who may (`start` true) or for nobody."""

    number: int
    start: bool


def newcomers(town: Municipality, count: int, rng: np.random.Generator) -> State:
    """Draw `count` persons who begin their first spell."""
    background = np.stack(
        [rng.choice(len(SHARES[name]), size=count, p=SHARES[name]) for name in BACKGROUND]
    ).astype(np.int64)
    zero = np.zeros(count, np.int64)
    # Some have a past in another municipality: months on bistånd that their own spells do not show.
    earlier = np.where(rng.random(count) < 0.25, rng.geometric(0.07, count), 0)
    readiness = rng.normal(0, town.frailty, count) - 0.25 * town.frailty * (earlier > 0)
    none = np.full((len(town.measures), count), -1, np.int64)
    return State(
        background, readiness, np.ones(count, bool), zero, zero.copy(), zero.copy(), earlier, none,
        np.zeros_like(none), background[_OBSTACLE].copy(), zero.copy(),
    )  # fmt: skip


def start_probability(town: Municipality, state: State, month: Ints, number: int) -> Floats:
    """(n,) probability that measure `number` starts this month; 0 for those who cannot start."""
    measure = town.measures[number]
    names = list(BACKGROUND)
    odds = measure.starts + np.asarray(measure.by_duration)[_duration_class(state.duration)]
    for name, effect in measure.by_background.items():
        odds += np.asarray(effect)[_column(state, names.index(name))]
    odds += measure.after_other * (np.delete(state.since, number, axis=0) >= 0).any(axis=0)
    odds += np.asarray([0.0, 0.15, 0.3, 0.3])[np.searchsorted(EARLIER_BOUNDS, state.earlier, "right") - 1]
    odds += START_SEASON[month % 12] + town.hidden * state.readiness / town.frailty
    running = ((state.since >= 0) & (state.since < state.planned)).any(axis=0)
    allowed = state.on & ~running & (state.since[number] < 0)
    if town.queue:
        # A caseworker's queue: who has had the same obstacle for long is asked first, and hazards add up (cloglog).
        odds += 0.5 * np.minimum(state.steady, 4) - 0.8 * (state.obstacle == _ILL) * (state.duration > 6)
        return np.asarray(np.where(allowed, -np.expm1(-np.exp(np.minimum(odds - 0.6, 1.0))), 0.0))
    return np.asarray(np.where(allowed, 1 / (1 + np.exp(-odds)), 0.0))


def exit_probability(town: Municipality, state: State, month: Ints) -> Floats:
    """(3, n) probabilities of leaving this month to work, studies, other; 0 for those without bistånd."""
    odds = np.asarray(town.leaving)[:, None] + town.seasonal(month)
    odds += np.outer(town.duration_slope, np.log1p(state.duration))
    odds += np.outer([1.0, 0.5, 0.0], state.readiness)
    for column, effects in enumerate(LEAVING.values()):
        odds += np.asarray(effects)[:, _column(state, column)]
    if town.queue:
        odds[:2] -= 0.15 * np.minimum(state.steady, 4) * (state.obstacle == _ILL)
    odds[:2] -= 0.12 * (np.searchsorted(EARLIER_BOUNDS, state.earlier, "right") - 1)
    for measure, since, planned in zip(town.measures, state.since, state.planned, strict=True):
        during = (since >= 0) & (since < planned)
        after = (since >= planned) & (planned > 0) & (since < planned + _AFTER_MONTHS)
        # A longer measure than average has more effect afterwards, a shorter one less (dose).
        dose = planned / np.mean(measure.months)
        odds += np.outer(measure.during, during) + np.outer(measure.after, after * dose)
    weights = np.exp(odds) * state.on
    return np.asarray(weights / (1 + weights.sum(axis=0)))


def advance(
    town: Municipality, state: State, month: Ints, rng: np.random.Generator, force: Force | None = None
) -> tuple[State, Step]:
    """Run one month; `month` (n,) are calendar month indices. The given state is not changed."""
    n = len(month)
    starts = np.stack(
        [rng.random(n) < start_probability(town, state, month, j) for j in range(len(town.measures))]
    )
    if force is not None:
        starts[force.number] = force.start
    since, planned = state.since.copy(), state.planned.copy()
    for j, measure in enumerate(town.measures):
        length = np.where(planned[j] > 0, planned[j], rng.choice(measure.months, n))
        planned[j] = np.where(starts[j], length, planned[j])
        since[j] = np.where(starts[j], 0, since[j])
    now = replace(state, since=since, planned=planned)
    chance = np.cumsum(exit_probability(town, now, month), axis=0)
    draw = rng.random(n)
    exits = np.where(draw < chance[2], (draw >= chance[0]).astype(int) + (draw >= chance[1]) + 1, 0)
    step = Step(starts, np.where(starts, planned, 0), exits, state.on, state.obstacle)
    return _next_month(town, now, exits, rng), step


def _next_month(town: Municipality, state: State, exits: Ints, rng: np.random.Generator) -> State:
    """Age the state by a month: leave, stay out, or return with a new spell."""
    left = exits > 0
    out = np.where(state.on, np.where(left, 1, 0), state.out + 1)
    cause = np.where(left, exits, state.cause)
    odds = np.asarray((0.0, *town.returning))[cause] - 0.35 * np.log1p(out) - 0.5 * state.readiness
    # out counts months since the last month with bistånd; the earliest return leaves MONTHS_OUT months between.
    back = ~state.on & (out > MONTHS_OUT) & (rng.random(len(out)) < 1 / (1 + np.exp(-odds)))
    stay = state.on & ~left
    return State(
        state.background, state.readiness, stay | back,
        np.where(stay, state.duration + 1, 0), np.where(back | stay, 0, out), cause,
        np.where(left, state.earlier + state.duration + 1, state.earlier),
        np.where(stay & (state.since >= 0), state.since + 1, -1), np.where(stay, state.planned, 0),
        *_next_obstacle(town, state, rng),
    )  # fmt: skip


def _next_obstacle(town: Municipality, state: State, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """The obstacle of the next month and how long it has lasted: it stays, comes back to the first, or is another."""
    if town.churn == 0:
        return state.obstacle, state.steady + 1
    n = len(state.on)
    another = rng.choice(len(SHARES["orsak"]), size=n, p=SHARES["orsak"])
    home = rng.random(n) < 0.4
    drawn = np.where(home, state.background[_OBSTACLE], another)
    new = np.where(rng.random(n) < town.churn, drawn, state.obstacle)
    return new, np.where(new == state.obstacle, state.steady + 1, 0)


def _column(state: State, column: int) -> Ints:
    """Codes of a background column; the obstacle is this month's."""
    return state.obstacle if column == _OBSTACLE else np.asarray(state.background[column])


def _duration_class(duration: Ints) -> Ints:
    return np.searchsorted(np.asarray(DURATION_BOUNDS), duration, "right") - 1


def join_states(first: State, second: State) -> State:
    """Append the persons of `second`."""
    return State(
        *(
            np.concatenate([getattr(first, name), getattr(second, name)], axis=-1)
            for name in State.__dataclass_fields__
        )
    )
