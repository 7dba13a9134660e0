"""The data contract: three local files about bidragsperioder, insatser and bakgrund, and what they must hold.

Everything lies under ``data/mikro/``, which git ignores. Nothing read here may be printed, logged or
written except through `gate`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from analysis.calendar import month_index
from analysis.micro.generator import Microdata
from analysis.micro.history import Window
from analysis.micro.identity import hashed, local_key, refuse_personal_numbers
from analysis.micro.reading import SUFFIXES, find_file, read_texts
from analysis.micro.vocabulary import BACKGROUND, EXITS
from analysis.sources.yaml_in import read_yaml
from foundation.errors import BistandError, allowed_values

SPELLS: Final = "bidragsperioder"
MEASURES: Final = "insatser"
DESCRIPTIONS: Final = "bakgrund"
OBSTACLES: Final = "hinder"
EXTRACT: Final = "uttag.yml"

_MONTH: Final = r"^(19|20)\d{2}-?(0[1-9]|1[0-2])(-?(0[1-9]|[12]\d|3[01]))?$"
_NAME: Final = r"^[a-zåäöA-ZÅÄÖ0-9][\w åäöÅÄÖ().,&/+-]{0,59}$"


def _month(*, may_be_empty: bool = False) -> pa.Column:
    pattern = f"{_MONTH}|^$" if may_be_empty else _MONTH
    return pa.Column(
        str, pa.Check.str_matches(pattern, error="en månad som 2024-03 eller ett datum som 2024-03-15")
    )


def _person() -> pa.Column:
    return pa.Column(str, pa.Check.str_length(min_value=1, error="ett löpnummer för personen"))


def _one_of(values: tuple[str, ...], *, may_be_empty: bool = False) -> pa.Column:
    allowed = (*values, "") if may_be_empty else values
    return pa.Column(str, pa.Check.isin(allowed, error=f"något av {allowed_values(values)}"))


SCHEMAS: Final = {
    SPELLS: pa.DataFrameSchema(
        {"person_id": _person(), "start": _month(), "slut": _month(may_be_empty=True),
         "slutorsak": _one_of(EXITS, may_be_empty=True)}
    ),
    MEASURES: pa.DataFrameSchema(
        {"person_id": _person(),
         "insats": pa.Column(str, pa.Check.str_matches(_NAME, error="åtgärdens namn, högst 60 tecken")),
         "start": _month(), "slut": _month(may_be_empty=True),
         "planerade_manader": pa.Column(
             str, pa.Check.str_matches(r"^\d{0,2}$", error="hela månader"), required=False)}
    ),
    DESCRIPTIONS: pa.DataFrameSchema(
        {"person_id": _person(), "start": _month(),
         **{name: _one_of(values) for name, values in BACKGROUND.items()},
         "tidigare_manader": pa.Column(str, pa.Check.str_matches(r"^\d{1,3}$", error="hela månader"))}
    ),
    OBSTACLES: pa.DataFrameSchema(
        {"person_id": _person(), "manad": _month(), "hinder": _one_of(BACKGROUND["orsak"])}
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Extract:
    """What ``uttag.yml`` says: the municipality's name, the months covered, and whether the persons are invented."""

    name: str
    window: Window
    synthetic: bool = False


def read_folder(folder: Path) -> Microdata:
    """Read and check the three files and `uttag.yml`; persons come out as numbers in hash order.

    Raises
    ------
    BistandError
        At the first fault, naming file, row, column and what to do.
    """
    extract = read_extract(folder / EXTRACT)
    tables, paths = {}, {}
    wanted = {name: schema for name, schema in SCHEMAS.items() if name != OBSTACLES or _has(folder, name)}
    for name, schema in wanted.items():
        paths[name] = find_file(folder, name)
        optional = tuple(c for c, column in schema.columns.items() if not column.required)
        required = tuple(c for c in schema.columns if c not in optional)
        tables[name] = read_texts(paths[name], required, optional)
        refuse_personal_numbers(tables[name], paths[name])
    for name, schema in wanted.items():
        tables[name] = _validated(tables[name], schema, paths[name])
    tables = _with_person_numbers(tables, local_key(folder))
    spells = _spells(tables[SPELLS], extract.window, paths[SPELLS])
    background = _background(tables[DESCRIPTIONS], spells, paths[DESCRIPTIONS])
    measures = _measures(tables[MEASURES], spells, extract.window, paths[MEASURES])
    obstacles = None
    if OBSTACLES in tables:
        obstacles = _obstacles(tables[OBSTACLES], spells, paths[OBSTACLES])
    status = "synthetic" if extract.synthetic else "observed"
    return Microdata(spells, measures, background, extract.window, status, extract.name, obstacles)


def read_extract(path: Path) -> Extract:
    """Read ``uttag.yml``: ``kommun``, ``fran`` and ``till`` (months), and ``syntetisk: true`` for invented data."""
    example = "Skriv till exempel tre rader: kommun: Uppsala, fran: 2020-01 och till: 2024-12."
    if not path.is_file():
        raise BistandError("filen med uttagets period saknas", file=path, fix=example)
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise BistandError("filen ska ha rader med namn och värde", file=path, fix=example)
    for name in ("kommun", "fran", "till"):
        if name not in content:
            raise BistandError(f"raden {name} saknas", file=path, fix=example)
    first, last = (_to_month(str(content[name])) for name in ("fran", "till"))
    if first is None or last is None or last <= first:
        raise BistandError("fran och till ska vara två månader i ordning", file=path, fix=example)
    return Extract(str(content["kommun"]), Window(first, last), content.get("syntetisk") is True)


def _validated(frame: pd.DataFrame, schema: pa.DataFrameSchema, path: Path) -> pd.DataFrame:
    try:
        return schema.validate(frame, lazy=True)
    except SchemaErrors as error:
        case = error.failure_cases.sort_values("index", kind="stable").iloc[0]
        more = len(error.failure_cases) - 1
        raise BistandError(
            f"värdet passar inte{f' (och {more} ställen till)' if more else ''}",
            file=path,
            row=int(case["index"]) + 2,
            column=str(case["column"]),
            fix=f"Värdet ska vara {case['check']}.",
        ) from None  # the failing value itself must not reach a traceback


def _with_person_numbers(tables: dict[str, pd.DataFrame], key: bytes) -> dict[str, pd.DataFrame]:
    """Replace identifiers by the rank of their hash: the same person gets the same number in all tables."""
    everyone = pd.concat([table["person_id"] for table in tables.values()])
    ranks = {h: i for i, h in enumerate(sorted(hashed(everyone, key).unique()))}
    return {
        name: table.assign(person=hashed(table["person_id"], key).map(ranks).astype("int64")).drop(
            columns="person_id"
        )
        for name, table in tables.items()
    }


def _to_month(text: str) -> int | None:
    if not re.match(_MONTH, text):
        return None
    digits = text.replace("-", "")
    return month_index(int(digits[:4]), int(digits[4:6]))


def _months(texts: pd.Series) -> pd.Series:
    return texts.map(_to_month).astype("Int64")


def _spells(table: pd.DataFrame, window: Window, path: Path) -> pd.DataFrame:
    start, end = _months(table["start"]), _months(table["slut"])
    ongoing = end.isna() | (end > window.last)
    _stop(table, (~ongoing) & (end < start), path, "slut", "slutet ligger före starten", "Rätta månaderna.")
    _stop(table, start > window.last, path, "start", "perioden börjar efter uttagets sista månad",
          "Rätta månaden, eller raden till i uttag.yml.")  # fmt: skip
    _stop(table, (~ongoing) & (table["slutorsak"] == ""), path, "slutorsak", "slutorsak saknas för en avslutad period",
          f"Ange {allowed_values(EXITS)}.")  # fmt: skip
    spells = pd.DataFrame(
        {
            "person": table["person"],
            "start": start.astype("int64"),
            "end": end.where(~ongoing, window.last).astype("int64"),
            "cause": table["slutorsak"].map({name: i + 1 for i, name in enumerate(EXITS)}).fillna(0)
            .where(~ongoing, 0).astype("int64"),
        }
    )  # fmt: skip
    ordered = spells.sort_values(["person", "start"])
    same = ordered["person"].eq(ordered["person"].shift())
    overlapping = (same & (ordered["start"] <= ordered["end"].shift())).reindex(spells.index)
    _stop(table, overlapping, path, "start", "perioden överlappar en annan period för samma person",
          "Slå ihop perioderna i uttaget.")  # fmt: skip
    return spells.reset_index(drop=True)


def _background(table: pd.DataFrame, spells: pd.DataFrame, path: Path) -> pd.DataFrame:
    frame = table.assign(start=_months(table["start"]).astype("int64"))
    twice = frame.duplicated(["person", "start"])
    _stop(
        table,
        twice,
        path,
        "start",
        "bakgrunden finns två gånger för samma period",
        "Behåll en rad per period.",
    )
    missing = spells.merge(frame[["person", "start"]], on=["person", "start"], how="left", indicator=True)
    lacking = int((missing["_merge"] == "left_only").sum())
    if lacking:
        raise BistandError(
            f"bakgrund saknas för {lacking if lacking >= 5 else 'några få'} av bidragsperioderna", file=path,
            fix="Filen ska ha en rad för varje rad i bidragsperioder, med samma person_id och start.",
        )  # fmt: skip
    codes = {
        name: frame[name].map({v: i for i, v in enumerate(values)}) for name, values in BACKGROUND.items()
    }
    out = frame[["person", "start"]].assign(**codes, earlier_months=frame["tidigare_manader"].astype(int))
    return out.merge(spells[["person", "start"]], on=["person", "start"]).reset_index(drop=True)


def _measures(table: pd.DataFrame, spells: pd.DataFrame, window: Window, path: Path) -> pd.DataFrame:
    start, end = _months(table["start"]), _months(table["slut"]).fillna(window.last)
    _stop(table, end < start, path, "slut", "slutet ligger före starten", "Rätta månaderna.")
    _stop(table, ~table["person"].isin(spells["person"]), path, "person_id",
          "personen finns inte i bidragsperioder", "Kontrollera att filerna kommer ur samma uttag.")  # fmt: skip
    planned = table.get("planerade_manader", pd.Series("", index=table.index)).replace("", "0")
    frame = pd.DataFrame(
        {
            "person": table["person"],
            "measure": table["insats"],
            "start": start.astype("int64"),
            "end": end.astype("int64"),
            "planned": planned.astype("int64"),
        }
    )
    return frame.drop_duplicates(["person", "measure", "start"]).reset_index(drop=True)


def _has(folder: Path, name: str) -> bool:
    return any((folder / f"{name}{suffix}").is_file() for suffix in SUFFIXES)


def _obstacles(table: pd.DataFrame, spells: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The monthly obstacle of persons with a spell; an empty file is as good as none."""
    frame = pd.DataFrame(
        {
            "person": table["person"],
            "month": _months(table["manad"]).astype("int64"),
            "obstacle": table["hinder"].map({v: i for i, v in enumerate(BACKGROUND["orsak"])}),
        }
    )
    twice = frame.duplicated(["person", "month"])
    _stop(table, twice, path, "manad", "hindret finns två gånger för samma månad", "Behåll en rad per månad.")
    return frame[frame["person"].isin(spells["person"])].reset_index(drop=True)


def _stop(table: pd.DataFrame, wrong: pd.Series, path: Path, column: str, problem: str, fix: str) -> None:
    rows = table.index[wrong.fillna(False).astype(bool)]
    if len(rows):
        more = f" (och {len(rows) - 1} rader till)" if len(rows) > 1 else ""
        raise BistandError(f"{problem}{more}", file=path, row=int(rows[0]) + 2, column=column, fix=fix)
