"""Login sessions in the table Sessions. Each request asks for one: what only logins need is imported by them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from portal.adapters.dynamodb.items import delete_key, from_item, put_new, require_existing, to_item, update_existing
from portal.adapters.dynamodb.reads import read_together
from portal.adapters.dynamodb.records import (
    IN_FORCE,
    NEXT_GENERATION,
    account_from_item,
    account_key,
    credential_key,
    put_order,
    session_from_item,
    session_key,
    session_to_values,
)
from portal.domain.errors import ConditionFailed
from portal.domain.ids import AccountId, CounterKey, SessionId

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from portal.adapters.aws import Aws
    from portal.domain.account import Account
    from portal.domain.credential import Credential
    from portal.domain.outbox import OutboxRow
    from portal.domain.session import Session

_BY_ACCOUNT = "by-account"
_LISTED = 100
_AS_CHECKED = "account_id = :account AND generation = :generation AND blocked = :no"


class SessionsTable:
    """Satisfies ``flows.ports.Sessions`` and ``flows.ports.EverySession``.

    Args:
        aws: way out.
        table: name of Sessions.
        accounts: name of Accounts.
        outbox: name of Outbox, for notices of logins.
    """

    def __init__(self, aws: Aws, table: str, accounts: str, *, outbox: str = "") -> None:
        self._aws = aws
        self._table = table
        self._accounts = accounts
        self._outbox = outbox

    def add(
        self,
        session: Session,
        counted: Sequence[CounterKey] = (),
        noted: Credential | None = None,
        notice: OutboxRow | None = None,
    ) -> None:
        """Store a new session, all or nothing with what goes with it."""
        from portal.adapters.dynamodb.counters import forget

        self._aws.transact(
            {"Put": put_new(self._table, session_to_values(session))},
            *forget(self._table, counted),
            *([self._note_login(noted)] if noted else []),
            *([{"Put": put_order(self._outbox, notice)}] if notice else []),
        )

    def find(self, session_id: SessionId) -> Session | None:
        """Return a session, read consistently."""
        key = to_item({"pk": session_key(session_id)})
        answer = self._aws.call("dynamodb", "get_item", TableName=self._table, Key=key, ConsistentRead=True)
        return session_from_item(from_item(answer["Item"])) if "Item" in answer else None

    def rotate(self, before: Session, after: Session) -> None:
        """Store the state after a refresh, if the session is as it was read and its account is in force."""
        self._aws.transact(
            {"ConditionCheck": self._account_in_force(before)},
            {
                "Update": update_existing(
                    self._table,
                    {"pk": session_key(before.id)},
                    "SET refresh_hash = :new, previous_refresh_hash = :old, rotated_at = :now, "
                    "last_used_at = :now, expires_at = :ends",
                    "refresh_hash = :old",
                    {
                        ":new": after.refresh_hash,
                        ":old": before.refresh_hash,
                        ":now": after.rotated_at,
                        ":ends": after.expires_at,
                    },
                )
            },
        )

    def replace(self, ended: Session, started: Session, counted: Sequence[CounterKey] = ()) -> None:
        """Start a session in the place of another and set the counters ``counted`` back, all or nothing."""
        from portal.adapters.dynamodb.counters import forget

        own = {":generation": ended.generation}
        self._aws.transact(
            {"ConditionCheck": self._account_in_force(ended)},
            {"Delete": require_existing(self._table, {"pk": session_key(ended.id)}, "generation = :generation", own)},
            {"Put": put_new(self._table, session_to_values(started))},
            *forget(self._table, counted),
        )

    def end(self, session_id: SessionId) -> None:
        """Delete a session, if there is one."""
        self._aws.call("dynamodb", "delete_item", **delete_key(self._table, {"pk": session_key(session_id)}))

    def end_of(self, account_id: AccountId, session_id: SessionId, now: int) -> bool:
        """Delete a session of an account; tell whether the account had it, and it was not over."""
        values = {":account_id": account_id, ":now": now}
        return self._delete(session_id, "account_id = :account_id AND expires_at > :now", values)

    def end_presented(self, session_id: SessionId, refresh_hash: str) -> None:
        """Delete a session whose current or previous refresh token has this hash, if there is one."""
        self._delete(session_id, "refresh_hash = :hash OR previous_refresh_hash = :hash", {":hash": refresh_hash})

    def end_others(self, account: Account, kept: Session) -> None:
        """End all sessions of an account but one, by a new generation."""
        values = {":generation": account.generation, ":next": account.generation + 1}
        both = {**values, ":no": False}
        self._aws.transact(
            *(
                {"Update": update_existing(self._accounts, {"pk": key}, NEXT_GENERATION, IN_FORCE, both)}
                for key in (account_key(account.id), credential_key(account.canonical_email))
            ),
            {
                "Update": update_existing(
                    self._table, {"pk": session_key(kept.id)}, NEXT_GENERATION, "generation = :generation", values
                )
            },
        )

    def all_of(self, account: Account, now: int) -> Sequence[Session]:
        """Return the sessions in force of an account, newest first; one of this second may lack."""
        answer = self._aws.call(
            "dynamodb",
            "query",
            TableName=self._table,
            IndexName=_BY_ACCOUNT,
            KeyConditionExpression="account_id = :account_id",
            ExpressionAttributeValues=to_item({":account_id": account.id}),
            ScanIndexForward=False,
            Limit=_LISTED,
        )
        found = [session_from_item(from_item(item)) for item in answer["Items"]]
        return [
            session
            for session in found
            if session.scope == "portal" and session.generation == account.generation and not session.is_over(now)
        ]

    def running(self, now: int, after: SessionId | None) -> Iterator[SessionId]:
        """Yield the sessions of everyone that are not over, in the order of the table, page by page.

        The one scan of the portal: rare, by hand, and of a table that holds minutes to hours of logins.
        """
        page = {"ExclusiveStartKey": to_item({"pk": session_key(after)})} if after else {}
        while True:
            answer = self._aws.call(
                "dynamodb",
                "scan",
                TableName=self._table,
                FilterExpression="begins_with(pk, :session) AND expires_at > :now",
                ProjectionExpression="pk",
                ExpressionAttributeValues=to_item({":session": session_key(""), ":now": now}),
                ConsistentRead=True,
                **page,
            )
            for item in answer["Items"]:
                yield SessionId(from_item(item)["pk"].removeprefix(session_key("")))
            if "LastEvaluatedKey" not in answer:
                return
            page = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def load(self, account_id: AccountId, session_id: SessionId) -> tuple[Account | None, Session | None]:
        """Return account and session by one consistent read.

        Raises:
            Unavailable: DynamoDB answered only a part: no answer is better than half of one.
        """
        found = read_together(
            self._aws, {self._accounts: [account_key(account_id)], self._table: [session_key(session_id)]}
        )
        accounts = [account_from_item(item) for item in found[self._accounts]]
        sessions = [session_from_item(item) for item in found[self._table]]
        return next(iter(accounts), None), next(iter(sessions), None)

    def _note_login(self, credential: Credential) -> dict[str, Any]:
        return {
            "Update": update_existing(
                self._accounts,
                {"pk": credential_key(credential.canonical_email)},
                "SET last_login_at = :now, devices = :devices REMOVE closing_announced_at",
                # As the password was checked: a change of it has made other devices unknown meanwhile.
                _AS_CHECKED,
                {
                    ":now": credential.last_login_at,
                    ":devices": [asdict(device) for device in credential.devices],
                    ":account": credential.account_id,
                    ":generation": credential.generation,
                    ":no": False,
                },
            )
        }

    def _account_in_force(self, session: Session) -> dict[str, Any]:
        values = {":generation": session.generation, ":no": False}
        return require_existing(self._accounts, {"pk": account_key(session.account_id)}, IN_FORCE, values)

    def _delete(self, session_id: SessionId, condition: str, values: dict[str, Any]) -> bool:
        delete = require_existing(self._table, {"pk": session_key(session_id)}, condition, values)
        try:
            # A transaction, as boto3 may send it again after a lost answer: then the session was there all the same.
            self._aws.transact({"Delete": delete})
        except ConditionFailed:
            return False
        return True
