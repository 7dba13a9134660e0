"""The building blocks of the plan model: frozen base, short texts, numbers of measures, periods, sources."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from analysis.calendar import parse_period

KEYS = {
    "also_stated": "aven",
    "assignment": "urval",
    "basis": "grund",
    "becomes": "till",
    "budgets": "budgetar",
    "by": "senast",
    "by_gender": "per_kon",
    "calendar": "arshjul",
    "change": "andring",
    "cite": "citera",
    "columns": "kolumner",
    "commission": "uppdrag",
    "commissions": "uppdrag",
    "contradictions": "motsagelser",
    "cost": "kostnad",
    "costs": "kostnader",
    "counts": "antal",
    "date": "datum",
    "decided": "beslutad",
    "decided_note": "beslutad_not",
    "describes": "avser",
    "doc": "dok",
    "document": "dok",
    "documents": "dokument",
    "dose": "dos",
    "dose_observed": "dos_mats",
    "effects": "effekter",
    "evidence": "underlag",
    "expected": "klar",
    "explained_by": "forklaras_av",
    "first": "fran",
    "focus": "omrade",
    "followed": "foljs",
    "focus_areas": "omraden",
    "goal": "mal",
    "goal_interpreted": "mal_tolkat",
    "group": "grupp",
    "handled": "hanterat",
    "includes": "omfattar",
    "indicator": "indikator",
    "indicators": "indikatorer",
    "interpreted": "tolkad",
    "items": "punkter",
    "judged_by": "bedomd_av",
    "kind": "slag",
    "label": "namn",
    "last": "till",
    "level": "niva",
    "licence": "licens",
    "limitations": "begransningar",
    "lineage": "harkomst",
    "lines": "rader",
    "measures": "atgarder",
    "mechanism": "mekanism",
    "men": "M",
    "method": "metod",
    "month": "manad",
    "monthly": "manadsvis",
    "municipality": "kommun",
    "name": "namn",
    "note": "not",
    "operator": "villkor",
    "origin": "fran",
    "panel_measure": "panelmatt",
    "passport": "pass",
    "places": "antal",
    "plans": "planer",
    "population": "befolkning",
    "producer": "producent",
    "programmes": "insatser",
    "record_number": "diarienummer",
    "rollout": "inforande",
    "saved": "minskning",
    "short": "kort",
    "short_title": "kort_titel",
    "ambition_persons": "ambition_personer",
    "source": "kalla",
    "stated_as": "ordalydelse",
    "stated_counts": "uppgivna_antal",
    "stated_movements": "rorelser",
    "statuses": "statusar",
    "suffix": "tillagg",
    "sum_of": "summa_av",
    "sums": "summor",
    "target_group": "malgrupp",
    "targets": "mal",
    "timing": "tid",
    "title": "titel",
    "total": "T",
    "transcribed_by": "avskriven_av",
    "transcribed_on": "avskriven_den",
    "unit": "enhet",
    "value": "varde",
    "values": "varden",
    "what": "vad",
    "where": "var",
    "women": "K",
    "years": "ar",
    "number": "nummer",
    "at": "plats",
}
"""The Swedish key in the plan files for each field whose name differs; users write Swedish."""


class Frozen(BaseModel):
    """Base of all parts of a plan: immutable, and a misspelt field is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=lambda field: KEYS.get(field, field)
    )


def _number_as_text(value: object) -> object:
    """Let the user write ``number: 7``; YAML reads an integer, the register keeps text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _valid_period(value: str) -> str:
    parse_period(value)
    return value


Text = Annotated[
    str, BeforeValidator(_number_as_text), StringConstraints(strip_whitespace=True, min_length=1)
]
Number = Annotated[
    str,
    BeforeValidator(_number_as_text),
    StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Za-z.]+$"),
]
PeriodText = Annotated[str, BeforeValidator(_number_as_text), AfterValidator(_valid_period)]


class Source(Frozen):
    """Where a statement stands: the document's id and the table, page or heading in it."""

    doc: Text
    at: Text
