"""What is told of the statutory files before anything is estimated: gaps, unknown codes, and published figures beside."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from analysis.micro.history import Window
from analysis.micro.statutory.account import RESIDENTS, SHARE, account, compared

FIRST = 2024 * 12


def months(count: int, households: int = 10, amount: float = 8000.0) -> pd.DataFrame:
    """One adult and half a child a household, the same ones every month."""
    return pd.DataFrame(
        [
            {
                "person": home,
                "household": home,
                "month": FIRST + month,
                "amount": amount,
                "children": home % 2,
            }
            for month in range(count)
            for home in range(households)
        ]
    )


def told(*, obstacles: int = 1, starters: int = 7, **changes: Any) -> str:
    table = months(3)
    read = {"table": table, "columns": [1, 2, 3], "replaced": 0, "repeated": 0, "unknown": []} | changes
    laid_out = SimpleNamespace(
        window=Window(FIRST, FIRST + 2),
        missing_months=changes.get("missing", []),
        spells=pd.DataFrame({"person": [0], "start": [FIRST], "end": [FIRST + 2], "cause": [0]}),
        measures=pd.DataFrame({"person": range(starters), "measure": ["Jobbspår"] * starters}),
        obstacles=pd.DataFrame({"obstacle": range(obstacles)}),
    )
    return "\n".join(account(SimpleNamespace(**read), laid_out))  # type: ignore[arg-type]


def test_what_is_whole_is_told_without_warnings() -> None:
    text = told()
    assert "3 filer, 2024-01 till 2024-03" in text
    assert "Insats Jobbspår: 7 deltagare" in text
    for word in ("utan fil", "ersattes", "Okänd kod", "inga försörjningshinder"):
        assert word not in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"missing": [FIRST + 1]}, "Månader utan fil: 2024-02"),
        ({"replaced": 40, "repeated": 12}, "40 uppgifter ersattes av en senare fil; 12 rader stod två gånger"),
        ({"unknown": [SimpleNamespace(kind="hinder", code="99", rows=30)]}, "Okänd kod för hinder: ”99” på 30 rader"),
        ({"obstacles": 0}, "Filerna har inga försörjningshinder"),
        ({"starters": 3}, "Insats med färre än 5 deltagare: färre än 5 deltagare"),
    ],
)  # fmt: skip
def test_each_thing_that_lacks_is_named(changes: dict[str, Any], words: str) -> None:
    assert words in told(**changes)


def test_published_months_and_years_stand_beside_the_files() -> None:
    table = months(12)
    lines = compared(
        table,
        {
            "hushåll": {"2024-01": 8.0, "2024-02": 8.0},
            "tkr": {"2024-01": 80.0},
            "okänt": {"2024-01": 1.0},
            SHARE: {"2024": 4.0},
            RESIDENTS: {"2024": 400.0},
        },
    )
    text = "\n".join(lines)
    assert "Mot publicerade hushåll per månad (2 månader): filerna ligger +25,0 %" in text
    assert "Mot publicerade tkr per månad (1 månad): filerna ligger 0,0 %" in text
    assert "2024: filerna ger ungefär 3,75\u00a0% av invånarna; publicerat är 4,00\u00a0% (N31807)" in text


def test_nothing_published_is_said() -> None:
    assert compared(months(2), {}) == ["Det finns inga publicerade månader för kommunen att jämföra med."]
    assert compared(months(2), {"hushåll": {"2019-01": 9.0}}) == compared(months(2), {})
