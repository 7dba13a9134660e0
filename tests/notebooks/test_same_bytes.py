"""Two builds are the same, byte for byte: whatever the folder, and however many notebooks run at a time."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.notebooks.test_walks import QUIET, copied

from analysis.paths import Project
from analysis.pipeline.report import make_report

RUN = "lund-2021-12"

pytestmark = pytest.mark.slow


def _built(project: Project, workers: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Every file of the site and of the executed folders, made from nothing."""
    monkeypatch.chdir(project.root)
    make_report(project, only=RUN, renderer="inbyggd", workers=workers, progress=QUIET, country=False)
    return {
        path.relative_to(project.root).as_posix(): path.read_bytes()
        for place in (project.site, project.reports)
        for path in sorted(place.rglob("*"))
        if path.is_file()
    }


def test_one_worker_and_three_make_the_same_site(
    checkout: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = _built(copied(checkout, tmp_path / "ett"), 1, monkeypatch)
    three = _built(copied(checkout, tmp_path / "annanstans" / "tre"), 3, monkeypatch)
    assert sorted(one) == sorted(three)
    assert [name for name in one if one[name] != three[name]] == []
    assert f"_site/reports/{RUN}/03_effekt.html" in one
    assert f"_site/reports/{RUN}/{RUN}.docx" in one
