"""What the site costs: staging, lint, pages, Word documents, search index, feed and checks, of real pages.

    python benchmarks/render.py [--pages 60,140,380]

Takes the pages that ``bistand rapport`` has made in this checkout and fills up with copies of one run under other names.
For each number of pages: the site from nothing, again with nothing changed, and with one run's pages changed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import yaml

from analysis.paths import Project
from analysis.pipeline.report import publish_site
from analysis.runs.load import load_runs
from analysis.sources.catalogue import load_catalogue

ROOT = Path(__file__).resolve().parents[1]
#: The run that is copied: one with all its pages.
RUN = "uppsala-26p-2022"
#: Pages without any copy, and of each copy.
OWN, EACH = 61, 6


def build_project(folder: Path, pages: int) -> Project:
    """Return a project with this checkout's made pages, and copies of one run up to `pages`."""
    project = Project(folder)
    for name in ("data/raw", "notebooks", "site", "src", "_quarto.yml", "pyproject.toml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(
        ROOT / "reports", project.reports, ignore=shutil.ignore_patterns("kommun", "_sverige", ".*")
    )
    content = yaml.safe_load(project.runs_file.read_text(encoding="utf-8"))
    original = next(run for run in content["korningar"] if run["id"] == RUN)
    for number in range(max(0, round((pages - OWN) / EACH))):
        name = f"{RUN}-{number:03d}"
        shutil.copytree(project.reports / RUN, project.reports / name)
        _mark(project.reports / name, f"kopia {number}")
        copy = {**original, "id": name, "rubrik": f"{original['rubrik']}, kopia {number}"}
        content["korningar"].append(copy)
    project.runs_file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return project


def _mark(folder: Path, text: str) -> None:
    """Make a run's pages other pages: a word more in each."""
    for path in folder.glob("*.ipynb"):
        content = path.read_text(encoding="utf-8")
        path.write_text(content.replace("## ", f"## {text}: ", 1), encoding="utf-8")


def timed(project: Project) -> tuple[float, float]:
    """Publish the site; return CPU seconds (with pandoc's) and wall-clock seconds."""
    runs = load_runs(project, load_catalogue(project.raw))
    began, worked = time.perf_counter(), sum(os.times()[:4])
    publish_site(project, runs, renderer="inbyggd", say=print, country=False)
    return sum(os.times()[:4]) - worked, time.perf_counter() - began


def row(pages: int) -> list[str]:
    """Measure one number of pages."""
    with tempfile.TemporaryDirectory(prefix="bistand-matning-") as place:
        project = build_project(Path(place), pages)
        cold, again = timed(project), timed(project)
        _mark(project.reports / RUN, "ändrad")
        changed = timed(project)
        made = list(project.site.rglob("*.html"))
        sizes = [path.stat().st_size / 1000 for path in made]
        assets = project.site / "site_libs" / "bistand"
        first = (assets / "sokindex.js").stat().st_size / 1000
        pieces = sum(path.stat().st_size for path in (assets / "sok").iterdir()) / 1000
        whole = sum(path.stat().st_size for path in project.site.rglob("*") if path.is_file()) / 1e6
    times = [f"{cpu:.1f} / {wall:.1f}" for cpu, wall in (cold, again, changed)]
    return [
        str(len(made)),
        *times,
        f"{statistics.median(sizes):.0f}",
        f"{first:.0f}",
        f"{pieces:.0f}",
        f"{whole:.0f}",
    ]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", default="60,140,380")
    wanted = [int(count) for count in parser.parse_args().pages.split(",")]
    heads = (
        "sidor",
        "från tomt, CPU-s / s",
        "inget ändrat",
        "en körning ändrad",
        "kB/sida",
        "sökindex kB",
        "delar kB",
        "MB",
    )
    print(" | ".join(heads))
    for count in wanted:
        print(
            " | ".join(text.rjust(len(head)) for text, head in zip(row(count), heads, strict=True)),
            flush=True,
        )


if __name__ == "__main__":
    main()
