"""What a text could do beyond being read: refused at every door, or nothing but text where it comes out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import plain
from analysis.declarations.model import load_declarations
from analysis.pages.parts.figure import publish_data
from analysis.panel.build import assemble, read_frames
from analysis.paths import Project
from analysis.pipeline.inputs import check_inputs
from analysis.plain import demand_plain, harmless, printable
from analysis.runs.load import load_runs
from analysis.runs.model import Run
from analysis.sources.catalogue import read_municipalities
from foundation.errors import BistandError

#: Kind -> (text, what the refusal calls it).
INJECTED = {
    "html": ("Lund <script>alert(1)</script>", "HTML"),
    "html-bild": ("<img src=x onerror=alert(1)>", "HTML"),
    "html-kommentar": ("Lund <!-- slut", "HTML"),
    "html-slut": ("Lund</main>", "HTML"),
    "kortkod": ("{{< include /etc/passwd >}}", "kortkod"),
    "kortkod-env": ("Lund {{< env HOME >}}", "kortkod"),
    "jinja": ("{{ config.items() }}", "kortkod"),
    "jinja-block": ("{% include 'x' %}", "kortkod"),
    "råblock": ("```{=html}\nx\n```", "block"),
    "rått i raden": ("`\\input{x}`{=latex}", "block"),
    "lua": ("```{.lua}\nos.execute('x')\n```", "block"),
    "ruta": ("text\n::: {.callout-note}\nx\n:::", "block"),
    "länk": ("[klicka](http://ond.example)", "Markdown"),
    "bild": ("![](file:///etc/passwd)", "Markdown"),
    "fotnot": ("text^[not]", "Markdown"),
    "hänvisning": ("se @fig-hemlig", "Markdown"),
    "kursiv": ("satsningen *Motverkan* 2024", "formatering .kursiv"),
    "fet": ("**alla** ska med", "formatering .kursiv"),
    "understruket": ("se _planen_ nu", "formatering .kursiv"),
    "nedsänkt": ("H~2~O", "formatering .kursiv"),
    "upphöjt": ("m^2^", "formatering .kursiv"),
    "matematik": ("$x+y$ kronor", "formatering .kursiv"),
    "omvänt snedstreck": ("H:\\plan\\ny", "formatering .kursiv"),
    "entitet": ("Lund &copy; 2024", "formatering .kursiv"),
    "märkt text": ("[Lund]{.dold}", "formatering .kursiv"),
    "egen rubrik": ("# Lund", "formatering .kursiv"),
    "fil": ("se file:///etc/passwd", "adress"),
    "skript": ("JavaScript:alert(1)", "adress"),
    "data": ("data:text/html,x", "adress"),
    "formel": ("=HYPERLINK(1)", "formel"),
    "formel-dde": ("=cmd|' /C calc'!A0", "formel"),
    "formel-plus": ("+SUM(A1)", "formel"),
    "formel-minus": ("-SUM(A1)", "formel"),
    "formel-at": ("@SUM(A1)", "formel"),
    "flik": ("\t=1+1", "formel"),
    "terminal": ("Lund \x1b[2J\x1b[31m", "styrtecken"),
    "vänd skrift": ("Lund \u202etxt.exe", "styrtecken"),
    "nolltecken": ("Lu\x00nd", "styrtecken"),
    "osynligt": ("Lu\u200bnd", "styrtecken"),
}  # fmt: skip

#: Words of real plans and reports, which must pass.
ORDINARY = (
    "26-punktsplanen 2019–2022 (etapp 1)", "Ålder < 25 år & > 64 år", "minskning med 1,5 % – 2 %", "50 * 2 = 100",
    "Start_2024_höst och 5*3",
    "$5 till $6", "ca ~10 (x^2)", "kr/månad [exkl. moms]", "A | B", "- 5 procentenheter", "+ 12 platser", "-1,5", "+3",
    "kontakt@uppsala.se", "https://www.uppsala.se/plan?x=1#y", "”citat” och 'citat'", "Data: se bilaga", "C# och C++",
)  # fmt: skip


@pytest.mark.parametrize("kind", INJECTED)
def test_what_is_more_than_text_is_refused_by_name(kind: str) -> None:
    text, called = INJECTED[kind]
    for document in (text, {"rubrik": text}, {"a": [{"b": text}]}, {text: 1}, [[text]]):
        with pytest.raises(BistandError, match=called) as caught:
            demand_plain(document, "fil.yml")
        assert caught.value.fix


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_pass(text: str) -> None:
    demand_plain({"text": text}, "fil.yml")


def _in_yaml(name: str, place: tuple[str | int, ...]) -> Callable[[Project, str], Path]:
    def put(project: Project, text: str) -> Path:
        path = project.root / name
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        inner = document
        for step in place[:-1]:
            inner = inner[step]
        inner[place[-1]] = text
        path.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return path

    return put


DOORS = {
    "körningens rubrik": _in_yaml("reports/runs.yml", ("korningar", 0, "rubrik")),
    "målets text": _in_yaml("data/raw/planer/uppsala-26p.yml", ("mal", 0, "text")),
    "åtgärdens titel": _in_yaml("data/raw/planer/lund-2021.yml", ("atgarder", 0, "titel")),
    "planens titel": _in_yaml("data/raw/planer/lund-2021.yml", ("titel",)),
    "passets producent": _in_yaml("data/raw/kolada/2026-09/n31807.pass.yml", ("producent",)),
    "passets titel": _in_yaml("data/raw/kolada/2026-09/n31807.pass.yml", ("titel",)),
    "måttets namn": _in_yaml("data/raw/matt.yml", ("matt", "N31807", "namn")),
    "gruppens titel": _in_yaml("data/raw/jamforelsegrupper.yml", ("storre-stader", "titel")),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", ["html", "kortkod", "bild", "formel", "terminal"])
def test_no_door_lets_it_in(door: str, kind: str, copy: Project) -> None:
    """Refused with the file's name by the check that every command makes before it does anything."""
    text, called = INJECTED[kind]
    path = DOORS[door](copy, text)
    with pytest.raises(BistandError, match=called) as caught:
        check_inputs(copy)
    assert caught.value.file == path


def test_municipality_names_and_codes_are_text(tmp_path: Path) -> None:
    path = tmp_path / "kommuner.csv"
    for row in ('0380,"<b>Uppsala</b>",Uppsala', "../x,Uppsala,Uppsala", '0380,"=1+1",Uppsala'):
        path.write_text(f"kommun_kod,name,lan\n{row}\n", encoding="utf-8")
        with pytest.raises(BistandError):
            read_municipalities(path)


def test_groups_and_notes_of_any_source_are_text(checkout: Project) -> None:
    frames, passports = read_frames(checkout)
    for column in ("group", "note"):
        spoilt = frames[0].copy()
        spoilt.loc[spoilt.index[0], column] = "<script>x</script>"
        with pytest.raises(BistandError, match="HTML"):
            assemble(checkout, [spoilt, *frames[1:]], passports)


@pytest.mark.parametrize(
    "name",
    [
        "../ut",
        "/etc/x",
        "a/b",
        "a\\b",
        "..",
        ".",
        "",
        "A",
        "å",
        "a b",
        "a\n",
        "con:",
        "-a",
        "a" * 200,
        "%2e%2e",
        "a\x00",
    ],
)
def test_ids_and_periods_cannot_leave_their_folders(name: str, checkout: Project) -> None:
    fields = {
        "rubrik": "x",
        "kommun": "0380",
        "plan": "p",
        "jamforelse": "g",
        "anteckningsbocker": ["01_laget"],
    }
    with pytest.raises(ValueError, match="id"):
        Run.model_validate({**fields, "id": name, "period": "2024", "kant_senast": "2024-12-31"})
    with pytest.raises(ValueError, match="period"):
        Run.model_validate({**fields, "id": "a", "period": name or "x", "kant_senast": "2024-12-31"})
    with pytest.raises(BistandError):
        load_runs(checkout).get(name)
    assert name not in load_declarations(checkout.reports)


def test_a_csv_computes_nothing_in_a_spreadsheet(tmp_path: Path) -> None:
    texts = [text for text, called in INJECTED.values() if called == "formel"]
    texts += [
        "-",
        "–",
        "-1,5",
        "+3",
        "- 5",
        "-2+3+cmd|' /C calc'!A0",
        "\r=1",
        "vanlig; text",
        'med "citat"',
        "rad\nbryt",
    ]
    frame = pd.DataFrame({"=namn": texts, "tal": [-1.5 for _ in texts], "år": range(len(texts))})
    publish_data(frame, name="prov", output=tmp_path)

    stored = (tmp_path / "data" / "prov.csv").read_text(encoding="utf-8").removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(stored, newline=""), delimiter=";"))
    assert rows[0][0] == "'=namn"
    shown = [row[0] for row in rows[1:]]
    assert all(text[:1] not in "=@\t\r" for text in shown)
    assert [text for text in shown if text[:1] in "+-"] == ["-", "-1,5", "+3"]
    assert {row[1] for row in rows[1:]} == {"-1,5"}
    assert harmless(pd.DataFrame({"a": ["x"], "b": [1]})).equals(pd.DataFrame({"a": ["x"], "b": [1]}))


def test_a_terminal_gets_text() -> None:
    assert printable("Å\x1b[2J\x07\u202e\n\tÖ") == "Å·[2J··\n\tÖ"


@given(st.data())
@settings(max_examples=1000)
def test_a_text_that_is_let_through_at_one_look_breaks_no_rule(data: st.DataObject) -> None:
    """Texts of nothing but the signs that need no closer look, of every kind that a keyboard or a file can hold."""
    signs = [chr(number) for number in (*range(0x180), *range(0x2000, 0x2070), 0x61C, 0xFEFF)]
    passed = [sign for sign in signs if plain._SIGNS.search(sign) is None]
    rare = [sign for sign in passed if not sign.isalnum()]
    text = data.draw(st.text(st.sampled_from([*rare, "a", "å", "1"]), max_size=12))
    assert not [kind for pattern, kind in plain._KINDS if pattern.search(text)], repr(text)
