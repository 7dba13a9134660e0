"""Generated tables of own figures with linked measures, and a reader who tries to work out the small ones.

The reader knows the rules, every printed value of every vintage, which figures were not revised, all relations between the
measures, the exact denominators of shares and what one household gets. Each printed share and amount is tried against every
count that it could come from, by publishing anew with that count; then linear programming bounds each count from all of it.
Nothing here is taken from the protector but `printed`, which is the publisher's last step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog

from analysis.disclosure.cells import Cell, build
from analysis.disclosure.model import Publication, is_few
from analysis.disclosure.protect import protect
from analysis.disclosure.values import printed
from analysis.sources.catalogue import Measure

PLACE = "9999"
REASONS = ("arbetslöshet", "ohälsa", "annat")
RULE = 5
#: Counts in a row that would have been printed otherwise before the search ends.
GAP = 3


def measure(slag: str, enhet: str, decimaler: int = 0, **made: object) -> Measure:
    """A measure with its declaration."""
    fields = {
        "namn": "Mått",
        "kort": "Mått",
        "enhet": enhet,
        "definition": "Ett påhittat mått.",
        "decimaler": decimaler,
    }
    return Measure.model_validate({**fields, "skydd": {"slag": slag, **made}})


MEASURES = {
    "HEM": measure("antal", "antal", aret="någon gång"),
    "ORSAK": measure("antal", "antal", aret="någon gång", grupper_av="HEM"),
    "NYA": measure("antal", "antal", aret="summa", ingar_i=["HEM"]),
    "VUXNA": measure("antal", "antal", aret="någon gång"),
    "LANG": measure("antal", "antal", aret="någon gång", hogst=["VUXNA"]),
    "UNGA": measure("antal", "antal", aret="någon gång", ingar_i=["VUXNA"]),
    "ALLA": measure("antal", "antal", aret="någon gång", delar=["VUXNA", "BARN"]),
    "BARN": measure("antal", "antal", aret="någon gång"),
    "FOLK": measure("offentligt", "antal"),
    "ANDEL_VUXNA": measure("andel", "procent", 2, taljare="VUXNA", namnare="FOLK"),
    "ANDEL_UNGA": measure("andel", "procent", 3, taljare="UNGA", namnare="FOLK"),
    "ANDEL_LANG": measure("andel", "procent", 1, taljare="LANG", namnare="VUXNA"),
    "ANDEL_EGEN": measure("andel", "procent", 2, namnare="FOLK"),
    "ANDEL_OKAND": measure("andel", "procent", 2, namnare="okänd"),
    "BELOPP": measure("belopp", "tkr", bakom="HEM", aret="summa"),
    "MEDEL": measure("medel", "tkr", 1, bakom="HEM"),
}
NUMERATOR = {
    "ANDEL_VUXNA": "VUXNA",
    "ANDEL_UNGA": "UNGA",
    "ANDEL_LANG": "LANG",
    "ANDEL_EGEN": "EGEN",
    "ANDEL_OKAND": "OKAND",
}
COUNTS = ("HEM", "NYA", "VUXNA", "LANG", "UNGA", "ALLA", "BARN", "EGEN", "OKAND")


@dataclass
class World:
    """What is true, what the municipality has given, vintage by vintage, and how many live there."""

    truth: list[dict[Cell, int]]
    given: list[dict[Cell, float]]
    people: int
    each: float
    printed: list[dict[Cell, float | None]] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
    bounds: list[dict[Cell, tuple[float, float]]] = field(default_factory=list)

    @property
    def sizes(self) -> dict[tuple[str, str], dict[int, float]]:
        """Published residents."""
        return {(PLACE, "FOLK"): {2024: float(self.people), 2025: float(self.people)}}


def make_world(seed: int) -> World:
    """Draw a municipality with one to three months, a year at times, and one or two vintages."""
    rng = np.random.default_rng(seed)
    people = int(rng.choice([600, 1800, 9000, 60_000]))
    world = World([], [], people, float(rng.choice([7.0, 9.5, 11.0])))
    months = [f"2025-{month:02d}" for month in range(1, 1 + int(rng.integers(1, 4)))]
    atoms = {month: _atoms(rng) for month in months}
    measures = [name for name in MEASURES if name != "FOLK" and rng.random() < 0.6]
    sexes = list(rng.permutation(["T", "K", "M"])[: int(rng.integers(1, 4))])
    reasons = list(rng.permutation(REASONS)[: int(rng.integers(1, 4))])
    keep: dict[Cell, bool] = {}
    for vintage in range(int(rng.integers(1, 3))):
        if vintage:
            revised = months[int(rng.integers(len(months)))]
            name = str(rng.choice(list(atoms[revised])))
            atoms[revised][name] = max(0, atoms[revised][name] + int(rng.choice([-3, -1, 1, 2, 6])))
        truth = _counts(atoms)
        given: dict[Cell, float] = {}
        for cell in truth:
            wanted = cell.measure in measures and (
                cell.gender in sexes if cell.measure in ("VUXNA", "LANG") else True
            ) and (cell.group == "alla" or cell.group in reasons)  # fmt: skip
            if cell.measure in MEASURES and keep.setdefault(cell, wanted and rng.random() < 0.9):
                given[cell] = float(truth[cell])
        for name in measures:
            for cell in _derived(name, truth):
                if keep.setdefault(cell, rng.random() < 0.9):
                    given[cell] = value_of(world, cell, truth[_count_behind(cell)], truth)
        world.truth.append(truth)
        world.given.append(given)
    return world


def _atoms(rng: np.random.Generator) -> dict[str, int]:
    top = int(rng.choice([6, 15, 60]))
    atoms = {f"HEM/{reason}": int(rng.integers(0, top)) for reason in REASONS}
    atoms |= {f"{name}/{sex}": int(rng.integers(0, top)) for name in ("VUXNA", "LANG") for sex in "KM"}
    return atoms | {name: int(rng.integers(0, top)) for name in ("NYA", "UNGA", "BARN", "EGEN", "OKAND")}


def _counts(atoms: dict[str, dict[str, int]]) -> dict[Cell, int]:
    """All counts of a vintage, given or not, with every relation holding; the year as its months allow."""
    truth: dict[Cell, int] = {}
    for month, drawn in atoms.items():

        def put(name: str, count: int, sex: str = "T", group: str = "alla", month: str = month) -> None:
            truth[Cell(PLACE, name, month, sex, group)] = count

        homes = sum(drawn[f"HEM/{reason}"] for reason in REASONS)
        put("HEM", homes)
        for reason in REASONS:
            put("ORSAK", drawn[f"HEM/{reason}"], group=reason)
        adults = {sex: drawn[f"VUXNA/{sex}"] for sex in "KM"}
        for name in ("VUXNA", "LANG"):
            parts = {sex: min(drawn[f"{name}/{sex}"], adults[sex]) for sex in "KM"}
            for sex, count in (*parts.items(), ("T", sum(parts.values()))):
                put(name, count, sex)
        put("NYA", min(drawn["NYA"], homes))
        put("UNGA", min(drawn["UNGA"], sum(adults.values())))
        put("BARN", drawn["BARN"])
        put("ALLA", sum(adults.values()) + drawn["BARN"])
        put("EGEN", drawn["EGEN"])
        put("OKAND", drawn["OKAND"])
    months = sorted(atoms)
    new = sum(truth[Cell(PLACE, "NYA", month, "T", "alla")] for month in months)
    truth[Cell(PLACE, "NYA", "2025", "T", "alla")] = new
    most = max(truth[Cell(PLACE, "HEM", month, "T", "alla")] for month in months)
    truth[Cell(PLACE, "HEM", "2025", "T", "alla")] = max(most, new)
    return truth


def _derived(name: str, truth: dict[Cell, int]) -> list[Cell]:
    behind = NUMERATOR.get(name) or ("HEM" if name in ("BELOPP", "MEDEL") else "")
    return [
        cell._replace(measure=name)
        for cell in truth
        if cell.measure == behind and cell.group == "alla" and len(cell.period) == 7
    ]


def _count_behind(cell: Cell) -> Cell:
    return cell._replace(measure=NUMERATOR.get(cell.measure, "HEM"))


def value_of(world: World, cell: Cell, count: int, truth: dict[Cell, int]) -> float:
    """What the municipality's own file says of a share, an amount or a mean when this is the count behind it."""
    if cell.measure in ("BELOPP", "MEDEL"):
        return world.each * count + 3.0 if cell.measure == "BELOPP" else round(world.each, 1)
    whole = truth[cell._replace(measure="VUXNA")] if cell.measure == "ANDEL_LANG" else _residents(world, cell)
    return round(100.0 * count / whole, MEASURES[cell.measure].decimaler) if whole else 0.0


def _residents(world: World, cell: Cell) -> float:
    return world.people if cell.gender == "T" else world.people * (0.49 if cell.gender == "K" else 0.51)


def publish(world: World) -> None:
    """Publish every vintage as the project does."""
    for given in world.given:
        cells = build(given, MEASURES, world.sizes)
        publication = protect(
            cells.counts, cells.sums, earlier=world.publications, latent=cells.latent, small=cells.small
        )
        world.publications.append(publication)
        world.printed.append(printed(given, cells, publication, MEASURES, world.sizes))


def read_off(world: World) -> None:
    """Bound every count by itself: from its own printed value and from each share and amount made of it."""
    for number, shown in enumerate(world.printed):
        bounds = dict.fromkeys(world.truth[number], (0.0, math.inf))
        for cell, value in shown.items():
            if value is None:
                continue
            if MEASURES[cell.measure].skydd.slag == "antal":
                possible = _narrowed(
                    bounds[cell],
                    0.0 if value == 0 else max(RULE, value - 2),
                    0.0 if value == 0 else value + 2,
                )
                bounds[cell] = possible
            elif cell.measure != "MEDEL":
                low, high = _tried(world, number, cell, value)
                bounds[_count_behind(cell)] = _narrowed(bounds[_count_behind(cell)], low, high)
        world.bounds.append(bounds)


def _narrowed(known: tuple[float, float], low: float, high: float) -> tuple[float, float]:
    return max(known[0], low), min(known[1], high)


def _tried(world: World, number: int, cell: Cell, value: float) -> tuple[float, float]:
    """Least and greatest count behind a printed share or amount that would have been printed the same."""
    truth, behind = world.truth[number], _count_behind(cell)
    cells = build(world.given[number], MEASURES, world.sizes)

    def same(count: int) -> bool:
        given = dict(world.given[number])
        given[cell] = value_of(world, cell, count, truth)
        other = build(given, MEASURES, world.sizes)
        fresh = {key: worth for key, worth in other.counts.items() if key not in world.given[number]}
        counts = {**cells.counts, **fresh} | ({behind: count} if behind in cells.counts else {})
        changed = type(cells)(counts, {**cells.ranges, **other.ranges}, cells.sums, cells.latent, cells.small)
        again = printed(given, changed, world.publications[number], MEASURES, world.sizes)
        return again[cell] == value

    ends = []
    for step in (-1, 1):
        last = at = truth[behind]
        while at >= 0 and abs(at - last) <= GAP:
            at += step
            last = at if at >= 0 and same(at) else last
        ends.append(float(last))
    return ends[0], ends[1]


def relations(truth: dict[Cell, int]) -> list[tuple[dict[Cell, float], str]]:
    """Every equation (``=``) and order (``<=``) between counts, as weights that come to nothing or less."""
    found: list[tuple[dict[Cell, float], str]] = []
    for cell in truth:
        if cell.measure in ("VUXNA", "LANG") and cell.gender == "T":
            found.append(({cell: -1.0, cell._replace(gender="K"): 1.0, cell._replace(gender="M"): 1.0}, "="))
        if cell.measure == "LANG":
            found.append(({cell: 1.0, cell._replace(measure="VUXNA"): -1.0}, "<="))
        if cell.measure == "HEM" and len(cell.period) == 7:
            parts = {cell._replace(measure="ORSAK", group=reason): 1.0 for reason in REASONS}
            found.append(({cell: -1.0, **parts}, "="))
        if cell.measure in ("NYA", "UNGA"):
            whole = cell._replace(measure="HEM" if cell.measure == "NYA" else "VUXNA")
            found.append(({cell: 1.0, whole: -1.0}, "<="))
        if cell.measure == "ALLA":
            found.append(
                ({cell: -1.0, cell._replace(measure="VUXNA"): 1.0, cell._replace(measure="BARN"): 1.0}, "=")
            )
        if cell.measure == "HEM" and len(cell.period) == 7:
            found.append(({cell: 1.0, cell._replace(period="2025"): -1.0}, "<="))
    months = [cell for cell in truth if cell.measure == "NYA" and len(cell.period) == 7]
    found.append(({months[0]._replace(period="2025"): -1.0, **dict.fromkeys(months, 1.0)}, "="))
    return found


@dataclass(frozen=True)
class Found:
    """A small count, in which vintage, and what the reader can know of it."""

    vintage: int
    cell: Cell
    count: int
    low: float
    high: float

    @property
    def width(self) -> float:
        """Persons between the least and the greatest whole number possible."""
        return (
            self.high if math.isinf(self.high) else math.floor(self.high + 1e-6) - math.ceil(self.low - 1e-6)
        )


def attack(world: World) -> list[Found]:
    """Bound every small count of every vintage from everything that is known."""
    index: dict[tuple[Cell, int], int] = {}
    for truth in world.truth:
        for cell, count in truth.items():
            index.setdefault((cell, count), len(index))
    low, high = np.zeros(len(index)), np.full(len(index), np.inf)
    equal: list[np.ndarray] = []
    less: list[np.ndarray] = []
    for truth, bounds in zip(world.truth, world.bounds, strict=True):
        for cell, (least, most) in bounds.items():
            place = index[cell, truth[cell]]
            low[place], high[place] = max(low[place], least), min(high[place], most)
        for weights, kind in relations(truth):
            row = np.zeros(len(index))
            for cell, weight in weights.items():
                row[index[cell, truth[cell]]] += weight
            (equal if kind == "=" else less).append(row)
    found = []
    for vintage, truth in enumerate(world.truth):
        for cell, count in truth.items():
            if is_few(count):
                ends = [_end(index[cell, count], sign, equal, less, low, high) for sign in (1.0, -1.0)]
                found.append(Found(vintage, cell, count, ends[0], ends[1]))
    return found


def _end(
    place: int,
    sign: float,
    equal: list[np.ndarray],
    less: list[np.ndarray],
    low: np.ndarray,
    high: np.ndarray,
) -> float:
    cost = np.zeros(len(low))
    cost[place] = sign
    answer = linprog(
        cost, A_eq=np.array(equal), b_eq=np.zeros(len(equal)), A_ub=np.array(less), b_ub=np.zeros(len(less)),
        bounds=np.column_stack([low, high]), method="highs",
    )  # fmt: skip
    assert answer.status in (0, 3), answer.message
    return math.inf if answer.status == 3 else sign * answer.fun
