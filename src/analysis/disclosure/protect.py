"""The last step before print: small counts are hidden so that nobody can work them out.

The order is fixed: hide (small cells, then as many others as it takes), round what is left, and compute shares from what
is shown. "Worked out" is meant strictly: the reader knows every shown cell exactly, that counts are not negative, that
parts add up to their totals, everything published earlier, and which cells have not been revised since. For
every hidden cell the interval that such a reader can reach, found by linear programming, must be at least
``Policy.width`` wide. Rounding afterwards only widens it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from analysis.disclosure.model import Key, Policy, Publication, Sum, Why, is_few
from analysis.disclosure.system import ReaderSystem, Witnesses
from foundation.errors import BistandError


def protect(
    counts: Mapping[Key, int],
    sums: Sequence[Sum],
    policy: Policy | None = None,
    *,
    earlier: Sequence[Publication] = (),
    latent: Collection[Key] = (),
    known: Collection[Key] = (),
    small: Collection[Key] = (),
) -> Publication:
    """Choose what to hide.

    Small cells are hidden first, then cells that were hidden before, then, one at a time, the cheapest cell that
    gives the worst protected one room: small cells before large ones, parts before totals. Cells that turn out not
    to be needed are shown again.

    Parameters
    ----------
    counts
        Non-negative whole numbers by cell.
    sums
        All sums between the cells that a reader knows of (women + men = all, reasons = all, months = year).
    earlier
        Earlier vintages of the same table, as published.
    latent
        Cells that no source gives but that sums define; they are never shown, and protected where they are small.
    known
        Cells that the reader knows whatever is done.
    small
        Cells that must be taken for small though their counts, which are estimates, are not.

    Raises
    ------
    BistandError
        If a count is negative or a sum does not add up: the data must be mended before print.
    """
    rules = policy or Policy()
    _check(counts, sums)
    hidden: dict[Key, Why] = {
        key: "liten" for key, count in counts.items() if is_few(count, rules.threshold) or key in small
    }
    for publication in earlier:
        for key in publication.hidden:
            if key in counts and key not in latent:
                hidden.setdefault(key, "tidigare skyddad")
    first = Publication(dict(counts), tuple(sums), hidden, rules, frozenset(latent))
    system = ReaderSystem(first, tuple(earlier), frozenset(known))
    chosen, exposed = _complement(system, hidden, rules)
    return Publication(first.counts, first.sums, chosen, rules, first.latent, exposed)


def protect_parts(counts: Sequence[int], policy: Policy | None = None) -> list[int | None]:
    """Hide small counts among the parts of a total that everyone knows; shown counts are exact.

    >>> protect_parts([120, 3, 40])
    [120, None, None]
    >>> protect_parts([120, 3, 2, 40])
    [120, None, None, 40]
    >>> protect_parts([50, 0, 7])
    [50, 0, 7]
    """
    cells: dict[Key, int] = {**dict(enumerate(counts)), "alla": sum(counts)}
    rules = policy or Policy()
    parts = Sum("alla", tuple(range(len(counts))))
    found = protect(cells, [parts], rules, known=["alla"])
    gone: Collection[Key] = cells if found.exposed else found.hidden
    return [None if place in gone else count for place, count in enumerate(counts)]


def _check(counts: Mapping[Key, int], sums: Sequence[Sum]) -> None:
    for key, count in counts.items():
        if count < 0 or int(count) != count:
            raise BistandError(f"antalet för {key} är {count}; det ska vara ett heltal som inte är negativt")
    for item in sums:
        unknown = [key for key in (item.total, *item.parts) if key not in counts]
        if unknown:
            raise BistandError(
                f"summan för {item.total} hänvisar till {unknown[0]} som inte finns i tabellen"
            )
        if item.exact and sum(counts[key] for key in item.parts) != counts[item.total]:
            raise BistandError(
                f"delarna av {item.total} är tillsammans inte {counts[item.total]}",
                fix="Rätta källan, eller ta bort summan ur tabellen.",
            )


def _complement(
    system: ReaderSystem, hidden: Mapping[Key, Why], policy: Policy
) -> tuple[dict[Key, Why], frozenset[Key]]:
    chosen, lost = dict(hidden), set[int]()
    witnesses = Witnesses(system.truth)
    while True:
        worst = _first_exposed(system, chosen, policy, witnesses, lost)
        if worst is None:
            break
        candidate = _cheapest(system, worst, chosen)
        if candidate is None:
            lost.add(worst)
        else:
            chosen[candidate] = "följd"
    exposed = frozenset(key for (key, _), variable in system.index.items() if variable in lost)
    trimmed = _trim(system, chosen, policy, witnesses, lost)
    return trimmed | {key: "följd" for key in _above(system, lost) if key not in trimmed}, exposed


def _above(system: ReaderSystem, lost: Collection[int]) -> set[Key]:
    """Return the totals above exposed cells, but for those that are public already.

    A cell counts as exposed although what gave it away was itself worked out from shares, and so is known only roughly:
    a new total on top of it would place it more tightly.
    """
    key_of = system.key_of
    totals = [(system.variable(item.total), {*map(system.variable, item.parts)}) for item in system.now.sums]
    reached, grown = {*lost}, bool(lost)
    while grown:
        fresh = {total for total, parts in totals if parts & reached} - reached
        reached |= fresh
        grown = bool(fresh)
    return {key_of[variable] for variable in reached - {*lost} - system.public if variable in key_of}


def _first_exposed(
    system: ReaderSystem, chosen: Collection[Key], policy: Policy, witnesses: Witnesses, lost: set[int]
) -> int | None:
    unknown = system.unknown(chosen)
    for variable in sorted(system.protected(chosen) - lost, key=lambda item: (system.truth[item], item)):
        if witnesses.width(variable) >= policy.width:
            continue
        if system.interval(variable, unknown, witnesses).width < policy.width:
            return variable
    return None


def _cheapest(system: ReaderSystem, start: int, chosen: Mapping[Key, Why]) -> Key | None:
    """Return the cell to hide next: near the exposed one, not public already, small, a part before a total."""
    variables, rows = system.component(start, system.unknown(chosen))
    near = {variable for position in rows for variable in system.rows[position]} - set(variables)
    totals = {system.variable(item.total) for item in system.now.sums}
    key_of = system.key_of
    options = [
        variable
        for variable in near & set(key_of)
        if key_of[variable] not in chosen and variable not in system.public
    ]
    if not options:
        return None

    def cost(variable: int) -> tuple[bool, bool, int, int]:
        count = system.truth[variable]
        return (count == 0, variable in totals, count, variable)

    return key_of[min(options, key=cost)]


def _trim(
    system: ReaderSystem, chosen: dict[Key, Why], policy: Policy, witnesses: Witnesses, lost: set[int]
) -> dict[Key, Why]:
    """Show again what is not needed, the largest first."""
    extra = [key for key, why in chosen.items() if why == "följd"]
    for key in sorted(extra, key=lambda item: -system.truth[system.variable(item)]):
        rest = {other: why for other, why in chosen.items() if other != key}
        fewer = witnesses.without(system.variable(key))
        if _first_exposed(system, rest, policy, fewer, lost) is None:
            chosen, witnesses = rest, fewer
    return chosen
