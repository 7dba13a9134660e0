"""The whole evaluation of one plan: deterministic, from the panel and five facts about the plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.effects import checks
from analysis.effects.comparison import compare_designs, decompose, describe
from analysis.effects.designs import DEFAULT
from analysis.effects.entry import Entry
from analysis.effects.estimate import CheckResult, EffectEstimate, judge_verdict, not_assessable
from analysis.effects.evidence import Evidence, Panel, gather
from analysis.effects.placebo import PlaceboDistribution
from analysis.effects.ranking import Ranking, rank_comparable
from analysis.effects.spec_curve import SpecificationCurve, specification_curve
from analysis.effects.window import MIN_DONORS, NATION
from analysis.effects.wording import years_text
from foundation.memory import remember


@dataclass(frozen=True)
class Question:
    """What is asked of a plan.

    Attributes
    ----------
    municipality
        Code of the studied municipality.
    adopted_year
        Year of the decision; the last year before it is the last one certainly without the plan.
    start_year
        First whole year in which the plan can have had effect.
    eval_years
        Years over which the effect is averaged.
    comparable
        Codes of the comparison group for ranking and decomposition; empty = the nearest thirty.
    """

    municipality: str
    adopted_year: int
    start_year: int
    eval_years: tuple[int, ...]
    comparable: tuple[str, ...] = ()


@dataclass(frozen=True)
class DesignPower:
    """What a design could find, from the latest years of the same number that are known.

    Attributes
    ----------
    years
        The years that the placebos come from.
    minimal_detectable
        Percentage points at 80 % power.
    persons
        The same in persons, or None where the population is unknown.
    distribution
        The placebo distribution behind it.
    """

    years: tuple[int, ...]
    minimal_detectable: float
    persons: float | None
    distribution: PlaceboDistribution


@dataclass(frozen=True)
class PlanEvaluation:
    """Everything that a page on a plan's effect needs.

    Attributes
    ----------
    question, known_years
        What was asked, and which of its years were known.
    effect
        The estimate by the default design, with checks and verdict.
    evidence
        Fit and placebos behind it; None if not assessable.
    designs
        Main designs side by side, see `compare_designs`.
    decomposition
        See `decompose`.
    curve
        The specification curve; None if not assessable.
    ranking
        Place among comparable municipalities; None if not assessable.
    power
        What the design can find; also where nothing can be assessed yet. None where not even that is known.
    population
        Residents in the last year known before the start, or None.
    """

    question: Question
    known_years: tuple[int, ...]
    effect: EffectEstimate
    evidence: Evidence | None
    designs: pd.DataFrame
    decomposition: pd.DataFrame
    curve: SpecificationCurve | None
    ranking: Ranking | None
    power: DesignPower | None
    population: float | None


def known_years(shares: pd.DataFrame, years: tuple[int, ...]) -> tuple[int, ...]:
    """The evaluated years for which the panel has values at all, unbroken from the first."""
    known = []
    for year in years:
        column = (
            shares[year].drop(index=NATION, errors="ignore")
            if year in shares.columns
            else pd.Series(dtype=float)
        )
        if column.notna().sum() <= min(MIN_DONORS, len(shares) - 2):
            break
        known.append(year)
    return tuple(known)


def evaluate_plan(
    panel: Panel, question: Question, *, entry: Entry = DEFAULT, seed: int = 2019
) -> PlanEvaluation:
    """Evaluate a plan as far as the panel allows.

    Parameters
    ----------
    panel
        What was known at the time of the evaluation.
    question
        The plan's municipality and years.
    entry
        The design; default the tournament's winner.
    seed
        Of the ranking's draws, the only random part.
    """
    return remember(
        "effekt",
        (panel, question, entry, seed),
        ("analysis.effects", "foundation.swedish"),
        lambda: _evaluate(panel, question, entry, seed),
    )


def _evaluate(panel: Panel, question: Question, entry: Entry, seed: int) -> PlanEvaluation:
    known = known_years(panel.shares, question.eval_years)
    power = design_power(panel, question, entry)
    population = _population(panel, question.municipality, question.start_year)
    found: Evidence | str = _not_yet(question)
    if known:
        found = gather(panel, question.municipality, question.start_year, known, entry)
    if isinstance(found, str):
        effect = not_assessable(_estimand(question, known), describe(entry), "", found)
        empty = pd.DataFrame()
        return PlanEvaluation(question, known, effect, None, empty, empty, None, None, power, population)
    starts = tuple(sorted({question.adopted_year, question.start_year}))
    curve = specification_curve(panel, question.municipality, starts, known)
    made = _checks(panel, question, found, population, len(known))
    verdict, reason = judge_verdict(found.p_value, made, curve.share_same_sign(found.estimate))
    half = found.mean.half_width()
    effect = EffectEstimate(
        estimand=_estimand(question, known),
        unit="procentenheter",
        estimate=found.estimate,
        low=found.estimate - half,
        high=found.estimate + half,
        level=0.95,
        p_value=found.p_value,
        minimal_detectable=found.mean.minimal_detectable(),
        design=describe(entry),
        sample=_sample(found),
        donors=pd.DataFrame(
            {
                "kommun_kod": list(found.fit.donors),
                "weight": np.nan if found.fit.weights is None else found.fit.weights,
            }
        ),
        path=_path(found),
        yearly=_yearly(found),
        checks=made,
        verdict=verdict,
        reason=reason,
    )
    return PlanEvaluation(
        question=question,
        known_years=known,
        effect=effect,
        evidence=found,
        designs=compare_designs(panel, question.municipality, question.start_year, known),
        decomposition=decompose(found, question.comparable),
        curve=curve,
        ranking=rank_comparable(found, question.comparable, seed),
        power=power,
        population=population,
    )


def design_power(panel: Panel, question: Question, entry: Entry = DEFAULT) -> DesignPower | None:
    """What the design finds over as many years as the question has, from the latest known years."""
    last = [year for year in panel.shares.columns if known_years(panel.shares, (int(year),))]
    if not last:
        return None
    length = len(question.eval_years)
    first = max(last) - length + 1
    years = tuple(range(first, max(last) + 1))
    found = gather(panel, question.municipality, first, years, entry)
    if isinstance(found, str):
        return None
    least = found.mean.minimal_detectable()
    people = _population(panel, question.municipality, max(last) + 1)
    return DesignPower(years, least, None if people is None else least / 100 * people, found.mean)


def _not_yet(question: Question) -> str:
    first = question.eval_years[0]
    return (
        f"Planen utvärderas på åren {years_text(question.eval_years)}, och andelen för {first} var inte publicerad ännu. "
        "Den publiceras i juni året efter."
    )


def _estimand(question: Question, known: tuple[int, ...]) -> str:
    years = known or question.eval_years
    return (
        f"genomsnittlig skillnad {years_text(years)} mellan andelen invånare med ekonomiskt bistånd och den andel som "
        "var att vänta utan planen"
    )


def _population(panel: Panel, municipality: str, start_year: int) -> float | None:
    if panel.population is None or municipality not in panel.population.index:
        return None
    own = panel.population.loc[municipality].dropna()
    before = own[[year for year in own.index if year < start_year]]
    chosen = before if len(before) else own
    return float(chosen.iloc[-1 if len(before) else 0]) if len(chosen) else None


def _checks(
    panel: Panel, question: Question, found: Evidence, population: float | None, length: int
) -> tuple[CheckResult, ...]:
    code, last_clean = question.municipality, question.adopted_year - 1
    return (
        checks.placebo_in_space(found),
        checks.held_out_fit(panel, found, code, last_clean),
        checks.placebo_in_time(panel, found, code, last_clean, length),
        checks.anticipation(panel, found, code, question.adopted_year, question.start_year),
        checks.leave_one_out(found),
        checks.regression_to_mean(found),
        checks.own_jump(found, code),
        checks.detectable(found, None if population is None else population / 100),
    )


def _sample(found: Evidence) -> str:
    window = found.window
    pre = years_text(window.years[: window.n_pre])
    return (
        f"{len(found.fit.donors)} jämförelsekommuner, {found.placebo_rows.size} placebokommuner, år före: {pre}. "
        f"Utelämnade: {len(window.incomplete)} kommuner som saknar något år och {len(window.jumped)} med språng i serien."
    )


def _path(found: Evidence) -> pd.DataFrame:
    window = found.window
    frame = pd.DataFrame(
        {
            "actual": window.outcome[found.row],
            "expected": found.fit.expected,
            "low": np.nan,
            "high": np.nan,
        },
        index=pd.Index(window.years, name="year"),
    )
    for column, distribution in zip(found.columns, found.yearly, strict=True):
        year = window.years[window.n_pre + column]
        half = distribution.half_width()
        frame.loc[year, "low"] = max(frame.loc[year, "expected"] - half, 0.0)
        frame.loc[year, "high"] = frame.loc[year, "expected"] + half
    return frame


def _yearly(found: Evidence) -> pd.DataFrame:
    window = found.window
    rows = []
    for column, distribution, gap in zip(found.columns, found.yearly, found.gaps, strict=True):
        half = distribution.half_width()
        year = window.years[window.n_pre + column]
        rows.append((year, gap, gap - half, gap + half, distribution.p_value(float(gap))))
    return pd.DataFrame(rows, columns=["year", "effect", "low", "high", "p_value"]).set_index("year")
