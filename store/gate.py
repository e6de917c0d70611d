"""The gate before every question: whether whoever asks has signed in, and what the policy lets them see."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from kpi.policy import WHOLE, Action, Role, Subject
from store.errors import StoreError
from store.sight import EVERYTHING, Sight

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from kpi.audit_entry import Outcome
    from store.access import Visitor
    from store.location import Location
    from store.organisation import Organisation
    from store.plain import Plain
    from store.sight import Asked
    from store.who import Who

# What the log was told: the app opens its store anew at every refresh, and asks the same again and again.
_TOLD: set[tuple[str, int, date, str, str, str]] = set()
_GUARDED = "SELECT 1 FROM person WHERE role = ? AND active = 1 LIMIT 1"


def is_guarded(plain: Plain) -> bool:
    """Whether the store has a super user, so that its people sign in."""
    return plain.value(_GUARDED, (Role.SUPER_USER.value,)) is not None


class Gate:
    """Of one reader: asked anew with every question, for a session or a grant may have ended since."""

    def __init__(self, plain: Plain, location: Location, clock: Callable[[], int], who: Who) -> None:
        """Made by a reader."""
        self._plain, self._location, self._clock, self._who = plain, location, clock, who
        self._revision: object = None
        self._seen: dict[object, Sight] = {}

    def visitor(self, organisation: Organisation) -> Visitor | None:
        """Who asks; None in an open store, and for the program itself. SignInNeededError if nobody may."""
        if self._who.origin == "system" or not is_guarded(self._plain):
            return None
        from store.access import visitor_by  # deferred: an open store needs none of it

        token = None if self._who.token is None else self._who.token(organisation.store_id)
        now = self._clock()
        return visitor_by(self._plain, token, now, organisation.today(now))

    def check(self, organisation: Organisation, action: Action, subject: Subject = WHOLE) -> None:
        """NotAllowedError or StepUpError if the policy says no; the log then knows of it."""
        visitor = self.visitor(organisation)
        if visitor is not None:
            self._check(organisation, visitor, action, subject)

    def _check(
        self, organisation: Organisation, visitor: Visitor, action: Action, subject: Subject, what: str = ""
    ) -> None:
        from store.access import NotAllowedError, check

        try:
            check(visitor, action, subject, self._clock())
        except NotAllowedError as error:
            said = f"{what}: {error}" if what else str(error)
            with suppress(StoreError):
                self._tell(organisation, visitor, action, subject, said, "refused")
            raise

    def sight(self, organisation: Organisation, asked: Asked) -> Sight:
        """How much of the board is seen; NotAllowedError for a user's figures, or a listing, that is not."""
        visitor = self.visitor(organisation)
        if visitor is None:
            return EVERYTHING
        from store.seeing import sees_listing

        today = organisation.today(self._clock())
        if not sees_listing(self._plain, visitor.standing, asked.listing, today):
            wanted = WHOLE if asked.listing is None else Subject(listing=asked.listing)
            self._check(organisation, visitor, Action.SEE_BOARD, wanted, asked.what)
        sight = self._sight_of(visitor, asked, today)
        if asked.user is not None:
            self._see_figures(organisation, visitor, sight, asked, asked.user)
        return sight

    def _sight_of(self, visitor: Visitor, asked: Asked, today: date) -> Sight:
        """The sight itself, which is worked out once for every state of the store."""
        from store.seeing import sight_of

        revision = self._plain.value("SELECT revision FROM store_state")
        if revision != self._revision:
            self._revision, self._seen = revision, {}
        known = (visitor.standing, asked.day, asked.ended, today)
        if known not in self._seen:
            self._seen[known] = sight_of(self._plain, visitor.standing, asked, today)
        return self._seen[known]

    def _see_figures(
        self, organisation: Organisation, visitor: Visitor, sight: Sight, asked: Asked, user: str
    ) -> None:
        """One person's figures: refused, or recorded if they are another's."""
        from store.access import NotAllowedError
        from store.seeing import subject_of_user

        today = organisation.today(self._clock())
        subject = subject_of_user(self._plain, user, min(asked.day or today, today))
        if sight.knows(user):
            if subject.person != visitor.person:
                self._tell(organisation, visitor, Action.SEE_FIGURES, subject, "One person's figures", "read")
            return
        self._check(organisation, visitor, Action.SEE_FIGURES, subject, asked.what)
        said = (
            "with fewer than five others, one person's figures could be told by subtraction; only your own "
            "are shown"
        )
        with suppress(StoreError):
            self._tell(organisation, visitor, Action.SEE_FIGURES, subject, f"{asked.what}: {said}", "refused")
        raise NotAllowedError(said)

    def see_person(self, organisation: Organisation, subject: Subject) -> None:
        """One person's weekly summary: NotAllowedError, or recorded if it is another's."""
        visitor = self.visitor(organisation)
        if visitor is None:
            return
        self._check(organisation, visitor, Action.SEE_FIGURES, subject, "A weekly summary")
        if subject.person != visitor.person:
            said = "One person's weekly summary"
            self._tell(organisation, visitor, Action.SEE_FIGURES, subject, said, "read")

    def _tell(
        self,
        organisation: Organisation,
        visitor: Visitor,
        action: Action,
        subject: Subject,
        said: str,
        outcome: Outcome,
    ) -> None:
        """Have the log say, once a day of a session, what was read or refused."""
        target = "store:1" if subject.person is None else f"person:{subject.person}"
        day = organisation.today(self._clock())
        told = (organisation.store_id, visitor.session, day, action.value, target, said)
        if told in _TOLD:
            return
        from store.telling import tell  # deferred: most questions leave no trace

        tell(
            self._location,
            self._clock,
            actor=visitor.name,
            origin=self._who.origin,
            action=action,
            target=target,
            said=said,
            outcome=outcome,
        )
        _TOLD.add(told)
