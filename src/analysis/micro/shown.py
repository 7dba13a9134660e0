"""Which of a measure's shares may leave: each stands for a number of participants, and the one protector decides.

A reader knows how many took part, that work and studies make a whole, that who has left by one month is among those who have
left by a later one, and that the months with bistånd are the sum of those who have it month by month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analysis.disclosure.model import Key, Policy, Sum
from analysis.disclosure.protect import protect
from analysis.micro.assess import MAIN, NOT_ASSESSABLE, MeasureResult
from analysis.micro.history import Floats

_EVERYONE = "deltagare"
TOO_FEW = "Effekten går inte att bedöma: så få av deltagarna har lämnat biståndet, eller är kvar, att talet är skyddat."


def thin_months(
    shares: Floats, participants: int, always: Sequence[int] = (), threshold: int = Policy.threshold
) -> list[int]:
    """Months (from 1) worth drawing of a cumulative share: at least `threshold` persons between two.

    Parameters
    ----------
    shares : (K,)
        Cumulative shares in per cent.
    participants
        Persons that the shares are of.
    always
        Months whose shares stand in another table too: the others keep their distance to them.
    """
    counts = [share / 100 * participants for share in shares]
    fixed = [month for month in always if month <= len(counts)]
    kept, last = [], 0.0
    for month, count in enumerate(counts, 1):
        distant = all(abs(count - counts[other - 1]) >= threshold for other in fixed if other != month)
        if count - last >= threshold and (distant or month in fixed):
            kept.append(month)
            last = count
    return kept


def curve_months(result: MeasureResult, threshold: int = Policy.threshold) -> list[int]:
    """Return the months that are drawn of a measure's curve, before any is hidden."""
    if result.curves is None or result.participants is None:
        return []
    horizons = sorted({contrast.months for contrast in result.contrasts})
    return thin_months(result.curves.left_start, result.participants, horizons, threshold)


def hidden_shares(result: MeasureResult, threshold: int = Policy.threshold) -> frozenset[Key]:
    """Return the keys of what must not leave: contrasts (``egen_12``), the curve's months (``egen_8``, ``på_8``)."""
    if result.participants is None:
        return frozenset()
    table = _Table(result.participants)
    for contrast in result.contrasts:
        table.put(contrast.key, contrast.start / (100 if contrast.unit == "procentenheter" else 1))
    months = curve_months(result, threshold)
    if result.curves is not None:
        for month in months:
            table.put(f"egen_{month}", result.curves.left_start[month - 1] / 100)
            table.put(f"på_{month}", result.curves.on_start[month - 1] / 100)
    horizons = sorted({contrast.months for contrast in result.contrasts})
    for month in horizons:
        table.whole(f"egen_{month}", f"arbete_{month}", f"studier_{month}")
        table.split(f"alla_{month}", f"egen_{month}")
        table.split(f"alla_{month}", f"varaktigt_{month}", f"återkommit_{month}")
        table.split(f"månader_{month}", *(f"på_{k}" for k in months if k <= month))
    for kind in ("alla", "egen", "arbete", "studier"):
        table.chain([f"{kind}_{month}" for month in sorted({*horizons, *months})])
    for month in months:
        table.split(_EVERYONE, f"på_{month}")
    found = protect(
        table.counts, table.sums, Policy(threshold, threshold), latent=table.latent, known=[_EVERYONE]
    )
    return frozenset(table.counts if found.exposed else found.hidden)


def withheld(result: MeasureResult, threshold: int = Policy.threshold) -> MeasureResult:
    """Return the result as it may leave: without its numbers where the main one stands for few, or for all but few."""
    if not result.assessable or MAIN not in hidden_shares(result, threshold):
        return result
    return replace(
        result, participants=None, control_months=None, verdict=NOT_ASSESSABLE, reason=TOO_FEW, contrasts=(),
        curves=None, checks=(), groups=None, dose=None, leads=None, detectable=None, fewer=None, p_adjusted=None,
    )  # fmt: skip


class _Table:
    """Numbers of participants, and the sums between them; a rest that no table gives is a latent cell."""

    def __init__(self, participants: int) -> None:
        self.counts: dict[Key, int] = {_EVERYONE: participants}
        self.sums: list[Sum] = []
        self.latent: set[Key] = set()

    def put(self, key: str, each: float) -> None:
        """Add the number that `each` participant comes to (a share from 0 to 1, or months)."""
        self.counts.setdefault(key, round(each * self.counts[_EVERYONE]))

    def whole(self, total: str, *parts: str) -> None:
        """Say that the parts are the whole; they are estimates, so that a reader knows by how many they differ."""
        if all(key in self.counts for key in (total, *parts)):
            adds = sum(self.counts[part] for part in parts) == self.counts[total]
            self.sums.append(Sum(total, parts, exact=adds))

    def split(self, total: str, *parts: str) -> None:
        """Say that the parts are within the total, and that the rest is people too."""
        given = tuple(part for part in parts if part in self.counts)
        if total not in self.counts or not given:
            return
        rest = self.counts[total] - sum(self.counts[part] for part in given)
        if rest > 0:
            missing = ("rest", total, *given)
            self.counts[missing] = rest
            self.latent.add(missing)
            self.sums.append(Sum(total, (*given, missing)))

    def chain(self, keys: Sequence[str]) -> None:
        """Say that each is among the next, and the last among everyone."""
        given = [key for key in keys if key in self.counts]
        for key, later in zip(given, [*given[1:], _EVERYONE], strict=True):
            self.split(later, key)
