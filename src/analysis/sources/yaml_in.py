"""The one way in for YAML: read, held against its model, and told in Swedish with the line where it is wrong."""

from __future__ import annotations

import pickle
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from analysis.plain import demand_plain
from foundation.errors import BistandError

Place = Sequence[str | int]
Model = TypeVar("Model", bound=BaseModel)

#: What is wrong with a field, by pydantic's name of it.
_KINDS: Final = {
    "missing": "saknas",
    "extra_forbidden": "är inte ett känt fält",
    "string_pattern_mismatch": "har fel form",
    "literal_error": "har ett otillåtet värde",
    "date_from_datetime_parsing": "är inte ett datum (ÅÅÅÅ-MM-DD)",
    "date_parsing": "är inte ett datum (ÅÅÅÅ-MM-DD)",
    "union_tag_invalid": "har ett otillåtet värde",
    "int_parsing": "är inte ett heltal",
    "string_type": "ska vara text (sätt citattecken om det ser ut som ett tal)",
    "finite_number": "ska vara ett ändligt tal",
    "float_parsing": "är inte ett tal (decimaler skrivs med punkt här)",
    "float_type": "är inte ett tal",
    "int_type": "är inte ett heltal",
    "int_from_float": "är inte ett heltal",
    "bool_parsing": "ska vara ja eller nej",
    "tuple_type": "ska vara en lista",
    "dict_type": "ska vara en post med fält",
    "model_type": "ska vara en post med fält",
    "too_short": "har för få poster",
    "string_too_long": "är för lång",
    "greater_than": "ska vara större än {gt:g}",
    "greater_than_equal": "ska vara minst {ge:g}",
    "less_than": "ska vara mindre än {lt:g}",
    "less_than_equal": "får vara högst {le:g}",
    "date_type": "är inte ett datum (ÅÅÅÅ-MM-DD)",
}


_Base: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_Base):  # type: ignore[misc, valid-type]
    """A safe loader that refuses the same key twice, which YAML would silently let win."""


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[object, object]:
    seen: set[object] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"nyckeln ”{key}” står två gånger", key_node.start_mark
            )
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> object:
    """Read a YAML file.

    Raises
    ------
    BistandError
        If the file cannot be read as UTF-8 text or is not YAML, with the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BistandError(
            "Filen är inte sparad som UTF-8.", file=path, fix="Spara om filen med teckenkodningen UTF-8."
        ) from error
    content: object = pickle.loads(_parsed(_Text(text, path)))
    return content


@dataclass(frozen=True)
class _Text:
    """A file's text; the same text in another place is the same, and its place is only said where it is wrong."""

    text: str
    path: Path = field(compare=False)


@lru_cache(maxsize=256)
def _parsed(read: _Text) -> bytes:
    """Parse and check one version of a file; a process that reads it again, or a fork of it, has it in memory."""
    path, text = read.path, read.text
    try:
        content = yaml.load(text, Loader=_StrictLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise BistandError(
            f"Filen går inte att läsa som YAML: {error.problem}.",
            file=path,
            row=line,
            fix="Kontrollera indrag, kolon och citattecken vid raden.",
        ) from error
    except ValueError as error:
        row, said = _no_day(text)
        raise BistandError(
            f"”{said}” är inte ett datum", file=path, row=row, fix="Skriv en dag som finns, ÅÅÅÅ-MM-DD."
        ) from error
    except yaml.YAMLError as error:
        raise BistandError(f"Filen går inte att läsa som YAML: {error}", file=path) from error
    demand_plain(content, path)
    return pickle.dumps(content)


def _no_day(text: str) -> tuple[int | None, str]:
    """Return the row and the words of the first date that no calendar has."""
    for row, line in enumerate(text.splitlines(), start=1):
        for said in re.findall(r"\d{4}-\d\d?-\d\d?", line.partition("#")[0]):
            try:
                date(*(int(part) for part in said.split("-")))
            except ValueError:
                return row, str(said)
    return None, "något i filen"


def line_of(path: Path, place: Place) -> int | None:
    """Return the line (from 1) of the deepest node along `place` that exists in a readable file."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    for step in place:
        child = _child(node, step)
        if child is None:
            break
        node = child
    return None if node is None else node.start_mark.line + 1


def _child(node: yaml.Node | None, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        child: yaml.Node = node.value[step]
        return child
    return None


def validated(
    model: type[Model], fields: object, what: str, *, file: Path | str, fix: str | None = None
) -> Model:
    """Return fields as `model`.

    Parameters
    ----------
    what
        What the fields are, first in the message: ``händelsen ”x”``.

    Raises
    ------
    BistandError
        Naming every field that is wrong.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise BistandError(f"{what}: {describe_validation(error)}", file=file, fix=fix) from error


def describe_validation(error: ValidationError) -> str:
    """Turn a pydantic error into one Swedish line: which field, and what is wrong with it."""
    parts = []
    for item in error.errors():
        where = ".".join(str(step) for step in item["loc"]) or "(hela posten)"
        context = item.get("ctx", {})
        allowed = f"; tillåtet: {context['expected']}" if context.get("expected") else ""
        said = _KINDS.get(item["type"], item["msg"].removeprefix("Value error, "))
        parts.append(f"”{where}” {said.format(**context) if item['type'] in _KINDS else said}{allowed}")
    return "; ".join(parts)
