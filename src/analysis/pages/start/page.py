"""The start page: does the municipality reach its targets, and where is everything?"""

from __future__ import annotations

import pandas as pd

from analysis.calendar import period_name
from analysis.pages.parts.markdown import (
    KeyFigure,
    Markdown,
    bullet_list,
    capitalise,
    conclusion,
    key_figures,
    lower_first,
    named_link,
    paragraphs,
)
from analysis.pages.parts.table import Column, table
from analysis.pages.target.reform import reform_sentence
from analysis.runs import Overview, Run, Target
from foundation.swedish import day_name, decimal, numbered, percent, probability

#: The four questions: part of a brief's facts, name, and the page behind it.
QUESTIONS = (
    ("laget", "Läget", "01_laget"),
    ("atgarder", "Åtgärderna", "02_atgarder"),
    ("effekt", "Effekten", "03_effekt"),
    ("mal", "Målet", "04_mal"),
)


def yearly(overview: Overview, run: Run) -> dict[int, float]:
    """Return the run's published series of its annual measure, by year."""
    return {int(year): float(value) for year, value in overview.facts(run, "laget")["series"].items()}


def own_values(overview: Overview, run: Run) -> dict[str, float]:
    """Return the run's known values of its target's own measure, by period, oldest first."""
    return {
        str(period): float(value) for period, value in overview.facts(run, "mal").get("known", {}).items()
    }


def whose(overview: Overview, run: Run) -> str:
    """The municipality's name where the site follows targets of several: else everybody knows whose it is."""
    several = len({other.kommun for _, _, other in overview.targets()}) > 1
    return overview.catalogue.municipality(run.kommun).name if several else ""


def target_answer(overview: Overview, target: Target, run: Run) -> str:
    """Answer in a few sentences whether a target was or will be reached: what the run's own brief says, while it is open."""
    place = overview.catalogue.municipality(run.kommun).name
    if not _open(overview, target, run):
        return _decided_answer(overview, target, run, place)
    told = list(overview.facts(run, "korthet").get("chans", ()))
    if not told:
        return f"**{capitalise(target.namn)}: {target.level_text} i {place} senast {period_name(target.senast)}.**"
    page = f"[Läs mer om målet](reports/{run.id}/04_mal.ipynb)." if "04_mal" in run.anteckningsbocker else ""
    name = whose(overview, run)
    first = f"**{name}. {told[0]}**" if name else f"**{told[0]}**"
    return " ".join(part for part in (first, *told[1:], page) if part)


def _open(overview: Overview, target: Target, run: Run) -> bool:
    """Whether the outcome of a target is still to come, as far as the run knows."""
    return target.matt != run.matt or target.deadline_year not in yearly(overview, run)


def _decided_answer(overview: Overview, target: Target, run: Run, name: str) -> str:
    values = yearly(overview, run)
    newest = yearly(overview, newest_run(overview, run))
    value = values[target.deadline_year]
    verdict = "nåddes" if target.reached(value) else "nåddes inte"
    last = max(newest)
    tail = f" Sedan dess har andelen {_verb(value, newest[last])}." if last > target.deadline_year else ""
    return (
        f"**{capitalise(target.namn)} {verdict}.** {target.deadline_year} fick {percent(value, 2)} av invånarna "
        f"i {name} ekonomiskt bistånd.{tail}"
    )


def municipality_briefs(overview: Overview) -> Markdown:
    """The four questions of the newest run of each municipality, with the way on."""
    newest = {
        run.kommun: newest_run(overview, run) for run in overview.runs.runs if run.id in overview.results
    }
    pieces = []
    for run in newest.values():
        facts = overview.facts(run, "korthet")
        if not facts:
            continue
        lines = [
            f"**{name}:** {' '.join(facts[part])}"
            + (f" {_more(run, name, notebook)}" if notebook in run.anteckningsbocker else "")
            for part, name, notebook in QUESTIONS
        ]
        lines.append(f"**Osäkert:** {facts['osakert']}")
        pieces.append(Markdown(f"### {run.rubrik}\n\n") + bullet_list(lines) + paragraphs(_brief_link(run)))
    return sum(pieces[1:], pieces[0]) if pieces else paragraphs("Ingen körning har sidan I korthet än.")


def _more(run: Run, name: str, notebook: str) -> str:
    return named_link(f"Mer om {lower_first(name)}", _page(run, notebook), f"i {run.rubrik}")


def _brief_link(run: Run) -> str:
    text = "I korthet, med bilder och vad nämnden kan besluta"
    return named_link(text, _page(run, "00_i_korthet"), f"om {run.rubrik}")


def _page(run: Run, notebook: str) -> str:
    return f"reports/{run.id}/{notebook}.ipynb"


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
    """Return the answers to all targets, one paragraph each, and below them what the forecasts have not seen."""
    targets = [(target, run) for _, target, run in overview.targets()]
    reforms = [
        (whose(overview, run), reform_sentence(overview.facts(run, "reform")))
        for target, run in targets
        if _open(overview, target, run)
    ]
    told = [
        f"{f'{name}. ' if name else ''}{text} [Så ska effekten bedömas](aktivitetskravet.ipynb)."
        for name, text in reforms
        if text
    ]
    return conclusion("\n\n".join(target_answer(overview, *pair) for pair in targets)) + paragraphs(*told)


def start_cards(overview: Overview) -> Markdown:
    """Return the key figures of the start page: one pair a target."""
    cards = []
    for _, target, run in overview.targets():
        newest, name = newest_run(overview, run), whose(overview, run)
        followed = f"{name}, {target.namn}" if name else target.namn
        if target.matt == run.matt:
            values = yearly(overview, newest)
            for year in (target.deadline_year, max(values)):
                if year in values:
                    note = "målår" if year == target.deadline_year else "senaste kända år"
                    cards.append(
                        KeyFigure(percent(values[year], 2), f"av invånarna {year}", f"{followed}: {note}")
                    )
        else:
            for period, value in list(own_values(overview, run).items())[-1:]:
                about = overview.catalogue.measure(target.matt).kort.lower()
                note = f"{followed}: {target.level_text}"
                cards.append(KeyFigure(percent(value, 2), f"{about}, {period_name(period)}", note))
        chance = overview.facts(run, "mal").get("probability") if _open(overview, target, run) else None
        if chance is not None:
            due = f"{followed}: senast {period_name(target.senast)}, vald läsning"
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
                "target": f"{target.level_text} senast {period_name(target.senast)}"
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
        "Andel invånare är N31807 (Kolada, Socialstyrelsen). Sannolikheten gäller målets valda läsning "
        "och kommer ur körningens prognos, gjord på det som "
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
        f"Nationella källor är hämtade {period_name(vintages[-1])}. {decimal(len(overview.passports), 0)} källfiler "
        "har pass med producent, definition, utgåva och kontrollsumma; se [data och källor](data.ipynb)."
    )
