"""The sources laid out for Quarto by hand: refreshed in place, nobody's file touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.paths import Project
from analysis.pipeline import site_sources
from analysis.pipeline.site_sources import FOLDER, lay_out_sources
from foundation.errors import BistandError


@pytest.fixture
def pages(copy: Project, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the stage holds; a test changes it."""
    made = {"_quarto.yml": "project: {}", "index.qmd": "ett", "reports/a/01.ipynb": "{}"}

    def fill_stage(project: Project, runs: object, stage: Path, quarto: object) -> None:
        for name, text in made.items():
            (stage / name).parent.mkdir(parents=True, exist_ok=True)
            (stage / name).write_text(text, encoding="utf-8")

    monkeypatch.setattr(site_sources, "fill_stage", fill_stage)
    return made


def texts(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def test_quartos_own_files_stay_and_the_sources_follow(copy: Project, pages: dict[str, str]) -> None:
    folder = lay_out_sources(copy)
    assert folder == copy.root / FOLDER
    assert texts(folder) == pages
    (folder / "_site").mkdir()
    (folder / "_site" / "index.html").write_text("av Quarto", encoding="utf-8")
    pages["index.qmd"] = "två"
    del pages["reports/a/01.ipynb"]
    lay_out_sources(copy)
    assert texts(folder) == {**pages, "_site/index.html": "av Quarto"}


@pytest.mark.parametrize("name", ["index.qmd", "ny.qmd"])
def test_a_file_that_somebody_has_written_stops_it(name: str, copy: Project, pages: dict[str, str]) -> None:
    folder = lay_out_sources(copy)
    (folder / name).write_text("min", encoding="utf-8")
    pages |= {"index.qmd": "två", "ny.qmd": "ny"}
    before = texts(folder)
    with pytest.raises(BistandError, match=r"inte skriven av Biståndsläget"):
        lay_out_sources(copy)
    assert texts(folder) == before
