"""What a measure counts or is made of: the declaration ``skydd`` that the protector of small counts needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

#: What stands for a denominator that the catalogue does not know.
UNKNOWN: Final = "okänd"
HOW_TO: Final = (
    "Skriv vad måttet består av under ”skydd”: {slag: antal, aret: någon gång} för ett antal personer eller hushåll; "
    "{slag: andel, taljare: MÅTTET_SOM_RÄKNAS, namnare: SCB_FOLKMANGD} för en andel (”okänd” om ingen nämnare finns); "
    "{slag: belopp, bakom: ANTALET_HUSHÅLL, aret: summa} för ett belopp; {slag: medel, bakom: ANTALET} för ett medelvärde; "
    "{slag: offentligt} om talet inte räknar några som får stöd."
)


class Shifted(BaseModel):
    """Another measure, so many months away: -1 is the month before."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    matt: str
    manader: int = 0


class Makeup(BaseModel):
    """What a measure counts or is made of.

    Attributes
    ----------
    slag
        A count of persons or households, a share, an amount, a mean, or a public figure about nobody's support.
    aret
        How the year follows from its months: their sum, their mean, everyone counted once, or not at all.
    delar
        Counts that this count is the sum of.
    ingar_i
        Counts of which this one is a part, so that the rest is a count of persons too.
    hogst
        Counts that this one never exceeds, where the difference is nobody; the same month or the year around it.
    taljare, namnare, spann, minst
        Of a share: the count in the numerator (None if the catalogue has none), the denominator, between which parts of
        that denominator the real one lies (adults are 0.70 to 0.88 of the residents), and the fewest persons in it.
    bakom, hogst_per
        Of an amount or a mean: the count behind it, and the largest amount that one of them can have in the period.
    grupper, grupper_av
        Whether groups are parts or overlap, and the measure they add up to if it is another.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    slag: Literal["antal", "andel", "belopp", "medel", "offentligt"]
    aret: Literal["summa", "medel", "någon gång", "ingen"] | None = Field(default=None, validate_default=True)
    delar: tuple[str, ...] = ()
    ingar_i: tuple[Shifted, ...] = ()
    hogst: tuple[str, ...] = ()
    taljare: str | None = None
    namnare: str | None = Field(default=None, validate_default=True)
    spann: tuple[float, float] = (1.0, 1.0)
    minst: int = Field(default=0, ge=0)
    bakom: str | None = Field(default=None, validate_default=True)
    hogst_per: float | None = Field(default=None, gt=0)
    grupper: Literal["delar", "överlappar"] = "delar"
    grupper_av: str | None = None

    @field_validator("ingar_i", mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        return (
            [{"matt": item} if isinstance(item, str) else item for item in value]
            if isinstance(value, list)
            else value
        )

    @field_validator("spann")
    @classmethod
    def _ordered(cls, value: tuple[float, float]) -> tuple[float, float]:
        if not 0 < value[0] <= value[1] <= 1:
            raise ValueError("ska vara två tal mellan 0 och 1, det minsta först")
        return value

    @field_validator("aret", "namnare", "bakom")
    @classmethod
    def _needed(cls, value: str | None, info: ValidationInfo) -> str | None:
        slag = info.data.get("slag")
        wanted = {"aret": ("antal", "belopp"), "namnare": ("andel",), "bakom": ("belopp", "medel")}
        if value is None and slag in wanted[str(info.field_name)]:
            raise ValueError(f"saknas; det behövs när slag är {slag}")
        return value

    @property
    def named(self) -> Iterable[str]:
        """Every other measure that the declaration names."""
        single = (self.taljare, self.namnare, self.bakom, self.grupper_av)
        yield from (item for item in single if item is not None and item != UNKNOWN)
        yield from (*self.delar, *self.hogst, *(item.matt for item in self.ingar_i))
