"""The design's section 3, rules 1 to 15, read in the plainest way there is. Slow, and meant to be.

An event is a dictionary: event, at (aware datetime), listing, and where known application, actor, owner,
closing_date (date), first_interview_at, last_interview_at (aware datetimes). Events come in the order in
which they arrived. A task comes out as a dictionary too; `tasks_on` lists its keys.

As of day D: drop every event after the end of D, replay the rest from the first, then judge on D.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle.working_days import Calendar, is_working_day, nth_working_day, working_days_between

Event = Mapping[str, Any]
Listing = dict[str, Any]
Task = dict[str, Any]
Catalogue = Mapping[str, Any]
Changes = Sequence[tuple[datetime, Calendar]]
Targets = Mapping[str, tuple[int, int]] | Sequence[Mapping[str, Any]]

STATUSES = ("on_track", "due", "overdue", "paused")
FREEZING = ("listing_frozen", "listing_unfrozen")
READY_TO_END = "recruitment_ready_to_end"
SETTLED_BY = ("contract_accepted", "contract_rejected", "offer_rejected", "offer_withdrawn")
WITHDRAWN = "application_withdrawn"
UNSETTLED_BY = ("offer_sent", "contract_sent", "contract_issued_offline")
SERVICE_DEFAULT = (99, 99)


# What the catalogue and the targets say.


def kpis_of(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Every KPI in catalogue order, each knowing its stage."""
    return [{**kpi, "stage": stage["code"]} for stage in catalogue["stage"] for kpi in stage.get("kpi", [])]


def timed_events(catalogue: Catalogue) -> set[str]:
    """The events that the catalogue gives a timer: the words before the equals sign."""
    return {kpi["timer"].split("=")[0].strip() for kpi in kpis_of(catalogue) if kpi.get("timer")}


def names_event(catalogue: Catalogue, name: str) -> bool:
    """True where any KPI is started, opened or ended by this event by name."""
    return any(name in (*kpi["starts"], *kpi.get("opens", []), *kpi["ends"]) for kpi in kpis_of(catalogue))


def target_set_for(first_event_at: datetime, targets: Targets) -> tuple[int, Mapping[str, tuple[int, int]]]:
    """Rule 8: number and numbers of the set in force at the listing's first event.

    One mapping is the only set, number 1. In a list each has "targets" and maybe "effective_from" (an
    instant, inclusive; none: since the beginning of time) and "number" (else its place in the list).
    """
    if isinstance(targets, Mapping):
        return 1, targets
    best: tuple[tuple[int, datetime, int], Mapping[str, tuple[int, int]]] | None = None
    for place, one in enumerate(targets, start=1):
        since = one.get("effective_from")
        if since is not None and since.astimezone(UTC) > first_event_at:
            continue
        rank = (int(since is not None), since or datetime.min.replace(tzinfo=UTC), one.get("number", place))
        if best is None or rank >= best[0]:
            best = (rank, one["targets"])
    if best is None:
        raise ValueError("no target set was in force at the listing's first event")
    return best[0][2], best[1]


# One listing's story.


def new_listing(name: str) -> Listing:
    """Everything remembered about one listing while its events are replayed."""
    return {
        "listing": name,
        "tasks": [],
        "known": [],  # applications, in the order in which events named them
        "history": {},  # application (None: the listing itself) -> [(event, at)] that reached it
        "freezes": [],  # [day begun, day lifted or None]
        "closing_date": None,
        "owner": None,
        "first_actor": None,
        "timers": {},  # event -> moment
        "offered": [],
        "settled": [],
    }


def open_tasks(state: Listing) -> list[Task]:
    """The clocks that run."""
    return [task for task in state["tasks"] if task["finished_at"] is None]


def is_frozen(state: Listing) -> bool:
    """A freeze is a state: begun, and not lifted."""
    return bool(state["freezes"]) and state["freezes"][-1][1] is None


def ready_to_end(state: Listing) -> bool:
    """At least one application has had an offer started, and every such application is settled."""
    return bool(state["offered"]) and all(application in state["settled"] for application in state["offered"])


def finish(task: Task, state: Listing, at: datetime, *, cancelled: bool) -> None:
    """End one clock, remembering the closing date as it was said by then."""
    task.update(finished_at=at, cancelled=cancelled, closing_date=state["closing_date"])


def ends_by(kpi: Mapping[str, Any], name: str) -> bool:
    """True where this event, having reached the task's subject, finishes it."""
    return name in kpi["ends"] or ("*" in kpi["ends"] and name not in FREEZING)


def end_what_it_ends(state: Listing, name: str, at: datetime, reached: list[str | None]) -> None:
    """Rules 7, 9 and 10: cancel and finish the clocks that this event stops."""
    if name == "listing_cancelled":
        for task in open_tasks(state):
            finish(task, state, at, cancelled=True)
    if name == WITHDRAWN:
        for task in open_tasks(state):
            if task["application"] is not None and task["application"] in reached:
                finish(task, state, at, cancelled=True)
    for task in open_tasks(state):
        if task["application"] in reached and ends_by(task["rule"], name):
            finish(task, state, at, cancelled=False)
    if name == "recruitment_ended":
        for task in open_tasks(state):
            finish(task, state, at, cancelled=True)


def start_what_it_starts(
    state: Listing, name: str, at: datetime, reached: list[str | None], catalogue: Catalogue
) -> None:
    """Rule 9: start, or open, the clocks that this event begins and that do not run yet."""
    for kpi in kpis_of(catalogue):
        if kpi.get("final") or name not in (kpi.get("opens") or kpi["starts"]):
            continue
        for application in reached:
            if (kpi["subject"] == "application") != (application is not None):
                continue
            same = [t for t in state["tasks"] if t["kpi"] == kpi["code"] and t["application"] == application]
            if any(task["finished_at"] is None for task in same):
                continue
            started_at = at
            if kpi.get("opens"):
                for earlier, earlier_at in state["history"].get(application, []):
                    if earlier in kpi["starts"]:
                        started_at = earlier_at
            state["tasks"].append(
                {
                    "rule": kpi,
                    "kpi": kpi["code"],
                    "application": application,
                    "started_at": started_at,
                    "opened_at": at,
                    "finished_at": None,
                    "cancelled": False,
                    "closing_date": None,
                    "round": len(same) + 1,
                }
            )


def set_timers(state: Listing, event: Event, at: datetime, calendar: Calendar, timed: set[str]) -> None:
    """Rule 11: an arrangement replaces both timers; a report takes away what it reports."""
    name = event["event"]
    if name == "interviews_arranged":
        state["timers"] = {}
        first, last = event.get("first_interview_at"), event.get("last_interview_at")
        start = finishing = None
        if first is not None and "interviews_started" in timed:
            eve = calendar.day_of(first) - timedelta(days=1)
            midday = datetime.combine(eve, time(12), tzinfo=ZoneInfo(calendar.zone)).astimezone(UTC)
            start = max(midday, at)
            state["timers"]["interviews_started"] = start
        if last is not None and "interviews_finished" in timed:
            finishing = max(last.astimezone(UTC), at)
            state["timers"]["interviews_finished"] = max(finishing, start or finishing)
    if name in ("interviews_started", "interviews_finished"):
        state["timers"].pop("interviews_started", None)
    if name == "interviews_finished":
        state["timers"].pop("interviews_finished", None)


def hear(state: Listing, event: Event, calendar: Calendar) -> None:
    """Rule 14, and the closing date: what an event says beside what it is."""
    if event.get("closing_date"):
        said = event["closing_date"]
        state["closing_date"] = calendar.day_of(said) if isinstance(said, datetime) else said
    if event.get("owner"):
        state["owner"] = event["owner"]
    if event.get("actor") and state["first_actor"] is None:
        state["first_actor"] = event["actor"]


def happen(state: Listing, event: Event, catalogue: Catalogue, calendar: Calendar) -> None:
    """One event, reported, timed or derived, happens to one listing."""
    name, at = event["event"], event["at"].astimezone(UTC)
    application = event.get("application") or None
    reached: list[str | None] = [None, application] if application else [None, *state["known"]]
    was_ready = ready_to_end(state)

    hear(state, event, calendar)
    end_what_it_ends(state, name, at, reached)
    start_what_it_starts(state, name, at, reached, catalogue)

    if application and application not in state["known"]:
        state["known"].append(application)
    for one in reached:
        state["history"].setdefault(one, []).append((name, at))
    if name == "listing_frozen" and not is_frozen(state):
        state["freezes"].append([calendar.day_of(at), None])
    if name == "listing_unfrozen" and is_frozen(state):
        state["freezes"][-1][1] = calendar.day_of(at)
    set_timers(state, event, at, calendar, timed_events(catalogue))
    for one in reached:
        if one is not None:
            follow_offer(state, one, name)

    if ready_to_end(state) and not was_ready and names_event(catalogue, READY_TO_END):
        runs = any(READY_TO_END in task["rule"]["starts"] for task in open_tasks(state))
        if not runs:
            happen(state, {"event": READY_TO_END, "at": at, "listing": event["listing"]}, catalogue, calendar)


def follow_offer(state: Listing, application: str, name: str) -> None:
    """Rule 11: whether this application has had an offer started, and whether it is settled."""
    if name == "offer_started" and application not in state["offered"]:
        state["offered"].append(application)
    if name in (*SETTLED_BY, WITHDRAWN) and application not in state["settled"]:
        state["settled"].append(application)
    if name in UNSETTLED_BY and application in state["settled"]:
        state["settled"].remove(application)


def fire_timers(state: Listing, catalogue: Catalogue, calendar: Calendar, until: datetime | date) -> None:
    """Let every timer happen that is due by this instant, or by the end of this day."""
    for name in ("interviews_started", "interviews_finished"):  # the start is never after the finish
        moment = state["timers"].get(name)
        if moment is None:
            continue
        if moment <= until if isinstance(until, datetime) else calendar.day_of(moment) <= until:
            del state["timers"][name]
            event = {"event": name, "at": moment, "listing": state["listing"], "timer": True}
            happen(state, event, catalogue, calendar)


def replay(
    events: Iterable[Event], catalogue: Catalogue, calendar: Calendar, last_day: date, drop_timers: bool
) -> Listing:
    """One listing's events, already in replay order and none after `last_day`, and its timers till then."""
    state: Listing = {}
    for event in events:
        state = state or new_listing(event["listing"])
        fire_timers(state, catalogue, calendar, event["at"].astimezone(UTC))
        happen(state, event, catalogue, calendar)
        if drop_timers and event["event"] in ("listing_cancelled", "recruitment_ended"):
            state["timers"] = {}
    fire_timers(state, catalogue, calendar, last_day)
    return state


# Judging a task on a day.


def frozen_days(
    state: Listing, day_zero: date, until: date, calendar: Calendar
) -> tuple[set[date], set[date]]:
    """Rule 6: frozen working days after day 0, up to `until`: all of them, and those of lifted freezes."""
    every: set[date] = set()
    lifted_only: set[date] = set()
    for begun, lifted in state["freezes"]:
        day = max(begun, day_zero) + timedelta(days=1)
        while day <= min(until if lifted is None else lifted, until):
            if is_working_day(calendar, day):
                every.add(day)
                if lifted is not None:
                    lifted_only.add(day)
            day += timedelta(days=1)
    return every, lifted_only


def status_on(day: date, due_on: date, done_by: date) -> str:
    """Rule 5."""
    if day > done_by:
        return "overdue"
    return "due" if day >= due_on else "on_track"


def judged(task: Task, state: Listing, numbers: tuple[int, int], calendar: Calendar, day: date) -> Task:
    """Rules 2 to 7 and 13 for one task: an open one on `day`, a finished one on its end day."""
    day_zero = calendar.day_of(task["started_at"])
    ended = task["finished_at"] is not None
    judge_on = calendar.day_of(task["finished_at"]) if ended else day
    off, moving = frozen_days(state, day_zero, judge_on, calendar)
    if ended:
        moving = off

    due_days, done_by_days = numbers
    closing = task["closing_date"] if ended else state["closing_date"]
    if task["rule"].get("deadline") == "closing_date" and closing is not None:
        due_on = done_by = nth_working_day(calendar, closing, len(moving))
    else:
        due_on = nth_working_day(calendar, day_zero, due_days + len(moving))
        done_by = nth_working_day(calendar, day_zero, done_by_days + len(moving))

    status = status_on(judge_on, due_on, done_by)
    if task["cancelled"]:
        status = "cancelled"
    elif not ended and is_frozen(state):
        status = "paused"
    return {
        "day_zero": day_zero,
        "due_on": due_on,
        "done_by": done_by,
        "status": status,
        "elapsed_working_days": working_days_between(calendar, day_zero, judge_on) - len(off),
        "in_time": judge_on <= done_by if ended and not task["cancelled"] else None,
    }


def calendar_for(calendar: Calendar, changes: Changes, task: Task, day: date) -> Calendar:
    """The calendar as changed last by the end of `day`; of a task that has ended, before its end."""
    for at, changed in changes:
        ended = task["finished_at"]
        if at < ended if ended is not None else calendar.day_of(at) <= day:
            calendar = changed
    return calendar


def tasks_on(
    events: Iterable[Event],
    catalogue: Catalogue,
    targets: Targets,
    calendar: Calendar,
    day: date,
    *,
    today: date | None = None,
    cancelling_drops_timers: bool = False,
    changes: Changes = (),
) -> list[Task]:
    """Every task, open and finished, as of the end of `day`; `changes` of the calendar in order.

    Keys: kpi, stage, listing, application, user, started_at, opened_at, day_zero, due_on, done_by, status,
    elapsed_working_days, target_set, finished_at, in_time, round. With `today` earlier than `day` these are
    today's tasks judged on `day` (rule 13). Sorted by listing, application, KPI's place, round.
    """
    last_day = day if today is None else min(day, today)
    by_listing: dict[str, list[Event]] = {}
    for event in sorted(events, key=lambda event: event["at"].astimezone(UTC)):  # stable sort
        if calendar.day_of(event["at"]) <= last_day:
            by_listing.setdefault(event["listing"], []).append(event)

    place = {kpi["code"]: number for number, kpi in enumerate(kpis_of(catalogue))}
    tasks: list[Task] = []
    for listing, said in by_listing.items():
        state = replay(said, catalogue, calendar, last_day, cancelling_drops_timers)
        number, chosen = target_set_for(said[0]["at"].astimezone(UTC), targets)
        for task in state["tasks"]:
            numbers = chosen.get(task["kpi"], chosen.get("default", SERVICE_DEFAULT))
            tasks.append(
                {
                    "kpi": task["kpi"],
                    "stage": task["rule"]["stage"],
                    "listing": listing,
                    "application": task["application"],
                    "user": state["owner"] or state["first_actor"],
                    "started_at": task["started_at"],
                    "opened_at": task["opened_at"],
                    "finished_at": task["finished_at"],
                    "round": task["round"],
                    "target_set": number,
                    **judged(task, state, numbers, calendar_for(calendar, changes, task, day), day),
                }
            )
    return sorted(tasks, key=lambda t: (t["listing"], t["application"] or "", place[t["kpi"]], t["round"]))


def board(tasks: Iterable[Task], catalogue: Catalogue) -> dict[str, Any]:
    """Open tasks counted: {"stages": [{code, title, five counts, "kpis": [...]}], "totals": five counts}."""
    counted = [task for task in tasks if task["finished_at"] is None]

    def counts(some: list[Task]) -> dict[str, int]:
        return {"tasks": len(some)} | {word: sum(t["status"] == word for t in some) for word in STATUSES}

    stages = []
    for stage in catalogue["stage"]:
        rows = []
        for kpi in stage.get("kpi", []):
            running = [task for task in counted if task["kpi"] == kpi["code"]]
            rows.append({"code": kpi["code"], "title": kpi["title"], **counts(running)})
        within = [task for task in counted if task["stage"] == stage["code"]]
        stages.append({"code": stage["code"], "title": stage["title"], **counts(within), "kpis": rows})
    return {"stages": stages, "totals": counts(counted)}
