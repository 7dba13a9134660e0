"""Branch coverage by folder of the source, and what is not covered where 95 per cent are demanded: ``make coverage``.

Reads what ``pytest --cov`` has left. A line that no test can reach carries ``# pragma: no cover`` and the reason.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import coverage

#: Least share of the branches, in per cent, that the tests must have taken.
LEAST = 95.0
DEMANDED = ("disclosure", "effects", "forecasts", "micro", "panel")


def measured() -> dict[str, dict[str, Any]]:
    """Return what was measured of every file, by its path below ``src``."""
    data = coverage.Coverage()
    data.combine(strict=False, keep=True)
    data.load()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "coverage.json"
        data.json_report(outfile=str(path))
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
    return {name.partition("src/")[2] or name: facts for name, facts in files.items()}


def folder_of(name: str) -> str:
    """Return the folder that a file is counted in: ``effects`` for ``analysis/effects/did.py``."""
    parts = Path(name).parts
    return parts[1] if len(parts) > 2 else parts[0]


def main() -> int:
    """Print the table; exit status 1 when a demanded folder lies under the limit."""
    files = measured()
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for name, facts in files.items():
        summary = facts["summary"]
        keys = ("num_statements", "covered_lines", "num_branches", "covered_branches")
        for place, key in enumerate(keys):
            sums[folder_of(name)][place] += summary[key]
    print("folder          lines   covered  branches   covered")
    low = []
    for folder, (lines, hit, branches, taken) in sorted(sums.items()):
        share = 100 * taken / branches if branches else 100.0
        mark = ""
        if folder in DEMANDED and share < LEAST:
            low.append(folder)
            mark = f"  under {LEAST:g} %"
        print(
            f"{folder:14} {lines:6}  {100 * hit / max(lines, 1):6.1f} %  {branches:8}  {share:6.1f} %{mark}"
        )
    for name, facts in sorted(files.items()):
        missing = [f"{first}->{last}" for first, last in facts["missing_branches"]]
        if folder_of(name) in low and missing:
            print(f"{name}: {' '.join(missing)}")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
