"""Which mapping a file is read with: the series' saved one, with what the user said on top."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from analysis.paths import Project
from analysis.sources.catalogue import Catalogue
from analysis.sources.ingest.dialect import Grid
from analysis.sources.ingest.mapping import FILE_NAME, ColumnRule, Mapping, parse_mapping, read_mapping
from analysis.sources.ingest.reading import Reading, read_file
from analysis.sources.socialstyrelsen import export_mapping, is_export
from foundation.errors import BistandError

DEFAULT_SERIES: Final = "egna-siffror"


def resolve_mapping(
    project: Project,
    file: Path,
    grids: tuple[Grid, ...],
    said: dict[str, Any],
    columns: tuple[str, ...],
    catalogue: Catalogue,
) -> Mapping:
    """Return the mapping to read with: the saved one of the series, with what the user said on top.

    Without ``--serie`` the one saved mapping that fits the file is used; failing that a new series begins.
    """
    kommun = said.get("kommun")
    saved = _saved(project, file, grids, said.get("serie"), kommun, catalogue)
    if saved is not None:
        base = saved.settings()
    elif is_export(grids):
        base = export_mapping(kommun).settings()
    else:
        base = {"serie": f"{DEFAULT_SERIES}-{kommun}" if kommun else DEFAULT_SERIES}
    rules = {**base.get("kolumner", {}), **dict(_column_rule(text, catalogue) for text in columns)}
    mapping = parse_mapping({**base, **said, **({"kolumner": rules} if rules else {})}, file="Det som angavs")
    if mapping.kommun is not None:
        catalogue.municipality(mapping.kommun)
    if mapping.matt is not None:
        catalogue.measure(mapping.matt)
    return mapping


def signature(reading: Reading) -> tuple[str, ...]:
    """Return the headings by which the next file of the series is known."""
    dated = {column.label for column in reading.columns if column.facets.period is not None}
    return tuple(
        column.label
        for column in reading.columns
        if column.role != "ej med" and column.label and column.label not in dated
    )


def _saved(
    project: Project,
    file: Path,
    grids: tuple[Grid, ...],
    serie: str | None,
    kommun: str | None,
    catalogue: Catalogue,
) -> Mapping | None:
    if serie is not None:
        parse_mapping({"serie": serie}, file="--serie")
        path = project.own / serie / FILE_NAME
        return read_mapping(path) if path.is_file() else None
    saved = [read_mapping(path) for path in sorted(project.own.glob(f"*/{FILE_NAME}"))]
    fitting = [
        mapping
        for mapping in saved
        if mapping.rubriker
        and (kommun is None or mapping.kommun in (None, kommun))
        and _fits(file, grids, mapping, catalogue)
    ]
    if len(fitting) > 1:
        names = ", ".join(mapping.serie for mapping in fitting)
        raise BistandError(
            f"filen passar flera serier: {names}",
            file=file,
            fix=f"Välj en, till exempel --serie {fitting[0].serie}.",
        )
    return fitting[0] if fitting else None


def _fits(file: Path, grids: tuple[Grid, ...], mapping: Mapping, catalogue: Catalogue) -> bool:
    try:
        reading = read_file(file, mapping, catalogue, grids=grids)
    except BistandError:
        return False
    return set(signature(reading)) == set(mapping.rubriker)


def _column_rule(text: str, catalogue: Catalogue) -> tuple[str, dict[str, Any]]:
    """Read ``Rubrik=MATT``, ``Rubrik=MATT,kon=K,skala=0.001`` or ``Rubrik=ej med``."""
    label, separator, rest = text.rpartition("=") if "," not in text else text.partition("=")
    if not separator or not label:
        raise BistandError(
            f"--kolumn ”{text}” går inte att tolka",
            fix='Skriv --kolumn "Rubrik=MATT" eller --kolumn "Rubrik=ej med".',
        )
    first, *others = [part.strip() for part in rest.split(",")]
    known = getattr(ColumnRule.model_fields["roll"].annotation, "__args__", ())
    if first not in known:
        catalogue.measure(first)
    rule: dict[str, Any] = {"roll": first} if first in known else {"matt": first}
    for part in others:
        key, _, value = part.partition("=")
        rule[key] = value
    return label.strip(), rule
