"""A declaration: question, outcomes, counterfactual, dose, rule of judgement; and its lock.

The lock is a SHA-256 over everything that decides the judgement: the file's content and the settings of the forecast
model in the code. A later change is a new file with a higher `version` that says what it replaces and why.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from analysis.sources.yaml_in import read_yaml, validated
from foundation.errors import BistandError

FOLDER = "deklarationer"
LockState = Literal["olåst", "låst", "ändrad efter låsning"]


class Outcome(BaseModel):
    """One outcome that will be judged: a year of a measure, and when it can be known."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ar: int = Field(ge=2000, le=2100)
    roll: Literal["huvudutfall", "stödutfall"]
    kommer: str
    varfor: str


class Dose(BaseModel):
    """A measure of how hard the reform can hit a municipality, known before it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    matt: str
    ar: int
    namn: str
    varfor: str


class Rule(BaseModel):
    """What counts as an answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    niva: float = Field(gt=0, lt=0.5)
    svag_niva: float = Field(gt=0, lt=0.5)
    flera: Literal["holm"]
    kommuner: Literal["benjamini-hochberg"]
    falsk_andel: float = Field(gt=0, lt=0.5)
    tydlig: str
    svag: str
    inget: str
    ej_bedombar: str


class Study(BaseModel):
    """A published study of something comparable: what was read of it and how far it carries."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hanvisning: str
    lank: str
    last: str
    fann: str
    racker: str


class Lock(BaseModel):
    """When the declaration was locked, and over what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    datum: date
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Declaration(BaseModel):
    """One version of one declaration. Keys are Swedish because users write them.

    Attributes
    ----------
    kant_senast
        The counterfactual may use only what was known on this day.
    kommun
        Code of the municipality of a plan's declaration, None for a national reform.
    placebo
        First and last year of the placebo table.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    version: int = Field(ge=1)
    ersatter: int | None = None
    skal: str | None = None
    titel: str
    kommun: str | None = Field(default=None, pattern=r"^\d{4}$")
    handelse: str | None = None
    plan: str | None = None
    fraga: str
    matt: str
    kant_senast: date
    utfall: tuple[Outcome, ...] = Field(min_length=1)
    kontrafaktisk: str
    dos: tuple[Dose, ...] = ()
    placebo: tuple[int, int]
    dragningar: int = Field(ge=500, le=20_000)
    regel: Rule
    andra_oss: tuple[str, ...] = Field(min_length=1)
    stors: tuple[str, ...] = ()
    studier: tuple[Study, ...] = ()
    las: Lock | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 over what decides the judgement, the lock itself left out."""
        from analysis.declarations.judge import settings

        content = self.model_dump(mode="json", exclude={"las"}) | {"inställningar": settings()}
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    @property
    def state(self) -> LockState:
        """Whether the declaration is locked, and still what was locked."""
        if self.las is None:
            return "olåst"
        return "låst" if self.las.sha256 == self.fingerprint else "ändrad efter låsning"


def load_declaration(path: Path) -> Declaration:
    """Read one declaration.

    Raises
    ------
    BistandError
        Naming the field that is wrong.
    """
    content = read_yaml(path)
    if not isinstance(content, Mapping):
        raise BistandError("filen ska vara en deklaration med fält", file=path)
    allowed = f"Tillåtna fält: {', '.join(Declaration.model_fields)}."
    found = validated(Declaration, content, "deklarationen", file=path, fix=allowed)
    if (found.version > 1) != (found.ersatter is not None and bool(found.skal)):
        raise BistandError(
            "en ny version ska säga vilken den ersätter och varför; den första ska inte ha de fälten",
            file=path,
            fix="Skriv ersatter: och skal:, eller sätt version: 1.",
        )
    return found


def load_declarations(reports: Path) -> tuple[Declaration, ...]:
    """Read all declarations, by id and version."""
    found = [load_declaration(path) for path in sorted((reports / FOLDER).glob("*.yml"))]
    return tuple(sorted(found, key=lambda item: (item.id, item.version)))


def newest(declarations: tuple[Declaration, ...], declaration_id: str) -> Declaration:
    """Return the latest version of a declaration; an unknown id is an error that lists the known ones."""
    found = [item for item in declarations if item.id == declaration_id]
    if not found:
        known = ", ".join(sorted({item.id for item in declarations})) or "inga"
        raise BistandError(f"deklarationen ”{declaration_id}” finns inte", fix=f"Deklarationer: {known}.")
    return found[-1]
