"""The design matrix that every model of this module shares: history and background in classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.micro.history import Bools, Floats, History, Ints
from analysis.micro.vocabulary import (
    BACKGROUND,
    DURATION_BOUNDS,
    EARLIER_LABELS,
    STEADY_BOUNDS,
    STEADY_LABELS,
)

#: The obstacle means different things early and late in a spell: combined in the start model.
TOGETHER: Final = (("orsak", "månader i perioden"),)
#: Starters that a combination must be expected to hold to be given a coefficient of its own (ten an estimated coefficient:
#: Peduzzi et al. 1996, J Clin Epidemiol 49:1373).
EXPECTED: Final = 10

DURATION_LABELS = ("0", "1", "2-3", "4-6", "7-12", "13-24", "25 eller fler")


#: Group -> (codes (N,), labels).
Levels = dict[str, tuple[Ints, tuple[str, ...]]]
#: (group, code) of the indicators that are multiplied into one column.
Column = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Design:
    """Covariates of N person-months.

    Attributes
    ----------
    x : (N, P)
        Intercept, class indicators without the reference level, season (two harmonics) and trend.
    names
        P Swedish names, ``"grupp: nivå"``.
    levels
        Full classes per group, for the balance table.
    plan
        (group, code) whose indicators make a column, in order: one, or two that are multiplied. With it other
        person-months get the same columns.
    """

    x: Floats
    names: tuple[str, ...]
    levels: Levels
    plan: tuple[Column, ...]


def month_levels(history: History, person: Ints, month: Ints, measure: int | None, ahead: int = 0) -> Levels:
    """Class codes and labels of person-months: background, duration, earlier months, other measures.

    `ahead` months are added to the duration (for what would have happened later in the same spell).
    """
    spell = history.spell[person, month]
    levels: Levels = {name: (history.background[name][spell], labels) for name, labels in BACKGROUND.items()}
    if history.obstacle is not None and history.steady is not None:
        levels["orsak"] = (history.obstacle[person, month], BACKGROUND["orsak"])
        levels["hindret har varat"] = _lasted(
            history.steady[person, month], month, history.duration[person, month]
        )
        levels["hindret förra månaden"] = (
            history.obstacle[person, np.maximum(month - 1, 0)],
            BACKGROUND["orsak"],
        )
    levels["tidigare månader"] = (history.background["earlier"][spell], EARLIER_LABELS)
    duration = history.duration[person, month] + ahead
    codes = np.searchsorted(np.asarray(DURATION_BOUNDS), duration, "right") - 1
    levels["månader i perioden"] = (np.asarray(codes), DURATION_LABELS)
    if measure is not None and len(history.measures) > 1:
        others = [j for j in range(len(history.measures)) if j != measure]
        done = history.started[others][:, person, month].any(axis=0)
        levels["annan insats tidigare i perioden"] = (np.asarray(done, np.int64), ("nej", "ja"))
    return levels


def _lasted(steady: Ints, month: Ints, duration: Ints) -> tuple[Ints, tuple[str, ...]]:
    """Classes of how long the obstacle has been the same; unknown where it may have begun before the window."""
    codes = np.asarray(np.searchsorted(np.asarray(STEADY_BOUNDS), steady, "right") - 1)
    unknown = (steady >= month) & (duration > steady) & (steady < STEADY_BOUNDS[-1])
    return np.where(unknown, len(STEADY_LABELS) - 1, codes), STEADY_LABELS


def build_design(
    history: History, person: Ints, month: Ints, measure: int | None, starts: Bools | None = None
) -> Design:
    """Lay out the covariates of person-months (`person`, `month`); the commonest level is the reference.

    With the monthly obstacle and `starts` (N,), which person-months start the measure, the obstacle is also combined with
    what `TOGETHER` names, where `EXPECTED` starters would be found if all were as likely to start.
    """
    levels = month_levels(history, person, month, measure)
    plan: list[Column] = []
    for group, (codes, labels) in levels.items():
        plan += [((group, c),) for c in _beside_commonest(codes, len(labels))]
    if starts is not None and history.obstacle is not None:
        least = EXPECTED / max(float(starts.mean()), 1e-12)
        for first, second in TOGETHER:
            (a, names), (b, others) = levels[first], levels[second]
            counts = np.bincount(a * len(others) + b, minlength=len(names) * len(others))
            plan += [
                ((first, i), (second, j))
                for i in _beside_commonest(a, len(names))
                for j in _beside_commonest(b, len(others))
                if counts[i * len(others) + j] >= least
            ]
    return _design(history, levels, month, tuple(plan))


def _beside_commonest(codes: Ints, size: int) -> list[int]:
    """The levels that occur, without the commonest."""
    counts = np.bincount(codes, minlength=size)
    return [c for c in range(size) if counts[c] > 0 and c != counts.argmax()]


def same_design(history: History, like: Design, person: Ints, month: Ints, ahead: int) -> Design:
    """Lay out the columns of `like` for person-months moved `ahead` months within the spell."""
    levels = month_levels(history, person, month, None, ahead)
    return _design(history, levels, np.minimum(month + ahead, history.window.months - 1), like.plan)


def _design(history: History, levels: Levels, month: Ints, plan: tuple[Column, ...]) -> Design:
    columns, names = [np.ones(len(month))], ["konstant"]
    for parts in plan:
        columns.append(np.all([levels[group][0] == code for group, code in parts], axis=0).astype(float))
        names.append(" och ".join(f"{group}: {levels[group][1][code]}" for group, code in parts))
    for order in (1, 2):
        angle = 2 * np.pi * order * ((history.window.first + month) % 12) / 12
        columns += [np.sin(angle), np.cos(angle)]
        names += [f"säsong: sinus {order}", f"säsong: cosinus {order}"]
    time = month / max(history.window.months - 1, 1) - 0.5
    columns += [time, time**2]
    names += ["kalendertid", "kalendertid i kvadrat"]
    return Design(np.column_stack(columns), tuple(names), levels, plan)


def reachable(levels: Levels, starts: Bools) -> tuple[Bools, tuple[str, ...]]:
    """Which person-months belong to groups where anyone starts, and the names of the groups where nobody does.

    A level without starters carries no information about the starters' effect; keeping it would push its
    coefficient to minus infinity.
    """
    keep = np.ones(len(starts), bool)
    empty = []
    for group, (codes, labels) in levels.items():
        started = np.bincount(codes[starts], minlength=len(labels))
        present = np.bincount(codes, minlength=len(labels))
        for code in np.flatnonzero((started == 0) & (present > 0)):
            keep &= codes != code
            empty.append(f"{group}: {labels[code]}")
    return keep, tuple(empty)
