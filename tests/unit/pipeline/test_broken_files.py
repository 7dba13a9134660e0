"""Forty ways to get a plan, a run or a target wrong: each is told with file, row and fix before anything runs."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.paths import Project
from analysis.pipeline.inputs import check_inputs
from foundation.errors import BistandError

ROOT = Path(__file__).resolve().parents[3]
RUNS = "reports/runs.yml"
P26 = "data/raw/planer/uppsala-26p.yml"
P1000 = "data/raw/planer/uppsala-1000.yml"
LUND = "data/raw/planer/lund-2021.yml"

#: File, what stands there, what is put in its place, what the message says. The row is that of the change.
BROKEN = [
    # The list of runs.
    (RUNS, 'kommun: "1281"', 'kommun: "9999"', "kommun ”9999” är okänt"),
    (RUNS, 'kommun: "1281"', "kommun: 1281", "ska vara text"),
    (RUNS, 'kommun: "1281"', 'kommun: "0380"', "är inte planens: lund-2021 gäller Lund (1281)"),
    (RUNS, 'kommun: "1281"', "kommun: Lund", "”kommun” har fel form"),
    (RUNS, "period: 2021-12", "period: 2021-13", "”period” har fel form"),
    (RUNS, "period: 2021-12", "period: december", "”period” har fel form"),
    (RUNS, "plan: lund-2021", "plan: lund-2031", "plan ”lund-2031” är okänt"),
    (RUNS, "plan: lund-2021", "palm: lund-2021", "”palm” är inte ett känt fält"),
    (RUNS, "mal: en-procent-2026", "mal: tva-procent", "mal ”tva-procent” är okänt i planen uppsala-1000"),
    (RUNS, "mal: en-procent-2026", "mal: fyra-procent-2022", "är okänt i planen uppsala-1000"),
    (RUNS, "kant_senast: 2021-01-28", "kant_senast: 28 januari", "är inte ett datum"),
    (RUNS, "kant_senast: 2021-01-28", "kant_senast: 2021-02-30", "är inte ett datum"),
    (RUNS, "id: lund-2021-12", "id: uppsala-26p-2022", "finns två gånger"),
    (RUNS, "id: lund-2021-12", "id: Lund 2021", "”id” har fel form"),
    (RUNS, "rubrik: Lund, stärkt arbetsmarknadsfokus, december", "rubrik: Lund: december", "läsa som YAML"),
    (RUNS, "02_register, 06_datakvalitet]", "02_atgard, 06_datakvalitet]", "”02_atgard” är okänt"),
    (
        RUNS,
        "anteckningsbocker: [00_i_korthet, 02_atgarder, 02_register, 06_datakvalitet]",
        "anteckningsbocker: 02_atgarder",
        "lista",
    ),
    (RUNS, "korningar:\n", "mal:\n  x: {namn: x}\nkorningar:\n", "målen står i planerna"),
    (RUNS, "korningar:\n", "korningr:\n", "”standard” och ”korningar”"),
    (RUNS, "    plan: lund-2021\n", "", "behöver en plan"),
    # Targets.
    (P26, "    varde: 4\n", "    varde: fyra\n", "går att använda"),
    (P26, "    varde: 4\n", "", "saknar fältet ”varde”"),
    (P26, "    villkor: högst\n", "    villkor: max\n", "”max” är inte tillåtet"),
    (P26, "    senast: 2022\n", "    senast: snart\n", "snart"),
    (P26, "      matt: N31807\n", "      matt: N99999\n", "okända måttet ”N99999”"),
    (P26, "      matt: N31807\n", "      mått: N31807\n", "”mått” är inte ett känt fält"),
    (P26, "      namn: fyraprocentsmålet\n", "", "”namn” saknas"),
    (P1000, "  - id: en-procent-2026\n", "  - id: fyra-procent-2022\n", "finns redan i uppsala-1000.yml"),
    # Plans.
    (LUND, "id: lund-2021\n", "id: Lund 2021\n", "på rätt form"),
    (LUND, "id: lund-2021\n", "id: uppsala-26p\n", "används redan"),
    (LUND, "mal:\n", "mål:\n", "inget sådant fält"),
    (LUND, "  - nummer: A2\n", "  - nummer: A1\n", "”A1” används redan"),
    (LUND, "    omrade: A\n", "    omrade: Q\n", "området ”Q” finns inte"),
    (LUND, "    indikatorer: [hushall]\n", "    indikatorer: [hushål]\n", "indikatorn ”hushål” finns inte"),
    (LUND, "    ar: {fran: 2021, till: 2021}\n", "    ar: {fran: 2021, till: 2019}\n", "före det första"),
    (LUND, "mekanism: [inflöde, varaktighet]", "mekanism: [inflode]", "”inflode” är inte tillåtet"),
    (
        LUND,
        "kalla: {dok: skrivelse, plats: avsnitt A inledningen}",
        "kalla: {dok: brev, plats: A}",
        "”brev” finns inte",
    ),
    (LUND, "niva: organisation, inforande", "nivå: organisation, inforande", "inget sådant fält"),
    (LUND, "    omrade: A\n", "\tomrade: A\n", "läsa som YAML"),
    (LUND, "    omrade: A\n", "    omrade: A\n    omrade: A\n", "står två gånger"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of what the check reads, put right again after each fault."""
    root = tmp_path_factory.mktemp("brutet") / "projekt"
    shutil.copytree(ROOT / "data/raw", root / "data/raw")
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    shutil.copytree(ROOT / "reports/deklarationer", root / "reports/deklarationer")
    shutil.copyfile(ROOT / RUNS, root / RUNS)
    shutil.copyfile(ROOT / "_quarto.yml", root / "_quarto.yml")
    return Project(root)


@pytest.fixture
def put(project: Project) -> Iterator[list[tuple[Path, bytes]]]:
    changed: list[tuple[Path, bytes]] = []
    yield changed
    for path, content in changed:
        path.write_bytes(content)


def _tree(project: Project) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in project.root.rglob("*")
        if path.is_file()
    }


def test_there_are_forty() -> None:
    assert len(BROKEN) == 40
    assert len({case[:3] for case in BROKEN}) == 40


@pytest.mark.parametrize(("file", "old", "new", "words"), BROKEN)
def test_each_is_told(
    file: str, old: str, new: str, words: str, project: Project, put: list[tuple[Path, bytes]]
) -> None:
    path = project.root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    put.append((path, path.read_bytes()))
    row = text[: text.index(old)].count("\n") + 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    before = _tree(project)
    with pytest.raises(BistandError) as caught:
        check_inputs(project)
    message = str(caught.value)
    assert words in message
    assert re.match(rf"(data/raw/planer/[\w-]+\.yml|{RUNS}), rad \d+: ", message)
    assert "\n  Gör så här: " in message
    assert not re.search(r"\b(Input|should|valid|Error|field|expected)\b", message)
    said = int(re.search(r"rad (\d+)", message)[1])  # type: ignore[index]
    assert abs(said - row) <= 4, message
    assert _tree(project) == before


def test_the_right_files_pass(project: Project) -> None:
    assert len(check_inputs(project).runs) >= 9
