"""What a heading says: a role, or a measure, gender, group and period."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Final

from analysis.sources.catalogue import Catalogue
from analysis.sources.ingest.mapping import Role
from analysis.sources.ingest.periods import PeriodPart, normalise, parse_gender, parse_period

_ROLE_WORDS: Final[dict[Role, tuple[str, ...]]] = {
    "kommun": (
        "kommun",
        "kommunkod",
        "kommun_kod",
        "kommun-kod",
        "kommunnamn",
        "kommunens namn",
        "region",
        "regionkod",
        "regionnamn",
        "municipality",
    ),
    "period": (
        "period",
        "tid",
        "tidpunkt",
        "datum",
        "årmånad",
        "år-månad",
        "år och månad",
        "månad och år",
        "avser",
        "avser månad",
        "avser period",
        "redovisningsperiod",
        "redovisningsmånad",
    ),
    "år": ("år", "ar", "year", "kalenderår"),
    "månad": ("månad", "manad", "mån", "månad nr", "month", "månadsnummer"),
    "kön": ("kön", "kon", "gender", "sex", "juridiskt kön"),
    "mått": (
        "mått",
        "matt",
        "mått-id",
        "måttid",
        "measure_id",
        "indikator",
        "nyckeltal",
        "variabel",
        "uppgift",
    ),
    "grupp": (
        "grupp",
        "group",
        "bakgrund",
        "hushållstyp",
        "orsak",
        "huvudsaklig orsak",
        "försörjningshinder",
        "ålder",
        "åldersgrupp",
    ),
    "status": ("status",),
    "ej med": (
        "kommentar",
        "kommentarer",
        "anmärkning",
        "notering",
        "not",
        "note",
        "källa",
        "länk",
        "nr",
        "rad",
    ),
}
ROLE_OF: Final[dict[str, Role]] = {word: role for role, words in _ROLE_WORDS.items() for word in words}
VALUE_WORDS: Final = frozenset(("värde", "varde", "value", "tal", "utfall", "resultat", "antal", "andel"))
_GENDER: Final = re.compile(
    r"(?:\b(?:varav|för)\s+)?\b(kvinnor|kvinna|män|man|totalt|samtliga|båda könen|k|m|t)\b", re.IGNORECASE
)
_PERIOD: Final = re.compile(
    r"(?:19|20)\d{2}(?:[-/:m ]{0,2}(?:0[1-9]|1[0-2]))?(?!\d)|[a-zåäö]{3,9}\.? ?(?:19|20)\d{2}|"
    r"\b(?:januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december)\b",
    re.IGNORECASE,
)
_MONEY: Final = (
    (re.compile(r"\b(?:miljoner (?:kronor|kr)|mnkr|mkr)\b"), 1000.0),
    (re.compile(r"\b(?:tusen(?:tal)? (?:kronor|kr)|kkr|tsek)\b"), 1.0),
    (re.compile(r"\b(?:i )?(?:kronor|kr|sek)\b"), 0.001),
)
_EDGE: Final = " ,;:/|-–—()[]."


@dataclass(frozen=True)
class Facets:
    """What headings above a column (or cells beside a row) say about its numbers; None is "not said"."""

    measure: str | None = None
    gender: str | None = None
    group: str | None = None
    period: PeriodPart | None = None

    def __or__(self, other: Facets) -> Facets:
        """Fill what `self` does not say from `other`; a year and a month are put together."""
        period = self.period or other.period
        if self.period and other.period:
            first, second = self.period, other.period
            if first.year is None and second.year is not None and second.month is None:
                period = replace(first, year=second.year)
            elif second.year is None and first.year is not None and first.month is None:
                period = replace(second, year=first.year)
        return Facets(
            self.measure or other.measure, self.gender or other.gender, self.group or other.group, period
        )

    @property
    def any(self) -> bool:
        """Whether anything at all was said."""
        return any(part is not None for part in (self.measure, self.gender, self.group, self.period))


def plain(text: object) -> str:
    """Return a heading in a form that can be compared: no footnote marks, units in brackets kept as words."""
    words = re.sub(r"[¹²³⁴⁵*]|\b\d\)", "", normalise(text)).replace("försörjningsstöd", "ekonomiskt bistånd")
    return re.sub(r"[\s,;:()\[\]._]+", " ", words.replace("–", "-")).strip()


class Headings:
    """Looks headings up in the measure catalogue: id, name, short name and listed headings."""

    def __init__(self, catalogue: Catalogue, extra: dict[str, str] | None = None) -> None:
        self._grouped = {key for key, measure in catalogue.measures.items() if measure.grupperas}
        self._names: dict[str, set[str]] = {}
        for key, measure in catalogue.measures.items():
            for name in (key, measure.namn, measure.kort, *measure.rubriker):
                self._names.setdefault(plain(name), set()).add(key)
        for name, key in (extra or {}).items():
            self._names[plain(name)] = {key}

    def measure(self, text: object) -> str | None:
        """Return the measure that a heading names; None if it names none, or more than one."""
        found = self._names.get(plain(text), set())
        return next(iter(found)) if len(found) == 1 else None

    def money(self, text: str) -> tuple[str, float] | None:
        """Return the measure in tkr that a heading in another unit of money names, and the scale to tkr."""
        words = plain(text)
        for pattern, scale in _MONEY:
            if pattern.search(words):
                measure = self.measure(" ".join(pattern.sub(" tkr ", words).split()))
                return (measure, scale) if measure else None
        return None

    def nearest(self, text: str, number: int = 3) -> tuple[str, ...]:
        """Return the measures whose headings are most like a text, best first."""
        wanted = plain(text)
        scores: dict[str, float] = {}
        for name, keys in self._names.items():
            like = SequenceMatcher(None, wanted, name).ratio()
            shared = len(set(wanted.split()) & set(name.split())) / max(len(wanted.split()), 1)
            for key in keys:
                scores[key] = max(scores.get(key, 0.0), like + shared)
        own = [key for key in scores if key.startswith("MANAD_") or scores[key] > 1.2]
        return tuple(sorted(own, key=lambda key: (-scores[key], key))[:number])

    def ambiguous(self, text: object) -> tuple[str, ...]:
        """Return the measures between which a heading does not choose."""
        found = self._names.get(plain(text), set())
        return tuple(sorted(found)) if len(found) > 1 else ()

    def read(self, text: Hashable) -> Facets:
        """Return what one heading says; nothing (all None) for an unknown one."""
        if normalise(text) == "":
            return Facets()
        measure = self.measure(text)
        if measure is not None:
            return Facets(measure=measure)
        period = parse_period(text)
        if period is not None:
            return Facets(period=period)
        gender = parse_gender(text)
        if gender is not None:
            return Facets(gender=gender)
        return self._compound(str(text))

    def together(self, levels: Sequence[str]) -> tuple[Facets, float]:
        """Return what the headings above a column say together, the lowest first of all, and the scale of its figures.

        Below a measure that is published by group, an unknown lowest heading names the group.
        """
        facets, scale = Facets(), 1.0
        for text in reversed(levels):
            facets = facets | self.read(text)
        if len(levels) > 1 and (whole := self.measure(" ".join(levels))):
            facets = replace(facets, measure=whole)
        if len(levels) > 1 and facets.measure in self._grouped and not self.read(levels[-1]).any:
            facets = replace(facets, group=levels[-1])
        if facets.measure is None and (money := self.money(" ".join(levels))) is not None:
            facets, scale = replace(facets, measure=money[0]), money[1]
        return facets, scale

    def _compound(self, text: str) -> Facets:
        rest, gender, period = text, None, None
        found_period = _PERIOD.search(rest)
        if found_period:
            period = parse_period(found_period.group(0))
            if period is not None:
                rest = rest[: found_period.start()] + " " + rest[found_period.end() :]
        found_gender = list(_GENDER.finditer(rest))
        if found_gender:
            match = found_gender[-1]
            gender = parse_gender(match.group(1))
            rest = rest[: match.start()] + " " + rest[match.end() :]
        rest = rest.strip(_EDGE + "\u00a0")
        measure = self.measure(rest) if rest else None
        if rest and measure is None:
            return Facets()
        return Facets(measure=measure, gender=gender, period=period)


def measures_text(catalogue: Catalogue, wanted: str | None = None) -> str:
    """Return the catalogue of measures with the headings that are understood, or the entries nearest to a heading."""
    keys = list(catalogue.measures)
    if wanted:
        headings = Headings(catalogue)
        exact = headings.measure(wanted) or next(iter(headings.money(wanted) or ()), None)
        keys = [str(exact)] if exact else list(headings.nearest(wanted))
    entries = []
    for key in keys:
        measure = catalogue.measures[key]
        names = dict.fromkeys((measure.namn, measure.kort, *measure.rubriker))
        entries.append(f"{key} ({measure.enhet})\n  {measure.definition}\n  Rubriker: {' | '.join(names)}")
    head = f"”{wanted}” känns inte igen; närmast ligger:\n\n" if wanted and len(keys) > 1 else ""
    return head + "\n\n".join(entries)


def role_of(text: object) -> Role | None:
    """Return the role that a heading has by its word alone."""
    return ROLE_OF.get(normalise(text).rstrip(":"))
