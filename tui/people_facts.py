"""The questions of the People screen and its pages, and the frozen answers. Runs on the desk's thread."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from kpi.policy import NEVER_BY_TOKEN, POLICY, WHOLE, Action, Role, Scope, allows, widest

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, tzinfo

    from kpi.policy import Standing, Subject
    from store.people_questions import DelegationView, Named, PersonView, TeamView, UnlinkedRef
    from store.session_questions import GrantView, SessionView
    from store.team_totals import TeamTotals
    from tui.reader import Reader

    Fact = PersonView | TeamView | TeamTotals | GrantView | SessionView | UnlinkedRef


class Section(Enum):
    """The parts of the People screen, in their order."""

    PEOPLE = "People"
    TEAMS = "Teams"
    TOTALS = "Totals"
    ACCESS = "Access"
    SESSIONS = "Sessions"
    UNLINKED = "Unlinked"


class Rights(NamedTuple):
    """What whoever looks may do, as the policy says; in an open store, without `standing`, everything."""

    standing: Standing | None

    @property
    def is_open(self) -> bool:
        """Whether nobody signs in to this store yet."""
        return self.standing is None

    def may(self, action: Action, subject: Subject = WHOLE) -> bool:
        """Whether they may do it to `subject`."""
        return self.standing is None or allows(self.standing, action, subject)

    def reaches(self, action: Action) -> Scope | None:
        """The widest scope in which they may do it, None if they may not at all."""
        return Scope.ORGANISATION if self.standing is None else widest(self.standing, action)


class Known(NamedTuple):
    """What every page about people knows: whom and which teams one sees, by name, and what one may do.

    `revision` is the store's, `zone` the organisation's, for moments.
    """

    revision: int
    today: date
    zone: tzinfo
    rights: Rights
    people: tuple[PersonView, ...]
    teams: tuple[TeamView, ...]

    def roles(self) -> tuple[Role, ...]:
        """The roles that can be given here: the first super user is made in another way."""
        return tuple(role for role in Role if role != Role.SUPER_USER or not self.rights.is_open)

    def auditors(self) -> tuple[PersonView, ...]:
        """Who can be let in for a time."""
        return tuple(one for one in self.people if one.active and one.role == Role.AUDITOR)

    def leaders(self, role: Role) -> tuple[PersonView, ...]:
        """Who can lead a team in this role."""
        return tuple(one for one in self.people if one.active and one.role == role)


class SectionFacts(NamedTuple):
    """What stands in a section, and which sections there are for whoever looks."""

    section: Section
    sections: tuple[Section, ...]
    known: Known
    rows: tuple[Fact, ...]


class PersonFacts(NamedTuple):
    """One person; None if they are not seen any more."""

    known: Known
    person: PersonView | None


class TeamFacts(NamedTuple):
    """One team with its delegations, the latest first; None if it is not seen any more."""

    known: Known
    team: TeamView | None
    delegations: tuple[DelegationView, ...]


def goes_by_listings(role: Role) -> bool:
    """Whether somebody of this role sees the listings that are assigned to them, and no others."""
    return POLICY[Action.SEE_BOARD].get(role) is Scope.OWN_LISTINGS


def token_rights(rights: Rights) -> tuple[Action, ...]:
    """Of one's own rights those that a token can have."""
    return tuple(
        action for action in Action if action not in NEVER_BY_TOKEN and rights.reaches(action) is not None
    )


def ask_section(section: Section) -> Callable[[Reader], SectionFacts]:
    """What stands in a section."""

    def ask(reader: Reader) -> SectionFacts:
        with reader.at_once():
            known = _known(reader)
            sections = tuple(one for one in Section if _is_there(one, known.rights))
            asked = section if section in sections else sections[0]
            return SectionFacts(asked, sections, known, _rows(reader, asked, known))

    return ask


def _known(reader: Reader) -> Known:
    rights, asked, zone = ask_rights(reader), reader.people(), reader.rules.zone
    return Known(reader.revision(), reader.today(), zone, rights, asked.people(), asked.teams())


def _is_there(section: Section, rights: Rights) -> bool:
    if section is Section.TOTALS:
        return rights.reaches(Action.SEE_TOTALS) is not None
    return section is not Section.UNLINKED or rights.may(Action.LINK_PEOPLE)


def _rows(reader: Reader, section: Section, known: Known) -> tuple[Fact, ...]:
    if section is Section.PEOPLE:
        return known.people
    if section is Section.TEAMS:
        return known.teams
    if section is Section.TOTALS:
        return _totals(reader) if known.teams else ()
    if section is Section.UNLINKED:
        return reader.people().unlinked()
    asked = reader.session_questions()
    return asked.grants() if section is Section.ACCESS else asked.sessions()


def _totals(reader: Reader) -> tuple[TeamTotals, ...]:
    totals = reader.people().totals()
    return *totals.teams, totals.together


def ask_person(number: int) -> Callable[[Reader], PersonFacts]:
    """One person."""

    def ask(reader: Reader) -> PersonFacts:
        with reader.at_once():
            known = _known(reader)
            return PersonFacts(known, next((one for one in known.people if one.number == number), None))

    return ask


def ask_team(number: int) -> Callable[[Reader], TeamFacts]:
    """One team."""

    def ask(reader: Reader) -> TeamFacts:
        with reader.at_once():
            known = _known(reader)
            team = next((one for one in known.teams if one.number == number), None)
            found = tuple(one for one in reader.people().delegations() if one.team.number == number)
            return TeamFacts(known, team, found)

    return ask


def ask_stand_ins(team: TeamView) -> Callable[[Reader], tuple[Named, ...]]:
    """Who could stand in for the team's manager, by name."""

    def ask(reader: Reader) -> tuple[Named, ...]:
        return tuple(one for one in reader.people().stand_ins(team.number) if one != team.manager)

    return ask


def ask_rights(reader: Reader) -> Rights:
    """What whoever looks may do."""
    visitor = reader.visitor()
    return Rights(None if visitor is None else visitor.standing)


def ask_unlinked(reader: Reader) -> tuple[UnlinkedRef, ...]:
    """The references that are linked to nobody."""
    return reader.people().unlinked()


def ask_listings(text: str) -> Callable[[Reader], tuple[tuple[str, str], ...]]:
    """Listings that a text could mean, (reference, title) each."""

    def ask(reader: Reader) -> tuple[tuple[str, str], ...]:
        hits = reader.search(text)
        return tuple((hit.listing, hit.title or "") for hit in hits if hit.application is None)

    return ask
