"""The register of national events: every event has a source, and no run sees one before it was known."""

from __future__ import annotations

from datetime import date

import pytest

from analysis.paths import Project
from analysis.sources.events import FILE, known_events, load_events
from foundation.errors import BistandError


def test_a_run_sees_an_event_from_the_day_it_was_known(checkout: Project) -> None:
    events = load_events(checkout.raw)
    assert "pandemin" not in {event.id for event in known_events(events, date(2020, 2, 29))}
    assert "aktivitetskrav" not in {event.id for event in known_events(events, date(2024, 12, 20))}
    assert "aktivitetskrav" in {event.id for event in known_events(events, date(2026, 11, 21))}
    assert all(event.kalla for event in events)
    announced = events[0].model_copy(update={"datum": date(2027, 7, 1), "kant_fran": date(2026, 3, 5)})
    surprising = events[0].model_copy(update={"datum": date(2026, 1, 1), "kant_fran": date(2026, 6, 1)})
    assert known_events((announced, surprising), date(2026, 4, 1)) == (announced,)


def test_events_touch_the_years_they_go_on_in(checkout: Project) -> None:
    events = {event.id: event for event in load_events(checkout.raw)}
    assert events["pandemin"].touches(date(2021, 1, 1), date(2021, 12, 31))
    assert not events["pandemin"].touches(date(2022, 1, 1), date(2022, 12, 31))
    assert not events["aktivitetskrav"].touches(date(2027, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("slag: chock", "slag: katastrof", "händelsen ”pandemin”"),
        ("datum: 2020-03-01", "datum: snart", "händelsen ”pandemin”"),
        ("slut: 2021-12-31", "slut: 2019-12-31", "slut ligger före datum"),
        ("id: massflyktsdirektivet", "id: pandemin", "finns två gånger"),
        ("handelser:", "annat:", "lista ”handelser”"),
    ],
)
def test_what_is_wrong_is_named(copy: Project, old: str, new: str, words: str) -> None:
    path = copy.raw / FILE
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BistandError, match=words):
        load_events(copy.raw)
