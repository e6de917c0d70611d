"""How the audit log writes down what a record's fields hold: instants, days, digests."""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

from kpi.audit_entry import Value
from kpi.chain import canonical
from kpi.events import moment_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kpi.events import Instant
    from store.plain import Plain

Fields = dict[str, Value]


def digest_of(fields: Mapping[str, Value]) -> str:
    """The digest that an entry keeps of a record's fields, in hex."""
    return digest_of_text(canonical(fields))


def digest_of_text(text: str) -> str:
    """SHA-256 of a text, in hex."""
    return sha256(text.encode()).hexdigest()


def said_digest(text: str | None) -> str | None:
    """What the log has in place of people's words; None if there are none."""
    return None if text is None else f"sha256:{digest_of_text(text)}"


def bound(plain: Plain, held: Sequence[object]) -> str | None:
    """A digest of what is not to be in the log itself, bound to this store; None if there is nothing."""
    if not held:
        return None
    store = plain.value("SELECT store_id FROM organisation")
    return f"sha256:{digest_of({'store': store, 'held': json.dumps(held, default=bytes.hex)})}"


def said_at(instant: Instant | None) -> str | None:
    """An instant, in UTC."""
    return None if instant is None else moment_of(instant).isoformat()


def said_day(ordinal: int) -> str:
    """A day."""
    return date.fromordinal(ordinal).isoformat()
