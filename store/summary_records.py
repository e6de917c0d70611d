"""What the audit log says of weekly summaries and what belongs to them (see store/audit_records.py).

What people wrote is in there as a digest; so are the figures, for which the digest that was approved stands.
On PostgreSQL views work the digests out (store/migrations/summary_security.py): not everybody who verifies
the log may see the things themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kpi.toml_text import read_toml
from store.audit_fields import Fields, bound, digest_of_text, said_at, said_day, said_digest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kpi.audit_entry import Value
    from store.plain import Plain, Row

_SUMMARY = "person, from_day, team, state, benchmarks, digest, content, sealed"
_CONTEST = "summary, figure, event, person, at, reason, decision, decided_by, decided_at, decision_reason"
_DOCUMENT = (
    "summary, kind, from_day, until_day, author, at, text, context, appeal, appealed_at, decision, "
    "decided_by, decided_at, decision_reason"
)


def benchmarks_fields(plain: Plain, key: str) -> Fields | None:
    """A version of the benchmarks: every number and list by its place in the text."""
    row = plain.row("SELECT from_day, text, feedback FROM benchmarks WHERE number = ?", (int(key),))
    if row is None:
        return None
    from_day, text, feedback = row
    return {"from": said_day(from_day), "feedback": said_digest(feedback), **dict(_places(read_toml(text)))}


def _places(value: Any, place: str = "") -> Iterator[tuple[str, Value]]:
    """Every value of a TOML document by its place; a list of names is one value."""
    if isinstance(value, dict):
        for name, held in value.items():
            yield from _places(held, f"{place}.{name}" if place else name)
    elif isinstance(value, list) and any(isinstance(held, dict) for held in value):
        for number, held in enumerate(value, 1):
            yield from _places(held, f"{place}.{number}")
    elif isinstance(value, list):
        yield place, ", ".join(map(str, value))
    else:
        yield place, value if isinstance(value, str | int) else str(value)


def summary_fields(plain: Plain, key: str) -> Fields | None:
    """A summary: its state, the digest of its figures, and digests of what was approved and what was said."""
    row = (_summary_there if plain.postgres else _summary_here)(plain, int(key))
    if row is None:
        return None
    person, from_day, team, state, benchmarks, digest, content, sealed, kept, seals, steps, answers = row
    return {
        "person": person,
        "from": said_day(from_day),
        "team": team,
        "state": state,
        "benchmarks": benchmarks,
        "digest": digest,
        "content": f"sha256:{content}",
        "sealed": sealed,
        "kept": kept,
        "seals": seals,
        "steps": steps,
        "answers": answers,
    }


def _summary_there(plain: Plain, number: int) -> Row | None:
    return plain.row(
        f"SELECT {_SUMMARY}, kept, seals, steps, answers FROM summary_told WHERE number = ?", (number,)
    )


def _summary_here(plain: Plain, number: int) -> Row | None:
    row = plain.row(f"SELECT {_SUMMARY}, kept_digest FROM summary WHERE number = ?", (number,))
    if row is None:
        return None
    *facts, digest, content, sealed, kept = row
    seals = plain.rows(
        "SELECT version, digest, content, approved_by, approved_at, reason FROM summary_seal "
        "WHERE summary = ? ORDER BY version",
        (number,),
    )
    steps = plain.rows(
        "SELECT number, at, person, kind, about, text FROM summary_step WHERE summary = ? ORDER BY number",
        (number,),
    )
    answers = plain.rows("SELECT flag_key, text, person, at FROM summary_answer WHERE summary = ?", (number,))
    return (
        *facts,
        digest.hex(),
        digest_of_text(content),
        sealed,
        None if kept is None else kept.hex(),
        bound(
            plain,
            [
                (version, one.hex(), digest_of_text(said), by, at, digest_of_text(reason))
                for version, one, said, by, at, reason in seals
            ],
        ),
        bound(
            plain,
            [(*facts, digest_of_text(about), digest_of_text(said)) for *facts, about, said in steps],
        ),
        bound(
            plain,
            sorted((digest_of_text(flag), digest_of_text(said), *by_at) for flag, said, *by_at in answers),
        ),
    )


def contest_fields(plain: Plain, key: str) -> Fields | None:
    """A contest, and what became of it."""
    row = _with_digests(plain, "contest", _CONTEST, key, ("reason", "decision_reason"))
    if row is not None:
        row |= {"at": said_at(row["at"]), "decided_at": said_at(row["decided_at"])}
    return row


def document_fields(plain: Plain, key: str) -> Fields | None:
    """A document, what was said against it, and what became of that."""
    row = _with_digests(plain, "document", _DOCUMENT, key, ("text", "context", "appeal", "decision_reason"))
    if row is not None:
        row |= {name: said_at(row[name]) for name in ("at", "appealed_at", "decided_at")}
        days = ("from_day", "until_day")
        row |= {name: None if row[name] is None else said_day(row[name]) for name in days}
    return row


def _with_digests(
    plain: Plain, table: str, columns: str, key: str, words: tuple[str, ...]
) -> dict[str, Any] | None:
    """A row by its number, with digests for people's `words`."""
    told = f"{table}_told" if plain.postgres else table
    row = plain.row(f"SELECT {columns} FROM {told} WHERE number = ?", (int(key),))
    if row is None:
        return None
    fields = dict(zip(columns.split(", "), row, strict=True))
    for name in words:
        said = fields[name]
        fields[name] = f"sha256:{said}" if plain.postgres and said is not None else said_digest(said)
    return fields


def self_report_fields(plain: Plain, key: str) -> Fields | None:
    """What a person said they did: a digest for every week."""
    person = int(key)
    if plain.postgres:
        weeks = plain.rows("SELECT from_day, counts FROM self_report_told WHERE person = ?", (person,))
    else:
        said: dict[int, list[tuple[str, int, int]]] = {}
        for day, figure, count, at in plain.rows(
            "SELECT from_day, figure, count, at FROM self_report WHERE person = ?", (person,)
        ):
            said.setdefault(day, []).append((digest_of_text(figure), count, at))
        weeks = [(day, bound(plain, sorted(counts))) for day, counts in said.items()]
    return {said_day(day): digest for day, digest in weeks} or None
