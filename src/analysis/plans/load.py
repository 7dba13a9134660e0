"""Loading the register: one YAML file a plan, checked, with errors that name file, measure and field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from analysis.plans.check import Fault, faults
from analysis.plans.model import Link, Plan
from analysis.sources.yaml_in import line_of, read_yaml
from foundation.errors import BistandError, allowed_values

TEMPLATE = "MALL.yml"
"""The commented template in the folder of plans; never loaded as a plan."""

_KIND = {
    "atgarder": ("åtgärd", "nummer"),
    "indikatorer": ("indikator", "id"),
    "dokument": ("dokument", "id"),
    "motsagelser": ("motsägelse", "id"),
    "harkomst": ("härkomst", None),
    "mal": ("mål", "id"),
    "omraden": ("område", "id"),
    "uppdrag": ("uppdrag", "id"),
    "uppgivna_antal": ("uppgivet antal", "id"),
}


@dataclass(frozen=True, eq=False)
class Register:
    """All plans, by id; references between them have been checked."""

    plans: Mapping[str, Plan] = field(default_factory=dict)

    def plan(self, plan_id: str) -> Plan:
        """Return one plan.

        Raises
        ------
        BistandError
            If there is no plan with this id, with the ids there are.
        """
        if plan_id not in self.plans:
            raise BistandError(
                f"Planen ”{plan_id}” finns inte i registret.",
                fix=f"Välj någon av: {allowed_values(self.plans)}. En ny plan är en ny fil i data/raw/planer.",
            )
        return self.plans[plan_id]


def load_register(folder: Path) -> Register:
    """Load every plan file of a folder except the template, in order of plan id.

    Raises
    ------
    BistandError
        If a file is wrong, two plans share an id, or a lineage points at nothing.
    """
    plans: dict[str, Plan] = {}
    paths: dict[str, Path] = {}
    for path in sorted(folder.glob("*.yml")):
        if path.name == TEMPLATE:
            continue
        plan = load_plan(path)
        if plan.id in plans:
            raise BistandError(
                f"Planens id ”{plan.id}” används redan av {paths[plan.id].name}.",
                file=path,
                row=line_of(path, ("id",)),
                fix="Byt id.",
            )
        plans[plan.id] = plan
        paths[plan.id] = path
    for plan in plans.values():
        for fault in _lineage_faults(plan, plans):
            raise _error(paths[plan.id], fault, None)
    return Register(dict(sorted(plans.items())))


def load_plan(path: Path) -> Plan:
    """Load and check one plan file; references to other plans are left unchecked.

    Raises
    ------
    BistandError
        If the file is not YAML, lacks or misspells a field, or contradicts itself.
    """
    data = read_yaml(path)
    if not isinstance(data, dict):
        raise BistandError(
            "Filen innehåller ingen plan.", file=path, fix=f"Utgå från {TEMPLATE} i samma mapp."
        )
    try:
        plan = Plan.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        first = next((item for item in found if item["type"] == "extra_forbidden"), found[0])
        fault = Fault(tuple(first["loc"]), _in_swedish(first), _fix(first))
        raise _error(path, fault, data) from error
    for fault in faults(plan):
        raise _error(path, fault, data)
    return plan


def _lineage_faults(plan: Plan, plans: Mapping[str, Plan]) -> list[Fault]:
    found = []
    for index, link in enumerate(plan.lineage):
        for key, reference in _references(link):
            other_id, _, number = reference.partition("/")
            other = plans.get(other_id)
            if other is None or number not in {measure.number for measure in other.measures}:
                problem = f"härkomsten pekar på ”{reference}” som inte finns i registret."
                found.append(
                    Fault(
                        ("harkomst", index, key),
                        problem,
                        "Skriv plan-id/nummer, till exempel uppsala-1000/7.",
                    )
                )
    return found


def _references(link: Link) -> list[tuple[str, str]]:
    return [("fran", ref) for ref in link.origin] + [("till", ref) for ref in link.becomes]


def _error(path: Path, fault: Fault, data: object) -> BistandError:
    return BistandError(
        f"{_where(fault.place, data)}{fault.problem}",
        file=path,
        row=line_of(path, fault.place),
        fix=fault.fix or f"Rätta i filen; {TEMPLATE} i samma mapp visar hur det skrivs.",
    )


def _where(place: tuple[str | int, ...], data: object) -> str:
    """Name the measure (or other post) and field of a place: ``åtgärd 7, fältet ”status”: ``."""
    parts = []
    if len(place) >= 2 and isinstance(place[0], str) and isinstance(place[1], int) and place[0] in _KIND:
        noun, id_key = _KIND[place[0]]
        parts.append(f"{noun} {_name(data, place[0], place[1], id_key)}")
        place = place[2:]
    fields = [str(step) for step in place if isinstance(step, str)]
    if fields:
        parts.append(f"fältet ”{'.'.join(fields)}”")
    return f"{', '.join(parts)}: " if parts else ""


def _name(data: object, key: str, index: int, id_key: str | None) -> str:
    position = f"post {index + 1}"
    if id_key is None or not isinstance(data, dict):
        return position
    post = data[key][index]
    return str(post[id_key]) if isinstance(post, dict) and id_key in post else position


def _in_swedish(error: ErrorDetails) -> str:
    kind, given = error["type"], error["input"]
    if kind == "missing":
        return "fältet saknas."
    if kind == "extra_forbidden":
        return "det finns inget sådant fält."
    if kind == "enum":
        return f"värdet ”{given}” är inte tillåtet."
    if kind == "value_error":
        return f"{error['ctx']['error']}."
    if kind.startswith(("date", "datetime")):
        return f"”{given}” är inget datum."
    if kind.startswith(("float", "int", "finite", "greater", "less")):
        return f"”{given}” är inte ett tal som går att använda här."
    if kind.startswith(("string", "str")):
        return f"”{given}” är inte en text på rätt form."
    if kind.startswith(("tuple", "list")):
        return "här ska det stå en lista."
    if kind == "too_short":
        return "listan är tom."
    return f"värdet ”{given}” går inte att använda ({error['msg']})."


def _fix(error: ErrorDetails) -> str:
    kind = error["type"]
    if kind == "enum":
        return f"Skriv något av: {error['ctx']['expected'].replace(' or ', ', ')}."
    if kind.startswith("date"):
        return "Skriv datum som ÅÅÅÅ-MM-DD."
    if kind == "extra_forbidden" and error["input"] is None:
        return "En text med komma inom { } måste stå inom citattecken."
    if kind == "extra_forbidden":
        return f"Kontrollera stavningen mot {TEMPLATE} eller ta bort fältet."
    return f"Jämför med {TEMPLATE} i samma mapp."
