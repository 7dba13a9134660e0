"""What a user says of a municipality and of a target, understood; nothing heavy is imported."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches

from analysis.sources.catalogue import Catalogue, Municipality
from analysis.sources.observation import RIKET
from foundation.errors import BistandError

_WORDS = ("noll", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio")
_LIMIT = re.compile(r"\b(högst|minst)\s+(\d+(?:[.,]\d+)?|" + "|".join(_WORDS) + r")\s*(?:procent\b|%)", re.I)
_BY = re.compile(r"\b(20\d{2}(?:-(?:0[1-9]|1[0-2]))?)\b")


@dataclass(frozen=True)
class Decided:
    """A target as its words say: ``högst`` or ``minst``, the value in per cent, and by when."""

    operator: str
    value: float
    by: str


def find_town(catalogue: Catalogue, said: str) -> Municipality:
    """Return the municipality with this code or name, however it is capitalised.

    Raises
    ------
    BistandError
        With the nearest names.
    """
    towns = [town for code, town in catalogue.municipalities.items() if code != RIKET]
    wanted = said.strip().casefold().removesuffix(" kommun")
    for town in towns:
        if wanted in (town.code, town.name.casefold()):
            return town
    names = {town.name.casefold(): town for town in towns}
    near = [names[name] for name in get_close_matches(wanted, names, n=3, cutoff=0.5)]
    near = near or [town for town in towns if town.code[:2] == wanted[:2]][:3]
    listed = ", ".join(f"{town.name} ({town.code})" for town in near)
    raise BistandError(
        f"kommunen ”{said}” finns inte",
        fix=f"Menade du {listed}?" if listed else "Skriv kommunens namn eller SCB:s fyrsiffriga kod.",
    )


def target_in_words(text: str) -> Decided:
    """Read a target such as ”Högst 2,5 procent av invånarna har ekonomiskt bistånd 2028”.

    Raises
    ------
    BistandError
        If the words do not say högst or minst, how many per cent, and by when.
    """
    limit, by = _LIMIT.search(text), _BY.search(text)
    if limit is None or by is None:
        lacking = "hur många procent (högst eller minst)" if limit is None else "vilket år"
        raise BistandError(
            f"målet ”{text}” säger inte {lacking}",
            fix="Skriv till exempel: Högst 2,5 procent av invånarna har ekonomiskt bistånd 2028.",
        )
    said = limit[2].lower()
    value = float(_WORDS.index(said)) if said in _WORDS else float(said.replace(",", "."))
    return Decided(limit[1].lower(), value, by[1])
