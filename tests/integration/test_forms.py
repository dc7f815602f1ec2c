"""Registration, confirmation and reset without script: forms answered by pages."""

from typing import Any
from urllib.parse import urlencode

import pytest

from portal.domain.consent import CURRENT_VERSIONS
from portal.pages.catalog import PAGES
from tests.integration.conftest import Written
from tests.support.people import IBAN, PASSWORD, a_registration
from tests.support.security_log import security_lines
from tests.support.template import ROOT
from tests.support.world import PARAMETERS, Answer, World, faults
from tests.unit.pages.reading import Elements, before_scripts
from tools.openapi.routes import declared_routes

FORM = "application/x-www-form-urlencoded"
OWN = {"Content-Type": FORM, "Sec-Fetch-Site": "same-origin"}
EMAIL = "erika.muster@example.com"
FORMS = [name for name, spec in PAGES.items() if spec.api]
HOSTILE = '"><img src=x onerror=alert(1)>$root {0.__class__} {{7*7}} &amp; %2541'


def a_form(**changes: Any) -> dict[str, str]:
    """Return what the registration's form sends; members given as None are left out."""
    body = a_registration()
    consents: dict[str, str] = {kind: body["consents"][kind]["version"] for kind in CURRENT_VERSIONS}
    flat = {name: value for name, value in body.items() if isinstance(value, str)}
    values = {"language": "de", **flat, "iban": IBAN, **consents, **changes}
    return {name: value for name, value in values.items() if value is not None}


def send(world: World, page: str, values: dict[str, str], **headers: str) -> Answer:
    sent = {**OWN, **{name.replace("_", "-"): value for name, value in headers.items()}}
    answer = world.request("POST", f"/form/{page}", headers=sent, raw=urlencode(values))
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.cookies == []
    return answer


def typed(answer: Answer) -> dict[str, str | None]:
    """Return what stands in the text fields of a page."""
    inputs = Elements(answer.text).of("input")
    return {str(each["name"]): each["value"] for each in inputs if each.get("type") not in {"radio", "checkbox"}}


def link(world: World, page: str) -> str:
    """Return the newest mailed link to a page."""
    return f"https://portal.example.com/{page}#token={world.next_mail().token(page)}"


def test_a_registration_is_the_same_as_by_the_api(world: World) -> None:
    answer = send(world, "register", a_form(title="Dr.", phone="0221 1234567", bic="  "))
    (item,) = world.items("RegistrationsTable")
    assert answer.status == 200
    assert EMAIL in answer.text
    assert item["reference"] in answer.text
    assert "Bitte sehen Sie in Ihr Postfach" in answer.text
    send(world, "register", a_form(language="en", email="other@example.com"))
    english = next(item for item in world.items("RegistrationsTable") if item["email"] == "other@example.com")
    assert {consent["language"] for consent in english["consents"]} == {english["locale"]} == {"en"}


def test_a_form_leaves_the_line_in_the_security_log_that_the_api_leaves(world: World, written: Written) -> None:
    send(world, "register", a_form())
    opened = link(world, "confirm")
    send(world, "register", {**a_form(), "again": "1"})
    send(world, "resend", {"email": EMAIL})
    send(world, "forgot-password", {"email": EMAIL})
    send(world, "confirm", {"link": opened})
    send(world, "confirm", {"link": "#token=none"})
    send(world, "register", a_form(email="nobody"))
    lines = security_lines(written.getvalue())
    assert [(line["message"], line["outcome"], line["route"]) for line in lines] == [
        ("registration_request", "success", "POST /form/register"),
        ("registration_resend", "success", "POST /form/resend"),
        ("authn_password_reset_request", "success", "POST /form/forgot-password"),
        ("user_created", "success", "POST /form/confirm"),
        ("link_fail", "failure", "POST /form/confirm"),
    ]
    assert (lines[3]["detail"], lines[4]["code"], lines[4]["ip"]) == ("confirmed", "invalid_link", "203.0.113.0")
    (account,) = [item for item in world.items("AccountsTable") if item["pk"].startswith("account#")]
    assert lines[3]["account_id"] == account["id"]


def test_every_form_is_called_what_its_twin_of_the_api_is_called() -> None:
    declared = [each for path in sorted((ROOT / "functions").glob("*/app.py")) for each in declared_routes(path)]
    routes = {each.path: each for each in declared}
    for name in FORMS:
        assert routes[f"/form/{name}"].event == routes[f"/{PAGES[name].api}"].event is not None


def test_forms_and_api_are_counted_together(world: World, written: Written) -> None:
    for _ in range(int(PARAMETERS["MailRequestsPerRange"])):
        world.request("POST", "/api/registrations/resend", {"email": EMAIL})
    for page in ("resend", "forgot-password"):
        answer = send(world, page, {"email": EMAIL})
        assert answer.status == 429
        assert int(answer.headers["Retry-After"]) > 0
        assert "Zu viele Anfragen" in answer.text
        assert typed(answer)["email"] == EMAIL
    lines = security_lines(written.getvalue())[-2:]
    assert {(line["message"], line["code"]) for line in lines} == {("excess_rate_limit_exceeded", "too_many_requests")}


def test_registrations_without_script_are_counted_too(world: World) -> None:
    for number in range(int(PARAMETERS["RegistrationsPerRange"])):
        assert send(world, "register", a_form(email=f"client-{number}@example.com")).status == 200
    assert send(world, "register", a_form()).status == 429
    assert world.request("POST", "/api/registrations", a_registration()).status == 429


def test_refused_fields_are_named_and_everything_typed_is_kept(world: World) -> None:
    answer = send(world, "register", a_form(email="nobody", postal_code="1", iban="DE00", terms=None, first_name=" "))
    elements = Elements(answer.text)
    assert answer.status == 422
    named = [str(found["href"])[1:] for found in elements.of("a") if str(found["href"]).startswith("#")]
    assert named == ["main", "email", "first_name", "postal_code", "iban", "terms"]
    assert typed(answer)["email"] == "nobody"
    assert typed(answer)["city"] == "Köln"
    boxes = {each["name"]: "checked" in each for each in elements.of("input") if each.get("type") == "checkbox"}
    assert boxes == {"terms": False, "privacy_notice": True}
    assert [each["value"] for each in elements.of("input") if each.get("type") == "radio" and "checked" in each] == [
        "frau"
    ]
    assert world.items("RegistrationsTable") == []


def test_nothing_at_all_is_refused_with_all_that_is_mandatory(world: World) -> None:
    answer = send(world, "register", {"language": "en"})
    marked = {each.get("name") for _, each in Elements(answer.text).found if each.get("aria-invalid") == "true"}
    mandatory = {field.name for field in PAGES["register"].fields if field.need == "mandatory"}
    assert marked == mandatory | {"iban"}
    assert "<title>Error: Register" in answer.text


def test_a_folded_field_with_an_error_is_unfolded(world: World) -> None:
    values = a_form(iban=None, account_number="532013000", bank_code="99999999")
    elements = Elements(send(world, "register", values).text)
    assert {str(each["id"]): "open" in each for each in elements.of("details")} == {
        "bank-pair": True,
        "bank-more": False,
    }


def test_who_mistyped_gets_the_form_back_with_everything(world: World) -> None:
    sent = typed(send(world, "register", a_form(email="tippfehler@example.com")))
    assert sent["first_name"] == "Erika"
    again = send(world, "register", {**{name: str(value) for name, value in sent.items()}, "again": "1"})
    assert again.status == 200
    assert typed(again)["email"] == "tippfehler@example.com"
    assert "Fehler" not in again.text.partition("</title>")[0]
    assert len(world.items("RegistrationsTable")) == 1


def test_hostile_text_stays_text(world: World) -> None:
    fields = [field.name for field in PAGES["register"].fields]
    answer = send(world, "register", {"language": "de", **dict.fromkeys(fields, HOSTILE)})
    assert answer.status == 422
    assert not Elements(answer.text).of("img")
    assert {value for name, value in typed(answer).items() if name != "language"} == {HOSTILE}
    shown = send(world, "register", a_form(first_name=HOSTILE, city=HOSTILE))
    assert shown.status == 200
    assert typed(shown)["city"] == HOSTILE


def test_an_address_is_confirmed_by_the_pasted_link_once(world: World) -> None:
    send(world, "register", a_form())
    pasted = link(world, "confirm")
    answer = send(world, "confirm", {"link": f"  {pasted}\r\n"})
    assert answer.status == 200
    assert "Ihre Adresse ist bestätigt" in answer.text
    assert "war bereits bestätigt" in send(world, "confirm", {"link": pasted}).text
    gone = send(world, "reject", {"link": pasted.replace("confirm", "reject")})
    assert (gone.status, "ungültig" in gone.text or "nicht gültig" in gone.text) == (400, True)


def test_not_me_deletes_the_data_and_the_link_is_dead_then(world: World) -> None:
    send(world, "register", a_form())
    mail = world.next_mail()
    rejected = send(world, "reject", {"link": f"https://x.example.com/reject#token={mail.token('reject')}"})
    assert "sind gelöscht" in rejected.text
    assert world.items("RegistrationsTable") == []
    late = send(world, "confirm", {"link": f"https://x.example.com/confirm#token={mail.token('confirm')}"})
    assert (late.status, "gilt nicht mehr" in late.text) == (410, True)


def test_a_link_that_is_none_is_asked_for_again(world: World) -> None:
    for pasted in ("", "https://portal.example.com/confirm", "#token=", "#token=eyJ.x.y", "unsinn"):
        answer = send(world, "confirm", {"link": pasted})
        assert answer.status == 400
        assert "<noscript>" not in answer.text
        (field,) = Elements(before_scripts(answer.text)).of("textarea")
        assert field["aria-invalid"] == "true"


def test_a_forgotten_password_is_replaced_and_never_shown_again(world: World) -> None:
    world.a_client()
    told = send(world, "forgot-password", {"email": EMAIL})
    assert told.text == send(world, "forgot-password", {"email": EMAIL}).text
    assert EMAIL in told.text
    unknown = send(world, "forgot-password", {"email": "nobody@example.com"})
    assert unknown.text.replace("nobody@example.com", EMAIL) == told.text
    pasted = link(world, "reset")
    weak = send(world, "reset", {"link": pasted, "new_password": "Mandantenportal 2026"})
    assert (weak.status, "Mandantenportal 2026" in weak.text) == (422, False)
    assert pasted in Elements(weak.text).text
    assert "melden Sie sich damit an" in send(world, "reset", {"link": pasted, "new_password": PASSWORD}).text
    assert world.log_in(PASSWORD).status == 200
    assert send(world, "reset", {"link": pasted, "new_password": PASSWORD}).status == 410


def test_a_link_is_sent_once_more(world: World) -> None:
    send(world, "register", a_form())
    world.run_mailer()
    assert "unterwegs" in send(world, "resend", {"email": EMAIL}).text
    world.run_mailer()
    assert len(world.mails(EMAIL)) == 2
    assert send(world, "resend", {"email": "nobody"}).status == 422


# ------------------------------------------------------------ what is no form of ours


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_a_form_of_another_origin_is_refused(world: World, name: str, site: str) -> None:
    answer = send(
        world, name, {"email": EMAIL, "link": "x"}, **{"Sec-Fetch-Site": site, "Origin": "https://evil.example"}
    )
    assert answer.status == 403
    assert "Das hat nicht geklappt" in answer.text
    assert world.call_counts() == {}


BODIES = (
    ("email=a&email=b", FORM, 400),
    ("email=%FF", FORM, 400),
    ("email=ä", FORM, 400),
    ("&".join(f"a{number}=" for number in range(61)), FORM, 400),
    ("email=" + "a" * 33_000, FORM, 413),
    ("{}", "application/json", 415),
    ("email=a", "text/plain", 415),
    ("email=a", "multipart/form-data; boundary=x", 415),
)


def test_a_body_that_is_no_form_is_refused_by_a_page(world: World) -> None:
    for raw, content_type, status in BODIES:
        answer = world.request("POST", "/form/resend", headers={**OWN, "Content-Type": content_type}, raw=raw)
        assert answer.status == status, raw[:20]
        assert 'href="../portal-' in answer.text


def test_english_is_spoken_where_the_page_was_english(world: World) -> None:
    answer = send(world, "confirm", {"language": "en", "link": "x"})
    assert '<html lang="en">' in answer.text
    assert "This link is not valid" in answer.text
    refused = send(world, "confirm", {}, **{"Sec-Fetch-Site": "cross-site", "Accept-Language": "en"})
    assert "That did not work" in refused.text


def test_a_dependency_that_fails_costs_nothing_typed(world: World) -> None:
    def fail(*_: Any) -> None:
        from portal.domain.errors import Unavailable

        raise Unavailable

    with faults(world, before=fail):
        answer = send(world, "register", a_form())
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert typed(answer)["last_name"] == "Mustermann"
    assert "vorübergehend nicht erreichbar" in answer.text


def test_a_fault_of_ours_is_a_page_without_details(world: World) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("secret")

    with faults(world, before=fail):
        answer = send(world, "register", a_form())
    assert answer.status == 500
    assert "secret" not in answer.text
    assert "Das hat nicht geklappt" in answer.text


def test_an_endless_line_is_no_token(world: World) -> None:
    assert send(world, "confirm", {"link": "#token=" + "a" * 5000}).status in {400, 422}
