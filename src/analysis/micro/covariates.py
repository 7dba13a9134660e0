"""The design matrix that every model of this module shares: history and background in classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.micro.history import Bools, Floats, History, Ints
from analysis.micro.vocabulary import (
    BACKGROUND,
    DURATION_BOUNDS,
    EARLIER_LABELS,
    STEADY_BOUNDS,
    STEADY_LABELS,
)

DURATION_LABELS = ("0", "1", "2-3", "4-6", "7-12", "13-24", "25 eller fler")


#: Group -> (codes (N,), labels).
Levels = dict[str, tuple[Ints, tuple[str, ...]]]


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
        (group, code) of the indicator columns, in order; with it other person-months get the same columns.
    """

    x: Floats
    names: tuple[str, ...]
    levels: Levels
    plan: tuple[tuple[str, int], ...]


def month_levels(history: History, person: Ints, month: Ints, measure: int | None, ahead: int = 0) -> Levels:
    """Class codes and labels of person-months: background, duration, earlier months, other measures.

    `ahead` months are added to the duration (for what would have happened later in the same spell).
    """
    spell = history.spell[person, month]
    levels: Levels = {name: (history.background[name][spell], labels) for name, labels in BACKGROUND.items()}
    if history.obstacle is not None and history.steady is not None:
        levels["orsak"] = (history.obstacle[person, month], BACKGROUND["orsak"])
        lasted = np.searchsorted(np.asarray(STEADY_BOUNDS), history.steady[person, month], "right") - 1
        levels["hindret har varat"] = (np.asarray(lasted), STEADY_LABELS)
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


def build_design(history: History, person: Ints, month: Ints, measure: int | None) -> Design:
    """Lay out the covariates of person-months (`person`, `month`); the commonest level is the reference."""
    levels = month_levels(history, person, month, measure)
    plan = []
    for group, (codes, labels) in levels.items():
        counts = np.bincount(codes, minlength=len(labels))
        plan += [(group, c) for c in range(len(labels)) if counts[c] > 0 and c != counts.argmax()]
    return _design(history, levels, month, tuple(plan))


def same_design(history: History, like: Design, person: Ints, month: Ints, ahead: int) -> Design:
    """Lay out the columns of `like` for person-months moved `ahead` months within the spell."""
    levels = month_levels(history, person, month, None, ahead)
    return _design(history, levels, np.minimum(month + ahead, history.window.months - 1), like.plan)


def _design(history: History, levels: Levels, month: Ints, plan: tuple[tuple[str, int], ...]) -> Design:
    columns, names = [np.ones(len(month))], ["konstant"]
    for group, code in plan:
        codes, labels = levels[group]
        columns.append((codes == code).astype(float))
        names.append(f"{group}: {labels[code]}")
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
