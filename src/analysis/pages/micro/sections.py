"""Notebook 07: what is said about each measure, its checks, and what a municipality's own data need."""

from __future__ import annotations

from datetime import date

import pandas as pd

from analysis.answers.micro_study import PURPOSE, TITLES, Study
from analysis.micro.release import OUTCOMES
from analysis.micro.vocabulary import BACKGROUND, EXITS
from analysis.pages.parts.markdown import Markdown, bullet_list, conclusion, paragraphs
from analysis.pages.parts.table import Column, table
from analysis.plans.evidence import DataAtHand
from analysis.plans.identification import ledger
from analysis.plans.load import load_register
from analysis.runs import Overview
from foundation.swedish import count, decimal, interval, numbered, points

MONTE_CARLO = ("benchmarks", "results", "micro_montecarlo.csv")


def study_conclusion(study: Study) -> Markdown:
    """Return the page's conclusion."""
    inside = sum(
        r.get().low <= study.truths[n].gain(12) * 100 <= r.get().high
        for n, r in study.results.items()
        if r.assessable
    )
    crude = max(abs(study.naives[n].from_start - study.truths[n].gain(12) * 100) for n in study.results)
    return conclusion(
        f"**Med uppgifter om enskilda bidragsperioder går det att skatta vad en enskild åtgärd gör.** I den påhittade "
        f"kommunen täcker intervallen den sanna effekten för {inside} av "
        f"{numbered(len(study.results), 'åtgärd', 'åtgärder')}; "
        "i längden ska 19 av 20 göra det.",
        f"Att bara jämföra deltagare med andra blir fel med upp till {decimal(crude, 0)} procentenheter, eftersom "
        "åtgärder inte ges till vem som helst.",
        "De verkliga åtgärderna kan prövas så först när kommunen har tagit ut sina egna uppgifter.",
    )


def measure_conclusion(study: Study, name: str) -> Markdown:
    """Return the verdict on one measure, and what the truth is."""
    result = study.results[name]
    if not result.assessable:
        return conclusion(f"**{TITLES[name]}: {result.verdict}.** {result.reason}")
    truth, crude = study.truths[name].gain(12) * 100, study.naives[name].from_start
    stay = result.get("månader_24")
    return conclusion(
        f"**{TITLES[name]}: {_verdict(result.verdict)}.** {result.reason}",
        f"Under två år blir det {decimal(abs(stay.effect))} månader {'färre' if stay.effect < 0 else 'fler'} med bistånd "
        f"per deltagare ({interval(stay.low, stay.high, 1)}).",
        f"Facit: åtgärden {PURPOSE[name]}; sann effekt efter ett år är {points(truth, 1)}. "
        f"En naiv jämförelse ger {points(crude, 1)}.",
    )


def _verdict(verdict: str) -> str:
    return {"tydlig": "tydlig effekt", "svag": "svagt belagd effekt"}.get(verdict, f"effekten {verdict}")


def effects_table(study: Study, name: str) -> Markdown:
    """Return all contrasts of a measure."""
    rows = [
        {"label": c.label, "unit": c.unit, "start": c.start, "without": c.without, "effect": c.effect,
         "ci": interval(c.low, c.high, 1)}
        for c in study.results[name].contrasts
        if c.key.split("_")[0] in ("egen", "månader", "varaktigt", "återkommit")
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    frame["label"] = frame["label"].str[:1].str.upper() + frame["label"].str[1:]
    columns = [
        Column("label", "Vad som följs"),
        Column("start", "Med åtgärden", "number"),
        Column("without", "Utan åtgärden", "number"),
        Column("effect", "Effekt", "number", sign=True),
        Column("ci", "95 % osäkerhet"),
        Column("unit", "Effektens enhet"),
    ]
    return table(
        frame, columns, caption=f"{TITLES[name]}: effekter på deltagarna (syntetiska data)",
        note="Andelar i procent. Utan åtgärden: samma deltagare om de inte hade börjat, skattat med vägda jämförelser.",
    )  # fmt: skip


def checks_table(study: Study, name: str) -> Markdown:
    """Return the checks of a measure with outcome in words."""
    rows = [
        {"title": c.title, "outcome": OUTCOMES[c.passed], "text": c.text} for c in study.results[name].checks
    ]
    columns = [Column("title", "Kontroll"), Column("outcome", "Utfall"), Column("text", "Vad den visar")]
    return table(pd.DataFrame(rows), columns, caption=f"{TITLES[name]}: kontroller (syntetiska data)")


def groups_table(study: Study, name: str) -> Markdown:
    """Return effects by group with the adjustment for looking many times."""
    groups = study.results[name].groups
    if groups is None:
        return paragraphs("Inga grupper har räknats.")
    labels = {"kon": "Kön", "landgrupp": "Födelseland", "aldersgrupp": "Ålder"}
    frame = groups.table.assign(
        grupp=groups.table["grupp"].map(labels),
        ci=[interval(low, high, 1) if high == high else "för få" for low, high in
            zip(groups.table["lag"], groups.table["hog"], strict=True)],
    )  # fmt: skip
    frame["p"] = ["–" if p != p else "under 0,001" if p < 0.001 else decimal(p, 3) for p in frame["p_holm"]]
    frame = frame.assign(name=frame["grupp"] + ": " + frame["niva"].replace({"K": "kvinnor", "M": "män"}))
    columns = [
        Column("name", "Grupp"), Column("deltagare", "Deltagare", "number", 0),
        Column("effekt", "Effekt", "number", sign=True, unit="procentenheter"), Column("ci", "95 % osäkerhet"),
        Column("p", "p-värde, justerat"),
    ]  # fmt: skip
    different = [f"{labels[g].lower()} p = {decimal(p, 2)}" for g, p in groups.differs.items()]
    return table(
        frame, columns, caption=f"{TITLES[name]}: effekt inom ett år, grupp för grupp (syntetiska data)",
        note=f"{groups.tests} grupper är prövade; p-värdena är justerade för det (Holm). Lika effekt i alla grupper: "
        f"{', '.join(different)}.",
    )  # fmt: skip


def not_known(study: Study, name: str) -> Markdown:
    """Return what the analysis cannot say."""
    result = study.results[name]
    lines = [
        "Egenskaper som inte finns i uppgifterna, som motivation eller nätverk, kan ändå skilja deltagare från andra. "
        "E-värdet bland kontrollerna säger hur starka de måste vara.",
        "Effekten gäller dem som började under perioden, inte dem som aldrig fått erbjudandet.",
        "Om deltagare får jobb som andra annars hade fått syns det inte här (undanträngning).",
    ]
    if result.detectable is not None:
        lines.append(
            f"Med {count(result.participants)} deltagare hade en effekt mindre än "
            f"{decimal(result.detectable)} procentenheter sannolikt inte synts."
        )
    return bullet_list(lines)


def montecarlo_table(overview: Overview) -> Markdown:
    """Return the committed simulation study: bias, coverage and false findings."""
    frame = pd.read_csv(overview.project.root.joinpath(*MONTE_CARLO))
    frame = frame[frame["mått"].isin(["egen_12", "månader_24"])].copy()
    names = {"egen_12": "lämnat inom ett år, procentenheter", "månader_24": "månader med bistånd inom två år"}
    frame["label"] = frame["åtgärd"] + ": " + frame["mått"].map(names)
    columns = [
        Column("label", "Åtgärd och mått"), Column("sann", "Sann", "number", 2, sign=True),
        Column("medel", "Skattad i medel", "number", 2, sign=True),
        Column("fel", "Systematiskt fel", "number", 2, sign=True),
        Column("täckning", "Intervall som täcker sanningen", "number", 1, unit="%"),
        Column("förkastad", "Säger att det finns en effekt", "number", 1, unit="%"),
    ]  # fmt: skip
    return table(
        frame, columns, caption="Så väl träffar metoden i upprepade påhittade kommuner (syntetiska data)",
        note="Intervallen ska täcka i 95 fall av 100. Motivationskursen gör ingen skillnad: andelen i sista kolumnen är "
        "falska fynd och ska vara nära 5. Hela tabellen och kommandot: benchmarks/results/micro_montecarlo.md.",
    )  # fmt: skip


def real_measures_table(overview: Overview) -> Markdown:
    """Return the real plans' measures whose grade the municipality's own spells would raise."""
    register = load_register(overview.project.plans)
    day = max(run.kant_senast for run in overview.runs.runs)
    day = day if isinstance(day, date) else date.fromisoformat(str(day))
    rows = []
    for plan_id in sorted(register.plans):
        plan = register.plan(plan_id)
        now = ledger(plan, day, register=register)
        then = ledger(plan, day, DataAtHand(microdata=True), register)
        rows += [
            {
                "plan": plan.title,
                "measure": f"{a.measure.number}. {a.measure.text}",
                "now": str(a.grade),
                "then": str(b.grade),
            }
            for a, b in zip(now, then, strict=True)
            if a.grade != b.grade and b.rule == "personer börjar vid olika tid"
        ]
    columns = [
        Column("measure", "Åtgärd"), Column("plan", "Plan", filter=True), Column("now", "Upplägg i dag"),
        Column("then", "Upplägg med egna bidragsperioder"),
    ]  # fmt: skip
    if not rows:
        return paragraphs("Ingen åtgärd i registret skulle lyftas av uppgifter om enskilda bidragsperioder.")
    return table(
        pd.DataFrame(rows), columns, sortable=True,
        caption="Verkliga åtgärder som skulle kunna prövas på det här sättet",
        note="Ur planernas register. Tabellen säger vad som skulle gå att pröva, inget om någon effekt.",
    )  # fmt: skip


def own_data() -> Markdown:
    """Return how a municipality runs this on its own data."""
    values = "; ".join(f"`{name}`: {', '.join(levels)}" for name, levels in BACKGROUND.items())
    text = "\n".join(
        [
            "1. Har ni månadsfilerna till Socialstyrelsen? Kör `bistand mikro las FIL...` på dem, så skrivs filerna nedan "
            "av sig själva och personnumren stannar i minnet. Annars: lägg filerna i `data/mikro/` (mappen följer aldrig "
            "med när projektet delas). Excel går också bra.",
            "2. Lägger ni filerna själva: byt personnummer mot löpnummer redan i uttaget. Personnummer i klartext stoppar "
            "inläsningen.",
            "3. Kör `bistand mikro prova`. Då prövas filerna, och ni får veta hur stor en effekt måste vara för att synas.",
            "4. Kör `bistand mikro kor`. Bara sammanställda tabeller lämnar mappen, små antal döljs och varje fil loggas.",
            "",
            f"**bidragsperioder**: `person_id`, `start`, `slut` (tomt om perioden pågår), `slutorsak` ({', '.join(EXITS)}).",
            "",
            "**insatser**: `person_id`, `insats`, `start`, `slut`, och om det finns `planerade_manader`.",
            "",
            f"**bakgrund** (en rad per period): `person_id`, `start`, `tidigare_manader`, och {values}.",
            "",
            "**hinder** (om det finns, en rad per person och månad): `person_id`, `manad`, `hinder`.",
            "",
            "**uttag.yml**: tre rader, till exempel `kommun: Uppsala`, `fran: 2020-01`, `till: 2024-12`.",
        ]
    )
    return paragraphs(text)


def method_text() -> Markdown:
    """Return how the estimates are made, in short."""
    return paragraphs(
        "Varje månad är ett tänkt försök: de som börjar i åtgärden den månaden jämförs med dem som också har bistånd och "
        "kunde ha börjat men inte gjorde det. Båda följs från samma månad. Därför räknas aldrig tiden före starten "
        "som om den hörde till åtgärden.",
        "De som inte började vägs så att de liknar deltagarna i kön, ålder, födelseland, utbildning, hushåll, orsak, "
        "tidigare bistånd, tid i bistånd, årstid och tidigare åtgärder. Den som börjar senare lämnar jämförelsen "
        "då, och de som är kvar får väga upp det. Osäkerheten räknas genom att dra personer på nytt.",
        "Metoden kallas efterliknat försök (target trial emulation) med sekventiella försök.",
    )
