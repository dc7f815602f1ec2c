"""Times and spans as a reader of the mail says them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from portal.domain.times import berlin

if TYPE_CHECKING:
    from portal.domain.mail import Language

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_UNITS: dict[Language, dict[int, tuple[str, str]]] = {
    "de": {
        _DAY: ("Tag", "Tage"),
        _HOUR: ("Stunde", "Stunden"),
        _MINUTE: ("Minute", "Minuten"),
    },
    "en": {
        _DAY: ("day", "days"),
        _HOUR: ("hour", "hours"),
        _MINUTE: ("minute", "minutes"),
    },
}
# strftime's names follow the process's locale, these follow the mail's language.
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def berlin_time(language: Language, epoch: int) -> str:
    """Say a moment in Berlin's time, to the minute."""
    moment = _in_berlin(epoch)
    day = berlin_day(language, epoch)
    return f"{day} um {moment:%H:%M} Uhr" if language == "de" else f"{day}, {moment:%H:%M} (Berlin time)"


def berlin_day(language: Language, epoch: int) -> str:
    """Say the day of a moment in Berlin."""
    moment = _in_berlin(epoch)
    if language == "de":
        return f"{moment:%d.%m.%Y}"
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def span(language: Language, seconds: int) -> str:
    """Say how long something lasts, in the largest unit that states it exactly enough."""
    unit = next((u for u in (_DAY, _HOUR) if seconds >= u), _MINUTE)
    count = seconds // unit
    singular, plural = _UNITS[language][unit]
    return f"{count} {singular if count == 1 else plural}"


def _in_berlin(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, berlin())
