"""Recipients in orders of mails: readable by their order alone (ASVS 11.3.2)."""

from base64 import b64decode, b64encode

import pytest

from portal.adapters.aws import Misconfigured
from portal.adapters.kms import Kms, KmsRecipients
from portal.domain.errors import Unavailable
from portal.domain.ids import OutboxId
from tests.support.world import World

ADDRESS = "erika.muster@example.com"
ORDER, OTHER = OutboxId("order-1"), OutboxId("order-2")
FAILS = (Misconfigured, Unavailable)


@pytest.fixture
def recipients(world: World) -> KmsRecipients:
    return KmsRecipients(Kms(world.aws), world.names["RecipientKey"])


def test_a_recipient_is_read_by_its_order(recipients: KmsRecipients) -> None:
    assert recipients.decrypt(recipients.encrypt(ADDRESS, ORDER), ORDER) == ADDRESS


def test_a_recipient_that_was_touched_or_moved_is_not_read(recipients: KmsRecipients) -> None:
    stored = recipients.encrypt(ADDRESS, ORDER)
    with pytest.raises(FAILS):
        recipients.decrypt(stored, OTHER)
    touched = bytearray(b64decode(stored))
    touched[-1] ^= 1
    with pytest.raises(FAILS):
        recipients.decrypt(b64encode(bytes(touched)).decode(), ORDER)


def test_the_same_recipient_never_looks_the_same(recipients: KmsRecipients) -> None:
    assert len({recipients.encrypt(ADDRESS, ORDER) for _ in range(20)}) == 20
