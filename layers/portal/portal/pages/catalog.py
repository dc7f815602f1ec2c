"""Which pages there are; a fixed list, so that no path of a request ever reaches the file system."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from portal.pages.fields import Field

if TYPE_CHECKING:
    from portal.domain.mail import Language

LANGUAGES: tuple[Language, ...] = ("de", "en")
START = "start"
HOME = "account"


@dataclass(frozen=True, slots=True)
class PageSpec:
    """One page in all its languages.

    Args:
        name: of its address, and of its texts below ``texts/``.
        template: below ``templates/``, without suffix; the name where none is given.
        texts: further files of texts, which the page's own ones go before.
        script: module below ``static/``, without suffix.
        fields: what its form asks for; each stands in the template as ``$field_<name>``.
        api: route that its script sends the form to.
        parts: ``module:function`` below ``portal.pages`` that makes values of the template from language and site.
        folds: names of ``<details>`` with their fields; ``$open_<name>`` opens one of them when a field has something.
        slots: values of the template that are empty unless its ``Filling`` has them.
        private: whether only who has logged in sees more than that it is there; its script calls ``require``.
        served: whether it has an address of its own.
        styles: style sheets below ``static/`` beyond ``portal``, without suffix.
    """

    name: str
    template: str = ""
    texts: tuple[str, ...] = ()
    script: str = ""
    fields: tuple[Field, ...] = ()
    api: str = ""
    parts: str = ""
    folds: tuple[tuple[str, tuple[str, ...]], ...] = ()
    slots: tuple[str, ...] = ()
    private: bool = False
    served: bool = True
    styles: tuple[str, ...] = ()

    @property
    def all_texts(self) -> tuple[str, ...]:
        """Names of all its files of texts."""
        return (*(("area",) if self.private else ()), *self.texts, self.name)


_EMAIL = Field("email", "/email", kind="email", autocomplete="email")
_SALUTATIONS = ("frau", "herr", "neutral")
REGISTRATION = (
    _EMAIL,
    Field("salutation", "/salutation", kind="radio", choices=_SALUTATIONS),
    Field("title", "/title", need="voluntary", autocomplete="honorific-prefix"),
    Field("first_name", "/first_name", autocomplete="given-name"),
    Field("last_name", "/last_name", autocomplete="family-name"),
    # No token means a street without its number; this one is the nearest that browsers fill in.
    Field("street", "/street", autocomplete="address-line1"),
    Field("house_number", "/house_number"),
    Field("address_supplement", "/address_supplement", need="voluntary", autocomplete="address-line2"),
    Field("postal_code", "/postal_code", autocomplete="postal-code", inputmode="numeric"),
    Field("city", "/city", autocomplete="address-level2"),
    Field("iban", "/bank_details/iban", need="either", machine=True),
    Field("account_number", "/bank_details/account_number", need="either", inputmode="numeric", machine=True),
    Field("bank_code", "/bank_details/bank_code", need="either", inputmode="numeric", machine=True),
    Field("bic", "/bank_details/bic", need="either", machine=True),
    Field("bank_name", "/bank_details/bank_name", need="either"),
    Field("phone", "/phone", kind="tel", need="voluntary", autocomplete="tel"),
    Field("fax", "/fax", kind="tel", need="voluntary", autocomplete="fax tel"),
    Field("terms", "/consents/terms/version", kind="consent", value="$terms_version"),
    Field("privacy_notice", "/consents/privacy_notice/version", kind="consent", value="$privacy_notice_version"),
)
_BANK = tuple(each for each in REGISTRATION if each.pointer.startswith("/bank_details/"))
_BANK_FOLDS = (("bank_pair", ("account_number", "bank_code")), ("bank_more", ("bic", "bank_name")))
_PERSON = tuple(
    each for each in REGISTRATION if not each.pointer.startswith(("/email", "/bank_details/", "/consents/"))
)
_CLOSING = Field("confirm", "/confirm", kind="consent", value="yes")
# How lists of cases are asked for; what a search is for never gets into an address.
_CASES = (
    Field("text", "/text", need="filter", machine=True),
    Field("status", "/status", kind="select", need="filter"),
    Field("sort", "/sort", kind="select", choices=("opened", "debtor", "outstanding")),
    Field("order", "/order", kind="select", choices=("descending", "ascending")),
)
_OF_CASES = ("cases",)
_SENT = ("sent_email", "sent_reference")
_LINK = (Field("link", "/token", kind="textarea"),)
_NEW_PASSWORD = (Field("new_password", "/new_password", kind="password", autocomplete="new-password"),)


def _link_page(name: str, api: str, fields: tuple[Field, ...] = ()) -> PageSpec:
    """Return a page that a mailed link opens."""
    return PageSpec(name, "link", ("link",), "link", (*_LINK, *fields), api)


def _request_page(name: str, api: str) -> PageSpec:
    """Return a page that asks for a mail."""
    return PageSpec(name, "request", script="request", fields=(_EMAIL,), api=api)


_PAGES = (
    PageSpec(START),
    PageSpec(
        "register",
        texts=("check-mail", "person", "bank"),
        script="register",
        fields=REGISTRATION,
        api="api/registrations",
        parts="wordings:versions",
        folds=_BANK_FOLDS,
        slots=_SENT,
    ),
    PageSpec(
        "check-mail",
        "check-mail-page",
        fields=tuple(replace(each, kind="hidden") for each in REGISTRATION),
        slots=_SENT,
        served=False,
    ),
    _request_page("resend", "api/registrations/resend"),
    _request_page("forgot-password", "api/password-reset"),
    PageSpec("terms", "wording", parts="wordings:terms"),
    PageSpec("privacy", "wording", parts="wordings:privacy_notice"),
    PageSpec("imprint", parts="imprint:parts"),
    PageSpec("accessibility", parts="imprint:contact"),
    _link_page("confirm", "api/registrations/confirm"),
    _link_page("reject", "api/registrations/reject"),
    _link_page("email-change", "api/email-changes/confirm"),
    _link_page("freeze", "api/accounts/freeze"),
    _link_page("reset", "api/password-reset/confirm", _NEW_PASSWORD),
    PageSpec(
        "login",
        script="login",
        fields=(
            Field("email", "/email", kind="email", autocomplete="username"),
            Field("password", "/password", kind="password", autocomplete="current-password"),
            *_NEW_PASSWORD,
        ),
        parts="area:returns",
    ),
    PageSpec(HOME, texts=("inside",), script="account", private=True),
    PageSpec(
        "cases",
        texts=("case-words",),
        script="cases",
        fields=_CASES,
        parts="imprint:contact",
        private=True,
        styles=_OF_CASES,
    ),
    PageSpec(
        "case",
        texts=("case-words",),
        script="case",
        fields=(Field("to", "/to", kind="date"),),
        private=True,
        styles=_OF_CASES,
    ),
    PageSpec(
        "profile",
        texts=("inside", "person"),
        script="profile",
        fields=(*_PERSON, Field("locale", "/locale", kind="radio", choices=LANGUAGES)),
        private=True,
    ),
    PageSpec(
        "bank-details",
        texts=("inside", "bank", "bank-list"),
        script="bank-details",
        fields=tuple(replace(each, pointer=f"/{each.name}") for each in _BANK),
        folds=_BANK_FOLDS,
        private=True,
    ),
    PageSpec(
        "new-email",
        texts=("inside",),
        script="new-email",
        fields=(Field("new_email", "/new_email", kind="email", autocomplete="email"),),
        private=True,
    ),
    PageSpec(
        "password",
        texts=("inside",),
        script="password",
        fields=(
            Field("current_password", "/current_password", kind="password", autocomplete="current-password"),
            *_NEW_PASSWORD,
        ),
        private=True,
    ),
    PageSpec("sessions", texts=("inside",), script="sessions", private=True),
    PageSpec(
        "consents",
        texts=("inside", "closing"),
        script="consents",
        fields=(_CLOSING,),
        parts="area:consents",
        private=True,
    ),
    PageSpec("export", texts=("inside",), script="export", private=True),
    PageSpec(
        "close", texts=("inside", "closing"), script="close", fields=(_CLOSING,), parts="area:retention", private=True
    ),
    PageSpec("review", texts=("bank-list",), script="review", private=True, parts="area:returns"),
    PageSpec(
        "new-wordings",
        script="new-wordings",
        private=True,
        fields=(
            Field("terms", "/terms", kind="consent"),
            Field("privacy_notice", "/privacy_notice", kind="consent"),
        ),
        parts="area:returns",
    ),
    PageSpec("not-found", served=False),
    PageSpec("error", slots=("problem",), served=False),
)
PAGES = {spec.name: spec for spec in _PAGES}


class Address(NamedTuple):
    """What the last part of a path names: a page, and a language where it says one."""

    page: PageSpec
    language: Language | None


def find(path: str) -> Address | None:
    """Return what a path of one level names, without its slash; None where there is no such page.

    ``register`` leaves the language to the browser, ``register.en`` says it; the start page is empty or ``start.en``.
    """
    name, dot, suffix = path.partition(".")
    language = next((language for language in LANGUAGES if language == suffix), None)
    if (dot and language is None) or (name == START and not dot):
        return None
    spec = PAGES.get(name or START)
    if spec is None or not spec.served or (dot and not name):
        return None
    return Address(spec, language)
