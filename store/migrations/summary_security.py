"""Row security on PostgreSQL for weekly summaries, as step 0006 makes it; row_security.py has the words.

A summary is seen by its person, by who manages the team that it was made in, stands in for them today or is
its HR business partner, and by who cares for the store; what belongs to it by the same. The views, one for
each kind of record, have what the audit log says of them, people's words as digests: those who read the log
see them all there.
"""

from __future__ import annotations

from store.migrations.row_security import in_one, policy

_FUNCTIONS = """
CREATE FUNCTION my_partnered() RETURNS SETOF integer STABLE LANGUAGE plpgsql SET search_path FROM CURRENT
AS $f$ BEGIN
  RETURN QUERY SELECT number FROM team WHERE hr_partner = my_person() AND my_role() = 'hr_partner';
END $f$;

CREATE FUNCTION my_figures() RETURNS SETOF integer STABLE LANGUAGE plpgsql SET search_path FROM CURRENT
AS $f$ BEGIN
  RETURN QUERY SELECT t FROM my_teams() t WHERE my_role() <> 'auditor' UNION SELECT p FROM my_partnered() p;
END $f$;

-- The number of the next row, of tables of which people see some rows only.
CREATE FUNCTION next_number(wanted text) RETURNS integer STABLE SECURITY DEFINER LANGUAGE plpgsql
SET search_path FROM CURRENT AS $f$ BEGIN
  RETURN CASE wanted
    WHEN 'summary_step' THEN (SELECT coalesce(max(number), 0) + 1 FROM summary_step)
    WHEN 'contest' THEN (SELECT coalesce(max(number), 0) + 1 FROM contest)
    WHEN 'document' THEN (SELECT coalesce(max(number), 0) + 1 FROM document) END;
END $f$;
REVOKE ALL ON FUNCTION next_number(text) FROM PUBLIC;
"""


def _said(column: str) -> str:
    """The digest of a text, in hex."""
    return f"encode(sha256(convert_to({column}, 'UTF8')), 'hex')"


def _held(table: str, cells: tuple[str, ...], order: str, whose: str) -> str:
    """The digest of all of a table's rows that are `whose`: each an array of `cells`, in this order."""
    row = " || ', ' || ".join(cells)
    return (
        f"(SELECT held_digest('[' || string_agg('[' || {row} || ']', ', ' ORDER BY {order}) || ']') "
        f"FROM {table} h WHERE {whose})"
    )


def _quoted(expression: str) -> str:
    return f"""'"' || {expression} || '"'"""


_SEALS = _held(
    "summary_seal",
    (
        "h.version",
        _quoted("encode(h.digest, 'hex')"),
        _quoted(_said("h.content")),
        "h.approved_by",
        "h.approved_at",
        _quoted(_said("h.reason")),
    ),
    "h.version",
    "h.summary = s.number",
)
_STEPS = _held(
    "summary_step",
    (
        "h.number",
        "h.at",
        "coalesce(CAST(h.person AS text), 'null')",
        _quoted("h.kind"),
        _quoted(_said("h.about")),
        _quoted(_said("h.text")),
    ),
    "h.number",
    "h.summary = s.number",
)
_ANSWERS = _held(
    "summary_answer",
    (_quoted(_said("h.flag_key")), _quoted(_said("h.text")), "h.person", "h.at"),
    f'{_said("h.flag_key")} COLLATE "C"',
    "h.summary = s.number",
)
_COUNTS = _held(
    "self_report",
    (_quoted(_said("h.figure")), "h.count", "h.at"),
    f'{_said("h.figure")} COLLATE "C"',
    "h.person = s.person AND h.from_day = s.from_day",
)
# In a view the asker is whoever asks, while the tables are read as their owner reads them.
_TOLD = "(SELECT sees_audit()) OR s.person = (SELECT my_person()) OR s.team IN (SELECT my_figures())"
_VIEW = "WITH (security_barrier) AS SELECT"
_VIEWS = f"""
CREATE VIEW summary_told {_VIEW} s.number, s.person, s.from_day, s.team, s.state, s.benchmarks,
  encode(s.digest, 'hex') AS digest, {_said("s.content")} AS content, s.sealed,
  encode(s.kept_digest, 'hex') AS kept, {_SEALS} AS seals, {_STEPS} AS steps, {_ANSWERS} AS answers
  FROM summary s WHERE {_TOLD};
CREATE VIEW contest_told {_VIEW} c.number, c.summary, c.figure, c.event, c.person, c.at,
  {_said("c.reason")} AS reason, c.decision, c.decided_by, c.decided_at,
  {_said("c.decision_reason")} AS decision_reason
  FROM contest c JOIN summary s ON s.number = c.summary WHERE {_TOLD};
CREATE VIEW document_told {_VIEW} d.number, d.summary, d.kind, d.from_day, d.until_day, d.author, d.at,
  {_said("d.text")} AS text, {_said("d.context")} AS context, {_said("d.appeal")} AS appeal, d.appealed_at,
  d.decision, d.decided_by, d.decided_at, {_said("d.decision_reason")} AS decision_reason
  FROM document d JOIN summary s ON s.number = d.summary WHERE {_TOLD};
CREATE VIEW self_report_told {_VIEW} s.person, s.from_day, {_COUNTS} AS counts
  FROM (SELECT DISTINCT person, from_day FROM self_report) s
  WHERE (SELECT sees_audit()) OR s.person = (SELECT my_person());
"""
_ME = "(SELECT my_person())"
_KEEPER = "(SELECT my_role()) = 'keeper'"
_SOMEBODY = "(SELECT my_role()) <> 'nobody'"
_SUPER = "(SELECT my_role()) IN ('keeper', 'super_user')"
_TEAMS = "IN (SELECT my_figures())"
_SEEN = f"{_SUPER} OR person = {_ME} OR team {_TEAMS}"


def _of(table: str, condition: str = "true") -> str:
    """Of a row that belongs to a summary: the asker sees that, and it fulfils a condition."""
    return f"EXISTS (SELECT 1 FROM summary s WHERE s.number = {table}.summary AND {condition})"


_OWN_WEEK, _NOT_OWN_WEEK = f"s.person = {_ME}", f"s.person IS DISTINCT FROM {_ME}"
_MANAGED = f"{_NOT_OWN_WEEK} AND s.team IN (SELECT my_teams())"
_PARTNERED = f"{_NOT_OWN_WEEK} AND s.team IN (SELECT my_partnered())"
_IN_TEAM = (
    "EXISTS (SELECT 1 FROM membership m WHERE m.person = self_report.person AND m.from_day <= "
    "self_report.from_day AND coalesce(m.until_day > self_report.from_day, true) AND m.team "
    f"{_TEAMS})"
)
_NUMBER = "CAST(split_part(target, ':', 2) AS integer)"
# What an entry is to be compared with next time is remembered by whoever may see the record.
_REMEMBERED = " ".join(
    [
        "CASE split_part(target, ':', 1)",
        *(
            f"WHEN '{kind}' THEN EXISTS (SELECT 1 FROM {kind} r WHERE r.number = {_NUMBER})"
            for kind in ("summary", "contest", "document")
        ),
        f"WHEN 'self_report' THEN {_NUMBER} = {_ME} ELSE false END",
    ]
)
_SETTINGS = "'first_weekday', 'checkpoint_folder'"
_POLICIES = (
    ("benchmarks", "SELECT", _SOMEBODY),
    ("benchmarks", "INSERT", _SUPER),
    ("summary", "SELECT", _SEEN),
    ("summary", "INSERT", _SUPER),
    ("summary", "UPDATE", f"{_SUPER} OR (team IN (SELECT my_teams()) AND person IS DISTINCT FROM {_ME})"),
    ("summary", "DELETE", _KEEPER),
    # Whoever approves does it in their own name, for a team that they answer for, and never for themselves.
    ("summary_seal", "SELECT", _of("summary_seal")),
    (
        "summary_seal",
        "INSERT",
        f"{_KEEPER} OR (approved_by = {_ME} AND {_of('summary_seal', _MANAGED)})",
    ),
    ("summary_step", "SELECT", _of("summary_step")),
    (
        "summary_step",
        "INSERT",
        f"{_KEEPER} OR (person = {_ME} AND {_of('summary_step')}) OR (person IS NULL AND {_SUPER})",
    ),
    ("summary_answer", "SELECT", _of("summary_answer")),
    ("summary_answer", "INSERT", f"{_KEEPER} OR (person = {_ME} AND {_of('summary_answer')})"),
    (
        "summary_answer",
        "UPDATE",
        f"{_KEEPER} OR {_of('summary_answer')}",
        "",
        f"{_KEEPER} OR person = {_ME}",
    ),
    ("contest", "SELECT", _of("contest")),
    ("contest", "INSERT", f"{_KEEPER} OR (person = {_ME} AND {_of('contest', _OWN_WEEK)})"),
    # What is decided stays so, and stands under the name of who decided it.
    (
        "contest",
        "UPDATE",
        f"{_KEEPER} OR (decided_at IS NULL AND {_of('contest', _PARTNERED)})",
        "",
        f"{_KEEPER} OR decided_by = {_ME}",
    ),
    ("document", "SELECT", _of("document")),
    (
        "document",
        "INSERT",
        f"{_KEEPER} OR (author = {_ME} AND {_of('document', f'{_NOT_OWN_WEEK} AND s.team {_TEAMS}')})",
    ),
    (
        "document",
        "UPDATE",
        f"{_KEEPER} OR (decided_at IS NULL AND {_of('document', _PARTNERED)})",
        "decided",
        f"{_KEEPER} OR (decided_by = {_ME} AND author <> decided_by)",
    ),
    (
        "document",
        "UPDATE",
        f"appealed_at IS NULL AND {_of('document', _OWN_WEEK)}",
        "appealed",
        f"decided_at IS NULL AND {_of('document', _OWN_WEEK)}",
    ),
    ("self_report", "SELECT", f"{_SUPER} OR person = {_ME} OR {_IN_TEAM}"),
    ("self_report", "ALL", f"{_KEEPER} OR person = {_ME}"),
)
# Beside what their own steps say of these: everybody counts by the same weeks, and who approves has a signed
# checkpoint written where they are kept.
_MORE_POLICIES = (
    ("audit_state", "ALL", _REMEMBERED, "summaries"),
    ("setting", "SELECT", f"{_SOMEBODY} AND name IN ({_SETTINGS})", "summaries"),
)


def statement() -> str:
    """All of it in one: a round trip each would be most of the time that a founding takes."""
    wanted = [policy(*one) for one in (*_POLICIES, *_MORE_POLICIES)]
    tables = dict.fromkeys(table for table, *_ in _POLICIES)
    wanted += [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;" for table in tables]
    return in_one(f"{_FUNCTIONS} {_VIEWS} {' '.join(wanted)}")
