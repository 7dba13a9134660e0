"""Files of every kind that the door must get right or refuse: made by code, all figures and numbers made up."""
# ruff: noqa: E501 - a line a file

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from corpus import CORPUS, HUS, ORS, TKR
from odd_files import text, xls, xlsx

NAMES_SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
EXAMPLE = "811218-9876"
Values = dict[tuple[str, str, str], float]


@dataclass(frozen=True)
class DoorFile:
    """A file and what must come of it: the values (measure, period, gender), or a word of the refusal."""

    kind: str
    name: str
    data: bytes
    right: Values | None = None
    refusal: str = ""
    mapping: dict[str, Any] = field(default_factory=lambda: {"kommun": "0380"})


HEAD = "Månad;Antal hushåll"
TWO: Values = {(HUS, "2025-01", "T"): 2300, (HUS, "2025-02", "T"): 2310}
ROWS: list[list[Any]] = [["Månad", "Antal hushåll"], ["2025-01", 2300], ["2025-02", 2310]]


def refused(kind: str, rows: str, word: str, **mapping: Any) -> DoorFile:
    return DoorFile(kind, "a.csv", text(rows), refusal=word, mapping={"kommun": "0380", **mapping})


def right(kind: str, rows: str, values: Values, encoding: str = "utf-8", **mapping: Any) -> DoorFile:
    return DoorFile(kind, "a.csv", text(rows, encoding), values, mapping={"kommun": "0380", **mapping})


def parts_added(parts: dict[str, str], changed: dict[str, tuple[str, str]] | None = None) -> bytes:
    """Return a good workbook with more parts, and with texts put into the parts it has."""
    source = zipfile.ZipFile(io.BytesIO(xlsx(ROWS)))
    assert set(changed or {}) <= set(source.namelist())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name).decode("utf-8")
            for part, (before, after) in (changed or {}).items():
                if name == part:
                    assert before in data
                    data = data.replace(before, after, 1)
            target.writestr(name, data)
        for name, content in parts.items():
            target.writestr(name, content)
    return buffer.getvalue()


def hidden_places(secret: str) -> dict[str, bytes]:
    """Return workbooks with a text in each place beside the cells of the table."""
    sheet, book = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
    half = len(secret) // 2
    runs = "".join(f"<r><rPr><b/></rPr><t>{piece}</t></r>" for piece in (secret[:half], secret[half:]))
    drawn = "".join(f"<a:r><a:rPr/><a:t>{piece}</a:t></a:r>" for piece in (secret[:half], secret[half:]))
    return {
        "bladnamn": parts_added({}, {book: ('name="Tabell"', f'name="{secret}"')}),
        "titel": parts_added({}, {"docProps/core.xml": ("</cp:coreProperties>", f"<dc:title>{secret}</dc:title></cp:coreProperties>")}),
        "egen egenskap": parts_added({"docProps/custom.xml": f"<Properties><property><vt:lpwstr>{secret}</vt:lpwstr></property></Properties>"}),
        "sidhuvud": parts_added({}, {sheet: ("</worksheet>", f"<headerFooter><oddHeader>&amp;L{secret}</oddHeader></headerFooter></worksheet>")}),
        "definierat namn": parts_added({}, {book: ("</workbook>", f'<definedNames><definedName name="x" comment="{secret}">"{secret}"</definedName></definedNames></workbook>')}),
        "valideringslista": parts_added({}, {sheet: ("</worksheet>", f'<dataValidations><dataValidation><formula1>"{secret}"</formula1></dataValidation></dataValidations></worksheet>')}),
        "länktips": parts_added({}, {sheet: ("</worksheet>", f'<hyperlinks><hyperlink ref="A1" tooltip="{secret}"/></hyperlinks></worksheet>')}),
        "länkmål": parts_added({"xl/worksheets/_rels/sheet1.xml.rels": f'<Relationships><Relationship Id="r1" Type="x" Target="mapp/{secret}.docx"/></Relationships>'}),
        "talformat": parts_added(
            {}, {"xl/styles.xml": ("</styleSheet>", f'<numFmt formatCode="&quot;{secret}&quot;0"/></styleSheet>')}
        ),
        "egen XML": parts_added({"customXml/item1.xml": f"<a><b>{secret}</b></a>"}),
        "pivotminne": parts_added({"xl/pivotCache/pivotCacheDefinition1.xml": f'<x><s v="{secret}"/></x>'}),
        "extern länk": parts_added({"xl/externalLinks/externalLink1.xml": f"<x><v>{secret}</v></x>"}),
        "övergiven sträng": parts_added({"xl/sharedStrings.xml": f"<sst><si>{runs}</si></sst>"}),
        "kommentar": parts_added({"xl/comments1.xml": f"<comments><comment><text><t>{secret}</t></text></comment></comments>"}),
        "kommentar i flera bitar": parts_added({"xl/comments1.xml": f"<comments><comment><text>{runs}</text></comment></comments>"}),
        "textruta i flera bitar": parts_added({"xl/drawings/drawing1.xml": f"<a:p>{drawn}</a:p>"}),
        "formel": parts_added({}, {sheet: ("<v>2300</v>", f'<f>"{secret}"</f><v>2300</v>')}),
        "vml": parts_added({"xl/drawings/vmlDrawing1.vml": f"<div><br>{secret}</div>"}),
    }  # fmt: skip


def ods(annotation: str = "") -> bytes:
    """Return an OpenDocument table of two months, with a note on the first cell."""
    note = f"<office:annotation><text:p>{annotation}</text:p></office:annotation>" if annotation else ""

    def row(*cells: object) -> str:
        made = "".join(
            f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p></table:table-cell>'
            if isinstance(cell, int)
            else f'<table:table-cell office:value-type="string">{note if cell == "Månad" else ""}<text:p>{cell}</text:p></table:table-cell>'
            for cell in cells
        )
        return f"<table:table-row>{made}</table:table-row>"

    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    body = "".join(row(*cells) for cells in ROWS)
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="T">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        target.writestr("content.xml", content)
        target.writestr("META-INF/manifest.xml", "<manifest/>")
    return buffer.getvalue()


def far_cell(place: str) -> bytes:
    row = "".join(letter for letter in place if letter.isdigit())
    cell = f'<row r="{row}"><c r="{place}"><v>1</v></c></row></sheetData>'
    return parts_added({}, {"xl/worksheets/sheet1.xml": ("</sheetData>", cell)})


def uncached() -> bytes:
    return parts_added({}, {"xl/worksheets/sheet1.xml": ("<v>2310</v>", "<f>2300+10</f><v></v>")})


def dialects() -> Iterator[DoorFile]:
    """Every combination of delimiter, encoding, way to write a month and number: 96 files that must be read right."""
    periods = ("2025-01 2025-02", "2025M01 2025M02", "januari_2025 februari_2025", "202501 202502")
    for delimiter in (";", "\t", "|"):
        for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
            for period in periods:
                for space in ("", "\u00a0"):
                    first, second = (part.replace("_", " ") for part in period.split())
                    rows = [
                        ["Månad", "Antal hushåll", "Utbetalt tkr"],
                        [first, f"2{space}300", f"24{space}105,5"],
                    ]
                    rows += [[second, f"2{space}310", "23990,25"]]
                    content = "\n".join(delimiter.join(row) for row in rows) + "\n"
                    values = {**TWO, (TKR, "2025-01", "T"): 24105.5, (TKR, "2025-02", "T"): 23990.25}
                    yield right("dialekter i text", content, values, encoding)


def people() -> Iterator[DoorFile]:
    """Personal data in a column beside the table."""
    for words in (
        "Maria Andersson", "MARIA ANDERSSON", "maria andersson", "Andersson Maria", "Andersson, Maria", "ANDERSSON MARIA",
        "Mohammed Hassan", "Fatima Zahra", "Ärende om Karin Lindqvist", "Lars-Erik Berglund", "Ahmed A. och Fatima Hassan",
    ):  # fmt: skip
        yield refused("namn", f"{HEAD};Notering\n2025-01;2300;{words}\n2025-02;2310;\n", "personuppgifter")
    for words in (
        "Storgatan 12 B", "STORGATAN 12", "storgatan 12b", "Norra vägen 3", "753 20 Uppsala", "753 20 UPPSALA",
        "se-753 20 uppsala", "nagon@exempel.se", "070-123 45 67", "+46701234567",
    ):  # fmt: skip
        yield refused(
            "adress, e-post, telefon", f"{HEAD};Var\n2025-01;2300;{words}\n2025-02;2310;\n", "personuppgifter"
        )
    for heading in (
        "Personnummer",
        "Pnr",
        "Efternamn",
        "Adress",
        "LMA-nummer",
        "Dossiernummer",
        "Klient",
        "Ärendenummer",
    ):
        yield refused(
            "rubrik för personuppgift",
            f"{HEAD};{heading}\n2025-01;2300;a\n2025-02;2310;b\n",
            "personuppgifter",
        )
    for written in (
        EXAMPLE, "19811218-9876", "19 811218 98 76", "811218 9876", "811218.9876", "811218/9876", "811218–9876",
        "811218\u20119876", "811218\u00ad-9876", "811218-98\u200b76", "1981-12-18-9876", "1981-12-18 9876", "8 1 1 2 1 8 9 8 7 6",
        "81 12 18 98 76", "８１１２１８-９８７６", "se ärende 198112789876", "811218-T876", "811218-R876", "19811218TF87", "LMA 50-123456",
        "dossier 12-345678", "gäller 811218-9871", "811218+9876", "(811218)9876", "811218_9876", "811218--9876",
    ):  # fmt: skip
        yield refused(
            "personnummer i förklädnad",
            f"{HEAD};Notering\n2025-01;2300;{written}\n2025-02;2310;\n",
            "personuppgifter",
        )
    yield refused(
        "personnummer i förklädnad",
        f'{HEAD};X\n2025-01;2300;"811218\n9876"\n2025-02;2310;\n',
        "personuppgifter",
    )
    for place, data in hidden_places(EXAMPLE).items():
        yield DoorFile(f"arbetsbok: {place}", "a.xlsx", data, refusal="personuppgifter")
    yield DoorFile("arbetsbok: ods-anteckning", "a.ods", ods(EXAMPLE), refusal="personuppgifter")
    yield DoorFile("arbetsbok: filnamn", f"uttag {EXAMPLE}.xlsx", xlsx(ROWS), refusal="personuppgifter")
    yield DoorFile(
        "arbetsbok: dolt blad",
        "a.xlsx",
        xlsx(ROWS, more={"U": [[EXAMPLE]]}, hidden=["U"]),
        refusal="personuppgifter",
    )
    yield DoorFile("arbetsbok: xls", "a.xls", xls([*ROWS, [EXAMPLE, None]]), refusal="personuppgifter")


def numbers() -> Iterator[DoorFile]:
    """Numbers that were taken wrongly, and their right neighbours."""
    yearly: Values = {(HUS, "2020", "T"): 40, (HUS, "2021", "T"): 42, (HUS, "2022", "T"): 39}
    monthly: Values = {(HUS, f"2024-{month:02d}", "T"): value for month, value in ((1, 40), (2, 42), (3, 39))}
    for heading in ("Avslag", "Handläggare", "Antal anställda", "Team", ""):
        kind = "okänd kolumn med små heltal"
        yield right(kind, f"År;Antal hushåll;{heading}\n2020;40;3\n2021;42;5\n2022;39;7\n", yearly)
        yield right(
            kind, f"Period;Antal hushåll;{heading}\n2024-01;40;3\n2024-02;42;5\n2024-03;39;7\n", monthly
        )
        yield right(
            kind, f"{heading};Period;Antal hushåll\n3;2024-01;40\n5;2024-02;42\n7;2024-03;39\n", monthly
        )
        yield right(
            kind,
            f"Period;Antal hushåll;{heading}\n2024-01;40;2019\n2024-02;42;2031\n2024-03;39;2007\n",
            monthly,
        )
    for day in ("2024-02-30", "2024-04-31", "2025-02-29", "2024-13-01"):
        yield refused(
            "dag som inte finns", f"Datum;Antal hushåll\n2024-01-01;2300\n{day};2310\n", "går inte att tolka"
        )
    for value in ("4001,5", "2300,25", "0,5"):
        yield refused("antal med decimaler", f"{HEAD}\n2025-01;{value}\n2025-02;2310\n", "har decimaler")
    for value in ("1e308", "99 999 999", "100000", "2300000"):
        yield refused("orimligt stort antal", f"{HEAD}\n2025-01;2300\n2025-02;{value}\n", "storlek")
    for unit in ("Utbetalt tkr", "Utbetalt mnkr"):
        yield refused(
            "orimligt stort belopp", f"Månad;{unit}\n2025-01;24105000\n2025-02;24000000\n", "storlek"
        )
    yield right(
        "kronor i rubriken",
        "Månad;Utbetalt kr\n2025-01;24105500\n2025-02;23990000\n",
        {(TKR, "2025-01", "T"): 24105.5, (TKR, "2025-02", "T"): 23990},
    )
    yield right(
        "kronor i rubriken",
        "Månad;Utbetalt belopp (kronor)\n2025-01;24105500\n",
        {(TKR, "2025-01", "T"): 24105.5},
    )
    yield right(
        "kronor i rubriken",
        "Månad;Utbetalt bistånd mnkr\n2025-01;24,1055\n",
        {(TKR, "2025-01", "T"): 24105.5},
    )
    yield right(
        "försörjningsstöd i rubriken",
        "Månad;Hushåll med försörjningsstöd\n2025-01;2300\n",
        {(HUS, "2025-01", "T"): 2300},
    )
    yield refused(
        "enhetsbyte mitt i",
        "Månad;Utbetalt tkr\n2025-01;24105\n2025-02;23990\n2025-03;24010000\n2025-04;23890000\n",
        "hopp",
    )
    yield refused("hundra gånger grannarna", f"{HEAD}\n2025-01;2300\n2025-02;231000\n2025-03;2290\n", "hopp")
    yield refused("hundra gånger grannarna", f"{HEAD}\n2025-01;2300\n2025-02;23\n2025-03;2290\n", "hopp")
    yield refused(
        "hundra gånger grannarna",
        "Månad;Andel vuxna biståndsmottagare\n2025-01;1,11\n2025-02;0,0111\n",
        "hopp",
    )
    yield refused(
        "större andel än möjligt",
        "Månad;Andel vuxna biståndsmottagare\n2025-01;90\n2025-02;91\n",
        "storlek",
    )
    yield refused(
        "del av ett som procent",
        "Månad;Andel vuxna biståndsmottagare\n2025-01;0,0111\n",
        "procent eller delar",
    )
    yield refused(
        "engelska tusental",
        'Månad,Antal hushåll,Utbetalt tkr\n2025-01,"2,300","24,105"\n2025-02,"2,310","23,990"\n',
        "tusental eller decimaler",
    )
    yield refused(
        "engelska tusental",
        "Månad;Antal hushåll;Utbetalt tkr\n2025-01;2,300;24,105\n2025-02;2,310;23,990\n",
        "tusental eller decimaler",
    )
    yield right(
        "engelska tusental", "Månad;Antal hushåll\n2025-01;2,300\n2025-02;2,310\n", TWO, decimaltecken="."
    )
    for month in ("2029-01", "2031-05", "2025-07", "1913-01"):
        yield refused("period som inte varit", f"{HEAD}\n2025-01;2300\n{month};2310\n", "perioden")
    for week in ("2025-W01 2025-W02", "v.1 v.2", "vecka_1 vecka_2"):
        one, two = (part.replace("_", " ") for part in week.split())
        yield refused("veckor", f"Vecka;Antal hushåll\n{one};2300\n{two};2310\n", "veckor")
    kinds = (("Kvinnor", 1200), ("Män", 1100))
    for total, word in ((2500, "summa"), (2100, "summa"), (2300, "")):
        rows = "".join(f"2025-01;{name};{value}\n" for name, value in (*kinds, ("Totalt", total)))
        content = f"Månad;Kön;Antal hushåll\n{rows}"
        values = {(HUS, "2025-01", "K"): 1200.0, (HUS, "2025-01", "M"): 1100.0, (HUS, "2025-01", "T"): 2300.0}
        yield (
            refused("kvinnor och män mot totalen", content, word)
            if word
            else right("kvinnor och män mot totalen", content, values)
        )
    yield DoorFile("formel utan sparat värde", "a.xlsx", uncached(), refusal="vars värde inte är sparat")
    serial = [["Månad", "Antal hushåll"], [45658.0, 2300], [45689.0, 2310]]
    yield DoorFile("dagnummer", "a.xlsx", xlsx(serial), refusal="dagnummer")
    yield DoorFile(
        "dagnummer",
        "a.xlsx",
        xlsx([["Månad", "Antal hushåll"], [date(2025, 1, 1), 2300], [date(2025, 2, 1), 2310]]),
        TWO,
    )
    for rows in (
        f'{HEAD}\n2025-01;"2300\n2025-02;2310\n2025-03;2290\n',
        f'{HEAD};X\n2025-01;2300;"a\n2025-02;2310;b"\n2025-03;1;\n',
    ):
        yield refused("citattecken utan slut", rows, "citattecken")
    yield refused("fel kommun", "Kommun;Månad;Antal hushåll\nLund;2025-01;900\n", "gäller Lund")
    yield refused("fel kommun", "Kommunkod;Månad;Antal hushåll\n1281;2025-01;900\n", "gäller Lund")
    yield refused(
        "period sägs två gånger", "Period;Månad;Antal hushåll\n2025-01;februari;2300\n", "två gånger"
    )
    yield refused(
        "okänd --kolumn", f"{HEAD}\n2025-01;2300\n", "ingen kolumn ”Antl”", kolumner={"Antl": {"matt": HUS}}
    )
    yield refused("skala på antal", f"{HEAD}\n2025-01;2\n2025-02;3\n", "skala", skala=1000)
    for label in ("Team Nord", "Xhevrije Qorraj", "enhet 4"):
        yield refused(
            "okänd grupp", f"Månad;Orsak;Antal hushåll efter orsak\n2025-01;{label};40\n", "grupper"
        )
    yield right(
        "känd grupp",
        "Månad;Orsak;Antal hushåll efter orsak\n2025-01;Ohälsa;40\n",
        {(ORS, "2025-01", "T"): 40},
    )


def bombs() -> Iterator[DoorFile]:
    """Small or large files that grow, abort or never end in a reader."""
    kind = "bomber och orimlig storlek"
    for place in ("XFD1048576", "XFD2", "A1048577", "CZZ10"):
        yield DoorFile(kind, "a.xlsx", far_cell(place), refusal="orimligt stort")
    yield DoorFile(
        kind,
        "a.xlsx",
        parts_added({"xl/comments1.xml": "<t>" + " " * 70_000_000 + "</t>"}),
        refusal="packas upp",
    )
    drawings = {f"xl/drawings/drawing{number}.xml": " " * 5_000_000 for number in range(40)}
    yield DoorFile(kind, "a.xlsx", parts_added(drawings), refusal="packas upp")
    yield DoorFile(kind, "a.csv", text(f"{HEAD}\n" + "2025-01;2300\n" * 1_600_000), refusal="MB")
    yield DoorFile(kind, "a.csv", text(f"{HEAD}\n" + "2025-01;2300\n" * 250_000), refusal="orimligt stor")
    yield DoorFile(kind, "a.xlsx", parts_added({"xl/comments1.xml": "<" * 6_000_000}), refusal="packas upp")
    yield DoorFile(kind, "a.csv", text(";".join(["x"] * 1_000_000) + "\n"), refusal="tecken")
    yield DoorFile(
        kind,
        "a.csv",
        text(";".join(["x"] * 5_000) + "\n" + ";".join(["1"] * 5_000) + "\n"),
        refusal="orimligt stor",
    )
    yield refused(kind, f"Kommun;{HEAD}\n{'U' * 100_000};2025-01;2300\n", "100000 tecken")
    yield DoorFile(kind, "a.xlsx", xlsx([*ROWS, ["a" * 32_767, None]]), refusal="32767 tecken")
    yield DoorFile(
        kind,
        "a.xlsx",
        parts_added({f"xl/media/{number}.bin": "x" for number in range(2_100)}),
        refusal="packas upp",
    )


def door_files() -> list[DoorFile]:
    """Return all files of all kinds, the corpus of layouts included."""
    files = [*dialects(), *people(), *numbers(), *bombs()]
    files.append(DoorFile("ods", "a.ods", ods(), TWO))
    for case in CORPUS:
        files.append(
            DoorFile(
                "korpus: fel" if case.error else "korpus: läses",
                case.file,
                case.data,
                refusal=case.error,
                mapping=case.mapping,
            )
        )
    return files
