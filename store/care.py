"""Looking after a store: what it is, and bringing an older one up to date.

Checking is in `store/checking.py`, copies in `store/backup.py` and `store/restore.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kpi.calendar import CalendarSpec, WorkingCalendar
from kpi.events import moment_of
from kpi.policy import Action
from store.errors import StoreError
from store.moment import one_moment
from store.organisation import load_organisation
from store.permission import permit
from store.schema import CURRENT, check_known, upgrade, version_of
from store.who import NOBODY
from store.work import Store, system_now

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from store.location import Location
    from store.plain import Plain
    from store.who import Who

_COUNTED = {
    "listings": "SELECT count(*) FROM listing",
    "applications": "SELECT count(*) FROM application",
    "events": "SELECT count(*) FROM event",
    "tasks_open": "SELECT count(*) FROM task WHERE ended_on IS NULL",
    "tasks_ended": "SELECT count(*) FROM task WHERE ended_on IS NOT NULL",
    "target_sets": "SELECT count(*) FROM target_set",
}


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """What a store says of itself; `size` in bytes, `changed_at` in UTC.

    `pending` is how many listings wait to be replayed. `holidays_until` is the last day for which bank
    holidays are known, None if the organisation keeps none.
    """

    organisation: str
    location: Location
    schema: str
    database: str
    size: int
    counts: dict[str, int]
    revision: int
    changed_at: datetime | None
    pending: int
    calendar: CalendarSpec
    holidays_until: date | None


def describe(location: Location, clock: Callable[[], int] = system_now, by: Who = NOBODY) -> StoreInfo:
    """Everything about a store, of one moment; nothing is written. StoreError if `by` may not know it."""
    permit(location, by, Action.CARE_FOR_STORE, clock)
    with one_moment(location) as plain:
        organisation = load_organisation(plain)
        revision, changed = plain.row("SELECT revision, updated_at FROM store_state") or (0, None)
        return StoreInfo(
            organisation=organisation.name,
            location=location,
            schema=version_of(plain) or "",
            database=_database(plain),
            size=_size(plain),
            counts={name: int(plain.value(sql)) for name, sql in _COUNTED.items()},
            revision=revision,
            changed_at=None if changed is None else moment_of(changed),
            pending=int(plain.value("SELECT count(*) FROM listing WHERE next_moment <= ?", (clock(),))),
            calendar=organisation.spec,
            holidays_until=_holidays_until(organisation.spec),
        )


def _database(plain: Plain) -> str:
    if plain.postgres:
        return f"PostgreSQL {plain.value('SHOW server_version')}"
    sqlite, cipher = plain.value("SELECT sqlite_version()"), plain.value("PRAGMA cipher_version")
    return f"SQLite {sqlite}" if cipher is None else f"SQLite {sqlite}, encrypted by SQLCipher {cipher}"


def _size(plain: Plain) -> int:
    if plain.postgres:
        return int(plain.value("SELECT pg_database_size(current_database())"))
    return int(plain.value("PRAGMA page_count")) * int(plain.value("PRAGMA page_size"))


def _holidays_until(spec: CalendarSpec) -> date | None:
    return None if spec.region is None else date(WorkingCalendar(spec).holidays_known[1], 12, 31)


@dataclass(frozen=True, slots=True)
class Upgraded:
    """The schema before and after; the same if there was nothing to do."""

    before: str
    after: str


def upgrade_store(location: Location) -> Upgraded:
    """Bring a store of an older schema to the current one: all steps or none.

    StoreError if there is no store, if it is a newer program's (nothing of it is touched), or if a step
    fails; the store is then as it was. Nobody is asked who they are: until it is done nobody can sign in.
    """
    with one_moment(location, any_schema=True) as plain:
        before = version_of(plain)
    check_known(before, location)
    store = Store(location)
    try:
        # Asked again inside the transaction: somebody else may upgrade at the same moment.
        found = upgrade(store)
    except StoreError:
        raise
    except Exception as error:
        said = str(error).strip().partition("\n")[0]
        raise StoreError(f"{location} could not be brought up to date ({said}); it is as it was") from error
    finally:
        store.close()
    return Upgraded(str(found), CURRENT)
