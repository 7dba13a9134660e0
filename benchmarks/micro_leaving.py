"""The main effect alone, sooner than `estimate` gives it with all the others: for measurements and their tests."""

from __future__ import annotations

import numpy as np

from analysis.micro.estimates import Contrast, _arms, _own, first_exit, lay_out, start_influence
from analysis.micro.history import Floats
from analysis.micro.trial import StartModel, Trials


def leaving_within(trials: Trials, model: StartModel, months: int = 12) -> tuple[Contrast, Floats]:
    """Estimate only the effect on leaving to work or studies within `months`: what `estimate` gives, sooner.

    The contrast, and every person's influence (n,) on it.
    """
    outcome = first_exit(trials)
    starters, controls = np.flatnonzero(trials.treated), np.flatnonzero(~trials.treated)
    pair = lay_out(trials, outcome, starters, months), lay_out(trials, outcome, controls, months)
    row = _own(_arms(trials, model, pair, start_influence(trials, model)), months)
    return row.contrast(float(np.sqrt((row.influence**2).sum()))), row.influence
