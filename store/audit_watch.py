"""Which records a transaction changes: noted by triggers that live as long as a writer's connection.

What changes the tables by another way is not noted here: the next verification finds it instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from store.plain import Plain

# By table, the record that a changed row belongs to: its kind, and its key from the row. On PostgreSQL the
# triggers belong to the schema (migrations 0004 to 0006) and see a writer by its temporary table.
RECORDS = (
    ("organisation", "organisation", "1"),
    ("organisation", "calendar", "1"),
    ("calendar_day", "calendar", "1"),
    ("target_set", "target_set", "{row}.number"),
    ("target", "target_set", "{row}.set_number"),
    ("target_set_withdrawal", "target_set", "{row}.set_number"),
    ("calendar_change", "calendar", "{row}.number"),
    ("mapping", "mapping", "{row}.name"),
    ("import_run", "import", "{row}.id"),
    ("quarantine", "import", "{row}.import_id"),
    ("setting", "setting", "{row}.name"),
    ("audit_review", "review", "{row}.number"),
    ("person", "person", "{row}.number"),
    ("membership", "person", "{row}.person"),
    ("person_link", "person", "{row}.person"),
    ("assignment", "person", "{row}.person"),
    ("team", "team", "{row}.number"),
    ("delegation", "delegation", "{row}.number"),
    ("credential", "credential", "{row}.person"),
    ("recovery_code", "credential", "{row}.person"),
    ("access_grant", "grant", "{row}.number"),
    ("benchmarks", "benchmarks", "{row}.number"),
    ("summary", "summary", "{row}.number"),
    ("summary_seal", "summary", "{row}.summary"),
    ("summary_step", "summary", "{row}.summary"),
    ("summary_answer", "summary", "{row}.summary"),
    ("contest", "contest", "{row}.number"),
    ("self_report", "self_report", "{row}.person"),
    ("document", "document", "{row}.number"),
)
_VERBS = (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
_TRIGGERS = len(RECORDS) * len(_VERBS)  # when all of them are there


def has_log(plain: Plain) -> bool:
    """Whether the store's schema has an audit log."""
    if plain.postgres:
        return plain.value("SELECT to_regclass('audit_state')") is not None
    return plain.value("SELECT 1 FROM main.sqlite_master WHERE name = 'audit_state'") is not None


def is_watching(plain: Plain) -> bool:
    """Whether this connection, to a SQLite file, notes already."""
    return plain.value("SELECT 1 FROM sqlite_temp_master WHERE name = 'touched'") is not None


def watch(plain: Plain) -> None:
    """Begin to note, on this connection; nothing happens if that is so already.

    Tables that a store of an older schema has not got are noted once an upgrade has made them.
    """
    if plain.postgres:
        if plain.value("SELECT to_regclass('pg_temp.touched')") is None:
            plain.run("CREATE TEMPORARY TABLE touched (kind TEXT, key TEXT) ON COMMIT DELETE ROWS")
        return
    if not is_watching(plain):
        plain.run("CREATE TEMPORARY TABLE touched (kind TEXT, key TEXT, PRIMARY KEY (kind, key))")
    if plain.value("SELECT count(*) FROM sqlite_temp_master WHERE type = 'trigger'") < _TRIGGERS:
        _note_changes(plain)


def _note_changes(plain: Plain) -> None:
    tables = {name for (name,) in plain.rows("SELECT name FROM main.sqlite_master WHERE type = 'table'")}
    for table, kind, key in RECORDS:
        for verb, row in _VERBS if table in tables else ():
            value = key.format(row=row)
            # Not INSERT OR IGNORE: the statement that is under way would put its own conflict clause over it.
            plain.run(
                f"CREATE TEMPORARY TRIGGER IF NOT EXISTS touched_{table}_{kind}_{verb.lower()} "
                f"AFTER {verb} ON {table} BEGIN INSERT INTO touched SELECT '{kind}', {value} "
                f"WHERE NOT EXISTS (SELECT 1 FROM touched WHERE kind = '{kind}' "
                f"AND key = CAST({value} AS TEXT)); END"
            )


def touch(plain: Plain, records: Iterable[tuple[str, str]]) -> None:
    """Have records looked at as if they had been changed."""
    noted = touched(plain)
    plain.many("INSERT INTO touched (kind, key) VALUES (?, ?)", sorted({*records} | {*noted}))


def touched(plain: Plain) -> list[tuple[str, str]]:
    """The records that have been changed in this transaction, as (kind, key); they are forgotten with it."""
    found = plain.rows("SELECT DISTINCT kind, key FROM touched")
    if found and not plain.postgres:
        plain.run("DELETE FROM touched")  # a temporary table of SQLite outlives the transaction
    return sorted((str(kind), str(key)) for kind, key in found)
