"""The corpus: odd and hostile files, each with its expected reading or its expected error."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from odd_files import MONTHS, OCTOBER, broken_drawing, text, xls, xlsx

HUS, VUX, TKR, ORS = "MANAD_HUSHALL", "MANAD_VUXNA", "MANAD_UTBETALT", "MANAD_ORSAK"
UPPSALA: dict[str, Any] = {"kommun": "0380"}

#: (measure, period, gender, value or status); with municipality first or group last where they matter.
Expected = tuple[Any, ...]


@dataclass(frozen=True)
class Case:
    name: str
    file: str
    data: bytes
    expect: tuple[Expected, ...] = ()
    error: str = ""
    mapping: dict[str, Any] = field(default_factory=lambda: dict(UPPSALA))
    dropped: str = ""


TWO = ((HUS, "2024-10", "T", 4785), (HUS, "2024-11", "T", 4702))
SIMPLE = "Period;Antal hushåll\n2024-10;4785\n2024-11;4702\n"
LONG_ROWS = [["Period", "Antal hushåll"], ["2024-10", 4785], ["2024-11", 4702]]


def period_case(name: str, first: str, second: str) -> Case:
    return Case(f"period {name}", "a.csv", text(f"Period;Antal hushåll\n{first};4785\n{second};4702\n"), TWO)


def token_case(token: str, status: str) -> Case:
    data = text(f'Period;Antal hushåll\n2024-10;"{token}"\n2024-11;4702\n')
    return Case(f"tecken {token or 'tomt'}", "a.csv", data, ((HUS, "2024-10", "T", status), TWO[1]))


def number_case(name: str, written: str, value: float, measure: str = "Utbetalt tkr") -> Case:
    data = text(f'Period;{measure}\n2024-10;"{written}"\n2024-11;"12,5"\n')
    return Case(f"tal {name}", "a.csv", data, ((TKR, "2024-10", "T", value), (TKR, "2024-11", "T", 12.5)))


DIALECTS = [
    Case("semikolon", "a.csv", text(SIMPLE), TWO),
    Case("komma", "a.csv", text(SIMPLE.replace(";", ",")), TWO),
    Case("tabb", "a.txt", text(SIMPLE.replace(";", "\t")), TWO),
    Case("lodstreck", "a.csv", text(SIMPLE.replace(";", "|")), TWO),
    Case("utf-8 med BOM", "a.csv", text(SIMPLE, "utf-8-sig"), TWO),
    Case("cp1252", "a.csv", text(SIMPLE, "cp1252"), TWO),
    Case("utf-16", "a.csv", text(SIMPLE, "utf-16"), TWO),
    Case("CRLF", "a.csv", text(SIMPLE.replace("\n", "\r\n")), TWO),
    Case("CR", "a.csv", text(SIMPLE.replace("\n", "\r")), TWO),
    Case("sep-rad", "a.csv", text("sep=;\n" + SIMPLE), TWO),
    Case("citattecken", "a.csv", text('"Period","Antal hushåll"\n"2024-10","4785"\n"2024-11","4702"\n'), TWO),
    Case("blanka rader", "a.csv", text("\n\n" + SIMPLE.replace("\n", "\n\n")), TWO),
    Case(
        "blanka kolumner", "a.csv", text("Period;;Antal hushåll;;\n2024-10;;4785;;\n2024-11;;4702;;\n"), TWO
    ),
    Case("xlsx", "a.xlsx", xlsx(LONG_ROWS), TWO),
    Case("xls", "a.xls", xls(LONG_ROWS), TWO),
    Case("xlsx med fel ändelse", "a.csv", xlsx(LONG_ROWS), TWO),
    Case("xlsx med trasig ritning", "a.xlsx", broken_drawing(LONG_ROWS), TWO),
    Case(
        "dolt blad med annan tabell",
        "a.xlsx",
        xlsx(LONG_ROWS, more={"Gammal": LONG_ROWS}, hidden=["Gammal"]),
        TWO,
    ),
    Case(
        "valt blad",
        "a.xlsx",
        xlsx([["x"]], more={"Data": LONG_ROWS}),
        TWO,
        mapping=UPPSALA | {"blad": "Data"},
    ),
]

PERIODS = [
    period_case("M", "2024M10", "2024M11"),
    period_case("litet m", "2024m10", "2024m11"),
    period_case("kort månad", "okt 2024", "nov 2024"),
    period_case("kort månad med punkt", "okt. 2024", "nov. 2024"),
    period_case("hel månad", "oktober 2024", "November 2024"),
    period_case("omvänt", "2024 oktober", "2024 november"),
    period_case("två siffror", "okt-24", "nov-24"),
    period_case("sex siffror", "202410", "202411"),
    period_case("snedstreck", "2024/10", "2024/11"),
    period_case("månad först", "10/2024", "11/2024"),
    period_case("datum", "2024-10-01", "2024-11-01"),
    Case("period Exceldatum", "a.xlsx", xlsx([["Period", "Antal hushåll"], [OCTOBER, 4785]]), TWO[:1]),
    Case("period Excelnummer", "a.xlsx", xlsx([["Period", "Antal hushåll"], [45566, 4785]]), TWO[:1]),
    Case(
        "period delår", "a.csv", text("Period;Antal hushåll\nT2 2024;4785\n"), ((HUS, "2024-T2", "T", 4785),)
    ),
    Case(
        "år och månad i var sin kolumn, år bara först",
        "a.csv",
        text("År;Månad;Antal hushåll\n2024;oktober;4785\n;november;4702\n"),
        TWO,
    ),
    Case("månadsnummer", "a.csv", text("År;Månad;Antal hushåll\n2024;10;4785\n2024;11;4702\n"), TWO),
    Case(
        "året som val",
        "a.csv",
        text("Månad;Antal hushåll\nokt;4785\nnov;4702\n"),
        TWO,
        mapping=UPPSALA | {"ar": 2024},
    ),
]

TOKENS = [
    token_case("", "missing"),
    token_case("..", "missing"),
    token_case("-", "missing"),
    token_case("--", "missing"),
    token_case("–", "missing"),
    token_case("X", "suppressed"),
    token_case("x", "suppressed"),
    token_case("<5", "suppressed"),
    token_case("< 5", "suppressed"),
    token_case("1–4", "suppressed"),
    token_case("färre än 5", "suppressed"),
    token_case(".", "not_applicable"),
    token_case("e.t.", "not_applicable"),
    token_case("#SAKNAS!", "missing"),
    Case(
        "eget tecken",
        "a.csv",
        text("Period;Antal hushåll\n2024-10;hemligt\n2024-11;4702\n"),
        ((HUS, "2024-10", "T", "suppressed"), TWO[1]),
        mapping=UPPSALA | {"tecken": {"hemligt": "suppressed"}},
    ),
]

NUMBERS = [
    number_case("mellanslag", "35 182,9", 35182.9),
    number_case("hårt mellanslag", "35\u00a0182,9", 35182.9),
    number_case("tunt mellanslag", "35\u2009182,9", 35182.9),
    number_case("smalt hårt mellanslag", "35\u202f182,9", 35182.9),
    number_case("punkt som tusental", "35.182,9", 35182.9),
    number_case("fotnot", "35182,9 1)", 35182.9),
    number_case("stjärna", "35182,9*", 35182.9),
    number_case("äkta noll", "0", 0),
    number_case("exponent", "3,51829E4", 35182.9),
    Case(
        "decimalpunkt",
        "a.csv",
        text("Period,Utbetalt tkr\n2024-10,35182.9\n"),
        ((TKR, "2024-10", "T", 35182.9),),
    ),
    Case(
        "amerikansk",
        "a.csv",
        text('Period,Utbetalt tkr\n2024-10,"35,182.9"\n2024-11,"1,182.95"\n'),
        ((TKR, "2024-10", "T", 35182.9), (TKR, "2024-11", "T", 1182.95)),
    ),
    Case(
        "procenttecken",
        "a.csv",
        text("Period;Andel vuxna biståndsmottagare\n2024-10;1,25 %\n2024-11;1,3%\n"),
        (("AMN_VUXNA", "2024-10", "T", 1.25), ("AMN_VUXNA", "2024-11", "T", 1.3)),
    ),
    Case(
        "preliminärt i cellen",
        "a.csv",
        text("Period;Antal hushåll\n2024-10;4 785\n2024-11;4 702 (p)\n"),
        (TWO[0], (HUS, "2024-11", "T", 4702, "preliminary")),
    ),
    Case(
        "cirka i cellen",
        "a.csv",
        text("Period;Antal hushåll\n2024-10;ca 4 785\n"),
        ((HUS, "2024-10", "T", 4785, "approximate"),),
    ),
    Case(
        "skala från kronor",
        "a.csv",
        text("Period;Belopp i kronor\n2024-10;35 182 900\n"),
        ((TKR, "2024-10", "T", 35182.9),),
        mapping=UPPSALA | {"kolumner": {"Belopp i kronor": {"matt": TKR, "skala": 0.001}}},
    ),
    Case(
        "Exceldelar som procent",
        "a.xlsx",
        xlsx([["Period", "Andel vuxna biståndsmottagare"], ["2024-10", 0.0125], ["2024-11", 0.013]]),
        (("AMN_VUXNA", "2024-10", "T", 1.25), ("AMN_VUXNA", "2024-11", "T", 1.3)),
        mapping=UPPSALA | {"skala": 100},
    ),
    Case(
        "punkt som tusental enligt val",
        "a.csv",
        text("Period;Antal hushåll\n2024-10;4.785\n2024-11;4.702\n"),
        TWO,
        mapping=UPPSALA | {"decimaltecken": ","},
    ),
]

LAYOUTS = [
    Case(
        "Socialstyrelsen, en rad per månad",
        "a.xlsx",
        xlsx(
            [
                ["Ekonomiskt bistånd, Uppsala"],
                ["År", "Månad", "Antal hushåll", "Utbetalt ekonomiskt bistånd tkr"],
                [2024, "Oktober", 4785, 35182],
                [2024, "November", 4702, "--"],
            ]
        ),
        (*TWO, (TKR, "2024-10", "T", 35182), (TKR, "2024-11", "T", "missing")),
        mapping={},
    ),
    Case(
        "Socialstyrelsen, en kolumn per månad",
        "a.xlsx",
        xlsx(
            [
                ["Antal hushåll med ekonomiskt bistånd"],
                ["Region", "År", *MONTHS],
                ["Uppsala", 2023, *range(4801, 4813)],
                ["Uppsala", 2024, *range(4700, 4709), 4785, 4702, "--"],
                ["Lund", 2024, *["--"] * 9, "X", 900, "--"],
                ["Uppsala län", 2024, *range(12)],
                [None, None],
                ["Källa: Socialstyrelsen"],
            ]
        ),
        (
            *TWO,
            (HUS, "2023-01", "T", 4801),
            ("1281", HUS, "2024-10", "T", "alla", "suppressed"),
            ("1281", HUS, "2024-09", "T", "alla", "missing"),
        ),
        mapping={"matt": HUS},
        dropped="Uppsala län är ingen kommun",
    ),
    Case(
        "sammanslagna rubriker i Excel",
        "a.xlsx",
        xlsx(
            [
                ["Månadsrapport", None, None, None],
                ["Period", "Antal vuxna", None, "Utbetalt tkr"],
                [None, "Kvinnor", "Män", None],
                ["2024-10", 2600, 2400, 35182.5],
            ],
            merges=["A1:D1", "A2:A3", "B2:C2"],
        ),
        ((VUX, "2024-10", "K", 2600), (VUX, "2024-10", "M", 2400), (TKR, "2024-10", "T", 35182.5)),
    ),
    Case(
        "sammanslagna rubriker i text",
        "a.csv",
        text(";Antal vuxna;;\nPeriod;Kvinnor;Män;Totalt\n2024-10;2600;2400;5000\n"),
        ((VUX, "2024-10", "K", 2600), (VUX, "2024-10", "M", 2400), (VUX, "2024-10", "T", 5000)),
    ),
    Case(
        "kön i rader",
        "a.csv",
        text("Period;Kön;Antal vuxna\n2024-10;Kvinnor;2600\n2024-10;Män;2400\n2024-10;Totalt;5000\n"),
        ((VUX, "2024-10", "K", 2600), (VUX, "2024-10", "M", 2400), (VUX, "2024-10", "T", 5000)),
    ),
    Case(
        "kön i rader, period bara först",
        "a.xlsx",
        xlsx(
            [["Period", "Kön", "Antal vuxna"], ["2024-10", "Kvinnor", 2600], [None, "Män", 2400]],
            merges=["A2:A3"],
        ),
        ((VUX, "2024-10", "K", 2600), (VUX, "2024-10", "M", 2400)),
    ),
    Case(
        "kön i rubriken",
        "a.csv",
        text("Period;Antal vuxna, kvinnor;Antal vuxna (män)\n2024-10;2600;2400\n"),
        ((VUX, "2024-10", "K", 2600), (VUX, "2024-10", "M", 2400)),
    ),
    Case(
        "helt lång",
        "a.csv",
        text(
            "Kommun;Indikator;Period;Kön;Värde\n0380;Antal vuxna;okt 2024;K;2600\n"
            "Uppsala kommun;Antal hushåll;2024M10;T;4785\n"
        ),
        ((VUX, "2024-10", "K", 2600), TWO[0]),
        mapping={},
    ),
    Case(
        "perioder som kolumner, mått som rader",
        "a.csv",
        text("Nyckeltal;okt 2024;nov 2024\nAntal hushåll;4785;4702\nUtbetalt tkr;35182,5;34900\n"),
        (*TWO, (TKR, "2024-10", "T", 35182.5), (TKR, "2024-11", "T", 34900)),
    ),
    Case(
        "år som kolumner",
        "a.csv",
        text("Kommun;2022;2023\nUppsala;1,53;1,32\nLund;1,1;..\n"),
        (
            ("0380", "AMN_VUXNA", "2022", "T", "alla", 1.53),
            ("0380", "AMN_VUXNA", "2023", "T", "alla", 1.32),
            ("1281", "AMN_VUXNA", "2022", "T", "alla", 1.1),
            ("1281", "AMN_VUXNA", "2023", "T", "alla", "missing"),
        ),
        mapping={"matt": "AMN_VUXNA"},
    ),
    Case(
        "summarad sist",
        "a.csv",
        text(SIMPLE + "Summa;9487\n"),
        TWO,
        dropped="summarad",
    ),
    Case(
        "summarad utan etikett",
        "a.csv",
        text("Kommentar;Period;Antal hushåll\nbra;2024-10;4785\nbra;2024-11;4702\n;;9487\n"),
        TWO,
        dropped="rad utan etikett",
    ),
    Case(
        "fotnoter",
        "a.csv",
        text("Rapport ur systemet\n\n" + SIMPLE + "\n* avser preliminära tal\n"),
        TWO,
        dropped="fotnot",
    ),
    Case(
        "upprepad rubrik",
        "a.csv",
        text("Period;Antal hushåll\n2024-10;4785\nPeriod;Antal hushåll\n2024-11;4702\n"),
        TWO,
        dropped="upprepad rubrikrad",
    ),
    Case(
        "årssumma i kolumn",
        "a.csv",
        text(
            "År;"
            + ";".join(MONTHS)
            + ";Totalt\n2024;"
            + ";".join(str(n) for n in range(4700, 4712))
            + ";56466\n"
        ),
        ((HUS, "2024-01", "T", 4700), (HUS, "2024-12", "T", 4711)),
        mapping=UPPSALA | {"matt": HUS},
        dropped="saknar period",
    ),
    Case(
        "månader som inte varit",
        "a.csv",
        text("Period;Antal hushåll\n2024-10;4785\n2024-11;4702\n2024-12;\n2025-01;\n"),
        TWO,
        dropped="har inga siffror än",
    ),
    Case(
        "orsaker som kolumner",
        "a.csv",
        text("Period;Antal hushåll efter orsak;\n;Arbetslöshet;Ohälsa\n2024-10;1200;800\n"),
        (
            ("0380", ORS, "2024-10", "T", "Arbetslöshet", 1200),
            ("0380", ORS, "2024-10", "T", "Ohälsa", 800),
        ),
    ),
    Case(
        "orsaker som rader",
        "a.csv",
        text("Period;Orsak;Antal hushåll efter orsak\n2024-10;Arbetslöshet;1200\n2024-10;Totalt;4785\n"),
        (
            ("0380", ORS, "2024-10", "T", "Arbetslöshet", 1200),
            ("0380", ORS, "2024-10", "T", "alla", 4785),
        ),
    ),
    Case(
        "kommunkod utan nolla",
        "a.xlsx",
        xlsx([["Kommunkod", "Kommun", "Period", "Antal hushåll"], [380, "Uppsala", "2024-10", 4785]]),
        TWO[:1],
        mapping={},
    ),
    Case(
        "kod och namn i en cell",
        "a.csv",
        text("Region;Period;Antal hushåll\n0380 Uppsala;2024-10;4785\n"),
        TWO[:1],
        mapping={},
    ),
    Case(
        "statuskolumn",
        "a.csv",
        text("Period;Antal hushåll;Status\n2024-10;4785;definitiv\n2024-11;4702;Preliminär\n"),
        (TWO[0], (HUS, "2024-11", "T", 4702, "preliminary")),
    ),
    Case(
        "okänd sifferkolumn",
        "a.csv",
        text("Period;Antal hushåll;Förändring\n2024-10;4785;3\n2024-11;4702;-83\n"),
        TWO,
        dropped="okänd rubrik över siffror",
    ),
    Case(
        "antal som ser ut som årtal",
        "a.csv",
        text("År;Antal hushåll\n2023;2019\n2024;2020\n"),
        ((HUS, "2023", "T", 2019), (HUS, "2024", "T", 2020)),
    ),
    Case(
        "kolumn försvunnen",
        "a.csv",
        text(SIMPLE),
        TWO,
        mapping=UPPSALA | {"rubriker": ("Period", "Antal hushåll", "Utbetalt tkr")},
    ),
    Case(
        "tomt första blad",
        "a.xlsx",
        xlsx([["Läs mig"], ["Bara text"]], sheet="Info", more={"Data": LONG_ROWS}),
        TWO,
    ),
]

ERRORS = [
    Case("tom fil", "a.csv", b"", error="filen är tom"),
    Case("bara blanka", "a.csv", b"\n\n;;\n", error="filen är tom"),
    Case(
        "webbsida",
        "a.xls",
        text("<html><table><tr><td>1</td></tr></table></html>"),
        error="går inte att öppna som en Excelfil",
    ),
    Case("webbsida som csv", "a.csv", text("<!DOCTYPE html><html></html>"), error="webbsida"),
    Case("pdf", "a.csv", text("%PDF-1.7 ..."), error="PDF"),
    Case("binär", "a.csv", b"\x01\x00\x02\x00abc", error="varken text eller Excel"),
    Case("avhuggen xlsx", "a.xlsx", xlsx(LONG_ROWS)[:900], error="går inte att öppna som en Excelfil"),
    Case("utan rubrikrad", "a.csv", text("2024-10;4785\n2024-11;4702\n"), error="rubrikrad"),
    Case("bara text", "a.csv", text("Period;Kommentar\noktober;bra\n"), error="känns igen som siffror"),
    Case("okänt mått", "a.csv", text("Period;Antal katter\n2024-10;12\n"), error="känns igen som siffror"),
    Case(
        "okänt mått i rad",
        "a.csv",
        text("Mått;Period;Värde\nAntal hushåll;2024-10;12\nKatter;2024-10;3\n"),
        error="måttet ”Katter” är okänt",
    ),
    Case("kommun saknas", "a.csv", text(SIMPLE), error="vilken kommun", mapping={}),
    Case("år saknas", "a.csv", text("Månad;Antal hushåll\nokt;4785\n"), error="vilket år"),
    Case("mått saknas", "a.csv", text("Period;Värde\n2024-10;4785\n"), error="vilket mått"),
    Case(
        "okänd kommun",
        "a.csv",
        text("Kommun;Period;Antal hushåll\nAnkeborg;2024-10;4785\n"),
        error="Ankeborg",
        mapping={},
    ),
    Case(
        "kod och namn oense",
        "a.csv",
        text("Kommunkod;Kommunnamn;Period;Antal hushåll\n0380;Lund;2024-10;4785\n"),
        error="stämmer inte",
        mapping={},
    ),
    Case(
        "ogiltig period",
        "a.csv",
        text("Period;Antal hushåll\n2024-10;4785\n2024-13;4702\n"),
        error="perioden ”2024-13”",
    ),
    Case(
        "kvartal",
        "a.csv",
        text("Period;Antal hushåll\n2024-10;4785\nkvartal 4;4702\n"),
        error="perioden ”kvartal 4”",
    ),
    Case(
        "okänt kön",
        "a.csv",
        text("Period;Kön;Antal vuxna\n2024-10;Kvinnor;5\n2024-10;okänd;5\n"),
        error="könet ”okänd”",
    ),
    Case(
        "okänt tecken",
        "a.csv",
        text("Period;Antal hushåll\n2024-10;4785\n2024-11;många\n"),
        error="”många” är varken",
    ),
    Case(
        "formelfel",
        "a.csv",
        text("Period;Antal hushåll\n2024-10;4785\n2024-11;#DIV/0!\n"),
        error="Excels felvärde",
    ),
    Case("dubblett", "a.csv", text(SIMPLE + "okt 2024;4785\n"), error="finns två gånger"),
    Case("negativt antal", "a.csv", text("Period;Antal hushåll\n2024-10;-4\n"), error="negativt"),
    Case(
        "procent över hundra",
        "a.csv",
        text("Period;Andel vuxna biståndsmottagare\n2024-10;125\n"),
        error="0–100",
    ),
    Case("procent i antal", "a.csv", text("Period;Antal hushåll\n2024-10;12 %\n"), error="andel i procent"),
    Case(
        "tvetydig punkt",
        "a.csv",
        text("Period;Antal hushåll\n2024-10;4.785\n2024-11;4.702\n"),
        error="skiljer tusental eller decimaler",
    ),
    Case(
        "blandade decimaltecken",
        "a.csv",
        text("Period;Utbetalt tkr\n2024-10;1,5\n2024-11;1.55\n"),
        error="blandar decimaltecken",
    ),
    Case(
        "Exceldelar utan besked",
        "a.xlsx",
        xlsx([["Period", "Andel vuxna biståndsmottagare"], ["2024-10", 0.0125], ["2024-11", 0.013]]),
        error="procent eller delar av ett",
    ),
    Case("flera tabellblad", "a.xlsx", xlsx(LONG_ROWS, more={"Data": LONG_ROWS}), error="flera blad"),
    Case(
        "blad saknas",
        "a.xlsx",
        xlsx(LONG_ROWS),
        error="bladet ”Nej” finns inte",
        mapping=UPPSALA | {"blad": "Nej"},
    ),
    Case(
        "länets fil",
        "a.csv",
        text("Ekonomiskt bistånd, Dalarnas län;;\nÅr;Månad;Antal hushåll\n2024;oktober;4785\n"),
        error="vilken kommun",
        mapping={},
    ),
    Case(
        "en annan kommuns fil",
        "a.csv",
        text("Ekonomiskt bistånd, Enköping;;\nÅr;Månad;Antal hushåll\n2024;oktober;4785\n"),
        error="rubriken säger Enköping",
    ),
    Case(
        "tal med skräp i",
        "a.csv",
        text("Period;Antal hushåll\n2024-10;47 85 1\n2024-11;4702\n"),
        error="varken ett tal",
    ),
]

READINGS = [*DIALECTS, *PERIODS, *TOKENS, *NUMBERS, *LAYOUTS]
CORPUS = [*READINGS, *ERRORS]
