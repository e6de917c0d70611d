"""The words of the audit log: operations, what they changed, from where, and how far the log is proven."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.status import Status
from tui import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpi.audit_entry import Change, Value
    from kpi.catalogue import Catalogue
    from store.audit_questions import EntryView, ReviewView
    from tui.audit_facts import Verified

# Of each operation what was done, and what somebody wanted to do.
OPERATIONS = {
    "organisation.found": ("organisation founded", "found the organisation"),
    "targets.save": ("targets saved", "save targets"),
    "targets.revert": ("targets reverted", "revert targets"),
    "targets.withdraw": ("target set withdrawn", "withdraw a target set"),
    "calendar.change": ("calendar changed", "change the calendar"),
    "mapping.save": ("mapping saved", "save a mapping"),
    "mapping.drop": ("mapping dropped", "drop a mapping"),
    "import.file": ("file imported", "import a file"),
    "quarantine.retry": ("rows tried again", "try rows again"),
    "quarantine.drop": ("rows dropped", "drop rows"),
    "tasks.rebuild": ("tasks rebuilt", "rebuild the tasks"),
    "store.upgrade": ("store upgraded", "upgrade the store"),
    "store.restore": ("store restored", "restore the store"),
    "audit.adopt": ("audit key taken over", "take the audit key over"),
    "store.grant": ("rights given", "give a role rights"),
    "audit.review": ("entries reviewed", "mark entries as reviewed"),
    "audit.export": ("audit log exported", "export the audit log"),
    "audit.folder": ("folder of checkpoints set", "set the folder of checkpoints"),
    "audit.key": ("audit key made", "make an audit key"),
    "people.add": ("person added", "add a person"),
    "people.change": ("person changed", "change a person"),
    "people.deactivate": ("person deactivated", "deactivate a person"),
    "people.reactivate": ("person reactivated", "reactivate a person"),
    "people.sealing_key": ("sealing keys shown", "show the sealing keys"),
    "people.link": ("reference linked", "link a reference"),
    "people.unlink": ("reference unlinked", "unlink a reference"),
    "people.assign": ("listing assigned", "assign a listing"),
    "people.unassign": ("listing unassigned", "take a listing back"),
    "team.add": ("team added", "add a team"),
    "team.change": ("team changed", "change a team"),
    "team.delegate": ("delegate named", "name a delegate"),
    "team.undelegate": ("delegation ended", "end a delegation"),
    "summary.generate": ("summaries generated", "generate summaries"),
    "summary.approve": ("summary approved", "approve a summary"),
    "summary.return": ("summary returned", "return a summary"),
    "summary.keep": ("approved figures kept", "keep the approved figures"),
    "summary.answer": ("flag answered", "answer a flag"),
    "summary.comment": ("summary commented on", "comment on a summary"),
    "summary.report": ("own counts reported", "report one's own counts"),
    "contest.make": ("figure contested", "contest a figure"),
    "contest.decide": ("contest decided", "decide a contest"),
    "document.add": ("document attached", "attach a document"),
    "document.appeal": ("document appealed against", "appeal against a document"),
    "document.decide": ("appeal decided", "decide an appeal"),
    "benchmarks.save": ("benchmarks saved", "save benchmarks"),
    "setting.first_weekday": ("first day of the week set", "set the first day of the week"),
}
KINDS = {
    "organisation": "organisation",
    "calendar": "calendar",
    "target_set": "target set",
    "mapping": "mapping",
    "import": "import",
    "setting": "setting",
    "review": "review",
    "person": "person",
    "team": "team",
    "delegation": "delegation",
    "credential": "credential",
    "grant": "grant",
    "benchmarks": "benchmarks",
    "summary": "summary",
    "contest": "contest",
    "self_report": "self-report",
    "document": "document",
    "store": "store",
    "audit": "audit log",
}
# As short as it can be: on a narrow screen the number behind it matters more.
_SHORT = {"target_set": "set", "audit": "log"}
_ALONE = {"organisation", "store", "audit"}  # there is only one: its key says nothing
ORIGINS = {
    "app": "in the app",
    "command line": "on the command line",
    "import": "in an import",
    "system": "in the background",
}
NOTHING = "–"
REFUSED, READ, REVIEWED, MISSING = "■", "○", "✓", "■"
FIELD_ENDS = {".due_days": "due", ".done_by_days": "done by"}
_SHOWN_HASH = 16


def operation_words(operation: str, outcome: str = "done") -> str:
    """“targets saved”, “■ refused: save targets”, “○ read: audit log exported”."""
    done, wish = OPERATIONS.get(operation, (operation.replace("_", " ").replace(".", ": "),) * 2)
    if outcome == "refused":
        return f"{REFUSED} refused: {wish}"
    return f"{READ} read: {done}" if outcome == "read" else done


def target_words(target: str, *, short: bool = False) -> str:
    """“target set 3”, or “set 3” where it must be `short`; “mapping our ATS”, “store”."""
    kind, _, key = target.partition(":")
    if kind not in KINDS:
        return target
    word = _SHORT.get(kind, KINDS[kind]) if short else KINDS[kind]
    if key == "next":  # what was to be made, and was refused
        return f"next {word}"
    said = key.replace("_", " ") if kind == "setting" else key
    return word if kind in _ALONE or not key else f"{word} {said}"


def field_words(field: str, catalogue: Catalogue) -> str:
    """“Ready to publish: due” of a KPI's number, else the field's own name."""
    for end, said in FIELD_ENDS.items():
        kpi = catalogue.by_code.get(field.removesuffix(end)) if field.endswith(end) else None
        if kpi is not None:
            return f"{kpi.title}: {said}"
    return field.replace("_", " ")


def value_words(value: Value) -> str:
    """A value on one or more lines; “–” where there is none."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else value or "(empty)"


def changes_words(changes: Sequence[Change], catalogue: Catalogue) -> str:
    """All changes on one line: “Ready to publish: due 5 → 7, weekdays …”; long texts are only named."""
    return ", ".join(_change_words(change, catalogue) for change in changes)


def _change_words(change: Change, catalogue: Catalogue) -> str:
    field = field_words(change.field, catalogue)
    if any(isinstance(value, str) and "\n" in value for value in (change.before, change.after)):
        return field
    if change.before is None:
        return f"{field} {value_words(change.after)}"
    return f"{field} {value_words(change.before)} → {value_words(change.after)}"


def review_words(review: ReviewView) -> str:
    """“17 Nov 26 14:05 by B. Lee, entries 5 to 9: “looked at””."""
    many = f", entries {review.first:,} to {review.last:,}" if review.last > review.first else ""
    at = words.moment_words(review.at).strip()
    return f"{at} by {words.shown(review.person)}{many}: “{words.shown(review.note)}”"


def entry_sentence(entry: EntryView | None, seq: int, catalogue: Catalogue) -> str:
    """All of an entry in a few sentences."""
    if entry is None:
        return f"■ Entry {seq:,} is not there: the log has a gap. “stagewatch audit verify” says more."
    if entry.unreadable is not None:
        return f"■ {entry.unreadable[:1].upper()}{entry.unreadable[1:]}."
    operation = operation_words(entry.operation, entry.outcome)
    origin = ORIGINS.get(entry.origin, entry.origin)
    said = [f"Entry {seq:,}: {operation}, {target_words(entry.target)}, by {entry.person} {origin}."]
    if entry.reason:
        said.append(f"“{entry.reason}”.")
    if entry.changes:
        said.append(
            f"{words.plural(len(entry.changes), 'field')}: {changes_words(entry.changes, catalogue)}."
        )
    if entry.reviews:
        said.append(f"{REVIEWED} Reviewed {review_words(entry.reviews[-1])}.")
    return words.shown(" ".join(said))


def entry_facts(entry: EntryView) -> tuple[tuple[str, str], ...]:
    """What stands above an entry's changes, each with its name."""
    at = entry.at
    when = "" if at is None else f"{words.day_words(at.date())} {at:%H:%M:%S}"
    reviews = [f"{REVIEWED} {review_words(review)}" for review in entry.reviews]
    seal = (
        f"● sealed with the key of epoch {entry.epoch:,}"
        if entry.sealed
        else "○ not sealed: no key was there"
    )
    return (
        ("When", f"{when}, {ORIGINS.get(entry.origin, words.shown(entry.origin))}"),
        ("Who", f"{words.shown(entry.person)}  (id {words.shown(entry.actor)})"),
        ("Why", words.shown(entry.reason)),
        ("Reviewed", "; ".join(reviews) or "not yet"),
        ("Seal", f"{seal}, hash {entry.hash[:_SHOWN_HASH]}…"),
    )


def verified_words(verified: Verified | None, last: int) -> tuple[Status | None, str]:
    """How far the log is proven, of `last` entries, and the status in whose colour that is drawn."""
    if verified is None:
        return None, "○ not verified yet"
    at, why = f"{verified.at:%H:%M}", words.shown(verified.why, "").rstrip(".")
    if verified.result == "proven":
        more = last - verified.seq
        newer = f", {more:,} newer {'entry' if more == 1 else 'entries'} since" if more > 0 else ""
        return Status.ON_TRACK, f"● proven up to entry {verified.seq:,} at {at}{newer}"
    if verified.result == "tampered":
        return Status.OVERDUE, f"■ tampered, seen at {at}: {why or f'entry {verified.seq:,}'}"
    if verified.result == "unreadable":
        return Status.OVERDUE, f"■ unreadable at {at}: {why}"
    return Status.DUE, f"○ not provable at {at}: {why}"


def reviewed_words(first: int, last: int) -> str:
    """What marking entries as reviewed came to."""
    return f"{REVIEWED} {which_entries(first, last)} marked as reviewed."


def which_entries(first: int, last: int) -> str:
    """“Entry 5”, “Entries 5 to 9”."""
    return f"Entry {first:,}" if first == last else f"Entries {first:,} to {last:,}"


EXPORT = (
    "To export the log, leave the app or open another terminal: “stagewatch audit export FOLDER” writes all "
    "entries there, with a manifest that can be checked without Stagewatch."
)
