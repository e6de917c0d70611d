"""By every operation's name, how it is done: with something that is one's own, and with what is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from kpi.benchmarks import STANDARD, write_benchmarks
from kpi.calendar import CalendarSpec
from kpi.policy import WHOLE, Action, Role, Subject
from kpi.targets import Target
from kpi.weeks import week_of
from store.audit_care import LOG_TARGET, adopt_key, begin_key, keep_checkpoints, note_read
from store.backup import back_up
from store.benchmarks import choose_first_weekday, save_benchmarks
from store.calendar_changes import save_calendar
from store.contests import contest, decide
from store.documents import add_document, appeal, decide_appeal
from store.encrypting import decrypt_store, encrypt_store
from store.enrolling import complete_enrolment, give_enrolment_code
from store.feeds.mapping import load_mapping
from store.generating import generate
from store.grants import approve_grant, end_grant, request_grant
from store.importing import import_file
from store.maintenance import advance, rebuild
from store.mappings import drop_mapping, map_activity, save_mapping
from store.organisation import found_organisation
from store.people import add_person, change_person, deactivate_person, reactivate_person
from store.people_links import assign_listing, link_person, unassign_listing, unlink_person
from store.quarantine import EVERY_ROW, drop_rows
from store.restore import restore
from store.retrying import retry_rows
from store.reviews import mark_reviewed
from store.roles import grant_role, role_sql
from store.schema import upgrade
from store.self_reports import report
from store.sessions import end_session, make_token
from store.signing_in import change_password, lock, sign_in, sign_out, step_up, touch, unlock
from store.summaries import answer_flag, approve, comment, give_back, keep
from store.targets import revert_targets, save_targets, withdraw_targets
from store.teams import add_team, change_team, delegate, end_delegation
from tests.store.house import OTHER, PASSWORD, WRONG
from tests.store.policy_world import ELSEWHERE, MANAGED, MAPPING, MINE, PARTNERED, Actor, Papers, World
from tests.store.recorded import CODE

if TYPE_CHECKING:
    from store.location import Location
    from store.who import Who
    from store.work import Store


class Case(NamedTuple):
    """One way to do an operation, and what the policy is asked about; the log may name the right instead."""

    subject: Subject
    act: Callable[[Store], object]


def cases(world: World, actor: Actor) -> dict[str, list[Case]]:
    """All operations as one actor does them, in an order in which none stands in another's way."""
    found = {
        **_of_store(world),
        **_of_data(world),
        **_of_targets_and_log(world),
        **_of_people(world, actor),
        **_of_teams(world, actor),
        **_of_grants_and_tokens(world, actor),
        **_of_summaries(world, actor),
        **_of_oneself(world, actor),
    }
    # The last ones: after a restore no session is alive.
    return found | {last: found.pop(last) for last in ("store.encrypt", "store.decrypt", "store.restore")}


def _whole(*acts: Callable[[Store], object]) -> list[Case]:
    return [Case(WHOLE, act) for act in acts]


def _of_store(world: World) -> dict[str, list[Case]]:
    return {
        "organisation.found": _whole(lambda store: found_organisation(store, "Southbank")),
        "store.upgrade": _whole(upgrade),
        "store.backup": _whole(
            lambda store: back_up(store.location, world.folder / "copy.db", replace=True, by=store.who)
        ),
        "store.restore": _whole(
            lambda store: restore(
                store.location, world.backup(world.house.store.location), replace=True, by=store.who
            )
        ),
        "store.encrypt": _whole(partial(_with_the_file_alone, encrypt_store)),
        "store.decrypt": _whole(partial(_with_the_file_alone, decrypt_store)),
        "store.grant": _whole(
            lambda store: grant_role(store, "no_such_role"), lambda store: role_sql(store, "no_such_role")
        ),
        "tasks.rebuild": _whole(rebuild),
        "tasks.advance": _whole(advance),
    }


def _with_the_file_alone(act: Callable[[Location, Who], object], store: Store) -> object:
    store.close()
    return act(store.location, store.who)


def _of_data(world: World) -> dict[str, list[Case]]:
    return {
        "mapping.save": _whole(
            lambda store: save_mapping(store, MAPPING.replace("Ours", "New")),
            lambda store: map_activity(store, "Theirs", "coffee", "listing_published"),
        ),
        "mapping.drop": _whole(lambda store: drop_mapping(store, "Theirs")),
        "quarantine.retry": _whole(lambda store: retry_rows(store, EVERY_ROW)),
        "quarantine.drop": _whole(lambda store: drop_rows(store, EVERY_ROW)),
        "import.file": _whole(lambda store: import_file(store, world.file, load_mapping(MAPPING))),
    }


def _of_targets_and_log(world: World) -> dict[str, list[Case]]:
    spec = CalendarSpec(closures={world.house.today + timedelta(days=99): "Party"})
    return {
        "calendar.change": _whole(
            lambda store: save_calendar(store, spec, reason="Party", actor="Somebody else")
        ),
        "targets.save": _whole(
            lambda store: save_targets(store, {CODE: Target(3, 8)}, reason="Yes", actor="Somebody else")
        ),
        "targets.revert": _whole(lambda store: revert_targets(store, 1, reason="No", actor="Somebody else")),
        "targets.withdraw": _whole(
            lambda store: withdraw_targets(store, 3, reason="No", actor="Somebody else")
        ),
        "audit.adopt": _whole(lambda store: adopt_key(store, world.key_file)),
        "audit.key": _whole(lambda store: begin_key(store, lost=True)),
        "audit.folder": _whole(lambda store: keep_checkpoints(store, world.folder)),
        "audit.review": _whole(lambda store: mark_reviewed(store, 1, 2, "Seen", actor="Somebody else")),
        "audit.export": _whole(lambda store: note_read(store, "audit.export", LOG_TARGET, "An export")),
    }


def _of_people(world: World, actor: Actor) -> dict[str, list[Case]]:
    me, of, today = actor.number, world.number, world.house.today

    def both(act: Callable[[Store, int], object], name: str) -> list[Case]:
        """With oneself, and with somebody elsewhere."""
        return [
            Case(Subject(person=of(name), team=ELSEWHERE), lambda store: act(store, of(name))),
            Case(Subject(person=me, team=MINE), lambda store: act(store, me)),
        ]

    return {
        "people.add": _whole(lambda store: add_person(store, f"New {actor.label}", Role.RECRUITER)),
        "people.change": both(partial(change_person, team=PARTNERED), "Spare 1"),
        "people.deactivate": both(deactivate_person, "Spare 2")[:1],
        "people.reactivate": [
            Case(Subject(person=of("Gone")), lambda store: reactivate_person(store, of("Gone")))
        ],
        "people.enrol": both(give_enrolment_code, "Spare 3"),
        "people.reset": both(partial(give_enrolment_code, reset=True), "Spare 4")[:1],
        "people.link": [
            Case(
                Subject(person=of("Spare 5"), team=ELSEWHERE),
                lambda store: link_person(store, of("Spare 5"), "new"),
            ),
            Case(Subject(person=me, team=MINE), lambda store: link_person(store, me, "new too")),
        ],
        "people.unlink": [
            Case(
                Subject(person=of("Spare 0"), team=ELSEWHERE),
                lambda store: unlink_person(store, of("Spare 0"), "spare"),
            ),
            Case(Subject(person=me, team=MINE), lambda store: unlink_person(store, me, f"own-{actor.label}")),
        ],
        "people.assign": both(partial(assign_listing, listing="L-2"), "Spare 5"),
        "people.unassign": both(partial(unassign_listing, listing="L-1"), "Spare 0"),
        "people.sealing_key": _whole(
            lambda store: note_read(store, "people.sealing_key", "store:1", "The keys")
        ),
        "people.complete": _whole(
            lambda store: complete_enrolment(store, f"Nobody {actor.label} {today}", "no code", OTHER)
        ),
    }


def _of_teams(world: World, actor: Actor) -> dict[str, list[Case]]:
    me, of, teams = actor.number, world.number, (MINE, MANAGED, PARTNERED, ELSEWHERE)
    first = world.house.today + timedelta(days=5)

    def stand_in(person: int, team: int, day: int) -> Callable[[Store], object]:
        from_day = first + timedelta(days=day)
        return lambda store: delegate(store, team, person, from_day, from_day)

    def change(team: int, manager: int) -> Case:
        return Case(
            Subject(person=manager, team=team), lambda store: change_team(store, team, manager=manager)
        )

    return {
        "team.add": [
            *_whole(lambda store: add_team(store, f"Team {actor.label}")),
            Case(Subject(person=me), lambda store: add_team(store, f"Mine {actor.label}", manager=me)),
        ],
        "team.delegate": [
            Case(Subject(person=person, team=team), stand_in(person, team, day))
            for day, person in enumerate((of("Spare 6"), me))
            for team in teams
        ],
        "team.undelegate": [
            Case(Subject(team=team), partial(_end_delegation, number=number))
            for team, number in world.delegations.items()
        ],
        "team.change": [
            *(
                Case(Subject(team=team), partial(change_team, number=team, name=f"{actor.label} {team}"))
                for team in teams
            ),
            change(MINE, of("Mona")),
            change(MANAGED, me),
        ],
    }


def _end_delegation(store: Store, *, number: int) -> object:
    return end_delegation(store, number)


def _of_grants_and_tokens(world: World, actor: Actor) -> dict[str, list[Case]]:
    of, today = world.number, world.house.today
    other = next(one for one in world.actors.values() if one.number != actor.number)
    mine = sorted(actor.standing.rights or {Action.SEE_FIGURES})[:1]
    return {
        "grant.request": _whole(
            lambda store: request_grant(store, of("Abe"), "Audit", [Action.SEE_AUDIT], today, today)
        ),
        "grant.approve": [
            Case(Subject(person=of("Abe"), team=None), lambda store: approve_grant(store, 1)),
            Case(Subject(person=of(Role.AUDITOR)), lambda store: approve_grant(store, 2)),
        ],
        "grant.revoke": _whole(lambda store: end_grant(store, 3)),
        "token.make": [
            Case(
                Subject(person=actor.number, team=MINE),
                lambda store: make_token(store, f"for {actor.label}", 1, mine),
            )
        ],
        "session.end": [
            Case(Subject(person=other.number), lambda store: end_session(store, other.spare)),
            Case(Subject(person=actor.number), lambda store: end_session(store, actor.spare)),
        ],
    }


def _of_summaries(world: World, actor: Actor) -> dict[str, list[Case]]:
    own = "super_user" if actor.standing.rights is not None else _NAMES.get(actor.label, actor.label)
    papers = [world.papers[name] for name in (own, "Report", "Looked-after", "Stranger-0")]
    week = week_of(world.house.today)
    text = write_benchmarks(replace(STANDARD, limits=replace(STANDARD.limits, daily=61)))

    def with_one(act: Callable[[Store, Papers], object], one: Papers) -> Case:
        return Case(one.subject, lambda store: act(store, one))

    def each(act: Callable[[Store, Papers], object]) -> list[Case]:
        return [with_one(act, one) for one in papers]

    return {
        "summary.generate": _whole(generate),
        "summary.return": each(lambda store, one: give_back(store, one.number, "No", one.digest)),
        "summary.approve": each(lambda store, one: approve(store, one.number, one.digest)),
        "summary.keep": each(lambda store, one: keep(store, one.number, "No", one.digest)),
        "summary.answer": each(lambda store, one: answer_flag(store, one.number, "missing_note", "So")),
        "summary.comment": each(lambda store, one: comment(store, one.number, "So")),
        "summary.report": [
            Case(Subject(person=actor.number, team=MINE), lambda store: report(store, week, {"calls": 3}))
        ],
        "contest.make": each(lambda store, one: contest(store, one.number, "emails", "No")),
        "contest.decide": each(lambda store, one: decide(store, one.contest, "rejected", "No")),
        "document.add": each(lambda store, one: add_document(store, one.number, "coaching", "So")),
        "document.appeal": each(lambda store, one: appeal(store, one.document, "No")),
        "document.decide": each(lambda store, one: decide_appeal(store, one.appealed, "upheld", "So")),
        "benchmarks.save": _whole(
            lambda store: save_benchmarks(store, text, reason="Yes", actor="Somebody else")
        ),
        "setting.first_weekday": _whole(lambda store: choose_first_weekday(store, 6)),
    }


_NAMES = {"granted auditor": "granted"}


def _of_oneself(world: World, actor: Actor) -> dict[str, list[Case]]:
    session = actor.token if actor.standing.rights is None else actor.spare_token
    return {
        "session.sign_in": _whole(lambda store: sign_in(store, f"Nobody {actor.label}", PASSWORD)),
        "session.touch": _whole(touch),
        "session.step_up": _whole(lambda store: step_up(store, "000000")),
        "session.lock": _whole(lambda store: lock(store, session)),
        "session.unlock": _whole(lambda store: unlock(store, session, PASSWORD)),
        "session.sign_out": _whole(lambda store: sign_out(store, actor.spare_token)),
        "people.password": _whole(lambda store: change_password(store, WRONG, OTHER)),
    }
