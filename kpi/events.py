"""What can happen to a listing or an application: one frozen record, and the names that are ours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

FROZEN = "listing_frozen"
UNFROZEN = "listing_unfrozen"
LISTING_CANCELLED = "listing_cancelled"
APPLICATION_WITHDRAWN = "application_withdrawn"
RECRUITMENT_ENDED = "recruitment_ended"
READY_TO_END = "recruitment_ready_to_end"
INTERVIEWS_ARRANGED = "interviews_arranged"
INTERVIEWS_STARTED = "interviews_started"
INTERVIEWS_FINISHED = "interviews_finished"
OFFER_STARTED = "offer_started"

# Known to the clock itself, whatever the catalogue says.
CONTROL_EVENTS = frozenset({FROZEN, UNFROZEN, LISTING_CANCELLED, APPLICATION_WITHDRAWN})

# Rule 11: what settles an application that has had an offer, and what opens the question again.
# A contract issued offline is a contract sent on paper.
SETTLING = frozenset(
    {"contract_accepted", "contract_rejected", "offer_rejected", "offer_withdrawn", APPLICATION_WITHDRAWN}
)
UNSETTLING = frozenset({"offer_sent", "contract_sent", "contract_issued_offline"})


# An instant: whole microseconds since 1970-01-01 in UTC. A rebuild handles millions of them, and an
# int compares and adds at a tenth of the price of a datetime.
Instant = int


class Event(NamedTuple):
    """One thing that happened in the applicant tracking system.

    `closing_date` is a day in the calendar's zone. A tuple, because a rebuild makes one per stored event.
    """

    kind: str
    at: Instant
    application: str | None = None
    actor: str | None = None
    owner: str | None = None
    closing_date: date | None = None
    first_interview_at: Instant | None = None
    last_interview_at: Instant | None = None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def instant_of(moment: datetime) -> Instant:
    """An aware datetime as an instant."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(instant: Instant) -> datetime:
    """An instant as an aware datetime in UTC."""
    return _EPOCH + timedelta(microseconds=instant)
