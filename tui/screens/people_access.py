"""Letting in for a time, and what is let in: grants asked for and approved, sessions and tokens ended."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.binding import Binding

from kpi.policy import GRANTABLE, Action, Subject
from kpi.policy_words import ACTION_WORDS
from kpi.text import clean
from store.session_questions import GrantState
from tui import access_words as say
from tui import words
from tui.people_facts import token_rights
from tui.screens.form_box import Field, FieldError, FormBox, Offer
from tui.screens.people_base import PeoplePage
from tui.screens.people_teams import day_field
from tui.widgets.text_rows import Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from store.grants import Grant
    from store.session_questions import GrantView, SessionView
    from store.sessions import TokenMade
    from store.work import Store
    from tui.people_work import Declined
    from tui.screens.form_box import Filled

GRANT_KEYS = (
    Binding("a", "ask_grant", "ask for access", id="access.ask",
            tooltip="Ask that an auditor be let in for a time; another super user approves"),
    Binding("y", "approve", "approve", id="access.approve", tooltip="Approve it: it asks first"),
    Binding("x", "turn_down", "turn down", id="access.turn_down", tooltip="Turn down what is asked for"),
    Binding("x", "revoke", "revoke", id="access.revoke", tooltip="Revoke it: it ends at once"),
)  # fmt: skip
SESSION_KEYS = (
    Binding("a", "make_token", "make a token", id="sessions.token",
            tooltip="Make a token for scripts, shown once"),
    Binding("x", "end_session", "end", id="sessions.end", tooltip="End the session or the token, at once"),
)  # fmt: skip


class AccessActions(PeoplePage):
    """A page with a grant at hand, `grant`, or a session, `session`."""

    @property
    def grant(self) -> GrantView | None:
        """The grant at hand."""
        raise NotImplementedError

    @property
    def session(self) -> SessionView | None:
        """The session or the token at hand."""
        raise NotImplementedError

    @property
    def shows_grants(self) -> bool:
        """Whether access is asked for here."""
        raise NotImplementedError

    @property
    def shows_sessions(self) -> bool:
        """Whether tokens are made here."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nobody lets in where nobody signs in yet; else what the policy allows, to what is at hand."""
        known = _CHECKS.get(action)
        if known is None:
            return super().check_action(action, parameters)
        return self.is_whole and self.rights is not None and not self.rights.is_open and known(self)

    # --------------------------------------------------------------------------------------------- grants

    def action_ask_grant(self) -> None:
        """Ask whom, what for, what, when."""
        self._offer_grant({}, (), "")

    def _offer_grant(self, texts: Mapping[str, str], marked: Collection[Action], refused: str) -> None:
        known = self.known
        if known is None:
            return
        auditors = tuple(Offer(one.name, one.number) for one in known.auditors())
        who = "↓ chooses from the auditors." if auditors else "There is no auditor yet: add one first."
        fields = (
            Field("person", "Auditor", who, texts.get("person", ""), auditors),
            Field("purpose", "What for", "It is kept in the audit log.", texts.get("purpose", "")),
            day_field("from_day", "From", known.today, texts.get("from_day", "today")),
            day_field("until_day", "Until", known.today, texts.get("until_day", "+30")),
        )

        def filled(given: Filled) -> None:
            def ask(store: Store) -> Grant:
                from store.grants import request_grant  # deferred: writing needs what reading does not

                return request_grant(store, actions=given.marked, **given.values)

            def said(grant: Grant) -> str:
                return f"▲ Grant {grant.number} was asked for. Another super user approves it."

            def again(declined: Declined) -> None:
                self._offer_grant(given.texts, given.marked, declined.words)

            self.change("Asking", ask, said, again)

        marks = _marks([one for one in Action if one in GRANTABLE], marked)
        self.fill_in(FormBox("Ask for access", "Ask", fields, refused=refused, marks=marks), filled)

    def action_approve(self) -> None:
        """Show all of it, then approve it."""
        one = self.grant
        if one is None:
            return

        def approve(store: Store) -> None:
            from store.grants import approve_grant  # deferred: as above

            approve_grant(store, one.number)

        def said(_: object) -> str:
            return f"✓ Grant {one.number} of {words.shown(one.person_name)} is approved."

        go_on = partial(self.change, "Approving", approve, said)
        self.confirm("Approve this access", say.grant_sentence(one), "Approve it", go_on)

    def action_turn_down(self) -> None:
        """Ask, then turn it down."""
        self._end_grant("Turn this down", "", "turned down")

    def action_revoke(self) -> None:
        """Ask, then revoke it."""
        self._end_grant("Revoke this access", "It ends at once, on open screens too. ", "revoked")

    def _end_grant(self, heading: str, effect: str, done: str) -> None:
        one = self.grant
        if one is None:
            return

        def end(store: Store) -> None:
            from store.grants import end_grant  # deferred: as above

            end_grant(store, one.number)

        def said(_: object) -> str:
            return f"× Grant {one.number} of {words.shown(one.person_name)} was {done}."

        go_on = partial(self.change, "Ending", end, said)
        self.confirm(
            heading,
            f"{effect}{say.grant_sentence(one)}",
            heading.replace("this access", "it").replace("this", "it"),
            go_on,
        )

    # ------------------------------------------------------------------------------- sessions and tokens

    def action_make_token(self) -> None:
        """Ask for its name, its days, its rights."""
        self._offer_token({}, (), "")

    def _offer_token(self, texts: Mapping[str, str], marked: Collection[Action], refused: str) -> None:
        known = self.known
        if known is None:
            return
        fields = (
            Field("name", "Name", "What it is for, such as “nightly export”.", texts.get("name", "")),
            Field(
                "days", "Days", "After so many days it ends by itself.", texts.get("days", "30"), read=_whole
            ),
        )

        def filled(given: Filled) -> None:
            def make(store: Store) -> TokenMade:
                from store.sessions import make_token  # deferred: as above

                return make_token(store, rights=given.marked, **given.values)

            def said(made: TokenMade) -> str:
                self.show_once(f"Token {made.name}", say.token_words(made, known.zone))
                return f"✓ The token “{words.shown(made.name)}” was made."

            def again(declined: Declined) -> None:
                self._offer_token(given.texts, given.marked, declined.words)

            self.change("Making a token", make, said, again)

        marks = _marks(token_rights(known.rights), marked)
        self.fill_in(FormBox("Make a token", "Make it", fields, refused=refused, marks=marks), filled)

    def action_end_session(self) -> None:
        """Ask, then end it."""
        one = self.session
        if one is None:
            return

        def end(store: Store) -> bool:
            from store.sessions import end_session  # deferred: as above

            return end_session(store, one.number)

        def said(ended: bool) -> str:
            return "× It was ended." if ended else "It had ended already."

        go_on = partial(self.change, "Ending", end, said)
        self.confirm("End this", say.session_sentence(one), "End it now", go_on)


def _may_approve(page: AccessActions) -> bool:
    return page.grant is not None and page.grant.to_approve


def _may_turn_down(page: AccessActions) -> bool:
    return (
        page.grant is not None and page.grant.state is GrantState.ASKED_FOR and page.may(Action.REVOKE_GRANTS)
    )


def _may_revoke(page: AccessActions) -> bool:
    return page.grant is not None and page.grant.state in say.CAN_END and page.may(Action.REVOKE_GRANTS)


def _may_end(page: AccessActions) -> bool:
    one = page.session
    return one is not None and page.may(Action.END_SESSIONS, Subject(person=one.person))


def _may_make_token(page: AccessActions) -> bool:
    return (
        page.shows_sessions
        and page.rights is not None
        and page.rights.reaches(Action.MAKE_TOKENS) is not None
    )


def _may_ask(page: AccessActions) -> bool:
    return page.shows_grants and page.may(Action.REQUEST_GRANTS)


_CHECKS: Mapping[str, Callable[[AccessActions], bool]] = {
    "ask_grant": _may_ask,
    "approve": _may_approve,
    "turn_down": _may_turn_down,
    "revoke": _may_revoke,
    "make_token": _may_make_token,
    "end_session": _may_end,
}


def _marks(actions: Collection[Action], marked: Collection[Action]) -> tuple[Choice, ...]:
    return tuple(Choice(ACTION_WORDS[one], one, on=one in marked) for one in actions)


def _whole(text: str) -> int:
    """A whole number as it is typed."""
    typed = clean(text).strip()
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= 4):  # noqa: PLR2004 - the store says how many
        raise FieldError("days: write a whole number, such as 30")
    return int(typed)
