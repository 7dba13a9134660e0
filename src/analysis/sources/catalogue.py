"""The catalogues that sources are read against: municipalities and measures."""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from analysis.plain import demand_plain
from analysis.sources.makeup import HOW_TO, Makeup
from analysis.sources.observation import RIKET
from analysis.sources.yaml_in import read_yaml, validated
from foundation.errors import BistandError, allowed_values

Unit = Literal["procent", "antal", "tkr", "mnkr", "per 100 000 invånare"]


class Break(BaseModel):
    """A year from which a measure is not comparable with earlier years."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fran: int
    text: str


class Fetched(BaseModel):
    """Where a measure is fetched from and when a year's value is normally published.

    `ar`, `manad` and `dag` give the publication day relative to the year that the value is about; for monthly
    measures `manader` gives the lag in months. `val` selects categories of an SCB table by their text.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    tjanst: Literal["kolada", "scb"]
    id: str | None = None
    tabell: tuple[str, ...] = ()
    innehall: str | None = None
    val: dict[str, str] = Field(default_factory=dict)
    ar: int = Field(default=1, ge=0, le=5)
    manad: int = Field(default=12, ge=1, le=12)
    dag: int = Field(default=31, ge=1, le=31)
    manader: int | None = Field(default=None, ge=0, le=24)


class Measure(BaseModel):
    """What a number measures: numerator, denominator, unit and wanted direction.

    `foretrade` says which of two sources of the same fact counts: the municipality's own file, the document, or the
    one that came last.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    namn: str
    kort: str
    enhet: Unit
    definition: str
    skydd: Makeup
    riktning: Literal["minska", "öka", "behåll", "ingen"] = "ingen"
    decimaler: int = Field(default=1, ge=0, le=3)
    brott: tuple[Break, ...] = ()
    forbehall: tuple[str, ...] = ()
    rubriker: tuple[str, ...] = ()
    grupperas: bool = False
    foretrade: Literal["egna", "dokument", "senast"] = "senast"
    hamtas: Fetched | None = None

    @property
    def is_share(self) -> bool:
        """Whether values must lie between 0 and 100."""
        return self.enhet == "procent"


class Group(BaseModel):
    """A named group of comparable municipalities and the rule that chose them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    titel: str
    regel: str
    kommuner: tuple[str, ...]


@dataclass(frozen=True)
class Municipality:
    """A municipality by its four-digit SCB code."""

    code: str
    name: str
    county: str

    @property
    def genitive(self) -> str:
        """The Swedish genitive: names that end in s, x or z stay as they are."""
        return self.name if self.name[-1] in "sxz" else f"{self.name}s"

    @property
    def page_name(self) -> str:
        """Name of the municipality's page, in ASCII: ``1880-orebro``."""
        plain = unicodedata.normalize("NFKD", self.name.lower()).encode("ascii", "ignore").decode()
        return f"{self.code}-{re.sub(r'[^a-z0-9]+', '-', plain).strip('-')}"


@dataclass(frozen=True)
class Catalogue:
    """Everything that a row may refer to."""

    municipalities: dict[str, Municipality]
    measures: dict[str, Measure]
    caveats: dict[str, str]
    groups: dict[str, Group]

    def municipality(self, code: str) -> Municipality:
        """Return a municipality; an unknown code is an error that suggests near ones."""
        if code not in self.municipalities:
            near = [key for key in self.municipalities if key[:2] == code[:2]] or list(self.municipalities)[
                :5
            ]
            raise BistandError(
                f"kommunkoden ”{code}” är okänd",
                fix=f"Använd SCB:s fyrsiffriga kod, till exempel {', '.join(near[:8])}.",
            )
        return self.municipalities[code]

    def measure(self, measure_id: str) -> Measure:
        """Return a measure; an unknown id is an error that lists the allowed ones."""
        if measure_id not in self.measures:
            raise BistandError(
                f"måttet ”{measure_id}” är okänt",
                fix=f"Tillåtna mått: {allowed_values(self.measures)}. Nya mått läggs till i data/raw/matt.yml.",
            )
        return self.measures[measure_id]


def read_municipalities(path: Path) -> dict[str, Municipality]:
    """Read code, name and county (header ``kommun_kod,name,lan``) and add riket as 0000."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [Municipality(row["kommun_kod"], row["name"], row["lan"]) for row in csv.DictReader(stream)]
    for row in rows:
        demand_plain({"kommun_kod": row.code, "name": row.name, "lan": row.county}, path)
        if not re.fullmatch(r"\d{4}", row.code):
            raise BistandError(
                f"kommunkoden ”{row.code}” ska ha fyra siffror", file=path, column="kommun_kod"
            )
    return {RIKET: Municipality(RIKET, "Riket", ""), **{row.code: row for row in rows}}


def read_measures(path: Path) -> tuple[dict[str, Measure], dict[str, str]]:
    """Read the measure catalogue and the caveat vocabulary; caveats must be in the vocabulary."""
    content = read_yaml(path)
    if not isinstance(content, dict) or not {"matt", "forbehall"} <= set(content):
        raise BistandError("filen ska ha delarna ”forbehall” och ”matt”", file=path)
    caveats = {str(key): str(text) for key, text in content["forbehall"].items()}
    measures: dict[str, Measure] = {}
    for key, fields in content["matt"].items():
        if not isinstance(fields, dict) or "skydd" not in fields:
            raise BistandError(
                f"måttet ”{key}” säger inte vad det räknar eller består av",
                file=path,
                column="skydd",
                fix=HOW_TO,
            )
        measures[str(key)] = validated(Measure, fields, f"måttet ”{key}”", file=path, fix=HOW_TO)
        unknown = set(measures[str(key)].forbehall) - set(caveats)
        if unknown:
            raise BistandError(
                f"måttet ”{key}” har okända förbehåll: {allowed_values(unknown)}",
                file=path,
                fix=f"Använd något av {allowed_values(caveats)} eller lägg till texten under ”forbehall”.",
            )
    _check_makeup(measures, path)
    return measures, caveats


def _check_makeup(measures: dict[str, Measure], path: Path) -> None:
    """Demand that declarations name measures of the catalogue, and counts where a count is meant."""
    for key, measure in measures.items():
        made = measure.skydd
        unknown = set(made.named) - set(measures)
        if unknown:
            raise BistandError(
                f"måttet ”{key}” säger sig bestå av okända mått: {allowed_values(unknown)}",
                file=path, column="skydd", fix="Lägg till dem i filen, eller rätta namnet.",
            )  # fmt: skip
        counted = {made.taljare, made.bakom, made.grupper_av, *made.delar, *made.hogst} - {None}
        counted |= {item.matt for item in made.ingar_i}
        wrong = [name for name in sorted(map(str, counted)) if measures[name].skydd.slag != "antal"]
        if wrong or (made.slag == "antal") != (measure.enhet == "antal" and made.slag != "offentligt"):
            what = (
                f"hänvisar till {wrong[0]} som inte är ett antal"
                if wrong
                else f"har enheten {measure.enhet} men är ett {made.slag}"
            )
            raise BistandError(f"måttet ”{key}” {what}", file=path, column="skydd", fix=HOW_TO)


def read_groups(path: Path, municipalities: dict[str, Municipality]) -> dict[str, Group]:
    """Read named comparison groups; every code must be a known municipality."""
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise BistandError("filen ska bestå av namngivna grupper", file=path)
    groups: dict[str, Group] = {}
    for name, fields in content.items():
        groups[str(name)] = validated(Group, fields, f"gruppen ”{name}”", file=path)
        unknown = set(groups[str(name)].kommuner) - set(municipalities)
        if unknown:
            raise BistandError(
                f"gruppen ”{name}” har okända kommunkoder: {allowed_values(unknown)}",
                file=path,
                fix="Skriv koderna inom citattecken, med fyra siffror.",
            )
    return groups


def load_catalogue(raw: Path) -> Catalogue:
    """Read the catalogues below ``data/raw``."""
    files = sorted((raw / "kommuner").glob("*/kommuner.csv"))
    if not files:
        raise BistandError(
            "kommunlistan saknas", file=raw / "kommuner", fix="Återställ mappen (git checkout)."
        )
    municipalities = read_municipalities(files[-1])
    measures, caveats = read_measures(raw / "matt.yml")
    groups = read_groups(raw / "jamforelsegrupper.yml", municipalities)
    return Catalogue(
        municipalities=municipalities,
        measures=measures,
        caveats=caveats,
        groups=groups,
    )
