"""The closed vocabularies of the register; each value is the Swedish word that stands in the plan files."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """What a follow-up says of a measure."""

    DONE = "färdig"
    ONGOING = "pågår"
    CONTINUOUS = "ständigt pågående"
    DEVIATING = "avviker från plan"
    STOPPED = "stoppad"
    CONTINUED = "fortsätter i nästa plan"
    MERGED = "sammanslagen"
    ACTIVITY = "fortsätter som aktivitet"
    ORDINARY = "ordinarie arbete"


NO_FOLLOW_UP = "okänd"
"""What the board prints for a measure without any status known at the date."""


class Change(StrEnum):
    """What happened to a measure between two versions of a plan."""

    UNCHANGED = "oförändrad"
    REWORDED = "omformulerad"
    MERGED = "sammanslagen"
    DONE = "klar"
    ACTIVITY = "blev aktivitet"
    ORDINARY = "blev ordinarie arbete"
    NO_CONTROL = "utgick, ingen rådighet"
    UNEXPLAINED = "borta utan förklaring"
    NEW = "ny"


class Goal(StrEnum):
    """The direction a plan wants an indicator to move in."""

    INCREASE = "öka"
    DECREASE = "minska"
    KEEP = "behåll"
    NONE = "inget mål"


class Timing(StrEnum):
    """What part of the year a value of an indicator covers; decides which values can be compared."""

    LEVEL = "läge"
    ACCUMULATED = "ackumulerat"
    UNKNOWN = "okänt"


class Gender(StrEnum):
    """Total, women, men: the letters of Kolada and SCB."""

    TOTAL = "T"
    WOMEN = "K"
    MEN = "M"


class Mechanism(StrEnum):
    """The way by which a measure could change the number of recipients or the cost."""

    INFLOW = "inflöde"
    OUTFLOW = "utflöde"
    DURATION = "varaktighet"
    COST = "kostnad"
    NONE = "ingen uttalad"


class Level(StrEnum):
    """Whom a measure acts on."""

    INDIVIDUAL = "individ"
    ORGANISATION = "organisation"
    MUNICIPALITY = "kommun"
    OTHER_ACTOR = "annan aktör"


class Rollout(StrEnum):
    """How a measure reaches its target group."""

    ALL_AT_ONCE = "alla på en gång"
    BY_AREA = "stegvis efter område"
    BY_GROUP = "stegvis efter grupp"
    PILOT = "pilot"
    UNKNOWN = "okänt"


class Assignment(StrEnum):
    """What decides who gets the measure."""

    RANDOM = "lottning"
    RULE = "regel"
    CASEWORKER = "handläggare"
    VOLUNTARY = "frivilligt"
    EVERYONE = "alla"
    UNKNOWN = "okänt"


class Operator(StrEnum):
    """How a target compares the outcome with its value."""

    AT_MOST = "högst"
    AT_LEAST = "minst"
    DECREASE = "minska"
    INCREASE_BY_PERCENT = "öka med procent"


class CountBasis(StrEnum):
    """What a document counts when it states a total of itself."""

    STATUS = "status"
    MEASURES = "atgarder"
    FOCUS_AREAS = "omraden"
    COMMISSIONS = "uppdrag"
    LINEAGE = "harkomst"


class Contradiction(StrEnum):
    """In what way a document disagrees with itself, with another document or with arithmetic."""

    TABLE_VS_TEXT = "tabell mot text"
    STATUS_VS_TEXT = "status mot beskrivning"
    DATE = "datum"
    COUNT = "antal"
    DEFINITION = "definition"
    NAME = "benämning"
    DUPLICATE = "dubblett"
    REFERENCE = "hänvisning"
    ASSESSMENT = "bedömning"
    UNREADABLE = "går inte att läsa"
