"""Recruiters' work as it is imported: facts of listings, what calls say, fields of the organisation's own."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kpi.acts import ACTIVITY_EVENTS
from store.dry_run import dry_run
from store.feeds.mapping import load_mapping
from store.importing import import_file
from store.maintenance import rebuild
from store.moment import one_moment
from tests.store.helpers import Clock, new_store, reader_of

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
MAPPING = load_mapping("""
[source]
name = "ATS"
[columns]
event = "what"
at = "when"
listing = "job"
actor = "by"
criticality = "weight"
internal = "inside"
minutes = "long"
[custom]
outreach_method = "how"
""")
HEAD = "what,when,job,by,weight,inside,long,how\n"
FIRST = HEAD + (
    "listing_published,2026-11-10T09:00:00Z,J1,Dee,standard,no,,\n"
    "call_made,2026-11-11T09:00:00Z,J1,Dee,critical,yes,12,phone\n"
    "email_sent,2026-11-12T09:00:00Z,J1,Dee,,,,\n"
    "coffee,2026-11-12T09:00:00Z,J2,Dee,,,,\n"
)
LATER = HEAD + "note_added,2026-11-13T09:00:00Z,J1,Dee,low,external,,\n"


def test_the_facts_of_a_listing_are_those_of_its_latest_event_that_says_them(
    store_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "events.csv"
    ask = "SELECT ref, criticality, internal FROM listing ORDER BY ref"
    with new_store(store_url, clock=Clock(NOW)) as store:
        file.write_text(FIRST, "utf-8")
        assert dry_run(store.location, file, MAPPING, clock=store.clock).plain_activities == ("coffee",)
        assert import_file(store, file, MAPPING).plain_activities == ("coffee",)
        with one_moment(store.location) as plain:
            assert plain.rows(ask) == [("J1", "critical", 1), ("J2", None, None)]
            (said,) = plain.rows("SELECT detail FROM event WHERE kind = 'call_made'")
        assert json.loads(said[0]) == {
            "criticality": "critical", "internal": "yes", "minutes": "12", "custom.outreach_method": "phone",
        }  # fmt: skip
        file.write_text(LATER, "utf-8")
        import_file(store, file, MAPPING)
        with one_moment(store.location) as plain:
            assert plain.rows(ask) == [("J1", "low", 0), ("J2", None, None)]
        assert rebuild(store).changed == 0
        with reader_of(store) as reader:
            intake = reader.intake()
            assert [one.activity for one in intake.unmapped()] == ["coffee"]
            (filled,) = intake.fields_filled()
            assert {name for name, count in filled.filled if count == 1} == {
                "minutes", "custom.outreach_method",
            }  # fmt: skip
            assert dict(filled.filled)["internal"] == 3
            assert {like.target for like in intake.alike("Phone call")} >= {*ACTIVITY_EVENTS}
