"""What the commands about weekly summaries and benchmarks ask of the policy: each, with whose it is."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from kpi.benchmarks import STANDARD, write_benchmarks
from kpi.policy import WHOLE, Action, Subject, allows
from kpi.summary import FIGURES, GROUPS, Excluded, Figure, Summary, digest_of
from kpi.weeks import Week
from store.summary_rows import evidence_of, pack
from tests.store.policy_world import ELSEWHERE, MANAGED, MINE, PARTNERED

if TYPE_CHECKING:
    from tests.store.policy_world import Actor, World

    Lines = dict[str, list[tuple[tuple[str, ...], Subject]]]

WEEK = Week(date(2024, 3, 4))  # in which nobody has another summary
_BASE, _APPEALED = 1_000, 2_000  # of summaries and what belongs to them: its person's number is added
_OTHERS = (("Colleague", MINE), ("Report", MANAGED), ("Looked-after", PARTNERED), ("Stranger-0", ELSEWHERE))
_GROUP = {figure: group for group, figures in GROUPS.items() for figure in figures}


def add_summaries(world: World) -> None:
    """A summary of everybody who matters, with a contest that waits, a document, and one appealed against."""
    whose = {world.number(name): team for name, team in _OTHERS}
    whose |= {actor.number: MINE for actor in world.actors.values()}
    evidence, day = evidence_of(()), WEEK.first.toordinal()
    rows = []
    for person, team in whose.items():
        summary = _summary(person, team)
        content = pack(summary, evidence)
        rows.append((_BASE + person, person, day, team, "ready", 0, digest_of(summary), 1, content))
    with world.house.working() as work:
        insert = work.plain.insert
        insert(
            "summary",
            "number, person, from_day, team, state, benchmarks, digest, generated_at, content",
            rows,
        )
        insert(
            "contest",
            "number, summary, figure, reason, person, at",
            [(_BASE + person, _BASE + person, "calls", "no", person, 1) for person in whose],
        )
        author = world.number("Mona")
        insert(
            "document",
            "number, summary, kind, text, context, author, at, appeal, appealed_at",
            [
                (base + person, _BASE + person, "plan", "said", "{}", author, 1, *appeal)
                for person in whose
                for base, appeal in ((_BASE, (None, None)), (_APPEALED, ("no", 2)))
            ],
        )
    (world.folder / "benchmarks.toml").write_text(write_benchmarks(STANDARD))


def _summary(person: int, team: int) -> Summary:
    figures = tuple(Figure(name, _GROUP[name], 0) for name in FIGURES)
    return Summary(person, WEEK, team, 0, figures, (), (), Excluded(), (), None, ())


def _whose(world: World, actor: Actor) -> list[tuple[int, Subject]]:
    """The summaries that are tried: one's own, and one of each team."""
    found = [(world.number(name), team) for name, team in _OTHERS if world.number(name) != actor.number]
    return [(person, Subject(person, team)) for person, team in ((actor.number, MINE), *found)]


_COMMANDS = {
    "summary.approve": "summaries approve {one} --digest 00 --json",
    "summary.return": "summaries return {one} --digest 00 --reason No",
    "summary.keep": "summaries keep {one} --digest 00 --reason No",
    "summary.answer": "summaries answer {one} daily_limit --text Yes",
    "summary.comment": "summaries comment {one} --text Yes",
    "contest.make": "summaries contest {one} --figure notes --reason No",
    "contest.decide": "summaries decide {one} rejected --reason No",
    "document.add": "summaries document add {one} --kind coaching --text Yes",
    "document.appeal": "summaries document appeal {one} --reason No",
    "document.decide": "summaries document decide {appealed} rejected --reason No",
}


def commands(world: World, actor: Actor) -> Lines:
    """By every operation, the commands that do it: with what is one's own, and with what is not."""
    me = Subject(actor.number, MINE)
    return {
        **{
            operation: [
                (tuple(line.format(one=_BASE + person, appealed=_APPEALED + person).split()), subject)
                for person, subject in _whose(world, actor)
            ]
            for operation, line in _COMMANDS.items()
        },
        "summary.report": [(tuple(f"summaries report --week {WEEK.label} calls=1".split()), me)],
        "benchmarks.save": [
            (("benchmarks", "apply", f"{world.folder}/benchmarks.toml", "--reason", "Yes"), WHOLE)
        ],
        "setting.first_weekday": [(("summaries", "first-weekday", "Sun"), WHOLE)],
    }


def questions(world: World, actor: Actor) -> list[tuple[str, Action, bool]]:
    """The commands that only show something, and whether the policy lets the actor see it."""
    standing = actor.standing
    own = allows(standing, Action.SEE_FIGURES, Subject(actor.number, MINE))
    lines = [
        (f"summaries {line}", Action.SEE_FIGURES, own)
        for line in ("list", f"list --week {WEEK.label} --state ready", "missing", "contests --waiting")
    ]
    for person, subject in _whose(world, actor):
        may = allows(standing, Action.SEE_FIGURES, subject)
        each = (
            f"show {_BASE + person}",
            f"events {_BASE + person} calls",
            f"events {_BASE + person} tasks_late",
        )
        lines += [(f"summaries {line}", Action.SEE_FIGURES, may) for line in each]
    for team in (MINE, MANAGED, ELSEWHERE):
        may = allows(standing, Action.SEE_TOTALS, Subject(team=team))
        lines.append((f"summaries team T{team}", Action.SEE_TOTALS, may))
    may = allows(standing, Action.SEE_BENCHMARKS)
    each = ("show", "list", "diff 0 0")
    return [*lines, *((f"benchmarks {line}", Action.SEE_BENCHMARKS, may) for line in each)]
