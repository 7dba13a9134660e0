"""Notebook 03: how much of the change is the plan's, in words."""

from __future__ import annotations

from analysis.answers.effect import EffectCase
from analysis.effects.estimate import CLEAR, NOT_ASSESSABLE, WEAK
from analysis.effects.wording import years_text
from analysis.pages.parts.markdown import (
    KeyFigure,
    Markdown,
    capitalise,
    conclusion,
    key_figures,
    paragraphs,
)
from analysis.runs import RunContext
from foundation.swedish import about, apart, decimal, interval, moved, numbered, points


def effect_conclusion(context: RunContext, case: EffectCase) -> Markdown:
    """Return the page's conclusion."""
    if not case.result.effect.assessable:
        return conclusion(headline(context, case), _future_power(case), ambition_sentence(case))
    return conclusion(
        headline(context, case), estimate_sentence(case), limit_sentence(case), ambition_sentence(case)
    )


def ambition_sentence(case: EffectCase, *, alone: bool = False) -> str:
    """Say that the plan's own ambition is smaller than what the method can see; empty when it is not or not known.

    `alone` names what can be seen, where no sentence before has done it.
    """
    ambition, seen = case.plan.ambition_persons, visible_persons(case)
    if ambition is None or seen is None or ambition >= seen:
        return ""
    than = "än så"
    if alone:
        than = f"än de {about(seen)} som metoden kan se" if round(seen, -1) else "än vad metoden kan se"
    persons = numbered(ambition, "person", "personer")
    return f"Planens egen ambition, {persons}, är mindre {than} och skulle alltså inte synas."


def visible_persons(case: EffectCase) -> float | None:
    """The smallest visible decrease in persons; None where it is not known."""
    result = case.result
    if result.effect.assessable:
        share = result.effect.minimal_detectable
        return None if share is None or result.population is None else share / 100 * result.population
    return None if result.power is None else result.power.persons


def headline(context: RunContext, case: EffectCase) -> str:
    """The verdict in one sentence."""
    plan, place = plan_name(case), context.municipality.name
    effect = case.result.effect
    if effect.verdict == NOT_ASSESSABLE:
        return f"**Det går ännu inte att bedöma om {plan} har ändrat andelen biståndsmottagare i {place}.**"
    assert effect.estimate is not None
    direction = "minskat" if effect.estimate < 0 else "ökat"
    if effect.verdict == CLEAR:
        return f"**Andelen biståndsmottagare i {place} har {direction} tydligt mer än väntat sedan {plan} började gälla.**"
    if effect.verdict == WEAK:
        return (
            f"**Det finns svaga tecken på att {plan} har {direction} andelen biståndsmottagare i {place}.**"
        )
    return (
        f"**Det går varken att visa att {plan} har ändrat andelen biståndsmottagare i {place} eller att den inte har "
        "gjort det.**"
    )


def estimate_sentence(case: EffectCase) -> str:
    """How far the share was from the expected, and how often others are that far, in two sentences."""
    effect = case.result.effect
    assert effect.estimate is not None
    assert effect.p_value is not None
    usual = f" Minst så mycket avviker {100 * effect.p_value:.0f} procent av andra kommuner."
    if effect.verdict == CLEAR:
        usual = " Färre än 5 procent av kommunerna avviker så mycket utan planen."
    size = apart(effect.estimate, "högre än väntat", "lägre än väntat", "lika stor som väntat")
    mean = "i genomsnitt " if len(case.result.known_years) > 1 else ""
    return f"{capitalise(years_of(case))} var andelen {mean}{size}.{usual}"


def shares_sentence(context: RunContext, case: EffectCase) -> str:
    """How much of the change was to be expected, and how it went in the country."""
    parts = case.result.decomposition.set_index("key")
    own, expected = float(parts.loc["own", "change"]), float(parts.loc["expected", "change"])
    last, before = case.result.known_years[-1], case.result.question.start_year - 1
    name = context.municipality.name
    verb, _, by = moved(own).partition(" ")
    text = f"Från {before} till {last} {verb} andelen i {name} {by}; {_expected_words(own, expected)}."
    if "nation" in parts.index:
        change, relative = float(parts.loc["nation", "change"]), float(parts.loc["nation", "relative"])
        verb, _, by = moved(change).partition(" ")
        text += (
            f" I riket {verb} den {by}, vilket var {decimal(abs(relative), 0)} procent av nivån mot "
            f"{decimal(abs(float(parts.loc['own', 'relative'])), 0)} procent i {name}."
        )
    return text


def _expected_words(own: float, expected: float) -> str:
    if own * expected <= 0:
        change = apart(expected, "högre", "lägre", "oförändrad")
        return f"utan planen var den väntad att bli {change}"
    return f"{points(abs(expected), sign=False)} var att vänta utan planen"


def limit_sentence(case: EffectCase) -> str:
    """What the method would not have seen."""
    effect = case.result.effect
    if effect.minimal_detectable is None:
        return ""
    return (
        f"En minskning under {points(effect.minimal_detectable, sign=False)}"
        f"{_persons(case, effect.minimal_detectable)} hade metoden sannolikt inte sett."
    )


def _persons(case: EffectCase, share: float) -> str:
    people = case.result.population
    return "" if people is None else f" ({about(share / 100 * people)} personer)"


def sight_sentence(case: EffectCase) -> str:
    """What the method would not have seen, or what a plan that is not evaluated yet needs to be seen."""
    return limit_sentence(case) if case.result.effect.assessable else _future_power(case)


def _future_power(case: EffectCase) -> str:
    power = case.result.power
    if power is None:
        return "Underlaget räcker inte heller för att säga hur stor en effekt måste vara för att synas."
    people = "" if power.persons is None else f" ({about(power.persons)} personer)"
    least = points(power.minimal_detectable, sign=False)
    return f"Planen måste i snitt sänka andelen med minst {least}{people} för att synas."


def plan_name(case: EffectCase) -> str:
    """Return how the plan is named inside a sentence: its short name if that is a word of its own."""
    short = case.plan.short_title
    return short if short.endswith("planen") else f"satsningen ”{case.plan.title}”"


def years_of(case: EffectCase) -> str:
    """Return the evaluated years that were known, as text."""
    return years_text(case.result.known_years)


def effect_cards(case: EffectCase) -> Markdown:
    """Return the key figures of the page."""
    effect, power = case.result.effect, case.result.power
    cards = [KeyFigure(capitalise(effect.verdict), "bedömning", "ett av fyra fasta omdömen")]
    if effect.assessable:
        cards += [
            KeyFigure(
                decimal(effect.estimate, 2, sign=True),
                "procentenheter mot det väntade",
                f"genomsnitt {years_of(case)}" if len(case.result.known_years) > 1 else years_of(case),
            ),
            KeyFigure(
                interval(effect.low, effect.high), "procentenheter, 95-procentigt intervall", "osäkerheten"
            ),
            KeyFigure(
                decimal(effect.minimal_detectable, 2),
                "procentenheter, minsta upptäckbara",
                "med 80 procents sannolikhet",
            ),
        ]
    elif power is not None:
        cards.append(
            KeyFigure(
                decimal(power.minimal_detectable, 2),
                "procentenheter behövs för att synas",
                "med 80 procents sannolikhet",
            )
        )
    return key_figures(cards)


#: The section that says why nothing can be assessed; the others refer to it.
EXPLAINED = "Utfall mot väntat"


def not_assessable_note(case: EffectCase) -> Markdown:
    """Return where it stands why a section is empty, or nothing where it is not."""
    return paragraphs(
        "" if case.result.effect.assessable else f"Inte bedömbar; skälet står under *{EXPLAINED}*."
    )


def no_estimate(case: EffectCase) -> str:
    """Return the short text of a section that has no estimate to show."""
    return (
        "Inte bedömbar ännu: de år som planen ska utvärderas på är inte kända."
        if not case.result.known_years
        else (f"Inte bedömbar. {case.result.effect.reason}")
    )


def effect_facts(context: RunContext, case: EffectCase) -> dict[str, object]:
    """Return what the start page and later periods need."""
    effect, power = case.result.effect, case.result.power
    curve, ranking = case.result.curve, case.result.ranking
    return {
        "plan": case.plan.id,
        "bedomning": effect.verdict,
        "skal": effect.reason,
        "ar": list(case.result.known_years),
        "effekt": effect.estimate,
        "lag": effect.low,
        "hog": effect.high,
        "p": effect.p_value,
        "minsta_upptackbara": effect.minimal_detectable,
        "minsta_upptackbara_framat": None if power is None else power.minimal_detectable,
        "folkmangd": case.result.population,
        "specifikationer": None if curve is None else len(curve.table),
        "specifikationer_median": None if curve is None else curve.median,
        "plats": None if ranking is None else ranking.rank,
        "platser": None if ranking is None else ranking.count,
        "slutsats": effect_conclusion(context, case).text,
    }
