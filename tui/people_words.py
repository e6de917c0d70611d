"""How people and teams are written on the People screen: columns, rows, a sentence for the row at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from kpi.events import moment_of
from kpi.policy_words import ROLE_WORDS
from tui import access_words, words
from tui.people_facts import Section
from tui.widgets.table_rows import Column, TableRow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, tzinfo

    from kpi.disclosure import Total
    from store.enrolling import EnrolmentCode
    from store.people_questions import DelegationView, Named, PersonView, TeamView, UnlinkedRef
    from store.session_questions import GrantView, SessionView
    from store.team_totals import TeamTotals
    from tui.people_facts import Known, PersonFacts, SectionFacts, TeamFacts
    from tui.people_work import Added

NOBODY = "nobody"
OPEN = (
    "○ Nobody signs in to this store yet: whoever can open it may do everything. “Make the first super user” "
    "in ctrl+p begins that; people and teams can be written down before."
)
EMPTY = {
    Section.PEOPLE: ("No people yet", "Nobody has been written down here. a adds a person."),
    Section.TEAMS: (
        "No teams",
        "Teams that you may see stand here, each with its manager and who stands in today.",
    ),
    Section.TOTALS: ("No totals", "There is no team yet whose totals you may see."),
    Section.ACCESS: (
        "No access for a time",
        "Auditors are let in for a time: one super user asks for it, and another approves.",
    ),
    Section.SESSIONS: ("No sessions", "Nobody is signed in, as far as you may see."),
    Section.UNLINKED: (
        "Every reference is linked",
        "Whoever owns a listing, or acted of late, is linked to a person.",
    ),
}
WAITING = {
    Section.PEOPLE: "Reading the people …",
    Section.TEAMS: "Reading the teams …",
    Section.TOTALS: "Adding up what teams finished …",
    Section.ACCESS: "Reading who was let in …",
    Section.SESSIONS: "Reading the sessions …",
    Section.UNLINKED: "Looking for references. In a large store this takes a few seconds …",
}
REFERENCE, LISTING = "ATS reference", "Listing"
ITEM_COLUMNS = (Column("What", quiet=True), Column("Reference", shares=True))
TEAM_COLUMNS = (Column("What", quiet=True), Column("Who", shares=True), Column("From"), Column("Until"),
                Column("State"))  # fmt: skip
_PEOPLE = (Column("Name", shares=True), Column("Role", shares=True), Column("Team", shares=True),
           Column("State"))  # fmt: skip
_NARROW_END, _WIDE_END = (Column("Refs", right=True),), (Column("ATS references", shares=True),)
_TEAMS = (Column("Team", shares=True), Column("Manager", shares=True), Column("HR partner", shares=True),
          Column("People", right=True), Column("Stands in today", shares=True))  # fmt: skip
_TOTALS = (Column("Team", shares=True), Column("Finished in time", right=True),
           Column("Finished late", right=True))  # fmt: skip
_UNLINKED = (Column("Reference", shares=True), Column("Listings", right=True))


def columns(section: Section, *, wide: bool) -> tuple[Column, ...]:
    """The columns of a section."""
    if section is Section.PEOPLE:
        return (*_PEOPLE, *(_WIDE_END if wide else _NARROW_END))
    if section is Section.TEAMS:
        return _TEAMS
    if section is Section.TOTALS:
        return _TOTALS
    if section is Section.UNLINKED:
        return _UNLINKED
    if section is Section.ACCESS:
        return access_words.GRANT_COLUMNS
    return access_words.session_columns(wide=wide)


def table(facts: SectionFacts, *, wide: bool) -> list[TableRow]:
    """The rows of a section, in the store's order: by name, never by a figure."""
    if facts.section is Section.PEOPLE:
        return [_person_row(one, wide=wide) for one in cast("tuple[PersonView, ...]", facts.rows)]
    if facts.section is Section.TEAMS:
        return [_team_row(one) for one in cast("tuple[TeamView, ...]", facts.rows)]
    if facts.section is Section.TOTALS:
        teams = cast("tuple[TeamTotals, ...]", facts.rows)
        return [TableRow((words.shown(one.name), *map(total_words, one.totals)), one) for one in teams]
    if facts.section is Section.UNLINKED:
        found = cast("tuple[UnlinkedRef, ...]", facts.rows)
        return [TableRow((words.shown(one.ref), f"{one.listings:,}"), one) for one in found]
    if facts.section is Section.ACCESS:
        return [access_words.grant_row(one) for one in cast("tuple[GrantView, ...]", facts.rows)]
    return [access_words.session_row(one, wide=wide) for one in cast("tuple[SessionView, ...]", facts.rows)]


def sentence(facts: SectionFacts, picked: object) -> str:
    """The whole of the row with the cursor."""
    said: Mapping[Section, Callable[[Any], str]] = {
        Section.PEOPLE: person_sentence,
        Section.TEAMS: team_sentence,
        Section.TOTALS: totals_sentence,
        Section.ACCESS: access_words.grant_sentence,
        Section.SESSIONS: access_words.session_sentence,
        Section.UNLINKED: unlinked_sentence,
    }
    return "" if picked is None else said[facts.section](picked)


def total_words(total: Total) -> str:
    """A total; “–” if all of it is withheld, with a star if some of its months are."""
    return "–" if total.value is None else f"{total.value:,}{'*' if total.withheld else ''}"


def totals_sentence(one: TeamTotals) -> str:
    """What a row of totals is, and what is withheld from it."""
    said = f"{words.shown(one.name)}: tasks finished in the last three whole months."
    if not sum(total.withheld for total in one.totals):
        return said
    return f"{said} – is withheld, * lacks months that are: fewer than five people had a part in them."


# --------------------------------------------------------------------------------------------- people


def _person_row(one: PersonView, *, wide: bool) -> TableRow:
    refs = ", ".join(map(words.shown, one.links)) if wide else str(len(one.links))
    cells = (words.shown(one.name), ROLE_WORDS[one.role], name_words(one.team, ""), state_words(one), refs)
    return TableRow(cells, one, None if one.active else 3)


def name_words(one: Named | None, instead: str = NOBODY) -> str:
    """A person or a team by name."""
    return instead if one is None else words.shown(one.name)


def state_words(one: PersonView) -> str:
    """Whether somebody can sign in, by what: glyph and word."""
    if not one.active:
        return "× deactivated"
    if not one.has_password:
        return "○ no password"
    return "● password, code" if one.has_second_factor else "● password"


def person_sentence(one: PersonView) -> str:
    """Who somebody is, how they sign in, what is theirs."""
    team = "in no team" if one.team is None else f"in {words.shown(one.team.name)}"
    said = [f"{words.shown(one.name)}, {ROLE_WORDS[one.role].lower()} {team}.", signing_in_words(one)]
    if one.links:
        said.append(f"In the ATS: {', '.join(map(words.shown, one.links))}.")
    if one.listings:
        said.append(f"{words.plural(len(one.listings), 'listing')} assigned.")
    return " ".join(said)


def signing_in_words(one: PersonView) -> str:
    """How somebody signs in."""
    if not one.active:
        return "Deactivated: they do not sign in, and what they did stays."
    if not one.has_password:
        second = ", and their second factor is kept" if one.has_second_factor else ""
        return f"No password yet: with an enrolment code they choose one{second}."
    if one.has_second_factor:
        return "They sign in with a password and a one-time code."
    return "They sign in with a password."


def person_facts(facts: PersonFacts) -> tuple[tuple[str, str], ...]:
    """What stands above a person's references, each with its name."""
    one = facts.person
    if one is None:
        return ()
    team = next(
        (team for team in facts.known.teams if one.team is not None and team.number == one.team.number), None
    )
    led = [said for team in facts.known.teams for said in _leading(team, one.number)]
    return (
        ("Role", ROLE_WORDS[one.role]),
        ("Team", "in no team" if team is None else f"{words.shown(team.name)}, {_led_by(team)}"),
        *((("Leads", ", ".join(led)),) if led else ()),
        ("State", f"{state_words(one)[0]} {signing_in_words(one)}"),
        *((("Database", f"role {words.shown(one.database_role)}"),) if one.database_role else ()),
    )


def _leading(team: TeamView, number: int) -> list[str]:
    """What somebody is to a team whose people they look after."""
    what = (("manager of", team.manager), ("HR partner of", team.hr_partner), ("stands in at", team.delegate))
    return [
        f"{said} {words.shown(team.name)}" for said, who in what if who is not None and who.number == number
    ]


def item_rows(one: PersonView) -> list[TableRow]:
    """A person's references in the ATS, then the listings assigned to them."""
    links = [TableRow((REFERENCE, words.shown(ref)), (REFERENCE, ref)) for ref in one.links]
    return [*links, *(TableRow((LISTING, words.shown(ref)), (LISTING, ref)) for ref in one.listings)]


def unlinked_sentence(one: UnlinkedRef) -> str:
    """Whose reference nobody has."""
    owns = (
        f"owns {words.plural(one.listings, 'listing')}"
        if one.listings
        else "owned a listing, or acted of late"
    )
    return f"“{words.shown(one.ref)}” {owns} and is linked to nobody. enter says who it is."


# ---------------------------------------------------------------------------------------------- teams


def _team_row(one: TeamView) -> TableRow:
    leaders = (name_words(one.manager, "–"), name_words(one.hr_partner, "–"))
    return TableRow((words.shown(one.name), *leaders, f"{one.members:,}", name_words(one.delegate, "")), one)


def team_sentence(one: TeamView) -> str:
    """Who leads a team, and who is in it."""
    people = "1 person is" if one.members == 1 else f"{one.members:,} people are"
    return f"{words.shown(one.name)}: {_led_by(one)}; {people} in it today."


def _led_by(one: TeamView) -> str:
    manager, partner = name_words(one.manager), name_words(one.hr_partner)
    stands_in = "" if one.delegate is None else f", for whom {words.shown(one.delegate.name)} stands in today"
    return f"managed by {manager}{stands_in}; HR partner {partner}"


def team_facts(facts: TeamFacts) -> tuple[tuple[str, str], ...]:
    """What stands above a team's delegations and people."""
    one = facts.team
    if one is None:
        return ()
    return (
        ("Manager", name_words(one.manager)),
        ("HR partner", name_words(one.hr_partner)),
        ("Stands in", f"{name_words(one.delegate)} today"),
    )


def team_rows(facts: TeamFacts) -> list[TableRow]:
    """A team's delegations, the latest first, then whom of its people one sees, by name."""
    if facts.team is None:
        return []
    today, number = facts.known.today, facts.team.number
    members = [one for one in facts.known.people if one.team is not None and one.team.number == number]
    return [
        *(_delegation_row(one, today) for one in facts.delegations),
        *(TableRow(("In the team", words.shown(one.name), "", "", state_words(one)), one) for one in members),
    ]


def _delegation_row(one: DelegationView, today: date) -> TableRow:
    days = (words.column_day(one.from_day), words.column_day(one.until_day))
    return TableRow(("Stands in", words.shown(one.delegate.name), *days, delegation_state(one, today)), one)


def delegation_state(one: DelegationView, today: date) -> str:
    """Whether somebody stands in today: glyph and word."""
    if one.withdrawn_at is not None:
        return "× ended"
    if one.is_on(today):
        return "● today"
    return "◇ to come" if one.from_day > today else "· over"


def is_alive(one: DelegationView, today: date) -> bool:
    """Whether there is still something to end."""
    return one.withdrawn_at is None and one.until_day >= today


def period_words(first: date, last: date) -> str:
    """“from Mon 16 Nov 2026 to Fri 20 Nov 2026”."""
    return f"from {words.day_words(first)} to {words.day_words(last)}"


# ------------------------------------------------------------------------------------ what was done


def added_words(added: Added) -> str:
    """That somebody was added; without a code, why."""
    if added.code is None:
        return (
            f"■ {words.shown(added.person.name)} was added, but without an enrolment code: {added.why_none}."
        )
    return f"✓ {words.shown(added.person.name)} was added."


def code_words(code: EnrolmentCode, zone: tzinfo) -> tuple[str, str]:
    """An enrolment code, and what its person does with it."""
    until = words.moment_words(moment_of(code.until).astimezone(zone)).strip()
    return code.code, (
        f"For {words.shown(code.name)} alone: hand it over yourself. At sign-in it lets them choose a "
        f"password. It is good once, until {until}. It stands nowhere else and is not shown again."
    )


def said_names(known: Known, number: int | None) -> str:
    """A person's name by number, as a field holds it."""
    return next((one.name for one in known.people if one.number == number), "")
