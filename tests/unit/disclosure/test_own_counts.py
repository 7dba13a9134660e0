"""Small own counts reach no page and no file, alone, by sums or by an earlier run; documents' figures are untouched."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.unit.pages.month_files import Cells, add_months, copied, open_in

from analysis.answers import month_forecast
from analysis.answers import position as position_answer
from analysis.answers import target as target_answer
from analysis.answers.changes import compare
from analysis.disclosure.own_counts import added_sources, own_counts
from analysis.forecasts.log import COLUMNS
from analysis.pages.changes import page as changes
from analysis.pages.data.page import files_table
from analysis.pages.position import months as monthly
from analysis.pages.position import summary as position
from analysis.pages.position import tables as position_tables
from analysis.pages.target import months as monthly_forecast
from analysis.panel import read_panel
from analysis.paths import Project
from analysis.runs import RunContext
from analysis.runs.context import visible
from analysis.runs.overview import open_overview

#: 3 women and 20 men among 23 adults; 2 of 15 households for one reason.
SMALL = ("2025-03", 14)


def few(step: int) -> Cells:
    """A month in a small place: mostly tens, in one month women who are only three."""
    women, men = (3, 20) if step == SMALL[1] else (18, 21)
    homes = 15 if step == SMALL[1] else 31
    reason = 2 if step == SMALL[1] else 10
    return {
        ("Antal hushåll", "Totalt"): homes,
        ("Antal vuxna", "Totalt"): women + men,
        ("Antal vuxna", "Kvinnor"): women,
        ("Antal vuxna", "Män"): men,
        ("Antal nya hushåll", "Totalt"): 1 if step == SMALL[1] else 7,
        ("Antal hushåll efter orsak", "Arbetslöshet"): homes - reason,
        ("Antal hushåll efter orsak", "Ohälsa"): reason,
    }


def few_others(step: int) -> Cells:
    """The same totals with other small cells behind them: nobody may see the difference."""
    cells = dict(few(step))
    if step == SMALL[1]:
        cells["Antal vuxna", "Kvinnor"], cells["Antal vuxna", "Män"] = 1, 22
        cells["Antal hushåll efter orsak", "Arbetslöshet"], cells["Antal hushåll efter orsak", "Ohälsa"] = (
            11,
            4,
        )
        cells["Antal nya hushåll", "Totalt"] = 4
    return cells


def raw(run: RunContext) -> pd.DataFrame:
    """What the run rests on, before it is protected; no page can reach it."""
    rows = visible(read_panel(run.project), run.run, run.catalogue, run.passports)
    return rows.reset_index(drop=True)


@pytest.fixture(scope="module")
def small(checkout: Project, tmp_path_factory: pytest.TempPathFactory) -> RunContext:
    folder = tmp_path_factory.mktemp("litet")
    project = copied(checkout, folder / "projekt")
    add_months(project, folder, 18, few)
    with pytest.MonkeyPatch.context() as patch:
        return open_in(project, folder / "ut", patch, as_of="2026-12-31")


def cell(rows: pd.DataFrame, measure: str, period: str, gender: str = "T", group: str = "alla") -> pd.Series:
    found = rows[
        (rows["kommun_kod"] == "0380")
        & (rows["measure_id"] == measure)
        & (rows["period"] == period)
        & (rows["gender"] == gender)
        & (rows["group"] == group)
    ]
    assert len(found) == 1
    return found.iloc[0]


def test_a_small_cell_and_what_gives_it_away_are_suppressed(small: RunContext) -> None:
    rows = small.observations
    women = cell(rows, "MANAD_VUXNA", SMALL[0], "K")
    assert women["status"] == "suppressed"
    assert np.isnan(women["value"])
    others = [cell(rows, "MANAD_VUXNA", SMALL[0], gender)["status"] for gender in ("T", "M")]
    assert "suppressed" in others
    reasons = [
        cell(rows, measure, SMALL[0], group=group)["status"]
        for measure, group in (("MANAD_HUSHALL", "alla"), ("MANAD_ORSAK", "Arbetslöshet"))
    ]
    assert cell(rows, "MANAD_ORSAK", SMALL[0], group="Ohälsa")["status"] == "suppressed"
    assert "suppressed" in reasons


def test_every_shown_own_count_is_rounded_and_none_is_one_to_four(small: RunContext) -> None:
    rows = small.observations
    own = rows[own_counts(rows, small.catalogue, small.passports)]
    shown = own["value"].dropna()
    assert len(shown) > 100
    assert (shown % 5 == 0).all()
    assert not shown.between(1, 4).any()


def test_documents_and_open_sources_are_as_they_were(small: RunContext) -> None:
    rows, before = small.observations, raw(small)
    other = ~own_counts(before, small.catalogue, small.passports)
    assert other.sum() > 1000
    pd.testing.assert_frame_equal(rows[other], before[other])
    assert (before[other]["measure_id"] == "HUSHALL_3BARN").any()


def test_the_checksum_of_an_own_file_is_not_told(small: RunContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever knows all but one small count could try which of 1 to 4 gives the sum; other files keep theirs."""
    monkeypatch.chdir(small.project.root)
    text = files_table(open_overview()).text
    own = added_sources(small.passports)
    assert own
    for item in small.passports:
        assert (item.passport.sha256[:12] in text) == (item.passport.id not in own)


NO_FORECASTS = pd.DataFrame(columns=list(COLUMNS))


def produced(run: RunContext, output: Path) -> dict[str, str]:
    """Everything that pages 01, 04 and 08 and their files say about own counts."""
    shares = position_answer.panel_of(run)
    now = position_answer.position(run, shares)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(target_answer, "BACKTEST_DRAWS", 60)
        state = target_answer.open_target(run, draws=1000)
    months = month_forecast.open_months(run, state)
    assert months.forecast is not None
    found = compare(run, run.previous, NO_FORECASTS)
    pages = {
        "text": monthly.month_text(run).text,
        "figur": monthly.month_figure(run).text,
        "tabell": monthly.month_table(run).text,
        "prognos": monthly_forecast.forecast_text(run, months).text,
        "solfjäder": monthly_forecast.month_fan(run, months).text,
        "prognostabell": monthly_forecast.month_forecast_table(run, months).text,
        "dokument": position_tables.related_table(run).text,
        "ändring": position.change_since_previous(run, now).text,
        "nytt": changes.new_values_table(run, found).text,
        "reviderat": changes.revisions_table(run, found).text,
        "fakta": json.dumps(
            position_answer.position_facts(run, shares, now) | {"months": month_forecast.month_facts(months)}
        ),
    }
    files = {path.name: path.read_text(encoding="utf-8") for path in sorted((output / "data").glob("*.csv"))}
    assert set(files) == {"manader.csv", "manadsprognos.csv"}
    return pages | files


def test_other_small_counts_would_give_the_very_same_pages_and_files(
    copy: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Project(shutil.copytree(copy.root, tmp_path / "annat"))
    said = []
    for number, project, small in ((1, copy, few), (2, other, few_others)):
        add_months(project, tmp_path, 32, small, name=f"fil{number}.xlsx")
        output = tmp_path / f"ut{number}"
        said.append(produced(open_in(project, output, monkeypatch, as_of="2026-12-31"), output))
    assert said[0] == said[1]
    line = next(line for line in said[0]["manader.csv"].splitlines() if line.startswith(SMALL[0]))
    assert "skyddad" in line


def test_a_suppressed_month_is_called_protected_and_never_zero(small: RunContext) -> None:
    line = next(line for line in monthly.month_table(small).text.splitlines() if "Mars 2025" in line)
    assert "<td>skyddad</td>" in line
    assert "<td>0</td>" not in line


def test_a_cell_hidden_in_an_earlier_run_stays_protected_when_its_total_is_revised(
    copy: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_months(copy, tmp_path, 18, few, today=date(2025, 9, 1))

    def revised(step: int) -> Cells:
        """One man more in the month: 3 women are still 3, so the change must not tell."""
        cells = dict(few(step))
        if step == SMALL[1]:
            cells["Antal vuxna", "Totalt"] = 24
            cells["Antal vuxna", "Män"] = 21
        return cells

    add_months(copy, tmp_path, 18, revised, today=date(2026, 12, 1), name="rattad.xlsx")
    run = open_in(copy, tmp_path / "ut", monkeypatch, as_of="2026-12-31")
    before, after = run.previous.observations if run.previous else None, run.observations
    assert before is not None
    for gender in ("T", "K", "M"):
        first = cell(before, "MANAD_VUXNA", SMALL[0], gender)["status"] == "suppressed"
        second = cell(after, "MANAD_VUXNA", SMALL[0], gender)["status"] == "suppressed"
        assert second or not first, gender
    assert cell(after, "MANAD_VUXNA", SMALL[0], "K")["status"] == "suppressed"
    assert "23" not in changes.revisions_table(run, compare(run, run.previous, NO_FORECASTS)).text


def test_what_an_earlier_run_hid_is_not_given_by_a_later_one_in_which_nobody_is_few(
    copy: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three women became eight: 20 men, who are the same, would now say that 23 - 20 women were 3."""
    add_months(copy, tmp_path, 18, few, today=date(2025, 9, 1))

    def revised(step: int) -> Cells:
        cells = dict(few(step))
        if step == SMALL[1]:
            cells["Antal vuxna", "Totalt"], cells["Antal vuxna", "Kvinnor"] = 28, 8
        return cells

    add_months(copy, tmp_path, 18, revised, today=date(2026, 12, 1), name="rattad.xlsx")
    run = open_in(copy, tmp_path / "ut", monkeypatch, as_of="2026-12-31")
    assert cell(run.observations, "MANAD_VUXNA", SMALL[0], "M")["status"] == "suppressed"


def test_women_and_men_that_do_not_add_up_wait_until_they_do(
    copy: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unequal(step: int) -> Cells:
        return {**few(0), **({("Antal vuxna", "Män"): 20} if step == 3 else {})}

    add_months(copy, tmp_path, 12, unequal, preliminary=0)
    rows = open_in(copy, tmp_path / "ut", monkeypatch, as_of="2026-12-31").observations
    assert cell(rows, "MANAD_VUXNA", "2024-04")["value"] == 40
    assert cell(rows, "MANAD_VUXNA", "2024-04", "K")["status"] == "suppressed"
    assert cell(rows, "MANAD_VUXNA", "2024-05", "K")["value"] == 20


def test_a_share_is_hidden_with_its_count(
    copy: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shares(step: int) -> Cells:
        return {**few(step), ("Andel vuxna biståndsmottagare", "Kvinnor"): 0.03 if step == SMALL[1] else 0.58}

    add_months(copy, tmp_path, 18, shares)
    rows = open_in(copy, tmp_path / "ut", monkeypatch, as_of="2026-12-31").observations
    assert cell(rows, "AMN_VUXNA", SMALL[0], "K")["status"] == "suppressed"
    # 18 of about 3,100 is 0.58; the count is shown as 20, and 0.58 would say that it is 18
    assert cell(rows, "AMN_VUXNA", "2025-04", "K")["value"] == pytest.approx(0.65)
