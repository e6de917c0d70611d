"""How grants, sessions and tokens are written on the People screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.events import moment_of
from kpi.policy_words import ACTION_WORDS
from store.session_questions import GrantState
from tui import words
from tui.widgets.table_rows import Column, TableRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

    from kpi.policy import Action
    from store.session_questions import GrantView, SessionView
    from store.sessions import TokenMade

GRANT_COLUMNS = (Column("Who", shares=True), Column("State"), Column("From"), Column("Until"),
                 Column("What for", shares=True))  # fmt: skip
_BEGUN = Column("Begun")
_SESSION = (Column("Who", shares=True), Column("What", shares=True), _BEGUN, Column("Last seen"),
            Column("Ends"), Column("State"))  # fmt: skip
GLYPHS = {
    GrantState.ASKED_FOR: "▲",
    GrantState.TO_COME: "◇",
    GrantState.IN_FORCE: "●",
    GrantState.OVER: "·",
    GrantState.ENDED: "×",
}
CAN_END = frozenset({GrantState.TO_COME, GrantState.IN_FORCE})
_SHORT_DAY = 6


def actions_words(actions: Iterable[Action]) -> str:
    """“read the audit log; see roles and permissions”."""
    return "; ".join(ACTION_WORDS[action] for action in actions)


def grant_row(one: GrantView) -> TableRow:
    """A grant."""
    days = (words.column_day(one.from_day), words.column_day(one.until_day))
    cells = (
        words.shown(one.person_name),
        f"{GLYPHS[one.state]} {one.state}",
        *days,
        words.shown(one.purpose),
    )
    return TableRow(cells, one, 1 if one.state is GrantState.ASKED_FOR else None)


def grant_sentence(one: GrantView) -> str:
    """All of a grant: who, until when, what for, what it lets them do, who asked and who approved."""
    days = f"from {words.day_words(one.from_day)} to the end of {words.day_words(one.until_day)}"
    said = [
        f"{words.shown(one.person_name)}, {one.state}, {days}, for “{words.shown(one.purpose)}”.",
        f"May: {actions_words(one.actions)}.",
        f"Asked for by {words.shown(one.requested_by)}"
        + (f", approved by {words.shown(one.approved_by)}" if one.approved_by else "")
        + (f", ended by {words.shown(one.ended_by)}" if one.ended_by else "")
        + ".",
    ]
    return " ".join(said)


def session_columns(*, wide: bool) -> tuple[Column, ...]:
    """The columns of sessions; when one began is said below where there is no room."""
    return tuple(column for column in _SESSION if wide or column is not _BEGUN)


def session_row(one: SessionView, *, wide: bool) -> TableRow:
    """A session or a token."""
    begun, seen, ends = (_short(words.moment_words(at)) for at in (one.made_at, one.seen_at, one.ends_at))
    what = (words.shown(one.person_name), kind_words(one), *([begun] if wide else []))
    return TableRow((*what, seen, ends, _state(one)), one)


def _short(moment: str) -> str:
    """“17 Nov 14:05”: what is alive is of this year, or of the next."""
    return moment[:_SHORT_DAY] + moment[-_SHORT_DAY:]


def kind_words(one: SessionView) -> str:
    """“session”, or a token by its name."""
    return "session" if one.name is None else f"token {words.shown(one.name)}"


def _state(one: SessionView) -> str:
    if one.is_this:
        return "● this one"
    return "× locked" if one.locked else ""


def session_sentence(one: SessionView) -> str:
    """All of a session or a token."""
    begun, seen, ends = (words.moment_words(at).strip() for at in (one.made_at, one.seen_at, one.ends_at))
    what = "signed in" if one.name is None else f"made the token “{words.shown(one.name)}”"
    rights = "" if one.rights is None else f" The token may: {actions_words(one.rights)}."
    this = " This is where you are." if one.is_this else ""
    locked = " Locked until its person gives the password." if one.locked else ""
    return (
        f"{words.shown(one.person_name)} {what} on {begun}, was last seen on {seen}; it ends by itself on "
        f"{ends}.{this}{locked}{rights}"
    )


def token_words(made: TokenMade, zone: tzinfo) -> tuple[str, str]:
    """A token, and what to do with it."""
    ends = words.moment_words(moment_of(made.ends_at).astimezone(zone)).strip()
    return made.token, (
        f"The token “{words.shown(made.name)}”, good until {ends}. A script acts as you with it: give it as "
        "STAGEWATCH_TOKEN, and keep it like a password. It stands nowhere else and is not shown again."
    )
