"""The start page: does the municipality reach its targets, and where is everything?"""

from __future__ import annotations

import pandas as pd

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
from analysis.swedish import day_name, decimal, numbered, percent, points, probability

#: Values that a sentence or a figure's labels name one by one; more are summed up.
LONGEST_LIST = 5


def yearly(overview: Overview, run: Run) -> dict[int, float]:
    """Return the run's published series of its annual measure, by year."""
    return {int(year): float(value) for year, value in overview.facts(run, "laget")["series"].items()}


def own_values(overview: Overview, run: Run) -> dict[str, float]:
    """Return the run's known values of its target's own measure, by period, oldest first."""
    return {
        str(period): float(value) for period, value in overview.facts(run, "mal").get("known", {}).items()
    }


def target_answer(overview: Overview, target: Target, run: Run) -> str:
    """Answer in a few sentences whether a target was or will be reached."""
    name = overview.catalogue.municipality(run.kommun).name
    answer = _annual_answer if target.matt == run.matt else _own_answer
    reform = reform_sentence(overview.facts(run, "reform"))
    told = f" {reform} [Så ska effekten bedömas](aktivitetskravet.ipynb)." if reform else ""
    return answer(overview, target, run, name) + told


def _annual_answer(overview: Overview, target: Target, run: Run, name: str) -> str:
    values = yearly(overview, run)
    newest = yearly(overview, newest_run(overview, run))
    if target.deadline_year in values:
        value = values[target.deadline_year]
        verdict = "nåddes" if target.reached(value) else "nåddes inte"
        last = max(newest)
        tail = ""
        if last > target.deadline_year:
            tail = f" Sedan dess har andelen {_verb(value, newest[last])} till {percent(newest[last], 2)} ({last})."
        return (
            f"**{capitalise(target.namn)} {verdict}.** {target.deadline_year} fick {percent(value, 2)} av invånarna "
            f"i {name} ekonomiskt bistånd; målet var {target.level_text}.{tail}"
        )
    return (
        f"**{capitalise(target.namn)}: {target.level_text} av invånarna i {name} senast {period_name(target.senast)} kan "
        f"inte avgöras än.** {_chance(overview, run)}"
    )


def _own_answer(overview: Overview, target: Target, run: Run, name: str) -> str:
    """Answer for a target with a measure of its own, such as the board's adults."""
    measure = overview.catalogue.measure(target.matt).kort.lower()
    lead = f"**{capitalise(target.namn)}: {target.level_text} ({measure}) i {name} senast {period_name(target.senast)}.**"
    values, outcome = own_values(overview, run), overview.facts(run, "mal").get("outcome")
    if outcome is not None:
        verdict = "nåddes" if target.reached(float(outcome)) else "nåddes inte"
        return f"{lead} Målet {verdict}: värdet blev {percent(float(outcome), 2)}."
    if not values:
        return f"{lead} Målets mått hade inget känt värde. {_chance(overview, run)}"
    last_period, last = list(values.items())[-1]
    if target.reached(last):
        state = f"i {period_name(last_period)} var nivån nådd"
    else:
        left = abs(float(overview.facts(run, "mal").get("gap") or last - target.niva))
        state = f"i {period_name(last_period)} återstod {points(left, sign=False)} till målet"
    return f"{lead} Målets mått {_steps(values)}; {state}. {_chance(overview, run)}"


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
    ahead = ahead_of(overview, run)
    if ahead is None:
        return f"{text}."
    low, median, high = ahead
    span = f"{percent(low, 2)} och {percent(high, 2)}"
    return f"{text}; den väntar sig {percent(median, 2)}, åtta gånger av tio mellan {span}."


def ahead_of(overview: Overview, run: Run) -> tuple[float, float, float] | None:
    """Return the forecast at the deadline (low, median, high of the 80 per cent interval) while it is open."""
    facts = overview.facts(run, "mal")
    if facts.get("outcome") is not None or facts.get("target_median") is None:
        return None
    return float(facts["target_low80"]), float(facts["target_median"]), float(facts["target_high80"])


def newest_run(overview: Overview, run: Run) -> Run:
    """Return the executed run of the same municipality with the latest knowledge."""
    same = [item for item in overview.runs.runs if item.kommun == run.kommun and item.id in overview.results]
    return max(same, key=lambda item: item.kant_senast)


def _verb(before: float, after: float) -> str:
    return "minskat" if after < before else "ökat"


def start_conclusion(overview: Overview) -> Markdown:
    """Return the answers to all targets, one paragraph each."""
    answers = [target_answer(overview, target, run) for _, target, run in overview.targets()]
    return conclusion("\n\n".join(answers))


def start_cards(overview: Overview) -> Markdown:
    """Return the key figures of the start page: one pair a target."""
    cards = []
    for _, target, run in overview.targets():
        newest = newest_run(overview, run)
        if target.matt == run.matt:
            values = yearly(overview, newest)
            for year in (target.deadline_year, max(values)):
                if year in values:
                    note = "målår" if year == target.deadline_year else "senaste kända år"
                    cards.append(
                        KeyFigure(percent(values[year], 2), f"av invånarna {year}", f"{target.namn}: {note}")
                    )
        else:
            for period, value in list(own_values(overview, run).items())[-1:]:
                about = overview.catalogue.measure(target.matt).kort.lower()
                note = f"{target.namn}: {target.level_text}"
                cards.append(KeyFigure(percent(value, 2), f"{about}, {period_name(period)}", note))
            chance = overview.facts(run, "mal").get("probability")
            if chance is not None:
                due = f"senast {period_name(target.senast)}"
                cards.append(KeyFigure(probability(float(chance)), "sannolikhet att nå målet", due))
    return key_figures(cards)


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
                "target": f"{target.level_text} senast {target.senast}"
                if target
                else "inget mål för andelen",
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
    made = numbered(len(overview.results), "körning", "körningar")
    return paragraphs(
        f"Webbplatsen bygger på {made} och uppgifter kända senast {day_name(newest)}. "
        f"Nationella källor är hämtade {vintages[-1]}. {decimal(len(overview.passports), 0)} källfiler har pass med "
        "producent, definition, utgåva och kontrollsumma; se [data och källor](data.ipynb)."
    )
