"""Better than comparable municipalities? Each one's share beside what its own history led one to expect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.effects.calibration import judge
from analysis.effects.evidence import Evidence
from analysis.effects.placebo import scale_features
from analysis.effects.pools import NearestMunicipalities

DRAWS: Final = 4000


@dataclass(frozen=True)
class Ranking:
    """Comparable municipalities by deviation from the expected, best (lowest) first.

    Attributes
    ----------
    table
        Columns kommun_kod, deviation, low, high (95 %), own; percentage points.
    rank, low_rank, high_rank, count
        The studied municipality's place, its 95 % interval, and how many were ranked.
    probability_better
        Probability that it does better than the comparable ones' median, beyond chance deviations.
    rule
        How the comparable ones were chosen, in Swedish.
    """

    table: pd.DataFrame
    rank: int
    low_rank: int
    high_rank: int
    count: int
    probability_better: float
    rule: str


def rank_comparable(evidence: Evidence, comparable: tuple[str, ...] = (), seed: int = 2019) -> Ranking:
    """Rank the studied municipality among comparable ones.

    A deviation holds chance as well as effort. Its share of chance is drawn from the placebo distribution,
    in proportion to each municipality's own scale, and taken off; places are counted in every draw.

    Parameters
    ----------
    comparable
        Codes to compare with, as far as they are complete; default the thirty nearest before the start.
    seed
        Seed of the draws.
    """
    window, own = evidence.window, evidence.row
    if comparable:
        chosen = [row for row in evidence.placebo_rows if window.codes[row] in comparable]
        rule = "kommunerna i körningens jämförelsegrupp"
    else:
        pool = NearestMunicipalities(30)
        chosen = np.flatnonzero(pool.select(window, own)).tolist()
        rule = pool.label
    rows = np.array(sorted({*chosen, own}))
    everyone = np.append(evidence.placebo_rows, own)
    gaps = np.append(evidence.mean.gaps, evidence.estimate)
    judged = judge(gaps, scale_features(window)[everyone])
    place = {int(row): index for index, row in enumerate(everyone)}
    index = np.array([place[int(row)] for row in rows])
    deviation, scale = gaps[index], judged.scale[index]
    mine = int(np.flatnonzero(rows == own)[0])
    rng = np.random.default_rng(seed)
    chance = rng.choice(evidence.mean.studentised, size=(DRAWS, rows.size)) * scale
    drawn = deviation - chance
    ranks = 1 + (drawn < drawn[:, [mine]]).sum(axis=1)
    others = np.delete(drawn, mine, axis=1)
    better = drawn[:, mine] < np.median(others, axis=1) if others.size else np.full(DRAWS, np.nan)
    half = judged.half_width[index]
    table = pd.DataFrame(
        {
            "kommun_kod": [window.codes[row] for row in rows],
            "deviation": deviation,
            "low": deviation - half,
            "high": deviation + half,
            "own": rows == own,
        }
    ).sort_values(["deviation", "kommun_kod"], ignore_index=True)
    return Ranking(
        table=table,
        rank=int(1 + (deviation < deviation[mine]).sum()),
        low_rank=int(np.quantile(ranks, 0.025, method="lower")),
        high_rank=int(np.quantile(ranks, 0.975, method="higher")),
        count=rows.size,
        probability_better=float(better.mean()),
        rule=rule,
    )
