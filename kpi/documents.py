"""Documents attached to weekly summaries, and what each kind has to say before it counts.

Module 6 of the curriculum: “addressing discrepancies between self-reported activities and system-logged
events through structured coaching conversations”; “applying corrective actions for repeated data entry
violations, including system access restrictions or retraining requirements”. Module 7: “policies that
prohibit using productivity metrics as standalone criteria for termination or promotion decisions”;
“documenting justification for any performance improvement plans based on productivity data”.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kpi.errors import StagewatchError
from kpi.summary import FLAG_CODES, TITLES
from kpi.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpi.weeks import Week

COACHING, PLAN = "coaching", "plan"
CORRECTIVE = ("reminder", "retraining", "restricted_access")
KINDS: Mapping[str, str] = {
    COACHING: "Coaching note",
    "reminder": "Reminder",
    "retraining": "Retraining",
    "restricted_access": "Restricted access",
    PLAN: "Performance plan",
}

# What the context of a document says, by name; all are texts.
FLAG = "flag"
ROLE_MIX, PRIORITIES, EXCLUSIONS = "role_mix", "priorities", "exclusions"
PURPOSE, OTHER_CRITERIA = "purpose", "other_criteria"
IMPROVEMENT, ENDING, PROMOTION = "improvement", "ending", "promotion"
PURPOSES = (IMPROVEMENT, ENDING, PROMOTION)
CONTEXT: Mapping[str, tuple[str, ...]] = {
    COACHING: (),
    **dict.fromkeys(CORRECTIVE, (FLAG,)),
    PLAN: (PURPOSE, ROLE_MIX, PRIORITIES, EXCLUSIONS, OTHER_CRITERIA),
}

# The flags that are about how work was entered; what is about how much it was corrects nobody.
OF_DATA_ENTRY = ("missing_note", "outside_hours", "in_future", "before_listing", "self_report", "empty_field")
MOST_DAYS = 183
MOST_AHEAD = 31  # days until one begins
LEAST_WEEKS = 2
MOST_CHARACTERS = 4_000
_NOTHING = "nothing was written"
_ASKED = {
    ROLE_MIX: "say which kinds of roles the person had, technical or not, internal or external",
    PRIORITIES: "say which listings were urgent, critical or of a long cycle",
    EXCLUSIONS: "say what was left out of the figures, and for what reason",
}
_WORDS = re.compile(r"[^\W\d_]{2,}")
# Words that name figures, or say nothing beside them.
_IDLE = """
    above activity again all also always an and are as at average bad be been being below best better
    but by compared consistently count counted counts criterion dashboard data day days does each enough
    every expectation expectations expected failed failing fails far few figure figures for from good
    had has have he her here high higher highest him his if in is it its kpi kpis last less low lower
    lowest made make makes many measure measured measures median meet meets met metric metrics missed
    month months more much never no none not nothing now number numbers of often on only or other output
    over per percent performance poor productivity quarter rank ranked ranking rate rates reason reasons
    report reported reports rest result results score scores see she short so statistics still strong
    summaries summary target targets than that the their them then there these they this those to too
    under very volume was weak week weekly weeks were with worse worst year years yet zero
"""
_OF_FIGURES = frozenset(
    _WORDS.findall(" ".join((_IDLE, *TITLES, *TITLES.values())).replace("_", " ").casefold())
)


class DocumentError(StagewatchError):
    """A document that may not be attached. The message is for people."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A document as it is to be attached; `from_day` and `until_day` are both within its time."""

    kind: str
    text: str
    context: Mapping[str, str]
    from_day: date | None = None
    until_day: date | None = None


def check_document(draft: Draft, weeks_with: Mapping[str, int], week: Week, today: date) -> Draft:
    """The document as it is kept: cleaned, nothing but what its kind says. DocumentError in one line.

    `weeks_with` says in how many weeks of the person before the summary's, `week`, each code of a flag stood.
    """
    if draft.kind not in KINDS:
        raise DocumentError(f"“{clean(draft.kind)}” is no kind; there are {', '.join(KINDS)}; {_NOTHING}")
    allowed = CONTEXT[draft.kind]
    for name in draft.context:
        if name not in allowed:
            known = ", ".join(allowed) or "none"
            raise DocumentError(f"a {_title(draft.kind)} has no “{clean(name)}”; it has {known}; {_NOTHING}")
    text = _kept("text", draft.text, "say what was talked about, agreed or decided")
    context = {name: clean(draft.context.get(name, "")) for name in allowed}
    if draft.kind in CORRECTIVE:
        _check_beginning(draft, week, today)
        _check_corrective(draft, context, weeks_with)
    else:
        if draft.from_day is not None or draft.until_day is not None:
            raise DocumentError(f"a {_title(draft.kind)} is for no time: leave its days out; {_NOTHING}")
        if draft.kind == PLAN:
            _check_plan(context)
    said = {name: value for name, value in context.items() if value}
    return Draft(draft.kind, text, said, draft.from_day, draft.until_day)


def repeated(weeks_with: Mapping[str, int]) -> tuple[str, ...]:
    """The flags that a corrective action may be for, as they stood in earlier weeks."""
    return tuple(code for code in OF_DATA_ENTRY if weeks_with.get(code, 0) >= LEAST_WEEKS)


def _title(kind: str) -> str:
    return KINDS[kind].casefold()


def _kept(name: str, text: str, wanted: str) -> str:
    said = clean(text)
    if not said:
        raise DocumentError(f"{name}: {wanted}; {_NOTHING}")
    if len(said) > MOST_CHARACTERS:
        raise DocumentError(f"{name}: at most {MOST_CHARACTERS} characters, this has {len(said)}; {_NOTHING}")
    return said


def _check_corrective(draft: Draft, context: Mapping[str, str], weeks_with: Mapping[str, int]) -> None:
    """Module 6: “corrective actions for repeated data entry violations”: repeated, for a time, appealable."""
    code, title = context[FLAG], _title(draft.kind)
    if code not in OF_DATA_ENTRY:
        raise DocumentError(f"flag: say which it is for, one of {', '.join(OF_DATA_ENTRY)}; {_NOTHING}")
    weeks = weeks_with.get(code, 0)
    if weeks < LEAST_WEEKS:
        raise DocumentError(
            f"a {title} follows on repetition: “{FLAG_CODES[code]}” stood in {weeks} earlier weeks, it takes "
            f"{LEAST_WEEKS}; write a coaching note; {_NOTHING}"
        )
    since, until = draft.from_day, draft.until_day
    if since is None or until is None:
        raise DocumentError(f"a {title} is for a time: say from which day until which; {_NOTHING}")
    if until < since:
        raise DocumentError(f"until ({until}) must not be before from ({since}); {_NOTHING}")
    latest = since + timedelta(days=MOST_DAYS - 1)
    if until > latest:
        raise DocumentError(f"a {title} lasts {MOST_DAYS} days at most, until {latest}; {_NOTHING}")


def _check_beginning(draft: Draft, week: Week, today: date) -> None:
    """It is for what this summary says: neither for a time before it nor for some day far away."""
    latest = today + timedelta(days=MOST_AHEAD)
    if draft.from_day is not None and not week.first <= draft.from_day <= latest:
        raise DocumentError(
            f"from: a day from {week.first}, when the summary's week began, to {latest}; {_NOTHING}"
        )


def _check_plan(context: Mapping[str, str]) -> None:
    """Module 7: figures in context, and never as “standalone criteria for termination or promotion”."""
    if context[PURPOSE] not in PURPOSES:
        raise DocumentError(f"purpose: say which, {', '.join(PURPOSES)}; {_NOTHING}")
    for name, wanted in _ASKED.items():
        _kept(name.replace("_", " "), context[name], wanted)
    if context[PURPOSE] != IMPROVEMENT and not names_more_than_figures(context[OTHER_CRITERIA]):
        what = "ending employment" if context[PURPOSE] == ENDING else "promotion"
        raise DocumentError(
            f"figures alone are no ground for {what}: say which other criteria it rests on, beside what is "
            f"counted here; {_NOTHING}"
        )
    if len(context[OTHER_CRITERIA]) > MOST_CHARACTERS:
        raise DocumentError(f"other criteria: at most {MOST_CHARACTERS} characters; {_NOTHING}")


def names_more_than_figures(text: str) -> bool:
    """Whether a text says anything but figures and numbers: two words, or one of a script without gaps.

    It cannot tell whether the criterion is a good one; the document is kept, and somebody answers for it.
    """
    others = set(_WORDS.findall(text.casefold())) - _OF_FIGURES
    return len(others) > 1 or any(not word.isascii() for word in others)
