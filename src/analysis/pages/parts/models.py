"""What a forecast model is called on a page: its name, never its key in the forecast log."""

from __future__ import annotations

from typing import Final

NAMES: Final = {
    "panel": "panelmodellen",
    "naiv": "oförändrad nivå",
    "panel+bro": "panelmodellen via årsmåttet",
    "panel+månader": "panelmodellen med månader",
    "panel+dokument": "panelmodellen med nämndens årstal",
    "panel+deklaration": "deklarationens prognos",
}


def model_name(key: str) -> str:
    """Return the name of a model; a key without a name is a fault of the program."""
    return NAMES[key]
