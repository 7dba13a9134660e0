"""The released tables of one measure as figures and tables of a page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.pages.parts import theme
from analysis.pages.parts.figure import publish_figure
from analysis.pages.parts.markdown import Markdown, paragraphs
from analysis.pages.parts.table import Column, table
from foundation.swedish import decimal, interval

_GROUPS = {"kon": "Kön", "landgrupp": "Födelseland", "aldersgrupp": "Ålder"}


@dataclass(frozen=True)
class ReleasedTables:
    """What left the microdata folder, by table; `place` and `months` say whose persons and which months."""

    place: str
    months: str
    tables: dict[str, pd.DataFrame]

    @property
    def synthetic(self) -> bool:
        """Whether the persons are invented."""
        return bool((self.tables["atgarder"]["status"] == "synthetic").any())

    def of(self, name: str, measure: str) -> pd.DataFrame:
        """One measure's rows of a table; empty if the table has not left."""
        rows = self.tables.get(name, pd.DataFrame({"atgard": []}))
        return rows[rows["atgard"] == measure].reset_index(drop=True)


def curves(released: ReleasedTables, measure: str, output: Path, number: int) -> Markdown:
    """The difference month by month."""
    rows = released.of("kurvor", measure)
    if len(rows) < 2:
        return paragraphs("För få lämnar biståndet för att visas månad för månad.")
    figure, axes = theme.new_figure(height=3.8)
    axes.fill_between(rows["manad"], rows["lag"], rows["hog"], color=theme.BAND_WIDE, linewidth=0)
    axes.plot(rows["manad"], rows["skillnad"], color=theme.OWN, linewidth=2.4, marker="o", markersize=4)
    axes.axhline(0, color=theme.INK, linewidth=0.9)
    axes.set_xlabel("månader efter starten")
    axes.set_title("Fler som har lämnat för arbete eller studier, procentenheter")
    theme.swedish_axis(axes, digits=0)
    last = rows.iloc[-1]
    return publish_figure(
        figure,
        name=f"atgard-{number}",
        caption=f"{capital(measure)}: skillnaden mot att inte ha börjat, med 95 procents osäkerhet",
        alt=(
            f"Linjediagram. Efter {last['manad']:.0f} månader har {decimal(abs(last['skillnad']), 1)} procentenheter "
            f"{'fler' if last['skillnad'] >= 0 else 'färre'} lämnat biståndet än om de inte hade börjat; skillnadens "
            f"osäkerhet är {interval(last['lag'], last['hog'], 1)}."
        ),
        data=rows[["manad", "med", "utan", "skillnad", "lag", "hog"]],
        output=output,
        synthetic=released.synthetic,
    )


def effects_table(released: ReleasedTables, measure: str) -> Markdown:
    """Effects at each horizon; work and studies apart are in the CSV."""
    rows = released.of("effekter", measure)
    parts = rows["matt"].str.contains(r"biståndet (?:för arbete |för studier )?inom \d+ månader$")
    rows = rows[(rows["enhet"] != "personer") & ~parts]
    frame = rows.assign(
        matt=rows["matt"].map(capital),
        ci=_intervals(rows, "visas inte"),
    )
    columns = [
        Column("matt", "Vad som följs"),
        Column("effekt", "Effekt", "number", sign=True),
        Column("ci", "95 % osäkerhet"),
        Column("med", "Med åtgärden", "number"),
        Column("utan", "Utan åtgärden", "number"),
        Column("enhet", "Enhet"),
    ]
    return table(
        frame,
        columns,
        caption=f"{capital(measure)}: effekter på deltagarna",
        note="Avslut för arbete och studier var för sig står i effekter.csv.",
    )


def group_table(groups: pd.DataFrame) -> Markdown:
    """Effects by group."""
    frame = groups.assign(
        name=[
            f"{_GROUPS.get(group, group)}: {({'K': 'kvinnor', 'M': 'män'}).get(level, level)}"
            for group, level in zip(groups["grupp"], groups["niva"], strict=True)
        ],
        ci=_intervals(groups, "för få"),
        p=["–" if p != p else "under 0,001" if p < 0.001 else decimal(p, 3) for p in groups["p_holm"]],
    )
    columns = [
        Column("name", "Grupp"),
        Column("deltagare", "Deltagare", "number", 0),
        Column("effekt", "Effekt", "number", sign=True, unit="procentenheter"),
        Column("ci", "95 % osäkerhet"),
        Column("p", "p-värde, justerat"),
    ]
    return table(
        frame,
        columns,
        caption="Effekt inom ett år, grupp för grupp",
        note="Justerat för hur många grupper som prövades (Holm).",
    )


def check_table(checks: pd.DataFrame) -> Markdown:
    """The checks in words."""
    columns = [Column("kontroll", "Kontroll"), Column("utfall", "Utfall"), Column("text", "Vad den visar")]
    return table(checks, columns, caption="Kontroller")


def method_text() -> Markdown:
    """How it is computed, in short."""
    return Markdown("## Så är det räknat\n\n") + paragraphs(
        "Varje månad är ett tänkt försök: de som börjar i åtgärden jämförs med dem som också har bistånd och kunde ha "
        "börjat samma månad. De som inte började vägs så att de liknar deltagarna, också i hindret den månaden. "
        "En omätt skillnad som både styr vem som börjar och vem som lämnar kan ändå finnas kvar."
    )


def _intervals(rows: pd.DataFrame, missing: str) -> list[str]:
    pairs = zip(rows["lag"], rows["hog"], strict=True)
    return [missing if pd.isna(low) else interval(low, high, 1) for low, high in pairs]


def capital(name: object) -> str:
    """Begin with a capital letter."""
    text = str(name)
    return text[:1].upper() + text[1:]
