"""A client consents to a newer wording."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from portal.domain.consent import CURRENT_VERSIONS, ConsentKind, Facts
from portal.domain.errors import ChangedMeanwhile, ConditionFailed, FieldCode, FieldError, InvalidInput
from portal.domain.evidence import ConsentEvidence
from portal.domain.wording import give_consent
from portal.flows.retry import retry_conflicts

if TYPE_CHECKING:
    from portal.domain.account import Account
    from portal.domain.mail import Language
    from portal.flows.ports import Profiles


def accept_wording(  # noqa: PLR0913, PLR0917 - what the proof needs
    account: Account,
    kind: ConsentKind,
    version: str,
    language: Language,
    ip: str,
    now: int,
    facts: Facts,
    profiles: Profiles,
) -> None:
    """Store a consent to the wording in force, in the account and as evidence; a second one changes nothing.

    Args:
        account: as it was read.
        kind: of the wording.
        version: which the person saw.
        language: in which they read it.
        ip: cut address of the client.
        now: epoch seconds.
        facts: with which the wording is shown.
        profiles: where the account is kept.

    Raises:
        InvalidInput: another version is in force.
        ChangedMeanwhile: the account changed in the same moment.
    """
    if version != CURRENT_VERSIONS[kind]:
        raise InvalidInput(FieldError("/version", FieldCode.CONSENT_OUTDATED))
    if any((consent.kind, consent.version) == (kind, version) for consent in account.consents):
        return
    consent = give_consent(kind, language, now, facts)
    evidence = ConsentEvidence(account.id, consent, facts, ip)
    others = tuple(other for other in account.consents if other.kind != kind)
    after = replace(account, consents=(*others, consent), version=account.version + 1)
    try:
        retry_conflicts(lambda: profiles.save(account, after, evidence=evidence))
    except ConditionFailed:
        # Another change was first, such as the consent to the other wording: the next try sees it.
        raise ChangedMeanwhile(retry_after=1) from None
