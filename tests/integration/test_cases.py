"""Clients and cases, as the people of a client see them (P9)."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from portal.domain.case import CaseStatus, Debtor, Payment
from portal.domain.ids import CaseId, ClientId
from tests.support.journeys import EMAIL
from tests.support.mirror import CLIENT, DEBTOR, a_case, a_client, put_mirrored
from tests.support.world import Answer, World

OTHER = ClientId("K-2002")
SEARCH = f"/api/clients/{CLIENT}/cases/search"


@pytest.fixture
def token(world: World) -> str:
    return world.a_client()


def mirror(world: World, *cases: Any, **client: Any) -> None:
    put_mirrored(world.dynamodb, "MirrorTable", [a_client(EMAIL, **client)], cases)


def found(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.text
    return [case["id"] for case in answer.json["cases"]]


def search(world: World, token: str, **body: Any) -> list[str]:
    return found(world.request("POST", SEARCH, body, token=token))


def pages(world: World, token: str, **body: Any) -> Iterator[list[dict[str, Any]]]:
    more: dict[str, str] = {}
    while True:
        answer = world.request("POST", SEARCH, {**body, **more}, token=token)
        assert answer.status == 200, answer.text
        yield answer.json["cases"]
        if answer.json["cursor"] is None:
            return
        more = {"cursor": answer.json["cursor"]}


def test_a_person_sees_the_clients_for_which_the_feed_lists_them_by_name(world: World, token: str) -> None:
    clients = [
        a_client(EMAIL, id=ClientId("K-2"), name="Zimmerei Ost GmbH"),
        a_client("someone@example.org", EMAIL, id=ClientId("K-1"), name="autohaus Nord"),
        a_client("someone@example.org", id=ClientId("K-3"), name="Fremde AG"),
    ]
    put_mirrored(world.dynamodb, "MirrorTable", clients)
    answer = world.request("GET", "/api/clients", token=token)
    assert answer.json == {
        "clients": [{"id": "K-1", "name": "autohaus Nord"}, {"id": "K-2", "name": "Zimmerei Ost GmbH"}]
    }


def test_whom_no_client_names_sees_none(world: World, token: str) -> None:
    assert world.request("GET", "/api/clients", token=token).json == {"clients": []}


def test_a_right_ends_with_the_client_that_leaves_the_address_out(world: World, token: str) -> None:
    """At once, also where the index by person still names the client."""
    mirror(world, a_case())
    put_mirrored(world.dynamodb, "MirrorTable", [a_client("someone@example.org")])
    assert world.request("GET", "/api/clients", token=token).json == {"clients": []}
    for method, path, body in (
        ("GET", f"/api/clients/{CLIENT}", None),
        ("GET", f"/api/clients/{CLIENT}/cases/2026-0001", None),
        ("POST", SEARCH, {}),
    ):
        assert world.request(method, path, body, token=token).status == 404


def test_the_overview_counts_cases_and_money(world: World, token: str) -> None:
    paid = (Payment(date(2026, 11, 2), on_principal=5_000), Payment(date(2020, 1, 1), on_costs=100))
    mirror(world, a_case(), a_case("2026-0002", status=CaseStatus.SETTLED, closed_on=date(2026, 11, 3), payments=paid))
    overview = world.request("GET", f"/api/clients/{CLIENT}", token=token).json
    assert overview["figures"] == {
        "cases": {"pre_court": 0, "instalments": 0, "court": 1, "enforcement": 0, "settled": 1, "closed": 0},
        "claimed": 258_100,
        "recovered": 20_100,
        "outstanding": 238_000,
    }
    recoveries = {entry["month"]: entry["amount"] for entry in overview["recoveries"]}
    assert list(recoveries) == sorted(recoveries)
    assert {month: amount for month, amount in recoveries.items() if amount} == {"2026-03": 15_000, "2026-11": 5_000}
    assert list(recoveries)[-1] == "2026-11"  # the clock of the tests stands on 18 November 2026


def test_a_client_without_cases_has_figures_too(world: World, token: str) -> None:
    mirror(world)
    assert world.request("GET", f"/api/clients/{CLIENT}", token=token).json["figures"]["claimed"] == 0


def test_a_case_is_shown_with_all_that_is_known_of_it(world: World, token: str) -> None:
    mirror(world, a_case())
    case = world.request("GET", f"/api/clients/{CLIENT}/cases/2026-0001", token=token).json
    assert case["totals"] == {
        "principal": 120_000,
        "interest": 0,
        "costs": 4_050,
        "postings": 5_000,
        "claimed": 129_050,
        "paid": 15_000,
        "outstanding": 114_050,
    }
    assert case["debtors"] == [
        {
            "kind": "person",
            "name": DEBTOR.name,
            "street": "Beispielweg 3",
            "postal_code": "50667",
            "city": "Köln",
            "country": "DE",
        }
    ]
    assert case["positions"][0]["interest"] == {"points": 9, "since": "2026-01-16"}
    assert [entry["text"] for entry in case["history"]] == ["Akte angelegt", "Mahnbescheid beantragt"]


@pytest.mark.parametrize("case_id", ["2026-9999", "search", "export", "..", "x" * 41, "a#b", "%00", "ä"])
def test_a_case_that_is_not_there_is_not_found(world: World, token: str, case_id: str) -> None:
    mirror(world, a_case())
    assert world.request("GET", f"/api/clients/{CLIENT}/cases/{case_id}", token=token).status == 404


# ------------------------------------------------------------ lists


def many(number: int) -> list[Any]:
    statuses = (CaseStatus.PRE_COURT, CaseStatus.COURT, CaseStatus.ENFORCEMENT)
    return [
        a_case(
            f"2026-{place:04d}",
            status=statuses[place % 3],
            opened_on=date(2026, 1, 1) + timedelta(days=place // 2),
            debtors=(Debtor("person", f"Person {chr(97 + place * 7 % 26)}{place:02d}"),),
            payments=(Payment(date(2026, 5, 1), on_principal=place * 100),),
        )
        for place in range(number)
    ]


ORDERS: dict[tuple[str, str], Any] = {
    ("opened", "descending"): lambda case: [-date.fromisoformat(case["opened_on"]).toordinal()],
    ("opened", "ascending"): lambda case: [date.fromisoformat(case["opened_on"]).toordinal()],
    ("debtor", "ascending"): lambda case: [case["debtor"]],
    ("debtor", "descending"): lambda case: [-ord(sign) for sign in case["debtor"]],
    ("outstanding", "ascending"): lambda case: [case["outstanding"]],
    ("outstanding", "descending"): lambda case: [-case["outstanding"]],
}


@pytest.mark.parametrize("status", [None, "court"])
@pytest.mark.parametrize(("sort", "order"), ORDERS)
def test_pages_make_up_the_whole_list_in_its_order(
    world: World, token: str, sort: str, order: str, status: str | None
) -> None:
    mirror(world, *many(23))
    only = {"status": status} if status else {}
    got = list(pages(world, token, sort=sort, order=order, limit=5, **only))
    cases = [case for page in got for case in page]
    wanted = [case for case in many(23) if status in {None, case.status}]
    assert {case["id"] for case in cases} == {case.id for case in wanted}
    assert len(cases) == len(wanted)
    assert [len(page) for page in got[:-1]] == [5] * (len(got) - 1)
    assert cases == sorted(cases, key=ORDERS[sort, order])


def test_the_newest_come_first_where_nothing_is_said(world: World, token: str) -> None:
    mirror(world, *many(4))
    assert search(world, token) == ["2026-0003", "2026-0002", "2026-0001", "2026-0000"]


def test_what_comes_in_between_pages_moves_nothing(world: World, token: str) -> None:
    mirror(world, *many(6))
    first = world.request("POST", SEARCH, {"limit": 3}, token=token).json
    mirror(
        world,
        *many(6),
        a_case("2026-7777", opened_on=date(2026, 6, 1)),
        a_case("2026-0002b", opened_on=date(2026, 1, 2)),
    )
    second = world.request("POST", SEARCH, {"limit": 9, "cursor": first["cursor"]}, token=token).json
    assert [case["id"] for case in first["cases"]] == ["2026-0005", "2026-0004", "2026-0003"]
    assert [case["id"] for case in second["cases"]] == ["2026-0002b", "2026-0002", "2026-0001", "2026-0000"]


# ------------------------------------------------------------ words

NAMES = {
    "2026-0001": ("RE-4711/26", "Jürgen Müller-Lüdenscheidt"),
    "2026-0002": ("RE-4712/26", "Autohaus Schmidt GmbH & Co. KG"),
    "2026-0003": ("2026.08.15", "Şükrü Straßer"),
    "2026-0004": ("Nr. 12", "Иван Петров"),
}


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("müller", ["2026-0001"]),
        ("MUELLER", ["2026-0001"]),
        ("Muller L", ["2026-0001"]),
        ("lüdenscheidt", ["2026-0001"]),
        ("schmidt gmbh", ["2026-0002"]),
        ("gmbh schmidt", []),
        ("re-471", ["2026-0001", "2026-0002"]),
        ("4712", ["2026-0002"]),
        ("RE 4711 26", ["2026-0001"]),
        ("2026-0003", ["2026-0003"]),
        ("strasser", ["2026-0003"]),
        ("sukru", ["2026-0003"]),
        ("петр", ["2026-0004"]),
        ("üller", []),
        ("***", []),
        ("   ", ["2026-0001", "2026-0002", "2026-0003", "2026-0004"]),
    ],
)
def test_cases_are_found_by_the_beginning_of_words(world: World, token: str, text: str, hits: list[str]) -> None:
    mirror(
        world,
        *(a_case(number, reference=ref, debtors=(Debtor("person", name),)) for number, (ref, name) in NAMES.items()),
    )
    assert sorted(search(world, token, text=text)) == hits


def test_every_debtor_of_a_case_finds_it_once(world: World, token: str) -> None:
    debtors = (Debtor("person", "Anna Beispiel"), Debtor("person", "Otto Beispiel"))
    mirror(world, a_case(debtors=debtors))
    assert search(world, token, text="otto") == ["2026-0001"]
    assert search(world, token, text="beispiel") == ["2026-0001"]


@pytest.mark.parametrize("limit", [1, 3, 25])
def test_a_case_that_several_words_find_comes_once_over_all_pages(world: World, token: str, limit: int) -> None:
    """Number and reference begin alike, and so do the names of two debtors."""
    debtors = (Debtor("person", "Anna Beispiel"), Debtor("person", "Annegret Annuss"))
    mirror(world, *(a_case(f"2026-{place:04d}", debtors=debtors) for place in range(12)))
    for text in ("2026", "ann"):
        ids = [case["id"] for page in pages(world, token, text=text, limit=limit) for case in page]
        assert sorted(ids) == [f"2026-{place:04d}" for place in range(12)]


def test_hits_have_pages_too_and_the_status_narrows_them(world: World, token: str) -> None:
    mirror(world, *many(23))
    for only, wanted in (({}, many(23)), ({"status": "court"}, many(23)[1::3])):
        got = list(pages(world, token, text="person", limit=4, **only))
        ids = [case["id"] for page in got for case in page]
        assert sorted(ids) == sorted(case.id for case in wanted)
        assert all(len(page) <= 4 for page in got)


def test_cases_of_a_status_are_found_behind_many_others(world: World, token: str) -> None:
    """One request looks at 400 terms; what it did not reach comes with the next."""
    cases = [a_case(f"C{place:04d}", reference="Rechnung", debtors=(Debtor("person", "X"),)) for place in range(450)]
    mirror(world, *cases, a_case("C9999", reference="Rechnung", status=CaseStatus.ENFORCEMENT))
    got = list(pages(world, token, text="rechnung", status="enforcement"))
    assert [[case["id"] for case in page] for page in got] == [[], ["C9999"]]


# ------------------------------------------------------------ what is refused

CURSORS = [
    "x",
    "",
    "ÄÖ",
    "W10=",
    "WyJvcGVuZWQiLCAxXQ==",
    "WyJkZWJ0b3IiLCAiYSNiIl0=",
    "W" * 1024,
    "WyJvcGVuZWQiLCAiYVx1MDAwMCJd",
]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"status": "all"}, {"/status": "invalid_value"}),
        ({"status": 1}, {"/status": "wrong_type"}),
        ({"sort": "name"}, {"/sort": "invalid_value"}),
        ({"order": "down"}, {"/order": "invalid_value"}),
        ({"limit": 0}, {"/limit": "invalid_value"}),
        ({"limit": 101}, {"/limit": "invalid_value"}),
        ({"limit": "5"}, {"/limit": "wrong_type"}),
        ({"limit": True}, {"/limit": "wrong_type"}),
        ({"text": "x" * 101}, {"/text": "too_long"}),
        ({"text": "a\nb"}, {"/text": "control_character"}),
        ({"text": "a", "sort": "debtor", "order": "ascending"}, {"/sort": "invalid_value", "/order": "invalid_value"}),
        ({"client_id": "K-2002"}, {"/client_id": "unknown_member"}),
        *(({"cursor": cursor}, {"/cursor": "invalid_value"}) for cursor in CURSORS),
    ],
)
def test_a_malformed_question_is_answered_by_its_members(
    world: World, token: str, body: dict[str, Any], errors: dict[str, str]
) -> None:
    mirror(world, a_case())
    answer = world.request("POST", SEARCH, body, token=token)
    assert (answer.status, answer.errors) == (422, errors)


def test_a_cursor_of_another_order_or_other_words_is_refused(world: World, token: str) -> None:
    mirror(world, *many(5))
    by_day = world.request("POST", SEARCH, {"limit": 2}, token=token).json["cursor"]
    by_words = world.request("POST", SEARCH, {"limit": 2, "text": "person"}, token=token).json["cursor"]
    for body in (
        {"cursor": by_day, "sort": "debtor"},
        {"cursor": by_day, "text": "person"},
        {"cursor": by_words},
        {"cursor": by_words, "text": "2026"},
    ):
        assert world.request("POST", SEARCH, body, token=token).errors == {"/cursor": "invalid_value"}


# ------------------------------------------------------------ files


def test_the_file_holds_every_case_once_in_pieces_with_one_head(world: World, token: str) -> None:
    mirror(world, *(a_case(f"C{place:04d}", debtors=(Debtor("company", "X"),)) for place in range(1_003)))
    path = f"/api/clients/{CLIENT}/cases/export"
    first = world.request("POST", path, {}, token=token)
    assert first.headers["Content-Type"] == "text/csv; charset=utf-8"
    second = world.request("POST", path, {"cursor": first.headers["Next-Cursor"]}, token=token)
    assert "Next-Cursor" not in second.headers
    lines = list(csv.reader(io.StringIO((first.text + second.text).removeprefix("\ufeff")), delimiter=";"))
    assert len(lines) == 1_004
    assert len({tuple(line) for line in lines}) == 1_004


def test_the_file_holds_what_was_asked_for_in_the_language_of_the_person(world: World, token: str) -> None:
    mirror(world, *many(6), a_case("2026-0099", status=CaseStatus.COURT, reference="=SUM(A1)"))
    path = f"/api/clients/{CLIENT}/cases/export"
    answer = world.request("POST", path, {"text": "sum"}, token=token, headers={"Accept-Language": "en"})
    head, line = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert head[0] == "Your reference"
    assert line[0] == "'=SUM(A1)"
    assert "1140.50" in line


# ------------------------------------------------------------ interest


def test_interest_runs_up_to_the_day(world: World, token: str) -> None:
    mirror(world, a_case())
    path = f"/api/clients/{CLIENT}/cases/2026-0001/interest"
    answer = world.request("POST", path, {"to": "2026-03-31"}, token=token).json
    # 9 points above 1.27 per cent, on 1,200 € for 54 days (16 January to 10 March), then on 1,100 € for 21.
    assert [(p["since"], p["to"], p["days"], p["principal"], p["rate"], p["amount"]) for p in answer["periods"]] == [
        ("2026-01-16", "2026-03-10", 54, 120_000, "10.27", 1_823),
        ("2026-03-11", "2026-03-31", 21, 110_000, "10.27", 650),
    ]
    assert (answer["amount"], answer["paid"], answer["provisional"]) == (2_473, 950, False)


@pytest.mark.parametrize("to", ["2028-01-01", "gestern", "2026-02-30", "20261127", "2026-W48-5", "0001-01-01", 5, None])
def test_interest_to_no_day_is_refused(world: World, token: str, to: Any) -> None:
    mirror(world, a_case())
    path = f"/api/clients/{CLIENT}/cases/2026-0001/interest"
    answer = world.request("POST", path, {"to": to}, token=token)
    assert (answer.status, list(answer.errors)) == (422, ["/to"])


# ------------------------------------------------------------ isolation


def routes_of(client: str, case: str) -> list[tuple[str, str, Any]]:
    return [
        ("GET", f"/api/clients/{client}", None),
        ("GET", f"/api/clients/{client}/cases/{case}", None),
        ("POST", f"/api/clients/{client}/cases/{case}/interest", {"to": "2026-11-27"}),
        *(
            ("POST", f"/api/clients/{client}/cases/{action}", body)
            for action in ("search", "export")
            for body in (
                {},
                {"status": "court"},
                {"sort": "debtor"},
                {"sort": "outstanding"},
                {"text": "geheim"},
                {"text": case},
            )
        ),
    ]


def secrets_in(text: str) -> list[str]:
    return [word for word in ("Geheim", "GEHEIM", "K-2002", "S-0001") if word in text]


def test_no_route_and_no_id_leads_to_another_client(world: World, token: str) -> None:
    """Each route with every mixture of ids: one's own, another's, and ids that run on into another's keys."""
    theirs = a_case("S-0001", client_id=OTHER, reference="GEHEIM-1", debtors=(Debtor("person", "Geheim"),))
    same_number = a_case(client_id=OTHER, reference="GEHEIM-2", debtors=(Debtor("person", "Geheim Zwei"),))
    clients = [a_client(EMAIL), a_client("other@example.org", id=OTHER, name="Geheim AG")]
    put_mirrored(world.dynamodb, "MirrorTable", clients, [a_case(), theirs, same_number])
    # That the search would find them: for whom they are, they are found.
    world.a_client(email="other@example.org")
    insider = world.log_in("vier Kraniche zählen Nebel 7", "other@example.org").json["access_token"]
    asked = world.request("POST", f"/api/clients/{OTHER}/cases/search", {"text": "geheim"}, token=insider)
    assert len(secrets_in(asked.text)) == 3
    tried = 0
    clients_tried = [
        OTHER,
        f"{CLIENT}#case",
        f"{OTHER}#terms",
        f"client#{OTHER}",
        "k-2002",
        "K-2002 ",
        ".",
        "*",
        CLIENT,
    ]
    cases_tried = ["S-0001", f"#{OTHER}", "2026-0001", f"client#{OTHER}#case#S-0001"]
    for client in clients_tried:
        for case in cases_tried:
            for method, path, body in routes_of(client, case):
                answer = world.request(method, path, body, token=token)
                tried += 1
                assert not secrets_in(answer.text), (method, path, body)
                assert client == CLIENT or answer.status == 404
    assert tried == len(clients_tried) * len(cases_tried) * len(routes_of("", ""))


def test_the_cursor_of_another_client_leads_nowhere_else(world: World, token: str) -> None:
    cases = [a_case(f"S-{place}", client_id=OTHER, debtors=(Debtor("person", "Geheim"),)) for place in range(4)]
    clients = [a_client(EMAIL), a_client("other@example.org", EMAIL, id=OTHER, name="Geheim AG")]
    put_mirrored(world.dynamodb, "MirrorTable", clients, [a_case(), *cases])
    path = f"/api/clients/{OTHER}/cases/search"
    for body in ({"limit": 2}, {"limit": 2, "text": "geheim"}, {"limit": 2, "sort": "debtor"}):
        cursor = world.request("POST", path, body, token=token).json["cursor"]
        answer = world.request("POST", SEARCH, {**body, "cursor": cursor}, token=token)
        assert {case["id"] for case in answer.json["cases"]} <= {"2026-0001"}


def test_rights_follow_a_change_of_address_only_when_the_feed_lists_the_new_one(world: World, token: str) -> None:
    mirror(world, a_case())
    new = "erika.neu@example.org"
    assert world.request("POST", "/api/profile/email-change", {"new_email": new}, token=token).status == 202
    link = world.next_mail(new).token("email-change")
    assert world.request("POST", "/api/email-changes/confirm", {"token": link}).status == 200
    token = world.log_in("vier Kraniche zählen Nebel 7", new).json["access_token"]
    assert world.request("GET", f"/api/clients/{CLIENT}", token=token).status == 404
    put_mirrored(world.dynamodb, "MirrorTable", [a_client(new)])
    assert world.request("GET", f"/api/clients/{CLIENT}", token=token).status == 200


def test_the_export_names_the_clients_that_a_person_looks_after(world: World, token: str) -> None:
    mirror(world, a_case())
    exported = world.request("GET", "/api/profile/export", token=token)
    assert exported.json["clients"] == [{"client_id": CLIENT, "name": "Musterhandel GmbH", "canonical_email": EMAIL}]
    assert DEBTOR.name not in exported.text  # what a client's cases hold is not the person's own


def test_case_ids_stay_apart(world: World, token: str) -> None:
    """One client's case has the number of another's case with more behind it."""
    mirror(world, a_case("A-1"), a_case("A-10", reference="R 10"))
    assert world.request("GET", f"/api/clients/{CLIENT}/cases/A-1", token=token).json["id"] == CaseId("A-1")
