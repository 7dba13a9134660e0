"""Notebook 05: figures, tables and sentences; effects are synthetic, prices and the level come from documents."""

from __future__ import annotations

import pandas as pd

from analysis.answers.cost import (
    LUND,
    CostStudy,
    budget_of,
    cost_rows,
    document,
    example_paths,
    mean_benefit,
    needs,
    prices,
    quantiles,
)
from analysis.answers.micro_study import TITLES
from analysis.calendar import month_label, period_name
from analysis.pages.parts import theme
from analysis.pages.parts.figure import publish_figure
from analysis.pages.parts.markdown import Markdown, bullet_list, conclusion, paragraphs, sentence_list
from analysis.pages.parts.table import Column, table
from analysis.plans.model import Document, Plan
from analysis.runs import Overview
from foundation.swedish import count, decimal, interval, percent, probability


def facts_line(overview: Overview, study: CostStudy) -> Markdown:
    """Return the line of facts."""
    level, budget = study.fitted.level, budget_of(overview, study)
    priced = document(overview, LUND)
    made_by = [_cited(priced, priced.costs[0].source.doc).producer]
    made_by += [_cited(budget, budget.budgets[0].source.doc).producer] if budget else []
    parts = [
        f"**{study.data.name}** (påhittad)",
        f"nivå: {percent(level.last_share, 2)} i {period_name(month_label(level.latest))}, {study.place.name}",
        f"priser ur dokument från {sentence_list(made_by)}",
        "effekter: syntetiska",
    ]
    return Markdown("::: {.korningsfakta}\n" + " · ".join(parts) + "\n:::\n")


def cost_conclusion(overview: Overview, study: CostStudy) -> Markdown:
    """Return the page's conclusion."""
    chosen = prices(overview)
    dearest = max(chosen, key=lambda price: price.per_month)
    free = [price for price in chosen if price.per_month == 0]
    reached = study.baseline.reach(study.target.month, study.target.share)
    share = dearest.per_month / dearest.benefit
    return conclusion(
        f"**{dearest.name} kostar {count(dearest.per_month)} kronor per månad och minskar biståndet med "
        f"{count(dearest.benefit)}** om varje månad i jobbet annars hade varit en månad med bistånd. Det bär sig bara "
        f"om minst {decimal(share, 1)} biståndsmånader undviks per månad i åtgärden.",
        f"{free[0].name} kostade kommunen ingenting, eftersom staten betalade." if free else "",
        f"Utan fler platser når räkneexemplet högst {percent(study.target.share, 1)} i "
        f"{period_name(month_label(study.target.month))} med sannolikheten {probability(reached)}.",
    )


def price_table(overview: Overview) -> Markdown:
    """Return the documents' price examples."""
    rows = [
        {"name": row.label, "places": row.places, "cost": row.cost / 1e6, "saved": row.saved / 1e6,
         "month": row.cost / row.places / 12, "benefit": row.saved / row.places / 12, "note": row.note or ""}
        for row in document(overview, LUND).costs
    ]  # fmt: skip
    columns = [
        Column("name", "Anställning med stöd"), Column("places", "Platser", "number", 0),
        Column("cost", "Kostnad per år", "number", 1, unit="mnkr"),
        Column("saved", "Mindre bistånd per år", "number", 1, unit="mnkr"),
        Column("month", "Kostnad per plats och månad", "number", 0, unit="kr"),
        Column("benefit", "Mindre bistånd per plats och månad", "number", 0, unit="kr"), Column("note", "Anmärkning"),
    ]  # fmt: skip
    source = _cited(document(overview, LUND), document(overview, LUND).costs[0].source.doc)
    return table(
        pd.DataFrame(rows), columns, caption="Dokumentets räkneexempel, omräknat per plats och månad",
        note=f"Källa: {source.producer}, {source.title}, {source.record_number or ''}. Beloppen gäller tolv hela månader, "
        "vilket dokumentet självt säger inte är möjligt första året.",
    )  # fmt: skip


def _cited(plan: Plan, doc: str) -> Document:
    return next(item for item in plan.documents if item.id == doc)


def budget_table(overview: Overview, study: CostStudy) -> Markdown:
    """Return the lines of the municipality's budget that measures and bistånd are paid from, if a plan has one."""
    plan = budget_of(overview, study)
    if plan is None:
        return paragraphs(f"Ingen avskriven budget för {study.place.name} finns att jämföra priserna med.")
    budget = plan.budgets[0]
    words = ("Ekonomiskt bistånd", "Arbetsmarknadsanställningar", "Lön feriearbete", "AF-medel anställningsstöd",
             "Personalkostnader", "Upphandlad verksamhet", "Köp av extern huvudverksamhet", "Summa kostnader")  # fmt: skip
    rows = [
        {"label": row.label, **dict(zip(budget.columns, row.values, strict=True))}
        for row in budget.rows
        if row.label in words
    ]
    columns = [
        Column("label", "Rad"),
        *(Column(name, name, "number", 0, unit="mnkr") for name in budget.columns),
    ]
    source, mean = _cited(plan, budget.source.doc), count(round(mean_benefit(overview, study), -2))
    return table(
        pd.DataFrame(rows), columns, caption=f"{budget.title}: rader som rör åtgärder och bistånd",
        note=f"Källa: {source.producer}, {source.title}, {source.record_number or ''}, {budget.source.at}. "
        f"Kostnader är negativa. Budgeten för bistånd motsvarar i medel {mean} kronor "
        "per vuxen biståndsmottagare och månad; det är ett medel, inte vad en person färre sparar.",
    )  # fmt: skip


def cost_table(overview: Overview, study: CostStudy) -> Markdown:
    """Return the cost per avoided month of the synthetic measures at the documents' prices."""
    rows = cost_rows(study, tuple(price for price in prices(overview) if price.per_month > 0))
    rows["ci"] = [
        interval(low, high, 0) if low == low else "går inte att ange"
        for low, high in zip(rows["lag"], rows["hog"], strict=True)
    ]
    columns = [
        Column("atgard", "Åtgärd (påhittad)"), Column("manader", "Månader i åtgärden", "number"),
        Column("undvikna", "Undvikna biståndsmånader på två år", "number"),
        Column("brytpunkt", "Behövs för att gå jämnt upp", "number"),
        Column("kostnad", "Kostnad per undviken månad", "number", 0, unit="kr"), Column("ci", "95 % osäkerhet"),
        Column("netto", "Netto per deltagare", "number", 0, sign=True, unit="kr"),
    ]  # fmt: skip
    price = rows["pris"].iloc[0]
    return table(
        rows, columns, caption=f"Om åtgärderna kostade som {price.lower()} (syntetiska effekter)",
        note="Netto: mindre bistånd minus kostnad, med dokumentets belopp. Där osäkerheten rymmer att ingen månad undviks "
        "går inget pris per månad att ange.",
    )  # fmt: skip


def paths_figure(overview: Overview, study: CostStudy) -> Markdown:
    """Return the projected share without and with more starts of one measure at a time."""
    figure, axes = theme.new_figure(height=4.4)
    base = quantiles(study.baseline)
    months = study.baseline.months / 12
    axes.fill_between(months, base[0], base[2], color=theme.BAND_WIDE, linewidth=0)
    axes.plot(months, base[1], color=theme.RIKET, linestyle="--", linewidth=1.8)
    paths = example_paths(study)
    last = {name: float(quantiles(path)[1, -1]) for name, path in paths.items()}
    styles = {
        "jobbspar": ("-", theme.OWN),
        "studiestart": ("-.", theme.MEN),
        "sprakpraktik": (":", theme.WOMEN),
    }
    for name, (dash, color) in styles.items():
        axes.plot(months, quantiles(paths[name])[1], linestyle=dash, color=color, linewidth=2)
    named = {"utan fler platser": (float(base[1, -1]), theme.RIKET)}
    named |= {TITLES[name]: (last[name], color) for name, (_, color) in styles.items()}
    heights = theme.spread_labels([height for height, _ in named.values()], 0.03)
    for (text, (_, color)), height in zip(named.items(), heights, strict=True):
        theme.label_line(axes, float(months[-1]), height, text, color)
    theme.target_line(axes, study.target.share, "mål", above=False)
    theme.swedish_axis(axes, digits=2, unit="%")
    axes.set_xlim(float(months[0]), float(months[-1]) + 0.62)
    years = range(int(months[0]) + 1, int(months[-1]) + 1)
    axes.set_xticks([float(year) for year in years], [f"jan {year}" for year in years])
    data = pd.DataFrame({"manad": [month_label(int(m)) for m in study.baseline.months], "utan_10": base[0],
                         "utan_50": base[1], "utan_90": base[2]})  # fmt: skip
    for name, path in paths.items():
        data[f"{name}_50"] = quantiles(path)[1]
    best = min(last, key=lambda name: last[name])
    return publish_figure(
        figure,
        name="kostnad-banor",
        caption=f"Andel vuxna med bistånd om {count(study.starts)} fler börjar i en åtgärd varje månad",
        alt=(
            f"Linjediagram. Utan fler platser är mittbanan {percent(float(base[1, -1]), 2)} i slutmånaden, med ett band "
            f"från {decimal(float(base[0, -1]), 2)} till {decimal(float(base[2, -1]), 2)}. Lägst når {TITLES[best]}: "
            f"{percent(last[best], 2)}. Målet är {percent(study.target.share, 1)}."
        ),
        data=data.round(4),
        output=overview.output,
        synthetic=True,
    )


def needs_text(study: CostStudy) -> Markdown:
    """Return how much of each measure 50 and 80 per cent probability would take."""
    frame = needs(study)
    wide = {name: part.set_index("sannolikhet") for name, part in frame.groupby("atgard", sort=False)}

    def words(part: pd.DataFrame, wanted: float) -> str:
        starts = part.loc[wanted, "starter"]
        if starts != starts:
            return f"räcker inte: högst {probability(float(part.loc[wanted, 'nadd']))} med {count(study.most)} fler"
        return "inga fler" if starts == 0 else f"{count(float(starts))} fler i månaden"

    rows = [
        {"name": TITLES[str(name)], "half": words(part, 0.5), "most": words(part, 0.8)}
        for name, part in wide.items()
    ]
    columns = [
        Column("name", "Åtgärd (påhittad)"),
        Column("half", "För 50 % sannolikhet"),
        Column("most", "För 80 %"),
    ]
    return table(
        pd.DataFrame(rows), columns,
        caption=f"Hur många fler som behöver börja varje månad för {percent(study.target.share, 1)} i "
        f"{period_name(month_label(study.target.month))} (syntetiska effekter)",
        note=f"Från {period_name(month_label(study.fitted.level.latest))}, en åtgärd i taget, allt annat lika. "
        f"Högst {count(study.most)} fler i månaden är prövade.",
    )  # fmt: skip


def compared_with_forecast(overview: Overview, study: CostStudy) -> Markdown:
    """Return the model's probability beside the forecast page's, if a run has published one."""
    reached = study.baseline.reach(study.target.month, study.target.share)
    level = study.fitted.level
    text = (
        f"Modellen här utgår från {percent(level.last_share, 2)} och påhittade flöden; mittbanan slutar på "
        f"{percent(float(quantiles(study.baseline)[1, -1]), 2)} och sannolikheten att nå målet är {probability(reached)}."
    )
    facts = overview.facts(study.run, "mal") if study.run is not None else {}
    known = facts.get("probability")
    other = (
        f"Prognosen ur publicerad statistik säger {probability(float(known))}, med mittbanan "
        f"{percent(float(facts['target_median']), 2)}. Den bygger på verkliga data, och det är den som gäller."
        if known is not None
        else "Prognosen ur publicerad statistik står på sidan Målet. Den bygger på verkliga data, och det är den som gäller."
    )
    return paragraphs(text, other)


def assumptions() -> Markdown:
    """Return what the calculation presumes."""
    return bullet_list(
        [
            "Effekterna kommer från den påhittade kommunen. Byt ut dem mot egna med `bistand mikro kor`.",
            "Fler platser ger samma effekt som dagens. I verkligheten kan nya deltagare ha svårare att få arbete.",
            "Ingen undanträngning: den som får ett jobb tar det inte från någon annan med bistånd.",
            "Inflödet är det som håller nivån mellan de två senast kända värdena; framåt vandrar in- och utflöde slumpvis.",
            "Den som har varit utan bistånd i två år räknas som ny om den kommer tillbaka.",
        ]
    )
