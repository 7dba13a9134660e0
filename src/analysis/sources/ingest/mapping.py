"""The saved mapping: what the columns of a series mean, so that next month is one command."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from analysis.sources.yaml_in import read_yaml, validated
from analysis.sources.yaml_out import dump_yaml

Role = Literal["värde", "kommun", "period", "år", "månad", "kön", "mått", "grupp", "status", "ej med"]
StatusName = Literal["missing", "suppressed", "not_applicable"]
FILE_NAME = "mappning.yml"
MAX_WORDS = 600
#: What HTML, Markdown, shortcodes, templates and raw blocks are made of, and what ends a line.
_MARKUP = re.compile(
    r"[<>{}\[\]`\\|\x00-\x1f\x7f\u2028\u2029]|^\s*[#=+@-]|://[^\s]*[\s\"']|file:|javascript:", re.IGNORECASE
)


class ColumnRule(BaseModel):
    """What one column holds. `skala` multiplies its numbers (0.001 turns kronor into tkr)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    roll: Role = "värde"
    matt: str | None = None
    kon: Literal["T", "K", "M"] | None = None
    grupp: str | None = None
    period: str | None = None
    skala: float | None = Field(default=None, gt=0, allow_inf_nan=False)


class Mapping(BaseModel):
    """How files of one series are read, and what their passports say. Keys are Swedish: users edit them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    serie: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    producent: str = "Kommunens eget verksamhetssystem"
    titel: str = "Egna månadssiffror"
    definition: str = (
        "Summerade uppgifter ur kommunens verksamhetssystem; se respektive mått i måttkatalogen."
    )
    licens: str = "Kommunens egna summerade uppgifter utan personuppgifter."
    hanvisning: str = "Kommunens verksamhetssystem; egen bearbetning"
    lank: str | None = None
    blad: str | None = None
    kommun: str | None = None
    matt: str | None = None
    kon: Literal["T", "K", "M"] = "T"
    grupp: str = "alla"
    ar: int | None = Field(default=None, ge=1990, le=2100)
    decimaltecken: Literal[",", "."] | None = None
    skala: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    tecken: dict[str, StatusName] = Field(default_factory=dict)
    kolumner: dict[str, ColumnRule] = Field(default_factory=dict)
    mattnamn: dict[str, str] = Field(default_factory=dict)
    preliminara_manader: int = Field(default=0, ge=0, le=24)
    eftersläpning_manader: int = Field(default=1, ge=0, le=24)
    rubriker: tuple[str, ...] = ()
    grupper: tuple[str, ...] = ()

    @field_validator("kommun")
    @classmethod
    def _four_digits(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"\d{4}", value):
            raise ValueError("kommunkoden ska ha fyra siffror inom citattecken")
        return value

    @field_validator("producent", "titel", "definition", "licens", "hanvisning", "lank", "grupp")
    @classmethod
    def _plain_words(cls, value: str | None) -> str | None:
        if value is not None and (_MARKUP.search(value) or not value.strip() or len(value) > MAX_WORDS):
            raise ValueError(
                f"ska vara vanlig text på en rad, högst {MAX_WORDS} tecken, utan HTML, Markdown, kortkoder eller klamrar"
            )
        return value

    @field_validator("serie")
    @classmethod
    def _short(cls, value: str) -> str:
        if len(value) > 60:
            raise ValueError("får ha högst 60 tecken")
        return value

    def settings(self) -> dict[str, Any]:
        """Return the mapping as plain data without defaults, for a passport or a YAML file."""
        return self.model_dump(mode="json", exclude_defaults=True, exclude_none=True)


def parse_mapping(fields: object, *, file: Path | str) -> Mapping:
    """Validate a mapping; faults are told in Swedish."""
    fix = "Rätta fältet; se exemplen i guiden om egna siffror."
    return validated(Mapping, fields, "mappningen är fel", file=file, fix=fix)


def read_mapping(path: Path) -> Mapping:
    """Read a saved mapping."""
    return parse_mapping(read_yaml(path), file=path)


def mapping_text(mapping: Mapping) -> str:
    """Return the mapping as commented YAML."""
    head = (
        "# Så läses serien. Filen skrivs av ”bistand data lagg-till” och får ändras för hand.\n"
        "# kolumner: rubrik -> {matt, kon, grupp, period, skala} eller {roll: ej med}\n"
    )
    return head + dump_yaml(mapping.settings())
