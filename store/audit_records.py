"""The records that the audit log follows: what the tables say of each, by field.

A record is named by kind and key. What entries say of persons they say elsewhere, by opaque ids: authors
stand in the tables, never in a record's fields. Its reason is the entry's.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from kpi.audit_entry import Change, Value
from kpi.chain import canonical
from store.audit_fields import Fields, bound, digest_of, said_at, said_day, said_digest
from store.summary_records import (
    benchmarks_fields,
    contest_fields,
    document_fields,
    self_report_fields,
    summary_fields,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from store.plain import Plain

__all__ = ["KINDS", "Fields", "Record", "digest_of"]  # with what is defined below
_TARGETS = (".due_days", ".done_by_days")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Record(NamedTuple):
    """A record's name: `target` is how entries write it."""

    kind: str
    key: str

    @property
    def target(self) -> str:
        """`kind:key`."""
        return f"{self.kind}:{self.key}"


def fields_in(held: str) -> Fields | None:
    """The fields that a text kept for a record holds; None if it holds none."""
    try:
        read = json.loads(held)
        return read if isinstance(read, dict) and canonical(read) == held else None
    except (ValueError, TypeError, RecursionError):
        return None


def fields_of(plain: Plain, record: Record) -> Fields | None:
    """What the tables say of a record; None if it is not there."""
    return _KINDS[record.kind].read(plain, record.key)


def all_records(plain: Plain) -> Iterator[Record]:
    """Every record that the tables have, kind by kind, without holding them all."""
    for kind, (_, ask) in _KINDS.items():
        for (key,) in plain.stream(ask):
            yield Record(kind, str(key))


def changes_between(before: Mapping[str, Value], after: Mapping[str, Value]) -> tuple[Change, ...]:
    """The fields that differ, by name."""
    return tuple(
        Change(name, before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    )


def base_of(plain: Plain, record: Record) -> Fields:
    """What a new record is compared with: of what comes in versions, the one that counted before it."""
    if record.kind == "target_set" and (made_of := _made_of(plain, int(record.key))) is not None:
        fields = fields_of(plain, Record("target_set", str(made_of))) or {}
        return {name: value for name, value in fields.items() if name.endswith(_TARGETS)}
    if record.kind == "calendar" and int(record.key) > 1:
        fields = fields_of(plain, Record("calendar", str(int(record.key) - 1))) or {}
        return {name: value for name, value in fields.items() if name not in ("at", "from_day")}
    if record.kind == "benchmarks" and int(record.key) > 1:
        fields = fields_of(plain, Record("benchmarks", str(int(record.key) - 1))) or {}
        return {name: value for name, value in fields.items() if name not in ("from", "feedback")}
    return {}


def _organisation(plain: Plain, key: str) -> Fields:
    del key
    ((name, store_id, zone, catalogue),) = plain.rows(
        "SELECT name, store_id, zone, catalogue FROM organisation"
    )
    # A catalogue is long and never changes; its digest tells as well whether it has.
    return {
        "name": name,
        "store_id": store_id,
        "zone": zone,
        "catalogue": said_digest(catalogue),
    }


def _calendar(plain: Plain, key: str) -> Fields | None:
    if key == "1":
        ((region, weekdays),) = plain.rows("SELECT region, weekdays FROM organisation")
        days = plain.rows("SELECT day, works, reason FROM calendar_day")
        return {"region": region, "weekdays": _weekdays(weekdays), **_named_days(days)}
    row = plain.row(
        "SELECT at, from_day, region, weekdays, days FROM calendar_change WHERE number = ?", (int(key),)
    )
    if row is None:
        return None
    at, from_day, region, weekdays, said = row
    return {
        "at": said_at(at),
        "from_day": said_day(from_day),
        "region": region,
        "weekdays": _weekdays(weekdays),
        **_named_days(json.loads(said)),
    }


def _weekdays(said: str) -> str:
    return ", ".join(_DAYS[day] for day in json.loads(said))


def _named_days(rows: list[tuple[int, int, str]]) -> Fields:
    return {said_day(day): f"{'works' if works else 'closed'}: {reason}" for day, works, reason in rows}


def _made_of(plain: Plain, number: int) -> int | None:
    """The set that would have been in force, when a set began, without it; None for the first one."""
    return _found_int(
        plain.value(
            "SELECT s.number FROM target_set s JOIN target_set made ON made.number = ? "
            "LEFT JOIN target_set_withdrawal w ON w.set_number = s.number "
            "WHERE s.number < made.number AND coalesce(s.effective_from, -1) <= made.effective_from "
            "AND (w.at IS NULL OR w.at > made.created_at) "
            "ORDER BY coalesce(s.effective_from, -1) DESC, s.number DESC LIMIT 1",
            (number,),
        )
    )


def _found_int(value: object) -> int | None:
    return None if value is None else int(str(value))


def _target_set(plain: Plain, key: str) -> Fields | None:
    row = plain.row(
        "SELECT s.effective_from, w.set_number FROM target_set s "
        "LEFT JOIN target_set_withdrawal w ON w.set_number = s.number WHERE s.number = ?",
        (int(key),),
    )
    if row is None:
        return None
    fields: Fields = {
        "effective_from": said_at(row[0]),
        "made_of": _made_of(plain, int(key)),
        "withdrawn": row[1] is not None,
    }
    for code, due_days, done_by_days in plain.rows(
        "SELECT k.code, t.due_days, t.done_by_days FROM target t JOIN kpi k ON k.id = t.kpi_id "
        "WHERE t.set_number = ?",
        (int(key),),
    ):
        fields |= {f"{code}{_TARGETS[0]}": due_days, f"{code}{_TARGETS[1]}": done_by_days}
    return fields


def _mapping(plain: Plain, key: str) -> Fields | None:
    row = plain.row("SELECT text FROM mapping WHERE name = ?", (key,))
    return None if row is None else {"text": row[0]}


def _import(plain: Plain, key: str) -> Fields | None:
    row = plain.row(
        "SELECT source, file, finished_at, digest, rows, added, duplicates, sandbox, quarantined "
        "FROM import_run WHERE id = ?",
        (int(key),),
    )
    if row is None:
        return None
    source, file, finished_at, digest, *counts = row
    fields: Fields = {"source": source, "file": file, "finished": finished_at is not None}
    if finished_at is None:
        return fields  # its counts grow with every batch
    waiting = plain.value("SELECT count(*) FROM quarantine WHERE import_id = ?", (int(key),))
    names = ("rows", "added", "duplicates", "sandbox", "quarantined")
    return fields | {"digest": digest, "waiting": int(waiting), **dict(zip(names, counts, strict=True))}


def _setting(plain: Plain, key: str) -> Fields | None:
    row = plain.row("SELECT value FROM setting WHERE name = ?", (key,))
    return None if row is None else {"value": row[0]}


def _review(plain: Plain, key: str) -> Fields | None:
    row = plain.row(
        "SELECT first_seq, last_seq, at, actor, note FROM audit_review WHERE number = ?", (int(key),)
    )
    if row is None:
        return None
    first, last, at, actor, note = row
    said = said_digest(note)  # the entry's reason has it in words
    return {"first": first, "last": last, "at": said_at(at), "by": actor, "note": said}


def _person(plain: Plain, key: str) -> Fields | None:
    number = int(key)
    row = plain.row("SELECT role, active, database_role FROM person WHERE number = ?", (number,))
    if row is None:
        return None
    role, active, database_role = row
    teams = plain.rows(
        "SELECT from_day, team, until_day FROM membership WHERE person = ? ORDER BY from_day", (number,)
    )
    links = plain.rows("SELECT ref FROM person_link WHERE person = ?", (number,))
    listings = plain.rows("SELECT listing FROM assignment WHERE person = ?", (number,))
    return {
        "role": role,
        "active": bool(active),
        "team": next((team for _, team, until in teams if until is None), None),
        "team_history": bound(plain, teams),
        "database_role": database_role,
        "links": bound(plain, sorted(links)),
        "listings": bound(plain, sorted(listings)),
    }


def _team(plain: Plain, key: str) -> Fields | None:
    row = plain.row("SELECT name, manager, hr_partner FROM team WHERE number = ?", (int(key),))
    return None if row is None else {"name": row[0], "manager": row[1], "hr_partner": row[2]}


def _delegation(plain: Plain, key: str) -> Fields | None:
    row = plain.row(
        "SELECT team, delegate, from_day, until_day, withdrawn_at FROM delegation WHERE number = ?",
        (int(key),),
    )
    if row is None:
        return None
    team, delegate, first, last, withdrawn_at = row
    return {
        "team": team,
        "delegate": delegate,
        "from": said_day(first),
        "until": said_day(last),
        "withdrawn": said_at(withdrawn_at),
    }


def _credential(plain: Plain, key: str) -> Fields | None:
    """Whether each is the one that it was, and nothing of the thing itself."""
    number = int(key)
    if plain.postgres:  # the same worked out there: not everybody who verifies the log may see the things
        names = ("password", "second_factor", "enrolment", "recovery")
        held = plain.row(f"SELECT {', '.join(names)} FROM credential_held(?)", (number,))
        return None if held is None else dict(zip(names, held, strict=True))
    row = plain.row(
        "SELECT password_hash, seed, enrolment_hash, enrolment_until FROM credential WHERE person = ?",
        (number,),
    )
    if row is None:
        return None
    password, seed, enrolment, until = row
    codes = plain.rows("SELECT hash FROM recovery_code WHERE person = ? AND used_at IS NULL", (number,))
    return {
        "password": bound(plain, [number, password] if password else []),
        "second_factor": bound(plain, [number, seed] if seed else []),
        "enrolment": bound(plain, [number, enrolment, until] if enrolment else []),
        "recovery": bound(plain, [number, sorted(codes)] if codes else []),
    }


def _grant(plain: Plain, key: str) -> Fields | None:
    row = plain.row(
        "SELECT person, purpose, actions, from_day, until_day, requested_by, approved_by, ended_by, ended_at "
        "FROM access_grant WHERE number = ?",
        (int(key),),
    )
    if row is None:
        return None
    person, purpose, actions, first, last, requested_by, approved_by, ended_by, ended_at = row
    return {
        "person": person,
        "purpose": said_digest(purpose),  # the entry's reason has it in words
        "actions": ", ".join(sorted(json.loads(actions))),
        "from": said_day(first),
        "until": said_day(last),
        "requested_by": requested_by,
        "approved_by": approved_by,
        "ended": said_at(ended_at),
        "ended_by": ended_by,
    }


class _Kind(NamedTuple):
    """How records of a kind are read, and the query that has all their keys."""

    read: Callable[[Plain, str], Fields | None]
    ask: str


_KINDS = {
    "organisation": _Kind(_organisation, "SELECT id FROM organisation"),
    "calendar": _Kind(
        _calendar, "SELECT id FROM organisation UNION ALL SELECT number FROM calendar_change ORDER BY 1"
    ),
    "target_set": _Kind(_target_set, "SELECT number FROM target_set ORDER BY number"),
    "mapping": _Kind(_mapping, "SELECT name FROM mapping ORDER BY name"),
    "import": _Kind(_import, "SELECT id FROM import_run ORDER BY id"),
    "setting": _Kind(_setting, "SELECT name FROM setting ORDER BY name"),
    "review": _Kind(_review, "SELECT number FROM audit_review ORDER BY number"),
    "person": _Kind(_person, "SELECT number FROM person ORDER BY number"),
    "team": _Kind(_team, "SELECT number FROM team ORDER BY number"),
    "delegation": _Kind(_delegation, "SELECT number FROM delegation ORDER BY number"),
    "credential": _Kind(_credential, "SELECT person FROM credential ORDER BY person"),
    "grant": _Kind(_grant, "SELECT number FROM access_grant ORDER BY number"),
    "benchmarks": _Kind(benchmarks_fields, "SELECT number FROM benchmarks ORDER BY number"),
    "summary": _Kind(summary_fields, "SELECT number FROM summary ORDER BY number"),
    "contest": _Kind(contest_fields, "SELECT number FROM contest ORDER BY number"),
    "self_report": _Kind(self_report_fields, "SELECT DISTINCT person FROM self_report ORDER BY person"),
    "document": _Kind(document_fields, "SELECT number FROM document ORDER BY number"),
}
KINDS = tuple(_KINDS)
