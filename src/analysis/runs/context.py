"""What a notebook may see: the run's facts and only the numbers known on its day."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from analysis.disclosure.own_counts import added_sources, documented, open_rows, protected
from analysis.panel import as_of as known_as_of
from analysis.panel import read_panel
from analysis.paths import Project, find_project
from analysis.runs.load import RunList, check_references, load_runs
from analysis.runs.model import Run, Target
from analysis.sources.catalogue import Catalogue, Municipality, load_catalogue
from analysis.sources.events import Event, known_events, load_events
from analysis.sources.ingest.reader import NAME as ADDED
from analysis.sources.observation import KEY, RIKET
from analysis.sources.passports import LocatedPassport, find_passports
from analysis.sources.yaml_in import describe_validation
from foundation.errors import BistandError
from foundation.files import write_text

OUTPUT_VARIABLE = "BISTAND_OUTPUT"


@dataclass(frozen=True)
class RunContext:
    """One run and the data it may use.

    Attributes
    ----------
    observations
        The observation table as known on the run's day and as it may be shown: all rows of national sources, and of
        other sources the rows about the municipality and those it is compared with. Own figures are protected already; no
        page, answer or file can reach the others.
    output
        Where figures, tables and results of the run are written.
    overruled
        What public documents said of observations that an own file stands for (`Measure.foretrade`): kept, not used.
    """

    project: Project
    run: Run
    runs: RunList
    catalogue: Catalogue
    passports: tuple[LocatedPassport, ...]
    observations: pd.DataFrame
    output: Path
    overruled: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def municipality(self) -> Municipality:
        """The run's municipality."""
        return self.catalogue.municipality(self.run.kommun)

    @property
    def plan_title(self) -> str | None:
        """The title of the run's plan, if it has one."""
        return self.runs.plans[self.run.plan].titel if self.run.plan else None

    @property
    def target(self) -> Target | None:
        """The run's target, if it has one."""
        return self.runs.targets[self.run.mal] if self.run.mal else None

    @property
    def comparable(self) -> tuple[Municipality, ...]:
        """The municipalities of the comparison group, without the run's own."""
        codes = self.catalogue.groups[self.run.jamforelse].kommuner
        return tuple(self.catalogue.municipality(code) for code in codes if code != self.run.kommun)

    @cached_property
    def previous(self) -> RunContext | None:
        """The same view one period earlier, or None for the first run of a plan."""
        earlier = self.runs.previous(self.run)
        return (
            None
            if earlier is None
            else context_of(self.project, earlier, self.runs, self.catalogue, self.output)
        )

    def on(self, day: date) -> RunContext:
        """The same view as it was on an earlier day."""
        earlier = self.run.model_copy(update={"kant_senast": min(day, self.run.kant_senast)})
        return context_of(self.project, earlier, self.runs, self.catalogue, self.output)

    @property
    def documented(self) -> pd.DataFrame:
        """The observations without the months of added files: what the documents and annual sources say."""
        told = documented(self.observations, self.passports)
        return pd.concat([told, self.overruled], ignore_index=True) if len(self.overruled) else told

    @property
    def events(self) -> tuple[Event, ...]:
        """National events as known on the run's day, by date."""
        return known_events(load_events(self.project.raw), self.run.kant_senast)

    @property
    def sources(self) -> tuple[LocatedPassport, ...]:
        """Passports of the sources that the run rests on."""
        used = {*self.observations["source_id"]}
        return tuple(item for item in self.passports if item.passport.id in used)

    def publish(self, name: str, facts: Mapping[str, object]) -> None:
        """Store computed facts as ``results/<name>.json``, for the start page and later comparisons."""
        text = json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
        write_text(self.output / "results" / f"{name}.json", text + "\n")


def visible(
    observations: pd.DataFrame, run: Run, catalogue: Catalogue, passports: tuple[LocatedPassport, ...]
) -> pd.DataFrame:
    """Return the rows that `run` rests on, own figures as they are: what was known on its day, about what concerns it."""
    rows = concerning(observations, run, catalogue, passports)
    known, lost = known_rows(rows, run.kant_senast, catalogue, passports)
    return pd.concat([known, lost], ignore_index=True) if len(lost) else known


def known_rows(
    rows: pd.DataFrame, day: date, catalogue: Catalogue, passports: tuple[LocatedPassport, ...]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what was known on a day, and what documents said of observations that an own file's row stands for.

    The measure's `foretrade` decides between an own file and another source of the same observation; an empty cell
    stands for nothing.
    """
    own = rows["source_id"].isin(added_sources(passports))
    if not own.any():
        return known_as_of(rows, day), rows.iloc[0:0]
    mine, told = known_as_of(rows[own], day), known_as_of(rows[~own], day)
    keys = list(KEY)
    both = told.merge(mine[[*keys, "known_from", "status"]], on=keys, suffixes=("", "_mine"))
    rule = both["measure_id"].map({key: measure.foretrade for key, measure in catalogue.measures.items()})
    later = both["known_from_mine"] >= both["known_from"]
    wins = (both["status_mine"] != "missing") & ((rule == "egna") | ((rule == "senast") & later))
    wins |= both["status"] == "missing"
    kept = _without(mine, both.loc[~wins, keys])
    known = pd.concat([_without(told, both.loc[wins, keys]), kept], ignore_index=True)
    lost = both.loc[wins & (both["status"] != "missing"), list(rows.columns)]
    return known.sort_values(keys, kind="stable", ignore_index=True), lost


def _without(rows: pd.DataFrame, keys: pd.DataFrame) -> pd.DataFrame:
    gone = pd.MultiIndex.from_frame(keys)
    return rows[~pd.MultiIndex.from_frame(rows[list(KEY)]).isin(gone)] if len(keys) else rows


def concerning(
    observations: pd.DataFrame, run: Run, catalogue: Catalogue, passports: tuple[LocatedPassport, ...]
) -> pd.DataFrame:
    """Return all vintages of what concerns a run.

    A municipality's own files concern its own runs only; a document about one municipality of the comparison group alone
    says nothing of another one.
    """
    national = {item.passport.id for item in passports if item.passport.national}
    added = {item.passport.id for item in passports if item.passport.inlasning.lasare == ADDED} - national
    concerned = {run.kommun, RIKET, *catalogue.groups[run.jamforelse].kommuner}
    keep = observations["source_id"].isin(national) | observations["kommun_kod"].isin(concerned)
    mine = observations["kommun_kod"].isin({run.kommun, RIKET})
    keep &= ~observations["source_id"].isin(added) | mine
    places = observations[keep].groupby("source_id")["kommun_kod"].nunique()
    about = {*national, *observations.loc[keep & mine, "source_id"], *places.index[places > 1]}
    return observations[keep & observations["source_id"].isin(about)]


def open_panel(project: Project) -> pd.DataFrame:
    """Return the observation table without anybody's own figures, all vintages: for what is not about one run."""
    return open_rows(read_panel(project), load_catalogue(project.raw), find_passports(*project.sources))


def fingerprint(frame: pd.DataFrame) -> str:
    """Return a SHA-256 of a table's content, independent of how it is stored."""
    return hashlib.sha256(frame.to_csv(index=False, float_format="%.17g").encode()).hexdigest()


def open_run(
    *,
    run_id: str,
    municipality: str,
    period: str,
    as_of: str,
    plan: str,
    target: str,
    measure: str,
    comparison: str,
) -> RunContext:
    """Open the run that a notebook's parameters describe.

    Any combination of known values may be opened by hand; `run_id` names the output folder. Papermill's ``-p`` makes numbers
    of ``0380`` and ``2022``: they are taken as written.

    Raises
    ------
    BistandError
        If a parameter is unknown, naming the allowed values.
    """
    project = find_project()
    catalogue = load_catalogue(project.raw)
    runs = load_runs(project, catalogue)
    known = {run.id: run for run in runs.runs}
    try:
        run = Run(
            id=run_id,
            rubrik=known[run_id].rubrik if run_id in known else run_id,
            kommun=f"{municipality:0>4}",
            period=str(period),
            kant_senast=date.fromisoformat(as_of),
            plan=plan or None,
            mal=target or None,
            matt=measure,
            jamforelse=comparison,
            anteckningsbocker=known[run_id].anteckningsbocker if run_id in known else (),
        )
    except (ValidationError, ValueError) as error:
        detail = (
            describe_validation(error)
            if isinstance(error, ValidationError)
            else f"as_of ”{as_of}” är inget datum"
        )
        raise BistandError(
            f"anteckningsbokens parametrar är fel: {detail}", fix="Rätta cellen med taggen parameters."
        ) from error
    check_references(run, runs.plans, catalogue, project)
    folder = os.environ.get(OUTPUT_VARIABLE)
    output = Path(folder) if folder else project.reports / "_for_hand" / run_id
    return context_of(project, run, runs, catalogue, output)


def context_of(project: Project, run: Run, runs: RunList, catalogue: Catalogue, output: Path) -> RunContext:
    """Return what a run of a project may see, own figures protected."""
    passports = find_passports(*project.sources)
    vintages = concerning(read_panel(project), run, catalogue, passports)
    known, lost = known_rows(vintages, run.kant_senast, catalogue, passports)
    observations = protected(known, vintages, run.kant_senast, catalogue, passports)
    lost = open_rows(lost, catalogue, passports)
    return RunContext(project, run, runs, catalogue, passports, observations, output, lost)
