"""Row security on PostgreSQL, as step 0005 makes it: which rows a role of the server reads and writes.

Who a role is: the person whose `database_role` it is, else a keeper of the store, who may delete people (the
tables' owner, and roles that were let in for nobody in particular), else nobody. A function finds its tables
by a path of its own, whatever the asker has put in front of them; those that look further than the asker may
(SECURITY DEFINER) give away a number or a digest and no more.
"""

from __future__ import annotations

_FUNCTIONS = """
CREATE FUNCTION my_role() RETURNS text STABLE LANGUAGE plpgsql SET search_path FROM CURRENT AS $f$
DECLARE found text; BEGIN
  SELECT CASE WHEN active = 1 THEN role ELSE 'nobody' END INTO found FROM person
    WHERE database_role = current_user;
  IF found IS NULL THEN
    found := CASE WHEN has_table_privilege('person', 'DELETE') THEN 'keeper' ELSE 'nobody' END;
  END IF;
  RETURN found;
END $f$;

CREATE FUNCTION my_person() RETURNS integer STABLE LANGUAGE plpgsql SET search_path FROM CURRENT AS $f$ BEGIN
  RETURN (SELECT number FROM person WHERE database_role = current_user AND active = 1);
END $f$;

CREATE FUNCTION my_log_id() RETURNS text STABLE LANGUAGE plpgsql SET search_path FROM CURRENT AS $f$ BEGIN
  RETURN (SELECT n.id FROM audit_name n JOIN person p ON p.name = n.name
    WHERE p.database_role = current_user AND p.active = 1);
END $f$;

CREATE FUNCTION store_today() RETURNS integer STABLE LANGUAGE plpgsql SET search_path FROM CURRENT AS $f$
BEGIN
  RETURN (SELECT CAST(now() AT TIME ZONE zone AS date) - DATE '0001-01-01' + 1 FROM organisation);
END $f$;

CREATE FUNCTION is_granted(who integer, wanted text) RETURNS boolean STABLE SECURITY DEFINER LANGUAGE plpgsql
SET search_path FROM CURRENT AS $f$ BEGIN
  RETURN EXISTS (SELECT 1 FROM access_grant WHERE person = who AND approved_at IS NOT NULL
    AND ended_at IS NULL AND store_today() BETWEEN from_day AND until_day
    AND CAST(actions AS jsonb) @> to_jsonb(wanted));
END $f$;

CREATE FUNCTION sees_board() RETURNS boolean STABLE LANGUAGE plpgsql SET search_path FROM CURRENT AS $f$
DECLARE mine text := my_role(); BEGIN
  RETURN mine NOT IN ('nobody', 'recruiting_manager', 'auditor')
    OR (mine = 'auditor' AND is_granted(my_person(), 'board.see'));
END $f$;

CREATE FUNCTION sees_audit() RETURNS boolean STABLE LANGUAGE plpgsql SET search_path FROM CURRENT AS $f$
DECLARE mine text := my_role(); BEGIN
  RETURN mine IN ('keeper', 'super_user') OR (mine = 'auditor' AND is_granted(my_person(), 'audit.see'));
END $f$;

CREATE FUNCTION my_teams() RETURNS SETOF integer STABLE LANGUAGE plpgsql SET search_path FROM CURRENT AS $f$
BEGIN
  RETURN QUERY SELECT number FROM team WHERE manager = my_person() UNION SELECT team FROM delegation
    WHERE delegate = my_person() AND withdrawn_at IS NULL AND store_today() BETWEEN from_day AND until_day;
END $f$;

CREATE FUNCTION my_refs() RETURNS SETOF text STABLE LANGUAGE plpgsql SET search_path FROM CURRENT AS $f$ BEGIN
  RETURN QUERY SELECT CAST(listing AS text) FROM assignment
    WHERE person = my_person() AND my_role() = 'recruiting_manager';
END $f$;

CREATE FUNCTION my_listings() RETURNS SETOF bigint STABLE LANGUAGE plpgsql SET search_path FROM CURRENT AS $f$
BEGIN
  RETURN QUERY SELECT CAST(id AS bigint) FROM listing WHERE ref IN (SELECT my_refs());
END $f$;

CREATE FUNCTION next_session() RETURNS integer STABLE SECURITY DEFINER LANGUAGE plpgsql
SET search_path FROM CURRENT AS $f$ BEGIN
  RETURN (SELECT coalesce(max(number), 0) + 1 FROM session);
END $f$;

CREATE FUNCTION held_digest(held text) RETURNS text STABLE LANGUAGE plpgsql
SET search_path FROM CURRENT AS $f$ BEGIN
  RETURN (SELECT 'sha256:' || encode(sha256(convert_to('{"held":' || to_json(held) || ',"store":'
    || to_json(store_id) || '}', 'UTF8')), 'hex') FROM organisation);
END $f$;

-- What the audit log says of a credential, as store/audit_records.py works it out for a SQLite file.
CREATE FUNCTION credential_held(wanted integer, OUT password text, OUT second_factor text, OUT enrolment text,
  OUT recovery text) RETURNS SETOF record STABLE SECURITY DEFINER LANGUAGE plpgsql
SET search_path FROM CURRENT AS $f$ BEGIN
  RETURN QUERY SELECT
    held_digest('[' || wanted || ', ' || to_json(c.password_hash) || ']'),
    held_digest('[' || wanted || ', ' || to_json(c.seed) || ']'),
    held_digest('[' || wanted || ', "' || encode(c.enrolment_hash, 'hex') || '", ' || c.enrolment_until
      || ']'),
    (SELECT held_digest('[' || wanted || ', [' || string_agg('["' || encode(r.hash, 'hex') || '"]', ', '
      ORDER BY r.hash) || ']]') FROM recovery_code r WHERE r.person = wanted AND r.used_at IS NULL)
    FROM credential c WHERE c.person = wanted;
END $f$;

REVOKE ALL ON FUNCTION next_session(), credential_held(integer) FROM PUBLIC;
ALTER FUNCTION refuse_gap() SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

CREATE VIEW audit_spine AS SELECT seq, epoch, hash, "at" FROM audit_entry;
CREATE VIEW audit_key WITH (security_barrier) AS SELECT seq, operation, outcome, text FROM audit_entry
  WHERE operation = 'audit.key' AND outcome = 'done';
"""
_MY_ROLE = "(SELECT my_role())"
_SOMEBODY = f"{_MY_ROLE} <> 'nobody'"
_SUPER = f"{_MY_ROLE} IN ('keeper', 'super_user')"
_DATA = f"{_MY_ROLE} IN ('keeper', 'super_user', 'recruitment_administrator')"
_REPLAY = f"{_MY_ROLE} NOT IN ('nobody', 'recruiting_manager', 'auditor')"
_BOARD, _AUDIT = "(SELECT sees_board())", "(SELECT sees_audit())"
_OWN = f"{_SUPER} OR person = (SELECT my_person())"
_OWN_LISTING = f"{_BOARD} OR listing_id IN (SELECT my_listings())"
_OWN_STATE = (
    f"{_SUPER} OR target = 'credential:' || (SELECT my_person()) "
    f"OR ({_SOMEBODY} AND split_part(target, ':', 1) = 'delegation') "
    f"OR ({_DATA} AND split_part(target, ':', 1) IN ('import', 'mapping', 'person')) "
    f"OR ({_AUDIT} AND split_part(target, ':', 1) = 'review')"
)
_MANAGED = f"{_SUPER} OR ({_MY_ROLE} <> 'auditor' AND team IN (SELECT my_teams()))"
# Not even by the tables' owner are these read without a policy that says so.
_FORCED = ("access_grant", "credential", "recovery_code", "session", "sign_in_attempts")
# By table and command, the rows that a role may read or write, as far as it was granted the command at all.
_POLICIES = (
    ("access_grant", "SELECT", f"{_OWN} OR {_AUDIT}"),
    ("access_grant", "ALL", _SUPER),
    ("credential", "ALL", _OWN),
    ("recovery_code", "ALL", _OWN),
    ("session", "ALL", _OWN),
    ("sign_in_attempts", "ALL", f"{_SUPER} OR account = (SELECT my_person())"),
    ("audit_entry", "SELECT", _AUDIT),
    # Everybody writes under their own name; only a refusal may come before it is known who it is.
    (
        "audit_entry",
        "INSERT",
        f"{_MY_ROLE} = 'keeper' OR ({_SOMEBODY} AND (outcome = 'refused' OR actor = (SELECT my_log_id())))",
    ),
    ("audit_name", "SELECT", _SOMEBODY),
    ("audit_name", "INSERT", _SOMEBODY),
    ("audit_name", "ALL", _SUPER),
    ("audit_review", "SELECT", _AUDIT),
    ("audit_review", "INSERT", _AUDIT),
    ("audit_state", "SELECT", f"{_OWN_STATE} OR {_AUDIT}"),
    ("audit_state", "ALL", _OWN_STATE),
    ("setting", "SELECT", _AUDIT),
    ("setting", "ALL", _SUPER),
    # Everybody's: by it is found who asks, and whether the store is guarded.
    ("person", "SELECT", "true"),
    ("person", "INSERT", _SUPER),
    ("person", "UPDATE", _SUPER),
    ("person", "DELETE", _SUPER),
    ("delegation", "SELECT", _SOMEBODY),
    ("delegation", "INSERT", _MANAGED),
    ("delegation", "UPDATE", _MANAGED),
    ("delegation", "DELETE", _SUPER),
    ("listing", "SELECT", f"{_BOARD} OR ref IN (SELECT my_refs())"),
    ("listing", "UPDATE", _REPLAY),
    ("listing", "ALL", _DATA),
    ("event", "SELECT", _OWN_LISTING),
    ("event", "ALL", _DATA),
    (
        "task_phase",
        "SELECT",
        f"{_BOARD} OR task_id IN (SELECT id FROM task WHERE listing_id IN (SELECT my_listings()))",
    ),
    ("task_phase", "ALL", _REPLAY),
    *((table, "SELECT", _SOMEBODY) for table in ("team", "membership", "person_link", "assignment")),
    *((table, "ALL", _SUPER) for table in ("team", "membership")),
    *((table, "ALL", _DATA) for table in ("person_link", "assignment")),
    *((table, "SELECT", f"{_DATA} OR {_AUDIT}") for table in ("import_run", "mapping", "quarantine")),
    *((table, "ALL", _DATA) for table in ("import_run", "mapping", "quarantine")),
    *(
        (table, "SELECT", _OWN_LISTING)
        for table in ("application", "task", "listing_owner", "listing_freeze")
    ),
    *((table, "ALL", _REPLAY) for table in ("application", "task", "listing_owner", "listing_freeze")),
    *((table, "SELECT", _BOARD) for table in ("task_count", "board_change")),
    *((table, "ALL", _REPLAY) for table in ("task_count", "board_change")),
    *(
        (table, command, condition)
        for table in ("target_set", "target", "target_set_withdrawal", "calendar_change")
        for command, condition in (("SELECT", _SOMEBODY), ("INSERT", _SUPER))
    ),
)


def statement() -> str:
    """All of it in one: a round trip each would be most of the time that a founding takes."""
    wanted = [policy(*one) for one in _POLICIES]
    # Nobody begins a session for somebody else.
    wanted.append(
        "CREATE POLICY session_own ON session AS RESTRICTIVE FOR INSERT "
        f"WITH CHECK ({_MY_ROLE} = 'keeper' OR person = (SELECT my_person()));"
    )
    tables = dict.fromkeys(table for table, *_ in _POLICIES)
    wanted += [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;" for table in tables]
    wanted += [f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;" for table in _FORCED]
    return in_one(f"{_FUNCTIONS} {' '.join(wanted)}")


def policy(table: str, command: str, condition: str, name: str = "", after: str = "") -> str:
    """The statement that makes a policy; each of a table needs a name of its own.

    A row that was changed must fulfil `after`; without it, the condition by which it could be.
    """
    said = f"CREATE POLICY {table}_{name or command.lower()} ON {table} FOR {command} "
    if command == "INSERT":
        return f"{said}WITH CHECK ({condition});"
    return f"{said}USING ({condition})" + (f" WITH CHECK ({after});" if after else ";")


def in_one(statements: str) -> str:
    """Statements as one, in which names mean what stands in the store's schema, whatever the path."""
    return (
        "DO $$ DECLARE before text := current_setting('search_path'); BEGIN "
        "PERFORM set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true); "
        f"{statements} "
        "PERFORM set_config('search_path', before, true); END $$"
    )
