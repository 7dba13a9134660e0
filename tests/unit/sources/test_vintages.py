"""Vintages: first-known dates stay where they were, corrections follow a series, lags are capped."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis.panel.vintages import as_of
from analysis.sources.corrections import Correction, apply_corrections
from analysis.sources.observation import COLUMNS
from analysis.sources.passports import Lag, LocatedPassport, MonthLag, Passport
from analysis.sources.vintages import later_vintages, settle
from foundation.errors import BistandError

LEDGER = Path("corrections.yml")


def passport(source_id: str, day: str, series: str | None = None) -> LocatedPassport:
    fields = {
        "id": source_id, "fil": "x.csv", "producent": "P", "titel": "T", "definition": "D", "licens": "L", "hanvisning": "H",
        "utgava": day, "hamtad": date.fromisoformat(day), "sha256": "0" * 64, "serie": series,
        "kant_fran": {"regel": "datum", "datum": date.fromisoformat(day), "motivering": "M"},
        "inlasning": {"lasare": "observationer"},
    }  # fmt: skip
    return LocatedPassport(passport=Passport.model_validate(fields), path=Path("x.pass.yml"))


def rows(
    source_id: str, known: str, values: dict[str, float | None], status: str = "observed"
) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "kommun_kod": "0380", "measure_id": "N31807", "period": period, "gender": "T", "group": "alla",
                "value": float("nan") if value is None else value, "unit": "procent",
                "status": "missing" if value is None else status, "source_id": source_id, "known_from": known, "note": "",
            }
            for period, value in values.items()
        ],
        columns=list(COLUMNS),
    )  # fmt: skip


OLD, NEW = "kolada-n31807-2026-09", "kolada-n31807-2026-11-22"
PASSPORTS = (passport(OLD, "2026-09-30"), passport(NEW, "2026-11-22"))


def settled(
    later: pd.DataFrame, *more: pd.DataFrame, passports: tuple[LocatedPassport, ...] = PASSPORTS
) -> pd.DataFrame:
    first = rows(OLD, "2025-06-30", {"2023": 3.14, "2024": 2.94, "2025": None})
    return settle(pd.concat([first, later, *more], ignore_index=True), passports)


def test_equal_values_keep_their_first_date_and_source() -> None:
    table = settled(rows(NEW, "2026-11-22", {"2023": 3.1400004, "2024": 2.9, "2025": 2.82}))
    now = as_of(table, "2026-12-31").set_index("period")
    assert now.loc["2023", "known_from"] == "2025-06-30"
    assert now.loc["2023", "source_id"] == OLD
    assert now.loc["2024", "value"] == 2.9
    assert now.loc["2024", "known_from"] == "2026-11-22"
    assert now.loc["2025", "value"] == 2.82


def test_a_run_as_known_earlier_is_not_moved_by_a_later_vintage() -> None:
    table = settled(rows(NEW, "2026-11-22", {"2023": 3.0, "2024": 2.9, "2025": 2.82}))
    earlier = as_of(table, "2026-01-01").set_index("period")
    assert earlier.loc["2023", "value"] == 3.14
    assert earlier.loc["2024", "value"] == 2.94


def test_a_changed_status_is_a_revision() -> None:
    first = rows("egna-2026-01-01", "2026-01-01", {"2025-12": 100.0}, "preliminary")
    later = rows("egna-2026-02-01", "2026-02-01", {"2025-12": 100.0})
    passports = (passport("egna-2026-01-01", "2026-01-01"), passport("egna-2026-02-01", "2026-02-01"))
    table = settle(pd.concat([first, later], ignore_index=True), passports)
    assert list(table["status"]) == ["preliminary", "observed"]


def test_two_vintages_of_one_day_leave_the_later() -> None:
    names = ("egna-2026-02-01", "egna-2026-02-01-2", "egna-2026-02-01-10")
    frames = [rows(name, "2026-02-01", {"2025-12": float(number)}) for number, name in enumerate(names)]
    passports = tuple(passport(name, "2026-02-01") for name in reversed(names))
    table = settle(pd.concat(frames, ignore_index=True), passports)
    assert list(table["value"]) == [2.0]
    assert later_vintages(passports)["egna-2026-02-01"] == names[1:]


def test_other_series_are_left_alone() -> None:
    other = rows("dokument-2026-10-01", "2026-10-01", {"2023": 3.14})
    table = settled(
        rows(NEW, "2026-11-22", {"2023": 3.14}),
        other,
        passports=(*PASSPORTS, passport("dokument-2026-10-01", "2026-10-01")),
    )
    assert (table["source_id"] == "dokument-2026-10-01").sum() == 1


def correction(**changes: object) -> Correction:
    fields = {
        "kalla": OLD, "kommun": "0380", "matt": "N31807", "period": "2024", "atgard": "ersatt", "vantat": 2.94, "varde": 3.0,
        "anledning": "fel i källan", "status": "öppen",
    }  # fmt: skip
    return Correction.model_validate({**fields, **changes})


def corrected(later_value: float, item: Correction) -> pd.DataFrame:
    frame = pd.concat(
        [rows(OLD, "2025-06-30", {"2024": 2.94}), rows(NEW, "2026-11-22", {"2024": later_value})],
        ignore_index=True,
    )
    return apply_corrections(frame, (item,), ledger=LEDGER, later=later_vintages(PASSPORTS))


def test_a_correction_follows_the_error_into_the_next_vintage() -> None:
    table = corrected(2.94, correction())
    assert list(table["value"]) == [3.0, 3.0]
    assert list(table["status"]) == ["derived", "derived"]
    assert len(settle(table, PASSPORTS)) == 1


def test_a_mended_error_stops_the_build_and_says_where() -> None:
    with pytest.raises(BistandError) as caught:
        corrected(3.05, correction())
    assert f"rattad_i: {NEW}" in str(caught.value)
    assert "3.05" in str(caught.value)


def test_a_retired_correction_holds_for_the_vintages_before() -> None:
    table = corrected(3.05, correction(rattad_i=NEW))
    assert list(table["value"]) == [3.0, 3.05]
    assert list(corrected(3.05, correction(status="avslutad"))["value"]) == [2.94, 3.05]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"period": "2019"}, "träffar ingen rad"),
        ({"kalla": "finns-inte"}, "träffar ingen rad"),
        ({"vantat": 2.5}, "väntade värdet 2.5"),
    ],
)
def test_an_expectation_that_fails_stops_the_build(changes: dict[str, object], message: str) -> None:
    with pytest.raises(BistandError, match=message):
        corrected(2.94, correction(**changes))


def test_a_struck_value_is_missing_never_zero() -> None:
    item = correction(atgard="stryk", varde=None)
    table = corrected(2.94, item)
    assert table["value"].isna().all()
    assert set(table["status"]) == {"missing"}
    with pytest.raises(ValueError, match="ersatt"):
        correction(atgard="stryk")


@pytest.mark.parametrize(
    ("rule", "period", "day"),
    [
        (Lag(regel="eftersläpning", ar=1, manad=6, dag=30, motivering="M"), "2024", "2025-06-30"),
        (
            Lag(regel="eftersläpning", ar=1, manad=6, dag=30, motivering="M", senast=date(2025, 3, 1)),
            "2024",
            "2025-03-01",
        ),
        (MonthLag(regel="månadseftersläpning", manader=1, motivering="M"), "2024-10", "2024-11-30"),
        (MonthLag(regel="månadseftersläpning", manader=2, motivering="M"), "2024-12", "2025-02-28"),
        (MonthLag(regel="månadseftersläpning", manader=0, motivering="M"), "2024", "2024-12-31"),
        (MonthLag(regel="månadseftersläpning", manader=1, motivering="M"), "2024-T2", "2024-09-30"),
        (
            MonthLag(regel="månadseftersläpning", manader=2, motivering="M", senast=date(2024, 11, 5)),
            "2024-10",
            "2024-11-05",
        ),
    ],
)
def test_publication_lags(rule: Lag | MonthLag, period: str, day: str) -> None:
    assert rule.known_on(period) == day


@pytest.mark.parametrize(
    ("later", "revised"), [(3.1400004, False), (3.1412, True), (3.143, True), (3.15, True)]
)
def test_a_revision_in_the_third_decimal_is_a_revision(later: float, revised: bool) -> None:
    table = settled(rows(NEW, "2026-11-22", {"2023": later, "2024": 2.94, "2025": None}))
    now = as_of(table, "2026-12-31").set_index("period")
    assert (now.loc["2023", "source_id"] == NEW) == revised
    assert now.loc["2023", "value"] == (later if revised else 3.14)


def test_a_source_that_moved_by_a_hundredth_stops_the_correction() -> None:
    """A correction written for 3,14 must not be laid over 3,15: the source has been mended."""
    item = Correction.model_validate(
        {
            "kalla": OLD, "kommun": "0380", "matt": "N31807", "period": "2023", "vantat": 3.14, "atgard": "stryk",
            "anledning": "prov", "status": "öppen",
        }
    )  # fmt: skip
    frame = rows(OLD, "2025-06-30", {"2023": 3.15})
    with pytest.raises(BistandError, match=r"väntade värdet 3\.14 men .* säger nu 3\.15"):
        apply_corrections(frame, (item,), ledger=LEDGER)
