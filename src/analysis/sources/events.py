"""National events: reforms, shocks and breaks of statistics, each with its date, source and the day it was known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from analysis.sources.yaml_in import read_yaml, validated
from foundation.errors import BistandError

FILE = "handelser.yml"


class Event(BaseModel):
    """One event. Keys are Swedish because users write them.

    Attributes
    ----------
    datum, slut
        First and last day; `slut` is None for what has not ended.
    kort
        Two or three words for figures.
    kant_fran
        The day from which a run may know of it, before or after `datum`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    datum: date
    slut: date | None = None
    slag: Literal["reform", "chock", "statistik"]
    namn: str = Field(min_length=3)
    kort: str = Field(min_length=3, max_length=24)
    berors: str = Field(min_length=3)
    kalla: str = Field(min_length=3)
    sakerhet: Literal["läst", "uppgift"]
    kant_fran: date
    kant_varfor: str = Field(min_length=3)

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Event:
        if self.slut is not None and self.slut < self.datum:
            raise ValueError("slut ligger före datum")
        return self

    def touches(self, first: date, last: date) -> bool:
        """Whether the event starts, or goes on with an end, between two days (both included)."""
        return self.datum <= last and (self.slut or self.datum) >= first


def load_events(raw: Path) -> tuple[Event, ...]:
    """Read the register in order of date.

    Raises
    ------
    BistandError
        Naming the event and the field that is wrong, or an id that stands twice.
    """
    path = raw / FILE
    content = read_yaml(path)
    entries = content.get("handelser") if isinstance(content, Mapping) else None
    if not isinstance(entries, list):
        raise BistandError("filen ska ha en lista ”handelser”", file=path)
    events: list[Event] = []
    for entry in entries:
        name = entry.get("id", "?") if isinstance(entry, Mapping) else "?"
        event = validated(Event, entry, f"händelsen ”{name}”", file=path)
        if event.id in {other.id for other in events}:
            raise BistandError(
                f"händelsen ”{event.id}” finns två gånger", file=path, fix="Ge den ena ett annat id."
            )
        events.append(event)
    return tuple(sorted(events, key=lambda event: (event.datum, event.id)))


def known_events(events: Iterable[Event], day: date) -> tuple[Event, ...]:
    """Return what was known on `day`."""
    return tuple(event for event in events if event.kant_fran <= day)
