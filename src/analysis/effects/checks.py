"""Checks of an estimate: each returns a `CheckResult`, which may say that it could not be made."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.effects.estimate import CheckResult
from analysis.effects.evidence import Evidence, Panel, gather
from analysis.effects.window import MIN_PRE_YEARS
from analysis.effects.wording import p_text, thousands, years_text
from foundation.swedish import decimal, points

#: A check that tests something warns below this p-value.
ALARM: Final = 0.05


def placebo_in_space(evidence: Evidence) -> CheckResult:
    """How the deviation stands among the deviations of municipalities without the plan."""
    count = evidence.mean.gaps.size
    p_value = evidence.p_value
    further = round(p_value * (count + 1)) - 1
    table = pd.DataFrame(
        {
            "kommun_kod": [evidence.window.codes[row] for row in evidence.placebo_rows],
            "gap": evidence.mean.gaps,
            "studentised": evidence.mean.studentised,
        }
    )
    text = (
        f"Av {count} andra kommuner, som om de hade haft planen, avvek {further} minst lika mycket för sin storlek "
        f"och nivå ({p_text(p_value)})."
    )
    return CheckResult("placebo i rummet", None if count < 39 else True, text, table)


def held_out_fit(panel: Panel, evidence: Evidence, municipality: str, last_clean: int) -> CheckResult:
    """One-year-ahead predictions of the last three clean pre-years, none of which the design has seen."""
    name = "träff på undanhållna år"
    starts = [year for year in range(last_clean - 2, last_clean + 1) if _enough(panel, year)]
    found = [gather(panel, municipality, year, (year,), evidence.entry) for year in starts]
    rows = [(year, item) for year, item in zip(starts, found, strict=True) if isinstance(item, Evidence)]
    if not rows:
        return CheckResult(name, None, "Det finns för få år före planen för att hålla undan något av dem.")
    table = pd.DataFrame(
        {
            "year": [year for year, _ in rows],
            "error": [item.estimate for _, item in rows],
            "p_value": [item.p_value for _, item in rows],
        }
    )
    miss = float(np.sqrt((table["error"] ** 2).mean()))
    lowest = float(table["p_value"].min())
    passed = lowest * len(rows) > ALARM
    text = (
        f"Modellen fick förutsäga {years_text(table['year'].tolist())} ett år i taget utan att ha sett året. "
        f"Den missade med i genomsnitt {points(miss, sign=False)}; "
        + ("det är ett vanligt fel." if passed else f"det är ovanligt mycket (minsta {p_text(lowest)}).")
    )
    return CheckResult(name, passed, text, table)


def placebo_in_time(
    panel: Panel, evidence: Evidence, municipality: str, last_clean: int, length: int
) -> CheckResult:
    """Pretend that the plan came earlier, so that nothing should be found."""
    name = "placebo i tiden"
    first = int(min(panel.shares.columns)) + MIN_PRE_YEARS
    starts = [year for year in range(first, last_clean) if year + length - 1 <= last_clean] or list(
        range(first, last_clean)
    )
    rows = []
    for year in starts:
        years = tuple(range(year, min(year + length - 1, last_clean) + 1))
        item = gather(panel, municipality, year, years, evidence.entry)
        if isinstance(item, Evidence):
            half = item.mean.half_width()
            rows.append(
                (years_text(years), item.estimate, item.estimate - half, item.estimate + half, item.p_value)
            )
    if not rows:
        return CheckResult(name, None, "Det finns för få år före planen för ett låtsasdatum.")
    table = pd.DataFrame(rows, columns=["years", "estimate", "low", "high", "p_value"])
    worst = table.loc[table["p_value"].idxmin()]
    passed = bool(worst["p_value"] * len(table) > ALARM)
    count = "ett låtsat" if len(table) == 1 else f"{len(table)} låtsade"
    text = (
        f"Med {count} startår före planen fann metoden som mest "
        f"{points(float(worst['estimate']))} "
        f"({worst['years']}, {p_text(float(worst['p_value']))}). "
        + (
            "Det är inte mer än slumpen brukar ge."
            if passed
            else "Kommunen avvek alltså redan före planen mer än andra brukar göra."
        )
    )
    return CheckResult(name, passed, text, table)


def _enough(panel: Panel, start: int) -> bool:
    return start - int(min(panel.shares.columns)) >= MIN_PRE_YEARS


def anticipation(
    panel: Panel, evidence: Evidence, municipality: str, adopted_year: int, start_year: int
) -> CheckResult:
    """Did the share move already in the year of the decision?"""
    name = "förväntanseffekt"
    if adopted_year >= start_year:
        return CheckResult(
            name, None, "Planen räknas från beslutsåret, så det finns inget år mellan beslut och start."
        )
    item = gather(panel, municipality, adopted_year, (adopted_year,), evidence.entry)
    if isinstance(item, str):
        return CheckResult(name, None, f"Kontrollen gick inte att göra. {item}")
    passed = item.p_value > ALARM
    text = (
        f"Under beslutsåret {adopted_year} avvek kommunen med {points(item.estimate)} från det väntade "
        f"({p_text(item.p_value)}); "
        + (
            "det är inte mer än vanligt."
            if passed
            else "något hände alltså redan innan planen kan ha verkat."
        )
    )
    return CheckResult(name, passed, text)


def leave_one_out(evidence: Evidence) -> CheckResult:
    """The estimate without each donor in turn."""
    window, entry = evidence.window, evidence.entry
    mask = entry.pool.select(window, evidence.row)
    post = [window.n_pre + column for column in evidence.columns]
    rows = []
    for donor in np.flatnonzero(mask):
        rest = mask.copy()
        rest[donor] = False
        path = window.to_share(entry.estimator.fit(window.problem(evidence.row, rest)).path)
        rows.append((window.codes[donor], float((window.outcome[evidence.row] - path)[post].mean())))
    table = pd.DataFrame(rows, columns=["kommun_kod", "estimate"])
    shift = float((table["estimate"] - evidence.estimate).abs().max())
    half = evidence.mean.half_width()
    same = bool(((table["estimate"].abs() > half) == (abs(evidence.estimate) > half)).all())
    passed = same and shift <= 0.25 * half
    text = (
        f"Utan någon enda av de {len(table)} jämförelsekommunerna ligger skattningen mellan "
        f"{decimal(float(table['estimate'].min()), 2, sign=True)} och {points(float(table['estimate'].max()))}. "
        + (
            "Ingen enskild kommun avgör resultatet."
            if passed
            else "En enskild kommun påverkar resultatet påtagligt."
        )
    )
    return CheckResult("utan en kommun i taget", passed, text, table)


def regression_to_mean(evidence: Evidence) -> CheckResult:
    """Would the share have fallen anyway, because it had just risen? And has the design allowed for it?

    The donors' change beside the median's is regressed on their rise over the three years before; the slope
    times the municipality's own rise is what falls back by itself. The check passes if the donors' remaining
    deviations no longer follow their earlier rise by more than a quarter of the interval's half width.
    """
    window, rows = evidence.window, evidence.placebo_rows
    back = min(3, window.n_pre - 1)
    last = window.outcome[:, window.n_pre - 1]
    post = [window.n_pre + column for column in evidence.columns]
    rise = last - window.outcome[:, window.n_pre - 1 - back]
    later = window.outcome[:, post].mean(axis=1) - last
    rise, later = rise - np.median(rise[rows]), later - np.median(later[rows])
    own = float(rise[evidence.row])
    raw = _slope(rise[rows], later[rows]) * own
    remaining = _slope(rise[rows], evidence.mean.gaps) * own
    passed = bool(abs(remaining) <= 0.25 * evidence.mean.half_width())
    table = pd.DataFrame({"own_rise": [own], "raw": [raw], "remaining": [remaining]})
    span = years_text((window.years[window.n_pre - 1 - back], window.years[window.n_pre - 1]))
    text = (
        f"{span} ändrades kommunens andel {points(own)} jämfört med mediankommunen. I andra kommuner följdes en sådan "
        f"utveckling i genomsnitt av {points(raw)} under de utvärderade åren. "
        + (
            "Det ingår i det väntade och räknas inte som effekt."
            if passed
            else f"Modellen fångar det inte helt; {points(remaining)} kan återstå i skattningen."
        )
    )
    return CheckResult("återgång mot det normala", passed, text, table)


def _slope(x: np.ndarray, y: np.ndarray) -> float:
    centred = x - x.mean()
    total = float(centred @ centred)
    return float(centred @ y) / total if total > 0 else 0.0


def own_jump(evidence: Evidence, municipality: str) -> CheckResult:
    """Flag a studied municipality whose own history has a jump that looks like an error."""
    jumped = municipality in evidence.window.jumped
    text = (
        "Kommunens egen serie har ett språng före starten som kan vara ett rapporteringsfel."
        if jumped
        else "Kommunens egen serie har inga språng före starten som ser ut som rapporteringsfel."
    )
    return CheckResult("språng i egen serie", not jumped, text)


def detectable(evidence: Evidence, persons_per_point: float | None) -> CheckResult:
    """The smallest decrease that the design finds with 80 per cent probability."""
    least = evidence.mean.minimal_detectable()
    persons = ""
    if persons_per_point is not None:
        persons = f", ungefär {thousands(least * persons_per_point)} personer"
    text = (
        f"Planen hade behövt sänka andelen med minst {points(least, sign=False)}{persons}, i genomsnitt över de "
        "utvärderade åren, för att metoden med 80 procents sannolikhet skulle ha upptäckt det."
    )
    table = pd.DataFrame(
        {
            "effect": -np.round(np.arange(0, 2.01, 0.1), 1),
            "power": [evidence.mean.power(-effect) for effect in np.arange(0, 2.01, 0.1)],
        }
    )
    return CheckResult("minsta upptäckbara effekt", None if not np.isfinite(least) else True, text, table)
