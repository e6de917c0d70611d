"""The questions of the target history, and the frozen answers. Runs on the desk's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from kpi.catalogue import Catalogue
    from kpi.targets import Target
    from store.target_questions import SetView, TargetPage
    from tui.reader import Reader


class HistoryFacts(NamedTuple):
    """All target sets, the newest first."""

    revision: int
    today: date
    sets: tuple[SetView, ...]


class SetFacts(NamedTuple):
    """A set and its targets, beside those of another set; None where there is no other."""

    revision: int
    view: SetView
    targets: Mapping[str, Target]
    other: SetView | None
    others: Mapping[str, Target]
    catalogue: Catalogue


class RevertFacts(NamedTuple):
    """A set's targets, and what is in force and waits as one would go back to them."""

    number: int
    targets: Mapping[str, Target]
    page: TargetPage
    catalogue: Catalogue


def made_from(view: SetView, sets: Sequence[SetView]) -> int | None:
    """The set that `view` was made of: the one that would have been in force at its beginning by then."""
    before = [
        other
        for other in sets
        if other.number < view.number
        and _beginning(other) <= _beginning(view)
        and (other.withdrawal is None or other.withdrawal.at > view.created_at)
    ]
    return max(before, key=lambda other: (_beginning(other), other.number)).number if before else None


def _beginning(view: SetView) -> float:
    return view.effective_from.timestamp() if view.effective_from is not None else float("-inf")


def ask_history(reader: Reader) -> HistoryFacts:
    """All target sets and how many listings live under each."""
    with reader.at_once():
        return HistoryFacts(reader.revision(), reader.today(), reader.targets().history())


def ask_set(number: int, other: int | None) -> Callable[[Reader], SetFacts]:
    """A set's targets, beside those of `other`."""

    def ask(reader: Reader) -> SetFacts:
        with reader.at_once():
            questions = reader.targets()
            return SetFacts(
                reader.revision(),
                questions.one_set(number),
                questions.targets(number),
                None if other is None else questions.one_set(other),
                {} if other is None else questions.targets(other),
                reader.rules.catalogue,
            )

    return ask


def ask_revert(number: int) -> Callable[[Reader], RevertFacts]:
    """What going back to a set would change."""

    def ask(reader: Reader) -> RevertFacts:
        with reader.at_once():
            questions = reader.targets()
            return RevertFacts(number, questions.targets(number), questions.page(), reader.rules.catalogue)

    return ask
