"""Which of our events an activity of theirs is, by the words of the catalogue and what others call it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi.acts import ACTIVITY_EVENTS, CANDIDATE_SUBMITTED
from store.feeds.likeness import Likeness, Matcher, Phrase, Reader
from store.feeds.synonyms import (
    EVENT_FILLERS,
    EVENT_PHRASES,
    EVENT_WORDS,
    MILESTONE_FILLERS,
    MILESTONE_PHRASES,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kpi.catalogue import Catalogue

LEAST_LIKE = 80
# Of two events that are almost equally like, neither is suggested, unless one is called exactly so.
_CLEARLY = 5
_EXACT = 97
# A title names a state; with another word beside it, it may be the state's end.
_WHOLE_TITLE = 95
_OF_A_STAGE = 85  # a stage says less than a KPI about what happened


class Activities:
    """Compares activities, or columns of dates, with a catalogue's events.

    Activities are compared with work that moves no clock as well, such as calls; no column of dates says it.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._known = catalogue.events.union(ACTIVITY_EVENTS)
        reader = Reader(EVENT_WORDS, EVENT_FILLERS, light=True)
        self._matcher = Matcher(reader, [*_of_work(reader), *_phrases(catalogue, reader, EVENT_PHRASES)])
        dated = Reader(EVENT_WORDS, EVENT_FILLERS | MILESTONE_FILLERS, light=True)
        both = {
            event: (*EVENT_PHRASES.get(event, ()), *MILESTONE_PHRASES.get(event, ()))
            for event in EVENT_PHRASES.keys() | MILESTONE_PHRASES.keys()
        }
        self._dated = Matcher(dated, _phrases(catalogue, dated, both, stages=False))
        self._found: dict[str, Likeness | None] = {}

    def is_ours(self, activity: str) -> bool:
        """Whether the catalogue has an event of exactly this name."""
        return activity in self._known

    def guess(self, activity: str) -> Likeness | None:
        """The event that an activity is clearly like."""
        if activity not in self._found:
            self._found[activity] = _clear_best(self._matcher.likenesses(activity))
        return self._found[activity]

    def ranked(self, activity: str) -> tuple[Likeness, ...]:
        """All our events, those most like an activity first; those that are not like it, by name."""
        found = self._matcher.likenesses(activity)
        every = (found.get(event, Likeness(event, 0, "")) for event in self._known)
        return tuple(sorted(every, key=lambda like: (-like.score, like.target)))

    def guess_milestone(self, column: str) -> Likeness | None:
        """The event that a column of dates is clearly about."""
        return _clear_best(self._dated.likenesses(column))

    def share(self, values: Mapping[str, int]) -> float:
        """How much of a column, by rows, is called like an event, 0 to 1."""
        known = sum(count for value, count in values.items() if self.is_ours(value) or self.guess(value))
        return known / max(1, sum(values.values()))


def _clear_best(found: Mapping[str, Likeness]) -> Likeness | None:
    ranked = sorted(found.values(), key=lambda like: (-like.score, like.target))
    if not ranked or ranked[0].score < LEAST_LIKE:
        return None
    best = ranked[0].score
    close = [like.score for like in ranked[1:] if like.score > best - _CLEARLY]
    return None if close and (best < _EXACT or close[0] == best) else ranked[0]


def _of_work(reader: Reader) -> Iterator[Phrase]:
    for event in ACTIVITY_EVENTS:
        words = event.replace("_", " ")
        # Without “candidate” and “applicant” apart it is called as what an applicant does.
        if event != CANDIDATE_SUBMITTED:
            yield Phrase(reader.words(words), event, f"like our event “{words}”", least=_WHOLE_TITLE)
        for phrase in EVENT_PHRASES[event]:
            yield Phrase(reader.words(phrase), event, f"often said for “{words}”", least=_WHOLE_TITLE)


def _phrases(
    catalogue: Catalogue, reader: Reader, called: Mapping[str, tuple[str, ...]], *, stages: bool = True
) -> Iterator[Phrase]:
    for event in sorted(catalogue.events):
        words = event.replace("_", " ")
        yield Phrase(reader.words(words), event, f"like our event “{words}”")
        for phrase in called.get(event, ()):
            yield Phrase(reader.words(phrase), event, f"often said for “{words}”")
    for stage in catalogue.stages:
        for kpi in stage.kpis:
            begins = kpi.opens or kpi.starts
            if len(begins) == 1:
                why = f"like the KPI “{kpi.title}” that it starts"
                yield Phrase(reader.words(kpi.title), begins[0], why, least=_WHOLE_TITLE)
        if stages and stage.kpis and len(stage.kpis[0].starts) == 1:
            why = f"like the stage “{stage.title}” that begins with it"
            yield Phrase(reader.words(stage.title), stage.kpis[0].starts[0], why, _OF_A_STAGE, _WHOLE_TITLE)
