"""The wizard's draft: what is said so far, as a mapping."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kpi.catalogue import built_in
from store.feeds.mapping import MappingError, load_mapping
from store.feeds.peeking import peek
from store.feeds.suggesting import suggest
from tui.wizard_draft import Draft, draft_of, draft_suggested

WHOLE = Draft("x", columns={"event": "what", "at": "when", "listing": "job"})
OCEL = Draft("x", objects={"listing": "Job", "application": "Person"})


def test_a_suggestion_becomes_its_own_text_with_the_reasons(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("vacancy,status,date\n" + "J-1,Went live,13/04/2026 10:00\n" * 3, "utf-8")
    seen = peek(file)
    draft = draft_suggested("log", suggest(seen, built_in(), "Europe/London"), seen)
    assert draft.problem == ""
    assert "# A suggestion" in draft.text
    assert draft.mapping().columns == {"event": "status", "at": "date", "listing": "vacancy"}
    corrected = draft.with_column("actor", "status")
    assert "# A suggestion" not in corrected.text
    assert draft.with_column("actor", None).text == draft.text


def test_what_is_missing_is_said_by_its_name():
    assert Draft("x").problem == "no column is chosen for event and for at and for listing"
    assert WHOLE.problem == ""
    with pytest.raises(MappingError, match="no column is chosen for at"):
        WHOLE.with_column("at", None).mapping()


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (replace(WHOLE, name=""), "name must be a text"),
        (replace(WHOLE, timezone="Nowhere/Land"), "timezone"),
        (WHOLE.with_formats("DD/MM"), "date formats"),
        (replace(WHOLE, wide=True), "no column is said to be a milestone"),
    ],
)
def test_what_is_wrong_is_said_in_words(draft, said):
    assert said in draft.problem


def test_several_forms_of_dates_are_typed_one_behind_the_other():
    draft = WHOLE.with_formats(" DD/MM/YYYY ; YYYY-MM-DD HH:mm;; ")
    assert draft.date_formats == ("DD/MM/YYYY", "YYYY-MM-DD HH:mm")
    assert draft.with_formats(draft.formats_typed) is draft
    more = draft.with_times(("DD/MM/YYYY", "DD.MM.YYYY"), "Europe/London")
    assert more.date_formats == (*draft.date_formats, "DD.MM.YYYY")
    assert more.timezone == "Europe/London"
    assert more.with_times((), "Asia/Tokyo").timezone == "Europe/London"


def test_a_wide_file_and_a_log_each_remember_what_the_other_said():
    wide = replace(WHOLE, wide=True).with_event("Live on", "listing_published")
    assert wide.mapping().milestones == {"Live on": "listing_published"}
    assert wide.mapping().columns == {"listing": "job"}
    log = replace(wide, wide=False)
    assert log.mapping() == WHOLE.mapping()
    assert log.with_event("go", "offer_made").mapping().events == {"go": "offer_made"}
    assert log.with_text(log.text).milestones == wide.milestones
    assert wide.with_text(wide.text).columns == WHOLE.columns


def test_a_type_of_object_says_a_field_in_place_of_a_column():
    assert OCEL.mapping().columns["listing"] == "Job:ocel:oid"
    assert OCEL.with_object("listing", "Person").objects == {"listing": "Person"}
    by_column = OCEL.with_column("application", "who")
    assert by_column.objects == {"listing": "Job"}
    assert by_column.mapping().columns["application"] == "who"
    assert by_column.with_object("application", "Person").columns == {}


def test_a_mapping_comes_back_as_it_was_with_its_comments():
    columns = '[columns]\nevent = "a"\nat = "b"\nlisting = "c"\n'
    text = f'# ours\n[source]\nname = "x"\n{columns}[sandbox]\nt = ["yes"]\n'
    draft = draft_of(load_mapping(text))
    assert draft.text == text
    assert draft.mapping() == load_mapping(text)
    assert draft.with_event("go", "offer_made").mapping().sandbox == {"t": ("yes",)}
    with pytest.raises(MappingError):
        draft.with_text("[source")


def test_what_a_changed_file_no_longer_has_is_let_go_and_named(tmp_path):
    before, after = tmp_path / "before.csv", tmp_path / "after.csv"
    before.write_text("job,what,when,live,test\nJ,go,2026-04-13,2026-04-13,yes\n", "utf-8")
    after.write_text("job,what,new\nJ,go,2026-04-13\n", "utf-8")
    draft = replace(WHOLE, milestones={"live": "listing_published"}, events={"go": "offer_made"})
    draft = draft.with_sandbox("test", ("yes",)).with_column("note", "beyond what was seen")
    kept, gone = draft.carried(peek(before), peek(after))
    assert kept.columns == {"event": "what", "listing": "job", "note": "beyond what was seen"}
    assert (kept.milestones, kept.sandbox, kept.events) == ({}, {}, {"go": "offer_made"})
    assert gone == ("when", "live", "test")
    assert draft.carried(peek(before), peek(before)) == (draft, ())


def test_fields_of_the_organisations_own_stay_while_their_column_is_there(tmp_path):
    text = (
        '[source]\nname = "x"\n[columns]\nevent = "what"\nat = "when"\nlisting = "job"\n'
        '[custom]\n"outreach.method" = "how"\nsource = "from"\n'
    )
    draft = draft_of(load_mapping(text)).with_column("actor", "who")
    assert draft.mapping().custom == {"outreach.method": "how", "source": "from"}
    assert WHOLE.with_text(text).custom == draft.custom
    seen = {}
    for name, header in (("before", "what,when,job,how,from"), ("now", "what,when,job,how")):
        file = tmp_path / f"{name}.csv"
        file.write_text(f"{header}\n", "utf-8")
        seen[name] = peek(file)
    kept, gone = draft.carried(seen["before"], seen["now"])
    assert (kept.custom, gone) == ({"outreach.method": "how"}, ("from",))


def test_the_values_of_the_sandbox_are_changed_in_their_place_and_taken_out():
    draft = WHOLE.with_sandbox("a", ("x",)).with_sandbox("b", ("y",)).with_sandbox("a", ("z", "x"))
    assert list(draft.mapping().sandbox.items()) == [("a", ("z", "x")), ("b", ("y",))]
    assert draft.with_sandbox("a", ()).sandbox == {"b": ("y",)}
