"""A run: one municipality, one period, perhaps a plan, and the day whose knowledge it may use."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from analysis.calendar import PERIOD_PATTERN, period_end
from foundation.swedish import digits_of, percent

#: Notebooks that are about a plan.
NEEDS_PLAN = frozenset({"02_atgarder", "02_register", "03_effekt"})


class Target(BaseModel):
    """A decided target: at most (or at least) `niva` of `matt` by the end of `senast`.

    `avgjord` says where it is decided that `matt` is the measure meant; without it other readings are held against it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    namn: str
    matt: str
    niva: float = Field(ge=0, allow_inf_nan=False)
    villkor: Literal["högst", "minst"] = "högst"
    senast: str = Field(pattern=PERIOD_PATTERN)
    text: str
    kalla: str
    tolkning: str
    avgjord: str | None = Field(default=None, min_length=3)

    @property
    def deadline_year(self) -> int:
        """The year in which the target falls due."""
        return int(self.senast[:4])

    @property
    def level_text(self) -> str:
        """``högst 4 %``, with as many decimals as the level needs."""
        return f"{self.villkor} {percent(self.niva, digits_of(self.niva))}"

    def reached(self, value: float) -> bool:
        """Whether `value` meets the target; the level itself does."""
        return value <= self.niva if self.villkor == "högst" else value >= self.niva


class Run(BaseModel):
    """One entry of ``reports/runs.yml`` with the defaults filled in. Keys are Swedish because users write them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)
    rubrik: str
    kommun: str = Field(pattern=r"^\d{4}$")
    period: str = Field(pattern=PERIOD_PATTERN)
    kant_senast: date
    plan: str | None = None
    mal: str | None = None
    matt: str = "N31807"
    jamforelse: str
    anteckningsbocker: tuple[str, ...]

    @model_validator(mode="before")
    @classmethod
    def _default_day(cls, fields: object) -> object:
        if not isinstance(fields, dict) or "kant_senast" in fields:
            return fields
        period = fields.get("period")
        if isinstance(period, str) and re.match(PERIOD_PATTERN, period):
            return {**fields, "kant_senast": period_end(period)}
        return fields

    def parameters(self) -> dict[str, str]:
        """Return the notebook parameters: plain ASCII-safe strings, in a fixed order."""
        return {
            "run_id": self.id,
            "municipality": self.kommun,
            "period": self.period,
            "as_of": self.kant_senast.isoformat(),
            "plan": self.plan or "",
            "target": self.mal or "",
            "measure": self.matt,
            "comparison": self.jamforelse,
        }
