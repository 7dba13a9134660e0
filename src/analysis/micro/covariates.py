"""The design matrix that every model of this module shares: history and background in classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.micro.history import Bools, Floats, History, Ints
from analysis.micro.vocabulary import BACKGROUND, DURATION_BOUNDS, EARLIER_LABELS

DURATION_LABELS = ("0", "1", "2-3", "4-6", "7-12", "13-24", "25 eller fler")


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
        Full indicators per group for the balance table: group -> (codes (N,), labels).
    """

    x: Floats
    names: tuple[str, ...]
    levels: dict[str, tuple[Ints, tuple[str, ...]]]


def month_levels(
    history: History, person: Ints, month: Ints, measure: int | None
) -> dict[str, tuple[Ints, tuple[str, ...]]]:
    """Class codes and labels of person-months: background, duration, earlier months, other measures."""
    spell = history.spell[person, month]
    levels = {name: (history.background[name][spell], labels) for name, labels in BACKGROUND.items()}
    levels["tidigare månader"] = (history.background["earlier"][spell], EARLIER_LABELS)
    duration = history.duration[person, month]
    codes = np.searchsorted(np.asarray(DURATION_BOUNDS), duration, "right") - 1
    levels["månader i perioden"] = (codes, DURATION_LABELS)
    if measure is not None and len(history.measures) > 1:
        others = [j for j in range(len(history.measures)) if j != measure]
        done = history.started[others][:, person, month].any(axis=0)
        levels["annan insats tidigare i perioden"] = (done.astype(np.int64), ("nej", "ja"))
    return levels


def build_design(
    history: History,
    person: Ints,
    month: Ints,
    measure: int | None,
    leave_out: tuple[str, ...] = (),
) -> Design:
    """Lay out the covariates of person-months (`person`, `month`); `leave_out` names groups to drop."""
    levels = month_levels(history, person, month, measure)
    columns, names = [np.ones(len(person))], ["konstant"]
    for group, (codes, labels) in levels.items():
        if group in leave_out:
            continue
        counts = np.bincount(codes, minlength=len(labels))
        reference = int(counts.argmax())
        for code, label in enumerate(labels):
            if code != reference and counts[code] > 0:
                columns.append((codes == code).astype(float))
                names.append(f"{group}: {label}")
    calendar = history.window.first + month
    for order in (1, 2):
        angle = 2 * np.pi * order * (calendar % 12) / 12
        columns += [np.sin(angle), np.cos(angle)]
        names += [f"säsong: sinus {order}", f"säsong: cosinus {order}"]
    time = month / max(history.window.months - 1, 1) - 0.5
    columns += [time, time**2]
    names += ["kalendertid", "kalendertid i kvadrat"]
    return Design(np.column_stack(columns), tuple(names), levels)


def reachable(
    levels: dict[str, tuple[Ints, tuple[str, ...]]], starts: Bools
) -> tuple[Bools, tuple[str, ...]]:
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
