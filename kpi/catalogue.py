"""The catalogue: the stages of hiring and the KPIs within them, read from TOML and checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any

from kpi.errors import StagewatchError
from kpi.events import CONTROL_EVENTS, INTERVIEWS_FINISHED, INTERVIEWS_STARTED
from kpi.text import clean
from kpi.toml_text import read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable

ANY_EVENT = "*"
SUBJECTS = ("listing", "application")
DEADLINE_FIELDS = ("closing_date",)
# The moments that nobody reports, by the event they stand for (rule 11). A catalogue names one by
# writing `timer = "<event> = …"`; the words after the sign are for people.
TIMED_EVENTS = (INTERVIEWS_STARTED, INTERVIEWS_FINISHED)
_CODE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
_KPI_KEYS = {"code", "title", "subject", "starts", "opens", "ends", "timer", "deadline", "final"}


class CatalogueError(StagewatchError):
    """A catalogue that cannot be used. The message names the place and the rule."""


@dataclass(frozen=True, slots=True)
class Kpi:
    """One clock within a stage.

    `starts`, `opens` and `ends` are event names; `ends` may hold ANY_EVENT, the subject's next event.
    `timer` is the event that comes by itself, `deadline` the event field that stands for a target,
    `final` marks an activity after which nothing is waited for: it starts no clock.
    """

    code: str
    title: str
    stage: str
    subject: str
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    opens: tuple[str, ...] = ()
    timer: str | None = None
    deadline: str | None = None
    final: bool = False

    @property
    def events(self) -> frozenset[str]:
        """Every event name that this KPI mentions."""
        return frozenset((*self.starts, *self.opens, *self.ends)) - {ANY_EVENT}


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of hiring and its KPIs, in order."""

    code: str
    title: str
    kpis: tuple[Kpi, ...]


@dataclass(frozen=True)
class Catalogue:
    """The stages in order, with look-ups by code and by event."""

    stages: tuple[Stage, ...]

    @cached_property
    def kpis(self) -> tuple[Kpi, ...]:
        """All KPIs, stage by stage."""
        return tuple(kpi for stage in self.stages for kpi in stage.kpis)

    @cached_property
    def by_code(self) -> dict[str, Kpi]:
        """The KPIs by their code."""
        return {kpi.code: kpi for kpi in self.kpis}

    @cached_property
    def events(self) -> frozenset[str]:
        """Every event name the catalogue mentions, and those that the clock itself knows."""
        return frozenset().union(CONTROL_EVENTS, *(kpi.events for kpi in self.kpis))

    def stage(self, code: str) -> Stage | None:
        """The stage called `code`, if there is one."""
        return next((stage for stage in self.stages if stage.code == code), None)


def built_in() -> Catalogue:
    """The NHS Jobs catalogue."""
    return load_catalogue(resources.files("kpi").joinpath("nhs_jobs.toml").read_text("utf-8"))


def load_catalogue(text: str) -> Catalogue:
    """Read a catalogue from TOML text; CatalogueError says in one line what is wrong and where."""
    try:
        document = read_toml(text)
    except ValueError as error:
        raise CatalogueError(str(error)) from error
    stages = document.get("stage")
    if not isinstance(stages, list) or not stages:
        raise CatalogueError("a catalogue needs at least one [[stage]]")
    catalogue = Catalogue(tuple(_stage(entry, place) for place, entry in enumerate(stages, 1)))
    _refuse_repeated("stage", (stage.code for stage in catalogue.stages))
    _refuse_repeated("KPI", (kpi.code for kpi in catalogue.kpis))
    return catalogue


def _stage(entry: Any, place: int) -> Stage:
    where = f"stage {place}"
    if not isinstance(entry, dict):
        raise CatalogueError(f"{where}: not a table; write [[stage]]")
    code = _code(entry, where)
    where = f"stage “{code}”"
    kpis = entry.get("kpi", [])
    if not isinstance(kpis, list):
        raise CatalogueError(f"{where}: write its KPIs as [[stage.kpi]]")
    unknown = sorted(set(entry) - {"code", "title", "kpi"})
    if unknown:
        raise CatalogueError(f"{where}: unknown key “{unknown[0]}”; known are code, title and kpi")
    title = _title(entry, where)
    return Stage(code, title, tuple(_kpi(kpi, code, n) for n, kpi in enumerate(kpis, 1)))


def _kpi(entry: Any, stage: str, place: int) -> Kpi:
    where = f"KPI {place} of stage “{stage}”"
    if not isinstance(entry, dict):
        raise CatalogueError(f"{where}: not a table; write [[stage.kpi]]")
    code = _code(entry, where)
    where = f"KPI “{code}”"
    unknown = sorted(set(entry) - _KPI_KEYS)
    if unknown:
        raise CatalogueError(f"{where}: unknown key “{unknown[0]}”; known are {', '.join(sorted(_KPI_KEYS))}")
    final = entry.get("final", False)
    if not isinstance(final, bool):
        raise CatalogueError(f"{where}: final is true or false")
    kpi = Kpi(
        code=code,
        title=_title(entry, where),
        stage=stage,
        subject=_one_of(entry, "subject", SUBJECTS, where),
        starts=_names(entry, "starts", where),
        opens=_names(entry, "opens", where, required=False),
        ends=_names(entry, "ends", where, required=not final),
        timer=_timer(entry, where),
        deadline=_one_of(entry, "deadline", DEADLINE_FIELDS, where) if "deadline" in entry else None,
        final=final,
    )
    if ANY_EVENT in kpi.starts or ANY_EVENT in kpi.opens:
        raise CatalogueError(f"{where}: “*” may stand only in ends")
    return kpi


def _code(entry: dict[str, Any], where: str) -> str:
    code = entry.get("code")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise CatalogueError(f"{where}: code must be lower-case letters, digits, “_” and “.”, got {code!r}")
    return code


def _title(entry: dict[str, Any], where: str) -> str:
    title = clean(entry["title"]) if isinstance(entry.get("title"), str) else ""
    if not title:
        raise CatalogueError(f"{where}: needs a title")
    return title


def _one_of(entry: dict[str, Any], key: str, allowed: tuple[str, ...], where: str) -> str:
    value = entry.get(key)
    if value not in allowed:
        raise CatalogueError(f"{where}: {key} must be {' or '.join(allowed)}, got {value!r}")
    return str(value)


def _names(entry: dict[str, Any], key: str, where: str, *, required: bool = True) -> tuple[str, ...]:
    value = entry.get(key, [])
    if not isinstance(value, list) or not all(
        isinstance(name, str) and name and clean(name) == name for name in value
    ):
        raise CatalogueError(f"{where}: {key} must be a list of event names, without blanks around them")
    if required and not value:
        raise CatalogueError(f"{where}: {key} names no event")
    return tuple(value)


def _timer(entry: dict[str, Any], where: str) -> str | None:
    if "timer" not in entry:
        return None
    event = str(entry["timer"]).partition("=")[0].strip()
    if event not in TIMED_EVENTS:
        raise CatalogueError(f"{where}: no timer is known for “{event}”; known are {', '.join(TIMED_EVENTS)}")
    return event


def _refuse_repeated(what: str, codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise CatalogueError(f"{what} code “{code}” stands twice")
        seen.add(code)


def write_catalogue(catalogue: Catalogue) -> str:
    """The catalogue as TOML text that `load_catalogue` reads back as an equal one."""
    lines: list[str] = []
    for stage in catalogue.stages:
        lines += ["[[stage]]", f"code = {quote(stage.code)}", f"title = {quote(stage.title)}", ""]
        for kpi in stage.kpis:
            lines += [
                "  [[stage.kpi]]",
                f"  code = {quote(kpi.code)}",
                f"  title = {quote(kpi.title)}",
                f"  subject = {quote(kpi.subject)}",
            ]
            for key, names in (("starts", kpi.starts), ("opens", kpi.opens), ("ends", kpi.ends)):
                if names:
                    lines.append(f"  {key} = [{', '.join(map(quote, names))}]")
            if kpi.timer:
                lines.append(f"  timer = {quote(f'{kpi.timer} = {_TIMER_WORDS[kpi.timer]}')}")
            if kpi.deadline:
                lines.append(f"  deadline = {quote(kpi.deadline)}")
            if kpi.final:
                lines.append("  final = true")
            lines.append("")
    return "\n".join(lines)


_TIMER_WORDS = {
    INTERVIEWS_STARTED: "midday on the day before first_interview_at, unless reported earlier",
    INTERVIEWS_FINISHED: "last_interview_at",
}


def quote(text: str) -> str:
    """`text` as a TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
