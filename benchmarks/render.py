"""Time the embedded renderer: a site of many pages made of copies of the fixture's report pages.

Run ``python benchmarks/render.py [--pages 300] [--jobs 2]``. Prints a table; stops with an error if the aim is missed
(300 pages within 30 s from nothing, no page over 300 kB).
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from renderer import embedded

FIXTURE = Path(__file__).parents[1] / "tests" / "site" / "oracle" / "fixture"
REPORTS = FIXTURE / "reports" / "exempelkoping-2024"
AIM_SECONDS_PER_PAGE = 30 / 300
AIM_KB = 300


def build_stage(stage: Path, pages: int) -> None:
    """Copy the fixture and fill it up with report pages, two to a folder."""
    shutil.copytree(FIXTURE, stage)
    config = (stage / "_quarto.yml").read_text(encoding="utf-8")
    names = []
    for number in range((pages - 7 + 1) // 2):
        folder = stage / "reports" / f"kommun-{number:03d}"
        shutil.copytree(REPORTS, folder)
        for path in sorted(folder.glob("*.ipynb")):
            text = path.read_text(encoding="utf-8")
            own = text.replace("Exempelköping", f"Kommun {number:03d}").replace("../exempelkoping-2024/", "")
            path.write_text(own, encoding="utf-8")
            names.append(path.relative_to(stage).as_posix())
    names = names[: pages - 7]
    render = "".join(f"    - {name}\n" for name in names)
    config = config.replace("    - om/tillganglighet.qmd\n", render + "    - om/tillganglighet.qmd\n", 1)
    contents = "".join(f"          - {name}\n" for name in names)
    section = f'      - section: "Alla kommuner"\n        contents:\n{contents}'
    config = config.replace(
        "      - href: om/tillganglighet.qmd\n        text:",
        section + "      - href: om/tillganglighet.qmd\n        text:",
        1,
    )
    (stage / "_quarto.yml").write_text(config, encoding="utf-8")


def timed(stage: Path, out: Path, jobs: int, cache: Path) -> tuple[embedded.RenderReport, float]:
    """Render once; return the report and the seconds."""
    started = time.perf_counter()
    report = embedded.render(stage, out, jobs=jobs, cache=cache)
    return report, time.perf_counter() - started


def main() -> int:
    """Build, time and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build_stage(folder / "stage", arguments.pages)
        first, cold = timed(folder / "stage", folder / "a", arguments.jobs, folder / "cache")
        processor = sum(os.times()[:4])
        _, warm = timed(folder / "stage", folder / "b", arguments.jobs, folder / "cache")
        sizes = sorted((folder / "a" / page).stat().st_size / 1000 for page in first.pages)
        search = (folder / "a" / "site_libs" / "bistand" / "sokindex.js").stat().st_size / 1000
    count = len(first.pages)
    rows = [
        ("sidor", f"{count}"),
        ("tid från tomt, s", f"{cold:.1f}"),
        ("processortid från tomt, s", f"{processor:.1f}"),
        ("tid med alla sidor i cache, s", f"{warm:.1f}"),
        ("ms per sida från tomt", f"{1000 * cold / count:.0f}"),
        ("kB per sida, median", f"{sizes[count // 2]:.0f}"),
        ("kB, största sidan", f"{sizes[-1]:.0f}"),
        ("kB, sökindex (hämtas först vid sökning)", f"{search:.0f}"),
        ("pandoc", first.versions["pandoc"]),
    ]
    width = max(len(label) for label, _ in rows)
    for label, value in rows:
        print(f"{label:<{width}}  {value:>8}")
    return 0 if cold <= AIM_SECONDS_PER_PAGE * count and sizes[-1] <= AIM_KB else 1


if __name__ == "__main__":
    sys.exit(main())
