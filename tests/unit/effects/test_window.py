from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.effects.pools import AllMunicipalities, LargeMunicipalities, NearestMunicipalities
from analysis.effects.window import build_window, population_before, why_not


def rows_of(shares: pd.DataFrame, code: str) -> np.ndarray:
    return np.repeat((shares.index.to_numpy() == code)[:, None], shares.shape[1], axis=1)


def test_a_missing_year_leaves_the_municipality_out_and_is_never_zero(panel_of) -> None:
    shares = panel_of().shares.copy()
    shares.loc["1006", 2016] = np.nan
    window = build_window(shares, 2020, 2022)
    assert window.incomplete == ("1006",)
    assert "1006" not in window.codes
    assert window.outcome.min() > 0


def test_a_year_missing_after_the_window_does_not_matter(panel_of) -> None:
    shares = panel_of().shares.copy()
    shares.loc["1006", 2022] = np.nan
    assert build_window(shares, 2020, 2021).incomplete == ()


def test_a_jump_before_the_start_bars_a_donor_but_keeps_it_in_the_window(panel_of) -> None:
    shares = panel_of().shares.copy()
    shares.loc["1009", 2015:] /= 2
    window = build_window(shares, 2020, 2022)
    assert window.jumped == ("1009",)
    assert not window.donor[window.row("1009")]
    assert window.donor.sum() == len(window.codes) - 1


def test_a_jump_after_the_start_is_part_of_what_can_happen(panel_of) -> None:
    shares = panel_of().shares.copy()
    shares.loc["1009", 2021:] /= 2
    assert build_window(shares, 2020, 2022).jumped == ()


def test_a_national_halving_is_no_jump(panel_of) -> None:
    shares = panel_of().shares.copy()
    shares.loc[:, 2016:] /= 2
    assert build_window(shares, 2020, 2022).jumped == ()


def test_rows_are_sorted_by_code_and_the_nation_is_apart(panel_of) -> None:
    shares = panel_of().shares
    window = build_window(shares.sample(frac=1, random_state=1), 2020, 2022)
    assert list(window.codes) == sorted(window.codes)
    assert "0000" not in window.codes
    np.testing.assert_array_equal(window.reference, shares.loc["0000"])


def test_logarithms_need_shares_above_zero(panel_of) -> None:
    shares = panel_of().shares.copy()
    shares.loc["1006", 2013] = 0.0
    assert "1006" in build_window(shares, 2020, 2022, log=True).incomplete
    assert "1006" in build_window(shares, 2020, 2022).codes


def test_population_is_never_taken_from_after_the_start() -> None:
    table = pd.DataFrame({2016: [1.0], 2018: [2.0], 2020: [3.0]}, index=["1000"])
    assert population_before(table, 2020)["1000"] == 2
    assert population_before(table, 2025)["1000"] == 3
    assert population_before(table, 2012)["1000"] == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: s.loc[["0000", "1000"]], "kommuner att jämföra med"),
        (lambda s: s.loc[s.index[:10]], "kommuner att jämföra med"),
        (lambda s: s[[2019, 2020, 2021]], "år före starten"),
        (lambda s: s.mask(rows_of(s, "1000") & (s.columns == 2017)), "saknas för 2017"),
        (lambda s: s.mask(rows_of(s, "1000"), 4.0), "exakt densamma"),
        (lambda s: s.drop("1000"), "finns inte"),
        (lambda s: s.where(rows_of(s, "1000"), 4.0), "ändras aldrig"),
    ],
)
def test_why_a_municipality_cannot_be_assessed(panel_of, change, words: str) -> None:
    shares = change(panel_of().shares)
    reason = why_not(build_window(shares, 2020, 2021), shares, "1000")
    assert reason is not None
    assert words in reason


def test_pools_never_hold_the_studied_municipality(panel_of) -> None:
    panel = panel_of()
    window = panel.window(2020, 2022)
    for pool in (AllMunicipalities(), LargeMunicipalities(), NearestMunicipalities(10)):
        mask = pool.select(window, 4, without=(7,))
        assert not mask[[4, 7]].any()
        assert mask.any()
    assert NearestMunicipalities(10).select(window, 4).sum() == 10
    assert window.size is not None
    assert window.size[LargeMunicipalities().select(window, 4)].min() >= 50_000


def test_large_pool_needs_population(panel_of) -> None:
    window = build_window(panel_of().shares, 2020, 2022)
    with pytest.raises(ValueError, match="size"):
        LargeMunicipalities().select(window, 0)


def test_nearest_pool_prefers_the_alike(panel_of) -> None:
    shares = panel_of().shares.copy()
    shares.loc["1030"] = shares.loc["1000"] + 0.001
    window = build_window(shares, 2020, 2022)
    assert NearestMunicipalities(1).select(window, window.row("1000"))[window.row("1030")]
