"""Notebooks 05 and 07: what stands before anything else: that the data are made up, and how large the example is."""

from __future__ import annotations

from analysis.answers.micro_study import Study
from analysis.micro.generator import Microdata
from analysis.pages.parts.markdown import Markdown, synthetic_banner
from foundation.errors import BistandError

METHOD_TEXT = (
    "Personerna, åtgärderna och effekterna är påhittade för att visa hur metoden fungerar och hur väl den träffar. "
    "Ingenting på sidan säger något om en verklig kommun eller åtgärd, utom listan sist över åtgärder som går att pröva."
)
COST_TEXT = (
    "Personerna, åtgärderna, flödena och effekterna är påhittade för att visa hur räkningen går till. Verkliga är bara "
    "priserna, budgeten och utgångsnivån, som har sin källa utskriven."
)


def banner(data: Microdata, text: str = METHOD_TEXT) -> Markdown:
    """Return the banner of a page with synthetic data, before anything else on it."""
    if data.status != "synthetic":
        raise BistandError(
            "sidan får bara visa syntetiska data", fix="Egna data räknas med bistand mikro kor."
        )
    return synthetic_banner(f"{data.name} finns inte. {text}")


def facts_line(study: Study) -> Markdown:
    """Return the line of facts: size and period of the example."""
    history = study.history
    first, last = history.window.first // 12, history.window.last // 12
    parts = [
        f"**{study.data.name}** (påhittad)",
        f"{first}–{last}",
        f"{history.persons:,} personer".replace(",", "\u00a0"),
        f"{len(history.measures)} åtgärder",
        "status: syntetisk",
    ]
    return Markdown("::: {.korningsfakta}\n" + " · ".join(parts) + "\n:::\n")
