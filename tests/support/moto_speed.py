"""What simulated AWS does again for each test, done once: half of the time of the suite went there."""

import json
from functools import cache
from typing import Any

from moto.core.serialize import JSONSerializer
from moto.kms import models
from moto.kms.utils import AbstractPrivateKey, KeySpec, RSAPrivateKey, generate_private_key

from portal.adapters.aws import Aws, Hook, Session

_SIGNING = {*KeySpec.ecc_key_specs(), *KeySpec.rsa_key_specs()}


@cache
def _unused_key() -> AbstractPrivateKey:
    return RSAPrivateKey(key_size=2048)


def _private_key(key_spec: str) -> AbstractPrivateKey:
    """Return the private key of a new key; moto makes one for keys that never sign, too."""
    return generate_private_key(key_spec) if key_spec in _SIGNING else _unused_key()


models.generate_private_key = _private_key  # type: ignore[attr-defined]  # where moto looks it up


_serialize_result = JSONSerializer._serialize_result  # noqa: SLF001 - the place at which every answer passes


def _answer(self: JSONSerializer, resp: Any, result: Any) -> Any:
    """Write an answer of DynamoDB as it is: moto makes them in the form of the wire, then goes through every member."""
    if self.service_model.service_name == "dynamodb":
        try:
            json.dumps(result)
        except TypeError:
            return _serialize_result(self, resp, result)
        return self._serialized_result_to_response(resp, result, None, result)
    return _serialize_result(self, resp, result)


JSONSerializer._serialize_result = _answer  # type: ignore[assignment, method-assign]  # noqa: SLF001 - as above


class SharedSession:
    """A session whose clients are made once: they are stateless, what they ask is answered by the test's own moto."""

    def __init__(self) -> None:
        self._session: Session | None = None
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, service: str, config: Any = None) -> Any:
        """Return a client of a service, the same for the same configuration."""
        self._session = self._session or Session()
        key = (service, repr(vars(config)) if config else "")
        if key not in self._clients:
            self._clients[key] = self._session.client(service, config=config)
        return self._clients[key]


SESSION = SharedSession()


def shared_aws(before: Hook, after: Hook) -> Aws:
    """Return a way out with hooks of its own and the clients that all tests share."""
    return shared(Aws(before, after))


def shared[A: Aws](aws: A) -> A:
    """Let a way out use the clients that all tests share."""
    aws._session = SESSION  # type: ignore[assignment]  # noqa: SLF001 - all that is asked of a session is a client
    return aws
