"""What was read from the statutory files, in words, and how it agrees with what is published."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.calendar import month_label
from analysis.micro.statutory.episodes import Episodes, exits_by_gap
from analysis.micro.statutory.reading import PersonMonths
from foundation.swedish import count, decimal, numbered, percent

#: Names of published yearly figures: per cent of residents with aid, and residents.
SHARE, RESIDENTS = "andel", "invånare"


def account(read: PersonMonths, laid_out: Episodes) -> list[str]:
    """What was read, what was not understood, and the exits by rule."""
    table, window = read.table, laid_out.window
    households = table.groupby("month")["household"].nunique()
    lines = [
        f"{len(read.columns)} filer, {month_label(window.first)} till {month_label(window.last)}: "
        f"{_shown(table['person'].nunique())} vuxna, i genomsnitt {_shown(round(households.mean()))} hushåll i månaden.",
    ]
    if laid_out.missing_months:
        missing = ", ".join(month_label(month) for month in laid_out.missing_months[:5])
        lines.append(
            f"Månader utan fil: {missing}. De räknas som månader utan bistånd: komplettera innan ni skattar."
        )
    if read.replaced or read.repeated:
        lines.append(
            f"{_shown(read.replaced)} uppgifter ersattes av en senare fil; {_shown(read.repeated)} rader stod två gånger."
        )
    for item in read.unknown[:20]:
        lines.append(
            f"Okänd kod för {item.kind}: ”{item.code}” på {_shown(item.rows)} rader. Lägg den i en layout."
        )
    by_gap = exits_by_gap(laid_out.spells, window)
    lines.append(
        "Avslut med en, två och tre månaders uppehåll: "
        + ", ".join(_shown(number) for number in by_gap.values())
        + ". Skattningarna räknar två."
    )
    measures = laid_out.measures.groupby("measure")["person"].nunique() if len(laid_out.measures) else {}
    for measure, number in dict(measures).items():
        lines.append(
            f"Insats {measure if number >= 5 else 'med färre än 5 deltagare'}: {_shown(int(number))} deltagare."
        )
    if laid_out.obstacles.empty:
        lines.append("Filerna har inga försörjningshinder: hindret kan inte vägas in månad för månad.")
    return lines


def compared(table: pd.DataFrame, published: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Households and kronor of the files beside published ones, for the periods that both have."""
    once = table.drop_duplicates(["month", "household"])
    own = {
        "hushåll": once.groupby("month")["household"].nunique(),
        "tkr": once.groupby("month")["amount"].sum() / 1000,
    }
    lines = []
    for what, figures in published.items():
        if what not in own:
            continue
        mine = own[what].rename(index=month_label)
        both = [month for month in mine.index if figures.get(month)]
        if both:
            gap = float((mine[both] / pd.Series(dict(figures))[both] - 1).mean() * 100)
            span = numbered(len(both), "månad", "månader")
            lines.append(
                f"Mot publicerade {what} per månad ({span}): filerna ligger {decimal(gap, 1, sign=True)} % i genomsnitt."
            )
    lines = lines or ["Det finns inga publicerade månader för kommunen att jämföra med."]
    return lines + _compared_years(table, published.get(SHARE, {}), published.get(RESIDENTS, {}))


def _compared_years(
    table: pd.DataFrame, shares: Mapping[str, float], residents: Mapping[str, float]
) -> list[str]:
    """Residents with aid in a year by the files, children counted as they are to adults, beside the published share."""
    year = table["month"] // 12
    whole = table.groupby(year)["month"].nunique() == 12
    adults = table.groupby(year)["person"].nunique()
    once = table.drop_duplicates(["month", "household"])
    children = once.groupby(once["month"] // 12)["children"].sum() / table.groupby(year).size()
    lines = []
    for number in whole.index[whole]:
        name = month_label(number * 12)[:4]
        if shares.get(name) and residents.get(name):
            own = 100 * adults[number] * (1 + children[number]) / residents[name]
            lines.append(
                f"{name}: filerna ger ungefär {percent(own, 2)} av invånarna; publicerat är "
                f"{percent(shares[name], 2)} (N31807)."
            )
    return lines


def _shown(number: int) -> str:
    return count(number) if number == 0 or number >= 5 else "färre än 5"
