"""The Word document of a run: structure, order, figures, tables; and the checks find faults."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from datetime import date
from pathlib import Path

import pytest

from foundation.errors import BistandError
from renderer.word import Chapter, check_word, render_word
from renderer.word_reference import pack

FACTS = {"Kommun": "Uppsala (0380)", "Period": "oktober 2024"}


@pytest.fixture(scope="module")
def document(oracle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    notebooks = [
        oracle.parent / "stage/reports/uppsala-2024/01_laget.ipynb",
        oracle / "fixture/reports/exempelkoping-2024/01_befolkning.ipynb",
    ]
    out = tmp_path_factory.mktemp("word") / "uppsala.docx"
    return render_word(
        [Chapter(path) for path in notebooks],
        out,
        title="Läget i Uppsala",
        facts=FACTS,
        day=date(2026, 11, 1),
    )


def _part(document: Path, name: str) -> str:
    with zipfile.ZipFile(document) as packed:
        return packed.read(name).decode()


def _text(document: Path) -> str:
    xml = _part(document, "word/document.xml")
    return "\n".join(
        "".join(re.findall(r"<w:t[^>]*>([^<]*)", p)) for p in re.findall(r"<w:p>.*?</w:p>", xml, re.S)
    )


def test_structure_has_no_faults(document: Path) -> None:
    assert check_word(document) == ()


def test_title_and_facts_come_first_and_numbering_goes_on(document: Path) -> None:
    text = _text(document)
    order = [
        text.index(part)
        for part in ("Läget i Uppsala", "Uppsala (0380)", "Andelen faller", "Figur\u00a01", "Figur\u00a02")
    ]
    assert order == sorted(order)
    assert "Tabell\u00a02: Befolkning per år" in text
    assert "se Figur\u00a01 och Tabell\u00a01" in text


def test_figures_are_png_with_alternative_text(document: Path) -> None:
    with zipfile.ZipFile(document) as packed:
        media = [name for name in packed.namelist() if name.startswith("word/media/")]
    assert media
    assert all(name.endswith(".png") for name in media)
    assert 'descr="Linje: andelen faller från 3,68 till 2,82 procent."' in _part(
        document, "word/document.xml"
    )


def test_tables_are_real_and_numbers_stand_to_the_right(document: Path) -> None:
    xml = _part(document, "word/document.xml")
    cells = re.findall(r"<w:tc>.*?</w:tc>", xml, re.S)
    number = next(cell for cell in cells if ">3,68<" in cell)
    assert '<w:jc w:val="right"' in number


def test_code_and_site_links_are_left_out(document: Path) -> None:
    text = _text(document)
    assert "kommun =" not in text
    assert "plt.show" not in text
    assert "metod.qmd" not in _part(document, "word/_rels/document.xml.rels")


def test_two_documents_are_byte_identical(document: Path, oracle: Path, tmp_path: Path) -> None:
    notebook = oracle.parent / "stage/reports/uppsala-2024/01_laget.ipynb"
    made = [
        render_word([Chapter(notebook)], tmp_path / f"{n}.docx", title="T", facts=FACTS).read_bytes()
        for n in (1, 2)
    ]
    assert made[0] == made[1]
    assert "2026-11-01T00:00:00Z" in _part(document, "docProps/core.xml")


def test_figure_without_png_stops_with_a_reason(oracle: Path, tmp_path: Path) -> None:
    notebook = oracle / "fixture/reports/exempelkoping-2024/02_alder.ipynb"
    with pytest.raises(BistandError, match="bara som SVG"):
        render_word([Chapter(notebook)], tmp_path / "x.docx", title="T", facts={})
    assert not (tmp_path / "x.docx").exists()


def _notebook(folder: Path, *cells: str) -> Path:
    raw = {"cell_type": "raw", "metadata": {}, "source": '---\ntitle: "T"\n---'}
    rest = [{"cell_type": "markdown", "metadata": {}, "source": text} for text in cells]
    path = folder / "01.ipynb"
    path.write_text(json.dumps({"cells": [raw, *rest], "metadata": {}}), encoding="utf-8")
    return path


def test_linked_svg_is_replaced_by_the_png_beside_it(oracle: Path, tmp_path: Path) -> None:
    figure = '## Figur\n\n![Namn](b.svg){#fig-b fig-alt="Ett streck."}\n\n[Data (CSV)](b.csv) · [Bild (PNG)](b.png)'
    notebook = _notebook(tmp_path, figure, "## Tom\n\n### Också tom", "## Sist\n\nText.")
    (tmp_path / "b.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    with pytest.raises(BistandError, match=r"b\.svg: en figur finns bara som SVG"):
        render_word([Chapter(notebook)], tmp_path / "x.docx", title="T", facts={})
    shutil.copyfile(oracle / "fixture/bilder/diagram.png", tmp_path / "b.png")
    made = render_word([Chapter(notebook)], tmp_path / "x.docx", title="T", facts={})
    assert check_word(made) == ()
    text = _text(made)
    assert "Figur\u00a01: Namn" in text
    assert "Data (CSV)" not in text
    assert "Tom" not in text
    assert "Sist" in text
    assert str(tmp_path) not in _part(made, "word/document.xml"), "the maker's folders are nobody's business"


@pytest.mark.parametrize(
    ("part", "old", "new", "message"),
    [
        ("word/document.xml", r'descr="[^"]*"', 'descr=""', "alternativtext"),
        ("word/document.xml", r"<w:tblHeader[^>]*>", "", "rubrikrad"),
        ("word/document.xml", r'"Heading2"', '"Heading4"', "hoppar över"),
        ("word/styles.xml", r'(<w:lang [^>]*)w:val="sv-SE"', r'\1w:val="en-US"', "svenska"),
        ("docProps/core.xml", r"<dc:title>[^<]*</dc:title>", "", "titel"),
    ],
)
def test_faults_are_found(
    document: Path, tmp_path: Path, part: str, old: str, new: str, message: str
) -> None:
    with zipfile.ZipFile(document) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    spoiled = re.sub(old, new, parts[part].decode())
    assert spoiled != parts[part].decode()
    path = tmp_path / "fel.docx"
    path.write_bytes(pack({**parts, part: spoiled.encode()}))
    assert any(message in finding.message for finding in check_word(path))


def test_only_tagged_cells_and_no_sentence_about_the_site(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "raw", "metadata": {}, "source": '---\ntitle: "T"\n---'},
        {
            "cell_type": "markdown",
            "metadata": {"tags": ["namnd"]},
            "source": "**Först.** Se [sidan](x.ipynb). Sedan.",
        },
        {
            "cell_type": "markdown",
            "metadata": {"tags": ["namnd"]},
            "source": "::: {.bara-webb}\nVälj ovan.\n:::",
        },
        {
            "cell_type": "markdown",
            "metadata": {"tags": ["namnd"]},
            "source": "Allt finns på [sidan](../data.qmd).",
        },
        {"cell_type": "markdown", "metadata": {}, "source": "Bara i bilagan."},
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "a.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    parts = [Chapter(tmp_path / "a.ipynb", "Frågan?", "namnd"), Chapter(tmp_path / "a.ipynb")]
    made = render_word(parts, tmp_path / "x.docx", title="Titel", facts={}, breaks=True)
    told = _text(made)
    first, second = told.split("Frågan?")[1].split("\nT\n")
    assert first.split() == ["Först.", "Sedan."]
    assert second.split() == ["Först.", "Sedan.", "Bara", "i", "bilagan."]
    assert _part(made, "word/document.xml").count('w:type="page"') == 1
