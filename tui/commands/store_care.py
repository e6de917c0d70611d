"""`stagewatch store`: what the store is, whether it is sound, its backups, its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.calendar import load_zone
from kpi.policy_words import ROLE_WORDS
from kpi.text import clean
from store.errors import StoreError
from store.location import find_location
from tui.actor import visiting
from tui.commands.audit_proof import key_for_auditor, print_key_file
from tui.commands.output import print_json, writing
from tui.commands.progress import progress_bar, spinner

if TYPE_CHECKING:
    from argparse import Namespace

    from store.care import StoreInfo
    from store.checking import Checked
    from store.people_rows import Person
    from store.roles import Granted

_UNITS = ("bytes", "KB", "MB", "GB", "TB")
_THOUSAND = 1000
AUDITED = "0004"  # the first schema with an audit log
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PARTS = {
    "database": "The database",
    "schema": "Its schema",
    "tasks": "The tasks",
    "counts": "The counts",
    "replay": "The replay",
}


def info(options: Namespace) -> None:
    """Print what the store is and holds."""
    from store.care import describe

    with spinner("Counting"):
        found = describe(find_location(options.store), by=visiting("command line"))
    if options.json:
        print_json(info_json(found))
    else:
        _print_info(found)


def info_json(found: StoreInfo) -> dict[str, object]:
    """What a store is, in the machine form."""
    until, changed = found.holidays_until, found.changed_at
    return {
        "organisation": found.organisation,
        "store": str(found.location),
        "schema": found.schema,
        "database": found.database,
        "bytes": found.size,
        **found.counts,
        "revision": found.revision,
        "changed_at": None if changed is None else changed.isoformat(),
        "pending": found.pending,
        "calendar": found.calendar.region,
        "timezone": found.calendar.zone,
        "working_days": [_DAYS[day] for day in found.calendar.weekdays],
        "holidays_until": None if until is None else until.isoformat(),
    }


def _print_info(found: StoreInfo) -> None:
    counts, until, spec = found.counts, found.holidays_until, found.calendar
    changed = "never"
    if found.changed_at is not None:
        changed = f"{found.changed_at.astimezone(load_zone(spec.zone)):%a %d %b %Y %H:%M %Z}"
    days = ", ".join(_DAYS[day] for day in spec.weekdays)
    rows = [
        ("Organisation", found.organisation),
        ("Store", str(found.location)),
        ("Database", f"{found.database}, {size_words(found.size)}, schema {found.schema}"),
        ("Listings", f"{counts['listings']:,} with {counts['applications']:,} applications"),
        ("Events", f"{counts['events']:,}"),
        ("Tasks", f"{counts['tasks_open']:,} open, {counts['tasks_ended']:,} ended"),
        ("Target sets", f"{counts['target_sets']:,}"),
        ("Last change", changed),
        ("To be replayed", f"{found.pending:,} listings" if found.pending else "nothing"),
        ("Calendar", f"{spec.region or 'no bank holidays'}, {spec.zone}; {days}"),
    ]
    if until is not None:
        rows.append(("Bank holidays", f"known until {until:%d %b %Y}"))
    for name, said in rows:
        print(f"{name:<15} {clean(said)}")


def check(options: Namespace) -> None:
    """Print what is wrong with the store; StoreError, hence exit status 1, if anything is."""
    from store.checking import check_store

    location = find_location(options.store)
    with progress_bar("Checking") as show:
        found = check_store(location, full=options.full, tell=show, by=visiting("command line"))
    if options.json:
        print_json(
            {
                "sound": not found.problems,
                "problems": {name: [*problems] for name, problems in found.parts.items()},
                "listings": found.listings,
                "replayed": found.replayed,
                "pending": found.pending,
            }
        )
    else:
        _print_checked(found)
    if found.problems:
        many = "1 problem" if found.problems == 1 else f"{found.problems:,} problems"
        raise StoreError(f"{many} found in {location}; {_remedy(found)}")


def _remedy(found: Checked) -> str:
    if any(found.parts.get(name) for name in ("database", "schema")):
        return "restore a backup with “stagewatch store restore”"
    return "“stagewatch rebuild” works the tasks out again from the events"


def _print_checked(found: Checked) -> None:
    for name, problems in found.parts.items():
        print(f"{_PARTS[name]}: {'not sound' if problems else 'sound'}")
        for problem in problems:
            print(f"  {clean(problem)}")
    waiting = f"; {found.pending:,} wait for their replay" if found.pending else ""
    print(f"{found.replayed:,} of {found.listings:,} listings replayed and compared{waiting}.")


def backup(options: Namespace) -> None:
    """Write a backup and say what it holds."""
    from store.backup import back_up

    with progress_bar("Backing up") as show:
        made = back_up(
            find_location(options.store),
            options.file,
            replace=options.replace,
            tell=show,
            by=visiting("command line"),
        )
    rows = made.contents.rows
    if options.json:
        print_json(
            {
                "organisation": made.organisation,
                "file": str(made.file),
                "bytes": made.size,
                "schema": made.contents.version,
                "revision": made.contents.revision,
                "rows": rows,
            }
        )
    else:
        print(
            f"{made.organisation}: {rows['event']:,} events of {rows['listing']:,} listings are in "
            f"{clean(str(made.file))} ({size_words(made.size)}), read back and found whole."
        )


def restore(options: Namespace) -> None:
    """Put a backup in the store's place."""
    from store.restore import restore as put_back

    location = find_location(options.store)
    with progress_bar("Restoring") as show:
        done = put_back(
            location, options.file, replace=options.replace, tell=show, by=visiting("command line")
        )
    rows = done.contents.rows
    if options.json:
        print_json(
            {
                "organisation": done.organisation,
                "store": str(location),
                "replaced": done.replaced,
                "schema": done.contents.version,
                "revision": done.contents.revision,
                "rows": rows,
            }
        )
    else:
        instead = ", in place of what was there" if done.replaced else ""
        print(
            f"{done.organisation}: {rows['event']:,} events of {rows['listing']:,} listings are at "
            f"{clean(str(location))}{instead}."
        )


def upgrade(options: Namespace) -> None:
    """Bring the schema up to date."""
    from store.care import upgrade_store
    from store.key_files import key_file_text

    location = find_location(options.store)
    with spinner("Upgrading"):
        done = upgrade_store(location)
    # A store from before the audit log has one now, which wants its key.
    key, why_not = (None, "") if done.before >= AUDITED else key_for_auditor(options)
    if options.json:
        text = None if key is None else key_file_text(key)
        print_json({"store": str(location), "before": done.before, "after": done.after, "audit_key": text})
    elif done.before == done.after:
        print(f"{clean(str(location))} is up to date (schema {done.after}).")
    else:
        print(f"{clean(str(location))} went from schema {done.before} to {done.after}.")
        if key is not None:
            print_key_file(key)
        elif why_not:
            print(f"Please note: {why_not}.")


def grant(options: Namespace) -> None:
    """Give a role of the server what it needs, and no more; or say the SQL that does."""
    from store.roles import grant_role, role_sql

    with writing(options) as store:
        give = role_sql if options.print else grant_role
        done = give(store, options.role, options.person)
        place = str(store.location)
    person = done.person
    if options.json:
        found: dict[str, object] = {"store": place, "role": done.role}
        if person is not None:
            found |= {"person": person.number, "name": person.name, "as": person.role.value}
        print_json(found | ({"sql": list(done.statements)} if options.print else {}))
    elif options.print:
        _print_sql(done)
    else:
        print(_granted_words(clean(done.role), clean(place), person))


def _print_sql(done: Granted) -> None:
    role, person = clean(done.role), done.person
    print("-- To be run by the owner of the store's tables.")
    if person is not None and person.database_role != done.role:
        print(f"-- Then say whose it is: stagewatch people change {person.number} --database-role {role}")
    for statement in done.statements:
        print(f"{statement};")


def _granted_words(role: str, place: str, person: Person | None) -> str:
    if person is None:
        return f"{role} can work with {place}; what only grows it cannot change."
    name = clean(person.name)
    if not person.active:
        return f"{role} is {name}'s, who is deactivated: it can do nothing with {place}."
    return f"{role} can work with {place} as {name}, with what the role {ROLE_WORDS[person.role]} needs."


def size_words(size: int) -> str:
    """A number of bytes for people: 950 bytes, 12.3 MB."""
    value, unit = float(size), 0
    while value >= _THOUSAND and unit < len(_UNITS) - 1:
        value, unit = value / _THOUSAND, unit + 1
    return f"{size:,} bytes" if unit == 0 else f"{value:,.1f} {_UNITS[unit]}"
