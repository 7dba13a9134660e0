"""Adding a file: shown, asked about, stored, read again from the store, and compared with the vintage before."""

from __future__ import annotations

import io
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from odd_files import MONTHS, text, xlsx

from analysis.panel import as_of, build_panel, read_panel, select
from analysis.paths import Project
from analysis.pipeline.data_add import AddOptions, AddResult, add_file
from analysis.pipeline.data_diff import diff_series, show_diff
from analysis.sources.catalogue import Catalogue, load_catalogue
from analysis.sources.ingest.mapping import read_mapping
from analysis.sources.template import SHEET, template_bytes
from foundation.errors import BistandError

FIRST, SECOND = date(2024, 12, 5), date(2025, 1, 7)
HUS = "MANAD_HUSHALL"


@pytest.fixture
def copy(copy: Project) -> Project:
    """The copy without the large national sources, which adding a file only reads."""
    for folder in ("kolada", "scb"):
        shutil.rmtree(copy.raw / folder)
    (copy.raw / "corrections.yml").unlink()
    return copy


def never(question: str) -> bool:
    raise AssertionError(f"asked: {question}")


def add(
    project: Project, file: Path, *, today: date = FIRST, said: list[str] | None = None, **options: Any
) -> AddResult:
    lines = said if said is not None else []
    chosen = AddOptions(**{"kommun": "0380", "yes": True, **options})
    return add_file(project, file, chosen, confirm=never, echo=lines.append, today=today)


def csv_file(folder: Path, rows: dict[str, object], name: str = "månad.csv") -> Path:
    path = folder / name
    path.write_bytes(
        text("Period;Antal hushåll\n" + "".join(f"{period};{value}\n" for period, value in rows.items()))
    )
    return path


def stored_files(project: Project) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for folder in project.sources
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_only_the_recognised_table_is_stored_and_reaches_the_panel(copy: Project, tmp_path: Path) -> None:
    file = csv_file(tmp_path, {"2024-09": 4800, "2024-10": "<5", "2024-11": "4 702 prel"})
    said: list[str] = []
    result = add(copy, file, said=said)
    assert result.stored is not None
    assert sorted(path.name for path in result.stored.folder.iterdir()) == [
        "egna-siffror-0380.csv",
        "egna-siffror-0380.pass.yml",
    ]
    assert (result.stored.folder / "egna-siffror-0380.csv").read_text(encoding="utf-8").splitlines()[1:] == [
        "0380,MANAD_HUSHALL,2024-09,T,alla,4800,observed,,2",
        "0380,MANAD_HUSHALL,2024-10,T,alla,,suppressed,,3",
        "0380,MANAD_HUSHALL,2024-11,T,alla,4702,preliminary,,4",
    ]
    assert "Så tolkades kolumnerna" in said[0]
    build_panel(copy)
    rows = select(read_panel(copy), HUS, municipality="0380").set_index("period")
    assert list(rows["status"]) == ["observed", "suppressed", "preliminary"]
    assert list(rows["known_from"]) == ["2024-10-31", "2024-11-30", "2024-12-05"]
    assert read_mapping(copy.own / "egna-siffror-0380" / "mappning.yml").rubriker == (
        "Period",
        "Antal hushåll",
    )


def test_saying_no_stores_nothing(copy: Project, tmp_path: Path) -> None:
    before = stored_files(copy)
    said: list[str] = []
    options = AddOptions(kommun="0380")
    file = csv_file(tmp_path, {"2024-10": 4785})
    result = add_file(copy, file, options, confirm=lambda question: False, echo=said.append, today=FIRST)
    assert result.stored is None
    assert stored_files(copy) == before
    assert said[-1] == "Ingenting sparades."


def test_next_month_is_one_command_and_a_revision_is_a_new_vintage(copy: Project, tmp_path: Path) -> None:
    add(copy, csv_file(tmp_path, {"2024-09": 4800, "2024-10": 4785, "2024-11": "4 702 prel"}))
    before = stored_files(copy)
    second = csv_file(
        tmp_path, {"2024-09": 4800, "2024-10": 4790, "2024-11": 4702, "2024-12": 4650}, "igen.csv"
    )
    result = add_file(copy, second, AddOptions(yes=True), confirm=never, echo=lambda line: None, today=SECOND)
    assert result.mapping.serie == "egna-siffror-0380"
    after = stored_files(copy)
    unchanged = {name for name in before if not name.endswith("mappning.yml")}
    assert {name: after[name] for name in unchanged} == {name: before[name] for name in unchanged}
    assert (len(result.changes.new), len(result.changes.revised), result.changes.same) == (1, 2, 1)
    build_panel(copy)
    panel = read_panel(copy)
    now = select(as_of(panel, "2025-02-01"), HUS, municipality="0380").set_index("period")
    then = select(as_of(panel, "2024-12-31"), HUS, municipality="0380").set_index("period")
    assert list(now["value"]) == [4800, 4790, 4702, 4650]
    assert now.loc["2024-09", "known_from"] == "2024-10-31"
    assert now.loc["2024-11", "status"] == "observed"
    assert list(then["value"]) == [4800, 4785, 4702]
    assert then.loc["2024-11", "status"] == "preliminary"


def test_diff_shows_what_the_last_vintage_changed(copy: Project, tmp_path: Path) -> None:
    add(copy, csv_file(tmp_path, {"2024-09": 4800, "2024-10": 4785}))
    add(copy, csv_file(tmp_path, {"2024-09": 4801, "2024-10": 47850, "2024-11": 2000}, "b.csv"), today=SECOND)
    said: list[str] = []
    (diff,) = show_diff(copy, None, said.append)
    output = "\n".join(said)
    assert len(diff.changes.revised) == 2
    assert "4 800 blir 4 801".replace(" ", "\u00a0", 1) in output or "blir" in output
    assert any("Fel enhet eller decimaltecken" in flag for flag in diff.changes.flags)
    assert any("Ovanligt stort hopp" in flag for flag in diff.changes.flags)
    with pytest.raises(BistandError, match="finns inte"):
        diff_series(copy, "okänd")


def test_diff_flags_a_definition_break(copy: Project, tmp_path: Path) -> None:
    file = csv_file(tmp_path, {"2011": 4500, "2012": 4785})
    result = add(copy, file)
    assert any("jämför inte över 2012" in flag for flag in result.changes.flags)
    other = csv_file(tmp_path, {"2011": 4500, "2012": 4790}, "b.csv")
    add(copy, other, today=SECOND, definition="Nu räknas även hushåll med bara förskott.")
    (diff,) = diff_series(copy)
    assert any("Definitionen har ändrats" in note for note in diff.notes)


def test_the_same_file_twice_is_refused(copy: Project, tmp_path: Path) -> None:
    file = csv_file(tmp_path, {"2024-10": 4785})
    add(copy, file)
    with pytest.raises(BistandError, match="redan inlagd som egna-siffror-0380-2024-12-05"):
        add(copy, file, today=SECOND)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("Period;Antal hushåll;Vem\n2024-10;1;811218-9876\n", "personuppgifter"),
        ("Period;Antal hushåll\n2024-10;många\n", "många"),
        ("Period;Antal hushåll\n2024-10;1\n2024-10;2\n", "två gånger"),
    ],
)
def test_a_bad_file_changes_nothing(content: str, message: str, copy: Project, tmp_path: Path) -> None:
    before = stored_files(copy)
    path = tmp_path / "fel.csv"
    path.write_bytes(text(content))
    with pytest.raises(BistandError, match=message):
        add(copy, path)
    assert stored_files(copy) == before


def test_columns_can_be_named_and_are_remembered(copy: Project, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text("Period;Ärenden;Kronor;Diff\n2024-10;4785;35182900;3\n"))
    columns = (f"Ärenden={HUS}", "Kronor=MANAD_UTBETALT,skala=0.001", "Diff=ej med")
    result = add(copy, path, kolumner=columns)
    assert list(result.reading.table["value"]) == [4785, 35182.9]
    path.write_bytes(text("Period;Ärenden;Kronor;Diff\n2024-11;4702;34000000;3\n"))
    again = add_file(copy, path, AddOptions(yes=True), confirm=never, echo=lambda line: None, today=SECOND)
    assert list(again.reading.table["value"]) == [4702, 34000]
    path.write_bytes(text("Period;Ärenden;Kronor;Diff\n2024-12;4650;33000000;3\n"))
    with pytest.raises(BistandError, match="går inte att tolka"):
        add(copy, path, kolumner=("utan lika med",))


def test_socialstyrelsens_export_is_known_and_its_newest_months_are_preliminary(
    copy: Project, tmp_path: Path
) -> None:
    def export(last: object) -> Path:
        path = tmp_path / "EkonomisktBistand.xlsx"
        rows: list[list[object]] = [
            ["Ekonomiskt bistånd, Uppsala"],
            ["År", "Månad", "Antal hushåll", "Utbetalt ekonomiskt bistånd tkr"],
        ]
        rows += [[2024, month, 4700 + number, 35000 + number] for number, month in enumerate(MONTHS[:10])]
        path.write_bytes(xlsx([*rows, [2024, "November", last, 35010]]))
        return path

    result = add_file(
        copy, export(4300), AddOptions(yes=True), confirm=never, echo=lambda line: None, today=FIRST
    )
    table = result.reading.table
    assert result.mapping.serie == "socialstyrelsen-manad"
    statuses = table[table["measure_id"] == HUS].set_index("period")["status"]
    assert list(statuses.tail(4)) == ["observed", "preliminary", "preliminary", "preliminary"]
    final = add_file(
        copy,
        export(4650),
        AddOptions(yes=True, preliminara_manader=0),
        confirm=never,
        echo=lambda line: None,
        today=SECOND,
    )
    assert len(final.changes.revised) == 6
    build_panel(copy)
    panel = read_panel(copy)
    november = [
        select(as_of(panel, day), HUS, municipality="0380").set_index("period").loc["2024-11"]
        for day in ("2024-12-31", "2025-01-31")
    ]
    assert [(row["value"], row["status"]) for row in november] == [(4300, "preliminary"), (4650, "observed")]


@pytest.fixture(scope="module")
def template(checkout: Project) -> bytes:
    return template_bytes(load_catalogue(checkout.raw), "0380", "2024-01", 12)


def test_the_template_is_read_as_it_is_filled_in(template: bytes, copy: Project, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template))
    sheet: Any = book[SHEET]
    values = [
        4785,
        5000,
        2600,
        2400,
        1.25,
        1.3,
        1.2,
        3000,
        "<5",
        None,
        None,
        35182.5,
        310,
        290,
        1200,
        500,
        800,
        300,
        200,
        100,
    ]
    for row in (4, 5, 6):
        for column, value in enumerate(values, start=3):
            sheet.cell(row=row, column=column, value=value)
    path = tmp_path / "mall.xlsx"
    book.save(path)
    result = add(copy, path, kommun=None)
    table = result.reading.table
    assert set(table["period"]) == {"2024-01", "2024-02", "2024-03"}
    january = table[table["period"] == "2024-01"].set_index(["measure_id", "gender", "group"])
    assert january.loc[("MANAD_VUXNA", "K", "alla"), "value"] == 2600
    assert january.loc[("AMN_VUXNA", "M", "alla"), "value"] == 1.2
    assert january.loc[("MANAD_ORSAK", "T", "Ohälsa"), "value"] == 800
    assert january.loc[("MANAD_LANGVARIGT", "T", "alla"), "status"] == "suppressed"
    assert january.loc[("MANAD_LANGVARIGT", "K", "alla"), "status"] == "missing"
    assert not any(column.unknown for column in result.reading.columns)
    build_panel(copy)


def test_the_template_explains_itself(template: bytes, catalogue: Catalogue) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template))
    sheet: Any = book[SHEET]
    assert sheet.data_validations.dataValidation == []
    commented = [cell for cell in sheet[2] if cell.value]
    assert len(commented) == 11
    assert all(cell.comment for cell in commented)
    guide = [row[0] for row in book["Läs mig"].iter_rows(values_only=True)]
    assert any("personnummer" in str(line) for line in guide)


def test_later_headings_in_the_catalogue_do_not_change_an_old_file(copy: Project, tmp_path: Path) -> None:
    add(copy, csv_file(tmp_path, {"2024-10": 4785}))
    measures = copy.raw / "matt.yml"
    changed = measures.read_text(encoding="utf-8").replace('      - "Antal hushåll"\n', "", 1)
    changed = changed.replace(
        '      - "Antal vuxna"\n', '      - "Antal vuxna"\n      - "Antal hushåll"\n', 1
    )
    measures.write_text(changed, encoding="utf-8")
    build_panel(copy)
    assert list(select(read_panel(copy), HUS, municipality="0380")["value"]) == [4785]


def test_the_same_figures_in_two_series_are_refused(copy: Project, tmp_path: Path) -> None:
    add(copy, csv_file(tmp_path, {"2024-10": 4785}))
    other = csv_file(tmp_path, {"2024-10": 4790}, "b.csv")
    with pytest.raises(BistandError, match="--serie egna-siffror-0380"):
        add(copy, other, serie="annan")


def test_a_fitting_saved_mapping_is_used_even_with_the_code_given(copy: Project, tmp_path: Path) -> None:
    def long(value: int) -> Path:
        path = tmp_path / "lang.csv"
        path.write_bytes(text(f"Kommun;Period;Antal hushåll\n0380;2024-10;{value}\n"))
        return path

    first = add(copy, long(4785), kommun=None)
    second = add(copy, long(4790), today=SECOND)
    assert first.mapping.serie == second.mapping.serie == "egna-siffror"
