"""Notebook 00: the four questions of one run in at most two sentences each, what is uncertain, what could be decided next.

Every sentence is the one that the run's own pages say; nothing is computed here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from analysis.answers.effect import EffectCase
from analysis.answers.plan_view import PlanView
from analysis.answers.position import Position
from analysis.answers.readings import Disagreement, Reading, disagreement, readings
from analysis.answers.target import TargetState
from analysis.calendar import period_name
from analysis.pages.effect import summary as effect_pages
from analysis.pages.measures.board import measure_count, status_sentence
from analysis.pages.measures.ledger import COMPARED, reach_sentence
from analysis.pages.parts.markdown import Markdown, bullet_list, callout, lower_first, paragraphs
from analysis.pages.position.summary import level_sentence, trend_sentence
from analysis.pages.target import text as target_text
from analysis.pages.target.hindcast import hindcast_sentence
from analysis.plans.vocabulary import NO_FOLLOW_UP
from analysis.runs import RunContext
from foundation.swedish import decimal, interval, numbered, percent

#: Pages that answer the four questions, by the name of their part, and the words of the link to each.
PAGES = {
    "laget": ("01_laget", "Mer om läget"),
    "atgarder": ("02_atgarder", "Alla åtgärder"),
    "effekt": ("03_effekt", "Så är effekten räknad"),
    "mal": ("04_mal", "Hela prognosen"),
}


@dataclass(frozen=True)
class Brief:
    """What the page says of one run.

    Attributes
    ----------
    readings, apart
        The readings of the target, and how they disagree; none without an open target.
    """

    context: RunContext
    now: Position
    view: PlanView
    case: EffectCase
    state: TargetState
    readings: tuple[Reading, ...]
    apart: Disagreement | None

    @property
    def registered(self) -> bool:
        """Whether the plan's measures are written down: a new plan's run leaves their page out until they are."""
        made = self.context.run.anteckningsbocker
        return not made or PAGES["atgarder"][0] in made


def open_brief(
    context: RunContext, now: Position, view: PlanView, case: EffectCase, state: TargetState
) -> Brief:
    """Put the run's answers together."""
    found = readings(context, state)
    decided = context.target.avgjord if context.target else None
    return Brief(context, now, view, case, state, found, disagreement(found, decided))


def position_answer(brief: Brief) -> tuple[str, ...]:
    """Läget: level against the country, and the change."""
    return _told(level_sentence(brief.context, brief.now), trend_sentence(brief.now))


def measures_answer(brief: Brief) -> tuple[str, ...]:
    """Åtgärderna: how they stand, and whether any can be judged by itself."""
    if not brief.registered:
        return (f"Åtgärderna i {brief.view.plan.short_title} är inte inskrivna här än.",)
    return _told(status_sentence(brief.view), reach_sentence(brief.view.ledger))


def effect_answer(brief: Brief) -> tuple[str, ...]:
    """Effekten: the verdict, and what could not have been seen."""
    seen = effect_pages.ambition_sentence(brief.case, alone=True) or effect_pages.sight_sentence(brief.case)
    return _told(effect_pages.headline(brief.context, brief.case), seen)


def target_answer(brief: Brief) -> tuple[str, ...]:
    """Målet: the chance, or how far the readings of the target lie apart."""
    if brief.apart is not None:
        first, _, chosen = target_text.disagreement_sentences(brief.context, brief.apart)
        return _told(first, chosen)
    return _told(
        target_text.target_answer(brief.context, brief.state).split("** ")[0],
        target_text.forecast_sentence(brief.context, brief.state)
        if brief.state.outcome is None
        else hindcast_sentence(brief.context, brief.state),
    )


def target_chance(brief: Brief) -> tuple[str, ...]:
    """Målet in fewer numbers, for the start page's conclusion: the chance alone."""
    if brief.apart is None:
        return target_answer(brief)[:1]
    first, _, chosen = target_text.disagreement_sentences(brief.context, brief.apart, forecast=False)
    return _told(first, chosen)


def _told(*sentences: str) -> tuple[str, ...]:
    return tuple(sentence.replace("**", "") for sentence in sentences if sentence)


def section(brief: Brief, part: str) -> Markdown:
    """One question's sentences, the first in bold."""
    answers = {
        "laget": position_answer,
        "atgarder": measures_answer,
        "effekt": effect_answer,
        "mal": target_answer,
    }
    first, *rest = answers[part](brief)
    return paragraphs(" ".join([f"**{first}**", *rest]))


def way_on(brief: Brief, part: str) -> Markdown:
    """The link to the page behind a question, where the run has one."""
    notebook, text = PAGES[part]
    known = notebook in brief.context.run.anteckningsbocker
    return Markdown(f"::: {{.vidare}}\n[{text}]({notebook}.ipynb)\n:::\n") if known else paragraphs("")


def uncertainty(brief: Brief) -> Markdown:
    """What is uncertain, in one sentence."""
    return paragraphs(f"**Osäkert:** {uncertainty_sentence(brief)}")


def uncertainty_sentence(brief: Brief) -> str:
    """The width of the forecast while the target is open, else the interval of the effect, else what is not known."""
    found, effect = brief.state.assessment, brief.case.result.effect
    if found is not None:
        row = found.fan.loc[found.target.period]
        span = f"{decimal(row['low80'], 2)} till {percent(row['high80'], 2)}"
        when = period_name(found.target.period)
        return f"prognosen för {when} sträcker sig från {span}, och en gång av fem hamnar utfallet utanför."
    if effect.assessable:
        return (
            f"planens effekt kan vara allt från {interval(effect.low, effect.high)} procentenheter, med 95 procents "
            "säkerhet."
        )
    reason = effect.reason.split(". ")[0].rstrip(".")
    return f"planens effekt är inte känd, eftersom {lower_first(reason)}."


def decisions(brief: Brief) -> tuple[str, ...]:
    """What the nämnd could decide next, read off the answers: a definition, data to order, a follow-up."""
    found = []
    if brief.apart is not None:
        found.append(f"**Fastställ hur målet räknas.** {brief.apart.question}")
    needed: dict[str, list[str]] = {}
    for entry in brief.view.ledger if brief.registered else ():
        step = next((item for item in entry.raises if item.grade in COMPARED), None)
        if step is not None:
            needed.setdefault(step.text, []).append(entry.measure.number)
    if needed:
        text, numbers = max(needed.items(), key=lambda item: len(item[1]))
        first = brief.view.plan.measure(numbers[0])
        found.append(
            f"**Beställ uppgifter: {text}.** Då går {numbered(len(numbers), 'åtgärd', 'åtgärder')} att jämföra mot något, "
            f"till exempel nummer {first.number}: {first.text}."
        )
    missing = Counter(brief.view.board.grouped_counts())[NO_FOLLOW_UP]
    if missing and brief.registered:
        total = measure_count(brief.view)
        which = "planen" if missing == total else numbered(missing, "åtgärd", "åtgärder")
        found.append(f"**Begär uppföljning av {which}.** Status är inte känd i dag.")
    ambition = effect_pages.ambition_sentence(brief.case, alone=True)
    if ambition:
        found.append(
            "**Följ upp de personer som fått stöd, inte bara andelen.** Planens ambition är för liten för att synas där."
        )
    return tuple(found)


def decision_list(brief: Brief) -> Markdown:
    """What could be decided next, as a list."""
    found = decisions(brief)
    if not found:
        return paragraphs("Inget i underlaget pekar ut ett beslut just nu.")
    return callout("note", "Det här kan nämnden besluta om härnäst", bullet_list(found).text)


def brief_facts(brief: Brief) -> dict[str, object]:
    """What the start page says of the run."""
    return {
        "laget": list(position_answer(brief)),
        "atgarder": list(measures_answer(brief)),
        "effekt": list(effect_answer(brief)),
        "mal": list(target_answer(brief)),
        "chans": list(target_chance(brief)),
        "osakert": uncertainty_sentence(brief),
        "beslut": list(decisions(brief)),
        "lasning": next((item.name for item in brief.readings if item.chosen), None),
    }
