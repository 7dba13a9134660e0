"""Notebook 03: the question, the administration's own words, method and caveats."""

from __future__ import annotations

from analysis.answers.effect import EffectCase, statements_known
from analysis.answers.reform import events_within
from analysis.effects.wording import years_text
from analysis.pages.effect.summary import no_estimate, years_of
from analysis.pages.parts.markdown import (
    Markdown,
    bullet_list,
    capitalise,
    lower_first,
    paragraphs,
    sentence_list,
)
from analysis.runs import RunContext
from foundation.swedish import day_name, percent, points


def question_text(context: RunContext, case: EffectCase) -> Markdown:
    """Say what is asked, of which years, and with which rule."""
    question, plan = case.result.question, case.plan
    years = years_text(question.eval_years)
    known = ""
    if case.result.known_years and case.result.known_years != question.eval_years:
        seen = "kända" if len(case.result.known_years) > 1 else "känt"
        known = f"Av dem var {years_of(case)} {seen} den dag som körningen gäller."
    short = context.catalogue.measure(context.run.matt).kort
    return paragraphs(
        f"{capitalise(plan.title)} beslutades {day_name(plan.decided)}. Den kan ha påverkat hela år från och med "
        f"{question.start_year} och utvärderas på {years}. {known}",
        plan.decided_note or "",
        window_events(context, case),
        f"Måttet är {lower_first(short)}. Effekten är skillnaden mellan den "
        "andel som blev och den "
        "som var att vänta utan planen. Det väntade räknas ut från hur det gick i kommuner med liknande "
        "nivå, utveckling och "
        "folkmängd före planen; att en andel som just har stigit brukar falla tillbaka ingår alltså i det väntade.",
    )


def window_events(context: RunContext, case: EffectCase) -> str:
    """Say which national events fall into the evaluated years; they touch other municipalities too."""
    years = case.result.known_years or case.result.question.eval_years
    found = events_within(context, years)
    if not found:
        return ""
    names = sentence_list([f"{item.kort} ({item.datum.year})" for item in found])
    return (
        f"Under de utvärderade åren inföll {names}. Det berör också jämförelsekommunerna, så bara det som slog olika i "
        "kommunerna stör skattningen."
    )


def own_judgement(context: RunContext, case: EffectCase) -> Markdown:
    """Set the administration's own words beside the data."""
    found = statements_known(case, context.run.kant_senast, context.project.raw)
    if not found:
        return paragraphs(
            "Förvaltningen hade inte publicerat någon egen bedömning av planens effekt den dag som körningen gäller."
        )
    lines = [f"Om {item.about}, {day_name(item.day)}: ”{item.quotation}” ({item.source})." for item in found]
    text = bullet_list(lines)
    parts = case.result.decomposition
    if parts.empty or case.plan.id not in {item.plan for item in found}:
        return text
    table = parts.set_index("key")
    own, expected = float(table.loc["own", "change"]), float(table.loc["expected", "change"])
    if own >= 0 or expected >= 0:
        return text + paragraphs(
            "Andelen och det väntade gick inte båda nedåt, så minskningen går inte att dela upp."
        )
    share = min(expected / own, 1.0)
    return text + paragraphs(
        f"Data säger: av minskningen på {points(-own, sign=False)} var {points(-expected, sign=False)}, eller "
        f"{100 * share:.0f} procent, att vänta av omvärlden och kommunens egen historia. Resten kan vara "
        "planens, annat som hände i "
        "kommunen eller slump; data kan inte skilja dem åt."
    )


def curve_text(case: EffectCase) -> Markdown:
    """Return the specification curve in one sentence."""
    curve = case.result.curve
    return paragraphs(no_estimate(case) if curve is None else curve.sentence)


def ranking_text(context: RunContext, case: EffectCase) -> Markdown:
    """Say whether the municipality does better than comparable ones, given the world."""
    ranking = case.result.ranking
    if ranking is None:
        return paragraphs(no_estimate(case))
    name = context.municipality.name
    chance = 100 * ranking.probability_better
    word = (
        "sannolikt"
        if chance >= 90
        else "sannolikt inte"
        if chance <= 10
        else "varken säkert eller uteslutet att det"
    )
    verdict = (
        f"Det är {word} går bättre i {name} än i mediankommunen"
        if word.startswith("varken")
        else f"Det går {word} bättre i {name} än i mediankommunen"
    )
    return paragraphs(
        "Nämndmål av typen ”bättre än jämförbara kommuner” går att pröva genom att jämföra varje kommun "
        "med vad som var att vänta av "
        f"just den. {name} har plats {ranking.rank} av {ranking.count} (1 är störst minskning mot det "
        "väntade). När slumpen räknas "
        f"in ligger platsen med 95 procents sannolikhet mellan {ranking.low_rank} och {ranking.high_rank}. "
        f"{verdict} ({chance:.0f} procents sannolikhet)."
    )


def method_text(case: EffectCase) -> Markdown:
    """Return method and assumptions."""
    effect = case.result.effect
    lines = [
        f"**Metod:** {effect.design}.",
        "**Val av metod:** metoden vann en turnering där varje kommun i tur och ordning fick låtsas ha haft "
        "en plan. Den valdes på "
        "år till och med 2019, innan någon av planerna kan ha märkts.",
        "**Antagande:** utan planen hade kommunen utvecklats som kommuner med liknande historia. Det går "
        "inte att bevisa, bara att "
        "pröva; kontrollerna ovan gör det.",
        "**Osäkerhet:** intervallet bygger på hur mycket kommuner utan planen avviker, omräknat till "
        "kommunens storlek och nivå. "
        "Att slumpen pekar ut fem procent av alla kommuner följer av hur metoden är gjord; att det gäller även bland "
        "stora kommuner är uppmätt.",
        "**Saknade år och språng:** kommuner som saknar något år räknas inte, och ingenting fylls i. "
        "Kommuner vars andel före starten "
        "har ändrats mer än 1,65 gånger på ett år, mot vad som var vanligt det året, används inte i jämförelsen.",
    ]
    if effect.sample:
        lines.append(f"**Underlag:** {effect.sample}")
    return bullet_list(lines)


def effect_caveats(context: RunContext, case: EffectCase) -> Markdown:
    """Return what the evaluation cannot say."""
    lines = [
        "Skattningen gäller planen som helhet tillsammans med allt annat som hände bara i kommunen samma "
        "år. Den säger inget om "
        "enskilda åtgärder.",
        "Jämförelsekommunerna hade egna planer. Det som mäts är skillnaden mot hur kommuner i allmänhet "
        "gjorde, inte mot att "
        "ingenting göra.",
        "Pandemin, extratjänsternas avveckling och flyktingmottagandet slog olika i olika kommuner. Det "
        "ingår i slumpen som "
        "intervallet räknar med, men kan ha drabbat just den här kommunen mer.",
        "Källan revideras i efterhand. Äldre körningar bygger på dagens värden med rätt publiceringsdag.",
    ]
    history = _history(context, case)
    return bullet_list([history, *lines] if history else lines)


def _history(context: RunContext, case: EffectCase) -> str:
    """How the municipality moved against the nation before the plan."""
    evidence = case.result.evidence
    nation = None if evidence is None else evidence.window.reference
    if evidence is None or nation is None or evidence.window.n_pre < 6:
        return ""
    window, last = evidence.window, evidence.window.n_pre - 1
    own = window.outcome[evidence.row]
    first_year, middle_year, last_year = window.years[last - 4], window.years[last - 1], window.years[last]
    return (
        f"Före planen gick {context.municipality.name} från {percent(float(own[last - 4]), 2)} ({first_year}) till "
        f"{percent(float(own[last]), 2)} ({last_year}), en ändring på "
        f"{points(float(own[last] - own[last - 4]))}, medan riket "
        f"ändrades {points(float(nation[last] - nation[last - 4]))}. Mellan {middle_year} och {last_year} "
        "var ändringen "
        f"{points(float(own[last] - own[last - 1]))}. Valet av startår påverkar därför jämförelser som "
        "litar på en lång "
        "historia; kurvan ovan visar hur mycket."
    )
