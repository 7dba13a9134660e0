"""Passports: what a raw file is, who made it, when it could be known, and that it is unchanged."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from analysis.calendar import last_month, month_end
from analysis.sources.yaml_in import read_yaml, validated
from foundation.errors import BistandError
from foundation.files import sha256_of

#: The parser in C where there is one: ten times as fast, the same result.

SUFFIX = ".pass.yml"
_DATED = re.compile(r"-\d{4}-\d{2}(-\d{2})?(-\d+)?$")


def _capped(day: date, latest: date | None, earliest: date | None = None) -> str:
    held = max(day, earliest) if earliest else day
    return (min(held, latest) if latest else held).isoformat()


class Lag(BaseModel):
    """A publication lag: period Y is known from `day`/`month` of year Y + `years`.

    `senast` is the day the file came: what is in it was known then at the latest.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    regel: Literal["eftersläpning"]
    ar: int = Field(ge=0, le=5)
    manad: int = Field(ge=1, le=12)
    dag: int = Field(ge=1, le=31)
    motivering: str
    senast: date | None = None

    def known_from(self, year: int) -> str:
        """Return the ISO date from which the value for `year` counts as known."""
        return _capped(date(year + self.ar, self.manad, self.dag), self.senast)

    def known_on(self, period: str) -> str:
        """Return the ISO date from which the value for `period` counts as known."""
        return self.known_from(int(period[:4]))


class MonthLag(BaseModel):
    """A publication lag in months: a period is known when `manader` more months have ended after it.

    `tidigast` is the day after the last finished run: what came in later is not known to it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    regel: Literal["månadseftersläpning"]
    manader: int = Field(ge=0, le=24)
    motivering: str
    tidigast: date | None = None
    senast: date | None = None

    def known_from(self, year: int) -> str:
        """Return the ISO date from which the value for the whole of `year` counts as known."""
        return self.known_on(f"{year}-12")

    def known_on(self, period: str) -> str:
        """Return the ISO date from which the value for `period` (year, month or delår) counts as known."""
        return _capped(month_end(last_month(period) + self.manader), self.senast, self.tidigast)


class Fixed(BaseModel):
    """All values are known from one date: the date of the document or of the download."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    regel: Literal["datum"]
    datum: date
    motivering: str

    def known_from(self, year: int) -> str:
        """Return the ISO date, the same for every `year`."""
        del year
        return self.datum.isoformat()

    def known_on(self, period: str) -> str:
        """Return the ISO date, the same for every `period`."""
        del period
        return self.datum.isoformat()


class ValueColumn(BaseModel):
    """One column of numbers in a raw table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kolumn: str
    matt: str
    status: str = "observed"


class Layout(BaseModel):
    """How a raw table is read: the reader's name and which columns hold what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lasare: str
    kommun: str = "kommun_kod"
    period: str = "year"
    varden: tuple[ValueColumn, ...] = ()
    tomma_ar_ar: Literal["missing", "ej med"] = "ej med"
    installningar: dict[str, object] = Field(default_factory=dict)


class Original(BaseModel):
    """What a stored table was read from: the checksum of the file, its kind, and what was left out (places, no words)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    slag: str
    utelamnat: tuple[str, ...] = ()


class Passport(BaseModel):
    """The passport of one raw file. Keys are Swedish because users write them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$")
    fil: str
    producent: str
    titel: str
    definition: str
    licens: str
    hanvisning: str
    utgava: str
    pseudoutgava: bool = False
    hamtad: date
    kant_fran: Annotated[Lag | MonthLag | Fixed, Field(discriminator="regel")]
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    lank: str | None = None
    rackvidd: Literal["nationell", "kommun", "referens"] = "nationell"
    anmarkningar: tuple[str, ...] = ()
    serie: str | None = None
    inlasning: Layout
    original: Original | None = None

    @property
    def national(self) -> bool:
        """Whether every run uses the source; if not, only runs of the municipalities in it do."""
        return self.rackvidd == "nationell"

    @property
    def series(self) -> str:
        """What the file is a vintage of: ``serie``, or the id without its date."""
        return self.serie or _DATED.sub("", self.id)


class LocatedPassport(BaseModel):
    """A passport and the file it stands beside."""

    model_config = ConfigDict(frozen=True)

    passport: Passport
    path: Path

    @property
    def data(self) -> Path:
        """The raw file."""
        return self.path.parent / self.passport.fil


def load_passport(path: Path) -> LocatedPassport:
    """Read one passport and check that its file exists and has the stated checksum.

    Raises
    ------
    BistandError
        If a field is missing or wrong, or if the raw file is gone or has been changed.
    """
    passport = validated(
        Passport,
        read_yaml(path),
        "passet är ofullständigt eller fel",
        file=path,
        fix="Rätta fälten; jämför med passet till en annan fil i data/raw.",
    )
    located = LocatedPassport(passport=passport, path=path)
    if not located.data.is_file():
        raise BistandError(
            f"filen {passport.fil} som passet beskriver finns inte",
            file=path,
            fix="Lägg tillbaka filen eller ta bort passet.",
        )
    actual = sha256_of(located.data)
    if actual != passport.sha256:
        raise BistandError(
            f"filen har ändrats sedan den togs emot: kontrollsumman är {actual[:12]}…, "
            f"passet säger {passport.sha256[:12]}…",
            file=located.data,
            fix="Återställ filen (git checkout). Nya siffror läggs in som en ny utgåva i en egen mapp, "
            "aldrig som en ändring i en gammal fil.",
        )
    return located


def find_passports(*folders: Path) -> tuple[LocatedPassport, ...]:
    """Load every passport below the folders, in order of source id; two with one id is an error."""
    found = [load_passport(path) for folder in folders for path in sorted(folder.rglob(f"*{SUFFIX}"))]
    by_id: dict[str, LocatedPassport] = {}
    for located in found:
        other = by_id.setdefault(located.passport.id, located)
        if other is not located:
            raise BistandError(
                f"käll-id ”{located.passport.id}” används redan av {other.path}",
                file=located.path,
                fix="Ge passet ett eget id.",
            )
    return tuple(by_id[key] for key in sorted(by_id))
