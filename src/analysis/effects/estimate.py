"""The result of an evaluation and of a check: frozen, complete, and able to say "inte bedömbar"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from foundation.swedish import decimal, interval, points

Verdict = Literal["tydlig", "svag", "går inte att skilja från noll", "inte bedömbar"]

CLEAR: Final[Verdict] = "tydlig"
WEAK: Final[Verdict] = "svag"
NOT_DISTINGUISHABLE: Final[Verdict] = "går inte att skilja från noll"
NOT_ASSESSABLE: Final[Verdict] = "inte bedömbar"


@dataclass(frozen=True)
class CheckResult:
    """One check of an estimate.

    Attributes
    ----------
    name
        Swedish name.
    passed
        True, False, or None where the check could not be made; `text` says why.
    text
        One or two Swedish sentences with the figures.
    table
        The numbers behind it, or None.
    """

    name: str
    passed: bool | None
    text: str
    table: pd.DataFrame | None = None

    @property
    def outcome(self) -> str:
        """Swedish word for the outcome."""
        if self.passed is None:
            return "kunde inte göras"
        return "godkänd" if self.passed else "varning"


@dataclass(frozen=True)
class EffectEstimate:
    """What a design says about a plan, or why it says nothing.

    Attributes
    ----------
    estimand
        What is estimated, in Swedish.
    unit
        Unit of the estimate, Swedish (``procentenheter``).
    estimate
        Mean effect over the evaluated years; negative = lower share than expected. None if not assessable.
    low, high, level
        Interval by inversion of the placebo test; its nominal coverage (0.95).
    p_value
        Of the placebo test.
    minimal_detectable
        Decrease that the design finds with 80 % probability, as a positive number.
    design
        Swedish description of design and donor pool.
    sample
        Swedish description of who and when, and of who was left out.
    donors
        Columns kommun_kod, weight; weight is missing for designs that are not weighted averages.
    path
        Index year; columns actual, expected, low, high (band only from the start), per cent.
    yearly
        Index year from the start; columns effect, low, high, p_value, procentenheter.
    checks
        The checks made.
    verdict, reason
        The judgement and the rule that led to it, in Swedish.
    """

    estimand: str
    unit: str
    estimate: float | None
    low: float | None
    high: float | None
    level: float
    p_value: float | None
    minimal_detectable: float | None
    design: str
    sample: str
    donors: pd.DataFrame
    path: pd.DataFrame
    yearly: pd.DataFrame
    checks: tuple[CheckResult, ...]
    verdict: Verdict
    reason: str

    @property
    def assessable(self) -> bool:
        """Whether there is a number."""
        return self.estimate is not None

    def __str__(self) -> str:
        """The estimate, its interval and the verdict, for whoever runs the notebook by hand."""
        if self.estimate is None:
            return f"{self.estimand}\n{self.verdict}: {self.reason}"
        return (
            f"{self.estimand}\n{points(self.estimate)} ({interval(self.low, self.high)}), p = {decimal(self.p_value, 2)}\n"
            f"{self.design}\n{self.sample}\n{self.verdict}: {self.reason}"
        )

    def checks_made(self) -> pd.DataFrame:
        """The checks side by side: ``kontroll, klarad, text``."""
        return pd.DataFrame(
            [(item.name, item.passed, item.text) for item in self.checks],
            columns=["kontroll", "klarad", "text"],
        )


def not_assessable(estimand: str, design: str, sample: str, reason: str) -> EffectEstimate:
    """An estimate without a number, and the reason for it."""
    return EffectEstimate(
        estimand=estimand,
        unit="procentenheter",
        estimate=None,
        low=None,
        high=None,
        level=0.95,
        p_value=None,
        minimal_detectable=None,
        design=design,
        sample=sample,
        donors=pd.DataFrame(columns=["kommun_kod", "weight"]),
        path=pd.DataFrame(columns=["actual", "expected", "low", "high"]),
        yearly=pd.DataFrame(columns=["effect", "low", "high", "p_value"]),
        checks=(),
        verdict=NOT_ASSESSABLE,
        reason=reason,
    )


def judge_verdict(
    p_value: float, checks: tuple[CheckResult, ...], same_sign_share: float | None
) -> tuple[Verdict, str]:
    """The verdict's written rule, fixed before any plan was looked at.

    *Tydlig*: the placebo test rejects at 5 %, no check warns, and at least nine of ten specifications point
    the same way. *Svag*: it rejects at 5 % but a check warns or the specifications disagree, or it
    rejects at 10 % and three of four point the same way. Otherwise the effect cannot be told from zero.

    Parameters
    ----------
    p_value
        Of the placebo test in space.
    checks
        The other checks; those that could not be made neither help nor hurt.
    same_sign_share
        Share of the specification curve on the estimate's side of zero, None if there is no curve.
    """
    warnings = [check.name for check in checks if check.passed is False]
    agree = 1.0 if same_sign_share is None else same_sign_share
    if p_value <= 0.05 and not warnings and agree >= 0.9:
        return (
            CLEAR,
            "Avvikelsen är större än nästan alla andra kommuners, och alla kontroller som gick att göra håller.",
        )
    if p_value <= 0.05:
        why = (
            f"dessa kontroller varnar: {', '.join(warnings)}"
            if warnings
            else "olika rimliga val pekar åt olika håll"
        )
        return WEAK, f"Avvikelsen är större än nästan alla andra kommuners, men {why}."
    if p_value <= 0.10 and agree >= 0.75:
        return (
            WEAK,
            "Avvikelsen är ovanlig men inte mer än att ungefär en kommun av tio avviker lika mycket utan plan.",
        )
    return NOT_DISTINGUISHABLE, "Så stora avvikelser är vanliga även i kommuner utan planen."
