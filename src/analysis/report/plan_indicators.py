"""Notebook 02: the plan's indicators for women and men, against the plan's own goals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis.plans.indicators import MIN_POINTS, FollowUp, GenderGap, Verdict
from analysis.plans.model import Plan
from analysis.plans.vocabulary import Gender
from analysis.report import theme
from analysis.report.figures import publish_figure
from analysis.report.markdown import Markdown, bullet_list, capitalise, paragraphs, sentence_list
from analysis.report.numbers import decimal, percent, points
from analysis.report.plan_view import PlanView, when
from analysis.report.tables import Column, table

_NAMES = {Gender.TOTAL: "alla", Gender.WOMEN: "kvinnor", Gender.MEN: "män"}


def indicator_sentence(view: PlanView) -> Markdown:
    """Say how many indicators can be judged against their goals."""
    found = view.indicators
    if not found:
        return paragraphs(f"{view.plan.short_title} har inga egna indikatorer i registret.")
    if not any(item.stated for item in found):
        return paragraphs(
            f"{view.plan.short_title} har {len(found)} indikatorer, men inget värde för någon av dem var känt den "
            "dag som körningen gäller."
        )
    verdicts = Counter(item.main.verdict for item in found)
    known = len(found) - verdicts.pop(Verdict.NO_VALUES, 0)
    parts = [f"{number} {_verdict_words(verdict)}" for verdict, number in verdicts.most_common()]
    return paragraphs(
        f"{known} av {len(found)} indikatorer i {view.plan.short_title} har kända värden: {sentence_list(parts)}. "
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
        return paragraphs("")
    frame = pd.DataFrame([_row(view.plan, item) for item in with_values])
    columns = [
        Column("name", "Indikator"),
        Column("goal", "Mål", filter=True),
        Column("total", "Alla"),
        Column("women", "Kvinnor"),
        Column("men", "Män"),
        Column("gap", "Kvinnor minus män"),
        Column("change", "Ändring"),
        Column("verdict", "Bedömning", filter=True),
        Column("source", "Var det står"),
    ]
    return table(
        frame,
        columns,
        caption=f"Indikatorer med kända värden i {view.plan.title}",
        sortable=True,
        note="Ändringen är mellan det första och det sista av de värden som går att jämföra. – uppgift saknas; "
        "tomma celler i dokumenten är inte noll. * värdet är tolkat, se anmärkningarna under tabellen.",
    )


def _row(plan: Plan, item: FollowUp) -> dict[str, str]:
    indicator = item.indicator
    goal = capitalise(str(indicator.goal)) + (" (tolkat)" if indicator.goal_interpreted else "")
    unit = "" if indicator.unit == "procent" else f" ({indicator.unit})"
    return {
        "name": f"{indicator.name}{unit}",
        "goal": goal,
        "total": values_text(item, Gender.TOTAL),
        "women": values_text(item, Gender.WOMEN),
        "men": values_text(item, Gender.MEN),
        "gap": gaps_text(item),
        "change": change_text(item),
        "verdict": capitalise(str(item.main.verdict)),
        "source": _sources(plan, item),
    }


def values_text(item: FollowUp, gender: Gender) -> str:
    """Write the values of one gender in order of time: ``2022: 1,53 %; oktober 2024: 1,25 %``."""
    parts = []
    for value in item.stated:
        if value.gender is gender:
            mark = "*" if value.interpreted else ""
            extra = f" {_suffix(value.stated_as)}" if _suffix(value.stated_as) else ""
            parts.append(f"{when(value.period)}: {_number(item, value.value)}{extra}{mark}")
    return "; ".join(parts)


def _suffix(stated_as: str | None) -> str:
    """Keep a document's reservation (``cirka``, ``drygt``); the month already stands in the period."""
    words = (stated_as or "").partition("(")[2].rstrip(")")
    return f"({words})" if words in {"cirka", "drygt", "omkring", "högsta värdet"} else ""


def _digits(value: float) -> int:
    text = f"{value:.10f}".rstrip("0")
    return min(len(text.partition(".")[2]), 2)


def _number(item: FollowUp, value: float) -> str:
    digits = max((_digits(v.value) for v in item.stated), default=0)
    return percent(value, digits) if item.indicator.unit == "procent" else decimal(value, digits)


def _difference(item: FollowUp, value: float) -> str:
    digits = max((_digits(v.value) for v in item.stated), default=0)
    if item.indicator.unit == "procent":
        return points(value, digits)
    return f"{decimal(value, digits, sign=True)} {item.indicator.unit}"


def gaps_text(item: FollowUp) -> str:
    """Write women minus men in the latest period with both, and how it was before."""
    if not item.gaps:
        return ""
    last = item.gaps[-1]
    text = f"{when(last.period)}: {_difference(item, last.gap)}"
    return f"{text} (förut {_before(item, item.gaps[-2])})" if len(item.gaps) > 1 else text


def _before(item: FollowUp, gap: GenderGap) -> str:
    digits = max(_digits(value.value) for value in item.stated)
    return f"{decimal(gap.gap, digits, sign=True)} {when(gap.period)}"


def change_text(item: FollowUp) -> str:
    """Write the movement of every stated gender between its first and last comparable value."""
    parts = []
    for movement in item.movements:
        if movement.change is not None and movement.first and movement.last:
            span = f"{when(movement.first.period)} till {when(movement.last.period)}"
            parts.append(f"{_NAMES[movement.gender]} {_difference(item, movement.change)} ({span})")
    return "; ".join(parts)


def _sources(plan: Plan, item: FollowUp) -> str:
    found = dict.fromkeys(
        f"{plan.document(value.source.doc).name}, {value.source.at}" for value in item.stated
    )
    return "; ".join(found)


def indicator_notes(view: PlanView) -> Markdown:
    """Return remarks on single indicators: definitions, interpreted values, stated movements."""
    lines = []
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
            lines.append(f"**{item.indicator.name}.** {text}")
    return bullet_list(lines) if lines else paragraphs("")


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
    """Draw women and men side by side for every share with both, in its latest period."""
    shown = [item for item in view.indicators if item.gaps and item.indicator.unit == "procent"]
    if len(shown) < 2:
        return paragraphs(
            "För få indikatorer har värden för både kvinnor och män för att visas i ett diagram."
        )
    shown = sorted(shown, key=lambda item: item.gaps[-1].gap)
    figure, axes = theme.new_figure(height=1.3 + 0.5 * len(shown))
    rows = range(len(shown))
    women = [item.gaps[-1].women for item in shown]
    men = [item.gaps[-1].men for item in shown]
    axes.hlines(rows, women, men, color=theme.OTHERS, linewidth=3, zorder=1)
    axes.scatter(women, rows, color=theme.WOMEN, marker="o", s=58, label="Kvinnor", zorder=3)
    axes.scatter(men, rows, color=theme.MEN, marker="s", s=44, label="Män", zorder=2)
    axes.set_yticks(list(rows), [_label(item) for item in shown])
    axes.set_ylim(-0.7, len(shown) - 0.3)
    axes.set_xlim(left=0)
    axes.grid(axis="x", color=theme.GRID)
    axes.grid(axis="y", visible=False)
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    theme.swedish_axis(axes, digits=0, unit="%", which="x")
    data = pd.DataFrame(
        {
            "indikator": [item.indicator.name for item in shown],
            "period": [when(item.gaps[-1].period) for item in shown],
            "kvinnor": women,
            "män": men,
            "kvinnor minus män": [item.gaps[-1].gap for item in shown],
        }
    )
    return publish_figure(
        figure,
        name=name,
        caption=f"Kvinnor och män, senaste kända värde, {view.plan.short_title}",
        alt=_gender_alt(shown),
        data=data,
        output=output,
    )


def _label(item: FollowUp) -> str:
    words = item.indicator.name.split()
    lines, line = [], ""
    for word in words:
        if len(line) + len(word) > 34:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n".join(
        [*lines[:1], f"{line if not lines[1:] else lines[1] + ' …'} ({when(item.gaps[-1].period)})"]
    )


def _gender_alt(shown: Sequence[FollowUp]) -> str:
    widest = max(shown, key=lambda item: abs(item.gaps[-1].gap))
    gap = widest.gaps[-1]
    higher = sum(item.gaps[-1].gap > 0 for item in shown)
    return (
        f"Punktdiagram med {len(shown)} indikatorer. Kvinnor ligger högre i {higher} av dem. Störst skillnad: "
        f"{widest.indicator.name}, kvinnor {decimal(gap.women)} % och män {decimal(gap.men)} % ({when(gap.period)})."
    )
