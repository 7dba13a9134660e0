"""The same question put to every main design, and how much of the change riket and others had too."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.effects.designs import ALL, DEFAULT, NEAREST
from analysis.effects.did import DifferenceAgainstNation, DifferenceInDifferences
from analysis.effects.entry import Entry
from analysis.effects.evidence import Evidence, Panel, gather
from analysis.effects.factor_model import InteractiveFixedEffects
from analysis.effects.its import SegmentedRegression, StructuralModel
from analysis.effects.placebo import Fit, fit_row
from analysis.effects.pools import NearestMunicipalities
from analysis.effects.synthetic_control import NestedSyntheticControl, SyntheticControl
from analysis.effects.synthetic_did import SyntheticDiD
from analysis.effects.window import NATION

#: Designs with their own placebo distribution.
WITH_INFERENCE: Final[tuple[Entry, ...]] = (
    DEFAULT,
    Entry(DifferenceAgainstNation(1), ALL),
    Entry(DifferenceInDifferences(1), ALL),
    Entry(DifferenceInDifferences(1), NEAREST, log=True),
    Entry(SyntheticControl(), ALL),
    Entry(SyntheticControl(intercept=True, ridge=1.0), NEAREST),
    Entry(SyntheticDiD(), ALL, log=True),
    Entry(SyntheticDiD(), NEAREST, log=True),
    Entry(InteractiveFixedEffects(2), ALL, log=True),
    Entry(SegmentedRegression(), ALL),
)
#: Designs whose placebos would take longer than a reader waits; the tournament has measured them.
POINT_ONLY: Final[tuple[Entry, ...]] = (
    Entry(NestedSyntheticControl(), ALL),
    Entry(StructuralModel(), ALL, log=True),
)


def compare_designs(
    panel: Panel, municipality: str, start_year: int, eval_years: tuple[int, ...]
) -> pd.DataFrame:
    """Estimates of the main designs.

    Returns
    -------
    pandas.DataFrame
        Columns design, estimate, low, high, p_value, detectable (missing where there is no inference), misfit: root
        mean square deviation before the start, missing for designs that condition on those years.
    """
    rows = []
    for entry in WITH_INFERENCE:
        if isinstance(entry.estimator, DifferenceAgainstNation) and NATION not in panel.shares.index:
            continue
        found = gather(panel, municipality, start_year, eval_years, entry)
        if isinstance(found, Evidence):
            half = found.mean.half_width()
            estimate = found.estimate
            rows.append(
                (
                    describe(entry),
                    estimate,
                    estimate - half,
                    estimate + half,
                    found.p_value,
                    found.mean.minimal_detectable(),
                    _misfit(found.fit, found.window.n_pre),
                )
            )
    for entry in POINT_ONLY:
        window = panel.window(start_year, max(eval_years), log=entry.log)
        if municipality in window.codes:
            fit = fit_row(window, entry.estimator, entry.pool, window.row(municipality))
            post = [window.years.index(year) for year in eval_years]
            misfit = _misfit(fit, window.n_pre)
            rows.append(
                (describe(entry), float(fit.gap[post].mean()), np.nan, np.nan, np.nan, np.nan, misfit)
            )
    return pd.DataFrame(
        rows, columns=["design", "estimate", "low", "high", "p_value", "detectable", "misfit"]
    )


def _misfit(fit: Fit, n_pre: int) -> float:
    """Root mean square deviation before the start; missing where the design reproduces those years."""
    before = fit.gap[:n_pre]
    return float(np.sqrt((before**2).mean())) if np.abs(before).max() > 0 else float("nan")


def describe(entry: Entry) -> str:
    """A design in Swedish: method, donors, scale."""
    national = isinstance(entry.estimator, DifferenceAgainstNation | SegmentedRegression | StructuralModel)
    against = ", mot riket" if national else f", {entry.pool.label}"
    return f"{entry.estimator.label}{against}{' (logaritmer)' if entry.log else ''}"


def decompose(evidence: Evidence, comparable: tuple[str, ...] = ()) -> pd.DataFrame:
    """How the change from the last pre-year to the last evaluated year is shared out.

    Returns
    -------
    pandas.DataFrame
        Rows: municipality, nation, comparable (median), all (median), expected, remaining; columns name, key,
        change (percentage points), relative (per cent of the level before; missing for the remainder).
    """
    window = evidence.window
    before, after = window.n_pre - 1, window.n_pre + evidence.columns[-1]
    own = window.outcome[evidence.row]
    others = evidence.placebo_rows
    if comparable:
        group = np.array([row for row in others if window.codes[row] in comparable], dtype=int)
        title = "körningens jämförelsegrupp, median"
    else:
        group = np.flatnonzero(NearestMunicipalities(30).select(window, evidence.row))
        title = "de 30 mest lika kommunerna, median"
    rows: list[tuple[str, str, float, float]] = [
        ("own", "kommunen", float(own[after] - own[before]), float(own[after] / own[before] - 1) * 100)
    ]
    if window.reference is not None:
        nation = window.reference
        rows.append(
            (
                "nation",
                "riket",
                float(nation[after] - nation[before]),
                float(nation[after] / nation[before] - 1) * 100,
            )
        )
    for key, name, members in (("comparable", title, group), ("all", "alla kommuner, median", others)):
        if members.size:
            first, last = window.outcome[members, before], window.outcome[members, after]
            rows.append((key, name, float(np.median(last - first)), float(np.median(last / first) - 1) * 100))
    expected = float(evidence.fit.expected[after] - own[before])
    rows.append(("expected", "väntat för kommunen", expected, expected / float(own[before]) * 100))
    rows.append(
        ("remaining", "avvikelse från det väntade", float(own[after]) - float(own[before]) - expected, np.nan)
    )
    return pd.DataFrame(rows, columns=["key", "name", "change", "relative"])
