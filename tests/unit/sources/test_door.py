"""The door: every kind of file is read right or refused clearly, and nothing of a person comes in."""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from door_files import HEAD, ROWS, DoorFile, door_files, hidden_places
from odd_files import text, xlsx
from test_privacy import personal_number

from analysis.paths import Project
from analysis.sources.catalogue import Catalogue
from analysis.sources.ingest.checks import RULES, questions, refuse_impossible
from analysis.sources.ingest.dialect import read_grids
from analysis.sources.ingest.mapping import Mapping, parse_mapping
from analysis.sources.ingest.reader import canonical_csv
from analysis.sources.ingest.reading import Reading, read_file
from analysis.sources.personal import find_personal
from analysis.sources.privacy import scan, stop_if_personal
from foundation.errors import BistandError

TODAY = date(2025, 6, 15)
POPULATION = {"0380": 245_000.0, "1281": 130_000.0}
NOTHING = pd.DataFrame(
    columns=["kommun_kod", "measure_id", "period", "gender", "group", "value", "unit", "status"]
)
FILES = door_files()
KINDS = sorted({file.kind for file in FILES})


def through(path: Path, mapping: Mapping, catalogue: Catalogue, accepted: tuple[str, ...] = ()) -> Reading:
    """Do what ``bistand data lagg-till --yes`` does up to storing."""
    grids = read_grids(path)
    stop_if_personal(grids, path)
    reading = read_file(path, mapping, catalogue, grids=grids)
    refuse_impossible(reading, TODAY)
    asked = [
        item
        for item in questions(reading, frozenset(), NOTHING, POPULATION, catalogue)
        if item.rule not in accepted
    ]
    if asked:
        rules = " ".join(item.rule for item in asked)
        raise BistandError(" ".join(item.text for item in asked), file=path, fix=f"--godta {rules}")
    return reading


def outcome(file: DoorFile, folder: Path, catalogue: Catalogue) -> str:
    """Return "rätt", "vägrad", or what was wrong."""
    path = folder / file.name
    path.write_bytes(file.data)
    accepted = RULES if file.kind.startswith("korpus") else ()
    try:
        reading = through(
            path, Mapping.model_validate({"serie": "prov", **file.mapping}), catalogue, accepted
        )
    except BistandError as error:
        if not file.refusal:
            return f"vägrad men skulle läsas: {error}"
        known = file.refusal in str(error) and error.fix is not None
        return "vägrad" if known else f"fel skäl: {error}"
    if file.refusal:
        return f"släpptes in: {reading.table.to_dict('records')[:3]}"
    got = {(row.measure_id, row.period, row.gender): row.value for row in reading.table.itertuples()}
    return "rätt" if file.right is None or got == file.right else f"fel tal: {got}"


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(FILES) >= 300
    assert len(KINDS) >= 40


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_right_or_refused(kind: str, tmp_path: Path, catalogue: Catalogue) -> None:
    began = time.process_time()
    files = [file for file in FILES if file.kind == kind]
    results = Counter(outcome(file, tmp_path, catalogue) for file in files)
    assert set(results) <= {"rätt", "vägrad"}, results
    assert time.process_time() - began < 10 + 2 * len(files)


def disguises(count: int, seed: int = 20260101) -> list[tuple[str, str]]:
    """Return (digits, as written) of generated numbers of persons in every disguise, half in running text."""
    draw = random.Random(seed)
    spaces = [" ", "\u00a0", "\u2009", "\u202f", "\u3000", "\t"]
    hyphens = ["-", "+", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212", "\ufe63", "\uff0d"]
    hidden = ["\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff"]
    made = []
    for number in range(count):
        born = date(1925, 1, 1) + timedelta(days=draw.randrange(36_000))
        digits = personal_number(born, draw.randrange(1, 1000), coordination=draw.random() < 0.2)
        long = draw.random() < 0.5
        day, last = digits[0 if long else 2 : 8], digits[8:]
        space, hyphen, unseen = draw.choice(spaces), draw.choice(hyphens), draw.choice(hidden)
        at = draw.randrange(1, len(day))
        forms = [
            f"{day}{hyphen}{last}",
            f"{day}{space}{last}",
            f"{day} {hyphen} {last}",
            f"{day[:at]}{unseen}{day[at:]}{hyphen}{last}",
            f"{day}{hyphen}{last[:2]}{unseen}{last[2:]}",
            f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}{draw.choice(['-', ' '])}{last}",
            f"{digits[:4]}/{digits[4:6]}/{digits[6:8]} {last}",
            f"{digits[2:4]} {digits[4:6]} {digits[6:8]} {last[:2]} {last[2:]}",
            f"{digits[:2]} {digits[2:8]} {last[:2]} {last[2:]}",
            " ".join(digits[0 if long else 2 :]),
            ".".join((day, last)),
            f"{day}/{last}",
            f"{day}\n{last}",
            f"{day}_{last}",
            digits,
            f"nr{digits}",
            f"{day}-{draw.choice('TRtr')}{last[1:]}",
            f"{day}{draw.choice(['TF', 'tf', 'R', 'T'])}{last[2:]}",
            "".join(chr(0xFF10 + int(digit)) for digit in day) + f"-{last}",
            "".join(chr(0x0660 + int(digit)) for digit in day + last),
        ]
        written = forms[number % len(forms)]
        if number % 2:
            written = draw.choice(["se akt {}", "{} avslutad", "Beslut för {}, avslag", "({})"]).format(
                written
            )
        elif written.isdecimal() and len(written) == 10:
            written = f"pnr {written}"
        made.append((digits[2:], written))
    return made


def test_no_disguise_comes_in() -> None:
    missed = [written for _, written in disguises(4000) if not find_personal(written)]
    assert missed == []


def test_disguises_in_files_of_every_kind_store_nothing(tmp_path: Path, catalogue: Catalogue) -> None:
    """A sample goes through the whole door: as a cell, in the title, as a group, as a heading, and beside the cells."""
    mapping = Mapping(serie="prov", kommun="0380")
    for number, (digits, written) in enumerate(disguises(100, seed=7)):
        cell = '"' + written.replace("\n", " ") + '"'
        data = (
            text(f"{HEAD};X\n2025-01;2300;{cell}\n"),
            text(f"{cell}\n{HEAD}\n2025-01;2300\n2025-02;2310\n"),
            text(f"Månad;Grupp;Antal hushåll\n2025-01;{cell};2300\n"),
            text(f"Månad;Antal hushåll;{cell}\n2025-01;2300;1\n"),
            xlsx([*ROWS, [None, None, written]]),
        )[number % 5]
        path = tmp_path / ("a.xlsx" if number % 5 == 4 else "a.csv")
        path.write_bytes(data)
        with pytest.raises(BistandError, match=r"personuppgifter|gruppnamnet"):
            through(path, mapping, catalogue)
        if number % 5 == 4:
            stored = canonical_csv(read_file(path, mapping, catalogue).table).decode()
            assert digits[-4:] not in stored.replace("2025-01", "").replace("2300", "").replace("2310", "")


def ordinary(count: int) -> list[str]:
    """Return texts that stand in ordinary statistics: none is about a person."""
    draw = random.Random(3)
    texts = []
    for number in range(count):
        year, month, day = draw.randrange(2005, 2026), draw.randrange(1, 13), draw.randrange(1, 29)
        big = draw.randrange(10**6, 10**10)
        texts.append(
            [
                f"{year}-{month:02d}-{day:02d}",
                f"{year}-{month:02d}-{day:02d} {draw.randrange(24):02d}:{draw.randrange(60):02d}",
                f"Uttag {year}{month:02d}{day:02d}",
                f"{big:,}".replace(",", draw.choice([" ", ".", "\u00a0"])),
                f"{big / 100:,.2f}".replace(",", " ").replace(".", ","),
                f"{year}-{month:02d} till {year + 1}-{month:02d}",
                f"{year}-{month:02d}-{day:02d} - {year}-12-31",
                f"Avser {year}-01-01--{year}-12-31",
                f"uttag_{year}{month:02d}{day:02d}_{draw.randrange(24):02d}{draw.randrange(60):02d}",
                f"Diarienummer AMN-{year}-{draw.randrange(10**5):05d}",
                f"Orgnr 2120{draw.randrange(10):d}{draw.randrange(10)}-{draw.randrange(10**4):04d}",
                f"{draw.choice(['Norra', 'Södra', 'Gamla'])} {draw.choice(['Gottsunda', 'Hisingen', 'Stan'])}",
                f"Antal hushåll per månad {year}",
                f"Källa: Socialstyrelsen {year}, hämtad {day} maj {year}",
                f"{draw.randrange(10**3)} 00 kr",
                f"{draw.randrange(10**5)};{draw.randrange(10**5)}",
                f"Kommun {draw.randrange(114, 2584):04d} {draw.choice(['Uppsala', 'Lund', 'Vara', 'Bo'])}",
                f"{draw.randrange(100)},{draw.randrange(10**6):06d}",
                f"Ensamstående kvinna med barn {draw.randrange(18, 65)}-{draw.randrange(65, 99)} år",
                str(big),
            ][number % 20]
        )
    return texts


def test_ordinary_statistics_pass() -> None:
    texts = ordinary(10_000)
    alarms: defaultdict[int, list[str]] = defaultdict(list)
    for number, written in enumerate(texts):
        if find_personal(written):
            alarms[number % 20].append(written)
    assert sum(map(len, alarms.values())) < 0.01 * len(texts), {
        key: found[:3] for key, found in alarms.items()
    }


@pytest.mark.parametrize(
    "words",
    [
        "född 811218, sista fyra 9876", "811218 nr 9876", "<b>811218</b>-9876", "811218&nbsp;9876",
        "8112189876 Anna",
        "811218:9876", "811 218 98 76", "akt 12/811218-9876/3", "A. Svensson", "Familjen Svensson", "Svensson",
        "PER OLSSON", "Hans Berg",
        "Olof Palmes gata 3", "hos anna svensson",
    ],
)  # fmt: skip
def test_what_an_adversary_wrote_is_found(words: str) -> None:
    assert find_personal(words)


@pytest.mark.parametrize(
    "words",
    [
        "Per månad", "PER MÅNAD", "jan feb mar", "Jan Mars", "Hans ansvar", "Samtliga Per Kön", "riksväg 55", "Jan 2024",
        "Maria kyrkogata", "Erik Dahlbergsgatan", "Vara kommun", "Bo kvar", "Period Jan", "Stockholm Lund", "Box 123",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_person_passes(words: str) -> None:
    assert not find_personal(words)


def test_author_and_fonts_of_an_ordinary_workbook_do_not_stop_it(tmp_path: Path) -> None:
    from door_files import parts_added

    author = (
        "</cp:coreProperties>",
        "<cp:lastModifiedBy>Maria Andersson</cp:lastModifiedBy></cp:coreProperties>",
    )
    path = tmp_path / "a.xlsx"
    path.write_bytes(parts_added({}, {"docProps/core.xml": author}))
    assert scan(read_grids(path), path) == ()
    for place, data in hidden_places("Bara ord om ärenden").items():
        path.write_bytes(data)
        assert scan(read_grids(path), path) == (), place


@pytest.mark.parametrize("length", [1_000, 8_000])
@pytest.mark.parametrize("letter", ["a", "1", "a.", "1 ", "A a", "@", "1-", "'"])
def test_the_time_grows_with_the_length_only(letter: str, length: int) -> None:
    began = time.process_time()
    find_personal(letter * (length // len(letter)))
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "words",
    [
        "<b>x</b>",
        "{{< pagebreak >}}",
        "[länk](http://x.se)",
        "`kod`",
        "a\nb",
        "{=html}",
        "=1+1",
        "a|b",
        "x" * 700,
        "file:///etc",
    ],
)
def test_markup_in_titles_is_refused_at_the_door(words: str) -> None:
    for name in ("titel", "producent", "definition", "grupp"):
        with pytest.raises(BistandError, match="vanlig text"):
            parse_mapping({"serie": "prov", name: words}, file="--titel")


def test_the_embedded_data_pass(checkout: Project) -> None:
    for path in sorted(checkout.raw.glob("*/*/*.csv")):
        assert scan(read_grids(path), path) == ()
