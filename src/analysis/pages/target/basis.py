"""Notebook 04: what the target's forecast rests on, and what the annual statistics alone say beside it."""

from __future__ import annotations

from analysis.answers.own_measure import UNKNOWN_RATIO, two_sources
from analysis.answers.target import TargetState
from analysis.calendar import period_name
from analysis.pages.parts.markdown import LONGEST_LIST, sentence_list
from analysis.runs import RunContext
from foundation.swedish import count, decimal, percent, probability


def cross_check_text(context: RunContext, state: TargetState) -> str:
    """What the annual path alone says, below the answer that the months give; empty without months."""
    target, check, found = context.target, state.cross_check, state.assessment
    if target is None or check is None or found is None:
        return ""
    chance = check.paths.probability_at_most(target.niva, target.senast)
    row = check.paths.fan().loc[target.senast]
    return (
        f"**Kontroll.** Årsstatistiken ensam, utan att månaderna läses, ger sannolikheten {probability(chance)} och "
        f"prognosen {percent(row['median'], 2)} ({decimal(row['low80'], 2)}–{decimal(row['high80'], 2)}). Sidans svar är "
        f"{probability(found.probability)}: månaderna säger mer om läget i dag, och årsstatistiken visar bara hur mycket "
        "svaret hänger på dem."
    )


def used_text(context: RunContext, state: TargetState) -> str:
    """Say which knowledge the forecast uses beyond published statistics."""
    parts = []
    for year, value in state.forecasts.stated.items():
        target = context.target
        without = (
            f" Utan den uppgiften är sannolikheten "
            f"{probability(state.forecasts.published.probability_at_most(target.niva, target.senast))}."
            if target is not None and target.matt == context.run.matt
            else ""
        )
        parts.append(
            f"Publicerad statistik fanns till och med {state.last_year}. Nämndens dokument anger cirka {percent(value, 1)} "
            f"för {year}; prognosen behåller de simulerade framtider som stämmer med det.{without}"
        )
    if state.bridged is not None:
        parts.append(_bridge_text(context, state))
    parts += _two_sources(context)
    return " ".join(parts)


def _two_sources(context: RunContext) -> list[str]:
    """One sentence a period that two sources say differently of, a few at most, and the rule that decides."""
    target = context.target
    found = two_sources(context, target.matt) if target is not None else ()
    if not found:
        return []
    sentences = [
        f"För {period_name(item.period)} finns två uppgifter: {percent(item.used, 2)} ur egna månadssiffror, som används, "
        f"och {percent(item.other, 2)} ur {item.document}."
        for item in found[:LONGEST_LIST]
    ]
    more = [f"Det gäller {len(found) - LONGEST_LIST} perioder till."] if len(found) > LONGEST_LIST else []
    rule = "Måttkatalogen säger att egna siffror går före; båda uppgifterna är bevarade."
    return [*sentences, *more, rule]


def _bridge_text(context: RunContext, state: TargetState) -> str:
    bridged = state.bridged
    if bridged is None:
        return ""
    low, middle, high = (decimal(value, 2) for value in bridged.ratio)
    name = context.catalogue.measure(context.target.matt).kort.lower() if context.target else ""
    if state.known is not None and bridged.last_month is not None:
        return _months_text(state, name)
    if not state.assessment or state.assessment.latest is None:
        return (
            f"Inget värde på målets eget mått ({name}) var känt. Kvoten mot andelen invånare under ett år antas "
            f"därför ligga omkring {decimal(UNKNOWN_RATIO.ratio, 2)}: mottagare får bistånd ungefär fyra till sju av årets "
            "månader. "
            "Sannolikheten vilar på det antagandet och ska läsas med försiktighet."
        )
    known = ", ".join(
        f"{decimal(value, 3)} ({period_name(period)})" for period, value in bridged.observed_ratios.items()
    )
    return (
        f"Målets mått ({name}) publiceras inte i öppen statistik. Prognosen går via andelen invånare under ett år gånger "
        f"kvoten mellan måtten, som {f'har varit {known}' if known else 'inte är känd för något år'}. "
        f"För {period_name(bridged.paths.periods[-1])} räknas med {middle} ({low}–{high})."
    )


def _months_text(state: TargetState, name: str) -> str:
    """How the months and the annual statistics make one forecast."""
    bridged, known = state.bridged, state.known
    if bridged is None or known is None:
        return ""
    low, middle, high = (decimal(value, 2) for value in bridged.ratio)
    seen = [f"{decimal(value, 3)} ({year})" for year, value in bridged.observed_ratios.items()]
    ratio = (
        f"Kvoten mellan årets månader och årsstatistiken har varit {sentence_list(seen[-LONGEST_LIST:])}; för "
        if seen
        else "Kvoten mellan årets månader och årsstatistiken är inte känd för något helt år; för "
    )
    months = "en månad" if len(known.months) == 1 else f"{count(len(known.months))} månader"
    return " ".join(
        (
            f"Prognosen läser {months} av målets eget mått ({name}), till och med {period_name(str(known.last_month))}: "
            "nivå, utveckling, årstid och arbetsdagar. Vad hela landet kan råka ut för hämtas ur årsstatistiken för alla "
            "kommuner, och ett år är genomsnittet av sina månader.",
            f"{ratio}{bridged.years.periods[-1] if bridged.years else ''} räknas med {middle} ({low}–{high}).",
            *known.reasons,
        )
    )
