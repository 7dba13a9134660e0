"""The embedded renderer gives the same content as real Quarto on the fixture."""

from __future__ import annotations

import difflib
import filecmp
import json
import re
from pathlib import Path

import pytest
from oracle import content_model
from tests.site import equivalence

from renderer import embedded, quarto
from renderer.check import check_site

VERSIONS = ("1.9.38", "1.10.18")

# Wanted deviations, golden line -> our line, each better for someone who cannot see the page:
WANTED = {
    # Quarto writes no alt attribute at all where fig-alt is missing; a screen reader would then read the file name.
    '/blocks[] <para>/text: "![<no alt>](<output>.svg)"': '/blocks[] <para>/text: "![](<output>.svg)"',
}


UNDESCRIBED = "/meta_description: null"
DESCRIBED = re.compile(r'/meta_description: "\S.*\S"')


@pytest.fixture(scope="module")
def model(fixture_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("model")
    content_model.build(fixture_site, out)
    return out


def _lines(path: Path, *, within_run: bool = False) -> list[str]:
    """The content line by line; Quarto's previous and next lead from one run into another, ours stay within it."""
    data = json.loads(path.read_text(encoding="utf-8"))
    data.pop("ui", None)
    if (
        path.name == "site.json"
    ):  # the side menu of a page names its own run; the others are picked from a list
        data.pop("nav_differs_on")
        menu = data["nav"]["sidebar"]
        data["nav"]["sidebar"] = [
            item for item in menu if not any("/reports/" in str(link) for link in item.get("contents", ()))
        ]
    if within_run and path.parent.parent.name == "reports":
        for way in ("prev", "next"):
            if data[way] and f"/reports/{path.parent.name}/" not in data[way]["href"]:
                data[way] = None
    return list(content_model.lines(data))


@pytest.mark.parametrize("version", VERSIONS)
def test_same_content_as_quarto(model: Path, oracle: Path, version: str) -> None:
    golden = oracle / "golden" / version
    names = sorted(path.relative_to(golden).as_posix() for path in golden.rglob("*.json"))
    assert names == sorted(path.relative_to(model).as_posix() for path in model.rglob("*.json"))
    seen = set()
    for name in names:
        expected = _lines(golden / name, within_run=True)
        seen |= WANTED.keys() & set(expected)
        wanted = [WANTED.get(line, line) for line in expected]
        ours = _lines(model / name)
        if UNDESCRIBED in wanted:  # our pages tell what they are in the words of their first paragraph
            ours = [UNDESCRIBED if DESCRIBED.fullmatch(line) else line for line in ours]
        changed = [
            line
            for line in difflib.unified_diff(wanted, ours, lineterm="", n=0)
            if not line.startswith(("---", "+++", "@@"))
        ]
        assert changed == [], f"{name}: {changed}"
    assert seen == set(WANTED), "en önskad avvikelse förekommer inte längre; ta bort den"


def test_comparison_notices_a_change(model: Path, oracle: Path, tmp_path: Path) -> None:
    spoiled = json.loads((model / "metod.json").read_text(encoding="utf-8"))
    spoiled["blocks"][0]["level"] = 3
    (tmp_path / "metod.json").write_text(json.dumps(spoiled), encoding="utf-8")
    assert _lines(tmp_path / "metod.json") != _lines(oracle / "golden" / "1.10.18" / "metod.json")


def test_site_has_no_foreign_resources_and_no_broken_links(model: Path) -> None:
    site = json.loads((model / "site.json").read_text(encoding="utf-8"))
    assert site["ui"]["external_resources"] == []
    assert site["broken_links"] == []
    assert all(site["linked_files"].values())


def test_static_checks_find_only_the_double_title_of_the_fixture(fixture_site: Path) -> None:
    findings = check_site(fixture_site)
    assert [finding.file for finding in findings] == [
        "reports/exempelkoping-2024/01_befolkning.html",
        "reports/granby-2024/01_befolkning.html",
    ]
    assert all("ska vara unik" in finding.message for finding in findings)


def test_two_builds_are_byte_identical(fixture_site: Path, oracle: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = embedded.render(oracle / "fixture", tmp_path / "a", jobs=1, cache=cache)
    second = embedded.render(oracle / "fixture", tmp_path / "b", jobs=3, cache=cache)
    assert (first.reused, second.reused) == (0, 7)
    names = sorted(
        path.relative_to(fixture_site).as_posix() for path in fixture_site.rglob("*") if path.is_file()
    )
    for other in (tmp_path / "a", tmp_path / "b"):
        assert names == sorted(
            path.relative_to(other).as_posix() for path in other.rglob("*") if path.is_file()
        )
        equal, different, missing = filecmp.cmpfiles(fixture_site, other, names, shallow=False)
        assert (len(equal), different, missing) == (len(names), [], [])


@pytest.mark.slow
@pytest.mark.quarto
def test_quarto_itself_gives_the_same_content(
    quarto_version: quarto.QuartoVersion, fixture_site: Path, oracle: Path, tmp_path: Path
) -> None:
    site = tmp_path / "quarto"
    report = quarto.render(oracle / "fixture", site)
    assert report.versions == {"quarto": quarto_version.version}
    content_model.build(site, tmp_path / "model")
    series = quarto_version.version.rsplit(".", 1)[0]
    golden = (
        oracle / "golden" / next((name for name in VERSIONS if name.startswith(f"{series}.")), VERSIONS[-1])
    )
    for path in sorted(golden.rglob("*.json")):
        name = path.relative_to(golden)
        expected = [WANTED.get(line, line) for line in _lines(path)]
        assert _lines(tmp_path / "model" / name) == expected, name
    assert equivalence.compare(fixture_site, site).differences == ()
