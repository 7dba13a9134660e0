"""The forecasts on the 290 pages, scored together, are the benchmark's: its WIS and its coverage."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.answers.country import AHEAD, DRAWS, FIRST_ORIGIN, GRID, Country, compute_country
from analysis.answers.municipality import place
from analysis.forecasts.backtest import population_as_known
from analysis.forecasts.distribution import QUANTILE_LEVELS
from analysis.forecasts.scoring import wis
from analysis.pages.municipality import text
from analysis.pages.sweden.overview import record_text
from analysis.panel import as_of, wide
from analysis.panel.build import assemble, read_frames
from analysis.paths import Project
from analysis.runs.national import MAIN_MEASURE, NationalContext, national_rows, newest_day
from analysis.sources.catalogue import load_catalogue
from foundation.swedish import decimal, percent

pytestmark = pytest.mark.slow

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "results" / "forecast_backtest.md"
HITS = ("hit50", "hit80", "hit90", "hit95")


@pytest.fixture(scope="module")
def national(checkout: Project) -> tuple[NationalContext, Country, pd.DataFrame]:
    """All municipalities, read from the raw files."""
    frames, passports = read_frames(checkout)
    panel = assemble(checkout, frames, passports)
    day = newest_day(panel, passports)
    rows = as_of(national_rows(panel, passports), day)
    context = NationalContext(
        checkout, load_catalogue(checkout.raw), passports, rows, MAIN_MEASURE, day, Path("nowhere")
    )
    levels, people, out_of_work = (
        wide(rows, name) for name in (MAIN_MEASURE, "SCB_FOLKMANGD", "SCB_ARBETSLOSHET")
    )
    return context, compute_country(levels, people, out_of_work), people


def _benchmark() -> tuple[list[float], pd.DataFrame]:
    """The panel model's line (scores by horizon and together, coverage of 50, 80, 90, 95), and its lines by horizon."""
    lines = BENCHMARK.read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if line.startswith("| panel |"))
    cells = [cell.strip(" *") for cell in row.strip("|").split("|")][1:]
    start = lines.index("## Panel model per horizon")
    by = [re.findall(r"-?[\d.]+", line) for line in lines[start + 4 : start + 4 + AHEAD]]
    table = pd.DataFrame(by, columns=["horizon", "score", "bias", *HITS, "n"]).astype(float)
    return [float(cell) for cell in cells], table.set_index("horizon")


def test_the_record_is_the_benchmarks_own(national: tuple[NationalContext, Country, pd.DataFrame]) -> None:
    _, found, _ = national
    scored = found.record[found.record["kommun_kod"].isin(found.complete)]
    line, table = _benchmark()
    cells = scored.groupby(["origin", "horizon"])[["score", *HITS]].mean()
    together = cells.mean()
    assert len(found.complete) == 253
    assert round(together["score"], 3) == line[3]
    assert [round(together[name], 2) for name in HITS] == line[6:10]
    by = cells.groupby("horizon").mean()
    for horizon, row in table.iterrows():
        assert round(by.loc[horizon, "score"], 3) == row["score"]
        assert [round(by.loc[horizon, name], 3) for name in HITS] == [row[name] for name in HITS]
        assert (scored["horizon"] == horizon).sum() == row["n"]
    said = record_text(found).text
    assert f"{decimal(line[3], 3)} procentenheter" in said
    assert f"{percent(100 * line[7], 0)} hamnade inom" in said


def test_what_the_290_pages_say_of_their_records_adds_up(
    national: tuple[NationalContext, Country, pd.DataFrame],
) -> None:
    """Read off the pages' own sentences: so many forecasts, so many inside, in all as many as the country's page says."""
    _, found, _ = national
    forecasts = inside = 0
    missed = 0.0
    for code in found.table.index:
        said = text.coming_text(place(found, code)).text.replace("\u00a0", " ")
        own = re.search(
            r"egna utfall med (\d+) prognoser.*?(\d+) av utfallen.*?genomsnitt ([\d,]+)", said, re.S
        )
        assert own is not None, (code, said)
        forecasts += int(own[1])
        inside += int(own[2])
        missed += int(own[1]) * float(own[3].replace(",", "."))
    assert forecasts == len(found.record) > 5000
    assert inside == found.record["hit80"].sum()
    assert missed / forecasts == pytest.approx(found.record["bias"].abs().mean(), abs=0.005)


def test_the_fan_that_a_page_prints_would_have_scored_as_the_benchmark(
    national: tuple[NationalContext, Country, pd.DataFrame],
) -> None:
    """The pages' forecast, made as of an earlier year from the quantiles that they keep, against what then happened."""
    _, found, people = national
    from analysis.answers.country import _forecasts
    from analysis.forecasts.panel_model import fit_panel

    codes = found.complete
    at = [GRID.index(level) for level in QUANTILE_LEVELS]
    scores, hits, printed = [], [], []
    for origin in range(FIRST_ORIGIN, found.year):
        known = found.levels.loc[:, :origin]
        fan, grid = _forecasts(fit_panel(known, population_as_known(people)(origin)), codes)
        for ahead in range(1, min(AHEAD, found.year - origin) + 1):
            outcome = found.levels.loc[codes, origin + ahead].to_numpy(dtype=float)
            scores.append(wis(outcome, grid[:, ahead - 1, at]).mean())
            row = fan[fan["year"] == origin + ahead].set_index("code").loc[codes]
            hits.append(np.mean((outcome >= row["low80"]) & (outcome <= row["high80"])))
            printed.append(np.mean(np.abs(row["median"] - grid[:, ahead - 1, GRID.index(0.5)])))
    line, _ = _benchmark()
    assert np.mean(scores) == pytest.approx(line[3], abs=0.001)
    assert np.mean(hits) == pytest.approx(line[7], abs=0.01)
    assert max(printed) < 1e-9
    assert DRAWS == 4000
