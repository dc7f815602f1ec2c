"""The mail that asks whether a registration was meant (double opt-in)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.mails.render import Sender, render
from portal.mails.times import berlin_time, span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.domain.mail import Language, Mail


@dataclass(frozen=True, slots=True)
class AttemptLinks:
    """One attempt as its mail shows it: nothing that a person typed; times in epoch seconds."""

    reference: str
    requested_at: int
    expires_at: int
    confirm_url: str
    reject_url: str


def opt_in_mail(language: Language, sender: Sender, attempts: Sequence[AttemptLinks]) -> Mail:
    """Ask to confirm one of the pending attempts of an address, newest first."""
    if not attempts:
        message = "an opt-in mail needs an attempt"
        raise ValueError(message)
    newest_first = sorted(attempts, key=lambda a: a.requested_at, reverse=True)
    return render(
        "opt_in",
        language,
        sender,
        attempts=[_facts(language, attempt) for attempt in newest_first],
    )


def _facts(language: Language, attempt: AttemptLinks) -> dict[str, str]:
    return {
        "reference": attempt.reference,
        "requested": berlin_time(language, attempt.requested_at),
        "expires": berlin_time(language, attempt.expires_at),
        "lifetime": span(language, attempt.expires_at - attempt.requested_at),
        "confirm_url": attempt.confirm_url,
        "reject_url": attempt.reject_url,
    }
