"""Operators hand out the proof of a person's consents (GDPR Art. 5(2), 7(1))."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from portal.domain.errors import NotFound
from portal.domain.proof import Proof, Row, prove

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.domain.ids import AccountId, CanonicalEmail
    from portal.flows.ports import Accounts, Clock, Pseudonyms


class Proofs(Protocol):
    """Evidence, to be looked at."""

    def of(self, subject: AccountId) -> Sequence[Row]:
        """Return all evidence of an account, as it is stored."""

    def closed_under(self, pseudonym: str) -> Sequence[AccountId]:
        """Return the accounts that were closed under a pseudonym, newest first."""


@dataclass(frozen=True, slots=True)
class Prove:
    """What a proof is made from.

    Args:
        accounts: confirmed clients.
        proofs: evidence.
        pseudonyms: names persons whose accounts are closed.
        clock: epoch seconds; evidence past its time is gone, whoever deletes it and when.
    """

    accounts: Accounts
    proofs: Proofs
    pseudonyms: Pseudonyms
    clock: Clock

    def by_address(self, email: CanonicalEmail) -> list[Proof]:
        """Return the proofs of the account of an address, and of those that were closed under it.

        Raises:
            NotFound: there are none.
        """
        credential = self.accounts.find_credential(email)
        present = [credential.account_id] if credential else []
        return self._all([*present, *self.proofs.closed_under(self.pseudonyms.of(email))])

    def by_account(self, account_id: AccountId) -> list[Proof]:
        """Return the proof of an account, open or closed.

        Raises:
            NotFound: there is none.
        """
        return self._all([account_id])

    def _all(self, subjects: Sequence[AccountId]) -> list[Proof]:
        now = self.clock()
        found = [(subject, [row for row in self.proofs.of(subject) if _is_kept(row, now)]) for subject in subjects]
        proofs = [
            prove(subject, rows, address_changed=self._address_changed(subject)) for subject, rows in found if rows
        ]
        if not proofs:
            raise NotFound
        return proofs

    def _address_changed(self, subject: AccountId) -> bool | None:
        account = self.accounts.find(subject)
        return account.address_changed if account else None


def _is_kept(row: Row, now: int) -> bool:
    return "expires_at" not in row or bool(row["expires_at"] > now)
