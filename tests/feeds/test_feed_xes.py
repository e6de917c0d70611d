"""XES: what stands where in a log, and everything that XML could be used for against its reader."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.text import clean
from store.feeds.fields import Details
from store.feeds.reading import BadRow, FeedError, FeedEvent, FeedItem, SandboxRow, open_feed
from store.feeds.xes_feed import DEEPEST, LONGEST_PIECE
from tests.feeds.helpers import LONDON, bad, events, mapping, read

COLUMNS = {
    "listing": "case:concept:name",
    "event": "concept:name",
    "at": "time:timestamp",
    "actor": "org:resource",
    "title": "case:title",
}
AT = "2026-03-04T10:00:00+00:00"
MICROSECONDS = 1_772_618_400_000_000
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def event(name: str = "ready", more: str = "", at: str = AT) -> str:
    return (
        f'<event><string key="concept:name" value="{name}"/>'
        f'<date key="time:timestamp" value="{at}"/>{more}</event>\n'
    )


def trace(*events_: str, name: str = "J1", more: str = "") -> str:
    return f'<trace><string key="concept:name" value="{name}"/>{more}\n{"".join(events_)}</trace>\n'


def log(*parts: str, attributes: str = "") -> str:
    return f"{HEAD}<log{attributes}>\n{''.join(parts)}</log>\n"


def found(data: str | bytes, **options) -> list[FeedItem]:
    return read(data, mapping(COLUMNS, **options))


def broken(tmp_path, data: str | bytes) -> tuple[list[FeedItem], str]:
    """What is read before the error, and the error."""
    path = tmp_path / "log.xes"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    items: list[FeedItem] = []
    with pytest.raises(FeedError) as caught, open_feed(path, mapping(COLUMNS), LONDON) as feed:
        items.extend(feed)
    assert "\n" not in str(caught.value)
    return items, str(caught.value)


EVENT = FeedEvent(4, None, "ready", MICROSECONDS, "J1", None, None, None, None)


def test_events_take_what_they_and_their_trace_say() -> None:
    who = '<string key="org:resource" value="u1"/>'
    data = log(
        trace(event(more=who), event("done"), more='<string key="title" value="Nurse"/>'),
        trace(event(), name="J2"),
    )
    assert found(data) == [
        EVENT._replace(actor="u1", details=Details(title="Nurse")),
        EVENT._replace(line=5, kind="done", details=Details(title="Nurse")),
        EVENT._replace(line=8, listing="J2"),
    ]


def test_gzip_byte_order_mark_and_other_encodings_are_read() -> None:
    data = log(trace(event("é")))
    expected = [EVENT._replace(kind="é")]
    assert read(data, mapping(COLUMNS), zipped=True) == expected
    assert found(b"\xef\xbb\xbf" + data.encode()) == expected
    assert found(b"\n  " + data.removeprefix(HEAD).encode()) == [expected[0]._replace(line=4)]
    assert found(data.replace("UTF-8", "ISO-8859-1").encode("latin-1")) == expected
    assert found(data.replace("UTF-8", "windows-1252").encode("cp1252")) == expected
    for codec in ("utf-16", "utf-16-le", "utf-16-be"):
        assert found(data.replace("UTF-8", "UTF-16").encode(codec)) == expected


def test_prefixes_and_namespaces_change_nothing() -> None:
    data = log(trace(event()), attributes=' xmlns:x="http://www.xes-standard.org/"')
    for name in ("log", "trace", "event", "string", "date"):
        data = data.replace(f"<{name}", f"<x:{name}").replace(f"</{name}", f"</x:{name}")
    assert found(data) == [EVENT]
    assert found(log(trace(event()), attributes=' xmlns="http://www.xes-standard.org/"')) == [EVENT]


def test_attributes_of_attributes_are_not_the_events() -> None:
    inner = (
        '<string key="org:resource" value="inner"/><date key="time:timestamp" value="1991-01-01T00:00:00Z"/>'
    )
    nested = f'<string key="x" value="y">{inner}</string><list key="l"><values>{inner}</values></list>'
    nested += f"<container key='c'><event>{inner}</event><trace>{inner}</trace></container>"
    data = log(
        f"<classifier name='n' keys='concept:name'/><string key='concept:name' value='of the log'/>{nested}",
        trace(event(more=nested), more=nested),
    )
    assert found(data) == [EVENT]


def test_what_an_event_or_trace_leaves_out_is_not_guessed_from_the_logs_globals() -> None:
    defaults = (
        '<global scope="event">'
        '<string key="org:resource" value="somebody"/><string key="title" value="no"/>'
        '<string key="concept:name" value="unknown"><string key="org:resource" value="deep"/></string>'
        "</global>"
        '<global scope="trace">'
        '<string key="title" value="Any"/>'
        '<string key="org:resource" value="no"/></global>'
        '<global scope="other"><string key="org:resource" value="no"/></global>'
        '<global><string key="org:resource" value="no"/></global>\n'
    )
    data = log(
        defaults,
        trace(
            event(more='<string key="org:resource" value="u1"/>'), more='<string key="title" value="Nurse"/>'
        ),
        trace(f'<event><date key="time:timestamp" value="{AT}"/></event>', name="J2"),
    )
    first, second = found(data)
    assert first == EVENT._replace(line=5, actor="u1", details=Details(title="Nurse"))
    assert (second.line, second.reason) == (8, "unknown event")  # type: ignore[union-attr]


def test_a_trace_whose_name_comes_after_its_events_is_refused_not_merged_with_others() -> None:
    late = f'<trace>{event()}<string key="concept:name" value="J9"/></trace>'
    defaults = '<global scope="trace"><string key="concept:name" value="UNKNOWN"/></global>'
    assert [item.reason for item in found(log(defaults, late))] == ["no listing"]  # type: ignore[union-attr]


def test_one_events_attributes_do_not_reach_the_next() -> None:
    first = event(more='<string key="org:resource" value="u1"/>')
    assert [item.actor for item in events(found(log(trace(first, event()), trace(event(), name="J2"))))] == [
        "u1",
        None,
        None,
    ]


def test_an_event_may_stand_in_no_trace() -> None:
    said = {"case:concept:name": "", "concept:name": "ready", "time:timestamp": AT}
    (item,) = found(log(event()))
    assert isinstance(item, BadRow)
    assert item[:4] == (3, "no listing", f"concept:name=ready; time:timestamp={AT}", "no listing")
    assert item.cells is not None
    assert json.loads(item.cells).items() >= said.items()
    by_job = mapping({"listing": "job", "event": "concept:name", "at": "time:timestamp"})
    assert read(log(event(more='<string key="job" value="J1"/>')), by_job) == [EVENT._replace(line=3)]


def test_bad_and_sandbox_events_are_reported_with_the_line_of_their_event() -> None:
    data = log(
        trace(event(""), event(at="soon"), "<event>\n</event>", event("&#x200b;")),
        trace(event(), name="test"),
    )
    items = found(data, sandbox={"case:concept:name": ["test"]})
    assert bad(items) == [
        (4, "unknown event"),
        (5, "unknown time: “soon”"),
        (6, "unknown event"),
        (7, "control characters only: event"),
    ]
    assert items[-1] == SandboxRow(10)
    assert isinstance(items[1], BadRow)
    assert items[1].content == "case:concept:name=J1; concept:name=ready; time:timestamp=soon"


def test_an_attribute_that_no_event_has_is_only_absent() -> None:
    item = read(log(trace(event())), mapping(COLUMNS | {"owner": "nowhere", "note": "case:nowhere"}))
    assert item == [EVENT]


ENTITIES = """<?xml version="1.0"?>
<!DOCTYPE log [
 <!ENTITY a "aaaaaaaaaa">
 <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
 <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
]>
<log><trace><string key="concept:name" value="&c;"/></trace></log>"""


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
        '<!ENTITY x SYSTEM "http://127.0.0.1:1/x">',
        '<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;',
        '<!ENTITY x "y">',
        '<!ATTLIST string value CDATA "long">',
    ],
)
def test_declarations_are_refused(tmp_path, declaration: str) -> None:
    data = f"<!DOCTYPE log [{declaration}]>" + log(trace(event("&x;"))).removeprefix(HEAD)
    assert broken(tmp_path, data) == (
        [],
        "the XML declares entities or other things of its own, which is refused",
    )


def test_an_entity_bomb_is_refused(tmp_path) -> None:
    assert broken(tmp_path, ENTITIES)[1].endswith("which is refused")


def test_an_external_document_type_is_not_fetched() -> None:
    data = '<!DOCTYPE log SYSTEM "http://127.0.0.1:1/xes.dtd">\n' + log(trace(event())).removeprefix(HEAD)
    assert found(data) == [EVENT]


def test_an_unknown_entity_breaks_the_log(tmp_path) -> None:
    items, problem = broken(tmp_path, log(trace(event(), event("&x;"))))
    assert (len(items), problem) == (1, "the XML is broken on line 5: undefined entity")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (
            log(trace(event(), event())).replace("</trace>", "</tracy>"),
            "the XML is broken on line 6: mismatched tag",
        ),
        (log(trace(event(), event(), "&")), "the XML is broken on line 6: not well-formed (invalid token)"),
        (log(trace(event(), event()))[:-10], "the XML ends in the middle, on line 6"),
        (log(trace(event(), event(), "<event><string key=")), "the XML is broken on line 6: not well-formed"),
        (log(trace(event(), event())) + "<log/>", "the XML is broken on line 8: junk after document element"),
    ],
)
def test_what_comes_before_a_break_is_read_and_the_break_is_named(tmp_path, data: str, problem: str) -> None:
    items, said = broken(tmp_path, data)
    assert items == [EVENT, EVENT._replace(line=5)]
    assert said.startswith(problem)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("<html><body/></html>", "not an XES log: the XML begins with <html>"),
        ("<", "the XML ends in the middle, on line 1"),
        ("<<<<<<< HEAD\n", "the XML is broken on line 1: not well-formed (invalid token)"),
        ('<?xml version="1.0" encoding="nonsense"?><log/>', "the XML's encoding cannot be read"),
        ('<?xml version="1.0" encoding="shift_jis"?><log/>', "the XML's encoding cannot be read"),
    ],
)
def test_what_is_no_log_is_refused_in_plain_words(tmp_path, data: str, problem: str) -> None:
    items, said = broken(tmp_path, data)
    assert (items, said.startswith(problem)) == ([], True), said


def test_deep_nesting_is_refused(tmp_path) -> None:
    deep = trace(event(), event(more="<string>" * DEEPEST + "</string>" * DEEPEST))
    assert len(found(log(deep))) == 2
    data = log(trace(event(), event(more="<a>" * 100_000)))
    items, problem = broken(tmp_path, data)
    assert (items, problem) == ([EVENT], f"the XML is nested deeper than {DEEPEST} on line 5")


@pytest.mark.parametrize("piece", ['<string key="x" value="{}"/>', "<!-- {} -->", "<{}/>", "<?pi {}?>"])
def test_an_over_long_piece_is_refused(tmp_path, piece: str) -> None:
    items, problem = broken(
        tmp_path, log(trace(event(), event(more=piece.format("x" * (2 * LONGEST_PIECE)))))
    )
    assert (items, problem) == ([EVENT], "over-long piece of XML (more than 2 MiB) on line 5")


def test_over_long_text_is_passed_over() -> None:
    assert found(log(trace(event(more="x" * (2 * LONGEST_PIECE))))) == [EVENT]


def test_endlessly_many_names_are_refused(tmp_path) -> None:
    names = "".join(f"<n{number}/>" for number in range(110_000))
    items, problem = broken(tmp_path, log(trace(event(), event(more=names))))
    assert (items, problem) == ([EVENT], "the XML uses more than 100,000 different names")


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30
).filter(lambda text: clean(text) and not {"\ufffe", "\uffff"} & set(text))


def quoted(text: str) -> str:
    return "".join(f"&#{ord(letter)};" if letter in '<>&"' else letter for letter in text)


@given(st.lists(st.tuples(TEXTS, st.lists(TEXTS, max_size=5)), max_size=5))
def test_what_is_written_as_xes_is_read_back(traces: list[tuple[str, list[str]]]) -> None:
    data = log(
        *(trace(*(event(quoted(kind)) for kind in kinds), name=quoted(name)) for name, kinds in traces)
    )
    expected = [(clean(name), clean(kind)) for name, kinds in traces for kind in kinds]
    assert [(item.listing, item.kind) for item in events(found(data))] == expected


@given(st.binary(max_size=300))
def test_any_bytes_in_a_log_give_rows_or_one_error(data: bytes) -> None:
    items: list[FeedItem] = []
    try:
        items += found(b"<log><trace>" + event().encode() + data)
    except FeedError as error:
        assert "\n" not in str(error)  # noqa: PT017  whether it raises is the bytes' affair
    else:
        assert items
