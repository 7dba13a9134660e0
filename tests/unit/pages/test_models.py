"""Every model that a forecast may be logged under has a name for pages."""

from __future__ import annotations

import pandas as pd

from analysis.answers.declaration import MODEL_NAME as DECLARED
from analysis.forecasts.joint import MODEL_NAME as JOINT
from analysis.pages.parts.models import NAMES, model_name
from analysis.paths import Project


def test_every_logged_model_has_a_name(checkout: Project) -> None:
    logged = set(pd.read_csv(checkout.forecast_log)["model"])
    assert (logged | {DECLARED, JOINT, "panel+dokument"}) - set(NAMES) == set()
    assert not any("+" in model_name(key) for key in NAMES)
