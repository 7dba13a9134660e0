"""Personal data stop the import; ordinary numbers and names of places do not."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odd_files import text, xlsx

from analysis.paths import Project
from analysis.sources.ingest.dialect import read_grids
from analysis.sources.privacy import is_personal_number, luhn_ok, scan, stop_if_personal
from foundation.errors import BistandError


def check_digit(nine: str) -> str:
    return next(digit for digit in "0123456789" if luhn_ok(nine + digit))


def test_the_check_digit_is_that_of_the_number_that_everyone_uses_as_an_example() -> None:
    assert [last for last in "0123456789" if luhn_ok("811218987" + last)] == ["6"]


def personal_number(born: date, serial: int, *, coordination: bool = False) -> str:
    """Return twelve digits with a right check digit."""
    day = born.day + 60 if coordination else born.day
    nine = f"{born:%y%m}{day:02d}{serial:03d}"
    return f"{born:%Y}"[:2] + nine + check_digit(nine)


NUMBER = personal_number(date(1981, 12, 18), 987)
COORDINATION = personal_number(date(1990, 3, 7), 123, coordination=True)


def found(content: str | bytes, tmp_path: Path, name: str = "fil.csv") -> list[str]:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else text(content))
    return [item.kind for item in scan(read_grids(path), path)]


@pytest.mark.parametrize(
    "written",
    [
        NUMBER,
        NUMBER[2:],
        f"{NUMBER[:8]}-{NUMBER[8:]}",
        f"{NUMBER[2:8]}-{NUMBER[8:]}",
        f"{NUMBER[2:8]}+{NUMBER[8:]}",
        f"{NUMBER[:8]} {NUMBER[8:]}",
        f"Ärende {NUMBER[2:8]}-{NUMBER[8:]} avslutat",
        f"pnr{NUMBER}",
        COORDINATION,
        f"{COORDINATION[2:8]}-{COORDINATION[8:]}",
    ],
)
def test_personal_numbers_are_found(written: str, tmp_path: Path) -> None:
    assert "personnummer" in found(f"Period;Antal hushåll;Anteckning\n2024-10;4785;{written}\n", tmp_path)


@settings(max_examples=60, deadline=None)
@given(
    born=st.dates(date(1910, 1, 1), date(2025, 1, 1)),
    serial=st.integers(1, 999),
    coordination=st.booleans(),
)
def test_every_valid_number_is_recognised_and_no_neighbour(
    born: date, serial: int, coordination: bool
) -> None:
    digits = personal_number(born, serial, coordination=coordination)
    assert is_personal_number(digits)
    wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    assert not is_personal_number(wrong)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("Period;Namn;Antal hushåll\n2024-10;Maria Andersson;1\n", "namn"),
        ("Period;Klient;Antal hushåll\n2024-10;Andersson, Maria;1\n", "namn"),
        ("Period;Vem;Antal hushåll\n2024-10;Ahmed;1\n2024-11;Karin;1\n2024-12;Lars;2\n", "namn"),
        ("Period;Bostad;Antal hushåll\n2024-10;Storgatan 12 B;1\n", "adress"),
        ("Period;Bostad;Antal hushåll\n2024-10;753 20 Uppsala;1\n", "adress"),
        ("Period;Kontakt;Antal hushåll\n2024-10;nagon@exempel.se;1\n", "e-postadress"),
        ("Period;Nummer;Antal hushåll\n2024-10;070-123 45 67;1\n", "telefonnummer"),
        ("Period;Personnummer;Antal hushåll\n2024-10;okänt;1\n", "en kolumn för personuppgifter"),
        ("Period;Efternamn;Antal hushåll\n2024-10;Qvist;1\n", "en kolumn för personuppgifter"),
    ],
)
def test_names_and_addresses_are_found(content: str, kind: str, tmp_path: Path) -> None:
    assert kind in found(content, tmp_path)


def test_excel_numbers_hidden_sheets_and_comments_are_searched(tmp_path: Path) -> None:
    rows = [["Period", "Antal hushåll"], ["2024-10", 4785]]
    as_number = xlsx([*rows, ["2024-11", int(NUMBER)]])
    lost_zero = xlsx([*rows, [int(personal_number(date(2001, 5, 14), 238)[2:]), 1]])
    hidden = xlsx(rows, more={"Underlag": [["x"], [f"{NUMBER[2:8]}-{NUMBER[8:]}"]]}, hidden=["Underlag"])
    comment = xlsx(rows, comment=("B2", f"gäller {NUMBER[:8]}-{NUMBER[8:]}"))
    for content in (as_number, lost_zero, hidden, comment):
        assert "personnummer" in found(content, tmp_path, "fil.xlsx")


def test_the_message_names_the_place_and_nobody(tmp_path: Path) -> None:
    path = tmp_path / "fil.csv"
    path.write_bytes(text(f"Period;Antal hushåll;X\n2024-10;4785;{NUMBER[2:8]}-{NUMBER[8:]}\n"))
    with pytest.raises(BistandError) as caught:
        stop_if_personal(read_grids(path), path)
    message = str(caught.value)
    assert "rad 2" in message
    assert "kolumn ”C”" in message
    assert NUMBER[8:] not in message
    assert NUMBER[4:8] not in message
    assert "Ingenting har sparats" in message


def test_a_number_in_the_file_name_is_found_and_not_repeated(tmp_path: Path) -> None:
    path = tmp_path / f"arende_{NUMBER[:8]}-{NUMBER[8:]}.csv"
    path.write_bytes(text("Period;Antal hushåll\n2024-10;1\n"))
    with pytest.raises(BistandError) as caught:
        stop_if_personal(read_grids(path), path)
    assert NUMBER[8:] not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        "Period;Utbetalt kr\n2024-10;1 234 567 890\n2024-11;35182900\n",
        "Kommun;Namn\n0380;Uppsala\n1281;Lund\n",
        "Period;Antal hushåll\n2024-10-01;4785\n2024-11-01;4702\n",
        "Konto;Belopp\n556677-8899;1200,50\n0380-4785;12\n",
        "Rapport skapad 2024-11-05 14:30\nPeriod;Antal\n2024-10;4785\n",
        "Adress till källan finns i guiden;\nPeriod;Antal\n2024-10;4785\n",
        "Område;Antal\nGottsunda Centrum;12\nNorra Hisingen;4\n",
    ],
)
def test_ordinary_files_pass(content: str, tmp_path: Path) -> None:
    assert found(content, tmp_path) == []


def test_a_column_of_large_amounts_passes_although_some_fit_by_chance(tmp_path: Path) -> None:
    """About four in a thousand ten-digit numbers look valid by chance."""
    start = date(1950, 1, 1)
    chance = [personal_number(start + timedelta(days=9000), 100)[2:]]
    amounts = [str(8_000_000_000 + 7_654_321 * number) for number in range(40)]
    content = "Period;Belopp\n" + "".join(
        f"2024-{1 + n % 12:02d};{amount}\n" for n, amount in enumerate(amounts + chance)
    )
    assert found(content, tmp_path) == []


def test_the_embedded_data_pass(checkout: Project) -> None:
    for path in sorted(checkout.raw.glob("*/*/*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            assert len(list(csv.reader(stream))) > 1
        assert scan(read_grids(path), path) == ()


def test_a_column_of_numbers_with_some_typing_errors_is_still_one_of_persons(tmp_path: Path) -> None:
    """A register with three mistyped numbers of ten holds seven persons who must not be stored."""
    rows = [personal_number(date(1970 + year, 5, 17), 321)[2:] for year in range(10)]
    for number in range(3):
        wrong = (int(rows[number][-1]) + 1) % 10
        rows[number] = f"{rows[number][:-1]}{wrong}"
    content = "Löpnr;Antal\n" + "".join(f"{number};1\n" for number in rows)
    assert found(content, tmp_path) == ["personnummer"] * 7
