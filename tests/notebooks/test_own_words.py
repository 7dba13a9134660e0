"""A municipality's own words on real pages and in Word, and a disk that fills while the report is made."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.conftest import ROOT
from tests.notebooks.test_walks import copied, text_of

from analysis.paths import Project

RUN = "lund-2022"
#: Words that a plan may hold and that are signs in Markdown, HTML, TeX or a table.
WORDS = "Start_2024_höst 50 * 2 < 200 & A | B $5 till $6 ca ~10 (x^2) [exkl. moms] #7 ”så” – 1. punkt <5"
TITLE, TARGET, MEASURE = f"Plan {WORDS}", f"Målet {WORDS}", f"Åtgärd {WORDS}"

#: Bytes left on the small disk: enough to begin, not to end.
ROOM = 1_500_000

pytestmark = pytest.mark.slow


def report(project: Project, *, enclosed: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """``bistand rapport`` of one run, as a user would."""
    words = ["rapport", "--korning", RUN, "--atergivare", "inbyggd", "--processer", "1"]
    return subprocess.run(
        [*enclosed, sys.executable, "-c", "from analysis.cli import app; app()", *words],
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=900,
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """One run whose plan has such words, made into pages and Word."""
    project = copied(Project(ROOT), tmp_path_factory.mktemp("egna") / "ord")
    path = project.root / "data" / "raw" / "planer" / "lund-2021.yml"
    plan = yaml.safe_load(path.read_text(encoding="utf-8"))
    plan["titel"], plan["mal"][0]["text"], plan["atgarder"][0]["text"] = TITLE, TARGET, MEASURE
    path.write_text(yaml.safe_dump(plan, allow_unicode=True, sort_keys=False), encoding="utf-8")
    done = report(project)
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def test_own_words_are_written_as_they_stand_on_pages_and_in_word(project: Project) -> None:
    folder = project.site / "reports" / RUN
    files = [*sorted(folder.glob("*.html")), *sorted(folder.glob("*.docx"))]
    texts = {path.name: " ".join(html.unescape(text_of(path)).split()) for path in files}
    for words in (TITLE, TARGET, MEASURE):
        assert any(words in text for name, text in texts.items() if name.endswith(".html")), words
        assert any(words in text for name, text in texts.items() if name.endswith(".docx")), words
    for name, text in texts.items():
        for place in (match.start() for match in re.finditer("Start.2024", text)):
            assert text.startswith(WORDS, place), f"{name}: {text[place - 20 : place + 150]}"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="how a small disk is made")
def test_a_disk_that_fills_while_the_report_is_made_leaves_the_last_one(
    project: Project, tmp_path: Path
) -> None:
    """The whole project on a disk of its own with little room left: told in Swedish, and the site stands as it was."""
    enclosed = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
    if subprocess.run([*enclosed, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody mount a disk of their own")
    disk = tmp_path / "disk"
    disk.mkdir()
    script = f"""
set -e
mount -t tmpfs -o size=400m disk '{disk}'
cp -a '{project.root}' '{disk}/projekt'
cd '{disk}/projekt'
find _site -type f -exec sha256sum {{}} + | sort > '{tmp_path}/before'
sed -i 's/50 . 2/50 * 3/' data/raw/planer/lund-2021.yml
room=$(df --output=avail -B1 . | tail -1)
head -c $((room - {ROOM})) /dev/zero > '{disk}/fyllning'
"$@" 2> '{tmp_path}/said' || echo $? > '{tmp_path}/code'
find _site -type f -exec sha256sum {{}} + | sort > '{tmp_path}/after'
rm '{disk}/fyllning'
"$@" > '{tmp_path}/mended' 2>&1
grep -rl '50 . 3' _site > '{tmp_path}/changed'
"""
    done = report(project, enclosed=(*enclosed, script, "sh"))
    assert done.returncode == 0, (
        done.stdout
        + done.stderr
        + "".join(path.read_text(encoding="utf-8") for path in tmp_path.glob("[sm]*") if path.is_file())
    )
    said = (tmp_path / "said").read_text(encoding="utf-8")
    assert (tmp_path / "code").read_text().strip() == "1", said
    assert "disken är full" in said
    assert "Traceback" not in said
    assert (tmp_path / "after").read_text() == (tmp_path / "before").read_text() != ""
    assert (tmp_path / "changed").read_text(), "with room again the change comes through"
