"""Municipalities as tables write them: code, name, both, with or without the leading zero."""

from __future__ import annotations

import re
from collections.abc import Hashable

from analysis.sources.catalogue import Catalogue
from analysis.sources.ingest.periods import normalise
from analysis.sources.observation import RIKET

COUNTY = "län"


class Places:
    """Looks municipalities up by code or name."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._codes = set(catalogue.municipalities)
        self._names = {normalise(row.name): code for code, row in catalogue.municipalities.items()}
        self._names |= {"hela landet": RIKET, "sverige": RIKET, "hela riket": RIKET}
        self._found: dict[Hashable, str | None] = {}
        self._proper = {row.name: code for code, row in catalogue.municipalities.items() if code != RIKET}
        self._counties = {normalise(row.county) for row in catalogue.municipalities.values()}

    def find(self, value: Hashable) -> str | None:
        """Return a municipality code, ``län`` for a county (which is no municipality), or None."""
        if value not in self._found:
            self._found[value] = self._find(value)
        return self._found[value]

    def _find(self, value: Hashable) -> str | None:
        if isinstance(value, float):
            value = f"{int(value):04d}" if value.is_integer() and 0 <= value <= 9999 else str(value)
        text = normalise(value)
        digits = re.search(r"(?<!\d)\d{3,4}(?!\d)", text)
        if digits and digits.group(0).zfill(4) in self._codes:
            return digits.group(0).zfill(4)
        if re.fullmatch(r"00( .*)?", text):
            return RIKET
        name = re.sub(r"^\d{2} |\(.*\)", "", text).strip()
        if name in self._counties or name.endswith(" län") or re.fullmatch(r"\d{2}", text):
            return COUNTY
        for candidate in (name, re.sub(r"s? (kommun|stad)$", "", name), re.sub(r" (kommun|stad)$", "", name)):
            if candidate in self._names:
                return self._names[candidate]
        return None

    def in_title(self, titles: tuple[str, ...]) -> str | None:
        """Return the one municipality that the titles name; None if none, several or a county is named.

        Names count with their capital only: "vara" is a verb, "Vara" a municipality.
        """
        text = " ".join(titles)
        if self.county_in(titles):
            return None
        found = {
            code
            for name, code in self._proper.items()
            if re.search(rf"(?<!\w){re.escape(name)}s?(?: kommun| stad)?(?!\w)", text)
        }
        return next(iter(found)) if len(found) == 1 else None

    def county_in(self, titles: tuple[str, ...]) -> str | None:
        """Return the county that the titles name, if any."""
        text = " ".join(normalise(title) for title in titles)
        return next((county for county in sorted(self._counties) if county and county in text), None)
