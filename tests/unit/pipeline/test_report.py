"""The main job: bad input is stopped before anything that stands is touched."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import typer
from tests.edit import replace_line, reseal
from typer.testing import CliRunner

from analysis.cli.shared import swedish_errors
from analysis.paths import Project
from analysis.pipeline.report import Progress, make_report
from foundation.errors import BistandError

QUIET = Progress(say=lambda text: None, start=lambda jobs: None, step=lambda outcome: None, stop=lambda: None)


def _corrupt_file(project: Project) -> None:
    replace_line(project.raw / "kolada/2026-09/n31807.csv", "0380,2022,", "0380,2022,3.7")


def _impossible_share(project: Project) -> None:
    data = project.raw / "kolada/2026-09/n31807.csv"
    replace_line(data, "0380,2022,", "0380,2022,368")
    reseal(data)


def _unknown_plan(project: Project) -> None:
    text = project.runs_file.read_text(encoding="utf-8")
    project.runs_file.write_text(text.replace("plan: lund-2021", "plan: lund-1921", 1), encoding="utf-8")


@pytest.mark.parametrize("spoil", [_corrupt_file, _impossible_share, _unknown_plan])
def test_bad_input_leaves_site_runs_and_table_as_they_were(
    copy: Project, spoil: Callable[[Project], None]
) -> None:
    standing = {
        copy.site / "index.html": "förra webbplatsen",
        copy.reports / "uppsala-26p-2022" / "01_laget.ipynb": "förra körningen",
        copy.observations: "förra tabellen",
    }
    for path, text in standing.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    spoil(copy)
    with pytest.raises(BistandError, match="Gör så här"):
        make_report(copy, only=None, renderer="inbyggd", workers=1, progress=QUIET)
    for path, text in standing.items():
        assert path.read_text(encoding="utf-8") == text
    assert not (copy.root / ".cache").exists()


def test_an_unknown_run_is_named_before_anything_is_built(copy: Project) -> None:
    with pytest.raises(BistandError, match="körningen ”lund-2031” finns inte"):
        make_report(copy, only="lund-2031", renderer="inbyggd", workers=1, progress=QUIET)
    assert not copy.observations.exists()


def test_ctrl_c_is_said_in_plain_text() -> None:
    app = typer.Typer()

    @app.command()
    @swedish_errors
    def stop() -> None:
        raise KeyboardInterrupt

    result = CliRunner().invoke(app)
    assert result.exit_code == 130
    assert "Avbrutet." in result.output
