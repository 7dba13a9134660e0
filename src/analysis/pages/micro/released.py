"""Pages about a municipality's own measures, made from the tables that have passed the disclosure gate and nothing else."""

from __future__ import annotations

import html
from pathlib import Path

import pandas as pd

from analysis.pages.micro.released_parts import (
    ReleasedTables,
    capital,
    check_table,
    curves,
    effects_table,
    group_table,
    method_text,
)
from analysis.pages.parts.markdown import (
    KeyFigure,
    Markdown,
    bullet_list,
    conclusion,
    key_figures,
    paragraphs,
    sentence_list,
    synthetic_banner,
)
from analysis.pages.parts.table import Column, table
from foundation.swedish import count, decimal, interval, numbered

_VERDICTS = {
    "tydlig": "Tydlig effekt",
    "svag": "Svagt belagd effekt",
    "går inte att skilja från noll": "Effekten går inte att skilja från noll",
    "inte bedömbar": "Effekten kan inte bedömas",
}


def read_released(folder: Path, place: str, months: str) -> ReleasedTables:
    """Read the released tables of `folder`."""
    return ReleasedTables(
        place, months, {path.stem: pd.read_csv(path) for path in sorted(folder.glob("*.csv"))}
    )


def overview_page(released: ReleasedTables, links: dict[str, str]) -> Markdown:
    """Every measure with its verdict, effect and what it has meant in an average month.

    Parameters
    ----------
    links
        Page by measure, for those that have one.
    """
    measures = released.tables["atgarder"]
    rows = []
    for _, row in measures.iterrows():
        main, fewer = _main(released, row["atgard"]), _fewer(released, row["atgard"])
        name = html.escape(capital(row["atgard"]))
        if row["atgard"] in links:
            name = f'<a href="{links[row["atgard"]]}">{name}</a>'
        rows.append(
            {
                "name": f'{name}<br><span class="not">{_VERDICTS[row["utslag"]]}</span>',
                "people": row["deltagare"],
                "effect": None if main is None else main["effekt"],
                "ci": "–" if main is None else interval(main["lag"], main["hog"], 1),
                "fewer": None if fewer is None else -fewer["effekt"],
            }
        )
    columns = [
        Column("name", "Åtgärd och omdöme", "html"),
        Column("effect", "Fler som lämnat inom ett år", "number", 1, True, "procentenheter"),
        Column("ci", "95 % osäkerhet"),
        Column("fewer", "Färre med bistånd en genomsnittlig månad", "number", 0, unit="personer"),
        Column("people", "Deltagare", "number", 0),
    ]
    tried = int((measures["utslag"] != "inte bedömbar").sum())
    return (
        _banner(released)
        + conclusion(
            f"**{_seen(released)}**",
            f"{tried} av {numbered(len(measures), 'åtgärd', 'åtgärder')} kan bedömas ur {released.months}.",
        )
        + table(
            pd.DataFrame(rows),
            columns,
            caption=f"Åtgärder i {released.place}",
            note="Lämnat: biståndet har upphört för arbete eller studier. Omdömet räknar med att flera åtgärder prövades.",
        )
        + paragraphs(
            "Talen är skattade ur enskilda biståndsperioder på kommunens egen dator. Antal under fem och det som skulle "
            "avslöja dem visas inte. Sidorna är gjorda av de tabeller som fick lämna mappen, och av ingenting annat."
        )
    )


def _seen(released: ReleasedTables) -> str:
    """Which measures have an effect that shows, by direction and strength."""
    measures, parts = released.tables["atgarder"], []
    for verdict, how in (("tydlig", "tydligt"), ("svag", "svagt belagt")):
        for sign, word in ((1, "fler"), (-1, "färre")):
            names = [
                str(name)
                for name in measures.loc[measures["utslag"] == verdict, "atgard"]
                if (main := _main(released, name)) is not None and sign * main["effekt"] > 0
            ]
            if names:
                parts.append(f"{how} {word} lämnar biståndet efter {sentence_list(names)}")
    if not parts:
        return "Ingen åtgärd har en effekt som går att skilja från noll."
    return capital("; ".join(parts)) + "."


def measure_page(released: ReleasedTables, measure: str, output: Path, number: int) -> Markdown:
    """One measure in short, then its checks and method.

    Parameters
    ----------
    output
        Folder for the figure's files.
    number
        Names the figure; a measure's name may hold anything.
    """
    row = released.of("atgarder", measure).iloc[0]
    head = conclusion(f"**{_VERDICTS[row['utslag']]}.** {row['slutsats']}")
    main = _main(released, measure)
    if main is None:
        return _banner(released) + head + _what_is_missing(row)
    parts = [_banner(released), head, _cards(released, row, main), curves(released, measure, output, number)]
    parts += [Markdown("## Efter ett halvt, ett och två år\n\n"), effects_table(released, measure)]
    parts += [Markdown("## Vad har åtgärden betytt för målet?\n\n"), _meaning(released, measure)]
    groups = released.of("grupper", measure)
    if len(groups):
        parts += [Markdown("## Kvinnor och män, och andra grupper\n\n"), group_table(groups)]
    parts += [
        Markdown("## Håller jämförelsen?\n\n"),
        check_table(released.of("kontroller", measure)),
        method_text(),
    ]
    return sum(parts[1:], parts[0])


def _banner(released: ReleasedTables) -> Markdown:
    text = "Personerna är påhittade. Ingenting på sidan säger något om en verklig kommun."
    return synthetic_banner(text) if released.synthetic else Markdown("")


def _row(rows: pd.DataFrame, start: str, months: int) -> pd.Series | None:
    found = rows[rows["matt"].str.startswith(start) & (rows["manader"] == months)]
    return None if found.empty or pd.isna(found.iloc[0]["effekt"]) else found.iloc[0]


def _main(released: ReleasedTables, measure: object) -> pd.Series | None:
    return _row(released.of("effekter", str(measure)), "har lämnat biståndet för arbete eller studier", 12)


def _fewer(released: ReleasedTables, measure: object) -> pd.Series | None:
    rows = released.of("effekter", str(measure))
    found = rows[rows["enhet"] == "personer"] if len(rows) else rows
    return None if found.empty or pd.isna(found.iloc[0]["effekt"]) else found.iloc[0]


def _cards(released: ReleasedTables, row: pd.Series, main: pd.Series) -> Markdown:
    cards = [
        KeyFigure(
            decimal(main["effekt"], 1, sign=True),
            "procentenheter fler som lämnat inom ett år",
            f"osäkerhet {interval(main['lag'], main['hog'], 1)}",
        )
    ]
    fewer = _fewer(released, row["atgard"])
    if fewer is not None:
        cards.append(
            KeyFigure(
                count(round(-fewer["effekt"])),
                "färre med bistånd en genomsnittlig månad",
                f"osäkerhet {interval(-fewer['hog'], -fewer['lag'], 0)}",
            )
        )
    if not pd.isna(row["deltagare"]):
        cards.append(KeyFigure(count(row["deltagare"]), "deltagare", released.months))
    return key_figures(cards)


def _what_is_missing(row: pd.Series) -> Markdown:
    hints = [
        "Filerna behöver åtgärdens start och fler deltagare: läs in fler månader, eller ge en lokal lista med --program.",
        "Det måste finnas personer med bistånd som kunde ha börjat men inte gjorde det samma månad.",
    ]
    return Markdown("## Vad som skulle behövas\n\n") + bullet_list(hints)


def _meaning(released: ReleasedTables, measure: str) -> Markdown:
    fewer = _fewer(released, measure)
    if fewer is None:
        return paragraphs(
            "Uttaget är för kort för att säga hur många färre som fått bistånd i en genomsnittlig månad."
        )
    low, middle, high = -fewer["hog"], -fewer["effekt"], -fewer["lag"]
    if low <= 0 <= high:
        return paragraphs(
            f"Åtgärden kan ha betytt allt från {decimal(abs(low), 0)} fler till {decimal(high, 0)} färre personer med "
            "bistånd i en genomsnittlig månad. Det går alltså inte att säga om den har närmat kommunen målet."
        )
    word = "färre" if middle > 0 else "fler"
    needed = ""
    if low > 0:
        needed = f" För 100 personer färre skulle det behövas ungefär {decimal(100 / middle, 1)} gånger så många starter."
    return paragraphs(
        f"Med de starter som varit har {decimal(abs(middle), 0)} personer {word} haft bistånd i en genomsnittlig månad "
        f"(osäkerhet {decimal(min(abs(low), abs(high)), 0)} till {decimal(max(abs(low), abs(high)), 0)}).{needed}"
    )
