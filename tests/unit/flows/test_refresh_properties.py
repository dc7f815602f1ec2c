"""Refresh rotation (RFC 9700 section 4.14) under any interleaving of tabs, lost answers and a thief."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from portal.domain.account import open_account
from portal.domain.errors import NotAuthenticated, SessionEnded, Unavailable
from portal.domain.ids import SessionId
from portal.domain.refresh import REFRESH_GRACE_SECONDS, Lifetimes, new_session, parse_refresh_token, present
from portal.domain.session import Session
from portal.flows.authenticate import authenticate
from portal.flows.login import LoggedIn
from portal.flows.session import Refresh
from tests.support.fakes import NOW, FakeAccessTokens, FakeAccounts, FakeClock, FakeSessions, an_attempt
from tests.unit.flows.people import DEVICE

# Short, so that some runs come to both ends of a session.
LIFETIMES = Lifetimes(access_token=30, session_idle=60, session_absolute=100)
ACCOUNT = open_account(an_attempt(), NOW)


@dataclass
class RacingSessions(FakeSessions):
    """Sessions between whose read and write another request may come, or whose answer may be lost."""

    meanwhile: Callable[[], None] | None = None
    answer_is_lost: bool = False

    def find(self, session_id: SessionId) -> Session | None:
        found = super().find(session_id)
        act, self.meanwhile = self.meanwhile, None
        if act:
            act()
        return found

    def rotate(self, before: Session, after: Session) -> None:
        super().rotate(before, after)
        lost, self.answer_is_lost = self.answer_is_lost, False
        if lost:
            raise Unavailable


@dataclass
class Model:
    """What a session has to be, told without looking at it: every token issued, the newest last."""

    issued: list[str]
    ended: bool = False
    rotated_at: int = -1000
    used_at: int = NOW

    def is_over(self, now: int) -> bool:
        idle, absolute = self.used_at + LIFETIMES.session_idle, NOW + LIFETIMES.session_absolute
        return self.ended or now >= min(idle, absolute)

    def expected(self, place: int, now: int) -> str:
        """Tell what presenting a token brings: ``rotated``, ``same`` or ``ended``."""
        if self.is_over(now):
            return "ended"
        if place == len(self.issued) - 1:
            return "rotated"
        just_replaced = place == len(self.issued) - 2 and now - self.rotated_at <= REFRESH_GRACE_SECONDS
        return "same" if just_replaced else "ended"

    def present(self, place: int, now: int, successor: str | None) -> None:
        """Take note of an answer that has to be the expected one; ``successor`` is None for the end of the session."""
        kind = self.expected(place, now)
        assert (successor is None) == (kind == "ended")
        if kind == "ended":
            self.ended = True
        elif kind == "same":
            assert successor == self.issued[-1]
        else:
            assert successor is not None
            assert successor not in self.issued
            self.issued.append(successor)
            self.rotated_at = self.used_at = now


class Rotation(RuleBasedStateMachine):
    """Two tabs that share a cookie, a thief who holds every token ever issued, and another session of the account."""

    @initialize()
    def log_in(self) -> None:
        self.clock, self.tokens, self.accounts = FakeClock(), FakeAccessTokens(), FakeAccounts()
        self.accounts.accounts[ACCOUNT.id] = ACCOUNT
        self.sessions = RacingSessions(self.accounts)
        self.flow = Refresh(self.sessions, self.tokens, LIFETIMES, self.clock)
        (self.session, first), (self.other, _) = (
            new_session(ACCOUNT.id, ACCOUNT.generation, DEVICE, NOW, LIFETIMES) for _ in range(2)
        )
        self.sessions.add(self.session)
        self.sessions.add(self.other)
        self.model = Model([str(first)])
        self.cookie, self.on_their_way = 0, list[int]()

    def refresh(self, place: int) -> LoggedIn | None:
        """Present a token; None where the session is over."""
        try:
            return self.flow.refresh(self.model.issued[place])
        except SessionEnded:
            return None

    def present(self, place: int) -> int | None:
        """Present a token to session and model alike; return the place of the one that came back."""
        done = self.refresh(place)
        self.model.present(place, self.clock(), done.refresh_token if done else None)
        return None if done is None else self.model.issued.index(str(done.refresh_token))

    @rule(seconds=st.integers(min_value=0, max_value=40) | st.sampled_from([9, 10, 11]))
    def time_passes(self, seconds: int) -> None:
        self.clock.now += seconds

    @rule(arrives=st.sampled_from(["now", "later", "never"]))
    def a_tab_refreshes(self, arrives: str) -> None:
        got = self.present(self.cookie)
        if got is not None and arrives == "now":
            self.cookie = got
        elif got is not None and arrives == "later":
            self.on_their_way.append(got)

    @precondition(lambda self: self.on_their_way)
    @rule(data=st.data())
    def a_late_answer_arrives_and_sets_the_cookie(self, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(self.on_their_way) - 1))
        self.cookie = self.on_their_way.pop(place)

    @rule()
    def a_tab_refreshes_and_the_storage_loses_its_answer(self) -> None:
        """The client is told to try again, and holds the token just replaced."""
        if self.model.expected(self.cookie, self.clock()) != "rotated":
            return
        self.sessions.answer_is_lost = True
        with pytest.raises(Unavailable):
            self.refresh(self.cookie)
        assert self.present_again(self.cookie) is not None

    def present_again(self, place: int) -> str | None:
        """Present a token whose successor the model may not know yet, and return that."""
        done = self.refresh(place)
        successor = done.refresh_token if done else None
        self.model.present(place, self.clock(), successor)
        return successor

    @rule(arrives=st.booleans())
    def both_tabs_refresh_at_the_same_moment(self, *, arrives: bool) -> None:
        first, second = self.at_once(self.cookie, self.cookie)
        if first and second:
            assert first.refresh_token == second.refresh_token
        if arrives and first:
            self.cookie = self.model.issued.index(str(first.refresh_token))

    @rule()
    def a_tab_is_overtaken_by_two_refreshes_of_the_other(self) -> None:
        """Then it presents, when its own write comes, an older token, as a thief would."""
        if self.model.expected(self.cookie, self.clock()) != "rotated":
            return
        ahead: list[str | None] = []

        def other_tab() -> None:
            ahead.append(self.present_again(self.cookie))
            ahead.append(self.present_again(len(self.model.issued) - 1))

        self.sessions.meanwhile = other_tab
        late = self.refresh(self.cookie)
        assert None not in ahead
        self.model.present(self.cookie, self.clock(), late.refresh_token if late else None)

    @rule(data=st.data())
    def a_thief_presents_a_token(self, data: st.DataObject) -> None:
        self.present(data.draw(st.integers(0, len(self.model.issued) - 1)))

    @rule(data=st.data(), thief_is_faster=st.booleans())
    def a_thief_and_a_tab_meet(self, data: st.DataObject, *, thief_is_faster: bool) -> None:
        stolen = data.draw(st.integers(0, len(self.model.issued) - 1))
        self.at_once(*((self.cookie, stolen) if thief_is_faster else (stolen, self.cookie)))

    def at_once(self, outer: int, inner: int) -> tuple[LoggedIn | None, LoggedIn | None]:
        """Let a whole refresh happen between another one's read and write; in some order both have to be explained."""
        kind, now = self.model.expected(outer, self.clock()), self.clock()
        met: list[LoggedIn | None] = []
        self.sessions.meanwhile = lambda: met.append(self.refresh(inner))
        mine = self.refresh(outer)
        answers = [(outer, mine), (inner, met[0])]
        # Only the answer for a token just replaced was decided before the other one came.
        for place, done in answers if kind == "same" else reversed(answers):
            self.model.present(place, now, done.refresh_token if done else None)
        return mine, met[0]

    @invariant()
    def at_most_one_token_is_in_force_and_one_leads_to_it(self) -> None:
        found = self.accounts.sessions.get(self.session.id)
        tokens = [parse_refresh_token(text) for text in self.model.issued]
        kinds = [present(found, token, self.clock()) for token in tokens if token] if found else []
        assert kinds.count("current") == (found is not None)
        assert kinds.count("replaced") <= 1
        assert not kinds or kinds[-1] == "current"
        assert self.model.ended is (found is None) or self.model.is_over(self.clock())

    @invariant()
    def nobody_gets_in_once_the_session_is_over(self) -> None:
        if not self.model.is_over(self.clock()):
            return
        # The newest first: an older one would end the session.
        assert not any(self.refresh(place) for place in reversed(range(len(self.model.issued))))
        for token, claims in self.tokens.issued.items():
            assert claims.session_id == self.session.id
            with pytest.raises(NotAuthenticated):
                authenticate(token, self.clock(), self.tokens, self.sessions)

    @invariant()
    def no_session_outlives_its_absolute_end(self) -> None:
        for session in self.accounts.sessions.values():
            assert session.expires_at <= session.created_at + LIFETIMES.session_absolute

    @invariant()
    def the_other_session_of_the_account_stays_as_it_is(self) -> None:
        assert self.accounts.sessions[self.other.id] == self.other


TestRotation = Rotation.TestCase
TestRotation.settings = settings(max_examples=300, stateful_step_count=30)
