"""Settings stop a function that is not configured."""

from dataclasses import fields
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

from portal import settings
from portal.adapters.kms import Slot
from portal.settings import SettingsError, load
from portal.settings.login import LoginSettings
from portal.settings.mailer import MailerSettings

MODULES = [import_module(f"portal.settings.{found.name}") for found in iter_modules(settings.__path__)]
EVERY = sorted(
    {
        kind
        for module in MODULES
        for kind in vars(module).values()
        if isinstance(kind, type) and kind.__name__.endswith("Settings")
    },
    key=lambda kind: kind.__name__,
)
VALUE = "arn:secret-value"


def environment(kind: type[Any]) -> dict[str, str]:
    by_type: dict[Any, str] = {int: "42", Slot: "B"}
    return {field.name.upper(): by_type.get(field.type, VALUE) for field in fields(kind)}


@pytest.mark.parametrize("kind", EVERY)
def test_every_member_is_read_from_its_variable(kind: type[Any]) -> None:
    loaded = load(kind, {**environment(kind), "OTHER": "ignored"})
    assert {getattr(loaded, field.name) for field in fields(kind)} <= {VALUE, 42, "B"}


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_or_empty_variable_is_named_and_no_value_is(kind: type[Any], value: str | None) -> None:
    for name in {field.name.upper() for field in fields(kind) if field.type != str | None}:
        given = {key: text for key, text in environment(kind).items() if key != name}
        with pytest.raises(SettingsError) as refused:
            load(kind, given if value is None else {**given, name: value})
        assert str(refused.value) == f"{name} is not set"


@pytest.mark.parametrize("text", ["0", "ten", "1.5", "-1", " 1", "1e3", "0x10", "²"])
def test_a_variable_that_is_no_whole_number_is_named_without_its_value(text: str) -> None:
    given = {**environment(LoginSettings), "SESSION_IDLE_SECONDS": text}
    with pytest.raises(SettingsError) as refused:
        load(LoginSettings, given)
    assert str(refused.value) == "SESSION_IDLE_SECONDS is not a positive whole number"


@pytest.mark.parametrize("text", ["a", "C", "AB", " A"])
def test_a_slot_is_a_or_b(text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(MailerSettings, {**environment(MailerSettings), "ACTIVE_LINK_KEY_SLOT": text})
    assert str(refused.value) == "ACTIVE_LINK_KEY_SLOT is neither A nor B"


def test_a_slot_may_be_empty_and_what_is_in_it_signs() -> None:
    given = {**environment(LoginSettings), "ACCESS_TOKEN_KEY_A_ARN": "", "ACCESS_TOKEN_KEY_B_ARN": "key/b"}
    keys = load(LoginSettings, given).access_token_keys
    assert (keys.arns, keys.active("B")) == (("key/b",), "key/b")
    with pytest.raises(ValueError, match="slot A is empty"):
        keys.active("A")


def test_derived_settings_join_what_belongs_together() -> None:
    given = {**environment(LoginSettings), "ACCESS_TOKEN_KEY_A_ARN": "key/a", "SESSION_IDLE_SECONDS": "7"}
    loaded = load(LoginSettings, given)
    assert (loaded.access_token_keys.active("A"), loaded.access_token_keys.active("B")) == ("key/a", VALUE)
    assert (loaded.lifetimes.session_idle, loaded.lifetimes.access_token) == (7, 42)
