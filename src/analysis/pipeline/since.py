"""What a finished run gives the delårsbokslut: five sentences, a table of changes and the files to attach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analysis.answers.published import Published, published
from analysis.calendar import in_period, is_month, period_name
from analysis.forecasts.log import read_log
from analysis.pages.position.summary import first_run_words, level_words
from analysis.paths import Project
from analysis.pipeline.documents import document_names
from analysis.runs.load import load_runs
from analysis.runs.model import Run, Target
from analysis.runs.overview import read_results
from analysis.sources.catalogue import load_catalogue
from foundation.swedish import day_name, decimal, percent, points, probability

Facts = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Summary:
    """A run for the delårsbokslut, the bokslut or the month's follow-up.

    Attributes
    ----------
    occasion
        What the sentences are for, in Swedish.
    sentences
        Five: the position, the target's measure, its probability, what has changed, the plan's effect.
    changes
        (what, then, now), against the run before as it was published; empty for a plan's first run.
    before
        The run before, None for a plan's first.
    files
        The Word document, a figure and its data, below the site; only those that are there.
    """

    occasion: str
    sentences: tuple[str, ...]
    changes: tuple[tuple[str, str, str], ...]
    before: Run | None
    files: tuple[str, ...]

    def lines(self) -> tuple[str, ...]:
        """The summary as lines for the screen."""
        out = [f"{self.occasion}:", *(f"  {text}" for text in self.sentences), ""]
        if self.before is None:
            out.append("Det finns ingen tidigare körning att jämföra med.")
        elif self.changes:
            out.append(f"Sedan {self.before.rubrik}, som den publicerades:")
            wide = [max(len(row[place]) for row in self.changes) for place in range(3)]
            out += [
                f"  {what:<{wide[0]}}  {then:>{wide[1]}}  {now:>{wide[2]}}"
                for what, then, now in self.changes
            ]
        if self.files:
            out += ["", "Att bifoga:", *(f"  {name}" for name in self.files)]
        return tuple(out)


def summary(project: Project, run_id: str) -> Summary:
    """Return what a finished run says, and what the one before it said when it was published."""
    runs, catalogue = load_runs(project), load_catalogue(project.raw)
    run = runs.get(run_id)
    before = runs.previous(run)
    now = read_results(project.reports / run.id)
    then = read_results(project.reports / before.id) if before else {}
    target = runs.targets[run.mal] if run.mal else None
    said = None
    if before is not None and target is not None and before.mal == run.mal:
        said = published(read_log(project.forecast_log), before, target)
    rows = _changes(now, then, target, said) if before else ()
    moved = _moved_sentence(now, run, before, target, said)
    name = catalogue.municipality(run.kommun).name
    sentences = (
        _position(now.get("laget", {}), name),
        _measure(now.get("mal", {}), target, name),
        _chance(now.get("mal", {}), target),
        moved,
        _effect(now.get("effekt", {}), name),
    )
    return Summary(_occasion(run.period), sentences, rows, before, _files(project, run))


def _occasion(period: str) -> str:
    if is_month(period):
        return "Till månadens uppföljning"
    return "Till bokslutet" if len(period) == 4 else "Till delårsbokslutet"


def changes_since_previous(project: Project, run_id: str) -> tuple[str, ...]:
    """Return the summary as lines for the screen."""
    return summary(project, run_id).lines()


def _position(facts: dict[str, Any], name: str) -> str:
    if not facts:
        return f"Körningen för {name} har ingen sida om läget."
    return level_words(name, facts["year"], facts["value"], facts["riket"])


def _measure(facts: dict[str, Any], target: Target | None, name: str) -> str:
    if target is None:
        return "Planen har inget mål för andelen biståndsmottagare."
    latest, due = facts.get("latest"), f"{target.level_text} senast {period_name(target.senast)}"
    if facts.get("outcome") is not None:
        verdict = "nåddes" if target.reached(facts["outcome"]) else "nåddes inte"
        return f"Målet för {name} ({due}) {verdict}: värdet blev {percent(facts['outcome'], 2)}."
    if not latest:
        return f"Målet för {name} är {due}; målets mått har inget känt värde."
    gap = facts["gap"]
    left = f"{points(gap, sign=False)} återstår" if gap > 0 else "nivån är nådd"
    return f"Målet för {name} är {due}; {in_period(latest[0])} var värdet {percent(latest[1], 2)} och {left}."


def _chance(facts: dict[str, Any], target: Target | None) -> str:
    if target is None or facts.get("probability") is None:
        return "Någon sannolikhet att nå ett mål anges inte."
    span = f"{percent(facts['target_low80'], 2)} till {percent(facts['target_high80'], 2)}"
    return (
        f"Att målet nås är {facts['words']}: sannolikheten är {probability(facts['probability'])}, och prognosen är "
        f"{percent(facts['target_median'], 2)} ({span})."
    )


def _moved_sentence(
    now: Facts, run: Run, before: Run | None, target: Target | None, said: Published | None
) -> str:
    if before is None:
        return f"{first_run_words(run)}, så ingen ändring kan anges."
    chance = now.get("mal", {}).get("probability")
    if target is None or said is None or chance is None:
        return f"Förra körningen byggde på det som var känt {day_name(before.kant_senast)}."
    return (
        f"I förra körningen ({day_name(before.kant_senast)}) var sannolikheten {probability(said.probability)} som den "
        f"publicerades och prognosen {percent(said.median, 2)}."
    )


def _effect(facts: dict[str, Any], name: str) -> str:
    if not facts.get("bedomning"):
        return f"Planens effekt i {name} är inte skattad i den här körningen."
    if facts.get("effekt") is None:
        return f"Planens effekt i {name}: {facts['bedomning']}."
    return (
        f"Planens skattade effekt i {name} är {points(facts['effekt'])} "
        f"({decimal(facts['lag'], 2, sign=True)} till {decimal(facts['hog'], 2, sign=True)}): {facts['bedomning']}."
    )


def _changes(
    now: Facts, then: Facts, target: Target | None, said: Published | None
) -> tuple[tuple[str, str, str], ...]:
    """What was said then and is said now, one row a fact that both runs have."""
    rows = [("", "då", "nu")]
    level, earlier = now.get("laget"), then.get("laget")
    if level and earlier:
        rows.append(("senaste årsvärde", _year(earlier), _year(level)))
        rows.append(("plats bland kommunerna", _place(earlier), _place(level)))
    facts = now.get("mal", {})
    if target is not None and said is not None and facts.get("probability") is not None:
        due = period_name(target.senast)
        rows.append(
            ("sannolikhet att nå målet", probability(said.probability), probability(facts["probability"]))
        )
        rows.append((f"prognos {due}", percent(said.median, 2), percent(facts["target_median"], 2)))
    latest, was = facts.get("latest"), then.get("mal", {}).get("latest")
    if latest and was:
        rows.append(("målets mått, senast känt", _dated(was), _dated(latest)))
    return tuple(rows) if len(rows) > 1 else ()


def _year(facts: dict[str, Any]) -> str:
    return f"{percent(facts['value'], 2)} ({facts['year']})"


def _place(facts: dict[str, Any]) -> str:
    return f"{facts['rank']} av {facts['ranked']}"


def _dated(latest: list[Any]) -> str:
    return f"{percent(float(latest[1]), 2)} ({period_name(str(latest[0]))})"


def _files(project: Project, run: Run) -> tuple[str, ...]:
    """The Word documents, and the target's figure with its data: the target's own measure, else the annual one."""
    folder = project.site / "reports" / run.id
    figure = next(
        (name for name in ("prognos-mal", "prognos") if (folder / "figurer" / f"{name}.png").is_file()),
        "trend",
    )
    wanted = [
        *(folder / name for name in document_names(run)),
        folder / "figurer" / f"{figure}.png",
        folder / "data" / f"{figure}.csv",
    ]
    return tuple(str(project.relative(path)) for path in wanted if path.is_file())
