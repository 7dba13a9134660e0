"""Made-up answers for the property tests of sentences: a municipality's figures, its plan, an effect, a target."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import date
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import Phase, settings
from hypothesis import strategies as st
from tests.conftest import ROOT
from tests.unit.plans.conftest import MADE_UP

from analysis.answers.effect import EffectCase
from analysis.answers.plan_view import PlanView, view_of
from analysis.effects.estimate import CLEAR, NOT_DISTINGUISHABLE, WEAK, not_assessable
from analysis.effects.evaluate import DesignPower, PlanEvaluation, Question
from analysis.effects.ranking import Ranking
from analysis.plans.load import Register
from analysis.plans.model import Plan
from analysis.plans.vocabulary import Status
from analysis.sources.catalogue import Catalogue, load_catalogue
from analysis.sources.observation import COLUMNS

#: A failing example is shown as it was found: the broken sentence says more than a smaller one.
FOUND = settings(max_examples=20, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
CODE, DAY = "1880", date(2026, 11, 27)
OTHERS = ("0180", "1280", "1480")
#: Monthly measures that a municipality may keep.
MONTHLY = (
    "AMN_VUXNA", "MANAD_VUXNA", "MANAD_HUSHALL", "MANAD_BARN", "MANAD_LANGVARIGT", "MANAD_NYA", "MANAD_AVSLUTADE",
)  # fmt: skip


@lru_cache
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "data" / "raw")


def _row(code: str, measure: str, period: str, value: float, status: str = "observed") -> tuple[object, ...]:
    source = "egna" if len(period) > 4 else "kolada"
    unit = catalogue().measure(measure).enhet
    return (code, measure, period, "T", "alla", value, unit, status, source, "2026-01-01", "")


@st.composite
def figures(draw: st.DrawFn) -> pd.DataFrame:
    """What a run knows: years with gaps, zeros and standstills, population or not, months of some measures or none."""
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    levels = draw(st.sampled_from([(2.0, 3.68), (0.0, 0.4, 3.68, 7.1), (3.68,)]))
    years = range(draw(st.sampled_from([2012, 2021, 2025])), 2026)
    rows = [
        _row(code, "N31807", str(year), float(rng.choice(levels)))
        for code in (CODE, *OTHERS, "0000")
        for year in years
    ]
    if len(years) > 4 and draw(st.booleans()):
        rows = [row for row in rows if not (row[0] == CODE and row[2] in {"2016", "2024"})]
    people = draw(st.sampled_from([None, 2400.0, 162000.0]))
    rows += [_row(CODE, "SCB_FOLKMANGD", "2023", people)] if people else []
    for measure in MONTHLY[: draw(st.sampled_from([0, 1, 7]))]:
        known = draw(st.sampled_from([1, 7, 20]))
        months = [f"{2024 + step // 12}-{step % 12 + 1:02d}" for step in range(known)]
        late = draw(st.integers(0, known))
        kept = [month for month in months if known < 7 or month != "2024-04"]
        level = draw(st.sampled_from([0.0, 1.2]))
        rows += [
            _row(CODE, measure, month, level, "preliminary" if place >= len(kept) - late else "observed")
            for place, month in enumerate(kept)
        ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"value": float})


def context(observations: pd.DataFrame, target: Any = None, previous: Any = None, kommun: str = CODE) -> Any:
    """What a page reads of a run."""
    passports = tuple(
        SimpleNamespace(passport=SimpleNamespace(id=name, series=name, titel=name, hanvisning=name))
        for name in ("kolada", "egna")
    )
    run = SimpleNamespace(
        id="prov", kommun=kommun, plan="prov", matt="N31807", mal="prov", kant_senast=DAY, rubrik="Prov", period="2026-11",
        jamforelse="storre-stader", anteckningsbocker=("01_laget", "04_mal"),
    )  # fmt: skip
    others = tuple(catalogue().municipality(code) for code in OTHERS)
    return SimpleNamespace(
        target=target, catalogue=catalogue(), run=run, municipality=catalogue().municipality(kommun), comparable=others,
        overruled=pd.DataFrame(), previous=previous, observations=observations, documented=observations,
        passports=passports, events=(), project=SimpleNamespace(raw=ROOT / "data" / "raw"),
    )  # fmt: skip


@st.composite
def views(draw: st.DrawFn) -> PlanView:
    """A plan with one to many measures, all statuses, with and without indicators, before and after its decision."""
    data = copy.deepcopy(MADE_UP)
    one, other = data["atgarder"]
    measures = []
    for number in range(1, draw(st.sampled_from([1, 2, 9])) + 1):
        measure = copy.deepcopy(draw(st.sampled_from([one, other]))) | {"nummer": number}
        measure["indikatorer"] = []
        status = draw(st.sampled_from([None, *Status]))
        told = {"dok": "uppf", "status": str(status), "ordalydelse": "Så", "plats": "s. 3"}
        measure["statusar"] = [told] if status else []
        measures.append(measure)
    data["atgarder"] = measures
    data["indikatorer"] = data["indikatorer"] * draw(st.integers(0, 1))
    if data["indikatorer"]:
        data["indikatorer"][0]["varden"] = data["indikatorer"][0]["varden"][: draw(st.integers(0, 2))]
    day = draw(st.sampled_from([date(2029, 12, 1), date(2030, 6, 1), date(2031, 6, 1)]))
    return view_of(Register({data["id"]: _plan(data)}), data["id"], day)


def _plan(data: dict[str, Any]) -> Plan:
    return Plan.model_validate(data)


@st.composite
def cases(draw: st.DrawFn) -> EffectCase:
    """An effect of any verdict and size, of one year or more, or none because the plan begins after the last year."""
    plan = _plan(copy.deepcopy(MADE_UP)).model_copy(
        update={
            "short_title": draw(st.sampled_from(["Småby", "Arbetsplanen"])),
            "ambition_persons": draw(st.sampled_from([None, 1, 4000])),
        }
    )
    years = tuple(range(2021, 2021 + draw(st.integers(1, 3))))
    known = years[: draw(st.integers(0, len(years)))]
    people = draw(st.sampled_from([None, 2400.0, 162000.0]))
    least = draw(st.sampled_from([0.004, 0.41]))
    empty = pd.DataFrame()
    power = draw(st.sampled_from([None, least]))
    evaluation = PlanEvaluation(
        question=Question(CODE, 2021, 2021, years, OTHERS),
        known_years=known,
        effect=not_assessable("Effekten", "en metod", "", "Inget av de utvärderade åren är känt. Vänta."),
        evidence=None, designs=empty, decomposition=empty, curve=None, ranking=None,
        power=power and DesignPower(years, power, people and power / 100 * people, SimpleNamespace(power=abs)),  # type: ignore[arg-type]
        population=people,
    )  # fmt: skip
    if not known:
        return EffectCase(plan, evaluation)
    size = draw(st.sampled_from([-0.8, -0.001, 0.0, 0.3]))
    effect = replace(
        evaluation.effect,
        estimate=size, low=size - 0.5, high=size + 0.5, p_value=draw(st.sampled_from([0.002, 0.5, 1.0])),
        minimal_detectable=draw(st.sampled_from([None, least])),
        verdict=draw(st.sampled_from([CLEAR, WEAK, NOT_DISTINGUISHABLE])),
    )  # fmt: skip
    changes = st.sampled_from([-1.1, 0.0, 0.2])
    rows = [("own", "kommunen"), ("expected", "väntat"), ("nation", "riket")][: draw(st.integers(2, 3))]
    parts = pd.DataFrame(
        [(key, name, draw(changes), draw(changes) * 10) for key, name in rows],
        columns=["key", "name", "change", "relative"],
    )
    place = Ranking(
        empty, 2, 1, draw(st.integers(2, 9)), 9, draw(st.sampled_from([0.01, 0.5, 0.99])), "regel"
    )
    return EffectCase(plan, replace(evaluation, effect=effect, decomposition=parts, ranking=place))
