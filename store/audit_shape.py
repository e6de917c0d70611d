"""Are the log's tables and the store's guards those that Stagewatch made? Else what they say proves nothing.

What is drawn from an entry's text could be drawn otherwise, and a trigger that somebody added would work
under the name of whoever comes next.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from kpi.chain_verdict import Difference

if TYPE_CHECKING:
    from store.plain import Plain

# SHA-256 of all that `_parts` gives for a store of the current schema. A test works it out anew.
SQLITE = "c7f7bb0f87c6a5d3d976889d710582b0941cd5bff84c3ec09efe0256ffb6a11c"
POSTGRES = "6a367e4862f38d9c4a466cedd51bd320d4526947c2bd8a3685094497336fc569"


def shape_problem(plain: Plain) -> Difference | None:
    """What is not as the current schema's migrations made it; None if all is."""
    if shape_of(plain) == (POSTGRES if plain.postgres else SQLITE):
        return None
    words = "the log's own tables, or the guards and triggers of the store, are not as Stagewatch made them"
    return Difference(0, "audit:log", "", f"{words}; “stagewatch store check” looks closer")


def shape_of(plain: Plain) -> str:
    """The digest of the log's tables and of every trigger, view and guard."""
    parts = sorted("\x1f".join(map(str, row)) for ask in _asked(plain) for row in plain.rows(ask))
    return sha256("\x1e".join(parts).encode(errors="surrogateescape")).hexdigest()


def _asked(plain: Plain) -> tuple[str, ...]:
    if not plain.postgres:
        return (_ON_SQLITE,)
    here = "c.relnamespace = current_schema()::regnamespace"
    return tuple(f"{ask} AND {here}" for ask in (_DRAWN, _TRIGGERS, _VIEWS, _SECURED, _POLICIES, _FUNCTIONS))


_ON_SQLITE = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('trigger', 'view') "
    "OR (type = 'table' AND name IN ('audit_entry', 'audit_state', 'audit_review'))"
)
# However a server writes an expression down: without blanks and brackets they are alike.
_DRAWN = (
    "SELECT 'drawn', c.relname, a.attname, a.attgenerated, "
    "regexp_replace(coalesce(pg_get_expr(d.adbin, d.adrelid), ''), '[\\s()]', '', 'g') "
    "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
    "LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum "
    "WHERE c.relname = 'audit_entry' AND a.attnum > 0 AND NOT a.attisdropped"
)
_TRIGGERS = (
    "SELECT 'trigger', c.relname, t.tgname, t.tgenabled, t.tgtype, f.proname, f.prosrc, t.tgargs "
    "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc f ON f.oid = t.tgfoid "
    "WHERE NOT t.tgisinternal"
)
_VIEWS = (
    "SELECT 'view', c.relname, c.reloptions FROM pg_class c WHERE c.relkind = 'v' AND c.relname IN "
    "('audit_spine', 'audit_key', 'summary_told', 'contest_told', 'document_told', 'self_report_told')"
)
_SECURED = "SELECT 'secured', c.relname, c.relforcerowsecurity FROM pg_class c WHERE c.relrowsecurity"
# Not their conditions, which servers of different age write down differently.
_POLICIES = (
    "SELECT 'policy', c.relname, p.polname, p.polcmd, p.polpermissive, p.polroles "
    "FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE true"
)
_FUNCTIONS = (
    "SELECT DISTINCT 'function', f.proname, f.prosecdef, f.prosrc FROM pg_policy p "
    "JOIN pg_class c ON c.oid = p.polrelid JOIN pg_depend d ON d.classid = 'pg_policy'::regclass "
    "AND d.objid = p.oid AND d.refclassid = 'pg_proc'::regclass "
    "JOIN pg_proc f ON f.oid = d.refobjid WHERE true"
)
