"""The sentences of a municipality's page."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.answers.country import NEAR, Country
from analysis.answers.municipality import Fall, Place
from analysis.pages.parts.markdown import (
    KeyFigure,
    Markdown,
    callout,
    conclusion,
    key_figures,
    paragraphs,
    sentence_list,
)
from analysis.runs.national import NationalContext
from analysis.sources.catalogue import Municipality
from foundation.swedish import apart, count, day_name, decimal, interval, moved, percent, points

#: `analysis.answers.country.SPAN` in words.
SPAN_TEXT = "tre"
_AGAINST = {
    "under": "lägre än det vanliga",
    "inom": "inom det vanliga",
    "över": "högre än det vanliga",
}


def facts_line(context: NationalContext, found: Country, here: Place) -> Markdown:
    """Return the line of facts that stands first."""
    town = context.catalogue.municipality(here.code)
    parts = [
        f"**{town.name}** ({town.code})",
        town.county,
        f"{count(here.population)} invånare {found.population_year}",
        f"bygger på det som var känt {day_name(context.day)}",
    ]
    return Markdown("::: {.korningsfakta}\n" + " · ".join(parts) + "\n:::\n")


def in_short(context: NationalContext, here: Place) -> Markdown:
    """Return the conclusion: level, place, what is normal, and what is coming."""
    name = context.catalogue.municipality(here.code).name
    relation = apart(here.level - here.riket, "över riket", "under riket", "samma andel som i riket")
    first = (
        f"**{here.year} fick {percent(here.level, 2)} av invånarna i {name} ekonomiskt bistånd någon gång under "
        f"året**, {relation} ({percent(here.riket, 2)})."
    )
    lower = here.rank - 1
    second = (
        f"Av {here.ranked} kommuner med uppgift hade {count(lower) if lower else 'ingen'} en lägre andel."
    )
    last = here.fan.iloc[-1]
    fourth = (
        f"Prognosen för {int(last['year'])} är {percent(last['median'], 2)}, "
        f"med 80 procents säkerhet {interval(last['low80'], last['high80'])} procent."
    )
    return conclusion(first, _change(here), second, _normal_short(here), fourth)


def _change(here: Place) -> str:
    if here.before is None:
        return ""
    return f"Andelen {moved(here.level - here.before)} från året före."


def _normal_short(here: Place) -> str:
    if here.against_expected == "okänd":
        return ""
    return f"För en kommun med den storleken, arbetslösheten och historien är nivån {_AGAINST[here.against_expected]}."


def cards(context: NationalContext, here: Place) -> Markdown:
    """Return the key figures."""
    last = here.fan.iloc[-1]
    shown = [
        KeyFigure(percent(here.level, 2), f"av invånarna {here.year}", f"{context.measure}, observerad"),
        KeyFigure(str(here.rank), f"plats av {here.ranked} kommuner", f"1 är lägst andel {here.year}"),
        KeyFigure(
            percent(here.near_median, 2), "median, jämförbara", f"{len(here.near)} kommuner, {here.year}"
        ),
    ]
    if here.expected is not None:
        low, middle, high = here.expected
        shown.append(
            KeyFigure(
                percent(middle, 2), f"är vanligt {here.panel_year}", f"80 % ligger {interval(low, high)} %"
            )
        )
    shown.append(
        KeyFigure(
            percent(last["median"], 2),
            f"prognos {int(last['year'])}",
            f"80 % säkerhet: {interval(last['low80'], last['high80'])} %",
        )
    )
    return key_figures(shown)


def gaps(context: NationalContext, here: Place) -> Markdown:
    """Say in words which years are missing and what follows; nothing for a whole series."""
    if not here.missing and not here.suspect:
        return paragraphs("")
    town = context.catalogue.municipality(here.code)
    sentences = []
    if here.missing:
        sentences.append(
            f"Källan har ingen uppgift om {town.name} för {year_list(here.missing)}. En uppgift som saknas är inte noll, "
            "och inget värde är ifyllt på sidan."
        )
    if here.panel_year in here.missing:
        sentences.append(
            f"Det senaste kända året är {here.year}: läget och platsen gäller det året, och prognosen börjar där. Den är "
            "därför osäkrare."
        )
    if here.suspect:
        sentences.append(
            "Serien har ett fall på nästan hälften eller mer på ett enda år, vilket liknar ett fel i källan. Värdet står "
            "kvar, men ingen snabbaste takt räknas för kommunen."
        )
    return callout("warning", "Luckor och språng i uppgifterna", " ".join(sentences))


def year_list(years: Sequence[int]) -> str:
    """Return years in words, runs joined: ``2013, 2015–2017 och 2025``."""
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return sentence_list([str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs])


def normal_text(found: Country, here: Place) -> Markdown:
    """Say what is normal for such a municipality, and what the model would have said some years ago."""
    return paragraphs(_normal(found, here), _foreseen(found, here))


def _normal(found: Country, here: Place) -> str:
    if here.expected is None:
        return (
            "Vad som är vanligt för en sådan kommun går inte att räkna fram: arbetslösheten, folkmängden eller de äldre "
            "åren saknas."
        )
    low, middle, high = here.expected
    text = (
        f"Bland kommuner med liknande storlek, arbetslöshet ({found.unemployment_year}) och nivå fem till åtta år "
        f"tidigare är {percent(middle, 2)} det vanliga {here.panel_year}. Åtta av tio sådana ligger mellan "
        f"{decimal(low, 2)} och {percent(high, 2)}."
    )
    if here.against_expected == "okänd":
        return f"{text} Kommunens eget värde för {here.panel_year} är inte känt."
    return (
        f"{text} Kommunens {percent(float(here.own[here.panel_year]), 2)} är {_AGAINST[here.against_expected]}. "
        "Det säger inte varför, och inte att kommunen har gjort något rätt eller fel."
    )


def _foreseen(found: Country, here: Place) -> str:
    if here.foreseen is None:
        return ""
    low, middle, high = here.foreseen
    places = found.table["position"].dropna()
    above, below = int((places > 0.9).sum()), int((places < 0.1).sum())
    verdict = {
        "under": f"Utfallet {here.panel_year} blev lägre än så.",
        "inom": "Utfallet hamnade inom det.",
        "över": "Utfallet blev högre än så.",
    }[here.against_foreseen]
    return (
        f"Med det som var känt {here.foreseen_from} hade modellen väntat sig {percent(middle, 2)} {here.panel_year}, med "
        f"80 procents säkerhet {interval(low, high)} procent. {verdict} Av {len(places)} kommuner hamnade {above} över "
        f"och {below} under sina intervall; med rätt bredd väntas en av tio på var sida. Många på samma sida betyder att "
        "hela landet överraskade, inte den enskilda kommunen."
    )


def coming_text(here: Place) -> Markdown:
    """Say what the forecast is and how such forecasts have gone."""
    own, every = here.record, here.record_all
    if own.forecasts:
        tried = (
            f"Modellen har prövats på kommunens egna utfall med {own.forecasts} prognoser ett till tre år fram, gjorda "
            f"som om året var {own.first} till {own.last}. {own.inside} av utfallen hamnade inom 80 procents intervall, "
            f"och medianen missade med i genomsnitt {points(own.error, sign=False)}."
        )
    else:
        tried = "Modellen har inte kunnat prövas på kommunens egna utfall, eftersom de saknas."
    return paragraphs(
        "Prognosen är lärd av alla kommuner och säger vad som händer om inget särskilt görs utöver det vanliga. Den vet "
        "inget om kommunens planer.",
        f"{tried} I hela landet hamnade {percent(100 * every.inside / every.forecasts, 0)} av {count(every.forecasts)} "
        "prognoser inom.",
    )


def pace_text(context: NationalContext, found: Country, here: Place) -> Markdown:
    """Say how fast the share has ever fallen, here and among the comparable."""

    def said(fall: Fall) -> str:
        return f"{decimal(-fall.percent)} procent om året ({fall.start_year}–{fall.end_year})"

    name = context.catalogue.municipality(here.code).name
    if here.fastest is not None:
        first = f"Över {SPAN_TEXT} år har andelen i {name} som mest minskat med {said(here.fastest)}."
    elif here.suspect:
        first = f"För {name} anges ingen snabbaste takt, eftersom serien har ett språng som liknar ett fel."
    else:
        first = f"Andelen i {name} har inte minskat över någon treårsperiod där båda ändarna är kända."
    second = ""
    if here.fastest_near is not None:
        other = context.catalogue.municipality(here.fastest_near.code).name
        second = f"Snabbast bland de {len(here.near)} jämförbara var {other}: {said(here.fastest_near)}."
    middle = found.fastest["percent"].median()
    third = (
        f"Hälften av landets kommuner har någon gång klarat minst {decimal(-middle)} procent om året över {SPAN_TEXT} år. "
        "Ett mål som kräver mer än så varje år är ovanligt, inte omöjligt."
    )
    return paragraphs(" ".join(part for part in (first, second, third) if part))


def next_steps(town: Municipality) -> Markdown:
    """Say what own data and a plan would add, with the commands."""
    return paragraphs(
        "Sidan bygger på nationell statistik med ett värde om året, som kommer ett halvår efter årets slut. Egna månader "
        "säger mer och tidigare: hur många hushåll som får bistånd, hur länge, och om något har vänt. Med en beslutad "
        "plan går det att följa åtgärderna och pröva effekten och målet.",
        f"- `bistand mal {town.code} --niva 2,5 --senast 2028` svarar på hur troligt ett mål är.\n"
        f"- `bistand ny-kommun {town.code}` lägger in kommunen med en jämförelsegrupp och egna sidor.\n"
        f"- `bistand data lagg-till min-fil.xlsx --kommun {town.code}` läser in egna månader.\n"
        f"- `bistand ny-plan {town.code}` skriver en plan att fylla i.",
    )


def near_rule(found: Country) -> str:
    """Return the rule for who is comparable."""
    return (
        f"Jämförbara är de {NEAR} kommuner som är mest lika i folkmängd ({found.population_year}) och arbetslöshet "
        f"({found.unemployment_year})."
    )
