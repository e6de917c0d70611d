"""The questions of the KPI page, and the frozen answers. Runs on the desk's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from kpi.board import SearchHit
    from kpi.catalogue import Stage
    from kpi.preview import Affected, Sample
    from kpi.survival import Suggestion
    from kpi.targets import Target
    from store.target_questions import TargetPage
    from tui.reader import Reader


class KpiFacts(NamedTuple):
    """The catalogue's stages, the targets in force, and those of the sets that wait, by number."""

    revision: int
    stages: tuple[Stage, ...]
    page: TargetPage
    waiting: Mapping[int, Mapping[str, Target]]


class Days(NamedTuple):
    """A past period, both days included."""

    since: date
    until: date


class SampleFacts(NamedTuple):
    """The tasks that lived within a period."""

    days: Days
    sample: Sample


class AffectedFacts(NamedTuple):
    """The tasks that became due or overdue in a period only then, or only under a draft's target."""

    revision: int
    rows: tuple[Affected, ...]


def ask_kpis(reader: Reader) -> KpiFacts:
    """What the page opens with."""
    with reader.at_once():
        targets = reader.targets()
        page = targets.page()
        waiting = {view.number: targets.targets(view.number) for view in page.pending}
        return KpiFacts(reader.revision(), reader.rules.catalogue.stages, page, waiting)


def ask_sample(days: Days) -> Callable[[Reader], SampleFacts]:
    """The tasks that lived within a period, ready to be judged under any draft."""
    return lambda reader: SampleFacts(days, reader.targets().sample(*days))


def ask_suggestions(reader: Reader) -> dict[str, Suggestion]:
    """What history says of every KPI, by its code."""
    return {one.kpi: one for one in reader.targets().suggestions()}


def ask_subject_of(one: Affected) -> Callable[[Reader], SearchHit]:
    """The listing of an affected task, or the applicant."""
    return lambda reader: reader.subject(one.listing, one.application)


def ask_affected(kpi: str, target: Target, days: Days) -> Callable[[Reader], AffectedFacts]:
    """The listings that `target` would have touched within a period."""

    def ask(reader: Reader) -> AffectedFacts:
        with reader.at_once():
            return AffectedFacts(reader.revision(), reader.targets().affected(kpi, target, *days))

    return ask
