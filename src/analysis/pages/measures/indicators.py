"""Notebook 02: the plan's indicators for women and men, against the plan's own goals."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis.answers.plan_view import PlanView
from analysis.calendar import parse_period
from analysis.pages.measures.view import lines, short_when, when
from analysis.pages.parts import theme
from analysis.pages.parts.figure import publish_figure
from analysis.pages.parts.markdown import Markdown, bullet_list, capitalise, paragraphs, sentence_list
from analysis.pages.parts.table import Column, table, with_small
from analysis.plans.indicator_model import StatedValue
from analysis.plans.indicators import MIN_POINTS, FollowUp, Verdict
from analysis.plans.model import Plan
from analysis.plans.vocabulary import Gender
from foundation.swedish import NO_BREAK_SPACE, decimal, numbered

_NAMES = {Gender.TOTAL: "Alla", Gender.WOMEN: "K", Gender.MEN: "M"}


def indicator_sentence(view: PlanView) -> Markdown:
    """Say how many indicators can be judged against their goals."""
    found = view.indicators
    if not found:
        return paragraphs(f"{view.plan.short_title} har inga egna indikatorer i registret.")
    if not any(item.stated for item in found):
        return paragraphs(
            f"{view.plan.short_title} har {numbered(len(found), 'indikator', 'indikatorer')}, men inget värde var känt "
            "den dag som körningen gäller."
        )
    verdicts = Counter(item.main.verdict for item in found)
    known = len(found) - verdicts.pop(Verdict.NO_VALUES, 0)
    parts = [f"{number} {_verdict_words(verdict)}" for verdict, number in verdicts.most_common()]
    every = numbered(len(found), "indikator", "indikatorer")
    return paragraphs(
        f"{known} av {every} i {view.plan.short_title} har kända värden: {sentence_list(parts)}. "
        f"Det krävs minst {MIN_POINTS} jämförbara värden för att säga något om riktningen; en del av ett år jämförs "
        "inte med ett helt år om måttet kan växa under året."
    )


def _verdict_words(verdict: Verdict) -> str:
    return {
        Verdict.TOWARDS: "rör sig åt målets håll",
        Verdict.AWAY: "rör sig bort från målet",
        Verdict.STILL: "står stilla",
        Verdict.NO_GOAL: "har inget mål i planen",
        Verdict.TOO_FEW: "har för få punkter för att säga något",
    }.get(verdict, str(verdict))


def indicator_table(view: PlanView) -> Markdown:
    """Return every indicator with a known value: women, men, direction, movement, gap and verdict."""
    with_values = [item for item in view.indicators if item.stated]
    if not with_values:
        return indicator_sentence(view)
    frame = pd.DataFrame([_row(view.plan, item) for item in with_values])
    columns = [
        Column("name", "Indikator, enhet och källa", "html"),
        Column("goal", "Mål", filter=True),
        Column("values", "Alla (K kvinnor, M män)", "html"),
        Column("gap", "K minus M", "html"),
        Column("change", "Ändring", "html"),
        Column("verdict", "Bedömning", filter=True),
    ]
    return table(
        frame,
        columns,
        caption=f"Indikatorer med kända värden i {view.plan.title}",
        sortable=True,
        note="Riktningen är planens egen: öka, minska eller behåll. "
        "Skillnader mellan andelar är i procentenheter, andra i indikatorns enhet. Ändringen är mellan det första "
        "och det sista av de värden som går att jämföra. – uppgift saknas; "
        "tomma celler i dokumenten är inte noll. * värdet är tolkat, se anmärkningarna under tabellen.",
    )


def _row(plan: Plan, item: FollowUp) -> dict[str, str]:
    indicator = item.indicator
    goal = capitalise(str(indicator.goal)) + (" (tolkat)" if indicator.goal_interpreted else "")
    return {
        "name": with_small(f"{indicator.name}, {indicator.unit}", _sources(plan, item)),
        "goal": goal,
        "values": lines(values_text(item)),
        "gap": lines(gaps_text(item)),
        "change": lines(change_text(item)),
        "verdict": capitalise(str(item.main.verdict)),
    }


def values_text(item: FollowUp) -> list[str]:
    """Write the values in order of time, a line a period: ``2022: 1,53 (K 1,55, M 1,51)``."""
    by_period: dict[str, dict[Gender, StatedValue]] = {}
    for value in sorted(item.stated, key=lambda value: parse_period(value.period)):
        by_period.setdefault(value.period, {})[value.gender] = value
    texts = []
    for period, values in by_period.items():
        one = next(iter(values.values()))
        parts = [
            f"{gender} {decimal(values[gender].value, _digits(item))}"
            for gender in (Gender.WOMEN, Gender.MEN)
            if gender in values
        ]
        split = ", ".join(parts)
        if Gender.TOTAL in values:
            total = decimal(values[Gender.TOTAL].value, _digits(item))
            split = f"{total} ({split})" if split else total
        mark = "*" if one.interpreted else ""
        texts.append(f"{short_when(period)}: {split}{mark}{_reservation(one.stated_as)}")
    return texts


def _reservation(stated_as: str | None) -> str:
    """Keep a document's reservation (``cirka``, ``drygt``); the month already stands in the period."""
    words = (stated_as or "").partition("(")[2].rstrip(")")
    return f" ({words})" if words in {"cirka", "drygt", "omkring", "högsta värdet"} else ""


def _digits(item: FollowUp) -> int:
    """Decimals of an indicator: as many as its most exact stated value, at most two."""
    fractions = [f"{value.value:.10f}".rstrip("0").partition(".")[2] for value in item.stated]
    return min(max((len(text) for text in fractions), default=0), 2)


def gaps_text(item: FollowUp) -> list[str]:
    """Write women minus men in every period with both, in the indicator's unit (shares: percentage points)."""
    return [f"{short_when(gap.period)}: {decimal(gap.gap, _digits(item), sign=True)}" for gap in item.gaps]


def change_text(item: FollowUp) -> list[str]:
    """Write the movement of every stated gender between its first and last comparable value."""
    moved = [move for move in item.movements if move.change is not None and move.first and move.last]
    texts = [f"{_NAMES[move.gender]} {decimal(move.change, _digits(item), sign=True)}" for move in moved]
    if not texts:
        return []
    first, last = moved[0].first, moved[0].last
    span = f"{short_when(first.period)} till {short_when(last.period)}" if first and last else ""
    return [*texts, span]


def _sources(plan: Plan, item: FollowUp) -> str:
    found = dict.fromkeys(
        f"{plan.document(value.source.doc).name}, {value.source.at}" for value in item.stated
    )
    return "; ".join(found)


def indicator_notes(view: PlanView) -> Markdown:
    """Return remarks on single indicators: definitions, interpreted values, stated movements."""
    remarks = []
    for item in view.indicators:
        texts = [item.indicator.note or ""]
        texts += list(dict.fromkeys(value.note for value in item.stated if value.note))
        texts += [
            f"{capitalise(when(movement.period))}: {movement.text}"
            for movement in item.indicator.stated_movements
            if view.plan.known_from(movement.source) <= view.as_of
        ]
        text = " ".join(part for part in texts if part)
        if text:
            remarks.append(f"**{item.indicator.name}.** {text}")
    return bullet_list(remarks) if remarks else paragraphs("")


def empty_indicators(view: PlanView) -> Markdown:
    """Return the indicators without any known value, with their goals: what is still to be measured."""
    without = [item.indicator for item in view.indicators if not item.stated]
    if not without:
        return paragraphs("")
    frame = pd.DataFrame(
        [
            {
                "name": item.name,
                "goal": capitalise(str(item.goal)),
                "focus": view.plan.focus_title(item.focus) if item.focus else "",
                "producer": item.producer or "",
            }
            for item in without
        ]
    )
    columns = [
        Column("name", "Indikator"),
        Column("goal", "Mål", filter=True),
        Column("focus", "Område", filter=True),
        Column("producer", "Mäts i"),
    ]
    return table(
        frame,
        columns,
        caption=f"Indikatorer i {view.plan.title} utan känt värde",
        sortable=True,
    )


def latest_indicators(latest: PlanView | None, output: Path) -> Markdown:
    """Return sentence, table, figure and notes for the plan's last known version, if there is one."""
    if latest is None:
        return paragraphs("")
    return (
        indicator_sentence(latest)
        + indicator_table(latest)
        + gender_figure(latest, output, name="kvinnor-man-senaste")
        + indicator_notes(latest)
        + empty_indicators(latest)
    )


def gender_figure(view: PlanView, output: Path, name: str = "kvinnor-man") -> Markdown:
    """Draw women minus men for every share with both, in its latest period."""
    shown = [item for item in view.indicators if item.gaps and item.indicator.unit == "procent"]
    if not any(item.stated for item in view.indicators):
        return paragraphs("")
    if len(shown) < 2:
        return paragraphs(
            "För få indikatorer har värden för både kvinnor och män för att visas i ett diagram."
        )
    shown = sorted(shown, key=lambda item: item.gaps[-1].gap)
    figure, axes = theme.new_figure(height=1.3 + 0.5 * len(shown))
    for row, item in enumerate(shown):
        gap = item.gaps[-1]
        color, marker = _mark(gap.gap)
        axes.hlines(row, 0, gap.gap, color=color, linewidth=2.4)
        axes.scatter([gap.gap], [row], color=color, marker=marker, s=52, zorder=3)
        axes.annotate(
            f"{decimal(gap.women, _digits(item))} mot {decimal(gap.men, _digits(item))} %",
            (gap.gap, row),
            xytext=(8 if gap.gap >= 0 else -8, 0),
            textcoords="offset points",
            ha="left" if gap.gap >= 0 else "right",
            va="center",
            fontsize=9,
        )
    axes.axvline(0, color=theme.RIKET, linewidth=1.2)
    axes.set_yticks(range(len(shown)), [_label(item) for item in shown])
    axes.set_ylim(-0.7, len(shown) - 0.3)
    widest = max(abs(item.gaps[-1].gap) for item in shown)
    axes.set_xlim(-1.9 * max(widest, 0.1), 1.9 * max(widest, 0.1))
    axes.grid(axis="x", color=theme.GRID)
    axes.grid(axis="y", visible=False)
    theme.swedish_axis(axes, digits=0, which="x")
    axes.set_xlabel("← män högre · procentenheter · kvinnor högre →")
    data = pd.DataFrame(
        {
            "indikator": [item.indicator.name for item in shown],
            "period": [when(item.gaps[-1].period) for item in shown],
            "kvinnor": [item.gaps[-1].women for item in shown],
            "män": [item.gaps[-1].men for item in shown],
            "kvinnor minus män": [item.gaps[-1].gap for item in shown],
        }
    )
    return publish_figure(
        figure,
        name=name,
        caption=f"Skillnad mellan kvinnor och män, senaste kända värde, {view.plan.short_title}; siffrorna är "
        "kvinnor mot män",
        alt=_gender_alt(shown),
        data=data,
        output=output,
    )


def _mark(gap: float) -> tuple[str, str]:
    """Return colour and marker for the side that is higher; equal values have their own."""
    if gap == 0:
        return theme.RIKET, "D"
    return (theme.WOMEN, "o") if gap > 0 else (theme.MEN, "s")


def _label(item: FollowUp) -> str:
    """Return the indicator's name and period on at most two lines."""
    name = textwrap.shorten(f"{item.indicator.name}", 58, placeholder=" …")
    return textwrap.fill(f"{name} ({short_when(item.gaps[-1].period).replace(' ', NO_BREAK_SPACE)})", 42)


def _gender_alt(shown: Sequence[FollowUp]) -> str:
    widest = max(shown, key=lambda item: abs(item.gaps[-1].gap))
    gap = widest.gaps[-1]
    higher = sum(item.gaps[-1].gap > 0 for item in shown)
    return (
        f"Diagram över skillnaden mellan kvinnor och män i {len(shown)} indikatorer. Kvinnor ligger högre i {higher} "
        "av dem. Störst skillnad: "
        f"{widest.indicator.name}, kvinnor {decimal(gap.women)} % och män {decimal(gap.men)} % ({when(gap.period)})."
    )
