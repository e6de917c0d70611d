"""Mappings: every part of the form, and every way to get it wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.feeds.mapping import FIELDS, MappingError, load_mapping
from tests.feeds.helpers import DATA

NEEDED = '[columns]\nevent = "what"\nat = "when"\nlisting = "job"\n'
GOOD = '[source]\nname = "ATS"\n' + NEEDED


def test_a_full_mapping_is_read() -> None:
    mapping = load_mapping(
        '[source]\nname = "ATS"\ntimezone = "Europe/London"\n'
        'date_formats = ["DD/MM/YYYY HH:mm", "%d %b %Y"]\n'
        + NEEDED
        + '[events]\n"Advert live" = "listing_published"\n[sandbox]\n"env" = ["test", "demo"]\n'
    )
    assert (mapping.name, mapping.timezone) == ("ATS", "Europe/London")
    assert [form.name for form in mapping.date_formats] == ["DD/MM/YYYY HH:mm", "%d %b %Y"]
    assert mapping.columns == {"event": "what", "at": "when", "listing": "job"}
    assert mapping.events == {"Advert live": "listing_published"}
    assert mapping.sandbox == {"env": ("test", "demo")}
    assert mapping.wanted_columns == ("what", "when", "job", "env")


def test_fields_of_the_organisations_own_name_their_columns() -> None:
    mapping = load_mapping(GOOD + '[custom]\noutreach_method = "how"\n"candidate.source" = "job"\n')
    assert mapping.custom == {"outreach_method": "how", "candidate.source": "job"}
    assert mapping.wanted_columns == ("what", "when", "job", "how")


def test_what_may_be_left_out_is() -> None:
    mapping = load_mapping("\ufeff" + GOOD)
    assert (mapping.timezone, mapping.date_formats, mapping.events, mapping.sandbox) == (None, (), {}, {})


def test_every_field_of_ours_may_be_mapped() -> None:
    mapping = load_mapping(
        '[source]\nname = "ATS"\n[columns]\n' + "\n".join(f'{field} = "c {field}"' for field in FIELDS)
    )
    assert set(mapping.columns) == set(FIELDS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[source", ["not a TOML file"]),
        (GOOD + "[colums]\n", ["unknown table", "“colums”", "source, columns, custom, events, sandbox"]),
        (GOOD + '[milestones]\n"Live" = "x"\n', ["[columns] event must be left out", "[milestones]"]),
        (
            '[source]\nname = "x"\n[columns]\ntitle = "t"\n[milestones]\nL = "x"\n',
            ["which column is listing"],
        ),
        ('[source]\nname = "x"\n[columns]\nlisting = "l"\n[milestones]\nL = ""\n', ["[milestones] “L”"]),
        ('[source]\nname = "x"\nsheet = 1\n' + NEEDED, ["[source] sheet"]),
        ('[source]\nname = "x"\nzone = "UTC"\n' + NEEDED, ["“zone”", "name, timezone, date_formats"]),
        (GOOD + '[custom]\n"Method" = "m"\n', ["[custom] “Method”", "lower-case letters"]),
        (GOOD + '[custom]\nmethod.of = "m"\n', ["[custom] method must be a text"]),
        (GOOD + '[custom]\nmethod = ""\n', ["[custom] method must be a text"]),
        (GOOD + 'vacancy = "v"\n', ["unknown field", "“vacancy”", "listing", "first_interview_at"]),
        (NEEDED, ["[source] name"]),
        ('[source]\nname = ""\n' + NEEDED, ["[source] name"]),
        ("[source]\nname = 7\n" + NEEDED, ["[source] name"]),
        (f'[source]\nname = "{"x" * 201}"\n' + NEEDED, ["1 to 200"]),
        ('[source]\nname = "x"\n', ["[columns]", "event", "at", "listing"]),
        ('[source]\nname = "x"\n[columns]\nevent = "e"\nlisting = "l"\n', ["which column is at"]),
        ('[source]\nname = "x"\n[columns]\nevent = ""\n', ["[columns] event"]),
        ('columns = "x"\n[source]\nname = "x"\n', ["[columns] on a line of its own"]),
        ('[source]\nname = "x"\ntimezone = "Mars/Base"\n' + NEEDED, ["timezone", "Mars/Base"]),
        ('[source]\nname = "x"\ntimezone = "../etc"\n' + NEEDED, ["timezone"]),
        ('[source]\nname = "x"\ndate_formats = "DD/MM/YYYY"\n' + NEEDED, ["must be a list"]),
        (
            '[source]\nname = "x"\ndate_formats = ["DD/YYYY"]\n' + NEEDED,
            ["DD/YYYY", "a year, a month and a day"],
        ),
        (GOOD + '[events]\n"Live" = ""\n', ["[events] “Live”"]),
        (GOOD + '[events]\n"Live" = "a"\n" Live " = "b"\n', ["“Live” twice"]),
        (GOOD + '[sandbox]\nenv = "test"\n', ["[sandbox] “env” must be a list"]),
        (GOOD + "[sandbox]\nenv = []\n", ["[sandbox] “env” must be a list"]),
        (GOOD + "[sandbox]\nenv = [true]\n", ["each value of [sandbox] “env”"]),
    ],
)
def test_a_wrong_mapping_is_refused_in_one_clear_line(text: str, words: list[str]) -> None:
    with pytest.raises(MappingError) as caught:
        load_mapping(text)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


@pytest.mark.parametrize("name", ["hiring.mapping.toml", "helpdesk.mapping.toml"])
def test_the_published_logs_mappings_are_read(name: str) -> None:
    path = Path(DATA / name)
    if not path.exists():
        pytest.skip(f"../shared/data has no {name}")
    assert load_mapping(path.read_text("utf-8")).columns["listing"] == "case:concept:name"
