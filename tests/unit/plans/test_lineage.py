"""Every measure of the plan for 1000 is accounted for, through 2024 into the plan of 2025."""

from __future__ import annotations

from datetime import date

from analysis.plans.lineage import fate, fate_counts, fates, origins
from analysis.plans.load import Register
from analysis.plans.vocabulary import Change

TODAY = date(2026, 11, 21)


def test_all_24_measures_are_accounted_for(register: Register) -> None:
    found = fates(register, "uppsala-1000", TODAY)
    assert len(found) == 24
    assert all(item.steps for item in found)
    assert fate_counts(found) == {
        "sammanslagen": 2,
        "omformulerad": 7,
        "oförändrad": 1,
        "blev ordinarie arbete": 4,
        "blev aktivitet": 2,
        "utgick, ingen rådighet": 3,
        "klar": 4,
        "borta utan förklaring": 1,
    }


def test_all_23_measures_of_2024_are_accounted_for(register: Register) -> None:
    found = fates(register, "uppsala-1000-2024", TODAY)
    assert fate_counts(found) == {
        "sammanslagen": 2,
        "omformulerad": 5,
        "oförändrad": 3,
        "blev ordinarie arbete": 4,
        "blev aktivitet": 2,
        "utgick, ingen rådighet": 3,
        "klar": 4,
    }


def test_where_single_measures_went(register: Register) -> None:
    assert fate(register, "uppsala-1000", "1", TODAY).ends == ("uppsala-vp2025/17",)
    assert fate(register, "uppsala-1000", "2", TODAY).ends == ("uppsala-vp2025/17",)
    assert fate(register, "uppsala-1000", "3", TODAY).ends == ("uppsala-vp2025/35",)
    single = fate(register, "uppsala-1000", "24", TODAY)
    assert single.outcome is Change.NO_CONTROL
    assert [step.link.becomes for step in single.steps] == [("uppsala-1000-2024/23",), ()]
    lost = fate(register, "uppsala-1000", "13", TODAY)
    assert lost.outcome is Change.UNEXPLAINED
    assert lost.ends == ()


def test_fates_were_not_known_before_the_appendix(register: Register) -> None:
    found = fates(register, "uppsala-1000", date(2024, 12, 4))
    assert fate_counts(found) == {"inte känt": 24}
    assert all(item.outcome is None for item in found)


def test_measures_of_2025_know_their_origins(register: Register) -> None:
    with_origin = {
        measure.number: origins(register, "uppsala-vp2025", measure.number, TODAY)
        for measure in register.plan("uppsala-vp2025").measures
    }
    known = {number: found for number, found in with_origin.items() if found}
    assert known["17"] == ("uppsala-1000/1", "uppsala-1000/2")
    assert sorted(known, key=int) == ["10", "12", "13", "15", "16", "17", "20", "35", "36"]


def test_measures_that_live_on_say_so_in_both_plans(register: Register) -> None:
    """Every measure of 2025 with an origin names the plan for 1000 among the documents it belongs to."""
    plan = register.plan("uppsala-vp2025")
    linked = {m.number for m in plan.measures if any("1000 fler" in name for name in m.plans)}
    assert linked == {"10", "11", "12", "13", "14", "15", "16", "17", "20", "35", "36"}
