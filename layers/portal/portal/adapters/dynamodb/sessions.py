"""Login sessions in the table Sessions."""

from portal.adapters.aws import Aws
from portal.adapters.dynamodb.items import from_item, put_new, to_item
from portal.adapters.dynamodb.records import (
    account_from_item,
    account_key,
    session_from_item,
    session_key,
    session_to_values,
)
from portal.domain.account import Account
from portal.domain.errors import ConditionFailed, Unavailable
from portal.domain.ids import AccountId, SessionId
from portal.domain.session import Session


class SessionsTable:
    """Satisfies ``flows.ports.Sessions``.

    Args:
        aws: way out.
        table: name of Sessions.
        accounts: name of Accounts.
    """

    def __init__(self, aws: Aws, table: str, accounts: str) -> None:
        self._aws = aws
        self._table = table
        self._accounts = accounts

    def add(self, session: Session) -> None:
        """Store a new session."""
        try:
            self._aws.call("dynamodb", "put_item", **put_new(self._table, session_to_values(session)))
        except ConditionFailed:
            # The id is random and ours: a first try was stored and only its answer was lost.
            return

    def load(self, account_id: AccountId, session_id: SessionId) -> tuple[Account | None, Session | None]:
        """Return account and session by one consistent read.

        Raises:
            Unavailable: DynamoDB answered only a part: no answer is better than half of one.
        """
        answer = self._aws.call(
            "dynamodb",
            "batch_get_item",
            RequestItems={
                self._accounts: {"Keys": [to_item({"pk": account_key(account_id)})], "ConsistentRead": True},
                self._table: {"Keys": [to_item({"pk": session_key(session_id)})], "ConsistentRead": True},
            },
        )
        if answer.get("UnprocessedKeys"):
            raise Unavailable
        accounts = [account_from_item(from_item(item)) for item in answer["Responses"].get(self._accounts, [])]
        sessions = [session_from_item(from_item(item)) for item in answer["Responses"].get(self._table, [])]
        return next(iter(accounts), None), next(iter(sessions), None)
