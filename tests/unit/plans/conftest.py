from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from analysis.plans.load import Register, load_plan, load_register
from analysis.plans.model import Plan

ROOT = Path(__file__).parents[3]
PLANS = ROOT / "data" / "raw" / "planer"

MADE_UP: dict[str, Any] = {
    "id": "smaby-2030",
    "titel": "Småbys plan för arbete",
    "kort_titel": "Småby",
    "kommun": "0140",
    "beslutad": date(2030, 1, 15),
    "ar": {"fran": 2030, "till": 2031},
    "pass": {
        "licens": "Påhittad",
        "citera": "Småby 2030",
        "avskriven_av": "Testet",
        "avskriven_den": date(2030, 2, 1),
        "metod": "Påhittad",
    },
    "dokument": [
        {"id": "plan", "producent": "Småby", "titel": "Planen", "datum": date(2030, 1, 15)},
        {
            "id": "uppf",
            "producent": "Småby",
            "titel": "Uppföljningen",
            "datum": date(2031, 2, 1),
            "avser": "2030-12",
        },
    ],
    "omraden": [{"id": "A", "titel": "Allt", "kalla": {"dok": "plan", "plats": "s. 1"}}],
    "atgarder": [
        {
            "nummer": 1,
            "text": "Jobbcoach åt alla",
            "omrade": "A",
            "indikatorer": ["jobb"],
            "kalla": {"dok": "plan", "plats": "s. 2"},
            "statusar": [{"dok": "uppf", "status": "pågår", "ordalydelse": "På gång", "plats": "s. 3"}],
            "underlag": {
                "mekanism": ["utflöde"],
                "malgrupp": "arbetslösa",
                "niva": "individ",
                "urval": "handläggare",
                "start": "2030-02",
            },
        },
        {
            "nummer": 2,
            "text": "Brev till staten",
            "omrade": "A",
            "kalla": {"dok": "plan", "plats": "s. 2"},
            "underlag": {"mekanism": ["ingen uttalad"], "malgrupp": "staten", "niva": "annan aktör"},
        },
    ],
    "indikatorer": [
        {
            "id": "jobb",
            "namn": "Till arbete",
            "enhet": "personer",
            "mal": "öka",
            "kalla": {"dok": "uppf", "plats": "s. 4"},
            "varden": [{"period": 2029, "T": 10, "K": 4}, {"period": 2030, "T": 12, "K": 6}],
        }
    ],
}


@pytest.fixture(scope="session")
def register() -> Register:
    return load_register(PLANS)


@pytest.fixture(scope="session")
def plans_folder() -> Path:
    return PLANS


@pytest.fixture
def made_up() -> dict[str, Any]:
    return copy.deepcopy(MADE_UP)


@pytest.fixture
def load(tmp_path: Path) -> Callable[[dict[str, Any]], Plan]:
    def write_and_load(data: dict[str, Any]) -> Plan:
        path = tmp_path / "plan.yml"
        path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return load_plan(path)

    return write_and_load
