"""Swedish sentences for checks and verdicts of a measure; the numbers come in, nothing is computed anew."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.calendar import month_label
from analysis.micro import checks
from analysis.micro.checks import Check, NegativeControl, Overlap
from analysis.micro.estimates import Contrast
from analysis.micro.groups import Dose
from analysis.micro.history import History
from analysis.micro.robust import Robust
from foundation.swedish import count, decimal, interval, points


def seen(main: Contrast) -> str:
    """Sentence for an effect whose interval excludes nil."""
    direction = "fler" if main.effect > 0 else "färre"
    return (
        f"Av deltagarna har {decimal(main.start, 0)} av 100 lämnat biståndet för arbete eller studier inom "
        f"{main.months} månader; utan åtgärden hade det varit {decimal(main.without, 0)}. Det är "
        f"{decimal(abs(main.effect))} procentenheter {direction} "
        f"(95 % osäkerhetsintervall {interval(main.low, main.high, 1)})."
    )


def not_seen(main: Contrast) -> str:
    """Sentence for an effect whose interval covers nil."""
    return (
        f"Skillnaden mellan att börja och inte börja är {points(main.effect, 1)} inom {main.months} månader, med ett "
        f"95 % osäkerhetsintervall från {decimal(main.low)} till {decimal(main.high)}. Det rymmer noll."
    )


def started_together(history: History, measure: int) -> str | None:
    """Reason if nearly all began in the same month, or nearly all eligible began when it opened; else None."""
    starts = history.start[measure].sum(axis=0)
    peak = int(starts.argmax())
    at_hand = int((history.on[:, peak] & ~history.started[measure][:, peak]).sum())
    alike, rate = starts[peak] / starts.sum(), starts[peak] / max(at_hand, 1)
    month = month_label(history.window.first + peak)
    if alike >= 0.9:
        return f"nästan alla började samtidigt ({month}), så åtgärden kan inte skiljas från det som annars hände då"
    if rate >= 0.9:
        return f"nästan alla med bistånd började i {month}, så det finns ingen att jämföra med"
    return None


def overlap_check(found: Overlap, participants: int, empty: tuple[str, ...]) -> Check:
    """Overlap as a check."""
    left_out = f" Grupper där ingen börjar ingår inte: {', '.join(empty)}." if empty else ""
    return Check(
        "overlapp", "Finns det någon att jämföra med?",
        found.effective >= 3 * participants and found.heaviest < 0.25,
        f"Jämförelsen vilar på motsvarande {count(found.effective)} personmånader mot {count(participants)} "
        f"starter; den tyngsta hundradelen bär {decimal(found.heaviest * 100, 0)} % av vikten.{left_out}",
    )  # fmt: skip


def balance_check(table: pd.DataFrame) -> Check:
    """Balance as a check."""
    before, after = table["fore"].abs().max(), table["efter"].abs().max()
    worst = table.loc[table["fore"].abs().idxmax()]
    return Check(
        "balans", "Liknar grupperna varandra efter vägning?", bool(after < checks.BALANCED),
        f"Största skillnad i bakgrund är {decimal(before, 2)} standardavvikelser före vägning "
        f"({worst['grupp']}: {worst['niva']}) och {decimal(after, 2)} efter. Gränsen är 0,1.",
        table,
    )  # fmt: skip


def before_check(found: NegativeControl) -> Check:
    """The negative control as a check."""
    text = (
        f"Under året före periodens början, som åtgärden inte kan ha påverkat, skiljer det "
        f"{decimal(found.effect, 2)} biståndsmånader (osäkerhetsintervall "
        f"{interval(found.effect - 1.96 * found.error, found.effect + 1.96 * found.error)}). Ska vara noll."
    )
    table = pd.DataFrame(
        {"manader_fore": np.arange(1, 13), "skillnad": found.leads, "medelfel": found.errors}
    )
    return Check("fore", "Negativ kontroll: året före", found.p_value >= 0.01, text, table)


def second_method_check(main: Contrast, without: float) -> Check:
    """Agreement with a calculation that models leaving instead of starting."""
    other = main.start - without
    return Check(
        "annan_metod", "Ger en annan metod samma svar?", bool(abs(other - main.effect) <= 1.96 * main.error),
        f"Räknat med en modell för avslut i stället för för start blir effekten {points(other, 1)} "
        f"mot {points(main.effect, 1)}.",
    )  # fmt: skip


def robust_check(main: Contrast, found: Robust | None) -> Check:
    """Agreement with the doubly robust estimate, which holds if either the start or the exit is modelled right."""
    title = "Håller svaret om en av modellerna är fel?"
    if found is None:
        return Check("dubbelt_robust", title, None, "Inte bedömt: för få kan följas i ett år.")
    low, high = found.interval
    return Check(
        "dubbelt_robust", title, bool(abs(found.effect - main.effect) <= 1.96 * max(main.error, found.error)),
        f"Räknat dubbelt robust, med en modell för start och en för avslut, blir effekten {points(found.effect, 1)} "
        f"(osäkerhetsintervall {interval(low, high, 1)}) mot {points(main.effect, 1)}.",
    )  # fmt: skip


def among_many(tried: int) -> str:
    """Why a finding is called weak when several measures were tried."""
    return f"{tried} åtgärder prövades samtidigt; räknat med det kan fyndet vara slump."


def hidden_check(main: Contrast) -> Check:
    """Sensitivity to what is not measured."""
    whole, limit = checks.e_value(main.start, main.without), checks.e_value_of_limit(main)
    text = (
        f"E-värde {decimal(whole, 2)} (intervallets gräns: {decimal(limit, 2)}): så många gånger vanligare måste en "
        "omätt egenskap vara bland deltagarna, och så många gånger oftare leda till avslut, för att ensam förklara "
        "skillnaden. Värdet 1 betyder att ingenting behövs."
    )
    return Check("dolt", "Vad skulle en omätt skillnad kunna göra?", None, text, checks.bias_curve(main))


def dose_check(found: Dose | None) -> Check:
    """Dose as a check that never fails a measure: more is not always better."""
    title = "Ger mer av åtgärden mer effekt?"
    if found is None:
        text = "Inte bedömt: planerad längd saknas, varierar inte eller ger för få deltagare på någon sida."
        return Check("dos", title, None, text)
    text = (
        f"Planerad tid under {found.border} månader: {points(found.short[0], 1)}; {found.border} månader eller mer: "
        f"{points(found.long[0], 1)}. Skillnad {points(found.difference, 1)} (osäkerhetsintervall "
        f"{interval(found.difference - 1.96 * found.error, found.difference + 1.96 * found.error, 1)})."
    )
    return Check("dos", title, None, text)


def detectable(participants: int, effect: float) -> str:
    """Sentence about the smallest effect that the data can show."""
    return (
        f"Med {count(participants)} deltagare syns en effekt på minst {decimal(effect)} procentenheter "
        "på avslut till arbete eller studier inom 12 månader (i fyra fall av fem)."
    )
