"""Weekly summaries on PostgreSQL: what each person's own role of the server reads and writes of them."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from store.audit_verify import verify
from store.contests import contest, decide
from store.documents import add_document, appeal, decide_appeal
from store.errors import StoreError
from store.generating import generate
from store.self_reports import report
from store.summaries import answer_flag, approve, comment, give_back
from tests.store.server_roles import NUMBERS, Estate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.plain import Plain
    from store.summary_facts import SummaryLine

TABLES = (
    "contest", "document", "summary_answer", "summary_step", "summary_seal", "self_report", "summary",
    "benchmarks",
)  # fmt: skip
DAY = datetime.now(UTC).toordinal() + 7
RAY, RITA, MOYRA, HANNA = (NUMBERS[name] for name in ("ray", "rita", "moyra", "hanna"))
DIGEST = b"d" * 32


@contextmanager
def _taken_out(estate: Estate) -> Iterator[None]:
    """So that other tests find the store as it was: the tables' owner can, and the log says it."""
    try:
        yield
    finally:
        with estate.owner.work("test") as work:
            for table in TABLES:
                guarded = table in ("benchmarks", "summary_seal", "summary_step")
                for sql in (
                    f"ALTER TABLE {table} DISABLE TRIGGER {table}_append_only" if guarded else "",
                    f"DELETE FROM {table}",
                    f"ALTER TABLE {table} ENABLE TRIGGER {table}_append_only" if guarded else "",
                ):
                    work.plain.run(sql)
            work.plain.run("UPDATE team SET hr_partner = NULL")
            work.plain.run("DELETE FROM setting WHERE name LIKE 'summaries%'")


def _fill(plain: Plain) -> None:
    """A week of Ray's and of Rita's in Moyra's team, whose HR partner is Hanna; and of Rob's, in no team."""
    plain.run("UPDATE team SET hr_partner = ? WHERE number = 1", (HANNA,))
    plain.insert(
        "summary",
        "number, person, from_day, team, state, benchmarks, digest, generated_at, content",
        [
            (number, person, DAY, team, "ready", 0, DIGEST, 1, "{}")
            for number, (person, team) in enumerate(((RAY, 1), (RITA, 1), (NUMBERS["rob"], None)), 1)
        ],
    )
    plain.insert(
        "summary_step",
        "number, summary, at, person, kind, about, text",
        [(1, 1, 1, None, "generated", "", ""), (2, 1, 1, RAY, "commented", "", "Sick on Tuesday")],
    )
    plain.insert("summary_answer", "summary, flag_key, text, person, at", [(1, "a", "Yes", RAY, 1)])
    plain.insert("contest", "number, summary, figure, reason, person, at", [(1, 1, "calls", "No", RAY, 1)])
    plain.insert(
        "document",
        "number, summary, kind, text, context, author, at",
        [(1, 1, "coaching", "Talk", "{}", MOYRA, 1)],
    )
    plain.insert("self_report", "person, from_day, figure, count, at", [(RAY, DAY, "calls", 9, 1)])


@pytest.fixture
def summaries(estate: Estate) -> Iterator[Estate]:
    with _taken_out(estate):
        with estate.owner.work("test") as work:
            _fill(work.plain)
        yield estate


SIGHT: dict[str, set[int]] = {
    "ray": {1}, "rita": {2}, "moyra": {1, 2}, "hanna": {1, 2}, "adam": set(), "rob": {3}, "una": set(),
    "ada": {1, 2, 3},
}  # fmt: skip


def test_everybody_reads_the_summaries_that_are_theirs_to_see(summaries: Estate) -> None:
    for name, numbers in SIGHT.items():
        seen = summaries.found(name, "SELECT number FROM summary")
        assert {number for (number,) in seen} == numbers, name
        for table in ("summary_step", "summary_answer", "contest", "document"):
            rows = summaries.found(name, f"SELECT DISTINCT summary FROM {table}")
            assert {number for (number,) in rows} == numbers & {1}, (name, table)
        reports = summaries.found(name, "SELECT DISTINCT person FROM self_report")
        assert reports == ([(RAY,)] if 1 in numbers else []), name


def test_who_reads_the_log_is_told_digests_of_all_and_reads_no_word(summaries: Estate) -> None:
    for name, numbers in SIGHT.items():
        told = summaries.found(name, "SELECT number FROM summary_told")
        assert {number for (number,) in told} == (numbers if name != "una" else {1, 2, 3}), name
    for view in ("summary_told", "contest_told", "document_told", "self_report_told"):
        said = str(summaries.found("una", f"SELECT * FROM {view}"))
        assert not any(word in said for word in ("Sick", "Talk", "'No'", "Yes")), view


def test_everybody_reads_the_settings_that_they_count_and_approve_by(summaries: Estate) -> None:
    names = ("first_weekday", "checkpoint_folder", "other")
    with summaries.owner.work("test") as work:
        work.plain.insert("setting", "name, value", [(name, "6") for name in names])
    try:
        for name in ("ray", "moyra", "hanna", "rob"):
            seen = summaries.found(name, "SELECT name FROM setting")
            assert {str(one) for (one,) in seen} == {*names[:2]}, name
    finally:
        with summaries.owner.work("test") as work:
            work.plain.many("DELETE FROM setting WHERE name = ?", [(name,) for name in names])


SEAL = (
    "INSERT INTO summary_seal SELECT number, 1, digest, {who}, 1, '', content FROM summary "
    "WHERE number = {what}"
)
DECIDE = "decided_at = 1, decision = 'upheld'"
CONTEST = "INSERT INTO contest (number, summary, figure, reason, person, at) VALUES (9, 1, 'x', '', {}, 1)"
DOCUMENT = (
    "INSERT INTO document (number, summary, kind, text, context, author, at) "
    "VALUES (9, 1, 'plan', '', '', {}, 1)"
)
STEP = "INSERT INTO summary_step VALUES (9, 1, 1, {}, 'commented', '', 'x')"
REFUSED = [
    ("ray", "UPDATE summary SET content = 'x' WHERE number = 1"),
    ("moyra", "UPDATE summary SET digest = digest WHERE number = 1"),
    ("moyra", "DELETE FROM summary"),
    ("una", "UPDATE summary SET state = 'returned'"),
    ("adam", "INSERT INTO summary SELECT * FROM summary"),
    ("moyra", SEAL.format(who=HANNA, what=1)),
    ("hanna", SEAL.format(who=HANNA, what=1)),
    ("ray", SEAL.format(who=RAY, what=1)),
    ("ada", SEAL.format(who=NUMBERS["ada"], what=1)),
    ("rita", STEP.format(RITA)),
    ("ray", STEP.format(MOYRA)),
    ("ray", STEP.format("NULL")),
    ("ray", "UPDATE summary_step SET text = 'x'"),
    ("moyra", CONTEST.format(MOYRA)),
    ("moyra", f"UPDATE contest SET decided_by = {MOYRA}, {DECIDE}"),
    ("hanna", f"UPDATE contest SET decided_by = {MOYRA}, {DECIDE}"),
    ("hanna", "UPDATE contest SET reason = 'x'"),
    ("ray", DOCUMENT.format(RAY)),
    ("moyra", f"UPDATE document SET decided_by = {HANNA}, {DECIDE}"),
    ("moyra", "UPDATE document SET text = 'x'"),
    ("moyra", f"INSERT INTO self_report VALUES ({RAY}, 1, 'calls', 1, 1)"),
    ("moyra", "INSERT INTO benchmarks VALUES (1, 1, 1, 'x', 'x', '', '')"),
]


def test_the_server_refuses_what_is_not_theirs_to_write(summaries: Estate) -> None:
    for name, statement in REFUSED:
        summaries.refused(name, statement)


UNSEEN = [
    ("rita", "UPDATE summary_answer SET text = 'x'"),
    ("hanna", "UPDATE summary SET state = 'returned'"),
    ("adam", "UPDATE summary SET state = 'returned'"),
    ("ray", "UPDATE summary SET state = 'approved', sealed = 1"),
    ("moyra", "UPDATE document SET appeal = 'x', appealed_at = 1"),
    ("rita", "DELETE FROM self_report"),
]


def test_what_somebody_does_not_reach_they_change_by_no_statement(summaries: Estate) -> None:
    for name, statement in UNSEEN:
        with summaries.plainly(name) as connection:
            assert connection.execute(statement.encode()).rowcount == 0, (name, statement)


def test_what_is_decided_is_not_decided_again(summaries: Estate) -> None:
    with summaries.plainly("hanna") as hanna:
        statement = f"UPDATE contest SET decided_by = {HANNA}, {DECIDE}".encode()
        assert [hanna.execute(statement).rowcount for _ in range(2)] == [1, 0]


def test_a_summary_goes_its_way_with_everybody_at_their_own_role(estate: Estate) -> None:
    with _taken_out(estate):
        with estate.owner.work("test") as work:
            work.plain.run("UPDATE team SET hr_partner = ? WHERE number = 1", (HANNA,))
            work.plain.run("UPDATE membership SET from_day = from_day - 60")
        _go_the_way(estate)
        with estate.owner.work("test") as work:
            work.plain.run("UPDATE membership SET from_day = from_day + 60")
        assert verify(estate.location("ada"), estate.owner.clock()).attack is None
        assert verify(estate.location("una"), estate.owner.clock()).attack is None


CONTEXT = {
    "purpose": "improvement", "role_mix": "Technical roles", "priorities": "Nothing urgent",
    "exclusions": "Two frozen vacancies",
}  # fmt: skip


def test_what_a_role_does_not_see_all_of_is_not_made_by_it(estate: Estate) -> None:
    """Row security hides most of what a week is made of: half of it would be a false figure."""
    with _taken_out(estate):
        estate.signed_in("ray")
        with estate.reader("ray") as reader:
            questions = reader.summary_questions()
            assert questions.open_week() is None
            with pytest.raises(StoreError, match="your role does not see all of it"):
                questions.so_far()
        with estate.store("ray") as ray, pytest.raises(StoreError, match="a super user's role generates"):
            generate(ray)


def _go_the_way(estate: Estate) -> None:
    for name in ("ada", "ray", "moyra", "hanna"):
        estate.signed_in(name)
    with estate.store("ada") as ada:
        assert generate(ada).made
    with estate.store("ray") as ray, estate.store("moyra") as moyra, estate.store("hanna") as hanna:
        line = _line(estate)
        comment(ray, line.number, "Sick on Tuesday")
        report(ray, line.week, {"calls": 3})
        opened = contest(ray, line.number, "calls", "Not all of them are there")
        give_back(moyra, line.number, "Say more", line.digest)
        decide(hanna, opened.number, "rejected", "They are")
        with estate.store("ada") as ada:
            generate(ada)
        line = _line(estate)
        for key in _flags(estate, line.number):
            answer_flag(moyra, line.number, key, "We talked about it")
        approve(moyra, line.number, line.digest)
        with estate.reader("moyra") as reader:
            page = reader.summary_questions().page(line.number)
        assert page.line.state == "approved"
        plan = add_document(moyra, line.number, "plan", "Calls in the mornings", context=CONTEXT)
        appeal(ray, plan.number, "The mornings are for interviews")
        decide_appeal(hanna, plan.number, "upheld", "They are")
    with estate.reader("ray") as reader:
        page = reader.summary_questions().page(line.number)
    assert (page.line.state, page.documents[0].decision) == ("approved", "upheld")
    assert [step.kind for step in page.steps] == [
        "generated", "commented", "reported", "contested", "returned", "decided", "answered", "approved",
        "document", "appealed", "decided",
    ]  # fmt: skip


def _line(estate: Estate) -> SummaryLine:
    with estate.reader("ray") as reader:
        (line, *_) = reader.summary_questions().lines()
    return line


def _flags(estate: Estate, number: int) -> list[str]:
    with estate.reader("moyra") as reader:
        page = reader.summary_questions().page(number)
    return [flag.key for flag in page.flags if flag.needs_answer]
