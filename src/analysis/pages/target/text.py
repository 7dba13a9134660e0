"""Notebook 04: its sentences. Every number in them is read off the page's state."""

from __future__ import annotations

from analysis.answers.readings import Disagreement, disagreement, readings
from analysis.answers.target import TargetState
from analysis.calendar import in_period, period_name
from analysis.forecasts.pace import Pace
from analysis.forecasts.scoring import skill_by_origin
from analysis.forecasts.target import TargetAssessment
from analysis.pages.parts.markdown import (
    KeyFigure,
    Markdown,
    bullet_list,
    capitalise,
    conclusion,
    key_figures,
    lower_first,
    paragraphs,
)
from analysis.pages.target.basis import cross_check_text, used_text
from analysis.pages.target.hindcast import hindcast_sentence
from analysis.runs import RunContext
from analysis.runs.model import Target
from foundation.swedish import count, day_name, decimal, percent, points, probability

NOT_APPLICABLE = "Inte tillämpligt, eftersom planen saknar ett sådant mål."
NO_TARGET = "Planen har inget mål för andelen biståndsmottagare, så frågan om ett mål nås ställs inte här."


def decided_text(target: Target, outcome: float) -> str:
    """One sentence on a target whose outcome is known."""
    verdict = "nåddes" if target.reached(outcome) else "nåddes inte"
    return (
        f"{capitalise(target.namn)} {verdict}: värdet för {period_name(target.senast)} blev {percent(outcome, 2)} "
        f"och målet var {target.level_text}."
    )


def target_conclusion(context: RunContext, state: TargetState) -> Markdown:
    """The page's answer: at most sixty words and five numbers, the question to settle first where readings disagree."""
    decided = context.target.avgjord if context.target else None
    apart = disagreement(readings(context, state), decided)
    if apart is not None:
        return conclusion(*disagreement_sentences(context, apart), assumption_sentence(state))
    return conclusion(
        target_answer(context, state),
        assumption_sentence(state),
        hindcast_sentence(context, state) if state.outcome is not None else forecast_sentence(context, state),
    )


def disagreement_sentences(
    context: RunContext, apart: Disagreement, *, forecast: bool = True
) -> tuple[str, ...]:
    """How far the readings of the target lie apart, what settles it, and what the chosen reading says.

    `forecast` says whether the chosen reading's interval is told as well as its probability.
    """
    target = context.target
    assert target is not None
    low, high = probability(apart.low), probability(apart.high)
    chosen = lower_first(apart.chosen.name)
    ends = f"{decimal(apart.chosen.low80, 2)} och {percent(apart.chosen.high80, 2)}"
    span = f"; måttet väntas hamna mellan {ends}" if forecast else ""
    return (
        f"**Svaret beror på hur målet läses: sannolikheten att nå {target.namn} är allt från {low} till {high}.**",
        f"Nämnden behöver avgöra: {lower_first(apart.question)}",
        f"Med vald läsning ({chosen}) är den {probability(apart.chosen.probability)}{span}.",
    )


def target_answer(context: RunContext, state: TargetState) -> str:
    """Whether the target is or will be reached, in one or two sentences."""
    target, found = context.target, state.assessment
    if target is None:
        return NO_TARGET
    if state.outcome is not None:
        return f"**{decided_text(target, state.outcome)}**"
    if found is None:
        return f"Målet ({target.text}) kan inte bedömas med den här prognosen."
    return (
        f"**Att {target.namn} nås är {found.words}: sannolikheten är {probability(found.probability)}.** "
        f"Målet är {target.level_text} senast {period_name(target.senast)}."
    )


def assumption_sentence(state: TargetState) -> str:
    """Say that the target's own measure has no value yet; empty when it has one."""
    if state.assessment is None or state.assessment.latest is not None:
        return ""
    return "Måttet hade inget publicerat värde, så nivån är antagen."


def basis_sentence(state: TargetState) -> str:
    """Say which month the forecast starts from, and what stood then."""
    found = state.assessment
    if state.last_month is None or found is None or found.latest is None:
        return ""
    period, value = found.latest
    gap = value - found.target.level
    left = f"{points(gap, sign=False)} över målet" if round(gap, 2) > 0 else "på eller under målets nivå"
    return f"Senaste kända månad är {period_name(period)}: {percent(value, 2)}, {left}."


def forecast_sentence(context: RunContext, state: TargetState) -> str:
    """The forecast at the target's date, or the last forecast year without one."""
    if state.assessment is not None:
        period = state.assessment.target.period
        row = state.assessment.fan.loc[period]
    else:
        paths = state.forecasts.annual
        period = paths.periods[-1]
        row = paths.fan().loc[period]
    return (
        f"Prognosen för {period_name(period)} är {percent(row['median'], 2)}, och åtta gånger av tio bör värdet hamna "
        f"mellan {percent(row['low80'], 2)} och {percent(row['high80'], 2)}."
    )


def record_sentence(state: TargetState) -> str:
    """How earlier forecasts of all municipalities did; empty without any."""
    record = track_record(state)
    if record is None:
        return ""
    covered, skill = record
    return (
        f"I tidigare prognoser för alla kommuner låg utfallet inom motsvarande intervall i {covered * 100:.0f} procent "
        f"av fallen, och prognosfelet var {abs(skill) * 100:.0f} procent "
        f"{'mindre' if skill > 0 else 'större'} än om man antagit oförändrad nivå."
    )


def track_record(state: TargetState) -> tuple[float, float] | None:
    """(coverage of 80 % intervals, skill against the naive forecast) of earlier forecasts; None without any."""
    scores = state.backtest.scores
    if scores.empty:
        return None
    covered = scores.loc[scores["model"] == "panel", "hit80"].mean()
    return float(covered), skill_by_origin(scores, "panel", "naiv").skill


def target_cards(context: RunContext, state: TargetState) -> Markdown:
    """The key figures of the page."""
    found, target = state.assessment, context.target
    cards = [
        KeyFigure(
            percent(float(state.own.iloc[-1]), 2),
            f"av invånarna {state.last_year}",
            "senaste publicerade år, observerad",
        )
    ]
    if state.last_month is not None and found is not None and found.latest is not None:
        period, value = found.latest
        cards = [KeyFigure(percent(value, 2), f"målets mått, {period_name(period)}", "senaste kända månad")]
    if found is not None and target is not None:
        row = found.fan.loc[found.target.period]
        cards += [
            KeyFigure(
                probability(found.probability), "sannolikhet att målet nås", f"{found.words}, vald läsning"
            ),
            KeyFigure(
                percent(row["median"], 2),
                f"prognos {period_name(found.target.period)}",
                f"80 procents intervall {decimal(row['low80'], 2)}–{decimal(row['high80'], 2)} %",
            ),
            KeyFigure(target.level_text, "målet", f"senast {period_name(target.senast)}"),
        ]
    elif target is not None and state.outcome is not None:
        cards.append(
            KeyFigure(
                percent(state.outcome, 2),
                f"utfall {period_name(target.senast)}",
                f"målet: {target.level_text}",
            )
        )
    return key_figures(cards)


def probability_text(context: RunContext, state: TargetState) -> Markdown:
    """What the probability means, and what it rests on."""
    found, target = state.assessment, context.target
    if target is None:
        return paragraphs(NO_TARGET)
    if found is None:
        return paragraphs(
            decided_text(target, state.outcome)
            if state.outcome is not None
            else "Målet kan inte bedömas här."
        )
    never = found.first_passage.never
    first = (
        f"Av {count(len(found.paths.draws))} simulerade framtider når {probability(found.probability)} målet "
        f"{in_period(found.target.period)}. I {probability(never)} av dem ligger andelen över målet under hela tiden dit."
    )
    naive = ""
    if state.bridged is None:
        chance = state.forecasts.naive.probability_at_most(target.niva, target.senast)
        naive = f"Den enklaste prognosen, oförändrad nivå med kommunens egna svängningar, ger {probability(chance)}."
    return paragraphs(
        basis_sentence(state), first, naive, used_text(context, state), cross_check_text(context, state)
    )


def pace_text(context: RunContext, state: TargetState) -> Markdown:
    """The pace required, the pace so far, and how often anyone has kept it."""
    found, target = state.assessment, context.target
    if target is None:
        return paragraphs(NOT_APPLICABLE)
    if found is None:
        return paragraphs(
            "Målets tid är ute, så ingen takt krävs längre." if state.outcome is not None else ""
        )
    if found.start is None:
        return paragraphs("Inget värde på målets mått var känt, så den takt som krävs går inte att räkna ut.")
    if found.required is None and found.start[1] > target.niva:
        left = points(found.start[1] - target.niva, sign=False)
        return paragraphs(f"Från {_start_words(found)} till {target.level_text} återstår {left}.")
    if found.required is None:
        return paragraphs(
            f"Nivån är redan nådd: {percent(found.start[1], 2)} ({period_name(found.start[0])})."
        )
    record = found.record
    lines = [f"Från {_start_words(found)} till {target.level_text} krävs en {_required_words(found)}."]
    if found.so_far is not None:
        lines.append(f"Hittills har takten varit en {pace_words(found.so_far)}.")
    if record is not None and record.windows:
        lines.append(
            f"Så stor minskning i procent av nivån har {count(record.municipalities_kept)} av "
            f"{count(record.municipalities)} kommuner klarat någon gång över {record.span} år, och den förekommer i "
            f"{count(record.windows_kept)} av {count(record.windows)} möjliga {record.span}-årsperioder "
            f"({decimal(100 * record.share, 0)} procent). Det är en ren räkning i statistiken, utan modell."
        )
        if record.suspects:
            lines.append(
                f"I {len(record.suspects)} av kommunerna finns ett språng som kan vara ett fel i källan; de är medräknade."
            )
    return paragraphs(" ".join(lines))


def _required_words(found: TargetAssessment) -> str:
    """The required pace: a year's, or within a year what remains and the months there are for it."""
    required = found.required
    if required is None:
        return ""
    if found.record is not None:
        return f"{pace_words(required)} i {decimal(required.years, 1)} år"
    months = max(round(12 * required.years), 1)
    span = "en månad" if months == 1 else f"{months} månader"
    return f"minskning med {points(required.start - required.end, sign=False)} på {span}"


def _start_words(found: TargetAssessment) -> str:
    """The level that the pace is counted from, known or computed."""
    if found.start is None:
        return "okänd nivå"
    text = f"{percent(found.start[1], 2)} ({period_name(found.start[0])})"
    return text if found.start == found.latest else f"det beräknade läget {text}"


def pace_words(value: Pace) -> str:
    """``minskning med 6,9 procent (0,32 procentenheter) om året``."""
    kind = "minskning" if value.percent < 0 else "ökning"
    return f"{kind} med {decimal(abs(value.percent), 1)} procent ({points(abs(value.points), 2, sign=False)}) om året"


def method_text(context: RunContext, state: TargetState) -> Markdown:
    """How the forecast is made and what it assumes, for the critical reader."""
    summary = state.forecasts.fit.national.summary()
    lines = [
        "**Modell.** Varje kommuns relativa förändring är summan av en förändring som är gemensam för alla kommuner och en "
        "egen. Den gemensamma har tröghet och sällsynta stora utslag; den egna hämtas ur hur kommuner av samma storlek har "
        "avvikit, år för år. Små kommuner får bredare intervall.",
        f"**Skattat på {day_name(context.run.kant_senast)}.** Av förra årets gemensamma förändring väntas "
        f"{decimal(100 * summary['persistence'], 0)} procent bestå till nästa år. Ett vanligt gemensamt utslag är "
        f"{decimal(100 * summary['shock'], 0)} procent på ett år.",
        "**Alla tal läses av samma simulerade framtider**: intervall, sannolikhet, när målet nås och vad som krävs.",
        "**Det som modellen inte vet:** nya lagar, nya beslut och konjunkturprognoser. Den vet bara hur andelarna har "
        "rört sig sedan 2012. Nationella vändpunkter är få, så bredden bygger delvis på ett antagande om att en vändning på "
        "tio procent under ett år är ovanlig men möjlig.",
        "**Utgåva.** Äldre år är dagens reviderade värden; publiceringens eftersläpning respekteras (pseudoutgåva).",
    ]
    if state.bridged is not None:
        name = "Brygga mellan måtten" if state.last_month is None else "Månader och år i en prognos"
        lines += [f"**{name}.** {' '.join(state.bridged.assumptions)}"]
    if state.forecasts.annual.note:
        lines.append(f"**Serien.** {state.forecasts.annual.note}")
    return bullet_list(lines)
