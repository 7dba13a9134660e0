"""Layouts of the statutory file are data: which field is what, and what its codes mean."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from analysis.micro.vocabulary import BACKGROUND, EXITS
from analysis.sources.yaml_in import read_yaml, validated
from foundation.errors import BistandError

FOLDER: Final = "rapportfil"
Role = Literal[
    "", "ar", "manad", "kommun", "distrikt", "barn", "belopp", "person", "utland", "kon", "alder", "hinder", "insats",
    "person2", "utland2", "kon2", "alder2", "hinder2", "insats2", "avslut",
]  # fmt: skip
#: Without these there is no month, no person or no household.
NEEDED: Final = ("ar", "manad", "person")
#: A field that is all digits here is data, so the first row is no heading.
_YEAR = re.compile(r"(19|20)\d{2}")


class LayoutField(BaseModel):
    """One field. Keys are Swedish because users write them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    nr: int | None = Field(default=None, ge=1)
    namn: str
    roll: Role
    alias: tuple[str, ...] = ()


class Layout(BaseModel):
    """One layout: its fields, and the meaning of codes of obstacles, measures and exits."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    namn: str
    fran: str = Field(pattern=r"^\d{4}-\d{2}$")
    till: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}$")
    kalla: str
    falt: tuple[LayoutField, ...] = Field(min_length=3)
    hinder: dict[str, str]
    insatser: dict[str, str] = Field(default_factory=dict)
    avslut: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _meanings_are_known(self) -> Layout:
        for name, codes, allowed in (
            ("hinder", self.hinder, BACKGROUND["orsak"]),
            ("avslut", self.avslut, EXITS),
        ):
            for code, meaning in codes.items():
                if meaning not in allowed:
                    raise ValueError(
                        f"{name}: koden {code} har betydelsen {meaning}, men tillåtet är {', '.join(allowed)}"
                    )
        return self

    @property
    def numbered(self) -> bool:
        """Whether every field says its place, so that a file without a heading row can be read."""
        return all(item.nr is not None for item in self.falt)


@dataclass(frozen=True)
class Columns:
    """What was recognised in one file.

    Attributes
    ----------
    roles
        One role a column of the file, "" for what is not read.
    names
        The heading, or the layout's name of the field, or "fält 19".
    heading
        Whether the first row is a heading.
    """

    roles: tuple[Role, ...]
    names: tuple[str, ...]
    heading: bool

    def place(self, role: Role) -> int | None:
        """Column of a role, or None."""
        return self.roles.index(role) if role in self.roles else None


def folded(text: str) -> str:
    """A heading or code for comparison: small letters, no spaces, punctuation or diacritics of å, ä, ö."""
    plain = text.casefold().translate(str.maketrans("åäöé", "aaoe"))
    return re.sub(r"[^a-z0-9]", "", plain)


def load_layout(path: Path) -> Layout:
    """Read one layout.

    Raises
    ------
    BistandError
        Naming the field that is wrong.
    """
    content = read_yaml(path)
    if not isinstance(content, Mapping):
        raise BistandError("layouten ska vara en fil med fält", file=path)
    fields = {**content, **{key: _texts(content.get(key)) for key in ("hinder", "insatser", "avslut")}}
    fix = "Jämför med data/raw/rapportfil/layout-2017.yml."
    return validated(Layout, fields, "layouten", file=path, fix=fix)


def _texts(codes: object) -> object:
    """Codes written without quotes are numbers in YAML; they are texts here."""
    if not isinstance(codes, Mapping):
        return {}
    return {str(code): str(meaning) for code, meaning in codes.items()}


def known_layouts(raw: Path) -> tuple[Layout, ...]:
    """The layouts that come with the project, oldest first."""
    return tuple(load_layout(path) for path in sorted((raw / FOLDER).glob("layout-*.yml")))


def recognise(
    first: Sequence[str], layouts: Sequence[Layout], own: Layout | None, file: str
) -> tuple[Columns, Layout]:
    """Decide which column is what, from a file's first row.

    Raises
    ------
    BistandError
        If the file has no heading and no layout tells the order, or lacks year, month or person.
    """
    heading = not _YEAR.fullmatch(first[0].strip()) if first else False
    if heading:
        chosen = own or layouts[-1]
        by_name = {
            folded(name): item.roll
            for layout in ([own] if own else layouts)
            for item in layout.falt
            for name in (item.namn, *item.alias)
        }
        roles = tuple(by_name.get(folded(name), "") for name in first)
        columns = Columns(
            roles, tuple(name.strip() or f"fält {place}" for place, name in enumerate(first, 1)), True
        )
    else:
        chosen = own or _by_year(first, layouts, file)
        if not chosen.numbered:
            raise BistandError(
                "filen har ingen rubrikrad, och ordningen på fälten är inte känd",
                file=file,
                row=1,
                fix="Skriv en layout med nr på varje fält (bistand mikro layout FIL gör ett utkast) och ange --layout.",
            )
        by_place = {item.nr: item for item in chosen.falt}
        found = [by_place.get(place) for place in range(1, len(first) + 1)]
        columns = Columns(
            tuple(item.roll if item else "" for item in found),
            tuple(item.namn if item else f"fält {place}" for place, item in enumerate(found, 1)),
            False,
        )
    _check(columns, file)
    return columns, chosen


def _by_year(first: Sequence[str], layouts: Sequence[Layout], file: str) -> Layout:
    month = f"{first[0].strip()}-{first[1].strip().zfill(2) if len(first) > 1 else '01'}"
    for layout in layouts:
        if layout.fran <= month <= (layout.till or "9999-12"):
            return layout
    raise BistandError(
        f"ingen layout gäller {month}", file=file, row=1, fix="Ange en egen layout med --layout."
    )


def _check(columns: Columns, file: str) -> None:
    for role in NEEDED:
        if role not in columns.roles:
            raise BistandError(
                f"hittar ingen kolumn för {role}; filen har {', '.join(columns.names[:12])}",
                file=file,
                row=1,
                fix="Kontrollera rubrikerna, eller skriv en layout (bistand mikro layout FIL) och ange --layout.",
            )
    twice = [role for role in set(columns.roles) - {""} if columns.roles.count(role) > 1]
    if twice:
        raise BistandError(
            f"två kolumner har rollen {sorted(twice)[0]}",
            file=file,
            row=1,
            fix="Ge den ena en tom roll i en egen layout.",
        )


def masked(text: str) -> str:
    """The shape of a value without the value: digits as 9, letters as x."""
    return re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "9", text))[:24]


def draft(columns: Columns, like: Layout) -> str:
    """A layout to adjust, as YAML: every column of the file in its order, with the role that was recognised."""
    fields = [
        {"nr": place, "namn": name, "roll": role}
        for place, (name, role) in enumerate(zip(columns.names, columns.roles, strict=True), 1)
    ]
    content = like.model_dump(mode="json") | {"id": "egen", "namn": "Egen layout", "falt": fields}
    head = (
        "# Layout för er fil. Rätta roll på det som är fel; tom roll läses inte. Under hinder, insatser och avslut\n"
        "# skrivs vad varje kod betyder. Filen innehåller inga uppgifter om personer.\n"
    )
    return head + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
