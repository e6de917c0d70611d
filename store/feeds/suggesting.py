"""A suggested mapping for a file that nobody has described: a guess where there is ground for one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from store.feeds.activity_guessing import Activities
from store.feeds.column_guessing import HALF, LEAST_GUESS, MOSTLY, TIME_FIELDS, Candidate, candidates, profile
from store.feeds.date_guessing import settle, unread
from store.feeds.likeness import Matcher, Phrase, Reader
from store.feeds.mapping import MILESTONE_FIELDS, REQUIRED_FIELDS, object_column
from store.feeds.synonyms import OBJECT_PHRASES, SANDBOX_BESIDE, SANDBOX_NAMES, SANDBOX_VALUES, TRUTHS

if TYPE_CHECKING:
    from collections import abc
    from collections.abc import Iterable

    from kpi.catalogue import Catalogue
    from store.feeds.column_guessing import Profile
    from store.feeds.peeking import Peek

WIDE_FORMS = ("csv", "xlsx", "json", "jsonl")
_LEAST_MILESTONES = 2
_FEW_ROWS = 10  # among so few, that no subject comes twice means little
_FOR_A_DETAIL = 5  # “Closing date” is as much like “listing closed” as it is like our closing date
_SANDBOX_COLUMN = 90  # how like one of the names a column of yes and no must be
_FEW_VALUES = 20
_SHOWN = 40
_AS_LISTING, _NEAREST = 60, "the nearest to a listing"
_ONE_EACH = "no column looks like the listing; each value of “{}” is taken for one of its own"
_LEAST_TYPE = 80
_MAY_MARK = ("role_type", "urgency", "criticality")  # a kind of listing may be called a test
_FIELD_WORDS = {"event": "the activity", "at": "the time", "listing": "the listing"}


class Guess(NamedTuple):
    """What something is taken for, how sure that is, 0 to 100, and why, in words."""

    value: str
    score: int
    why: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A mapping to be corrected by a person.

    `columns` gives their column by our field, `events` our event by their activity (those that are called
    exactly like ours need none), `plain_activities` are those that nothing is suggested for. `milestones`
    gives our event by their column of dates, where a row is a listing or an applicant. `timezone` is the
    organisation's if times have no offset. `sandbox` is as in a mapping; `objects` gives OCEL's type of
    object by our field. `doubts` are sentences about what only a person can decide.
    """

    columns: abc.Mapping[str, Guess]
    events: abc.Mapping[str, Guess] = field(default_factory=dict)
    milestones: abc.Mapping[str, Guess] = field(default_factory=dict)
    date_formats: tuple[str, ...] = ()
    timezone: str | None = None
    sandbox: abc.Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    objects: abc.Mapping[str, Guess] = field(default_factory=dict)
    plain_activities: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def suggest(peek: Peek, catalogue: Catalogue, zone: str) -> Suggestion:
    """What the file's columns and activities are likely to be; `zone` is the organisation's time zone.

    What is not at least likely is left out. Nothing here is certain: a person is to look at it.
    """
    activities = Activities(catalogue)
    profiles = {
        column: profile(values, peek.rows_seen, activities) for column, values in peek.samples.items()
    }
    found = candidates(profiles, peek.form)
    columns = _with_only_time(_assigned(found), profiles)
    milestones = _milestones(peek, columns, profiles, activities)
    if milestones:
        rest = [one for one in found if one.field not in MILESTONE_FIELDS and one.column not in milestones]
        columns = _assigned(rest)
    objects = _objects(peek)
    for name, guess in objects.items():
        columns[name] = Guess(object_column(guess.value), guess.score, guess.why)
    columns, doubts = _with_listing(columns, profiles, wide=bool(milestones))
    dated = _dated(columns, milestones)
    formats, unsure = settle({column: profiles[column].dates for column in dated})
    local = any(profiles[column].dates.local for column in dated)
    theirs = profiles[columns["event"].value].values if "event" in columns else {}
    events = _events(theirs, activities)
    return Suggestion(
        columns=columns,
        events=events,
        plain_activities=tuple(
            name for name in theirs if name not in events and not activities.is_ours(name)
        ),
        milestones=milestones,
        date_formats=formats,
        timezone=zone if local else None,
        sandbox=_sandbox(columns, profiles),
        objects=objects,
        doubts=(
            *doubts,
            *_missing(columns, wide=bool(milestones)),
            *unsure,
            *(() if unsure else _not_times(dated, profiles, formats)),
            *_sheets(peek),
        ),
    )


def _assigned(found: Iterable[Candidate]) -> dict[str, Guess]:
    """The likeliest column for each field; none stands for two."""
    columns: dict[str, Guess] = {}
    taken: set[str] = set()
    for one in found:
        if one.field not in columns and one.column not in taken:
            columns[one.field] = Guess(one.column, one.score, one.why)
            taken.add(one.column)
    return columns


def _with_only_time(columns: dict[str, Guess], profiles: abc.Mapping[str, Profile]) -> dict[str, Guess]:
    """The columns; if none is called like the time of an event, the only one that holds times is it."""
    taken = {guess.value for guess in columns.values()}
    times = [name for name, one in profiles.items() if name not in taken and one.dates.readable >= MOSTLY]
    if "at" in columns or len(times) != 1:
        return columns
    return {**columns, "at": Guess(times[0], LEAST_GUESS, "no other column of times is left")}


def _milestones(
    peek: Peek, columns: abc.Mapping[str, Guess], profiles: abc.Mapping[str, Profile], activities: Activities
) -> dict[str, Guess]:
    """Our event by column of dates, if rows seem to be listings or applicants rather than events."""
    if peek.form not in WIDE_FORMS:
        return {}
    details = {guess.value: guess.score for name, guess in columns.items() if name not in MILESTONE_FIELDS}
    found: dict[str, tuple[str, Guess]] = {}
    for column, one in profiles.items():
        dated = one.dates.readable >= MOSTLY or not one.values
        like = activities.guess_milestone(column) if dated else None
        if like is not None and like.score > details.get(column, 0) + _FOR_A_DETAIL:
            best = found.get(like.target)
            if best is None or like.score > best[1].score:
                found[like.target] = (column, Guess(like.target, like.score, like.why))
    seen = sum(bool(profiles[column].values) for column, _ in found.values())
    if seen < _LEAST_MILESTONES or _is_a_log(peek, columns, profiles):
        return {}
    return dict(found.values())


def _is_a_log(peek: Peek, columns: abc.Mapping[str, Guess], profiles: abc.Mapping[str, Profile]) -> bool:
    """Whether rows seem to be events: each says what happened and when, and their subjects come again."""
    if "event" not in columns or "at" not in columns:
        return False
    subject = columns.get("application") or columns.get("listing")
    if subject is None or not profiles[subject.value].unique:
        return subject is not None
    return peek.rows_seen < _FEW_ROWS and profiles[columns["event"].value].events >= HALF


def _with_listing(
    columns: dict[str, Guess], profiles: abc.Mapping[str, Profile], *, wide: bool
) -> tuple[dict[str, Guess], list[str]]:
    """The columns, with another one as the listing if none is called so, and the doubt that goes with it."""
    if "listing" in columns:
        taken = columns["listing"]
        return columns, [_ONE_EACH.format(taken.value)] if taken.why == _NEAREST else []
    if "application" in columns:
        taken = columns["application"]
        rest = {name: guess for name, guess in columns.items() if name != "application"}
        found = {**rest, "listing": Guess(taken.value, _AS_LISTING, _NEAREST)}
        return found, [_ONE_EACH.format(taken.value)]
    if "event_id" in columns and wide:
        rest = {name: guess for name, guess in columns.items() if name != "event_id"}
        return {**rest, "listing": Guess(columns["event_id"].value, _AS_LISTING, "a row's own name")}, []
    used = {guess.value for guess in columns.values()}
    again = [
        name
        for name, one in profiles.items()
        if name not in used
        and one.ids >= MOSTLY
        and one.numbers < MOSTLY
        and not (one.scattered or one.unique or one.truths)
        and one.dates.readable < HALF
        and len(one.values) > 1
    ]
    if len(again) != 1:
        return columns, []
    return {**columns, "listing": Guess(again[0], _AS_LISTING, "references that come again")}, []


def _dated(columns: abc.Mapping[str, Guess], milestones: Iterable[str]) -> list[str]:
    """The columns that are to be read as times."""
    return [*(columns[name].value for name in TIME_FIELDS if name in columns), *milestones]


def _objects(peek: Peek) -> dict[str, Guess]:
    """OCEL's types of object by our field."""
    reader = Reader(light=True)
    matcher = Matcher(
        reader,
        (
            Phrase(reader.words(phrase), name, f"a type called like “{phrase}”")
            for name, phrases in OBJECT_PHRASES.items()
            for phrase in phrases
        ),
    )
    found = [
        Candidate(like.score, like.target, kind, like.why)
        for kind in peek.object_types
        for like in matcher.likenesses(kind).values()
        if like.score >= _LEAST_TYPE
    ]
    objects = _assigned(sorted(found, key=lambda one: -one.score))
    if "listing" not in objects and "application" in objects:
        taken = objects.pop("application")
        objects["listing"] = Guess(taken.value, _AS_LISTING, _NEAREST)
    return objects


def _events(theirs: Iterable[str], activities: Activities) -> dict[str, Guess]:
    """Our event for each activity that is clearly like one, and not called so already."""
    found = ((name, activities.guess(name)) for name in theirs if not activities.is_ours(name))
    return {name: Guess(like.target, like.score, like.why) for name, like in found if like is not None}


def _sandbox(
    columns: abc.Mapping[str, Guess], profiles: abc.Mapping[str, Profile]
) -> dict[str, tuple[str, ...]]:
    """The values of columns that mark rows as made up."""
    reader = Reader()
    named = Matcher(reader, (Phrase(reader.words(name), "test", "") for name in SANDBOX_NAMES))
    used = {guess.value for name, guess in columns.items() if name not in _MAY_MARK}
    found = {}
    for column, one in profiles.items():
        if column in used or len(one.values) > _FEW_VALUES:
            continue
        if one.truths:
            like = named.likenesses(column).get("test")
            wanted = TRUTHS if like and like.score >= _SANDBOX_COLUMN else frozenset[str]()
        else:
            marked = any(value.casefold() in SANDBOX_VALUES for value in one.values)
            wanted = SANDBOX_VALUES | SANDBOX_BESIDE if marked else frozenset[str]()
        if values := tuple(value for value in one.values if value.casefold() in wanted):
            found[column] = values
    return found


def _missing(columns: abc.Mapping[str, Guess], *, wide: bool) -> list[str]:
    """What a mapping needs and no column looks like."""
    said = MILESTONE_FIELDS if wide else ()
    missing = [name for name in REQUIRED_FIELDS if name not in columns and name not in said]
    return [f"no column looks like {_FIELD_WORDS[name]}: say which is “{name}”" for name in missing]


def _not_times(
    dated: Iterable[str], profiles: abc.Mapping[str, Profile], formats: tuple[str, ...]
) -> list[str]:
    odd = ((column, unread(profiles[column].values, formats)) for column in dated)
    return [
        f"“{texts[0][:_SHOWN]}” in “{column}” is no time: such rows go to quarantine"
        for column, texts in odd
        if texts
    ]


def _sheets(peek: Peek) -> list[str]:
    if peek.sheet is not None or len(peek.sheets) < 2:  # noqa: PLR2004  one sheet leaves no choice
        return []
    names = ", ".join(f"“{name[:_SHOWN]}”" for name in peek.sheets[:_FEW_VALUES])
    return [f"the workbook has the sheets {names}; this is the first"]
