"""A new period: one entry more, everything else in the file as it was, and what the data do not reach."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from odd_files import text
from openpyxl import load_workbook

from analysis.paths import Project
from analysis.pipeline.data_add import AddOptions, add_file
from analysis.pipeline.data_template import write_template
from analysis.pipeline.new_period import new_period
from analysis.runs.load import load_runs
from foundation.errors import BistandError

TODAY = date(2026, 12, 10)
BASE = "uppsala-1000-2024-10"


def test_the_entry_is_added_and_nothing_else_changes(copy: Project) -> None:
    before = copy.runs_file.read_text(encoding="utf-8")
    said: list[str] = []
    result = new_period(copy, BASE, "2026-12", today=TODAY, echo=said.append)
    after = copy.runs_file.read_text(encoding="utf-8")
    assert after.startswith(before.rstrip())
    assert after == f"{before.rstrip()}\n\n{result.entry}"
    run = load_runs(copy).get("uppsala-1000-2026-12")
    assert (run.kommun, run.period, run.plan, run.mal) == (
        "0380",
        "2026-12",
        "uppsala-1000",
        "en-procent-2026",
    )
    assert run.kant_senast == TODAY
    assert run.rubrik == "Uppsala, Plan för 1000 fler, december 2026"
    assert any("saknas för" in line for line in said)


def test_the_day_never_lies_ahead_unless_the_run_is_planned(copy: Project) -> None:
    before = copy.runs_file.read_bytes()
    ahead = date(2026, 12, 11)
    with pytest.raises(BistandError, match="efter dagens datum 2026-12-10") as raised:
        new_period(copy, BASE, "2026-12", today=TODAY, kant_senast=ahead)
    assert "--planerad" in str(raised.value)
    assert copy.runs_file.read_bytes() == before
    dry = {"today": TODAY, "dry_run": True}
    assert new_period(copy, BASE, "2026-12", kant_senast=TODAY, **dry).run.kant_senast == TODAY
    assert new_period(copy, BASE, "2026-12", kant_senast=ahead, planned=True, **dry).run.kant_senast == ahead
    assert new_period(copy, BASE, "2026-12", planned=True, **dry).run.kant_senast == date(2026, 12, 31)
    assert new_period(copy, BASE, "2026-06", planned=True, **dry).run.kant_senast == TODAY


def test_what_the_data_do_not_reach_is_said(copy: Project) -> None:
    result = new_period(copy, BASE, "2026-12", today=TODAY)
    reach = {item.measure_id: item for item in result.reach}
    assert reach["N31807"].last == "2025"
    assert reach["N31807"].expected == "2026"
    assert reach["AMN_VUXNA"].missing


def test_monthly_figures_that_have_been_added_are_checked_too(copy: Project, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(text("Period;Antal hushåll;Antal barn\n2026-11;4785;3000\n2026-12;4702;\n"))
    add_file(
        copy,
        file,
        AddOptions(kommun="0380", yes=True),
        confirm=bool,
        echo=lambda line: None,
        today=date(2027, 1, 8),
    )
    result = new_period(copy, BASE, "2026-12", today=date(2027, 1, 8))
    reach = {item.measure_id: item for item in result.reach}
    assert not reach["MANAD_HUSHALL"].missing
    assert reach["MANAD_BARN"].last == "2026-11"
    assert "MANAD_BARN" in {item.measure_id for item in result.missing}


def test_a_dry_run_writes_nothing(copy: Project) -> None:
    before = copy.runs_file.read_bytes()
    result = new_period(copy, None, "2026-12", kommun="0380", today=TODAY, dry_run=True)
    assert result.base.id == "uppsala-1000-2026-11"
    assert not result.written
    assert copy.runs_file.read_bytes() == before


def test_years_are_quoted_and_own_fields_carried_over(copy: Project) -> None:
    runs = copy.runs_file
    runs.write_text(
        runs.read_text(encoding="utf-8").rstrip()
        + "\n    matt: SCB_ARBETSLOSHET\n    anteckningsbocker: [01_laget]\n",
        encoding="utf-8",
    )
    base = load_runs(copy).runs[-1].id
    new_period(copy, base, "2030", today=TODAY, run_id="prov-2030")
    entry = yaml.safe_load(runs.read_text(encoding="utf-8"))["korningar"][-1]
    assert entry["period"] == "2030"
    assert entry["matt"] == "SCB_ARBETSLOSHET"
    assert load_runs(copy).get("prov-2030").anteckningsbocker == ("01_laget",)


@pytest.mark.parametrize(
    ("base", "period", "message"),
    [
        ("finns-inte", "2026-12", "finns inte"),
        (BASE, "december", "går inte att tolka"),
        (BASE, "2024-10", "finns redan"),
    ],
)
def test_faults_leave_the_file_alone(base: str, period: str, message: str, copy: Project) -> None:
    before = copy.runs_file.read_bytes()
    with pytest.raises(BistandError, match=message):
        new_period(copy, base, period, today=TODAY)
    assert copy.runs_file.read_bytes() == before


def test_a_file_with_other_parts_last_is_not_written(copy: Project) -> None:
    runs = copy.runs_file
    content = runs.read_text(encoding="utf-8").rstrip() + "\nextra:\n  a: 1\n"
    runs.write_text(content, encoding="utf-8")
    with pytest.raises(BistandError, match="sist i filen"):
        new_period(copy, BASE, "2026-12", today=TODAY)
    assert runs.read_text(encoding="utf-8") == content


def test_the_template_never_overwrites(copy: Project, tmp_path: Path) -> None:
    target = tmp_path / "mall.xlsx"
    write_template(copy, target, kommun="0380", echo=lambda line: None)
    content = target.read_bytes()
    with pytest.raises(BistandError, match="finns redan"):
        write_template(copy, target, kommun="0380", echo=lambda line: None)
    assert target.read_bytes() == content
    for name, options, message in (
        ("a.csv", {}, "Excelfil"),
        ("b.xlsx", {"fran": "januari"}, "går inte att tolka"),
        ("c.xlsx", {"manader": -1}, "går inte"),
        ("c.xlsx", {"manader": 25, "today": TODAY}, "Ange 1 till 24 månader"),
        ("c.xlsx", {"fran": "2027-01", "today": TODAY}, "en månad som har varit"),
    ):
        with pytest.raises(BistandError, match=message):
            write_template(copy, tmp_path / name, kommun="0380", echo=lambda line: None, **options)
    with pytest.raises(BistandError, match="kommunkoden"):
        write_template(copy, tmp_path / "d.xlsx", kommun="9999", echo=lambda line: None)


def test_the_template_ends_with_the_present_month(copy: Project, tmp_path: Path) -> None:
    write_template(copy, tmp_path / "mall.xlsx", kommun="0380", echo=lambda line: None, today=TODAY)
    sheet = load_workbook(tmp_path / "mall.xlsx").worksheets[0]
    months = [sheet.cell(row, 2).value for row in range(4, sheet.max_row + 1)]
    assert (months[0], months[-1], len(months)) == ("2025-01", "2026-12", 24)


def test_codes_are_quoted_in_everything_written(copy: Project, tmp_path: Path) -> None:
    result = new_period(copy, BASE, "2030", today=TODAY, dry_run=True)
    assert '    kommun: "0380"\n    period: "2030"\n' in result.entry
    file = tmp_path / "a.csv"
    file.write_bytes(text("Period;Antal hushåll\n2026-11;4785\n"))
    added = add_file(
        copy, file, AddOptions(kommun="0380", yes=True), confirm=bool, echo=lambda line: None, today=TODAY
    )
    assert added.stored is not None
    for path in (copy.own / "egna-siffror-0380" / "mappning.yml", *added.stored.folder.glob("*.pass.yml")):
        content = path.read_text(encoding="utf-8")
        assert 'kommun: "0380"' in content or path.name != "mappning.yml"
        assert "&id" not in content
