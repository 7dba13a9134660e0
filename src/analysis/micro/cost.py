"""What an avoided month costs: a measure's price set against the months of bistånd that it avoids."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.micro.estimates import Contrast


@dataclass(frozen=True)
class Price:
    """A price example from a document.

    Attributes
    ----------
    name, source
        What it is the price of, and where it stands.
    per_month
        Cost to the municipality of one participant-month, kronor.
    benefit
        Bistånd not paid out for one avoided month, kronor.
    """

    name: str
    source: str
    per_month: float
    benefit: float


@dataclass(frozen=True)
class CostPerMonth:
    """Kronor per avoided month of bistånd.

    Attributes
    ----------
    value, low, high
        Cost divided by avoided months, and by the interval's limits; None where no month is surely avoided.
    net
        Kronor per participant: avoided bistånd less cost (low, value, high).
    reason
        Swedish reason when there is no value, else "".
    """

    value: float | None
    low: float | None
    high: float | None
    net: tuple[float, float, float]
    reason: str


def example_price(name: str, source: str, places: float, months: float, cost: float, saving: float) -> Price:
    """Turn a document's example (so many places during so many months) into a price per month.

    The document's saving presumes that every month in the measure is a month without bistånd.
    """
    return Price(name, source, cost / (places * months), saving / (places * months))


def cost_per_avoided_month(price: Price, months_in_measure: float, stay: Contrast) -> CostPerMonth:
    """Divide the cost of one participant by the avoided months.

    Parameters
    ----------
    price
        Of the measure.
    months_in_measure
        Mean months in the measure.
    stay
        The contrast of months with bistånd (negative when months are avoided).
    """
    if stay.unit != "månader":
        raise ValueError("the contrast must be in months")
    cost = price.per_month * months_in_measure
    avoided = (-stay.high, -stay.effect, -stay.low)
    net = (
        avoided[0] * price.benefit - cost,
        avoided[1] * price.benefit - cost,
        avoided[2] * price.benefit - cost,
    )
    if avoided[0] <= 0:
        reason = "Osäkerhetsintervallet rymmer att inga månader undviks, så priset per undviken månad går inte att ange."
        return CostPerMonth(None, None, None, net, reason)
    return CostPerMonth(cost / avoided[1], cost / avoided[2], cost / avoided[0], net, "")


def break_even_months(price: Price, months_in_measure: float) -> float:
    """Avoided months per participant at which the measure pays for itself."""
    return price.per_month * months_in_measure / price.benefit
