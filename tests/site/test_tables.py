"""Tables as they reach the page: numbers to the right by column, and tables of texts that a phone can stack."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from renderer.folds import number_code
from renderer.tables import mend_table

LONG = "En anmärkning som är så lång att den inte får plats i en spalt på en telefon."


def mended(head: list[str], *rows: list[str]) -> BeautifulSoup:
    cells = "".join(f"<th>{text}</th>" for text in head)
    body = "".join(f"<tr><th>{row[0]}</th>{''.join(f'<td>{t}</td>' for t in row[1:])}</tr>" for row in rows)
    soup = BeautifulSoup(
        f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>", "html.parser"
    )
    assert soup.table is not None
    mend_table(soup, soup.table, 1)
    return soup


def numbers(soup: BeautifulSoup) -> list[str]:
    return [cell.get_text() for cell in soup.select("td.num")]


def test_a_column_of_texts_with_one_bare_number_stays_to_the_left() -> None:
    soup = mended(["Körning", "Period", "Andel"], ["A", "2022", "3,68"], ["B", "mars 2022", "–"])
    assert numbers(soup) == ["3,68", "–"]


def test_under_one_per_cent_is_a_number_among_numbers() -> None:
    soup = mended(["Läsning", "Sannolikhet"], ["A", "10 %"], ["B", "under 1 %"])
    assert numbers(soup) == ["10 %", "under 1 %"]


def test_a_table_of_texts_tells_a_phone_the_heading_of_each_cell() -> None:
    soup = mended(["Åtgärd", "Status", "Anmärkning"], ["Jobbspår", "färdig", LONG])
    assert soup.table is not None
    assert "prosa" in soup.table["class"]
    assert [cell.get("data-rubrik") for cell in soup.select("tbody tr > *")] == [None, "Status", "Anmärkning"]


@pytest.mark.parametrize(
    "table",
    [
        (["Kommun", "2021", "2022"], ["Uppsala", "3,9", "3,7"]),
        (["Månad", "Följs upp"], ["Maj", LONG]),
        (["Åtgärd", "Status", "Anmärkning"], ["Jobbspår", LONG]),
    ],
    ids=["numbers", "two columns", "a row that is short of cells"],
)
def test_other_tables_are_not_stacked(table: tuple[list[str], list[str]]) -> None:
    soup = mended(*table)
    assert soup.select("table.prosa, [data-rubrik]") == []


def test_a_short_table_of_numbers_wider_than_a_phone_is_stacked_with_short_cells_in_a_line() -> None:
    head = [
        "År",
        "Utfall (%)",
        "Väntat (%)",
        "Skillnad (procent\u00adenheter)",
        "Mottagare",
        "Bedömning av året",
    ]
    soup = mended(head, ["2024", "2,94", "2,93", "+0,01", "–", "–"])
    assert soup.table is not None
    assert "prosa" in soup.table["class"]
    assert [cell.get_text() for cell in soup.select("td.kort")] == ["2,94", "2,93", "+0,01", "–", "–"]
    many = mended(head, *[["2024", "2,94", "2,93", "+0,01", "–", "–"]] * 30)
    assert many.select("table.prosa") == []


@pytest.mark.parametrize(("heading", "kind"), [("Kontroller", "upprepad"), ("Prov", "tabelltext")])
def test_a_caption_that_repeats_the_heading_is_there_only_as_a_name(heading: str, kind: str) -> None:
    soup = BeautifulSoup(
        f"<h2>{heading}</h2><table><caption>Kontroller</caption><tr><th>A</th></tr><tr><td>1</td></tr></table>",
        "html.parser",
    )
    assert soup.table is not None
    mend_table(soup, soup.table, 1)
    text = soup.select_one("caption > span")
    assert text is not None
    assert (text["class"], text.get_text()) == ([kind], "Kontroller")
    assert soup.select_one(".rulla[aria-labelledby]") is not None


def test_pieces_of_code_are_told_apart() -> None:
    fold = '<details class="code-fold"><summary>Kod</summary><pre></pre></details>'
    soup = BeautifulSoup(fold * 2 + "<details><summary>Mer</summary></details>", "html.parser")
    number_code(soup)
    assert [item.get("aria-label") for item in soup.find_all("summary")] == ["Kod 1", "Kod 2", None]
