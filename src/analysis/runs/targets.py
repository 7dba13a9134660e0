"""Targets stand once, in the plan that decided them; a post of ``mal`` with the part ``foljs`` can be followed by runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from analysis.runs.model import Target
from analysis.sources.yaml_in import describe_validation, line_of, read_yaml
from foundation.errors import BistandError

FOLLOWED = "foljs"
_DECIDED = ("text", "villkor", "varde", "senast")


@dataclass(frozen=True)
class PlanFacts:
    """What the list of runs needs to know of a plan: whose it is, and the targets that runs may follow.

    `places` holds each target's place in the file's list, for messages.
    """

    path: Path
    kommun: str
    titel: str
    targets: Mapping[str, Target] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)

    def row(self, target: str, *keys: str) -> int | None:
        """Return the row of a target, or of a field in it."""
        return line_of(self.path, ("mal", self.places[target], *keys))


def read_plan_facts(folder: Path) -> dict[str, PlanFacts]:
    """Return each plan's facts, by plan id (the file's name).

    Raises
    ------
    BistandError
        If a file is not YAML, a target that is followed lacks something, or two targets share an id.
    """
    found = {path.stem: _facts(path) for path in sorted(folder.glob("*.yml")) if path.stem.islower()}
    seen: dict[str, PlanFacts] = {}
    for plan in found.values():
        for name in plan.targets:
            if name in seen:
                raise BistandError(
                    f"målet ”{name}” finns redan i {seen[name].path.name}",
                    file=plan.path,
                    row=plan.row(name, "id"),
                    fix="Ge det ena målet ett annat id, och skriv det i körningarna också.",
                )
            seen[name] = plan
    return found


def _facts(path: Path) -> PlanFacts:
    content = read_yaml(path)
    if not isinstance(content, Mapping):
        raise BistandError("filen innehåller ingen plan", file=path, fix="Utgå från MALL.yml i samma mapp.")
    posts, passport = content.get("mal") or [], content.get("pass")
    cited = str(passport.get("citera", "")) if isinstance(passport, Mapping) else ""
    listed = posts if isinstance(posts, list) else []
    places = {
        str(post.get("id", "?")): index
        for index, post in enumerate(listed)
        if isinstance(post, Mapping) and FOLLOWED in post
    }
    targets = {name: _target(listed[index], index, path, cited) for name, index in places.items()}
    title = str(content.get("titel", path.stem))
    return PlanFacts(path, str(content.get("kommun", "")), title, targets, places)


def _target(post: Mapping[str, object], index: int, path: Path, cited: str) -> Target:
    """Put together what was decided and how it is followed."""
    name, place = str(post.get("id", "?")), ("mal", index)
    followed = post[FOLLOWED]
    lacking = [key for key in _DECIDED if key not in post]
    if not isinstance(followed, Mapping) or lacking:
        what = f"saknar fältet ”{lacking[0]}”" if lacking else f"har inga fält under ”{FOLLOWED}”"
        raise BistandError(
            f"målet ”{name}” {what}",
            file=path,
            row=line_of(path, place),
            fix=(
                f"Ett mål som körningar följer behöver {', '.join(_DECIDED)}, och under {FOLLOWED} namn, matt och "
                "tolkning."
            ),
        )
    text = str(post["text"])
    fields = {
        "niva": post["varde"],
        "villkor": post["villkor"],
        "senast": str(post["senast"]),
        "text": text[:1].lower() + text[1:].rstrip("."),
        "kalla": cited,
        **followed,
    }
    try:
        return Target.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]["loc"]
        key = {"niva": "varde"}.get(str(first[0]), str(first[0])) if first else ""
        decided = key in _DECIDED and key not in followed
        row = line_of(path, (*place, key) if decided else (*place, FOLLOWED, key))
        raise BistandError(
            f"målet ”{name}”: {describe_validation(error)}".replace("”niva”", "”varde”"),
            file=path,
            row=row,
            fix=(
                f"Under {FOLLOWED} står namn, matt och tolkning, och om det behövs kalla, text och senast. Villkoret är "
                "högst eller minst, och perioder skrivs 2026 eller 2026-12."
            ),
        ) from error
