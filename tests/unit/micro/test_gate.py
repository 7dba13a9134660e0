from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.disclosure.protect import protect_parts
from analysis.micro.assess import MeasureResult, assess
from analysis.micro.commands import HIDDEN_NAME, check, example, run
from analysis.micro.export import write_folder
from analysis.micro.gate import DECLARED, LOG, Gate, looks_like_identifier
from analysis.micro.generator import Microdata
from analysis.micro.groups import GroupEffects
from analysis.micro.history import History
from analysis.micro.release import curve_rows, effect_rows, group_rows
from analysis.micro.shown import TOO_FEW, curve_months, hidden_shares, thin_months, withheld
from foundation.errors import BistandError


@given(st.lists(st.integers(0, 60), min_size=2, max_size=8))
def test_hidden_counts_cannot_be_worked_out_from_the_total(counts: list[int]) -> None:
    shown = protect_parts(counts)
    hidden = [n for n, s in zip(counts, shown, strict=True) if s is None]
    assert all(s is None or s == 0 or s >= 5 for s in shown)
    assert all(s is None or s == n for n, s in zip(counts, shown, strict=True))
    positive = sum(1 for n in counts if n > 0)
    if hidden and positive > 1:
        assert len(hidden) >= 2
        assert sum(hidden) >= 5 or len(hidden) == positive


@given(st.lists(st.floats(0, 8), min_size=3, max_size=24), st.integers(30, 400))
def test_no_two_shown_months_differ_by_fewer_than_five(steps: list[float], participants: int) -> None:
    shares = np.minimum(np.cumsum(steps), 100.0)
    months = thin_months(shares, participants)
    counts = np.array([0.0, *(shares[m - 1] * participants / 100 for m in months)])
    assert (np.diff(counts) >= 5 - 1e-9).all()


@pytest.fixture(scope="module")
def result(history: History) -> MeasureResult:
    return assess(history, 0, "synthetic", draws=0, groups=False)


def gate(tmp_path: Path) -> Gate:
    (tmp_path / "mikro").mkdir(exist_ok=True)
    return Gate(tmp_path / "mikro", tmp_path / "ut")


def row(**values: object) -> pd.DataFrame:
    empty = dict.fromkeys(DECLARED["kontroller"], "x")
    return pd.DataFrame([empty | values])


def test_only_declared_tables_leave(tmp_path: Path) -> None:
    door = gate(tmp_path)
    with pytest.raises(BistandError, match="inte deklarerad"):
        door.release("perioder", pd.DataFrame({"person": [1]}))
    with pytest.raises(BistandError, match="inte deklarerad"):
        door.release("kontroller", row().assign(person=1))
    with pytest.raises(BistandError, match="för lång"):
        door.release("kontroller", pd.concat([row()] * 2001))
    assert not (tmp_path / "ut").exists()


@pytest.mark.parametrize("text", ["f" * 64, "0123456789abcdef", "hör till 19850101-1232", "850101-1232"])
def test_identifiers_are_stopped(tmp_path: Path, text: str) -> None:
    if not looks_like_identifier(text):
        text = text.replace("1232", "1236")
    with pytest.raises(BistandError, match="identitet"):
        gate(tmp_path).release("kontroller", row(text=text))


def test_a_name_that_a_spreadsheet_would_compute_leaves_as_text(tmp_path: Path) -> None:
    path = gate(tmp_path).release("kontroller", row(text='=HYPERLINK("http://ond.example")'))
    assert pd.read_csv(path)["text"].tolist() == ['\'=HYPERLINK("http://ond.example")']


def test_small_counts_are_stopped(tmp_path: Path) -> None:
    empty = {name: ["x"] for name in DECLARED["atgarder"]}
    with pytest.raises(BistandError, match="för litet"):
        gate(tmp_path).release("atgarder", pd.DataFrame(empty | {"deltagare": [3]}))


def test_what_left_is_logged(tmp_path: Path) -> None:
    door = gate(tmp_path)
    path = door.release("kontroller", row())
    log = pd.read_csv(tmp_path / "mikro" / LOG, sep=";")
    assert log["fil"].tolist() == [path.name]
    assert log["rader"].tolist() == [1]
    assert re.fullmatch(r"[0-9a-f]{64}", log["sha256"][0])


@pytest.fixture
def marked(data: Microdata, tmp_path: Path) -> Path:
    """Microdata where every identifier and a one-person measure carry a marker."""
    folder = tmp_path / "mikro"
    write_folder(data, folder)
    for name in ("bidragsperioder", "insatser", "bakgrund"):
        path = folder / f"{name}.csv"
        text = re.sub(r"^S", "MARKÖRPERSON", path.read_text(encoding="utf-8"), flags=re.M)
        path.write_text(text, encoding="utf-8")
    path = folder / "insatser.csv"
    frame = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)
    recent = frame["start"].idxmax()
    frame.loc[recent, "insats"] = "Markörinsats för en person"
    frame.to_csv(path, sep=";", index=False)
    return folder


def test_no_marker_row_or_hash_leaves(marked: Path, tmp_path: Path) -> None:
    lines = check(marked)
    out = tmp_path / "reports" / "mikro"
    released = run(marked, out, draws=4)
    hashes = re.compile(r"[0-9a-f]{40}")
    texts = [path.read_text(encoding="utf-8") for path in out.rglob("*")] + [*lines, *released.lines]
    texts += [repr(result.reason) for result in released.results]
    assert len(released.files) == len(list(out.iterdir())) == 7
    for text in texts:
        assert "markör" not in text.casefold()
        assert not hashes.search(text)
    assert any(HIDDEN_NAME in text for text in texts)
    counts = pd.read_csv(out / "atgarder.csv")["deltagare"].dropna()
    assert (counts >= 30).all()
    assert (pd.read_csv(out / "effekter.csv")["status"] == "synthetic").all()
    # Nothing but the key and the log has been added to the microdata folder.
    assert {path.name for path in marked.iterdir()} == {
        "bidragsperioder.csv", "insatser.csv", "bakgrund.csv", "uttag.yml", "nyckel", LOG,
    }  # fmt: skip


def test_results_may_not_land_among_the_microdata(marked: Path) -> None:
    with pytest.raises(BistandError, match="ligger i mappen"):
        run(marked, marked / "ut")


def with_counts(result: MeasureResult, **counts: int) -> MeasureResult:
    """The result with other numbers of participants behind some contrasts."""
    size = result.participants or 0
    contrasts = tuple(
        replace(c, start=100 * counts[c.key] / size) if c.key in counts else c for c in result.contrasts
    )
    return replace(result, contrasts=contrasts, curves=None, fewer=None)


def left_out(result: MeasureResult) -> set[str]:
    rows = effect_rows(result)
    return {c.key for c, gone in zip(result.contrasts, rows["med"].isna(), strict=True) if gone}


def test_shares_of_few_participants_are_hidden_with_their_parts(result: MeasureResult) -> None:
    """Two in studies: with all and those in work both known, they would be given away."""
    hidden = left_out(with_counts(result, egen_6=30, arbete_6=28, studier_6=2, alla_6=40))
    assert {"studier_6", "arbete_6"} <= hidden
    assert "egen_12" not in hidden
    assert "månader_6" not in hidden


def test_a_group_that_is_left_out_cannot_be_worked_out(result: MeasureResult, tmp_path: Path) -> None:
    """Participants less women less men: the three whose sex is not given would be read off the table."""
    people = result.participants or 0

    def released(rest: int) -> pd.DataFrame:
        rows = [
            ("kon", "kvinnor", people - 40 - rest, 1.0, 0.5, 1.5, 0.01, 0.02),
            ("kon", "män", 40, 2.0, 1.0, 3.0, 0.01, 0.02),
        ]
        names = ["grupp", "niva", "deltagare", "effekt", "lag", "hog", "p", "p_holm"]
        groups = GroupEffects(pd.DataFrame(rows, columns=names), {}, 2)
        return group_rows(replace(result, groups=groups), gate(tmp_path)).set_index("niva")

    assert people > 60
    assert released(3).loc["män", ["deltagare", "effekt", "lag", "hog", "p", "p_holm"]].isna().all()
    assert released(3).loc["kvinnor", "deltagare"] == people - 43
    assert released(0)["deltagare"].tolist() == [people - 40, 40]
    assert released(5)["deltagare"].tolist() == [people - 45, 40]


def test_those_who_left_for_anything_else_are_not_worked_out(result: MeasureResult) -> None:
    """Forty have left, 37 of them for work or studies: three left for something that no row gives."""
    plain = with_counts(result, egen_6=30, arbete_6=20, studier_6=10, alla_6=40)
    assert not {"egen_6", "alla_6"} & left_out(plain)
    assert {"egen_6", "alla_6"} & left_out(
        with_counts(result, egen_6=37, arbete_6=27, studier_6=10, alla_6=40)
    )


def test_those_who_left_between_two_horizons_are_not_worked_out(result: MeasureResult) -> None:
    """Sixteen in studies within a year and 18 within two: two went between."""
    many = {"egen_12": 60, "arbete_12": 44, "studier_12": 16, "egen_24": 90}
    assert not {"studier_12", "studier_24"} & left_out(
        with_counts(result, **many, arbete_24=66, studier_24=24)
    )
    assert {"studier_12", "studier_24"} & left_out(with_counts(result, **many, arbete_24=72, studier_24=18))


def test_a_measure_whose_main_number_is_protected_says_no_more(result: MeasureResult) -> None:
    gone = withheld(with_counts(result, egen_12=3, arbete_12=2, studier_12=1))
    assert gone.reason == TOO_FEW
    assert not gone.assessable
    assert (gone.participants, gone.contrasts, gone.checks, gone.detectable) == (None, (), (), None)
    assert withheld(result) is result


def test_the_curve_and_the_table_together_tell_of_no_few(result: MeasureResult) -> None:
    """A month that is drawn is five persons from every month that stands in the table of effects."""
    hidden, size = hidden_shares(result), result.participants or 0
    assert result.curves is not None
    months = {month for month in curve_months(result) if f"egen_{month}" not in hidden}
    months |= {c.months for c in result.contrasts if c.key.startswith("egen_") and c.key not in hidden}
    counts = [round(result.curves.left_start[month - 1] * size / 100) for month in sorted(months)]
    assert len(counts) > 3
    assert (np.diff(counts, prepend=0) >= 5).all()


def test_curves_keep_five_persons_between_months(result: MeasureResult) -> None:
    rows = curve_rows(result)
    leavers = rows["med"].to_numpy() / 100 * (result.participants or 0)
    assert 0 < len(rows) < 24
    assert (np.diff(leavers, prepend=0) > 4.8).all()  # shares are rounded to a tenth


def test_the_example_never_overwrites(tmp_path: Path) -> None:
    folder = tmp_path / "exempel"
    example(folder)
    lines = check(folder)
    assert "Filerna följer kontraktet" in lines[0]
    with pytest.raises(BistandError, match="inte tom"):
        example(folder)
