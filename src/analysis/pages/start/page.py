"""The start page: does the municipality reach its targets, and where is everything?"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from analysis.pages.parts import theme
from analysis.pages.parts.figure import publish_figure
from analysis.pages.parts.markdown import (
    KeyFigure,
    Markdown,
    capitalise,
    conclusion,
    key_figures,
    paragraphs,
    sentence_list,
)
from analysis.pages.parts.table import Column, table
from analysis.pages.target.reform import reform_sentence
from analysis.runs import Overview, Run, Target, period_name
from analysis.swedish import day_name, decimal, percent, points, probability

#: Values that a sentence or a figure's labels name one by one; more are summed up.
LONGEST_LIST = 5


def yearly(overview: Overview, run: Run) -> dict[int, float]:
    """Return the run's published series of its annual measure, by year."""
    return {int(year): float(value) for year, value in overview.facts(run, "laget")["series"].items()}


def adults(overview: Overview, run: Run) -> dict[str, float]:
    """Return the run's published values of the board's adult measure, by period."""
    return {
        str(period): float(value) for period, value in overview.facts(run, "laget")["adults"]["T"].items()
    }


def target_answer(overview: Overview, target: Target, run: Run) -> str:
    """Answer in a few sentences whether a target was or will be reached."""
    name = overview.catalogue.municipality(run.kommun).name
    answer = _annual_answer if target.matt == run.matt else _adult_answer
    reform = reform_sentence(overview.facts(run, "reform"))
    told = f" {reform} [Så ska effekten bedömas](aktivitetskravet.ipynb)." if reform else ""
    return answer(overview, target, run, name) + told


def _annual_answer(overview: Overview, target: Target, run: Run, name: str) -> str:
    values = yearly(overview, run)
    newest = yearly(overview, _newest(overview, run))
    if target.deadline_year in values:
        value = values[target.deadline_year]
        verdict = "nåddes" if target.reached(value) else "nåddes inte"
        last = max(newest)
        tail = ""
        if last > target.deadline_year:
            tail = f" Sedan dess har andelen {_verb(value, newest[last])} till {percent(newest[last], 2)} ({last})."
        return (
            f"**{capitalise(target.namn)} {verdict}.** {target.deadline_year} fick {percent(value, 2)} av invånarna "
            f"i {name} ekonomiskt bistånd; målet var {_level(target)}.{tail}"
        )
    return f"**{capitalise(target.namn)} kan inte avgöras än.** {_chance(overview, run)}"


def _adult_answer(overview: Overview, target: Target, run: Run, name: str) -> str:
    values = adults(overview, run)
    last_period, last = list(values.items())[-1]
    if target.reached(last):
        state = f"{period_name(last_period)} var nivån nådd"
    else:
        state = f"i {period_name(last_period)} återstod {points(last - target.niva, sign=False)} till målet"
    return (
        f"**{capitalise(target.namn)}: {_level(target)} vuxna i {name} senast "
        f"{period_name(target.senast)}.** Nämndens mått {_steps(values)}; {state}. "
        f"{_chance(overview, run)}"
    )


def _steps(values: dict[str, float]) -> str:
    """Say how the measure has gone: every value while they are few, else the first, the latest and how many."""
    steps = [f"{percent(value, 2)} ({period_name(period)})" for period, value in values.items()]
    if len(steps) <= LONGEST_LIST:
        return f"var {sentence_list(steps)}"
    return f"gick från {steps[0]} till {steps[-1]}, {len(steps)} kända värden"


def _chance(overview: Overview, run: Run) -> str:
    facts = overview.facts(run, "mal")
    value = facts.get("probability")
    if value is None:
        return "Sannolikheten att nå målet redovisas på körningens sida."
    text = f"Prognosens sannolikhet att målet nås är {probability(float(value))}"
    ahead = _ahead(overview, run)
    if ahead is None:
        return f"{text}."
    low, median, high = ahead
    span = f"{percent(low, 2)} och {percent(high, 2)}"
    return f"{text}; den väntar sig {percent(median, 2)}, åtta gånger av tio mellan {span}."


def _ahead(overview: Overview, run: Run) -> tuple[float, float, float] | None:
    """Return the forecast at the deadline (low, median, high of the 80 per cent interval) while it is open."""
    facts = overview.facts(run, "mal")
    if facts.get("outcome") is not None or facts.get("target_median") is None:
        return None
    return float(facts["target_low80"]), float(facts["target_median"]), float(facts["target_high80"])


def _newest(overview: Overview, run: Run) -> Run:
    same = [item for item in overview.runs.runs if item.kommun == run.kommun and item.id in overview.results]
    return max(same, key=lambda item: item.kant_senast)


def _verb(before: float, after: float) -> str:
    return "minskat" if after < before else "ökat"


def _level(target: Target) -> str:
    return f"{target.villkor} {percent(target.niva, 0)}"


def start_conclusion(overview: Overview) -> Markdown:
    """Return the answers to all targets, one paragraph each."""
    answers = [target_answer(overview, target, run) for _, target, run in overview.targets()]
    return conclusion("\n\n".join(answers))


def start_cards(overview: Overview) -> Markdown:
    """Return the key figures of the start page: one pair a target."""
    cards = []
    for _, target, run in overview.targets():
        newest = _newest(overview, run)
        if target.matt == run.matt:
            values = yearly(overview, newest)
            for year in (target.deadline_year, max(values)):
                if year in values:
                    note = "målår" if year == target.deadline_year else "senaste kända år"
                    cards.append(
                        KeyFigure(percent(values[year], 2), f"av invånarna {year}", f"{target.namn}: {note}")
                    )
        else:
            period, value = list(adults(overview, run).items())[-1]
            cards.append(
                KeyFigure(
                    percent(value, 2), f"vuxna, {period_name(period)}", f"{target.namn}: {_level(target)}"
                )
            )
            chance = overview.facts(run, "mal").get("probability")
            if chance is not None:
                due = f"senast {period_name(target.senast)}"
                cards.append(KeyFigure(probability(float(chance)), "sannolikhet att nå målet", due))
    return key_figures(cards)


def target_figures(overview: Overview) -> Markdown:
    """Draw each target's measure over time, under a heading of its own."""
    pieces = []
    for target_id, target, run in overview.targets():
        newest = _newest(overview, run)
        if target.matt == run.matt:
            values = [(float(year), str(year), value) for year, value in yearly(overview, newest).items()]
        else:
            values = [
                (_position(period), period, value) for period, value in adults(overview, newest).items()
            ]
        pieces.append(Markdown(f"## {capitalise(target.namn)}\n"))
        pieces.append(_draw(overview, target_id, target, newest, values, _ahead(overview, run)))
    return sum(pieces[1:], pieces[0]) if pieces else paragraphs("Ingen körning följer något mål.")


def _position(period: str) -> float:
    """Place a period on a year axis: a year in its middle, a month in the middle of the month."""
    return float(period[:4]) + (0.5 if len(period) == 4 else (int(period[5:]) - 0.5) / 12)


def _draw(
    overview: Overview,
    target_id: str,
    target: Target,
    run: Run,
    known: list[tuple[float, str, float]],
    ahead: tuple[float, float, float] | None,
) -> Markdown:
    figure, axes = theme.new_figure(7.6, 3.6)
    x = [item[0] for item in known]
    y = [item[2] for item in known]
    axes.plot(x, y, **theme.LINES["kommun"].kwargs())
    annual = target.matt == run.matt
    deadline = float(target.deadline_year) if annual else target.deadline_year + 1.0
    name = overview.catalogue.municipality(run.kommun).name
    text = f"Målet: {_level(target)} senast {target.senast}"
    theme.target_line(axes, target.niva, text, above=y[-1] < target.niva)
    axes.plot([deadline], [target.niva], marker="D", color=theme.TARGET, markersize=8, linestyle="")
    for place in _labelled(known, target, annual):
        below = target.reached(y[place])
        axes.annotate(
            percent(y[place], 2),
            (x[place], y[place]),
            xytext=(0, -13 if below else 10),
            textcoords="offset points",
            ha="right" if below else "center",
            va="center",
            color=theme.OWN,
            fontsize=9.5,
            fontweight="bold",
        )
    if ahead is not None:
        _draw_forecast(axes, deadline, ahead)
    axes.set_ylim(0, max([*y, target.niva, *(ahead or ())]) * 1.22)
    axes.set_xlim(min(x) - 0.4, max([*x, deadline]) + (1.0 if ahead else 0.6))
    theme.whole_years(axes, int(min(x)), int(max([*x, deadline])))
    theme.swedish_axis(axes, digits=1 if max(y) < 3 else 0, unit="%")
    measure = overview.catalogue.measure(target.matt)
    axes.set_title(f"{measure.kort}, {name}")
    data = pd.DataFrame({"period": [item[1] for item in known], "andel_procent": y})
    alt = (
        f"Linjediagram. {name}: {measure.kort.lower()} gick från {percent(y[0], 2)} ({period_name(known[0][1])}) till "
        f"{percent(y[-1], 2)} ({period_name(known[-1][1])}). Målet är {_level(target)} senast "
        f"{period_name(target.senast)}."
    )
    if ahead is not None:
        span = f"{percent(ahead[0], 2)} till {percent(ahead[2], 2)}"
        alt += f" Prognosen är {percent(ahead[1], 2)}, 80 procents intervall {span}."
        data.loc[len(data)] = [f"prognos {target.senast}", ahead[1]]
    return publish_figure(
        figure,
        name=target_id,
        caption=f"{capitalise(target.namn)}: {measure.kort.lower()}, {name}",
        alt=alt,
        data=data,
        output=overview.output,
    )


def _draw_forecast(axes: Axes, x: float, ahead: tuple[float, float, float]) -> None:
    """Draw the forecast at the deadline as a point with its 80 per cent interval, a little before the target's mark."""
    low, median, high = ahead
    place = x - 0.12
    axes.plot(
        [place, place], [low, high], color=theme.FORECAST, linewidth=5, alpha=0.35, solid_capstyle="butt"
    )
    axes.plot(
        [place],
        [median],
        marker="o",
        markerfacecolor="white",
        color=theme.FORECAST,
        markersize=7,
        linestyle="",
    )
    theme.label_line(axes, place, high, f"prognos {percent(median, 2)}", theme.FORECAST, dx=0, dy=9)


def _labelled(known: list[tuple[float, str, float]], target: Target, annual: bool) -> list[int]:
    if not annual and len(known) <= LONGEST_LIST:
        return list(range(len(known)))
    highest = max(range(len(known)), key=lambda place: known[place][2])
    due = [place for place, item in enumerate(known) if item[1] == target.senast]
    return sorted({highest, len(known) - 1, *due})


def runs_table(overview: Overview) -> Markdown:
    """Return all runs with links to their pages and what they say in one number."""
    rows = []
    for run in overview.runs.runs:
        if run.id not in overview.results:
            continue
        facts = overview.facts(run, "laget")
        target = overview.runs.targets[run.mal] if run.mal else None
        chance = overview.facts(run, "mal").get("probability")
        rows.append(
            {
                "link": f'<a href="reports/{run.id}/{run.anteckningsbocker[0]}.html">{run.rubrik}</a>',
                "municipality": overview.catalogue.municipality(run.kommun).name,
                "period": period_name(run.period),
                "year": str(facts["year"]) if "year" in facts else None,
                "value": facts.get("value"),
                "target": f"{_level(target)} senast {target.senast}" if target else "inget mål för andelen",
                "chance": probability(float(chance)) if chance is not None else "–",
            }
        )
    columns = [
        Column("link", "Körning", "html"),
        Column("municipality", "Kommun", filter=True),
        Column("period", "Period", filter=True),
        Column("year", "Senaste år"),
        Column("value", "Andel invånare", "number", 2, unit="%"),
        Column("target", "Mål", filter=True),
        Column("chance", "Sannolikhet att nå målet"),
    ]
    note = (
        "Andel invånare är N31807 (Kolada, Socialstyrelsen). Sannolikheten kommer ur körningens prognos, gjord på det som "
        "då var känt."
    )
    frame = pd.DataFrame(rows)
    return table(frame, columns, caption="Alla körningar", sortable=True, note=note)


def data_state(overview: Overview) -> Markdown:
    """Say how fresh the site is: the newest day of knowledge and the newest vintage."""
    newest = max(run.kant_senast for run in overview.runs.runs)
    vintages = sorted({item.passport.utgava for item in overview.passports if item.passport.national})
    return paragraphs(
        f"Webbplatsen bygger på {len(overview.results)} körningar och uppgifter kända senast {day_name(newest)}. "
        f"Nationella källor är hämtade {vintages[-1]}. {decimal(len(overview.passports), 0)} källfiler har pass med "
        "producent, definition, utgåva och kontrollsumma; se [data och källor](data.ipynb)."
    )
