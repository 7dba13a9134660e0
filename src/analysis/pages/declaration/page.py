"""The page of one declaration: in short, what will be judged, what could be seen, false alarms, sources."""

from __future__ import annotations

import pandas as pd

from analysis.answers.declaration import KnownPanel, Power, Sight
from analysis.answers.month_power import AREA, MonthSight
from analysis.declarations.design import PlaceboTable
from analysis.declarations.judge import Judgement
from analysis.declarations.model import Declaration, LockState, Outcome
from analysis.effects.wording import p_text
from analysis.pages.parts.markdown import Markdown, bullet_list, callout, capitalise, conclusion, paragraphs
from analysis.pages.parts.table import Column, table
from analysis.runs import Overview
from analysis.sources.events import load_events
from foundation.swedish import count, day_name, decimal, percent, points, probability

HORIZON = {1: "ett år", 2: "två år", 3: "tre år"}


def in_short(
    declaration: Declaration,
    seen: tuple[Sight, ...],
    placebo: PlaceboTable,
    judged: tuple[Judgement, ...],
    waiting: tuple[Outcome, ...],
) -> Markdown:
    """What will be judged and when, the smallest effect that would show, and the false alarms."""
    main = next(item for item in declaration.utfall if item.roll == "huvudutfall")
    nation = next(item for item in seen if item.year == main.ar)
    alarms = " och ".join(
        f"{percent(100 * float(share))} på {HORIZON[int(horizon)]}"
        for horizon, share in placebo.false_alarms.items()
    )
    first = (
        f"Utfallet för {main.ar} avgör; det kommer i {main.kommer}."
        if waiting
        else f"Utfallet för {main.ar} har kommit: {judged[-1].verdict}."
    )
    return conclusion(
        f"{first} Tills dess går det inte att säga vad {declaration.titel.lower()} gör.",
        f"För riket väntas {percent(nation.expected, 2)} {main.ar} utan reformen. Andelen behöver bli minst "
        f"{points(nation.points, sign=False)} lägre för att det ska synas med 80 procents sannolikhet.",
        f"Av kommunerna ligger {alarms} utanför sitt intervall i år utan reform; 5 % väntas.",
    )


def lock_text(declaration: Declaration, versions: tuple[Declaration, ...], state: LockState) -> Markdown:
    """Whether the declaration stands as it was locked, and every earlier version with the reason for the change."""
    if state == "ändrad efter låsning":
        return callout(
            "warning",
            "Deklarationen är ändrad efter låsningen",
            "Filen, modellens inställningar eller den framskrivning de ger är inte längre de som låstes. "
            "Bedömningen nedan är inte den deklarerade. "
            "Återställ dem, eller skriv en ny version som säger varför.",
        )
    if declaration.las is None:
        return callout("note", "Deklarationen är inte låst", "Lås den med ”bistand deklaration las”.")
    earlier = [item for item in versions if item.id == declaration.id and item.version > 1]
    changes = [
        f"Version {item.version} ersätter version {item.ersatter}: {item.skal}" for item in earlier
    ] or ["Det finns ingen senare version."]
    return paragraphs(
        f"Version {declaration.version} låstes den {day_name(declaration.las.datum)} med kontrollsumman "
        f"`{declaration.las.sha256[:16]}`. {' '.join(changes)}"
    )


def design_table(declaration: Declaration) -> Markdown:
    """What was declared, field by field."""
    rule = declaration.regel
    doses = "; ".join(f"{dose.namn} ({dose.matt}, {dose.ar}). {dose.varfor}" for dose in declaration.dos)
    rows = [
        ("Fråga", declaration.fraga),
        *(
            (f"{capitalise(item.roll)} {item.ar}", f"{item.varfor} Kommer i {item.kommer}.")
            for item in declaration.utfall
        ),
        ("Jämförelse", declaration.kontrafaktisk),
        ("Dos", doses or "Ingen."),
        ("Tydligt svar", rule.tydlig),
        ("Svagt svar", rule.svag),
        ("Inget svar", rule.inget),
        ("Kan inte bedömas", rule.ej_bedombar),
        (
            "Flera prov",
            "Två prov för landet, med Holms justering. Enskilda kommuner nämns bara om andelen falska fynd hålls under "
            f"{percent(100 * rule.falsk_andel, 0)} (Benjamini och Hochberg).",
        ),
    ]
    frame = pd.DataFrame(rows, columns=["what", "text"])
    return table(frame, [Column("what", "Del"), Column("text", "Deklarerat")], caption="Deklarationen")


def change_our_minds(declaration: Declaration) -> Markdown:
    """What would change the declaration before the outcome, and what disturbs it."""
    return bullet_list([*declaration.andra_oss, *declaration.stors])


def sight_table(overview: Overview, panel: KnownPanel, seen: tuple[Sight, ...]) -> Markdown:
    """Expected level with its interval and smallest visible decrease, for riket and three municipalities."""
    frame = pd.DataFrame(
        {
            "place": [overview.catalogue.municipality(item.code).name for item in seen],
            "people": [panel.sizes.get(item.code, float("nan")) for item in seen],
            "year": [str(item.year) for item in seen],
            "expected": [item.expected for item in seen],
            "interval": [f"{decimal(item.low, 2)}–{decimal(item.high, 2)}" for item in seen],
            "points": [item.points for item in seen],
            "percent": [item.percent for item in seen],
        }
    )
    columns = [
        Column("place", "Område"),
        Column("year", "År"),
        Column("people", "Invånare", "number", 0),
        Column("expected", "Väntat", "number", 2, unit="%"),
        Column("interval", "95 %-intervall"),
        Column("points", "Minsta synliga minskning", "number", 2, unit="procentenheter"),
        Column("percent", "Av nivån", "number", 0, unit="%"),
    ]
    return table(
        frame,
        columns,
        caption="Vad som väntas utan reformen, och den minsta minskning som syns med 80 procents sannolikhet",
        note="Per månad kan riket inte bedömas: ingen månadsserie för riket är inläst.",
    )


def month_table(found: tuple[MonthSight, ...]) -> Markdown:
    """What could be seen by month in an area of a large municipality's size, with the rule's false alarms."""
    frame = pd.DataFrame(
        {
            "ahead": [f"{item.horizon} {'månad' if item.horizon == 1 else 'månader'}" for item in found],
            "expected": [item.expected for item in found],
            "percent": [item.percent for item in found],
            "placebo": [f"{item.outside} av {item.placebos}" for item in found],
        }
    )
    columns = [
        Column("ahead", "Efter den sista kända månaden"),
        Column("expected", "Väntade hushåll", "number", 0),
        Column("percent", "Minsta synliga minskning", "number", 0, unit="%"),
        Column("placebo", "Placebomånader utanför sitt intervall"),
    ]
    return table(
        frame,
        columns,
        caption=f"Månad för månad i {AREA} (hushåll, till och med december 2024)",
        note="Serien är den enda månadsserie i projektet som är lång nog. Länet har ungefär lika många invånare som en "
        "stor kommun. För en kommun av medianstorlek finns ingen månadsserie, så där kan en månad inte bedömas. "
        "Placebomånaderna överlappar varandra, så larmen kommer i klungor.",
    )


def power_table(found: tuple[Power, ...]) -> Markdown:
    """How often the dose test would find an effect, and how often it finds one that is not there."""
    rows = [
        {
            "year": str(item.year),
            "effect": "ingen" if effect == 0 else f"{decimal(abs(100 * effect), 0)} % lägre",
            "share": probability(share),
        }
        for item in found
        for effect, share in item.rejections.items()
    ]
    columns = [
        Column("year", "År"),
        Column("effect", "Verklig effekt per standardavvikelse i dos"),
        Column("share", "Andel världar där provet slår till"),
    ]
    limits = "; ".join(f"{item.year}: {decimal(item.slope, 0)} %" for item in found)
    return table(
        pd.DataFrame(rows),
        columns,
        caption="Dosprovet i simulerade världar: hur ofta det slår till",
        note=f"Minsta lutning som syns med 80 procents sannolikhet, per standardavvikelse i dos: {limits}. "
        "Lutningen varierar mellan världarna som den gjort mellan placeboåren.",
    )


def placebo_pieces(placebo: PlaceboTable) -> Markdown:
    """The declared tests on years without the reform."""
    frame = placebo.table.assign(
        year=placebo.table["year"].astype(str),
        ahead=placebo.table["horizon"].map(HORIZON),
        outside=100 * placebo.table["outside"],
        slope=100 * placebo.table["slope"],
    )
    columns = [
        Column("year", "År"),
        Column("ahead", "Prognosens längd"),
        Column("nation_gap", "Rikets avvikelse", "number", 2, True, "procentenheter"),
        Column("nation_p", "p, riket", "number", 2),
        Column("slope", "Dosens lutning", "number", 1, True, "%"),
        Column("slope_p", "p, dos", "number", 2),
        Column("outside", "Kommuner utanför intervallet", "number", 1, unit="%"),
    ]
    return table(frame, columns, caption="Falska larm: samma prov på år utan reformen")


def false_alarm_text(placebo: PlaceboTable) -> Markdown:
    """Count the false alarms."""
    table_ = placebo.table
    nation, slope = (
        int((table_["nation_p"] <= placebo.level).sum()),
        int((table_["slope_p"] <= placebo.level).sum()),
    )
    number = count(int(table_["municipalities"].sum()))
    return paragraphs(
        f"Av {len(table_)} prov på riket slog {nation} till, och av lika många dosprov {slope}. Med så få år går det inte "
        f"att skilja en nivå på 5 % från 0 % eller 15 %. Kommunerna ger {number} prov: "
        + "; ".join(
            f"{percent(100 * float(share))} slog till på {HORIZON[int(horizon)]}"
            for horizon, share in placebo.false_alarms.items()
        )
        + "."
    )


def tried_table(tried: tuple[tuple[int, Judgement], ...]) -> Markdown:
    """The same rule on earlier national breaks."""
    rows = [
        {
            "known": f"till och med {origin}",
            "year": str(item.outcome.ar),
            "gap": item.nation.gap if item.nation else float("nan"),
            "nation": p_text(item.nation.p_value) if item.nation else "saknas",
            "dose": p_text(item.dose.p_value) if item.dose else "för få år",
            "named": int(item.municipal.table["named"].sum()),
            "verdict": item.verdict,
        }
        for origin, item in tried
    ]
    columns = [
        Column("known", "Känt"),
        Column("year", "Bedömt år"),
        Column("gap", "Rikets avvikelse", "number", 2, True, "procentenheter"),
        Column("nation", "Prov, riket"),
        Column("dose", "Prov, dos"),
        Column("named", "Kommuner som sticker ut", "number", 0),
        Column("verdict", "Omdöme"),
    ]
    return table(
        pd.DataFrame(rows),
        columns,
        caption="Samma regel på två tidigare brott: pandemin 2020 och massflykten 2022",
    )


def judged_pieces(judged: tuple[Judgement, ...], waiting: tuple[Outcome, ...]) -> Markdown:
    """The judgement so far: what is missing and when it comes, and what has come."""
    lines = [f"Utfallet för {item.ar} saknas. Det kommer i {item.kommer}." for item in waiting]
    for item in judged:
        gap = points(item.nation.gap) if item.nation else "okänt"
        lines.append(f"Utfallet för {item.outcome.ar}: riket avvek {gap}. Omdöme: {item.verdict}.")
    return bullet_list(lines)


def studies_table(declaration: Declaration) -> Markdown:
    """What comparable reforms have done, as read, and how far it carries."""
    frame = pd.DataFrame([study.model_dump() for study in declaration.studier])
    frame["hanvisning"] = [f"{study.hanvisning} ({study.lank})" for study in declaration.studier]
    columns = [
        Column("hanvisning", "Studie"),
        Column("fann", "Fann"),
        Column("racker", "Hur långt det räcker"),
        Column("last", "Läst"),
    ]
    return table(frame, columns, caption="Vad liknande krav har gjort på andra håll")


def events_table(overview: Overview) -> Markdown:
    """The register of national events."""
    events = load_events(overview.project.raw)
    frame = pd.DataFrame(
        {
            "day": [
                day_name(event.datum) + (f"–{day_name(event.slut)}" if event.slut else "") for event in events
            ],
            "name": [event.namn for event in events],
            "kind": [event.slag for event in events],
            "who": [event.berors for event in events],
            "known": [f"{day_name(event.kant_fran)}: {event.kant_varfor}" for event in events],
            "source": [event.kalla for event in events],
        }
    )
    columns = [
        Column("name", "Händelse"),
        Column("day", "Datum"),
        Column("kind", "Slag", filter=True),
        Column("who", "Berör"),
        Column("known", "Känd från"),
        Column("source", "Källa"),
    ]
    return table(frame, columns, caption="Nationella händelser")
