"""An attacker and an owner at the same address, in any order: what each can do, and what must hold after every step."""

import re
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.support.forging import parts_of
from tests.support.people import IBAN, a_registration
from tests.support.tables import WRITES, Items, Tables
from tests.support.world import Answer, Clock, LambdaContext, World

HOME, NEW_HOME = "erika.muster@example.com", "erika.neu@example.com"
DEN, NEW_DEN = "max.fremdling@example.net", "max.neu@example.net"
OWNERS, ATTACKERS = (HOME, NEW_HOME), (DEN, NEW_DEN)
OWN_PASSWORDS = ("vier Kraniche zählen Nebel 7", "acht Otter bauen Brücken 3", "zehn Amseln hüten Moos 5")
GUESSES = ("sieben Dachse graben Torf 4", "drei Elche malen Regen 9")
OWN_NAME, OWN_IBAN = "Mustermann", IBAN
FALSE_NAME, FALSE_IBAN = "Fremdling", "DE75512108001245126199"
OWN_IP, FALSE_IP = "203.0.113.77", "198.51.100.7"

_LINK = re.compile(r"^\S+/([\w-]+)#token=(\S+)$", re.MULTILINE)
_ATTEMPT = re.compile(r"Kennung ([2-9A-Z]{6})\n.*?/confirm#token=(\S+)\n.*?/reject#token=(\S+)\n", re.DOTALL)
_CHANGE = re.compile(r"Änderung mit der Kennung ([2-9A-Z]{6})\n.*?/email-change#token=(\S+)\n", re.DOTALL)
_PASSWORD = re.compile(r"^Passwort: (\S+)$", re.MULTILINE)
# Longer than grace, step-up, idle limit, link of a reset, of a change, of a freeze, initial password, attempt.
_WAITS = (11, 601, 1801, 3601, 86_401, 3 * 86_401, 7 * 86_401, 30 * 86_401)
# What the owner has to wait at most in the end: for mails over their budget, for a login after many wrong ones.
_PATIENCE_HOURS = 30
_LONGEST_DELAY = 900
_START = Clock().now
_PATIENCE = _PATIENCE_HOURS * 3600

_CLIENT = ("registered", "confirmed", "client")
BEGINNINGS = (
    (),
    ("registered", "registered"),
    ("registered", "confirmed"),
    _CLIENT,
    (*_CLIENT, "robbed"),
    (*_CLIENT, "moving", "rivalled"),
)

numbers = st.integers(min_value=0, max_value=5)


@dataclass
class Mailbox:
    """What somebody found in their mails so far, oldest first."""

    attempts: list[tuple[str, str, str]] = field(default_factory=list)
    changes: list[tuple[str, str]] = field(default_factory=list)
    links: dict[str, list[str]] = field(default_factory=dict)
    passwords: list[str] = field(default_factory=list)

    def read(self, text: str) -> None:
        """Take what a mail brings."""
        self.attempts += _ATTEMPT.findall(text)
        self.changes += _CHANGE.findall(text)
        self.passwords += _PASSWORD.findall(text)
        for page, token in _LINK.findall(text):
            self.links.setdefault(page, []).append(token)

    def all_links(self) -> Iterator[tuple[str, str]]:
        """Return page and token of every link."""
        for page, tokens in self.links.items():
            yield from ((page, token) for token in tokens)


@dataclass
class Tokens:
    """What a login brought."""

    access: str
    refresh: str | None

    @property
    def session(self) -> str:
        """Id of the session."""
        return str(parts_of(self.access)[1]["sid"])

    @property
    def account(self) -> str:
        """Id of the account."""
        return str(parts_of(self.access)[1]["sub"])


ROUTES_OF_LINKS = {
    "confirm": "/api/registrations/confirm",
    "reject": "/api/registrations/reject",
    "reset": "/api/password-reset/confirm",
    "email-change": "/api/email-changes/confirm",
    "freeze": "/api/accounts/freeze",
}


class Dice(Random):
    """Stands for ``secrets`` where ids are made: games have to be the same again."""

    def token_urlsafe(self, length: int) -> str:
        """Return an id of this many bytes."""
        return urlsafe_b64encode(self.randbytes(length)).rstrip(b"=").decode()


class Siege(RuleBasedStateMachine):
    """Both act through the API alone.

    The owner reads the mails to two addresses, confirms only what she asked for, and calls operators when somebody
    took her account. The attacker knows both addresses, reads the mails to two of his own, tries every password that
    the owner ever replaced, and may steal what her browser holds, but never a password in use or a mail.
    """

    world: World
    dice: Dice
    """Makes the ids, which decide what comes first where nothing else does."""
    empty: Items
    seen: Counter[tuple[str, str, str, int]]

    def __init__(self) -> None:
        super().__init__()
        # Each game begins at the same moment with the same dice, or it could not be played again.
        self.world.clock.now = _START
        self.tables = Tables(self.world.dynamodb)
        self.tables.restore(self.empty, self.tables.read())
        for noted in (self.world.hooks.mails, self.world.hooks.calls, self.world.hooks.all_calls):
            noted.clear()
        self.world.hooks.after = self.note_orders
        self.orders: list[Any] = []
        self.late = False
        self.known: list[dict[str, Any]] = []
        self.owner, self.attacker = Mailbox(), Mailbox()
        self.references: set[str] = set()
        self.address = HOME
        self.password: str | None = None
        self.replaced: list[str] = []
        self.tokens: Tokens | None = None
        self.changes: set[str] = set()
        self.used: set[str] = set()
        self.stolen: list[Tokens] = []
        self.own: Tokens | None = None
        self.ended: list[Tokens] = []
        self.running: list[Tokens] = []
        self.checked = 0

    # ------------------------------------------------------------ means

    def ask(self, method: str, path: str, body: Any = None, *, attacks: bool = False, **more: Any) -> Answer:
        """Send a request as one of the two."""
        answer = self.world.request(method, path, body, ip=FALSE_IP if attacks else OWN_IP, **more)
        assert answer.status < 500, (method, path, answer.text)
        self.seen["attacker" if attacks else "owner", method, path, answer.status] += 1
        self.deliver()
        return answer

    def deliver(self) -> None:
        """Wake the mailer by the orders of before, and let both read their mails."""
        if self.orders and not self.late:
            records = [{"dynamodb": {"Keys": {"pk": pk}, "SequenceNumber": "1"}} for pk in self.orders]
            self.orders.clear()
            self.world.mailer({"Records": records}, LambdaContext())
        for mail in self.world.mails():
            (to,) = mail.to
            (self.owner if to in OWNERS else self.attacker).read(mail.text)
        self.world.hooks.mails.clear()

    def note_orders(self, _service: str, _operation: str, parameters: dict[str, Any]) -> None:
        """Be the stream of the outbox."""
        puts = [entry["Put"] for entry in parameters.get("TransactItems", []) if "Put" in entry]
        for put in (*puts, parameters):
            if put.get("TableName") == "OutboxTable" and "Item" in put:
                self.orders.append(put["Item"]["pk"])

    def log_in(self, address: str, password: str, *, attacks: bool = False) -> Answer:
        """Log in as one of the two."""
        body = {"email": address, "password": password, "delivery": "body"}
        return self.ask("POST", "/api/login", body, attacks=attacks)

    def wait(self, seconds: int) -> None:
        """Let time pass; the schedule finds mails that had to wait."""
        self.world.clock.advance(seconds)
        if not self.late:
            self.orders.clear()
            self.world.run_mailer()
            self.deliver()

    def is_in(self) -> bool:
        """Log in as the owner, and tell whether that worked."""
        answer = self.log_in(self.address, self.password or self.owner.passwords[-1])
        if answer.status == 200:
            self.tokens = self.starts(answer)
        return answer.status == 200

    def known_changes(self) -> list[str]:
        """Return the links of the changes of address that the owner asked for, newest first."""
        return [token for reference, token in reversed(self.owner.changes) if reference in self.changes]

    def starts(self, answer: Answer) -> Tokens:
        """Note a session of the owner."""
        tokens = Tokens(answer.json["access_token"], answer.json.get("refresh_token"))
        self.running.append(tokens)
        return tokens

    def sessions_end(self, *, account: str | None = None, but: Tokens | None = None) -> None:
        """Note that sessions of an account must be over from now on; without one, those of the owner's tokens."""
        account = account or (self.tokens.account if self.tokens else None)
        kept = but.session if but else None
        over = [one for one in self.running if one.account == account and one.session != kept]
        self.ended += over
        self.running = [one for one in self.running if one not in over]

    def session_ends(self, session: str) -> None:
        """Note that one session must be over from now on."""
        self.ended += [one for one in self.running if one.session == session]
        self.running = [one for one in self.running if one.session != session]

    def _is_used(self, link: str) -> None:
        """Note that a link has ended the sessions of its account; a second click is answered alike and ends none."""
        if link not in self.used:
            self.sessions_end(account=parts_of(link)[1]["sub"])
        self.used.add(link)

    def items(self, kind: str) -> list[dict[str, Any]]:
        """Return account or credential items; they are read again only where something was written."""
        calls = self.world.hooks.calls
        if any(operation.startswith(WRITES) for _, operation, _ in calls):
            self.known = self.world.items("AccountsTable")
        calls.clear()
        return [item for item in self.known if item["pk"].startswith(f"{kind}#")]

    def owners_account(self) -> dict[str, Any] | None:
        """Return the account of the owner that was opened last, wherever it is."""
        found = [item for item in self.items("account") if item["person"]["last_name"] == OWN_NAME]
        return max(found, key=lambda item: item["created_at"], default=None)

    @initialize(begun=st.sampled_from(BEGINNINGS), own=st.booleans(), lot=st.integers(0, 999))
    def begins(self, begun: tuple[str, ...], *, own: bool, lot: int = 0) -> None:
        """Start in the middle of a life, so that short games reach far."""
        self.dice.seed(lot)
        if own or "rivalled" in begun:
            self.attacker_opens_an_account_of_his_own()
        for step in begun:
            self._begin(step)

    def _begin(self, step: str) -> None:
        steps: dict[str, Callable[[], None]] = {
            "registered": self.owner_registers,
            "confirmed": lambda: self.owner_confirms_what_she_knows(0),
            "client": lambda: self.owner_changes_the_password(OWN_PASSWORDS[0]),
            "robbed": lambda: self.attacker_takes_the_account_along(confirms=False),
            "moving": lambda: self.owner_wants_another_address(confirms=False),
            "rivalled": lambda: self.attacker_wants_the_owners_address(NEW_HOME),
        }
        steps[step]()

    # ------------------------------------------------------------ time

    @rule(seconds=st.sampled_from(_WAITS))
    def time_passes(self, seconds: int) -> None:
        self.wait(seconds)

    @rule()
    def mails_are_late(self) -> None:
        self.late = not self.late
        self.deliver()

    # ------------------------------------------------------------ the owner

    @rule()
    def owner_registers(self) -> None:
        body = a_registration(email=HOME, last_name=OWN_NAME, bank_details={"iban": OWN_IBAN})
        answer = self.ask("POST", "/api/registrations", body)
        if answer.status == 202:
            self.references.add(answer.json["reference"])

    @rule()
    def owner_asks_for_the_mail_again(self) -> None:
        self.ask("POST", "/api/registrations/resend", {"email": HOME})

    @precondition(lambda self: any(one[0] in self.references for one in self.owner.attempts))
    @rule(number=numbers)
    def owner_confirms_what_she_knows(self, number: int) -> None:
        own = [one for one in reversed(self.owner.attempts) if one[0] in self.references]
        self.ask("POST", "/api/registrations/confirm", {"token": own[number % len(own)][1]})

    @precondition(lambda self: any(one[0] not in self.references for one in self.owner.attempts))
    @rule(number=numbers)
    def owner_rejects_what_she_does_not_know(self, number: int) -> None:
        foreign = [one for one in reversed(self.owner.attempts) if one[0] not in self.references]
        self.ask("POST", "/api/registrations/reject", {"token": foreign[number % len(foreign)][2]})

    @precondition(lambda self: self.password or self.owner.passwords)
    @rule()
    def owner_logs_in(self) -> None:
        self.is_in()

    @precondition(lambda self: self.password or self.owner.passwords)
    @rule(new=st.sampled_from(OWN_PASSWORDS))
    def owner_changes_the_password(self, new: str) -> None:
        if not self.is_in():
            return
        current = self.password or self.owner.passwords[-1]
        body = {"current_password": current, "new_password": new, "delivery": "body"}
        answer = self.ask("PUT", "/api/password", body, token=self.tokens.access if self.tokens else None)
        if answer.status == 200:
            self._has_chosen(new)
            self.sessions_end()
            self.tokens = self.starts(answer)

    def _has_chosen(self, new: str) -> None:
        # What was in use becomes known to everybody: a leak elsewhere, a note on a desk.
        self.replaced += [self.password or ""] if self.password != new else []
        self.password = new

    @rule()
    def owner_asks_for_a_reset(self) -> None:
        self.ask("POST", "/api/password-reset", {"email": self.address})

    @precondition(lambda self: "reset" in self.owner.links)
    @rule(new=st.sampled_from(OWN_PASSWORDS), number=numbers)
    def owner_resets(self, new: str, number: int) -> None:
        tokens = self.owner.links["reset"][::-1]
        token = tokens[number % len(tokens)]
        answer = self.ask("POST", "/api/password-reset/confirm", {"token": token, "new_password": new})
        if answer.status == 204:
            self._has_chosen(new)
            self.sessions_end(account=parts_of(token)[1]["sub"])

    @precondition(lambda self: self.password)
    @rule(confirms=st.booleans())
    def owner_wants_another_address(self, *, confirms: bool) -> None:
        self.owner_logs_in()
        new = NEW_HOME if self.address == HOME else HOME
        token = self.tokens.access if self.tokens else None
        answer = self.ask("POST", "/api/profile/email-change", {"new_email": new}, token=token)
        if answer.status == 202:
            self.changes.add(answer.json["reference"])
            if confirms and self.known_changes():
                self.owner_confirms_an_address(0)

    @precondition(lambda self: self.known_changes())
    @rule(number=numbers)
    def owner_confirms_an_address(self, number: int) -> None:
        tokens = self.known_changes()
        token = tokens[number % len(tokens)]
        answer = self.ask("POST", "/api/email-changes/confirm", {"token": token})
        if answer.status == 200:
            account = self.owners_account()
            self.address = account["canonical_email"] if account else self.address
            self._is_used(token)

    @precondition(lambda self: self.tokens and self.tokens.refresh)
    @rule()
    def owner_refreshes(self) -> None:
        assert self.tokens
        answer = self.ask("POST", "/api/session/refresh", {"refresh_token": self.tokens.refresh})
        if answer.status == 200:
            self.tokens = self.starts(answer)
        else:
            self.session_ends(self.tokens.session)

    @precondition(lambda self: self.tokens)
    @rule()
    def owner_logs_out(self) -> None:
        assert self.tokens
        self.ask("POST", "/api/logout", {}, token=self.tokens.access)
        self.session_ends(self.tokens.session)
        self.tokens = None

    @precondition(lambda self: self.password)
    @rule()
    def owner_ends_all_other_sessions(self) -> None:
        if not self.is_in() or not self.tokens:
            return
        if self.ask("DELETE", "/api/sessions", token=self.tokens.access).status == 204:
            self.sessions_end(but=self.tokens)

    @precondition(lambda self: "freeze" in self.owner.links)
    @rule(number=numbers)
    def owner_freezes(self, number: int) -> None:
        tokens = self.owner.links["freeze"][::-1]
        token = tokens[number % len(tokens)]
        if self.ask("POST", "/api/accounts/freeze", {"token": token}).status == 204:
            self.sessions_end(account=parts_of(token)[1]["sub"])

    @precondition(lambda self: self.password)
    @rule()
    def owner_closes(self) -> None:
        if not self.is_in() or not self.tokens:
            return
        if self.ask("DELETE", "/api/profile", token=self.tokens.access).status == 204:
            self.sessions_end()
            self.tokens, self.password = None, None

    # ------------------------------------------------------------ operators, whom the owner called

    @rule(action=st.sampled_from(["block", "unblock", "end_sessions"]))
    def operators_act(self, action: str) -> None:
        account = self.owners_account()
        if account and self.world.ops(action=action, account_id=account["id"])["ok"] and action != "unblock":
            self.sessions_end(account=account["id"])

    @precondition(lambda self: self.owners_account())
    @rule()
    def operators_give_the_account_back(self) -> None:
        account = self.owners_account()
        if account is None:
            return
        taken = account["canonical_email"] not in OWNERS
        event: dict[str, Any] = {"email": self.address, "to_former_address": True} if taken else {}
        answer = self.world.ops(action="restore", account_id=account["id"], **event)
        if answer["ok"] and answer["outcome"] == "done":
            self.sessions_end(account=account["id"])
            self.password = None
            self.owner.passwords.clear()

    # ------------------------------------------------------------ the attacker

    @rule(address=st.sampled_from(OWNERS))
    def attacker_registers_the_owner(self, address: str) -> None:
        body = a_registration(email=address, last_name=FALSE_NAME, bank_details={"iban": FALSE_IBAN})
        self.ask("POST", "/api/registrations", body, attacks=True)

    @precondition(lambda self: self.own is None)
    @rule()
    def attacker_opens_an_account_of_his_own(self) -> None:
        body = a_registration(email=DEN, last_name=FALSE_NAME, bank_details={"iban": FALSE_IBAN})
        self.ask("POST", "/api/registrations", body, attacks=True)
        for _, token in [link for link in self.attacker.all_links() if link[0] == "confirm"][-1:]:
            self.ask("POST", "/api/registrations/confirm", {"token": token}, attacks=True)
        if not self.attacker.passwords:
            return
        initial = self.attacker.passwords[-1]
        answer = self.log_in(DEN, initial, attacks=True)
        if answer.status == 200 and answer.json["password_change_required"]:
            change = {"current_password": initial, "new_password": GUESSES[0], "delivery": "body"}
            answer = self.ask("PUT", "/api/password", change, token=answer.json["access_token"], attacks=True)
            self.own = Tokens(answer.json["access_token"], answer.json["refresh_token"])

    @rule(address=st.sampled_from(OWNERS + ATTACKERS), path=st.sampled_from(["registrations/resend", "password-reset"]))
    def attacker_orders_mails(self, address: str, path: str) -> None:
        self.ask("POST", f"/api/{path}", {"email": address}, attacks=True)

    @rule(address=st.sampled_from(OWNERS), number=numbers)
    def attacker_guesses(self, address: str, number: int) -> None:
        known = [guess for guess in (*GUESSES, *filter(None, self.replaced)) if guess != self.password]
        answer = self.log_in(address, known[number % len(known)], attacks=True)
        assert answer.status in {401, 429}, "no login without the owner's proof"

    @precondition(lambda self: self.own)
    @rule(address=st.sampled_from(OWNERS))
    def attacker_wants_the_owners_address(self, address: str) -> None:
        answer = self.log_in(DEN, GUESSES[0], attacks=True)
        if answer.status == 200:
            self.own = Tokens(answer.json["access_token"], answer.json.get("refresh_token"))
            body = {"new_email": address}
            self.ask("POST", "/api/profile/email-change", body, token=self.own.access, attacks=True)

    @rule(new=st.sampled_from(GUESSES))
    def attacker_uses_all_his_links(self, new: str) -> None:
        for page, token in [*self.attacker.all_links()][-8:]:
            body = {"token": token, **({"new_password": new} if page == "reset" else {})}
            answer = self.ask("POST", ROUTES_OF_LINKS[page], body, attacks=True)
            if answer.status < 300 and page in {"reset", "email-change", "freeze"}:
                self._is_used(token)

    @precondition(lambda self: self.tokens and self.tokens.refresh)
    @rule()
    def attacker_steals_what_the_browser_holds(self) -> None:
        assert self.tokens
        self.stolen.append(self.tokens)

    @precondition(lambda self: self.stolen or (self.tokens and self.tokens.refresh))
    @rule(confirms=st.booleans())
    def attacker_takes_the_account_along(self, *, confirms: bool) -> None:
        if self.tokens and self.tokens.refresh:
            self.attacker_steals_what_the_browser_holds()
        body = {"new_email": NEW_DEN}
        self.ask("POST", "/api/profile/email-change", body, token=self.stolen[-1].access, attacks=True)
        if confirms:
            self.attacker_uses_all_his_links(GUESSES[0])
            # For later, should the owner get her account back.
            self.ask("POST", "/api/password-reset", {"email": NEW_DEN}, attacks=True)

    @precondition(lambda self: self.stolen)
    @rule()
    def attacker_refreshes_what_he_stole(self) -> None:
        stolen = self.stolen[-1]
        answer = self.ask("POST", "/api/session/refresh", {"refresh_token": stolen.refresh}, attacks=True)
        if answer.status == 200:
            self.stolen.append(self.starts(answer))
        else:
            self.session_ends(stolen.session)

    @precondition(lambda self: self.stolen)
    @rule(new=st.sampled_from(GUESSES), number=numbers)
    def attacker_changes_the_password(self, new: str, number: int) -> None:
        known = [guess for guess in (*GUESSES, *filter(None, self.replaced)) if guess != self.password]
        body = {"current_password": known[number % len(known)], "new_password": new}
        answer = self.ask("PUT", "/api/password", body, token=self.stolen[-1].access, attacks=True)
        assert answer.status in {401, 422, 429}, "no change of the password without the owner's proof"

    # ------------------------------------------------------------ what holds after every step

    @invariant()
    def each_address_has_one_account_with_the_data_of_its_holder(self) -> None:
        accounts = {item["id"]: item for item in self.items("account")}
        credentials = self.items("credential")
        assert len({item["canonical_email"] for item in accounts.values()}) == len(accounts) == len(credentials)
        for credential in credentials:
            account = accounts[credential["account_id"]]
            assert credential["pk"] == f"credential#{account['canonical_email']}"
            assert credential["generation"] == account["generation"]
            assert credential["blocked"] == account["blocked"]
        for account in accounts.values():
            if account["canonical_email"] in OWNERS:
                assert account["person"]["last_name"] == OWN_NAME, "an attacker's data in the owner's account"
                assert account["bank_details"]["iban"] == OWN_IBAN, "an attacker's bank details in the owner's account"
            else:
                assert self.stolen or account["person"]["last_name"] == FALSE_NAME, "the owner's data elsewhere"

    @invariant()
    def what_ended_stays_over(self) -> None:
        for tokens in self.ended[self.checked :]:
            self._is_over(tokens)
        self.checked = len(self.ended)

    def _is_over(self, tokens: Tokens) -> None:
        assert self.ask("GET", "/api/sessions", token=tokens.access).status == 401, "a session outlived its end"
        if tokens.refresh:
            answer = self.ask("POST", "/api/session/refresh", {"refresh_token": tokens.refresh})
            assert answer.status == 401, "a refresh token outlived its session"

    # ------------------------------------------------------------ and in the end

    def teardown(self) -> None:
        """Let the owner get in, whatever happened before."""
        self.late = False
        self.deliver()
        self._has_it_given_back()
        assert self._resets() or self._registers_anew(), "the owner is locked out for good"
        self._is_alone()

    def _has_it_given_back(self) -> None:
        account = self.owners_account()
        if account and (account["blocked"] or account["canonical_email"] not in OWNERS):
            self.operators_give_the_account_back()
        account = self.owners_account()
        if account and account["canonical_email"] in OWNERS:
            self.address = account["canonical_email"]

    def _resets(self) -> bool:
        """Ask for a reset, wait for its mail, and log in with the new password."""
        before = len(self.owner.links.get("reset", []))
        for _ in range(_PATIENCE_HOURS):
            self.owner_asks_for_a_reset()
            if len(self.owner.links.get("reset", [])) > before:
                break
            if not self.owners_account():
                return False
            self.wait(3600)
        else:
            return False
        self.owner_resets(OWN_PASSWORDS[0], 0)
        return self._logs_in()

    def _registers_anew(self) -> bool:
        self.address = HOME
        before = len(self.owner.passwords)
        self.owner_registers()
        for _ in range(_PATIENCE_HOURS):
            if any(one[0] in self.references for one in self.owner.attempts):
                self.owner_confirms_what_she_knows(0)
            if len(self.owner.passwords) > before:
                break
            self.wait(3600)
        self.password = None
        # Tries of before may have left a delay.
        self.wait(_LONGEST_DELAY)
        self.owner_changes_the_password(OWN_PASSWORDS[0])
        return self._logs_in()

    def _logs_in(self) -> bool:
        patience = self.world.clock() + _PATIENCE
        answer = self.log_in(self.address, self.password or "")
        while answer.status == 429 and self.world.clock() < patience:
            self.world.clock.advance(int(answer.headers["Retry-After"]))
            answer = self.log_in(self.address, self.password or "")
        if answer.status != 200:
            return False
        profile = self.ask("GET", "/api/profile", token=answer.json["access_token"])
        assert profile.json["last_name"] == OWN_NAME
        return True

    def _is_alone(self) -> None:
        """The attacker has nothing left that opens the owner's account, or closes it to her for good."""
        for tokens in self.stolen:
            assert self.ask("GET", "/api/sessions", token=tokens.access, attacks=True).status == 401
        self.attacker_uses_all_his_links(GUESSES[1])
        for guess in GUESSES:
            assert self.log_in(self.address, guess, attacks=True).status in {401, 429}
        self.each_address_has_one_account_with_the_data_of_its_holder()
